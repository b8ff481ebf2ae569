//! Walking through the pages of an operation, without losing or doubling a record in silence.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use tokio::task::JoinHandle;

use crate::{BoxFuture, Error, ErrorKind, Operation, PageStyle, Response, Setting};

/// A call whose answer comes in pages; generated builders are such calls.
pub trait Paged: Clone + Send + Unpin + 'static {
    /// An answer.
    type Page: Send + Unpin + 'static;
    /// What the answer holds.
    type Item: Clone + PartialEq + Send + Unpin + 'static;

    /// The operation, which says how its pages are asked for.
    fn operation(&self) -> &'static Operation;
    /// The position that the caller asked for, if any; an error if it broke its rule.
    fn position(&self) -> Setting<Option<i64>>;
    /// The page size that the caller asked for, if any; an error if it broke its rule.
    fn size(&self) -> Setting<Option<i64>>;
    /// The same call for another page.
    #[must_use]
    fn at(self, position: i64, size: i64) -> Self;
    /// Sends it.
    fn fetch(self) -> BoxFuture<'static, Result<Response<Self::Page>, Error>>;
    /// The items of an answer.
    fn items(page: &Self::Page) -> &[Self::Item];
    /// The items of an answer, taken out.
    fn into_items(page: Self::Page) -> Vec<Self::Item>;
    /// The number of all items, if the answer has it.
    fn total(page: &Self::Page) -> Option<i64>;
}

/// The pages of an operation, fetched as they are asked for.
///
/// A stream of `futures_core`; [`next`](Self::next) and [`try_next`](Self::try_next) need no other crate. Records that
/// come in while it is read may show the end of a page again at the beginning of the next ([`Items`] leaves them out).
/// It ends after the last page, or with one error: of the call, when a page repeats, is short or empty although more was promised,
/// when the whole shrinks while it is read, or when more exists than the service lets one reach.
pub struct Pages<C: Paged> {
    call: C,
    walk: Walk<C::Item>,
    under_way: Option<BoxFuture<'static, Result<Response<C::Page>, Error>>>,
    read_ahead: bool,
}

/// Where a walk through pages is.
struct Walk<T> {
    position: i64,
    size: i64,
    seen: i64,
    total: Option<i64>,
    /// First and last item of the page before.
    previous: Option<(T, T)>,
    done: bool,
    /// How many items of the last page were on the page before: as many came in at the front in the meantime.
    skip: usize,
    /// What ends the walk once the page that showed it was handed out.
    failure: Option<Error>,
}

/// Where a walk begins.
struct Start {
    position: i64,
    size: i64,
    seen: i64,
    done: bool,
    failure: Option<Error>,
}

impl Start {
    fn new(operation: &Operation, asked_position: Setting<Option<i64>>, asked_size: Setting<Option<i64>>) -> Self {
        let pagination = operation.pagination.as_ref();
        let first = match pagination.map(|pagination| pagination.style) {
            Some(PageStyle::Page { first, .. }) => i64::from(first),
            _ => 0,
        };
        let largest = pagination.and_then(|pagination| pagination.size).map_or(0, |size| i64::from(size.max));
        let name = |parameter: Option<&'static str>| {
            let is_parameter = |name: &&str| operation.parameters.iter().any(|parameter| parameter.name == *name);
            parameter.filter(is_parameter).unwrap_or("body")
        };
        let broken = match (&asked_position, &asked_size) {
            (Err(reason), _) => Some((name(pagination.and_then(|pagination| pagination.style.parameter())), reason)),
            (_, Err(reason)) => {
                Some((name(pagination.and_then(|pagination| Some(pagination.size?.parameter))), reason))
            }
            _ => None,
        };
        let failure = broken.map(|(name, reason)| Error::invalid(name, reason));
        let position = asked_position.ok().flatten().unwrap_or(first).max(first);
        let size = asked_size.ok().flatten().unwrap_or(largest);
        let seen = match pagination.map(|pagination| pagination.style) {
            Some(PageStyle::Page { .. }) => (position - first).saturating_mul(size),
            _ => position,
        };
        Self { position, size, seen, done: (size == 0 && largest > 0) || failure.is_some(), failure }
    }
}

