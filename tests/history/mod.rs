//! Histories: what is read of them, in which order, and what is said of the rest.

mod events;
mod model;
mod properties;
mod stream;

use huaweicloud_history::{Event, Events, Failure, Thing};

/// Reads a stream to its end.
pub async fn read(events: &mut Events) -> (Vec<Event>, Vec<Failure>) {
    let (mut read, mut failures) = (Vec::new(), Vec::new());
    while let Some(next) = events.next().await {
        match next {
            Ok(event) => read.push(event),
            Err(failure) => failures.push(failure),
        }
    }
    (read, failures)
}

/// Returns the thing of this name.
pub fn thing(name: &str) -> Thing {
    Thing::parse(name, huaweicloud_catalog::services()).unwrap()
}
