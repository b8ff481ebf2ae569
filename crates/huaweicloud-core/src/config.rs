//! Who calls, where to, and with which limits.

use std::{fmt, net::IpAddr, sync::Arc, time::Duration};

use url::{Host, Url};

use crate::{
    Clock, Credential, Credentials, Error, ErrorKind, Ids, RetryPolicy, Scope, Service, SystemClock,
    credentials::Anonymous,
    retry::{Budget, RateLimit},
};

/// The configuration that clients are made from. Cheap to clone; its clients share one pool of connections.
///
/// ```
/// use huaweicloud_core::{Config, Credential};
///
/// let config = Config::builder()
///     .credentials(Credential::keys("my access key", "my secret key"))
///     .region("cn-north-4")
///     .build();
/// assert!(config.is_err(), "no key has spaces");
/// ```
#[derive(Clone)]
pub struct Config(pub(crate) Arc<Inner>);

pub(crate) struct Inner {
    pub(crate) credentials: Arc<dyn Credentials>,
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
    pub(crate) budget: Budget,
    pub(crate) rate_limit: Option<RateLimit>,
    pub(crate) clock: Arc<dyn Clock>,
    pub(crate) http: reqwest::Client,
    allow_http: bool,
    endpoints: Option<Arc<dyn Endpoints>>,
    ids: Option<Arc<dyn Ids>>,
}

/// Knows endpoints that the specs do not, for example from a file of the user.
pub trait Endpoints: fmt::Debug + Send + Sync {
    /// The address of a service in a region, or `None` for the one of the spec.
    ///
    /// # Errors
    /// When what the user wrote cannot be read.
    fn endpoint(&self, service: &Service, region: &str) -> Result<Option<String>, Error>;
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

    /// The time zone asked for in answers whose times have none, `GMT+8` unless set: the default of the services.
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
                .retry(reqwest::retry::never())
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
                    Some(url) => parse_endpoint(&url, self.0.allow_http),
                    None => parse_endpoint(service.endpoint(region)?, false),
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
    credentials: Option<Result<Arc<dyn Credentials>, Error>>,
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
    rate_limit: Option<f64>,
    clock: Arc<dyn Clock>,
    endpoints: Option<Arc<dyn Endpoints>>,
    ids: Option<Arc<dyn Ids>>,
    allow_http: bool,
    http: Option<reqwest::ClientBuilder>,
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
            rate_limit: None,
            clock: Arc::new(SystemClock),
            endpoints: None,
            ids: None,
            allow_http: false,
            http: None,
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
    pub fn credentials_from(mut self, source: Arc<dyn Credentials>) -> Self {
        self.credentials = Some(Ok(source));
        self
    }

    /// No credentials, for the calls that need none.
    pub fn anonymous(mut self) -> Self {
        self.credentials = Some(Ok(Arc::new(Anonymous)));
        self
    }

    /// Looks up the project id and the domain id where they are needed and not set.
    pub fn ids(mut self, ids: Arc<dyn Ids>) -> Self {
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

    /// Language of answers, for operations that have the `X-Language` header. The services default to `zh-cn`.
    pub fn language(mut self, language: impl Into<String>) -> Self {
        self.language = Some(language.into());
        self
    }

    /// Time zone of answers, for operations that have the `X-Time-Zone` header. The services default to `GMT+8`.
    pub fn time_zone(mut self, time_zone: impl Into<String>) -> Self {
        self.time_zone = Some(time_zone.into());
        self
    }

    /// Longest wait for a connection; 10 seconds unless set.
    pub fn connect_timeout(mut self, limit: Duration) -> Self {
        self.connect_timeout = Some(limit);
        self
    }

    /// Longest time for one attempt, from sending to the last byte of the answer; 30 seconds unless set.
    pub fn attempt_timeout(mut self, limit: Duration) -> Self {
        self.attempt_timeout = limit;
        self
    }

    /// Longest time for a whole call; 2 minutes unless set.
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    /// Largest body of an answer, in bytes; 64 MiB unless set.
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

    /// The clock; that of the machine unless set. For tests.
    pub fn clock(mut self, clock: Arc<dyn Clock>) -> Self {
        self.clock = clock;
        self
    }

    /// Endpoints that win over those of the specs.
    pub fn endpoints(mut self, endpoints: Arc<dyn Endpoints>) -> Self {
        self.endpoints = Some(endpoints);
        self
    }

    /// Allows plain `http://` to other machines. Then anyone on the way can read the answers.
    pub fn allow_http(mut self) -> Self {
        self.allow_http = true;
        self
    }

    /// HTTP client to build on, for proxies, own certificates or another TLS library. Redirects are turned off in
    /// any case, because a signature must not travel to another host.
    pub fn http(mut self, client: reqwest::ClientBuilder) -> Self {
        self.http = Some(client);
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
            (Some(endpoint), _) => Location::Endpoint(parse_endpoint(&endpoint, self.allow_http)?),
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
        let mut http = match self.http {
            Some(builder) => {
                provide_cryptography();
                builder
            }
            // Without any address that is encrypted, no certificates are needed.
            None => tls(
                reqwest::Client::builder(),
                !matches!(&location, Location::Endpoint(url) if url.scheme() == "http"),
            )?
            .connect_timeout(CONNECT_TIMEOUT)
            .user_agent(USER_AGENT),
        };
        if let Some(limit) = self.connect_timeout {
            http = http.connect_timeout(limit);
        }
        let http = http
            .redirect(reqwest::redirect::Policy::none())
            .retry(reqwest::retry::never())
            .referer(false)
            .build()
            .map_err(|error| config_error("the HTTP client cannot be set up").with_source(error))?;
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
            budget: Budget::new(),
            rate_limit: self.rate_limit.map(RateLimit::new),
            clock: self.clock,
            http,
            allow_http: self.allow_http,
            endpoints: self.endpoints,
            ids: self.ids,
        })))
    }
}

