//! The state of an iteration over pages: where the next page begins, which items are new, and whether any is missing.

use std::{
    collections::{HashSet, VecDeque},
    hash::{BuildHasher as _, Hasher as _, RandomState},
    io,
};

use crate::{
    codegen::write::Json,
    error::{Error, ErrorKind},
    metadata::{Operation, PageStyle, Pagination},
    request::Request,
};

pub(super) struct PageState<T> {
    pub(super) position: i64,
    /// The marker of the next page, where pages are selected by one; `None` for that of the request.
    pub(super) marker: Option<String>,
    /// The markers so far.
    markers: Known,
    /// Whether the request begins at a marker, so that nobody knows how many items are before it.
    begins_anywhere: bool,
    pub(super) size: i64,
    /// Number of items before the next page, in the list as it is now.
    seen: i64,
    pub(super) total: Option<i64>,
    /// How many items the total has grown by since the first page.
    grown: i64,
    order: Order,
    /// The items of earlier pages, if the service gives ids.
    known: Known,
    /// How many of the next items were on earlier pages, because as many came in front of them.
    shift: usize,
    /// How many of the next items were on the page before, because the last page that can be reached begins there.
    overlap: usize,
    /// How many items in all were on an earlier page already.
    pub(super) repeated: usize,
    /// The positions of these items in the latest page.
    pub(super) repeats: Vec<usize>,
    /// Whether items were added, and nothing says where.
    in_doubt: bool,
    /// First and last item of the previous page.
    previous: Option<(T, T)>,
    pub(super) done: bool,
    /// The error that ends the stream after the page that revealed it.
    pub(super) failure: Option<Error>,
}

/// The order of the items by time.
#[derive(Clone, Copy, PartialEq)]
enum Order {
    NewestFirst,
    OldestFirst,
    Unknown,
}

impl Order {
    /// Returns the order that the arguments of a request select.
    fn of(request: &Request) -> Self {
        let order = request.operation.pagination.as_ref().and_then(|pagination| pagination.order);
        let Some(order) = order else { return Self::Unknown };
        match request.get(order.argument) {
            None => Self::NewestFirst,
            Some(Json::Text(value)) if value.eq_ignore_ascii_case(order.newest_first) => Self::NewestFirst,
            Some(Json::Text(value)) if value.eq_ignore_ascii_case(order.oldest_first) => Self::OldestFirst,
            Some(_) => Self::Unknown,
        }
    }
}

impl<T> PageState<T> {
    /// Starts at the position and with the page size of the request; by default at the beginning, with the largest
    /// size.
    pub(super) fn new(request: &Request) -> Self {
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
        let mut state = Self {
            position,
            marker: None,
            markers: Known::default(),
            begins_anywhere: matches!(style, PageStyle::Marker { parameter, .. } if request.get(parameter).is_some()),
            size,
            seen: 0,
            total: None,
            grown: 0,
            order: Order::of(request),
            known: Known::default(),
            shift: 0,
            overlap: 0,
            repeated: 0,
            repeats: Vec::new(),
            in_doubt: false,
            previous: None,
            done: size == 0 && largest > 0,
            failure: None,
        };
        state.start_at(request.operation, position.max(first));
        state
    }

    pub(super) fn start_at(&mut self, operation: &Operation, position: i64) {
        self.position = position;
        self.seen = match operation.pagination.as_ref().map(|pagination| pagination.style) {
            Some(PageStyle::Page { first, .. }) => (position - i64::from(first)).saturating_mul(self.size),
            _ => position,
        };
    }

    /// Returns the request for the next page.
    pub(super) fn request(&self, request: &Request) -> Request {
        let mut request = request.clone();
        if let Some(pagination) = &request.operation.pagination
            && let Some(parameter) = pagination.style.parameter()
        {
            // The size before the position, as it was set first.
            if let Some(size) = pagination.size {
                request.place(size.parameter, Json::Integer(self.size));
            }
            match (pagination.style, &self.marker) {
                (PageStyle::Marker { .. }, Some(marker)) => request.place(parameter, Json::Text(marker.clone().into())),
                (PageStyle::Marker { .. }, None) => {}
                _ => request.place(parameter, Json::Integer(self.position)),
            }
        }
        request
    }
}

