//! A generated request builder from the inside: a client, and what is asked.

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

/// A call that a request builder puts together.
#[derive(Clone, Debug)]
pub struct Call {
    client: Client,
    request: Request,
}

impl Call {
    /// A call without any argument yet.
    #[must_use]
    pub fn new(client: &Client, operation: &'static Operation) -> Self {
        Self { client: client.clone(), request: Request::new(operation) }
    }

    /// Sets a parameter.
    pub fn set(&mut self, name: &'static str, value: &dyn ToJson) {
        self.request.set(name, value.to_json().into_owned());
    }

    /// Sets the whole body.
    #[must_use]
    pub fn body(mut self, body: &dyn ToJson) -> Self {
        self.request.set_body(body.to_json().into_owned());
        self
    }

    /// Sets the whole body to a tree.
    #[must_use]
    pub fn body_tree(mut self, body: Json<'static>) -> Self {
        self.request.set_body(body);
        self
    }

    /// Overrides options of the client.
    pub fn options(&mut self, options: CallOptions) {
        self.request.options = options;
    }

    /// Sends it.
    ///
    /// # Errors
    /// When the call breaks a rule, or fails.
    pub async fn send<T: Body + Default>(self) -> Result<Response<T>, Error> {
        self.client.send(self.request).await
    }

    /// The pages of its response.
    pub fn pages<P: Page + Body + Default>(self) -> Pages<P> {
        let client = self.client;
        Pages::new(
            self.request,
            Box::new(move |request| {
                let client = client.clone();
                Box::pin(async move { client.send(request).await })
            }),
        )
    }

    /// The items of its response.
    pub fn items<P: Page + Body + Default>(self) -> Items<P::Item> {
        Items::new(self.pages::<P>())
    }
}
