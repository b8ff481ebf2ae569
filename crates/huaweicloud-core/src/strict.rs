//! Strictness: what a caller gives as JSON is held against the documented rules, like what a builder is given.

use std::{collections::BTreeMap, fmt};

use serde::{Deserialize as _, Deserializer, de};
use serde_json::{Map, Value};

use crate::{
    Error, Violation,
    constrained::{check_length, check_range, shown},
};

/// A type that a parameter, or a member of a body, can have.
pub trait Strict: Sized {
    /// From JSON.
    ///
    /// # Errors
    /// When it is no such value or breaks a rule.
    fn from_json(value: &Value) -> Result<Self, Refusal>;

    /// What stands for it where it was left out.
    ///
    /// # Errors
    /// When it must not be left out.
    fn absent() -> Result<Self, Refusal> {
        Err(Refusal::new("is required"))
    }
}

/// What is wrong with a value, and where in it.
#[derive(Debug, PartialEq)]
pub struct Refusal {
    path: String,
    sentence: String,
}

impl Refusal {
    /// From a sentence that goes on after the name of the value: "must …, got …".
    pub(crate) fn new(sentence: impl fmt::Display) -> Self {
        Self { path: String::new(), sentence: sentence.to_string() }
    }

    fn expected(what: &str, got: &Value) -> Self {
        Self::new(format!("must be {what}, got {}", abridged(got)))
    }

    /// The same, seen from the value around it.
    fn within(mut self, step: &str) -> Self {
        let dot = if self.path.is_empty() || self.path.starts_with('[') { "" } else { "." };
        self.path = format!("{step}{dot}{}", self.path);
        self
    }
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.path.as_str() {
            "" => f.write_str(&self.sentence),
            path => write!(f, "{path}: {}", self.sentence),
        }
    }
}

/// A value in a sentence; a long one by its kind.
fn abridged(value: &Value) -> String {
    match value {
        Value::String(text) => shown(text),
        Value::Object(_) => "an object".to_owned(),
        Value::Array(_) => "an array".to_owned(),
        scalar => scalar.to_string(),
    }
}

/// Reads a parameter or a body that a caller gives.
pub(crate) fn given<T: Strict>(name: &str, value: &Value) -> Result<T, Error> {
    T::from_json(value).map_err(|refusal| Error::invalid(name, refusal))
}

/// Reads a strict type from any format of serde.
///
/// # Errors
/// When it is no such value or breaks a rule.
pub fn deserialize<'de, T: Strict, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    T::from_json(&Value::deserialize(deserializer)?).map_err(de::Error::custom)
}

/// The members of an object that a caller gives.
#[derive(Debug)]
pub struct Members<'a>(&'a Map<String, Value>);

impl<'a> Members<'a> {
    /// The members of an object that has no others than these.
    ///
    /// # Errors
    /// When it is no object, or a member is none of these: left out in silence, the call would look like a success.
    pub fn new(value: &'a Value, names: &[&str]) -> Result<Self, Refusal> {
        let members = value.as_object().ok_or_else(|| Refusal::expected("a JSON object", value))?;
        match members.keys().find(|name| !names.contains(&name.as_str())) {
            None => Ok(Self(members)),
            Some(unknown) => {
                let known = names.join(", ");
                Err(Refusal::new(format!("is no member; known are {known}")).within(unknown))
            }
        }
    }

    /// A member.
    ///
    /// # Errors
    /// When it is missing but required, or breaks a rule.
    pub fn read<T: Strict>(&self, name: &str) -> Result<T, Refusal> {
        let read = match self.0.get(name) {
            Some(value) => T::from_json(value),
            None => T::absent(),
        };
        read.map_err(|refusal| refusal.within(name))
    }
}

/// What beside the documented values is taken: from one length or code to another; nothing where the list is closed.
#[doc(hidden)]
pub type Others<T> = Option<(Option<T>, Option<T>)>;

/// Checks a text that is none of the documented values.
#[doc(hidden)]
pub fn other_text(others: Others<usize>, values: &[&str], text: &str) -> Result<(), Violation> {
    match others {
        Some((low, high)) => check_length(text, low.unwrap_or(0), high.unwrap_or(usize::MAX)),
        None => Err(Violation::new(format!("must be one of {}, got {}", values.join(", "), shown(text)))),
    }
}

