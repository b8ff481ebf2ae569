//! Which ids exist: those that lists contain, those of the documented calls, and those in fixtures.

use std::{
    collections::BTreeMap,
    sync::{Arc, Mutex, PoisonError},
};

use huaweicloud_core::metadata::{ListedBy, Operation};
use serde_json::{Map, Value};

use crate::{
    arguments::{agree, includes, text},
    content::{Content, seed},
    contract::{Contract, Route},
    fixtures::Fixture,
    generate::member_seed,
};

type Arguments = Map<String, Value>;

/// The ids that exist. Lists whose own arguments are ids are found once, and again after a list has changed.
#[derive(Debug, Default)]
pub(crate) struct KnownIds(Mutex<BTreeMap<Key, Arc<Generated>>>);

/// How often lists had changed, and a list call.
type Key = (u64, String);

/// The generated lists of an operation, one for each id that exists.
#[derive(Debug, Default)]
struct Generated {
    /// The arguments of the first one.
    first: Option<Arguments>,
    seeds: Vec<u64>,
}

impl KnownIds {
    /// Returns why an argument of a call is no id that exists, if there is such an argument.
    pub(crate) fn check(&self, content: &Content, route: &Route<'_>, arguments: &Arguments) -> Result<(), String> {
        if content.settings.made_up_ids {
            return Ok(());
        }
        let Route { contract, operation, .. } = route;
        let ids = ids(operation, arguments);
        for link in operation.listed_by {
            let values = match ids.get(link.argument) {
                None => continue,
                Some(Value::Array(values)) => values.iter().collect(),
                Some(value) => vec![value],
            };
            let is_known = |id: &str| {
                is_documented(contract, operation, link, &ids, id)
                    || is_in_fixture(content, link, &ids, id)
                    || self.is_listed(content, link, &ids, id)
            };
            if let Some(id) = values.into_iter().map(text).find(|id| !is_known(id)) {
                return Err(format!("{} {id:?} does not exist: {} does not list it", link.argument, link.operation));
            }
        }
        Ok(())
    }

    fn is_listed(&self, content: &Content, link: &ListedBy, given: &Arguments, id: &str) -> bool {
        let Some((contract, operation)) = content.operation(link.service, link.operation) else { return true };
        let contains = |arguments: &Arguments| {
            content.list(contract, operation, arguments).is_some_and(|list| list.contains(link.value, id))
        };
        let given = shared(contract, operation, given);
        let documented = contract.documented_arguments(operation);
        let fixtures = content.fixtures_of(contract, operation).map(|fixture| &fixture.arguments);
        if fixtures.chain([&documented]).any(|arguments| agree(arguments, &given) && contains(arguments)) {
            return true;
        }
        if operation.listed_by.iter().all(|link| given.contains_key(link.argument)) {
            return contains(&completed(documented, given));
        }
        // Generated lists differ only in their seeds.
        let generated = self.generated(content, contract, operation, &given);
        let list = generated.first.as_ref().and_then(|call| content.list(contract, operation, call));
        let Some(list) = list else { return false };
        let Some(shape) = list.generator.shape(link.value) else { return false };
        generated.seeds.iter().any(|seed| {
            let number = shape.number(member_seed(*seed, link.value), id);
            number.is_some_and(|number| content.changes.of(*seed).numbers(list.total).contains(number))
        })
    }

    /// Returns the generated lists of an operation for all ids that exist.
    fn generated(
        &self,
        content: &Content,
        contract: &Contract,
        operation: &'static Operation,
        given: &Arguments,
    ) -> Arc<Generated> {
        let call = format!("{}/{}/{}", contract.service.metadata.id, operation.id, Value::Object(given.clone()));
        let key = (content.changes.count(), call);
        if let Some(found) = self.0.lock().unwrap_or_else(PoisonError::into_inner).get(&key) {
            return Arc::clone(found);
        }
        let documented = contract.documented_arguments(operation);
        let mut found = Generated::default();
        each_call(content, contract, operation, given, &mut |call| {
            if content.fixture(contract, operation, call).is_none() && !includes(call, &documented) {
                found.first.get_or_insert_with(|| call.clone());
                found.seeds.push(seed(contract, operation, call, None));
            }
        });
        let found = Arc::new(found);
        let mut all = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        all.retain(|(changes, _), _| *changes == key.0);
        all.insert(key, Arc::clone(&found));
        found
    }
}

