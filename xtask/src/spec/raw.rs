//! Access to nodes of a document as JSON, for drift and draft, which compare and edit them.

use std::collections::BTreeSet;

use serde_json::Value;

use super::problem::step;

pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

pub fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

pub fn members<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
}

/// Returns the schema of this name.
pub fn schema<'a>(document: &'a Value, name: &str) -> Option<&'a Value> {
    document.pointer(&step("/components/schemas", name))
}

/// Returns the schema behind `$ref` or a lone `allOf`, with its name.
pub fn resolve<'a>(document: &'a Value, node: &'a Value) -> (Option<&'a str>, &'a Value) {
    match reference(node) {
        Some(name) => (Some(name), schema(document, name).unwrap_or(node)),
        None => (None, node),
    }
}

/// Returns the name that a `$ref`, or a lone `allOf` around one, refers to.
pub fn reference(schema: &Value) -> Option<&str> {
    let target = match schema.get("allOf").and_then(Value::as_array) {
        Some(all) if all.len() == 1 => &all[0],
        _ => schema,
    };
    target.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// Returns the names of the components that a node refers to directly.
pub fn references(node: &Value) -> BTreeSet<&str> {
    let mut found: BTreeSet<&str> = reference(node).into_iter().collect();
    match node {
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "example" | "examples"))
            .for_each(|(_, member)| found.extend(references(member))),
        Value::Array(items) => items.iter().for_each(|item| found.extend(references(item))),
        _ => {}
    }
    found
}

/// Returns the type of a schema. A time in milliseconds, which responses hold as text or as number, is a text.
pub fn kind(schema: &Value) -> &str {
    if is_time(schema) { "string" } else { text(schema, "type") }
}

/// Returns whether a schema is that of a time in milliseconds.
pub fn is_time(schema: &Value) -> bool {
    text(schema, "format") == "epoch-millis"
}

/// Returns the values that a schema lists: all there are (`enum`), or those that are known (`x-extensible-enum`).
pub fn values(schema: &Value) -> impl Iterator<Item = &Value> {
    list(schema, "enum").chain(list(schema, "x-extensible-enum"))
}

/// Returns whether a schema lists values.
pub fn is_enum(schema: &Value) -> bool {
    schema.get("enum").is_some() || schema.get("x-extensible-enum").is_some()
}
