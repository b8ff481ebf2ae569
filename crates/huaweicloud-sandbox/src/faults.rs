//! Faults, and their injection into responses. Faults are set through the library or a file, never through a request.

use std::{
    collections::VecDeque,
    io::ErrorKind,
    pin::Pin,
    task::{Context, Poll},
    time::Duration,
};

use bytes::Bytes;
use http::{HeaderName, HeaderValue, header};
use http_body::{Body, Frame};
use serde::Deserialize;
use serde_json::{Value, json};
use tokio::time::Sleep;

use crate::response::{BodyEnd, MockResponse};

/// A fault to inject into a response.
///
/// Its JSON form in a file is like `{"fault": "status", "status": 429, "retry_after": "2"}`.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(tag = "fault", rename_all = "snake_case", deny_unknown_fields)]
#[non_exhaustive]
pub enum Fault {
    /// An error response of the gateway, with an optional `Retry-After` header.
    Status {
        /// The HTTP status.
        status: u16,
        /// The value of the `Retry-After` header: seconds, or a date.
        #[serde(default)]
        retry_after: Option<String>,
    },
    /// A redirect.
    Redirect {
        /// The HTTP status: 301, 302, 307 or 308.
        status: u16,
        /// The value of the `Location` header.
        location: String,
    },
    /// A custom status, body and content type.
    Body {
        /// The HTTP status.
        status: u16,
        /// The body.
        body: String,
        /// The content type. Defaults to JSON.
        #[serde(default)]
        content_type: Option<String>,
    },
    /// The connection is reset before the response.
    Reset,
    /// The connection is reset in the middle of the body.
    ResetInBody,
    /// The connection is closed in the middle of the body.
    Truncate,
    /// No response is ever sent.
    Hang,
    /// Half of the body is sent, then nothing more.
    HangInBody,
    /// The body is sent in 16 parts, with a pause before each part.
    Slow {
        /// The length of each pause, in milliseconds.
        millis: u64,
    },
    /// The token or the keys are rejected as expired: 401 `APIGW.0307`.
    Expired,
    /// The clock of the gateway differs: 401 `APIGW.0301`, with a `Date` header that shows the difference.
    Clock {
        /// By how many seconds the clock of the gateway is ahead; negative if it is behind.
        seconds: i64,
    },
    /// The page contains fewer items than its total implies.
    ShortPage {
        /// The number of items to remove.
        by: usize,
    },
    /// The total is smaller than on the previous page.
    Shrink {
        /// The number to subtract from the total.
        by: u64,
    },
    /// The list that was read grows after this response, which is intact: newer records, an hour apart, come in front.
    /// The records before them stay as they are. Responses that are no page of a list are not affected.
    Grow {
        /// The number of records to add.
        by: u32,
    },
    /// The list that was read loses its newest records after this response, which is intact. Their ids no longer exist.
    Remove {
        /// The number of records to remove.
        by: u32,
    },
}

