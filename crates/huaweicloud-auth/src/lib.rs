#![doc = include_str!("../README.md")]

mod chain;
mod context;
mod environment;
mod file;
mod ids;
mod keys;
mod loader;
mod refreshing;
mod regions;
mod source;
mod sources;

pub use chain::Chain;
pub use context::Context;
pub use environment::Environment;
pub use loader::{Loader, from_env};
pub use refreshing::RefreshingCredentials;
pub use source::{CredentialSource, LoadedCredentials, Lookup};
pub use sources::{
    Agency, AgencyOwner, EnvironmentVariables, Federation, Metadata, Oidc, Password, PodIdentity, Process, Profile,
    TokenScope,
};
