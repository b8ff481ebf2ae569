//! Requests to endpoints that have no generated operation, through the same transport.

use std::fmt;

use bytes::Bytes;
use http::{HeaderMap, Method, header};
use serde::Serialize;

use crate::{
    error::Error,
    metadata::Operation,
    options::CallOptions,
    request::Outgoing,
    response::Response,
    secret::Secret,
    transport::{attempt::Answer, client::Client},
};

/// The operation of every raw request.
static RAW: Operation = Operation::new("request", "request", "", "");
static RAW_ANONYMOUS: Operation = Operation::new("request", "request", "", "").anonymous();
static RAW_SECRETS: Operation = Operation::new("request", "request", "", "").secrets();
static RAW_ANONYMOUS_SECRETS: Operation = Operation::new("request", "request", "", "").anonymous().secrets();

impl Client {
    /// Creates a request to any path of the service, for endpoints that have no generated operation.
    ///
    /// The path must begin with `/` and be percent-encoded already.
    pub fn request(&self, method: Method, path: impl Into<String>) -> RawRequest {
        RawRequest::new(self.clone(), method, path.into())
    }
}

/// A request to an endpoint that has no generated operation.
///
/// It is authenticated, retried if its method is idempotent, and classified like any other; the response is the raw
/// body.
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
    is_anonymous: bool,
    authorization: Option<Secret>,
    /// The secrets in the body, if request and response hold any.
    secrets: Option<Vec<Secret>>,
    options: CallOptions,
}

impl RawRequest {
    fn new(client: Client, method: Method, path: String) -> Self {
        Self {
            client,
            method,
            path,
            query: Vec::new(),
            body: None,
            is_anonymous: false,
            authorization: None,
            secrets: None,
            options: CallOptions::default(),
        }
    }

    /// Adds a query parameter.
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    /// Sets the request body, serialized as JSON.
    pub fn json(mut self, value: &impl Serialize) -> Self {
        self.body = Some(serde_json::to_vec(value).map(Bytes::from).map_err(|error| Error::invalid("body", error)));
        self
    }

    /// Sets the raw request body.
    ///
    /// The `Content-Type` is `application/json`, unless a header of [`CallOptions`] overrides it.
    pub fn body(mut self, bytes: impl Into<Bytes>) -> Self {
        self.body = Some(Ok(bytes.into()));
        self
    }

    /// Sends the request without credentials.
    pub fn anonymous(mut self) -> Self {
        self.is_anonymous = true;
        self
    }

    /// Sends the request with this `Authorization` header instead of the credentials of the configuration.
    pub fn authorization(mut self, value: impl Into<Secret>) -> Self {
        self.is_anonymous = true;
        self.authorization = Some(value.into());
        self
    }

    /// Marks the request and its response as an exchange of secrets, such as a login.
    ///
    /// Errors then repeat no part of the response body and none of these secrets, which the request body holds; the
    /// response body is wiped on drop.
    pub fn secrets(mut self, secrets: impl IntoIterator<Item = Secret>) -> Self {
        self.secrets = Some(secrets.into_iter().collect());
        self
    }

    /// Sets the options of this call, such as timeouts, retries and headers.
    pub fn with_options(mut self, options: CallOptions) -> Self {
        self.options = options;
        self
    }

    /// Sends the request.
    ///
    /// # Errors
    ///
    /// Returns an error if the path is invalid or the call fails. A success status is never an error here, whatever the
    /// response body contains.
    pub async fn send(self) -> Result<Response<Bytes>, Error> {
        if !self.path.starts_with('/') || self.path.contains(['?', '#']) {
            return Err(Error::invalid("path", format!("must begin with '/' and hold no query, got {:?}", self.path)));
        }
        let mut headers = HeaderMap::new();
        let body = self.body.transpose()?;
        if body.is_some() {
            headers.insert(header::CONTENT_TYPE, header::HeaderValue::from_static("application/json"));
        }
        let exchanges_secrets = self.secrets.is_some();
        let mut secrets = self.secrets.unwrap_or_default();
        if let Some(authorization) = self.authorization {
            let value = authorization.to_header();
            let value = value.map_err(|_| Error::invalid("Authorization", "holds a character that no header has"))?;
            headers.insert(header::AUTHORIZATION, value);
            secrets.push(authorization);
        }
        let request = Outgoing {
            operation: match (self.is_anonymous, exchanges_secrets) {
                (false, false) => &RAW,
                (true, false) => &RAW_ANONYMOUS,
                (false, true) => &RAW_SECRETS,
                (true, true) => &RAW_ANONYMOUS_SECRETS,
            },
            method: self.method,
            path: self.path,
            query: self.query,
            options: CallOptions::default(),
            headers,
            body,
            secrets,
        };
        let Answer { response, .. } = self.client.execute(&request.with(self.options)?, None).await?;
        let body = response.body().clone();
        Ok(response.map(|()| body))
    }
}

/// Omits the body, which may hold a password.
impl fmt::Debug for RawRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RawRequest").field("method", &self.method).field("path", &self.path).finish_non_exhaustive()
    }
}
