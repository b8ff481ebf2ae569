//! Tolerance: one surprising field must not cost a page of records.
//!
//! Generated response types read every field through [`field`] or [`list`]. A scalar of another kind is converted
//! where nothing is lost; what cannot be the field's value at all leaves the field empty, and the answer's raw body
//! still has it ([`Response::body`](crate::Response::body)).

use std::{collections::BTreeMap, fmt, marker::PhantomData};

use serde::{
    Deserialize, Deserializer,
    de::{DeserializeOwned, IgnoredAny, MapAccess, SeqAccess, Visitor, value::MapAccessDeserializer},
};
use serde_json::Value;

use crate::List;

/// A type that a field of a response can have.
///
/// Each method gets what the answer holds in one JSON shape; `None` means that this shape is no such value.
pub trait Lenient: Sized {
    /// From a text.
    #[inline]
    fn from_text(_text: &str) -> Option<Self> {
        None
    }

    /// From a text that is already owned.
    #[inline]
    fn from_string(text: String) -> Option<Self> {
        Self::from_text(&text)
    }

    /// From an integer.
    #[inline]
    fn from_integer(_number: i64) -> Option<Self> {
        None
    }

    /// From an integer too large for `i64`.
    #[inline]
    fn from_large_integer(_number: u64) -> Option<Self> {
        None
    }

    /// From a number with a fraction or an exponent.
    #[inline]
    fn from_float(_number: f64) -> Option<Self> {
        None
    }

    /// From `true` or `false`.
    #[inline]
    fn from_bool(_value: bool) -> Option<Self> {
        None
    }

    /// From an object.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    #[inline]
    fn from_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        while object.next_entry::<IgnoredAny, IgnoredAny>()?.is_some() {}
        Ok(None)
    }

    /// From an array.
    ///
    /// # Errors
    /// When the JSON itself is broken.
    #[inline]
    fn from_array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Option<Self>, A::Error> {
        while array.next_element::<IgnoredAny>()?.is_some() {}
        Ok(None)
    }
}

/// Reads an optional field: `#[serde(default, deserialize_with = "huaweicloud_core::lenient::field")]`.
///
/// # Errors
/// Only when the JSON itself is broken.
#[inline]
pub fn field<'de, D: Deserializer<'de>, T: Lenient>(deserializer: D) -> Result<Option<T>, D::Error> {
    deserializer.deserialize_any(AnyShape(PhantomData))
}

/// Reads a list: `#[serde(default, deserialize_with = "huaweicloud_core::lenient::list")]`.
///
/// # Errors
/// Only when the JSON itself is broken.
#[inline]
pub fn list<'de, D: Deserializer<'de>, T: Lenient>(deserializer: D) -> Result<List<T>, D::Error> {
    field(deserializer).map(Option::unwrap_or_default)
}

/// Makes a generated response type a [`Lenient`] one: an object, read through its own `Deserialize`, also when it
/// arrives packed into a text as some operations send it.
#[doc(hidden)]
#[macro_export]
macro_rules! lenient_object {
    ($name:ident) => {
        impl $crate::lenient::Lenient for $name {
            fn from_text(text: &str) -> Option<Self> {
                $crate::lenient::packed(text)
            }

            #[inline]
            fn from_object<'de, A: $crate::serde::de::MapAccess<'de>>(object: A) -> Result<Option<Self>, A::Error> {
                let object = $crate::serde::de::value::MapAccessDeserializer::new(object);
                $crate::serde::Deserialize::deserialize(object).map(Some)
            }
        }
    };
}

/// Makes a generated response type an [`Answer`](crate::Answer), with the fields that come from headers.
#[doc(hidden)]
#[macro_export]
macro_rules! answer {
    ($name:ident { $($field:ident: $header:literal),* }) => {
        impl $crate::Answer for $name {
            fn read_headers(&mut self, headers: &$crate::http::HeaderMap) {
                let _ = headers;
                $(
                    self.$field =
                        headers.get($header).and_then(|value| value.to_str().ok()).and_then($crate::lenient::Lenient::from_text);
                )*
            }
        }
    };
}

/// Reads an object that arrived packed into a text.
#[doc(hidden)]
#[must_use]
pub fn packed<T: DeserializeOwned>(text: &str) -> Option<T> {
    // From bytes, as answers are: the code for it is there already.
    serde_json::from_slice(text.as_bytes()).ok()
}

struct AnyShape<T>(PhantomData<T>);

impl<'de, T: Lenient> Visitor<'de> for AnyShape<T> {
    type Value = Option<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    #[inline]
    fn visit_str<E>(self, text: &str) -> Result<Self::Value, E> {
        Ok(T::from_text(text))
    }

    #[inline]
    fn visit_string<E>(self, text: String) -> Result<Self::Value, E> {
        Ok(T::from_string(text))
    }

    #[inline]
    fn visit_i64<E>(self, number: i64) -> Result<Self::Value, E> {
        Ok(T::from_integer(number))
    }

    #[inline]
    fn visit_u64<E>(self, number: u64) -> Result<Self::Value, E> {
        Ok(match i64::try_from(number) {
            Ok(number) => T::from_integer(number),
            Err(_) => T::from_large_integer(number),
        })
    }

    #[inline]
    fn visit_f64<E>(self, number: f64) -> Result<Self::Value, E> {
        Ok(T::from_float(number))
    }

    #[inline]
    fn visit_bool<E>(self, value: bool) -> Result<Self::Value, E> {
        Ok(T::from_bool(value))
    }

    #[inline]
    fn visit_unit<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    #[inline]
    fn visit_none<E>(self) -> Result<Self::Value, E> {
        Ok(None)
    }

