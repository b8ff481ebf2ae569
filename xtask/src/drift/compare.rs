//! The comparison of one document with one operation: tables with the spec, examples with tables, examples with the
//! spec.
//!
//! Knows documents and specs; must not know which differences an `x-deviation` covers or how they are printed.

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

    // Source and endpoint.

    fn source(&mut self) {
        let documents = &self.operation.source.documents;
        let documents: Vec<_> = documents.iter().filter(|document| document.page.is_some()).collect();
        if !self.document.title.is_empty() && !documents.iter().any(|document| document.title == self.document.title) {
            let title = documents.first().map(|document| document.title.as_str()).unwrap_or_default();
            self.about("source", Some("title"), format!("title {:?}", self.document.title), format!("title {title:?}"));
        }
        // A scrape may lose the date of a document; each edition of a document has its own.
        let known: Vec<&str> = documents.iter().filter_map(|document| document.updated.as_deref()).collect();
        if let Some(date) = self.document.updated.as_deref().filter(|date| !known.contains(date)) {
            let known = if known.is_empty() { "no date".to_owned() } else { format!("updated {}", known.join(", ")) };
            self.about("source", None, format!("updated {date}"), known);
        }
    }

    fn endpoint(&mut self) {
        let (document, operation) = (self.document, self.operation);
        if operation.method.to_string() != document.method || operation.path != document.path {
            let spec = format!("{} {}", operation.method, operation.path);
            self.about("endpoint", None, format!("{} {}", document.method, document.path), spec);
        }
        for example in document.examples.iter().filter(|example| example.is_request) {
            if example.address.as_deref().is_some_and(|address| address.starts_with("http://")) {
                self.about("endpoint", None, "an example over plain http", "https only");
            }
            if let Some(method) = example.method.as_deref().filter(|method| *method != document.method) {
                self.about("endpoint", None, format!("an example with {method}"), document.method.clone());
            }
        }
    }

    // Tables against the spec.

    fn parameters(&mut self) {
        let operation = self.operation;
        for (place, role) in [("path", Role::Path), ("query", Role::Query), ("header", Role::Header)] {
            let rows: Vec<&Row> = self.document.rows(&role).filter(|row| !is_transport(&row.name)).collect();
            let nodes: Vec<Node<'a>> = list(self.node, "parameters")
                .enumerate()
                .filter(|(_, parameter)| text(parameter, "in") == place)
                .map(|(index, parameter)| {
                    let pointer = format!("{}/parameters/{index}", operation.pointer);
                    let name = text(parameter, "name");
                    Node {
                        name,
                        schema_pointer: step(&pointer, "schema"),
                        pointer,
                        schema: parameter.get("schema").unwrap_or(&Value::Null),
                        // The client sets the token from the credentials, or signs the request instead.
                        required: parameter["required"] == true && name != TOKEN_HEADER,
                    }
                })
                .collect();
            if role == Role::Path && operation.path != self.document.path {
                // The different endpoint is already reported.
                continue;
            }
            self.fields(&rows, &nodes, &step(&operation.pointer, "parameters"), &operation.pointer.clone(), true);
        }
        let has_token = |name: &str| name.eq_ignore_ascii_case(TOKEN_HEADER);
        if !operation.is_anonymous()
            && !self.document.rows(&Role::Header).any(|row| has_token(&row.name))
            && !list(self.node, "parameters").any(|parameter| has_token(text(parameter, "name")))
        {
            self.about("presence", Some(TOKEN_HEADER), "no row for credentials", "a signature or a token");
        }
    }

    fn bodies(&mut self) {
        let operation = self.operation;
        let rows: Vec<&Row> = self.document.rows(&Role::Body).collect();
        let at = step(&operation.pointer, "requestBody");
        match self.node.pointer(&format!("/requestBody{SCHEMA}")) {
            Some(schema) => {
                let resolved = self.resolve(schema, format!("{at}{SCHEMA}"));
                self.fields(
                    &rows,
                    &properties(&resolved),
                    &step(&resolved.pointer, "properties"),
                    &resolved.pointer,
                    true,
                );
                let needed = rows.iter().any(|row| row.mandatory == Fact::Stated(true));
                if self.node["requestBody"]["required"] == true && !needed {
                    self.add(finding(
                        &at,
                        "required",
                        vec![at.clone()],
                        "no field that the body must have",
                        "always a body",
                        false,
                    ));
                }
            }
            None if !rows.is_empty() => {
                self.add(finding(&at, "presence", vec![operation.pointer.clone()], "a request body", "none", true))
            }
            None => {}
        }
        for (status, response) in members(self.node, "responses") {
            let at = step(&step(&operation.pointer, "responses"), status);
            let success = status.starts_with('2');
            let number = status.parse().ok();
            let rows = self.response(number, success);
            let Some(schema) = response.pointer(SCHEMA) else { continue };
            let resolved = self.resolve(schema, format!("{at}{SCHEMA}"));
            if rows.is_empty() {
                if success {
                    let mut finding =
                        finding(&at, "presence", vec![at.clone()], "no table of the response", "a response", false);
                    finding.lost = true;
                    self.add(finding);
                }
                continue;
            }
            self.fields(
                &rows,
                &properties(&resolved),
                &step(&resolved.pointer, "properties"),
                &resolved.pointer,
                false,
            );
            self.in_band_status(&at, response, &rows);
            let headers: Vec<&Row> = [Role::ResponseHeader(number), Role::ResponseHeader(None)]
                .iter()
                .flat_map(|role| self.document.rows(role))
                .filter(|row| success && !is_transport(&row.name))
                .collect();
            let nodes: Vec<Node<'a>> = members(response, "headers")
                .map(|(name, header)| {
                    let pointer = step(&step(&at, "headers"), name);
                    let schema = header.get("schema").unwrap_or(&Value::Null);
                    Node { name, schema_pointer: step(&pointer, "schema"), pointer, schema, required: false }
                })
                .collect();
            self.fields(&headers, &nodes, &step(&at, "headers"), &at, false);
        }
    }

    /// Returns the rows of a response body; rows without a status are those of the success response.
    fn response(&self, status: Option<u16>, success: bool) -> Vec<&'a Row> {
        let rows: Vec<&Row> = self.document.rows(&Role::Response(status)).collect();
        if rows.is_empty() && success { self.document.rows(&Role::Response(None)).collect() } else { rows }
    }

    /// Adds a finding if the spec has an in-band status that the document does not mention.
    fn in_band_status(&mut self, at: &str, response: &Value, rows: &[&Row]) {
        let Some(in_band) = response.get("x-in-band-status") else { return };
        let documented = ["status", "code"].iter().any(|key| {
            let first = text(in_band, key).split('/').nth(1).unwrap_or_default();
            rows.iter().any(|row| row.name == first)
        });
        if !documented {
            let spec = format!("a body with {} is one", text(in_band, "code"));
            self.add(finding(
                at,
                "in-band status",
                vec![at.to_owned()],
                "nothing of errors with this status",
                spec,
                false,
            ));
        }
    }

    /// Compares the rows of a table with parameters, properties or headers.
    fn fields(&mut self, rows: &[&'a Row], nodes: &[Node<'a>], container: &str, owner: &str, is_request: bool) {
        let same = |row: &Row, node: &Node<'_>| {
            row.name == node.name || (row.role == Role::Header && row.name.eq_ignore_ascii_case(node.name))
        };
        let extra: Vec<(usize, &&Row)> =
            rows.iter().enumerate().filter(|(_, row)| !nodes.iter().any(|node| same(row, node))).collect();
        let missing: Vec<(usize, &Node<'_>)> =
            nodes.iter().enumerate().filter(|(_, node)| !rows.iter().any(|row| same(row, node))).collect();
        // One field removed and one added, at the same position and of the same type, is a rename.
        let renamed = match (&extra[..], &missing[..]) {
            ([(at, row)], [(was, node)])
                if at == was && row.kind.stated().is_none_or(|kind| self.misfit(kind, node).is_none()) =>
            {
                Some((*row, *node))
            }
            _ => None,
        };
        if let Some((row, node)) = renamed {
            let nodes = vec![node.pointer.clone()];
            self.add(finding(&node.pointer, "name", nodes, row.name.clone(), node.name, true));
        } else {
            for (_, row) in extra {
                let must = row.mandatory == Fact::Stated(true);
                let document = if must { "a mandatory field" } else { "a field" };
                let mut found = finding(
                    container,
                    "presence",
                    vec![owner.to_owned()],
                    document,
                    "no such field",
                    must && is_request,
                );
                found.member = Some(row.name.clone());
                self.add(found);
            }
            for (_, node) in missing {
                let document = "no such field";
                self.add(finding(&node.pointer, "presence", vec![node.pointer.clone()], document, "a field", true));
            }
        }
        for row in rows {
            if let Some(node) = nodes.iter().find(|node| same(row, node)) {
                self.field(row, node, is_request);
            }
        }
    }

    fn field(&mut self, row: &'a Row, node: &Node<'a>, is_request: bool) {
        let resolved = self.resolve(node.schema, node.schema_pointer.clone());
        let mut nodes = vec![node.pointer.clone()];
        nodes.extend(resolved.nodes.iter().cloned());
        let found = |about, document: String, spec: String, breaking| {
            finding(&node.pointer, about, nodes.clone(), document, spec, breaking)
        };
        if let Some(must) = row.mandatory.stated()
            && *must != node.required
        {
            let words = |must: bool| if must { "mandatory" } else { "optional" }.to_owned();
            self.add(found("required", words(*must), words(node.required), is_request && *must));
        }
        match &row.kind {
            Fact::Stated(Kind::Other(word)) => {
                let mut lost = found("type", format!("the unknown type {word}"), shown_type(&resolved), false);
                lost.lost = true;
                self.add(lost);
            }
            Fact::Stated(kind) => {
                if let Some(spec) = self.misfit(kind, node) {
                    self.add(found("type", kind.to_string(), spec, true));
                }
                self.schema_name(row, kind, node, &nodes);
            }
            Fact::Lost => {
                let mut lost = found("type", "lost".to_owned(), shown_type(&resolved), false);
                lost.lost = true;
                self.add(lost);
            }
            Fact::Silent | Fact::Empty => {}
        }
        self.limits(&row.limits, row, resolved.schema, &found, is_request);
        if resolved.schema["nullable"] == true || node.schema["nullable"] == true {
            let said = row.description.stated().is_some_and(|text| text.to_lowercase().contains("null"));
            if !said {
                self.add(found("nullable", "nothing of null".to_owned(), "may be null".to_owned(), false));
            }
        }
        self.words(row, node, &nodes);
        if let Some(index) = row.table {
            let inner = self.element(resolved);
            if inner.schema.get("properties").is_some() && self.seen.insert((index, inner.pointer.clone())) {
                let rows: Vec<&Row> = self.document.tables[index].rows.iter().collect();
                self.fields(
                    &rows,
                    &properties(&inner),
                    &step(&inner.pointer, "properties"),
                    &inner.pointer,
                    is_request,
                );
            }
        }
    }

    /// Descriptions cannot be compared; a deviation about one covers it as long as that of the document is unchanged.
    fn words(&mut self, row: &Row, node: &Node<'a>, nodes: &[String]) {
        let Some(described) = self.spec.value.pointer(&node.pointer) else { return };
        if list(described, "x-deviation").any(|deviation| text(deviation, "about") == "description") {
            let said = row.description.stated().map(|text| digest(text)).unwrap_or_default();
            self.add(finding(
                &node.pointer,
                "description",
                nodes.to_vec(),
                format!("words {said}"),
                "words of our own",
                false,
            ));
        }
    }

    /// Compares the documented name of a schema with that of its component.
    fn schema_name(&mut self, row: &Row, kind: &Kind, node: &Node<'a>, nodes: &[String]) {
        let Some(name) = kind.object().filter(|name| !name.eq_ignore_ascii_case(&row.name) && !name.contains('.'))
        else {
            return;
        };
        let inner = self.element(self.resolve(node.schema, node.schema_pointer.clone()));
        if let Some(component) = inner.component
            && inner.schema.get("properties").is_some()
            && component != name
        {
            let mut nodes = nodes.to_vec();
            nodes.push(inner.pointer.clone());
            self.add(finding(&inner.pointer, "name", nodes, name, component, false));
        }
    }

    fn limits(
        &mut self,
        limits: &Limits,
        row: &Row,
        schema: &Value,
        found: &impl Fn(&'static str, String, String, bool) -> Finding,
        is_request: bool,
    ) {
        let number = matches!(row.kind.stated(), Some(Kind::Integer | Kind::Long | Kind::Number));
        let bounds_of = |schema: &Value, low: &str, high: &str| Bounds {
            min: schema.get(low).and_then(Value::as_i64),
            max: schema.get(high).and_then(Value::as_i64),
        };
        let bounds = |low: &str, high: &str| bounds_of(schema, low, high);
        // A time is a string or a number; the length is that of the string.
        let as_text = list(schema, "oneOf").next().unwrap_or(schema);
        let length = bounds_of(as_text, "minLength", "maxLength");
        let items = bounds("minItems", "maxItems");
        let value = bounds("minimum", "maximum");
        let letters = schema["format"] == "alphanumeric";
        // A document may also bound the length of a number or a list, so all three are compared and shown.
        let pairs = [
            ("length", not_negative(limits.length), not_negative(length)),
            ("elements", not_negative(limits.items), not_negative(items)),
            ("value", limits.value, value),
        ];
        let differs = pairs.iter().any(|(_, document, spec)| document != spec) || limits.alphanumeric != letters;
        if differs {
            let document = [limits.length, limits.items, limits.value];
            let silent = document.iter().all(Bounds::is_empty) && !limits.alphanumeric;
            let mut finding = found(
                "range",
                shown_bounds(
                    &[("length", limits.length), ("elements", limits.items), ("value", limits.value)],
                    limits.alphanumeric,
                ),
                shown_bounds(&[("length", length), ("elements", items), ("value", value)], letters),
                is_request && narrower(&pairs),
            );
            finding.lost = silent && limits.lost;
            self.add(finding);
        }
        let element = schema.get("items").map(|items| raw::resolve(&self.spec.value, items).1);
        let listed = |schema: &Value| -> Vec<String> { values(schema).map(plain).collect() };
        let values = match listed(schema) {
            own if own.is_empty() => element.map(listed).unwrap_or_default(),
            own => own,
        };
        match &limits.values {
            Fact::Stated(stated) if !number => {
                let new: Vec<&String> = stated.iter().filter(|value| !values.contains(value)).collect();
                let gone: Vec<&String> = values.iter().filter(|value| !stated.contains(value)).collect();
                if !new.is_empty() || !gone.is_empty() {
                    let spec = if values.is_empty() { "any text".to_owned() } else { values.join(", ") };
                    self.add(found("values", stated.join(", "), spec, is_request && !gone.is_empty()));
                }
            }
            Fact::Lost if !values.is_empty() => {
                let mut lost = found("values", "lost".to_owned(), values.join(", "), false);
                lost.lost = true;
                self.add(lost);
            }
            Fact::Silent | Fact::Empty if !values.is_empty() => {
                let mut silent = found("values", "no list of values".to_owned(), values.join(", "), false);
                silent.lost = limits.lost;
                self.add(silent);
            }
            _ => {}
        }
        let default = schema.get("default").map(plain);
        let says = match &limits.default {
            Fact::Stated(text) => Some(text.clone()),
            _ => None,
        };
        if says != default {
            let words = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
            let mut finding = found("default", words(says), words(default), false);
            finding.lost = limits.default == Fact::Lost || row.description == Fact::Lost;
            self.add(finding);
        }
        if let (Some(element), Some(items)) = (&limits.element, element) {
            self.limits(element, row, items, found, is_request);
        } else if let Some(items) = element.filter(|items| matches!(text(items, "type"), "string" | "integer")) {
            let lost = Limits { lost: limits.lost, values: limits.values.clone(), ..Limits::default() };
            let bounded = ["minLength", "maxLength", "minimum", "maximum"].iter().any(|key| items.get(key).is_some());
            if bounded && !is_enum(items) {
                self.limits(&lost, row, items, found, is_request);
            }
        }
    }

    /// Returns the type of the spec if a documented type does not fit it.
    fn misfit(&self, kind: &Kind, node: &Node<'a>) -> Option<String> {
        let resolved = self.resolve(node.schema, node.schema_pointer.clone());
        (!self.fits(kind, resolved.schema)).then(|| shown_type(&resolved))
    }

    fn fits(&self, kind: &Kind, schema: &Value) -> bool {
        let (kind_of, format) = (raw::kind(schema), text(schema, "format"));
        match kind {
            _ if text(schema, "x-type") == "any" => false,
            Kind::Text => kind_of == "string" && !is_time(schema),
            Kind::Integer => kind_of == "integer",
            Kind::Long => kind_of == "integer" && format == "int64",
            Kind::Number => kind_of == "number",
            Kind::Boolean => kind_of == "boolean",
            Kind::Object(_) | Kind::Map(_) => kind_of == "object",
            Kind::Array(item) => {
                kind_of == "array"
                    && item.as_ref().is_none_or(|item| {
                        schema.get("items").is_none_or(|items| self.fits(item, raw::resolve(&self.spec.value, items).1))
                    })
            }
            Kind::Binary => kind_of == "string",
            Kind::Other(_) => true,
        }
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

    // Examples against tables and spec.

    fn examples(&mut self) {
        let document = self.document;
        let mut shown: HashSet<String> = HashSet::new();
        for example in &document.examples {
            if example.is_request {
                self.request_line(example, &mut shown);
            }
            self.example_body(example);
        }
        if self.operation.path != document.path {
            // With different paths, the values of an example cannot be assigned to parameters.
            return;
        }
        for (index, parameter) in list(self.node, "parameters").enumerate() {
            let name = text(parameter, "name");
            let needed = parameter["required"] == true && name != TOKEN_HEADER && text(parameter, "in") != "header";
            if needed
                && !shown.contains(name)
                && let Some(value) = parameter.get("example")
            {
                let pointer = format!("{}/parameters/{index}", self.operation.pointer);
                self.add(finding(&pointer, "example", vec![pointer.clone()], "no example of it", plain(value), false));
            }
        }
    }

    /// Compares the path and query values of an example request.
    fn request_line(&mut self, example: &'a Example, shown: &mut HashSet<String>) {
        let Some(path) = example.path() else { return };
        let mut values: Vec<(&str, &str, Role)> =
            example.query.iter().map(|(name, value)| (name.as_str(), value.as_str(), Role::Query)).collect();
        let (template, actual): (Vec<&str>, Vec<&str>) =
            (self.document.path.split('/').collect(), path.split('/').collect());
        let fits = template.len() == actual.len()
            && template
                .iter()
                .zip(&actual)
                .all(|(wanted, is)| wanted == is || (wanted.starts_with('{') && !is.is_empty()));
        if fits {
            for (wanted, is) in template.iter().zip(actual) {
                if let Some(name) = wanted.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                    values.push((name, is, Role::Path));
                }
            }
        } else {
            let document = format!("an example that calls {path}");
            self.about("endpoint", None, document, self.document.path.clone());
        }
        for (name, value, role) in values {
            let node = list(self.node, "parameters").enumerate().find(|(_, parameter)| text(parameter, "name") == name);
            let row = self.document.rows(&role).find(|row| row.name == name);
            let pointer = node.map(|(index, _)| format!("{}/parameters/{index}", self.operation.pointer));
            let Some(row) = row else {
                self.unlisted(pointer, "parameters", &self.operation.pointer.clone(), name, node.is_some());
                continue;
            };
            if value.starts_with('{') || value.is_empty() {
                continue;
            }
            shown.insert(name.to_owned());
            let Some((pointer, (_, parameter))) = pointer.zip(node) else { continue };
            let resolved = self.resolve(&parameter["schema"], step(&pointer, "schema"));
            let mut nodes = vec![pointer.clone()];
            nodes.extend(resolved.nodes.iter().cloned());
            // A URL contains only text; a value that parses as a number is one, unless the table says string.
            let is_text = matches!(row.kind.stated(), Some(Kind::Text));
            let json = serde_json::from_str(value).ok().filter(|_| !is_text).unwrap_or_else(|| Value::from(value));
            self.value(&json, row, &pointer, &nodes);
            let known = self.findings.iter().any(|finding| finding.pointer == pointer && !finding.lost);
            if let Some(ours) = parameter.get("example").map(plain).filter(|ours| ours != value && !known) {
                self.add(finding(&pointer, "example", nodes, value, ours, false));
            }
        }
    }

    /// Adds a finding for a member of an example that no table lists, unless a rename already reports it.
    fn unlisted(&mut self, pointer: Option<String>, place: &str, owner: &str, name: &str, known: bool) {
        let renamed = |finding: &Finding| Some(&finding.pointer) == pointer.as_ref() && finding.about == "name";
        if self.findings.iter().any(renamed) {
            return;
        }
        let document = "in an example, in no table";
        match pointer {
            Some(pointer) => {
                self.add(finding(&pointer, "presence", vec![pointer.clone()], document, "a field", false));
            }
            None => {
                let spec = if known { "a field" } else { "no such field" };
                let mut found = finding(&step(owner, place), "presence", vec![owner.to_owned()], document, spec, false);
                found.member = Some(name.to_owned());
                self.add(found);
            }
        }
    }

    fn example_body(&mut self, example: &'a Example) {
        let operation = self.operation;
        let (media, media_pointer) = if example.is_request {
            (self.node.pointer("/requestBody/content/application~1json"), step(&operation.pointer, "requestBody"))
        } else {
            let success = operation.success().map(|(status, _)| status.to_owned());
            let status = example.status.map(|status| status.to_string()).or(success).unwrap_or_default();
            let at = step(&step(&operation.pointer, "responses"), &status);
            (self.spec.value.pointer(&at).and_then(|response| response.pointer("/content/application~1json")), at)
        };
        let media_pointer = format!("{media_pointer}/content/application~1json");
        let json = match &example.body {
            Body::None => return,
            Body::Broken(reason) => {
                let nodes = vec![media_pointer.clone(), operation.pointer.clone()];
                let document = format!("an example that does not parse: {reason}");
                self.add(finding(&media_pointer, "example", nodes, document, "one that does", false));
                return;
            }
            Body::Json(json) => json,
        };
        let rows: Vec<&Row> = if example.is_request {
            self.document.rows(&Role::Body).collect()
        } else {
            let own: Vec<&Row> = self.document.rows(&Role::Response(example.status)).collect();
            let success = operation.success().and_then(|(status, _)| status.parse().ok());
            // An error response may have no table of its own.
            if own.is_empty() { self.response(success, true) } else { own }
        };
        let Some(schema) = media.and_then(|media| media.get("schema")) else { return };
        let resolved = self.resolve(schema, format!("{media_pointer}/schema"));
        self.members(json, &rows, &resolved, example.is_request);
        let ours: Vec<&Value> = media
            .map(|media| members(media, "examples").filter_map(|(_, example)| example.get("value")).collect())
            .unwrap_or_default();
        if ours.is_empty() || ours.contains(&json) {
            return;
        }
        let fewest = ours
            .iter()
            .map(|ours| {
                let mut found = Vec::new();
                differences(json, ours, "", &mut found);
                found
            })
            .min_by_key(Vec::len)
            .unwrap_or_default();
        for (place, document, spec) in fewest.into_iter().take(5) {
            // Skip differences that the tables or types already report.
            let node = self.property_at(&resolved, &place);
            let last = place.rsplit('/').next();
            let known = |finding: &Finding| {
                let here = node.as_ref() == Some(&finding.pointer);
                here && matches!(finding.about, "type" | "presence" | "name" | "values" | "nullable")
                    || finding.about == "presence" && finding.member.as_deref() == last
            };
            if self.findings.iter().any(known) {
                continue;
            }
            let mut found = finding(
                &step(&media_pointer, "examples"),
                "example",
                vec![media_pointer.clone()],
                document,
                spec,
                false,
            );
            found.member = Some(place);
            self.add(found);
        }
    }

    /// Returns the pointer of the property that a position in an example belongs to.
    fn property_at(&self, resolved: &Resolved<'a>, place: &str) -> Option<String> {
        let mut at = self.resolve(self.spec.value.pointer(&resolved.pointer)?, resolved.pointer.clone());
        let mut last = None;
        for name in place.split('/').skip(1) {
            if at.schema.get("items").is_some() {
                at = self.element(at);
                continue;
            }
            let properties = properties(&at);
            let node = properties.iter().find(|node| node.name == name)?;
            last = Some(node.pointer.clone());
            at = self.resolve(node.schema, node.schema_pointer.clone());
        }
        last
    }

    /// Compares the members of an object in an example with the rows of its table.
    fn members(&mut self, json: &'a Value, rows: &[&'a Row], resolved: &Resolved<'a>, is_request: bool) {
        let Some(object) = json.as_object() else { return };
        let nodes = properties(resolved);
        for row in rows
            .iter()
            .filter(|row| is_request && row.mandatory == Fact::Stated(true) && !object.contains_key(&row.name))
        {
            if let Some(node) = nodes.iter().find(|node| node.name == row.name) {
                let spec = if node.required { "mandatory" } else { "optional" };
                self.add(finding(
                    &node.pointer,
                    "required",
                    vec![node.pointer.clone()],
                    "mandatory in the table, not in an example",
                    spec,
                    false,
                ));
            }
        }
        for (name, value) in object {
            let node = nodes.iter().find(|node| node.name == name.as_str());
            let Some(row) = rows.iter().find(|row| row.name == *name) else {
                self.unlisted(
                    node.map(|node| node.pointer.clone()),
                    "properties",
                    &resolved.pointer,
                    name,
                    node.is_some(),
                );
                continue;
            };
            let (pointer, around) = match node {
                Some(node) => {
                    let inner = self.resolve(node.schema, node.schema_pointer.clone());
                    (node.pointer.clone(), inner)
                }
                None => continue,
            };
            let mut places = vec![pointer.clone()];
            places.extend(around.nodes.iter().cloned());
            self.value(value, row, &pointer, &places);
            if let Some(index) = row.table {
                let inner = self.element(around);
                let rows: Vec<&Row> = self.document.tables[index].rows.iter().collect();
                let elements: Vec<&Value> = match value {
                    Value::Array(elements) => elements.iter().collect(),
                    value => vec![value],
                };
                for element in elements {
                    self.members(element, &rows, &inner, is_request);
                }
            }
        }
    }

    /// Compares a value of an example with its row.
    fn value(&mut self, value: &Value, row: &Row, pointer: &str, nodes: &[String]) {
        let Some(kind) = row.kind.stated() else { return };
        if value.is_null() {
            self.add(finding(pointer, "nullable", nodes.to_vec(), "null in an example", "never null", false));
            return;
        }
        if !matches_json(kind, value) {
            let document = format!("{kind} in the table, {} in an example", json_type(value));
            let spec = shown_type(&self.resolve(
                self.spec.value.pointer(pointer).map_or(&Value::Null, |node| node.get("schema").unwrap_or(node)),
                pointer.to_owned(),
            ));
            self.add(finding(pointer, "type", nodes.to_vec(), document, spec, false));
            return;
        }
        let texts: Vec<&str> = match value {
            Value::Array(values) => values.iter().filter_map(Value::as_str).collect(),
            value => value.as_str().into_iter().collect(),
        };
        for text in texts {
            if let Fact::Stated(values) = &row.limits.values
                && !values.iter().any(|value| value == text)
            {
                let document = format!("{} in the table, {text} in an example", values.join(", "));
                self.add(finding(pointer, "values", nodes.to_vec(), document, "as specified", false));
            }
            if let Some((low, high)) = &row.limits.between
                && !(text.bytes().all(|byte| byte.is_ascii_digit()) && text.len() <= high.len())
            {
                let document = format!("{low} to {high} in the table, {text} in an example");
                self.add(finding(pointer, "values", nodes.to_vec(), document, "any text", false));
            }
        }
    }
}

