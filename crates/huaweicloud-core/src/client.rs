//! The one way from a request to an answer: authorise, send, classify, decode.

use std::{fmt::Write as _, sync::Arc, time::SystemTime};

use bytes::{Bytes, BytesMut};
use http::{HeaderMap, HeaderName, HeaderValue, header};
use serde::de::DeserializeOwned;
use url::Url;

use crate::{
    Config, Credential, Error, ErrorKind, Operation, Request, Response, Scope, Secret, Service, answer, response,
    sign::{self, SigningInput},
    time,
};

/// The connection of a generated client to its service. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Client {
    config: Config,
    service: &'static Service,
    /// Scheme and host, without a slash at the end.
    base: Arc<str>,
    /// Value of the `Host` header.
    host: Arc<str>,
}

impl Client {
    /// Connects a service to a configuration. Nothing is sent yet.
    ///
    /// # Errors
    /// When the service has no endpoint in the configured region.
    pub fn new(config: &Config, service: &'static Service) -> Result<Self, Error> {
        let endpoint = config.endpoint(service)?;
        let mut host = endpoint.host_str().unwrap_or_default().to_owned();
        if let Some(port) = endpoint.port() {
            let _ = write!(host, ":{port}");
        }
        Ok(Self {
            config: config.clone(),
            service,
            base: endpoint.as_str().trim_end_matches('/').into(),
            host: host.into(),
        })
    }

