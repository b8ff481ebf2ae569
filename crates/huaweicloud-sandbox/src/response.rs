//! Responses of the mock server.

use std::{io::ErrorKind, time::Duration};

use bytes::Bytes;
use http::HeaderMap;
use huaweicloud_core::metadata::Pagination;
use serde_json::{Value, json};

/// A response, and how its body ends.
pub(crate) struct MockResponse {
    pub(crate) status: u16,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Bytes,
    pub(crate) end: BodyEnd,
    pub(crate) pagination: Option<&'static Pagination>,
    /// The seed of the list that it is a page of.
    pub(crate) list: Option<u64>,
}

impl MockResponse {
    pub(crate) fn text(status: u16, body: &str) -> Self {
        Self {
            status,
            headers: HeaderMap::new(),
            body: Bytes::copy_from_slice(body.as_bytes()),
            end: BodyEnd::Complete,
            pagination: None,
            list: None,
        }
    }

    pub(crate) fn json(status: u16, body: &Value) -> Self {
        Self::text(status, &body.to_string())
    }

    /// Creates an error response of the gateway itself.
    pub(crate) fn gateway(status: u16, code: &str, message: &str) -> Self {
        Self::json(status, &json!({ "error_code": code, "error_msg": message }))
    }
}

/// How a response body ends.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum BodyEnd {
    Complete,
    /// Half of the body, then an error of this kind on the connection.
    Abort(ErrorKind),
    Hang,
    HangBefore,
    Slow(Duration),
}
