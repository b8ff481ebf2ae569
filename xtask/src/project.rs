//! From what the documents say to what goes over the wire.
//!
//! Requests stay strict: lengths, ranges and allowed values become types of the runtime that check them. Responses
//! become tolerant: no length, range, required flag or default can make an answer fail. What a rule said lives on in
//! the rustdoc. The result is an OpenAPI document for progenitor in which every leaf that is not plain has a marker:
//! a string whose format is the Rust type to use.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    docs,
    spec::{OperationAt, Spec, is_enum, kind, list, members, reference, text},
};

/// Which way a value travels.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Request,
    Response,
}

/// The wire contract.
pub struct Projection<'s> {
    spec: &'s Spec,
    /// Where each schema is used.
    pub uses: BTreeMap<String, Use>,
}

/// A part of the wire contract that stands on its own.
pub struct Batch {
    /// The document for progenitor.
    pub document: Value,
    /// The Rust types that its markers name.
    pub markers: BTreeSet<String>,
}

/// How many operations or schemas go through the generator at once: enough that its fixed costs do not count, few
/// enough that it does not slow down.
const BATCH: usize = 16;

/// Projects a spec that passed the lint.
pub fn project(spec: &Spec) -> Projection<'_> {
    Projection { spec, uses: uses(spec) }
}

impl<'s> Projection<'s> {
    /// The objects, in batches by name.
    pub fn schemas(&self) -> impl Iterator<Item = Batch> + use<'_, 's> {
        let mut objects: Vec<_> = self.spec.schemas().filter(|(_, schema)| !is_enum(schema)).collect();
        objects.sort_unstable_by_key(|(name, _)| *name);
        batches(objects, |chunk| {
            let mut markers = BTreeSet::new();
            let mut schemas = Map::new();
            for (name, schema) in chunk {
                let used = self.uses.get(name).cloned().unwrap_or_default();
                schemas.insert(name.clone(), project_object(self.spec, schema, &used, &mut markers));
            }
            Batch { document: document(json!({}), schemas), markers }
        })
    }

    /// The operations, in batches. They know their bodies and answers by name only.
    pub fn operations(&self) -> impl Iterator<Item = Batch> + use<'_, 's> {
        batches(self.spec.operations(), |chunk| {
            let mut markers = BTreeSet::new();
            let mut paths = json!({});
            let mut schemas = Map::new();
            for operation in chunk {
                paths[operation.path][operation.method] = project_operation(&operation, &mut markers);
                let named = [operation.request_schema(), operation.response_schema()].into_iter().flatten();
                // An object without properties would be a map, which has no builder.
                let stub = json!({ "type": "object", "properties": { "member": { "type": "string" } } });
                schemas.extend(named.filter_map(reference).map(|name| (name.to_owned(), stub.clone())));
            }
            Batch { document: document(paths, schemas), markers }
        })
    }
}

fn batches<T>(parts: Vec<T>, batch: impl Fn(Vec<T>) -> Batch) -> impl Iterator<Item = Batch> {
    let mut parts = parts.into_iter();
    std::iter::from_fn(move || {
        let chunk: Vec<T> = parts.by_ref().take(BATCH).collect();
        (!chunk.is_empty()).then(|| batch(chunk))
    })
}

