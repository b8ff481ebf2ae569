//! What a request body holds, in words: its members with types, rules and descriptions, and an example.

use std::{collections::BTreeMap, fmt::Write as _};

use huaweicloud_core::metadata::{ObjectRule, Operation, Rule, ValueType};
use serde_json::Value;

use super::example;

/// Returns help text on the members of a body, with the documented example. `spec` has the descriptions.
pub fn described(rules: &'static ObjectRule, operation: &Operation, spec: &Value) -> String {
    let mut text = "\n\nMembers of the body:".to_owned();
    let method = operation.method.to_ascii_lowercase();
    let media = spec["paths"][operation.path][method].pointer("/requestBody/content/application~1json");
    let media = media.unwrap_or(&Value::Null);
    let mut members = Members { spec, text: &mut text, known: BTreeMap::new() };
    members.of(rules, resolved(spec, &media["schema"]), "", "  ");
    let example = media["examples"].as_object().and_then(|examples| examples.values().next());
    if let Some(example) = example.map(|example| &example["value"]) {
        let (lines, whole) = example::lines(example, 2);
        let title = if whole { "Example" } else { "Example, shortened" };
        text += &format!("\n\n{title}:\n{}", lines.join("\n"));
    }
    text
}

/// Writes the members of objects.
struct Members<'s> {
    spec: &'s Value,
    text: &'s mut String,
    /// Where the members of an object are written already, by its name.
    known: BTreeMap<&'static str, String>,
}

impl Members<'_> {
    /// Writes the members of an object at a place such as `filters.values`.
    fn of(&mut self, object: &'static ObjectRule, schema: &Value, place: &str, indent: &str) {
        self.known.insert(object.name, place.to_owned());
        for member in object.members {
            let node = &schema["properties"][member.name];
            let target = resolved(self.spec, node);
            let place = if place.is_empty() { member.name.to_owned() } else { format!("{place}.{}", member.name) };
            let inner = inner(&member.rule);
            let seen = inner.and_then(|object| self.known.get(object.name));
            let as_in = match seen.map(String::as_str) {
                Some("") => ", as the body",
                Some(seen) => &format!(", as in {seen}"),
                None => "",
            };
            let required = if member.required { ", required" } else { "" };
            // Writing to a string cannot fail.
            let _ = write!(self.text, "\n{indent}{}: {}{as_in}{required}", member.name, kind(&member.rule, false));
            let description = node["description"].as_str().or_else(|| target["description"].as_str());
            let words = plain(description.unwrap_or_default(), "")
                + &in_words(&member.rule)
                + &meanings(items_of(self.spec, target));
            if !words.is_empty() {
                let _ = write!(self.text, "\n{indent}    {}", words.trim_start());
            }
            if let Some(object) = inner.filter(|object| !self.known.contains_key(object.name)) {
                self.of(object, items_of(self.spec, target), &place, &format!("{indent}    "));
            }
        }
    }
}

/// Returns what each documented value means, as a sentence after another one; empty if no document says so.
fn meanings(schema: &Value) -> String {
    let values = ["x-extensible-enum", "enum"].iter().find_map(|key| schema[key].as_array());
    let Some((values, meanings)) = values.zip(schema["x-enum-descriptions"].as_array()) else { return String::new() };
    let each = values.iter().zip(meanings).map(|(value, meaning)| {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        format!("`{value}` {}", plain(meaning.as_str().unwrap_or_default(), ""))
    });
    format!(" These mean: {}.", each.collect::<Vec<_>>().join(", "))
}

/// Returns the rules of the objects in a value.
fn inner(rule: &Rule) -> Option<&'static ObjectRule> {
    match rule.kind {
        ValueType::Object(object) => Some(object),
        ValueType::List(rule) | ValueType::Map(rule) => inner(rule),
        _ => None,
    }
}

/// Returns the schema of the objects in a value.
fn items_of<'s>(spec: &'s Value, schema: &'s Value) -> &'s Value {
    match ["items", "additionalProperties"].iter().find_map(|key| schema.get(key).filter(|inner| inner.is_object())) {
        Some(inner) => items_of(spec, resolved(spec, inner)),
        None => schema,
    }
}

