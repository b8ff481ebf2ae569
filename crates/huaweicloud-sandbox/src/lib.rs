#![doc = include_str!("../README.md")]

mod auth;
mod contract;
mod faults;
mod records;
mod response;
mod rules;
mod server;

use std::{io, net::SocketAddr, sync::Arc};

use huaweicloud_core::{Config, ConfigBuilder, Credential, Error};
use tokio::{net::TcpListener, task::JoinHandle};

pub use contract::Subject;
pub use faults::{Fault, FaultPlan};
pub use server::RecordedRequest;

/// A running sandbox; it stops when it is dropped.
#[derive(Debug)]
pub struct Sandbox {
    address: SocketAddr,
    state: Arc<server::State>,
    task: JoinHandle<()>,
}

/// Settings of a sandbox.
#[derive(Debug)]
#[must_use = "call `start` to run it"]
pub struct SandboxBuilder {
    port: u16,
    records: usize,
    record: bool,
    faults: FaultPlan,
}

impl Default for SandboxBuilder {
    fn default() -> Self {
        Self { port: 0, records: 25, record: false, faults: FaultPlan::new() }
    }
}

impl SandboxBuilder {
    /// Port to listen on; any free one unless set.
    pub fn port(mut self, port: u16) -> Self {
        self.port = port;
        self
    }

    /// Length of a made-up history; 25 records unless set.
    pub fn records(mut self, records: usize) -> Self {
        self.records = records;
        self
    }

    /// Keeps every request, for [`Sandbox::requests`].
    pub fn record_requests(mut self) -> Self {
        self.record = true;
        self
    }

    /// Misbehaves on purpose.
    pub fn faults(mut self, plan: FaultPlan) -> Self {
        self.faults = plan;
        self
    }

    /// Starts it.
    ///
    /// # Errors
    /// When the port is taken, or a spec cannot be read.
    pub async fn start(self) -> io::Result<Sandbox> {
        let state =
            Arc::new(server::State::new(huaweicloud_catalog::services(), self.records, self.record, self.faults)?);
        let listener = TcpListener::bind(("127.0.0.1", self.port)).await?;
        let address = listener.local_addr()?;
        let task = tokio::spawn(server::serve(listener, Arc::clone(&state)));
        Ok(Sandbox { address, state, task })
    }
}

impl Sandbox {
    /// Starts a sandbox on a free port.
    ///
    /// # Errors
    /// When no port is free, or a spec cannot be read.
    pub async fn start() -> io::Result<Self> {
        Self::builder().start().await
    }

    /// A sandbox with settings of one's own.
    pub fn builder() -> SandboxBuilder {
        SandboxBuilder::default()
    }

    /// Where it listens: `http://127.0.0.1:…`.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.address)
    }

    /// The access key it knows.
    #[must_use]
    pub fn access_key(&self) -> &'static str {
        auth::ACCESS_KEY
    }

    /// The secret key it knows. It opens nothing but the sandbox.
    #[must_use]
    pub fn secret_key(&self) -> &'static str {
        auth::SECRET_KEY
    }

    /// The token it knows. It opens nothing but the sandbox.
    #[must_use]
    pub fn token(&self) -> &'static str {
        auth::TOKEN
    }

    /// Settings for clients of it, which sign with its key pair.
    pub fn config_builder(&self) -> ConfigBuilder {
        Config::builder().credentials(Credential::keys(auth::ACCESS_KEY, auth::SECRET_KEY)).endpoint(self.url())
    }

    /// A configuration for clients of it, which sign with its key pair.
    ///
    /// # Errors
    /// When the HTTP client cannot be set up.
    pub fn config(&self) -> Result<Config, Error> {
        self.config_builder().build()
    }

    /// The histories that it has documented responses for.
    #[must_use]
    pub fn subjects(&self) -> Vec<Subject> {
        self.state.subjects()
    }

    /// The requests so far, oldest first, if it was started with
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
