//! Pagination: streams of pages and items that never lose or repeat a record silently.

mod state;

use std::{
    collections::VecDeque,
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use tokio::task::JoinHandle;

use self::state::PageState;
use crate::{
    codegen::{body::Page, write::Json},
    error::{Error, ErrorKind},
    future::BoxFuture,
    request::Request,
    response::Response,
};

/// Fetches one page.
type Fetch<P> = Box<dyn Fn(Request) -> BoxFuture<'static, Result<Response<P>, Error>> + Send + Sync>;

/// The position of a page in a list, from which pagination can resume ([`Pages::start_at`]).
///
/// Its value depends on the service: a number of items to skip, a page number, or a marker.
///
/// ```no_run
/// # async fn example<P: huaweicloud_core::codegen::Page>(mut pages: huaweicloud_core::Pages<P>) -> Result<(), huaweicloud_core::Error> {
/// pages.try_next().await?;
/// println!("to go on from here: {:?}", pages.position());
/// # Ok(())
/// # }
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct PagePosition {
    number: i64,
    marker: Option<String>,
}

/// A stream of the pages of a list operation, fetched on demand.
///
/// It implements `futures_core::Stream`; [`next`](Self::next) and [`try_next`](Self::try_next) need no other crate.
///
/// If records are added in front during iteration, the end of a page appears again on the next; [`Items`] skips these
/// duplicates, which it recognises by their ids, or by the order of the list.
///
/// The stream ends after the last page, or after one error:
///
/// - the call fails;
/// - a page repeats;
/// - a page repeats its marker, or one before;
/// - a page is short or empty although the total promises more;
/// - the total shrinks during iteration;
/// - the total grows, and nothing says where in the list: the service gives neither ids nor an order;
/// - more items exist than the service returns through pagination ([`ErrorKind::PaginationLimit`]).
///
/// One change stays unseen: records that are deleted between two pages while at least as many are added behind them.
#[must_use = "streams do nothing unless polled"]
pub struct Pages<P: Page> {
    request: Request,
    fetch: Fetch<P>,
    walk: PageState<P::Item>,
    in_flight: Option<BoxFuture<'static, Result<Response<P>, Error>>>,
    read_ahead: bool,
}

impl<P: Page> Pages<P> {
    pub(crate) fn new(request: Request, checks_rules: bool, fetch: Fetch<P>) -> Self {
        let mut walk = PageState::new(&request);
        if walk.done {
            // Nothing is fetched, but an invalid request is still an error.
            walk.failure = walk.request(&request).check(checks_rules).err();
        }
        Self { request, fetch, walk, in_flight: None, read_ahead: false }
    }

    /// Returns the position of the next page.
    #[must_use]
    pub fn position(&self) -> PagePosition {
        PagePosition { number: self.walk.position, marker: self.walk.marker.clone() }
    }

    /// Returns the number of records that came in front after the first page was read, and are not part of the stream:
    /// read the list again for them.
    #[must_use]
    pub fn added_in_front(&self) -> usize {
        self.walk.repeated
    }

    /// Starts at a position that an earlier iteration of the same call returned.
    pub fn start_at(mut self, position: PagePosition) -> Self {
        self.walk.start_at(self.request.operation, position.number);
        self.walk.marker = position.marker;
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
            let ids: Vec<Json<'_>> = page.items().iter().map(|item| page.id(item)).collect();
            this.walk.step(operation.pagination.as_ref(), page.items(), &ids, page.total(), page.next_marker())?;
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
    fn added_in_front(&self) -> usize;
}

impl<P: Page> PagesOf<P::Item> for Pages<P> {
    fn poll_items(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<VecDeque<P::Item>, Error>>> {
        Pin::new(&mut *self).poll_next(context).map(|page| {
            page.map(|page| {
                let mut items = VecDeque::from(page?.into_inner().into_items());
                for repeat in self.walk.repeats.iter().rev() {
                    items.remove(*repeat);
                }
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

    fn added_in_front(&self) -> usize {
        self.walk.repeated
    }
}

/// A stream of the items of a list operation, fetched on demand, one page at a time.
///
/// It implements `futures_core::Stream`; [`next`](Self::next) and [`try_next`](Self::try_next) need no other crate. It
/// ends under the same conditions as [`Pages`].
///
/// Each record is returned once, also if others are added in front, at the end, or equal to it during iteration.
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

    /// Returns the number of records that came in front after the first page was read, and are not part of the stream:
    /// read the list again for them.
    #[must_use]
    pub fn added_in_front(&self) -> usize {
        self.pages.added_in_front()
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

    /// Returns all items that are left of the current page, or those of the next page, or `None` after the last.
    ///
    /// The items of a page may be none, if all of them were on an earlier page.
    ///
    /// # Errors
    ///
    /// Returns an error if a call fails or the pages are inconsistent; the stream then ends.
    pub async fn next_page(&mut self) -> Result<Option<Vec<T>>, Error> {
        let ready = std::future::poll_fn(|context| self.poll_ready(context)).await?;
        Ok(ready.then(|| {
            let count = self.left.map_or(self.ready.len(), |left| left.min(self.ready.len()));
            self.left = self.left.map(|left| left - count);
            self.ready.drain(..count).collect()
        }))
    }

    /// Fetches the next page if nothing is left of the current one. Returns whether there was a page.
    fn poll_ready(&mut self, context: &mut Context<'_>) -> Poll<Result<bool, Error>> {
        if self.left == Some(0) {
            return Poll::Ready(Ok(false));
        }
        if !self.ready.is_empty() {
            return Poll::Ready(Ok(true));
        }
        // The page after the last one needed is not prefetched.
        if self.left.is_some_and(|left| i64::try_from(left).is_ok_and(|left| left <= self.pages.size())) {
            self.pages.set_read_ahead(false);
        }
        self.pages.poll_items(context).map(|page| match page {
            Some(page) => page.map(|items| {
                self.ready = items;
                true
            }),
            None => Ok(false),
        })
    }
}

impl<T: Unpin> Stream for Items<T> {
    type Item = Result<T, Error>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        while ready!(self.poll_ready(context))? {
            if let Some(item) = self.ready.pop_front() {
                self.left = self.left.map(|left| left - 1);
                return Poll::Ready(Some(Ok(item)));
            }
        }
        Poll::Ready(None)
    }
}

impl<T> fmt::Debug for Items<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Items").field("ready", &self.ready.len()).field("left", &self.left).finish_non_exhaustive()
    }
}
