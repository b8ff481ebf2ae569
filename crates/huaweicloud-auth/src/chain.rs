//! A chain of credential sources.

use std::sync::{Arc, OnceLock};

use huaweicloud_core::{BoxFuture, Error, ErrorKind};

use crate::{Context, CredentialSource, Lookup, Metadata, sources};

/// An ordered list of credential sources, of which the first that has credentials is used, from then on alone: refreshed
/// credentials are never those of another identity.
///
/// A source that is present but invalid ends the search with an error, because continuing would hide the mistake.
#[derive(Clone, Debug)]
pub struct Chain {
    sources: Arc<[Arc<dyn CredentialSource>]>,
    /// The index of the source that had credentials.
    found: Arc<OnceLock<usize>>,
}

impl Chain {
    /// Creates a chain that tries the sources in this order.
    #[must_use]
    pub fn new(sources: Vec<Arc<dyn CredentialSource>>) -> Self {
        Self { sources: sources.into(), found: Arc::default() }
    }

    /// Creates the standard chain: that of the official SDKs (OIDC, environment, profile file, metadata, pod identity)
    /// with the process of `HUAWEICLOUD_CREDENTIAL_PROCESS` before the profile file.
    #[must_use]
    pub fn standard() -> Self {
        Self::with_metadata(Metadata::default())
    }

    /// Creates the standard chain with this metadata service.
    pub(crate) fn with_metadata(metadata: Metadata) -> Self {
        Self::new(sources::standard(metadata))
    }

    async fn search(&self, context: &Context) -> Result<Lookup, Error> {
        let first = self.found.get().copied();
        let mut reasons = Vec::new();
        for (index, source) in self.sources.iter().enumerate() {
            if first.is_some_and(|first| first != index) {
                continue;
            }
            let name = source.name();
            let reason = match source.load(context).await {
                Ok(Lookup::Found(loaded)) => {
                    let _ = self.found.set(index);
                    return Ok(Lookup::Found(loaded));
                }
                Ok(Lookup::NotFound(reason)) => reason,
                Err(error) if source.is_implicit() && first.is_none() => error.to_string(),
                Err(error) => {
                    let message = format!("{name}: {error}");
                    return Err(Error::new(ErrorKind::Credentials, message).with_source(error));
                }
            };
            reasons.push(format!("{}. {name}: {reason}", index + 1));
        }
        Ok(Lookup::NotFound(format!("Tried: {}. {REMEDY}", reasons.join("; "))))
    }
}

/// What to do without any credentials.
const REMEDY: &str = "Set HUAWEICLOUD_SDK_AK and HUAWEICLOUD_SDK_SK, or write `ak` and `sk` below `[basic]` into the \
                      profile file";

impl CredentialSource for Chain {
    fn name(&self) -> &str {
        "chain"
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(self.search(context))
    }
}
