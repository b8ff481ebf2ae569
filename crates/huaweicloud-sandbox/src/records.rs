//! Response bodies: the test's own, the documented example for the documented ids, generated ones for others.

use std::{ops::Range, time::SystemTime};

use huaweicloud_core::metadata::{PageStyle, Pagination};
use serde_json::{Map, Value, json};

use crate::{
    auth::issue_keys,
    content::Content,
    contract::{Route, parameters},
    generate::oldest_time,
};

/// The page size of operations that document no default.
const DEFAULT_SIZE: u64 = 10;

/// A success response.
pub(crate) struct Success {
    pub(crate) status: u16,
    /// `None` if the operation responds without one.
    pub(crate) body: Option<Value>,
    /// The seed of the list that it is a page of.
    pub(crate) list: Option<u64>,
}

/// Returns the success response to a call.
pub(crate) fn response(content: &Content, route: &Route<'_>, arguments: &Map<String, Value>) -> Option<Success> {
    let contract = route.contract;
    let Some((status, example)) = contract.documented(route.operation, "2") else {
        let status = contract.without_body(route.operation)?;
        return Some(Success { status, body: None, list: None });
    };
    let Some(pagination) = &route.operation.pagination else {
        let fixture = content.fixture(contract, route.operation, arguments).and_then(|fixture| fixture.body.clone());
        let documented = contract.documented_arguments(route.operation);
        let body = fixture.unwrap_or_else(|| {
            let mut body = asked_for(example, true, &documented, arguments);
            issue_keys(&mut body, arguments, SystemTime::now());
            body
        });
        return Some(Success { status, body: Some(body), list: None });
    };
    let list = content.list(contract, route.operation, arguments)?;
    let numbers = list.numbers();
    let history = route.operation.history.as_ref();
    let bound = |name: Option<&str>| arguments.get(name?).and_then(oldest_time);
    let [since, until] =
        [history.and_then(|history| history.since), history.and_then(|history| history.until)].map(bound);
    let (total, shown, page): (usize, Range<usize>, Vec<Value>) = if since.is_none() && until.is_none() {
        let total = numbers.count();
        let shown = window(route, pagination, arguments, total);
        (total, shown.clone(), numbers.at(shown).map(|number| list.record(number)).collect())
    } else {
        let wanted = |record: &Value| {
            oldest_time(record)
                .is_none_or(|time| since.is_none_or(|since| time >= since) && until.is_none_or(|until| time <= until))
        };
        let records = numbers.at(0..numbers.count()).map(|number| list.record(number));
        let kept: Vec<Value> = records.filter(wanted).collect();
        let shown = window(route, pagination, arguments, kept.len());
        (kept.len(), shown.clone(), kept[shown].to_vec())
    };
    let mut body = example.clone();
    echo(&mut body, pagination, arguments);
    *body.pointer_mut(pagination.items)? = Value::Array(page);
    if let Some(pointer) = pagination.total {
        *body.pointer_mut(pointer)? = json!(total);
    }
    if let PageStyle::Marker { next, .. } = pagination.style {
        *body.pointer_mut(next)? = if shown.end < total { marker(shown.end).into() } else { Value::Null };
    }
    Some(Success { status, body: Some(body), list: Some(list.seed()) })
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
fn window(route: &Route<'_>, pagination: &Pagination, arguments: &Map<String, Value>, total: usize) -> Range<usize> {
    let number = |name: &str| arguments.get(name).and_then(Value::as_u64);
    let default = |name: &str| {
        let node = route.contract.node(route.operation);
        parameters(node).find(|parameter| parameter["name"] == name)?["schema"]["default"].as_u64()
    };
    let size = match &pagination.size {
        Some(size) => number(size.parameter).or_else(|| default(size.parameter)).unwrap_or(DEFAULT_SIZE),
        None => u64::MAX,
    };
    let start = match pagination.style {
        PageStyle::Offset { parameter, .. } => number(parameter).unwrap_or(0),
        PageStyle::Marker { parameter, .. } => {
            let marker = arguments.get(parameter).and_then(Value::as_str);
            marker.and_then(|marker| marker.trim_start_matches('m').parse().ok()).unwrap_or(0)
        }
        PageStyle::Page { parameter, first, .. } => {
            number(parameter).unwrap_or(first.into()).saturating_sub(first.into()).saturating_mul(size)
        }
        _ => 0,
    };
    let clamp = |position: u64| usize::try_from(position).unwrap_or(usize::MAX).min(total);
    clamp(start)..clamp(start.saturating_add(size))
}

/// Returns the marker of the page that begins at a position.
fn marker(start: usize) -> String {
    format!("m{start:015}")
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
