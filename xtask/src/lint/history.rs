//! Rules of `x-history`: its placeholders must exist.

use super::linter::Linter;
use crate::spec::{
    Operation, Schema,
    extensions::{WORDS, places},
    step,
};

pub fn check(linter: &mut Linter<'_>, operation: &Operation) {
    let Some(history) = &operation.history else { return };
    let pointer = step(&operation.pointer, "x-history");
    if operation.pagination.is_none() {
        linter.problem(&pointer, "needs x-pagination, which says where the items are");
    }
    if let Some(name) = &history.since {
        let schema = linter.argument(operation, name).map(|schema| linter.spec.resolve(schema).1);
        if !schema.is_some_and(Schema::is_time) {
            let message = format!("{name:?} is neither a parameter nor a member of the body that takes milliseconds");
            linter.problem(&step(&pointer, "since"), message);
        }
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
}

fn is_known(linter: &Linter<'_>, operation: &Operation, item: &Schema, place: &str) -> bool {
    let target = |place: &str| linter.spec.target(item, place);
    match place.strip_suffix(WORDS) {
        Some(place) => target(place).is_some_and(|schema| schema.words().next().is_some()),
        None if place.starts_with('/') => target(place).is_some(),
        None => operation.argument(place).is_some(),
    }
}
