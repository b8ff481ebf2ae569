//! The credential source trait and its result types.

use std::{fmt::Debug, time::SystemTime};

use huaweicloud_core::{BoxFuture, Credential, Error};

/// Credentials loaded from a source, with their expiry and ids.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct LoadedCredentials {
    /// The credentials.
    pub credential: Credential,
    /// When they expire; `None` if never.
    pub expires_at: Option<SystemTime>,
    /// The IAM project id, if the source provides it.
    pub project_id: Option<String>,
    /// The domain id, if the source provides it.
    pub domain_id: Option<String>,
}

impl LoadedCredentials {
    /// Creates credentials that never expire and have no ids.
    #[must_use]
    pub fn new(credential: Credential) -> Self {
        Self { credential, expires_at: None, project_id: None, domain_id: None }
    }

    /// Sets when the credentials expire.
    #[must_use]
    pub fn with_expiry(mut self, time: SystemTime) -> Self {
        self.expires_at = Some(time);
        self
    }
}

/// The result of a lookup in a credential source.
#[derive(Debug)]
pub enum Lookup {
    /// The credentials that were found.
    Found(Box<LoadedCredentials>),
    /// The reason why there are no credentials. A chain continues with its next source.
    NotFound(String),
}

impl Lookup {
    pub(crate) fn found(loaded: LoadedCredentials) -> Self {
        Self::Found(Box::new(loaded))
    }
}

/// A source of credentials.
pub trait CredentialSource: Debug + Send + Sync {
    /// Returns the name of the source in error messages.
    fn name(&self) -> &str;

    /// Loads credentials.
    ///
    /// # Errors
    ///
    /// Returns an error if the source is present but invalid: continuing with the next source would hide a mistake.
    fn load(&self) -> BoxFuture<'_, Result<Lookup, Error>>;
}
