//! The events of one thing, in the wanted order, with account of what was read.

use std::{
    cmp::Reverse,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::{Stream, future::BoxFuture};
use huaweicloud_core::{Config, dynamic::Item};

use crate::{
    calls::Gate,
    event::Event,
    failure::{Failure, Missed},
    filter::Filter,
    map::Mapper,
    read::Records,
    summary::Shared,
    thing::Thing,
};

/// What all readers of a stream of events share.
pub(crate) struct Common {
    pub(crate) filter: Filter,
    pub(crate) summary: Shared,
    pub(crate) newest_first: bool,
}

/// A stream of the events of one thing.
pub(crate) struct Reader {
    config: Config,
    thing: Thing,
    common: Arc<Common>,
    gate: Gate,
    state: State,
    mapper: Option<Box<Mapper>>,
    ready: std::vec::IntoIter<Item>,
    /// Records that wait for their turn until all are read, with their times.
    held: Vec<(Reverse<Option<i64>>, Item)>,
    /// How many of the records that are ready have waited.
    released: usize,
    failure: Option<Failure>,
}

enum State {
    Start,
    Mapping(BoxFuture<'static, Result<(Box<Mapper>, Box<Records>), Failure>>),
    Reading(Box<Records>),
    /// All that can be read was read.
    Read,
    Ended,
}

impl Reader {
    pub(crate) fn new(config: Config, thing: Thing, common: Arc<Common>, gate: Gate) -> Self {
        Self {
            config,
            thing,
            common,
            gate,
            state: State::Start,
            mapper: None,
            ready: Vec::new().into_iter(),
            held: Vec::new(),
            released: 0,
            failure: None,
        }
    }

    fn start(&mut self) -> State {
        self.common.summary.lock().in_progress.insert(self.thing.to_string());
        let Filter { since, until, .. } = &self.common.filter;
        let (span, ahead) = ([since.as_ref(), until.as_ref()], !self.common.newest_first);
        let mut records = Box::new(Records::through(self.gate.clone(), &self.config, &self.thing, span, ahead));
        // Before anything is looked up.
        if let Some(failure) = records.refused() {
            self.failure = Some(failure);
            return State::Read;
        }
        let (config, thing) = (self.config.clone(), self.thing.clone());
        State::Mapping(Box::pin(async move {
            match Mapper::new(&config, &thing).await {
                Ok(mapper) => Ok((Box::new(mapper), records)),
                Err(error) => Err(records.missed(Missed::Failed(error))),
            }
        }))
    }

    fn read(&mut self, mapped: Result<(Box<Mapper>, Box<Records>), Failure>) -> State {
        match mapped {
            Ok((mapper, records)) => {
                self.mapper = Some(mapper);
                State::Reading(records)
            }
            Err(failure) => {
                self.failure = Some(failure);
                State::Read
            }
        }
    }

    /// Takes a page: its records are returned at once, unless they must wait for others.
    fn take(&mut self, items: Vec<Item>) {
        self.common.summary.lock().records += items.len();
        let Some(mapper) = self.mapper.as_ref().filter(|_| self.common.newest_first) else {
            self.ready = items.into_iter();
            return;
        };
        let before = self.held.len();
        if mapper.is_ordered() {
            let has_time = |item: &Item| mapper.time(item).is_ok();
            let (now, late): (Vec<_>, Vec<_>) = items.into_iter().partition(has_time);
            self.held.extend(late.into_iter().map(|item| (Reverse(None), item)));
            self.ready = now.into_iter();
        } else {
            let keyed = |item: Item| (Reverse(mapper.time(&item).ok()), item);
            self.held.extend(items.into_iter().map(keyed));
        }
        self.common.summary.hold(self.held.len() - before);
    }

    /// Releases what has waited for others.
    fn release(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        held.sort_by_key(|(time, _)| *time);
        self.released = held.len();
        self.ready = held.into_iter().map(|(_, item)| item).collect::<Vec<_>>().into_iter();
    }

    /// Accounts for the thing when its last event was returned.
    fn end(&mut self) -> Option<Failure> {
        let failure = self.failure.take();
        let mut summary = self.common.summary.lock();
        summary.in_progress.remove(&self.thing.to_string());
        match &failure {
            Some(failure) => summary.fail(failure),
            None => summary.whole += 1,
        }
        failure
    }

    /// Converts a record to an event, if that is wanted.
    fn event(&mut self, item: &Item) -> Option<Event> {
        // A record is identified whether or not it is wanted: its number among its equals must not depend on that.
        let event = self.mapper.as_mut()?.event(item);
        self.common.filter.has(&event).then_some(event)
    }
}

impl Stream for Reader {
    type Item = Result<Event, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            while let Some(item) = this.ready.next() {
                if this.released > 0 {
                    this.released -= 1;
                    this.common.summary.release();
                }
                if let Some(event) = this.event(&item) {
                    return Poll::Ready(Some(Ok(event)));
                }
            }
            this.state = match &mut this.state {
                State::Start => this.start(),
                State::Mapping(mapped) => {
                    let mapped = ready!(mapped.as_mut().poll(context));
                    this.read(mapped)
                }
                State::Reading(records) => match ready!(records.poll_page(context)) {
                    Some(Ok(items)) => {
                        this.take(items);
                        continue;
                    }
                    end => {
                        this.common.summary.lock().added_in_front += records.added_in_front();
                        this.failure = end.and_then(Result::err);
                        this.release();
                        State::Read
                    }
                },
                State::Read => {
                    let failure = this.end();
                    this.state = State::Ended;
                    return Poll::Ready(failure.map(Err));
                }
                State::Ended => return Poll::Ready(None),
            };
        }
    }
}
