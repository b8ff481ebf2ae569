//! One stream of events over all services, accounts and things.

use std::{
    collections::{BTreeSet, HashMap, HashSet},
    fmt,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll, ready},
};

use futures_core::{Stream, stream::BoxStream};
use futures_util::{StreamExt as _, stream};
use huaweicloud_core::{Config, EpochMillis, dynamic::Service};

use crate::{
    calls::Gate,
    discover::Things,
    event::Event,
    failure::Failure,
    filter::Filter,
    order::newest_first,
    reader::{Common, Reader},
    summary::{Shared, Summary},
    thing::{Thing, ThingKind},
};

/// The order of a stream of events.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum Order {
    /// As they arrive: each history in the order of the service, several interleaved. The memory does not depend on how
    /// many there are.
    #[default]
    Arrival,
    /// The newest first; events whose time cannot be read come last.
    ///
    /// Nothing is returned before the newest event of every thing is known. A page is held of each thing that the service
    /// lists by time; other histories are held as text, until they are read whole ([`Summary::held`]).
    NewestFirst,
}

/// A choice of histories: which accounts, services, things and times, and in which order.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use huaweicloud_history::History;
/// use huaweicloud_sandbox::Sandbox;
///
/// let sandbox = Sandbox::start().await?;
/// let mut events = History::of(&sandbox.config()?).service("osm").stream();
/// while let Some(event) = events.next().await {
///     match event {
///         Ok(event) => println!("{:?} {} {:?} {}", event.time, event.actor, event.action, event.thing),
///         Err(failure) => eprintln!("{failure}"),
///     }
/// }
/// assert!(events.summary().is_complete());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug)]
#[must_use = "nothing is read before `stream`"]
pub struct History {
    configs: Vec<Config>,
    catalog: Vec<&'static Service>,
    services: Vec<String>,
    things: Vec<Thing>,
    filter: Filter,
    most_things: Option<usize>,
    most_events: Option<usize>,
    concurrency: usize,
    order: Order,
}

impl History {
    /// Chooses everything that an account can see in a region, of all services of the catalog.
    pub fn of(config: &Config) -> Self {
        #[cfg(feature = "catalog")]
        let catalog = huaweicloud_catalog::services().to_vec();
        #[cfg(not(feature = "catalog"))]
        let catalog = Vec::new();
        Self {
            configs: vec![config.clone()],
            catalog,
            services: Vec::new(),
            things: Vec::new(),
            filter: Filter::default(),
            most_things: None,
            most_events: None,
            concurrency: 8,
            order: Order::Arrival,
        }
    }

    /// Adds another account, region or project.
    ///
    /// The limit of calls in flight is one for all. So is the rate limit of configurations that were made from one another
    /// with [`Config::to_builder`].
    pub fn and(mut self, config: &Config) -> Self {
        self.configs.push(config.clone());
        self
    }

