//! Loads a configuration from the environment of the machine.

use std::sync::Arc;

use huaweicloud_core::{Clock, Config, ConfigBuilder, CredentialsProvider, Error, ErrorKind};
use tokio::sync::OnceCell;

use crate::{
    Chain, Context, CredentialSource, Environment, Metadata, Profile, RefreshingCredentials,
    context::Customize,
    environment::{DOMAIN_ID, PROJECT_ID},
    ids::IamIds,
};

/// Loads a configuration with the credentials of the [standard chain](Chain::standard), and the region from
/// `HUAWEICLOUD_SDK_REGION`.
///
/// # Errors
///
/// Returns an error if no source has credentials, with the reason for each source, or if no region is set.
pub async fn from_env() -> Result<Config, Error> {
    Loader::new().load().await?.build()
}

/// A loader of configurations: finds credentials, ids, the region and endpoints.
#[derive(Debug, Default)]
pub struct Loader {
    context: Context,
    metadata: Metadata,
    source: Option<Arc<dyn CredentialSource>>,
}

impl Loader {
    /// Creates a loader with the [standard chain](Chain::standard).
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Sets the region, such as `cn-north-4`. Defaults to `HUAWEICLOUD_SDK_REGION`.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.context.region = Some(region.into());
        self
    }

    /// Sets one endpoint for all services, including IAM, such as that of a sandbox.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.context.endpoint = Some(url.into());
        self
    }

    /// Uses this source instead of the standard chain.
    ///
    /// ```
    /// use std::sync::Arc;
    /// use huaweicloud_auth::{Loader, Password, TokenScope};
    ///
    /// let login = Password::new("account", "user", "password", TokenScope::ProjectName("cn-north-4".into()));
    /// let loader = Loader::new().region("cn-north-4").source(Arc::new(login));
    /// ```
    #[must_use]
    pub fn source(mut self, source: Arc<dyn CredentialSource>) -> Self {
        self.source = Some(source);
        self
    }

    /// Uses the profile with this name instead of the standard chain: the section of this name in the
    /// [profile file](Profile).
    ///
    /// `HUAWEICLOUD_PROFILE` names one, too, but leaves the chain as it is: keys in the environment come first.
    #[must_use]
    pub fn profile(mut self, name: impl Into<String>) -> Self {
        self.context.profile = Some(name.into());
        self
    }

    /// Sets what is told of notices: what is not an error but should be known, such as that others can read a file with
    /// keys. Each is told once; without a listener they only go to `tracing`, as warnings.
    ///
    /// ```
    /// let loader = huaweicloud_auth::Loader::new().on_notice(|notice| eprintln!("warning: {notice}"));
    /// ```
    #[must_use]
    pub fn on_notice(mut self, listener: impl Fn(&str) + Send + Sync + 'static) -> Self {
        self.context.notices.listener = Some(Arc::new(listener));
        self
    }

    /// Sets options that also apply to calls to IAM: a proxy, timeouts, plain HTTP in a test network.
    #[must_use]
    pub fn configure(mut self, change: impl Fn(ConfigBuilder) -> ConfigBuilder + Send + Sync + 'static) -> Self {
        self.context.change = Some(Customize(Arc::new(change)));
        self
    }

    /// Sets the environment variables to use instead of those of the process, for tests.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.context.environment = environment;
        self
    }

    /// Sets the metadata service, for tests.
    #[must_use]
    pub fn metadata(mut self, metadata: Metadata) -> Self {
        self.metadata = metadata;
        self
    }

    /// Sets the clock, for tests.
    #[must_use]
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.context.clock = clock;
        self
    }

    /// Returns the context that sources are given, to load one without a configuration.
    ///
    /// ```
    /// # async fn example() -> Result<(), huaweicloud_core::Error> {
    /// use huaweicloud_auth::{CredentialSource as _, Loader, Oidc};
    ///
    /// let context = Loader::new().region("cn-north-4").context();
    /// let found = Oidc::default().load(&context).await?;
    /// # Ok(())
    /// # }
    /// ```
    #[must_use]
    pub fn context(&self) -> Context {
        self.context.clone()
    }

    /// Loads the credentials immediately, so that a misconfiguration fails here and not in the first call.
    ///
    /// # Errors
    ///
    /// Returns an error if no source has credentials, with the reason for each source, or if neither a region nor an
    /// endpoint is set.
    pub async fn load(self) -> Result<ConfigBuilder, Error> {
        let Self { context, metadata, source } = self;
        let region = context.region();
        if region.is_none() && context.endpoint.is_none() {
            return Err(Error::new(ErrorKind::Config, "no region: set HUAWEICLOUD_SDK_REGION, or name one"));
        }
        let source = source.unwrap_or_else(|| match &context.profile {
            Some(_) => Arc::new(Profile),
            None => Arc::new(Chain::with_metadata(metadata)),
        });
        let refreshing = Arc::new(RefreshingCredentials::with_context(source, context.clone()));
        let account = refreshing.load().await?;
        let credentials: Arc<dyn CredentialsProvider> = refreshing;
        let context = context.with_iam_endpoint(account.iam_endpoint);
        let mut builder = context.config_builder().credentials_from(Arc::clone(&credentials));
        if let Some(id) = account.project_id.or_else(|| context.environment.get(PROJECT_ID)) {
            builder = builder.project_id(id);
        }
        if let Some(id) = account.domain_id.or_else(|| context.environment.get(DOMAIN_ID)) {
            builder = builder.domain_id(id);
        }
        if let Some(region) = region {
            let config = context.config_builder().credentials_from(credentials).build()?;
            let (project, domain) = (OnceCell::new(), OnceCell::new());
            builder = builder.ids(Arc::new(IamIds { config, region, project, domain }));
        }
        Ok(builder)
    }
}
