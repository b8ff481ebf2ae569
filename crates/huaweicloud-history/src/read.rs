//! Reading: the records of one thing, as the service lists them.

use std::{
    fmt,
    pin::Pin,
    task::{Context, Poll, ready},
};

use futures_core::Stream;
use futures_util::stream;
use huaweicloud_core::{
    Client, Config, EpochMillis, Error,
    dynamic::{Call, Item},
};

use crate::{
    calls::{Gate, PageCalls},
    failure::{Failure, Missed, Subject},
    thing::Thing,
};

/// A stream of the records of a thing, in the order in which the service lists them.
///
/// What was read is returned before a failure, which is the end. Dropping the stream ends the call in flight.
///
/// ```no_run
/// # async fn example(config: &huaweicloud_core::Config) -> Result<(), huaweicloud_history::ThingError> {
/// use huaweicloud_history::{Records, Thing};
///
/// let thing = Thing::parse("osm/CS2209231530", huaweicloud_catalog::services())?;
/// let mut records = Records::new(config, &thing, None, None);
/// while let Some(record) = records.next().await {
///     match record {
///         Ok(record) => println!("{}", record.text()),
///         Err(failure) => eprintln!("{failure}"),
///     }
/// }
/// # Ok(())
/// # }
/// ```
#[must_use = "streams do nothing unless polled"]
pub struct Records {
    subject: String,
    is_listed: bool,
    calls: Result<PageCalls, Option<Error>>,
    ready: std::vec::IntoIter<Item>,
    read: usize,
}

impl Records {
    /// Creates a stream of the records of a thing. The times are sent to the service if it takes them; otherwise all
    /// records are read.
    ///
    /// It makes its calls on the current Tokio runtime.
    pub fn new(config: &Config, thing: &Thing, since: Option<&EpochMillis>, until: Option<&EpochMillis>) -> Self {
        Self::through(Gate::new(1), config, thing, [since, until], true)
    }

    /// Creates a stream whose calls go through a gate.
    pub(crate) fn through(
        gate: Gate,
        config: &Config,
        thing: &Thing,
        span: [Option<&EpochMillis>; 2],
        read_ahead: bool,
    ) -> Self {
        let kind = thing.kind();
        let items = || {
            let client = Client::new(config, kind.service().metadata)?;
            let mut call = Call::new(client, kind.operation()).arguments(thing.arguments().clone());
            // Services accept times of 13 digits. Any other time is before all records, or after them.
            let usable = |time: &&EpochMillis| time.as_millis().is_some_and(|millis| millis.to_string().len() == 13);
            for (name, time) in [kind.mapping().since, kind.mapping().until].into_iter().zip(span) {
                if let (Some(name), Some(time)) = (name, time.filter(usable)) {
                    call = call.argument(name, time.to_string());
                }
            }
            call.items()
        };
        let calls = items().map(|items| PageCalls::new(items, gate, read_ahead)).map_err(Some);
        let ready = Vec::new().into_iter();
        Self { subject: thing.to_string(), is_listed: thing.is_listed(), calls, ready, read: 0 }
    }

    /// Returns the next record, or `None` after the last.
    pub async fn next(&mut self) -> Option<Result<Item, Failure>> {
        stream::StreamExt::next(self).await
    }

    /// Returns the number of records that came in front while the history was read, and are not part of it.
    #[must_use]
    pub fn added_in_front(&self) -> usize {
        self.calls.as_ref().map_or(0, PageCalls::added_in_front)
    }

    /// Returns why no call can be made, if none can.
    pub(crate) fn refused(&mut self) -> Option<Failure> {
        let error = self.calls.as_mut().err()?.take()?;
        Some(self.missed(Missed::Failed(error)))
    }

    /// Returns the failure of what was missed after the records so far.
    pub(crate) fn missed(&self, missed: Missed) -> Failure {
        Failure::missed(self.subject.clone(), Subject::Thing { is_listed: self.is_listed }, self.read, missed)
    }

    /// Returns the records of the next page, or `None` after the last.
    pub(crate) fn poll_page(&mut self, context: &mut Context<'_>) -> Poll<Option<Result<Vec<Item>, Failure>>> {
        let page = match &mut self.calls {
            Ok(calls) => ready!(calls.poll_page(context)),
            Err(error) => error.take().map(|error| Err(Missed::Failed(error))),
        };
        Poll::Ready(page.map(|page| match page {
            Ok(items) => {
                self.read += items.len();
                Ok(items)
            }
            Err(missed) => Err(self.missed(missed)),
        }))
    }
}

impl Stream for Records {
    type Item = Result<Item, Failure>;

    fn poll_next(mut self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Self::Item>> {
        loop {
            if let Some(item) = self.ready.next() {
                return Poll::Ready(Some(Ok(item)));
            }
            match ready!(self.poll_page(context)) {
                Some(Ok(items)) => self.ready = items.into_iter(),
                Some(Err(failure)) => return Poll::Ready(Some(Err(failure))),
                None => return Poll::Ready(None),
            }
        }
    }
}

impl fmt::Debug for Records {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Records").field("subject", &self.subject).field("read", &self.read).finish_non_exhaustive()
    }
}
