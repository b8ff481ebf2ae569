//! The only path from a request to a response: authenticate, send, classify, retry, decode.

use std::{
    fmt::Write as _,
    future::poll_fn,
    pin::{Pin, pin},
    sync::Arc,
    task::Poll,
    time::Duration,
};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use tokio::time::{Instant, Sleep, sleep_until, timeout_at};
use tracing::Instrument as _;
use url::Url;

use super::{classify, retry::retry_after};
use crate::{
    codegen::body::Body,
    config::Config,
    credentials::Credential,
    error::{Error, ErrorKind},
    future::BoxFuture,
    metadata::{Scope, Service},
    request::{Outgoing, Request},
    response::{self, Response},
    secret::Secret,
    sign::{self, SigningInput},
    time,
};

/// A client for one service, on which the generated client of this service is built. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    config: Config,
    service: &'static Service,
    /// Scheme and host.
    base: Url,
    /// Value of the `Host` header.
    host: String,
    http: reqwest::Client,
}

/// How long a signature is valid, counted from the time in it.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// Replacement for a time limit that overflows the clock.
const FOREVER: Duration = Duration::from_secs(30 * 365 * 24 * 60 * 60);

static AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
static SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-security-token");
static PROJECT_ID: HeaderName = HeaderName::from_static("x-project-id");
static DOMAIN_ID: HeaderName = HeaderName::from_static("x-domain-id");
static SDK_DATE: HeaderName = HeaderName::from_static(sign::DATE_HEADER);

/// An authenticated request, with its canonical request if it was signed.
struct Prepared {
    request: reqwest::Request,
    canonical_request: Option<String>,
}

impl Client {
    /// Creates a client for a service. Nothing is sent yet.
    ///
    /// # Errors
    ///
    /// Returns an error if the service has no endpoint in the configured region.
    pub fn new(config: &Config, service: &'static Service) -> Result<Self, Error> {
        let endpoint = config.endpoint(service)?;
        let mut host = endpoint.host_str().unwrap_or_default().to_owned();
        if let Some(port) = endpoint.port() {
            let _ = write!(host, ":{port}");
        }
        let http = config.http(&endpoint)?;
        Ok(Self(Arc::new(Inner { config: config.clone(), service, base: endpoint, host, http })))
    }

