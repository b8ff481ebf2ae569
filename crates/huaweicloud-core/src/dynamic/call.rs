//! Calls by name, with arguments and responses in JSON.

use std::fmt;

use serde_json::{Map, Value};

use super::{
    OperationDescriptor,
    item::{Item, ItemPage, Unread},
};
use crate::{
    codegen::write::Json,
    error::{Error, ErrorKind},
    future::BoxFuture,
    options::CallOptions,
    pages::{Items, Pages},
    request::Request,
    response::Response,
    transport::{
        client::Client,
        decode::{aside, empty},
    },
};

/// A request builder for an operation that is chosen at run time, with arguments in JSON.
///
/// Parameters are set by name, the body as `body`. They are checked against the same rules as in a generated request
/// builder. `Debug` shows only the names of the arguments, because any value may be a secret.
///
/// ```no_run
/// # async fn example(client: huaweicloud_core::Client, entry: &'static huaweicloud_core::dynamic::OperationDescriptor) -> Result<(), huaweicloud_core::Error> {
/// use huaweicloud_core::dynamic::Call;
///
/// let response = Call::new(client, entry).argument("case_id", "CS1").send().await?;
/// println!("{}", *response);
/// # Ok(())
/// # }
/// ```
#[derive(Clone)]
#[must_use = "nothing is sent before `send`"]
pub struct Call {
    client: Client,
    entry: &'static OperationDescriptor,
    arguments: Map<String, Value>,
    options: CallOptions,
}

impl Call {
    /// Creates a call without arguments.
    pub fn new(client: Client, entry: &'static OperationDescriptor) -> Self {
        Self { client, entry, arguments: Map::new(), options: CallOptions::default() }
    }

    /// Sets several arguments.
    pub fn arguments(mut self, arguments: Map<String, Value>) -> Self {
        self.arguments.extend(arguments);
        self
    }

    /// Sets a parameter, or a member of the body if the operation has no parameter with this name.
    pub fn argument(mut self, name: &str, value: impl Into<Value>) -> Self {
        let is_own = name == "body" || self.entry.operation.parameter(name).is_some();
        if is_own || self.entry.operation.body.is_none() {
            self.arguments.insert(name.to_owned(), value.into());
        } else {
            let body = self.arguments.entry("body").or_insert_with(|| Value::Object(Map::new()));
            if let Some(members) = body.as_object_mut() {
                members.insert(name.to_owned(), value.into());
            }
        }
        self
    }

    /// Sets the options of this call, such as timeouts, retries and headers.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the request and returns the typed response as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument violates a rule or the call fails.
    pub async fn send(self) -> Result<Response<Value>, Error> {
        let request = self.request()?;
        send(self.client, self.entry, request).await
    }

    /// Returns a stream of the pages of a list, with its items as the service sends them.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument is not a parameter of the operation.
    pub fn pages(self) -> Result<Pages<ItemPage>, Error> {
        let request = self.request()?;
        let (client, pagination) = (self.client, self.entry.operation.pagination.as_ref());
        Ok(Pages::new(
            request,
            client.checks_rules(),
            Box::new(move |request| {
                let client = client.clone();
                Box::pin(async move {
                    let response = client.call(request, empty::<Unread>).await?;
                    let body = response.body().clone();
                    let page = aside(body.len(), move || ItemPage::read(&body, pagination)).await??;
                    Ok(response.map(|_| page))
                })
            }),
        ))
    }

    /// Returns a stream of the items of a list, as the service sends them.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument is not a parameter of the operation.
    pub fn items(self) -> Result<Items<Item>, Error> {
        self.pages().map(Items::new)
    }

    fn request(&self) -> Result<Request, Error> {
        let operation = self.entry.operation;
        let mut request = Request::new(operation);
        request.options = self.options.clone();
        let unknown = self.arguments.keys().filter(|name| *name != "body" && operation.parameter(name).is_none());
        let unknown: Vec<String> =
            unknown.map(|name| format!("{name}: is not a parameter of this operation")).collect();
        if !unknown.is_empty() {
            return Err(Error::new(ErrorKind::InvalidRequest, unknown.join("; ")));
        }
        for parameter in operation.parameters {
            if let Some(value) = self.arguments.get(parameter.name) {
                request.set(parameter.name, Json::from(value).into_owned());
            }
        }
        if let Some(body) = self.arguments.get("body") {
            request.set_body(Json::from(body).into_owned());
        }
        Ok(request)
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Call")
            .field("operation", &self.entry.operation.id)
            .field("arguments", &self.arguments.keys())
            .finish_non_exhaustive()
    }
}

fn send(
    client: Client,
    entry: &'static OperationDescriptor,
    request: Request,
) -> BoxFuture<'static, Result<Response<Value>, Error>> {
    Box::pin(async move {
        let response = client.call(request, entry.response).await?;
        let written = aside(response.body().len(), move || {
            let (model, response) = response.take();
            (model.to_json().to_value(), response)
        });
        let (value, response) = written.await?;
        let failed = |error| Error::new(ErrorKind::Decode, "the response cannot be written as JSON").with_source(error);
        let value = value.map_err(failed)?;
        // The JSON does not know which of its members are secrets.
        Ok(response.map(|()| value).hidden(entry.operation.secrets))
    })
}
