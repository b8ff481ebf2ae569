//! The wire contract: the parts of a spec that decide names and types, as a document for other generators.
//!
//! Limits and lists of values are left out: they are rules, and may change without a type. Requests keep their required
//! members; responses have none, because a response is never refused.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Map, Value, json};

use crate::{
    kind::Kind,
    spec::{Operation, Schema, Spec},
};

/// The direction of a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Direction {
    Request,
    Response,
}

/// How a schema is used.
#[derive(Clone, Debug, Default)]
pub struct Use {
    /// Its directions.
    pub directions: BTreeSet<Direction>,
    /// The documents that describe it.
    pub sources: BTreeSet<String>,
}

impl Use {
    /// Returns the direction of its fields. The lint allows only enums in both directions.
    pub fn direction(&self) -> Direction {
        self.directions.first().copied().unwrap_or(Direction::Response)
    }
}

/// Returns how each schema is used that requests or responses reach.
pub fn uses(spec: &Spec) -> BTreeMap<String, Use> {
    let mut found: BTreeMap<String, Use> = BTreeMap::new();
    for operation in spec.operations() {
        let parts =
            [(operation.request_schemas(), Direction::Request), (operation.response_schemas(), Direction::Response)];
        for (schemas, direction) in parts {
            for name in spec.reached(&schemas) {
                let known = found.entry(name.to_owned()).or_default();
                known.directions.insert(direction);
                known.sources.insert(operation.source.cited());
            }
        }
    }
    found
}

/// Returns the contract of a service.
pub fn contract(spec: &Spec) -> Value {
    let uses = uses(spec);
    let mut schemas = Map::new();
    for (name, schema) in spec.schemas() {
        let contract = if schema.is_enum() {
            json!({ "type": "string" })
        } else {
            let request = uses.get(name).is_some_and(|used| used.direction() == Direction::Request);
            let properties: Map<String, Value> = schema
                .properties()
                .map(|(key, property)| (key.clone(), described(leaf(&Kind::of(spec, property)), key)))
                .collect();
            let must: &[String] = if request { &schema.required } else { &[] };
            json!({ "type": "object", "properties": properties, "required": must })
        };
        schemas.insert(name.clone(), contract);
    }
    let mut paths = json!({});
    for operation in spec.operations() {
        paths[&operation.path][operation.method.to_string().to_lowercase()] = operation_of(spec, operation);
    }
    json!({
        "openapi": "3.0.3",
        "info": { "title": "", "version": "1" },
        "paths": paths,
        "components": { "schemas": schemas },
    })
}

fn operation_of(spec: &Spec, operation: &Operation) -> Value {
    let parameters: Vec<Value> = operation
        .arguments()
        .map(|parameter| {
            json!({
                "name": parameter.name,
                "in": parameter.location,
                "required": parameter.required,
                "schema": leaf(&Kind::of(spec, &parameter.schema)),
            })
        })
        .collect();
    let named =
        |schema: &Schema| json!({ "application/json": { "schema": { "$ref": schema.reference().map(component) } } });
    let mut contract = json!({ "operationId": operation.id, "parameters": parameters });
    if let Some(schema) = operation.request_schema() {
        contract["requestBody"] = json!({ "required": true, "content": named(schema) });
    }
    if let Some((status, _)) = operation.success() {
        let mut response = json!({ "description": "ok" });
        if let Some(schema) = operation.response_schema() {
            response["content"] = named(schema);
        }
        contract["responses"] = json!({ status: response });
    }
    contract
}

/// Returns a schema with its name on the wire; a reference must be wrapped for that.
fn described(schema: Value, name: &str) -> Value {
    let mut described = if schema.get("$ref").is_some() { json!({ "allOf": [schema] }) } else { schema };
    described["description"] = name.into();
    described
}

fn component(name: &str) -> String {
    format!("#/components/schemas/{name}")
}

/// Returns a schema without rules. Times and secrets keep their format, which tells the judges their types.
fn leaf(kind: &Kind) -> Value {
    match kind {
        Kind::Text => json!({ "type": "string" }),
        Kind::Integer => json!({ "type": "integer", "format": "int64" }),
        Kind::Number => json!({ "type": "number", "format": "double" }),
        Kind::Boolean => json!({ "type": "boolean" }),
        Kind::Millis => json!({ "type": "string", "format": "epoch-millis" }),
        Kind::Secret => json!({ "type": "string", "format": "password" }),
        Kind::Any => json!({}),
        Kind::Enum(name) | Kind::Object(name) => json!({ "$ref": component(name) }),
        Kind::List(item) => json!({ "type": "array", "items": leaf(item) }),
        Kind::Map(value) => json!({ "type": "object", "additionalProperties": leaf(value) }),
    }
}
