//! Credentials, and the traits that provide them.

use std::{
    fmt::{self, Debug},
    sync::{Arc, OnceLock},
};

use crate::{
    error::{Error, ErrorKind},
    future::BoxFuture,
    secret::Secret,
    sign::Signer,
};

/// A set of credentials: an access key pair or a token.
#[derive(Clone)]
pub struct Credential {
    kind: Kind,
    /// Created for the first signature.
    signer: OnceLock<Signer>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
enum Kind {
    Keys { access_key: String, secret_key: Secret, security_token: Option<Secret> },
    Token(Secret),
}

impl From<Kind> for Credential {
    fn from(kind: Kind) -> Self {
        Self { kind, signer: OnceLock::new() }
    }
}

impl PartialEq for Credential {
    fn eq(&self, other: &Self) -> bool {
        self.kind == other.kind
    }
}

impl Eq for Credential {}

impl fmt::Debug for Credential {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.kind.fmt(f)
    }
}

impl Credential {
    /// Creates credentials from a permanent access key pair (AK/SK). Requests are signed with it; the secret key never
    /// leaves the process.
    #[must_use]
    pub fn keys(access_key: impl Into<String>, secret_key: impl Into<Secret>) -> Self {
        Kind::Keys { access_key: access_key.into(), secret_key: secret_key.into(), security_token: None }.into()
    }

    /// Creates credentials from a temporary access key pair with its security token.
    #[must_use]
    pub fn temporary(
        access_key: impl Into<String>,
        secret_key: impl Into<Secret>,
        security_token: impl Into<Secret>,
    ) -> Self {
        let security_token = Some(security_token.into());
        Kind::Keys { access_key: access_key.into(), secret_key: secret_key.into(), security_token }.into()
    }

    /// Creates credentials from an IAM token, sent as `X-Auth-Token`. It is documented, but the official SDKs do not
    /// support it.
    #[must_use]
    pub fn token(token: impl Into<Secret>) -> Self {
        Kind::Token(token.into()).into()
    }

    /// Returns the access key id (AK) of a key pair.
    #[must_use]
    pub fn access_key(&self) -> Option<&str> {
        match &self.kind {
            Kind::Keys { access_key, .. } => Some(access_key),
            Kind::Token(_) => None,
        }
    }

    /// Returns the secret access key (SK) of a key pair.
    #[must_use]
    pub fn secret_key(&self) -> Option<&Secret> {
        match &self.kind {
            Kind::Keys { secret_key, .. } => Some(secret_key),
            Kind::Token(_) => None,
        }
    }

    /// Returns the security token of temporary keys.
    #[must_use]
    pub fn security_token(&self) -> Option<&Secret> {
        match &self.kind {
            Kind::Keys { security_token, .. } => security_token.as_ref(),
            Kind::Token(_) => None,
        }
    }

    /// Returns the IAM token, if these credentials are one.
    #[must_use]
    pub fn as_token(&self) -> Option<&Secret> {
        match &self.kind {
            Kind::Keys { .. } => None,
            Kind::Token(token) => Some(token),
        }
    }

    /// Returns the signer of a key pair. It is created once and kept with the credentials.
    #[must_use]
    pub fn signer(&self) -> Option<&Signer> {
        match &self.kind {
            Kind::Keys { access_key, secret_key, .. } => {
                Some(self.signer.get_or_init(|| Signer::new(access_key, secret_key)))
            }
            Kind::Token(_) => None,
        }
    }

    /// Returns the secret parts.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let (first, second) = match &self.kind {
            Kind::Keys { secret_key, security_token, .. } => (secret_key, security_token.as_ref()),
            Kind::Token(token) => (token, None),
        };
        std::iter::once(first).chain(second)
    }

    /// Checks that every part is valid in a header.
    ///
    /// # Errors
    ///
    /// Returns an error if a part is empty or contains a character that no key has; the message does not repeat the
    /// part.
    pub fn check(&self) -> Result<(), Error> {
        let parts: &[(&str, Option<&str>)] = match &self.kind {
            Kind::Keys { access_key, secret_key, security_token } => &[
                ("access key", Some(access_key)),
                ("secret key", Some(secret_key.expose())),
                ("security token", security_token.as_ref().map(Secret::expose)),
            ],
            Kind::Token(token) => &[("token", Some(token.expose()))],
        };
        for (name, value) in parts {
            let problem = match value {
                Some("") => "is empty",
                Some(value) if !value.bytes().all(|byte| byte.is_ascii_graphic()) => {
                    "holds a space, a line break or another character that no key has; was it copied whole?"
                }
                _ => continue,
            };
            return Err(Error::new(ErrorKind::Credentials, format!("the {name} {problem}")));
        }
        Ok(())
    }
}

/// A provider of credentials, called before every attempt.
///
/// A shared [`Credential`] (`Arc<Credential>`) is a provider that always returns itself. A provider that refreshes its
/// credentials returns a cached set while that is valid.
pub trait CredentialsProvider: Debug + Send + Sync {
    /// Returns the credentials to use now.
    ///
    /// # Errors
    ///
    /// Returns an error if no credentials are available.
    fn credential(&self) -> BoxFuture<'_, Result<Arc<Credential>, Error>>;

    /// Called when the gateway has rejected these credentials as expired.
    ///
    /// A provider that can return others discards these and returns `true`; the call is then retried once. The default
    /// implementation returns `false`.
    fn expired(&self, _credential: &Arc<Credential>) -> bool {
        false
    }
}

/// A resolver for the account ids of the caller that are not in the configuration.
pub trait AccountIdResolver: Debug + Send + Sync {
    /// Returns the IAM project id.
    ///
    /// # Errors
    ///
    /// Returns an error if the id cannot be found; the message says what to set instead.
    fn project_id(&self) -> BoxFuture<'_, Result<Option<String>, Error>>;

    /// Returns the domain (account) id.
    ///
    /// # Errors
    ///
    /// Returns an error if the id cannot be found; the message says what to set instead.
    fn domain_id(&self) -> BoxFuture<'_, Result<Option<String>, Error>>;
}

/// The provider of configurations without credentials, such as for the creation of a token.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Anonymous;

impl CredentialsProvider for Anonymous {
    fn credential(&self) -> BoxFuture<'_, Result<Arc<Credential>, Error>> {
        let message = "this configuration is for calls without credentials; this call needs some";
        Box::pin(std::future::ready(Err(Error::new(ErrorKind::Credentials, message))))
    }
}

impl CredentialsProvider for Arc<Credential> {
    fn credential(&self) -> BoxFuture<'_, Result<Arc<Credential>, Error>> {
        Box::pin(std::future::ready(Ok(Self::clone(self))))
    }
}
