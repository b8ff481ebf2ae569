//! Runtime of the Huawei Cloud clients: what every generated client stands on.
//!
//! Data flows one way: [`Config`] → [`Client`] → transport → typed [`Response`] or [`Error`]. A generated crate adds
//! its types and builders; this crate knows no service by name.
//!
//! Users of a service crate need little of this: [`Config`], [`Credential`], [`Response`] and [`Error`], which every
//! service crate re-exports.
//!
//! What this crate does not do: fetch credentials from anywhere (they are given, or come from a [`Credentials`]
//! source), sign with V11 or SM3, follow redirects, or block a thread.

mod answer;
mod client;
mod clock;
mod config;
mod constrained;
mod credentials;
pub mod dynamic;
mod error;
mod json;
pub mod lenient;
mod list;
mod operation;
mod options;
mod pages;
mod raw;
mod redact;
mod request;
mod response;
mod retry;
mod secret;
pub mod sign;
pub mod strict;
pub mod time;

#[doc(hidden)]
pub use http;
#[doc(hidden)]
pub use serde;
#[doc(hidden)]
pub use serde_json;

pub use client::{Answer, Client};
pub use clock::{Clock, SystemClock};
#[doc(hidden)]
pub use config::local_http;
pub use config::{Config, ConfigBuilder, Endpoints};
pub use constrained::{Alphanumeric, Bounded, BoundedList, BoundedText, PathText, Violation};
pub use credentials::{Credential, Credentials, Ids};
pub use dynamic::BoxFuture;
pub use error::{Error, ErrorKind};
pub use json::{Json, ToJson};
pub use list::List;
pub use operation::{
    Endpoint, Entry, History, Kind, ListedBy, Location, Operation, Outcome, PageSize, PageStyle, Pagination, Parameter,
    Scope, Service, Words,
};
pub use options::CallOptions;
pub use pages::{Items, Paged, Pages};
pub use raw::RawRequest;
pub use request::{Request, Setting};
#[doc(hidden)]
pub use request::{UNSET, asked};
pub use response::Response;
pub use retry::RetryPolicy;
pub use secret::Secret;
pub use time::EpochMillis;
