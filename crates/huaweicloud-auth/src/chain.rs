//! A chain of credential sources.

use std::sync::Arc;

use huaweicloud_core::{BoxFuture, Error, ErrorKind};

use crate::{CredentialSource, Environment, Lookup, Metadata, Profile};

/// An ordered list of credential sources, of which the first that has credentials is used.
///
/// A source that is present but invalid ends the search with an error, because continuing would hide the mistake.
#[derive(Clone, Debug)]
pub struct Chain(Vec<Arc<dyn CredentialSource>>);

impl Chain {
    /// Creates a chain that tries the sources in this order.
    #[must_use]
    pub fn new(sources: Vec<Arc<dyn CredentialSource>>) -> Self {
        Self(sources)
    }

    /// Creates the standard chain of the official SDKs: environment, profile file, metadata.
    ///
    /// `HUAWEICLOUD_SDK_METADATA_DISABLED=true` removes the metadata service from it.
    #[must_use]
    pub fn standard(environment: &Environment, metadata: Metadata) -> Self {
        let mut sources: Vec<Arc<dyn CredentialSource>> =
            vec![Arc::new(environment.clone()), Arc::new(Profile::new(environment.clone()))];
        if environment.get("HUAWEICLOUD_SDK_METADATA_DISABLED").is_none_or(|value| value != "true") {
            sources.push(Arc::new(metadata));
        }
        Self::new(sources)
    }

    async fn search(&self) -> Result<Lookup, Error> {
        let mut reasons = Vec::new();
        for source in &self.0 {
            let found = source.load().await.map_err(|error| {
                let tried: String = reasons.iter().map(|reason| format!("; before that {reason}")).collect();
                Error::new(ErrorKind::Credentials, format!("{}: {error}{tried}", source.name())).with_source(error)
            })?;
            match found {
                Lookup::Found(loaded) => return Ok(Lookup::Found(loaded)),
                Lookup::NotFound(reason) => reasons.push(format!("{}: {reason}", source.name())),
            }
        }
        Ok(Lookup::NotFound(reasons.join("; ")))
    }
}

impl CredentialSource for Chain {
    fn name(&self) -> &str {
        "chain"
    }

    fn load(&self) -> BoxFuture<'_, Result<Lookup, Error>> {
        Box::pin(self.search())
    }
}
