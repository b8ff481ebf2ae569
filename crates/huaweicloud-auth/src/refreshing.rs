//! Credentials that are refreshed automatically.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, SystemTime},
};

use huaweicloud_core::{BoxFuture, Clock, Credential, CredentialsProvider, Error, ErrorKind, SystemClock};
use tokio::sync::watch;

use crate::{CredentialSource, LoadedCredentials, Lookup};

/// How long before expiry credentials are refreshed, as in the official SDKs.
const MARGIN: Duration = Duration::from_secs(40 * 60);
/// The pause after a failed refresh while the current credentials are still valid.
const PAUSE: Duration = Duration::from_secs(5);
/// The timeout of a refresh. Sources have shorter timeouts of their own; this one is for a source that never responds.
const LIMIT: Duration = Duration::from_secs(180);

/// A provider that caches the credentials of a source and refreshes them shortly before they expire.
///
/// A refresh runs on a separate thread, once for all callers, so that it does not depend on the runtime of any caller.
/// While the current credentials are valid, callers do not wait for it, and there is a pause after a failed refresh
/// before the next one.
#[derive(Clone, Debug)]
pub struct RefreshingCredentials(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Arc<dyn CredentialSource>,
    clock: Arc<dyn Clock>,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Current>,
    /// Closes when the refresh in flight has finished.
    refresh: Option<watch::Receiver<()>>,
    /// The error of the last refresh, and the time of the next one while the current credentials are valid.
    failure: Option<(Error, SystemTime)>,
}

#[derive(Clone, Debug)]
struct Current {
    credential: Arc<Credential>,
    /// The time from which the credentials are refreshed; `None` if they never expire.
    renew_at: Option<SystemTime>,
    expires_at: Option<SystemTime>,
}

impl RefreshingCredentials {
    /// Creates a provider that refreshes the credentials of a source.
    #[must_use]
    pub fn new(source: Arc<dyn CredentialSource>) -> Self {
        Self::with_clock(source, Arc::new(SystemClock))
    }

    /// Creates a provider that uses this clock, for tests.
    #[must_use]
    pub fn with_clock(source: Arc<dyn CredentialSource>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { source, clock, state: Mutex::default() }))
    }

    /// Loads credentials from the source immediately, caches them, and returns them with their ids.
    pub(crate) async fn load(&self) -> Result<LoadedCredentials, Error> {
        self.0.load().await
    }

    async fn get(&self) -> Result<Arc<Credential>, Error> {
        /// How many refreshes a caller waits for. The refreshed credentials can be gone before the caller wakes up:
        /// they expired, or the gateway rejected another caller's request because they had expired.
        const ROUNDS: u32 = 3;
        for _ in 0..ROUNDS {
            let mut refresh = match self.0.begin() {
                Step::Good(credential) => return Ok(credential),
                Step::Begin(done) => {
                    let ended = done.subscribe();
                    Refresh { inner: Arc::clone(&self.0), done: Some(done), outcome: None }.start();
                    ended
                }
                Step::Wait(refresh) => refresh,
            };
            if let Some(credential) = self.0.still_good() {
                return Ok(credential);
            }
            // Waits until the end of the refresh closes the channel.
            let _ = refresh.changed().await;
            if let Some(credential) = self.0.still_good() {
                return Ok(credential);
            }
            if let Some(error) = self.0.failure_of_last() {
                return Err(error);
            }
        }
        let name = self.0.source.name();
        Err(Error::new(ErrorKind::Credentials, format!("the credentials of the {name} have already expired")))
    }
}

enum Step {
    Good(Arc<Credential>),
    Begin(watch::Sender<()>),
    Wait(watch::Receiver<()>),
}

/// A refresh in flight. When it ends, even in a panic, waiting callers wake up and the next refresh can start.
struct Refresh {
    inner: Arc<Inner>,
    done: Option<watch::Sender<()>>,
    outcome: Option<Result<(), Error>>,
}

