//! Refresh of credentials: once for all callers, before they expire, whatever happens to a caller or a source.

use std::{
    sync::{
        Arc,
        atomic::{AtomicUsize, Ordering},
    },
    time::{Duration, SystemTime},
};

use huaweicloud_auth::{Context, CredentialSource, LoadedCredentials, Lookup, RefreshingCredentials};
use huaweicloud_core::{BoxFuture, Config, Credential, CredentialsProvider, Error, ErrorKind};
use huaweicloud_sandbox::{Fault, FaultPlan, Sandbox};

use super::*;
use crate::faults::TestClock;

/// A source that counts its loads and returns credentials with a given lifetime.
#[derive(Debug)]
struct Counting {
    loads: AtomicUsize,
    token: &'static str,
    life: Duration,
    fails_after: usize,
}

impl Counting {
    fn new(token: &'static str, life: Duration) -> Arc<Self> {
        Arc::new(Self { loads: AtomicUsize::new(0), token, life, fails_after: usize::MAX })
    }
}

impl CredentialSource for Counting {
    fn name(&self) -> &str {
        "counting"
    }

    fn load<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(async {
            let number = self.loads.fetch_add(1, Ordering::SeqCst);
            for _ in 0..10 {
                tokio::task::yield_now().await;
            }
            if number >= self.fails_after {
                return Err(Error::new(ErrorKind::Credentials, "the source is down"));
            }
            let loaded =
                LoadedCredentials::new(Credential::token(self.token)).with_expiry(SystemTime::now() + self.life);
            Ok(Lookup::Found(Box::new(loaded)))
        })
    }
}

/// Calls from 64 tasks at once, each of which must succeed.
async fn call_concurrently(config: &Config) {
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let config = config.clone();
            tokio::spawn(async move { call(&config).await })
        })
        .collect();
    for task in tasks {
        assert_eq!(task.await.unwrap().unwrap(), Some(25));
    }
}

#[tokio::test]
async fn concurrent_tasks_share_one_refresh() {
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let source = Counting::new(sandbox.token().to_owned().leak(), Duration::from_secs(86400));
    let renewing = Arc::new(RefreshingCredentials::new(Arc::clone(&source) as _));
    let config = Config::builder().credentials_from(renewing).endpoint(sandbox.url()).build().unwrap();
    call_concurrently(&config).await;
    assert_eq!(source.loads.load(Ordering::SeqCst), 1);
}

#[tokio::test]
async fn refreshes_before_expiry_and_reports_failure_to_all_waiters() {
    let source = Counting::new("t", Duration::from_secs(3600));
    let clock = |minutes: u64| {
        let clock = Arc::new(TestClock::default());
        clock.advance(Duration::from_secs(minutes * 60));
        clock
    };
    let renewing = RefreshingCredentials::with_context(Arc::clone(&source) as _, at(clock(0)));
    renewing.credential().await.unwrap();
    renewing.credential().await.unwrap();
    assert_eq!(source.loads.load(Ordering::SeqCst), 1, "an hour: good for the first half");
    // With a clock that is 59 minutes ahead, the credentials are refreshed on every request.
    let renewing = RefreshingCredentials::with_context(Arc::clone(&source) as _, at(clock(59)));
    renewing.credential().await.unwrap();
    assert_eq!(source.loads.load(Ordering::SeqCst), 2);
    let ended = RefreshingCredentials::with_context(Arc::clone(&source) as _, at(clock(61)));
    assert!(ended.credential().await.unwrap_err().message().contains("have already expired"));

    let failing = Arc::new(Counting { loads: AtomicUsize::new(0), token: "t", life: Duration::ZERO, fails_after: 0 });
    let renewing = Arc::new(RefreshingCredentials::new(Arc::clone(&failing) as _));
    let tasks: Vec<_> = (0..64)
        .map(|_| {
            let renewing = Arc::clone(&renewing);
            tokio::spawn(async move { renewing.credential().await })
        })
        .collect();
    for task in tasks {
        assert!(task.await.unwrap().unwrap_err().message().contains("the source is down"));
    }
    assert_eq!(failing.loads.load(Ordering::SeqCst), 1, "who waited for a failure does not try again");
}

