//! What the sources of credentials work with: the environment, the clock, and where the services are.

use std::{
    collections::BTreeSet,
    fmt,
    sync::{Arc, Mutex, PoisonError},
};

use huaweicloud_core::{Clock, Config, ConfigBuilder, SystemClock};

use crate::{Environment, regions::Regions};

/// What the sources of credentials work with: the environment, the clock, and where the services are.
///
/// [`Loader::context`](crate::Loader::context) creates one with other settings than those of the process.
#[derive(Clone, Debug)]
pub struct Context {
    pub(crate) environment: Environment,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) region: Option<String>,
    pub(crate) endpoint: Option<String>,
    pub(crate) iam_endpoint: Option<String>,
    pub(crate) profile: Option<String>,
    pub(crate) change: Option<Customize>,
    pub(crate) notices: Notices,
}

/// A change of every configuration, as passed to [`Loader::configure`](crate::Loader::configure).
#[derive(Clone)]
pub(crate) struct Customize(pub(crate) Arc<dyn Fn(ConfigBuilder) -> ConfigBuilder + Send + Sync>);

impl fmt::Debug for Customize {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Customize")
    }
}

/// The notices so far, and who listens to them.
#[derive(Clone, Default)]
pub(crate) struct Notices {
    told: Arc<Mutex<BTreeSet<String>>>,
    pub(crate) listener: Option<Listener>,
}

pub(crate) type Listener = Arc<dyn Fn(&str) + Send + Sync>;

impl fmt::Debug for Notices {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Notices")
    }
}

impl Default for Context {
    /// Returns the context of the process: its environment variables, the system clock, and the region of
    /// `HUAWEICLOUD_SDK_REGION`.
    fn default() -> Self {
        Self {
            environment: Environment::default(),
            clock: Arc::new(SystemClock),
            region: None,
            endpoint: None,
            iam_endpoint: None,
            profile: None,
            change: None,
            notices: Notices::default(),
        }
    }
}

impl Context {
    /// Returns the environment variables.
    #[must_use]
    pub fn environment(&self) -> &Environment {
        &self.environment
    }

    /// Returns the clock, through which a source measures its time limits.
    #[must_use]
    pub fn clock(&self) -> &Arc<dyn Clock> {
        &self.clock
    }

    /// Returns the region, if one is set.
    #[must_use]
    pub fn region(&self) -> Option<String> {
        self.region.clone().or_else(|| self.environment.get("HUAWEICLOUD_SDK_REGION"))
    }

    /// Returns the name of the profile, if one is chosen.
    #[must_use]
    pub fn profile(&self) -> Option<String> {
        self.profile.clone().or_else(|| self.environment.get(PROFILE))
    }

    /// Returns a builder of configurations for clients of IAM and other services, with region, endpoints and clock, and
    /// without credentials.
    pub fn config_builder(&self) -> ConfigBuilder {
        let regions = Regions { environment: self.environment.clone(), iam_endpoint: self.iam_endpoint.clone() };
        let mut builder = Config::builder().anonymous().clock(Arc::clone(&self.clock)).endpoints(Arc::new(regions));
        if let Some(endpoint) = &self.endpoint {
            builder = builder.endpoint(endpoint);
        }
        if let Some(region) = self.region() {
            builder = builder.region(region);
        }
        match &self.change {
            Some(Customize(change)) => change(builder),
            None => builder,
        }
    }

    /// Returns this context with another IAM endpoint, such as that of a profile, which takes precedence over that of
    /// the region.
    #[must_use]
    pub(crate) fn with_iam_endpoint(&self, url: Option<String>) -> Self {
        let mut context = self.clone();
        context.iam_endpoint = url.or(context.iam_endpoint);
        context
    }

    /// Tells the user something that is not an error, such as that others can read a file with keys. A text is told once.
    ///
    /// It goes to the listener of [`Loader::on_notice`](crate::Loader::on_notice), and to `tracing` as a warning.
    pub fn notice(&self, text: impl Into<String>) {
        let text = text.into();
        if self.notices.told.lock().unwrap_or_else(PoisonError::into_inner).insert(text.clone()) {
            tracing::warn!("{text}");
            if let Some(listener) = &self.notices.listener {
                listener(&text);
            }
        }
    }
}

/// The variable with the name of the profile.
pub(crate) const PROFILE: &str = "HUAWEICLOUD_PROFILE";
