//! Resolution and validation of endpoints.

use std::{fmt, net::IpAddr};

use url::{Host, Url};

use crate::{
    error::{Error, ErrorKind},
    metadata::Service,
};

/// A resolver for endpoints that are not in the specs, for example from a file of the user.
pub trait EndpointResolver: fmt::Debug + Send + Sync {
    /// Returns the endpoint of a service in a region, or `None` to use the one from the spec.
    ///
    /// # Errors
    ///
    /// Returns an error if the user's settings cannot be read.
    fn endpoint(&self, service: &Service, region: &str) -> Result<Option<String>, Error>;
}

/// Returns the endpoint of a service in a region from its spec.
pub(crate) fn documented(service: &Service, region: &str) -> Result<&'static str, Error> {
    service.endpoint(region).ok_or_else(|| {
        let known: Vec<&str> = service.endpoints.iter().map(|endpoint| endpoint.region).collect();
        let known = known.join(", ");
        let name = service.name;
        Error::new(
            ErrorKind::Config,
            format!("{name} has no known endpoint in region {region:?}; known are {known}, or set an endpoint"),
        )
    })
}

/// Parses and validates an endpoint.
pub(crate) fn parse(text: &str, allow_http: bool) -> Result<Url, Error> {
    // The part before an @ may hold a password.
    let shown = text.rsplit('@').next().unwrap_or_default();
    let wrong = |reason: &str| Error::new(ErrorKind::Config, format!("endpoint {shown:?} {reason}"));
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&with_scheme).map_err(|error| wrong("is not a URL").with_source(error))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::new(ErrorKind::Config, "the endpoint must not hold a user name or a password"));
    }
    let loopback = match url.host() {
        // Any other name is up to a name server. The HTTP client resolves this one itself.
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => return Err(wrong("has no host")),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback || allow_http => {}
        "http" => return Err(wrong("is not encrypted; use https://, or allow plain http explicitly")),
        _ => return Err(wrong("must begin with https://")),
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must be a scheme and a host, without a path or a query"));
    }
    Ok(url)
}
