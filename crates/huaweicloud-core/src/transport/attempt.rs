//! One attempt: an authenticated request, its response, and what it means.

use std::{pin::pin, sync::OnceLock, time::Duration};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, header, response::Parts};
use zeroize::Zeroizing;

use super::{
    authorise::{Identity, authorise},
    classify,
    decode::{self, NewModel},
    http::ResponseBody,
    retry::retry_after,
    target::Target,
};
use crate::{
    codegen::body::Body,
    credentials::Credential,
    error::{Error, ErrorKind},
    request::Outgoing,
    response::{self, Response},
    secret::Secret,
    sign,
};

/// A successful response, with its model unless only the raw body is wanted.
pub(crate) struct Answer {
    pub(crate) response: Response<()>,
    pub(crate) model: Option<Box<dyn Body>>,
}

/// How long a signature is valid, counted from the time in it.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// The part of the body of an error that is read, in bytes.
const LONGEST_ERROR: usize = 1 << 20;

/// The largest declared length for which memory is allocated in advance, in bytes.
const TRUSTED: usize = 1 << 20;

impl Target {
    /// Returns the credentials for a request, and the id of the project or domain if the request is signed.
    pub(super) async fn identify(&self, request: &Outgoing) -> Result<Identity, Error> {
        let config = &self.config;
        if request.operation.anonymous {
            return Ok(Identity::default());
        }
        let credential = config.0.credentials.credential().await?;
        let id = if credential.signer().is_some() { config.id(self.service.scope).await? } else { None };
        Ok(Identity { credential: Some(credential), id })
    }

    /// Makes one attempt, within its own timeout and the time that is left for the call.
    pub(super) async fn attempt(
        &self,
        request: &Outgoing,
        identity: &Identity,
        left: Duration,
        new: Option<NewModel>,
    ) -> Result<Answer, Error> {
        let config = &*self.config.0;
        let (sent, canonical_request) = authorise(self, request, identity)?;
        let limit = request.options.get().attempt_timeout.unwrap_or(config.attempt_timeout);
        // Outlives a body that never ends.
        let head = OnceLock::new();
        let body = {
            let sending = config.transport.send(sent);
            let exchange = pin!(async {
                let (parts, body) = sending.await?.into_parts();
                read(body, head.get_or_init(|| parts), config.max_body, request.operation.secrets).await
            });
            config.clock.within(limit.min(left), exchange).await
        };
        let late = || {
            let host = &self.authority;
            Err(Error::new(ErrorKind::Timeout, format!("no complete response from {host} within {limit:?}")))
        };
        let (head, body) = (head.into_inner(), body.unwrap_or_else(late));
        let secrets = |received: Option<Box<dyn Body>>| -> Vec<Secret> {
            let sent = identity.credential.as_deref().into_iter().flat_map(Credential::secrets).chain(&request.secrets);
            let received = received.map(|model| model.to_json().secrets()).unwrap_or_default();
            sent.cloned().chain(received).collect()
        };
        let (Parts { status, headers, .. }, body) = match (head, body) {
            (Some(head), Ok(body)) => (head, body),
            (Some(Parts { status, headers, .. }), Err(error)) => {
                let error = error.with_status(status.as_u16(), response::request_id(&headers));
                return Err(error.redact(&secrets(None)));
            }
            (None, body) => return Err(body.err().unwrap_or_else(no_response).redact(&secrets(None))),
        };
        let status = status.as_u16();
        let mut model = None;
        let result = match (status, new) {
            (200..=299, None) => Ok(()),
            (200..=299, Some(new)) => {
                let (read, result) =
                    decode::decode_response(&body, &headers, request.operation.in_band_status.as_ref(), new).await;
                model = Some(read);
                result
            }
            (400.., _) => Err(self.service_error(status, &headers, &body, canonical_request.as_deref())),
            _ => Err(classify::undocumented(status, text(&headers, header::LOCATION))),
        };
        let Err(error) = result else {
            return Ok(Answer { response: Response::received((), status, headers, body), model });
        };
        // Only an operation that exchanges secrets can have received any. In a body that cannot be deserialized, they
        // are unknown.
        let exchanges = request.operation.secrets;
        let secrets = secrets(model.filter(|_| exchanges));
        let error = error.with_status(status, response::request_id(&headers)).redact(&secrets);
        Err(if exchanges { error } else { error.with_body_excerpt(&body, &secrets) })
    }

    /// Creates an error from a response with an error status, with a diagnostic hint if one can be derived.
    fn service_error(
        &self,
        status: u16,
        headers: &HeaderMap,
        body: &[u8],
        canonical_request: Option<&String>,
    ) -> Error {
        let now = self.config.0.clock.now();
        let pause = text(headers, header::RETRY_AFTER).and_then(|value| retry_after(value, now));
        let error = classify::service_error(status, body).with_retry_after(pause);
        let Some(canonical_request) = canonical_request.filter(|_| status == 401) else { return error };
        if let Some(difference) = sign::first_difference(error.message(), canonical_request) {
            return error.with_hint(&difference);
        }
        let theirs = text(headers, header::DATE).and_then(|date| httpdate::parse_http_date(date).ok());
        match theirs.map(|theirs| (now.duration_since(theirs), theirs.duration_since(now))) {
            Some((Ok(ahead), _)) if ahead > WINDOW => error.with_hint(&off(ahead, "ahead of")),
            Some((_, Ok(behind))) if behind > WINDOW => error.with_hint(&off(behind, "behind")),
            _ => error,
        }
    }
}

/// Reads a response body. A body that may hold secrets, such as one that repeats the request, is wiped on drop.
async fn read(mut chunks: ResponseBody, head: &Parts, max_body: usize, secret: bool) -> Result<Bytes, Error> {
    let too_large = || {
        let message = format!(
            "the response is larger than {max_body} bytes; ask for smaller pages or raise the limit `max_body`"
        );
        Err(Error::new(ErrorKind::UnexpectedResponse, message))
    };
    let is_error = head.status.as_u16() >= 400;
    let limit = if is_error { LONGEST_ERROR } else { max_body };
    let length = text(&head.headers, header::CONTENT_LENGTH).and_then(|length| length.parse().ok()).unwrap_or(0);
    if length > limit && !is_error {
        return too_large();
    }
    let mut body = Zeroizing::new(Vec::with_capacity(length.min(TRUSTED)));
    while let Some(chunk) = chunks.chunk().await {
        let chunk = chunk?;
        let room = limit - body.len();
        body.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
        if chunk.len() > room {
            // The beginning of an error says what is wrong.
            if is_error { break } else { return too_large() }
        }
    }
    Ok(if secret || is_error { Bytes::from_owner(body) } else { Bytes::from(std::mem::take(&mut *body)) })
}

/// Creates the error for a body without a head, which no transport returns.
fn no_response() -> Error {
    Error::new(ErrorKind::Transport, "the transport returned no response")
}

fn text(headers: &HeaderMap, name: HeaderName) -> Option<&str> {
    headers.get(name)?.to_str().ok()
}

/// Returns a hint about the difference between the clocks.
fn off(distance: Duration, direction: &str) -> String {
    let minutes = distance.as_secs() / 60;
    format!(
        "the clock of this machine is {minutes} minutes {direction} that of the service, and a signature is good for 15; \
         set the clock"
    )
}
