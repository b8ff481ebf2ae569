//! Tolerance: one surprising field must not cost a page of records.
//!
//! Every field of a generated response type is a [`Field`] that takes whatever JSON comes. A scalar of another kind is
//! converted where nothing is lost; what cannot be the field's value at all leaves it empty, and the answer's raw body
//! still has it ([`Response::body`](crate::Response::body)).
//!
//! Fields are read through trait objects, so that the code that reads JSON is compiled once and not for every type.

use std::{cell::RefCell, collections::BTreeMap, fmt};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::{Map, Value};

use crate::List;

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
pub struct Broken;

/// An object of JSON that is being read.
pub trait ObjectReader {
    /// Reads each member into the field of its name; others are left out.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn members(&mut self, names: &[&str], fields: &mut [&mut dyn Field]) -> Result<(), Broken>;

    /// Reads the next member into a field; gives its name, or nothing after the last.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn next(&mut self, field: &mut dyn Field) -> Result<Option<String>, Broken>;
}

/// An array of JSON that is being read.
pub trait ArrayReader {
    /// Reads the next item into a field; gives whether there was one.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn next(&mut self, field: &mut dyn Field) -> Result<bool, Broken>;
}

/// A place that takes whatever JSON comes.
pub trait Field {
    /// Takes a scalar.
    fn scalar(&mut self, scalar: Scalar<'_>);

    /// Takes an object.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Broken>;

    /// Takes an array.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Broken>;
}

/// A type that a field of a response can have. `None` means that what came is no such value.
pub trait Lenient: Sized {
    /// From a scalar, but null.
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self>;

    /// From an object, in its place: moving a large type costs more than reading it.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Broken> {
        *place = None;
        Ignored.object(object)
    }

    /// From an array, in its place.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Broken> {
        *place = None;
        Ignored.array(array)
    }
}

/// A generated response type.
pub trait Object {
    /// Reads the members of an object into the fields.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    fn read(&mut self, object: &mut dyn ObjectReader) -> Result<(), Broken>;
}

/// Makes a generated response type one that is read tolerantly and written: an object, also when it arrives packed
/// into a text as some operations send it.
#[doc(hidden)]
#[macro_export]
macro_rules! response {
    ($name:ident { $($field:ident $(= $wire:literal)?),* $(,)? }) => {
        impl $crate::lenient::Object for $name {
            fn read(
                &mut self,
                object: &mut dyn $crate::lenient::ObjectReader,
            ) -> Result<(), $crate::lenient::Broken> {
                object.members(&[$($crate::wire_name!($field $(= $wire)?)),*], &mut [$(&mut self.$field),*])
            }
        }

        impl $crate::lenient::Lenient for $name {
            fn from_scalar(scalar: $crate::lenient::Scalar<'_>) -> Option<Self> {
                $crate::lenient::packed(scalar)
            }

            fn from_object(
                object: &mut dyn $crate::lenient::ObjectReader,
                place: &mut Option<Self>,
            ) -> Result<(), $crate::lenient::Broken> {
                $crate::lenient::Object::read(place.insert(Self::default()), object)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::lenient::deserialize(deserializer)
            }
        }

        $crate::written! { $name { $($field $(= $wire)?),* } }
    };
}

/// Makes a generated response type an [`Answer`](crate::Answer), with the fields that come from headers.
#[doc(hidden)]
#[macro_export]
macro_rules! answer {
    ($name:ident { $($field:ident: $header:literal),* $(,)? }) => {
        impl $crate::Answer for $name {
            fn read_headers(&mut self, headers: &$crate::http::HeaderMap) {
                $(self.$field = $crate::lenient::header(headers, $header);)*
            }
        }
    };
}

/// Reads a header.
#[doc(hidden)]
#[must_use]
pub fn header<T: Lenient>(headers: &http::HeaderMap, name: &str) -> Option<T> {
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
pub fn packed<T: Lenient>(scalar: Scalar<'_>) -> Option<T> {
    let mut found = None;
    if unpack(scalar, &mut found) { found } else { None }
}

/// Reads an object that arrived packed into a text into a field; gives whether it was one.
fn unpack(scalar: Scalar<'_>, field: &mut dyn Field) -> bool {
    let Scalar::Text(text) = scalar else { return false };
    let text = text.trim_start();
    // A text within the text would only be unpacked again.
    if !text.starts_with('{') {
        return false;
    }
    // From bytes, as answers are: the code for it is there already.
    let mut json = serde_json::Deserializer::from_slice(text.as_bytes());
    Reading::new(field, &Trail::default()).deserialize(&mut json).and_then(|()| json.end()).is_ok()
}

/// Reads a response type from any format of serde.
///
/// # Errors
/// When there is no such value.
#[doc(hidden)]
pub fn deserialize<'de, T: Lenient, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut found = None;
    Reading::new(&mut found, &Trail::default()).deserialize(deserializer)?;
    found.ok_or_else(|| D::Error::custom("must be a JSON object"))
}

