//! Reading JSON into generated models, tolerantly: one surprising member must not cost a page of records.
//!
//! The idea: whoever reads JSON knows what comes, whoever owns a field knows what fits. So the reader hands every value
//! to a [`Place`], which takes whatever JSON comes: a scalar, or a reader of an object or an array that it may follow.
//! A scalar of another kind is converted where nothing is lost; what cannot be the value at all leaves the place empty,
//! and the raw body still has it ([`Response::body`](crate::Response::body)).
//!
//! [`FromJson`] says how a type fills its place, and a generated model ([`ReadObject`]) lists its members with their
//! places. Both are trait objects, so the code that reads JSON is compiled once and not for every type.

use std::{cell::RefCell, collections::BTreeMap, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use super::list::List;
use crate::secret::Secret;

/// A value of JSON that holds no others.
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
    /// A text.
    Text(&'a str),
}

/// The JSON itself is broken; the reader knows how.
#[derive(Debug)]
pub struct Malformed;

/// An object of JSON that is being read.
pub trait ObjectReader {
    /// Reads each member into the field of its name; others are left out.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn members(&mut self, names: &[&str], fields: &mut [&mut dyn Place]) -> Result<(), Malformed>;

    /// Reads the next member into a field; gives its name, or nothing after the last.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn next(&mut self, field: &mut dyn Place) -> Result<Option<String>, Malformed>;
}

/// An array of JSON that is being read.
pub trait ArrayReader {
    /// Reads the next item into a field; gives whether there was one.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn next(&mut self, field: &mut dyn Place) -> Result<bool, Malformed>;
}

/// A place that takes whatever JSON comes.
pub trait Place {
    /// Takes a scalar.
    fn scalar(&mut self, scalar: Scalar<'_>);

    /// Takes an object.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed>;

    /// Takes an array.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed>;
}

/// A type that a field of a response can have. `None` means that what came is not such a value.
pub trait FromJson: Sized {
    /// From a scalar, but null.
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self>;

    /// From an object, in its place: moving a large type costs more than reading it.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        *place = None;
        Ignored.object(object)
    }

    /// From an array, in its place.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        *place = None;
        Ignored.array(array)
    }
}

/// A generated response type.
pub trait ReadObject {
    /// Reads the members of an object into the fields.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn read(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed>;
}

/// Makes a generated model one that is read tolerantly, also where it arrives packed into a text as some operations send
/// it, and written.
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

/// Makes a generated model the body of a response, with the fields that come from headers.
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

/// The name of a member in JSON: that of the field unless it is another.
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

/// Reads a header.
#[doc(hidden)]
#[must_use]
pub fn header<T: FromJson>(headers: &http::HeaderMap, name: &str) -> Option<T> {
    T::from_scalar(Scalar::Text(headers.get(name)?.to_str().ok()?))
}

/// One word as text; a number is such a word too.
#[doc(hidden)]
#[must_use]
pub fn word(scalar: Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Text(_) | Scalar::Integer(_) => String::from_scalar(scalar),
        _ => None,
    }
}

/// Reads an object that arrived packed into a text.
#[doc(hidden)]
#[must_use]
pub fn packed<T: FromJson>(scalar: Scalar<'_>) -> Option<T> {
    let mut found = None;
    if unpack(scalar, &mut found) { found } else { None }
}

/// Reads an object that arrived packed into a text into a field; gives whether it was one.
fn unpack(scalar: Scalar<'_>, field: &mut dyn Place) -> bool {
    let Scalar::Text(text) = scalar else { return false };
    let text = text.trim_start();
    // A text within the text would only be unpacked again.
    if !text.starts_with('{') {
        return false;
    }
    // From bytes, as responses are: the code for it is there already.
    let mut json = serde_json::Deserializer::from_slice(text.as_bytes());
    Reading::new(field, &JsonPath::default()).deserialize(&mut json).and_then(|()| json.end()).is_ok()
}

/// Reads a response type from any format of serde.
///
/// # Errors
/// When there is no such value.
#[doc(hidden)]
pub fn deserialize<'de, T: FromJson, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut found = None;
    Reading::new(&mut found, &JsonPath::default()).deserialize(deserializer)?;
    found.ok_or_else(|| D::Error::custom("must be a JSON object"))
}

/// Where reading failed: the steps from the innermost to the outermost.
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

/// Such as `result.record[7]`.
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

/// Hears the members of the outermost object before they are read.
pub(crate) trait Observer {
    /// Whether to hear this member.
    fn observes(&self, name: &str) -> bool;
    /// A member.
    fn observe(&mut self, name: &str, value: &Value);
}

/// Reads any JSON into a field.
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

/// An object as serde gives it. The field that reads it sees no type of serde, so errors wait here.
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

/// A member's name: which of the known names it is, and itself if somebody wants to hear the member.
struct Name<'n> {
    names: &'n [&'n str],
    /// The one that would come next in the order of the page, which most responses keep.
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

/// An array as serde gives it.
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

/// A field for what nobody wants.
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

/// Items that are null or no such value are left out. A lone object where the list belongs is its only item.
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

/// A list of a request: items that are null or no such value are left out.
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

/// A text keeps whatever it is given: other scalars as they print, objects and arrays as JSON.
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
        // 2^53: beyond it a float no longer says which integer was meant.
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
            // What no type describes keeps its nulls.
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
