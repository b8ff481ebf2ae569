//! Refuses, with file and JSON pointer, what would panic, misgenerate silently, or document badly.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase as _, ToSnakeCase as _};
use serde_json::{Value, json};

use crate::{
    deviations, docs, emit,
    names::{setter, setter_of},
    spec::{
        OperationAt, Problem, Result, Spec, is_enum, is_time, list, members, reference, required, step, text, values,
    },
    wire::{Direction, uses},
};

/// Checks specs that were loaded.
pub fn check(specs: &[Spec]) -> Result<()> {
    let mut problems: Vec<Problem> = specs.iter().flat_map(lint).collect();
    if problems.is_empty() {
        let of = |spec| Spec::operations(spec).into_iter().map(|found| (found.id(), found)).collect();
        let operations: Operations<'_> = specs.iter().map(|spec| (spec.service.as_str(), (spec, of(spec)))).collect();
        problems.extend(specs.iter().flat_map(|spec| links(spec, &operations)));
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// All problems of a spec.
pub fn lint(spec: &Spec) -> Vec<Problem> {
    let mut linter = Linter { spec, problems: Vec::new() };
    linter.document();
    if linter.problems.is_empty() {
        linter.contents();
    }
    linter.problems
}

/// Services by id, with their operations by id.
type Operations<'s> = BTreeMap<&'s str, (&'s Spec, BTreeMap<&'s str, OperationAt<'s>>)>;

/// What is wrong with the `x-listed-by` of a spec. A list of a service that is not loaded is not looked at.
fn links(spec: &Spec, operations: &Operations<'_>) -> Vec<Problem> {
    let mut problems = Vec::new();
    for operation in spec.operations() {
        for (argument, link) in emit::links(spec, &operation) {
            let mut problem = |message: String| {
                problems.push(spec.problem(&operation.pointer, format!("x-listed-by of {argument:?} {message}")));
            };
            if link
                .as_object()
                .is_none_or(|link| link.keys().any(|key| !matches!(key.as_str(), "service" | "operation" | "value")))
            {
                problem("must hold operation, value and perhaps service".to_owned());
                continue;
            }
            let service = link.get("service").and_then(Value::as_str).unwrap_or(&spec.service);
            let Some((lister, lists)) = operations.get(service) else { continue };
            let id = text(link, "operation");
            let Some(list_operation) = lists.get(id) else {
                problem(format!("names {service}/{id}, which is not an operation"));
                continue;
            };
            let pagination = &list_operation.value["x-pagination"];
            let pointer = format!("{}/0{}", text(pagination, "items"), text(link, "value"));
            if list_operation
                .response_example()
                .and_then(|value| value.pointer(&pointer))
                .is_none_or(|value| !value.is_string() && !value.is_number())
            {
                problem(format!("points to {pointer}, where the documented response of {service}/{id} has no id"));
            }
            if emit::links(lister, list_operation).iter().any(|(_, other)| text(other, "operation") == operation.id()) {
                problem(format!("and {service}/{id} wait for each other"));
            }
        }
    }
    problems
}

struct Linter<'a> {
    spec: &'a Spec,
    problems: Vec<Problem>,
}

/// Keys that may stand in a schema.
const SCHEMA_KEYS: [&str; 28] = [
    "type",
    "x-setter",
    "x-type",
    "oneOf",
    "format",
    "description",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "items",
    "properties",
    "required",
    "enum",
    "x-extensible-enum",
    "x-enum-varnames",
    "x-enum-descriptions",
    "default",
    "nullable",
    "allOf",
    "$ref",
    "x-deviation",
    "x-review",
    "additionalProperties",
    "example",
    "x-listed-by",
];
/// Keys that may stand in an operation.
const OPERATION_KEYS: [&str; 14] = [
    "operationId",
    "summary",
    "description",
    "parameters",
    "requestBody",
    "responses",
    "x-source",
    "x-deviation",
    "x-pagination",
    "x-retry-safe",
    "x-history",
    "x-iam-action",
    "x-review",
    "security",
];
/// Keys that may stand in the other nodes.
const PARAMETER_KEYS: [&str; 11] = [
    "name",
    "x-setter",
    "in",
    "required",
    "description",
    "schema",
    "example",
    "x-needs",
    "x-listed-by",
    "x-deviation",
    "x-review",
];
/// What an `x-deviation` can be about: what `cargo xtask drift` finds.
const ABOUT: [&str; 13] = [
    "default",
    "description",
    "endpoint",
    "example",
    "name",
    "nullable",
    "in-band status",
    "presence",
    "range",
    "required",
    "source",
    "type",
    "values",
];
const RESPONSE_KEYS: [&str; 6] = ["description", "headers", "content", "x-in-band-status", "x-deviation", "x-review"];
const PAGINATION_KEYS: [&str; 10] =
    ["style", "offset", "max_offset", "page", "first_page", "max_page", "size", "max_size", "items", "total"];
const HISTORY_KEYS: [&str; 6] = ["time", "actor", "action", "subject", "detail", "since"];
/// Names that generated code imports.
const RESERVED: [&str; 18] = [
    "Option",
    "String",
    "Result",
    "Vec",
    "Default",
    "From",
    "Into",
    "List",
    "EpochMillis",
    "Secret",
    "Client",
    "Value",
    "Self",
    "Ok",
    "Err",
    "Some",
    "None",
    "IntoIterator",
];
const FORMATS: [&str; 7] = ["int32", "int64", "float", "double", "epoch-millis", "alphanumeric", "password"];

impl<'a> Linter<'a> {
    fn problem(&mut self, pointer: &str, message: impl Into<String>) {
        self.problems.push(self.spec.problem(pointer, message));
    }

    /// Refuses keys that nothing reads: a misspelt one would be lost in silence.
    fn known_keys(&mut self, pointer: &str, node: &Value, known: &[&str], what: &str) {
        for (key, _) in node.as_object().into_iter().flatten() {
            if !known.contains(&key.as_str()) {
                let message = format!("is not supported in {what}; see specs/README.md for what is");
                self.problem(&step(pointer, key), message);
            }
        }
    }

    /// A name that becomes one in Rust.
    fn identifier(&mut self, pointer: &str, name: &str) {
        if syn::parse_str::<syn::Ident>(name).is_err() || name == "Self" {
            self.problem(pointer, format!("{name:?} is not a Rust identifier"));
        }
    }

    /// The frame: without it the rest cannot be looked at.
    fn document(&mut self) {
        let spec = self.spec;
        if !spec.text_at("/openapi").starts_with("3.0.") {
            self.problem("/openapi", "must be 3.0.x, the version that the generator reads");
        }
        if spec.operations().is_empty() {
            self.problem("/paths", "must hold at least one operation");
        }
        let parsed: std::result::Result<openapiv3::OpenAPI, _> = serde_path_to_error::deserialize(spec.value.clone());
        if let Err(error) = parsed {
            let pointer = error.path().iter().fold(String::new(), |pointer, part| match part {
                serde_path_to_error::Segment::Seq { index } => format!("{pointer}/{index}"),
                serde_path_to_error::Segment::Map { key } => step(&pointer, key),
                _ => pointer,
            });
            self.problem(&pointer, format!("is not valid OpenAPI: {}", error.inner()));
        }
        for (pointer, name) in references(&spec.value) {
            match name {
                Some(name) if spec.schema(&name).is_some() => {}
                Some(name) => self.problem(&pointer, format!("refers to the schema {name:?}, which does not exist")),
                None => self.problem(&pointer, "must refer to #/components/schemas/…"),
            }
        }
    }

    fn contents(&mut self) {
        let spec = self.spec;
        for pointer in ["/info/title", "/info/version", "/info/description", "/x-service/name"] {
            if spec.text_at(pointer).is_empty() {
                self.problem(pointer, "is missing");
            }
        }
        if !matches!(spec.text_at("/x-service/scope"), "project" | "domain") {
            self.problem("/x-service/scope", "must be project or domain: which id a signed request carries");
        }
        self.servers();
        for name in spec.circular() {
            self.problem(&step("/components/schemas", name), "holds itself, which the generated types cannot");
        }
        for (name, schema) in spec.schemas() {
            self.component(name, schema);
        }
        if !spec.service.starts_with(|c: char| c.is_ascii_lowercase())
            || !spec.service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
        {
            self.problem("", "must lie in a folder named with small letters and digits, which names the crate");
        }
        for (path, item) in members(&spec.value, "paths") {
            let methods = ["get", "post", "put", "patch", "delete"];
            self.known_keys(&step("/paths", path), item, &methods, "a path");
        }
        let mut ids = BTreeSet::new();
        for operation in spec.operations() {
            if !ids.insert(operation.id()) {
                self.problem(
                    &operation.pointer,
                    format!("has the operationId {:?} of another operation", operation.id()),
                );
            }
            self.operation(&operation);
        }
        self.directions();
        self.notes(&spec.value, "");
    }

    fn servers(&mut self) {
        let mut regions = BTreeSet::new();
        let servers: Vec<&Value> = list(&self.spec.value, "servers").collect();
        if servers.is_empty() {
            self.problem("/servers", "must list the endpoint of every known region");
        }
        for (index, server) in servers.into_iter().enumerate() {
            let pointer = format!("/servers/{index}");
            let url = text(server, "url");
            if !url.starts_with("https://") || url.trim_start_matches("https://").contains('/') {
                self.problem(&step(&pointer, "url"), "must be https:// and a host, without a path");
            }
            let region = text(server, "x-region");
            if region.is_empty() || !regions.insert(region) {
                self.problem(&step(&pointer, "x-region"), "must name the region, each region once");
            }
        }
    }

    fn component(&mut self, name: &str, schema: &Value) {
        let pointer = step("/components/schemas", name);
        if name.to_pascal_case() != name {
            self.problem(&pointer, format!("must be named like a Rust type: {}", name.to_pascal_case()));
        }
        if RESERVED.contains(&name) {
            self.problem(&pointer, "has the name of a type that generated code uses itself");
        }
        if is_enum(schema) {
            self.values(&pointer, schema);
        } else if text(schema, "type") != "object" || schema.get("properties").is_none() {
            self.problem(&pointer, "must be an object with properties, or a list of values");
        }
        self.schema(&pointer, schema, true);
        let mut names: BTreeMap<String, &str> = BTreeMap::new();
        for (key, property) in members(schema, "properties") {
            let pointer = step(&step(&pointer, "properties"), key);
            self.schema(&pointer, property, true);
            if let Some(other) = names.insert(setter(key), key) {
                self.problem(&pointer, format!("has the same Rust name as {other:?}: {}", setter(key)));
            }
        }
        for name in list(schema, "required").filter_map(Value::as_str) {
            if schema.pointer(&step("/properties", name)).is_none() {
                self.problem(&step(&pointer, "required"), format!("names {name:?}, which is not a property"));
            }
        }
    }

    fn values(&mut self, pointer: &str, schema: &Value) {
        let key = if schema.get("enum").is_some() { "enum" } else { "x-extensible-enum" };
        let known: Vec<&Value> = values(schema).collect();
        let names: Vec<String> = list(schema, "x-enum-varnames").map(docs::plain).collect();
        if key == "enum" && schema.get("x-extensible-enum").is_some() {
            self.problem(&step(pointer, "x-extensible-enum"), "must not stand beside enum: a list is closed or open");
        }
        match text(schema, "type") {
            "string" if known.iter().all(|value| value.is_string()) => {}
            "integer" if known.iter().all(|value| value.is_i64()) => {}
            "string" => self.problem(&step(pointer, key), "must hold texts; quote values that YAML reads otherwise"),
            _ => self.problem(&step(pointer, key), "must hold texts or integers, as its type says"),
        }
        if names.len() != known.len() {
            self.problem(&step(pointer, "x-enum-varnames"), "must give each value the name of its variant");
        }
        let mut seen = BTreeSet::new();
        for name in &names {
            self.identifier(&step(pointer, "x-enum-varnames"), name);
            if name.to_pascal_case() != *name || name == "Unknown" || !seen.insert(name) {
                self.problem(
                    &step(pointer, "x-enum-varnames"),
                    format!("{name:?} must be a Rust variant name of its own, and not Unknown"),
                );
            }
        }
        let words = list(schema, "x-enum-descriptions").count();
        if schema.get("x-enum-descriptions").is_some() && words != known.len() {
            self.problem(&step(pointer, "x-enum-descriptions"), "must describe each value");
        }
        if text(schema, "type") == "integer" && words == 0 {
            self.problem(&step(pointer, "x-enum-descriptions"), "is missing: a number does not say what it means");
        }
        let distinct: BTreeSet<String> = known.iter().map(|value| docs::plain(value)).collect();
        if distinct.len() != known.len() {
            self.problem(&step(pointer, key), "holds a value twice");
        }
    }

    /// A schema wherever it stands.
    fn schema(&mut self, pointer: &str, schema: &Value, described: bool) {
        self.known_keys(pointer, schema, &SCHEMA_KEYS, "a schema");
        if described && text(schema, "description").is_empty() {
            self.problem(pointer, "has no description");
        }
        if schema.get("additionalProperties") == Some(&Value::Bool(false)) {
            self.problem(
                &step(pointer, "additionalProperties"),
                "must not be false: a response may hold unknown members",
            );
        }
        if schema.get("nullable").is_some() && schema.get("type").is_none() {
            self.problem(
                &step(pointer, "nullable"),
                "must stand beside a type, as OpenAPI wants it; beside allOf, put it on the component",
            );
        }
        if reference(schema).is_some() {
            return;
        }
        if schema.get("allOf").is_some() {
            self.problem(&step(pointer, "allOf"), "must hold one $ref and nothing else");
        }
        let format = text(schema, "format");
        if !format.is_empty() && !FORMATS.contains(&format) {
            self.problem(
                &step(pointer, "format"),
                format!("{format:?} is not known; known are {}", FORMATS.join(", ")),
            );
        }
        for (min, max) in [("minLength", "maxLength"), ("minimum", "maximum"), ("minItems", "maxItems")] {
            let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
            if let (Some(low), Some(high)) = (bound(min), bound(max))
                && low > high
            {
                self.problem(&step(pointer, min), format!("is {low}, larger than {max}, which is {high}"));
            }
        }
        match text(schema, "type") {
            _ if schema.get("oneOf").is_some() || is_time(schema) => self.time(pointer, schema),
            "array" => self.schema(&step(pointer, "items"), &schema["items"], false),
            "object" if schema.get("properties").is_some() && !is_component(pointer) => {
                self.problem(pointer, "must be a named schema under /components/schemas, so that its type has a name");
            }
            "string" | "integer" if is_enum(schema) && !is_component(pointer) => {
                self.problem(pointer, "must be a named schema under /components/schemas, so that its type has a name");
            }
            "string" | "integer" | "number" | "boolean" | "object" => {}
            "" if text(schema, "x-type") == "any" => {}
            "" => self.problem(pointer, "has no type; say `x-type: any` where anything may stand"),
            other => self.problem(&step(pointer, "type"), format!("{other:?} is not a type")),
        }
        if let Some(default) = schema.get("default") {
            self.example(&step(pointer, "default"), schema, default);
        }
    }

    /// A time in milliseconds: a text that is sent, a text or a number that is read.
    fn time(&mut self, pointer: &str, schema: &Value) {
        let kinds: Vec<&str> = list(schema, "oneOf").map(|branch| text(branch, "type")).collect();
        if !is_time(schema) || !(text(schema, "type") == "string" || kinds == ["string", "integer"]) {
            self.problem(
                pointer,
                "must be a time: format epoch-millis, with type string in a request, and in a response with oneOf \
                 [{ type: string }, { type: integer, format: int64 }]",
            );
        }
    }

    fn operation(&mut self, operation: &OperationAt<'a>) {
        let at = |key: &str| step(&operation.pointer, key);
        self.known_keys(&operation.pointer, operation.value, &OPERATION_KEYS, "an operation");
        self.identifier(&at("operationId"), operation.id());
        if RESERVED.contains(&operation.id().to_pascal_case().as_str()) || matches!(operation.id(), "new" | "request") {
            self.problem(&at("operationId"), "is a name that every client uses itself");
        }
        if operation.value.get("x-retry-safe").is_some_and(|value| !value.is_boolean()) {
            self.problem(&at("x-retry-safe"), "must be true or false");
        }
        let action = operation.value.get("x-iam-action").and_then(Value::as_str);
        if operation.value.get("x-iam-action").is_some() && action.is_none_or(|action| action.split(':').count() != 3) {
            self.problem(&at("x-iam-action"), "must be service, resource and action, such as coc:ticket:list");
        }
        self.source(operation);
        let expected = text(&operation.value["x-source"], "api").to_snake_case();
        if operation.id() != expected {
            self.problem(&at("operationId"), format!("must be {expected:?}, the official API name in snake case"));
        }
        for key in ["summary", "description"] {
            if text(operation.value, key).is_empty() {
                self.problem(&at(key), "is missing");
            }
        }
        self.parameters(operation);
        self.bodies(operation);
        self.pagination(operation);
        self.history(operation);
    }

    /// Which documents the operation is from: pages, API definitions, versions of the official SDK.
    fn source(&mut self, operation: &OperationAt<'a>) {
        let pointer = step(&operation.pointer, "x-source");
        let source = &operation.value["x-source"];
        self.known_keys(&pointer, source, &["api", "documents", "verified"], "x-source");
        if text(source, "api").is_empty() {
            self.problem(&step(&pointer, "api"), "is missing: the official name of the operation");
        }
        if list(source, "documents").next().is_none_or(|first| text(first, "title").is_empty()) {
            self.problem(
                &step(&pointer, "documents"),
                "must begin with the page that documents the operation, and its title",
            );
        }
        for (index, document) in list(source, "documents").enumerate() {
            let pointer = format!("{pointer}/documents/{index}");
            let kinds: Vec<&str> =
                ["page", "definition", "sdk"].into_iter().filter(|kind| document.get(kind).is_some()).collect();
            match kinds[..] {
                ["page"] => self.known_keys(&pointer, document, &["page", "title", "language", "updated"], "a page"),
                [kind] => self.known_keys(&pointer, document, &[kind, "updated"], "a document"),
                _ => self.problem(&pointer, "must name a page, a definition or an sdk"),
            }
            let date = text(document, "updated");
            if document.get("updated").is_some() && chrono::NaiveDate::parse_from_str(date, "%Y-%m-%d").is_err() {
                self.problem(&step(&pointer, "updated"), "must be the date of this document, such as 2026-01-31");
            }
        }
    }

    /// The setters of a request builder: parameters, and members of the body.
    fn setters(&mut self, operation: &OperationAt<'a>) {
        // Methods of every builder.
        const OWN: [&str; 6] = ["body", "send", "new", "items", "pages", "with_options"];
        let mut names: BTreeMap<String, String> = BTreeMap::new();
        let mut settle = |linter: &mut Self, pointer: String, node: &Value, name: &str| {
            let setter = setter_of(node, name);
            let advice = "settle it with x-setter, a name of its own";
            if OWN.contains(&setter.as_str()) {
                linter
                    .problem(&pointer, format!("has the name of a method that every builder has: {setter}; {advice}"));
            } else if let Some(other) = names.insert(setter.clone(), name.to_owned()) {
                linter.problem(&pointer, format!("has the same setter as {other:?}: {setter}; {advice}"));
            }
        };
        for (index, parameter) in list(operation.value, "parameters").enumerate() {
            let pointer = format!("{}/parameters/{index}", operation.pointer);
            settle(self, pointer, parameter, text(parameter, "name"));
        }
        if let Some(schema) = operation.request_schema() {
            let (component, target) = self.spec.resolve(schema);
            let component = component.unwrap_or_default();
            for (key, property) in members(target, "properties") {
                let pointer = step(&format!("/components/schemas/{component}/properties"), key);
                settle(self, pointer, property, key);
            }
        }
    }

    fn parameters(&mut self, operation: &OperationAt<'a>) {
        let mut in_path = BTreeSet::new();
        self.setters(operation);
        for (index, parameter) in list(operation.value, "parameters").enumerate() {
            let pointer = format!("{}/parameters/{index}", operation.pointer);
            let name = text(parameter, "name");
            self.known_keys(&pointer, parameter, &PARAMETER_KEYS, "a parameter");
            self.identifier(&pointer, &setter_of(parameter, name));
            if text(parameter, "description").is_empty() {
                self.problem(&pointer, "has no description");
            }
            let schema = &parameter["schema"];
            self.schema(&step(&pointer, "schema"), schema, false);
            let (_, target) = self.spec.resolve(schema);
            match text(parameter, "in") {
                "path" => {
                    in_path.insert(name);
                    if !required(parameter) {
                        self.problem(&step(&pointer, "required"), "must be true: it is part of the path");
                    }
                    if text(target, "type") == "array" || is_enum(target) {
                        self.problem(&step(&pointer, "schema"), "must be a text or an integer: it is part of the path");
                    }
                }
                "query" => {}
                "header" if text(target, "type") != "array" => {}
                "header" => self.problem(&step(&pointer, "schema"), "must not be a list: it is a header"),
                other => self.problem(&step(&pointer, "in"), format!("{other:?} is not supported")),
            }
            if text(target, "type") == "object" {
                self.problem(&step(&pointer, "schema"), "must not be an object");
            }
            if text(target, "format") == "password" && text(parameter, "in") != "header" {
                self.problem(
                    &step(&pointer, "in"),
                    "must be header: logs of proxies hold paths and queries, secrets too",
                );
            }
            let items = self.spec.resolve(&target["items"]).1;
            if text(target, "type") == "array" && text(items, "type") != "string" {
                self.problem(&step(&pointer, "schema"), "must be a list of texts: callers by name give texts");
            }
            for needed in list(parameter, "x-needs") {
                let needed = docs::plain(needed);
                if !operation.parameters().any(|other| text(other, "name") == needed && text(other, "in") == "query") {
                    self.problem(&step(&pointer, "x-needs"), format!("{needed:?} is not a query parameter"));
                }
            }
            if let Some(example) = parameter.get("example") {
                self.example(&step(&pointer, "example"), schema, example);
            } else if required(parameter) && name != crate::spec::TOKEN_HEADER {
                self.problem(
                    &pointer,
                    "has no example: it is required, and the sandbox serves the documented response for it",
                );
            }
        }
        let template: BTreeSet<&str> =
            operation.path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name).collect();
        if template != in_path {
            self.problem(
                &operation.pointer,
                format!("has the path parameters {in_path:?}, but its path names {template:?}"),
            );
        }
    }

    fn bodies(&mut self, operation: &OperationAt<'a>) {
        let mut bodies: Vec<(String, &Value)> = Vec::new();
        if let Some(body) = operation.value.get("requestBody") {
            bodies.push((step(&operation.pointer, "requestBody"), body));
            if !required(body) {
                self.problem(
                    &step(&operation.pointer, "requestBody/required").replace("~1", "/"),
                    "must be true: a body is always sent, `{}` when nothing is set",
                );
            }
        }
        let mut success = Vec::new();
        for (status, response) in members(operation.value, "responses") {
            let pointer = step(&step(&operation.pointer, "responses"), status);
            self.known_keys(&pointer, response, &RESPONSE_KEYS, "a response");
            if status.parse::<u16>().is_err() {
                self.problem(&pointer, "must be a status of three digits");
            }
            if status.starts_with('2') {
                success.push(operation.response_schema());
                self.in_band_status(&step(&pointer, "x-in-band-status"), response.get("x-in-band-status"));
            }
            bodies.push((pointer, response));
        }
        if success.len() != 1 {
            self.problem(
                &step(&operation.pointer, "responses"),
                format!("must have exactly one success status, has {}", success.len()),
            );
        }
        for (pointer, body) in bodies {
            let content: Vec<_> = members(body, "content").collect();
            let pointer = step(&pointer, "content");
            match content[..] {
                [(kind, media)] if kind == "application/json" => {
                    let pointer = step(&pointer, kind);
                    let schema = &media["schema"];
                    if reference(schema).is_none() {
                        self.problem(&step(&pointer, "schema"), "must refer to a named schema");
                    }
                    let examples: Vec<_> = members(media, "examples").collect();
                    if examples.is_empty() {
                        self.problem(&step(&pointer, "examples"), "must hold a documented example");
                    }
                    for (name, example) in examples {
                        let pointer = step(&step(&step(&pointer, "examples"), name), "value");
                        self.example(&pointer, schema, &example["value"]);
                    }
                }
                _ => self.problem(&pointer, "must hold application/json and nothing else"),
            }
        }
    }

    fn in_band_status(&mut self, pointer: &str, in_band: Option<&Value>) {
        let Some(in_band) = in_band else { return };
        for (key, value) in in_band.as_object().into_iter().flatten() {
            let good = match key.as_str() {
                "status" | "code" | "message" => {
                    value.as_str().is_some_and(|text| text.starts_with('/') && !text[1..].contains('/'))
                }
                "success" | "failure" => value.as_array().is_some_and(|values| values.iter().all(Value::is_string)),
                _ => false,
            };
            if !good {
                self.problem(
                    &step(pointer, key),
                    "must be status, code or message with a pointer to a member, or success or failure with texts",
                );
            }
        }
        for key in ["code", "message", "success"] {
            if in_band.get(key).is_none() {
                self.problem(&step(pointer, key), "is missing");
            }
        }
    }

    fn pagination(&mut self, operation: &OperationAt<'a>) {
        let Some(pagination) = operation.value.get("x-pagination") else { return };
        let pointer = step(&operation.pointer, "x-pagination");
        self.known_keys(&pointer, pagination, &PAGINATION_KEYS, "x-pagination");
        let numbers: &[&str] = match text(pagination, "style") {
            "offset" => &["max_offset", "max_size"],
            "page" => &["first_page", "max_page", "max_size"],
            _ => &[],
        };
        for key in numbers {
            if pagination.get(key).and_then(Value::as_u64).is_none_or(|number| u32::try_from(number).is_err()) {
                self.problem(&step(&pointer, key), "must be a number of at most 32 bits");
            }
        }
        let names: &[&str] = match text(pagination, "style") {
            "offset" => &["offset", "size"],
            "page" => &["page", "size"],
            "whole" => &[],
            other => {
                self.problem(
                    &step(&pointer, "style"),
                    format!("{other:?} is not a style; known are offset, page and whole"),
                );
                return;
            }
        };
        for key in names {
            let name = text(pagination, key);
            if self.argument(operation, name).is_none() {
                self.problem(&step(&pointer, key), format!("{name:?} is neither a parameter nor a member of the body"));
            }
        }
        for (key, kind) in [("items", "array"), ("total", "integer")] {
            // Some lists do not say how long they are.
            if key == "total" && pagination.get(key).is_none() {
                continue;
            }
            let found = operation.response_schema().and_then(|schema| self.spec.target(schema, text(pagination, key)));
            if found.is_none_or(|schema| text(schema, "type") != kind) {
                self.problem(&step(&pointer, key), format!("must point to the {kind} in the response"));
            }
        }
    }

    fn history(&mut self, operation: &OperationAt<'a>) {
        let Some(history) = operation.value.get("x-history") else { return };
        let pointer = step(&operation.pointer, "x-history");
        self.known_keys(&pointer, history, &HISTORY_KEYS, "x-history");
        let items = text(&operation.value["x-pagination"], "items");
        let item = operation
            .response_schema()
            .and_then(|schema| self.spec.target(schema, items))
            .filter(|schema| text(schema, "type") == "array")
            .map(|schema| &schema["items"]);
        let Some(item) = item else {
            self.problem(&pointer, "needs x-pagination, which says where the items are");
            return;
        };
        if let Some(since) = history.get("since") {
            let name = since.as_str().unwrap_or_default();
            let schema = self.argument(operation, name).map(|schema| self.spec.resolve(schema).1);
            if schema.is_none_or(|schema| text(schema, "format") != "epoch-millis") {
                self.problem(
                    &step(&pointer, "since"),
                    format!("{name:?} is neither a parameter nor a member of the body that takes milliseconds"),
                );
            }
        }
        for key in ["time", "actor", "action", "subject", "detail"] {
            let templates: Vec<&str> = match history.get(key) {
                Some(Value::Array(templates)) => templates.iter().filter_map(Value::as_str).collect(),
                Some(Value::String(template)) => vec![template],
                _ => {
                    self.problem(&step(&pointer, key), "is missing");
                    continue;
                }
            };
            for template in templates {
                for place in template.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(place, _)| place)
                {
                    let known = match place.strip_suffix(emit::WORDS) {
                        Some(place) => self
                            .spec
                            .target(item, place)
                            .is_some_and(|schema| list(schema, "x-enum-descriptions").next().is_some()),
                        None if place.starts_with('/') => self.spec.target(item, place).is_some(),
                        None => operation.parameters().any(|parameter| text(parameter, "name") == place),
                    };
                    if !known {
                        self.problem(
                            &step(&pointer, key),
                            format!("{{{place}}} is neither in an item nor a parameter"),
                        );
                    }
                }
            }
        }
    }

    /// The schema of a parameter, or of a member of the body.
    fn argument(&self, operation: &OperationAt<'a>, name: &str) -> Option<&'a Value> {
        let parameter = operation.parameters().find(|parameter| text(parameter, "name") == name);
        let body = || self.spec.resolve(operation.request_schema()?).1.pointer(&step("/properties", name));
        parameter.map(|parameter| &parameter["schema"]).or_else(body)
    }

    /// Only an enum may travel both ways: an object cannot be strict and tolerant at once.
    fn directions(&mut self) {
        let uses = uses(self.spec);
        for (name, schema) in self.spec.schemas() {
            let pointer = step("/components/schemas", name);
            let directions = uses.get(name).map(|used| &used.directions);
            match directions {
                None => self.problem(&pointer, "is used nowhere"),
                Some(directions)
                    if directions.contains(&Direction::Request)
                        && directions.contains(&Direction::Response)
                        && !is_enum(schema) =>
                {
                    self.problem(&pointer, "is used in a request and in a response; make it two schemas");
                }
                Some(_) => {}
            }
        }
    }

    /// Notes of any node: deviations, and questions that are open.
    fn notes(&mut self, value: &Value, pointer: &str) {
        if value.get("x-review").is_some() {
            self.problem(&step(pointer, "x-review"), "is an open question: settle it and remove the note");
        }
        if let Some(deviations) = value.get("x-deviation") {
            let pointer = step(pointer, "x-deviation");
            if !deviations.is_array() {
                self.problem(&pointer, "must be a list");
            }
            for (index, deviation) in list(value, "x-deviation").enumerate() {
                let at = |key: &str| format!("{pointer}/{index}/{key}");
                for key in ["about", "page", "spec", "why"] {
                    if text(deviation, key).is_empty() {
                        self.problem(&at(key), "is missing");
                    }
                }
                let about = text(deviation, "about");
                if !ABOUT.contains(&about) {
                    self.problem(&at("about"), format!("must be one of {}", ABOUT.join(", ")));
                }
                if about == "description" && text(deviation, "found").is_empty() {
                    self.problem(&at("found"), "is missing: what `cargo xtask drift` says of the page's words");
                }
                if text(deviation, "why") == deviations::UNDECIDED {
                    self.problem(&at("why"), "says that it is not decided: decide, and say why");
                }
            }
        }
        match value {
            Value::Object(members) => {
                for (key, member) in members.iter().filter(|(key, _)| !matches!(key.as_str(), "example" | "examples")) {
                    self.notes(member, &step(pointer, key));
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.notes(item, &format!("{pointer}/{index}"));
                }
            }
            _ => {}
        }
    }

    /// A documented value must be what its schema says.
    fn example(&mut self, pointer: &str, schema: &Value, example: &Value) {
        let mut document = json_schema(schema);
        // Only what it refers to: a validator of everything for every example would take the square of the time.
        let definitions: serde_json::Map<String, Value> = self
            .spec
            .reached(schema)
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), json_schema(self.spec.schema(name)?))))
            .collect();
        document["components"] = json!({ "schemas": definitions });
        match jsonschema::draft4::new(&document) {
            Ok(validator) => {
                for error in validator.iter_errors(example) {
                    let message = error.to_string();
                    self.problem(
                        &format!("{pointer}{}", error.instance_path()),
                        format!("breaks its schema: {message}"),
                    );
                }
            }
            Err(error) => self.problem(pointer, format!("cannot be checked: {error}")),
        }
    }
}

