//! Where the requests of a client go, and with which settings.

use http::{Uri, uri};

use crate::{
    config::Config,
    error::{Error, ErrorKind},
    metadata::Service,
};

/// The endpoint of a service, with the configuration of its client.
#[derive(Debug)]
pub(super) struct Target {
    pub(super) config: Config,
    pub(super) service: &'static Service,
    scheme: uri::Scheme,
    /// Host and port, as in the `Host` header.
    pub(super) authority: uri::Authority,
}

impl Target {
    pub(super) fn new(config: &Config, service: &'static Service) -> Result<Self, Error> {
        let endpoint = config.endpoint(service)?;
        let invalid = || Error::new(ErrorKind::Config, format!("endpoint {:?} is not a URL", endpoint.as_str()));
        let url = Uri::try_from(endpoint.as_str()).map_err(|error| invalid().with_source(error))?;
        let uri::Parts { scheme, authority, .. } = url.into_parts();
        let (scheme, authority) = scheme.zip(authority).ok_or_else(invalid)?;
        Ok(Self { config: config.clone(), service, scheme, authority })
    }

    /// Returns the URI of a path and a query.
    pub(super) fn uri(&self, path: &str, query: &str) -> Result<Uri, Error> {
        let invalid =
            |error: http::Error| Error::invalid("path", format!("is not a part of a URL: {path:?}")).with_source(error);
        let path_and_query = if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") };
        let mut parts = uri::Parts::default();
        parts.scheme = Some(self.scheme.clone());
        parts.authority = Some(self.authority.clone());
        parts.path_and_query = Some(path_and_query.try_into().map_err(|error: uri::InvalidUri| invalid(error.into()))?);
        Uri::from_parts(parts).map_err(|error| invalid(error.into()))
    }
}
