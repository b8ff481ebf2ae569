//! The sources of time and randomness, which tests can replace.

use std::{
    fmt::Debug,
    time::{Duration, SystemTime},
};

use crate::future::BoxFuture;

/// A clock, timer and random number generator for clients.
pub trait Clock: Debug + Send + Sync {
    /// Returns the current time, for signatures and the expiry of credentials.
    fn now(&self) -> SystemTime;

    /// Waits until the duration has elapsed.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;

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

    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()> {
        Box::pin(tokio::time::sleep(duration))
    }

    fn random(&self) -> f64 {
        fastrand::f64()
    }
}