/// Where reading failed: the steps from the innermost to the outermost.
#[derive(Debug, Default)]
pub(crate) struct Trail(RefCell<Vec<Step>>);

#[derive(Debug)]
enum Step {
    Member(String),
    Item(usize),
}

impl Trail {
    fn add(&self, step: Step) {
        self.0.borrow_mut().push(step);
    }
}

/// Such as `result.record[7]`.
impl fmt::Display for Trail {
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
pub(crate) trait Listener {
    /// Whether to hear this member.
    fn listens_to(&self, name: &str) -> bool;
    /// A member.
    fn hear(&mut self, name: &str, value: &Value);
}

/// Reads any JSON into a field.
pub(crate) struct Reading<'r> {
    field: &'r mut dyn Field,
    trail: &'r Trail,
    listener: Option<&'r mut dyn Listener>,
}

impl<'r> Reading<'r> {
    pub(crate) fn new(field: &'r mut dyn Field, trail: &'r Trail) -> Self {
        Self { field, trail, listener: None }
    }

    pub(crate) fn heard_by(mut self, listener: &'r mut dyn Listener) -> Self {
        self.listener = Some(listener);
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
        let mut reader = Members { access: map, error: None, trail: self.trail, listener: self.listener };
        let outcome = self.field.object(&mut reader);
        outcome.map_err(|Broken| reader.error.unwrap_or_else(|| A::Error::custom("broken")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<(), A::Error> {
        let mut reader = Items { access: array, error: None, trail: self.trail, index: 0 };
        let outcome = self.field.array(&mut reader);
        outcome.map_err(|Broken| reader.error.unwrap_or_else(|| A::Error::custom("broken")))
    }
}

/// An object as serde gives it. The field that reads it sees no type of serde, so errors wait here.
struct Members<'r, 'de, A: MapAccess<'de>> {
    access: A,
    error: Option<A::Error>,
    trail: &'r Trail,
    listener: Option<&'r mut dyn Listener>,
}

impl<'de, A: MapAccess<'de>> Members<'_, 'de, A> {
    fn try_members(&mut self, names: &[&str], fields: &mut [&mut dyn Field]) -> Result<(), A::Error> {
        let access = &mut self.access;
        let mut expected = 0;
        while let Some(name) = access.next_key_seed(Name { names, expected, listener: self.listener.as_deref() })? {
            if let Some(index) = name.index {
                expected = index + 1;
            }
            let field = name.index.and_then(|index| fields.get_mut(index));
            let read = match (name.heard, field) {
                (None, None) => access.next_value::<IgnoredAny>().map(drop),
                (None, Some(field)) => access.next_value_seed(Reading::new(&mut **field, self.trail)),
                (Some(heard), field) => access.next_value().and_then(|value: Value| {
                    if let Some(listener) = &mut self.listener {
                        listener.hear(&heard, &value);
                    }
                    let read = field.map(|field| Reading::new(&mut **field, self.trail).deserialize(value));
                    read.unwrap_or(Ok(())).map_err(A::Error::custom)
                }),
            };
            if let Err(error) = read {
                name.index.into_iter().for_each(|index| self.trail.add(Step::Member(names[index].to_owned())));
                return Err(error);
            }
        }
        Ok(())
    }
}

impl<'de, A: MapAccess<'de>> ObjectReader for Members<'_, 'de, A> {
    fn members(&mut self, names: &[&str], fields: &mut [&mut dyn Field]) -> Result<(), Broken> {
        self.try_members(names, fields).map_err(|error| {
            self.error = Some(error);
            Broken
        })
    }

    fn next(&mut self, field: &mut dyn Field) -> Result<Option<String>, Broken> {
        let mut name = None;
        let read = self.access.next_key::<String>().and_then(|next| {
            name = next;
            match name {
                Some(_) => self.access.next_value_seed(Reading::new(field, self.trail)),
                None => Ok(()),
            }
        });
        match read {
            Ok(()) => Ok(name),
            Err(error) => {
                self.error = Some(error);
                name.into_iter().for_each(|name| self.trail.add(Step::Member(name)));
                Err(Broken)
            }
        }
    }
}

/// A member's name: which of the known names it is, and itself if somebody wants to hear the member.
struct Name<'n> {
    names: &'n [&'n str],
    /// The one that would come next in the order of the page, which most answers keep.
    expected: usize,
    listener: Option<&'n dyn Listener>,
}

