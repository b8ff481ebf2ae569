//! Who calls, where to, and with which limits.

use std::{fmt, sync::Arc, time::Duration};

use url::Url;

use crate::{
    credentials::{AccountIdResolver, Anonymous, Credential, CredentialsProvider},
    endpoint::{self, EndpointResolver},
    error::{Error, ErrorKind},
    metadata::{Scope, Service},
    tls::{local_http, provide_cryptography, tls},
    transport::{
        clock::{Clock, SystemClock},
        retry::{Budget, RateLimit, RetryPolicy},
    },
};

/// The configuration that clients are made from. Cheap to clone; its clients share one pool of connections.
///
/// ```
/// use huaweicloud_core::{Config, Credential};
///
/// let config = Config::builder()
///     .credentials(Credential::keys("ACCESS-KEY", "SECRET-KEY"))
///     .region("cn-north-4")
///     .build()?;
/// // The same in another region; the two share connections and limits.
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
    pub(crate) http: reqwest::Client,
    /// Whether the HTTP client was built by the caller.
    own_http: bool,
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
    /// Begins a configuration.
    pub fn builder() -> ConfigBuilder {
        ConfigBuilder::default()
    }

    /// Returns a builder with everything as it is here, for a configuration that differs in something, such as the
    /// region. Both share connections, the retry budget and, unless it is set anew, the rate limit.
    pub fn to_builder(&self) -> ConfigBuilder {
        let inner = &*self.0;
        let (region, endpoint) = match &inner.location {
            Location::Region(region) => (Some(region.clone()), None),
            Location::Endpoint(url) => (None, Some(url.to_string())),
        };
        // A client that talks to this machine only has no certificates.
        let shareable = inner.own_http || !matches!(&inner.location, Location::Endpoint(url) if url.scheme() == "http");
        let http =
            if shareable { Http::Shared { client: inner.http.clone(), own: inner.own_http } } else { Http::Default };
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
            http,
        }
    }

    /// The time zone asked for in responses whose times have none, `GMT+8` unless set: the default of the services.
    #[must_use]
    pub fn time_zone(&self) -> &str {
        self.0.time_zone.as_deref().unwrap_or("GMT+8")
    }

    /// The HTTP client for an address. What is not encrypted never leaves by way of a proxy.
    pub(crate) fn http(&self, endpoint: &Url) -> Result<reqwest::Client, Error> {
        match endpoint.scheme() {
            "http" => local_http()?
                .connect_timeout(self.0.connect_timeout)
                .user_agent(USER_AGENT)
                .retry(no_retries())
                .build()
                .map_err(|error| Error::new(ErrorKind::Config, "the HTTP client cannot be set up").with_source(error)),
            _ => Ok(self.0.http.clone()),
        }
    }

    /// The id that a signed request of this scope carries.
    pub(crate) async fn id(&self, scope: Scope) -> Result<Option<String>, Error> {
        let (set, ids) = match scope {
            Scope::Project => (&self.0.project_id, &self.0.ids),
            Scope::Domain => (&self.0.domain_id, &self.0.ids),
        };
        match (set, ids, scope) {
            (Some(id), ..) => Ok(Some(id.clone())),
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

/// Collects a [`Config`].
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

/// Where the HTTP client comes from.
enum Http {
    Default,
    Builder(Box<reqwest::ClientBuilder>),
    /// That of another configuration.
    Shared {
        client: reqwest::Client,
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
    /// A fixed key pair or token.
    pub fn credentials(mut self, credential: Credential) -> Self {
        self.credentials = Some(credential.check().map(|()| Arc::new(Arc::new(credential)) as _));
        self
    }

    /// A source of credentials that may change over time.
    pub fn credentials_from(mut self, source: Arc<dyn CredentialsProvider>) -> Self {
        self.credentials = Some(Ok(source));
        self
    }

    /// No credentials, for the calls that need none.
    pub fn anonymous(mut self) -> Self {
        self.credentials = Some(Ok(Arc::new(Anonymous)));
        self
    }

    /// Looks up the project id and the domain id where they are needed and not set.
    pub fn ids(mut self, ids: Arc<dyn AccountIdResolver>) -> Self {
        self.ids = Some(ids);
        self
    }

    /// Region, such as `cn-north-4`; each service has its endpoint there. Either this or an endpoint is needed.
    pub fn region(mut self, region: impl Into<String>) -> Self {
        self.region = Some(region.into());
        self
    }

    /// Address that every client of this configuration talks to, such as `https://osm.example.com`. It wins over a
    /// region. `https://` is added if there is no scheme; plain `http://` is for this machine only.
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = Some(url.into());
        self
    }

    /// IAM project id, for project-scoped services. It is not the id of a CodeArts project.
    pub fn project_id(mut self, id: impl Into<String>) -> Self {
        self.project_id = Some(id.into());
        self
    }

    /// Domain (account) id, for services that are not bound to a project.
    pub fn domain_id(mut self, id: impl Into<String>) -> Self {
        self.domain_id = Some(id.into());
        self
    }

    /// Language of responses, for operations that have the `X-Language` header. The services default to `zh-cn`.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Time zone of responses, for operations that have the `X-Time-Zone` header. The services default to `GMT+8`.
    pub fn time_zone(mut self, time_zone: impl Into<String>) -> Self {
        self.time_zone = Some(time_zone.into());
        self
    }

    /// Longest wait for a connection; 10 seconds unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        if matches!(self.http, Http::Shared { own: false, .. }) && self.connect_timeout != Some(limit) {
            self.http = Http::Default;
        }
        self.connect_timeout = Some(limit);
        self
    }

    /// Longest time for one attempt, from sending to the last byte of the response; 30 seconds unless set.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// Longest time for a whole call; 2 minutes unless set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Largest body of a response, in bytes; 64 MiB unless set.
    pub fn max_body(mut self, bytes: usize) -> Self {
        self.max_body = bytes;
        self
    }

    /// When to try again; see [`RetryPolicy`].
    pub fn retry(mut self, policy: RetryPolicy) -> Self {
        self.retry = policy;
        self
    }

    /// At most so many calls a second, evenly spread over all clients of the configuration; no limit unless set. The
    /// gateway's documented default is 200 a second for an API; some services allow far less.
    pub fn rate_limit(mut self, calls_per_second: f64) -> Self {
        self.rate_limit = Some(calls_per_second);
        self
    }

    /// Sets whether the documented rules are checked before a call is sent; they are unless set. A call can say
    /// otherwise ([`CallOptions::check_rules`](crate::CallOptions::check_rules)). Parts of the path and headers are
    /// checked in any case.
    pub fn check_rules(mut self, check: bool) -> Self {
        self.check_rules = check;
        self
    }

    /// The clock; that of the machine unless set. For tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// EndpointResolver that win over those of the specs.
    pub fn endpoints(mut self, endpoints: Arc<dyn EndpointResolver>) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Allows plain `http://` to other machines. Then anyone on the way can read the responses.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// HTTP client to build on, for proxies, own certificates or another TLS library. Redirects are turned off in
    /// any case, because a signature must not travel to another host.
    pub fn http(mut self, client: reqwest::ClientBuilder) -> Self {
        self.http = Http::Builder(Box::new(client));
        self
    }

    /// Checks everything and makes the configuration.
    ///
    /// # Errors
    /// When credentials, region or endpoint are missing or cannot work; the message says which and what to do.
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
        let finish = |http: reqwest::ClientBuilder| {
            let http = match self.connect_timeout {
                Some(limit) => http.connect_timeout(limit),
                None => http,
            };
            let http = http.redirect(reqwest::redirect::Policy::none()).retry(no_retries()).referer(false);
            http.build().map_err(|error| config_error("the HTTP client cannot be set up").with_source(error))
        };
        let (http, own_http) = match self.http {
            Http::Shared { client, own } => (client, own),
            Http::Builder(builder) => {
                provide_cryptography();
                (finish(*builder)?, true)
            }
            Http::Default => {
                // Without any address that is encrypted, no certificates are needed.
                let encrypted = !matches!(&location, Location::Endpoint(url) if url.scheme() == "http");
                let builder = tls(reqwest::Client::builder(), encrypted)?;
                (finish(builder.connect_timeout(CONNECT_TIMEOUT).user_agent(USER_AGENT))?, false)
            }
        };
        Ok(Config(Arc::new(Inner {
            credentials,
            location,
            project_id: self.project_id,
            domain_id: self.domain_id,
            language: self.language,
            time_zone: self.time_zone,
            connect_timeout: self.connect_timeout.unwrap_or(CONNECT_TIMEOUT),
            attempt_timeout: self.attempt_timeout,
            timeout: self.timeout,
            max_body: self.max_body,
            retry: self.retry,
            budget: self.budget.unwrap_or_else(|| Arc::new(Budget::new())),
            rate_limit: self.rate_limit.map(|limit| Arc::new(RateLimit::new(limit))).or(self.shared_rate_limit),
            check_rules: self.check_rules,
            clock: self.clock,
            http,
            own_http,
            allow_http: self.allow_http,
            endpoints: self.endpoints,
            ids: self.ids,
        })))
    }
}

/// What is tried again is the business of this crate. Without the limit, reqwest would copy every request for the case.
fn no_retries() -> reqwest::retry::Builder {
    reqwest::retry::never().max_retries_per_request(0)
}

const USER_AGENT: &str = concat!("huaweicloud-rust/", env!("CARGO_PKG_VERSION"));

/// Longest wait for a connection unless set.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);