    /// Replaces the services of the catalog.
    pub fn catalog(mut self, services: &[&'static Service]) -> Self {
        self.catalog = services.to_vec();
        self
    }

    /// Adds a service, by its id: everything of it is read that the accounts can see. An id that no service with a history
    /// has is a failure in the stream.
    ///
    /// Without services and things, all services are read.
    pub fn service(mut self, id: impl Into<String>) -> Self {
        self.services.push(id.into());
        self
    }

    /// Adds a thing, which is read with each configuration.
    pub fn thing(mut self, thing: Thing) -> Self {
        if !self.things.contains(&thing) {
            self.things.push(thing);
        }
        self
    }

    /// Leaves out events before this time. It is sent to services that take one.
    pub fn since(mut self, time: impl Into<EpochMillis>) -> Self {
        self.filter.since = Some(time.into());
        self
    }

    /// Leaves out events at or after this time. It is sent to services that take one.
    pub fn until(mut self, time: impl Into<EpochMillis>) -> Self {
        self.filter.until = Some(time.into());
        self
    }

    /// Leaves out events of actors whose id and name do not contain this text, in any case. Of several texts one must be
    /// contained, here and below.
    pub fn actor(mut self, text: impl Into<String>) -> Self {
        self.filter.actors.push(text);
        self
    }

    /// Leaves out events whose action does not contain this text, in any case.
    pub fn action(mut self, text: impl Into<String>) -> Self {
        self.filter.actions.push(text);
        self
    }

    /// Leaves out things whose name does not contain this text, in any case. They are listed, but not read.
    pub fn thing_containing(mut self, text: impl Into<String>) -> Self {
        self.filter.things.push(text);
        self
    }

    /// Leaves out events of which neither a field nor the record contains this text, in any case.
    pub fn containing(mut self, text: impl Into<String>) -> Self {
        self.filter.texts.push(text);
        self
    }

    /// Reads at most this many listed things of each kind and configuration, in the order of the lists.
    pub fn max_things(mut self, count: usize) -> Self {
        self.most_things = Some(count);
        self
    }

    /// Ends the stream after this many events.
    pub fn max_events(mut self, count: usize) -> Self {
        self.most_events = Some(count);
        self
    }

    /// Sets the number of calls that may be in flight, and in order of arrival of things that are read at the same time.
    /// Defaults to 8.
    pub fn concurrency(mut self, count: usize) -> Self {
        self.concurrency = count.max(1);
        self
    }

    /// Sets the order. Defaults to that of arrival.
    pub fn order(mut self, order: Order) -> Self {
        self.order = order;
        self
    }

    /// Returns the events as a stream, which makes its calls on the current Tokio runtime.
    pub fn stream(self) -> Events {
        let common = Arc::new(Common {
            filter: self.filter.clone(),
            summary: Shared::default(),
            newest_first: self.order == Order::NewestFirst,
        });
        let readers = self.readers(&common);
        let events = match self.order {
            Order::Arrival => readers.flatten_unordered(self.concurrency).boxed(),
            Order::NewestFirst => newest_first(readers).boxed(),
        };
        Events { events: Some(events), common, left: self.most_events }
    }

    /// Returns a stream of the events of each thing.
    fn readers(&self, common: &Arc<Common>) -> BoxStream<'static, BoxStream<'static, Result<Event, Failure>>> {
        let kinds: Vec<ThingKind> = ThingKind::all(&self.catalog)
            .filter(|kind| match self.services.as_slice() {
                [] => self.things.is_empty(),
                services => services.iter().any(|id| *id == kind.service().metadata.id),
            })
            .collect();
        let calls = Gate::new(self.concurrency);
        let things = self.configs.iter().map(|config| {
            // By service.
            let gates: HashMap<&str, Gate> =
                self.catalog.iter().map(|service| (service.metadata.id, calls.of_another_service())).collect();
            let account = Account { config: config.clone(), common: Arc::clone(common), calls: calls.clone(), gates };
            let named: Vec<Result<Thing, Failure>> = self.things.iter().cloned().map(Ok).collect();
            let known: HashSet<String> = self.things.iter().map(Thing::to_string).collect();
            let listed = kinds.iter().map(|kind| {
                let things = Things::through(account.gate(kind), config, *kind, &self.catalog);
                limited(things, *kind, self.most_things, known.clone(), Arc::clone(common))
            });
            let things = stream::iter(named).chain(stream::select_all(listed.collect::<Vec<_>>()));
            things.map(move |thing| account.read(thing))
        });
        let unknown = stream::iter(self.unknown(common));
        unknown.chain(stream::select_all(things.collect::<Vec<_>>())).boxed()
    }

    /// Returns a failure for each service that is not known.
    fn unknown(&self, common: &Arc<Common>) -> Vec<BoxStream<'static, Result<Event, Failure>>> {
        let known: BTreeSet<&str> = ThingKind::all(&self.catalog).map(|kind| kind.service().metadata.id).collect();
        let unknown = self.services.iter().filter(|id| !known.contains(id.as_str()));
        let message = || {
            let known: Vec<&str> = known.iter().copied().collect();
            format!("is no service with a history; known are {}", known.join(", "))
        };
        unknown.map(|id| failed(Failure::unlisted(id.clone(), &message()), common)).collect()
    }
}

