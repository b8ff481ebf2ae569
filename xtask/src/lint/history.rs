//! Rules of `x-history`: what it names must exist, and an event must have an id.

use super::linter::Linter;
use crate::spec::{
    Operation, Schema,
    extensions::{Changes, WORDS, places},
    step,
};

pub fn check(linter: &mut Linter<'_>, operation: &Operation) {
    let Some(history) = &operation.history else { return };
    let pointer = step(&operation.pointer, "x-history");
    if operation.pagination.is_none() {
        linter.problem(&pointer, "needs x-pagination, which says where the items are");
    }
    for (key, name) in [("since", &history.since), ("until", &history.until)] {
        let Some(name) = name else { continue };
        let schema = linter.argument(operation, name).map(|schema| linter.spec.resolve(schema).1);
        if !schema.is_some_and(Schema::is_time) {
            let message = format!("{name:?} is neither a parameter nor a member of the body that takes milliseconds");
            linter.problem(&step(&pointer, key), message);
        }
    }
    if history.id.all().is_empty() && history.digest.is_empty() {
        linter.problem(&pointer, "needs id, or digest, so that an event has the same id in every run");
    }
    // If there are no items, `pagination` reports it.
    let Some(item) = linter.spec.item(operation) else { return };
    for (key, templates) in history.fields() {
        for place in templates.iter().flat_map(|template| places(template)) {
            if !is_known(linter, operation, item, place) {
                let message = format!("{{{place}}} is neither in an item nor a parameter");
                linter.problem(&step(&pointer, key), message);
            }
        }
    }
    let missing: Vec<&String> =
        history.digest.iter().filter(|place| linter.spec.target(item, place).is_none()).collect();
    for place in missing {
        linter.problem(&step(&pointer, "digest"), format!("{place:?} is not in an item"));
    }
    if let Some(Changes { each, field, old, new, .. }) = &history.changes {
        let found = linter.spec.target(item, each);
        let change = found.map(|found| found.items.as_deref().unwrap_or(found));
        let is_known = |place: &String| change.is_some_and(|change| linter.spec.target(change, place).is_some());
        if let Some(place) = [field, old, new].into_iter().find(|place| !is_known(place)) {
            linter.problem(&step(&pointer, "changes"), format!("{place:?} is not in {each:?} of an item"));
        }
    }
}

fn is_known(linter: &Linter<'_>, operation: &Operation, item: &Schema, place: &str) -> bool {
    let target = |place: &str| linter.spec.target(item, place);
    match place.strip_suffix(WORDS) {
        Some(place) => target(place).is_some_and(|schema| schema.words().next().is_some()),
        None if place.starts_with('/') => target(place).is_some(),
        None => operation.argument(place).is_some(),
    }
}
