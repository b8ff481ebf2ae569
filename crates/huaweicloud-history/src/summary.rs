//! What was read, and what was not.

use std::{
    collections::BTreeSet,
    sync::{
        Mutex, MutexGuard, PoisonError,
        atomic::{AtomicUsize, Ordering::Relaxed},
    },
};

use serde::Serialize;

use crate::failure::{Failure, FailureKind};

/// What was read, and what was not: at the end of a stream of events complete, before as far as it is.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[non_exhaustive]
pub struct Summary {
    /// Number of things that were named or found in lists.
    pub things: usize,
    /// Number of things whose history was read whole.
    pub whole: usize,
    /// Number of things whose history was read in part.
    pub partial: usize,
    /// Number of things of whose history nothing was read, although they exist as far as is known.
    pub unread: usize,
    /// Number of things that were listed, but did not exist any more.
    pub gone: usize,
    /// Number of lists of things that were not read to their end.
    pub lists: usize,
    /// Number of records that were read.
    pub records: usize,
    /// Number of events that were returned.
    pub events: usize,
    /// Number of events whose time cannot be read; they are returned whatever time was asked for.
    pub without_time: usize,
    /// Number of records that came in front while their history was read, and are not part of it.
    pub added_in_front: usize,
    /// Largest number of records that were held at once in order to sort them.
    pub held: usize,
    /// What a limit of the caller left out, as sentences.
    pub left_out: Vec<String>,
    /// Things that are being read.
    pub in_progress: BTreeSet<String>,
}

impl Summary {
    /// Returns whether everything was read: nothing failed, and no limit left anything out.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let failed = self.partial + self.unread + self.lists;
        failed == 0 && self.left_out.is_empty() && self.whole + self.gone == self.things
    }

    pub(crate) fn fail(&mut self, failure: &Failure) {
        match failure.kind {
            FailureKind::List | FailureKind::Unknown => self.lists += 1,
            // The thing has no name under which it was counted.
            FailureKind::Item => {
                self.things += 1;
                self.unread += 1;
            }
            FailureKind::Unread | FailureKind::Skipped => self.unread += 1,
            FailureKind::Partial => self.partial += 1,
            FailureKind::Gone => self.gone += 1,
        }
    }
}

/// A summary that several histories write to.
#[derive(Debug, Default)]
pub(crate) struct Shared {
    summary: Mutex<Summary>,
    /// How many records are held now.
    holding: AtomicUsize,
}

impl Shared {
    pub(crate) fn lock(&self) -> MutexGuard<'_, Summary> {
        self.summary.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Counts records that are held in order to sort them.
    pub(crate) fn hold(&self, records: usize) {
        let holding = self.holding.fetch_add(records, Relaxed) + records;
        let mut summary = self.lock();
        summary.held = summary.held.max(holding);
    }

    /// Counts a record that is no longer held.
    pub(crate) fn release(&self) {
        self.holding.fetch_sub(1, Relaxed);
    }
}