    /// Returns the description of the service.
    #[must_use]
    pub fn service(&self) -> &'static Service {
        self.0.service
    }

    /// Sends a request and deserializes the response.
    pub(crate) async fn send<T: Body + Default>(&self, request: Request) -> Result<Response<T>, Error> {
        let mut value = T::default();
        let response = self.call(request, &mut value).await?;
        Ok(response.map(|()| value))
    }

    /// Sends a request and deserializes a successful response into `into`. Not generic, so that it is compiled only
    /// once.
    pub(crate) fn call<'a>(
        &'a self,
        request: Request,
        into: &'a mut dyn Body,
    ) -> BoxFuture<'a, Result<Response<()>, Error>> {
        Box::pin(async {
            let outgoing = request.into_outgoing(self.0.config.0.check_rules)?;
            self.execute(outgoing, Some(into)).await
        })
    }

    /// Sends an HTTP request, within the total timeout of the call.
    pub(crate) async fn execute(&self, request: Outgoing, into: Option<&mut dyn Body>) -> Result<Response<()>, Error> {
        let operation = request.operation;
        let limit = request.options.timeout.unwrap_or(self.0.config.0.timeout);
        let span = tracing::info_span!(
            "huaweicloud.call",
            "otel.kind" = "client",
            "rpc.service" = self.0.service.name,
            "rpc.method" = operation.api,
            "http.request.method" = request.method.as_str(),
            "url.template" = operation.path,
            "server.address" = self.0.host,
        );
        let attempts = self.attempts(&request, limit, into).instrument(span);
        attempts.await.map_err(|error| error.with_operation(operation.id))
    }

    /// Makes attempts until one succeeds, fails permanently, or must not be retried.
    async fn attempts(
        &self,
        request: &Outgoing,
        limit: Duration,
        mut into: Option<&mut dyn Body>,
    ) -> Result<Response<()>, Error> {
        let config = &*self.0.config.0;
        let policy = request.options.retry.as_ref().unwrap_or(&config.retry);
        let repeatable = request.operation.retry_safe;
        let now = Instant::now();
        let end = now.checked_add(limit).unwrap_or(now + FOREVER);
        let (mut attempts, mut retries, mut renewed, mut last) = (0, 0, false, None);
        loop {
            // Usually ready immediately; then no timer is started.
            let ready = timeout_at(end, async {
                if let Some(rate_limit) = &config.rate_limit {
                    rate_limit.wait(&*config.clock).await;
                }
                match request.operation.anonymous {
                    true => Ok(None),
                    false => config.credentials.credential().await.map(Some),
                }
            });
            let Ok(credential) = ready.await else { return Err(out_of_time(limit, last)) };
            let credential = credential?;
            attempts += 1;
            let target = into.as_mut().map(|into| &mut **into as _);
            let error = match self.attempt(request, credential.as_deref(), end, target).await {
                Ok(response) => {
                    tracing::debug!(
                        "http.response.status_code" = response.status,
                        "http.request.resend_count" = attempts - 1,
                        "huaweicloud.request_id" = response.request_id(),
                        "responded"
                    );
                    config.budget.refill();
                    return Ok(response);
                }
                Err((error, _)) if error.is_timeout() && Instant::now() >= end => {
                    return Err(out_of_time(limit, last));
                }
                Err((error, sent)) => {
                    let error = error.redact(&secrets(request, credential.as_deref(), into.as_deref()));
                    tracing::debug!(
                        "http.response.status_code" = error.status(),
                        "http.request.resend_count" = attempts - 1,
                        "huaweicloud.request_id" = error.request_id(),
                        "error.type" = ?error.kind(),
                        "error.code" = error.code(),
                        "failed"
                    );
                    // Refreshed credentials allow one more attempt, regardless of the policy.
                    if let Some(credential) = &credential
                        && !renewed
                        && error.is_expired()
                        && config.credentials.expired(credential)
                    {
                        renewed = true;
                        continue;
                    }
                    let may_repeat = repeatable || !sent;
                    if !error.is_retryable() || !may_repeat || retries >= policy.max_retries {
                        return Err(error.with_attempts(attempts));
                    }
                    error.with_attempts(attempts)
                }
            };
            let pause = policy.delay(retries, error.retry_after(), &*config.clock);
            // Waiting beyond the timeout of the call would only replace this error with a less specific one.
            if pause >= end.saturating_duration_since(Instant::now()) || !config.budget.take() {
                return Err(error);
            }
            last = Some(error);
            retries += 1;
            config.clock.sleep(pause).await;
        }
    }

    /// Makes one attempt. An error is returned with whether the request may have reached the service.
    async fn attempt(
        &self,
        request: &Outgoing,
        credential: Option<&Credential>,
        end: Instant,
        into: Option<&mut dyn Body>,
    ) -> Result<Response<()>, (Error, bool)> {
        let unsent = |error: Error| (error, false);
        let id = match credential {
            Some(Credential::Keys { .. }) => {
                let late =
                    |_| unsent(Error::new(ErrorKind::Timeout, "the id of the project or domain is not there yet"));
                timeout_at(end, self.0.config.id(self.0.service.scope)).await.map_err(late)?.map_err(unsent)?
            }
            _ => None,
        };
        let prepared = self.authorise(request, credential, id.as_deref()).map_err(unsent)?;
        let limit = request.options.attempt_timeout.unwrap_or(self.0.config.0.attempt_timeout);
        // One timer for the attempt. A request that times out may have reached the service.
        let late =
            || Error::new(ErrorKind::Timeout, format!("no complete response from {} within {limit:?}", self.0.host));
        let mut deadline = pin!(sleep_until(Instant::now().checked_add(limit).map_or(end, |own| own.min(end))));
        let sending = before(deadline.as_mut(), self.0.http.execute(prepared.request));
        let mut response = sending.await.ok_or_else(|| (late(), true))?.map_err(|error| {
            let sent = !error.is_connect();
            (self.transport_error(error), sent)
        })?;
        let status = response.status().as_u16();
        let headers = std::mem::take(response.headers_mut());
        let request_id = response::request_id(&headers).map(str::to_owned);
        let in_response = |error: Error| (error.with_status(status, request_id.as_deref()), true);
        let body = before(deadline, self.read(response)).await.unwrap_or_else(|| Err(late())).map_err(in_response)?;
        let mut into = into;
        let result = match status {
            200..=299 => into.as_deref_mut().map_or(Ok(()), |into| {
                // Headers first, so that secrets from them are redacted if the body repeats them.
                into.read_headers(&headers);
                classify::decode(&body, request.operation.in_band_status.as_ref(), into)
            }),
            400.. => Err(self.service_error(status, &headers, &body, prepared.canonical_request.as_deref())),
            _ => Err(classify::redirect(headers.get(header::LOCATION).and_then(|location| location.to_str().ok()))),
        };
        match result {
            Ok(()) => Ok(Response { value: (), status, headers, body }),
            // In a body that cannot be deserialized, the secrets are unknown.
            Err(error) if request.operation.secrets => Err(in_response(error)),
            Err(error) => {
                let secrets = secrets(request, credential, into.as_deref());
                Err(in_response(error.with_body_excerpt(&body, &secrets)))
            }
        }
    }

    /// Creates an error from a response with an error status, with a diagnostic hint if one can be derived.
    fn service_error(&self, status: u16, headers: &HeaderMap, body: &[u8], canonical_request: Option<&str>) -> Error {
        let now = self.0.config.0.clock.now();
        let text = |name: HeaderName| headers.get(name).and_then(|value| value.to_str().ok());
        let pause = text(header::RETRY_AFTER).and_then(|value| retry_after(value, now));
        let error = classify::service_error(status, body).with_retry_after(pause);
        let Some(canonical_request) = canonical_request.filter(|_| status == 401) else { return error };
        if let Some(difference) = sign::first_difference(error.message(), canonical_request) {
            return error.with_hint(&difference);
        }
        let theirs = text(header::DATE).and_then(|date| httpdate::parse_http_date(date).ok());
        match theirs.map(|theirs| (now.duration_since(theirs), theirs.duration_since(now))) {
            Some((Ok(ahead), _)) if ahead > WINDOW => error.with_hint(&off(ahead, "ahead of")),
            Some((_, Ok(behind))) if behind > WINDOW => error.with_hint(&off(behind, "behind")),
            _ => error,
        }
    }

    /// Completes the headers, and signs the request or adds the token. Path and query are in canonical form already, so
    /// they are sent exactly as they are signed.
    fn authorise(
        &self,
        request: &Outgoing,
        credential: Option<&Credential>,
        id: Option<&str>,
    ) -> Result<Prepared, Error> {
        let config = &*self.0.config.0;
        let query = sign::canonical_query(&request.query);
        let mut url = self.0.base.clone();
        url.set_path(&request.path);
        url.set_query(Some(&*query).filter(|query| !query.is_empty()));
        if url.path() != request.path || url.query().unwrap_or_default() != query {
            return Err(Error::invalid("path", format!("would be sent as {:?}, not as it was signed", url.path())));
        }
        let mut headers = request.headers.clone();
        headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
        let options = &request.options;
        let localised = [
            ("x-language", options.language.as_ref().or(config.language.as_ref())),
            ("x-time-zone", options.time_zone.as_ref().or(config.time_zone.as_ref())),
        ];
        for (name, value) in localised {
            let documented = || request.operation.parameters.iter().any(|known| known.name.eq_ignore_ascii_case(name));
            if let Some(value) = value.filter(|_| documented() && !headers.contains_key(name)) {
                headers.insert(HeaderName::from_static(name), plain_header(value)?);
            }
        }
        let mut canonical_request = None;
        match credential {
            None => {}
            Some(Credential::Token(token)) => {
                headers.insert(AUTH_TOKEN.clone(), secret_header(token)?);
            }
            Some(Credential::Keys { access_key, secret_key, security_token }) => {
                let name = match self.0.service.scope {
                    Scope::Project => &PROJECT_ID,
                    Scope::Domain => &DOMAIN_ID,
                };
                let date = time::sdk_date(config.clock.now());
                // In ascending order of names, as the signature requires; both `x-domain-id` and `x-project-id` precede
                // `x-sdk-date`.
                let mut signed: Vec<(&str, &str)> = Vec::with_capacity(6);
                if let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
                    signed.push(("content-type", content_type));
                }
                signed.push(("host", &self.0.host));
                signed.extend(id.map(|id| (name.as_str(), id)));
                signed.push((sign::DATE_HEADER, &date));
                signed.extend(security_token.as_ref().map(|token| (SECURITY_TOKEN.as_str(), token.expose())));
                let input = SigningInput {
                    method: request.method.as_str(),
                    path: &request.path,
                    canonical_query: &query,
                    headers: &signed,
                    body: request.body.as_deref().unwrap_or_default(),
                };
                let canonical = input.canonical_request();
                let authorization = input.authorization_of(&canonical, access_key, secret_key.expose(), &date);
                canonical_request = Some(canonical);
                let mut authorization = plain_header(&authorization)?;
                authorization.set_sensitive(true);
                if let Some(id) = id {
                    headers.insert(name.clone(), plain_header(id)?);
                }
                if let Some(token) = security_token {
                    headers.insert(SECURITY_TOKEN.clone(), secret_header(token)?);
                }
                headers.insert(SDK_DATE.clone(), plain_header(&date)?);
                headers.insert(header::AUTHORIZATION, authorization);
            }
        }
        let mut prepared = reqwest::Request::new(request.method.clone(), url);
        *prepared.headers_mut() = headers;
        *prepared.body_mut() = request.body.clone().map(reqwest::Body::from);
        Ok(Prepared { request: prepared, canonical_request })
    }

    async fn read(&self, mut response: reqwest::Response) -> Result<Bytes, Error> {
        let limit = self.0.config.0.max_body;
        let too_large = || {
            Error::new(
                ErrorKind::UnexpectedResponse,
                format!(
                    "the response is larger than {limit} bytes; ask for smaller pages or raise the limit `max_body`"
                ),
            )
        };
        let expected = response.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if expected > limit {
            return Err(too_large());
        }
        // A declared length is trusted only up to 1 MiB.
        let mut body = BytesMut::with_capacity(expected.min(1 << 20));
        while let Some(chunk) = response.chunk().await.map_err(|error| self.transport_error(error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// Converts an error of the HTTP client.
    fn transport_error(&self, error: reqwest::Error) -> Error {
        let host = &self.0.host;
        let (kind, message) = if error.is_timeout() && error.is_connect() {
            (ErrorKind::Timeout, format!("no connection to {host} in time"))
        } else if error.is_timeout() {
            (ErrorKind::Timeout, format!("no complete response from {host} within the limit of the HTTP client"))
        } else if error.is_connect() {
            (ErrorKind::Connect, format!("no connection to {host}"))
        } else {
            (ErrorKind::Transport, format!("the connection to {host} broke before the response was complete"))
        };
        Error::new(kind, message).with_source(error.without_url())
    }
}

/// Returns the output of a future, or `None` if the deadline passes first.
async fn before<T>(mut deadline: Pin<&mut Sleep>, future: impl Future<Output = T>) -> Option<T> {
    let mut future = pin!(future);
    poll_fn(|context| match future.as_mut().poll(context) {
        Poll::Ready(value) => Poll::Ready(Some(value)),
        Poll::Pending => deadline.as_mut().poll(context).map(|()| None),
    })
    .await
}

/// Returns all secrets that were sent in a call, and those received so far.
fn secrets(request: &Outgoing, credential: Option<&Credential>, into: Option<&dyn Body>) -> Vec<Secret> {
    let sent = credential.into_iter().flat_map(Credential::secrets).chain(&request.secrets).cloned();
    sent.chain(into.map(|into| into.to_json().secrets()).unwrap_or_default()).collect()
}

/// Creates an error for the total timeout; `last` is the error of the previous attempt.
fn out_of_time(limit: Duration, last: Option<Error>) -> Error {
    let message = format!("no response within {limit:?} in all");
    match last {
        None => Error::new(ErrorKind::Timeout, message),
        Some(last) => {
            let attempts = last.attempts() + 1;
            Error::new(ErrorKind::Timeout, format!("{message}; the attempt before failed: {last}"))
                .with_source(last)
                .with_attempts(attempts)
        }
    }
}

/// Returns a hint about the difference between the clocks.
fn off(distance: Duration, direction: &str) -> String {
    let minutes = distance.as_secs() / 60;
    format!(
        "the clock of this machine is {minutes} minutes {direction} that of the service, and a signature is good for 15; \
         set the clock"
    )
}

fn plain_header(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text)
        .map_err(|error| Error::new(ErrorKind::Config, "a header cannot be written").with_source(error))
}

fn secret_header(secret: &Secret) -> Result<HeaderValue, Error> {
    let mut value = plain_header(secret.expose())?;
    value.set_sensitive(true);
    Ok(value)
}