fn document(paths: Value, schemas: Map<String, Value>) -> Value {
    json!({
        "openapi": "3.0.3",
        "info": { "title": "", "version": "" },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

/// What is known of a schema from where it is used.
#[derive(Clone, Debug, Default)]
pub struct Use {
    /// Which way it travels.
    pub directions: BTreeSet<Direction>,
    /// The pages that document it.
    pub sources: BTreeSet<String>,
}

impl Use {
    /// How strict its fields are. The lint lets only enums travel both ways, and those are both at once.
    pub fn direction(&self) -> Direction {
        self.directions.first().copied().unwrap_or(Direction::Response)
    }
}

/// What requests and responses reach.
pub fn uses(spec: &Spec) -> BTreeMap<String, Use> {
    let mut found: BTreeMap<String, Use> = BTreeMap::new();
    for operation in spec.operations() {
        let parts = [
            ("parameters", Direction::Request),
            ("requestBody", Direction::Request),
            ("responses", Direction::Response),
        ];
        for (key, direction) in parts {
            for name in spec.reached(&operation.value[key]) {
                let known = found.entry(name.to_owned()).or_default();
                known.directions.insert(direction);
                known.sources.insert(docs::source(operation.value));
            }
        }
    }
    found
}

fn project_operation(operation: &OperationAt<'_>, markers: &mut BTreeSet<String>) -> Value {
    let parameters: Vec<Value> = operation
        .parameters()
        .map(|parameter| {
            let rust = rust_type(&parameter["schema"], Direction::Request, text(parameter, "in") == "path");
            json!({
                "name": text(parameter, "name"),
                "in": text(parameter, "in"),
                "required": required(parameter),
                "schema": leaf(rust, markers),
            })
        })
        .collect();
    let mut projected = json!({
        "operationId": operation.id(),
        "parameters": parameters,
    });
    if let Some(schema) = operation.request_schema() {
        projected["requestBody"] = json!({ "required": true, "content": { "application/json": { "schema": schema } } });
    }
    if let (Some((status, _)), Some(schema)) = (operation.success(), operation.response_schema()) {
        projected["responses"] = json!({
            status: { "description": "ok", "content": { "application/json": { "schema": schema } } },
        });
    }
    projected
}

pub fn required(value: &Value) -> bool {
    value.get("required") == Some(&Value::Bool(true))
}

fn project_object(spec: &Spec, schema: &Value, used: &Use, markers: &mut BTreeSet<String>) -> Value {
    let direction = used.direction();
    let mut properties = Map::new();
    let mut required: Vec<Value> = Vec::new();
    for (key, property) in members(schema, "properties") {
        let mut projected = leaf(rust_type(property, direction, false), markers);
        projected["description"] = docs::property(spec, property, direction).into();
        let is_list = direction == Direction::Response && text(property, "type") == "array";
        if is_list || (direction == Direction::Request && list(schema, "required").any(|name| name == key)) {
            required.push(key.clone().into());
        }
        properties.insert(key.clone(), projected);
    }
    json!({
        "type": "object",
        "description": docs::schema(schema, used),
        "properties": properties,
        "required": required,
    })
}

/// A leaf for progenitor: a plain schema, or a string with the Rust type as its format.
fn leaf(kind: String, markers: &mut BTreeSet<String>) -> Value {
    match kind.as_str() {
        "String" => json!({ "type": "string" }),
        "i32" => json!({ "type": "integer", "format": "int32" }),
        "i64" => json!({ "type": "integer", "format": "int64" }),
        "f64" => json!({ "type": "number", "format": "double" }),
        "bool" => json!({ "type": "boolean" }),
        _ => {
            markers.insert(kind.clone());
            json!({ "type": "string", "format": kind })
        }
    }
}

/// The Rust type of a schema.
pub fn rust_type(schema: &Value, direction: Direction, in_path: bool) -> String {
    if let Some(name) = reference(schema) {
        return format!("crate::types::{name}");
    }
    let bound = |key: &str| schema.get(key).and_then(Value::as_i64);
    let strict = direction == Direction::Request;
    match kind(schema) {
        "string" => {
            let (min, max) = (bound("minLength").unwrap_or(0), bound("maxLength"));
            let range = |name: &str| match max {
                Some(max) => format!("::huaweicloud_core::{name}<{min}, {max}>"),
                None => format!("::huaweicloud_core::{name}<{min}, {{ usize::MAX }}>"),
            };
            match text(schema, "format") {
                "epoch-millis" => "::huaweicloud_core::EpochMillis".to_owned(),
                "password" => "::huaweicloud_core::Secret".to_owned(),
                "alphanumeric" if strict => range("Alphanumeric"),
                _ if in_path => range("PathText"),
                _ if strict && (min > 0 || max.is_some()) => range("BoundedText"),
                _ => "String".to_owned(),
            }
        }
        "integer" => match (bound("minimum"), bound("maximum")) {
            _ if !strict => "i64".to_owned(),
            (None, None) if text(schema, "format") == "int32" => "i32".to_owned(),
            (None, None) => "i64".to_owned(),
            (min, max) => {
                let (lowest, highest) = match text(schema, "format") {
                    "int32" => (i64::from(i32::MIN).to_string(), i64::from(i32::MAX).to_string()),
                    _ => ("{ i64::MIN }".to_owned(), "{ i64::MAX }".to_owned()),
                };
                let text = |bound: Option<i64>, open: String| bound.map_or(open, |n| n.to_string());
                format!("::huaweicloud_core::Bounded<{}, {}>", text(min, lowest), text(max, highest))
            }
        },
        "number" => "f64".to_owned(),
        "boolean" => "bool".to_owned(),
        "array" => {
            let item = rust_type(&schema["items"], direction, false);
            let item = if item == "String" { "::std::string::String".to_owned() } else { item };
            match (strict, bound("minItems").unwrap_or(0), bound("maxItems")) {
                (false, ..) => format!("::huaweicloud_core::List<{item}>"),
                (true, 0, None) => format!("::huaweicloud_core::BoundedList<{item}>"),
                (true, min, None) => format!("::huaweicloud_core::BoundedList<{item}, {min}>"),
                (true, min, Some(max)) => format!("::huaweicloud_core::BoundedList<{item}, {min}, {max}>"),
            }
        }
        _ => match schema.get("additionalProperties") {
            Some(values) if values.is_object() => {
                let value = rust_type(values, direction, false);
                let value = if value == "String" { "::std::string::String".to_owned() } else { value };
                format!("::std::collections::BTreeMap<::std::string::String, {value}>")
            }
            _ => "::serde_json::Value".to_owned(),
        },
    }
}
