//! The conversion of a document into an operation and its schemas.
//!
//! Knows documents and the schemas of the spec; must not know the text of the spec. Descriptions are derived from
//! names: the wording of the document is not copied.

mod inference;
mod names;
mod scalars;
mod schemas;

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::{Map, Value, json};

use self::{
    names::{described, free, variants, words},
    scalars::{matches_type, typed},
};
use crate::{
    document::{Body, Bounds, Document, Fact, Kind, Limits, Role, Row},
    drift::compare::is_transport,
    spec::{
        self, Spec, TOKEN_HEADER,
        raw::{self, is_enum, is_time, reference, values as listed},
        step,
    },
};

/// Drafts the operation of a document, with the schemas that the spec does not have.
pub fn draft(document: &Document, spec: &Spec) -> Added {
    let mut draft = Draft { document, spec, schemas: Map::new() };
    let operation = draft.operation();
    let mut added = Added { operation, schemas: draft.schemas };
    // A schema is unused if the type of an example replaced it.
    let used = reached(&added.schemas, &added.operation);
    added.schemas.retain(|name, _| used.contains(name));
    added.schemas.values_mut().chain([&mut added.operation]).for_each(in_order);
    added
}

/// Returns the names of the schemas that a node refers to, directly or indirectly.
fn reached(schemas: &Map<String, Value>, node: &Value) -> BTreeSet<String> {
    let inner = |name: &str| schemas.get(name).map(raw::references).unwrap_or_default();
    spec::reached(raw::references(node), inner).into_iter().map(str::to_owned).collect()
}

/// Sorts the members of every schema into the order of the specs.
fn in_order(value: &mut Value) {
    const FIRST: [&str; 5] = ["$ref", "type", "format", "nullable", "description"];
    match value {
        Value::Object(members) => {
            if members.contains_key("type") || members.contains_key("allOf") {
                let mut all: Vec<(String, Value)> = std::mem::take(members).into_iter().collect();
                all.sort_by_key(|(key, _)| FIRST.iter().position(|first| first == key).unwrap_or(FIRST.len()));
                members.extend(all);
            }
            members
                .iter_mut()
                .filter(|(key, _)| !matches!(key.as_str(), "example" | "examples"))
                .for_each(|(_, member)| in_order(member));
        }
        Value::Array(items) => items.iter_mut().for_each(in_order),
        _ => {}
    }
}

/// The additions to a spec.
pub struct Added {
    pub operation: Value,
    /// The new schemas, by name.
    pub schemas: Map<String, Value>,
}

struct Draft<'a> {
    document: &'a Document,
    spec: &'a Spec,
    schemas: Map<String, Value>,
}