impl<T: Clone + PartialEq> PageState<T> {
    /// Processes a page and determines the next position. Returns an error if the page itself cannot be trusted; an
    /// error that only prevents further pages is kept in `failure`, to follow the page.
    pub(super) fn step(
        &mut self,
        pagination: Option<&Pagination>,
        items: &[T],
        ids: &[Json<'_>],
        total: Option<i64>,
        marker: Option<&str>,
    ) -> Result<(), Error> {
        let growth = match (self.total, total) {
            (Some(before), Some(now)) if now < before => {
                return Err(broken(format!(
                    "the whole shrank from {before} to {now} items while it was read, so some may have been missed; \
                     read it again"
                )));
            }
            // Totals are what the service says, and may be any integers.
            (Some(before), Some(now)) => now.saturating_sub(before),
            _ => 0,
        };
        self.grown = self.grown.saturating_add(growth);
        self.total = total.or(self.total);
        // What comes in elsewhere does not move a page that a marker selects.
        let is_anchored = pagination.is_some_and(|pagination| matches!(pagination.style, PageStyle::Marker { .. }));
        let moved = if is_anchored { 0 } else { usize::try_from(growth).unwrap_or(usize::MAX) };
        self.find_repeats(items.len(), ids, moved);
        if self.is_repetition(items, growth) {
            return Err(broken(format!("the page at position {} repeats the page before it", self.position)));
        }
        self.previous = items.first().cloned().zip(items.last().cloned()).or_else(|| self.previous.take());
        let count = i64::try_from(items.len()).unwrap_or(i64::MAX);
        if is_anchored {
            self.go_on_from(marker.filter(|marker| !marker.is_empty()), count);
        } else {
            self.go_on(pagination, count);
        }
        Ok(())
    }

    /// Determines which items of a page were on an earlier page.
    fn find_repeats(&mut self, count: usize, ids: &[Json<'_>], growth: usize) {
        self.repeats.clear();
        self.shift = self.shift.saturating_add(growth);
        let overlap = std::mem::take(&mut self.overlap);
        let ids: Option<Vec<u64>> = ids.iter().map(|id| self.known.hash(id)).collect();
        if let Some(ids) = ids.filter(|ids| ids.len() == count) {
            self.repeats.extend((0..count).filter(|index| self.known.contains(ids[*index])));
            ids.into_iter().for_each(|id| self.known.insert(id));
            self.in_doubt |= growth > Known::MOST;
        } else {
            // What came in front has moved everything else back.
            let shift = if self.order == Order::NewestFirst { self.shift } else { 0 };
            self.repeats.extend(0..count.min(shift.saturating_add(overlap)));
            self.shift -= self.repeats.len().saturating_sub(overlap).min(self.shift);
            self.in_doubt |= growth > 0 && self.order == Order::Unknown;
        }
        self.repeated += self.repeats.len().saturating_sub(overlap);
    }

    /// Returns whether a page is the previous one once more, so that the service ignores the position.
    fn is_repetition(&self, items: &[T], growth: i64) -> bool {
        let (Some(first), Some(last)) = (items.first(), items.last()) else { return false };
        if self.repeats.len() == items.len() {
            // So many items were not added.
            return i64::try_from(self.repeated).is_ok_and(|repeated| repeated > self.grown);
        }
        let are_same = self.previous.as_ref().is_some_and(|previous| (&previous.0, &previous.1) == (first, last));
        // Neighbours may be equal, and items that came in front move a page; the total limits how often.
        let may_be_equal = self.total.is_some() && (first == last || growth > 0);
        are_same && self.known.is_empty() && !may_be_equal
    }

    /// Continues at a marker after a page with this number of items, or ends without one.
    fn go_on_from(&mut self, marker: Option<&str>, count: i64) {
        self.seen = self.seen.saturating_add(count);
        // What came in front is not behind a marker, and what came in behind need not be.
        let promised = self.total.map_or(0, |total| total.saturating_sub(self.grown));
        let missing = if self.begins_anywhere { 0 } else { promised.saturating_sub(self.seen) };
        let hash = marker.and_then(|marker| self.markers.hash(&Json::Array(vec![Json::Text(marker.into())])));
        self.failure = match (marker, hash) {
            (Some(marker), Some(hash)) if self.markers.contains(hash) => Some(broken(format!(
                "the marker {marker:?} of the next page was that of an earlier one, so that the list has no end"
            ))),
            (None, _) if missing > 0 => {
                Some(broken(format!("the list ends after {} items, but {missing} more are promised", self.seen)))
            }
            _ => None,
        };
        if let Some(hash) = hash {
            self.markers.insert(hash);
        }
        self.done = marker.is_none() || self.failure.is_some();
        self.marker = marker.map(str::to_owned);
        self.position = self.seen;
    }

    /// Determines the position of the next page after a page with this number of items.
    fn go_on(&mut self, pagination: Option<&Pagination>, count: i64) {
        self.seen = self.seen.saturating_add(count);
        let style = pagination.map_or(PageStyle::Whole, |pagination| pagination.style);
        // A total below the number of items received is ignored.
        let missing = self.total.map(|total| total.saturating_sub(self.seen)).filter(|missing| *missing >= 0);
        let more = missing.map_or(count > 0 && count >= self.size, |missing| missing > 0);
        let (next, max) = match style {
            PageStyle::Whole => (0, -1),
            PageStyle::Offset { max, .. } => (self.position.saturating_add(self.size), i64::from(max)),
            PageStyle::Page { max, .. } => (self.position.saturating_add(1), i64::from(max)),
            PageStyle::Marker { .. } => return,
        };
        let missing = missing.unwrap_or_default();
        let next = match style {
            // The last items that can be reached are on a page that begins on this one.
            PageStyle::Offset { .. } if more && next > max && self.position < max => {
                self.overlap = usize::try_from(next - max).unwrap_or(usize::MAX);
                self.seen = self.seen.saturating_sub(next - max);
                max
            }
            _ => next,
        };
        self.failure = match style {
            _ if !more && self.in_doubt => Some(broken(format!(
                "{} items were added while the list was read; it has neither ids nor a known order, so some items may \
                 have come twice or not at all; read it again",
                self.grown
            ))),
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
    }
}

fn broken(message: String) -> Error {
    Error::new(ErrorKind::UnexpectedResponse, message)
}

/// The ids of the latest items, as hashes, in memory that does not grow with the list.
#[derive(Default)]
struct Known {
    hashes: HashSet<u64>,
    oldest_first: VecDeque<u64>,
    state: RandomState,
}

impl Known {
    /// More items than come in while a page is read, and more than most services let one skip.
    const MOST: usize = 100_000;

    /// Returns the hash of an id, or `None` if the item has none.
    fn hash(&self, id: &Json<'_>) -> Option<u64> {
        let Json::Array(members) = id else { return None };
        if members.iter().all(Json::is_absent) {
            return None;
        }
        let mut writer = Hashing(self.state.build_hasher());
        serde_json::to_writer(&mut writer, id).ok()?;
        Some(writer.0.finish())
    }

    fn contains(&self, hash: u64) -> bool {
        self.hashes.contains(&hash)
    }

    fn is_empty(&self) -> bool {
        self.hashes.is_empty()
    }

    fn insert(&mut self, hash: u64) {
        if self.hashes.insert(hash) {
            self.oldest_first.push_back(hash);
        }
        if self.oldest_first.len() > Self::MOST
            && let Some(oldest) = self.oldest_first.pop_front()
        {
            self.hashes.remove(&oldest);
        }
    }
}

/// Hashes what is written.
struct Hashing<H>(H);

impl<H: std::hash::Hasher> io::Write for Hashing<H> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0.write(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}
