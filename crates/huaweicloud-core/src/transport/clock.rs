//! The sources of time and randomness, which tests can replace.

use std::{
    fmt::Debug,
    pin::pin,
    task::Poll,
    time::{Duration, Instant, SystemTime},
};

use crate::future::BoxFuture;

/// A clock, timer and random number generator for clients: every wait and every time limit goes through it.
///
/// ```
/// use huaweicloud_core::{BoxFuture, Clock};
/// use std::time::{Duration, SystemTime};
///
/// /// Skips the pauses between retries.
/// #[derive(Debug)]
/// struct Hurried;
///
/// impl Clock for Hurried {
///     fn now(&self) -> SystemTime {
///         SystemTime::now()
///     }
///
///     fn sleep(&self, _: Duration) -> BoxFuture<'_, ()> {
///         Box::pin(async {})
///     }
///
///     fn timeout(&self, limit: Duration) -> BoxFuture<'_, ()> {
///         Box::pin(tokio::time::sleep(limit))
///     }
///
///     fn random(&self) -> f64 {
///         0.5
///     }
/// }
/// ```
pub trait Clock: Debug + Send + Sync {
    /// Returns the current time, for signatures and the expiry of credentials.
    fn now(&self) -> SystemTime;

    /// Returns a point in time for measuring durations, which never goes back.
    fn instant(&self) -> Instant {
        Instant::now()
    }

    /// Waits during a pause: the backoff of a retry, or the next turn of a rate limit.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;

    /// Waits until a time limit has passed: that of an attempt, or of a call. A clock that skips pauses must not skip
    /// these, or every call times out.
    fn timeout(&self, limit: Duration) -> BoxFuture<'_, ()>;

    /// Returns a random number from 0 (inclusive) to 1 (exclusive), for the jitter of retries.
    fn random(&self) -> f64;
}

/// The system clock, tokio's timer and a fast random number generator that is not cryptographically secure.
#[derive(Clone, Copy, Debug, Default)]
pub struct SystemClock;

impl Clock for SystemClock {
    fn now(&self) -> SystemTime {
        SystemTime::now()
    }

    fn instant(&self) -> Instant {
        // Follows tokio's clock in tests that pause it.
        tokio::time::Instant::now().into_std()
    }

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn timeout(&self, limit: Duration) -> BoxFuture<'_, ()> {
        self.sleep(limit)
    }

    fn random(&self) -> f64 {
        fastrand::f64()
    }
}

impl dyn Clock + '_ {
    /// Returns the output of a future, or `None` if the limit passes first. The timer starts only if the future has to
    /// wait.
    ///
    /// ```
    /// # #[tokio::main(flavor = "current_thread")]
    /// # async fn main() {
    /// use huaweicloud_core::{Clock, SystemClock};
    /// use std::time::Duration;
    ///
    /// let clock: &dyn Clock = &SystemClock;
    /// assert_eq!(clock.within(Duration::ZERO, async { 7 }).await, Some(7));
    /// assert_eq!(clock.within(Duration::ZERO, std::future::pending::<()>()).await, None);
    /// # }
    /// ```
    pub async fn within<T>(&self, limit: Duration, future: impl Future<Output = T>) -> Option<T> {
        let mut future = pin!(future);
        let mut timer = None;
        std::future::poll_fn(|context| match future.as_mut().poll(context) {
            Poll::Ready(output) => Poll::Ready(Some(output)),
            Poll::Pending => timer.get_or_insert_with(|| self.timeout(limit)).as_mut().poll(context).map(|()| None),
        })
        .await
    }
}
