//! Rules of `x-pagination`: its parameters, members, values and pointers must exist.

use super::linter::Linter;
use crate::spec::{Operation, Type, extensions::Style, step};

pub fn check(linter: &mut Linter<'_>, operation: &Operation) {
    let Some(pagination) = &operation.pagination else { return };
    let pointer = step(&operation.pointer, "x-pagination");
    let order_pointer = step(&pointer, "order");
    let mut names = match &pagination.style {
        Style::Offset { offset, size, .. } => vec![(&pointer, "offset", offset), (&pointer, "size", size)],
        Style::Page { page, size, .. } => vec![(&pointer, "page", page), (&pointer, "size", size)],
        Style::Marker { marker, size, .. } => vec![(&pointer, "marker", marker), (&pointer, "size", size)],
        Style::Whole {} => Vec::new(),
    };
    names.extend(pagination.order.as_ref().map(|order| (&order_pointer, "argument", &order.argument)));
    for (at, key, name) in names {
        if linter.argument(operation, name).is_none() {
            linter.problem(&step(at, key), format!("{name:?} is neither a parameter nor a member of the body"));
        }
    }
    if let Some(order) = &pagination.order
        && let Some(schema) = linter.argument(operation, &order.argument)
    {
        let schema = linter.spec.resolve(schema).1;
        for (key, value) in [("newest_first", &order.newest_first), ("oldest_first", &order.oldest_first)] {
            if !schema.values().any(|known| known.as_str() == Some(value)) {
                linter.problem(&step(&order_pointer, key), format!("{value:?} is no value of {:?}", order.argument));
            }
        }
    }
    let item = linter.spec.item(operation).map(|item| linter.spec.resolve(item).1);
    for member in pagination.id() {
        if item.is_none_or(|item| item.property(member).is_none()) {
            linter.problem(&step(&pointer, "id"), format!("{member:?} is no member of an item"));
        }
    }
    let next = match &pagination.style {
        Style::Marker { next, .. } => Some(next),
        _ => None,
    };
    let places = [
        ("items", Some(&pagination.items), Type::Array, "array"),
        ("total", pagination.total.as_ref(), Type::Integer, "integer"),
        ("next", next, Type::String, "text"),
    ];
    for (key, place, kind, word) in places {
        let Some(place) = place else { continue };
        let found = operation.response_schema().and_then(|schema| linter.spec.target(schema, place));
        if found.is_none_or(|schema| schema.kind != Some(kind)) {
            linter.problem(&step(&pointer, key), format!("must point to the {word} in the response"));
        }
    }
}
