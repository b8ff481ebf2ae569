//! Validation of requests against the rules of their operation; every violation is reported.

use crate::{
    codegen::write::Json,
    metadata::{Location, ObjectRule, Operation, Parameter, Rule, ValueType},
    secret::Secret,
    violation::{Violation, quote, truncate},
};

/// The arguments of a call, by parameter name.
pub(crate) type Arguments = [(&'static str, Json<'static>)];

/// Returns all violations of documented rules.
pub(crate) fn rules(operation: &Operation, arguments: &Arguments, body: Option<&Json<'_>>) -> Vec<Violation> {
    let mut found = Vec::new();
    for parameter in operation.parameters {
        match argument(arguments, parameter.name) {
            None if parameter.required => found.push(missing(parameter.name)),
            None => {}
            Some(value) => {
                value_of(&parameter.rule, value, parameter.name, &mut found);
                if let Some(other) = parameter.needs.iter().find(|name| argument(arguments, name).is_none()) {
                    found.push(Violation::new(parameter.name, format!("cannot be given without {other}"), None));
                }
            }
        }
    }
    match (operation.body, body) {
        (Some(rule), Some(body)) => object(rule, body, "", &mut found),
        (None, Some(_)) => found.push(Violation::new("body", "is not taken by this operation", None)),
        _ => {}
    }
    found
}

/// Returns the violations of rules that cannot be switched off: each path parameter must be present and must remain a
/// single path segment.
pub(crate) fn safety(operation: &Operation, arguments: &Arguments) -> Vec<Violation> {
    let in_path = operation.parameters.iter().filter(|parameter| parameter.location == Location::Path);
    in_path.filter_map(|parameter| segment(parameter, argument(arguments, parameter.name))).collect()
}

/// Checks a path segment. The gateway decodes a path before it checks the signature, so the signature of an id with an
/// encoded slash could never be valid.
fn segment(parameter: &Parameter, value: Option<&Json<'_>>) -> Option<Violation> {
    let text = match value {
        None => return Some(missing(parameter.name)),
        Some(Json::Text(text)) => text,
        Some(_) => return None,
    };
    let rule = if text.is_empty() {
        "must not be empty: it is a part of the path".to_owned()
    } else if matches!(&**text, "." | "..") {
        "must not be a relative path".to_owned()
    } else {
        let bad = text.chars().find(|c| matches!(c, '/' | '\\') || c.is_control())?;
        format!("must not contain {bad:?}: it is a part of the path")
    };
    Some(Violation::new(parameter.name, rule, Some(quote(text))))
}

fn argument<'a>(arguments: &'a Arguments, name: &str) -> Option<&'a Json<'static>> {
    arguments.iter().find(|(known, value)| *known == name && !value.is_absent()).map(|(_, value)| value)
}

fn missing(path: &str) -> Violation {
    Violation::new(path, "is required", None)
}

fn object(rule: &'static ObjectRule, value: &Json<'_>, path: &str, found: &mut Vec<Violation>) {
    let Json::Object(members) = value else {
        let path = if path.is_empty() { "body" } else { path };
        let value = excerpt(value).filter(|_| !holds_secret(ValueType::Object(rule), DEEP));
        return found.push(Violation::new(path, "must be a JSON object", value));
    };
    let within = |name: &str| if path.is_empty() { name.to_owned() } else { format!("{path}.{name}") };
    for member in rule.members {
        match members.iter().find(|(name, value)| name == member.name && !value.is_absent()) {
            None if member.required => found.push(missing(&within(member.name))),
            None => {}
            Some((_, value)) => value_of(&member.rule, value, &within(member.name), found),
        }
    }
    // If unknown members were dropped silently, the call would appear to succeed.
    for (name, _) in members.iter().filter(|(name, value)| rule.member(name).is_none() && !value.is_absent()) {
        let known: Vec<&str> = rule.members.iter().map(|member| member.name).collect();
        found.push(Violation::new(within(name), format!("is not a member; known are {}", known.join(", ")), None));
    }
}

