//! Calls of operations by name at run time, with their documentation.

use std::fmt;

use serde_json::{Map, Value};

use crate::{
    codegen::{
        body::{Body, Page},
        write::Json,
    },
    error::{Error, ErrorKind},
    future::BoxFuture,
    metadata::{self, Operation, Pagination},
    options::CallOptions,
    pages::{Items, Pages},
    request::Request,
    response::Response,
    transport::{
        client::Client,
        decode::{self, NewModel, aside, empty},
    },
};

/// A service with its operations and its spec.
#[derive(Debug)]
#[non_exhaustive]
pub struct Service {
    /// Endpoints and operations.
    pub metadata: &'static metadata::Service,
    /// Descriptor of each operation.
    pub operations: &'static [OperationDescriptor],
    /// The spec from which the crate was generated: an OpenAPI 3.0 document in JSON.
    pub spec: &'static str,
}

impl Service {
    /// Creates a service.
    #[must_use]
    pub const fn new(
        metadata: &'static metadata::Service,
        operations: &'static [OperationDescriptor],
        spec: &'static str,
    ) -> Self {
        Self { metadata, operations, spec }
    }

    /// Returns the operation with this id, if it exists.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&'static OperationDescriptor> {
        self.operations.iter().find(|entry| entry.operation.id == id)
    }
}

/// The descriptor of an operation: metadata, models and documentation.
#[derive(Debug)]
#[non_exhaustive]
pub struct OperationDescriptor {
    /// Metadata of the operation.
    pub operation: &'static Operation,
    /// One-line description.
    pub summary: &'static str,
    /// Title and date of its help page.
    pub source: &'static str,
    /// Required IAM permission, such as `coc:ticket:list`; `None` if no document names it.
    pub iam_action: Option<&'static str>,
    /// Documentation of the parameters, in their order.
    pub parameters: &'static [ParameterDocs],
    /// Creates an empty response model.
    response: NewModel,
    /// Creates an empty model of the request body.
    body: Option<NewModel>,
}

/// The documentation of a parameter.
#[derive(Debug)]
#[non_exhaustive]
pub struct ParameterDocs {
    /// Name of its setter, such as `x_time_zone`.
    pub setter: &'static str,
    /// Description. The rule of the parameter has the allowed values.
    pub description: &'static str,
    /// Value in the documented example.
    pub example: Option<&'static str>,
}

impl ParameterDocs {
    /// Creates the documentation of a parameter.
    #[must_use]
    pub const fn new(setter: &'static str, description: &'static str, example: Option<&'static str>) -> Self {
        Self { setter, description, example }
    }
}

impl OperationDescriptor {
    /// Creates a descriptor of an operation without parameters or body.
    #[must_use]
    pub const fn new<R: Body + Default + 'static>(
        operation: &'static Operation,
        summary: &'static str,
        source: &'static str,
    ) -> Self {
        Self { operation, summary, source, iam_action: None, parameters: &[], response: empty::<R>, body: None }
    }

    /// Sets the required IAM permission.
    #[must_use]
    pub const fn iam_action(mut self, action: &'static str) -> Self {
        self.iam_action = Some(action);
        self
    }

    /// Sets the documentation of the parameters.
    #[must_use]
    pub const fn parameters(mut self, parameters: &'static [ParameterDocs]) -> Self {
        self.parameters = parameters;
        self
    }

    /// Sets the model of the request body.
    #[must_use]
    pub const fn body<B: Body + Default + 'static>(mut self) -> Self {
        self.body = Some(empty::<B>);
        self
    }

    /// Deserializes a body into the response model.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is not a valid response of this operation.
    pub fn decode_response(&self, body: &[u8]) -> Result<Box<dyn Body>, Error> {
        decode((self.response)(), body)
    }

    /// Deserializes a body into the request model.
    ///
    /// # Errors
    ///
    /// Returns an error if the body is not a JSON object, or if the operation has no request body.
    pub fn decode_request(&self, body: &[u8]) -> Result<Box<dyn Body>, Error> {
        let empty = self.body.ok_or_else(|| Error::invalid("body", "is not taken by this operation"))?;
        decode(empty(), body)
    }
}

fn decode(mut model: Box<dyn Body>, body: &[u8]) -> Result<Box<dyn Body>, Error> {
    decode::decode(body, None, &mut *model)?;
    Ok(model)
}

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

    /// Returns a stream of pages, as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument is not a parameter of the operation.
    pub fn pages(self) -> Result<Pages<JsonPage>, Error> {
        let request = self.request()?;
        let (client, entry) = (self.client, self.entry);
        Ok(Pages::new(
            request,
            client.checks_rules(),
            Box::new(move |request| {
                let client = client.clone();
                Box::pin(async move {
                    let response = send(client, entry, request).await?;
                    Ok(response.map(|body| JsonPage::new(body, entry.operation.pagination.as_ref())))
                })
            }),
        ))
    }

    /// Returns a stream of items, as JSON.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument is not a parameter of the operation.
    pub fn items(self) -> Result<Items<Value>, Error> {
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

/// A page of items as JSON, with the total number of items if the response has it.
#[derive(Clone, Debug, PartialEq)]
pub struct JsonPage {
    items: Vec<Value>,
    total: Option<i64>,
    /// The members that identify an item together.
    id: &'static [&'static str],
}

impl JsonPage {
    fn new(mut body: Value, pagination: Option<&Pagination>) -> Self {
        let total = pagination.and_then(|pagination| body.pointer(pagination.total?)?.as_i64());
        let items = match pagination.and_then(|pagination| body.pointer_mut(pagination.items)) {
            Some(Value::Array(items)) => std::mem::take(items),
            _ => Vec::new(),
        };
        Self { items, total, id: pagination.map_or(&[], |pagination| pagination.id) }
    }
}

impl Page for JsonPage {
    type Item = Value;

    fn items(&self) -> &[Value] {
        &self.items
    }

    fn into_items(self) -> Vec<Value> {
        self.items
    }

    fn id<'p>(&'p self, item: &'p Value) -> Json<'p> {
        Json::Array(self.id.iter().map(|member| item.get(member).map_or(Json::Absent, Json::from)).collect())
    }

    fn total(&self) -> Option<i64> {
        self.total
    }
}
