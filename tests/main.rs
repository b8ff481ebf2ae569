//! What users of the workspace may rely on. One binary, because linking is what tests wait for.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod errors;
mod examples;
mod mutations;
mod outline;
mod signing;
mod strict;
mod support;
mod tidy;
mod wire;
