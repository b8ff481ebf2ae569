//! Arguments by name, compared as text: the number 5 in a path and the text "5" in a list are the same id.

use serde_json::{Map, Value};

/// Returns a value as it stands in a path.
pub(crate) fn text(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

/// Returns whether a call has all of these arguments.
pub(crate) fn includes(call: &Map<String, Value>, arguments: &Map<String, Value>) -> bool {
    arguments.iter().all(|(name, value)| call.get(name).is_some_and(|given| text(given) == text(value)))
}

/// Returns whether no argument differs that both have.
pub(crate) fn agree(one: &Map<String, Value>, other: &Map<String, Value>) -> bool {
    one.iter().all(|(name, value)| other.get(name).is_none_or(|given| text(given) == text(value)))
}
