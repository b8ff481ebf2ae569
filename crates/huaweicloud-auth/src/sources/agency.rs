//! Temporary keys of an agency, which another account has delegated to the caller.

use std::{sync::Arc, time::Duration};

use huaweicloud_core::{BoxFuture, Error, ErrorKind};
use huaweicloud_iam::types::{
    CreateTemporaryAccessKeyRequest, IdentityAssumeRole, TemporaryAccessKeyAuth, TemporaryAccessKeyIdentity,
};

use crate::{Context, CredentialSource, Lookup, keys};

/// The account that created an agency.
#[derive(Clone, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum AgencyOwner {
    /// The account with this name.
    DomainName(String),
    /// The account with this domain id.
    DomainId(String),
}

/// A source that assumes an agency with the credentials of another source, keys or a token.
///
/// ```
/// use std::sync::Arc;
/// use huaweicloud_auth::{Agency, AgencyOwner, Chain};
///
/// // Acts in the account `customer`, with whatever credentials this machine has.
/// let owner = AgencyOwner::DomainName("customer".to_owned());
/// let agency = Agency::new(Arc::new(Chain::standard()), "operations", owner);
/// ```
#[derive(Clone, Debug)]
pub struct Agency {
    base: Arc<dyn CredentialSource>,
    name: String,
    owner: AgencyOwner,
    duration: Duration,
}

impl Agency {
    /// Creates a source that assumes an agency of another account with the credentials of `base`, whose user needs the
    /// permission Agent Operator.
    ///
    /// `HUAWEICLOUD_SDK_PROJECT_ID` and `HUAWEICLOUD_SDK_DOMAIN_ID`, if they are set, must be those of that account.
    #[must_use]
    pub fn new(base: Arc<dyn CredentialSource>, name: impl Into<String>, owner: AgencyOwner) -> Self {
        Self { base, name: name.into(), owner, duration: Duration::from_secs(3600) }
    }

    /// Sets the lifetime of a set of keys, from 15 minutes to 24 hours, in whole seconds; defaults to 1 hour.
    #[must_use]
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = duration;
        self
    }

    async fn assume(&self, context: &Context) -> Result<Lookup, Error> {
        let base = match self.base.load(context).await? {
            Lookup::Found(base) => *base,
            Lookup::NotFound(reason) => return Ok(Lookup::NotFound(reason)),
        };
        let seconds = i64::try_from(self.duration.as_secs()).unwrap_or(i64::MAX);
        let role = IdentityAssumeRole::new().agency_name(&self.name).duration_seconds(seconds);
        let (role, owner, domain_id) = match &self.owner {
            AgencyOwner::DomainName(name) => (role.domain_name(name), name, None),
            AgencyOwner::DomainId(id) => (role.domain_id(id), id, Some(id.clone())),
        };
        let context = context.with_iam_endpoint(base.iam_endpoint.clone());
        let config = context.config_builder().credentials(base.credential).build()?;
        let identity = TemporaryAccessKeyIdentity::new().methods(["assume_role"]).assume_role(role);
        let response = huaweicloud_iam::Client::new(&config)?
            .create_temporary_access_key()
            .body(CreateTemporaryAccessKeyRequest::new().auth(TemporaryAccessKeyAuth::new().identity(identity)))
            .send()
            .await
            .map_err(|error| {
                let name = &self.name;
                let message = format!(
                    "the agency {name:?} of the account {owner:?} cannot be assumed: {error}; check both names, and \
                     that the caller has the permission Agent Operator"
                );
                Error::new(ErrorKind::Credentials, message).with_source(error)
            })?;
        // The ids of the caller are not those of the agency.
        let mut loaded = keys::of_iam(response.credential.as_ref())?.with_ids(None, domain_id);
        loaded.iam_endpoint = base.iam_endpoint;
        Ok(Lookup::found(loaded))
    }
}

impl CredentialSource for Agency {
    fn name(&self) -> &str {
        "agency"
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(self.assume(context))
    }
}
