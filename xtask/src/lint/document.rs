//! Rules of the document: version, references, service, endpoints.

use std::collections::BTreeSet;

use serde_json::Value;

use super::linter::Linter;
use crate::spec::step;

/// Checks version, operations and references, which all other rules rely on.
pub fn frame(linter: &mut Linter<'_>) {
    let spec = linter.spec;
    if !spec.document.openapi.starts_with("3.0.") {
        linter.problem("/openapi", "must be 3.0.x, the version that the generator reads");
    }
    if spec.operations().is_empty() {
        linter.problem("/paths", "must hold at least one operation");
    }
    for (pointer, schema) in linter.schemas() {
        let Some(target) = &schema.refers_to else { continue };
        let pointer = step(&pointer, "$ref");
        match schema.reference() {
            Some(name) if spec.schema(name).is_some() => {}
            Some(name) => linter.problem(&pointer, format!("refers to the schema {name:?}, which does not exist")),
            None => linter.problem(&pointer, format!("must refer to #/components/schemas/…, refers to {target}")),
        }
    }
}

pub fn check(linter: &mut Linter<'_>) {
    let spec = linter.spec;
    let info = &spec.document.info;
    let texts = [
        ("/info/title", &info.title),
        ("/info/version", &info.version),
        ("/info/description", &info.description),
        ("/x-service/name", &spec.document.service.name),
    ];
    for (pointer, _) in texts.into_iter().filter(|(_, text)| text.is_empty()) {
        linter.problem(pointer, "is missing");
    }
    if !spec.service.starts_with(|c: char| c.is_ascii_lowercase())
        || !spec.service.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit())
    {
        linter.problem("", "must lie in a folder named with small letters and digits, which names the crate");
    }
    servers(linter);
    control_characters(linter, "", &spec.value);
}

/// Checks that texts are without control characters, which neither Rust code nor its documentation can hold. Those of
/// examples are escaped.
fn control_characters(linter: &mut Linter<'_>, pointer: &str, value: &Value) {
    let is_bad = |text: &str| text.contains(|c: char| c.is_control() && !matches!(c, '\n' | '\t'));
    let message = "holds a control character: remove it";
    match value {
        Value::String(text) if is_bad(text) => linter.problem(pointer, message),
        Value::Array(items) => {
            items
                .iter()
                .enumerate()
                .for_each(|(index, item)| control_characters(linter, &format!("{pointer}/{index}"), item));
        }
        Value::Object(members) => {
            for (key, member) in members.iter().filter(|(key, _)| !matches!(key.as_str(), "example" | "examples")) {
                let pointer = step(pointer, key);
                if is_bad(key) {
                    linter.problem(&pointer, message);
                }
                control_characters(linter, &pointer, member);
            }
        }
        _ => {}
    }
}

fn servers(linter: &mut Linter<'_>) {
    let servers = &linter.spec.document.servers;
    if servers.is_empty() {
        linter.problem("/servers", "must list the endpoint of every known region");
    }
    let mut regions = BTreeSet::new();
    for (index, server) in servers.iter().enumerate() {
        if server.url.strip_prefix("https://").is_none_or(|host| host.contains('/')) {
            linter.problem(&format!("/servers/{index}/url"), "must be https:// and a host, without a path");
        }
        if server.region.is_empty() || !regions.insert(&server.region) {
            linter.problem(&format!("/servers/{index}/x-region"), "must name the region, each region once");
        }
    }
}
