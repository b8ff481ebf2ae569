//! Where credentials come from: a machine that is set up for the official SDKs just works.
//!
//! ```no_run
//! # async fn example() -> Result<(), huaweicloud_core::Error> {
//! // Credentials from the environment, the profile file or the metadata of the machine, in this order.
//! let config = huaweicloud_auth::Loader::new().region("cn-north-4").load().await?.build()?;
//! # Ok(())
//! # }
//! ```
//!
//! | source | names |
//! |---|---|
//! | environment | `HUAWEICLOUD_SDK_AK`, `HUAWEICLOUD_SDK_SK`, `HUAWEICLOUD_SDK_SECURITY_TOKEN`, `HUAWEICLOUD_SDK_PROJECT_ID`, `HUAWEICLOUD_SDK_DOMAIN_ID`; of our own: `HUAWEICLOUD_SDK_AUTH_TOKEN` (an IAM token), `HUAWEICLOUD_SDK_REGION` |
//! | profile | `~/.huaweicloud/credentials` or `HUAWEICLOUD_SDK_CREDENTIALS_FILE`; sections `[basic]` and `[global]`; keys `ak`, `sk`, `security_token`, `project_id`, `domain_id` |
//! | metadata | the agency of an ECS server, by either generation of the protocol; of our own: `HUAWEICLOUD_SDK_METADATA_DISABLED=true` leaves it out |
//! | endpoints | `HUAWEICLOUD_SDK_REGION_<SERVICE>_<REGION>`, `~/.huaweicloud/regions.yaml` or `HUAWEICLOUD_SDK_REGIONS_FILE`, `HUAWEICLOUD_SDK_IAM_ENDPOINT` |
//!
//! Temporary keys and tokens are renewed before they end, by one caller while the others wait, and once more when the
//! gateway says that they have expired. Project id and domain id are looked up through IAM when they are needed and
//! not set.
//!
//! What this crate does not do: federation (OIDC, id tokens), pod identity, and second factors.

mod chain;
mod environment;
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
