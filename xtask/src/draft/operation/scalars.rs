//! Scalars of documents and the types they have.

use serde_json::{Map, Value};

/// Converts a text into a value of the type of a schema.
pub(super) fn typed(text: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        Some("array") => Value::Array(text.split(',').map(Value::from).collect()),
        _ => Value::from(text),
    }
}

pub(super) fn matches_type(value: &Value, schema: &Map<String, Value>) -> bool {
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("string") => value.is_string() && !value.as_str().unwrap_or_default().contains(' '),
        _ => false,
    }
}
