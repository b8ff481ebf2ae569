//! Builds specs with every extension, valid or with faults, and loads, checks and generates them: nothing panics, two
//! runs give the same, and what the lint accepts generates.

#![no_main]

mod faults;
mod words;

use faults::Fault;
use libfuzzer_sys::{arbitrary, arbitrary::Arbitrary, fuzz_target};
use serde_json::{Map, Value, json};
use words::pick;
use xtask::{lint, package, spec::Spec};

fuzz_target!(|api: Api| {
    let text = api.spec().to_string();
    let read = |text: &str| Spec::parse("fuzz", "specs/fuzz/openapi.yaml", text.to_owned());
    let spec = match (read(&text), read(&text)) {
        (Ok(spec), Ok(again)) => {
            assert_eq!(spec.value, again.value);
            spec
        }
        (first, again) => {
            assert_eq!(first.map(drop), again.map(drop));
            return;
        }
    };
    let specs = [spec];
    let checked = lint::check(&specs);
    assert_eq!(checked, lint::check(&specs));
    if checked.is_ok() {
        let files = package::code(&specs[0]);
        assert!(files.is_ok(), "{:?} of {text}", files.err());
        assert_eq!(files, package::code(&specs[0]));
    }
});

#[derive(Arbitrary, Debug)]
struct Api {
    domain: bool,
    operation: Operation,
    more: Vec<Operation>,
    faults: Vec<Fault>,
}

#[derive(Arbitrary, Debug)]
struct Operation {
    method: u8,
    name: Name,
    /// In the path, the query and a header.
    parameters: [Vec<Field>; 3],
    body: Option<Vec<Field>>,
    response: Vec<Field>,
    items: Option<Vec<Field>>,
    style: u8,
    history: Option<[Vec<Place>; 3]>,
    in_band: bool,
    header: bool,
    note: Option<Name>,
    anonymous: bool,
    linked: bool,
}

#[derive(Arbitrary, Debug)]
struct Field {
    name: Name,
    kind: Kind,
    required: bool,
    nullable: bool,
    default: bool,
    /// Whether it may be what the lint refuses.
    free: bool,
}

#[derive(Arbitrary, Debug)]
enum Kind {
    Text(Option<u8>, Option<u8>),
    Alphanumeric,
    Secret,
    Time,
    Integer(bool, Option<i16>, Option<i16>),
    Number,
    Boolean,
    Any,
    Values(bool, Vec<Name>),
    Codes(bool, Vec<i8>),
    List(Box<Kind>, Option<u8>),
    Map(Box<Kind>),
    Object(Vec<Field>),
}

#[derive(Arbitrary, Debug)]
enum Name {
    Known(u8),
    Other(String),
}

#[derive(Arbitrary, Debug)]
enum Place {
    Item(u8),
    Words(u8),
    Argument(u8),
    Each,
    Text(Name),
}

const NAMES: [&str; 44] = [
    "id",
    "name",
    "things",
    "total",
    "offset",
    "limit",
    "page",
    "user_name",
    "type",
    "fn",
    "self",
    "crate",
    "async",
    "gen",
    "createdAt",
    "X-Mood",
    "is_2",
    "error_code",
    "error_msg",
    "a.b",
    "send",
    "body",
    "new",
    "items",
    "pages",
    "client",
    "Value",
    "List",
    "Error",
    "a-b",
    "1st",
    "_",
    "é",
    "名称",
    "a b",
    "a/b~c",
    "\"",
    "{}",
    "\\",
    "`",
    "*/",
    "<T>",
    "[a](b)",
    "tiny:thing:get",
];
/// How many of the names are fine anywhere.
const USUAL: usize = 20;

impl Name {
    fn text(&self) -> &str {
        match self {
            Self::Known(index) if *index < 200 => pick(&NAMES[..USUAL], *index),
            Self::Known(index) => pick(&NAMES, *index),
            Self::Other(text) => text,
        }
    }
}

/// The components so far.
#[derive(Default)]
struct Schemas(Map<String, Value>);

impl Schemas {
    /// Adds a component and returns the reference to it.
    fn add(&mut self, wanted: &str, schema: Value) -> Value {
        let name = format!("{wanted}{}", self.0.len());
        self.0.insert(name.clone(), schema);
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// Adds an object of these fields and returns the reference to it, and an example.
    fn object(&mut self, wanted: &str, fields: &[Field], is_request: bool) -> (Value, Value) {
        let (mut properties, mut example) = (Map::new(), Map::new());
        let mut required = Vec::new();
        if fields.is_empty() {
            properties.insert("only".to_owned(), json!({ "type": "string", "description": "The only one." }));
        }
        for field in fields.iter().take(8) {
            let name = field.name.text();
            let (mut schema, value) = field.kind.schema(self, is_request);
            if schema.get("$ref").is_some() {
                schema = json!({ "allOf": [schema] });
            } else if field.nullable && schema.get("type").is_some() {
                schema["nullable"] = json!(true);
            }
            if field.default && schema.get("type").is_some() {
                schema["default"] = value.clone();
            }
            schema["description"] = json!(format!("What {name} is."));
            if field.required && is_request {
                required.push(name.to_owned());
            }
            properties.insert(name.to_owned(), schema);
            example.insert(name.to_owned(), value);
        }
        required.sort();
        required.dedup();
        let mut schema = json!({ "type": "object", "description": "An object.", "properties": properties });
        if !required.is_empty() {
            schema["required"] = json!(required);
        }
        (self.add(wanted, schema), Value::Object(example))
    }
}

impl Kind {
    /// Returns the kind, or text where a parameter cannot be of it.
    fn fit(&self, place: &str, free: bool) -> &Self {
        let fits = match self {
            Self::Object(_) | Self::Map(_) | Self::Any => false,
            Self::List(item, _) => place == "query" && matches!(**item, Self::Text(..) | Self::Values(..)),
            Self::Values(..) | Self::Codes(..) => place != "path",
            Self::Secret => place == "header",
            _ => true,
        };
        if fits || free { self } else { &Self::Text(None, None) }
    }

