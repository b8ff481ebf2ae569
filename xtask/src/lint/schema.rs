//! Rules of components, and of any schema in the document.

use serde_json::Value;

use super::{linter::Linter, values};
use crate::spec::{Schema, Type, step};

/// Checks the components, then every schema of the document.
pub fn check(linter: &mut Linter<'_>) {
    for (name, schema) in linter.spec.schemas() {
        component(linter, name, schema);
    }
    for (pointer, schema) in linter.schemas() {
        anywhere(linter, &pointer, schema);
    }
}

fn component(linter: &mut Linter<'_>, name: &str, schema: &Schema) {
    let pointer = step("/components/schemas", name);
    if schema.is_enum() {
        values::check(linter, &pointer, schema);
    } else if schema.kind != Some(Type::Object) || schema.properties().next().is_none() {
        linter.problem(&pointer, "must be an object with properties, or a list of values");
    }
    described(linter, &pointer, schema);
    for (key, property) in schema.properties() {
        described(linter, &step(&step(&pointer, "properties"), key), property);
    }
    for name in schema.required.iter().filter(|name| schema.property(name).is_none()) {
        linter.problem(&step(&pointer, "required"), format!("names {name:?}, which is not a property"));
    }
}

fn described(linter: &mut Linter<'_>, pointer: &str, schema: &Schema) {
    if schema.description.is_empty() {
        linter.problem(pointer, "has no description");
    }
}

fn anywhere(linter: &mut Linter<'_>, pointer: &str, schema: &Schema) {
    if schema.nullable.is_some() && schema.kind.is_none() {
        linter.problem(
            &step(pointer, "nullable"),
            "must stand beside a type, as OpenAPI wants it; beside allOf, put it on the component",
        );
    }
    let node = linter.spec.value.pointer(pointer).and_then(Value::as_object);
    if schema.refers_to.is_some() && node.is_some_and(|node| node.len() > 1) {
        linter.problem(&step(pointer, "$ref"), "must stand alone: put it in an allOf, with the rest beside that");
    }
    if schema.reference().is_some() {
        return;
    }
    if schema.all_of.is_some() {
        linter.problem(&step(pointer, "allOf"), "must hold one $ref and nothing else");
        return;
    }
    bounds(linter, pointer, schema);
    if schema.one_of.is_some() || schema.is_time() {
        time(linter, pointer, schema);
    } else {
        kind(linter, pointer, schema);
    }
}

fn bounds(linter: &mut Linter<'_>, pointer: &str, schema: &Schema) {
    let pairs = [
        ("minLength", schema.min_length.map(i64::from), "maxLength", schema.max_length.map(i64::from)),
        ("minimum", schema.minimum, "maximum", schema.maximum),
        ("minItems", schema.min_items.map(i64::from), "maxItems", schema.max_items.map(i64::from)),
    ];
    for (min, low, max, high) in pairs {
        if let (Some(low), Some(high)) = (low, high)
            && low > high
        {
            linter.problem(&step(pointer, min), format!("is {low}, larger than {max}, which is {high}"));
        }
    }
}

fn kind(linter: &mut Linter<'_>, pointer: &str, schema: &Schema) {
    let is_component = pointer.strip_prefix("/components/schemas/").is_some_and(|name| !name.contains('/'));
    if (schema.properties.is_some() || schema.is_enum()) && !is_component {
        linter.problem(pointer, "must be a named schema under /components/schemas, so that its type has a name");
    }
    match schema.kind {
        Some(Type::Array) if schema.items.is_none() => linter.problem(&step(pointer, "items"), "is missing"),
        None if schema.any.is_none() => {
            linter.problem(pointer, "has no type; say `x-type: any` where anything may stand");
        }
        _ => {}
    }
}

/// Checks a time in milliseconds: a string in requests, a string or a number in responses.
fn time(linter: &mut Linter<'_>, pointer: &str, schema: &Schema) {
    let kinds: Vec<Option<Type>> = schema.one_of.iter().flatten().map(|branch| branch.kind).collect();
    let is_text = schema.kind == Some(Type::String);
    if !schema.is_time() || !(is_text || kinds == [Some(Type::String), Some(Type::Integer)]) {
        linter.problem(
            pointer,
            "must be a time: format epoch-millis, with type string in a request, and in a response with oneOf \
             [{ type: string }, { type: integer, format: int64 }]",
        );
    }
}
