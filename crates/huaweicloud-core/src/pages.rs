//! Pagination: streams of pages and items that never lose or repeat a record silently.

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll},
};

use futures_core::Stream;
use tokio::task::JoinHandle;

use crate::{
    codegen::{body::Page, write::Json},
    error::{Error, ErrorKind},
    future::BoxFuture,
    metadata::{Operation, PageStyle},
    request::Request,
    response::Response,
};

/// Fetches one page.
type Fetch<P> = Box<dyn Fn(Request) -> BoxFuture<'static, Result<Response<P>, Error>> + Send + Sync>;

/// The position of a page in a list, from which pagination can resume ([`Pages::start_at`]).
///
/// Its value depends on the service: a number of items to skip, or a page number.
///
/// ```no_run
/// # async fn example<P: huaweicloud_core::codegen::Page>(mut pages: huaweicloud_core::Pages<P>) -> Result<(), huaweicloud_core::Error> {
/// pages.try_next().await?;
/// println!("to go on from here: {:?}", pages.position());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PagePosition(i64);

/// A stream of the pages of a list operation, fetched on demand.
///
/// It implements `futures_core::Stream`; [`next`](Self::next) and [`try_next`](Self::try_next) need no other crate.
///
/// If records are added during iteration, the end of a page may appear again at the beginning of the next; [`Items`]
/// skips these duplicates.
///
/// The stream ends after the last page, or after one error:
///
/// - the call fails;
/// - a page repeats;
/// - a page is short or empty although the total promises more;
/// - the total shrinks during iteration;
/// - more items exist than the service returns through pagination ([`ErrorKind::PaginationLimit`]).
#[must_use = "streams do nothing unless polled"]
pub struct Pages<P: Page> {
    request: Request,
    fetch: Fetch<P>,
    walk: PageState<P::Item>,
    in_flight: Option<BoxFuture<'static, Result<Response<P>, Error>>>,
    read_ahead: bool,
}

/// The state of an iteration over pages.
struct PageState<T> {
    position: i64,
    size: i64,
    seen: i64,
    total: Option<i64>,
    /// First and last item of the previous page.
    previous: Option<(T, T)>,
    done: bool,
    /// Number of items of the latest page that were on the previous page already, because new items were added in
    /// front.
    skip: usize,
    /// The error that ends the stream after the page that revealed it.
    failure: Option<Error>,
}

impl<T> PageState<T> {
    /// Starts at the position and with the page size of the request; by default at the beginning, with the largest
    /// size.
    fn new(request: &Request) -> Self {
        let pagination = request.operation.pagination.as_ref();
        let style = pagination.map_or(PageStyle::Whole, |pagination| pagination.style);
        let largest = pagination.and_then(|pagination| pagination.size).map_or(0, |size| i64::from(size.max));
        let first = match style {
            PageStyle::Page { first, .. } => i64::from(first),
            _ => 0,
        };
        let given = |name: Option<&str>| name.and_then(|name| request.number(name));
        let size = given(pagination.and_then(|pagination| Some(pagination.size?.parameter))).unwrap_or(largest);
        let position = given(style.parameter()).unwrap_or(first);
        let mut walk = Self {
            position,
            size,
            seen: 0,
            total: None,
            previous: None,
            done: size == 0 && largest > 0,
            failure: None,
            skip: 0,
        };
        walk.start_at(request.operation, position.max(first));
        walk
    }

    fn start_at(&mut self, operation: &Operation, position: i64) {
        self.position = position;
        self.seen = match operation.pagination.as_ref().map(|pagination| pagination.style) {
            Some(PageStyle::Page { first, .. }) => (position - i64::from(first)).saturating_mul(self.size),
            _ => position,
        };
    }
}

impl<P: Page> Pages<P> {
    pub(crate) fn new(request: Request, fetch: Fetch<P>) -> Self {
        let mut walk = PageState::new(&request);
        if walk.done {
            // Nothing is fetched, but an invalid request is still an error.
            walk.failure = walk.request(&request).check(true).err();
        }
        Self { request, fetch, walk, in_flight: None, read_ahead: false }
    }

    /// Returns the position of the next page.
    #[must_use]
    pub fn position(&self) -> PagePosition {
        PagePosition(self.walk.position)
    }

    /// Starts at a position that an earlier iteration of the same call returned.
    pub fn start_at(mut self, position: PagePosition) -> Self {
        self.walk.start_at(self.request.operation, position.0);
        self
    }

    /// Prefetches the next page as soon as a page arrives, while its items are processed.
    pub fn read_ahead(mut self) -> Self {
        self.read_ahead = true;
        self
    }

    /// Returns the next page, or `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Response<P>, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the next page, or `None` after the last.
    ///
    /// # Errors
    ///
    /// Returns an error if the call fails or the pages are inconsistent; the stream then ends.
    pub async fn try_next(&mut self) -> Result<Option<Response<P>>, Error> {
        self.next().await.transpose()
    }

    fn start_fetch(&mut self) {
        if self.in_flight.is_none() && !self.walk.done {
            self.in_flight = Some((self.fetch)(self.walk.request(&self.request)));
        }
    }
}

