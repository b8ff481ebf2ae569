//! Failures of a command, with their exit codes.

use std::{error::Error as _, process::ExitCode};

use huaweicloud_core::{Error, ErrorKind};

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
    message: String,
    refusal: bool,
}

impl Failure {
    pub fn wrong_use(message: impl Into<String>) -> Self {
        Self { code: WRONG_USE, message: message.into(), refusal: false }
    }

    pub fn unreachable(message: impl Into<String>) -> Self {
        Self { code: UNREACHABLE, message: message.into(), refusal: false }
    }

    /// Returns whether the service rejected only this request, so that requests for other subjects may succeed.
    pub fn is_refusal(&self) -> bool {
        self.refusal
    }

    /// Combines several failures into one with the highest exit code. Returns `None` if there are none.
    pub fn all(failures: Vec<Self>) -> Option<Self> {
        failures.into_iter().reduce(|all, next| Self {
            code: all.code.max(next.code),
            message: format!("{}\nhwc: {}", all.message, next.message),
            refusal: false,
        })
    }

    /// Prefixes the message with the subject of the failure.
    pub fn about(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// Adds a hint on a line of its own.
    pub fn hint(mut self, hint: &str) -> Self {
        self.message = format!("{}\n     {hint}", self.message);
        self
    }

    /// Prints the message to stderr and returns the exit code.
    pub fn report(&self) -> ExitCode {
        // Messages of a service are untrusted: control characters could manipulate the terminal.
        let message: String =
            self.message.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect();
        eprintln!("hwc: {message}");
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
        if error.is_unauthenticated() {
            message.push_str("\n     check the keys, their region, and that the clock of this machine is right");
        }
        // Rejected credentials and an overloaded service affect every call.
        let refusal = error.kind() == ErrorKind::Service && !error.is_unauthenticated() && !error.is_retryable();
        Self { code, message, refusal }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::unreachable(error.to_string())
    }
}
