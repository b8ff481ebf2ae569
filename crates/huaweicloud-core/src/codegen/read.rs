//! Tolerant deserialization of JSON into generated models: one unexpected member must not cost a page of records.
//!
//! # The idea
//!
//! With serde's derive, a type states which JSON it expects. Any other JSON is an error that fails the whole document,
//! and the code is compiled again for every type. This module differs in both respects.
//!
//! Deserialization starts with an empty model and fills it in place. The parser knows which JSON value comes next; the
//! owner of a field knows which values fit. They meet in a [`Place`]: a memory location that is filled with whatever
//! JSON value comes. Its three methods are the three shapes of JSON:
//!
//! - [`Place::scalar`] receives the value itself, as a [`Scalar`].
//! - [`Place::object`] receives an [`ObjectReader`], because the members are not parsed yet. The place passes its own
//!   inner places to the reader, and the reader fills them with the members as it parses them.
//! - [`Place::array`] receives an [`ArrayReader`] and fetches one item after another from it.
//!
//! A place cannot reject a value. A scalar of another kind is converted if nothing is lost: the string `"7"` becomes
//! the integer 7. Any other mismatch is skipped and leaves the place empty; the value is still in the raw body
//! ([`Response::body`](crate::Response::body)).
//!
//! For a model with an integer `id` and a list of strings `tags`, the JSON `{"id": "7", "tags": ["a"]}` leads to these
//! calls:
//!
//! ```text
//! model.object(reader)
//!     reader.members(["id", "tags"], [&mut id, &mut tags])
//!         id.scalar(Text("7"))                id = Some(7)
//!         tags.array(items)
//!             items.next(&mut item)           true
//!                 item.scalar(Text("a"))      item = Some("a")
//!             items.next(&mut item)           false
//!                                             tags = ["a"]
//! ```
//!
//! # Types
//!
//! [`FromJson`] defines how a type is created from each shape; `Option<T>` and [`List<T>`] are places for every such
//! type. A generated model implements [`ReadObject`], which lists the names of its members with their places.
//!
//! # Compile time
//!
//! Places, readers and models meet as trait objects (`&mut dyn Place`), not as type parameters. The code that parses
//! JSON is therefore compiled once for a deserializer and not for every model.
//!
//! # Errors
//!
//! The only error is malformed JSON. [`Malformed`] is empty, because a trait object cannot name the error type of a
//! serde deserializer. The reader that called the deserializer keeps the error, and [`JsonPath`] records where it
//! occurred.

