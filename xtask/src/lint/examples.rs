//! Validation of examples and defaults by their schemas, as in any other OpenAPI tool.

use serde_json::{Map, Value, json};

use super::linter::Linter;
use crate::spec::{Schema, raw, step};

/// Checks the examples of parameters and bodies, and the defaults of schemas.
pub fn check(linter: &mut Linter<'_>) {
    for operation in linter.spec.operations() {
        for (index, parameter) in operation.parameters.iter().enumerate() {
            if let Some(example) = &parameter.example {
                let pointer = format!("{}/parameters/{index}", operation.pointer);
                judge(linter, &step(&pointer, "example"), &step(&pointer, "schema"), &parameter.schema, example);
            }
        }
        for (pointer, content) in operation.contents() {
            for (kind, media) in content.iter() {
                let pointer = step(&pointer, kind);
                for (name, example) in media.examples.iter() {
                    let at = step(&step(&step(&pointer, "examples"), name), "value");
                    judge(linter, &at, &step(&pointer, "schema"), &media.schema, &example.value);
                }
            }
        }
    }
    for (pointer, schema) in linter.schemas() {
        if let Some(default) = &schema.default {
            judge(linter, &step(&pointer, "default"), &pointer, schema, default);
        }
    }
}

/// Validates a value, with the pointers of the value and of its schema.
fn judge(linter: &mut Linter<'_>, pointer: &str, schema_pointer: &str, schema: &Schema, example: &Value) {
    let spec = linter.spec;
    let mut document = spec.value.pointer(schema_pointer).map(json_schema).unwrap_or_default();
    // Only referenced components: all of them for each example would take quadratic time.
    let definitions: Map<String, Value> = spec
        .reached(&schema.all(schema_pointer))
        .into_iter()
        .filter_map(|name| Some((name.to_owned(), json_schema(raw::schema(&spec.value, name)?))))
        .collect();
    document["components"] = json!({ "schemas": definitions });
    match jsonschema::draft4::new(&document) {
        Ok(validator) => {
            for error in validator.iter_errors(example) {
                let at = format!("{pointer}{}", error.instance_path());
                linter.problem(&at, format!("breaks its schema: {error}"));
            }
        }
        Err(error) => linter.problem(pointer, format!("cannot be checked: {error}")),
    }
}

/// Returns a schema of OpenAPI 3.0 as plain JSON schema.
fn json_schema(schema: &Value) -> Value {
    let Some(object) = schema.as_object() else { return schema.clone() };
    let mut plain = Map::new();
    for (key, value) in object {
        let value = match key.as_str() {
            "properties" => raw::members(schema, "properties")
                .map(|(name, property)| (name.clone(), json_schema(property)))
                .collect(),
            "items" | "additionalProperties" => json_schema(value),
            "format" | "nullable" | "default" => continue,
            key if key.starts_with("x-") => continue,
            _ => value.clone(),
        };
        plain.insert(key.clone(), value);
    }
    match schema.get("nullable") {
        Some(Value::Bool(true)) => json!({ "anyOf": [plain, { "type": "null" }] }),
        _ => Value::Object(plain),
    }
}
