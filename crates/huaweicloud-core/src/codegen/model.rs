//! Macros that generated models are written with.

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
