//! From a request and an identity to the HTTP request that is sent: the last headers, and the signature or the token.

use std::sync::Arc;

use bytes::Bytes;
use http::{
    HeaderName, HeaderValue,
    header::{self, InvalidHeaderValue},
};
use zeroize::Zeroizing;

use super::target::Target;
use crate::{
    credentials::Credential,
    error::{Error, ErrorKind},
    metadata::Scope,
    request::Outgoing,
    secret::Secret,
    sign::{self, SigningInput},
    time,
};

static AUTH_TOKEN: HeaderName = HeaderName::from_static("x-auth-token");
static SECURITY_TOKEN: HeaderName = HeaderName::from_static("x-security-token");
static PROJECT_ID: HeaderName = HeaderName::from_static("x-project-id");
static DOMAIN_ID: HeaderName = HeaderName::from_static("x-domain-id");
static SDK_DATE: HeaderName = HeaderName::from_static(sign::DATE_HEADER);

/// Who is calling: no credentials for an anonymous call; an id of the project or domain only if the call is signed.
#[derive(Default)]
pub(super) struct Identity {
    pub(super) credential: Option<Arc<Credential>>,
    pub(super) id: Option<String>,
}

/// Returns the request to send, with its canonical request if it is signed. Path and query are in canonical form
/// already, so they are sent exactly as they are signed.
pub(super) fn authorise(
    target: &Target,
    request: &Outgoing,
    identity: &Identity,
) -> Result<(http::Request<Bytes>, Option<Zeroizing<String>>), Error> {
    let config = &*target.config.0;
    let query = sign::canonical_query(&request.query);
    let mut headers = request.headers.clone();
    headers.entry(header::ACCEPT).or_insert(HeaderValue::from_static("application/json"));
    let options = request.options.get();
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
    let credential = identity.credential.as_deref();
    if let Some(token) = credential.and_then(Credential::as_token) {
        headers.insert(AUTH_TOKEN.clone(), secret_header(token)?);
    }
    if let Some(signer) = credential.and_then(Credential::signer) {
        let security_token = credential.and_then(Credential::security_token);
        let id_header = match target.service.scope {
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
        signed.push(("host", target.authority.as_str()));
        signed.extend(identity.id.as_deref().map(|id| (id_header.as_str(), id)));
        signed.push((sign::DATE_HEADER, &date));
        signed.extend(security_token.map(|token| (SECURITY_TOKEN.as_str(), token.expose())));
        let input = SigningInput {
            method: request.method.as_str(),
            path: &request.path,
            canonical_query: &query,
            headers: &signed,
            body: request.body.as_deref().unwrap_or_default(),
        };
        // It repeats the security token.
        let canonical = Zeroizing::new(input.canonical_request());
        let mut authorization = plain_header(&signer.authorization_of(&input, &canonical, &date))?;
        authorization.set_sensitive(true);
        if let Some(id) = &identity.id {
            headers.insert(id_header.clone(), plain_header(id)?);
        }
        if let Some(token) = security_token {
            headers.insert(SECURITY_TOKEN.clone(), secret_header(token)?);
        }
        headers.insert(SDK_DATE.clone(), plain_header(&date)?);
        headers.insert(header::AUTHORIZATION, authorization);
        canonical_request = Some(canonical);
    }
    let mut sent = http::Request::new(request.body.clone().unwrap_or_default());
    *sent.method_mut() = request.method.clone();
    *sent.headers_mut() = headers;
    *sent.uri_mut() = target.uri(&request.path, &query)?;
    Ok((sent, canonical_request))
}

fn plain_header(text: &str) -> Result<HeaderValue, Error> {
    HeaderValue::from_str(text).map_err(not_written)
}

fn secret_header(secret: &Secret) -> Result<HeaderValue, Error> {
    secret.to_header().map_err(not_written)
}

fn not_written(error: InvalidHeaderValue) -> Error {
    Error::new(ErrorKind::Config, "a header cannot be written").with_source(error)
}
