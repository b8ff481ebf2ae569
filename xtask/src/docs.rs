//! The words of the rustdoc: what a node means, its rule, its default, and where it differs from its page.

use serde_json::Value;

use crate::wire::{Direction, Use};

use crate::spec::{Spec, is_enum, is_time, list, text, values};

/// Of a property: meaning, rule and deviations.
pub fn property(spec: &Spec, property: &Value, direction: Direction) -> String {
    let mut paragraphs = vec![text(property, "description").to_owned()];
    let rule = rule(spec, property);
    paragraphs.extend(match direction {
        Direction::Request => sentence("", &rule),
        // A response is never refused for breaking it.
        Direction::Response => sentence("Documented: ", &rule),
    });
    if let Some(link) = property.get("x-listed-by") {
        let from = match text(link, "service") {
            "" => format!("[`Client::{0}`](crate::Client::{0})", text(link, "operation")),
            service => format!("`{}` of `huaweicloud-{service}`", text(link, "operation")),
        };
        paragraphs.push(format!("Listed by {from}: `{}` of an item.", text(link, "value").trim_start_matches('/')));
    }
    paragraphs.extend(deviations(property));
    paragraphs.join("\n\n")
}

/// Of a schema: meaning, source pages and deviations.
pub fn schema(schema: &Value, used: &Use) -> String {
    let mut paragraphs = vec![text(schema, "description").to_owned()];
    if !used.sources.is_empty() {
        let sources: Vec<&str> = used.sources.iter().map(String::as_str).collect();
        paragraphs.push(format!("Source: {}.", sources.join("; ")));
    }
    paragraphs.extend(deviations(schema));
    paragraphs.join("\n\n")
}

/// The rule of a schema in words: range, length, count, values, default.
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
    if is_time(target) {
        parts.push("milliseconds since 1970-01-01 UTC".to_owned());
    } else if target.get("enum").is_none() {
        parts.extend(range(bound("minLength"), bound("maxLength"), characters));
    }
    parts.extend(match (number("minimum"), number("maximum")) {
        (Some(min), Some(max)) => Some(format!("{min} to {max}")),
        (Some(min), None) => Some(format!("at least {min}")),
        (None, Some(max)) => Some(format!("at most {max}")),
        (None, None) => None,
    });
    parts.extend(range(bound("minItems"), bound("maxItems"), "items"));
    let of_items = spec.resolve(&target["items"]).1;
    for values_of in [target, of_items].into_iter().filter(|schema| is_enum(schema)) {
        let open = values_of.get("enum").is_none();
        let known: Vec<String> = values(values_of).map(|value| format!("`{}`", plain(value))).collect();
        parts.push(format!("{} {}", if open { "known values:" } else { "one of" }, known.join(", ")));
    }
    if let Some(default) = schema.get("default").or_else(|| target.get("default")) {
        parts.push(format!("default `{}`", plain(default)));
    }
    parts.join("; ")
}

/// A unit as it is called for this many.
fn counted(unit: &str, count: u64) -> &str {
    if count == 1 && !unit.contains(' ') { unit.trim_end_matches('s') } else { unit }
}

/// A rule as a sentence of its own.
pub fn sentence(prefix: &str, rule: &str) -> Option<String> {
    let text = format!("{prefix}{rule}.");
    let mut letters = text.chars();
    let first = letters.next()?;
    (!rule.is_empty()).then(|| format!("{}{}", first.to_uppercase(), letters.as_str()))
}

/// Where the node differs from its page, and why.
pub fn deviations(node: &Value) -> Vec<String> {
    list(node, "x-deviation")
        .map(|deviation| {
            format!(
                "Deviation ({}): the page: {}; here: {}. Reason: {}.",
                text(deviation, "about"),
                text(deviation, "page"),
                text(deviation, "spec"),
                text(deviation, "why")
            )
        })
        .collect()
}

/// A parameter with the rules of its schema, so that it documents like a property.
pub fn with_schema(parameter: &Value) -> Value {
    let mut merged = parameter["schema"].clone();
    if let Some(object) = merged.as_object_mut() {
        for key in ["description", "x-listed-by", "x-deviation"] {
            if let Some(value) = parameter.get(key) {
                object.insert(key.to_owned(), value.clone());
            }
        }
    }
    merged
}

/// A scalar without quotes.
pub fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}
