//! Client configuration: credentials, endpoints and limits.

use std::{fmt, sync::Arc, time::Duration};

use url::Url;

use crate::{
    credentials::{AccountIdResolver, Anonymous, Credential, CredentialsProvider},
    endpoint::{self, EndpointResolver},
    error::{Error, ErrorKind},
    metadata::{Scope, Service},
    transport::{
        clock::{Clock, SystemClock},
        http::Transport,
        rate_limit::RateLimit,
        reqwest::Reqwest,
        retry::{Budget, RetryPolicy},
    },
};

/// The configuration of clients.
///
/// Cheap to clone; all clients of a configuration share one connection pool.
///
/// ```
/// use huaweicloud_core::{Config, Credential};
///
/// let config = Config::builder()
///     .credentials(Credential::keys("ACCESS-KEY", "SECRET-KEY"))
///     .region("cn-north-4")
///     .build()?;
/// // The same configuration in another region; both share connections and limits.
/// let europe = config.to_builder().region("eu-west-101").build()?;
/// # Ok::<(), huaweicloud_core::Error>(())
/// ```
#[derive(Clone)]
pub struct Config(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) credentials: Arc<dyn CredentialsProvider>,
    pub(crate) location: Location,
    pub(crate) project_id: Option<String>,
    pub(crate) domain_id: Option<String>,
    pub(crate) language: Option<String>,
    pub(crate) time_zone: Option<String>,
    connect_timeout: Duration,
    pub(crate) attempt_timeout: Duration,
    pub(crate) timeout: Duration,
    pub(crate) max_body: usize,
    pub(crate) retry: RetryPolicy,
    pub(crate) budget: Arc<Budget>,
    pub(crate) rate_limit: Option<Arc<RateLimit>>,
    pub(crate) check_rules: bool,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) transport: Arc<dyn Transport>,
    /// Whether the caller has set the transport or its builder.
    own_transport: bool,
    allow_http: bool,
    endpoints: Option<Arc<dyn EndpointResolver>>,
    ids: Option<Arc<dyn AccountIdResolver>>,
}

#[derive(Clone, Debug)]
pub(crate) enum Location {
    Region(String),
    Endpoint(Url),
}

impl Config {
    /// Creates a builder for a configuration.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Returns a builder with the settings of this configuration, to change some of them, such as the region.
    ///
    /// Both configurations share connections, the retry budget and, unless it is set again, the rate limit.
    pub fn to_builder(&self) -> ConfigBuilder {
        let inner = &*self.0;
        let (region, endpoint) = match &inner.location {
            Location::Region(region) => (Some(region.clone()), None),
            Location::Endpoint(url) => (None, Some(url.to_string())),
        };
        ConfigBuilder {
            credentials: Some(Ok(Arc::clone(&inner.credentials))),
            region,
            endpoint,
            project_id: inner.project_id.clone(),
            domain_id: inner.domain_id.clone(),
            language: inner.language.clone(),
            time_zone: inner.time_zone.clone(),
            connect_timeout: Some(inner.connect_timeout),
            attempt_timeout: inner.attempt_timeout,
            timeout: inner.timeout,
            max_body: inner.max_body,
            retry: inner.retry.clone(),
            budget: Some(Arc::clone(&inner.budget)),
            rate_limit: None,
            shared_rate_limit: inner.rate_limit.clone(),
            check_rules: inner.check_rules,
            clock: Arc::clone(&inner.clock),
            endpoints: inner.endpoints.clone(),
            ids: inner.ids.clone(),
            allow_http: inner.allow_http,
            http: Http::Transport { transport: Arc::clone(&inner.transport), own: inner.own_transport },
        }
    }