/// Checks a code that is none of the documented ones.
#[doc(hidden)]
pub fn other_code(others: Others<i64>, values: &[i64], code: i64) -> Result<i64, Violation> {
    let Some((low, high)) = others else {
        let values: Vec<String> = values.iter().map(i64::to_string).collect();
        return Err(Violation::new(format!("must be one of {}, got {code}", values.join(", "))));
    };
    check_range(code.into(), low.unwrap_or(i64::MIN), high.unwrap_or(i64::MAX))
}

/// A value of an enum over texts.
#[doc(hidden)]
pub fn given_text<T>(value: &Value, read: impl FnOnce(&str) -> Result<T, Violation>) -> Result<T, Refusal> {
    read(&String::from_json(value)?).map_err(Refusal::new)
}

/// A value of an enum over codes.
#[doc(hidden)]
pub fn given_code<T>(value: &Value, read: impl FnOnce(i64) -> Result<T, Violation>) -> Result<T, Refusal> {
    read(i64::from_json(value)?).map_err(Refusal::new)
}

/// The items of an array that a caller gives.
pub(crate) fn items<T: Strict>(value: &Value) -> Result<Vec<T>, Refusal> {
    let mut items = Vec::new();
    for (index, item) in value.as_array().ok_or_else(|| Refusal::expected("an array", value))?.iter().enumerate() {
        items.push(T::from_json(item).map_err(|refusal| refusal.within(&format!("[{index}]")))?);
    }
    Ok(items)
}

/// Makes a generated request type one that is read from JSON by its rules, and written.
#[doc(hidden)]
#[macro_export]
macro_rules! request {
    ($name:ident { $($field:ident $(= $wire:literal)?),* $(,)? }) => {
        impl $crate::strict::Strict for $name {
            fn from_json(value: &$crate::serde_json::Value) -> Result<Self, $crate::strict::Refusal> {
                let members = $crate::strict::Members::new(value, &[$($crate::wire_name!($field $(= $wire)?)),*])?;
                Ok(Self { $($field: members.read($crate::wire_name!($field $(= $wire)?))?),* })
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::strict::deserialize(deserializer)
            }
        }

        $crate::written! { $name { $($field $(= $wire)?),* } }
    };
}

/// Makes a generated type one that is written as JSON.
#[doc(hidden)]
#[macro_export]
macro_rules! written {
    ($name:ident { $($field:ident $(= $wire:literal)?),* }) => {
        impl $crate::ToJson for $name {
            fn to_json(&self) -> $crate::Json<'_> {
                $crate::Json::Object(::std::vec![
                    $(($crate::wire_name!($field $(= $wire)?), $crate::ToJson::to_json(&self.$field))),*
                ])
            }
        }

        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::serde::Serialize::serialize(&$crate::ToJson::to_json(self), serializer)
            }
        }
    };
}

/// The name of a member in JSON: that of the field unless it is another.
#[doc(hidden)]
#[macro_export]
macro_rules! wire_name {
    ($field:ident) => {
        ::std::stringify!($field)
    };
    ($field:ident = $wire:literal) => {
        $wire
    };
}

impl<T: Strict> Strict for Option<T> {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        match value {
            Value::Null => Ok(None),
            value => T::from_json(value).map(Some),
        }
    }

    fn absent() -> Result<Self, Refusal> {
        Ok(None)
    }
}

impl<T: Strict> Strict for BTreeMap<String, T> {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        let mut map = Self::new();
        for (name, value) in value.as_object().ok_or_else(|| Refusal::expected("a JSON object", value))? {
            map.insert(name.clone(), T::from_json(value).map_err(|refusal| refusal.within(name))?);
        }
        Ok(map)
    }
}

impl Strict for String {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        value.as_str().map(str::to_owned).ok_or_else(|| Refusal::expected("a text", value))
    }
}

impl Strict for i64 {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        value.as_i64().ok_or_else(|| Refusal::expected("an integer", value))
    }
}

impl Strict for i32 {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        let number = i64::from_json(value)?;
        number.try_into().map_err(|_| Refusal::expected("an integer of 32 bits", value))
    }
}

impl Strict for f64 {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        value.as_f64().ok_or_else(|| Refusal::expected("a number", value))
    }
}

impl Strict for bool {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        value.as_bool().ok_or_else(|| Refusal::expected("true or false", value))
    }
}

impl Strict for Value {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        Ok(value.clone())
    }
}