const USER_AGENT: &str = concat!("huaweicloud-rust/", env!("CARGO_PKG_VERSION"));

/// Longest wait for a connection unless set.
const CONNECT_TIMEOUT: Duration = Duration::from_secs(10);

/// An HTTP client for services of this very machine: no TLS, no proxy, no redirects.
///
/// # Errors
/// When TLS cannot be set up, which the HTTP library insists on.
#[doc(hidden)]
pub fn local_http() -> Result<reqwest::ClientBuilder, Error> {
    Ok(tls(reqwest::Client::builder(), false)?.no_proxy().redirect(reqwest::redirect::Policy::none()))
}

/// A client builder of the caller's own may rely on a process-wide provider; without one the HTTP library panics.
fn provide_cryptography() {
    #[cfg(feature = "rustls")]
    if rustls::crypto::CryptoProvider::get_default().is_none() {
        // Another thread may have been faster, which is as good.
        let _ = rustls::crypto::ring::default_provider().install_default();
    }
}

/// TLS by rustls with ring, trusting what the operating system trusts. A plain connection to this machine needs no
/// certificates, so none are looked for.
#[cfg(feature = "rustls")]
fn tls(builder: reqwest::ClientBuilder, encrypted: bool) -> Result<reqwest::ClientBuilder, Error> {
    use rustls::{ClientConfig, RootCertStore, crypto::ring};
    use rustls_platform_verifier::BuilderVerifierExt as _;

    let failed = |error: rustls::Error| {
        Error::new(ErrorKind::Config, "TLS cannot be set up; are the CA certificates of the system installed?")
            .with_source(error)
    };
    let config = ClientConfig::builder_with_provider(Arc::new(ring::default_provider()))
        .with_safe_default_protocol_versions()
        .map_err(failed)?;
    let config = if encrypted {
        config.with_platform_verifier().map_err(failed)?
    } else {
        config.with_root_certificates(RootCertStore::empty())
    };
    Ok(builder.tls_backend_preconfigured(config.with_no_client_auth()))
}

#[cfg(all(not(feature = "rustls"), feature = "native-tls"))]
fn tls(builder: reqwest::ClientBuilder, _encrypted: bool) -> Result<reqwest::ClientBuilder, Error> {
    Ok(builder)
}

#[cfg(not(any(feature = "rustls", feature = "native-tls")))]
fn tls(builder: reqwest::ClientBuilder, encrypted: bool) -> Result<reqwest::ClientBuilder, Error> {
    if encrypted {
        return Err(Error::new(
            ErrorKind::Config,
            "this build has no TLS: enable the feature rustls or native-tls, or pass an HTTP client that has it",
        ));
    }
    Ok(builder)
}

fn parse_endpoint(text: &str, allow_http: bool) -> Result<Url, Error> {
    // What stands before an @ may be a password.
    let shown = text.rsplit('@').next().unwrap_or_default();
    let wrong = |reason: &str| Error::new(ErrorKind::Config, format!("endpoint {shown:?} {reason}"));
    let with_scheme = if text.contains("://") { text.to_owned() } else { format!("https://{text}") };
    let url = Url::parse(&with_scheme).map_err(|error| wrong("is no URL").with_source(error))?;
    if !url.username().is_empty() || url.password().is_some() {
        return Err(Error::new(ErrorKind::Config, "the endpoint must not hold a user name or a password"));
    }
    let loopback = match url.host() {
        Some(Host::Domain(name)) => name == "localhost" || name.ends_with(".localhost"),
        Some(Host::Ipv4(address)) => IpAddr::from(address).is_loopback(),
        Some(Host::Ipv6(address)) => IpAddr::from(address).is_loopback(),
        None => return Err(wrong("has no host")),
    };
    match url.scheme() {
        "https" => {}
        "http" if loopback || allow_http => {}
        "http" => return Err(wrong("is not encrypted; use https://, or allow plain http explicitly")),
        _ => return Err(wrong("must begin with https://")),
    }
    if !matches!(url.path(), "" | "/") || url.query().is_some() || url.fragment().is_some() {
        return Err(wrong("must be a scheme and a host, without a path or a query"));
    }
    Ok(url)
}