struct Found {
    index: Option<usize>,
    heard: Option<String>,
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
        let heard = self.listener.is_some_and(|listener| listener.listens_to(name)).then(|| name.to_owned());
        Ok(Found { index, heard })
    }
}

/// An array as serde gives it.
struct Items<'r, 'de, A: SeqAccess<'de>> {
    access: A,
    error: Option<A::Error>,
    trail: &'r Trail,
    index: usize,
}

impl<'de, A: SeqAccess<'de>> ArrayReader for Items<'_, 'de, A> {
    fn next(&mut self, field: &mut dyn Field) -> Result<bool, Broken> {
        match self.access.next_element_seed(Reading::new(field, self.trail)) {
            Ok(found) => {
                self.index += 1;
                Ok(found.is_some())
            }
            Err(error) => {
                self.error = Some(error);
                self.trail.add(Step::Item(self.index));
                Err(Broken)
            }
        }
    }
}

/// A field for what nobody wants.
pub(crate) struct Ignored;

impl Field for Ignored {
    fn scalar(&mut self, _: Scalar<'_>) {}

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Broken> {
        object.members(&[], &mut [])
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Broken> {
        while array.next(self)? {}
        Ok(())
    }
}

impl<T: Lenient> Field for Option<T> {
    fn scalar(&mut self, scalar: Scalar<'_>) {
        *self = if scalar == Scalar::Null { None } else { T::from_scalar(scalar) };
    }

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Broken> {
        T::from_object(object, self)
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Broken> {
        T::from_array(array, self)
    }
}

impl<T: Lenient> Field for List<T> {
    fn scalar(&mut self, _: Scalar<'_>) {
        *self = Self::default();
    }

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Broken> {
        let mut list = None;
        Self::from_object(object, &mut list)?;
        *self = list.unwrap_or_default();
        Ok(())
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Broken> {
        let mut list = None;
        Self::from_array(array, &mut list)?;
        *self = list.unwrap_or_default();
        Ok(())
    }
}

/// Items that are null or no such value are left out. A lone object where the list belongs is its only item.
impl<T: Lenient> Lenient for List<T> {
    fn from_scalar(_: Scalar<'_>) -> Option<Self> {
        None
    }

    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Broken> {
        let mut item = None;
        T::from_object(object, &mut item)?;
        *place = item.map(|item| Self::from(vec![item]));
        Ok(())
    }

    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Broken> {
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

impl<T: Lenient> Lenient for BTreeMap<String, T> {
    fn from_scalar(_: Scalar<'_>) -> Option<Self> {
        None
    }

    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Broken> {
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
impl Lenient for String {
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

    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Broken> {
        let mut value = None;
        Value::from_object(object, &mut value)?;
        *place = value.map(|value| value.to_string());
        Ok(())
    }

    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Broken> {
        let mut value = None;
        Value::from_array(array, &mut value)?;
        *place = value.map(|value| value.to_string());
        Ok(())
    }
}

impl Lenient for i64 {
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

impl Lenient for f64 {
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

impl Lenient for bool {
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

impl Lenient for Value {
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

    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Broken> {
        let mut members = Map::new();
        let mut value = None;
        while let Some(name) = object.next(&mut value)? {
            // What no type describes keeps its nulls.
            members.insert(name, value.take().unwrap_or(Self::Null));
        }
        *place = Some(Self::Object(members));
        Ok(())
    }

    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Broken> {
        let mut items = Vec::new();
        let mut item = None;
        while array.next(&mut item)? {
            items.push(item.take().unwrap_or(Self::Null));
        }
        *place = Some(Self::Array(items));
        Ok(())
    }
}
