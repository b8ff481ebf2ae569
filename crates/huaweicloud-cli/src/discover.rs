//! Finding ids: the arguments of an operation, from the lists that know them.

use huaweicloud_catalog::services;
use huaweicloud_core::{
    BoxFuture, Client, Config,
    dynamic::{Call, OperationDescriptor, Service},
    metadata::{ListedBy, Parameter, ValueType},
};
use serde_json::{Map, Value};

use crate::failure::Failure;

/// The arguments of every call of an operation that the lists lead to, at most `limit`. A list that the service refuses
/// leads nowhere and is noted.
pub async fn arguments(
    config: &Config,
    entry: &'static OperationDescriptor,
    limit: usize,
    refused: &mut Vec<Failure>,
) -> Result<Vec<Map<String, Value>>, Failure> {
    let operation = entry.operation;
    let known = |parameter: &&Parameter| operation.listed_by.iter().any(|link| link.argument == parameter.name);
    if let Some(parameter) = operation.parameters.iter().find(|parameter| parameter.required && !known(parameter)) {
        return Err(Failure::wrong_use(format!(
            "{} needs {}, which no list knows: name SERVICE/ID instead",
            operation.id, parameter.name
        )));
    }
    expand(config, entry, Map::new(), limit, refused).await
}

/// Adds the arguments that lists know to those that are given.
fn expand<'a>(
    config: &'a Config,
    entry: &'static OperationDescriptor,
    given: Map<String, Value>,
    limit: usize,
    refused: &'a mut Vec<Failure>,
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
                // What the list is asked with: ids that are chosen already, and ids that its own lists know.
                let shared = list.operation.listed_by.iter().map(|link| link.argument);
                let chosen = shared.filter_map(|name| Some((name.to_owned(), arguments.get(name)?.clone()))).collect();
                for asked in expand(config, list, chosen, limit, &mut *refused).await? {
                    let mut call = Call::new(Client::new(config, service.metadata)?, list);
                    for (name, value) in &asked {
                        call = call.argument(name, value.clone());
                    }
                    let mut items = call.items()?.max_items(limit.saturating_sub(next.len()));
                    while let Some(item) = items.next().await {
                        let item = match item.map_err(Failure::from) {
                            Ok(item) => item,
                            Err(failure) if failure.is_refusal() => {
                                let ids = asked.values().map(|id| format!("/{}", plain(id)));
                                let name = format!("{}{}", service.metadata.id, ids.collect::<String>());
                                refused.push(failure.about(&name));
                                break;
                            }
                            Err(failure) => return Err(failure),
                        };
                        let Some(value) = item.pointer(link.value).and_then(|id| argument(entry, link.argument, id))
                        else {
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

/// The list that a link names.
fn find(link: &ListedBy) -> Result<(&'static Service, &'static OperationDescriptor), Failure> {
    let service = services().iter().copied().find(|service| service.metadata.id == link.service);
    service
        .and_then(|service| Some((service, service.operation(link.operation)?)))
        .ok_or_else(|| Failure::wrong_use(format!("{}/{} is not part of this program", link.service, link.operation)))
}

/// An id as it is named on the command line.
pub fn plain(id: &Value) -> String {
    id.as_str().map_or_else(|| id.to_string(), str::to_owned)
}

/// An id as an argument of an operation; a member of the body stays as it is.
fn argument(entry: &OperationDescriptor, name: &str, id: &Value) -> Option<Value> {
    match entry.operation.parameters.iter().find(|parameter| parameter.name == name) {
        Some(parameter) => value(parameter, id.clone()),
        None => Some(id.clone()),
    }
}

/// An id as what a parameter holds, text or integer; nothing if it cannot be.
pub fn value(parameter: &Parameter, id: Value) -> Option<Value> {
    match (parameter.rule.kind, id) {
        (ValueType::Integer, Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
        (ValueType::Integer, id @ Value::Number(_)) => Some(id),
        (_, Value::Number(number)) => Some(number.to_string().into()),
        (_, id @ Value::String(_)) => Some(id),
        _ => None,
    }
}
