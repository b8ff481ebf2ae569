//! Runtime support for generated code. Not for applications, and not part of the stable API.

pub(crate) mod body;
pub(crate) mod call;
mod enums;
pub(crate) mod list;
mod model;
pub(crate) mod place;
pub(crate) mod read;
pub(crate) mod repair;
mod values;
pub(crate) mod write;

pub use http;
pub use serde;
pub use serde_json;

pub use self::{
    body::{Body, Page, listed},
    call::Call,
    place::{ArrayReader, FromJson, Malformed, ObjectReader, Place, ReadObject, Scalar, header},
    read::{deserialize, packed},
    values::word,
    write::{Json, ToJson, identity, object},
};
pub use crate::{__body as body, __codes as codes, __model as model, __values as values};