/// Injects a fault into a response. Returns `None` if no response is to be sent.
pub(crate) fn inject_fault(fault: &Fault, mut response: MockResponse) -> Option<MockResponse> {
    let header = |name: HeaderName, value: &str| Some((name, HeaderValue::from_str(value).ok()?));
    match fault {
        Fault::Status { status, retry_after } => {
            response = MockResponse::gateway(*status, "APIGW.0308", "A fault of the plan");
            response.headers.extend(retry_after.iter().filter_map(|value| header(header::RETRY_AFTER, value)));
        }
        Fault::Redirect { status, location } => {
            response = MockResponse::text(*status, "");
            response.headers.extend(header(header::LOCATION, location));
        }
        Fault::Body { status, body, content_type } => {
            response = MockResponse::text(*status, body);
            response.headers.extend(content_type.iter().filter_map(|value| header(header::CONTENT_TYPE, value)));
        }
        Fault::Reset => return None,
        Fault::ResetInBody => response.end = BodyEnd::Abort(ErrorKind::ConnectionReset),
        Fault::Truncate => response.end = BodyEnd::Abort(ErrorKind::UnexpectedEof),
        Fault::Hang => response.end = BodyEnd::HangBefore,
        Fault::HangInBody => response.end = BodyEnd::Hang,
        Fault::Slow { millis } => response.end = BodyEnd::Slow(Duration::from_millis(*millis)),
        Fault::Expired => response = MockResponse::gateway(401, "APIGW.0307", "The token must be updated."),
        Fault::Clock { seconds } => {
            response =
                MockResponse::gateway(401, "APIGW.0301", "Incorrect IAM authentication information: date is off");
            let now = std::time::SystemTime::now();
            let distance = Duration::from_secs(seconds.unsigned_abs());
            let theirs = if *seconds < 0 { now.checked_sub(distance) } else { now.checked_add(distance) };
            response.headers.extend(header(header::DATE, &httpdate::fmt_http_date(theirs.unwrap_or(now))));
        }
        Fault::ShortPage { by } => change(&mut response, |body, items, _| {
            if let Some(items) = body.pointer_mut(items).and_then(Value::as_array_mut) {
                items.truncate(items.len().saturating_sub(*by));
            }
        }),
        // These change the list, not the response.
        Fault::Grow { .. } | Fault::Remove { .. } => {}
        Fault::Shrink { by } => change(&mut response, |body, _, total| {
            if let Some(total) = total.and_then(|total| body.pointer_mut(total)) {
                *total = json!(total.as_u64().unwrap_or(0).saturating_sub(*by));
            }
        }),
    }
    Some(response)
}

fn change(response: &mut MockResponse, change: impl FnOnce(&mut Value, &str, Option<&str>)) {
    if let (Some(pagination), Ok(mut body)) = (response.pagination, serde_json::from_slice(&response.body)) {
        change(&mut body, pagination.items, pagination.total);
        response.body = body.to_string().into();
    }
}

/// A response body into which a fault can be injected.
pub(crate) struct FaultyBody {
    parts: VecDeque<Bytes>,
    end: BodyEnd,
    pause: Option<Pin<Box<Sleep>>>,
    flushed: bool,
}

impl FaultyBody {
    pub(crate) fn new(body: &Bytes, end: BodyEnd) -> Self {
        let half = body.len() / 2;
        let parts: VecDeque<Bytes> = match end {
            BodyEnd::Complete => [body.clone()].into(),
            BodyEnd::Slow(_) => body.chunks(body.len().div_ceil(16).max(1)).map(|part| body.slice_ref(part)).collect(),
            BodyEnd::Abort(_) | BodyEnd::Hang | BodyEnd::HangBefore => [body.slice(..half)].into(),
        };
        Self { parts, end, pause: None, flushed: false }
    }
}

impl Body for FaultyBody {
    type Data = Bytes;
    type Error = std::io::Error;

    fn poll_frame(
        mut self: Pin<&mut Self>,
        context: &mut Context<'_>,
    ) -> Poll<Option<Result<Frame<Bytes>, std::io::Error>>> {
        if let (BodyEnd::Slow(pause), false) = (self.end, self.parts.is_empty()) {
            let sleep = self.pause.get_or_insert_with(|| Box::pin(tokio::time::sleep(pause)));
            std::task::ready!(sleep.as_mut().poll(context));
            self.pause = None;
        }
        match (self.parts.pop_front(), self.end) {
            (Some(part), _) => Poll::Ready(Some(Ok(Frame::data(part)))),
            // An error would discard what is not sent yet; while the body is pending, it is sent.
            (None, BodyEnd::Abort(_)) if !self.flushed => {
                self.flushed = true;
                context.waker().wake_by_ref();
                Poll::Pending
            }
            (None, BodyEnd::Abort(kind)) => Poll::Ready(Some(Err(kind.into()))),
            (None, BodyEnd::Hang | BodyEnd::HangBefore) => Poll::Pending,
            (None, BodyEnd::Complete | BodyEnd::Slow(_)) => Poll::Ready(None),
        }
    }
}
