//! The Rust type of a schema.

use serde_json::Value;

use crate::spec::{Spec, is_enum, is_time, kind, reference, text};

/// What a parameter or member holds.
#[derive(Clone, Debug, PartialEq)]
pub enum Kind {
    Text,
    Integer,
    Number,
    Boolean,
    Millis,
    Secret,
    Any,
    /// A component with documented values.
    Enum(String),
    /// A component with members.
    Object(String),
    List(Box<Kind>),
    Map(Box<Kind>),
}

impl Kind {
    /// What a schema holds.
    pub fn of(spec: &Spec, schema: &Value) -> Self {
        if let Some(name) = reference(schema) {
            let values = spec.schema(name).is_some_and(is_enum);
            return if values { Self::Enum(name.to_owned()) } else { Self::Object(name.to_owned()) };
        }
        match kind(schema) {
            _ if is_time(schema) => Self::Millis,
            "string" if text(schema, "format") == "password" => Self::Secret,
            "string" => Self::Text,
            "integer" => Self::Integer,
            "number" => Self::Number,
            "boolean" => Self::Boolean,
            "array" => Self::List(Box::new(Self::of(spec, &schema["items"]))),
            "object" => match schema.get("additionalProperties") {
                Some(values) if values.is_object() => Self::Map(Box::new(Self::of(spec, values))),
                _ => Self::Any,
            },
            _ => Self::Any,
        }
    }

    /// The Rust type; lists are written as `list` there. Components stand in `types`.
    pub fn rust(&self, list: &str) -> String {
        match self {
            Self::Text => "String".to_owned(),
            Self::Integer => "i64".to_owned(),
            Self::Number => "f64".to_owned(),
            Self::Boolean => "bool".to_owned(),
            Self::Millis => "::huaweicloud_core::EpochMillis".to_owned(),
            Self::Secret => "::huaweicloud_core::Secret".to_owned(),
            Self::Any => "::huaweicloud_core::codegen::serde_json::Value".to_owned(),
            Self::Enum(name) | Self::Object(name) => format!("crate::types::{name}"),
            Self::List(item) => format!("{list}<{}>", item.rust(list)),
            Self::Map(value) => format!("::std::collections::BTreeMap<String, {}>", value.rust(list)),
        }
    }

    /// The type in a request.
    pub fn in_request(&self) -> String {
        self.rust("Vec")
    }

    /// The type of a member of a response.
    pub fn in_response(&self) -> String {
        let kind = self.rust("::huaweicloud_core::List");
        if matches!(self, Self::List(_)) { kind } else { format!("Option<{kind}>") }
    }

    /// Whether setters take whatever becomes the value.
    fn converts(&self) -> bool {
        matches!(self, Self::Text | Self::Millis | Self::Secret | Self::Any | Self::Enum(_))
    }

    /// What a setter takes.
    pub fn argument(&self) -> String {
        match self {
            Self::List(item) if item.converts() => {
                format!("impl IntoIterator<Item = impl Into<{}>>", item.in_request())
            }
            Self::List(item) => format!("impl IntoIterator<Item = {}>", item.in_request()),
            kind if kind.converts() => format!("impl Into<{}>", kind.in_request()),
            kind => kind.in_request(),
        }
    }

    /// From what a setter takes to the value.
    pub fn converted(&self, argument: &str) -> String {
        match self {
            Self::List(item) if item.converts() => format!("{argument}.into_iter().map(Into::into).collect()"),
            Self::List(_) => format!("{argument}.into_iter().collect()"),
            kind if kind.converts() => format!("{argument}.into()"),
            _ => argument.to_owned(),
        }
    }
}