impl<C: Paged> Pages<C> {
    /// The pages of a call, from the position and with the size that it asks for; from the beginning and with the
    /// largest size unless it does.
    #[must_use]
    pub fn new(call: C) -> Self {
        let start = Start::new(call.operation(), call.position(), call.size());
        let walk = Walk {
            position: start.position,
            size: start.size,
            seen: start.seen,
            total: None,
            previous: None,
            done: start.done,
            failure: start.failure,
            skip: 0,
        };
        Self { call, walk, under_way: None, read_ahead: false }
    }

    /// Asks for the next page as soon as one is there, while its items are still worked on.
    #[must_use]
    pub fn read_ahead(mut self) -> Self {
        self.read_ahead = true;
        self
    }

    /// The next page; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Response<C::Page>, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The next page; `None` after the last.
    ///
    /// # Errors
    /// When the call fails or the pages do not fit together; the stream has ended then.
    pub async fn try_next(&mut self) -> Result<Option<Response<C::Page>>, Error> {
        self.next().await.transpose()
    }

    fn ask(&mut self) {
        if self.under_way.is_none() && !self.walk.done {
            let call = match self.call.operation().pagination.as_ref().map(|pagination| pagination.style) {
                Some(style) if !matches!(style, PageStyle::Whole) => {
                    self.call.clone().at(self.walk.position, self.walk.size)
                }
                _ => self.call.clone(),
            };
            self.under_way = Some(call.fetch());
        }
    }
}

impl<C: Paged> Stream for Pages<C> {
    type Item = Result<Response<C::Page>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let operation = this.call.operation();
        if let Some(error) = this.walk.failure.take() {
            return Poll::Ready(Some(Err(error.with_operation(operation.id))));
        }
        this.ask();
        let Some(under_way) = this.under_way.as_mut() else { return Poll::Ready(None) };
        let Poll::Ready(answer) = under_way.as_mut().poll(context) else { return Poll::Pending };
        this.under_way = None;
        let step = answer.and_then(|page| {
            this.walk.step(operation, C::items(&page), C::total(&page))?;
            Ok(page)
        });
        match step {
            Ok(page) => {
                if this.read_ahead {
                    this.ask();
                    this.under_way = this.under_way.take().map(ahead);
                }
                Poll::Ready(Some(Ok(page)))
            }
            Err(error) => {
                this.walk.done = true;
                Poll::Ready(Some(Err(error.with_operation(operation.id))))
            }
        }
    }
}

/// Lets a request go on by itself, however slow its consumer is; dropping it cancels the request.
fn ahead<T: Send + 'static>(under_way: BoxFuture<'static, Result<T, Error>>) -> BoxFuture<'static, Result<T, Error>> {
    struct Task<T>(JoinHandle<T>);
    impl<T> Drop for Task<T> {
        fn drop(&mut self) {
            self.0.abort();
        }
    }
    let mut task = Task(tokio::spawn(under_way));
    Box::pin(async move {
        match (&mut task.0).await {
            Ok(answer) => answer,
            Err(error) => {
                Err(Error::new(ErrorKind::Transport, "the request for the next page was given up").with_source(error))
            }
        }
    })
}

