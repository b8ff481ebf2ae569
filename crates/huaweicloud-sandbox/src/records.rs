//! Response bodies: the documented example for the documented ids, a generated history for others.

use huaweicloud_core::{
    metadata::{PageStyle, Pagination},
    time::local,
};
use serde_json::{Map, Value, json};

use crate::contract::{Contract, Route};

/// The page size of operations that document no default.
const DEFAULT_SIZE: u64 = 10;

/// Returns the status and the body of a success response.
pub(crate) fn response(route: &Route<'_>, arguments: &Map<String, Value>, records: usize) -> Option<(u16, Value)> {
    let contract = route.contract;
    let (status, example) = contract.documented(route.operation, '2')?;
    let chosen = contract.documented_arguments(route.operation);
    let Some(pagination) = &route.operation.pagination else {
        return Some((status, asked_for(example, true, &chosen, arguments)));
    };
    let items = example.pointer(pagination.items)?.as_array()?;
    let documented = chosen.iter().all(|(name, value)| arguments.get(name) == Some(value));
    let total = match documented {
        true => match pagination.total {
            Some(total) => usize::try_from(example.pointer(total)?.as_u64()?).ok()?,
            None => items.len(),
        },
        false => records,
    };
    let item_schema = &contract.response_schema(route.operation, pagination.items)?["items"];
    // Records that follow the documented ones are older.
    let oldest = items.iter().filter(|_| documented).filter_map(oldest_time).min();
    let earliest = route.operation.history.as_ref().and_then(|history| history.since);
    let seed = seed(arguments, earliest);
    let maker = Maker { contract, arguments, example: items, seed, newest: oldest.unwrap_or(NEWEST) };
    let record = |index: usize| match items.get(index) {
        Some(item) if documented => item.clone(),
        _ => maker.value("", item_schema, index, items.get(index % items.len().max(1))),
    };
    let (total, page): (usize, Vec<Value>) = match earliest.and_then(|name| oldest_time(arguments.get(name)?)) {
        None => (total, window(route, pagination, arguments, total).map(record).collect()),
        Some(since) => {
            let recent = |record: &Value| oldest_time(record).is_none_or(|time| time >= since);
            let kept: Vec<Value> = (0..total).map(record).filter(recent).collect();
            (kept.len(), kept[window(route, pagination, arguments, kept.len())].to_vec())
        }
    };
    let mut body = example.clone();
    echo(&mut body, pagination, arguments);
    *body.pointer_mut(pagination.items)? = Value::Array(page);
    if let Some(pointer) = pagination.total {
        *body.pointer_mut(pointer)? = json!(total);
    }
    Some((status, body))
}

/// Returns the documented response with the documented arguments replaced by the requested ones.
///
/// An equal value may be a coincidence. A member is an argument if it has its name, too, or if it is the id of the
/// resource: that of the outermost object with an id, since objects in it have ids of their own.
fn asked_for(example: &Value, outermost: bool, documented: &Map<String, Value>, given: &Map<String, Value>) -> Value {
    match example {
        Value::Object(members) => {
            let inner = outermost && !members.contains_key("id");
            let replaced = |name: &str, member: &Value| {
                let is = |argument: &str| name == argument || outermost && name == "id" && argument.ends_with("_id");
                let argument = documented.iter().find(|(argument, known)| is(argument) && *known == member)?.0;
                given.get(argument).cloned()
            };
            let member = |name: &str, member: &Value| {
                replaced(name, member).unwrap_or_else(|| asked_for(member, inner, documented, given))
            };
            members.iter().map(|(name, value)| (name.clone(), member(name, value))).collect()
        }
        Value::Array(items) => items.iter().map(|item| asked_for(item, outermost, documented, given)).collect(),
        value => value.clone(),
    }
}

