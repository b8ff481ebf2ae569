//! Services and their endpoints.

use super::operation::Operation;

/// The description of a service: its endpoints and operations.
#[derive(Debug)]
#[non_exhaustive]
pub struct Service {
    /// Short name, as in crate names, such as `osm`.
    pub id: &'static str,
    /// The vendor's name of the service, such as `OSM`.
    pub name: &'static str,
    /// Title in a few words.
    pub title: &'static str,
    /// The account id that a signed request carries.
    pub scope: Scope,
    /// Endpoints, by region.
    pub endpoints: &'static [Endpoint],
    /// Operations.
    pub operations: &'static [&'static Operation],
}

impl Service {
    /// Creates a service.
    #[must_use]
    pub const fn new(
        id: &'static str,
        name: &'static str,
        title: &'static str,
        scope: Scope,
        endpoints: &'static [Endpoint],
        operations: &'static [&'static Operation],
    ) -> Self {
        Self { id, name, title, scope, endpoints, operations }
    }

    /// Returns the endpoint in a region, if it is known.
    #[must_use]
    pub fn endpoint(&self, region: &str) -> Option<&'static str> {
        self.endpoints.iter().find(|endpoint| endpoint.region == region).map(|endpoint| endpoint.url)
    }
}

/// The account id that a signed request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The IAM project id, in `X-Project-Id`.
    Project,
    /// The domain (account) id, in `X-Domain-Id`.
    Domain,
}

/// The endpoint of a service in a region.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Endpoint {
    /// Region, such as `cn-north-4`.
    pub region: &'static str,
    /// Scheme and host.
    pub url: &'static str,
}

impl Endpoint {
    /// Creates an endpoint.
    #[must_use]
    pub const fn new(region: &'static str, url: &'static str) -> Self {
        Self { region, url }
    }
}
