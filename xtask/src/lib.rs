#![doc = include_str!("../README.md")]
#![allow(missing_docs, reason = "a tool of this workspace; only `document` is read by more than its neighbours")]

pub mod deviations;
pub mod docs;
pub mod document;
pub mod draft;
pub mod drift;
pub mod emit;
pub mod files;
pub mod generate;
pub mod judge;
mod kind;
pub mod lint;
mod names;
pub mod notices;
pub mod output;
pub mod package;
pub mod score;
pub mod semver;
pub mod spec;
mod tables;
pub mod timings;
pub mod wire;
