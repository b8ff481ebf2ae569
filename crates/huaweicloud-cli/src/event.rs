//! How a record reads as an event: the templates of the spec, filled in.

use huaweicloud_core::{History, time};
use serde_json::{Map, Value, json};

/// Who did what, when, to what.
#[derive(Debug, PartialEq)]
pub struct Event {
    pub service: &'static str,
    /// Milliseconds since 1970, if the time could be read.
    pub millis: Option<i64>,
    /// The time as given.
    pub time: String,
    pub actor: String,
    pub action: String,
    pub subject: String,
    pub detail: String,
}

impl Event {
    /// Reads a record.
    pub fn read(
        service: &'static str,
        history: &History,
        record: &Value,
        arguments: &Map<String, Value>,
        time_zone: &str,
    ) -> Self {
        let field = |templates: &[&str]| fill(templates, record, arguments).unwrap_or_default();
        // The first form of the time that can be read, else the first that there is.
        let times: Vec<String> =
            history.time.iter().filter_map(|template| fill(&[template], record, arguments)).collect();
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

    /// As one line of JSON.
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

/// Fills in the first template whose places all have a value. Templates with a `*` are filled in for every element of
/// their list, each with the first that fits it.
fn fill(templates: &[&str], record: &Value, arguments: &Map<String, Value>) -> Option<String> {
    let list = |template: &str| {
        template.split('{').skip(1).find_map(|part| Some(part.split_once('}')?.0.split_once("/*")?.0.to_owned()))
    };
    let each = templates.iter().find_map(|template| list(template));
    let count = each.and_then(|pointer| record.pointer(&pointer)?.as_array().map(Vec::len)).unwrap_or(0);
    let filled: Vec<String> = (0..count)
        .filter_map(|index| {
            let repeated = templates.iter().filter(|template| template.contains("/*"));
            repeated.map(|template| fill_once(template, record, arguments, index)).find_map(|filled| filled)
        })
        .collect();
    if !filled.is_empty() {
        return Some(filled.join("; "));
    }
    templates.iter().find_map(|template| fill_once(template, record, arguments, 0))
}

fn fill_once(template: &str, record: &Value, arguments: &Map<String, Value>, index: usize) -> Option<String> {
    let mut parts = template.split('{');
    let mut text = parts.next().unwrap_or_default().to_owned();
    for part in parts {
        let (place, rest) = part.split_once('}')?;
        let value = match place.strip_prefix('/') {
            Some(_) => find(record, place, index)?,
            None => arguments.get(place)?,
        };
        let value = plain(value);
        if value.is_empty() {
            return None;
        }
        text.push_str(&value);
        text.push_str(rest);
    }
    Some(text)
}

/// A JSON pointer that also knows `*`, the element of this round, and `key=value`, the element with this member.
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
        fill(templates, record, json!({ "case_id": "CS1" }).as_object().unwrap_or(&Map::new()))
    }

    #[test]
    fn templates_take_the_first_form_whose_places_all_have_a_value() {
        let record = json!({ "name": "Ann", "id": 7, "empty": "", "nothing": null });
        assert_eq!(filled(&["{/nothing}", "{/empty}", "{/name}", "{/id}"], &record).as_deref(), Some("Ann"));
        assert_eq!(filled(&["{case_id}: {/id}"], &record).as_deref(), Some("CS1: 7"));
        assert_eq!(filled(&["{/missing}"], &record), None);
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
