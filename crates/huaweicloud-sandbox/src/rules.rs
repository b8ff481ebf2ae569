//! Validation of requests against the specs. Shares no code with the validation in the clients, so that neither can
//! hide a mistake of the other.

use std::fmt::Display;

use serde_json::{Map, Value};

use crate::contract::{Contract, Route, parameters};

/// The parts of a request that contain arguments.
pub(crate) struct Sent<'a> {
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a http::HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Reads the arguments of a call by name, or returns the rule that is violated.
pub(crate) fn arguments(route: &Route<'_>, sent: &Sent<'_>) -> Result<Map<String, Value>, String> {
    let contract = route.contract;
    let mut arguments = Map::new();
    for parameter in parameters(contract.node(route.operation)) {
        let name = parameter["name"].as_str().unwrap_or_default();
        let given: Vec<&str> = match parameter["in"].as_str() {
            Some("path") => {
                route.path_values.iter().filter(|(known, _)| *known == name).map(|(_, value)| value.as_str()).collect()
            }
            Some("query") => {
                sent.query.iter().filter(|(known, _)| known == name).map(|(_, value)| value.as_str()).collect()
            }
            // Credentials have been checked already.
            _ if name.eq_ignore_ascii_case("x-auth-token") => continue,
            _ => sent.headers.get_all(name).iter().filter_map(|value| value.to_str().ok()).collect(),
        };
        let schema = contract.resolve(&parameter["schema"]);
        let value = match (given.as_slice(), schema["type"].as_str()) {
            ([], _) if parameter["required"] == true => return Err(format!("{name} is required")),
            ([], _) => continue,
            (several, Some("array")) => {
                Value::Array(several.iter().map(|text| scalar(contract.resolve(&schema["items"]), text)).collect())
            }
            ([text], _) => scalar(schema, text),
            _ => return Err(format!("{name} is given more than once")),
        };
        check(contract, schema, &value).map_err(|rule| format!("{name} {rule}"))?;
        arguments.insert(name.to_owned(), value);
    }
    for parameter in parameters(contract.node(route.operation)) {
        let name = parameter["name"].as_str().unwrap_or_default();
        let needed = parameter["x-needs"].as_array().into_iter().flatten().filter_map(Value::as_str);
        if let Some(missing) =
            needed.into_iter().find(|needed| arguments.contains_key(name) && !arguments.contains_key(*needed))
        {
            return Err(format!("{name} needs {missing}"));
        }
    }
    if let Some(schema) = contract.request_schema(route.operation) {
        let body: Value = match sent.body {
            [] => Value::Object(Map::new()),
            body => serde_json::from_slice(body).map_err(|_| "the body is not JSON".to_owned())?,
        };
        check(contract, schema, &body).map_err(|rule| format!("body: {rule}"))?;
        arguments.extend(body.as_object().into_iter().flatten().map(|(key, value)| (key.clone(), value.clone())));
    }
    Ok(arguments)
}

/// Converts the text of a path, query or header parameter to the type in its schema.
fn scalar(schema: &Value, text: &str) -> Value {
    match schema["type"].as_str() {
        Some("integer") => text.parse::<i64>().map_or_else(|_| text.into(), Value::from),
        Some("number") => text.parse::<f64>().map_or_else(|_| text.into(), Value::from),
        Some("boolean") => text.parse::<bool>().map_or_else(|_| text.into(), Value::from),
        _ => text.into(),
    }
}

/// Checks a value against its schema.
fn check(contract: &Contract, schema: &Value, value: &Value) -> Result<(), String> {
    let schema = contract.resolve(schema);
    let bound = |key: &str| schema[key].as_i64();
    let length = |count: usize| i64::try_from(count).unwrap_or(i64::MAX);
    match (schema["type"].as_str(), value) {
        (Some("string"), Value::String(text)) => {
            within(length(text.chars().count()), bound("minLength"), bound("maxLength"), " characters long")?;
            if schema["format"] == "alphanumeric" && !text.chars().all(|c| c.is_ascii_alphanumeric()) {
                return Err("must hold letters and digits only".to_owned());
            }
            if schema["format"] == "epoch-millis" && (text.len() != 13 || text.parse::<i64>().is_err()) {
                return Err("must be 13 digits".to_owned());
            }
            match schema["enum"].as_array() {
                Some(values) if !values.contains(value) => Err(format!("must be one of {}", schema["enum"])),
                _ => Ok(()),
            }
        }
        (Some("integer"), Value::Number(number)) => match number.as_i64() {
            Some(number) => within(number, bound("minimum"), bound("maximum"), ""),
            None => Err("must be an integer".to_owned()),
        },
        (Some("number"), Value::Number(number)) => {
            let bound = |key: &str| schema[key].as_f64();
            number.as_f64().map_or(Ok(()), |number| within(number, bound("minimum"), bound("maximum"), ""))
        }
        (Some("boolean"), Value::Bool(_)) | (None, _) => Ok(()),
        (Some("array"), Value::Array(items)) => {
            within(length(items.len()), bound("minItems"), bound("maxItems"), " items")?;
            items.iter().enumerate().try_for_each(|(index, item)| {
                check(contract, &schema["items"], item).map_err(|rule| format!("[{index}] {rule}"))
            })
        }
        (Some("object"), Value::Object(members)) => {
            for name in schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str) {
                if !members.contains_key(name) {
                    return Err(format!("{name} is required"));
                }
            }
            for (name, value) in members {
                if let Some(property) = schema["properties"].get(name) {
                    check(contract, property, value).map_err(|rule| format!("{name} {rule}"))?;
                }
            }
            Ok(())
        }
        (Some(expected), _) => Err(format!("must be of type {expected}")),
    }
}

/// Checks a size against its bounds, if any.
fn within<T: PartialOrd + Display>(size: T, min: Option<T>, max: Option<T>, unit: &str) -> Result<(), String> {
    match (min, max) {
        (Some(min), _) if size < min => Err(format!("must be at least {min}{unit}, is {size}")),
        (_, Some(max)) if size > max => Err(format!("must be at most {max}{unit}, is {size}")),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::{check, scalar};
    use crate::contract::Contract;

    #[test]
    fn ranges_of_numbers_and_integers_are_checked() {
        let contract = Contract::read(huaweicloud_catalog::services()[0]).unwrap();
        let hours = json!({ "type": "number", "minimum": 0.5, "maximum": 24 });
        let member = json!({ "type": "object", "properties": { "hours": hours } });
        let large = json!({ "type": "integer", "maximum": i64::MAX - 1 });
        for (schema, text, wanted) in [
            (&hours, "0.5", Ok(())),
            (&hours, "24", Ok(())),
            (&hours, "0.25", Err("must be at least 0.5, is 0.25")),
            (&hours, "-1", Err("must be at least 0.5, is -1")),
            (&hours, "24.5", Err("must be at most 24, is 24.5")),
            (&hours, "NaN", Err("must be of type number")),
            (&large, "9223372036854775806", Ok(())),
            (&large, "9223372036854775807", Err("must be at most 9223372036854775806, is 9223372036854775807")),
        ] {
            assert_eq!(check(&contract, schema, &scalar(schema, text)), wanted.map_err(str::to_owned), "{text}");
        }
        let broken = check(&contract, &member, &json!({ "hours": 25 })).unwrap_err();
        assert_eq!(broken, "hours must be at most 24, is 25");
    }
}
