//! Types that the examples of a document show, and examples for nodes without one.

use super::*;

impl Draft<'_> {
    /// Returns the value of a parameter in an example request.
    pub(super) fn example_of(&self, name: &str, role: &Role) -> Option<String> {
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

    pub(super) fn examples(&self, is_request: bool, status: Option<u16>) -> Vec<Value> {
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

    pub(super) fn content(&mut self, name: &str, examples: Vec<Value>) -> Value {
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

    /// Extends a schema by the members, nulls, types and values of an example that the tables do not have. The schema
    /// follows the example, because it shows a real request or response; [`super::decide`] adds an `x-deviation`.
    pub(super) fn learn(&mut self, name: &str, example: &Value) {
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
    pub(super) fn corrected(&mut self, schema: &mut Value, value: &Value) -> bool {
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
    pub(super) fn sample(&self, schema: &Value) -> Value {
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
