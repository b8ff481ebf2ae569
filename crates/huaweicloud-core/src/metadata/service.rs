//! A service: its name, its endpoints, its operations.

use super::operation::Operation;

/// A service: its endpoints and operations.
#[derive(Debug)]
#[non_exhaustive]
pub struct Service {
    /// Short name, as in the names of the crates: `osm`.
    pub id: &'static str,
    /// The vendor's name of the service: `OSM`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Which of the caller's ids a signed request carries.
    pub scope: Scope,
    /// Where it is, by region.
    pub endpoints: &'static [Endpoint],
    /// What it can do.
    pub operations: &'static [&'static Operation],
}

impl Service {
    /// Describes a service.
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

    /// Returns the address in a region, if the service is known to be there.
    #[must_use]
    pub fn endpoint(&self, region: &str) -> Option<&'static str> {
        self.endpoints.iter().find(|endpoint| endpoint.region == region).map(|endpoint| endpoint.url)
    }
}

/// Which of the caller's ids a signed request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Scope {
    /// The IAM project id, in `X-Project-Id`.
    Project,
    /// The domain (account) id, in `X-Domain-Id`.
    Domain,
}

/// The address of a service in a region.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Endpoint {
    /// Region, such as `cn-north-4`.
    pub region: &'static str,
    /// Scheme and host.
    pub url: &'static str,
}

impl Endpoint {
    /// Describes an endpoint.
    #[must_use]
    pub const fn new(region: &'static str, url: &'static str) -> Self {
        Self { region, url }
    }
}
