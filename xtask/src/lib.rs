//! Maintenance of the workspace. Data flows one way:
//!
//! ```text
//! specs/*/openapi.yaml ─ spec ─► lint ─► emit ─► judge (progenitor, typify) ─► package ─► files ─► write | --check
//!                             └─► names, kind, wire ─┘
//! saved pages ─ page ─┬─► drift (against the specs)
//!                     └─► draft (into a spec)
//! ```
//!
//! Every step is a module of its own. What is wrong is printed as one sentence with file and JSON pointer.

#![allow(missing_docs, reason = "a tool of this workspace; only `page` is read by more than its neighbours")]

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
pub mod package;
pub mod score;
pub mod semver;
pub mod spec;
mod tables;
pub mod timings;
pub mod wire;