use std::{cell::RefCell, collections::BTreeMap, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::list::List;
use crate::secret::Secret;

/// A JSON value that contains no other values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// An integer too large for `i64`.
    Large(u64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// A string.
    Text(&'a str),
}

/// The error for malformed JSON; the reader keeps the cause.
#[derive(Debug)]
pub struct Malformed;

/// A reader of the members of a JSON object.
pub trait ObjectReader {
    /// Reads each member into the place with the same position as its name, and skips members with other names.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn members(&mut self, names: &[&str], fields: &mut [&mut dyn Place]) -> Result<(), Malformed>;

    /// Reads the next member into `field` and returns its name, or `None` after the last member.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn next(&mut self, field: &mut dyn Place) -> Result<Option<String>, Malformed>;
}

/// A reader of the items of a JSON array.
pub trait ArrayReader {
    /// Reads the next item into `field` and returns whether there was one.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn next(&mut self, field: &mut dyn Place) -> Result<bool, Malformed>;
}

/// A memory location that is filled with whatever JSON value comes.
pub trait Place {
    /// Fills the place with a scalar.
    fn scalar(&mut self, scalar: Scalar<'_>);

    /// Fills the place with an object.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed>;

    /// Fills the place with an array.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed>;
}

/// A type that is created from JSON. `None` means that the JSON is not a value of this type.
pub trait FromJson: Sized {
    /// Creates a value from a scalar other than null.
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self>;

    /// Creates a value from an object, directly in its place, because moving a large type costs more than reading it.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        *place = None;
        Ignored.object(object)
    }

    /// Creates a value from an array, directly in its place.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        *place = None;
        Ignored.array(array)
    }
}

/// A generated model that reads its members from a JSON object.
pub trait ReadObject {
    /// Reads the members of an object into the fields of the model.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn read(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed>;
}

/// Implements reading and writing of JSON for a generated model. Reading is tolerant, and accepts an object that is
/// packed into a string, as some operations send it.
#[doc(hidden)]
#[macro_export]
macro_rules! __model {
    ($name:ident { $($field:ident $(= $wire:literal)?),* $(,)? }) => {
        impl $crate::codegen::ReadObject for $name {
            fn read(
                &mut self,
                object: &mut dyn $crate::codegen::ObjectReader,
            ) -> Result<(), $crate::codegen::Malformed> {
                object.members(&[$($crate::__wire_name!($field $(= $wire)?)),*], &mut [$(&mut self.$field),*])
            }
        }

        impl $crate::codegen::FromJson for $name {
            fn from_scalar(scalar: $crate::codegen::Scalar<'_>) -> Option<Self> {
                $crate::codegen::packed(scalar)
            }

            fn from_object(
                object: &mut dyn $crate::codegen::ObjectReader,
                place: &mut Option<Self>,
            ) -> Result<(), $crate::codegen::Malformed> {
                $crate::codegen::ReadObject::read(place.insert(Self::default()), object)
            }
        }

        impl<'de> $crate::codegen::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::codegen::deserialize(deserializer)
            }
        }

        impl $crate::codegen::ToJson for $name {
            fn to_json(&self) -> $crate::codegen::Json<'_> {
                $crate::codegen::object(
                    &[$($crate::__wire_name!($field $(= $wire)?)),*],
                    &[$(&self.$field),*],
                )
            }
        }

        impl $crate::codegen::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::codegen::serde::Serialize::serialize(&$crate::codegen::ToJson::to_json(self), serializer)
            }
        }
    };
}

/// Implements [`Body`](crate::codegen::Body) for a generated model, with the fields that are read from headers.
#[doc(hidden)]
#[macro_export]
macro_rules! __body {
    ($name:ident { $($field:ident: $header:literal),* $(,)? }) => {
        impl $crate::codegen::Body for $name {
            fn read_headers(&mut self, headers: &$crate::codegen::http::HeaderMap) {
                $(self.$field = $crate::codegen::header(headers, $header);)*
                let _ = headers;
            }
        }
    };
}

/// Returns the JSON name of a member: the field name unless another is given.
#[doc(hidden)]
#[macro_export]
macro_rules! __wire_name {
    ($field:ident) => {
        ::std::stringify!($field)
    };
    ($field:ident = $wire:literal) => {
        $wire
    };
}

/// Reads a field from a header.
#[doc(hidden)]
#[must_use]
pub fn header<T: FromJson>(headers: &http::HeaderMap, name: &str) -> Option<T> {
    T::from_scalar(Scalar::Text(headers.get(name)?.to_str().ok()?))
}

/// Returns a string or an integer as a string.
#[doc(hidden)]
#[must_use]
pub fn word(scalar: Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Text(_) | Scalar::Integer(_) => String::from_scalar(scalar),
        _ => None,
    }
}

/// Reads an object that is packed into a string.
#[doc(hidden)]
#[must_use]
pub fn packed<T: FromJson>(scalar: Scalar<'_>) -> Option<T> {
    let mut found = None;
    if unpack(scalar, &mut found) { found } else { None }
}

/// Reads an object that is packed into a string into `field`, and returns whether the string was such an object.
fn unpack(scalar: Scalar<'_>, field: &mut dyn Place) -> bool {
    let Scalar::Text(text) = scalar else { return false };
    let text = text.trim_start();
    // A string within the string would only be unpacked again.
    if !text.starts_with('{') {
        return false;
    }
    // From bytes, like response bodies, to share the compiled code.
    let mut json = serde_json::Deserializer::from_slice(text.as_bytes());
    Reading::new(field, &JsonPath::default()).deserialize(&mut json).and_then(|()| json.end()).is_ok()
}

