//! Temporary keys of the service account of a pod.

use std::{path::PathBuf, time::Duration};

use huaweicloud_core::{
    BoxFuture, Client, Config, Error, ErrorKind, Method, RetryPolicy,
    metadata::{Scope, Service},
};
use url::{Host, Url};

use crate::{Context, CredentialSource, Lookup, file::read_token, keys};

const FULL_URI: &str = "HC_CONTAINER_CREDENTIALS_FULL_URI";
const TOKEN_FILE: &str = "HC_CONTAINER_AUTHORIZATION_TOKEN_FILE";

static POD_IDENTITY: Service =
    Service::new("pod-identity", "pod identity", "Pod identity service", Scope::Project, &[], &[]);

/// The timeout of the request, as in the official SDKs.
const LIMIT: Duration = Duration::from_secs(5);

/// The largest response that is read, in bytes.
const LARGEST: usize = 1 << 20;

/// A source that asks the pod identity service of a cluster for temporary keys.
///
/// By default its URI and the file with the token of the pod come from `HC_CONTAINER_CREDENTIALS_FULL_URI` and
/// `HC_CONTAINER_AUTHORIZATION_TOKEN_FILE`, which the cluster sets. The file is read again for each set of keys.
#[derive(Clone, Debug, Default)]
pub struct PodIdentity(Option<(String, PathBuf)>);

impl PodIdentity {
    /// Creates a source with this URI and token file instead of those of the environment.
    #[must_use]
    pub fn new(uri: impl Into<String>, token_file: impl Into<PathBuf>) -> Self {
        Self(Some((uri.into(), token_file.into())))
    }

    async fn ask(&self, context: &Context) -> Result<Lookup, Error> {
        let wrong = |message: String| Error::new(ErrorKind::Credentials, message);
        let environment = context.environment();
        let (uri, file, setting) = match &self.0 {
            Some((uri, file)) => (uri.clone(), file.clone(), "the program"),
            None => match (environment.get(FULL_URI), environment.get(TOKEN_FILE)) {
                (Some(uri), Some(file)) => (uri, file.into(), TOKEN_FILE),
                (None, None) => return Ok(Lookup::NotFound(format!("{FULL_URI} and {TOKEN_FILE} are not set"))),
                (Some(_), None) => {
                    return Err(wrong(format!("{FULL_URI} is set but {TOKEN_FILE} is not; set both or neither")));
                }
                (None, Some(_)) => {
                    return Err(wrong(format!("{TOKEN_FILE} is set but {FULL_URI} is not; set both or neither")));
                }
            },
        };
        let url =
            Url::parse(&uri).map_err(|error| wrong(format!("{FULL_URI} is not a URL: {uri:?}")).with_source(error))?;
        if url.scheme() != "https" && !(url.scheme() == "http" && is_local(&url)) {
            return Err(wrong(format!(
                "{FULL_URI} must begin with https://, or be http:// on this machine or a link-local address, because a \
                 token is sent there; got {uri:?}"
            )));
        }
        let token = read_token(&file, setting)?;
        let config = Config::builder()
            .anonymous()
            .clock(context.clock().clone())
            .endpoint(&url[..url::Position::BeforePath])
            // On a link-local address.
            .allow_http()
            .connect_timeout(LIMIT)
            .attempt_timeout(LIMIT)
            .max_body(LARGEST)
            .retry(RetryPolicy::none())
            .build()?;
        let mut request = Client::new(&config, &POD_IDENTITY)?.request(Method::POST, url.path());
        for (name, value) in url.query_pairs() {
            request = request.query(name, value);
        }
        let response = request.authorization(token).secrets([]).body("{}").send().await.map_err(|error| {
            let shown = file.display();
            let message = format!("the pod identity service at {uri} gave no keys for the token in {shown}: {error}");
            Error::new(ErrorKind::Credentials, message).with_source(error)
        })?;
        let loaded = keys::temporary(&response)
            .map_err(|reason| wrong(format!("the pod identity service at {uri} {reason}")))?;
        Ok(Lookup::found(loaded))
    }
}

/// Returns whether a URL stays on this machine or its link.
fn is_local(url: &Url) -> bool {
    match url.host() {
        Some(Host::Domain(name)) => name == "localhost",
        Some(Host::Ipv4(address)) => address.is_loopback() || address.is_link_local(),
        Some(Host::Ipv6(address)) => address.is_loopback() || address.is_unicast_link_local(),
        None => false,
    }
}

impl CredentialSource for PodIdentity {
    fn name(&self) -> &str {
        "pod identity"
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(self.ask(context))
    }
}
