//! What one call does differently.

use std::{fmt, time::Duration};

use http::{HeaderName, HeaderValue};

use crate::{error::Error, secret::Secret, transport::retry::RetryPolicy, violation::shown};

/// What one call does differently from its configuration; for `with_options` of every builder.
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
pub struct CallOptions {
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

impl CallOptions {
    /// Nothing different yet.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Longest time for the whole call, retries and their pauses included.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = Some(limit);
        self
    }

    /// Longest time for one attempt.
    #[must_use]
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = Some(limit);
        self
    }

    /// When to try again.
    #[must_use]
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = Some(policy);
        self
    }

    /// Language of the response, for operations that have the `X-Language` header.
    #[must_use]
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Time zone of the response, for operations that have the `X-Time-Zone` header.
    #[must_use]
    pub fn time_zone(mut self, time_zone: impl Into<String>) -> Self {
        self.time_zone = Some(time_zone.into());
        self
    }

    /// Sets whether the documented rules are checked before the call is sent; they are unless this or the configuration
    /// says otherwise. Parts of the path and headers are checked in any case.
    #[must_use]
    pub fn check_rules(mut self, check: bool) -> Self {
        self.check_rules = Some(check);
        self
    }

    /// One more header. The headers of signing and of the connection cannot be set.
    #[must_use]
    pub fn header(mut self, name: impl Into<String>, value: impl Into<String>) -> Self {
        self.headers.push((name.into(), value.into()));
        self
    }

    /// One more header, whose value is redacted wherever this call is logged or reported.
    #[must_use]
    pub fn secret_header(mut self, name: impl Into<String>, value: impl Into<Secret>) -> Self {
        self.secret_headers.push((name.into(), value.into()));
        self
    }

    /// One more pair in the query; it is signed like the others.
    #[must_use]
    pub fn query(mut self, key: impl Into<String>, value: impl Into<String>) -> Self {
        self.query.push((key.into(), value.into()));
        self
    }

    /// The headers of the caller's own, or why one cannot be sent.
    pub(crate) fn own_headers(&self) -> impl Iterator<Item = Result<(HeaderName, HeaderValue), Error>> {
        let plain = self.headers.iter().map(|(name, value)| own_header(name, value));
        plain.chain(self.secret_headers.iter().map(|(name, secret)| own_secret_header(name, secret)))
    }
}

/// Names of headers only: a caller may have a secret in any of them.
impl fmt::Debug for CallOptions {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let secret = self.secret_headers.iter().map(|(name, _)| name.as_str());
        let headers: Vec<&str> = self.headers.iter().map(|(name, _)| name.as_str()).chain(secret).collect();
        f.debug_struct("CallOptions")
            .field("timeout", &self.timeout)
            .field("attempt_timeout", &self.attempt_timeout)
            .field("retry", &self.retry)
            .field("headers", &headers)
            .field("query", &self.query)
            .finish_non_exhaustive()
    }
}

/// A header of the caller's own.
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
        .ok_or_else(|| Error::invalid(name, format!("must be printable ASCII, got {}", shown(value))))?;
    Ok((parsed, value))
}

/// A header of the caller's own with a secret, which no message repeats.
fn own_secret_header(name: &str, secret: &Secret) -> Result<(HeaderName, HeaderValue), Error> {
    let (name, _) = own_header(name, "")?;
    let mut value = HeaderValue::from_str(secret.expose())
        .map_err(|_| Error::invalid(name.as_str(), "holds a character that cannot stand in a header"))?;
    value.set_sensitive(true);
    Ok((name, value))
}
