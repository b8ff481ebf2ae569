//! What the sandbox contains: for each list call, the list.

use huaweicloud_core::metadata::Operation;
use serde_json::{Map, Value};

use crate::{
    arguments::{includes, text},
    changes::ChangeLog,
    contract::Contract,
    fixtures::Fixture,
    generate::{Generator, times},
    list::List,
    random::{hash, mix},
};

/// The size and the time of generated lists, and which ids exist.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Settings {
    /// The number of records of a generated list.
    pub(crate) records: usize,
    /// The number of items of a list of ids; `None` for as many as documented.
    pub(crate) things: Option<usize>,
    /// The time of the newest generated record, in milliseconds since the Unix epoch.
    pub(crate) newest: i64,
    /// Whether ids exist that no list contains.
    pub(crate) made_up_ids: bool,
}

#[derive(Debug)]
pub(crate) struct Content {
    pub(crate) contracts: Vec<Contract>,
    pub(crate) fixtures: Vec<Fixture>,
    pub(crate) settings: Settings,
    pub(crate) changes: ChangeLog,
}

impl Content {
    pub(crate) fn new(contracts: Vec<Contract>, fixtures: Vec<Fixture>, settings: Settings) -> Self {
        Self { contracts, fixtures, settings, changes: ChangeLog::default() }
    }

    /// Returns an operation by its ids.
    pub(crate) fn operation(&self, service: &str, operation: &str) -> Option<(&Contract, &'static Operation)> {
        let contract = self.contracts.iter().find(|contract| contract.service.metadata.id == service)?;
        Some((contract, contract.service.operation(operation)?.operation))
    }

    /// Returns the fixtures of an operation.
    pub(crate) fn fixtures_of<'a>(
        &'a self,
        contract: &Contract,
        operation: &Operation,
    ) -> impl Iterator<Item = &'a Fixture> {
        let (service, operation) = (contract.service.metadata.id, operation.id);
        self.fixtures.iter().filter(move |fixture| fixture.service == service && fixture.operation == operation)
    }

    /// Returns the fixture for a call.
    pub(crate) fn fixture(
        &self,
        contract: &Contract,
        operation: &Operation,
        arguments: &Map<String, Value>,
    ) -> Option<&Fixture> {
        let all = self.fixtures_of(contract, operation).filter(|fixture| includes(arguments, &fixture.arguments));
        // Of several maxima the last is returned, and the first is wanted.
        all.collect::<Vec<_>>().into_iter().rev().max_by_key(|fixture| fixture.arguments.len())
    }

    /// Returns the list that a call reads, or `None` if the operation has no documented list.
    pub(crate) fn list<'a>(
        &'a self,
        contract: &'a Contract,
        operation: &'static Operation,
        arguments: &Map<String, Value>,
    ) -> Option<List<'a>> {
        let pagination = operation.pagination.as_ref()?;
        let (_, example) = contract.documented(operation, "2")?;
        let documented = example.pointer(pagination.items)?.as_array()?;
        let fixture = self.fixture(contract, operation, arguments);
        let things = self.settings.things.filter(|_| self.contains_ids(contract, operation));
        let (given, total): (&[Value], usize) = match fixture.and_then(|fixture| fixture.items.as_ref()) {
            Some(items) => (items, items.len()),
            None if !includes(arguments, &contract.documented_arguments(operation)) => {
                (&[], things.unwrap_or(self.settings.records))
            }
            None => {
                let total = pagination.total.and_then(|total| example.pointer(total)?.as_u64());
                let total = total.and_then(|total| usize::try_from(total).ok()).unwrap_or(documented.len());
                (documented, things.unwrap_or(total))
            }
        };
        let names = contract.selecting_names(operation);
        let selecting = arguments.iter().filter(|(name, _)| names.contains(&name.as_str()));
        let selecting: Map<String, Value> = selecting.map(|(name, value)| (name.clone(), value.clone())).collect();
        let seed = seed(contract, operation, &selecting, fixture);
        let times: Vec<i64> = given.iter().flat_map(times).collect();
        let bound = |time: Option<&i64>| time.copied().unwrap_or(self.settings.newest);
        let generator = Generator {
            contract,
            schema: contract.item_schema(operation, pagination)?,
            arguments: selecting,
            time_zone: arguments.get("X-Time-Zone").and_then(Value::as_str).map(str::to_owned),
            examples: if given.is_empty() { documented } else { given },
            seed,
            newest: bound(times.iter().max()),
            oldest: bound(times.iter().min()),
            taken: self.taken(contract, operation),
        };
        Some(List { given, total, changes: self.changes.of(seed), generator })
    }

    /// Returns whether an argument of some operation is an id from this list.
    fn contains_ids(&self, contract: &Contract, operation: &Operation) -> bool {
        !self.taken(contract, operation).is_empty()
    }

    /// Returns the JSON pointers to the ids in the items of a list that are arguments of operations, each with the
    /// schemas of the arguments.
    fn taken<'a>(&'a self, contract: &Contract, operation: &Operation) -> Vec<(&'static str, Vec<&'a Value>)> {
        let mut found: Vec<(&str, Vec<&Value>)> = Vec::new();
        for taker in &self.contracts {
            for entry in taker.service.operations {
                for link in entry.operation.listed_by {
                    if link.service != contract.service.metadata.id || link.operation != operation.id {
                        continue;
                    }
                    let schema = taker.argument_schema(entry.operation, link.argument);
                    match found.iter_mut().find(|(pointer, _)| *pointer == link.value) {
                        Some((_, schemas)) => schemas.extend(schema),
                        None => found.push((link.value, schema.into_iter().collect())),
                    }
                }
            }
        }
        found
    }
}

/// Returns the seed of a list, which depends neither on the page nor on filters, so that all requests see the same one.
pub(crate) fn seed(
    contract: &Contract,
    operation: &Operation,
    selecting: &Map<String, Value>,
    fixture: Option<&Fixture>,
) -> u64 {
    let fixed = fixture.into_iter().flat_map(|fixture| &fixture.arguments);
    let selecting = selecting.iter().chain(fixed.filter(|(name, _)| !selecting.contains_key(*name)));
    let mut parts: Vec<u64> = selecting.map(|(name, value)| mix(hash(name)) ^ hash(&text(value))).collect();
    // In any order, so that the order of a request body does not matter.
    parts.sort_unstable();
    let list = hash(contract.service.metadata.id) ^ mix(hash(operation.id));
    parts.into_iter().fold(mix(list), |seed, part| mix(seed ^ part))
}
