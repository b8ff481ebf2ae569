//! The text of the rustdoc: descriptions, rules, units and sources.

use serde_json::Value;

use crate::{
    spec::{Format, Parameter, Schema, Spec, extensions::ListedBy},
    wire::{Direction, Use},
};

/// Returns the documentation of a property: its description, its rule, and the list that knows its values.
///
/// Of a response only the unit and the values are documented: nothing in it is refused for its length or range.
pub fn property(spec: &Spec, property: &Schema, direction: Direction) -> String {
    value(spec, &property.description, property, property.listed_by.as_ref(), direction)
}

/// Returns the documentation of a parameter, as of a property.
pub fn parameter(spec: &Spec, parameter: &Parameter) -> String {
    value(spec, &parameter.description, &parameter.schema, parameter.listed_by.as_ref(), Direction::Request)
}

fn value(
    spec: &Spec,
    description: &str,
    schema: &Schema,
    listed_by: Option<&ListedBy>,
    direction: Direction,
) -> String {
    let mut paragraphs = vec![description.to_owned()];
    paragraphs.extend(sentence(&match direction {
        Direction::Request => rule(spec, schema),
        Direction::Response => unit_and_values(spec, schema).join("; "),
    }));
    if let Some(ListedBy { service, operation, value, .. }) = listed_by {
        let from = match service {
            None => format!("[`Client::{operation}`](crate::Client::{operation})"),
            Some(service) => format!("`{operation}` of `huaweicloud-{service}`"),
        };
        paragraphs.push(format!("Listed by {from}: `{}` of an item.", value.trim_start_matches('/')));
    }
    paragraphs.join("\n\n")
}

/// Returns the documentation of a schema: its description and the documents it is from.
pub fn schema(schema: &Schema, used: &Use) -> String {
    let mut paragraphs = vec![schema.description.clone()];
    if !used.sources.is_empty() {
        let sources: Vec<&str> = used.sources.iter().map(String::as_str).collect();
        paragraphs.push(format!("Source: {}.", sources.join("; ")));
    }
    paragraphs.join("\n\n")
}

/// Returns the rule of a schema in words: length, range, count, unit, values, default.
fn rule(spec: &Spec, schema: &Schema) -> String {
    let (_, target) = spec.resolve(schema);
    let range = |min: Option<u32>, max: Option<u32>, unit: &str| match (min, max) {
        (Some(min), Some(max)) if min == max => Some(format!("{min} {}", counted(unit, min))),
        (min, Some(max)) if min.unwrap_or(0) == 0 => Some(format!("at most {max} {}", counted(unit, max))),
        (Some(min), Some(max)) => Some(format!("{min} to {max} {unit}")),
        (Some(min), None) if min > 0 => Some(format!("at least {min} {}", counted(unit, min))),
        _ => None,
    };
    let mut parts = Vec::new();
    let characters = if target.format == Some(Format::Alphanumeric) { "letters and digits" } else { "characters" };
    // The length of the text says nothing once the value is a time or one of a list.
    if !target.is_time() && target.closed.is_none() {
        parts.extend(range(target.min_length, target.max_length, characters));
    }
    parts.extend(match (target.minimum, target.maximum) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    });
    parts.extend(range(target.min_items, target.max_items, "items"));
    parts.extend(unit_and_values(spec, schema));
    if let Some(default) = schema.default.as_ref().or(target.default.as_ref()) {
        parts.push(format!("default `{}`", plain(default)));
    }
    parts.join("; ")
}

/// What a reader of a value has to know: its unit, and which values are documented.
fn unit_and_values(spec: &Spec, schema: &Schema) -> Vec<String> {
    let (_, target) = spec.resolve(schema);
    let mut parts = Vec::new();
    if target.is_time() {
        parts.push("milliseconds since 1970-01-01 UTC".to_owned());
    }
    let of_items = target.items.as_ref().map(|items| spec.resolve(items).1);
    for values_of in [Some(target), of_items].into_iter().flatten().filter(|schema| schema.is_enum()) {
        let open = values_of.closed.is_none();
        let known: Vec<String> = values_of.values().map(|value| format!("`{}`", plain(value))).collect();
        parts.push(format!("{} {}", if open { "known values:" } else { "one of" }, known.join(", ")));
    }
    parts
}

/// Returns a unit in the form that goes with this number.
fn counted(unit: &str, count: u32) -> &str {
    if count == 1 && !unit.contains(' ') { unit.trim_end_matches('s') } else { unit }
}

/// Returns a rule as a sentence.
fn sentence(rule: &str) -> Option<String> {
    let mut letters = rule.chars();
    let first = letters.next()?;
    Some(format!("{}{}.", first.to_uppercase(), letters.as_str()))
}

/// Returns a scalar without quotes.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
