//! What proves to the gateway who is calling.

use std::{fmt::Debug, sync::Arc};

use crate::{
    error::{Error, ErrorKind},
    future::BoxFuture,
    secret::Secret,
};

/// One set of credentials.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Credential {
    /// A key pair; requests are signed with it and the secret key never leaves the process.
    Keys {
        /// Access key id (AK).
        access_key: String,
        /// Secret access key (SK).
        secret_key: Secret,
        /// The token that goes with temporary keys.
        security_token: Option<Secret>,
    },
    /// An IAM token, sent as `X-Auth-Token`. The official SDKs have no such thing; the documents ask for it.
    Token(Secret),
}

impl Credential {
    /// A key pair (AK/SK).
    #[must_use]
    pub fn keys(access_key: impl Into<String>, secret_key: impl Into<Secret>) -> Self {
        Self::Keys { access_key: access_key.into(), secret_key: secret_key.into(), security_token: None }
    }

    /// A temporary key pair with its security token.
    #[must_use]
    pub fn temporary(
        access_key: impl Into<String>,
        secret_key: impl Into<Secret>,
        security_token: impl Into<Secret>,
    ) -> Self {
        Self::Keys {
            access_key: access_key.into(),
            secret_key: secret_key.into(),
            security_token: Some(security_token.into()),
        }
    }

    /// An IAM token.
    #[must_use]
    pub fn token(token: impl Into<Secret>) -> Self {
        Self::Token(token.into())
    }

    /// The texts in it that must never be seen.
    pub(crate) fn secrets(&self) -> impl Iterator<Item = &Secret> {
        let (first, second) = match self {
            Self::Keys { secret_key, security_token, .. } => (secret_key, security_token.as_ref()),
            Self::Token(token) => (token, None),
        };
        std::iter::once(first).chain(second)
    }

    /// Checks that every part can stand in a header.
    ///
    /// # Errors
    /// When one is empty or holds a character that no key has; the message does not repeat it.
    pub fn check(&self) -> Result<(), Error> {
        let parts: &[(&str, Option<&str>)] = match self {
            Self::Keys { access_key, secret_key, security_token } => &[
                ("access key", Some(access_key)),
                ("secret key", Some(secret_key.expose())),
                ("security token", security_token.as_ref().map(Secret::expose)),
            ],
            Self::Token(token) => &[("token", Some(token.expose()))],
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

/// A source of credentials, asked before every attempt.
///
/// A shared [`Credential`] (`Arc<Credential>`) is one itself: it always gives itself. A source that renews its credentials gives a cached set as
/// long as it is good.
pub trait CredentialsProvider: Debug + Send + Sync {
    /// The credentials to use now.
    ///
    /// # Errors
    /// When there are none.
    fn credential(&self) -> BoxFuture<'_, Result<Arc<Credential>, Error>>;

    /// Told that the gateway took these credentials for expired. A source that can give others forgets them and says
    /// `true`; the call is then tried once more.
    fn expired(&self, _credential: &Arc<Credential>) -> bool {
        false
    }
}

/// Looks up the caller's ids where the configuration does not have them.
pub trait AccountIdResolver: Debug + Send + Sync {
    /// The IAM project id.
    ///
    /// # Errors
    /// When it cannot be found; the message says what to set instead.
    fn project_id(&self) -> BoxFuture<'_, Result<Option<String>, Error>>;

    /// The domain (account) id.
    ///
    /// # Errors
    /// When it cannot be found; the message says what to set instead.
    fn domain_id(&self) -> BoxFuture<'_, Result<Option<String>, Error>>;
}

/// For configurations that only make calls without credentials, such as for a token.
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