    /// Returns the time zone of times in responses that have no offset; defaults to `GMT+8`, like the services.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        self.0.time_zone.as_deref().unwrap_or("GMT+8")
    }

    /// Returns the region, or `None` if an endpoint is set instead.
    #[must_use]
    pub fn region(&self) -> Option<&str> {
        match &self.0.location {
            Location::Region(region) => Some(region),
            Location::Endpoint(_) => None,
        }
    }

    /// Returns the project or domain id if it is set, without looking it up.
    #[must_use]
    pub fn known_id(&self, scope: Scope) -> Option<&str> {
        match scope {
            Scope::Project => self.0.project_id.as_deref(),
            Scope::Domain => self.0.domain_id.as_deref(),
        }
    }

    /// Returns the project or domain id that a signed request of this scope carries, which is looked up if it is not
    /// set and the credentials can tell.
    ///
    /// # Errors
    ///
    /// Returns an error if the lookup fails.
    pub async fn id(&self, scope: Scope) -> Result<Option<String>, Error> {
        match (self.known_id(scope), &self.0.ids, scope) {
            (Some(id), ..) => Ok(Some(id.to_owned())),
            (None, Some(ids), Scope::Project) => ids.project_id().await,
            (None, Some(ids), Scope::Domain) => ids.domain_id().await,
            (None, None, _) => Ok(None),
        }
    }

    pub(crate) fn endpoint(&self, service: &Service) -> Result<Url, Error> {
        match &self.0.location {
            Location::Endpoint(url) => Ok(url.clone()),
            Location::Region(region) => {
                let own = self.0.endpoints.as_ref().map(|endpoints| endpoints.endpoint(service, region)).transpose()?;
                match own.flatten() {
                    Some(url) => endpoint::parse(&url, self.0.allow_http),
                    None => endpoint::parse(endpoint::documented(service, region)?, false),
                }
            }
        }
    }
}

impl fmt::Debug for Config {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Config")
            .field("credentials", &self.0.credentials)
            .field("location", &self.0.location)
            .field("project_id", &self.0.project_id)
            .field("domain_id", &self.0.domain_id)
            .finish_non_exhaustive()
    }
}

/// A builder for [`Config`].
#[must_use = "call `build` to get the configuration"]
pub struct ConfigBuilder {
    credentials: Option<Result<Arc<dyn CredentialsProvider>, Error>>,
    region: Option<String>,
    endpoint: Option<String>,
    project_id: Option<String>,
    domain_id: Option<String>,
    language: Option<String>,
    time_zone: Option<String>,
    connect_timeout: Option<Duration>,
    attempt_timeout: Duration,
    timeout: Duration,
    max_body: usize,
    retry: RetryPolicy,
    budget: Option<Arc<Budget>>,
    rate_limit: Option<f64>,
    shared_rate_limit: Option<Arc<RateLimit>>,
    check_rules: bool,
    clock: Arc<dyn Clock>,
    endpoints: Option<Arc<dyn EndpointResolver>>,
    ids: Option<Arc<dyn AccountIdResolver>>,
    allow_http: bool,
    http: Http,
}

/// What sends the requests.
enum Http {
    Default,
    Builder(Box<reqwest::ClientBuilder>),
    /// A transport of the caller, or that of another configuration.
    Transport {
        transport: Arc<dyn Transport>,
        own: bool,
    },
}

impl fmt::Debug for ConfigBuilder {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("ConfigBuilder")
            .field("credentials", &self.credentials)
            .field("region", &self.region)
            .finish_non_exhaustive()
    }
}

impl Default for ConfigBuilder {
    fn default() -> Self {
        Self {
            credentials: None,
            region: None,
            endpoint: None,
            project_id: None,
            domain_id: None,
            language: None,
            time_zone: None,
            connect_timeout: None,
            attempt_timeout: Duration::from_secs(30),
            timeout: Duration::from_secs(120),
            max_body: 64 << 20,
            retry: RetryPolicy::default(),
            budget: None,
            rate_limit: None,
            shared_rate_limit: None,
            check_rules: true,
            clock: Arc::new(SystemClock),
            endpoints: None,
            ids: None,
            allow_http: false,
            http: Http::Default,
        }
    }
}

