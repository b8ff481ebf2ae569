//! One list: which records it has now, and which ids.

use serde_json::Value;

use crate::{
    arguments::text,
    changes::{Changes, Numbers},
    generate::{Generator, member_seed},
};

/// A list. Its records have numbers: 0 was the newest at the start, those added since are negative.
pub(crate) struct List<'a> {
    /// The newest records at the start; the generator makes all others.
    pub(crate) given: &'a [Value],
    /// How many records there were at the start.
    pub(crate) total: usize,
    pub(crate) changes: Changes,
    pub(crate) generator: Generator<'a>,
}

impl List<'_> {
    /// Returns the seed, which differs from list to list.
    pub(crate) fn seed(&self) -> u64 {
        self.generator.seed
    }

    /// Returns the numbers of its records, newest first.
    pub(crate) fn numbers(&self) -> Numbers {
        self.changes.numbers(self.total)
    }

    /// Returns the record with a number.
    pub(crate) fn record(&self, number: i64) -> Value {
        self.given(number).cloned().unwrap_or_else(|| self.generator.record(number))
    }

    /// Returns the ids at a JSON pointer into the records.
    pub(crate) fn ids(&self, pointer: &str) -> impl Iterator<Item = String> {
        let (shape, seed) = (self.generator.shape(pointer), member_seed(self.seed(), pointer));
        let numbers = self.numbers();
        let all = 0..numbers.count();
        let numbers: Vec<i64> = numbers.at(all).collect();
        numbers.into_iter().filter_map(move |number| match self.given(number) {
            Some(record) => record.pointer(pointer).map(text),
            None => Some(text(&shape?.id(seed, number))),
        })
    }

    /// Returns whether a record has this id at a JSON pointer.
    pub(crate) fn contains(&self, pointer: &str, id: &str) -> bool {
        let numbers = self.numbers();
        let is_it = |record: &Value| record.pointer(pointer).is_some_and(|known| text(known) == id);
        let mut given = (0_i64..).zip(self.given).filter(|(number, _)| numbers.contains(*number));
        let number = || self.generator.shape(pointer)?.number(member_seed(self.seed(), pointer), id);
        given.any(|(_, record)| is_it(record))
            || number().is_some_and(|number| self.given(number).is_none() && numbers.contains(number))
    }

    fn given(&self, number: i64) -> Option<&Value> {
        usize::try_from(number).ok().and_then(|number| self.given.get(number))
    }
}
