//! Discovery: which things exist, from the lists that know their ids.

use std::{
    fmt,
    future::ready,
    pin::Pin,
    sync::Arc,
    task::{Context, Poll},
};

use crate::{
    calls::{Gate, PageCalls},
    failure::{Failure, Missed, Subject},
    template::{Arguments, plain_argument},
    thing::{Thing, ThingKind, argument},
};
use futures_core::{Stream, stream::BoxStream};
use futures_util::{StreamExt as _, stream};
use huaweicloud_core::{
    Client, Config, Error,
    dynamic::{Call, Item, OperationDescriptor, Service},
    metadata::{ListedBy, Parameter},
};
use serde_json::Value;

/// A stream of the things of a kind that an account can see, as the lists of the service have them.
///
/// A list that cannot be read, and an item without a usable id, is a failure; the rest goes on. Dropping the stream ends
/// all calls.
///
/// ```no_run
/// # async fn example(config: &huaweicloud_core::Config) {
/// use huaweicloud_history::{ThingKind, Things};
///
/// let services = huaweicloud_catalog::services();
/// for kind in ThingKind::all(services) {
///     let mut things = Things::new(config, kind, services);
///     while let Some(thing) = things.next().await {
///         match thing {
///             Ok(thing) => println!("{thing}"),
///             Err(failure) => eprintln!("{failure}"),
///         }
///     }
/// }
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct Things(BoxStream<'static, Result<Thing, Failure>>);

/// How many lists below another are read at the same time.
const LISTS: usize = 8;

impl Things {
    /// Creates a stream of the things of a kind; `services` are those whose lists may be needed.
    ///
    /// It makes its calls on the current Tokio runtime.
    pub fn new(config: &Config, kind: ThingKind, services: &[&'static Service]) -> Self {
        Self::through(Gate::new(LISTS), config, kind, services)
    }

    /// Creates a stream whose calls go through a gate.
    pub(crate) fn through(gate: Gate, config: &Config, kind: ThingKind, services: &[&'static Service]) -> Self {
        let lists = Arc::new(Lists { config: config.clone(), services: services.to_vec(), kind, gate });
        let operation = kind.operation().operation;
        let known = |parameter: &&Parameter| operation.listed_by.iter().any(|link| link.argument == parameter.name);
        if let Some(parameter) = operation.parameters.iter().find(|parameter| parameter.required && !known(parameter)) {
            let message =
                format!("{} needs {}, which no list knows: name {} instead", operation.id, parameter.name, kind.form());
            return Self(one(Err(lists.unlisted(&message))));
        }
        let found = lists.calls(kind.operation(), Found::default());
        Self(
            found
                .map(move |found| found.map(|Found { arguments, title }| Thing::listed(kind, arguments, title)))
                .boxed(),
        )
    }

    /// Ends the stream after this many things, and calls `cut` if there are more.
    pub fn at_most(self, count: usize, cut: impl FnOnce() + Send + 'static) -> Self {
        let (mut left, mut cut) = (count, Some(cut));
        let within = move |thing: &Result<Thing, Failure>| {
            let is_over = thing.is_ok() && left == 0;
            if is_over && let Some(cut) = cut.take() {
                cut();
            }
            left = left.saturating_sub(usize::from(thing.is_ok()));
            ready(!is_over)
        };
        Self(self.0.take_while(within).boxed())
    }

    /// Leaves out things that are not wanted.
    pub(crate) fn filtered(self, mut is_wanted: impl FnMut(&Thing) -> bool + Send + 'static) -> Self {
        Self(self.0.filter(move |thing| ready(thing.as_ref().map_or(true, &mut is_wanted))).boxed())
    }

    /// Returns the next thing, or `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Thing, Failure>> {
        self.0.next().await
    }
}

impl Stream for Things {
    type Item = Result<Thing, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        self.0.poll_next_unpin(context)
    }
}

impl fmt::Debug for Things {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Things").finish_non_exhaustive()
    }
}

/// What the lists know of a call.
#[derive(Clone, Default)]
struct Found {
    /// The ids.
    arguments: Arguments,
    /// The title of the item that has the last id.
    title: Option<String>,
}

/// The lists from which the ids come.
struct Lists {
    config: Config,
    services: Vec<&'static Service>,
    kind: ThingKind,
    gate: Gate,
}

fn one<T: Send + 'static>(item: T) -> BoxStream<'static, T> {
    stream::iter([item]).boxed()
}

