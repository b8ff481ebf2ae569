//! Rules of names that become Rust names: components, properties, operations, setters.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase as _, ToSnakeCase as _};

use super::linter::Linter;
use crate::{
    names::{is_identifier, setter, setter_of},
    spec::{Operation, Schema, step},
};

/// Names that generated code imports.
const RESERVED: [&str; 18] = [
    "Option",
    "String",
    "Result",
    "Vec",
    "Default",
    "From",
    "Into",
    "List",
    "EpochMillis",
    "Secret",
    "Client",
    "Value",
    "Self",
    "Ok",
    "Err",
    "Some",
    "None",
    "IntoIterator",
];
/// Methods of every request builder.
const BUILDER: [&str; 6] = ["body", "send", "new", "items", "pages", "with_options"];

pub fn check(linter: &mut Linter<'_>) {
    for (name, schema) in linter.spec.schemas() {
        component(linter, name, schema);
    }
    let mut ids = BTreeSet::new();
    for operation in linter.spec.operations() {
        if !ids.insert(&operation.id) {
            let message = format!("has the operationId {:?} of another operation", operation.id);
            linter.problem(&operation.pointer, message);
        }
        id(linter, operation);
        setters(linter, operation);
    }
}

fn component(linter: &mut Linter<'_>, name: &str, schema: &Schema) {
    let pointer = step("/components/schemas", name);
    if name.to_pascal_case() != name {
        linter.problem(&pointer, format!("must be named like a Rust type: {}", name.to_pascal_case()));
    }
    if RESERVED.contains(&name) {
        linter.problem(&pointer, "has the name of a type that generated code uses itself");
    }
    let mut names: BTreeMap<String, &str> = BTreeMap::new();
    for (key, _) in schema.properties() {
        let pointer = step(&step(&pointer, "properties"), key);
        convertible(linter, &pointer, key);
        identifier(linter, &pointer, &setter(key));
        if let Some(other) = names.insert(setter(key), key) {
            linter.problem(&pointer, format!("has the same Rust name as {other:?}: {}", setter(key)));
        }
    }
}

/// Checks that heck, progenitor and typify make the same Rust name of a name.
fn convertible(linter: &mut Linter<'_>, pointer: &str, name: &str) {
    if !name.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-_.:@$".contains(&byte)) {
        linter.problem(pointer, format!("{name:?} must be of ASCII letters, digits and -_.:@$"));
    }
}

fn id(linter: &mut Linter<'_>, operation: &Operation) {
    let (pointer, id) = (step(&operation.pointer, "operationId"), operation.id.as_str());
    let expected = operation.source.api.to_snake_case();
    if id != expected {
        linter.problem(&pointer, format!("must be {expected:?}, the official API name in snake case"));
    } else if RESERVED.contains(&id.to_pascal_case().as_str()) || matches!(id, "new" | "request") {
        linter.problem(&pointer, "is a name that every client uses itself");
    } else {
        identifier(linter, &pointer, id);
    }
}

fn identifier(linter: &mut Linter<'_>, pointer: &str, name: &str) {
    if !is_identifier(name) {
        linter.problem(pointer, format!("{name:?} is not a Rust identifier"));
    }
}

/// Checks the setters of a request builder: parameters and members of the body.
fn setters(linter: &mut Linter<'_>, operation: &Operation) {
    let mut setters: Vec<(String, String, &str)> = Vec::new();
    for (index, parameter) in operation.parameters.iter().enumerate() {
        let pointer = format!("{}/parameters/{index}", operation.pointer);
        let setter = setter_of(parameter.setter.as_deref(), &parameter.name);
        convertible(linter, &pointer, &parameter.name);
        identifier(linter, &pointer, &setter);
        setters.push((pointer, setter, &parameter.name));
    }
    if let Some((Some(component), body)) = operation.request_schema().map(|schema| linter.spec.resolve(schema)) {
        let properties = step(&step("/components/schemas", component), "properties");
        for (key, property) in body.properties() {
            let pointer = step(&properties, key);
            if let Some(own) = &property.setter {
                identifier(linter, &pointer, own);
            }
            setters.push((pointer, setter_of(property.setter.as_deref(), key), key));
        }
    }
    let advice = "settle it with x-setter, a name of its own";
    let mut seen: BTreeMap<&str, &str> = BTreeMap::new();
    for (pointer, setter, name) in &setters {
        if BUILDER.contains(&setter.as_str()) {
            let message = format!("has the name of a method that every builder has: {setter}; {advice}");
            linter.problem(pointer, message);
        } else if let Some(other) = seen.insert(setter, name) {
            linter.problem(pointer, format!("has the same setter as {other:?}: {setter}; {advice}"));
        }
    }
}
