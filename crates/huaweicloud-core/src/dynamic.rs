//! Calling an operation whose name is only known at run time, through the same generated client and types.

use std::{fmt::Debug, pin::Pin};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{Client, Error, ErrorKind, Response, answer};

/// A boxed future.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// Calls an operation with named arguments; the body is the argument `body`. Gives the typed answer as JSON.
pub type Call = fn(Client, Arguments) -> BoxFuture<'static, Result<Response<Value>, Error>>;

/// Decodes a body into a generated type.
pub type Decode = fn(&[u8]) -> Result<Box<dyn Model>, Error>;

/// A value of a generated type whose type is not known to the caller.
pub trait Model: Debug + Send + Sync {
    /// The value as JSON.
    ///
    /// # Errors
    /// When the value cannot be written as JSON.
    fn to_json(&self) -> Result<Value, Error>;
}

impl<T: Debug + Serialize + Send + Sync> Model for T {
    fn to_json(&self) -> Result<Value, Error> {
        serde_json::to_value(self)
            .map_err(|error| Error::new(ErrorKind::Decode, "the value cannot be written as JSON").with_source(error))
    }
}

/// Decodes a response; for generated code.
///
/// # Errors
/// When the body is not such a response.
pub fn decode_response<T: Model + DeserializeOwned + 'static>(body: &[u8]) -> Result<Box<dyn Model>, Error> {
    Ok(Box::new(answer::decode::<T>(body, None)?))
}

/// Decodes a request; for generated code.
///
/// # Errors
/// When the body breaks a documented rule.
pub fn decode_request<T: Model + DeserializeOwned + 'static>(body: &[u8]) -> Result<Box<dyn Model>, Error> {
    Ok(Box::new(
        serde_path_to_error::deserialize::<_, T>(&mut serde_json::Deserializer::from_slice(body))
            .map_err(|error| Error::invalid("body", at(&error)))?,
    ))
}

/// Named arguments of a call.
#[derive(Clone, Debug, Default)]
pub struct Arguments(Map<String, Value>);

impl Arguments {
    /// From names and values.
    #[must_use]
    pub fn new(arguments: Map<String, Value>) -> Self {
        Self(arguments)
    }

    /// Takes an argument out, checked against its documented rule.
    ///
    /// # Errors
    /// When the value breaks the rule.
    pub fn take<T: DeserializeOwned>(&mut self, name: &str) -> Result<Option<T>, Error> {
        let Some(value) = self.0.remove(name) else { return Ok(None) };
        serde_path_to_error::deserialize(value).map(Some).map_err(|error| Error::invalid(name, at(&error)))
    }

    /// Checks that every argument was taken.
    ///
    /// # Errors
    /// When one is left, which no parameter has the name of.
    pub fn finish(self) -> Result<(), Error> {
        match self.0.keys().next() {
            None => Ok(()),
            Some(name) => Err(Error::invalid(name, "is no parameter of this operation")),
        }
    }
}

/// Where in a value, and what is wrong there.
fn at(error: &serde_path_to_error::Error<serde_json::Error>) -> String {
    // serde_json appends "at line 1 column 2", which says nothing for a value that was never a text.
    let reason = error.inner().to_string();
    let reason = reason.rsplit_once(" at line ").map_or(reason.as_str(), |(reason, _)| reason);
    match error.path().to_string().as_str() {
        "." => reason.to_owned(),
        path => format!("{path}: {reason}"),
    }
}