impl ConfigBuilder {
    /// Sets a fixed key pair or token.
    pub fn credentials(mut self, credential: Credential) -> Self {
        self.credentials = Some(credential.check().map(|()| Arc::new(Arc::new(credential)) as _));
        self
    }

    /// Sets a provider of credentials that may change over time.
    pub fn credentials_from(mut self, source: Arc<dyn CredentialsProvider>) -> Self {
        self.credentials = Some(Ok(source));
        self
    }

    /// Configures anonymous access, for operations that need no credentials.
    pub fn anonymous(mut self) -> Self {
        self.credentials = Some(Ok(Arc::new(Anonymous)));
        self
    }

    /// Sets the resolver that looks up the project id and the domain id if they are needed and not set.
    pub fn ids(mut self, ids: Arc<dyn AccountIdResolver>) -> Self {
        self.ids = Some(ids);
        self
    }

    /// Sets the region, such as `cn-north-4`, which determines the endpoint of each service.
    ///
    /// Either a region or an endpoint is required.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Sets the endpoint of every client of this configuration, such as `https://osm.example.com`.
    ///
    /// It takes precedence over the region. `https://` is added if there is no scheme; plain `http://` is accepted for
    /// this machine only, unless [`allow_http`](Self::allow_http) is set.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// Sets the IAM project id, for project-scoped services. It is not the id of a CodeArts project.
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.project_id = Some(id.into());
        self
    }

    /// Sets the domain (account) id, for services that are not project-scoped.
    pub fn domain_id(mut self, id: impl Into<String>) -> Self {
        self.domain_id = Some(id.into());
        self
    }

    /// Sets the language of responses, for operations that have the `X-Language` header. The services default to
    /// `zh-cn`.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Sets the time zone of responses, for operations that have the `X-Time-Zone` header. The services default to
    /// `GMT+8`.
    pub fn time_zone(mut self, time_zone: impl Into<String>) -> Self {
        self.time_zone = Some(time_zone.into());
        self
    }

    /// Sets the connect timeout; defaults to 10 seconds.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        if matches!(self.http, Http::Transport { own: false, .. }) && self.connect_timeout != Some(limit) {
            self.http = Http::Default;
        }
        self.connect_timeout = Some(limit);
        self
    }

    /// Sets the timeout of one attempt, from sending to the last byte of the response; defaults to 30 seconds.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// Sets the total timeout of a call, including retries and their backoff; defaults to 2 minutes.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Sets the maximum size of a response body, in bytes; defaults to 64 MiB.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// Sets the retry policy; see [`RetryPolicy`] for its defaults.
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// Sets the client-side rate limit, in requests per second; defaults to no limit.
    ///
    /// Valid values are 0.001 to 1,000,000. The requests of all clients of the configuration are spaced evenly. The
    /// documented default limit of the gateway is 200 requests per second for an API; some services allow far fewer.
    pub fn rate_limit(mut self, calls_per_second: f64) -> Self {
        self.rate_limit = Some(calls_per_second);
        self
    }

    /// Sets whether requests are checked against the documented rules before they are sent; defaults to `true`.
    ///
    /// [`CallOptions::check_rules`](crate::CallOptions::check_rules) overrides this for one call. Path parameters and
    /// headers are always checked.
    pub fn check_rules(mut self, check: bool) -> Self {
        self.check_rules = check;
        self
    }

    /// Sets the clock, for tests; defaults to [`SystemClock`].
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Sets the resolver whose endpoints take precedence over those of the specs.
    pub fn endpoints(mut self, endpoints: Arc<dyn EndpointResolver>) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Allows plain `http://` endpoints on other machines. Anyone on the network path can then read the responses.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// Sets the builder of the HTTP client, for proxies, custom certificates, headers of its own or another TLS library.
    ///
    /// The client is used for every endpoint, plain `http://` too. Redirects, the referer and the retries of reqwest are
    /// always turned off; a timeout of the builder applies in addition to those of this configuration. A finished
    /// `reqwest::Client` can only be set as a [`transport`](Self::transport): its redirects cannot be turned off any
    /// more, and would carry tokens to another host.
    pub fn http(mut self, client: reqwest::ClientBuilder) -> Self {
        self.http = Http::Builder(Box::new(client));
        self
    }

    /// Sets what sends the requests, instead of reqwest: a script in a test, or another HTTP library.
    pub fn transport(mut self, transport: Arc<dyn Transport>) -> Self {
        self.http = Http::Transport { transport, own: true };
        self
    }

    /// Validates the settings and builds the configuration.
    ///
    /// # Errors
    ///
    /// Returns an error if a setting, such as credentials, region or endpoint, is missing or invalid; the message names
    /// it and the remedy.
    pub fn build(self) -> Result<Config, Error> {
        let config_error = |message: &str| Error::new(ErrorKind::Config, message);
        let credentials = self.credentials.ok_or_else(|| {
            Error::new(ErrorKind::Credentials, "no credentials: set a key pair (AK and SK) or a token")
        })??;
        let location = match (self.endpoint, self.region) {
            (Some(endpoint), _) => Location::Endpoint(endpoint::parse(&endpoint, self.allow_http)?),
            (None, Some(region)) => Location::Region(region),
            (None, None) => return Err(config_error("no region and no endpoint: set one of them")),
        };
        for (name, value) in [
            ("project id", &self.project_id),
            ("domain id", &self.domain_id),
            ("language", &self.language),
            ("time zone", &self.time_zone),
        ] {
            if value
                .as_ref()
                .is_some_and(|value| value.is_empty() || !value.bytes().all(|byte| byte.is_ascii_graphic()))
            {
                return Err(config_error(&format!("the {name} is empty or holds a character that no {name} has")));
            }
        }
        for (name, value) in [("language", &self.language), ("time zone", &self.time_zone)] {
            if value.as_ref().is_some_and(|value| value.len() > 32) {
                return Err(config_error(&format!("the {name} must have at most 32 characters")));
            }
        }
        if self.rate_limit.is_some_and(|limit| !(0.001..=1e6).contains(&limit)) {
            return Err(config_error("the rate limit must be from 0.001 to 1,000,000 calls a second"));
        }
        let connect_timeout = self.connect_timeout.unwrap_or(CONNECT_TIMEOUT);
        let (transport, own_transport): (Arc<dyn Transport>, bool) = match self.http {
            Http::Transport { transport, own } => (transport, own),
            Http::Builder(builder) => {
                let builder = match self.connect_timeout {
                    Some(limit) => builder.connect_timeout(limit),
                    None => *builder,
                };
                (Arc::new(Reqwest::own(builder)?), true)
            }
            Http::Default => {
                let http = Reqwest::new(connect_timeout);
                // What is wrong with the TLS of this machine is reported here.
                http.client(!matches!(&location, Location::Endpoint(url) if url.scheme() == "http"))?;
                (Arc::new(http), false)
            }
        };
        Ok(Config(Arc::new(Inner {
            credentials,
            location,
            project_id: self.project_id,
            domain_id: self.domain_id,
            language: self.language,
            time_zone: self.time_zone,
            connect_timeout,
            attempt_timeout: self.attempt_timeout,
            timeout: self.timeout,
            max_body: self.max_body,
            retry: self.retry,
            budget: self.budget.unwrap_or_else(|| Arc::new(Budget::new())),
            rate_limit: self.rate_limit.map(|limit| Arc::new(RateLimit::new(limit))).or(self.shared_rate_limit),
            check_rules: self.check_rules,
            clock: self.clock,
            transport,
            own_transport,
            allow_http: self.allow_http,
            endpoints: self.endpoints,
            ids: self.ids,
        })))
    }
}

/// Default connect timeout.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
