//! What goes wrong, as a sentence on stderr and an exit code.

use std::{error::Error as _, process::ExitCode};

use huaweicloud_core::{Error, ErrorKind};

/// The service said no.
pub const REFUSED: u8 = 1;
/// The command was used wrongly; nothing was sent.
pub const WRONG_USE: u8 = 2;
/// The service could not be reached, or its response cannot be trusted.
pub const UNREACHABLE: u8 = 3;

/// Why a command failed.
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

    /// Whether the service said no to this one thing, so that another may be worth asking for.
    pub fn is_refusal(&self) -> bool {
        self.refusal
    }

    /// Several failures as one, with the gravest code; nothing of none.
    pub fn all(failures: Vec<Self>) -> Option<Self> {
        failures.into_iter().reduce(|all, next| Self {
            code: all.code.max(next.code),
            message: format!("{}\nhwc: {}", all.message, next.message),
            refusal: false,
        })
    }

    /// The same failure with what it is about.
    pub fn about(mut self, what: &str) -> Self {
        self.message = format!("{what}: {}", self.message);
        self
    }

    /// The same failure with what to do, on a line of its own.
    pub fn hint(mut self, hint: &str) -> Self {
        self.message = format!("{}\n     {hint}", self.message);
        self
    }

    /// Prints the sentence.
    pub fn report(&self) -> ExitCode {
        // A service's words are not to be trusted with the terminal.
        let message: String =
            self.message.chars().map(|c| if c.is_control() && c != '\n' { '\u{fffd}' } else { c }).collect();
        eprintln!("hwc: {message}");
        ExitCode::from(self.code)
    }
}

impl From<Error> for Failure {
    fn from(error: Error) -> Self {
        let code = match error.kind() {
            // A proxy before the service fails like this; nobody said no.
            ErrorKind::Service if error.code().is_none() && error.status() >= Some(500) => UNREACHABLE,
            ErrorKind::Service => REFUSED,
            ErrorKind::InvalidRequest | ErrorKind::Config | ErrorKind::Credentials => WRONG_USE,
            _ => UNREACHABLE,
        };
        let mut message = error.to_string();
        // A cause says why; the innermost one says it best.
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
        // Keys that are not accepted and a service that is overloaded are so for every call.
        let refusal = error.kind() == ErrorKind::Service && !error.is_unauthenticated() && !error.is_retryable();
        Self { code, message, refusal }
    }
}

impl From<std::io::Error> for Failure {
    fn from(error: std::io::Error) -> Self {
        Self::unreachable(error.to_string())
    }
}