/// Returns the schema that a node refers to, with `$ref` or as the only one of `allOf`.
fn resolved<'s>(spec: &'s Value, node: &'s Value) -> &'s Value {
    let node = node.pointer("/allOf/0").unwrap_or(node);
    let target = node["$ref"].as_str().and_then(|pointer| spec.pointer(pointer.strip_prefix('#')?));
    target.unwrap_or(node)
}

/// Returns the type of a value in a word.
fn kind(rule: &Rule, plural: bool) -> String {
    let word = match rule.kind {
        ValueType::Integer => "integer",
        ValueType::Number => "number",
        ValueType::Boolean if plural => "boolean",
        ValueType::Boolean => return "true or false".to_owned(),
        ValueType::Secret => "secret text",
        ValueType::Text | ValueType::Alphanumeric | ValueType::Millis => "text",
        ValueType::Object(_) => "object",
        ValueType::List(item) => {
            return format!("list{} of {}", if plural { "s" } else { "" }, kind(item, true));
        }
        ValueType::Map(value) => {
            return format!("object{} of {}", if plural { "s" } else { "" }, kind(value, true));
        }
        _ => return "any JSON".to_owned(),
    };
    format!("{word}{}", if plural { "s" } else { "" })
}

/// Returns a rule as a sentence after another one; empty if every value of the type is valid.
pub fn in_words(rule: &Rule) -> String {
    let rule = rule.to_string();
    let mut letters = rule.chars();
    let sentence = letters.next().map(|first| format!(" {}{}.", first.to_uppercase(), letters.as_str()));
    sentence.unwrap_or_default()
}

/// Returns text of a spec without links and emphasis. `quote` stands in the place of emphasis. Code keeps its backticks, as
/// in messages.
pub fn plain(markdown: &str, quote: &str) -> String {
    let mut shown = String::with_capacity(markdown.len());
    let mut rest = markdown;
    while let Some(at) = rest.find(['`', '*', '[']) {
        let (before, from) = rest.split_at(at);
        shown += before;
        let mark = &from[..1];
        let marks = from.len() - from.trim_start_matches('*').len();
        let found = match mark {
            "`" => from[1..].find('`').map(|end| (&from[..end + 2], &from[end + 2..], "")),
            "*" => emphasis(from, marks).map(|(inner, rest)| (inner, rest, quote)),
            _ => link(from).map(|(inner, rest)| (inner, rest, "")),
        };
        // A mark that begins nothing is a character.
        let alone = (&from[..1], &from[1..], "");
        let (inner, after, quote) = found.unwrap_or(alone);
        let inner = if mark == "`" || found.is_none() { inner.to_owned() } else { plain(inner, "") };
        shown += &format!("{quote}{inner}{quote}");
        rest = after;
    }
    shown + rest
}

/// Returns the text between marks of emphasis, and what follows.
fn emphasis(text: &str, marks: usize) -> Option<(&str, &str)> {
    let mark = &text[..marks];
    let (inner, rest) = text[marks..].split_once(mark)?;
    let is_word = !inner.is_empty() && !inner.starts_with(' ') && !inner.ends_with(' ');
    is_word.then_some((inner, rest))
}

/// Returns the text of a link, and what follows.
fn link(text: &str) -> Option<(&str, &str)> {
    let (inner, rest) = text.strip_prefix('[')?.split_once("](")?;
    let (_, rest) = rest.split_once(')')?;
    (!inner.contains(']')).then_some((inner, rest))
}

#[cfg(test)]
mod tests {
    use super::plain;

    #[test]
    fn text_of_a_spec_is_readable_in_a_terminal() {
        let cases = [
            ("*Querying a List* (2025-10-24)", "\"Querying a List\" (2025-10-24)"),
            ("**Now** and [`time::parse`](huaweicloud_core::time::parse).", "\"Now\" and `time::parse`."),
            ("Actions such as `obs:*`; `*` means any.", "Actions such as `obs:*`; `*` means any."),
            ("2 * 3 * 4, [0, 1], a ` and 工单*", "2 * 3 * 4, [0, 1], a ` and 工单*"),
        ];
        for (markdown, expected) in cases {
            assert_eq!(plain(markdown, "\""), expected);
        }
    }
}
