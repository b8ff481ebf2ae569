//! The text of the rustdoc: descriptions, rules, units and sources.

use serde_json::Value;

use crate::{
    spec::{Spec, is_enum, is_time, text, values},
    wire::{Direction, Use},
};

/// Returns the documentation of a property: its description, its rule, and the list that knows its values.
///
/// Of a response only the unit and the values are said: nothing in it is refused for its length or range.
pub fn property(spec: &Spec, property: &Value, direction: Direction) -> String {
    let mut paragraphs = vec![text(property, "description").to_owned()];
    paragraphs.extend(sentence(&match direction {
        Direction::Request => rule(spec, property),
        Direction::Response => unit_and_values(spec, property).join("; "),
    }));
    if let Some(link) = property.get("x-listed-by") {
        let from = match text(link, "service") {
            "" => format!("[`Client::{0}`](crate::Client::{0})", text(link, "operation")),
            service => format!("`{}` of `huaweicloud-{service}`", text(link, "operation")),
        };
        paragraphs.push(format!("Listed by {from}: `{}` of an item.", text(link, "value").trim_start_matches('/')));
    }
    paragraphs.join("\n\n")
}

/// Returns the documentation of a schema: its description and the documents it is from.
pub fn schema(schema: &Value, used: &Use) -> String {
    let mut paragraphs = vec![text(schema, "description").to_owned()];
    if !used.sources.is_empty() {
        let sources: Vec<&str> = used.sources.iter().map(String::as_str).collect();
        paragraphs.push(format!("Source: {}.", sources.join("; ")));
    }
    paragraphs.join("\n\n")
}

/// Returns the rule of a schema in words: length, range, count, unit, values, default.
pub fn rule(spec: &Spec, schema: &Value) -> String {
    let (_, target) = spec.resolve(schema);
    let bound = |key: &str| target.get(key).and_then(Value::as_u64);
    let number = |key: &str| target.get(key).and_then(Value::as_i64);
    let range = |min: Option<u64>, max: Option<u64>, unit: &str| match (min, max) {
        (Some(min), Some(max)) if min == max => Some(format!("{min} {}", counted(unit, min))),
        (min, Some(max)) if min.unwrap_or(0) == 0 => Some(format!("at most {max} {}", counted(unit, max))),
        (Some(min), Some(max)) => Some(format!("{min} to {max} {unit}")),
        (Some(min), None) if min > 0 => Some(format!("at least {min} {}", counted(unit, min))),
        _ => None,
    };
    let mut parts = Vec::new();
    let characters = if text(target, "format") == "alphanumeric" { "letters and digits" } else { "characters" };
    // The length of the text says nothing once the value is a time or one of a list.
    if !is_time(target) && target.get("enum").is_none() {
        parts.extend(range(bound("minLength"), bound("maxLength"), characters));
    }
    parts.extend(match (number("minimum"), number("maximum")) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    });
    parts.extend(range(bound("minItems"), bound("maxItems"), "items"));
    parts.extend(unit_and_values(spec, schema));
    if let Some(default) = schema.get("default").or_else(|| target.get("default")) {
        parts.push(format!("default `{}`", plain(default)));
    }
    parts.join("; ")
}

/// What a reader of a value has to know: its unit, and which values are documented.
fn unit_and_values(spec: &Spec, schema: &Value) -> Vec<String> {
    let (_, target) = spec.resolve(schema);
    let mut parts = Vec::new();
    if is_time(target) {
        parts.push("milliseconds since 1970-01-01 UTC".to_owned());
    }
    let of_items = spec.resolve(&target["items"]).1;
    for values_of in [target, of_items].into_iter().filter(|schema| is_enum(schema)) {
        let open = values_of.get("enum").is_none();
        let known: Vec<String> = values(values_of).map(|value| format!("`{}`", plain(value))).collect();
        parts.push(format!("{} {}", if open { "known values:" } else { "one of" }, known.join(", ")));
    }
    parts
}

/// Returns a unit in the form that goes with this number.
fn counted(unit: &str, count: u64) -> &str {
    if count == 1 && !unit.contains(' ') { unit.trim_end_matches('s') } else { unit }
}

/// Returns a rule as a sentence.
fn sentence(rule: &str) -> Option<String> {
    let mut letters = rule.chars();
    let first = letters.next()?;
    Some(format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// Returns a parameter with the rules of its schema, so that it is documented as a property is.
pub fn with_schema(parameter: &Value) -> Value {
    let mut merged = parameter["schema"].clone();
    if let Some(object) = merged.as_object_mut() {
        for key in ["description", "x-listed-by"] {
            if let Some(value) = parameter.get(key) {
                object.insert(key.to_owned(), value.clone());
            }
        }
    }
    merged
}

/// Returns a scalar without quotes.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