    /// Returns a schema and an example of it.
    fn schema(&self, schemas: &mut Schemas, is_request: bool) -> (Value, Value) {
        match self {
            Self::Text(low, high) => {
                let low = low.map(|low| low.min(3));
                let mut schema = json!({ "type": "string" });
                if let Some(low) = low {
                    schema["minLength"] = json!(low);
                }
                if let Some(high) = high {
                    schema["maxLength"] = json!((*high).max(3));
                }
                (schema, json!("abc"))
            }
            Self::Alphanumeric => (json!({ "type": "string", "format": "alphanumeric" }), json!("a1")),
            Self::Secret => (json!({ "type": "string", "format": "password" }), json!("secret")),
            Self::Time if is_request => (json!({ "type": "string", "format": "epoch-millis" }), json!("1713420888000")),
            Self::Time => {
                let branches = json!([{ "type": "string" }, { "type": "integer", "format": "int64" }]);
                (json!({ "format": "epoch-millis", "oneOf": branches }), json!(1_713_420_888_000_i64))
            }
            Self::Integer(long, low, high) => {
                let mut schema = json!({ "type": "integer", "format": if *long { "int64" } else { "int32" } });
                let low = low.map(|low| i64::from(low).min(5));
                if let Some(low) = low {
                    schema["minimum"] = json!(low);
                }
                if let Some(high) = high {
                    schema["maximum"] = json!(i64::from(*high).max(5));
                }
                (schema, json!(5))
            }
            Self::Number => (json!({ "type": "number", "format": "double" }), json!(1.5)),
            Self::Boolean => (json!({ "type": "boolean" }), json!(true)),
            Self::Any => (json!({ "x-type": "any" }), json!({ "a": [1] })),
            Self::Values(closed, values) => {
                let mut texts: Vec<&str> = values.iter().take(6).map(Name::text).chain(["one"]).collect();
                texts.sort_unstable();
                texts.dedup();
                let example = json!(texts[0]);
                (values_of(schemas, "string", *closed, texts.into_iter().map(Value::from).collect()), example)
            }
            Self::Codes(closed, values) => {
                let mut codes: Vec<i8> = values.iter().take(6).copied().chain([1]).collect();
                codes.sort_unstable();
                codes.dedup();
                let example = json!(codes[0]);
                (values_of(schemas, "integer", *closed, codes.into_iter().map(Value::from).collect()), example)
            }
            Self::List(item, most) => {
                let (item, example) = item.schema(schemas, is_request);
                let mut schema = json!({ "type": "array", "items": item });
                if let Some(most) = most {
                    schema["maxItems"] = json!((*most).max(1));
                }
                (schema, json!([example]))
            }
            Self::Map(value) => {
                let (value, example) = value.schema(schemas, is_request);
                (json!({ "type": "object", "additionalProperties": value }), json!({ "key": example }))
            }
            Self::Object(fields) => schemas.object("Inner", fields, is_request),
        }
    }
}

fn values_of(schemas: &mut Schemas, kind: &str, closed: bool, values: Vec<Value>) -> Value {
    let names: Vec<String> = (0..values.len()).map(|index| format!("V{index}")).collect();
    let words: Vec<String> = values.iter().map(|value| format!("means {value}")).collect();
    let mut schema = json!({ "type": kind, "description": "Values.", "x-enum-varnames": names });
    schema["x-enum-descriptions"] = json!(words);
    if kind == "integer" {
        schema["format"] = json!("int32");
    }
    schema[if closed { "enum" } else { "x-extensible-enum" }] = Value::Array(values);
    schemas.add("Values", schema)
}

impl Api {
    fn spec(&self) -> Value {
        let mut schemas = Schemas::default();
        let mut paths = Map::new();
        for (index, operation) in std::iter::once(&self.operation).chain(self.more.iter().take(2)).enumerate() {
            let (path, node) = operation.node(index, &mut schemas);
            paths.insert(path, node);
        }
        let mut spec = json!({
            "openapi": "3.0.3",
            "info": { "title": "Fuzz", "version": "v1", "description": "Things." },
            "x-service": { "name": "Fuzz", "scope": if self.domain { "domain" } else { "project" } },
            "servers": [{ "url": "https://fuzz.example.com", "x-region": "r-1" }],
            "paths": paths,
            "components": { "schemas": schemas.0 },
        });
        self.faults.iter().take(4).for_each(|fault| fault.apply(&mut spec));
        spec
    }
}

impl Operation {
    /// Returns the path, and its node.
    fn node(&self, index: usize, schemas: &mut Schemas) -> (String, Value) {
        let method = pick(&["get", "post", "put", "patch", "delete"], self.method);
        let mut path = format!("/v1/things{index}");
        let mut parameters: Vec<Value> = Vec::new();
        for (fields, place) in self.parameters.iter().zip(["path", "query", "header"]) {
            for field in fields.iter().take(3) {
                let name = field.name.text();
                if !field.free && parameters.iter().any(|parameter| parameter["name"] == name) {
                    continue;
                }
                if place == "path" {
                    path.push_str(&format!("/{{{name}}}"));
                }
                let (schema, example) = field.kind.fit(place, field.free).schema(schemas, true);
                let required = field.required || place == "path";
                let mut parameter =
                    json!({ "name": name, "in": place, "description": "What it is.", "schema": schema });
                if required {
                    parameter["required"] = json!(true);
                    parameter["example"] = example;
                }
                parameters.push(parameter);
            }
        }
        let api = format!("ListThings{index}");
        let mut node = json!({
            "operationId": format!("list_things{index}"),
            "summary": "Lists things.",
            "description": format!("Lists {}.", self.name.text()),
            "x-source": { "api": api, "documents": [{ "page": "Fuzz", "title": "Listing", "updated": "2026-01-01" }] },
        });
        let media = |(schema, value): (Value, Value)| json!({ "application/json": { "schema": schema, "examples": { "documented": { "value": value } } } });
        let mut response = json!({ "description": "Things." });
        let (schema, mut example) = schemas.object("Response", &self.response, false);
        if let Some(fields) = &self.items {
            let (item, shown) = schemas.object("Item", fields, false);
            let size = |name: &str| json!({ "name": name, "in": "query", "description": "Size.", "schema": { "type": "integer", "format": "int32" } });
            parameters.extend([size("at"), size("per_page")]);
            node["x-pagination"] = match self.style % 3 {
                0 => {
                    json!({ "style": "offset", "offset": "at", "max_offset": 1000, "size": "per_page", "max_size": 100 })
                }
                1 => {
                    json!({ "style": "page", "page": "at", "first_page": 1, "max_page": 10, "size": "per_page", "max_size": 100 })
                }
                _ => json!({ "style": "whole" }),
            };
            node["x-pagination"]["items"] = json!("/all_items");
            let list = json!({ "type": "array", "description": "All.", "items": item });
            let name = schema["$ref"].as_str().unwrap_or_default().rsplit('/').next().unwrap_or_default();
            schemas.0[name]["properties"]["all_items"] = list;
            example["all_items"] = json!([shown]);
            if let Some(places) = &self.history {
                let [time, actor, action] = places.each_ref().map(|places| self.template(fields, places));
                node["x-history"] =
                    json!({ "time": time, "actor": [actor], "action": [action], "subject": "all", "detail": [] });
            }
        }
        response["content"] = media((schema, example));
        if self.in_band {
            response["x-in-band-status"] = json!({ "code": "/error_code", "message": "/error_msg", "success": ["0"] });
        }
        if self.header {
            response["headers"] = json!({ "X-Count": { "description": "Count.", "schema": { "type": "string" } } });
        }
        if self.linked
            && index > 0
            && let Some(parameter) = parameters.first_mut()
        {
            parameter["x-listed-by"] = json!({ "operation": format!("list_things{}", index - 1), "value": "/id" });
        }
        if !parameters.is_empty() {
            node["parameters"] = Value::Array(parameters);
        }
        if let Some(fields) = &self.body {
            let body = schemas.object("Request", fields, true);
            node["requestBody"] = json!({ "required": true, "content": media(body) });
        }
        node["responses"] = json!({ "200": response });
        if self.anonymous {
            node["security"] = json!([]);
        }
        if let Some(name) = &self.note {
            node["x-deviation"] =
                json!([{ "about": "type", "document": name.text(), "spec": name.text(), "why": name.text() }]);
        }
        (path, json!({ method: node }))
    }

    fn template(&self, fields: &[Field], places: &[Place]) -> String {
        let field =
            |index: u8| fields.get(usize::from(index) % fields.len().max(1)).map_or("id", |field| field.name.text());
        let arguments = self.parameters.iter().flatten().map(|field| field.name.text()).collect::<Vec<_>>();
        let place = |place: &Place| match place {
            Place::Item(index) => format!("{{/{}}}", field(*index)),
            Place::Words(index) => format!("{{/{}:words}}", field(*index)),
            Place::Argument(_) if arguments.is_empty() => "{at}".to_owned(),
            Place::Argument(index) => format!("{{{}}}", pick(&arguments, *index)),
            Place::Each => "{/id/*/name}".to_owned(),
            Place::Text(name) => name.text().to_owned(),
        };
        places.iter().take(4).map(place).collect()
    }
}
