//! Open enums over documented values: an undocumented value is kept as is.

/// Declares an enum over the documented values of a string.
#[doc(hidden)]
#[macro_export]
macro_rules! __values {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $text:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// An undocumented value, kept as is.
            Unknown(String),
        }

        impl $name {
            /// The documented values.
            pub const VALUES: &'static [&'static str] = &[$($text),+];

            /// Returns the value as sent over the wire.
            #[must_use]
            pub fn as_str(&self) -> &str {
                match self {
                    $(Self::$variant => $text,)+
                    Self::Unknown(text) => text,
                }
            }
        }

        impl From<&str> for $name {
            fn from(text: &str) -> Self {
                match text {
                    $($text => Self::$variant,)+
                    _ => Self::Unknown(text.to_owned()),
                }
            }
        }

        impl From<String> for $name {
            fn from(text: String) -> Self {
                Self::from(text.as_str())
            }
        }

        impl From<$name> for String {
            fn from(value: $name) -> Self {
                value.as_str().to_owned()
            }
        }

        impl ::std::str::FromStr for $name {
            type Err = ::std::convert::Infallible;

            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Ok(Self::from(text))
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $crate::codegen::ToJson for $name {
            fn to_json(&self) -> $crate::codegen::Json<'_> {
                $crate::codegen::Json::Text(self.as_str().into())
            }
        }

        impl $crate::codegen::FromJson for $name {
            fn from_scalar(scalar: $crate::codegen::Scalar<'_>) -> Option<Self> {
                $crate::codegen::word(scalar).map(Self::from)
            }
        }

        $crate::__enum_in_serde!($name);
    };
}

/// Declares an enum over the documented codes of an integer.
#[doc(hidden)]
#[macro_export]
macro_rules! __codes {
    ($(#[$meta:meta])* pub enum $name:ident {
        $($(#[$variant_meta:meta])* $variant:ident = $code:literal,)+
    }) => {
        $(#[$meta])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
        #[non_exhaustive]
        pub enum $name {
            $($(#[$variant_meta])* $variant,)+
            /// An undocumented code, kept as is.
            Unknown(i64),
        }

        impl $name {
            /// The documented codes.
            pub const VALUES: &'static [i64] = &[$($code),+];

            /// Returns the code as sent over the wire.
            #[must_use]
            pub fn code(self) -> i64 {
                match self {
                    $(Self::$variant => $code,)+
                    Self::Unknown(code) => code,
                }
            }
        }

        impl From<i64> for $name {
            fn from(code: i64) -> Self {
                match code {
                    $($code => Self::$variant,)+
                    _ => Self::Unknown(code),
                }
            }
        }

        impl From<i32> for $name {
            fn from(code: i32) -> Self {
                Self::from(i64::from(code))
            }
        }

        impl From<$name> for i64 {
            fn from(value: $name) -> Self {
                value.code()
            }
        }

        impl ::std::fmt::Display for $name {
            fn fmt(&self, f: &mut ::std::fmt::Formatter<'_>) -> ::std::fmt::Result {
                ::std::fmt::Display::fmt(&self.code(), f)
            }
        }

        impl $crate::codegen::ToJson for $name {
            fn to_json(&self) -> $crate::codegen::Json<'_> {
                $crate::codegen::Json::Integer(self.code())
            }
        }

        impl $crate::codegen::FromJson for $name {
            fn from_scalar(scalar: $crate::codegen::Scalar<'_>) -> Option<Self> {
                <i64 as $crate::codegen::FromJson>::from_scalar(scalar).map(Self::from)
            }
        }

        $crate::__enum_in_serde!($name);
    };
}

/// Implements serde's `Serialize` and `Deserialize` for an enum, through [`ToJson`](crate::codegen::ToJson) and
/// [`FromJson`](crate::codegen::FromJson).
#[doc(hidden)]
#[macro_export]
macro_rules! __enum_in_serde {
    ($name:ident) => {
        impl $crate::codegen::serde::Serialize for $name {
            fn serialize<S: $crate::codegen::serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
                $crate::codegen::serde::Serialize::serialize(&$crate::codegen::ToJson::to_json(self), serializer)
            }
        }

        impl<'de> $crate::codegen::serde::Deserialize<'de> for $name {
            fn deserialize<D: $crate::codegen::serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
                $crate::codegen::deserialize(deserializer)
            }
        }
    };
}
