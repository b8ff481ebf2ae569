//! The types of fields: how each is created from JSON.

use std::collections::BTreeMap;

use serde_json::{Map, Value};

use super::{
    list::List,
    place::{ArrayReader, FromJson, Malformed, ObjectReader, Place, Scalar},
};
use crate::secret::Secret;

/// Returns a string or an integer as a string.
#[doc(hidden)]
#[must_use]
pub fn word(scalar: Scalar<'_>) -> Option<String> {
    match scalar {
        Scalar::Text(_) | Scalar::Integer(_) => String::from_scalar(scalar),
        _ => None,
    }
}

/// The memory that a text takes besides its bytes, which the allocator rounds up.
const ALLOCATION: usize = 32;

/// Takes the memory from the budget of the document with which a list is about to grow.
fn take_growth<T>(items: &Vec<T>, array: &mut dyn ArrayReader) -> Result<(), Malformed> {
    let is_full = items.len() == items.capacity();
    if is_full { array.take(items.capacity().max(4) * (size_of::<T>() + ALLOCATION)) } else { Ok(()) }
}

/// Takes the memory of a member of a map from the budget of the document.
fn take_member<T>(object: &mut dyn ObjectReader) -> Result<(), Malformed> {
    // The nodes of a map are half empty at worst.
    object.take(2 * (size_of::<String>() + size_of::<T>()) + ALLOCATION)
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
                take_growth(&items, array)?;
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
            take_member::<T>(object)?;
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
        // 2^53: from there on, a float no longer identifies one integer.
        const EXACT: f64 = 9_007_199_254_740_992.0;
        match scalar {
            Scalar::Integer(number) => Some(number),
            #[expect(clippy::cast_possible_truncation, reason = "whole and within the exact range")]
            Scalar::Float(number) => (number.fract() == 0.0 && number.abs() < EXACT).then_some(number as i64),
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
            // `NaN` and `inf` are floats in Rust, but not in JSON.
            Scalar::Text(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
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
            take_member::<Self>(object)?;
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
            take_growth(&items, array)?;
            items.push(item.take().unwrap_or(Self::Null));
        }
        *place = Some(Self::Array(items));
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_are_converted_only_if_nothing_is_lost() {
        let integer = |scalar| i64::from_scalar(scalar);
        assert_eq!(integer(Scalar::Float(7.0)), Some(7));
        assert_eq!(integer(Scalar::Float(9_007_199_254_740_991.0)), Some(9_007_199_254_740_991));
        for lost in [9_007_199_254_740_992.0, 7.5, -9.1e15, f64::MAX] {
            assert_eq!(integer(Scalar::Float(lost)), None, "{lost}");
        }
        assert_eq!((integer(Scalar::Text(" 7 ")), integer(Scalar::Text("7.0"))), (Some(7), None));
        assert_eq!(f64::from_scalar(Scalar::Text("1.5")), Some(1.5));
        for text in ["NaN", "inf", "-infinity", "1e999"] {
            assert_eq!(f64::from_scalar(Scalar::Text(text)), None, "{text}");
        }
    }
}