impl Lists {
    /// Returns what is known of each call of an operation, with the ids that the lists know.
    fn calls(
        self: Arc<Self>,
        entry: &'static OperationDescriptor,
        given: Found,
    ) -> BoxStream<'static, Result<Found, Failure>> {
        let links = entry.operation.listed_by;
        let missing: Vec<&ListedBy> =
            links.iter().filter(|link| !given.arguments.contains_key(link.argument)).collect();
        let Some(link) = missing.first().copied() else { return one(Ok(given)) };
        let Some((service, list)) = self.list(link) else {
            let message = format!("{}/{} is not part of this program", link.service, link.operation);
            return one(Err(self.unlisted(&message)));
        };
        // Arguments of the list: ids that are known already, and ids from its own lists.
        let needed = list.operation.listed_by.iter().map(|link| link.argument);
        let needed = needed.filter_map(|name| Some((name.to_owned(), given.arguments.get(name)?.clone()))).collect();
        let lists = Arc::clone(&self);
        let asked = Arc::clone(&self).calls(list, Found { arguments: needed, title: None });
        let found = asked.flat_map_unordered(LISTS, move |asked| match asked {
            Ok(Found { arguments: asked, .. }) => {
                let mut known = given.arguments.clone();
                let own = |name: &String| links.iter().any(|link| link.argument == name);
                known.extend(asked.iter().filter(|(name, _)| own(name)).map(|(name, id)| (name.clone(), id.clone())));
                lists.read(service, list, asked, move |lists, item| {
                    let id = lists.id(entry, link, item)?;
                    let mut arguments = known.clone();
                    arguments.insert(link.argument.to_owned(), id);
                    let title = link.title.and_then(|title| item.value().pointer(title)?.as_str().map(str::to_owned));
                    Ok(Found { arguments, title })
                })
            }
            Err(failure) => one(Err(failure)),
        });
        if missing.len() == 1 {
            return found.boxed();
        }
        found
            .flat_map_unordered(LISTS, move |found| match found {
                Ok(found) => Arc::clone(&self).calls(entry, found),
                Err(failure) => one(Err(failure)),
            })
            .boxed()
    }

    /// Reads a list.
    fn read(
        self: &Arc<Self>,
        service: &'static Service,
        list: &'static OperationDescriptor,
        asked: Arguments,
        found: impl Fn(&Self, &Item) -> Result<Found, Failure> + Send + 'static,
    ) -> BoxStream<'static, Result<Found, Failure>> {
        let names = asked.values().map(|id| format!("/{}", plain_argument(id)));
        let subject = format!("{}{}", service.metadata.id, names.collect::<String>());
        let what = Subject::List { of_listed: !asked.is_empty() };
        let items = || -> Result<_, Error> {
            let call = Call::new(Client::new(&self.config, service.metadata)?, list);
            asked.into_iter().fold(call, |call, (name, id)| call.argument(&name, id)).items()
        };
        let failed = move |read: usize, missed: Missed| Failure::missed(subject.clone(), what, read, missed);
        let mut calls = match items() {
            Ok(items) => PageCalls::new(items, self.gate.clone(), false),
            Err(error) => return one(Err(failed(0, Missed::Failed(error)))),
        };
        let lists = Arc::clone(self);
        let mut read = 0;
        stream::poll_fn(move |context| {
            let page = std::task::ready!(calls.poll_page(context));
            Poll::Ready(page.map(|page| match page {
                Ok(items) => {
                    read += items.len();
                    items.iter().map(|item| found(&lists, item)).collect()
                }
                Err(missed) => vec![Err(failed(read, missed))],
            }))
        })
        .flat_map(stream::iter)
        .boxed()
    }

    /// Returns the list operation of a link.
    fn list(&self, link: &ListedBy) -> Option<(&'static Service, &'static OperationDescriptor)> {
        let service = self.services.iter().copied().find(|service| service.metadata.id == link.service)?;
        Some((service, service.operation(link.operation)?))
    }

    /// Returns the id that an item of a list has for an argument of an operation. One for a member of the body is as the
    /// list has it.
    fn id(&self, entry: &OperationDescriptor, link: &ListedBy, item: &Item) -> Result<Value, Failure> {
        let id = item.value().pointer(link.value).unwrap_or(&Value::Null);
        let value = match entry.operation.parameter(link.argument) {
            Some(parameter) => argument(parameter, id),
            None => Some(id.clone()).filter(|id| !id.is_null()),
        };
        value.ok_or_else(|| {
            let message = format!(
                "{} lists {id} as {}, which cannot be {} of {}; it is left out",
                link.operation, link.value, link.argument, entry.operation.id
            );
            Failure::of_item(self.kind.service().metadata.id.to_owned(), &message)
        })
    }

    fn unlisted(&self, message: &str) -> Failure {
        Failure::unlisted(self.kind.service().metadata.id.to_owned(), message)
    }
}
