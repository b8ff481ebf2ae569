//! The client-side rate limit.

use std::time::{Duration, Instant};

use tokio::sync::Mutex;

use super::clock::Clock;

/// A rate limit that spaces requests evenly, in the order in which they come.
///
/// Only the first in the queue waits for a turn; the others wait for the lock. A call that is dropped in the queue has
/// taken no turn.
#[derive(Debug)]
pub(crate) struct RateLimit {
    interval: Duration,
    /// The next turn; `None` before the first.
    next: Mutex<Option<Instant>>,
}

/// How late a timer may be without a loss of turns.
const LATE: Duration = Duration::from_millis(2);

impl RateLimit {
    pub(crate) fn new(per_second: f64) -> Self {
        let interval = Duration::try_from_secs_f64(1.0 / per_second).unwrap_or(Duration::MAX);
        Self { interval, next: Mutex::new(None) }
    }

    /// Waits until the next request may be sent.
    pub(crate) async fn wait(&self, clock: &dyn Clock) {
        let mut next = self.next.lock().await;
        let now = clock.instant();
        // A turn long ago was not used, and is not made up for.
        let turn = next.map_or(now, |next| next.max(now.checked_sub(LATE).unwrap_or(now)));
        let wait = turn.saturating_duration_since(now);
        if !wait.is_zero() {
            clock.sleep(wait).await;
        }
        *next = turn.checked_add(self.interval).or(*next);
    }
}
