//! What every source of credentials gives.

use std::{fmt::Debug, time::SystemTime};

use huaweicloud_core::{BoxFuture, Credential, Error};

/// Credentials with what came along.
#[derive(Clone, Debug)]
#[non_exhaustive]
pub struct Loaded {
    /// The credentials.
    pub credential: Credential,
    /// When they end; never, if there is no time.
    pub expires_at: Option<SystemTime>,
    /// The IAM project id, if the source knows it.
    pub project_id: Option<String>,
    /// The domain id, if the source knows it.
    pub domain_id: Option<String>,
}

impl Loaded {
    /// Credentials that never end.
    #[must_use]
    pub fn new(credential: Credential) -> Self {
        Self { credential, expires_at: None, project_id: None, domain_id: None }
    }

    /// Credentials that end.
    #[must_use]
    pub fn until(mut self, time: SystemTime) -> Self {
        self.expires_at = Some(time);
        self
    }
}

/// What a source has to say.
#[derive(Debug)]
pub enum Found {
    /// Here they are.
    Yes(Box<Loaded>),
    /// There are none here, for this reason; ask the next source.
    No(String),
}

impl Found {
    pub(crate) fn yes(loaded: Loaded) -> Self {
        Self::Yes(Box::new(loaded))
    }
}

/// A place that credentials come from.
pub trait Source: Debug + Send + Sync {
    /// Its name in messages.
    fn name(&self) -> &str;

    /// Asks it.
    ///
    /// # Errors
    /// When it is there but wrong, so that going on to the next source would hide a mistake.
    fn load(&self) -> BoxFuture<'_, Result<Found, Error>>;
}
