//! The implementation behind generated request builders: a client and a request.

use super::{
    body::{Body, Page},
    write::{Json, ToJson},
};
use crate::{
    error::Error,
    metadata::Operation,
    options::CallOptions,
    pages::{Items, Pages},
    request::Request,
    response::Response,
    transport::client::Client,
};

/// A call under construction by a generated request builder.
#[derive(Clone, Debug)]
pub struct Call {
    client: Client,
    request: Request,
}

impl Call {
    /// Creates a call without arguments.
    #[must_use]
    pub fn new(client: &Client, operation: &'static Operation) -> Self {
        Self { client: client.clone(), request: Request::new(operation) }
    }

    /// Sets a parameter.
    pub fn set(&mut self, name: &'static str, value: &dyn ToJson) {
        self.request.set(name, value.to_json().into_owned());
    }

    /// Sets the request body.
    #[must_use]
    pub fn body(mut self, body: &dyn ToJson) -> Self {
        self.request.set_body(body.to_json().into_owned());
        self
    }

    /// Sets the request body to a JSON tree.
    #[must_use]
    pub fn body_tree(mut self, body: Json<'static>) -> Self {
        self.request.set_body(body);
        self
    }

    /// Overrides client options for this call.
    pub fn options(&mut self, options: CallOptions) {
        self.request.options = options;
    }

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// Returns an error if an argument is invalid or the call fails.
    pub async fn send<T: Body + Default>(self) -> Result<Response<T>, Error> {
        self.client.send(self.request).await
    }

    /// Returns the pages of the list.
    pub fn pages<P: Page + Body + Default>(self) -> Pages<P> {
        let client = self.client;
        Pages::new(
            self.request,
            client.checks_rules(),
            Box::new(move |request| {
                let client = client.clone();
                Box::pin(async move { client.send(request).await })
            }),
        )
    }

    /// Returns the items of all pages.
    pub fn items<P: Page + Body + Default>(self) -> Items<P::Item> {
        Items::new(self.pages::<P>())
    }
}
