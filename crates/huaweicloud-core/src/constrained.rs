//! Request values that keep their documented rule, so that a wrong call fails before it is sent.
//!
//! Each type is built with `try_from` (which the generated builders do for you) and says in one sentence what rule a
//! value broke.

use std::{fmt, ops::Deref};

use serde::{Deserialize, Deserializer, Serialize};
use serde_json::Value;

use crate::{
    Json, ToJson,
    strict::{self, Refusal, Strict},
};

/// A value broke the documented rule of a parameter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation(String);

impl Violation {
    /// From a sentence that goes on after the name of the parameter: "must …, got …".
    #[must_use]
    pub fn new(sentence: impl Into<String>) -> Self {
        Self(sentence.into())
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Violation {}

impl From<String> for Violation {
    fn from(sentence: String) -> Self {
        Self(sentence)
    }
}

impl From<&str> for Violation {
    fn from(sentence: &str) -> Self {
        Self(sentence.to_owned())
    }
}

/// An integer from `MIN` to `MAX`, both included.
///
/// ```
/// use huaweicloud_core::Bounded;
///
/// let limit: Bounded<0, 100> = 50.try_into()?;
/// assert_eq!(limit.get(), 50);
/// let error = Bounded::<0, 100>::try_from(101_i64).unwrap_err();
/// assert_eq!(error.to_string(), "must be from 0 to 100, got 101");
/// # Ok::<(), huaweicloud_core::Violation>(())
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
#[serde(transparent)]
pub struct Bounded<const MIN: i64, const MAX: i64>(i64);

impl<const MIN: i64, const MAX: i64> Bounded<MIN, MAX> {
    /// The number.
    #[must_use]
    pub fn get(self) -> i64 {
        self.0
    }

    fn check(number: impl Into<i128>) -> Result<Self, Violation> {
        check_range(number.into(), MIN, MAX).map(Self)
    }
}

pub(crate) fn check_range(number: i128, min: i64, max: i64) -> Result<i64, Violation> {
    match i64::try_from(number) {
        Ok(number) if (min..=max).contains(&number) => Ok(number),
        _ => Err(Violation(match (min, max) {
            (i64::MIN, _) => format!("must be at most {max}, got {number}"),
            (_, i64::MAX) => format!("must be at least {min}, got {number}"),
            _ => format!("must be from {min} to {max}, got {number}"),
        })),
    }
}

macro_rules! bounded_from {
    ($($integer:ty),*) => {$(
        impl<const MIN: i64, const MAX: i64> TryFrom<$integer> for Bounded<MIN, MAX> {
            type Error = Violation;

            fn try_from(number: $integer) -> Result<Self, Violation> {
                Self::check(number)
            }
        }
    )*};
}
bounded_from!(i8, i16, i32, i64, u8, u16, u32, u64);

impl<const MIN: i64, const MAX: i64> TryFrom<usize> for Bounded<MIN, MAX> {
    type Error = Violation;

    fn try_from(number: usize) -> Result<Self, Violation> {
        Self::check(number as u64)
    }
}

impl<const MIN: i64, const MAX: i64> From<Bounded<MIN, MAX>> for i64 {
    fn from(number: Bounded<MIN, MAX>) -> Self {
        number.0
    }
}

impl<const MIN: i64, const MAX: i64> fmt::Display for Bounded<MIN, MAX> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

impl<const MIN: i64, const MAX: i64> ToJson for Bounded<MIN, MAX> {
    fn to_json(&self) -> Json<'_> {
        Json::Integer(self.0)
    }
}

impl<const MIN: i64, const MAX: i64> Strict for Bounded<MIN, MAX> {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        Self::check(i64::from_json(value)?).map_err(Refusal::new)
    }
}

impl<'de, const MIN: i64, const MAX: i64> Deserialize<'de> for Bounded<MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::deserialize(deserializer)
    }
}

/// Shows a value in a message, cut when it is long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", &text[..end]),
    }
}

pub(crate) fn check_length(text: &str, min: usize, max: usize) -> Result<(), Violation> {
    let length = text.chars().count();
    if (min..=max).contains(&length) {
        return Ok(());
    }
    let rule = match (min, max) {
        (min, max) if min == max => format!("must have {min} characters"),
        (min, usize::MAX) => format!("must have at least {min} characters"),
        (0, max) => format!("must have at most {max} characters"),
        (min, max) => format!("must have {min} to {max} characters"),
    };
    Err(Violation(format!("{rule}, got {length}: {}", shown(text))))
}

