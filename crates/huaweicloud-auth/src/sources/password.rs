//! IAM tokens from a user name and a password.

use std::sync::{Arc, OnceLock};

use huaweicloud_core::{BoxFuture, Credential, Error, ErrorKind, Secret};
use huaweicloud_iam::types::{
    CreateTokenRequest, DomainName, IdOrNameDomain, IdOrNameProject, TokenAuth, TokenIdentity, TokenPassword,
    TokenPasswordUser, TokenScope as Scope,
};

use crate::{Context, CredentialSource, LoadedCredentials, Lookup, keys::expiry};

/// The scope of a token.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum TokenScope {
    /// The project with this name, for project-scoped services. The main project of a region has the region's name.
    ProjectName(String),
    /// The project with this id, for project-scoped services.
    ProjectId(String),
    /// The user's own domain, for services that are not bound to a project.
    Domain,
}

/// A source that logs in to IAM with a user name and a password.
///
/// A login that IAM rejected is not repeated, because IAM locks the user after several of them. Later loads return the
/// same error.
///
/// ```
/// use huaweicloud_auth::{Password, TokenScope};
///
/// let login = Password::new("account", "user", "password", TokenScope::ProjectName("cn-north-4".into()));
/// ```
#[derive(Clone, Debug)]
pub struct Password {
    domain: String,
    user: String,
    password: Secret,
    scope: TokenScope,
    /// The error with which IAM rejected the login.
    refused: Arc<OnceLock<Error>>,
}

impl Password {
    /// Creates a login for a user of an account (domain).
    #[must_use]
    pub fn new(
        domain: impl Into<String>,
        user: impl Into<String>,
        password: impl Into<Secret>,
        scope: TokenScope,
    ) -> Self {
        Self { domain: domain.into(), user: user.into(), password: password.into(), scope, refused: Arc::default() }
    }

    async fn log_in(&self, context: &Context) -> Result<Lookup, Error> {
        let scope = match &self.scope {
            TokenScope::ProjectName(name) => Scope::new().project(IdOrNameProject::new().name(name)),
            TokenScope::ProjectId(id) => Scope::new().project(IdOrNameProject::new().id(id)),
            TokenScope::Domain => Scope::new().domain(IdOrNameDomain::new().name(&self.domain)),
        };
        let user = TokenPasswordUser::new()
            .domain(DomainName::new().name(&self.domain))
            .name(&self.user)
            .password(self.password.clone());
        let identity = TokenIdentity::new().methods(["password"]).password(TokenPassword::new().user(user));
        let body = CreateTokenRequest::new().auth(TokenAuth::new().identity(identity).scope(scope));
        let response = huaweicloud_iam::Client::new(&context.config_builder().build()?)?
            .keystone_create_user_token_by_password()
            .nocatalog("true")
            .body(body)
            .send()
            .await?;
        let missing = |what: &str| Error::new(ErrorKind::Credentials, format!("IAM responded without {what}"));
        let token = response.x_subject_token.clone().ok_or_else(|| missing("a token"))?;
        let expires_at = response
            .token
            .as_ref()
            .and_then(|token| expiry(token.expires_at.as_deref()?))
            .ok_or_else(|| missing("the time when the token ends"))?;
        let credential = Credential::token(token);
        credential.check()?;
        Ok(Lookup::found(LoadedCredentials::new(credential).with_expiry(expires_at)))
    }
}

impl CredentialSource for Password {
    fn name(&self) -> &str {
        "password"
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(async {
            if let Some(refusal) = self.refused.get() {
                return Err(refusal.clone());
            }
            let found = self.log_in(context).await;
            if let Err(error) = &found
                && (error.is_unauthenticated() || error.is_permission_denied())
            {
                let _ = self.refused.set(error.clone());
            }
            found
        })
    }
}
