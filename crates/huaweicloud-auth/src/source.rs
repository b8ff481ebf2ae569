//! The credential source trait and its result types.

use std::{fmt::Debug, time::SystemTime};

use huaweicloud_core::{BoxFuture, Credential, Error};

use crate::Context;

/// Credentials loaded from a source, with their expiry and the account that they belong to.
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
    /// The endpoint of IAM, if the source provides it.
    pub iam_endpoint: Option<String>,
}

impl LoadedCredentials {
    /// Creates credentials that never expire and have no ids.
    #[must_use]
    pub fn new(credential: Credential) -> Self {
        Self { credential, expires_at: None, project_id: None, domain_id: None, iam_endpoint: None }
    }

    /// Sets when the credentials expire.
    #[must_use]
    pub fn with_expiry(mut self, time: SystemTime) -> Self {
        self.expires_at = Some(time);
        self
    }

    /// Sets the project id and the domain id.
    #[must_use]
    pub fn with_ids(mut self, project_id: Option<String>, domain_id: Option<String>) -> Self {
        self.project_id = project_id;
        self.domain_id = domain_id;
        self
    }
}

/// The result of a lookup in a credential source.
#[derive(Debug)]
pub enum Lookup {
    /// The credentials that were found.
    Found(Box<LoadedCredentials>),
    /// The reason why there are no credentials: a sentence that says where they were looked for. A chain continues with
    /// its next source.
    NotFound(String),
}

impl Lookup {
    pub(crate) fn found(loaded: LoadedCredentials) -> Self {
        Self::Found(Box::new(loaded))
    }
}

/// A source of credentials.
///
/// ```
/// use huaweicloud_auth::{Context, CredentialSource, LoadedCredentials, Lookup};
/// use huaweicloud_core::{BoxFuture, Credential, Error};
///
/// /// Reads an IAM token from a variable of our own.
/// #[derive(Debug)]
/// struct OwnVariable;
///
/// impl CredentialSource for OwnVariable {
///     fn name(&self) -> &str {
///         "own variable"
///     }
///
///     fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
///         Box::pin(async {
///             Ok(match context.environment().get("OWN_TOKEN") {
///                 Some(token) => Lookup::Found(Box::new(LoadedCredentials::new(Credential::token(token)))),
///                 None => Lookup::NotFound("OWN_TOKEN is not set".to_owned()),
///             })
///         })
///     }
/// }
/// ```
pub trait CredentialSource: Debug + Send + Sync {
    /// Returns the name of the source in error messages.
    fn name(&self) -> &str;

    /// Returns whether the source is tried although nobody has set it up, such as an address that may not exist. A chain
    /// that has used no source yet continues after an error of such a source. Defaults to `false`.
    fn is_implicit(&self) -> bool {
        false
    }

    /// Loads credentials. What they are made from, such as a file with a token, is read again in each call.
    ///
    /// # Errors
    ///
    /// Returns an error if the source is present but invalid: continuing with the next source would hide a mistake.
    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>>;
}
