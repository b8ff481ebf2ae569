//! The response of a call.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue};
use serde::{Serialize, Serializer};

/// A typed response with what surrounded it. Dereferences to its value, and serializes as it.
///
/// One can be made for a test of code that takes responses:
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
}

impl<T> Response<T> {
    /// Returns a response with status 200, no headers and no body, for tests.
    #[must_use]
    pub fn new(value: T) -> Self {
        Self { value, status: 200, headers: HeaderMap::new(), body: Bytes::new() }
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
    /// When the name or the value cannot stand in a header.
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

    /// The typed response alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The same response with another value.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response { value: change(self.value), status: self.status, headers: self.headers, body: self.body }
    }

    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Headers of the response.
    #[must_use]
    pub fn headers(&self) -> &HeaderMap {
        &self.headers
    }

    /// Id of the request, which Huawei Cloud support asks for.
    #[must_use]
    pub fn request_id(&self) -> Option<&str> {
        request_id(&self.headers)
    }

    /// The body as it came, with whatever the types do not know.
    #[must_use]
    pub fn body(&self) -> &Bytes {
        &self.body
    }
}

/// Without headers and raw body, which may hold a token.
impl<T: fmt::Debug> fmt::Debug for Response<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Response")
            .field("status", &self.status)
            .field("request_id", &self.request_id())
            .field("value", &self.value)
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

/// `X-Request-Id`, or what IAM calls it.
pub(crate) fn request_id(headers: &HeaderMap) -> Option<&str> {
    ["x-request-id", "x-iam-trace-id"].iter().find_map(|name| headers.get(*name)?.to_str().ok())
}