/// Deserializes a value from any serde format.
///
/// # Errors
///
/// Returns an error if the input is malformed or is not a value of this type.
#[doc(hidden)]
pub fn deserialize<'de, T: FromJson, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut found = None;
    Reading::new(&mut found, &JsonPath::default()).deserialize(deserializer)?;
    found.ok_or_else(|| D::Error::custom("must be a JSON object"))
}

/// The path to the value at which reading failed, from the innermost step to the outermost.
#[derive(Debug, Default)]
pub(crate) struct JsonPath(RefCell<Vec<Step>>);

#[derive(Debug)]
enum Step {
    Member(String),
    Item(usize),
}

impl JsonPath {
    fn add(&self, step: Step) {
        self.0.borrow_mut().push(step);
    }
}

/// Formats the path like `result.record[7]`.
impl fmt::Display for JsonPath {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (depth, step) in self.0.borrow().iter().rev().enumerate() {
            match step {
                Step::Item(index) => write!(f, "[{index}]")?,
                Step::Member(name) if depth == 0 => f.write_str(name)?,
                Step::Member(name) => write!(f, ".{name}")?,
            }
        }
        Ok(())
    }
}

/// An observer of the members of the outermost object, called before they are read.
pub(crate) trait Observer {
    /// Returns whether to observe the member with this name.
    fn observes(&self, name: &str) -> bool;
    /// Observes a member.
    fn observe(&mut self, name: &str, value: &Value);
}

/// A deserializer of any JSON value into a place.
pub(crate) struct Reading<'r> {
    field: &'r mut dyn Place,
    path: &'r JsonPath,
    observer: Option<&'r mut dyn Observer>,
}

impl<'r> Reading<'r> {
    pub(crate) fn new(field: &'r mut dyn Place, path: &'r JsonPath) -> Self {
        Self { field, path, observer: None }
    }

    pub(crate) fn observed_by(mut self, observer: &'r mut dyn Observer) -> Self {
        self.observer = Some(observer);
        self
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.field.scalar(Scalar::Text(text));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.field.scalar(Scalar::Integer(number));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.field.scalar(i64::try_from(number).map_or(Scalar::Large(number), Scalar::Integer));
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.field.scalar(Scalar::Float(number));
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.field.scalar(Scalar::Bool(value));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.field.scalar(Scalar::Null);
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.field.scalar(Scalar::Null);
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let mut reader = Members { access: map, error: None, path: self.path, observer: self.observer };
        let outcome = self.field.object(&mut reader);
        outcome.map_err(|Malformed| reader.error.unwrap_or_else(|| A::Error::custom("broken")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<(), A::Error> {
        let mut reader = Items { access: array, error: None, path: self.path, index: 0 };
        let outcome = self.field.array(&mut reader);
        outcome.map_err(|Malformed| reader.error.unwrap_or_else(|| A::Error::custom("broken")))
    }
}

/// An object reader over a serde map. Places do not know serde's error types, so the error is kept here.
struct Members<'r, 'de, A: MapAccess<'de>> {
    access: A,
    error: Option<A::Error>,
    path: &'r JsonPath,
    observer: Option<&'r mut dyn Observer>,
}

impl<'de, A: MapAccess<'de>> Members<'_, 'de, A> {
    fn try_members(&mut self, names: &[&str], fields: &mut [&mut dyn Place]) -> Result<(), A::Error> {
        let access = &mut self.access;
        let mut expected = 0;
        while let Some(name) = access.next_key_seed(Name { names, expected, observer: self.observer.as_deref() })? {
            if let Some(index) = name.index {
                expected = index + 1;
            }
            let field = name.index.and_then(|index| fields.get_mut(index));
            let read = match (name.observed, field) {
                (None, None) => access.next_value::<IgnoredAny>().map(drop),
                (None, Some(field)) => access.next_value_seed(Reading::new(&mut **field, self.path)),
                (Some(observed), field) => access.next_value().and_then(|value: Value| {
                    if let Some(observer) = &mut self.observer {
                        observer.observe(&observed, &value);
                    }
                    let read = field.map(|field| Reading::new(&mut **field, self.path).deserialize(value));
                    read.unwrap_or(Ok(())).map_err(A::Error::custom)
                }),
            };
            if let Err(error) = read {
                name.index.into_iter().for_each(|index| self.path.add(Step::Member(names[index].to_owned())));
                return Err(error);
            }
        }
        Ok(())
    }
}

impl<'de, A: MapAccess<'de>> ObjectReader for Members<'_, 'de, A> {
    fn members(&mut self, names: &[&str], fields: &mut [&mut dyn Place]) -> Result<(), Malformed> {
        self.try_members(names, fields).map_err(|error| {
            self.error = Some(error);
            Malformed
        })
    }

    fn next(&mut self, field: &mut dyn Place) -> Result<Option<String>, Malformed> {
        let mut name = None;
        let read = self.access.next_key::<String>().and_then(|next| {
            name = next;
            match name {
                Some(_) => self.access.next_value_seed(Reading::new(field, self.path)),
                None => Ok(()),
            }
        });
        match read {
            Ok(()) => Ok(name),
            Err(error) => {
                self.error = Some(error);
                name.into_iter().for_each(|name| self.path.add(Step::Member(name)));
                Err(Malformed)
            }
        }
    }
}

/// A deserializer of a member name, into the index of the known name and, if the member is observed, the name itself.
struct Name<'n> {
    names: &'n [&'n str],
    /// The index to try first: the next name in documented order, which most responses follow.
    expected: usize,
    observer: Option<&'n dyn Observer>,
}

