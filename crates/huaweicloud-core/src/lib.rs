//! Runtime of the Huawei Cloud clients: what every generated client stands on.
//!
//! Data flows one way: [`Config`] → [`Client`] → transport → typed [`Response`] or [`Error`]. A generated crate adds
//! its models and request builders; this crate knows no service by name, and has three rooms:
//!
//! - the root, for applications; service crates re-export what stands in their signatures;
//! - [`metadata`], what the specs say of services and operations, as data;
//! - a hidden room that generated code stands on.
//!
//! What this crate does not do: fetch credentials from anywhere (they are given, or come from a [`CredentialsProvider`]
//! source), sign with V11 or SM3, follow redirects, or block a thread.

mod check;
#[doc(hidden)]
pub mod codegen;
mod config;
mod credentials;
#[cfg(feature = "dynamic")]
pub mod dynamic;
mod endpoint;
mod error;
mod future;
mod hash;
pub mod metadata;
mod options;
mod pages;
mod raw;
mod redact;
mod request;
mod response;
mod secret;
pub mod sign;
pub mod time;
mod tls;
mod transport;
mod violation;

pub use codegen::list::List;
pub use config::{Config, ConfigBuilder};
pub use credentials::{AccountIdResolver, Credential, CredentialsProvider};
pub use endpoint::EndpointResolver;
pub use error::{Error, ErrorKind};
pub use future::BoxFuture;
pub use http::Method;
pub use options::CallOptions;
pub use pages::{Items, PagePosition, Pages};
pub use raw::RawRequest;
pub use response::Response;
pub use secret::Secret;
pub use time::EpochMillis;
pub use transport::{
    client::Client,
    clock::{Clock, SystemClock},
    retry::RetryPolicy,
};
pub use violation::Violation;
