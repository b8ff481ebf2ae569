//! The way out: requests that no generated operation makes, through the same transport.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use serde::Serialize;

use crate::{
    error::Error, metadata::Operation, options::CallOptions, request::Outgoing, response::Response,
    transport::client::Client,
};

/// What stands for the operation.
static SAFE: Operation = Operation::new("request", "request", "", "").retry_safe();
static UNSAFE: Operation = Operation::new("request", "request", "", "");

impl Client {
    /// Returns a request to any path of the service, for what no generated operation does.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self.clone(), method, path.into())
    }
}

/// A request of the caller's own: authorised, retried and classified like any other, with the raw body as response.
///
/// ```no_run
/// # async fn example(client: huaweicloud_core::Client) -> Result<(), huaweicloud_core::Error> {
/// let response = client.request(http::Method::GET, "/v2/servicerequest/config/countries").query("limit", "10").send().await?;
/// println!("{} {}", response.status(), String::from_utf8_lossy(&response));
/// # Ok(())
/// # }
/// ```
#[must_use = "nothing is sent before `send`"]
pub struct RawRequest {
    client: Client,
    method: Method,
    path: String,
    query: Vec<(String, String)>,
    body: Option<Result<Bytes, Error>>,
    options: CallOptions,
}

impl RawRequest {
    fn new(client: Client, method: Method, path: String) -> Self {
        Self { client, method, path, query: Vec::new(), body: None, options: CallOptions::default() }
    }

    /// One more pair in the query.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    /// The body, as JSON.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(value).map(Bytes::from).map_err(|error| Error::invalid("body", error)));
        self
    }

    /// The body as it is; name its type with a `Content-Type` header of [`CallOptions`], JSON unless you do.
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        self.body = Some(Ok(bytes.into()));
        self
    }

    /// Timeouts, retries and headers of this call.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends it. The path begins with `/` and is percent-encoded already.
    ///
    /// # Errors
    /// Like any other call; a success status is never an error here, whatever its body says.
    pub async fn send(self) -> Result<Response<Bytes>, Error> {
        if !self.path.starts_with('/') || self.path.contains(['?', '#']) {
            return Err(Error::invalid("path", format!("must begin with '/' and hold no query, got {:?}", self.path)));
        }
        let operation = if self.method.is_idempotent() { &SAFE } else { &UNSAFE };
        let mut headers = HeaderMap::new();
        let body = self.body.transpose()?;
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        }
        let request = Outgoing {
            operation,
            method: self.method,
            path: self.path,
            query: self.query,
            options: CallOptions::default(),
            headers,
            body,
            secrets: Vec::new(),
        };
        let response = self.client.execute(request.with(self.options)?, None).await?;
        let body = response.body().clone();
        Ok(response.map(|()| body))
    }
}

/// Without the body, which may hold a password.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}
