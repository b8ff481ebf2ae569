//! The transport of a call: authenticate, send, classify, retry, decode.

pub(crate) mod attempt;
mod authorise;
mod classify;
pub(crate) mod client;
pub(crate) mod clock;
pub(crate) mod decode;
pub(crate) mod http;
pub(crate) mod rate_limit;
pub(crate) mod reqwest;
pub(crate) mod retry;
mod target;
