//! Runtime of the generated Huawei Cloud clients: configuration, request signing, transport, pagination and errors.
//!
//! Data flows one way: [`Config`] → [`Client`] → transport → typed [`Response`] or [`Error`]. A generated crate adds
//! its models and request builders; this crate contains nothing specific to a service. It consists of:
//!
//! - the root, for applications; service crates re-export the types that occur in their signatures;
//! - [`metadata`], static descriptions of services and operations, generated from the specs;
//! - [`sign`] and [`time`], the request signature and the time formats of the services;
//! - a hidden module for generated code.
//!
//! This crate does not fetch credentials (they are set in the configuration or come from a [`CredentialsProvider`]),
//! sign with V11 or SM3, follow redirects, or block a thread.

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