/// Returns the range of records on the requested page.
fn window(
    route: &Route<'_>,
    pagination: &Pagination,
    arguments: &Map<String, Value>,
    total: usize,
) -> std::ops::Range<usize> {
    let number = |name: &str| arguments.get(name).and_then(Value::as_u64);
    let default = |name: &str| {
        let node = route.contract.node(route.operation);
        crate::contract::parameters(node).find(|parameter| parameter["name"] == name)?["schema"]["default"].as_u64()
    };
    let size = match &pagination.size {
        Some(size) => number(size.parameter).or_else(|| default(size.parameter)).unwrap_or(DEFAULT_SIZE),
        None => u64::MAX,
    };
    let start = match pagination.style {
        PageStyle::Offset { parameter, .. } => number(parameter).unwrap_or(0),
        PageStyle::Page { parameter, first, .. } => {
            number(parameter).unwrap_or(first.into()).saturating_sub(first.into()).saturating_mul(size)
        }
        _ => 0,
    };
    let clamp = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(total);
    clamp(start)..clamp(start.saturating_add(size))
}

/// Sets the members beside the items that are named like pagination parameters to the requested values.
fn echo(body: &mut Value, pagination: &Pagination, arguments: &Map<String, Value>) {
    let parent = pagination.items.rsplit_once('/').map_or("", |(parent, _)| parent);
    let Some(members) = body.pointer_mut(parent).and_then(Value::as_object_mut) else { return };
    for name in pagination.arguments() {
        if let (Some(member), Some(given)) = (members.get_mut(name), arguments.get(name)) {
            *member = given.clone();
        }
    }
}

/// A deterministic generator of values that match a schema.
struct Maker<'a> {
    contract: &'a Contract,
    arguments: &'a Map<String, Value>,
    example: &'a [Value],
    seed: u64,
    newest: i64,
}

/// The time of the newest record of a generated history, in milliseconds since the Unix epoch.
const NEWEST: i64 = 1_764_547_200_000;

/// Returns the oldest time anywhere in a record, in milliseconds.
fn oldest_time(record: &Value) -> Option<i64> {
    match record {
        Value::Object(members) => members.values().filter_map(oldest_time).min(),
        Value::Array(items) => items.iter().filter_map(oldest_time).min(),
        Value::Number(number) => number.as_i64().filter(|number| number.to_string().len() == 13),
        Value::String(text) if text.len() == 13 => text.parse().ok(),
        _ => None,
    }
}

impl Maker<'_> {
    fn value(&self, name: &str, schema: &Value, index: usize, like: Option<&Value>) -> Value {
        let schema = self.contract.resolve(schema);
        let is_id = name == "id" || name == "identifier" || name.ends_with("_id");
        let random = mix(self.seed ^ mix(index as u64) ^ hash(name));
        // An id that is an argument of the call is repeated in the records.
        if let Some(given) = self.arguments.get(name).filter(|_| is_id) {
            return given.clone();
        }
        match schema["type"].as_str() {
            Some("object") => Value::Object(
                schema["properties"]
                    .as_object()
                    .into_iter()
                    .flatten()
                    .map(|(key, property)| {
                        (key.clone(), self.value(key, property, index, like.and_then(|like| like.get(key))))
                    })
                    .collect(),
            ),
            Some("array") => json!([self.value(name, &schema["items"], index, like.and_then(|like| like.get(0)))]),
            // Derived from the seed, so that the ids differ from list to list.
            Some("integer") if is_id => json!(1_000_000 + self.seed % 8_000 * 1_000 + index as u64),
            Some("integer") if listed(schema).is_some() => {
                let codes = listed(schema).unwrap_or_default();
                codes[usize::try_from(random).unwrap_or(0) % codes.len()].clone()
            }
            Some("integer") => {
                let min = schema["minimum"].as_u64().unwrap_or(0);
                let above = schema["maximum"].as_u64().map_or(3, |max| max.saturating_sub(min)).min(3);
                json!(min + random % (above + 1))
            }
            Some("boolean") => json!(random.is_multiple_of(2)),
            Some("number") => json!(1.5),
            _ if schema["format"] == "epoch-millis" => {
                let millis = self.millis(index);
                let as_number = self.example.iter().any(|item| item.get(name).is_some_and(Value::is_number));
                if as_number { json!(millis) } else { json!(millis.to_string()) }
            }
            _ => Value::String(self.text(name, schema, index, random, like)),
        }
    }

    fn text(&self, name: &str, schema: &Value, index: usize, random: u64, like: Option<&Value>) -> String {
        const PEOPLE: [&str; 5] = ["alice", "bob", "carol", "dave", "erin"];
        if let Some(values) = listed(schema) {
            let position = usize::try_from(random).unwrap_or(0) % values.len();
            return values[position].as_str().unwrap_or_default().to_owned();
        }
        if name.contains("time") {
            let zone = self.arguments.get("X-Time-Zone").and_then(Value::as_str).unwrap_or("GMT+8");
            return local(self.millis(index), zone).unwrap_or_default();
        }
        let word =
            like.and_then(Value::as_str).filter(|text| !text.is_empty() && text.chars().all(char::is_alphabetic));
        if (name == "id" || name == "identifier" || name.ends_with("_id")) && word.is_none() {
            return format!("{random:016x}{:016x}", mix(random));
        }
        if ["operator", "user", "nick"].iter().any(|word| name.contains(word)) {
            return PEOPLE[usize::try_from(random).unwrap_or(0) % PEOPLE.len()].to_owned();
        }
        match like.and_then(Value::as_str).filter(|text| text.parse::<i64>().is_err()) {
            Some(text) => text.to_owned(),
            None => format!("{} {}", name.replace('_', " "), index + 1),
        }
    }

    /// Returns the time of a record: newest first, one record per hour.
    fn millis(&self, index: usize) -> i64 {
        self.newest - i64::try_from(index).unwrap_or(0) * 3_600_000
    }
}

