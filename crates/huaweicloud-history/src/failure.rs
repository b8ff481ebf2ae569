//! What could not be read, and why.

use std::{error::Error as StdError, fmt};

use huaweicloud_core::{Error, ErrorKind};

/// A thing, or a part of one, that could not be read. `Display` is a sentence that names it, and says what was read and
/// what was not.
///
/// A stream of events goes on after a failure.
#[derive(Debug)]
#[non_exhaustive]
pub struct Failure {
    /// What the failure is about: a thing such as `osm/CS1`, or a service such as `osm`.
    pub subject: String,
    /// What happened.
    pub kind: FailureKind,
    /// Number of records, or of items of a list, that were read before.
    pub read: usize,
    /// Whether the thing was found in a list, so that its id is not the caller's.
    pub listed: bool,
    message: String,
    error: Option<Error>,
}

/// What happened to a thing that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A list of things could not be read to its end: what follows is unknown.
    List,
    /// A list has an item whose id no request can have: this thing is left out.
    Item,
    /// Nothing of the history could be read.
    Unread,
    /// The history was read in part.
    Partial,
    /// The thing was listed, but does not exist any more.
    Gone,
    /// The history was not asked for, because calls before it could not reach the service.
    Skipped,
}

impl Failure {
    pub(crate) fn of_list(subject: String, listed: bool, read: usize, error: Error) -> Self {
        let message = match read {
            0 => String::new(),
            _ => format!("; of the list before it {read} items were read, what follows them is missing"),
        };
        Self { subject, kind: FailureKind::List, read, listed, message, error: Some(error) }
    }

    pub(crate) fn of_item(subject: String, message: String) -> Self {
        Self { subject, kind: FailureKind::Item, read: 0, listed: true, message, error: None }
    }

    pub(crate) fn unlisted(subject: String, message: String) -> Self {
        Self { subject, kind: FailureKind::List, read: 0, listed: false, message, error: None }
    }

    pub(crate) fn of_thing(subject: String, listed: bool, read: usize, error: Error) -> Self {
        let (kind, message) = match read {
            0 if listed && error.is_not_found() => (FailureKind::Gone, "is gone since it was listed".to_owned()),
            0 => (FailureKind::Unread, String::new()),
            _ => (FailureKind::Partial, format!("; {read} records before it were read, what follows them is missing")),
        };
        Self { subject, kind, read, listed, message, error: Some(error) }
    }

    pub(crate) fn skipped(subject: String, listed: bool, after: u32) -> Self {
        let message = format!("was not read: the {after} calls of this service before could not be made either");
        Self { subject, kind: FailureKind::Skipped, read: 0, listed, message, error: None }
    }

    /// Returns the error of the call that failed, if one did.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }

    /// Returns whether the failure concerns only its subject: the service has answered, and calls for others may succeed.
    #[must_use]
    pub fn is_local(&self) -> bool {
        let Some(error) = &self.error else { return self.kind != FailureKind::Skipped };
        match error.kind() {
            // An overloaded service affects every call.
            ErrorKind::Service => !error.is_unauthenticated() && !error.is_retryable(),
            ErrorKind::InvalidRequest
            | ErrorKind::UnexpectedResponse
            | ErrorKind::Decode
            | ErrorKind::PaginationLimit => true,
            _ => false,
        }
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { subject, message, .. } = self;
        match (&self.error, self.kind) {
            (Some(error), FailureKind::Gone) => write!(f, "{subject} {message}: {error}"),
            (Some(error), _) => write!(f, "{subject}: {error}{message}"),
            (None, FailureKind::Skipped) => write!(f, "{subject} {message}"),
            (None, _) => write!(f, "{subject}: {message}"),
        }
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.as_ref().and_then(StdError::source)
    }
}
