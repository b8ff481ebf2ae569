//! Calls that go on while nobody waits for them, so that no time limit ends one whose caller is busy elsewhere.

use std::{
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use huaweicloud_core::{Error, ErrorKind, Items, dynamic::Item};
use tokio::{sync::Semaphore, task::JoinHandle};

/// A page of a list, and the list.
type Page = (Items<Item>, Result<Option<Vec<Item>>, Error>);

/// The pages of a list, each fetched by a task of its own. Dropping it ends the call in flight.
pub(crate) struct PageCalls {
    state: State,
    permits: Arc<Semaphore>,
    read_ahead: bool,
    added_in_front: usize,
}

enum State {
    /// No call is in flight.
    Ready(Items<Item>),
    InFlight(JoinHandle<Page>),
    Done,
}

impl PageCalls {
    /// Creates the calls of a list, each of which is made with one of the permits; `read_ahead` makes the next call when
    /// a page has come, and not when the next one is wanted.
    pub(crate) fn new(items: Items<Item>, permits: Arc<Semaphore>, read_ahead: bool) -> Self {
        Self { state: State::Ready(items), permits, read_ahead, added_in_front: 0 }
    }

    /// Returns the next page, or `None` after the last. An error is the end.
    pub(crate) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<Item>, Error>>> {
        self.call();
        let State::InFlight(call) = &mut self.state else { return Poll::Ready(None) };
        let result = ready!(Pin::new(call).poll(context));
        self.state = State::Done;
        let page = match result {
            Ok((items, page)) => {
                self.added_in_front = items.added_in_front();
                if matches!(page, Ok(Some(_))) {
                    self.state = State::Ready(items);
                }
                page
            }
            Err(error) => Err(Error::new(ErrorKind::Transport, "the call was given up").with_source(error)),
        };
        if self.read_ahead {
            self.call();
        }
        Poll::Ready(page.transpose())
    }

    /// Makes the next call, unless one is in flight.
    fn call(&mut self) {
        self.state = match std::mem::replace(&mut self.state, State::Done) {
            State::Ready(mut items) => {
                let permits = Arc::clone(&self.permits);
                State::InFlight(tokio::spawn(async move {
                    // The permits are never closed.
                    let _permit = permits.acquire_owned().await;
                    let page = items.next_page().await;
                    (items, page)
                }))
            }
            state => state,
        };
    }

    /// Returns the number of items that came in front while the list was read.
    pub(crate) fn added_in_front(&self) -> usize {
        self.added_in_front
    }
}

impl Drop for PageCalls {
    fn drop(&mut self) {
        if let State::InFlight(call) = &self.state {
            call.abort();
        }
    }
}