#[tokio::test]
async fn refreshes_token_that_expires_mid_stream_once() {
    let plan = FaultPlan::new().after(1, 1, Fault::Expired);
    let sandbox = Sandbox::builder().made_up_ids().records(250).record_requests().faults(plan).start().await.unwrap();
    let source = Counting::new(sandbox.token().to_owned().leak(), Duration::from_secs(86400));
    let renewing = Arc::new(RefreshingCredentials::new(Arc::clone(&source) as _));
    let config = Config::builder().credentials_from(renewing).endpoint(sandbox.url()).build().unwrap();
    let osm = huaweicloud_osm::Client::new(&config).unwrap();
    let mut items = osm.list_case_operate_logs().case_id("CS1").items();
    let mut count = 0;
    while items.try_next().await.unwrap().is_some() {
        count += 1;
    }
    assert_eq!((count, source.loads.load(Ordering::SeqCst), sandbox.requests().len()), (250, 2, 4));

    let sandbox = Sandbox::builder()
        .made_up_ids()
        .record_requests()
        .faults(FaultPlan::new().always(Fault::Expired))
        .start()
        .await
        .unwrap();
    let source = Counting::new("dead", Duration::from_secs(86400));
    let renewing = Arc::new(RefreshingCredentials::new(Arc::clone(&source) as _));
    let config = Config::builder().credentials_from(renewing).endpoint(sandbox.url()).build().unwrap();
    let error = call(&config).await.unwrap_err();
    assert!(error.is_expired() && error.is_unauthenticated());
    assert_eq!((source.loads.load(Ordering::SeqCst), sandbox.requests().len()), (2, 2), "once, not for ever");
}

#[tokio::test]
async fn concurrent_tasks_share_one_refresh_of_an_expired_token() {
    /// A source that returns an expired token first, then a valid one.
    #[derive(Debug)]
    struct Dying(Arc<Counting>);
    impl CredentialSource for Dying {
        fn name(&self) -> &str {
            "dying"
        }
        fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
            Box::pin(async {
                let first = self.0.loads.load(Ordering::SeqCst) == 0;
                let Lookup::Found(mut loaded) = self.0.load(context).await? else { panic!("it always has some") };
                if first {
                    loaded.credential = Credential::token("dead");
                }
                Ok(Lookup::Found(loaded))
            })
        }
    }
    let sandbox = Sandbox::builder().made_up_ids().start().await.unwrap();
    let source = Counting::new(sandbox.token().to_owned().leak(), Duration::from_secs(86400));
    let renewing = Arc::new(RefreshingCredentials::new(Arc::new(Dying(Arc::clone(&source)))));
    let config = Config::builder().credentials_from(renewing).endpoint(sandbox.url()).build().unwrap();
    call_concurrently(&config).await;
    assert_eq!(source.loads.load(Ordering::SeqCst), 2);
}

/// A source that returns credentials once and then never responds.
#[derive(Debug)]
struct Stuck(AtomicUsize);

impl CredentialSource for Stuck {
    fn name(&self) -> &str {
        "stuck"
    }

    fn load<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(async {
            if self.0.fetch_add(1, Ordering::SeqCst) > 0 {
                std::future::pending::<()>().await;
            }
            let end = SystemTime::now() + Duration::from_secs(3600);
            Ok(Lookup::Found(Box::new(LoadedCredentials::new(Credential::token("t")).with_expiry(end))))
        })
    }
}

#[tokio::test]
async fn refreshes_in_background_while_credentials_are_valid() {
    let (source, clock) = (Arc::new(Stuck(AtomicUsize::new(0))), Arc::new(TestClock::default()));
    let renewing = RefreshingCredentials::with_context(Arc::clone(&source) as _, at(Arc::clone(&clock) as _));
    renewing.credential().await.unwrap();
    clock.advance(Duration::from_secs(50 * 60));
    while source.0.load(Ordering::SeqCst) < 2 {
        renewing.credential().await.unwrap();
    }
    for _ in 0..3 {
        renewing.credential().await.unwrap();
    }
    assert_eq!(source.0.load(Ordering::SeqCst), 2, "one refresh is under way");
    clock.advance(Duration::from_secs(11 * 60));
    let waited = tokio::time::timeout(Duration::from_millis(30), renewing.credential()).await;
    assert!(waited.is_err(), "now there is nothing left but to wait");
}

/// The caller that started a refresh is cancelled; the others still get its result.
#[tokio::test]
async fn refresh_survives_cancelled_caller() {
    let source = Counting::new("t", Duration::from_secs(86400));
    let renewing = Arc::new(RefreshingCredentials::new(Arc::clone(&source) as _));
    let first = {
        let renewing = Arc::clone(&renewing);
        tokio::spawn(async move { renewing.credential().await.map(drop) })
    };
    tokio::task::yield_now().await;
    first.abort();
    renewing.credential().await.unwrap();
    assert_eq!(source.loads.load(Ordering::SeqCst), 1);
}

/// A source that responds when its gate opens, or panics on the second load.
#[derive(Debug)]
struct Gated {
    loads: AtomicUsize,
    gate: tokio::sync::Semaphore,
    panics: bool,
}

impl Gated {
    fn new(panics: bool) -> Arc<Self> {
        Arc::new(Self { loads: AtomicUsize::new(0), gate: tokio::sync::Semaphore::new(1), panics })
    }
}

impl CredentialSource for Gated {
    fn name(&self) -> &str {
        "gated source"
    }

