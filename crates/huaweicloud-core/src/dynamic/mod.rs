//! Calls of operations by name at run time, with their documentation.

mod call;
mod item;

pub use call::Call;
pub use item::{Item, ItemPage};

use crate::{
    codegen::body::Body,
    error::Error,
    metadata::{self, Operation},
    transport::decode::{self, NewModel, empty},
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