struct Found {
    index: Option<usize>,
    observed: Option<String>,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Found, E> {
        let (before, after) = self.names.split_at(self.expected);
        let index = after.iter().position(|known| *known == name).map(|index| self.expected + index);
        let index = index.or_else(|| before.iter().position(|known| *known == name));
        let observed = self.observer.is_some_and(|observer| observer.observes(name)).then(|| name.to_owned());
        Ok(Found { index, observed })
    }
}

/// An array reader over a serde sequence.
struct Items<'r, 'de, A: SeqAccess<'de>> {
    access: A,
    error: Option<A::Error>,
    path: &'r JsonPath,
    index: usize,
}

impl<'de, A: SeqAccess<'de>> ArrayReader for Items<'_, 'de, A> {
    fn next(&mut self, field: &mut dyn Place) -> Result<bool, Malformed> {
        match self.access.next_element_seed(Reading::new(field, self.path)) {
            Ok(found) => {
                self.index += 1;
                Ok(found.is_some())
            }
            Err(error) => {
                self.error = Some(error);
                self.path.add(Step::Item(self.index));
                Err(Malformed)
            }
        }
    }
}

/// A place that discards its value.
pub(crate) struct Ignored;

impl Place for Ignored {
    fn scalar(&mut self, _: Scalar<'_>) {}

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
        object.members(&[], &mut [])
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed> {
        while array.next(self)? {}
        Ok(())
    }
}

impl<T: FromJson> Place for Option<T> {
    fn scalar(&mut self, scalar: Scalar<'_>) {
        *self = if scalar == Scalar::Null { None } else { T::from_scalar(scalar) };
    }

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
        T::from_object(object, self)
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed> {
        T::from_array(array, self)
    }
}

impl<T: FromJson> Place for List<T> {
    fn scalar(&mut self, _: Scalar<'_>) {
        *self = Self::default();
    }

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
        let mut list = None;
        Self::from_object(object, &mut list)?;
        *self = list.unwrap_or_default();
        Ok(())
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed> {
        let mut list = None;
        Self::from_array(array, &mut list)?;
        *self = list.unwrap_or_default();
        Ok(())
    }
}

/// Skips items that are null or not a `T`. A single object instead of an array becomes the only item.
impl<T: FromJson> FromJson for List<T> {
    fn from_scalar(_: Scalar<'_>) -> Option<Self> {
        None
    }

    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        let mut item = None;
        T::from_object(object, &mut item)?;
        *place = item.map(|item| Self::from(vec![item]));
        Ok(())
    }

    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        let mut items = Vec::new();
        let mut item = None;
        while array.next(&mut item)? {
            if let Some(item) = item.take() {
                items.push(item);
            }
        }
        *place = Some(Self::from(items));
        Ok(())
    }
}