/// Returns the failure in the place of the events of a thing.
fn failed(failure: Failure, common: &Common) -> BoxStream<'static, Result<Event, Failure>> {
    common.summary.lock().fail(&failure);
    stream::iter([Err(failure)]).boxed()
}

/// Leaves out things that are named or not wanted, and those beyond a limit, which it notes.
fn limited(
    things: Things,
    kind: ThingKind,
    most: Option<usize>,
    named: HashSet<String>,
    common: Arc<Common>,
) -> Things {
    let wanted = Arc::clone(&common);
    let things = things.filtered(move |thing| {
        let name = thing.to_string();
        !named.contains(&name) && wanted.filter.things.are_in([name.as_str()])
    });
    let Some(most) = most else { return things };
    let service = kind.service().metadata.id;
    let message = format!("{service}: what is listed after the first {most} is not read");
    things.at_most(most, move || common.summary.lock().left_out.push(message))
}

/// An account whose things are read.
struct Account {
    config: Config,
    common: Arc<Common>,
    calls: Gate,
    /// By service.
    gates: HashMap<&'static str, Gate>,
}

impl Account {
    /// Returns the gate for the calls of a service.
    fn gate(&self, kind: &ThingKind) -> Gate {
        self.gates.get(kind.service().metadata.id).unwrap_or(&self.calls).clone()
    }

    /// Returns the events of a thing, or the failure in its place.
    fn read(&self, thing: Result<Thing, Failure>) -> BoxStream<'static, Result<Event, Failure>> {
        match thing {
            Ok(thing) => {
                self.common.summary.lock().things += 1;
                let gate = self.gate(&thing.kind());
                Reader::new(self.config.clone(), thing, Arc::clone(&self.common), gate).boxed()
            }
            Err(failure) => failed(failure, &self.common),
        }
    }
}

/// A stream of events. It goes on after a failure, and at its end the [`summary`](Self::summary) says what was read and
/// what was not.
///
/// It implements `futures_core::Stream`; [`next`](Self::next) needs no other crate. Dropping it ends all calls.
#[must_use = "streams do nothing unless polled"]
pub struct Events {
    /// `None` after the last event that is wanted.
    events: Option<BoxStream<'static, Result<Event, Failure>>>,
    common: Arc<Common>,
    left: Option<usize>,
}

impl Events {
    /// Returns the next event, or what could not be read, or `None` at the end.
    pub async fn next(&mut self) -> Option<Result<Event, Failure>> {
        stream::StreamExt::next(self).await
    }

    /// Returns what was read and what was not, so far.
    #[must_use]
    pub fn summary(&self) -> Summary {
        self.common.summary.lock().clone()
    }
}

impl Stream for Events {
    type Item = Result<Event, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let Some(events) = &mut this.events else { return Poll::Ready(None) };
        let next = ready!(events.poll_next_unpin(context));
        match &next {
            Some(Ok(_)) if this.left == Some(0) => {
                let mut summary = this.common.summary.lock();
                let most = summary.events;
                summary.left_out.push(format!("what follows the first {most} events is not read"));
                drop(summary);
                this.events = None;
                return Poll::Ready(None);
            }
            Some(Ok(event)) => {
                this.left = this.left.map(|left| left - 1);
                let mut summary = this.common.summary.lock();
                summary.events += 1;
                summary.without_time += usize::from(event.time.is_none());
            }
            Some(Err(_)) => {}
            None => this.events = None,
        }
        Poll::Ready(next)
    }
}

impl fmt::Debug for Events {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Events").field("summary", &self.summary()).finish_non_exhaustive()
    }
}
