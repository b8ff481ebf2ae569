//! Names of services, operations and arguments in the settings of a test: a misspelt one would never apply.

use std::io;

use huaweicloud_core::metadata::Operation;
use serde_json::{Map, Value};

use crate::{
    contract::{Contract, is_paging},
    fixtures::Fixture,
    plan::FaultPlan,
};

/// Checks the names in fixtures, and that each has the response that its operation has.
pub(crate) fn check_fixtures(contracts: &[Contract], fixtures: &[Fixture]) -> io::Result<()> {
    for (index, fixture) in fixtures.iter().enumerate() {
        let Fixture { service, operation, arguments, items, body } = fixture;
        let checked = || {
            let (contract, operation) = selected(contracts, Some(service), Some(operation))?[0];
            let mut names = contract.argument_names(operation);
            names.retain(|name| !is_paging(operation, name));
            check_arguments(arguments, &names)?;
            match (operation.pagination.is_some(), items, body) {
                (true, Some(_), None) | (false, None, Some(_)) => Ok(()),
                (true, ..) => Err(format!("must have items and no body, because {} is a list", operation.id)),
                (false, ..) => Err(format!("must have a body and no items, because {} is no list", operation.id)),
            }
        };
        checked().map_err(|reason| refusal(&format!("fixture {}", index + 1), &reason))?;
    }
    Ok(())
}

/// Checks the names in the rules of a plan.
pub(crate) fn check_plan(contracts: &[Contract], plan: &FaultPlan) -> io::Result<()> {
    for (index, rule) in plan.rules().enumerate() {
        let checked = || {
            let operations = selected(contracts, rule.service.as_deref(), rule.operation.as_deref())?;
            let names = operations.iter().flat_map(|(contract, operation)| contract.argument_names(operation));
            check_arguments(&rule.arguments, &names.collect::<Vec<_>>())
        };
        checked().map_err(|reason| refusal(&format!("rule {} of the fault plan", index + 1), &reason))?;
    }
    Ok(())
}

fn refusal(what: &str, reason: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidInput, format!("{what} {reason}"))
}

/// Returns the operations with these ids, at least one. `None` selects all.
fn selected<'a>(
    contracts: &'a [Contract],
    service: Option<&str>,
    operation: Option<&str>,
) -> Result<Vec<(&'a Contract, &'static Operation)>, String> {
    let is = |wanted: Option<&str>, id: &str| wanted.is_none_or(|wanted| wanted == id);
    let services = contracts.iter().filter(|contract| is(service, contract.service.metadata.id));
    let all: Vec<_> = services
        .flat_map(|contract| contract.service.operations.iter().map(move |entry| (contract, entry.operation)))
        .collect();
    if all.is_empty() {
        let known = contracts.iter().map(|contract| contract.service.metadata.id);
        return Err(unknown("service", service.unwrap_or_default(), known));
    }
    let found: Vec<_> = all.iter().copied().filter(|(_, known)| is(operation, known.id)).collect();
    if found.is_empty() {
        let known = all.iter().map(|(_, known)| known.id);
        return Err(unknown("operation", operation.unwrap_or_default(), known));
    }
    Ok(found)
}

fn check_arguments(arguments: &Map<String, Value>, known: &[&str]) -> Result<(), String> {
    match arguments.keys().find(|name| !known.contains(&name.as_str())) {
        Some(name) => Err(unknown("argument", name, known.iter().copied())),
        None => Ok(()),
    }
}

fn unknown<'a>(what: &str, name: &str, known: impl Iterator<Item = &'a str>) -> String {
    let mut names: Vec<&str> = Vec::new();
    for name in known {
        if !names.contains(&name) {
            names.push(name);
        }
    }
    let names = if names.is_empty() { "none".to_owned() } else { names.join(", ") };
    format!("names the unknown {what} {name:?}; known are {names}")
}
