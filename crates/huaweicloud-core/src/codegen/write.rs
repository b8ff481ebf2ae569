//! Serialization of generated models: each model becomes a [`Json`] tree, and one implementation writes all trees.
//!
//! Code that is generic over the serializer would be compiled again for every model. The tree borrows from the model. A
//! call owns its tree, so that it can be validated and pagination can change it.

use std::{borrow::Cow, collections::BTreeMap, fmt};

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::Value;

use crate::secret::Secret;

/// A JSON value to be written.
#[derive(Clone, PartialEq)]
pub enum Json<'a> {
    /// No value: the member is omitted.
    Absent,
    /// A string.
    Text(Cow<'a, str>),
    /// A string that must never be shown.
    Secret(Cow<'a, Secret>),
    /// An integer.
    Integer(i64),
    /// A floating-point number.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// An untyped value.
    Any(Cow<'a, Value>),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object, with its members in documented order.
    Object(Vec<(Cow<'a, str>, Json<'a>)>),
}

/// A type that can be written as JSON.
pub trait ToJson {
    /// Returns the value as JSON.
    fn to_json(&self) -> Json<'_>;
}

/// Returns a model as a tree, from the names of its members and their values.
#[must_use]
pub fn object<'a>(names: &[&'static str], members: &[&'a dyn ToJson]) -> Json<'a> {
    Json::Object(names.iter().zip(members).map(|(name, member)| (Cow::Borrowed(*name), member.to_json())).collect())
}

/// Returns the members that identify an item together.
#[must_use]
pub fn identity<'a>(members: &[&'a dyn ToJson]) -> Json<'a> {
    Json::Array(members.iter().map(|member| member.to_json()).collect())
}

impl Json<'_> {
    /// Converts the tree into a [`Value`]. NaN and infinity become `null`.
    ///
    /// # Errors
    ///
    /// Returns an error if serde_json cannot hold the tree.
    pub fn to_value(&self) -> Result<Value, serde_json::Error> {
        serde_json::to_value(self)
    }

    /// Converts the tree into one without borrowed parts.
    #[must_use]
    pub fn into_owned(self) -> Json<'static> {
        match self {
            Self::Absent => Json::Absent,
            Self::Text(text) => Json::Text(Cow::Owned(text.into_owned())),
            Self::Secret(secret) => Json::Secret(Cow::Owned(secret.into_owned())),
            Self::Integer(number) => Json::Integer(number),
            Self::Float(number) => Json::Float(number),
            Self::Bool(value) => Json::Bool(value),
            Self::Any(value) => Json::Any(Cow::Owned(value.into_owned())),
            Self::Array(items) => Json::Array(items.into_iter().map(Json::into_owned).collect()),
            Self::Object(members) => Json::Object(
                members
                    .into_iter()
                    .map(|(name, member)| (Cow::Owned(name.into_owned()), member.into_owned()))
                    .collect(),
            ),
        }
    }

    /// Returns the secrets in the tree.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::Secret(secret) => vec![secret.clone().into_owned()],
            Self::Array(items) => items.iter().flat_map(Json::secrets).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, member)| member.secrets()).collect(),
            _ => Vec::new(),
        }
    }

    /// Returns whether there is no value.
    pub(crate) fn is_absent(&self) -> bool {
        matches!(self, Self::Absent)
    }
}

/// Converts a value into a tree that can be validated. Null becomes [`Json::Absent`].
impl<'a> From<&'a Value> for Json<'a> {
    fn from(value: &'a Value) -> Self {
        match value {
            Value::Null => Self::Absent,
            Value::Bool(value) => Self::Bool(*value),
            Value::Number(number) => match (number.as_i64(), number.as_f64()) {
                (Some(integer), _) => Self::Integer(integer),
                (None, Some(float)) if number.is_f64() => Self::Float(float),
                _ => Self::Any(Cow::Borrowed(value)),
            },
            Value::String(text) => Self::Text(Cow::Borrowed(text)),
            Value::Array(items) => Self::Array(items.iter().map(Self::from).collect()),
            Value::Object(members) => Self::Object(
                members.iter().map(|(name, member)| (Cow::Borrowed(name.as_str()), member.into())).collect(),
            ),
        }
    }
}

impl Serialize for Json<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Absent => serializer.serialize_unit(),
            Self::Text(text) => serializer.serialize_str(text),
            Self::Secret(secret) => serializer.serialize_str(secret.expose()),
            Self::Integer(number) => serializer.serialize_i64(*number),
            Self::Float(number) => serializer.serialize_f64(*number),
            Self::Bool(value) => serializer.serialize_bool(*value),
            Self::Any(value) => value.serialize(serializer),
            Self::Array(items) => serializer.collect_seq(items),
            Self::Object(members) => {
                let mut map = serializer.serialize_map(None)?;
                for (name, member) in members.iter().filter(|(_, member)| !member.is_absent()) {
                    map.serialize_entry(name, member)?;
                }
                map.end()
            }
        }
    }
}

/// Formats like JSON, with secrets redacted.
impl fmt::Debug for Json<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Absent => f.write_str("null"),
            Self::Text(text) => text.fmt(f),
            Self::Secret(secret) => secret.fmt(f),
            Self::Integer(number) => number.fmt(f),
            Self::Float(number) => number.fmt(f),
            Self::Bool(value) => value.fmt(f),
            Self::Any(value) => fmt::Display::fmt(value, f),
            Self::Array(items) => f.debug_list().entries(items).finish(),
            Self::Object(members) => f
                .debug_map()
                .entries(members.iter().filter(|(_, member)| !member.is_absent()).map(|(name, member)| (name, member)))
                .finish(),
        }
    }
}

impl<T: ToJson> ToJson for Option<T> {
    fn to_json(&self) -> Json<'_> {
        self.as_ref().map_or(Json::Absent, T::to_json)
    }
}

impl<T: ToJson> ToJson for [T] {
    fn to_json(&self) -> Json<'_> {
        let mut items = Vec::with_capacity(self.len());
        for item in self {
            items.push(item.to_json());
        }
        Json::Array(items)
    }
}

impl<T: ToJson> ToJson for Vec<T> {
    fn to_json(&self) -> Json<'_> {
        self.as_slice().to_json()
    }
}

impl<T: ToJson> ToJson for BTreeMap<String, T> {
    fn to_json(&self) -> Json<'_> {
        let mut members = Vec::with_capacity(self.len());
        for (name, value) in self {
            members.push((Cow::Borrowed(name.as_str()), value.to_json()));
        }
        Json::Object(members)
    }
}

impl ToJson for Secret {
    fn to_json(&self) -> Json<'_> {
        Json::Secret(Cow::Borrowed(self))
    }
}

impl ToJson for String {
    fn to_json(&self) -> Json<'_> {
        Json::Text(self.into())
    }
}

impl ToJson for i64 {
    fn to_json(&self) -> Json<'_> {
        Json::Integer(*self)
    }
}

impl ToJson for f64 {
    fn to_json(&self) -> Json<'_> {
        Json::Float(*self)
    }
}

impl ToJson for bool {
    fn to_json(&self) -> Json<'_> {
        Json::Bool(*self)
    }
}

impl ToJson for Value {
    fn to_json(&self) -> Json<'_> {
        Json::Any(Cow::Borrowed(self))
    }
}