macro_rules! text_type {
    ($(#[$doc:meta])* $name:ident, $check:expr) => {
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize)]
        #[serde(transparent)]
        pub struct $name<const MIN: usize, const MAX: usize>(String);

        impl<const MIN: usize, const MAX: usize> $name<MIN, MAX> {
            /// The text.
            #[must_use]
            pub fn as_str(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> TryFrom<String> for $name<MIN, MAX> {
            type Error = Violation;

            fn try_from(text: String) -> Result<Self, Violation> {
                check_length(&text, MIN, MAX)?;
                let check: fn(&str) -> Result<(), Violation> = $check;
                check(&text)?;
                Ok(Self(text))
            }
        }

        impl<const MIN: usize, const MAX: usize> TryFrom<&String> for $name<MIN, MAX> {
            type Error = Violation;

            fn try_from(text: &String) -> Result<Self, Violation> {
                Self::try_from(text.clone())
            }
        }

        impl<const MIN: usize, const MAX: usize> TryFrom<&str> for $name<MIN, MAX> {
            type Error = Violation;

            fn try_from(text: &str) -> Result<Self, Violation> {
                Self::try_from(text.to_owned())
            }
        }

        impl<const MIN: usize, const MAX: usize> Deref for $name<MIN, MAX> {
            type Target = str;

            fn deref(&self) -> &str {
                &self.0
            }
        }

        impl<const MIN: usize, const MAX: usize> fmt::Display for $name<MIN, MAX> {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str(&self.0)
            }
        }

        impl<const MIN: usize, const MAX: usize> ToJson for $name<MIN, MAX> {
            fn to_json(&self) -> Json<'_> {
                Json::Text(self.as_str().into())
            }
        }

        impl<const MIN: usize, const MAX: usize> Strict for $name<MIN, MAX> {
            fn from_json(value: &Value) -> Result<Self, Refusal> {
                Self::try_from(String::from_json(value)?).map_err(Refusal::new)
            }
        }

        impl<'de, const MIN: usize, const MAX: usize> Deserialize<'de> for $name<MIN, MAX> {
            fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                strict::deserialize(deserializer)
            }
        }
    };
}

text_type!(
    /// A text of `MIN` to `MAX` characters.
    ///
    /// ```
    /// use huaweicloud_core::BoundedText;
    ///
    /// assert!(BoundedText::<1, 5>::try_from("abcde").is_ok());
    /// let error = BoundedText::<1, 5>::try_from("").unwrap_err();
    /// assert_eq!(error.to_string(), "must have 1 to 5 characters, got 0: \"\"");
    /// ```
    BoundedText,
    |_| Ok(())
);

text_type!(
    /// A text of `MIN` to `MAX` characters that is one segment of a path: no `/`, no `\`, no control character, and
    /// neither `.` nor `..`.
    ///
    /// The gateway decodes a path before it checks the signature, so an encoded slash in an id could never verify.
    ///
    /// ```
    /// use huaweicloud_core::PathText;
    ///
    /// assert!(PathText::<1, 64>::try_from("CS 1").is_ok());
    /// let error = PathText::<1, 64>::try_from("CS/1").unwrap_err();
    /// assert_eq!(error.to_string(), "must not contain '/', got \"CS/1\"");
    /// ```
    PathText,
    check_segment
);

fn check_segment(text: &str) -> Result<(), Violation> {
    if let Some(bad) = text.chars().find(|c| matches!(c, '/' | '\\') || c.is_control()) {
        return Err(Violation(format!("must not contain {bad:?}, got {}", shown(text))));
    }
    if matches!(text, "." | "..") {
        return Err(Violation(format!("must not be a relative path, got {text:?}")));
    }
    Ok(())
}

text_type!(
    /// A text of `MIN` to `MAX` ASCII letters and digits.
    ///
    /// ```
    /// use huaweicloud_core::Alphanumeric;
    ///
    /// assert!(Alphanumeric::<4, 4>::try_from("00ff").is_ok());
    /// let error = Alphanumeric::<4, 4>::try_from("00f-").unwrap_err();
    /// assert_eq!(error.to_string(), "must hold letters and digits only, got \"00f-\"");
    /// ```
    Alphanumeric,
    |text| {
        if text.chars().all(|c| c.is_ascii_alphanumeric()) {
            Ok(())
        } else {
            Err(Violation(format!("must hold letters and digits only, got {}", shown(text))))
        }
    }
);

