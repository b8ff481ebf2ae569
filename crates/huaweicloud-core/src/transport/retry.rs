//! Retry policy, backoff, retry budget and rate limit.

use std::{
    sync::{
        Mutex, PoisonError,
        atomic::{AtomicU32, Ordering},
    },
    time::{Duration, Instant, SystemTime},
};

use super::clock::Clock;

/// The retry policy: the maximum number of retries and their backoff.
///
/// A call is retried only if it is idempotent (an idempotent method, or an operation that is known to only read) or was
/// never sent, and only after a transient error: no connection, a broken connection, a timeout of one attempt, or the
/// status 408, 429, 500, 502, 503 or 504.
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
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RetryPolicy {
    pub(crate) max_retries: u32,
    base_delay: Duration,
    max_delay: Duration,
}

impl Default for RetryPolicy {
    fn default() -> Self {
        Self { max_retries: 2, base_delay: Duration::from_millis(200), max_delay: Duration::from_secs(10) }
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

    /// Returns the delay before a retry; the first retry is number 0.
    pub(crate) fn delay(&self, retry: u32, asked_for: Option<Duration>, clock: &dyn Clock) -> Duration {
        let limit = self.base_delay.saturating_mul(1_u32.checked_shl(retry).unwrap_or(u32::MAX)).min(self.max_delay);
        let jitter = limit.mul_f64(clock.random().clamp(0.0, 1.0));
        asked_for.map_or(jitter, |asked_for| asked_for.max(jitter))
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

/// A client-side rate limit that spaces requests evenly.
#[derive(Debug)]
pub(crate) struct RateLimit {
    interval: Duration,
    next: Mutex<Option<Instant>>,
}

impl RateLimit {
    pub(crate) fn new(per_second: f64) -> Self {
        Self {
            interval: Duration::try_from_secs_f64(1.0 / per_second).unwrap_or(Duration::MAX),
            next: Mutex::new(None),
        }
    }

    /// Waits until the next request may be sent.
    pub(crate) async fn wait(&self, clock: &dyn Clock) {
        let now = Instant::now();
        let wait = {
            let mut next = self.next.lock().unwrap_or_else(PoisonError::into_inner);
            let turn = next.map_or(now, |next| next.max(now));
            *next = turn.checked_add(self.interval).or(*next);
            turn.duration_since(now)
        };
        if !wait.is_zero() {
            clock.sleep(wait).await;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::transport::clock::SystemClock;

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

    #[test]
    fn the_budget_runs_out_and_comes_back() {
        let budget = Budget::new();
        assert_eq!((0..1000).filter(|_| budget.take()).count(), 100);
        (0..5).for_each(|_| budget.refill());
        assert!(budget.take() && !budget.take());
    }
}
