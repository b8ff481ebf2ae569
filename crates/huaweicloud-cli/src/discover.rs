//! Discovery of arguments: resolves the ids that an operation needs through list operations.

use huaweicloud_catalog::services;
use huaweicloud_core::{
    BoxFuture, Client, Config,
    dynamic::{Call, OperationDescriptor, Service},
    metadata::{ListedBy, Parameter, ValueType},
};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// Returns the arguments of at most `limit` calls of an operation, from list operations. A list call that fails
/// alone, and an item without a usable id, is added to `failures` and skipped.
pub async fn arguments(
    config: &Config,
    entry: &'static OperationDescriptor,
    limit: usize,
    failures: &mut Vec<Failure>,
) -> Result<Vec<Map<String, Value>>, Failure> {
    let operation = entry.operation;
    let known = |parameter: &&Parameter| operation.listed_by.iter().any(|link| link.argument == parameter.name);
    if let Some(parameter) = operation.parameters.iter().find(|parameter| parameter.required && !known(parameter)) {
        return Err(Failure::wrong_use(format!(
            "{} needs {}, which no list knows: name SERVICE/ID instead",
            operation.id, parameter.name
        )));
    }
    expand(config, entry, Map::new(), limit, failures).await
}

/// Adds the arguments that are available from list operations to the given ones.
fn expand<'a>(
    config: &'a Config,
    entry: &'static OperationDescriptor,
    given: Map<String, Value>,
    limit: usize,
    failures: &'a mut Vec<Failure>,
) -> BoxFuture<'a, Result<Vec<Map<String, Value>>, Failure>> {
    Box::pin(async move {
        let links = entry.operation.listed_by;
        let mut known = vec![given];
        for link in links {
            let mut next: Vec<Map<String, Value>> = Vec::new();
            for arguments in known {
                if arguments.contains_key(link.argument) {
                    next.push(arguments);
                    continue;
                }
                let (service, list) = find(link)?;
                // Arguments of the list call: ids that are known already, and ids from its own list operations.
                let shared = list.operation.listed_by.iter().map(|link| link.argument);
                let chosen = shared.filter_map(|name| Some((name.to_owned(), arguments.get(name)?.clone()))).collect();
                for asked in expand(config, list, chosen, limit, &mut *failures).await? {
                    let mut call = Call::new(Client::new(config, service.metadata)?, list);
                    for (name, value) in &asked {
                        call = call.argument(name, value.clone());
                    }
                    let mut items = call.items()?.max_items(limit.saturating_sub(next.len()));
                    while let Some(item) = items.next().await {
                        let item = match item.map_err(Failure::from) {
                            Ok(item) => item,
                            Err(failure) if failure.is_local() => {
                                let ids = asked.values().map(|id| format!("/{}", plain(id)));
                                let name = format!("{}{}", service.metadata.id, ids.collect::<String>());
                                let failure = if asked.is_empty() { failure } else { failure.with_listed_id() };
                                failures.push(failure.about(&name));
                                break;
                            }
                            Err(failure) => return Err(failure),
                        };
                        let id = item.pointer(link.value).unwrap_or(&Value::Null);
                        let Some(value) = argument(entry, link.argument, id) else {
                            failures.push(Failure::of_item(format!(
                                "{}: {} lists {id} as {}, which cannot be {} of {}; it is left out",
                                service.metadata.id, link.operation, link.value, link.argument, entry.operation.id
                            )));
                            continue;
                        };
                        let mut found = arguments.clone();
                        let both = asked.iter().filter(|(name, _)| links.iter().any(|link| link.argument == *name));
                        found.extend(both.map(|(name, value)| (name.clone(), value.clone())));
                        found.insert(link.argument.to_owned(), value);
                        next.push(found);
                    }
                }
            }
            known = next;
        }
        Ok(known)
    })
}

/// Returns the list operation of a link.
fn find(link: &ListedBy) -> Result<(&'static Service, &'static OperationDescriptor), Failure> {
    let service = services().iter().copied().find(|service| service.metadata.id == link.service);
    service
        .and_then(|service| Some((service, service.operation(link.operation)?)))
        .ok_or_else(|| Failure::wrong_use(format!("{}/{} is not part of this program", link.service, link.operation)))
}

/// Formats an id as on the command line.
pub fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// Converts an id to an argument of an operation. A body member is unchanged. Returns `None` if
/// that is not possible.
fn argument(entry: &OperationDescriptor, name: &str, id: &Value) -> Option<Value> {
    match entry.operation.parameters.iter().find(|parameter| parameter.name == name) {
        Some(parameter) => value(parameter, id.clone()),
        None => Some(id.clone()).filter(|id| !id.is_null()),
    }
}

/// Converts an id to the type of a parameter, a string or an integer. Returns `None` if that is not possible.
pub fn value(parameter: &Parameter, id: Value) -> Option<Value> {
    match (parameter.rule.kind, id) {
        (ValueType::Integer, Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
        (ValueType::Integer, id @ Value::Number(_)) => Some(id),
        (_, Value::Number(number)) => Some(number.to_string().into()),
        (_, id @ Value::String(_)) => Some(id),
        _ => None,
    }
}
