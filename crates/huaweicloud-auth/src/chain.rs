//! Several sources, asked in order.

use std::sync::Arc;

use huaweicloud_core::{BoxFuture, Error, ErrorKind};

use crate::{Environment, Found, Metadata, Profile, Source};

/// Sources in order; the first that has credentials wins. One that is there but wrong ends the search, because going
/// on would hide the mistake.
#[derive(Clone, Debug)]
pub struct Chain(Vec<Arc<dyn Source>>);

impl Chain {
    /// These sources, in this order.
    #[must_use]
    pub fn new(sources: Vec<Arc<dyn Source>>) -> Self {
        Self(sources)
    }

    /// Environment, profile file, metadata: the order of the official SDKs. `HUAWEICLOUD_SDK_METADATA_DISABLED=true`
    /// leaves the last one out.
    #[must_use]
    pub fn standard(environment: &Environment, metadata: Metadata) -> Self {
        let mut sources: Vec<Arc<dyn Source>> =
            vec![Arc::new(environment.clone()), Arc::new(Profile::new(environment.clone()))];
        if environment.get("HUAWEICLOUD_SDK_METADATA_DISABLED").is_none_or(|value| value != "true") {
            sources.push(Arc::new(metadata));
        }
        Self::new(sources)
    }

    async fn search(&self) -> Result<Found, Error> {
        let mut reasons = Vec::new();
        for source in &self.0 {
            let found = source.load().await.map_err(|error| {
                let tried: String = reasons.iter().map(|reason| format!("; before that {reason}")).collect();
                Error::new(ErrorKind::Credentials, format!("{}: {error}{tried}", source.name())).with_source(error)
            })?;
            match found {
                Found::Yes(loaded) => return Ok(Found::Yes(loaded)),
                Found::No(reason) => reasons.push(format!("{}: {reason}", source.name())),
            }
        }
        Ok(Found::No(reasons.join("; ")))
    }
}

impl Source for Chain {
    fn name(&self) -> &str {
        "chain"
    }

    fn load(&self) -> BoxFuture<'_, Result<Found, Error>> {
        Box::pin(self.search())
    }
}
