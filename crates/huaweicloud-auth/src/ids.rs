//! Lazy lookup of the caller's project id and domain id through IAM.

use huaweicloud_core::{AccountIdResolver, BoxFuture, Config, Error, ErrorKind};
use tokio::sync::OnceCell;

/// A resolver that looks up each id once and caches it.
#[derive(Debug)]
pub(crate) struct IamIds {
    pub(crate) config: Config,
    pub(crate) region: String,
    pub(crate) project: OnceCell<String>,
    pub(crate) domain: OnceCell<String>,
}

impl IamIds {
    async fn find_project(&self) -> Result<String, Error> {
        let failed = |reason: &str| {
            Error::new(
                ErrorKind::Credentials,
                format!("the project id of region {:?} {reason}; set HUAWEICLOUD_SDK_PROJECT_ID", self.region),
            )
        };
        let call = huaweicloud_iam::Client::new(&self.config)?.keystone_list_projects().name(self.region.as_str());
        let response =
            call.send().await.map_err(|error| failed(&format!("cannot be looked up: {error}")).with_source(error))?;
        let ids: Vec<&str> = response.projects.iter().filter_map(|project| project.id.as_deref()).collect();
        match ids[..] {
            [id] => Ok(id.to_owned()),
            [] => Err(failed("is unknown to IAM")),
            _ => Err(failed(&format!("is one of {}", ids.join(", ")))),
        }
    }

    async fn find_domain(&self) -> Result<String, Error> {
        let failed = |reason: &str| {
            Error::new(ErrorKind::Credentials, format!("the domain id {reason}; set HUAWEICLOUD_SDK_DOMAIN_ID"))
        };
        let call = huaweicloud_iam::Client::new(&self.config)?.keystone_list_auth_domains();
        let response =
            call.send().await.map_err(|error| failed(&format!("cannot be looked up: {error}")).with_source(error))?;
        let first = response.domains.first().and_then(|domain| domain.id.clone());
        first.ok_or_else(|| failed("is unknown to IAM"))
    }
}

impl AccountIdResolver for IamIds {
    fn project_id(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(async { self.project.get_or_try_init(|| self.find_project()).await.cloned().map(Some) })
    }

    fn domain_id(&self) -> BoxFuture<'_, Result<Option<String>, Error>> {
        Box::pin(async { self.domain.get_or_try_init(|| self.find_domain()).await.cloned().map(Some) })
    }
}