/// A list of `MIN` to `MAX` items. Unlike a list that is left out, an empty one is sent as `[]`.
///
/// ```
/// use huaweicloud_core::{BoundedList, BoundedText};
///
/// let values: BoundedList<BoundedText<0, 9>, 1, 2> = ["a", "b"].try_into()?;
/// assert_eq!(values.len(), 2);
/// let error = BoundedList::<String, 1, 2>::try_from(Vec::<String>::new()).unwrap_err();
/// assert_eq!(error.to_string(), "must hold 1 to 2 items, got 0");
/// # Ok::<(), huaweicloud_core::Violation>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct BoundedList<T, const MIN: usize = 0, const MAX: usize = { usize::MAX }>(Vec<T>);

impl<T, const MIN: usize, const MAX: usize> BoundedList<T, MIN, MAX> {
    fn collect<U, E: fmt::Display>(items: impl IntoIterator<Item = U>) -> Result<Self, Violation>
    where
        U: TryInto<T, Error = E>,
    {
        let mut list = Vec::new();
        for (index, item) in items.into_iter().enumerate() {
            list.push(item.try_into().map_err(|error| Violation(format!("[{index}] {error}")))?);
        }
        Self::check(list)
    }

    fn check(items: Vec<T>) -> Result<Self, Violation> {
        check_count(items.len(), MIN, MAX)?;
        Ok(Self(items))
    }
}

fn check_count(count: usize, min: usize, max: usize) -> Result<(), Violation> {
    if (min..=max).contains(&count) {
        return Ok(());
    }
    Err(Violation(match (min, max) {
        (min, usize::MAX) => format!("must hold at least {min} items, got {count}"),
        (0, max) => format!("must hold at most {max} items, got {count}"),
        (min, max) => format!("must hold {min} to {max} items, got {count}"),
    }))
}

impl<T, const MIN: usize, const MAX: usize> Deref for BoundedList<T, MIN, MAX> {
    type Target = [T];

    fn deref(&self) -> &[T] {
        &self.0
    }
}

impl<T, const MIN: usize, const MAX: usize> IntoIterator for BoundedList<T, MIN, MAX> {
    type Item = T;
    type IntoIter = std::vec::IntoIter<T>;

    fn into_iter(self) -> Self::IntoIter {
        self.0.into_iter()
    }
}

impl<T, U, const MIN: usize, const MAX: usize> TryFrom<Vec<U>> for BoundedList<T, MIN, MAX>
where
    U: TryInto<T>,
    U::Error: fmt::Display,
{
    type Error = Violation;

    fn try_from(items: Vec<U>) -> Result<Self, Violation> {
        Self::collect(items)
    }
}

impl<T, U, const N: usize, const MIN: usize, const MAX: usize> TryFrom<[U; N]> for BoundedList<T, MIN, MAX>
where
    U: TryInto<T>,
    U::Error: fmt::Display,
{
    type Error = Violation;

    fn try_from(items: [U; N]) -> Result<Self, Violation> {
        Self::collect(items)
    }
}

impl<T: ToJson, const MIN: usize, const MAX: usize> ToJson for BoundedList<T, MIN, MAX> {
    fn to_json(&self) -> Json<'_> {
        self.0.as_slice().to_json()
    }
}

impl<T: Strict, const MIN: usize, const MAX: usize> Strict for BoundedList<T, MIN, MAX> {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        Self::check(strict::items(value)?).map_err(Refusal::new)
    }
}

impl<'de, T: Strict, const MIN: usize, const MAX: usize> Deserialize<'de> for BoundedList<T, MIN, MAX> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::deserialize(deserializer)
    }
}

