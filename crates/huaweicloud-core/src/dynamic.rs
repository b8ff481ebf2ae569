//! Calling an operation whose name is only known at run time, through the same generated client and types.

use std::{fmt::Debug, pin::Pin};

use serde::{Serialize, de::DeserializeOwned};
use serde_json::{Map, Value};

use crate::{Client, Entry, Error, ErrorKind, Operation, Paged, Response, Setting, answer};

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
        json(self)
    }
}

/// A value as JSON. Through bytes, as requests are written: the code for it is there already.
pub(crate) fn json(value: &impl Serialize) -> Result<Value, Error> {
    serde_json::to_vec(value)
        .and_then(|bytes| serde_json::from_slice(&bytes))
        .map_err(|error| Error::new(ErrorKind::Decode, "the value cannot be written as JSON").with_source(error))
}

/// A call of an operation whose answer comes in pages, as JSON; for [`Items`](crate::Items) and
/// [`Pages`](crate::Pages).
#[derive(Clone, Debug)]
pub struct DynamicCall {
    /// Whom to call.
    pub client: Client,
    /// What to call.
    pub entry: &'static Entry,
    /// With which arguments.
    pub arguments: Map<String, Value>,
}

impl DynamicCall {
    /// An argument, or a member of the body where the operation has no parameter of this name.
    fn argument(&self, name: &str) -> Option<&Value> {
        self.arguments.get(name).or_else(|| self.arguments.get("body")?.get(name))
    }

    fn number(&self, name: Option<&str>) -> Setting<Option<i64>> {
        let Some(argument) = name.and_then(|name| self.argument(name)) else { return Ok(None) };
        argument.as_i64().map(Some).ok_or_else(|| "must be an integer".to_owned())
    }

    /// Sets an argument, or a member of the body where the operation has no parameter of this name.
    pub fn set(&mut self, name: &str, value: impl Into<Value>) {
        let is_parameter = self.entry.operation.parameters.iter().any(|parameter| parameter.name == name);
        match is_parameter {
            true => self.arguments.insert(name.to_owned(), value.into()),
            false => {
                let body = self.arguments.entry("body").or_insert_with(|| Value::Object(Map::new()));
                body.as_object_mut().and_then(|body| body.insert(name.to_owned(), value.into()))
            }
        };
    }

    fn position_parameter(&self) -> Option<&'static str> {
        self.entry.operation.pagination?.style.parameter()
    }

    fn size_parameter(&self) -> Option<&'static str> {
        Some(self.entry.operation.pagination?.size?.parameter)
    }
}

/// A page as JSON, with what it says of itself.
#[derive(Clone, Debug)]
pub struct DynamicPage {
    items: Vec<Value>,
    total: Option<i64>,
}

impl Paged for DynamicCall {
    type Page = DynamicPage;
    type Item = Value;

    fn operation(&self) -> &'static Operation {
        self.entry.operation
    }

    fn position(&self) -> Setting<Option<i64>> {
        self.number(self.position_parameter())
    }

    fn size(&self) -> Setting<Option<i64>> {
        self.number(self.size_parameter())
    }

    fn at(mut self, position: i64, size: i64) -> Self {
        if let Some(name) = self.position_parameter() {
            self.set(name, position);
        }
        if let Some(name) = self.size_parameter() {
            self.set(name, size);
        }
        self
    }

    fn fetch(self) -> BoxFuture<'static, Result<Response<DynamicPage>, Error>> {
        Box::pin(async move {
            let mut answer = (self.entry.call)(self.client, Arguments::new(self.arguments)).await?;
            let pagination = self.entry.operation.pagination;
            let total = pagination.and_then(|pagination| answer.pointer(pagination.total?)?.as_i64());
            let items = match pagination.and_then(|pagination| answer.pointer_mut(pagination.items)) {
                Some(Value::Array(items)) => std::mem::take(items),
                _ => Vec::new(),
            };
            Ok(answer.map(|_| DynamicPage { items, total }))
        })
    }

    fn items(page: &DynamicPage) -> &[Value] {
        &page.items
    }

    fn into_items(page: DynamicPage) -> Vec<Value> {
        page.items
    }

    fn total(page: &DynamicPage) -> Option<i64> {
        page.total
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
    let value = serde_json::from_slice(body).map_err(|error| Error::invalid("body", error))?;
    Ok(Box::new(given::<T>("body", value)?))
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
        if name == "body" && !value.is_object() {
            return Err(Error::invalid(name, "must be a JSON object"));
        }
        given(name, value).map(Some)
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

/// Reads what a caller gives.
fn given<T: DeserializeOwned>(name: &str, value: Value) -> Result<T, Error> {
    // A misspelt member would be left out in silence, and the call look like a success.
    let mut unknown = None;
    let mut note = |path: serde_ignored::Path<'_>| {
        unknown.get_or_insert(path.to_string());
    };
    let value = serde_path_to_error::deserialize(serde_ignored::Deserializer::new(value, &mut note))
        .map_err(|error| Error::invalid(name, at(&error)))?;
    match unknown {
        None => Ok(value),
        Some(member) => Err(Error::invalid(name, format!("{member} is no member"))),
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
