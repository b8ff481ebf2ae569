//! The default transport: reqwest.

use std::{
    net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr},
    pin::{Pin, pin},
    sync::{Mutex, OnceLock, PoisonError},
    task::{Context, Poll},
    time::Duration,
};

use ::reqwest::{Client, ClientBuilder, Request, Response, redirect, retry};
use bytes::Bytes;
use futures_core::Stream;
use http::{
    Uri,
    uri::{Authority, Scheme},
};
use url::Url;

use super::http::{ResponseBody, Transport};
use crate::{
    error::{Error, ErrorKind},
    future::BoxFuture,
    tls::{provide_cryptography, tls},
};

const USER_AGENT: &str = concat!("huaweicloud-rust/", env!("CARGO_PKG_VERSION"));

/// Sends requests with reqwest, through one connection pool.
#[derive(Debug)]
pub(crate) struct Reqwest {
    clients: Clients,
    /// The latest endpoint, because parsing its host costs more than the rest of a URL.
    base: Mutex<Option<(Scheme, Authority, Url)>>,
}

#[derive(Debug)]
enum Clients {
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
        Self::with(Clients::Default { connect_timeout, encrypted: OnceLock::new(), plain: OnceLock::new() })
    }

    pub(crate) fn own(builder: ClientBuilder) -> Result<Self, Error> {
        provide_cryptography();
        finish(builder).map(|client| Self::with(Clients::Own(client)))
    }

    fn with(clients: Clients) -> Self {
        Self { clients, base: Mutex::default() }
    }

    /// Returns the HTTP client for encrypted or plain requests.
    pub(crate) fn client(&self, is_encrypted: bool) -> Result<&Client, Error> {
        let (connect_timeout, slot) = match &self.clients {
            Clients::Own(client) => return Ok(client),
            Clients::Default { connect_timeout, encrypted, .. } if is_encrypted => (connect_timeout, encrypted),
            Clients::Default { connect_timeout, plain, .. } => (connect_timeout, plain),
        };
        if let Some(client) = slot.get() {
            return Ok(client);
        }
        let builder = tls(Client::builder(), is_encrypted)?.connect_timeout(*connect_timeout).user_agent(USER_AGENT);
        let client = finish(if is_encrypted { builder } else { builder.no_proxy() })?;
        Ok(slot.get_or_init(|| client))
    }

    /// Returns the URL of the endpoint of a URI.
    fn endpoint(&self, uri: &Uri) -> Result<Url, Error> {
        let mut base = self.base.lock().unwrap_or_else(PoisonError::into_inner);
        match base.as_ref().filter(|(scheme, host, _)| uri.scheme() == Some(scheme) && uri.authority() == Some(host)) {
            Some((.., url)) => Ok(url.clone()),
            None => {
                let url = endpoint(uri)?;
                *base = uri
                    .scheme()
                    .cloned()
                    .zip(uri.authority().cloned())
                    .map(|(scheme, host)| (scheme, host, url.clone()));
                Ok(url)
            }
        }
    }
}

fn endpoint(uri: &Uri) -> Result<Url, Error> {
    let text = format!("{}://{}", uri.scheme_str().unwrap_or_default(), uri.authority().map_or("", Authority::as_str));
    let invalid = |error| Error::new(ErrorKind::Config, format!("endpoint {text:?} is not a URL")).with_source(error);
    Url::parse(&text).map_err(invalid)
}

/// Sends a request to an endpoint, with path and query as they were signed. What can be done at once is not a part of the
/// future, which is moved.
fn send(
    client: Result<(&Client, Url), Error>,
    request: http::Request<Bytes>,
) -> BoxFuture<'static, Result<http::Response<ResponseBody>, Error>> {
    let (parts, body) = request.into_parts();
    let sending = client.and_then(|(client, mut url)| {
        url.set_path(parts.uri.path());
        url.set_query(parts.uri.query());
        if url.path() != parts.uri.path() || url.query() != parts.uri.query() {
            return Err(Error::invalid("path", format!("would be sent as {:?}, not as it was signed", url.path())));
        }
        let mut request = Request::new(parts.method, url);
        *request.headers_mut() = parts.headers;
        *request.body_mut() = Some(body.into());
        Ok(client.execute(request))
    });
    let host = parts.uri.into_parts().authority;
    Box::pin(async move {
        let mut response = sending?.await.map_err(|error| failure(error, host.as_ref()))?;
        let (status, headers) = (response.status(), std::mem::take(response.headers_mut()));
        let mut response = http::Response::new(ResponseBody::stream(Chunks { response, host }));
        *response.status_mut() = status;
        *response.headers_mut() = headers;
        Ok(response)
    })
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
        let client = self.client(request.uri().scheme_str() == Some("https"));
        send(client.and_then(|client| Ok((client, self.endpoint(request.uri())?))), request)
    }
}

/// A finished HTTP client, which must not follow redirects: they would carry tokens to another host, and nobody can turn
/// them off any more. [`ConfigBuilder::http`](crate::ConfigBuilder::http) takes a builder and turns them off.
impl Transport for Client {
    fn send(&self, request: http::Request<Bytes>) -> BoxFuture<'_, Result<http::Response<ResponseBody>, Error>> {
        send(endpoint(request.uri()).map(|endpoint| (self, endpoint)), request)
    }
}

/// The chunks of a response body.
struct Chunks {
    response: Response,
    host: Option<Authority>,
}

impl Stream for Chunks {
    type Item = Result<Bytes, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Bytes, Error>>> {
        // The future keeps no state between polls.
        let chunk = pin!(self.response.chunk()).poll(context);
        chunk.map(|chunk| chunk.map_err(|error| failure(error, self.host.as_ref())).transpose())
    }
}

/// Converts an error of reqwest.
fn failure(error: ::reqwest::Error, host: Option<&Authority>) -> Error {
    let host = host.map_or("", Authority::as_str);
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