/// Returns the values of a closed or an extensible enum.
fn listed(schema: &Value) -> Option<&[Value]> {
    let values = schema["enum"].as_array().or_else(|| schema["x-extensible-enum"].as_array());
    values.map(Vec::as_slice).filter(|values| !values.is_empty())
}

/// Returns a seed that does not depend on pagination or the earliest time, so that all requests see the same history.
fn seed(arguments: &Map<String, Value>, earliest: Option<&str>) -> u64 {
    arguments
        .iter()
        .filter(|(name, value)| value.is_string() && Some(name.as_str()) != earliest)
        .fold(0, |seed, (name, value)| mix(seed ^ hash(name) ^ hash(value.as_str().unwrap_or_default())))
}

/// FNV-1a.
fn hash(text: &str) -> u64 {
    text.bytes().fold(0xcbf2_9ce4_8422_2325, |hash, byte| (hash ^ u64::from(byte)).wrapping_mul(0x100_0000_01b3))
}

/// The finalizer of SplitMix64.
fn mix(value: u64) -> u64 {
    let value = (value ^ (value >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
    let value = (value ^ (value >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
    value ^ (value >> 31)
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::asked_for;

    #[test]
    fn only_members_that_are_the_argument_are_replaced() {
        let documented = json!({ "app_id": "123", "page": 1, "X-Site": true });
        let given = json!({ "app_id": "other", "page": 2, "X-Site": false });
        let example = json!({ "status": "123", "count": 1, "open": true, "list": ["123", 1], "result": {
            "id": "123", "name": "123", "owner": { "id": "123" }, "page": 1, "stages": [{ "app_id": "123", "id": "123" }],
        } });
        let wanted = json!({ "status": "123", "count": 1, "open": true, "list": ["123", 1], "result": {
            "id": "other", "name": "123", "owner": { "id": "123" }, "page": 2, "stages": [{ "app_id": "other", "id": "123" }],
        } });
        let arguments = |value: Value| value.as_object().unwrap().clone();
        assert_eq!(asked_for(&example, true, &arguments(documented), &arguments(given)), wanted);
        // Another resource than the documented one keeps its id.
        let example = json!({ "id": "456", "app_id": "456" });
        let (documented, given) = (json!({ "app_id": "123" }), json!({ "app_id": "other" }));
        assert_eq!(asked_for(&example, true, &arguments(documented), &arguments(given)), example);
    }
}