impl Draft<'_> {
    fn operation(&mut self) -> Value {
        let api = self.api();
        let mut operation = json!({
            "operationId": api.to_snake_case(),
            "summary": format!("{}.", words(&api)),
            "description": format!("{}.", words(&api)),
            "x-review": "give the official API name (operationId follows from it) and the place of the page in the help centre; replace descriptions, which are made from names, by words of your own",
            "x-source": {
                "api": api,
                "documents": [{
                    "page": self.spec.value.pointer("/info/title").cloned().unwrap_or_default(),
                    "title": self.document.title,
                }],
            },
        });
        if let Some(date) = &self.document.updated {
            operation["x-source"]["documents"][0]["updated"] = Value::from(date.as_str());
        }
        let parameters = self.parameters();
        if !parameters.is_empty() {
            operation["parameters"] = Value::Array(parameters);
        }
        let body: Vec<&Row> = self.document.rows(&Role::Body).collect();
        if !body.is_empty() {
            let name = self.free_name(&format!("{api}Request"));
            self.object(&name, &body, true);
            let examples: Vec<Value> = self.examples(true, None);
            operation["requestBody"] = json!({ "required": true, "content": self.content(&name, examples) });
        }
        let status = self.success();
        let rows: Vec<&Row> = self.document.rows(&Role::Response(status)).collect();
        let name = self.free_name(&format!("{api}Response"));
        self.object(&name, &rows, false);
        let examples = self.examples(false, status);
        let mut response = json!({ "description": "The response.", "content": self.content(&name, examples) });
        let headers: Map<String, Value> = [Role::ResponseHeader(status), Role::ResponseHeader(None)]
            .iter()
            .flat_map(|role| self.document.rows(role))
            .map(|row| {
                let schema = self.leaf(row.kind.stated(), &row.limits, row);
                (row.name.clone(), json!({ "description": described(&row.name), "schema": schema }))
            })
            .collect();
        if !headers.is_empty() {
            response["headers"] = Value::Object(headers);
        }
        let mut responses = Map::from_iter([(status.unwrap_or(200).to_string(), response)]);
        // An error response with an example but no table, if the example has only members of the success response.
        for status in
            self.document.examples.iter().filter(|example| !example.is_request).filter_map(|example| example.status)
        {
            let known = |value: &Value| {
                value
                    .as_object()
                    .is_some_and(|members| members.keys().all(|key| rows.iter().any(|row| row.name == *key)))
            };
            let examples: Vec<Value> = self.examples(false, Some(status)).into_iter().filter(known).collect();
            let has_table = self.document.rows(&Role::Response(Some(status))).next().is_some();
            if status >= 300 && !has_table && !examples.is_empty() {
                let response =
                    json!({ "description": "The request was refused.", "content": self.content(&name, examples) });
                responses.insert(status.to_string(), response);
            }
        }
        operation["responses"] = Value::Object(responses);
        operation
    }

    /// Returns the HTTP status of the success response, if the document states one.
    fn success(&self) -> Option<u16> {
        let roles = self.document.tables.iter().flat_map(|table| &table.rows).filter_map(|row| match row.role {
            Role::Response(status) => Some(status),
            _ => None,
        });
        let shown = self.document.examples.iter().filter(|example| !example.is_request).map(|example| example.status);
        roles.chain(shown).find(|status| status.is_none_or(|status| (200..300).contains(&status))).flatten()
    }

    /// Derives an API name, which no document states, from a verb and the last parts of the path.
    fn api(&self) -> String {
        let title = self.document.title.to_lowercase();
        let reads = ["querying", "obtaining", "listing", "查询", "获取"].iter().any(|verb| title.starts_with(verb));
        let lists = self
            .document
            .rows(&Role::Response(None))
            .chain(self.document.tables.iter().flat_map(|table| &table.rows))
            .any(|row| !matches!(row.role, Role::Body) && matches!(row.kind.stated(), Some(Kind::Array(_))));
        let verb = match self.document.method.as_str() {
            "GET" => {
                if lists {
                    "List"
                } else {
                    "Show"
                }
            }
            "POST" if reads => {
                if lists {
                    "List"
                } else {
                    "Show"
                }
            }
            "PUT" | "PATCH" => "Update",
            "DELETE" => "Delete",
            _ => "Create",
        };
        let parts: Vec<&str> = self
            .document
            .path
            .split('/')
            .filter(|part| {
                let version = part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
                !part.is_empty() && !part.starts_with('{') && !version
            })
            .collect();
        let is_taken = |api: &str| {
            let id = api.to_snake_case();
            self.spec.operations().iter().any(|operation| operation.id == id)
        };
        if parts.is_empty() {
            return free(&format!("{verb}{}", self.document.title.to_pascal_case()), is_taken);
        }
        let named = |from: usize| format!("{verb}{}", parts[from..].join("-").to_pascal_case());
        let mut shortest_first = (0..=parts.len().saturating_sub(2)).rev().map(named);
        shortest_first.find(|api| !is_taken(api)).unwrap_or_else(|| free(&named(0), is_taken))
    }

    fn parameters(&mut self) -> Vec<Value> {
        let mut parameters = Vec::new();
        for (role, place) in [(Role::Path, "path"), (Role::Query, "query"), (Role::Header, "header")] {
            let rows: Vec<&Row> = self.document.rows(&role).collect();
            for row in rows {
                if is_transport(&row.name) {
                    continue;
                }
                let required = role == Role::Path || row.mandatory == Fact::Stated(true);
                let schema = self.leaf(row.kind.stated(), &row.limits, row);
                let mut parameter = json!({ "name": row.name, "in": place });
                if required {
                    parameter["required"] = Value::Bool(true);
                }
                parameter["description"] = Value::from(described(&row.name));
                parameter["schema"] = schema.clone();
                let shown = self.example_of(&row.name, &role);
                if required && row.name != TOKEN_HEADER {
                    parameter["example"] = match shown {
                        Some(text) => typed(&text, &schema),
                        None => self.sample(&schema),
                    };
                }
                if let Some(note) = unsure(row) {
                    parameter["x-review"] = Value::from(note);
                }
                parameters.push(parameter);
            }
        }
        // Placeholders of the path that no table lists.
        for name in self.document.path.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(name, _)| name)
        {
            if !parameters.iter().any(|parameter| parameter["name"] == name) {
                parameters.push(json!({
                    "name": name, "in": "path", "required": true, "description": described(name),
                    "schema": { "type": "string", "minLength": 1 }, "example": "1",
                    "x-review": "stands in the path and in no table",
                }));
            }
        }
        parameters
    }
}

/// Returns the `x-review` note of a field that the scrape lost part of or the document leaves open.
fn unsure(row: &Row) -> Option<&'static str> {
    if row.limits.lost || row.limits.values == Fact::Lost || row.limits.default == Fact::Lost {
        return Some("the document announces values or a range that its scrape lost: look them up");
    }
    match &row.kind {
        Fact::Stated(Kind::Other(_)) => Some("the document names a type that is not known: decide"),
        Fact::Stated(Kind::Array(None)) => Some("the document does not say what the list holds: decide"),
        Fact::Stated(kind) if kind.is_structure() && row.table.is_none() => {
            Some("the document does not say what the object holds: decide")
        }
        Fact::Stated(_) => None,
        _ => Some("the document does not say the type: decide"),
    }
}
