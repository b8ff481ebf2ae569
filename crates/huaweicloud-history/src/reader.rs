//! The events of one thing, in the wanted order, with account of what was read.

use std::{
    cmp::Reverse,
    pin::Pin,
    sync::{
        Arc,
        atomic::{AtomicU32, Ordering::Relaxed},
    },
    task::{Context, Poll, ready},
};

use futures_core::{Stream, future::BoxFuture};
use huaweicloud_core::{Config, Error, dynamic::Item};
use tokio::sync::Semaphore;

use crate::{
    event::Event, failure::Failure, filter::Filter, map::Mapper, read::Records, summary::Shared, thing::Thing,
};

/// What all readers of a stream of events share.
pub(crate) struct Common {
    pub(crate) filter: Filter,
    pub(crate) summary: Shared,
    /// One for each call that may be in flight.
    pub(crate) permits: Arc<Semaphore>,
    pub(crate) newest_first: bool,
}

/// How often in a row a service could not be reached.
pub(crate) type Unreached = Arc<AtomicU32>;

/// After how many such calls no more are made.
const TRIES: u32 = 3;

/// A stream of the events of one thing.
pub(crate) struct Reader {
    config: Config,
    thing: Thing,
    common: Arc<Common>,
    unreached: Unreached,
    state: State,
    mapper: Option<Box<Mapper>>,
    ready: std::vec::IntoIter<Item>,
    /// Records that wait for their turn until all are read, with their times.
    held: Vec<(Reverse<Option<i64>>, Item)>,
    failure: Option<Failure>,
}

enum State {
    Start,
    Mapping(BoxFuture<'static, Result<Mapper, Error>>),
    Reading(Box<Records>),
    /// All that can be read was read.
    Read,
    Ended,
}

impl Reader {
    pub(crate) fn new(config: Config, thing: Thing, common: Arc<Common>, unreached: Unreached) -> Self {
        Self {
            config,
            thing,
            common,
            unreached,
            state: State::Start,
            mapper: None,
            ready: Vec::new().into_iter(),
            held: Vec::new(),
            failure: None,
        }
    }

    fn start(&mut self) -> State {
        let name = self.thing.to_string();
        let tries = self.unreached.load(Relaxed);
        if tries >= TRIES {
            self.failure = Some(Failure::skipped(name, self.thing.is_listed(), tries));
            return State::Read;
        }
        self.common.summary.lock().in_progress.insert(name);
        let (config, thing) = (self.config.clone(), self.thing.clone());
        State::Mapping(Box::pin(async move { Mapper::new(&config, &thing).await }))
    }

    fn read(&mut self, mapper: Result<Mapper, Error>) -> State {
        match mapper {
            Ok(mapper) => {
                self.mapper = Some(Box::new(mapper));
                let Filter { since, until, .. } = &self.common.filter;
                let (permits, ahead) = (Arc::clone(&self.common.permits), !self.common.newest_first);
                let span = [since.as_ref(), until.as_ref()];
                State::Reading(Box::new(Records::with_permits(&self.config, &self.thing, span, permits, ahead)))
            }
            Err(error) => {
                self.failure = Some(Failure::of_thing(self.thing.to_string(), self.thing.is_listed(), 0, error));
                State::Read
            }
        }
    }

    /// Takes a page: its records are returned at once, unless they must wait for others.
    fn take(&mut self, items: Vec<Item>) {
        self.unreached.store(0, Relaxed);
        let mut summary = self.common.summary.lock();
        summary.records += items.len();
        let Some(mapper) = self.mapper.as_ref().filter(|_| self.common.newest_first) else {
            self.ready = items.into_iter();
            return;
        };
        if mapper.is_ordered() {
            let has_time = |item: &Item| mapper.time(item).is_ok();
            let (now, late): (Vec<_>, Vec<_>) = items.into_iter().partition(has_time);
            self.held.extend(late.into_iter().map(|item| (Reverse(None), item)));
            self.ready = now.into_iter();
        } else {
            let keyed = |item: Item| (Reverse(mapper.time(&item).ok()), item);
            self.held.extend(items.into_iter().map(keyed));
        }
        summary.held = summary.held.max(self.held.len());
    }

    /// Releases what has waited for others.
    fn release(&mut self) {
        let mut held = std::mem::take(&mut self.held);
        held.sort_by_key(|(time, _)| *time);
        self.ready = held.into_iter().map(|(_, item)| item).collect::<Vec<_>>().into_iter();
    }

    /// Accounts for the thing when its last event was returned.
    fn end(&mut self) -> Option<Failure> {
        let failure = self.failure.take();
        let mut summary = self.common.summary.lock();
        summary.in_progress.remove(&self.thing.to_string());
        match &failure {
            Some(failure) => {
                summary.fail(failure);
                if !failure.is_local() {
                    self.unreached.fetch_add(1, Relaxed);
                }
            }
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
                if let Some(event) = this.event(&item) {
                    return Poll::Ready(Some(Ok(event)));
                }
            }
            this.state = match &mut this.state {
                State::Start => this.start(),
                State::Mapping(mapper) => {
                    let mapper = ready!(mapper.as_mut().poll(context));
                    this.read(mapper)
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
