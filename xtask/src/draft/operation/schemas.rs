//! Schemas from the rows of a table.

use super::*;

impl Draft<'_> {
    /// Adds an object schema with a property for each row.
    pub(super) fn object(&mut self, name: &str, rows: &[&Row], is_request: bool) {
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
    pub(super) fn node(&mut self, row: &Row, owner: &str, is_request: bool) -> Value {
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
    pub(super) fn schema_for(&mut self, wanted: &str, rows: &[&Row], is_request: bool) -> String {
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
    pub(super) fn is_sent(&self, name: &str) -> bool {
        let Some(request) = self.schemas.keys().find(|name| name.ends_with("Request")) else { return false };
        reached(&self.schemas, &json!({ "$ref": format!("#/components/schemas/{request}") })).contains(name)
    }

    pub(super) fn free_name(&self, wanted: &str) -> String {
        let is_taken = |name: &str| self.schemas.contains_key(name) || self.spec.schema(name).is_some();
        free(&wanted.to_pascal_case(), is_taken)
    }

    /// Returns the schema of a field that has no fields of its own.
    pub(super) fn leaf(&mut self, kind: Option<&Kind>, limits: &Limits, row: &Row) -> Value {
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
    pub(super) fn values(&mut self, field: &str, values: &[String], limits: &Limits) -> Value {
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
