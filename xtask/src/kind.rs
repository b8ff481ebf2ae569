//! The Rust type of a schema.

use crate::spec::{Format, Schema, Spec, Type};

/// The kind of value of a parameter or member.
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
    /// Returns the kind of value of a schema.
    pub fn of(spec: &Spec, schema: &Schema) -> Self {
        if let Some(name) = schema.reference() {
            let values = spec.schema(name).is_some_and(Schema::is_enum);
            return if values { Self::Enum(name.to_owned()) } else { Self::Object(name.to_owned()) };
        }
        let held = |schema: &Option<Box<Schema>>| schema.as_ref().map(|schema| Box::new(Self::of(spec, schema)));
        match schema.kind {
            _ if schema.is_time() => Self::Millis,
            Some(Type::String) if schema.format == Some(Format::Password) => Self::Secret,
            Some(Type::String) => Self::Text,
            Some(Type::Integer) => Self::Integer,
            Some(Type::Number) => Self::Number,
            Some(Type::Boolean) => Self::Boolean,
            Some(Type::Array) => Self::List(held(&schema.items).unwrap_or_else(|| Box::new(Self::Any))),
            // A map of anything is any object.
            Some(Type::Object) => match held(&schema.additional_properties) {
                Some(value) if *value != Self::Any => Self::Map(value),
                _ => Self::Any,
            },
            None => Self::Any,
        }
    }

    /// Returns the Rust type, with `list` as the path of the list type. Components are in `types`.
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

    /// Returns the type in a request.
    pub fn in_request(&self) -> String {
        self.rust("Vec")
    }

    /// Returns the type of a member of a response.
    pub fn in_response(&self) -> String {
        let kind = self.rust("::huaweicloud_core::List");
        if matches!(self, Self::List(_)) { kind } else { format!("Option<{kind}>") }
    }

    /// Returns whether setters take `impl Into` of the value.
    fn converts(&self) -> bool {
        matches!(self, Self::Text | Self::Millis | Self::Secret | Self::Any | Self::Enum(_))
    }

    /// Returns the argument type of a setter.
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

    /// Returns the conversion from the argument of a setter to the value.
    pub fn converted(&self, argument: &str) -> String {
        match self {
            Self::List(item) if item.converts() => format!("{argument}.into_iter().map(Into::into).collect()"),
            Self::List(_) => format!("{argument}.into_iter().collect()"),
            kind if kind.converts() => format!("{argument}.into()"),
            _ => argument.to_owned(),
        }
    }
}
