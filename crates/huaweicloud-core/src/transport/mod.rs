//! The transport of a call: authenticate, send, classify, retry, decode.

pub(crate) mod classify;
pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod retry;
