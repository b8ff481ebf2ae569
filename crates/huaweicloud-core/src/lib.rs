#![doc = include_str!("../README.md")]

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
    http::{ResponseBody, Transport},
    retry::RetryPolicy,
};
pub use violation::Violation;