/// Returns the first eight hex digits of the SHA-256 hash of a description. Only letters and digits count, in lower
/// case, so that the result does not depend on how a scraper breaks the lines.
pub fn digest(words: &str) -> String {
    let letters: String = words.chars().filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect();
    Sha256::digest(letters).iter().take(4).map(|byte| format!("{byte:02x}")).collect()
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

/// Removes a lower bound of 0 or less, which does not constrain a length.
fn not_negative(bounds: Bounds) -> Bounds {
    Bounds { min: bounds.min.filter(|min| *min > 0), max: bounds.max }
}

fn narrower(pairs: &[(&str, Bounds, Bounds)]) -> bool {
    pairs.iter().any(|(_, document, spec)| {
        document.min.is_some_and(|min| spec.min.is_none_or(|was| min > was))
            || document.max.is_some_and(|max| spec.max.is_none_or(|was| max < was))
    })
}

fn shown_bounds(bounds: &[(&str, Bounds)], alphanumeric: bool) -> String {
    let mut parts: Vec<String> = bounds
        .iter()
        .filter(|(_, bounds)| !bounds.is_empty())
        .map(|(what, bounds)| match (bounds.min, bounds.max) {
            (Some(min), Some(max)) => format!("{what} {min} to {max}"),
            (Some(min), None) => format!("{what} at least {min}"),
            (None, Some(max)) => format!("{what} at most {max}"),
            (None, None) => String::new(),
        })
        .collect();
    if alphanumeric {
        parts.push("letters and digits".to_owned());
    }
    if parts.is_empty() { "no bounds".to_owned() } else { parts.join(", ") }
}

fn shown_type(resolved: &Resolved<'_>) -> String {
    let (kind, format) = (raw::kind(resolved.schema), text(resolved.schema, "format"));
    let shown = if format.is_empty() { kind.to_owned() } else { format!("{kind} ({format})") };
    match resolved.component {
        Some(name) => format!("{shown} {name}"),
        None => shown,
    }
}

/// Formats a value as a document writes it: strings without quotes.
fn plain(value: &Value) -> String {
    value.as_str().map_or_else(|| value.to_string(), str::to_owned)
}

fn matches_json(kind: &Kind, value: &Value) -> bool {
    match kind {
        Kind::Text | Kind::Binary => value.is_string(),
        Kind::Integer | Kind::Long => value.is_i64() || value.is_u64(),
        Kind::Number => value.is_number(),
        Kind::Boolean => value.is_boolean(),
        Kind::Object(_) | Kind::Map(_) => value.is_object(),
        Kind::Array(item) => value.as_array().is_some_and(|values| {
            item.as_ref().is_none_or(|item| values.iter().all(|value| matches_json(item, value)))
        }),
        Kind::Other(_) => true,
    }
}

fn json_type(value: &Value) -> &'static str {
    match value {
        Value::Null => "null",
        Value::Bool(_) => "a boolean",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

/// Collects the positions at which two JSON values differ, with both values.
fn differences(document: &Value, spec: &Value, at: &str, found: &mut Vec<(String, String, String)>) {
    match (document, spec) {
        (Value::Object(left), Value::Object(right)) => {
            for (name, value) in left {
                match right.get(name) {
                    Some(other) => differences(value, other, &step(at, name), found),
                    None => found.push((step(at, name), short(value), "nothing".to_owned())),
                }
            }
            for (name, value) in right.iter().filter(|(name, _)| !left.contains_key(*name)) {
                found.push((step(at, name), "nothing".to_owned(), short(value)));
            }
        }
        (Value::Array(left), Value::Array(right)) if left.len() == right.len() => {
            for (index, (left, right)) in left.iter().zip(right).enumerate() {
                differences(left, right, &format!("{at}/{index}"), found);
            }
        }
        (left, right) if left == right => {}
        (left, right) => found.push((at.to_owned(), short(left), short(right))),
    }
}

fn short(value: &Value) -> String {
    let text = value.to_string();
    match text.char_indices().nth(40) {
        Some((at, _)) => format!("{}…", &text[..at]),
        None => text,
    }
}
