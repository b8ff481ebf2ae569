//! The one error of every call.

use std::{error::Error as StdError, fmt, sync::Arc, time::Duration};

use crate::{redact, violation::Violation};

/// What went wrong, roughly: enough to decide what to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum ErrorKind {
    /// The call breaks a documented rule; nothing was sent.
    InvalidRequest,
    /// The configuration cannot work; nothing was sent.
    Config,
    /// There are no usable credentials; nothing was sent.
    Credentials,
    /// No connection: unknown host, refused, TLS.
    Connect,
    /// A time limit ran out.
    Timeout,
    /// The connection broke while the request or the response was under way.
    Transport,
    /// The service, or the gateway before it, responded that the call failed.
    Service,
    /// Something responded, but not with what the service documents: a redirect, a page of HTML, nothing at all.
    UnexpectedResponse,
    /// The response is broken JSON.
    Decode,
    /// More exists than the service lets one reach by pages; narrow the call, for example by time.
    PaginationLimit,
}

/// Why a call failed.
///
/// `Display` says operation, status, code, message and request id, as far as they exist; the technical cause is in
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
    message: String,
    operation: Option<&'static str>,
    status: Option<u16>,
    code: Option<String>,
    request_id: Option<String>,
    json_path: Option<String>,
    body_excerpt: Option<String>,
    encoded_authorization_message: Option<String>,
    retry_after: Option<Duration>,
    attempts: u32,
    violations: Vec<Violation>,
    source: Option<Arc<dyn StdError + Send + Sync>>,
}

impl Error {
    /// An error of one's own, such as from an implementation of
    /// [`CredentialsProvider`](crate::Credentials). The message is a sentence: what is wrong and what to do.
    #[must_use]
    pub fn new(kind: ErrorKind, message: impl Into<String>) -> Self {
        Self(Box::new(Inner {
            kind,
            message: message.into(),
            operation: None,
            status: None,
            code: None,
            request_id: None,
            json_path: None,
            body_excerpt: None,
            encoded_authorization_message: None,
            retry_after: None,
            attempts: 1,
            violations: Vec::new(),
            source: None,
        }))
    }

    /// The same error with a technical cause.
    #[must_use]
    pub fn with_source(mut self, source: impl Into<Box<dyn StdError + Send + Sync>>) -> Self {
        self.0.source = Some(source.into().into());
        self
    }

    pub(crate) fn invalid(parameter: &str, rule: impl fmt::Display) -> Self {
        Self::violated(vec![Violation::new(parameter, rule.to_string(), None)])
    }

    /// A call that breaks these rules.
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

    /// Keeps the beginning of a body, without secrets.
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

    /// Adds what the response says between the lines.
    pub(crate) fn with_hint(mut self, explanation: &str) -> Self {
        self.0.message = format!("{}; {explanation}", self.0.message);
        self
    }

    /// Blots out secrets: a gateway may repeat what it was sent.
    pub(crate) fn redact<S: AsRef<str>>(mut self, secrets: &[S]) -> Self {
        let inner = &mut *self.0;
        inner.message = redact::redact(&inner.message, secrets);
        for text in [&mut inner.code, &mut inner.request_id, &mut inner.encoded_authorization_message] {
            *text = text.take().map(|text| redact::redact(&text, secrets));
        }
        self
    }

    /// Returns every rule that the call broke, if it was not sent for that.
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

    /// What went wrong, roughly.
    #[must_use]
    pub fn kind(&self) -> ErrorKind {
        self.0.kind
    }

    /// The operation that failed, such as `list_case_operate_logs`.
    #[must_use]
    pub fn operation(&self) -> Option<&'static str> {
        self.0.operation
    }

    /// HTTP status of the response, if there was one. An error inside a 200 has the status 200.
    #[must_use]
    pub fn status(&self) -> Option<u16> {
        self.0.status
    }

    /// Error code of the service or of the gateway, such as `GOM.00007256` or `APIGW.0301`.
    #[must_use]
    pub fn code(&self) -> Option<&str> {
        self.0.code.as_deref()
    }

    /// What is wrong, in the words of the service or of this library.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.0.message
    }

    /// Id of the request, which Huawei Cloud support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        self.0.request_id.as_deref()
    }

    /// Where in the response decoding failed, such as `result.record[7]`.
    #[must_use]
    pub fn json_path(&self) -> Option<&str> {
        self.0.json_path.as_deref()
    }

    /// The beginning of the response's body, at most 500 characters; none where the operation exchanges secrets.
    #[must_use]
    pub fn body_excerpt(&self) -> Option<&str> {
        self.0.body_excerpt.as_deref()
    }

    /// The encoded explanation that IAM gives for a denied permission.
    #[must_use]
    pub fn encoded_authorization_message(&self) -> Option<&str> {
        self.0.encoded_authorization_message.as_deref()
    }

    /// The pause that the service asked for, in `Retry-After`.
    #[must_use]
    pub fn retry_after(&self) -> Option<Duration> {
        self.0.retry_after
    }

    /// How often the call was tried.
    #[must_use]
    pub fn attempts(&self) -> u32 {
        self.0.attempts
    }

    /// Whether the gateway took the credentials for expired: code `APIGW.0307`.
    ///
    /// Usual causes: a token older than 24 hours, or one whose user, password or permissions changed; a region that
    /// the token is not for. Credentials that renew themselves have been renewed once before this error arrives.
    #[must_use]
    pub fn is_expired(&self) -> bool {
        self.0.status == Some(401) && self.code().is_some_and(|code| code.ends_with(".0307"))
    }

    /// Whether the call broke a documented rule and was not sent.
    ///
    /// Remedy: the message names the parameter, the rule and the value.
    #[must_use]
    pub fn is_invalid_request(&self) -> bool {
        self.0.kind == ErrorKind::InvalidRequest
    }

    /// Whether the gateway did not accept the credentials: status 401.
    ///
    /// Usual causes: a wrong secret key, a token that expired (`APIGW.0307`), a clock that is more than 15 minutes
    /// off, a region whose credentials these are not.
    #[must_use]
    pub fn is_unauthenticated(&self) -> bool {
        self.0.status == Some(401)
    }

    /// Whether the credentials are good but not allowed to do this: status 403.
    ///
    /// Usual causes: a missing IAM permission, or the wrong project or domain.
    #[must_use]
    pub fn is_permission_denied(&self) -> bool {
        self.0.status == Some(403)
    }

    /// Whether what was asked for does not exist: status 404.
    ///
    /// Usual causes: an id of another account or region. `APIGW.0101` says that the endpoint does not know the path.
    #[must_use]
    pub fn is_not_found(&self) -> bool {
        self.0.status == Some(404)
    }

    /// Whether there were too many calls: status 429.
    ///
    /// Remedy: call less often; the documented default of the gateway is 200 calls a second for an API.
    #[must_use]
    pub fn is_throttled(&self) -> bool {
        self.0.status == Some(429)
    }

    /// Whether a time limit ran out: connect, attempt or total.
    #[must_use]
    pub fn is_timeout(&self) -> bool {
        self.0.kind == ErrorKind::Timeout
    }

    /// Whether no connection came about, so that nothing was sent.
    #[must_use]
    pub fn is_connect(&self) -> bool {
        self.0.kind == ErrorKind::Connect
    }

    /// Whether the same call may succeed later. It says nothing of whether repeating it is safe.
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
            .field("message", &inner.message)
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
