//! Credentials that are refreshed automatically.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError},
    thread,
    time::{Duration, Instant, SystemTime},
};

use huaweicloud_core::{BoxFuture, Credential, CredentialsProvider, Error, ErrorKind};
use tokio::sync::watch;

use crate::{Context, CredentialSource, LoadedCredentials, Lookup};

/// How long before expiry credentials are refreshed, as in the official SDKs.
const MARGIN: Duration = Duration::from_secs(40 * 60);
/// The pause after the first failure of a source; it doubles with each further one.
const PAUSE: Duration = Duration::from_secs(1);
/// The longest pause.
const LONGEST_PAUSE: Duration = Duration::from_secs(5 * 60);
/// The timeout of a refresh. Sources have shorter timeouts of their own; this one is for a source that never responds.
const LIMIT: Duration = Duration::from_secs(180);

/// A provider that caches the credentials of a source and refreshes them shortly before they expire.
///
/// A refresh runs on a separate thread, once for all callers, so that it does not depend on the runtime of any caller.
/// While the current credentials are valid, callers do not wait for it.
///
/// The source is not asked again and again: after a failed refresh, and after the gateway has rejected new credentials
/// as expired, there is a pause of 1 second, which doubles with each further failure, up to 5 minutes. Meanwhile all
/// callers get the current credentials, if they are valid, or the error.
#[derive(Clone, Debug)]
pub struct RefreshingCredentials(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    source: Arc<dyn CredentialSource>,
    context: Context,
    state: Mutex<State>,
}

#[derive(Debug, Default)]
struct State {
    current: Option<Current>,
    /// Closes when the refresh in flight has finished.
    refresh: Option<watch::Receiver<()>>,
    /// The error of the last refresh, and from when the source is asked again.
    failure: Option<(Error, Instant)>,
    /// How many refreshes in a row have failed.
    failures: u32,
    /// How many new credentials in a row the gateway has rejected.
    rejections: u32,
}

/// Returns the pause after this number of failures in a row.
fn pause(failures: u32) -> Duration {
    let doublings = failures.checked_sub(1).map(|doublings| 1_u32.checked_shl(doublings).unwrap_or(u32::MAX));
    doublings.map_or(Duration::ZERO, |times| PAUSE.saturating_mul(times).min(LONGEST_PAUSE))
}

#[derive(Clone, Debug)]
struct Current {
    credential: Arc<Credential>,
    account: Account,
    loaded_at: Instant,
    /// The time from which the credentials are refreshed; `None` if they never expire.
    renew_at: Option<SystemTime>,
    expires_at: Option<SystemTime>,
}

/// The account that credentials belong to, as far as their source knows.
#[derive(Clone, Debug, Default)]
pub(crate) struct Account {
    pub(crate) project_id: Option<String>,
    pub(crate) domain_id: Option<String>,
    pub(crate) iam_endpoint: Option<String>,
}

impl RefreshingCredentials {
    /// Creates a provider that refreshes the credentials of a source.
    #[must_use]
    pub fn new(source: Arc<dyn CredentialSource>) -> Self {
        Self::with_context(source, Context::default())
    }

    /// Creates a provider that refreshes the credentials of a source with this context.
    #[must_use]
    pub fn with_context(source: Arc<dyn CredentialSource>, context: Context) -> Self {
        Self(Arc::new(Inner { source, context, state: Mutex::default() }))
    }

    /// Loads credentials now, so that a misconfiguration shows, and returns the account that they belong to.
    pub(crate) async fn load(&self) -> Result<Account, Error> {
        self.get().await?;
        Ok(self.0.state().current.as_ref().map(|current| current.account.clone()).unwrap_or_default())
    }

    async fn get(&self) -> Result<Arc<Credential>, Error> {
        /// How many refreshes a caller waits for. The refreshed credentials can be gone before the caller wakes up:
        /// they expired, or the gateway rejected another caller's request because they had expired.
        const ROUNDS: u32 = 3;
        for _ in 0..ROUNDS {
            let mut refresh = match self.0.begin() {
                Step::Good(credential) => return Ok(credential),
                Step::Pause(error) => return Err(error),
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
            if let Some((error, _)) = &self.0.state().failure {
                return Err(error.clone());
            }
        }
        // They expire faster than callers wake up; the gateway may still accept them.
        let last = self.0.state().current.as_ref().map(|current| Arc::clone(&current.credential));
        last.ok_or_else(|| self.0.failure(&io::Error::other("they expire as soon as they are there")))
    }
}

enum Step {
    Good(Arc<Credential>),
    /// The source has failed just now.
    Pause(Error),
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
    fn start(mut self) {
        // Dropped with this outcome if there is no thread to run on.
        self.outcome = Some(Err(self.inner.failure(&io::Error::other("no thread could be started"))));
        let _ = thread::Builder::new().name("huaweicloud-refresh".to_owned()).spawn(|| self.run());
    }

