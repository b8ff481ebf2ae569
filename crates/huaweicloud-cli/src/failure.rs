//! Failures of a command, with their exit codes.

use std::{error::Error as _, process::ExitCode};

use huaweicloud_core::{Error, ErrorKind};

use crate::output;

/// The exit code if the service reported an error.
pub const REFUSED: u8 = 1;
/// The exit code if the usage is wrong or there are no credentials.
pub const WRONG_USE: u8 = 2;
/// The exit code if the service cannot be reached or its response cannot be trusted.
pub const UNREACHABLE: u8 = 3;

/// The failure of a command: an exit code and a message.
#[derive(Debug)]
pub struct Failure {
    code: u8,
    /// Without hidden characters: every line break is one of this program.
    message: String,
    is_local: bool,
}

impl Failure {
    fn new(code: u8, message: &str) -> Self {
        Self { code, message: output::visible(message), is_local: false }
    }

    pub fn wrong_use(message: impl AsRef<str>) -> Self {
        Self::new(WRONG_USE, message.as_ref())
    }

    pub fn unreachable(message: impl AsRef<str>) -> Self {
        Self::new(UNREACHABLE, message.as_ref())
    }

    /// Creates a failure of one item of a list.
    pub fn of_item(message: impl AsRef<str>) -> Self {
        Self { is_local: true, ..Self::new(REFUSED, message.as_ref()) }
    }

    /// Returns whether only this request failed, so that requests for other subjects may succeed.
    pub fn is_local(&self) -> bool {
        self.is_local
    }

    /// Attributes the failure to the service: an id that no request can have was listed, not given by the user.
    pub fn with_listed_id(mut self) -> Self {
        if self.code == WRONG_USE {
            self.code = REFUSED;
        }
        self
    }

    /// Combines several failures into one with the highest exit code. Returns `None` if there are none.
    pub fn all(failures: Vec<Self>) -> Option<Self> {
        failures.into_iter().reduce(|all, next| Self {
            code: all.code.max(next.code),
            message: format!("{}\nhwc: {}", all.message, next.message),
            is_local: false,
        })
    }

    /// Prefixes the message with the subject of the failure.
    pub fn about(mut self, what: &str) -> Self {
        self.message = format!("{}: {}", output::visible(what), self.message);
        self
    }

    /// Adds a hint on a line of its own.
    pub fn hint(mut self, hint: &str) -> Self {
        self.message = format!("{}\n     {hint}", self.message);
        self
    }

    /// Prints the message to stderr and returns the exit code.
    pub fn report(&self) -> ExitCode {
        output::message(format_args!("hwc: {}", self.message));
        ExitCode::from(self.code)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match error.kind() {
            // A proxy in front of the service fails like this: the service has not rejected anything.
            ErrorKind::Service if error.code().is_none() && error.status() >= Some(500) => UNREACHABLE,
            ErrorKind::Service => REFUSED,
            ErrorKind::InvalidRequest | ErrorKind::Config | ErrorKind::Credentials => WRONG_USE,
            _ => UNREACHABLE,
        };
        let mut message = error.to_string();
        // The innermost cause is the most specific one.
        let mut cause = error.source();
        while let Some(inner) = cause.and_then(std::error::Error::source) {
            cause = Some(inner);
        }
        if let Some(cause) = cause.map(ToString::to_string).filter(|cause| !message.contains(cause)) {
            message = format!("{message}: {cause}");
        }
        let failure = Self::new(code, &message);
        if error.is_unauthenticated() {
            return failure.hint("check the keys, their region, and that the clock of this machine is right");
        }
        let is_local = match error.kind() {
            // An overloaded service affects every call.
            ErrorKind::Service => !error.is_retryable(),
            ErrorKind::InvalidRequest
            | ErrorKind::UnexpectedResponse
            | ErrorKind::Decode
            | ErrorKind::PaginationLimit => true,
            _ => false,
        };
        Self { is_local, ..failure }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::unreachable(error.to_string())
    }
}
