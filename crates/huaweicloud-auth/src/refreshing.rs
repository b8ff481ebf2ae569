//! Credentials that renew themselves.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, SystemTime},
};

use huaweicloud_core::{BoxFuture, Clock, Credential, CredentialsProvider, Error, ErrorKind, SystemClock};
use tokio::sync::watch;

use crate::{CredentialSource, LoadedCredentials, Lookup};

/// How long before their end credentials are renewed, as in the official SDKs.
const MARGIN: Duration = Duration::from_secs(40 * 60);
/// How long after a failed refresh the next one may begin, while the present credentials are good.
const PAUSE: Duration = Duration::from_secs(5);
/// How long a source may take. Sources have shorter limits of their own; this is for one that never responds.
const LIMIT: Duration = Duration::from_secs(180);

/// A source with a memory: keeps its credentials until shortly before they end.
///
/// They are refreshed on a thread of its own, once for all callers, whichever of them goes away with its runtime. As long
/// as the present ones are good, nobody waits for it; after a failure there is a pause before the next try.
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
    /// Closes when the refresh that is under way has ended.
    refresh: Option<watch::Receiver<()>>,
    /// Why the last refresh failed, and when to try again while the present credentials are good.
    failure: Option<(Error, SystemTime)>,
}

#[derive(Clone, Debug)]
struct Current {
    credential: Arc<Credential>,
    /// When to renew, and when they end.
    renew_at: Option<SystemTime>,
    expires_at: Option<SystemTime>,
}

impl RefreshingCredentials {
    /// Renews what a source gives.
    #[must_use]
    pub fn new(source: Arc<dyn CredentialSource>) -> Self {
        Self::with_clock(source, Arc::new(SystemClock))
    }

    /// The same with another clock, for tests.
    #[must_use]
    pub fn with_clock(source: Arc<dyn CredentialSource>, clock: Arc<dyn Clock>) -> Self {
        Self(Arc::new(Inner { source, clock, state: Mutex::default() }))
    }

    /// Asks the source now, keeps what it gives, and hands it out with its ids.
    pub(crate) async fn load(&self) -> Result<LoadedCredentials, Error> {
        self.0.load().await
    }

    async fn get(&self) -> Result<Arc<Credential>, Error> {
        /// How often a caller waits, who wakes when what was refreshed is gone again: it ended, or another caller was
        /// told that it did.
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
            // The end of the refresh closes the channel, which is what this waits for.
            let _ = refresh.changed().await;
            if let Some(credential) = self.0.still_good() {
                return Ok(credential);
            }
            if let Some(error) = self.0.failure_of_last() {
                return Err(error);
            }
        }
        let name = self.0.source.name();
        Err(Error::new(ErrorKind::Credentials, format!("the credentials of the {name} have already ended")))
    }
}

enum Step {
    Good(Arc<Credential>),
    Begin(watch::Sender<()>),
    Wait(watch::Receiver<()>),
}

/// A refresh under way. However it ends, even in a panic, the next caller may begin another, and who waits wakes up.
struct Refresh {
    inner: Arc<Inner>,
    done: Option<watch::Sender<()>>,
    outcome: Option<Result<(), Error>>,
}

impl Refresh {
    /// Asks the source on a thread with a runtime of its own: that of the caller may end before the source responds.
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
    /// What a caller has to do; at most one of them begins a refresh.
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

    /// Why a source could not be asked.
    fn failure(&self, error: &io::Error) -> Error {
        let name = self.source.name();
        Error::new(ErrorKind::Credentials, format!("the {name} gave no credentials: {error}"))
    }

    fn keep(&self, loaded: &LoadedCredentials) {
        let now = self.clock.now();
        let current = Current {
            credential: Arc::new(loaded.credential.clone()),
            // Credentials that live shorter than twice the margin are renewed half way.
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

    /// Why the last refresh failed, if it did.
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
        // Another caller may have renewed them in the meantime.
        if state.current.as_ref().is_some_and(|current| Arc::ptr_eq(&current.credential, credential)) {
            state.current = None;
        }
        true
    }
}
