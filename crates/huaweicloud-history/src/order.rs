//! Order: histories that are sorted each become one that is sorted.

use std::{
    cmp::Ordering,
    collections::BinaryHeap,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use futures_util::{
    StreamExt as _,
    stream::{Enumerate, Fuse, FuturesUnordered, StreamFuture},
};

use crate::{event::Event, failure::Failure};

/// Merges histories, each of which is sorted with the newest event first, into one. Events without a time come last.
///
/// One event of each history is held. A failure is returned when it comes; what is out of order is returned late, but
/// not lost.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() {
/// use futures_util::{StreamExt as _, stream};
/// use huaweicloud_history::{Event, Failure, newest_first};
///
/// # fn at(time: &str) -> Result<Event, Failure> {
/// #     let event = serde_json::json!({"schema_version": 1, "id": time, "time": time, "time_text": null, "service": "",
/// #         "operation": "", "thing": "", "actor": {"id": null, "name": null}, "action": null, "detail": null,
/// #         "changes": [], "region": null, "account": null, "project": null, "record": {}});
/// #     Ok(serde_json::from_str(&event.to_string()).unwrap())
/// # }
/// let one = stream::iter([at("2026-11-26T08:00:00Z"), at("2026-11-20T08:00:00Z")]);
/// let other = stream::iter([at("2026-11-24T08:00:00Z"), at("2026-11-19T08:00:00Z")]);
/// let merged: Vec<_> = newest_first(stream::iter([one, other])).map(|event| event.unwrap().id).collect().await;
/// assert_eq!(merged, ["2026-11-26T08:00:00Z", "2026-11-24T08:00:00Z", "2026-11-20T08:00:00Z", "2026-11-19T08:00:00Z"]);
/// # }
/// ```
pub fn newest_first<H, S>(histories: H) -> impl Stream<Item = Result<Event, Failure>>
where
    H: Stream<Item = S> + Unpin,
    S: Stream<Item = Result<Event, Failure>> + Unpin,
{
    Merged { histories: histories.fuse().enumerate(), waiting: FuturesUnordered::new(), heads: BinaryHeap::new() }
}

/// A history with its place among the others.
struct Indexed<S> {
    index: usize,
    history: S,
}

impl<S: Stream + Unpin> Stream for Indexed<S> {
    type Item = S::Item;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<S::Item>> {
        self.history.poll_next_unpin(context)
    }
}

/// The newest event that is left of a history, and the rest of it.
struct Head<S> {
    event: Event,
    rest: Indexed<S>,
}

impl<S> Ord for Head<S> {
    fn cmp(&self, other: &Self) -> Ordering {
        // Of events of the same time, that of the first history comes first.
        self.event.time.cmp(&other.event.time).then_with(|| other.rest.index.cmp(&self.rest.index))
    }
}

impl<S> PartialOrd for Head<S> {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

impl<S> PartialEq for Head<S> {
    fn eq(&self, other: &Self) -> bool {
        self.cmp(other) == Ordering::Equal
    }
}

impl<S> Eq for Head<S> {}

struct Merged<H, S> {
    /// Histories that are not known yet.
    histories: Enumerate<Fuse<H>>,
    /// Histories whose next event is not known yet.
    waiting: FuturesUnordered<StreamFuture<Indexed<S>>>,
    heads: BinaryHeap<Head<S>>,
}

impl<H, S> Stream for Merged<H, S>
where
    H: Stream<Item = S> + Unpin,
    S: Stream<Item = Result<Event, Failure>> + Unpin,
{
    type Item = Result<Event, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        let all_known = loop {
            match self.histories.poll_next_unpin(context) {
                Poll::Ready(Some((index, history))) => self.waiting.push(Indexed { index, history }.into_future()),
                Poll::Ready(None) => break true,
                Poll::Pending => break false,
            }
        };
        while !self.waiting.is_empty() {
            match ready!(self.waiting.poll_next_unpin(context)) {
                Some((Some(Ok(event)), rest)) => self.heads.push(Head { event, rest }),
                Some((Some(Err(failure)), rest)) => {
                    self.waiting.push(rest.into_future());
                    return Poll::Ready(Some(Err(failure)));
                }
                Some((None, _)) | None => {}
            }
        }
        if !all_known {
            return Poll::Pending;
        }
        let Some(Head { event, rest }) = self.heads.pop() else { return Poll::Ready(None) };
        self.waiting.push(rest.into_future());
        Poll::Ready(Some(Ok(event)))
    }
}