impl<P: Page> Stream for Pages<P> {
    type Item = Result<Response<P>, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let this = &mut *self;
        let operation = this.request.operation;
        if let Some(error) = this.walk.failure.take() {
            return Poll::Ready(Some(Err(error.with_operation(operation.id))));
        }
        this.start_fetch();
        let Some(in_flight) = this.in_flight.as_mut() else { return Poll::Ready(None) };
        let Poll::Ready(response) = in_flight.as_mut().poll(context) else { return Poll::Pending };
        this.in_flight = None;
        let step = response.and_then(|page| {
            this.walk.step(operation, page.items(), page.total())?;
            Ok(page)
        });
        match step {
            Ok(page) => {
                if this.read_ahead {
                    this.start_fetch();
                    this.in_flight = this.in_flight.take().map(spawn_prefetch);
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

/// Spawns a request, so that it progresses however slow its consumer is; dropping the future cancels the request.
fn spawn_prefetch<T: Send + 'static>(
    in_flight: BoxFuture<'static, Result<T, Error>>,
) -> BoxFuture<'static, Result<T, Error>> {
    struct Task<T>(JoinHandle<T>);
    impl<T> Drop for Task<T> {
        fn drop(&mut self) {
            self.0.abort();
        }
    }
    let mut task = Task(tokio::spawn(in_flight));
    Box::pin(async move {
        match (&mut task.0).await {
            Ok(response) => response,
            Err(error) => {
                Err(Error::new(ErrorKind::Transport, "the request for the next page was given up").with_source(error))
            }
        }
    })
}

impl<T> PageState<T> {
    /// Returns the request for the next page.
    fn request(&self, request: &Request) -> Request {
        let mut request = request.clone();
        if let Some(pagination) = &request.operation.pagination
            && let Some(parameter) = pagination.style.parameter()
        {
            // The size before the position, as it was set first.
            if let Some(size) = pagination.size {
                request.place(size.parameter, Json::Integer(self.size));
            }
            request.place(parameter, Json::Integer(self.position));
        }
        request
    }
}

impl<T: Clone + PartialEq> PageState<T> {
    /// Processes a page and determines the next position. Returns an error if the page itself cannot be trusted; an
    /// error that only prevents further pages is kept in `failure`, to follow the page.
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
        // A total below the number of items received is ignored.
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
            PageStyle::Whole if missing > 0 => Some(broken(format!(
                "the response comes in one piece of {count} items, but {missing} more are promised"
            ))),
            PageStyle::Whole => None,
            _ if count < self.size => Some(broken(format!(
                "the page at position {} holds {count} items instead of {}, but {missing} more are promised",
                self.position, self.size
            ))),
            _ if next > max => Some(Error::new(
                ErrorKind::PaginationLimit,
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

impl<P: Page> fmt::Debug for Pages<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Pages")
            .field("position", &self.walk.position)
            .field("total", &self.walk.total)
            .finish_non_exhaustive()
    }
}

/// Pages of any type with items of type `T`.
trait PagesOf<T>: Send {
    fn poll_items(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<VecDeque<T>, Error>>>;
    fn set_read_ahead(&mut self, read_ahead: bool);
    fn size(&self) -> i64;
}

impl<P: Page> PagesOf<P::Item> for Pages<P> {
    fn poll_items(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<VecDeque<P::Item>, Error>>> {
        Pin::new(&mut *self).poll_next(context).map(|page| {
            page.map(|page| {
                let mut items = VecDeque::from(page?.into_inner().into_items());
                items.drain(..self.walk.skip.min(items.len()));
                Ok(items)
            })
        })
    }

    fn set_read_ahead(&mut self, read_ahead: bool) {
        self.read_ahead = read_ahead;
    }

    fn size(&self) -> i64 {
        self.walk.size
    }
}

/// A stream of the items of a list operation, fetched on demand, one page at a time.
///
/// It implements `futures_core::Stream`; [`next`](Self::next) and [`try_next`](Self::try_next) need no other crate. It
/// ends under the same conditions as [`Pages`].
#[must_use = "streams do nothing unless polled"]
pub struct Items<T> {
    pages: Box<dyn PagesOf<T>>,
    ready: VecDeque<T>,
    left: Option<usize>,
}

impl<T: Unpin> Items<T> {
    pub(crate) fn new<P: Page<Item = T>>(pages: Pages<P>) -> Self {
        Self { pages: Box::new(pages), ready: VecDeque::new(), left: None }
    }

    /// Ends the stream after at most `count` items.
    pub fn max_items(mut self, count: usize) -> Self {
        self.left = Some(count);
        self
    }

    /// Prefetches the next page as soon as a page arrives, while its items are processed.
    pub fn read_ahead(mut self) -> Self {
        self.pages.set_read_ahead(true);
        self
    }

    /// Returns the next item, or `None` after the last.
    pub async fn next(&mut self) -> Option<Result<T, Error>> {
        std::future::poll_fn(|context| Pin::new(&mut *self).poll_next(context)).await
    }

    /// Returns the next item, or `None` after the last.
    ///
    /// # Errors
    ///
    /// Returns an error if a call fails or the pages are inconsistent; the stream then ends.
    pub async fn try_next(&mut self) -> Result<Option<T>, Error> {
        self.next().await.transpose()
    }
}

impl<T: Unpin> Stream for Items<T> {
    type Item = Result<T, Error>;

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
            // The page after the last one needed is not prefetched.
            if this.left.is_some_and(|left| i64::try_from(left).is_ok_and(|left| left <= this.pages.size())) {
                this.pages.set_read_ahead(false);
            }
            match this.pages.poll_items(context) {
                Poll::Ready(Some(Ok(items))) => this.ready = items,
                Poll::Ready(Some(Err(error))) => return Poll::Ready(Some(Err(error))),
                Poll::Ready(None) => return Poll::Ready(None),
                Poll::Pending => return Poll::Pending,
            }
        }
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("ready", &self.ready.len()).field("left", &self.left).finish_non_exhaustive()
    }
}
