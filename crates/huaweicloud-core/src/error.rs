//! The error type of every call.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use zeroize::{Zeroize as _, Zeroizing};

use crate::{redact, violation::Violation};

/// The category of an [`Error`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The request violates a documented rule; nothing was sent.
    InvalidRequest,
    /// The configuration is invalid; nothing was sent.
    Config,
    /// No usable credentials are available; nothing was sent.
    Credentials,
    /// No connection could be established: unknown host, connection refused, TLS failure.
    Connect,
    /// A time limit was exceeded.
    Timeout,
    /// The connection broke while the request or the response was in flight.
    Transport,
    /// The service, or the gateway in front of it, reported that the call failed.
    Service,
    /// The response is not what the service documents: a redirect, HTML, or an empty body.
    UnexpectedResponse,
    /// The response body is malformed JSON.
    Decode,
    /// More items exist than the service returns through pagination; narrow the request, for example by time.
    PaginationLimit,
}

/// The error of a failed call.
///
/// `Display` shows operation, status, code, message and request id, if present; the underlying cause is in
/// [`source`](StdError::source).
///
/// ```no_run
/// # async fn example(call: impl Future<Output = Result<(), huaweicloud_core::Error>>) {
/// if let Err(error) = call.await {
///     match error.code() {
///         Some("GOM.00007256") => println!("a parameter is wrong: {error}"),
///         _ if error.is_throttled() => println!("slow down: {error}"),
///         _ => println!("{error}"),
///     }
/// }
/// # }
/// ```
#[derive(Clone)]
pub struct Error(Box<Inner>);

