//! The sources of credentials. A new one is a file here and its lines in this one.

mod agency;
mod federation;
mod metadata;
mod oidc;
mod password;
mod pod_identity;
mod process;
mod profile;
mod variables;

use std::sync::Arc;

pub use agency::{Agency, AgencyOwner};
pub use federation::Federation;
pub use metadata::Metadata;
pub use oidc::Oidc;
pub use password::{Password, TokenScope};
pub use pod_identity::PodIdentity;
pub use process::Process;
pub use profile::Profile;
pub use variables::EnvironmentVariables;

use crate::CredentialSource;

/// Returns the sources of the standard chain, in order.
pub(crate) fn standard(metadata: Metadata) -> Vec<Arc<dyn CredentialSource>> {
    vec![
        Arc::new(Oidc::default()),
        Arc::new(EnvironmentVariables),
        Arc::new(Process::default()),
        Arc::new(Profile),
        Arc::new(metadata),
        Arc::new(PodIdentity::default()),
    ]
}