/// Declares an enum over the documented values of a text, with the lengths of other values (`0..=20`), or `closed` where
/// there are no others.
///
/// A request takes the documented values and others of these lengths (`TryFrom<&str>`, `Deserialize`), which become
/// `Unknown`. A response keeps any value.
#[doc(hidden)]
#[macro_export]
macro_rules! values {
    ($(#[$meta:meta])* pub enum $name:ident [$($rule:tt)*] {
        $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A value that the documents do not know, kept as it is.
            Unknown(String),
        }

        impl $name {
            /// The documented values.
            pub const VALUES: &'static [&'static str] = &[$($text),+];

            /// The value as it goes over the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }

            fn known(text: &str) -> Option<Self> {
                match text {
                    $($text => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl TryFrom<&str> for $name {
            type Error = $crate::Violation;

            fn try_from(text: &str) -> Result<Self, $crate::Violation> {
                match Self::known(text) {
                    Some(known) => Ok(known),
                    None => {
                        $crate::strict::other_text($crate::others!($($rule)*), Self::VALUES, text)?;
                        Ok(Self::Unknown(text.to_owned()))
                    }
                }
            }
        }

        impl TryFrom<String> for $name {
            type Error = $crate::Violation;

            fn try_from(text: String) -> Result<Self, $crate::Violation> {
                Self::try_from(text.as_str())
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::ToJson for $name {
            fn to_json(&self) -> $crate::Json<'_> {
                $crate::Json::Text(self.as_str().into())
            }
        }

        impl $crate::strict::Strict for $name {
            fn from_json(value: &$crate::serde_json::Value) -> Result<Self, $crate::strict::Refusal> {
                $crate::strict::given_text(value, |text| Self::try_from(text))
            }
        }

        impl $crate::lenient::Lenient for $name {
            fn from_scalar(scalar: $crate::lenient::Scalar<'_>) -> Option<Self> {
                let text: String = $crate::lenient::word(scalar)?;
                Some(Self::known(&text).unwrap_or(Self::Unknown(text)))
            }
        }

        $crate::enum_in_serde!($name);
    };
}

/// Declares an enum over the documented codes of an integer, with the range of other codes, or `closed` where there are
/// no others.
///
/// A request takes the documented codes and others of this range, which become `Unknown`. A response keeps any code.
#[doc(hidden)]
#[macro_export]
macro_rules! codes {
    ($(#[$meta:meta])* pub enum $name:ident [$($rule:tt)*] {
        $($(#[$variant_meta:meta])* $variant:ident = $code:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// A code that the documents do not know, kept as it is.
            Unknown(i64),
        }

        impl $name {
            /// The documented codes.
            pub const VALUES: &'static [i64] = &[$($code),+];

            /// The code as it goes over the wire.
            #[must_use]
            pub fn code(self) -> i64 {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Unknown(code) => code,
                }
            }

            fn known(code: i64) -> Option<Self> {
                match code {
                    $($code => Some(Self::$variant),)+
                    _ => None,
                }
            }
        }

        impl TryFrom<i64> for $name {
            type Error = $crate::Violation;

            fn try_from(code: i64) -> Result<Self, $crate::Violation> {
                match Self::known(code) {
                    Some(known) => Ok(known),
                    None => $crate::strict::other_code($crate::others!($($rule)*), Self::VALUES, code).map(Self::Unknown),
                }
            }
        }

        impl TryFrom<i32> for $name {
            type Error = $crate::Violation;

            fn try_from(code: i32) -> Result<Self, $crate::Violation> {
                Self::try_from(i64::from(code))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.code(), f)
            }
        }

        impl $crate::ToJson for $name {
            fn to_json(&self) -> $crate::Json<'_> {
                $crate::Json::Integer(self.code())
            }
        }

        impl $crate::strict::Strict for $name {
            fn from_json(value: &$crate::serde_json::Value) -> Result<Self, $crate::strict::Refusal> {
                $crate::strict::given_code(value, |code| Self::try_from(code))
            }
        }

        impl $crate::lenient::Lenient for $name {
            fn from_scalar(scalar: $crate::lenient::Scalar<'_>) -> Option<Self> {
                let code = <i64 as $crate::lenient::Lenient>::from_scalar(scalar)?;
                Some(Self::known(code).unwrap_or(Self::Unknown(code)))
            }
        }

        $crate::enum_in_serde!($name);
    };
}

/// Which values beside the documented ones a request takes: a range of lengths or of codes, or none.
#[doc(hidden)]
#[macro_export]
macro_rules! others {
    (closed) => {
        None
    };
    ($($low:literal)? ..) => {
        Some((None$(.or(Some($low)))?, None))
    };
    ($($low:literal)? ..= $high:literal) => {
        Some((None$(.or(Some($low)))?, Some($high)))
    };
}

/// How an enum goes through any format of serde.
#[doc(hidden)]
#[macro_export]
macro_rules! enum_in_serde {
    ($name:ident) => {
        impl $crate::serde::Serialize for $name {
            fn serialize<S: $crate::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::serde::Serialize::serialize(&$crate::ToJson::to_json(self), serializer)
            }
        }

        impl<'de> $crate::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::strict::deserialize(deserializer)
            }
        }
    };
}
