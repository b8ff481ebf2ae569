//! Rules of `x-listed-by`, which may lead from one spec into another.

use std::collections::BTreeMap;

use crate::spec::{Operation, Problem, Spec, extensions::ListedBy};

/// Services by id, with their operations by id.
type Operations<'s> = BTreeMap<&'s str, (&'s Spec, BTreeMap<&'s str, &'s Operation>)>;

/// Returns the problems of the `x-listed-by` of these specs.
pub fn check<'s>(specs: &'s [Spec]) -> Vec<Problem> {
    let by_id = |spec: &'s Spec| spec.operations().iter().map(|operation| (operation.id.as_str(), operation)).collect();
    let operations: Operations<'s> = specs.iter().map(|spec| (spec.service.as_str(), (spec, by_id(spec)))).collect();
    let mut problems = Vec::new();
    for spec in specs {
        for operation in spec.operations() {
            for (argument, link) in spec.links(operation) {
                let found = wrong(spec, operation, link, &operations);
                problems.extend(
                    found.map(|message| {
                        spec.problem(&operation.pointer, format!("x-listed-by of {argument:?} {message}"))
                    }),
                );
            }
        }
    }
    problems
}

/// Returns the problem of a link, if it has one. A list of a service that is not loaded is not checked.
fn wrong(spec: &Spec, operation: &Operation, link: &ListedBy, operations: &Operations<'_>) -> Option<String> {
    let service = link.service.as_ref().unwrap_or(&spec.service);
    let (lister, lists) = operations.get(service.as_str())?;
    let id = &link.operation;
    let Some(list) = lists.get(id.as_str()) else {
        return Some(format!("names {service}/{id}, which is not an operation"));
    };
    let items = list.pagination.as_ref().map(|pagination| pagination.items.as_str()).unwrap_or_default();
    let example = list.response_example();
    for (pointer, what) in [(Some(&link.value), "id"), (link.title.as_ref(), "title")] {
        let Some(pointer) = pointer.map(|pointer| format!("{items}/0{pointer}")) else { continue };
        let shown = example.as_ref().and_then(|example| example.pointer(&pointer));
        if !shown.is_some_and(|value| value.is_string() || value.is_number() && what == "id") {
            return Some(format!("points to {pointer}, where the documented response of {service}/{id} has no {what}"));
        }
    }
    let is_back = |(_, other): &(&str, &ListedBy)| other.operation == operation.id;
    lister.links(list).iter().any(is_back).then(|| format!("and {service}/{id} wait for each other"))
}
