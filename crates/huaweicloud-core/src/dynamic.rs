//! Calling an operation whose name is only known at run time, through the same generated client and types.

use std::{fmt::Debug, pin::Pin};

use serde_json::{Map, Value};

use crate::{
    Answer, Client, Entry, Error, Operation, Paged, Response, Setting, ToJson, answer,
    strict::{Strict, given},
};

/// A boxed future.
pub type BoxFuture<'a, T> = Pin<Box<dyn Future<Output = T> + Send + 'a>>;

/// A value of a generated type whose type is not known to the caller.
pub trait Model: Debug + ToJson + Send + Sync {}

impl<T: Debug + ToJson + Send + Sync> Model for T {}

impl Entry {
    /// Calls the operation through the generated client, with named arguments; the body is the argument `body`. Gives
    /// the typed answer as JSON.
    pub fn call(
        &'static self,
        client: Client,
        arguments: Arguments,
    ) -> BoxFuture<'static, Result<Response<Value>, Error>> {
        Box::pin(async move {
            let request = (self.request)(client.clone(), arguments);
            let request = request.map_err(|error| error.with_operation(self.operation.id))?;
            let mut value = (self.answer)();
            let answer = client.call(request, Some(&mut *value)).await?;
            let json = value.to_json().to_value()?;
            Ok(answer.map(|()| json))
        })
    }

    /// Decodes a body into the response type.
    ///
    /// # Errors
    /// When the body is no such response.
    pub fn decode_response(&self, body: &[u8]) -> Result<Box<dyn Model>, Error> {
        let mut value = (self.answer)();
        answer::decode(body, None, &mut *value)?;
        Ok(value)
    }

    /// Decodes a body into the request type.
    ///
    /// # Errors
    /// When the body breaks a documented rule, or the operation takes none.
    pub fn decode_request(&self, body: &[u8]) -> Result<Box<dyn Model>, Error> {
        let decode = self.body.ok_or_else(|| Error::invalid("body", "this operation takes none"))?;
        decode(&serde_json::from_slice(body).map_err(|error| Error::invalid("body", error))?)
    }
}

/// An answer that nothing was read into yet; for generated code.
#[doc(hidden)]
#[must_use]
pub fn answer<T: Answer + Default + 'static>() -> Box<dyn Answer> {
    Box::new(T::default())
}

/// A body from JSON; for generated code.
///
/// # Errors
/// When it breaks a documented rule.
#[doc(hidden)]
pub fn body<T: Strict + Model + 'static>(value: &Value) -> Result<Box<dyn Model>, Error> {
    Ok(Box::new(given::<T>("body", value)?))
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
            let mut answer = self.entry.call(self.client, Arguments::new(self.arguments)).await?;
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
    pub fn take<T: Strict>(&mut self, name: &str) -> Result<Option<T>, Error> {
        match self.remove(name) {
            Some(value) => given(name, &value).map(Some),
            None => Ok(None),
        }
    }

    fn remove(&mut self, name: &str) -> Option<Value> {
        self.0.remove(name)
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