    fn run(mut self) {
        self.outcome = None;
        let runtime = tokio::runtime::Builder::new_current_thread().enable_all().build();
        self.outcome = Some(match runtime {
            Ok(runtime) => runtime.block_on(async {
                let loaded = self.inner.context.clock.within(LIMIT, self.inner.load()).await;
                loaded.unwrap_or_else(|| Err(self.inner.failure(&io::Error::from(io::ErrorKind::TimedOut))))
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
        state.failures = if outcome.is_ok() { 0 } else { state.failures.saturating_add(1) };
        let again = self.inner.context.clock.instant() + pause(state.failures);
        state.failure = outcome.err().map(|error| (error, again));
        state.refresh = None;
        drop(state);
        self.done.take();
    }
}

impl Inner {
    /// Returns the next step of a caller. At most one caller starts a refresh.
    fn begin(&self) -> Step {
        let now = self.context.clock.now();
        let mut state = self.state();
        let failure = state.failure.as_ref().filter(|(_, again)| self.context.clock.instant() < *again);
        if let Some(current) = &state.current {
            let fresh = current.renew_at.is_none_or(|at| now < at);
            let good = current.expires_at.is_none_or(|end| now < end);
            if fresh || (good && failure.is_some()) {
                return Step::Good(Arc::clone(&current.credential));
            }
        }
        if let Some((error, _)) = failure {
            return Step::Pause(error.clone());
        }
        if let Some(refresh) = &state.refresh {
            return Step::Wait(refresh.clone());
        }
        let (done, refresh) = watch::channel(());
        state.refresh = Some(refresh);
        Step::Begin(done)
    }

    async fn load(&self) -> Result<(), Error> {
        match self.source.load(&self.context).await? {
            Lookup::Found(loaded) if loaded.expires_at.is_some_and(|end| end <= self.context.clock.now()) => {
                let name = self.source.name();
                let message = format!("the credentials of the {name} have already expired; is the clock right?");
                Err(Error::new(ErrorKind::Credentials, message))
            }
            Lookup::Found(loaded) => {
                self.keep(*loaded);
                Ok(())
            }
            Lookup::NotFound(reason) => Err(Error::new(ErrorKind::Credentials, format!("No credentials. {reason}"))),
        }
    }

    /// Returns the error for a source that could not be called.
    fn failure(&self, error: &io::Error) -> Error {
        let name = self.source.name();
        Error::new(ErrorKind::Credentials, format!("the {name} returned no credentials: {error}"))
    }

    fn keep(&self, loaded: LoadedCredentials) {
        let now = self.context.clock.now();
        let current = Current {
            credential: Arc::new(loaded.credential),
            account: Account {
                project_id: loaded.project_id,
                domain_id: loaded.domain_id,
                iam_endpoint: loaded.iam_endpoint,
            },
            loaded_at: self.context.clock.instant(),
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
        let now = self.context.clock.now();
        let state = self.state();
        let current = state.current.as_ref()?;
        current.expires_at.is_none_or(|end| now < end).then(|| Arc::clone(&current.credential))
    }
}

impl CredentialsProvider for RefreshingCredentials {
    fn credential(&self) -> BoxFuture<'_, Result<Arc<Credential>, Error>> {
        Box::pin(self.get())
    }

    fn expired(&self, credential: &Arc<Credential>) -> bool {
        let mut state = self.0.state();
        // Another caller may have refreshed them in the meantime.
        let Some(current) = state.current.as_ref().filter(|current| Arc::ptr_eq(&current.credential, credential))
        else {
            return true;
        };
        let age = self.0.context.clock.instant().saturating_duration_since(current.loaded_at);
        if age < pause(state.rejections) {
            // Others would be rejected too, and IAM locks accounts that log in too often.
            return false;
        }
        state.rejections = if age < LONGEST_PAUSE { state.rejections.saturating_add(1) } else { 1 };
        state.current = None;
        true
    }
}
