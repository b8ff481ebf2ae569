//! Generated records: values that match a schema, look like the examples, and are the same in every run.

use huaweicloud_core::time::{local, parse};
use serde_json::{Map, Value, json};

use crate::{
    contract::Contract,
    ids::IdShape,
    random::{hash, mix},
};

/// The time between two generated records, in milliseconds.
const HOUR: i64 = 3_600_000;

/// The time zone of times without one.
const TIME_ZONE: &str = "GMT+8";

/// Returns the times anywhere in a record, in milliseconds.
pub(crate) fn times(record: &Value) -> Vec<i64> {
    let time = match record {
        Value::Object(members) => return members.values().flat_map(times).collect(),
        Value::Array(items) => return items.iter().flat_map(times).collect(),
        Value::Number(number) => number.as_i64().filter(|number| number.to_string().len() == 13),
        Value::String(text) if text.len() == 13 || text.contains('-') => parse(text, TIME_ZONE),
        _ => None,
    };
    time.into_iter().collect()
}

/// Returns the oldest time anywhere in a record, in milliseconds.
pub(crate) fn oldest_time(record: &Value) -> Option<i64> {
    times(record).into_iter().min()
}

/// A generator of the records of one list.
pub(crate) struct Generator<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) schema: &'a Value,
    /// The arguments that select the list.
    pub(crate) arguments: Map<String, Value>,
    pub(crate) time_zone: Option<String>,
    /// Records to imitate.
    pub(crate) examples: &'a [Value],
    pub(crate) seed: u64,
    /// The time that records with negative numbers follow, in milliseconds.
    pub(crate) newest: i64,
    /// The time that the others precede.
    pub(crate) oldest: i64,
    /// JSON pointers to the ids that are arguments of operations, with the schemas of these arguments.
    pub(crate) taken: Vec<(&'static str, Vec<&'a Value>)>,
}

impl Generator<'_> {
    /// Returns the record with a number.
    pub(crate) fn record(&self, number: i64) -> Value {
        let like = usize::try_from(number.rem_euclid(self.examples.len().max(1).try_into().unwrap_or(1)));
        self.value("", self.schema, number, like.ok().and_then(|like| self.examples.get(like)))
    }

    /// Returns the shape of the ids at a JSON pointer into a record.
    pub(crate) fn shape(&self, pointer: &str) -> Option<IdShape> {
        let taken = self.taken.iter().find(|(known, _)| *known == pointer);
        let member = self.contract.member(self.schema, pointer)?;
        Some(IdShape::new(member, taken.map_or(&[], |(_, arguments)| arguments)))
    }

    fn value(&self, pointer: &str, schema: &Value, number: i64, like: Option<&Value>) -> Value {
        let schema = self.contract.resolve(schema);
        let name = pointer.rsplit('/').next().unwrap_or_default();
        let kind = schema["type"].as_str();
        let is_plain = matches!(kind, Some("integer" | "string"));
        if let Some((_, arguments)) = self.taken.iter().find(|(known, _)| *known == pointer && is_plain) {
            return IdShape::new(schema, arguments).id(member_seed(self.seed, pointer), number);
        }
        let is_id = name == "id" || name == "identifier" || name.ends_with("_id");
        // An id that is an argument of the call is repeated in the records.
        if let Some(given) = self.arguments.get(name).filter(|_| is_id) {
            return given.clone();
        }
        let random = mix(self.seed ^ mix(number.cast_unsigned()) ^ hash(name));
        if let Some(values) = listed(schema).filter(|_| is_plain) {
            return values[usize::try_from(random).unwrap_or(0) % values.len()].clone();
        }
        // An id within a record may be a word that others refer to.
        let is_word = pointer.rfind('/') != Some(0) && like.and_then(Value::as_str).is_some_and(is_word);
        if is_id && is_plain && !is_word {
            return IdShape::new(schema, &[]).id(member_seed(self.seed, pointer), number);
        }
        match kind {
            Some("object") => Value::Object(
                schema["properties"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(key, property)| {
                        let like = like.and_then(|like| like.get(key));
                        (key.clone(), self.value(&format!("{pointer}/{key}"), property, number, like))
                    })
                    .collect(),
            ),
            Some("array") => json!([self.value(pointer, &schema["items"], number, like.and_then(|like| like.get(0)))]),
            Some("integer") => {
                let min = schema["minimum"].as_u64().unwrap_or(0);
                let above = schema["maximum"].as_u64().map_or(3, |max| max.saturating_sub(min)).min(3);
                json!(min + random % (above + 1))
            }
            Some("boolean") => json!(random.is_multiple_of(2)),
            Some("number") => json!(1.5),
            _ if schema["format"] == "epoch-millis" => {
                let millis = self.millis(number);
                let as_number = self.examples.iter().any(|item| item.get(name).is_some_and(Value::is_number));
                if as_number { json!(millis) } else { json!(millis.to_string()) }
            }
            _ => Value::String(self.text(name, number, random, like)),
        }
    }

    fn text(&self, name: &str, number: i64, random: u64, like: Option<&Value>) -> String {
        const PEOPLE: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];
        if name.contains("time") {
            let zone = self.time_zone.as_deref().unwrap_or(TIME_ZONE);
            return local(self.millis(number), zone).unwrap_or_default();
        }
        if ["operator", "user", "nick"].iter().any(|word| name.contains(word)) {
            return PEOPLE[usize::try_from(random).unwrap_or(0) % PEOPLE.len()].to_owned();
        }
        match like.and_then(Value::as_str).filter(|text| text.parse::<i64>().is_err()) {
            Some(text) => text.to_owned(),
            None => format!("{} {}", name.replace('_', " "), number + 1),
        }
    }

    /// Returns the time of a record: newest first, one record per hour.
    fn millis(&self, number: i64) -> i64 {
        let from = if number < 0 { self.newest } else { self.oldest };
        from.saturating_sub(number.saturating_mul(HOUR))
    }
}

/// Returns the seed of the ids of a member.
pub(crate) fn member_seed(list: u64, pointer: &str) -> u64 {
    mix(list ^ hash(pointer))
}

/// Returns the values of a closed or an extensible enum.
fn listed(schema: &Value) -> Option<&[Value]> {
    let values = schema["enum"].as_array().or_else(|| schema["x-extensible-enum"].as_array());
    values.map(Vec::as_slice).filter(|values| !values.is_empty())
}

fn is_word(text: &str) -> bool {
    !text.is_empty() && text.chars().all(char::is_alphabetic)
}
