//! Time and chance, which tests replace.

use std::{
    fmt::Debug,
    time::{Duration, SystemTime},
};

use crate::future::BoxFuture;

/// What a client asks for the time, waits with, and rolls its dice with.
pub trait Clock: Debug + Send + Sync {
    /// The time of day, for signatures and expiries.
    fn now(&self) -> SystemTime;

    /// Waits.
    fn sleep(&self, duration: Duration) -> BoxFuture<'_, ()>;

    /// A number from 0 up to, but not including, 1.
    fn random(&self) -> f64;
}

/// The clock of the machine, tokio's timer and a fast generator that is not secret.
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
