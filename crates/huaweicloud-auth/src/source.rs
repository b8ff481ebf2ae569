//! Sources of credentials, and what they return.

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
    /// The IAM project id, if the source knows it.
    pub project_id: Option<String>,
    /// The domain id, if the source knows it.
    pub domain_id: Option<String>,
}

impl LoadedCredentials {
    /// Returns credentials that never expire.
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

/// The result of looking for credentials in a source.
#[derive(Debug)]
pub enum Lookup {
    /// Credentials.
    Found(Box<LoadedCredentials>),
    /// No credentials, and why; the next source of a chain is tried.
    NotFound(String),
}

impl Lookup {
    pub(crate) fn found(loaded: LoadedCredentials) -> Self {
        Self::Found(Box::new(loaded))
    }
}

/// A source of credentials.
pub trait CredentialSource: Debug + Send + Sync {
    /// Returns the name that messages give it.
    fn name(&self) -> &str;

    /// Loads credentials.
    ///
    /// # Errors
    /// When the source is present but invalid, so that going on to the next source would hide a mistake.
    fn load(&self) -> BoxFuture<'_, Result<Lookup, Error>>;
}
