//! Tests of the behaviour that users of the workspace may rely on, in one binary because linking takes the most time.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

mod auth;
mod changing;
mod errors;
mod examples;
mod faults;
mod gateway;
mod history;
mod modules;
mod mutations;
mod neighbours;
mod pages;
mod properties;
mod rules;
mod sandbox;
mod signing;
mod support;
mod tidy;
mod transport;
mod wiping;
mod wire;
