//! Failures of a command, with their exit codes.

use huaweicloud_core::{Error, ErrorKind};
use huaweicloud_history::FailureKind;

use crate::output;

/// The exit code if the service reported an error.
pub const REFUSED: u8 = 1;
/// The exit code if the usage is wrong or there are no credentials.
pub const WRONG_USE: u8 = 2;
/// The exit code if the service cannot be reached or its response cannot be trusted.
pub const UNREACHABLE: u8 = 3;

/// The exit code if the user ended the command.
pub const INTERRUPTED: u8 = 130;

/// The failure of a command: an exit code and a message.
#[derive(Debug)]
pub struct Failure {
    code: Option<u8>,
    /// Without hidden characters: every line break is one of this program.
    message: String,
}

impl Failure {
    fn new(code: u8, message: &str) -> Self {
        Self { code: Some(code), message: output::visible(message) }
    }

    pub fn wrong_use(message: impl AsRef<str>) -> Self {
        Self::new(WRONG_USE, message.as_ref())
    }

    pub fn unreachable(message: impl AsRef<str>) -> Self {
        Self::new(UNREACHABLE, message.as_ref())
    }

    /// Adds a hint on a line of its own.
    pub fn hint(mut self, hint: &str) -> Self {
        self.message = format!("{}\n     {hint}", self.message);
        self
    }

    /// Returns the exit code, or `None` if the command has not failed.
    pub fn code(&self) -> Option<u8> {
        self.code
    }

    /// Returns the message, which has no hidden characters.
    pub fn message(&self) -> &str {
        &self.message
    }

    /// Prints the message to stderr.
    pub fn report(&self) {
        output::message(format_args!("hwc: {}", self.message));
    }
}

/// Returns the exit code for an error.
fn code(error: &Error) -> u8 {
    // A lookup of ids or credentials that reaches nothing is not wrong use.
    let lookups = std::iter::successors(std::error::Error::source(error), |cause| cause.source());
    let error = lookups.filter_map(|cause| cause.downcast_ref::<Error>()).last().unwrap_or(error);
    match error.kind() {
        // A proxy in front of the service fails like this: the service has not rejected anything.
        ErrorKind::Service if error.code().is_none() && error.status() >= Some(500) => UNREACHABLE,
        ErrorKind::Service => REFUSED,
        ErrorKind::InvalidRequest | ErrorKind::Config | ErrorKind::Credentials => WRONG_USE,
        _ => UNREACHABLE,
    }
}

/// Returns the message of an error with its innermost cause, which is the most specific one.
fn sentence(error: &(dyn std::error::Error + 'static)) -> String {
    let causes = std::iter::successors(error.source(), |cause| cause.source());
    let message = error.to_string();
    match causes.last().map(ToString::to_string).filter(|cause| !message.contains(cause)) {
        Some(cause) => format!("{message}: {cause}"),
        None => message,
    }
}

fn with_hint(failure: Failure, error: &Error) -> Failure {
    match error.is_unauthenticated() {
        true => failure.hint("check the keys, their region, and that the clock of this machine is right"),
        false => failure,
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        with_hint(Self::new(code(&error), &sentence(&error)), &error)
    }
}

impl From<huaweicloud_history::Failure> for Failure {
    fn from(failure: huaweicloud_history::Failure) -> Self {
        let code = match (failure.kind, failure.error().map(code)) {
            // Deleted since it was listed.
            (FailureKind::Gone, _) => None,
            // An id that no request can have was listed, not given by the user.
            (_, Some(WRONG_USE)) if failure.listed => Some(REFUSED),
            (_, Some(code)) => Some(code),
            (FailureKind::Item, None) => Some(REFUSED),
            (FailureKind::Unknown, None) => Some(WRONG_USE),
            (_, None) => Some(UNREACHABLE),
        };
        let reported = Self { code, message: output::visible(&sentence(&failure)) };
        match failure.error() {
            Some(error) => with_hint(reported, error),
            None => reported,
        }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::unreachable(error.to_string())
    }
}
