//! Calls that go on while nobody waits for them, so that no time limit ends one whose caller is busy elsewhere.

use std::{
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
};

use huaweicloud_core::{Error, ErrorKind, Items, dynamic::Item};
use tokio::{sync::Semaphore, task::JoinHandle};

use crate::failure::{Missed, is_local};

/// What lets a call pass: a limit of the calls in flight, and whether the service can be reached at all.
#[derive(Clone, Debug)]
pub(crate) struct Gate {
    permits: Arc<Semaphore>,
    /// How often in a row the service could not be reached.
    unreached: Arc<AtomicU32>,
}

impl Gate {
    /// After how many calls that could not reach the service no more are made.
    const TRIES: u32 = 3;

    pub(crate) fn new(calls: usize) -> Self {
        Self { permits: Arc::new(Semaphore::new(calls.min(Semaphore::MAX_PERMITS))), unreached: Arc::default() }
    }

    /// Returns the gate of another service, with the same limit.
    pub(crate) fn of_another_service(&self) -> Self {
        Self { permits: Arc::clone(&self.permits), unreached: Arc::default() }
    }

    async fn next_page(&self, items: &mut Items<Item>) -> Result<Option<Vec<Item>>, Missed> {
        // The permits are never closed.
        let _permit = self.permits.acquire().await;
        let tries = self.unreached.load(Relaxed);
        if tries >= Self::TRIES {
            return Err(Missed::Skipped(tries));
        }
        let page = items.next_page().await;
        match &page {
            Err(error) if !is_local(error) => drop(self.unreached.fetch_add(1, Relaxed)),
            _ => self.unreached.store(0, Relaxed),
        }
        page.map_err(Missed::Failed)
    }
}

/// A page of a list, and the list.
type Page = (Items<Item>, Result<Option<Vec<Item>>, Missed>);

/// The pages of a list, each fetched by a task of its own. Dropping it ends the call in flight.
pub(crate) struct PageCalls {
    state: State,
    gate: Gate,
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
    /// Creates the calls of a list; `read_ahead` makes the next call when a page has come, and not when the next one is
    /// wanted.
    pub(crate) fn new(items: Items<Item>, gate: Gate, read_ahead: bool) -> Self {
        Self { state: State::Ready(items), gate, read_ahead, added_in_front: 0 }
    }

    /// Returns the next page, or `None` after the last. What was missed is the end.
    pub(crate) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<Item>, Missed>>> {
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
            Err(error) => {
                Err(Missed::Failed(Error::new(ErrorKind::Transport, "the call was given up").with_source(error)))
            }
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
                let gate = self.gate.clone();
                State::InFlight(tokio::spawn(async move {
                    let page = gate.next_page(&mut items).await;
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
