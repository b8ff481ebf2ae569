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
    /// A sentence with the subject.
    message: String,
    error: Option<Error>,
}

/// What happened to a thing that could not be read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
#[non_exhaustive]
pub enum FailureKind {
    /// A list of things could not be read to its end: what follows is unknown.
    List,
    /// There is nothing to list: the service is not known, or no list has the ids of its things.
    Unknown,
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

/// What a failure is about.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Subject {
    /// A list of things, which needs the id of a listed thing or not.
    List { of_listed: bool },
    /// A thing, which was found in a list or named.
    Thing { is_listed: bool },
}

/// Why a page of a list is missing.
#[derive(Debug)]
pub(crate) enum Missed {
    Failed(Error),
    /// The call was not made, because so many before it could not reach the service.
    Skipped(u32),
}

/// Returns whether an error concerns only its call: the service has answered, and other calls may succeed.
pub(crate) fn is_local(error: &Error) -> bool {
    match error.kind() {
        // An overloaded service affects every call.
        ErrorKind::Service => !error.is_unauthenticated() && !error.is_retryable(),
        ErrorKind::InvalidRequest | ErrorKind::UnexpectedResponse | ErrorKind::Decode | ErrorKind::PaginationLimit => {
            true
        }
        _ => false,
    }
}

impl Failure {
    /// Creates the failure of a list of things after some of its items, or of a history after some of its records.
    pub(crate) fn missed(subject: String, what: Subject, read: usize, missed: Missed) -> Self {
        let (things, listed) = match what {
            Subject::List { of_listed } => ("items", of_listed),
            Subject::Thing { is_listed } => ("records", is_listed),
        };
        let rest = format!("; {read} {things} before it were read, what follows them is missing");
        let rest = if read > 0 { rest } else { String::new() };
        let (kind, message, error) = match (missed, what) {
            (Missed::Failed(error), Subject::List { .. }) => {
                (FailureKind::List, format!(": {error}{rest}"), Some(error))
            }
            (Missed::Failed(error), _) if read > 0 => (FailureKind::Partial, format!(": {error}{rest}"), Some(error)),
            (Missed::Failed(error), _) if listed && error.is_not_found() => {
                (FailureKind::Gone, format!(" is gone since it was listed: {error}"), Some(error))
            }
            (Missed::Failed(error), _) => (FailureKind::Unread, format!(": {error}"), Some(error)),
            (Missed::Skipped(before), what) => {
                let why = format!("was not read: the {before} calls of this service before could not be made either");
                let (kind, what) = match what {
                    Subject::List { .. } => (FailureKind::List, "a list of things "),
                    _ if read > 0 => (FailureKind::Partial, "the rest "),
                    _ => (FailureKind::Skipped, ""),
                };
                (kind, format!(": {what}{why}{rest}"), None)
            }
        };
        Self { message: subject.clone() + &message, subject, kind, read, listed, error }
    }

    /// Creates the failure of an item of a list that cannot be a thing.
    pub(crate) fn of_item(subject: String, message: &str) -> Self {
        let message = format!("{subject}: {message}");
        Self { subject, kind: FailureKind::Item, read: 0, listed: true, message, error: None }
    }

    /// Creates the failure of a kind of things that no list knows.
    pub(crate) fn unlisted(subject: String, message: &str) -> Self {
        let message = format!("{subject}: {message}");
        Self { subject, kind: FailureKind::Unknown, read: 0, listed: false, message, error: None }
    }

    /// Returns the error of the call that failed, if one did.
    #[must_use]
    pub fn error(&self) -> Option<&Error> {
        self.error.as_ref()
    }
}

impl fmt::Display for Failure {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}

impl StdError for Failure {
    fn source(&self) -> Option<&(dyn StdError + 'static)> {
        self.error.as_ref().and_then(StdError::source)
    }
}
