//! Retries: which errors are transient, what may be repeated, when, and how often.

use std::{
    fmt,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, SystemTime},
};

use http::Method;

use super::clock::Clock;
use crate::{error::Error, metadata::Operation};

/// The retry policy: which errors are retried, how often, and their backoff.
///
/// A call is retried after a transient error: no connection, a broken connection, a timeout of one attempt, or the
/// status 408, 429, 500, 502, 503 or 504 ([`Error::is_retryable`], unless [`classifier`](Self::classifier) replaces
/// it). It must also be safe to repeat: its method is idempotent, its operation is known to only read, nothing was sent,
/// or the gateway throttled it.
///
/// The backoff is exponential with full jitter: the delay is random between zero and a limit that doubles with each
/// retry. A `Retry-After` of the service is honoured. All clients of a configuration share a retry budget, which
/// prevents retry storms while a service is down.
///
/// ```
/// use std::time::Duration;
/// use huaweicloud_core::RetryPolicy;
///
/// let patient = RetryPolicy::default().max_retries(5).max_delay(Duration::from_secs(30));
/// let never = RetryPolicy::none();
/// let also_conflicts =
///     RetryPolicy::default().classifier(|error| error.is_retryable() || error.status() == Some(409));
/// ```
#[derive(Clone)]
pub struct RetryPolicy {
    max_retries: u32,
    base_delay: Duration,
    max_delay: Duration,
    is_transient: Classifier,
}

type Classifier = Arc<dyn Fn(&Error) -> bool + Send + Sync>;

impl Default for RetryPolicy {
    fn default() -> Self {
        Self {
            max_retries: 2,
            base_delay: Duration::from_millis(200),
            max_delay: Duration::from_secs(10),
            is_transient: Arc::new(Error::is_retryable),
        }
    }
}

impl fmt::Debug for RetryPolicy {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("RetryPolicy")
            .field("max_retries", &self.max_retries)
            .field("base_delay", &self.base_delay)
            .field("max_delay", &self.max_delay)
            .finish_non_exhaustive()
    }
}

impl RetryPolicy {
    /// Returns a policy without retries.
    #[must_use]
    pub fn none() -> Self {
        Self { max_retries: 0, ..Self::default() }
    }

    /// Sets the maximum number of retries after the first attempt; defaults to 2.
    #[must_use]
    pub fn max_retries(mut self, retries: u32) -> Self {
        self.max_retries = retries;
        self
    }

    /// Sets the maximum delay before the first retry; defaults to 200 ms.
    #[must_use]
    pub fn base_delay(mut self, delay: Duration) -> Self {
        self.base_delay = delay;
        self
    }

    /// Sets the maximum delay before any retry; defaults to 10 s. A `Retry-After` may exceed it.
    #[must_use]
    pub fn max_delay(mut self, delay: Duration) -> Self {
        self.max_delay = delay;
        self
    }

    /// Sets which errors are transient; defaults to [`Error::is_retryable`]. A call that is not safe to repeat is not
    /// retried even then.
    #[must_use]
    pub fn classifier(mut self, is_transient: impl Fn(&Error) -> bool + Send + Sync + 'static) -> Self {
        self.is_transient = Arc::new(is_transient);
        self
    }

    /// Returns the delay before a retry; the first retry is number 0.
    fn delay(&self, retry: u32, asked_for: Option<Duration>, clock: &dyn Clock) -> Duration {
        let limit = self.base_delay.saturating_mul(1_u32.checked_shl(retry).unwrap_or(u32::MAX)).min(self.max_delay);
        let jitter = Duration::try_from_secs_f64(limit.as_secs_f64() * clock.random()).unwrap_or(limit).min(limit);
        asked_for.map_or(jitter, |asked_for| asked_for.max(jitter))
    }
}

/// The retries of one call.
pub(crate) struct Retries<'c> {
    method: &'c Method,
    operation: &'static Operation,
    policy: &'c RetryPolicy,
    budget: &'c Budget,
    clock: &'c dyn Clock,
    delays: Vec<Duration>,
}

impl<'c> Retries<'c> {
    pub(crate) fn new(
        method: &'c Method,
        operation: &'static Operation,
        policy: &'c RetryPolicy,
        budget: &'c Budget,
        clock: &'c dyn Clock,
    ) -> Self {
        Self { method, operation, policy, budget, clock, delays: Vec::new() }
    }

    /// Returns whether the request may be sent once more after this error.
    fn is_repeatable(&self, error: &Error) -> bool {
        self.method.is_idempotent() || self.operation.retry_safe || !error.may_have_been_sent() || error.is_throttled()
    }

