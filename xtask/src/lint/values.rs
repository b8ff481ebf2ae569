//! Rules of components that list values.

use std::collections::BTreeSet;

use heck::ToPascalCase as _;
use serde_json::Value;

use super::linter::Linter;
use crate::{
    docs,
    spec::{Schema, Type, step},
};

pub fn check(linter: &mut Linter<'_>, pointer: &str, schema: &Schema) {
    let at = step(pointer, if schema.closed.is_some() { "enum" } else { "x-extensible-enum" });
    let known: Vec<&Value> = schema.values().collect();
    if schema.closed.is_some() && schema.known.is_some() {
        linter.problem(&step(pointer, "x-extensible-enum"), "must not stand beside enum: a list is closed or open");
        return;
    }
    match schema.kind {
        Some(Type::String) if known.iter().all(|value| value.is_string()) => {}
        Some(Type::Integer) if known.iter().all(|value| value.is_i64()) => {}
        Some(Type::String) => linter.problem(&at, "must hold texts; quote values that YAML reads otherwise"),
        _ => linter.problem(&at, "must hold texts or integers, as its type says"),
    }
    let distinct: BTreeSet<String> = known.iter().map(|value| docs::plain(value)).collect();
    if distinct.len() != known.len() {
        linter.problem(&at, "holds a value twice");
    }
    variants(linter, &step(pointer, "x-enum-varnames"), &schema.variants, known.len());
    let at = step(pointer, "x-enum-descriptions");
    match &schema.words {
        Some(words) if words.len() != known.len() => linter.problem(&at, "must describe each value"),
        None if schema.kind == Some(Type::Integer) => {
            linter.problem(&at, "is missing: a number does not say what it means");
        }
        _ => {}
    }
}

/// Checks the names of the variants: one for each value, all distinct.
fn variants(linter: &mut Linter<'_>, pointer: &str, names: &[String], values: usize) {
    if names.len() != values {
        linter.problem(pointer, "must give each value the name of its variant");
    }
    let mut seen = BTreeSet::new();
    for name in names {
        let is_identifier = syn::parse_str::<syn::Ident>(name).is_ok();
        if !is_identifier || name.to_pascal_case() != *name || name == "Unknown" || !seen.insert(name) {
            let message = format!("{name:?} must be a Rust variant name of its own, and not Unknown");
            linter.problem(pointer, message);
        }
    }
}
