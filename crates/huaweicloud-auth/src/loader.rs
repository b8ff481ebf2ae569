//! Loads a configuration from the environment of the machine.

use std::{fmt, sync::Arc};

use huaweicloud_core::{Clock, Config, ConfigBuilder, CredentialsProvider, Error, ErrorKind, SystemClock};
use tokio::sync::OnceCell;

use crate::{
    Chain, CredentialSource, Environment, Metadata, Password, RefreshingCredentials,
    environment::{DOMAIN_ID, PROJECT_ID},
    ids::IamIds,
    regions::Regions,
};

/// Loads a configuration with credentials from the environment, the profile file or the ECS metadata service, and the
/// region from `HUAWEICLOUD_SDK_REGION`.
///
/// # Errors
///
/// Returns an error if no source has credentials, with the reason for each source, or if no region is set.
pub async fn from_env() -> Result<Config, Error> {
    Loader::new().load().await?.build()
}

/// A loader of configurations: finds credentials, ids, the region and endpoints.
#[derive(Debug)]
pub struct Loader {
    environment: Environment,
    metadata: Metadata,
    region: Option<String>,
    endpoint: Option<String>,
    source: Option<CredentialOverride>,
    clock: Arc<dyn Clock>,
    change: Option<Customize>,
}

/// The closure passed to [`Loader::configure`].
struct Customize(Arc<dyn Fn(ConfigBuilder) -> ConfigBuilder + Send + Sync>);

impl fmt::Debug for Customize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Customize")
    }
}

#[derive(Debug)]
enum CredentialOverride {
    Password(Password),
    Source(Arc<dyn CredentialSource>),
}

impl Default for Loader {
    fn default() -> Self {
        Self::new()
    }
}

impl Loader {
    /// Creates a loader with the standard chain: environment, profile file, metadata.
    #[must_use]
    pub fn new() -> Self {
        Self {
            environment: Environment::default(),
            metadata: Metadata::default(),
            region: None,
            endpoint: None,
            source: None,
            clock: Arc::new(SystemClock),
            change: None,
        }
    }

    /// Sets the region, such as `cn-north-4`. Defaults to `HUAWEICLOUD_SDK_REGION`.
    #[must_use]
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets one endpoint for all services, including IAM, such as that of a sandbox.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Logs in with a password instead of using the standard chain.
    #[must_use]
    pub fn password(mut self, password: Password) -> Self {
        self.source = Some(CredentialOverride::Password(password));
        self
    }

    /// Uses this source instead of the standard chain.
    #[must_use]
    pub fn source(mut self, source: Arc<dyn CredentialSource>) -> Self {
        self.source = Some(CredentialOverride::Source(source));
        self
    }

    /// Sets options that also apply to calls to IAM: a proxy, timeouts, plain HTTP in a test network.
    #[must_use]
    pub fn configure(mut self, change: impl Fn(ConfigBuilder) -> ConfigBuilder + Send + Sync + 'static) -> Self {
        self.change = Some(Customize(Arc::new(change)));
        self
    }

    /// Sets the environment variables to use instead of those of the process, for tests.
    #[must_use]
    pub fn environment(mut self, environment: Environment) -> Self {
        self.environment = environment;
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
        self.clock = clock;
        self
    }

    /// Loads the credentials immediately, so that a misconfiguration fails here and not in the first call.
    ///
    /// # Errors
    ///
    /// Returns an error if no source has credentials, with the reason for each source, or if neither a region nor an
    /// endpoint is set.
    pub async fn load(self) -> Result<ConfigBuilder, Error> {
        let region = self.region.clone().or_else(|| self.environment.get("HUAWEICLOUD_SDK_REGION"));
        let apply_location = |mut builder: ConfigBuilder| {
            builder = builder
                .clock(Arc::clone(&self.clock))
                .endpoints(Arc::new(Regions { environment: self.environment.clone() }));
            if let Some(endpoint) = &self.endpoint {
                builder = builder.endpoint(endpoint);
            }
            if let Some(region) = &region {
                builder = builder.region(region);
            }
            match &self.change {
                Some(Customize(change)) => change(builder),
                None => builder,
            }
        };
        let source: Arc<dyn CredentialSource> = match &self.source {
            Some(CredentialOverride::Source(source)) => Arc::clone(source),
            Some(CredentialOverride::Password(password)) => {
                let config = apply_location(Config::builder().anonymous()).build()?;
                Arc::new(password.clone().config(config))
            }
            None => Arc::new(Chain::standard(&self.environment, self.metadata.clone())),
        };
        if region.is_none() && self.endpoint.is_none() {
            return Err(Error::new(ErrorKind::Config, "no region: set HUAWEICLOUD_SDK_REGION, or name one"));
        }
        let refreshing = Arc::new(RefreshingCredentials::with_clock(source, Arc::clone(&self.clock)));
        let (project_id, domain_id) = refreshing.load().await?;
        let credentials: Arc<dyn CredentialsProvider> = refreshing;
        let mut builder = apply_location(Config::builder().credentials_from(Arc::clone(&credentials)));
        if let Some(id) = project_id.or_else(|| self.environment.get(PROJECT_ID)) {
            builder = builder.project_id(id);
        }
        if let Some(id) = domain_id.or_else(|| self.environment.get(DOMAIN_ID)) {
            builder = builder.domain_id(id);
        }
        if let Some(region) = region.clone() {
            let config = apply_location(Config::builder().credentials_from(credentials)).build()?;
            let (project, domain) = (OnceCell::new(), OnceCell::new());
            builder = builder.ids(Arc::new(IamIds { config, region, project, domain }));
        }
        Ok(builder)
    }
}
