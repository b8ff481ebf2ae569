#![doc = include_str!("../README.md")]

mod chain;
mod environment;
mod file;
mod ids;
mod loader;
mod metadata;
mod password;
mod profile;
mod refreshing;
mod regions;
mod source;

pub use chain::Chain;
pub use environment::Environment;
pub use loader::{Loader, from_env};
pub use metadata::Metadata;
pub use password::{Password, TokenScope};
pub use profile::Profile;
pub use refreshing::RefreshingCredentials;
pub use source::{CredentialSource, LoadedCredentials, Lookup};