/// Calls `visit` with the arguments of each call of a list operation that have ids that exist.
fn each_call(
    content: &Content,
    contract: &Contract,
    operation: &'static Operation,
    given: &Arguments,
    visit: &mut dyn FnMut(&Arguments),
) {
    let mut arguments = completed(contract.documented_arguments(operation), given.clone());
    let open = operation.listed_by.iter().filter(|link| !given.contains_key(link.argument));
    let open: Vec<&ListedBy> = open.collect();
    open.iter().for_each(|link| drop(arguments.remove(link.argument)));
    each_completion(content, operation, &open, &mut arguments, visit);
}

fn each_completion(
    content: &Content,
    operation: &'static Operation,
    open: &[&ListedBy],
    arguments: &mut Arguments,
    visit: &mut dyn FnMut(&Arguments),
) {
    let Some((link, rest)) = open.split_first() else { return visit(arguments) };
    each_id(content, operation, link, &arguments.clone(), &mut |id| {
        arguments.insert(link.argument.to_owned(), id.into());
        each_completion(content, operation, rest, arguments, visit);
    });
    arguments.remove(link.argument);
}

/// Calls `visit` with each id that exists for an argument of a list operation.
fn each_id(
    content: &Content,
    taker: &'static Operation,
    link: &ListedBy,
    given: &Arguments,
    visit: &mut dyn FnMut(String),
) {
    let fixtures = content.fixtures.iter().filter(|fixture| agree(&fixture.arguments, given));
    fixtures.flat_map(|fixture| in_fixture(content, fixture, link)).map(text).for_each(&mut *visit);
    let Some((contract, operation)) = content.operation(link.service, link.operation) else { return };
    let mut ids_in = |arguments: &Arguments| {
        let list = content.list(contract, operation, arguments);
        list.iter().flat_map(|list| list.ids(link.value)).for_each(&mut *visit);
    };
    let given = shared(contract, operation, given);
    let fixtures = content.fixtures_of(contract, operation).map(|fixture| &fixture.arguments);
    fixtures.filter(|arguments| agree(arguments, &given)).for_each(&mut ids_in);
    // A list of the ids of its own argument contains no others.
    if !std::ptr::eq(operation, taker) {
        each_call(content, contract, operation, &given, &mut ids_in);
    }
}

/// Returns the ids among the arguments of a call.
fn ids(operation: &Operation, arguments: &Arguments) -> Arguments {
    let is_id = |name: &str| operation.listed_by.iter().any(|link| link.argument == name);
    arguments.iter().filter(|(name, _)| is_id(name)).map(|(name, id)| (name.clone(), id.clone())).collect()
}

/// Returns the arguments that a list has, too.
fn shared(contract: &Contract, operation: &'static Operation, given: &Arguments) -> Arguments {
    let names = contract.selecting_names(operation);
    let known = given.iter().filter(|(name, _)| names.contains(&name.as_str()));
    known.map(|(name, value)| (name.clone(), value.clone())).collect()
}

fn completed(mut documented: Arguments, given: Arguments) -> Arguments {
    documented.extend(given);
    documented
}

fn is_documented(contract: &Contract, operation: &Operation, link: &ListedBy, ids: &Arguments, id: &str) -> bool {
    let documented = contract.documented_arguments(operation);
    documented.get(link.argument).is_some_and(|known| text(known) == id) && agree(&documented, ids)
}

fn is_in_fixture(content: &Content, link: &ListedBy, ids: &Arguments, id: &str) -> bool {
    content.fixtures.iter().any(|fixture| {
        in_fixture(content, fixture, link).any(|known| text(known) == id) && agree(&fixture.arguments, ids)
    })
}

/// Returns the arguments of a fixture that are ids from a list.
fn in_fixture<'a>(content: &Content, fixture: &'a Fixture, link: &ListedBy) -> impl Iterator<Item = &'a Value> {
    let same =
        |other: &&ListedBy| (other.service, other.operation, other.value) == (link.service, link.operation, link.value);
    let operation = content.operation(&fixture.service, &fixture.operation);
    let links = operation.into_iter().flat_map(|(_, operation)| operation.listed_by).filter(same);
    let names: Vec<&str> = links.map(|link| link.argument).collect();
    fixture.arguments.iter().filter(move |(name, _)| names.contains(&name.as_str())).map(|(_, id)| id)
}
