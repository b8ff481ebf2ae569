//! Writing generated types: each shows itself as a tree that borrows from it, and one piece of code writes all trees.
//!
//! Code that is generic over the writer would be compiled again for every type.

use std::{borrow::Cow, collections::BTreeMap};

use serde::{Serialize, Serializer, ser::SerializeMap as _};
use serde_json::Value;

use crate::{Error, Secret};

/// A value on its way to JSON.
#[derive(Clone, Debug, PartialEq)]
pub enum Json<'a> {
    /// Nothing: the member is left out.
    Absent,
    /// A text.
    Text(Cow<'a, str>),
    /// A text that must never be seen.
    Secret(&'a Secret),
    /// An integer.
    Integer(i64),
    /// A number.
    Float(f64),
    /// `true` or `false`.
    Bool(bool),
    /// What no type describes.
    Any(&'a Value),
    /// An array.
    Array(Vec<Json<'a>>),
    /// An object: its members in the order of the page.
    Object(Vec<(&'a str, Json<'a>)>),
}

/// A type that can be written as JSON.
pub trait ToJson {
    /// The value as it is written.
    fn to_json(&self) -> Json<'_>;
}

impl Json<'_> {
    /// As a value of its own.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    pub fn to_value(&self) -> Result<Value, Error> {
        serde_json::to_value(self).map_err(|error| Error::invalid("value", error))
    }

    /// The secrets in it.
    pub(crate) fn secrets(&self) -> Vec<Secret> {
        match self {
            Self::Secret(secret) => vec![(*secret).clone()],
            Self::Array(items) => items.iter().flat_map(Json::secrets).collect(),
            Self::Object(members) => members.iter().flat_map(|(_, member)| member.secrets()).collect(),
            _ => Vec::new(),
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
                for (name, member) in members {
                    if !matches!(member, Json::Absent) {
                        map.serialize_entry(name, member)?;
                    }
                }
                map.end()
            }
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

impl<T: ToJson> ToJson for BTreeMap<String, T> {
    fn to_json(&self) -> Json<'_> {
        let mut members = Vec::with_capacity(self.len());
        for (name, value) in self {
            members.push((name.as_str(), value.to_json()));
        }
        Json::Object(members)
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

impl ToJson for i32 {
    fn to_json(&self) -> Json<'_> {
        Json::Integer((*self).into())
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
        Json::Any(self)
    }
}
