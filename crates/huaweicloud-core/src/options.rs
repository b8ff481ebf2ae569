//! Options of a single call.

use std::{fmt, time::Duration};

use http::{HeaderName, HeaderValue};

use crate::{error::Error, secret::Secret, transport::retry::RetryPolicy, violation::quote};

/// Options that override the configuration for one call.
///
/// Every request builder accepts them in `with_options`.
///
/// ```
/// use std::time::Duration;
/// use huaweicloud_core::{CallOptions, RetryPolicy};
///
/// let options = CallOptions::new()
///     .timeout(Duration::from_secs(5))
///     .retry(RetryPolicy::none())
///     .header("X-Trace", "42")
///     .query("a_parameter_of_tomorrow", "1");
/// ```
#[derive(Clone, Default)]
pub struct CallOptions(Option<Box<Set>>);

/// What is set. On the heap, because every request moves several times before it is sent, and few have any options.
#[derive(Clone)]
pub(crate) struct Set {
    pub(crate) timeout: Option<Duration>,
    pub(crate) attempt_timeout: Option<Duration>,
    pub(crate) retry: Option<RetryPolicy>,
    pub(crate) language: Option<String>,
    pub(crate) time_zone: Option<String>,
    pub(crate) headers: Vec<(String, String)>,
    pub(crate) secret_headers: Vec<(String, Secret)>,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) check_rules: Option<bool>,
}

impl Set {
    const NOTHING: Self = Self {
        timeout: None,
        attempt_timeout: None,
        retry: None,
        language: None,
        time_zone: None,
        headers: Vec::new(),
        secret_headers: Vec::new(),
        query: Vec::new(),
        check_rules: None,
    };
}

impl CallOptions {
    /// Returns what is set.
    pub(crate) fn get(&self) -> &Set {
        static NOTHING: Set = Set::NOTHING;
        self.0.as_deref().unwrap_or(&NOTHING)
    }

    fn set(&mut self) -> &mut Set {
        self.0.get_or_insert_with(|| Box::new(Set::NOTHING))
    }

    /// Creates options that override nothing.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the total timeout of the call, including retries and their backoff.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.set().timeout = Some(limit);
        self
    }

    /// Sets the timeout of one attempt.
    #[must_use]
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.set().attempt_timeout = Some(limit);
        self
    }

    /// Sets the retry policy.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.set().retry = Some(policy);
        self
    }

    /// Sets the language of the response, for operations that have the `X-Language` header.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.set().language = Some(language.into());
        self
    }

    /// Sets the time zone of the response, for operations that have the `X-Time-Zone` header.
    #[must_use]
    pub fn time_zone(mut self, time_zone: impl Into<String>) -> Self {
        self.set().time_zone = Some(time_zone.into());
        self
    }

    /// Sets whether the request is checked against the documented rules before it is sent.
    ///
    /// Defaults to the setting of the configuration, which defaults to `true`. Path parameters and headers are always
    /// checked.
    #[must_use]
    pub fn check_rules(mut self, check: bool) -> Self {
        self.set().check_rules = Some(check);
        self
    }

    /// Adds a header. The headers for signing and for the connection cannot be set.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.set().headers.push((name.into(), value.into()));
        self
    }

    /// Adds a header whose value is redacted in logs and errors of this call.
    #[must_use]
    pub fn secret_header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.set().secret_headers.push((name.into(), value.into()));
        self
    }

    /// Adds a query parameter; it is signed like the others.
    #[must_use]
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.set().query.push((key.into(), value.into()));
        self
    }

    /// Returns the caller's headers, or an error for each that cannot be sent.
    pub(crate) fn own_headers(&self) -> impl Iterator<Item = Result<(HeaderName, HeaderValue), Error>> {
        let Set { headers, secret_headers, .. } = self.get();
        let plain = headers.iter().map(|(name, value)| own_header(name, value));
        plain.chain(secret_headers.iter().map(|(name, secret)| own_secret_header(name, secret)))
    }
}

/// Shows only the names of headers, because any value may be a secret.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let set = self.get();
        let secret = set.secret_headers.iter().map(|(name, _)| name.as_str());
        let headers: Vec<&str> = set.headers.iter().map(|(name, _)| name.as_str()).chain(secret).collect();
        f.debug_struct("CallOptions")
            .field("timeout", &set.timeout)
            .field("attempt_timeout", &set.attempt_timeout)
            .field("retry", &set.retry)
            .field("headers", &headers)
            .field("query", &set.query)
            .finish_non_exhaustive()
    }
}

/// Parses a caller's header.
fn own_header(name: &str, value: &str) -> Result<(HeaderName, HeaderValue), Error> {
    const RESERVED: [&str; 11] = [
        "authorization",
        "x-sdk-date",
        "x-sdk-content-sha256",
        "x-security-token",
        "x-auth-token",
        "x-project-id",
        "x-domain-id",
        "host",
        "content-length",
        "transfer-encoding",
        "connection",
    ];
    let parsed =
        HeaderName::from_bytes(name.as_bytes()).map_err(|_| Error::invalid(name, "is not a valid header name"))?;
    if RESERVED.contains(&parsed.as_str()) {
        return Err(Error::invalid(name, "is set by the client; it cannot be set for one call"));
    }
    let value = HeaderValue::from_str(value)
        .ok()
        .filter(|value| value.to_str().is_ok())
        .ok_or_else(|| Error::invalid(name, format!("must be printable ASCII, got {}", quote(value))))?;
    Ok((parsed, value))
}

/// Parses a caller's header with a secret value, which no error message repeats.
fn own_secret_header(name: &str, secret: &Secret) -> Result<(HeaderName, HeaderValue), Error> {
    let (name, _) = own_header(name, "")?;
    let value = secret.to_header();
    let value = value.map_err(|_| Error::invalid(name.as_str(), "holds a character that cannot stand in a header"))?;
    Ok((name, value))
}