    #[inline]
    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<Self::Value, D::Error> {
        field(deserializer)
    }

    #[inline]
    fn visit_map<A: MapAccess<'de>>(self, object: A) -> Result<Self::Value, A::Error> {
        T::from_object(object)
    }

    #[inline]
    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<Self::Value, A::Error> {
        T::from_array(array)
    }
}

/// A text keeps whatever it is given: other scalars as they print, objects and arrays as JSON.
impl Lenient for String {
    #[inline]
    fn from_text(text: &str) -> Option<Self> {
        Some(text.to_owned())
    }

    #[inline]
    fn from_string(text: String) -> Option<Self> {
        Some(text)
    }

    #[inline]
    fn from_integer(number: i64) -> Option<Self> {
        Some(number.to_string())
    }

    #[inline]
    fn from_large_integer(number: u64) -> Option<Self> {
        Some(number.to_string())
    }

    #[inline]
    fn from_float(number: f64) -> Option<Self> {
        Some(Value::from(number).to_string())
    }

    #[inline]
    fn from_bool(value: bool) -> Option<Self> {
        Some(value.to_string())
    }

    #[inline]
    fn from_object<'de, A: MapAccess<'de>>(object: A) -> Result<Option<Self>, A::Error> {
        Ok(Value::from_object(object)?.map(|value| value.to_string()))
    }

    #[inline]
    fn from_array<'de, A: SeqAccess<'de>>(array: A) -> Result<Option<Self>, A::Error> {
        Ok(Value::from_array(array)?.map(|value| value.to_string()))
    }
}

impl Lenient for i64 {
    #[inline]
    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    #[inline]
    fn from_integer(number: i64) -> Option<Self> {
        Some(number)
    }

    #[inline]
    fn from_float(number: f64) -> Option<Self> {
        // 2^53: beyond it a float no longer says which integer was meant.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        #[expect(clippy::cast_possible_truncation, reason = "whole and within the exact range")]
        (number.fract() == 0.0 && number.abs() <= EXACT).then_some(number as i64)
    }
}

impl Lenient for f64 {
    #[inline]
    fn from_text(text: &str) -> Option<Self> {
        text.trim().parse().ok()
    }

    #[expect(clippy::cast_precision_loss, reason = "a float is what the contract says")]
    #[inline]
    fn from_integer(number: i64) -> Option<Self> {
        Some(number as f64)
    }

    #[expect(clippy::cast_precision_loss, reason = "a float is what the contract says")]
    #[inline]
    fn from_large_integer(number: u64) -> Option<Self> {
        Some(number as f64)
    }

    #[inline]
    fn from_float(number: f64) -> Option<Self> {
        Some(number)
    }
}

impl Lenient for bool {
    #[inline]
    fn from_text(text: &str) -> Option<Self> {
        match text.trim() {
            "1" => Some(true),
            "0" => Some(false),
            word => word.to_ascii_lowercase().parse().ok(),
        }
    }

    #[inline]
    fn from_integer(number: i64) -> Option<Self> {
        matches!(number, 0 | 1).then_some(number == 1)
    }

    #[inline]
    fn from_bool(value: bool) -> Option<Self> {
        Some(value)
    }
}

impl Lenient for Value {
    #[inline]
    fn from_text(text: &str) -> Option<Self> {
        Some(text.into())
    }

    #[inline]
    fn from_integer(number: i64) -> Option<Self> {
        Some(number.into())
    }

    #[inline]
    fn from_large_integer(number: u64) -> Option<Self> {
        Some(number.into())
    }

    #[inline]
    fn from_float(number: f64) -> Option<Self> {
        Some(number.into())
    }

    #[inline]
    fn from_bool(value: bool) -> Option<Self> {
        Some(value.into())
    }

    #[inline]
    fn from_object<'de, A: MapAccess<'de>>(object: A) -> Result<Option<Self>, A::Error> {
        Value::deserialize(MapAccessDeserializer::new(object)).map(Some)
    }

    #[inline]
    fn from_array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Option<Self>, A::Error> {
        let mut items = Vec::new();
        while let Some(item) = array.next_element()? {
            items.push(item);
        }
        Ok(Some(Self::Array(items)))
    }
}

impl<T: Lenient> Lenient for BTreeMap<String, T> {
    #[inline]
    fn from_object<'de, A: MapAccess<'de>>(mut object: A) -> Result<Option<Self>, A::Error> {
        let mut map = Self::new();
        while let Some((key, Item(value))) = object.next_entry::<String, Item<T>>()? {
            map.extend(value.map(|value| (key, value)));
        }
        Ok(Some(map))
    }
}

/// Items that are null or no such value are left out. A lone object where the list belongs is its only item.
impl<T: Lenient> Lenient for List<T> {
    #[inline]
    fn from_object<'de, A: MapAccess<'de>>(object: A) -> Result<Option<Self>, A::Error> {
        Ok(T::from_object(object)?.map(|item| Self::from(vec![item])))
    }

    #[inline]
    fn from_array<'de, A: SeqAccess<'de>>(mut array: A) -> Result<Option<Self>, A::Error> {
        let mut items = Vec::with_capacity(array.size_hint().unwrap_or(0).min(1024));
        while let Some(Item(item)) = array.next_element::<Item<T>>()? {
            if let Some(item) = item {
                items.push(item);
            }
        }
        Ok(Some(Self::from(items)))
    }
}

struct Item<T>(Option<T>);

impl<'de, T: Lenient> Deserialize<'de> for Item<T> {
    #[inline]
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        field(deserializer).map(Self)
    }
}