fn value_of(rule: &Rule, value: &Json<'_>, path: &str, found: &mut Vec<Violation>) {
    let mut broken = |sentence: String, value: Option<String>| found.push(Violation::new(path, sentence, value));
    match (rule.kind, value) {
        (ValueType::Any, _)
        | (ValueType::Secret, Json::Text(_) | Json::Secret(_))
        | (ValueType::Boolean, Json::Bool(_)) => {}
        (ValueType::Number, Json::Integer(_) | Json::Float(_)) => {}
        (ValueType::Text | ValueType::Alphanumeric, Json::Text(text)) => {
            let length = text.chars().count();
            if !in_bounds(rule, i64::try_from(length).unwrap_or(i64::MAX)) {
                let value = format!("{} ({length} characters)", quote(text));
                broken(format!("must have {}", rule.bounds().unwrap_or_default()), Some(value));
            }
            if matches!(rule.kind, ValueType::Alphanumeric) && !text.chars().all(|c| c.is_ascii_alphanumeric()) {
                broken("must hold letters and digits only".to_owned(), Some(quote(text)));
            }
            if rule.closed && !rule.values.contains(&&**text) {
                broken(format!("must be one of {}", rule.values.join(", ")), Some(quote(text)));
            }
        }
        (ValueType::Integer, Json::Integer(number)) => {
            if !in_bounds(rule, *number) {
                let bounds = match (rule.min, rule.max) {
                    (Some(min), Some(max)) => format!("from {min} to {max}"),
                    _ => rule.bounds().unwrap_or_default(),
                };
                broken(format!("must be {bounds}"), Some(number.to_string()));
            }
            if rule.closed && !rule.values.contains(&number.to_string().as_str()) {
                broken(format!("must be one of {}", rule.values.join(", ")), Some(number.to_string()));
            }
        }
        (ValueType::Millis, Json::Integer(_) | Json::Text(_)) => {
            let text = match value {
                Json::Text(text) => text.to_string(),
                _ => format!("{value:?}"),
            };
            if text.len() != 13 || !text.bytes().all(|byte| byte.is_ascii_digit()) {
                let sentence = "must be a time in milliseconds since 1970 (13 digits)";
                broken(sentence.to_owned(), excerpt(value));
            }
        }
        (ValueType::List(item), Json::Array(items)) => {
            if !in_bounds(rule, i64::try_from(items.len()).unwrap_or(i64::MAX)) {
                broken(format!("must hold {}", rule.bounds().unwrap_or_default()), Some(items.len().to_string()));
            }
            for (index, value) in items.iter().enumerate() {
                value_of(item, value, &format!("{path}[{index}]"), found);
            }
        }
        (ValueType::Map(item), Json::Object(members)) => {
            for (name, value) in members {
                value_of(item, value, &format!("{path}.{name}"), found);
            }
        }
        (ValueType::Object(rule), value) => object(rule, value, path, found),
        (kind, value) => {
            broken(format!("must be {}", words(kind)), excerpt(value).filter(|_| !holds_secret(kind, DEEP)));
        }
    }
}

/// Maximum depth of the search for secrets; rules may be recursive.
const DEEP: usize = 8;

/// Returns `true` if the value may contain a secret. A value of the wrong type may be that secret, so it is not
/// repeated in messages.
fn holds_secret(kind: ValueType, deep: usize) -> bool {
    match kind {
        ValueType::Secret => true,
        ValueType::List(item) | ValueType::Map(item) if deep > 0 => holds_secret(item.kind, deep - 1),
        ValueType::Object(rule) if deep > 0 => {
            rule.members.iter().any(|member| holds_secret(member.rule.kind, deep - 1))
        }
        _ => false,
    }
}

fn in_bounds(rule: &Rule, size: i64) -> bool {
    rule.min.is_none_or(|min| size >= min) && rule.max.is_none_or(|max| size <= max)
}

fn words(kind: ValueType) -> &'static str {
    match kind {
        ValueType::Integer => "an integer",
        ValueType::Number => "a number",
        ValueType::Boolean => "true or false",
        ValueType::Millis => "a time in milliseconds since 1970 (13 digits)",
        ValueType::List(_) => "a list",
        ValueType::Map(_) | ValueType::Object(_) => "a JSON object",
        _ => "a text",
    }
}

/// Formats a value for a message, truncated if it is long.
fn excerpt(value: &Json<'_>) -> Option<String> {
    match value {
        Json::Text(text) => Some(quote(text)),
        Json::Secret(_) => None,
        other => {
            let text = serde_json::to_string(other).unwrap_or_default();
            let (start, ellipsis) = truncate(&text);
            Some(format!("{start}{ellipsis}"))
        }
    }
}

/// Converts values to the documented form: times to strings, secret strings to [`Secret`].
pub(crate) fn normalise(rule: &Rule, value: &mut Json<'_>) {
    match (rule.kind, &mut *value) {
        (ValueType::Millis, Json::Integer(millis)) => *value = Json::Text(millis.to_string().into()),
        (ValueType::Secret, Json::Text(text)) => {
            *value = Json::Secret(std::borrow::Cow::Owned(Secret::from(std::mem::take(text).into_owned())));
        }
        (ValueType::List(item), Json::Array(items)) => items.iter_mut().for_each(|value| normalise(item, value)),
        (ValueType::Map(item), Json::Object(members)) => {
            members.iter_mut().for_each(|(_, value)| normalise(item, value))
        }
        (ValueType::Object(object), value) => normalise_object(object, value),
        _ => {}
    }
}

/// Normalises the members of an object.
pub(crate) fn normalise_object(rule: &ObjectRule, value: &mut Json<'_>) {
    if let Json::Object(members) = value {
        for (name, value) in members {
            if let Some(member) = rule.member(name) {
                normalise(&member.rule, value);
            }
        }
    }
}
