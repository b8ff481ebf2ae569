//! How lists have changed since the start.

use std::{
    collections::{BTreeMap, VecDeque},
    ops::Range,
    sync::{Mutex, MutexGuard, PoisonError},
};

/// The changes of a list. Its records have numbers: 0 was the newest at the start, those added since are negative.
#[derive(Clone, Debug, Default)]
pub(crate) struct Changes {
    /// The numbers that were added and not removed, newest first.
    added: VecDeque<Range<i64>>,
    /// How many were ever added.
    made: i64,
    /// How many of those at the start were removed.
    removed: usize,
}

impl Changes {
    /// Adds records that are newer than all before.
    pub(crate) fn grow(&mut self, by: u32) {
        let newest = -self.made - i64::from(by);
        self.added.push_front(newest..-self.made);
        self.made += i64::from(by);
    }

    /// Removes the newest records.
    pub(crate) fn remove(&mut self, by: u32) {
        let mut left = i64::from(by);
        while left > 0
            && let Some(run) = self.added.front_mut()
        {
            let count = left.min(run.end - run.start);
            run.start += count;
            left -= count;
            if run.is_empty() {
                self.added.pop_front();
            }
        }
        self.removed = self.removed.saturating_add(usize::try_from(left).unwrap_or(usize::MAX));
    }

    /// Returns the numbers of the records of a list that had `total` of them at the start, newest first.
    pub(crate) fn numbers(&self, total: usize) -> Numbers {
        let rest = i64::try_from(self.removed.min(total)).unwrap_or(0)..i64::try_from(total).unwrap_or(i64::MAX);
        Numbers(self.added.iter().cloned().chain([rest]).collect())
    }
}

/// The numbers of the records of a list, newest first.
#[derive(Debug)]
pub(crate) struct Numbers(Vec<Range<i64>>);

impl Numbers {
    /// Returns how many there are.
    pub(crate) fn count(&self) -> usize {
        self.0.iter().map(|run| usize::try_from(run.end - run.start).unwrap_or(0)).sum()
    }

    /// Returns whether there is a record with this number.
    pub(crate) fn contains(&self, number: i64) -> bool {
        self.0.iter().any(|run| run.contains(&number))
    }

    /// Returns the numbers at these positions.
    pub(crate) fn at(&self, positions: Range<usize>) -> impl Iterator<Item = i64> {
        // Skipping in a range takes no time.
        let mut skip = positions.start;
        let runs = self.0.iter().map(move |run| {
            let length = usize::try_from(run.end - run.start).unwrap_or(0);
            let skipped = skip.min(length);
            skip -= skipped;
            run.start + i64::try_from(skipped).unwrap_or(0)..run.end
        });
        runs.flatten().take(positions.len())
    }
}

/// The changes of all lists.
#[derive(Debug, Default)]
pub(crate) struct ChangeLog(Mutex<Log>);

#[derive(Debug, Default)]
struct Log {
    count: u64,
    by_seed: BTreeMap<u64, Changes>,
}

impl ChangeLog {
    /// Changes the list with this seed.
    pub(crate) fn change(&self, list: u64, change: impl FnOnce(&mut Changes)) {
        let mut log = self.log();
        log.count += 1;
        change(log.by_seed.entry(list).or_default());
    }

    /// Returns the changes of the list with this seed.
    pub(crate) fn of(&self, list: u64) -> Changes {
        self.log().by_seed.get(&list).cloned().unwrap_or_default()
    }

    /// Returns how often lists have changed.
    pub(crate) fn count(&self) -> u64 {
        self.log().count
    }

    fn log(&self) -> MutexGuard<'_, Log> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
