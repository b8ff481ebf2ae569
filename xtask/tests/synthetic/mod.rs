//! A service with any number of operations, for tests and benchmarks.

use std::fmt::Write as _;

use xtask::spec::Spec;

/// Returns a service with this many operations, each with parameters, a body, and a response with two types of its own.
pub fn synthetic(operations: usize) -> Spec {
    let mut text = "openapi: 3.0.3\ninfo: { title: Wide, version: v1, description: Many operations. }\n\
        x-service: { name: Wide, scope: project }\nservers:\n  - { url: \"https://wide.example.com\", x-region: r-1 }\npaths:\n"
        .to_owned();
    let mut schemas = "components:\n  schemas:\n".to_owned();
    for n in 0..operations {
        // Every operation but the first gets its ids from the previous one.
        let listed_by = match n.checked_sub(1) {
            Some(before) => format!("x-listed-by: {{ operation: list_things{before}, value: /id }}"),
            None => String::new(),
        };
        write!(
            text,
            "  /v1/things{n}/{{thing_id}}/list:\n    post:\n      operationId: list_things{n}\n      summary: Lists.\n      \
             description: Lists things.\n      x-retry-safe: true\n      x-source: {{ api: ListThings{n}, documents: [{{ page: Wide, title: Listing, updated: 2026-01-01 }}] }}\n      \
             x-pagination: {{ style: offset, offset: offset, max_offset: 1000, size: limit, max_size: 100, items: /things, total: /total }}\n      \
             parameters:\n        - name: thing_id\n          in: path\n          required: true\n          description: Id.\n          schema: {{ type: string, minLength: 1, maxLength: 64 }}\n          example: a\n          {listed_by}\n        \
             - {{ name: offset, in: query, description: Start., schema: {{ type: integer, format: int32, minimum: 0, maximum: 1000 }} }}\n        \
             - {{ name: limit, in: query, description: Size., schema: {{ type: integer, format: int32, minimum: 1, maximum: 100 }} }}\n      \
             requestBody:\n        required: true\n        content:\n          application/json:\n            \
             schema: {{ $ref: \"#/components/schemas/Request{n}\" }}\n            examples: {{ documented: {{ summary: All, value: {{ name: a }} }} }}\n      \
             responses:\n        \"200\":\n          description: Things.\n          content:\n            application/json:\n              \
             schema: {{ $ref: \"#/components/schemas/Response{n}\" }}\n              examples: {{ documented: {{ summary: One, value: {{ total: 1, things: [{{ id: b }}] }} }} }}\n"
        )
        .unwrap();
        let fields: String = (0..8)
            .map(|field| {
                format!(
                    "        field_{field}: {{ type: string, description: Field., minLength: 0, maxLength: 255 }}\n"
                )
            })
            .collect();
        write!(
            schemas,
            "    Request{n}:\n      type: object\n      description: What to list.\n      properties:\n        name: {{ type: string, description: Name., maxLength: 64 }}\n{fields}    \
             Response{n}:\n      type: object\n      description: Things.\n      properties:\n        total: {{ type: integer, format: int32, description: All. }}\n        \
             things: {{ type: array, description: Things., items: {{ $ref: \"#/components/schemas/Thing{n}\" }} }}\n    \
             Thing{n}:\n      type: object\n      description: A thing.\n      properties:\n        id: {{ type: string, description: Id. }}\n{fields}"
        )
        .unwrap();
    }
    Spec::parse("wide", "wide.yaml", text + &schemas).unwrap()
}