#[derive(Clone)]
struct Inner {
    kind: ErrorKind,
    /// Wiped, because it holds what a gateway repeats until that is redacted.
    message: Zeroizing<String>,
    operation: Option<&'static str>,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
    json_path: Option<String>,
    body_excerpt: Option<String>,
    encoded_authorization_message: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    sent: bool,
    violations: Vec<Violation>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// Creates an error, for example in an implementation of [`CredentialsProvider`](crate::CredentialsProvider) or
    /// [`Transport`](crate::Transport).
    ///
    /// The message is a sentence that says what is wrong and what to do.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: Zeroizing::new(message.into()),
            operation: None,
            status: None,
            code: None,
            request_id: None,
            json_path: None,
            body_excerpt: None,
            encoded_authorization_message: None,
            retry_after: None,
            attempts: 0,
            sent: !matches!(
                kind,
                ErrorKind::InvalidRequest | ErrorKind::Config | ErrorKind::Credentials | ErrorKind::Connect
            ),
            violations: Vec::new(),
            source: None,
        }))
    }

    /// Sets the underlying cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    /// Marks the error as one after which nothing was sent, as every error of kind [`Connect`](ErrorKind::Connect) is.
    #[must_use]
    pub fn not_sent(mut self) -> Self {
        self.0.sent = false;
        self
    }

    pub(crate) fn invalid(parameter: &str, rule: impl fmt::Display) -> Self {
        Self::violated(vec![Violation::new(parameter, rule.to_string(), None)])
    }

    /// Creates an error for a request with these violations.
    pub(crate) fn violated(violations: Vec<Violation>) -> Self {
        let sentences: Vec<String> = violations.iter().map(ToString::to_string).collect();
        let mut error = Self::new(ErrorKind::InvalidRequest, sentences.join("; "));
        error.0.violations = violations;
        error
    }

    pub(crate) fn with_operation(mut self, operation: &'static str) -> Self {
        self.0.operation.get_or_insert(operation);
        self
    }

    pub(crate) fn with_status(mut self, status: u16, request_id: Option<&str>) -> Self {
        self.0.status = Some(status);
        if self.0.request_id.is_none() {
            self.0.request_id = request_id.map(str::to_owned);
        }
        self
    }

    pub(crate) fn with_code(mut self, code: Option<String>) -> Self {
        self.0.code = code;
        self
    }

    pub(crate) fn with_request_id(mut self, request_id: Option<String>) -> Self {
        self.0.request_id = request_id;
        self
    }

    pub(crate) fn with_json_path(mut self, path: String) -> Self {
        self.0.json_path = Some(path);
        self
    }

    /// Keeps the beginning of a response body, with secrets redacted.
    pub(crate) fn with_body_excerpt<S: AsRef<str>>(mut self, body: &[u8], secrets: &[S]) -> Self {
        const LONGEST: usize = 500;
        self.0.body_excerpt = Some(redact::excerpt(&String::from_utf8_lossy(body), LONGEST, secrets));
        self
    }

    pub(crate) fn with_encoded_authorization_message(mut self, message: Option<String>) -> Self {
        self.0.encoded_authorization_message = message;
        self
    }

    pub(crate) fn with_retry_after(mut self, pause: Option<Duration>) -> Self {
        self.0.retry_after = pause;
        self
    }

    pub(crate) fn with_attempts(mut self, attempts: u32) -> Self {
        self.0.attempts = attempts;
        self
    }

    /// Appends a diagnostic hint to the message.
    pub(crate) fn with_hint(mut self, explanation: &str) -> Self {
        self.0.message = [&*self.0.message, "; ", explanation].concat().into();
        self
    }

    /// Redacts secrets: a gateway may repeat parts of the request.
    pub(crate) fn redact<S: AsRef<str>>(mut self, secrets: &[S]) -> Self {
        let inner = &mut *self.0;
        let optional = [&mut inner.code, &mut inner.request_id, &mut inner.encoded_authorization_message];
        for text in optional.into_iter().flatten().chain([&mut *inner.message]) {
            let redacted = redact::redact(text, secrets);
            std::mem::replace(text, redacted).zeroize();
        }
        self
    }

    /// Returns all documented rules that the request violates, if it was not sent for this reason.
    ///
    /// ```no_run
    /// # fn example(error: huaweicloud_core::Error) {
    /// for violation in error.violations() {
    ///     println!("{} {}", violation.path(), violation.rule());
    /// }
    /// # }
    /// ```
    #[must_use]
    pub fn violations(&self) -> &[Violation] {
        &self.0.violations
    }

    /// Returns the category of the error.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// Returns the id of the operation that failed, such as `list_case_operate_logs`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// Returns the HTTP status of the response, if there was one. An error in the body of a 200 has the status 200.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Returns the error code of the service or of the gateway, such as `GOM.00007256` or `APIGW.0301`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// Returns the error message of the service or of this library.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Returns the request id, which Huawei Cloud support needs.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Returns the path in the response body at which decoding failed, such as `result.record[7]`.
    #[must_use]
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// Returns the beginning of the response body, at most 500 characters; `None` for operations that exchange secrets.
    #[must_use]
    pub fn body_excerpt(&self) -> Option<&str> {
        self.0.body_excerpt.as_deref()
    }

    /// Returns the encoded explanation from IAM for a denied permission.
    #[must_use]
    pub fn encoded_authorization_message(&self) -> Option<&str> {
        self.0.encoded_authorization_message.as_deref()
    }

    /// Returns the delay that the service requested in `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// Returns the number of attempts; 0 if the call failed before the first.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Returns whether the service may have received the request. If not, the call can safely be repeated.
    #[must_use]
    pub fn may_have_been_sent(&self) -> bool {
        self.0.sent
    }

    /// Returns `true` if the gateway rejected the credentials as expired: code `APIGW.0307`.
    ///
    /// Common causes: a token that is older than 24 hours, or whose user, password or permissions changed; a region for
    /// which the token is not valid. Credentials that can be refreshed have been refreshed once before this error is
    /// returned.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.0.status == Some(401) && self.code().is_some_and(|code| code.ends_with(".0307"))
    }

    /// Returns `true` if the request violates a documented rule and was not sent.
    ///
    /// The message names the parameter, the rule and the value.
    #[must_use]
    pub fn is_invalid_request(&self) -> bool {
        self.0.kind == ErrorKind::InvalidRequest
    }

    /// Returns `true` if the gateway did not accept the credentials: status 401.
    ///
    /// Common causes: a wrong secret key, an expired token (`APIGW.0307`), a clock that is more than 15 minutes off,
    /// credentials of another region.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.0.status == Some(401)
    }

    /// Returns `true` if the credentials are valid but lack the permission for this call: status 403.
    ///
    /// Common causes: a missing IAM permission, or the wrong project or domain.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.0.status == Some(403)
    }

    /// Returns `true` if the requested resource does not exist: status 404.
    ///
    /// Common cause: an id of another account or region. The code `APIGW.0101` means that the path is unknown at this
    /// endpoint.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.status == Some(404)
    }

    /// Returns `true` if the service throttled the call: status 429.
    ///
    /// Send fewer requests; the documented default limit of the gateway is 200 requests per second for an API.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.0.status == Some(429)
    }

    /// Returns `true` if a time limit was exceeded: connect, attempt or total.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Returns `true` if no connection could be established, so that nothing was sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Returns `true` if the error is transient, so that the same call may succeed later.
    ///
    /// This does not imply that the call is idempotent.
    #[must_use]
    pub fn is_retryable(&self) -> bool {
        match self.0.kind {
            ErrorKind::Connect | ErrorKind::Timeout | ErrorKind::Transport => true,
            _ => matches!(self.0.status, Some(408 | 429 | 500 | 502 | 503 | 504)),
        }
    }
}

impl fmt::Display for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        if let Some(operation) = inner.operation {
            write!(f, "{operation}: ")?;
        }
        match (inner.status, &inner.code) {
            (Some(status), Some(code)) => write!(f, "{status} {code}: ")?,
            (Some(status), None) => write!(f, "{status}: ")?,
            (None, Some(code)) => write!(f, "{code}: ")?,
            (None, None) => {}
        }
        f.write_str(&inner.message)?;
        if let Some(path) = &inner.json_path {
            write!(f, " (at {path})")?;
        }
        if let Some(request_id) = &inner.request_id {
            write!(f, " (request {request_id})")?;
        }
        if inner.attempts > 1 {
            write!(f, " (after {} attempts)", inner.attempts)?;
        }
        Ok(())
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let inner = &*self.0;
        f.debug_struct("Error")
            .field("kind", &inner.kind)
            .field("operation", &inner.operation)
            .field("status", &inner.status)
            .field("code", &inner.code)
            .field("message", &inner.message.as_str())
            .field("request_id", &inner.request_id)
            .field("json_path", &inner.json_path)
            .field("body_excerpt", &inner.body_excerpt)
            .field("source", &inner.source)
            .finish()
    }
}

impl StdError for Error {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.0.source.as_deref().map(|source| source as _)
    }
}
