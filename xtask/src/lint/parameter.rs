//! Rules of parameters: location, type, example.

use std::collections::BTreeSet;

use super::linter::Linter;
use crate::spec::{Format, Location, Operation, Parameter, TOKEN_HEADER, Type, extensions::places, step};

pub fn check(linter: &mut Linter<'_>, operation: &Operation) {
    if !is_path(&operation.path) {
        let message = "must be a path of letters, digits and -._~:@, with placeholders such as {thing_id}";
        linter.problem(&operation.pointer, message);
    }
    for (index, found) in operation.parameters.iter().enumerate() {
        let pointer = format!("{}/parameters/{index}", operation.pointer);
        parameter(linter, operation, &pointer, found);
    }
    let in_path = operation.parameters.iter().filter(|parameter| parameter.location == Location::Path);
    let in_path: BTreeSet<&str> = in_path.map(|parameter| parameter.name.as_str()).collect();
    let template: BTreeSet<&str> = places(&operation.path).collect();
    if template != in_path {
        let message = format!("has the path parameters {in_path:?}, but its path names {template:?}");
        linter.problem(&operation.pointer, message);
    }
}

fn is_path(path: &str) -> bool {
    let is_plain = |text: &str| text.bytes().all(|byte| byte.is_ascii_alphanumeric() || b"-._~:@".contains(&byte));
    let is_part = |part: &str| {
        let mut pieces = part.split('{');
        let is_placeholder = |piece: &str| {
            piece.split_once('}').is_some_and(|(name, rest)| !name.is_empty() && is_plain(name) && is_plain(rest))
        };
        pieces.next().is_some_and(is_plain) && pieces.all(is_placeholder)
    };
    path.starts_with('/') && !path.contains("//") && path.split('/').all(is_part)
}

fn parameter(linter: &mut Linter<'_>, operation: &Operation, pointer: &str, parameter: &Parameter) {
    if parameter.description.is_empty() {
        linter.problem(pointer, "has no description");
    }
    held(linter, pointer, parameter);
    for needed in &parameter.needs {
        if operation.argument(needed).is_none_or(|other| other.location != Location::Query) {
            linter.problem(&step(pointer, "x-needs"), format!("{needed:?} is not a query parameter"));
        }
    }
    if parameter.example.is_none() && parameter.required && parameter.name != TOKEN_HEADER {
        linter
            .problem(pointer, "has no example: it is required, and the sandbox serves the documented response for it");
    }
}

/// Checks the type of a parameter against its location.
fn held(linter: &mut Linter<'_>, pointer: &str, parameter: &Parameter) {
    let schema = step(pointer, "schema");
    let target = linter.spec.resolve(&parameter.schema).1;
    let is_list = target.kind == Some(Type::Array);
    if parameter.location == Location::Path {
        if !parameter.required {
            linter.problem(&step(pointer, "required"), "must be true: it is part of the path");
        }
        if is_list || target.is_enum() {
            linter.problem(&schema, "must be a text or an integer: it is part of the path");
        }
    }
    if parameter.location == Location::Header && is_list {
        linter.problem(&schema, "must not be a list: it is a header");
    }
    if parameter.location != Location::Header && target.format == Some(Format::Password) {
        linter.problem(&step(pointer, "in"), "must be header: logs of proxies hold paths and queries, secrets too");
    }
    if target.kind == Some(Type::Object) {
        linter.problem(&schema, "must not be an object");
    }
    let items = target.items.as_ref().map(|items| linter.spec.resolve(items).1);
    if is_list && items.is_some_and(|items| items.kind != Some(Type::String)) {
        linter.problem(&schema, "must be a list of texts: callers by name give texts");
    }
}