impl Refresh {
    /// Loads the credentials on a thread with its own runtime, because the caller's runtime may end before the source
    /// responds.
    fn start(self) {
        let inner = Arc::clone(&self.inner);
        let begun = thread::Builder::new().name("huaweicloud-refresh".to_owned()).spawn(|| self.run());
        if let Err(error) = begun {
            inner.state().failure = Some((inner.failure(&error), inner.clock.now() + PAUSE));
        }
    }

    fn run(mut self) {
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        self.outcome = Some(match runtime {
            Ok(runtime) => runtime.block_on(async {
                let loaded = tokio::time::timeout(LIMIT, self.inner.load()).await;
                loaded.map_err(|_| self.inner.failure(&io::Error::from(io::ErrorKind::TimedOut)))?.map(drop)
            }),
            Err(error) => Err(self.inner.failure(&error)),
        });
    }
}

impl Drop for Refresh {
    fn drop(&mut self) {
        let broke_off = || Err(self.inner.failure(&io::Error::other("it broke off")));
        let outcome = self.outcome.take().unwrap_or_else(broke_off);
        let mut state = self.inner.state();
        state.failure = outcome.err().map(|error| (error, self.inner.clock.now() + PAUSE));
        state.refresh = None;
        drop(state);
        self.done.take();
    }
}

impl Inner {
    /// Returns the next step of a caller. At most one caller starts a refresh.
    fn begin(&self) -> Step {
        let now = self.clock.now();
        let mut state = self.state();
        if let Some(current) = &state.current {
            let fresh = current.renew_at.is_none_or(|at| now < at);
            let good = current.expires_at.is_none_or(|end| now < end);
            let pausing = state.failure.as_ref().is_some_and(|(_, again)| now < *again);
            if fresh || (good && pausing) {
                return Step::Good(Arc::clone(&current.credential));
            }
        }
        if let Some(refresh) = &state.refresh {
            return Step::Wait(refresh.clone());
        }
        let (done, refresh) = watch::channel(());
        state.refresh = Some(refresh);
        Step::Begin(done)
    }

    async fn load(&self) -> Result<LoadedCredentials, Error> {
        match self.source.load().await? {
            Lookup::Found(loaded) => {
                self.keep(&loaded);
                Ok(*loaded)
            }
            Lookup::NotFound(reasons) => {
                Err(Error::new(ErrorKind::Credentials, format!("no credentials found: {reasons}")))
            }
        }
    }

    /// Returns the error for a source that could not be called.
    fn failure(&self, error: &io::Error) -> Error {
        let name = self.source.name();
        Error::new(ErrorKind::Credentials, format!("the {name} returned no credentials: {error}"))
    }

    fn keep(&self, loaded: &LoadedCredentials) {
        let now = self.clock.now();
        let current = Current {
            credential: Arc::new(loaded.credential.clone()),
            // Credentials that expire in less than twice the margin are refreshed halfway.
            renew_at: loaded.expires_at.map(|end| {
                let left = end.duration_since(now).unwrap_or_default();
                end.checked_sub(MARGIN.min(left / 2)).unwrap_or(end)
            }),
            expires_at: loaded.expires_at,
        };
        self.state().current = Some(current);
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn still_good(&self) -> Option<Arc<Credential>> {
        let now = self.clock.now();
        let state = self.state();
        let current = state.current.as_ref()?;
        current.expires_at.is_none_or(|end| now < end).then(|| Arc::clone(&current.credential))
    }

    /// Returns the error of the last refresh, if it failed.
    fn failure_of_last(&self) -> Option<Error> {
        self.state().failure.as_ref().map(|(error, _)| error.clone())
    }
}

impl CredentialsProvider for RefreshingCredentials {
    fn credential(&self) -> BoxFuture<'_, Result<Arc<Credential>, Error>> {
        Box::pin(self.get())
    }

    fn expired(&self, credential: &Arc<Credential>) -> bool {
        let mut state = self.0.state();
        // Another caller may have refreshed them in the meantime.
        if state.current.as_ref().is_some_and(|current| Arc::ptr_eq(&current.credential, credential)) {
            state.current = None;
        }
        true
    }
}
