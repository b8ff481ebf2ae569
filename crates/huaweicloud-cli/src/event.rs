//! Conversion of history records to events, with the templates of the spec.

use huaweicloud_core::{
    metadata::{EventMapping, Words},
    time,
};
use serde_json::{Map, Value, json};

/// An event of a history: who did what, when, to which subject.
#[derive(Debug, PartialEq)]
pub struct Event {
    pub service: &'static str,
    /// The time in milliseconds since the Unix epoch, or `None` if it cannot be parsed.
    pub millis: Option<i64>,
    /// The time in RFC 3339, or as in the record if it cannot be parsed.
    pub time: String,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub detail: String,
}

impl Event {
    /// Converts a record to an event.
    pub fn read(
        service: &'static str,
        history: &EventMapping,
        record: &Value,
        arguments: &Map<String, Value>,
        time_zone: &str,
    ) -> Self {
        let source = Source { record, arguments, words: history.words };
        let field = |templates: &[&str]| source.fill(templates).unwrap_or_default();
        // The first form of the time that can be parsed, else the first that is present.
        let times: Vec<String> = history.time.iter().filter_map(|template| source.fill(&[template])).collect();
        let millis = times.iter().find_map(|text| time::parse(text, time_zone));
        Self {
            service,
            millis,
            time: millis.and_then(time::rfc3339).or_else(|| times.into_iter().next()).unwrap_or_default(),
            actor: field(history.actor),
            action: field(history.action),
            subject: field(history.subject),
            detail: field(history.detail),
        }
    }

    /// Returns the event as JSON.
    pub fn to_json(&self) -> Value {
        json!({
            "time": self.time,
            "millis": self.millis,
            "service": self.service,
            "subject": self.subject,
            "actor": self.actor,
            "action": self.action,
            "detail": self.detail,
        })
    }
}

/// The values for templates.
struct Source<'a> {
    record: &'a Value,
    arguments: &'a Map<String, Value>,
    words: &'static [Words],
}

impl Source<'_> {
    /// Fills in the first template whose placeholders all have a value. Templates with a `*` are filled in for every
    /// element of their list, each element with the first template whose placeholders all have a value.
    fn fill(&self, templates: &[&str]) -> Option<String> {
        let list = |template: &str| {
            template.split('{').skip(1).find_map(|part| Some(part.split_once('}')?.0.split_once("/*")?.0.to_owned()))
        };
        let each = templates.iter().find_map(|template| list(template));
        let count = each.and_then(|pointer| self.record.pointer(&pointer)?.as_array().map(Vec::len)).unwrap_or(0);
        let filled: Vec<String> = (0..count)
            .filter_map(|index| {
                let repeated = templates.iter().filter(|template| template.contains("/*"));
                repeated.map(|template| self.fill_once(template, index)).find_map(|filled| filled)
            })
            .collect();
        if !filled.is_empty() {
            return Some(filled.join("; "));
        }
        templates.iter().find_map(|template| self.fill_once(template, 0))
    }

    fn fill_once(&self, template: &str, index: usize) -> Option<String> {
        let mut parts = template.split('{');
        let mut text = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (place, rest) = part.split_once('}')?;
            let value = match place.split_once(':') {
                Some((place, "words")) => self.words_for(place, index)?.to_owned(),
                _ if place.starts_with('/') => plain(find(self.record, place, index)?),
                _ => plain(self.arguments.get(place)?),
            };
            if value.is_empty() {
                return None;
            }
            text.push_str(&value);
            text.push_str(rest);
        }
        Some(text)
    }

    /// Returns the words for the value at a JSON pointer, if the value is documented.
    fn words_for(&self, place: &str, index: usize) -> Option<&'static str> {
        let value = plain(find(self.record, place, index)?);
        let table = self.words.iter().find(|words| words.place == place)?;
        table.of.iter().find(|(known, _)| *known == value).map(|(_, words)| *words)
    }
}

/// Resolves a JSON pointer that may also contain `*`, the element at `index`, and `key=value`, the element with this
/// member.
fn find<'a>(record: &'a Value, pointer: &str, index: usize) -> Option<&'a Value> {
    pointer.split('/').skip(1).try_fold(record, |at, step| match (at, step) {
        (Value::Array(items), "*") => items.get(index),
        (Value::Array(items), step) => match step.split_once('=') {
            Some((key, value)) => items.iter().find(|item| item.get(key).is_some_and(|member| member == value)),
            None => items.get(step.parse::<usize>().ok()?),
        },
        (at, step) => at.get(step),
    })
}

fn plain(value: &Value) -> String {
    match value {
        Value::Null => String::new(),
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn filled(templates: &[&str], record: &Value) -> Option<String> {
        const WORDS: &[Words] = &[Words::new("/kind", &[("0", "created"), ("2", "urged")])];
        let arguments = json!({ "case_id": "CS1" });
        Source { record, arguments: arguments.as_object().unwrap_or(&Map::new()), words: WORDS }.fill(templates)
    }

    #[test]
    fn templates_take_the_first_form_whose_places_all_have_a_value() {
        let record = json!({ "name": "Ann", "id": 7, "empty": "", "nothing": null });
        assert_eq!(filled(&["{/nothing}", "{/empty}", "{/name}", "{/id}"], &record).as_deref(), Some("Ann"));
        assert_eq!(filled(&["{case_id}: {/id}"], &record).as_deref(), Some("CS1: 7"));
        assert_eq!(filled(&["{/missing}"], &record), None);
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
    }
}
