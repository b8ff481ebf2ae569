//! The default transport: reqwest.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::{Pin, pin},
    sync::OnceLock,
    task::{Context, Poll},
    time::Duration,
};

use ::reqwest::{Client, ClientBuilder, Request, Response, redirect, retry};
use bytes::Bytes;
use futures_core::Stream;

use super::http::{ResponseBody, Transport};
use crate::{
    error::{Error, ErrorKind},
    future::BoxFuture,
    tls::{provide_cryptography, tls},
};

const USER_AGENT: &str = concat!("huaweicloud-rust/", env!("CARGO_PKG_VERSION"));

/// Sends requests with reqwest, through one connection pool.
#[derive(Debug)]
pub(crate) enum Reqwest {
    /// An HTTP client from a builder of the caller.
    Own(Client),
    /// HTTP clients with the settings of this crate, each built when it is first needed.
    Default {
        connect_timeout: Duration,
        encrypted: OnceLock<Client>,
        /// For plain `http://`, which needs no root certificates and never goes through a proxy.
        plain: OnceLock<Client>,
    },
}

impl Reqwest {
    pub(crate) fn new(connect_timeout: Duration) -> Self {
        Self::Default { connect_timeout, encrypted: OnceLock::new(), plain: OnceLock::new() }
    }

    pub(crate) fn own(builder: ClientBuilder) -> Result<Self, Error> {
        provide_cryptography();
        finish(builder).map(Self::Own)
    }

    /// Returns the HTTP client for encrypted or plain requests.
    pub(crate) fn client(&self, is_encrypted: bool) -> Result<&Client, Error> {
        let (connect_timeout, slot) = match self {
            Self::Own(client) => return Ok(client),
            Self::Default { connect_timeout, encrypted, .. } if is_encrypted => (connect_timeout, encrypted),
            Self::Default { connect_timeout, plain, .. } => (connect_timeout, plain),
        };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let builder = tls(Client::builder(), is_encrypted)?.connect_timeout(*connect_timeout).user_agent(USER_AGENT);
        let client = finish(if is_encrypted { builder } else { builder.no_proxy() })?;
        Ok(slot.get_or_init(|| client))
    }
}

/// Builds an HTTP client that sends a request only once and only to its own host.
///
/// `localhost` is always this machine, whatever a name server says, because plain requests are allowed to it.
fn finish(builder: ClientBuilder) -> Result<Client, Error> {
    let loopback = [IpAddr::from(Ipv4Addr::LOCALHOST), IpAddr::from(Ipv6Addr::LOCALHOST)];
    builder
        .redirect(redirect::Policy::none())
        .referer(false)
        // Without the limit, reqwest would copy every request.
        .retry(retry::never().max_retries_per_request(0))
        .resolve_to_addrs("localhost", &loopback.map(|address| SocketAddr::new(address, 0)))
        .build()
        .map_err(|error| Error::new(ErrorKind::Config, "the HTTP client cannot be set up").with_source(error))
}

impl Transport for Reqwest {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<ResponseBody>, Error>> {
        Box::pin(async move {
            let uri = request.uri();
            let client = self.client(uri.scheme_str() == Some("https"))?;
            let host = uri.authority().map(ToString::to_string).unwrap_or_default();
            let signed = uri.path_and_query().cloned();
            let request = Request::try_from(request)
                .map_err(|error| Error::invalid("path", "is not a part of a URL").with_source(error))?;
            let url = request.url();
            if signed.is_none_or(|signed| signed.path() != url.path() || signed.query() != url.query()) {
                return Err(Error::invalid("path", format!("would be sent as {:?}, not as it was signed", url.path())));
            }
            let mut response = client.execute(request).await.map_err(|error| failure(error, &host))?;
            let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
            let mut response = http::Response::new(ResponseBody::stream(Chunks { response, host }));
            *response.status_mut() = status;
            *response.headers_mut() = headers;
            Ok(response)
        })
    }
}

/// The chunks of a response body.
struct Chunks {
    response: Response,
    host: String,
}

impl Stream for Chunks {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        // The future keeps no state between polls.
        let chunk = pin!(self.response.chunk()).poll(context);
        chunk.map(|chunk| chunk.map_err(|error| failure(error, &self.host)).transpose())
    }
}

/// Converts an error of reqwest.
fn failure(error: ::reqwest::Error, host: &str) -> Error {
    let (kind, message) = if error.is_timeout() && error.is_connect() {
        (ErrorKind::Timeout, format!("no connection to {host} in time"))
    } else if error.is_timeout() {
        (ErrorKind::Timeout, format!("no complete response from {host} within the limit of the HTTP client"))
    } else if error.is_connect() {
        (ErrorKind::Connect, format!("no connection to {host}"))
    } else {
        (ErrorKind::Transport, format!("the connection to {host} broke before the response was complete"))
    };
    let is_unsent = error.is_connect();
    let converted = Error::new(kind, message).with_source(error.without_url());
    if is_unsent { converted.not_sent() } else { converted }
}