    fn load<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(async {
            let number = self.loads.fetch_add(1, Ordering::SeqCst);
            assert!(!self.panics || number != 1, "the source panics once");
            self.gate.acquire().await.unwrap().forget();
            // Valid for one second after the refresh is due.
            let loaded = LoadedCredentials::new(Credential::token(format!("t{number}")))
                .with_expiry(SystemTime::now() + Duration::from_secs(2));
            Ok(Lookup::Found(Box::new(loaded)))
        })
    }
}

/// With one runtime per call, a refresh continues after the runtime that started it is dropped.
#[test]
fn refresh_survives_dropped_runtime() {
    let in_a_runtime = |renewing: &RefreshingCredentials| {
        let runtime = runtime();
        runtime.block_on(renewing.credential()).unwrap()
    };
    let source = Gated::new(false);
    let clock = Arc::new(std::sync::Mutex::new(SystemTime::now()));
    #[derive(Debug)]
    struct Shared(Arc<std::sync::Mutex<SystemTime>>);
    impl huaweicloud_core::Clock for Shared {
        fn now(&self) -> SystemTime {
            *self.0.lock().unwrap()
        }
        fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
            Box::pin(std::future::pending())
        }
        fn timeout(&self, _: Duration) -> BoxFuture<'_, ()> {
            Box::pin(std::future::pending())
        }
        fn random(&self) -> f64 {
            0.5
        }
    }
    let renewing =
        RefreshingCredentials::with_context(Arc::clone(&source) as _, at(Arc::new(Shared(Arc::clone(&clock)))));
    let first = in_a_runtime(&renewing);
    *clock.lock().unwrap() += Duration::from_millis(1500);
    assert_eq!(in_a_runtime(&renewing), first, "it is good for half a second more, and a refresh begins");
    source.gate.add_permits(1);
    let deadline = std::time::Instant::now() + Duration::from_secs(20);
    while in_a_runtime(&renewing) == first {
        assert!(std::time::Instant::now() < deadline, "the refresh ended with the runtime of its caller");
        std::thread::yield_now();
    }
    assert_eq!(source.loads.load(Ordering::SeqCst), 2, "one refresh for all of them");
}

#[tokio::test]
async fn recovers_from_panicking_source() {
    let source = Gated::new(true);
    source.gate.add_permits(9);
    let clock = Arc::new(TestClock::default());
    let renewing = RefreshingCredentials::with_context(Arc::clone(&source) as _, at(Arc::clone(&clock) as _));
    let first = renewing.credential().await.unwrap();
    assert!(renewing.expired(&first));
    let error = renewing.credential().await.unwrap_err();
    assert_eq!(error.message(), "the gated source returned no credentials: it broke off");
    clock.advance(Duration::from_secs(1));
    assert_eq!(*renewing.credential().await.unwrap(), Credential::token("t2"));
}

/// All callers share the pause after a failure, which doubles.
#[tokio::test]
async fn failing_source_is_not_asked_again_and_again() {
    let failing = Arc::new(Counting { loads: AtomicUsize::new(0), token: "t", life: Duration::ZERO, fails_after: 0 });
    let clock = Arc::new(TestClock::default());
    let renewing = RefreshingCredentials::with_context(Arc::clone(&failing) as _, at(Arc::clone(&clock) as _));
    let mut loads = Vec::new();
    for second in 0..1000 {
        for _ in 0..3 {
            assert!(renewing.credential().await.unwrap_err().message().contains("the source is down"));
        }
        if failing.loads.load(Ordering::SeqCst) > loads.len() {
            loads.push(second);
        }
        clock.advance(Duration::from_secs(1));
    }
    // The test itself takes time, too.
    let pauses: Vec<i32> = loads.windows(2).map(|pair| pair[1] - pair[0]).collect();
    assert!(pauses.iter().zip([1, 2, 4, 8, 16, 32, 64, 128, 256, 300]).all(|(is, due)| due - is <= 1), "{pauses:?}");
    assert_eq!(failing.loads.load(Ordering::SeqCst), 11, "at {loads:?}");
}

/// A gateway that rejects every credential does not cause a login for every call.
#[tokio::test]
async fn rejected_credentials_are_not_replaced_again_and_again() {
    let plan = FaultPlan::new().always(Fault::Expired);
    let sandbox = Sandbox::builder().made_up_ids().record_requests().faults(plan).start().await.unwrap();
    let source = Counting::new("dead", Duration::from_secs(86400));
    let clock = Arc::new(TestClock::default());
    let renewing = Arc::new(RefreshingCredentials::with_context(Arc::clone(&source) as _, at(Arc::clone(&clock) as _)));
    let config = Config::builder().credentials_from(renewing).endpoint(sandbox.url()).build().unwrap();
    for _ in 0..100 {
        assert!(call(&config).await.unwrap_err().is_expired());
    }
    assert_eq!((source.loads.load(Ordering::SeqCst), sandbox.requests().len()), (2, 101));
    clock.advance(Duration::from_secs(2));
    for _ in 0..100 {
        assert!(call(&config).await.unwrap_err().is_expired());
    }
    assert_eq!(source.loads.load(Ordering::SeqCst), 3);
}