fn is_component(pointer: &str) -> bool {
    pointer.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'))
}

/// A schema of OpenAPI 3.0 as plain JSON schema, read as any other tool reads it.
fn json_schema(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let mut plain = serde_json::Map::new();
    for (key, value) in object {
        let value = match key.as_str() {
            "properties" => {
                members(schema, "properties").map(|(name, property)| (name.clone(), json_schema(property))).collect()
            }
            "items" | "additionalProperties" => json_schema(value),
            "format" | "nullable" | "example" | "default" => continue,
            key if key.starts_with("x-") => continue,
            _ => value.clone(),
        };
        plain.insert(key.clone(), value);
    }
    match schema.get("nullable") {
        Some(Value::Bool(true)) => json!({ "anyOf": [plain, { "type": "null" }] }),
        _ => Value::Object(plain),
    }
}

/// Every `$ref`, with its pointer and the name of the schema it refers to.
fn references(document: &Value) -> Vec<(String, Option<String>)> {
    fn visit(value: &Value, pointer: &str, found: &mut Vec<(String, Option<String>)>) {
        match value {
            Value::Object(object) => {
                for (key, member) in object.iter().filter(|(key, _)| !matches!(key.as_str(), "example" | "examples")) {
                    let pointer = step(pointer, key);
                    match member {
                        Value::String(target) if key == "$ref" => {
                            found.push((pointer, target.strip_prefix("#/components/schemas/").map(str::to_owned)));
                        }
                        _ => visit(member, &pointer, found),
                    }
                }
            }
            Value::Array(items) => {
                items.iter().enumerate().for_each(|(index, item)| visit(item, &format!("{pointer}/{index}"), found));
            }
            _ => {}
        }
    }
    let mut found = Vec::new();
    visit(document, "", &mut found);
    found
}
