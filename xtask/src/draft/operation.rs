//! The conversion of a document into an operation and its schemas.
//!
//! Knows documents and the schemas of the spec; must not know the text of the spec. Descriptions are derived from
//! names: the wording of the document is not copied.

use std::collections::BTreeSet;

use heck::{ToPascalCase, ToSnakeCase};
use serde_json::{Map, Value, json};

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
        if parts.is_empty() {
            return format!("{verb}{}", self.document.title.to_pascal_case());
        }
        let ids: Vec<&str> = self.spec.operations().iter().map(|operation| operation.id.as_str()).collect();
        let from = parts.len().saturating_sub(2);
        (0..=from)
            .rev()
            .map(|from| format!("{verb}{}", parts[from..].join("-").to_pascal_case()))
            .find(|name| !ids.contains(&name.to_snake_case().as_str()))
            .unwrap_or_else(|| format!("{verb}{}Again", parts.join("-").to_pascal_case()))
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
                let shown = self.shown(&row.name, &role);
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

    /// Returns the value of a parameter in an example request.
    fn shown(&self, name: &str, role: &Role) -> Option<String> {
        self.document
            .examples
            .iter()
            .filter(|example| example.is_request)
            .find_map(|example| {
                if *role == Role::Query {
                    return example.query.iter().find(|(key, _)| key == name).map(|(_, value)| value.clone());
                }
                let path = example.path()?;
                let wanted = format!("{{{name}}}");
                let at = self.document.path.split('/').position(|part| part == wanted)?;
                path.split('/').nth(at).map(str::to_owned)
            })
            .filter(|value| !value.is_empty() && !value.contains('{'))
    }

    fn examples(&self, is_request: bool, status: Option<u16>) -> Vec<Value> {
        self.document
            .examples
            .iter()
            .filter(|example| example.is_request == is_request && (is_request || example.status == status))
            .filter_map(|example| match &example.body {
                Body::Json(json) => Some(json.clone()),
                _ => None,
            })
            .collect()
    }

    fn content(&mut self, name: &str, examples: Vec<Value>) -> Value {
        let reference = json!({ "$ref": format!("#/components/schemas/{name}") });
        for example in &examples {
            self.learn(name, example);
        }
        let examples = if examples.is_empty() { vec![self.sample(&reference)] } else { examples };
        let examples: Map<String, Value> = examples
            .into_iter()
            .enumerate()
            .map(|(index, value)| {
                let key = if index == 0 { "documented".to_owned() } else { format!("documented_{}", index + 1) };
                (key, json!({ "summary": "As documented", "value": value }))
            })
            .collect();
        json!({ "application/json": { "schema": reference, "examples": examples } })
    }

    /// Adds an object schema with a property for each row.
    fn object(&mut self, name: &str, rows: &[&Row], is_request: bool) {
        // Reserve the name first, so that no nested schema takes it.
        self.schemas.insert(name.to_owned(), Value::Null);
        let mut properties = Map::new();
        let mut required = Vec::new();
        for row in rows {
            let mut schema = self.node(row, name, is_request);
            if let Some(note) = unsure(row) {
                schema["x-review"] = Value::from(note);
            }
            if is_request && row.mandatory == Fact::Stated(true) {
                required.push(Value::from(row.name.as_str()));
            }
            properties.insert(row.name.clone(), schema);
        }
        let mut schema = json!({ "type": "object", "description": described(name) });
        if !required.is_empty() {
            schema["required"] = Value::Array(required);
        }
        schema["properties"] = Value::Object(properties);
        if rows.is_empty() {
            schema["x-review"] = Value::from("the document has no table of it");
        }
        self.schemas.insert(name.to_owned(), schema);
    }

    /// Returns the schema of a field, and adds the schemas that it refers to.
    fn node(&mut self, row: &Row, owner: &str, is_request: bool) -> Value {
        let target = row.table.map(|index| {
            let table = &self.document.tables[index];
            let documented =
                row.kind.stated().and_then(Kind::object).filter(|name| !name.eq_ignore_ascii_case(&row.name));
            let wanted = documented.map_or_else(|| format!("{owner}-{}", row.name), str::to_owned).to_pascal_case();
            let rows: Vec<&Row> = table.rows.iter().collect();
            self.schema_for(&wanted, &rows, is_request)
        });
        let mut schema = match (row.kind.stated(), target) {
            (Some(kind), Some(name)) => wrapped(kind, &json!({ "$ref": format!("#/components/schemas/{name}") })),
            (kind, _) => self.leaf(kind, &row.limits, row),
        };
        if schema.get("$ref").is_some() {
            schema = json!({ "allOf": [schema] });
        }
        let text = described(&row.name);
        if let Value::Object(members) = &mut schema {
            members.insert("description".to_owned(), Value::from(text));
            set_bounds(
                members,
                &["minItems", "maxItems"],
                row.limits.items,
                matches!(row.kind.stated(), Some(Kind::Array(_))),
            );
        }
        schema
    }

    /// Returns the name of a schema with these rows: an existing one with the same fields, or a new one.
    fn schema_for(&mut self, wanted: &str, rows: &[&Row], is_request: bool) -> String {
        let same = |schema: &Value| {
            let names = schema.get("properties").and_then(Value::as_object);
            schema.is_null()
                || names.is_some_and(|names| {
                    names.len() == rows.len() && rows.iter().all(|row| names.contains_key(&row.name))
                })
        };
        // Request and response models are different types, even if they share a name.
        let wanted = if is_request || self.schemas.get(wanted).is_none_or(same) && !self.is_sent(wanted) {
            wanted.to_owned()
        } else {
            format!("{wanted}Response")
        };
        if self.schemas.get(&wanted).is_some_and(same) {
            return wanted;
        }
        let name = self.free_name(&wanted);
        self.object(&name, rows, is_request);
        name
    }

    /// Returns whether a schema of the draft is part of the request.
    fn is_sent(&self, name: &str) -> bool {
        let Some(request) = self.schemas.keys().find(|name| name.ends_with("Request")) else { return false };
        reached(&self.schemas, &json!({ "$ref": format!("#/components/schemas/{request}") })).contains(name)
    }

    fn free_name(&self, wanted: &str) -> String {
        let wanted = wanted.to_pascal_case();
        let taken = |name: &str| self.schemas.contains_key(name) || self.spec.schema(name).is_some();
        let mut name = wanted.clone();
        let mut number = 2;
        while taken(&name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        name
    }

    /// Returns the schema of a field that has no fields of its own.
    fn leaf(&mut self, kind: Option<&Kind>, limits: &Limits, row: &Row) -> Value {
        let mut schema = Map::new();
        match kind {
            Some(Kind::Integer | Kind::Long) => {
                let large =
                    [limits.value.min, limits.value.max].iter().flatten().any(|bound| i32::try_from(*bound).is_err());
                let format = if large || matches!(kind, Some(Kind::Long)) { "int64" } else { "int32" };
                schema.insert("type".to_owned(), json!("integer"));
                schema.insert("format".to_owned(), json!(format));
                set_bounds(&mut schema, &["minimum", "maximum"], limits.value, true);
            }
            Some(Kind::Number) => {
                schema.insert("type".to_owned(), json!("number"));
                schema.insert("format".to_owned(), json!("double"));
            }
            Some(Kind::Boolean) => {
                schema.insert("type".to_owned(), json!("boolean"));
            }
            Some(Kind::Array(item)) => {
                let element = limits.element.as_deref().cloned().unwrap_or_default();
                let element = Limits { values: limits.values.clone(), ..element };
                let items = self.leaf(item.as_deref(), &element, row);
                schema.insert("type".to_owned(), json!("array"));
                set_bounds(&mut schema, &["minItems", "maxItems"], limits.items, true);
                schema.insert("items".to_owned(), items);
            }
            Some(Kind::Object(_)) => {
                schema.insert("type".to_owned(), json!("object"));
                schema.insert("additionalProperties".to_owned(), json!({ "type": "string" }));
            }
            Some(Kind::Map(item)) => {
                let item = self.leaf(item.as_deref(), &Limits::default(), row);
                schema.insert("type".to_owned(), json!("object"));
                schema.insert("additionalProperties".to_owned(), item);
            }
            _ => {
                if let Some(values) = limits.values.stated() {
                    return self.values(&row.name, values, limits);
                }
                schema.insert("type".to_owned(), json!("string"));
                if limits.alphanumeric {
                    schema.insert("format".to_owned(), json!("alphanumeric"));
                }
                set_bounds(&mut schema, &["minLength", "maxLength"], limits.length, true);
            }
        }
        if let Some(default) = limits.default.stated() {
            let default = typed(default, &Value::Object(schema.clone()));
            if matches_type(&default, &schema) {
                schema.insert("default".to_owned(), default);
            }
        }
        Value::Object(schema)
    }

    /// Returns a reference to the component for a list of allowed values, which is added if there is none.
    fn values(&mut self, field: &str, values: &[String], limits: &Limits) -> Value {
        let wanted = field.to_pascal_case();
        let same = |schema: &Value| {
            is_enum(schema)
                && listed(schema).map(|value| value.as_str().unwrap_or_default()).eq(values.iter().map(String::as_str))
        };
        let there = self.schemas.get(&wanted).or_else(|| raw::schema(&self.spec.value, &wanted)).is_some_and(same);
        let name = if there { wanted } else { self.free_name(&wanted) };
        if !there {
            let names = variants(values);
            let mut schema = json!({ "type": "string", "description": described(field), "x-extensible-enum": values, "x-enum-varnames": names });
            if let Value::Object(schema) = &mut schema {
                set_bounds(schema, &["minLength", "maxLength"], limits.length, true);
            }
            self.schemas.insert(name.clone(), schema);
        }
        json!({ "$ref": format!("#/components/schemas/{name}") })
    }

    /// Extends a schema by the members, nulls, types and values of an example that the tables do not have. The schema
    /// follows the example, because it shows a real request or response; [`super::decide`] adds an `x-deviation`.
    fn learn(&mut self, name: &str, example: &Value) {
        let Some(members) = example.as_object() else { return };
        if let Some(Value::Array(required)) = self.schemas.get_mut(name).and_then(|schema| schema.get_mut("required")) {
            required.retain(|name| name.as_str().is_some_and(|name| members.contains_key(name)));
        }
        for (key, value) in members {
            let property = self.schemas.get(name).and_then(|schema| schema.pointer(&step("/properties", key))).cloned();
            let learned = match property {
                None => {
                    let mut schema = guess(value);
                    schema["description"] = Value::from(described(key));
                    Some(schema)
                }
                Some(mut property) => self.corrected(&mut property, value).then_some(property),
            };
            if let (Some(learned), Some(properties)) =
                (learned, self.schemas.get_mut(name).and_then(|schema| schema.get_mut("properties")))
            {
                properties[key] = learned;
            }
        }
    }

    /// Changes a schema so that a value fits; returns whether the schema itself was changed.
    fn corrected(&mut self, schema: &mut Value, value: &Value) -> bool {
        if let Some(name) = reference(schema).map(str::to_owned) {
            if value.is_null() {
                // OpenAPI 3.0 ignores `nullable` next to `$ref`.
                if let Some(target) = self.schemas.get_mut(&name) {
                    target["nullable"] = Value::Bool(true);
                }
                return false;
            }
            if let (Some(Value::Object(target)), Some(text)) = (self.schemas.get_mut(&name), value.as_str())
                && let Some(Value::Array(values)) = target.get_mut("x-extensible-enum")
            {
                if !values.iter().any(|value| value == text) {
                    values.push(Value::from(text));
                    let all: Vec<String> =
                        values.iter().filter_map(|value| value.as_str().map(str::to_owned)).collect();
                    target.insert("x-enum-varnames".to_owned(), json!(variants(&all)));
                }
                return false;
            }
            self.learn(&name, value);
            return false;
        }
        if value.is_null() {
            schema["nullable"] = Value::Bool(true);
            return true;
        }
        match schema["type"].as_str().unwrap_or_default() {
            _ if is_time(schema) => false,
            "array" if value.is_array() => {
                let mut items = schema["items"].take();
                let mut changed = false;
                for element in value.as_array().into_iter().flatten() {
                    changed |= self.corrected(&mut items, element);
                }
                schema["items"] = items;
                changed
            }
            // A number of 13 digits for a documented string is a time in milliseconds.
            "string"
                if value.as_i64().is_some_and(|number| (1_000_000_000_000..10_000_000_000_000).contains(&number)) =>
            {
                let mut as_text = json!({ "type": "string" });
                if let Value::Object(schema) = schema {
                    for key in ["minLength", "maxLength"] {
                        schema.remove(key).into_iter().for_each(|bound| as_text[key] = bound);
                    }
                    schema.remove("type");
                }
                schema["format"] = json!("epoch-millis");
                schema["oneOf"] = json!([as_text, { "type": "integer", "format": "int64" }]);
                true
            }
            kind => {
                let found = guess(value);
                if found["type"] == kind || (kind == "number" && found["type"] == "integer") {
                    return false;
                }
                *schema = json!({ "description": schema["description"], "type": found["type"] });
                if let Some(format) = found.get("format") {
                    schema["format"] = format.clone();
                }
                for key in ["items", "additionalProperties"] {
                    if let Some(inner) = found.get(key) {
                        schema[key] = inner.clone();
                    }
                }
                true
            }
        }
    }

    /// Returns an example value that fits a schema.
    fn sample(&self, schema: &Value) -> Value {
        if let Some(name) = reference(schema) {
            let target =
                self.schemas.get(name).or_else(|| raw::schema(&self.spec.value, name)).cloned().unwrap_or_default();
            return self.sample(&target);
        }
        if let Some(first) = listed(schema).next() {
            return first.clone();
        }
        match schema["type"].as_str().unwrap_or_default() {
            "integer" | "number" => json!(schema["minimum"].as_i64().unwrap_or(1)),
            "boolean" => json!(true),
            "array" => {
                let many = schema["minItems"].as_u64().unwrap_or(0).min(3);
                Value::Array((0..many).map(|_| self.sample(&schema["items"])).collect())
            }
            "object" => {
                let required =
                    schema.get("required").and_then(Value::as_array).into_iter().flatten().filter_map(Value::as_str);
                Value::Object(
                    required.map(|name| (name.to_owned(), self.sample(&schema["properties"][name]))).collect(),
                )
            }
            _ => Value::from(
                "0".repeat(usize::try_from(schema["minLength"].as_u64().unwrap_or(1).clamp(1, 64)).unwrap_or(1)),
            ),
        }
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

/// Wraps a reference in the lists and maps of a type.
fn wrapped(kind: &Kind, reference: &Value) -> Value {
    match kind {
        Kind::Array(item) => {
            json!({ "type": "array", "items": item.as_ref().map_or_else(|| reference.clone(), |item| wrapped(item, reference)) })
        }
        Kind::Map(item) => {
            json!({ "type": "object", "additionalProperties": item.as_ref().map_or_else(|| reference.clone(), |item| wrapped(item, reference)) })
        }
        _ => reference.clone(),
    }
}

fn set_bounds(schema: &mut Map<String, Value>, keys: &[&str; 2], bounds: Bounds, applies: bool) {
    for (key, bound) in keys.iter().zip([bounds.min, bounds.max]) {
        if let Some(bound) = bound.filter(|bound| applies && (*bound >= 0 || *key == "minimum")) {
            schema.insert((*key).to_owned(), json!(bound));
        }
    }
}

/// Returns a schema derived from a value alone.
fn guess(value: &Value) -> Value {
    match value {
        Value::Bool(_) => json!({ "type": "boolean" }),
        Value::Number(number) if number.is_f64() => json!({ "type": "number", "format": "double" }),
        Value::Number(_) => json!({ "type": "integer", "format": "int64" }),
        Value::Array(values) => {
            json!({ "type": "array", "items": values.first().map_or_else(|| json!({ "type": "string" }), guess) })
        }
        Value::Object(_) => json!({ "type": "object", "additionalProperties": { "type": "string" } }),
        Value::Null => json!({ "type": "string", "nullable": true }),
        Value::String(_) => json!({ "type": "string" }),
    }
}

/// Converts a text into a value of the type of a schema.
fn typed(text: &str, schema: &Value) -> Value {
    match schema["type"].as_str() {
        Some("integer" | "number" | "boolean") => serde_json::from_str(text).unwrap_or_else(|_| Value::from(text)),
        Some("array") => Value::Array(text.split(',').map(Value::from).collect()),
        _ => Value::from(text),
    }
}

fn matches_type(value: &Value, schema: &Map<String, Value>) -> bool {
    match schema.get("type").and_then(Value::as_str) {
        Some("integer") => value.is_i64(),
        Some("number") => value.is_number(),
        Some("boolean") => value.is_boolean(),
        Some("string") => value.is_string() && !value.as_str().unwrap_or_default().contains(' '),
        _ => false,
    }
}

/// Returns distinct names of Rust variants for values.
fn variants(values: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for value in values {
        let sign = match value.as_str() {
            "=" => "Equal",
            "!=" => "NotEqual",
            ">" => "Greater",
            "<" => "Less",
            ">=" => "AtLeast",
            "<=" => "AtMost",
            other => other,
        };
        let mut name = sign.to_pascal_case();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || name == "Unknown" {
            name = format!("Value{name}");
        }
        let wanted = name.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

fn described(name: &str) -> String {
    format!("{}.", words(name))
}

/// Converts a name into words: `operator_name` is "Operator name".
fn words(name: &str) -> String {
    let words = name.to_snake_case().replace('_', " ");
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
