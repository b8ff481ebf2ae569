//! Credentials that renew themselves.

use std::{
    sync::{Arc, Mutex, PoisonError},
    time::{Duration, SystemTime},
};

use huaweicloud_core::{BoxFuture, Clock, Credential, Credentials, Error, ErrorKind, SystemClock};
use tokio::sync::Mutex as AsyncMutex;

use crate::{Found, Loaded, Source};

/// How long before their end credentials are renewed, as in the official SDKs.
const MARGIN: Duration = Duration::from_secs(40 * 60);

/// A source with a memory: keeps its credentials until shortly before they end, and lets one caller renew them while
/// the others wait.
#[derive(Debug)]
pub struct Renewing {
    source: Arc<dyn Source>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
    refresh: AsyncMutex<()>,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Current>,
    /// How many refreshes failed, and why the last one did: who waited for it need not try again.
    failures: u64,
    last_failure: String,
}

#[derive(Clone, Debug)]
struct Current {
    credential: Arc<Credential>,
    /// When to renew, and when they end.
    renew_at: Option<SystemTime>,
    expires_at: Option<SystemTime>,
}

impl Renewing {
    /// Renews what a source gives.
    #[must_use]
    pub fn new(source: Arc<dyn Source>) -> Self {
        Self::with_clock(source, Arc::new(SystemClock))
    }

    /// The same with another clock, for tests.
    #[must_use]
    pub fn with_clock(source: Arc<dyn Source>, clock: Arc<dyn Clock>) -> Self {
        Self { source, clock, state: Mutex::default(), refresh: AsyncMutex::new(()) }
    }

    /// Asks the source now, keeps what it gives, and hands it out with its ids.
    pub(crate) async fn load(&self) -> Result<Loaded, Error> {
        match self.source.load().await? {
            Found::Yes(loaded) => {
                self.keep(&loaded);
                Ok(*loaded)
            }
            Found::No(reasons) => Err(Error::new(ErrorKind::Credentials, format!("no credentials found: {reasons}"))),
        }
    }

    fn keep(&self, loaded: &Loaded) {
        let now = self.clock.now();
        let current = Current {
            credential: Arc::new(loaded.credential.clone()),
            // Credentials that live shorter than twice the margin are renewed half way.
            renew_at: loaded.expires_at.map(|end| {
                let left = end.duration_since(now).unwrap_or_default();
                end - MARGIN.min(left / 2)
            }),
            expires_at: loaded.expires_at,
        };
        self.state().current = Some(current);
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// What is kept, if it is good beyond this moment.
    fn kept(&self, until: impl Fn(&Current) -> Option<SystemTime>) -> Option<Arc<Credential>> {
        let now = self.clock.now();
        let state = self.state();
        let current = state.current.as_ref()?;
        until(current).is_none_or(|end| now < end).then(|| Arc::clone(&current.credential))
    }

    async fn get(&self) -> Result<Arc<Credential>, Error> {
        let fresh = || self.kept(|current| current.renew_at);
        if let Some(credential) = fresh() {
            return Ok(credential);
        }
        let failures = self.state().failures;
        let _one_at_a_time = self.refresh.lock().await;
        if let Some(credential) = fresh() {
            return Ok(credential);
        }
        let still_good = || self.kept(|current| current.expires_at);
        {
            let state = self.state();
            if state.failures != failures {
                let message = state.last_failure.clone();
                drop(state);
                return still_good().ok_or_else(|| Error::new(ErrorKind::Credentials, message));
            }
        }
        match self.load().await {
            Ok(_) => fresh().or_else(still_good).ok_or_else(|| {
                let message = format!("the credentials of the {} have already ended", self.source.name());
                Error::new(ErrorKind::Credentials, message)
            }),
            Err(error) => {
                {
                    let mut state = self.state();
                    state.failures += 1;
                    state.last_failure = error.to_string();
                }
                // Renewing began early, so there may be time to try again.
                still_good().ok_or(error)
            }
        }
    }
}

impl Credentials for Renewing {
    fn credential(&self) -> BoxFuture<'_, Result<Arc<Credential>, Error>> {
        Box::pin(self.get())
    }

    fn expired(&self, credential: &Arc<Credential>) -> bool {
        let mut state = self.state();
        // Another caller may have renewed them in the meantime.
        if state.current.as_ref().is_some_and(|current| *current.credential == **credential) {
            state.current = None;
        }
        true
    }
}
