#![doc = include_str!("../README.md")]

mod auth;
mod contract;
mod faults;
mod records;
mod response;
mod rules;
mod server;

use std::{io, net::SocketAddr, sync::Arc, time::Duration};

use huaweicloud_core::{Config, ConfigBuilder, Credential, Error};
use tokio::{net::TcpListener, task::JoinHandle};

pub use contract::Subject;
pub use faults::{Fault, FaultPlan};
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
    port: u16,
    records: usize,
    record: bool,
    faults: FaultPlan,
    read_timeout: Duration,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        let read_timeout = Duration::from_secs(60);
        Self { port: 0, records: 25, record: false, faults: FaultPlan::new(), read_timeout }
    }
}

impl SandboxBuilder {
    /// Sets the port to listen on. Defaults to any free port.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Sets the number of records of a generated history. Defaults to 25.
    pub fn records(mut self, records: usize) -> Self {
        self.records = records;
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
    /// Returns an error if the port is in use or a spec cannot be read.
    pub async fn start(self) -> io::Result<Sandbox> {
        let Self { port, records, record, faults, read_timeout } = self;
        let services = huaweicloud_catalog::services();
        let state = Arc::new(server::State::new(services, records, record, faults, read_timeout)?);
        let listener = TcpListener::bind(("127.0.0.1", port)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(server::serve(listener, Arc::clone(&state)));
        Ok(Sandbox { address, state, task })
    }
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
