//! Typed responses.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Serialize, Serializer};

/// A typed response with its HTTP status, headers and raw body.
///
/// Dereferences to its value, and serializes as the value. Responses can be constructed in tests:
///
/// ```
/// use huaweicloud_core::Response;
///
/// let page = Response::new(vec![1, 2, 3]).with_header("x-request-id", "r-1");
/// assert_eq!((page.len(), page.status(), page.request_id()), (3, 200, Some("r-1")));
/// ```
#[derive(Clone, PartialEq)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    /// Whether `Debug` omits the value, which holds secrets.
    is_hidden: bool,
}

impl<T> Response<T> {
    /// Creates a response with status 200, no headers and no body, for tests.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self::received(value, 200, HeaderMap::new(), Bytes::new())
    }

    /// Creates a response as it was received.
    pub(crate) fn received(value: T, status: u16, headers: HeaderMap, body: Bytes) -> Self {
        Self { value, status, headers, body, is_hidden: false }
    }

    /// Sets the HTTP status, for tests.
    #[must_use]
    pub fn with_status(mut self, status: u16) -> Self {
        self.status = status;
        self
    }

    /// Adds a header, for tests.
    ///
    /// # Panics
    ///
    /// Panics if the name or the value is invalid in a header.
    #[must_use]
    #[expect(clippy::expect_used, reason = "for tests, which fail by panicking")]
    pub fn with_header(mut self, name: &str, value: &str) -> Self {
        let name = HeaderName::try_from(name).expect("a valid header name");
        self.headers.append(name, HeaderValue::from_str(value).expect("a valid header value"));
        self
    }

    /// Sets the raw body, for tests.
    #[must_use]
    pub fn with_body(mut self, body: impl Into<Bytes>) -> Self {
        self.body = body.into();
        self
    }

    /// Returns the typed value and discards the rest of the response.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// Replaces the value.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        let Self { value, status, headers, body, is_hidden } = self;
        Response { value: change(value), status, headers, body, is_hidden }
    }

    /// Takes the value out of the response.
    #[cfg(feature = "dynamic")]
    pub(crate) fn take(self) -> (T, Response<()>) {
        let Self { value, status, headers, body, is_hidden } = self;
        (value, Response { value: (), status, headers, body, is_hidden })
    }

    /// Sets whether `Debug` omits the value.
    #[cfg(feature = "dynamic")]
    pub(crate) fn hidden(self, is_hidden: bool) -> Self {
        Self { is_hidden, ..self }
    }

    /// Returns the HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Returns the response headers.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Returns the request id, which Huawei Cloud support needs.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// Returns the raw response body, including members that the types do not have.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// Omits headers and raw body, which may hold a token.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("request_id", &self.request_id())
            .field("value", if self.is_hidden { &"(redacted)" as &dyn fmt::Debug } else { &self.value })
            .finish_non_exhaustive()
    }
}

impl<T: Serialize> Serialize for Response<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.value.serialize(serializer)
    }
}

impl<T> Deref for Response<T> {
    type Target = T;

    fn deref(&self) -> &T {
        &self.value
    }
}

impl<T> DerefMut for Response<T> {
    fn deref_mut(&mut self) -> &mut T {
        &mut self.value
    }
}

/// Returns the request id from `X-Request-Id`, or from `X-IAM-Trace-Id` of IAM.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    static NAMES: [HeaderName; 2] =
        [HeaderName::from_static("x-request-id"), HeaderName::from_static("x-iam-trace-id")];
    NAMES.iter().find_map(|name| headers.get(name)?.to_str().ok())
}
