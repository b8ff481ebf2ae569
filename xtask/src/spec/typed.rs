//! Deserialization that refuses every key that the type does not keep.

use serde::{Serialize, de::DeserializeOwned};
use serde_json::Value;
use serde_path_to_error::{Path, Segment};

use super::problem::{Problem, Result, step};

/// Keys that any node may have; `notes` reads them.
const NOTES: [&str; 2] = ["x-deviation", "x-review"];

/// Deserializes a node.
///
/// # Errors
/// Returns a problem if a value is missing or has another type, or a problem for each key that is lost in a round trip
/// because nothing reads it.
pub fn typed<T: DeserializeOwned + Serialize>(file: &str, pointer: &str, value: &Value) -> Result<T> {
    let typed: T = serde_path_to_error::deserialize(value).map_err(|error| {
        let pointer = pointer_of(pointer, error.path());
        let message = error.inner().to_string();
        let missing = message.strip_prefix("missing field `").and_then(|field| field.strip_suffix('`'));
        vec![match missing {
            Some(field) => Problem::new(file, step(&pointer, field), "is missing"),
            None => Problem::new(file, pointer, format!("is not valid: {message}")),
        }]
    })?;
    let kept = serde_json::to_value(&typed).map_err(|error| vec![Problem::new(file, pointer, error.to_string())])?;
    let mut problems = Vec::new();
    lost(value, &kept, pointer, &mut |pointer, message| problems.push(Problem::new(file, pointer, message)));
    if problems.is_empty() { Ok(typed) } else { Err(problems) }
}

/// Returns a path of serde as a JSON pointer.
pub fn pointer_of(start: &str, path: &Path) -> String {
    path.iter().fold(start.to_owned(), |pointer, part| match part {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => step(&pointer, key),
        Segment::Enum { .. } | Segment::Unknown => pointer,
    })
}

/// Reports what is lost in the round trip.
fn lost(value: &Value, kept: &Value, pointer: &str, found: &mut impl FnMut(&str, String)) {
    match (value, kept) {
        (Value::Object(members), Value::Object(kept)) => {
            for (key, member) in members.iter().filter(|(key, _)| !NOTES.contains(&key.as_str())) {
                let at = step(pointer, key);
                match kept.get(key) {
                    Some(kept) => lost(member, kept, &at, found),
                    None => {
                        let place = place(pointer);
                        found(&at, format!("is not supported in {place}; see specs/README.md for what is"));
                    }
                }
            }
        }
        (Value::Array(items), Value::Array(kept)) => {
            for (index, (item, kept)) in items.iter().zip(kept).enumerate() {
                lost(item, kept, &format!("{pointer}/{index}"), found);
            }
        }
        // serde accepts a list as the fields of a struct in their order.
        (Value::Array(_), Value::Object(_)) => found(pointer, "must be a mapping".to_owned()),
        _ => {}
    }
}

/// Returns a noun phrase for the node at a pointer.
fn place(pointer: &str) -> &str {
    let steps: Vec<&str> = pointer.split('/').skip(1).collect();
    match steps[..] {
        [] => "a document",
        ["servers", _] => "a server",
        ["paths", _] => "a path",
        ["paths", _, _] => "an operation",
        [.., "parameters", _] => "a parameter",
        [.., "responses", _] => "a response",
        [.., "headers", _] => "a header",
        [.., "requestBody"] | [.., "content", _] => "a body",
        [.., "examples", _] => "an example",
        [.., "properties" | "allOf" | "oneOf", _] | [.., "schema" | "items" | "additionalProperties"] => "a schema",
        ["components", "schemas", _] => "a schema",
        [.., "documents", _] => "a document",
        [.., "x-deviation", _] => "an x-deviation",
        [.., last] => last,
    }
}
