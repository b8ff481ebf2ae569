//! 10,000 calls that are dropped at random moments, under keys of 50 ms, while their source fails, panics or hangs.

use std::{
    pin::pin,
    sync::{
        Arc, Mutex,
        atomic::{AtomicBool, AtomicUsize, Ordering},
    },
    task::Poll,
    time::{Duration, Instant, SystemTime},
};

use huaweicloud_auth::{Context, CredentialSource, LoadedCredentials, Lookup, RefreshingCredentials};
use huaweicloud_core::{BoxFuture, Clock, Config, Credential, Error, ErrorKind, ResponseBody};

use super::at;
use crate::support::runtime;

const CALLS: usize = 10_000;
const LIFE: Duration = Duration::from_millis(50);

/// A source that does not behave.
#[derive(Debug)]
struct Wild {
    random: Mutex<fastrand::Rng>,
    behaves: AtomicBool,
    loads: AtomicUsize,
    in_flight: AtomicUsize,
    most_in_flight: AtomicUsize,
}

impl CredentialSource for Wild {
    fn name(&self) -> &str {
        "wild source"
    }

    fn load<'a>(&'a self, _: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        struct Leaving<'w>(&'w Wild);
        impl Drop for Leaving<'_> {
            fn drop(&mut self) {
                self.0.in_flight.fetch_sub(1, Ordering::SeqCst);
            }
        }
        Box::pin(async {
            self.loads.fetch_add(1, Ordering::SeqCst);
            let now = self.in_flight.fetch_add(1, Ordering::SeqCst) + 1;
            self.most_in_flight.fetch_max(now, Ordering::SeqCst);
            let _leaving = Leaving(self);
            tokio::task::yield_now().await;
            let dice = if self.behaves.load(Ordering::SeqCst) { 9 } else { self.random.lock().unwrap().u8(..10) };
            match dice {
                // Like a panic, without a message on the terminal.
                0 => std::panic::resume_unwind(Box::new("the source panics")),
                1 => std::future::pending().await,
                2 | 3 => Err(Error::new(ErrorKind::Credentials, "the source is down")),
                _ => {
                    let loaded = LoadedCredentials::new(Credential::keys("AK", "SK"));
                    Ok(Lookup::Found(Box::new(loaded.with_expiry(SystemTime::now() + LIFE))))
                }
            }
        })
    }
}

/// A clock on which pauses and time limits are a thousand times as short.
#[derive(Debug)]
struct Fast {
    start: Instant,
    longest: Mutex<Duration>,
}

impl Clock for Fast {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn instant(&self) -> Instant {
        self.start + self.start.elapsed() * 1000
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        let mut longest = self.longest.lock().unwrap();
        *longest = duration.max(*longest);
        Box::pin(tokio::time::sleep(duration / 1000))
    }

    fn timeout(&self, limit: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(limit / 10_000))
    }

    fn random(&self) -> f64 {
        0.5
    }
}

struct Storm {
    source: Arc<Wild>,
    clock: Arc<Fast>,
    osm: huaweicloud_osm::Client,
}

impl Storm {
    fn new(seed: u64) -> Self {
        let source = Arc::new(Wild {
            random: Mutex::new(fastrand::Rng::with_seed(seed)),
            behaves: AtomicBool::new(false),
            loads: AtomicUsize::new(0),
            in_flight: AtomicUsize::new(0),
            most_in_flight: AtomicUsize::new(0),
        });
        let clock = Arc::new(Fast { start: Instant::now(), longest: Mutex::default() });
        let credentials = RefreshingCredentials::with_context(Arc::clone(&source) as _, at(Arc::clone(&clock) as _));
        let config = Config::builder()
            .credentials_from(Arc::new(credentials))
            .endpoint("https://service.example.com")
            .clock(Arc::clone(&clock) as _)
            .rate_limit(100.0)
            .timeout(Duration::from_secs(1_000_000))
            .transport(Arc::new(|_: http::Request<bytes::Bytes>| Ok(http::Response::new(ResponseBody::from("{}")))))
            .build()
            .unwrap();
        Self { source, clock, osm: huaweicloud_osm::Client::new(&config).unwrap() }
    }

    /// Makes a call, and drops it after this number of turns. Returns whether it ended before.
    async fn call(&self, turns: u32) -> bool {
        let mut call = pin!(self.osm.list_case_operate_logs().case_id("1").send());
        for _ in 0..turns {
            if std::future::poll_fn(|context| Poll::Ready(call.as_mut().poll(context).is_ready())).await {
                return true;
            }
            tokio::task::yield_now().await;
        }
        false
    }

    /// Whatever has happened, the next calls succeed as soon as the source behaves.
    fn check(&self) {
        let most = self.source.most_in_flight.load(Ordering::SeqCst);
        assert_eq!(most, 1, "logins at the same time");
        let (loads, elapsed) = (self.source.loads.load(Ordering::SeqCst), self.clock.start.elapsed());
        let limit = 10 + usize::try_from(elapsed.as_millis()).unwrap();
        assert!(loads > 1 && loads <= limit, "{loads} logins in {elapsed:?}");
        self.source.behaves.store(true, Ordering::SeqCst);
        let runtime = runtime();
        let deadline = Instant::now() + Duration::from_secs(20);
        while runtime.block_on(self.osm.list_case_operate_logs().case_id("1").send()).is_err() {
            assert!(Instant::now() < deadline, "the calls are wedged");
        }
        *self.clock.longest.lock().unwrap() = Duration::ZERO;
        for _ in 0..10 {
            runtime.block_on(self.osm.list_case_operate_logs().case_id("1").send()).unwrap();
        }
        let longest = *self.clock.longest.lock().unwrap();
        assert!(longest <= Duration::from_millis(10), "dropped calls have kept their turns: {longest:?}");
    }
}

#[test]
fn calls_dropped_on_one_runtime() {
    let storm = Storm::new(7);
    let runtime = runtime();
    let mut random = fastrand::Rng::with_seed(7);
    runtime.block_on(async {
        for _ in 0..CALLS / 100 {
            let calls: Vec<u32> = (0..100).map(|_| random.u32(1..400)).collect();
            let mut running: Vec<_> = calls.iter().map(|turns| Box::pin(storm.call(*turns))).collect();
            while !running.is_empty() {
                std::future::poll_fn(|context| {
                    running.retain_mut(|call| call.as_mut().poll(context).is_pending());
                    Poll::Ready(())
                })
                .await;
                tokio::task::yield_now().await;
            }
        }
    });
    storm.check();
}

#[test]
fn calls_dropped_with_their_runtimes() {
    let storm = Storm::new(8);
    let mut random = fastrand::Rng::with_seed(8);
    let mut ended = 0;
    for _ in 0..CALLS {
        let runtime = runtime();
        ended += usize::from(runtime.block_on(storm.call(random.u32(1..50))));
    }
    assert!(ended > CALLS / 10 && ended < CALLS, "{ended} calls ended, the others were dropped");
    storm.check();
}
