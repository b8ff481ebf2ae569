#![doc = include_str!("../README.md")]

mod arguments;
mod auth;
mod changes;
mod content;
mod contract;
mod faults;
mod fixtures;
mod generate;
mod ids;
mod known;
mod list;
mod names;
mod plan;
mod random;
mod records;
mod response;
mod rules;
mod server;

use std::{
    io,
    net::SocketAddr,
    sync::Arc,
    time::{Duration, SystemTime},
};

use huaweicloud_core::{Config, ConfigBuilder, Credential, Error, dynamic::Service};
use tokio::{net::TcpListener, task::JoinHandle};

use content::{Content, Settings};
use contract::Contract;

pub use contract::Subject;
pub use faults::Fault;
pub use fixtures::Fixture;
pub use plan::{FaultPlan, FaultRule};
pub use server::RecordedRequest;

/// A running mock server for the documented services. It stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    state: Arc<server::State>,
    task: JoinHandle<()>,
}

/// A builder for [`Sandbox`].
#[derive(Debug)]
#[must_use = "call `start` to run it"]
pub struct SandboxBuilder {
    services: Vec<&'static Service>,
    port: u16,
    records: usize,
    things: Option<usize>,
    newest: Option<SystemTime>,
    made_up_ids: bool,
    fixtures: Vec<Fixture>,
    record: bool,
    faults: FaultPlan,
    read_timeout: Duration,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self {
            services: huaweicloud_catalog::services().to_vec(),
            port: 0,
            records: 25,
            things: None,
            newest: None,
            made_up_ids: false,
            fixtures: Vec::new(),
            record: false,
            faults: FaultPlan::new(),
            read_timeout: Duration::from_secs(60),
        }
    }
}

impl SandboxBuilder {
    /// Replaces the services of the catalog.
    pub fn services(mut self, services: &[&'static Service]) -> Self {
        self.services = services.to_vec();
        self
    }

    /// Sets the port to listen on. Defaults to any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the number of records of a generated history, or other list of which no document shows an item. Defaults to 25.
    pub fn records(mut self, records: usize) -> Self {
        self.records = records;
        self
    }

    /// Sets the number of items of each list of ids, such as that of the tickets, for every call: first the documented
    /// ones, then generated ones. Defaults to the documented number.
    pub fn things(mut self, things: usize) -> Self {
        self.things = Some(things);
        self
    }

    /// Sets the time of the newest record of a generated history, rounded down to a second. Defaults to the start of the
    /// sandbox.
    pub fn newest(mut self, time: SystemTime) -> Self {
        self.newest = Some(time);
        self
    }

    /// Accepts every valid id, with a generated history. By default a call is answered with 404 if its id is neither in a
    /// list of the sandbox, nor in a documented call, nor in a fixture.
    pub fn made_up_ids(mut self) -> Self {
        self.made_up_ids = true;
        self
    }

    /// Adds a response of the test's own. May be called several times.
    pub fn fixture(mut self, fixture: Fixture) -> Self {
        self.fixtures.push(fixture);
        self
    }

    /// Records every request, for [`Sandbox::requests`].
    pub fn record_requests(mut self) -> Self {
        self.record = true;
        self
    }

    /// Sets the faults to inject. Defaults to none.
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Sets the maximum time that the head and the body of a request may each take to arrive. It is also the time for
    /// which an idle connection is kept. Defaults to 60 seconds.
    pub fn read_timeout(mut self, limit: Duration) -> Self {
        // It is added to times, which must not overflow.
        self.read_timeout = limit.min(Duration::from_secs(u32::MAX.into()));
        self
    }

    /// Starts the sandbox on the current Tokio runtime, which must have I/O and time enabled.
    ///
    /// # Errors
    ///
    /// Returns an error of the kind [`InvalidInput`](io::ErrorKind::InvalidInput) if a fixture or a rule of the fault
    /// plan names an unknown service, operation or argument, or if a fixture has not the kind of response that its
    /// operation has. Returns an error if the port is in use or a spec cannot be read.
    pub async fn start(self) -> io::Result<Sandbox> {
        let Self { services, port, records, things, newest, made_up_ids, fixtures, record, faults, read_timeout } =
            self;
        let contracts = services.iter().map(|service| Contract::read(service)).collect::<io::Result<Vec<_>>>()?;
        names::check_fixtures(&contracts, &fixtures)?;
        names::check_plan(&contracts, &faults)?;
        let newest = whole_seconds(newest.unwrap_or_else(SystemTime::now));
        let content = Content::new(contracts, fixtures, Settings { records, things, newest, made_up_ids });
        let state = Arc::new(server::State::new(content, record, faults, read_timeout));
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(server::serve(listener, Arc::clone(&state)));
        Ok(Sandbox { address, state, task })
    }
}

/// Returns the time in milliseconds since the Unix epoch, rounded down to a second.
fn whole_seconds(time: SystemTime) -> i64 {
    let since = time.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default();
    i64::try_from(since.as_secs()).unwrap_or(i64::MAX).saturating_mul(1000)
}

impl Sandbox {
    /// Starts a sandbox on a free port.
    ///
    /// # Errors
    ///
    /// Returns an error if no port is free or a spec cannot be read.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// Returns a builder for a sandbox with custom settings.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Returns the endpoint of the sandbox: `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// Returns the access key that the sandbox accepts.
    #[must_use]
    pub fn access_key(&self) -> &'static str {
        auth::ACCESS_KEY
    }

    /// Returns the secret key that the sandbox accepts. It is not valid anywhere else.
    #[must_use]
    pub fn secret_key(&self) -> &'static str {
        auth::SECRET_KEY
    }

    /// Returns the token that the sandbox accepts. It is not valid anywhere else.
    #[must_use]
    pub fn token(&self) -> &'static str {
        auth::TOKEN
    }

    /// Returns a builder of configurations for clients of the sandbox, which sign with its key pair.
    pub fn config_builder(&self) -> ConfigBuilder {
        Config::builder().credentials(Credential::keys(auth::ACCESS_KEY, auth::SECRET_KEY)).endpoint(self.url())
    }

    /// Returns a configuration for clients of the sandbox, which sign with its key pair.
    ///
    /// # Errors
    ///
    /// Returns an error if the HTTP client cannot be set up.
    pub fn config(&self) -> Result<Config, Error> {
        self.config_builder().build()
    }

    /// Returns the histories for which the sandbox has documented responses.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        self.state.subjects()
    }

    /// Returns the requests so far, oldest first. Empty unless the sandbox was started with
    /// [`record_requests`](SandboxBuilder::record_requests).
    #[must_use]
    pub fn requests(&self) -> Vec<RecordedRequest> {
        self.state.recorded()
    }
}

impl Drop for Sandbox {
    fn drop(&mut self) {
        self.task.abort();
    }
}