impl<T: Clone + PartialEq> Walk<T> {
    /// Takes a page in, and finds the next position. An error means that the page itself cannot be trusted; what only
    /// keeps the walk from going on is a failure that comes after the page.
    fn step(&mut self, operation: &Operation, items: &[T], total: Option<i64>) -> Result<(), Error> {
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        if let (Some(before), Some(now)) = (self.total, total)
            && now < before
        {
            return Err(broken(format!(
                "the whole shrank from {before} to {now} items while it was read, so some may have been missed; \
                 read it again"
            )));
        }
        let grown = total.zip(self.total).map_or(0, |(now, before)| now.saturating_sub(before));
        self.skip = match &self.previous {
            Some((_, last)) if grown > 0 => {
                let newcomers = usize::try_from(grown).unwrap_or(usize::MAX);
                items.iter().take(newcomers).rposition(|item| item == last).map_or(0, |index| index + 1)
            }
            _ => 0,
        };
        self.total = total.or(self.total);
        if let (Some(first), Some(last)) = (items.first(), items.last()) {
            let ends = (first.clone(), last.clone());
            if self.previous.as_ref() == Some(&ends) {
                return Err(broken(format!("the page at position {} repeats the page before it", self.position)));
            }
            self.previous = Some(ends);
        }
        self.seen = self.seen.saturating_add(count);
        let style = operation.pagination.as_ref().map_or(PageStyle::Whole, |pagination| pagination.style);
        // A total that is less than what came says nothing.
        let missing = self.total.map(|total| total.saturating_sub(self.seen)).filter(|missing| *missing >= 0);
        let more = missing.map_or(count > 0 && count >= self.size, |missing| missing > 0);
        let (next, max) = match style {
            PageStyle::Whole => (0, -1),
            PageStyle::Offset { max, .. } => (self.position.saturating_add(self.size), i64::from(max)),
            PageStyle::Page { max, .. } => (self.position.saturating_add(1), i64::from(max)),
        };
        let missing = missing.unwrap_or_default();
        self.failure = match style {
            _ if !more => None,
            PageStyle::Whole if missing > 0 => {
                Some(broken(format!("the answer comes in one piece of {count} items, but {missing} more are promised")))
            }
            PageStyle::Whole => None,
            _ if count < self.size => Some(broken(format!(
                "the page at position {} holds {count} items instead of {}, but {missing} more are promised",
                self.position, self.size
            ))),
            _ if next > max => Some(Error::new(
                ErrorKind::OutOfReach,
                format!(
                    "the next page would be at position {next}, but the service lets one reach {max} at most; {} cannot be \
                 reached, so narrow the call, for example by time",
                    if missing > 0 { format!("{missing} items") } else { "what may follow".to_owned() }
                ),
            )),
            _ => None,
        };
        self.done = !more || self.failure.is_some() || next > max;
        self.position = next;
        Ok(())
    }
}

fn broken(message: String) -> Error {
    Error::new(ErrorKind::UnexpectedResponse, message)
}

impl<C: Paged> fmt::Debug for Pages<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("position", &self.walk.position)
            .field("total", &self.walk.total)
            .finish_non_exhaustive()
    }
}

/// The items of an operation, one by one, fetched a page at a time as they are asked for.
///
/// A stream of `futures_core`; [`next`](Self::next) and [`try_next`](Self::try_next) need no other crate. It ends like
/// [`Pages`].
pub struct Items<C: Paged> {
    pages: Pages<C>,
    ready: VecDeque<C::Item>,
    left: Option<usize>,
}

impl<C: Paged> Items<C> {
    /// The items of a call; see [`Pages::new`].
    #[must_use]
    pub fn new(call: C) -> Self {
        Self { pages: Pages::new(call), ready: VecDeque::new(), left: None }
    }

    /// Ends after so many items.
    #[must_use]
    pub fn max_items(mut self, count: usize) -> Self {
        self.left = Some(count);
        self
    }

    /// Asks for the next page as soon as one is there, while its items are still worked on.
    #[must_use]
    pub fn read_ahead(mut self) -> Self {
        self.pages = self.pages.read_ahead();
        self
    }

    /// The next item; `None` after the last.
    pub async fn next(&mut self) -> Option<Result<C::Item, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// The next item; `None` after the last.
    ///
    /// # Errors
    /// When a call fails or the pages do not fit together; the stream has ended then.
    pub async fn try_next(&mut self) -> Result<Option<C::Item>, Error> {
        self.next().await.transpose()
    }
}

impl<C: Paged> Stream for Items<C> {
    type Item = Result<C::Item, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        loop {
            if this.left == Some(0) {
                return Poll::Ready(None);
            }
            if let Some(item) = this.ready.pop_front() {
                this.left = this.left.map(|left| left - 1);
                return Poll::Ready(Some(Ok(item)));
            }
            // The page after the last that is wanted is not asked for.
            if this.left.is_some_and(|left| i64::try_from(left).is_ok_and(|left| left <= this.pages.walk.size)) {
                this.pages.read_ahead = false;
            }
            match Pin::new(&mut this.pages).poll_next(context) {
                Poll::Ready(Some(Ok(page))) => {
                    this.ready = C::into_items(page.into_inner()).into();
                    this.ready.drain(..this.pages.walk.skip.min(this.ready.len()));
                }
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<C: Paged> fmt::Debug for Items<C> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("pages", &self.pages).field("left", &self.left).finish_non_exhaustive()
    }
}
