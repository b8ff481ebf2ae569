//! The comparison of one document with one operation: tables with the spec, examples with tables, examples with the
//! spec.
//!
//! Knows documents and specs; must not know which differences an `x-deviation` covers or how they are printed.

mod examples;
mod limits;
mod source;
mod tables;

use std::collections::HashSet;

use serde_json::Value;
use sha2::{Digest, Sha256};

use super::finding::Finding;
use crate::{
    document::{Body, Bounds, Document, Example, Fact, Kind, Limits, Role, Row},
    spec::{
        Operation, Spec, TOKEN_HEADER,
        raw::{self, is_enum, is_time, list, members, text, values},
        step,
    },
};

/// Headers that the transport sets, whether or not a document lists them.
const TRANSPORT: [&str; 3] = ["Content-Type", "Accept", "Host"];

/// JSON pointer from a request or response to the schema of its body.
const SCHEMA: &str = "/content/application~1json/schema";

/// Returns all differences, those of tables before those of examples.
pub fn document(document: &Document, spec: &Spec, operation: &Operation) -> Vec<Finding> {
    let mut compare =
        Compare { document, spec, operation, node: spec.node(operation), findings: Vec::new(), seen: HashSet::new() };
    compare.source();
    compare.endpoint();
    compare.parameters();
    compare.bodies();
    compare.examples();
    compare.findings
}

struct Compare<'a> {
    document: &'a Document,
    spec: &'a Spec,
    operation: &'a Operation,
    /// The operation as JSON.
    node: &'a Value,
    findings: Vec<Finding>,
    /// The tables that were compared, each with the pointer of the schema.
    seen: HashSet<(usize, String)>,
}

/// A parameter, property or response header of the spec.
#[derive(Clone)]
struct Node<'a> {
    name: &'a str,
    pointer: String,
    /// The pointer of the schema; for a property, that of the node.
    schema_pointer: String,
    schema: &'a Value,
    required: bool,
}

/// The schema of a node after following its reference, with the pointers that lead to it.
struct Resolved<'a> {
    /// The schema that states the type.
    schema: &'a Value,
    component: Option<&'a str>,
    pointer: String,
    /// All pointers at which an `x-deviation` can be.
    nodes: Vec<String>,
}

impl<'a> Compare<'a> {
    fn add(&mut self, finding: Finding) {
        let same = |other: &Finding| {
            other.pointer == finding.pointer && other.about == finding.about && other.member == finding.member
        };
        if !self.findings.iter().any(same) {
            self.findings.push(finding);
        }
    }

    /// Adds a finding about the operation itself.
    fn about(
        &mut self,
        about: &'static str,
        member: Option<&str>,
        document: impl Into<String>,
        spec: impl Into<String>,
    ) {
        let pointer = self.operation.pointer.clone();
        self.add(Finding {
            nodes: vec![pointer.clone()],
            pointer,
            about,
            member: member.map(str::to_owned),
            document: document.into(),
            spec: spec.into(),
            breaking: about == "endpoint",
            lost: false,
        });
    }

    fn resolve(&self, schema: &'a Value, pointer: String) -> Resolved<'a> {
        let (component, target) = raw::resolve(&self.spec.value, schema);
        match component {
            Some(name) => {
                let target_pointer = step("/components/schemas", name);
                let nodes = vec![pointer, target_pointer.clone()];
                Resolved { schema: target, component: Some(name), pointer: target_pointer, nodes }
            }
            None => {
                let mut nodes = vec![pointer.clone()];
                // A list whose elements are a component, such as an enum.
                if let Some(name) = schema.get("items").and_then(|items| raw::resolve(&self.spec.value, items).0) {
                    nodes.push(step("/components/schemas", name));
                }
                Resolved { schema: target, component: None, pointer, nodes }
            }
        }
    }

    /// Returns the element schema of a list, however deeply nested; any other schema unchanged.
    fn element(&self, resolved: Resolved<'a>) -> Resolved<'a> {
        match resolved.schema.get("items") {
            Some(items) => {
                let pointer = step(&resolved.pointer, "items");
                self.element(self.resolve(items, pointer))
            }
            None => resolved,
        }
    }
}

fn finding(
    pointer: &str,
    about: &'static str,
    nodes: Vec<String>,
    document: impl Into<String>,
    spec: impl Into<String>,
    breaking: bool,
) -> Finding {
    Finding {
        pointer: pointer.to_owned(),
        about,
        member: None,
        document: document.into(),
        spec: spec.into(),
        breaking,
        lost: false,
        nodes,
    }
}

pub fn is_transport(name: &str) -> bool {
    TRANSPORT.iter().any(|header| header.eq_ignore_ascii_case(name))
}

fn properties<'a>(resolved: &Resolved<'a>) -> Vec<Node<'a>> {
    let required: Vec<&str> = list(resolved.schema, "required").filter_map(Value::as_str).collect();
    members(resolved.schema, "properties")
        .map(|(name, schema)| {
            let pointer = step(&step(&resolved.pointer, "properties"), name);
            Node { name, schema_pointer: pointer.clone(), pointer, schema, required: required.contains(&name.as_str()) }
        })
        .collect()
}

/// Formats a value as a document writes it: strings without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn type_text(resolved: &Resolved<'_>) -> String {
    let (kind, format) = (raw::kind(resolved.schema), text(resolved.schema, "format"));
    let shown = if format.is_empty() { kind.to_owned() } else { format!("{kind} ({format})") };
    match resolved.component {
        Some(name) => format!("{shown} {name}"),
        None => shown,
    }
}