    /// The service.
    #[must_use]
    pub fn service(&self) -> &'static Service {
        self.service
    }

    /// Sends a request and decodes the answer.
    ///
    /// # Errors
    /// [`Error`] of any kind, with the operation in it.
    pub async fn send<T: DeserializeOwned>(&self, request: Request) -> Result<Response<T>, Error> {
        let operation = request.operation;
        let limit = self.config.0.timeout;
        match tokio::time::timeout(limit, self.attempt(request)).await {
            Ok(result) => result.map_err(|error| error.with_operation(operation.id)),
            Err(_) => Err(Error::new(ErrorKind::Timeout, format!("no answer within {limit:?} in all"))
                .with_operation(operation.id)),
        }
    }

    async fn attempt<T: DeserializeOwned>(&self, request: Request) -> Result<Response<T>, Error> {
        let operation = request.operation;
        let prepared = self.authorise(request).await?;
        let answer = self.config.0.http.execute(prepared).await.map_err(|error| self.not_sent(error))?;
        let status = answer.status().as_u16();
        let headers = answer.headers().clone();
        let request_id = response::request_id(&headers).map(str::to_owned);
        let body = self.read(answer).await.map_err(|error| error.with_status(status, request_id.as_deref()))?;
        classify(operation, status, &headers, &body)
            .map(|value| Response { value, status, headers, body })
            .map_err(|error| error.with_status(status, request_id.as_deref()))
    }

    /// Completes the headers and signs, or adds the token. What is signed is what is sent: the path and the query
    /// are in canonical form already.
    async fn authorise(&self, request: Request) -> Result<reqwest::Request, Error> {
        let config = &*self.config.0;
        let credential = config.credentials.credential().await?;
        let query = sign::canonical_query(&request.query);
        let target = request.target(&query);
        let url = Url::parse(&format!("{}{target}", self.base)).map_err(|error| {
            Error::new(ErrorKind::InvalidRequest, "the request has no valid URL").with_source(error)
        })?;
        debug_assert_eq!(url.as_str(), format!("{}{target}", self.base), "the URL parser changed what is signed");
        let mut headers = request.headers;
        headers.insert(header::ACCEPT, HeaderValue::from_static("application/json"));
        for (name, value) in [("x-language", &config.language), ("x-time-zone", &config.time_zone)] {
            let documented = request.operation.parameters.iter().any(|known| known.name.eq_ignore_ascii_case(name));
            if let Some(value) = value.as_deref().filter(|_| documented && !headers.contains_key(name)) {
                headers.insert(HeaderName::from_static(name), plain_header(value)?);
            }
        }
        match &*credential {
            Credential::Token(token) => {
                headers.insert(HeaderName::from_static("x-auth-token"), secret_header(token)?);
            }
            Credential::Keys { access_key, secret_key, security_token } => {
                let (name, id) = match self.service.scope {
                    Scope::Project => ("x-project-id", &config.project_id),
                    Scope::Domain => ("x-domain-id", &config.domain_id),
                };
                let date = time::sdk_date(SystemTime::now());
                // In ascending order, as they are signed.
                let mut signed: Vec<(&str, &str)> = Vec::with_capacity(6);
                if let Some(content_type) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) {
                    signed.push(("content-type", content_type));
                }
                signed.push(("host", &self.host));
                signed.extend(id.as_deref().filter(|_| name == "x-domain-id").map(|id| (name, id)));
                signed.extend(id.as_deref().filter(|_| name == "x-project-id").map(|id| (name, id)));
                signed.push((sign::DATE_HEADER, &date));
                signed.extend(security_token.as_ref().map(|token| ("x-security-token", token.expose())));
                let input = SigningInput {
                    method: request.method.as_str(),
                    path: &request.path,
                    canonical_query: &query,
                    headers: &signed,
                    body: request.body.as_deref().unwrap_or_default(),
                };
                let authorization = input.authorization(access_key, secret_key.expose(), &date);
                let mut authorization = plain_header(&authorization)?;
                authorization.set_sensitive(true);
                if let Some(id) = id {
                    headers.insert(HeaderName::from_static(name), plain_header(id)?);
                }
                if let Some(token) = security_token {
                    headers.insert(HeaderName::from_static("x-security-token"), secret_header(token)?);
                }
                headers.insert(HeaderName::from_static(sign::DATE_HEADER), plain_header(&date)?);
                headers.insert(header::AUTHORIZATION, authorization);
            }
        }
        let mut prepared = reqwest::Request::new(request.method, url);
        *prepared.headers_mut() = headers;
        *prepared.body_mut() = request.body.map(reqwest::Body::from);
        *prepared.timeout_mut() = Some(config.attempt_timeout);
        Ok(prepared)
    }

    async fn read(&self, mut answer: reqwest::Response) -> Result<Bytes, Error> {
        let limit = self.config.0.max_body;
        let too_large = || {
            Error::new(
                ErrorKind::UnexpectedResponse,
                format!("the answer is larger than {limit} bytes; ask for smaller pages or raise the limit `max_body`"),
            )
        };
        let expected = answer.content_length().and_then(|length| usize::try_from(length).ok()).unwrap_or(0);
        if expected > limit {
            return Err(too_large());
        }
        let mut body = BytesMut::with_capacity(expected);
        while let Some(chunk) = answer.chunk().await.map_err(|error| self.not_sent(error))? {
            if body.len() + chunk.len() > limit {
                return Err(too_large());
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }

    /// What it means that the HTTP client gave up.
    fn not_sent(&self, error: reqwest::Error) -> Error {
        let host = &self.host;
        let (kind, message) = if error.is_timeout() && error.is_connect() {
            (ErrorKind::Timeout, format!("no connection to {host} in time"))
        } else if error.is_timeout() {
            let limit = self.config.0.attempt_timeout;
            (ErrorKind::Timeout, format!("no complete answer from {host} within {limit:?}"))
        } else if error.is_connect() {
            (ErrorKind::Connect, format!("no connection to {host}"))
        } else {
            (ErrorKind::Transport, format!("the connection to {host} broke before the answer was complete"))
        };
        Error::new(kind, message).with_source(error.without_url())
    }
}

fn classify<T: DeserializeOwned>(
    operation: &Operation,
    status: u16,
    headers: &HeaderMap,
    body: &Bytes,
) -> Result<T, Error> {
    match status {
        200..=299 => answer::decode(body, operation.outcome.as_ref()),
        400.. => Err(answer::service_error(status, body)),
        _ => Err(answer::redirect(headers.get(header::LOCATION).and_then(|location| location.to_str().ok()))),
    }
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
