//! The answer of a call.

use std::{
    fmt,
    ops::{Deref, DerefMut},
};

use bytes::Bytes;
use http::HeaderMap;

/// A typed answer with what surrounded it. Reads like the answer itself.
///
/// ```no_run
/// # fn example(page: huaweicloud_core::Response<Vec<u8>>) {
/// println!("{} bytes, request {:?}", page.len(), page.request_id());
/// # }
/// ```
#[derive(Clone)]
pub struct Response<T> {
    pub(crate) value: T,
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
}

impl<T> Response<T> {
    /// The typed answer alone.
    #[must_use]
    pub fn into_inner(self) -> T {
        self.value
    }

    /// The same answer with another value.
    pub(crate) fn map<U>(self, change: impl FnOnce(T) -> U) -> Response<U> {
        Response { value: change(self.value), status: self.status, headers: self.headers, body: self.body }
    }

    /// HTTP status.
    #[must_use]
    pub fn status(&self) -> u16 {
        self.status
    }

    /// Headers of the answer.
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