/// A list in a request. Skips items that are null or not a `T`.
impl<T: FromJson> FromJson for Vec<T> {
    fn from_scalar(_: Scalar<'_>) -> Option<Self> {
        None
    }

    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        let mut list = None;
        List::from_object(object, &mut list)?;
        *place = list.map(List::into_vec);
        Ok(())
    }

    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        let mut list = None;
        List::from_array(array, &mut list)?;
        *place = list.map(List::into_vec);
        Ok(())
    }
}

impl FromJson for Secret {
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        match scalar {
            Scalar::Text(text) => Some(Self::from(text)),
            _ => None,
        }
    }
}

impl<T: FromJson> FromJson for BTreeMap<String, T> {
    fn from_scalar(_: Scalar<'_>) -> Option<Self> {
        None
    }

    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        let map = place.insert(Self::new());
        let mut value = None;
        while let Some(name) = object.next(&mut value)? {
            if let Some(value) = value.take() {
                map.insert(name, value);
            }
        }
        Ok(())
    }
}

/// A string accepts any value: other scalars as printed, objects and arrays as JSON.
impl FromJson for String {
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        match scalar {
            Scalar::Null => None,
            Scalar::Text(text) => Some(text.to_owned()),
            Scalar::Bool(value) => Some(value.to_string()),
            Scalar::Integer(number) => Some(number.to_string()),
            Scalar::Large(number) => Some(number.to_string()),
            Scalar::Float(number) => Some(Value::from(number).to_string()),
        }
    }

    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        let mut value = None;
        Value::from_object(object, &mut value)?;
        *place = value.map(|value| value.to_string());
        Ok(())
    }

    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        let mut value = None;
        Value::from_array(array, &mut value)?;
        *place = value.map(|value| value.to_string());
        Ok(())
    }
}

impl FromJson for i64 {
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        // 2^53: beyond it, a float no longer identifies one integer.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match scalar {
            Scalar::Integer(number) => Some(number),
            #[expect(clippy::cast_possible_truncation, reason = "whole and within the exact range")]
            Scalar::Float(number) => (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64),
            Scalar::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl FromJson for f64 {
    #[expect(clippy::cast_precision_loss, reason = "a float is what the contract says")]
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        match scalar {
            Scalar::Float(number) => Some(number),
            Scalar::Integer(number) => Some(number as f64),
            Scalar::Large(number) => Some(number as f64),
            Scalar::Text(text) => text.trim().parse().ok(),
            _ => None,
        }
    }
}

impl FromJson for bool {
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        match scalar {
            Scalar::Bool(value) => Some(value),
            Scalar::Integer(number) => matches!(number, 0 | 1).then_some(number == 1),
            Scalar::Text(text) => match text.trim() {
                "1" => Some(true),
                "0" => Some(false),
                word => word.to_ascii_lowercase().parse().ok(),
            },
            _ => None,
        }
    }
}

impl FromJson for Value {
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        Some(match scalar {
            Scalar::Null => Self::Null,
            Scalar::Bool(value) => value.into(),
            Scalar::Integer(number) => number.into(),
            Scalar::Large(number) => number.into(),
            Scalar::Float(number) => number.into(),
            Scalar::Text(text) => text.into(),
        })
    }

    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        let mut members = Map::new();
        let mut value = None;
        while let Some(name) = object.next(&mut value)? {
            // Untyped values keep their nulls.
            members.insert(name, value.take().unwrap_or(Self::Null));
        }
        *place = Some(Self::Object(members));
        Ok(())
    }

    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        let mut items = Vec::new();
        let mut item = None;
        while array.next(&mut item)? {
            items.push(item.take().unwrap_or(Self::Null));
        }
        *place = Some(Self::Array(items));
        Ok(())
    }
}
