//! Templates of a spec: texts with places to fill in from a record.

use std::fmt::Write as _;

use huaweicloud_core::metadata::Words;
use serde_json::Map;
use serde_json_borrow::Value;

/// The arguments of a call.
pub(crate) type Arguments = Map<String, serde_json::Value>;

/// A field of an event: the first template whose places all have a value is used.
#[derive(Debug)]
pub(crate) struct Field(Vec<Template>);

#[derive(Debug)]
struct Template {
    parts: Vec<Part>,
    /// The list for whose every element the template is repeated.
    each: Option<&'static str>,
}

#[derive(Debug)]
enum Part {
    Text(&'static str),
    /// A parameter of the call.
    Argument(&'static str),
    Place(Vec<Step>),
    /// The label of the value at a place.
    Words(Vec<Step>, &'static Words),
}

#[derive(Debug)]
enum Step {
    Member(&'static str),
    /// The element of the list for which the template is filled in.
    Each,
    /// The element of a list that has this member.
    With(&'static str, &'static str),
}

impl Field {
    pub(crate) fn new(templates: &[&'static str], words: &'static [Words]) -> Self {
        Self(templates.iter().map(|template| Template::new(template, words)).collect())
    }

    /// Fills in the field. Repeated templates are filled in for every element of their list, each with the first
    /// template that has all values there, and joined.
    pub(crate) fn fill(&self, record: &Value<'_>, arguments: &Arguments) -> Option<String> {
        let list = self.0.iter().find_map(|template| at(record, template.each?)?.as_array());
        let repeated: Vec<String> = (0..list.map_or(0, <[Value<'_>]>::len))
            .filter_map(|index| {
                let mut repeated = self.0.iter().filter(|template| template.each.is_some());
                repeated.find_map(|template| template.fill(record, arguments, index))
            })
            .collect();
        match repeated.as_slice() {
            [] => self.all(record, arguments).next(),
            repeated => Some(repeated.join("; ")),
        }
    }

    /// Returns every template filled in for the first elements of lists, without those that lack a value.
    pub(crate) fn all(&self, record: &Value<'_>, arguments: &Arguments) -> impl Iterator<Item = String> {
        self.0.iter().filter_map(|template| template.fill(record, arguments, 0))
    }
}

impl Template {
    fn new(template: &'static str, words: &'static [Words]) -> Self {
        let mut parts = Vec::new();
        let mut each = None;
        for part in template.split('{') {
            let Some((place, rest)) = part.split_once('}') else {
                parts.push(Part::Text(part));
                continue;
            };
            let pointer = place.strip_suffix(":words").unwrap_or(place);
            each = each.or_else(|| Some(pointer.split_once("/*")?.0));
            parts.push(match words.iter().find(|words| words.place == pointer).filter(|_| pointer != place) {
                Some(words) => Part::Words(steps(pointer), words),
                None if pointer.starts_with('/') => Part::Place(steps(pointer)),
                None => Part::Argument(pointer),
            });
            parts.push(Part::Text(rest));
        }
        Self { parts, each }
    }

    fn fill(&self, record: &Value<'_>, arguments: &Arguments, index: usize) -> Option<String> {
        let mut text = String::new();
        for part in &self.parts {
            let before = text.len();
            match part {
                Part::Text(words) => {
                    text.push_str(words);
                    continue;
                }
                Part::Argument(name) => push_argument(&mut text, arguments.get(*name)?),
                Part::Place(steps) => push(&mut text, find(record, steps, index)?),
                Part::Words(steps, words) => {
                    let value = plain(find(record, steps, index)?);
                    text.push_str(words.of.iter().find(|(known, _)| *known == value)?.1);
                }
            }
            if text.len() == before {
                return None;
            }
        }
        Some(text)
    }
}

fn steps(pointer: &'static str) -> Vec<Step> {
    let step = |step: &'static str| match step.split_once('=') {
        _ if step == "*" => Step::Each,
        Some((key, value)) => Step::With(key, value),
        None => Step::Member(step),
    };
    pointer.split('/').skip(1).map(step).collect()
}

fn find<'a, 'v>(record: &'a Value<'v>, steps: &[Step], index: usize) -> Option<&'a Value<'v>> {
    steps.iter().try_fold(record, |at, step| match (at, step) {
        (Value::Array(items), Step::Each) => items.get(index),
        (Value::Array(items), Step::With(key, value)) => {
            items.iter().find(|item| member(item, key).is_some_and(|member| member.as_str() == Some(*value)))
        }
        (at, Step::Member(name)) => member(at, name),
        _ => None,
    })
}

/// Returns the member of an object, or the element of a list.
fn member<'a, 'v>(value: &'a Value<'v>, name: &str) -> Option<&'a Value<'v>> {
    match value {
        Value::Object(members) => members.iter().find(|(known, _)| *known == name).map(|(_, member)| member),
        Value::Array(items) => items.get(name.parse::<usize>().ok()?),
        _ => None,
    }
}

/// Returns the value at a JSON pointer, unless it is null.
pub(crate) fn at<'a, 'v>(value: &'a Value<'v>, pointer: &str) -> Option<&'a Value<'v>> {
    pointer.split('/').skip(1).try_fold(value, member).filter(|value| !value.is_null())
}

/// Returns a value as text: a string as it is, null as nothing.
pub(crate) fn plain(value: &Value<'_>) -> String {
    let mut text = String::new();
    push(&mut text, value);
    text
}

fn push(text: &mut String, value: &Value<'_>) {
    match value {
        Value::Null => {}
        Value::Str(value) => text.push_str(value),
        other => drop(write!(text, "{other}")),
    }
}

/// Returns an argument as text: a string as it is, null as nothing.
pub(crate) fn plain_argument(value: &serde_json::Value) -> String {
    let mut text = String::new();
    push_argument(&mut text, value);
    text
}

fn push_argument(text: &mut String, value: &serde_json::Value) {
    match value {
        serde_json::Value::Null => {}
        serde_json::Value::String(value) => text.push_str(value),
        other => drop(write!(text, "{other}")),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn filled(templates: &[&'static str], record: &serde_json::Value) -> Option<String> {
        const WORDS: &[Words] = &[Words::new("/kind", &[("0", "created"), ("2", "urged")])];
        let arguments = json!({ "case_id": "CS1" });
        Field::new(templates, WORDS).fill(&record.into(), arguments.as_object().unwrap())
    }

    #[test]
    fn templates_take_the_first_form_whose_places_all_have_a_value() {
        let record = json!({ "name": "Ann", "id": 7, "empty": "", "nothing": null });
        assert_eq!(filled(&["{/nothing}", "{/empty}", "{/name}", "{/id}"], &record).as_deref(), Some("Ann"));
        assert_eq!(filled(&["{case_id}: {/id}"], &record).as_deref(), Some("CS1: 7"));
        assert_eq!(filled(&["{/missing}"], &record), None);
        assert_eq!(filled(&["{/missing}", "always"], &record).as_deref(), Some("always"));
    }

    #[test]
    fn a_code_whose_meaning_is_known_reads_as_words() {
        let templates = ["{/kind:words}", "kind {/kind}"];
        assert_eq!(filled(&templates, &json!({ "kind": 2 })).as_deref(), Some("urged"));
        assert_eq!(filled(&templates, &json!({ "kind": "2" })).as_deref(), Some("urged"));
        assert_eq!(filled(&templates, &json!({ "kind": 7 })).as_deref(), Some("kind 7"));
        assert_eq!(filled(&templates, &json!({})), None);
    }

    #[test]
    fn templates_walk_lists_and_pick_elements() {
        let record = json!({
            "details": [{ "name": "a", "old": "1", "new": "2" }, { "name": "b", "new": "3" }],
            "names": [{ "key": "x", "name": "X" }, { "key": "operator", "name": "Op" }],
        });
        let detail = ["{/details/*/name}: {/details/*/old} → {/details/*/new}", "{/details/*/name}: {/details/*/new}"];
        assert_eq!(filled(&detail, &record).as_deref(), Some("a: 1 → 2; b: 3"));
        assert_eq!(filled(&["{/names/key=operator/name}"], &record).as_deref(), Some("Op"));
        assert_eq!(filled(&["{/details/1/name}"], &record).as_deref(), Some("b"));
    }
}