    /// Returns the delay before the next attempt, or `None` if the error is final. `left` is the time left for the call.
    pub(crate) fn next(&mut self, error: &Error, left: Duration) -> Option<Duration> {
        let retry = u32::try_from(self.delays.len()).unwrap_or(u32::MAX);
        if retry >= self.policy.max_retries || !(self.policy.is_transient)(error) || !self.is_repeatable(error) {
            return None;
        }
        let delay = self.policy.delay(retry, error.retry_after(), self.clock);
        // Waiting beyond the timeout of the call would only replace this error with a less specific one.
        if delay >= left || !self.budget.take() {
            return None;
        }
        self.delays.push(delay);
        Some(delay)
    }

    /// Returns the delays so far.
    pub(crate) fn delays(&self) -> &[Duration] {
        &self.delays
    }
}

/// Parses a `Retry-After` header: seconds, or a date.
pub(crate) fn retry_after(value: &str, now: SystemTime) -> Option<Duration> {
    let value = value.trim();
    if !value.is_empty() && value.bytes().all(|byte| byte.is_ascii_digit()) {
        return Some(value.parse().map_or(Duration::MAX, Duration::from_secs));
    }
    let date = httpdate::parse_http_date(value).ok()?;
    Some(date.duration_since(now).unwrap_or_default())
}

/// The retry budget that all clients of a configuration share.
#[derive(Debug)]
pub(crate) struct Budget(AtomicU32);

impl Budget {
    const FULL: u32 = 500;
    const COST: u32 = 5;

    pub(crate) fn new() -> Self {
        Self(AtomicU32::new(Self::FULL))
    }

    /// Takes the cost of one retry; returns `false` if the budget is exhausted.
    pub(crate) fn take(&self) -> bool {
        self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| left.checked_sub(Self::COST)).is_ok()
    }

    /// Refills the budget a little, after a successful call.
    pub(crate) fn refill(&self) {
        let _ =
            self.0.fetch_update(Ordering::Relaxed, Ordering::Relaxed, |left| (left < Self::FULL).then_some(left + 1));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::{future::BoxFuture, transport::clock::SystemClock};

    #[test]
    fn retry_after_is_seconds_or_a_date() {
        let now = httpdate::parse_http_date("Sun, 22 Nov 2026 20:00:00 GMT").unwrap();
        assert_eq!(retry_after("7", now), Some(Duration::from_secs(7)));
        assert_eq!(retry_after(" Sun, 22 Nov 2026 20:00:30 GMT", now), Some(Duration::from_secs(30)));
        assert_eq!(retry_after("Sun, 22 Nov 2026 19:00:00 GMT", now), Some(Duration::ZERO), "a date that has passed");
        assert_eq!(retry_after("soon", now), None);
        assert_eq!(retry_after("-1", now), None);
        assert_eq!(retry_after("99999999999999999999999", now), Some(Duration::MAX));
    }

    #[test]
    fn pauses_grow_to_their_limit_and_honour_the_service() {
        let policy = RetryPolicy::default().max_delay(Duration::from_millis(500));
        for retry in [0, 1, 2, 31, 32, u32::MAX] {
            let limit = [200, 400].get(retry as usize).copied().unwrap_or(500);
            assert!(policy.delay(retry, None, &SystemClock) <= Duration::from_millis(limit));
        }
        let asked_for = Duration::from_secs(3);
        assert_eq!(policy.delay(0, Some(asked_for), &SystemClock), asked_for);
    }

    /// A clock with a broken random number generator.
    #[derive(Debug)]
    struct Random(f64);

    impl Clock for Random {
        fn now(&self) -> SystemTime {
            SystemTime::now()
        }

        fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
            Box::pin(async {})
        }

        fn timeout(&self, _: Duration) -> BoxFuture<'_, ()> {
            Box::pin(async {})
        }

        fn random(&self) -> f64 {
            self.0
        }
    }

    #[test]
    fn no_delay_and_no_random_number_panics() {
        for random in [0.0, 0.5, 1.0, 1.5, -1.0, f64::NAN, f64::INFINITY, f64::MAX] {
            for limit in [Duration::ZERO, Duration::from_nanos(1), Duration::from_secs(1), Duration::MAX] {
                let policy = RetryPolicy::default().base_delay(limit).max_delay(limit);
                assert!(policy.delay(7, None, &Random(random)) <= limit, "{random} of {limit:?}");
            }
        }
    }

    #[test]
    fn the_budget_runs_out_and_comes_back() {
        let budget = Budget::new();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        (0..5).for_each(|_| budget.refill());
        assert!(budget.take() && !budget.take());
    }
}
