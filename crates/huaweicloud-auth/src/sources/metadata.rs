//! Temporary keys from the metadata service of an ECS server with an agency.

use std::time::Duration;

use bytes::Bytes;
use huaweicloud_core::{
    BoxFuture, CallOptions, Client, Config, Error, ErrorKind, Method, Response, RetryPolicy, Secret,
    metadata::{Scope, Service},
};

use crate::{Context, CredentialSource, Lookup, keys};

static METADATA: Service = Service::new("metadata", "metadata", "Metadata service", Scope::Project, &[], &[]);

const DISABLED: &str = "HUAWEICLOUD_SDK_METADATA_DISABLED";

/// The largest response that is read, in bytes: keys and a token take a few kilobytes.
const LARGEST: usize = 1 << 20;

/// A source that loads temporary keys from the ECS metadata service.
///
/// Requests carry a session token, except to servers of the older generation, which do not issue one. A chain
/// continues after an error, because nobody has set up this source.
/// `HUAWEICLOUD_SDK_METADATA_DISABLED=true` disables it.
#[derive(Clone, Debug)]
pub struct Metadata {
    endpoint: String,
    timeout: Duration,
}

impl Default for Metadata {
    fn default() -> Self {
        Self { endpoint: "http://169.254.169.254".to_owned(), timeout: Duration::from_secs(3) }
    }
}

impl Metadata {
    /// Sets the endpoint, for tests.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = url.into();
        self
    }

    /// Sets the timeout of each request. Defaults to 3 seconds.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    async fn ask(&self, context: &Context) -> Result<Lookup, Error> {
        if context.environment().get(DISABLED).is_some_and(|value| value == "true") {
            return Ok(Lookup::NotFound(format!("{DISABLED} disables it")));
        }
        // The address is reachable on this machine's host only, so plain http is all there is.
        let config = Config::builder()
            .anonymous()
            .clock(context.clock().clone())
            .endpoint(&self.endpoint)
            .allow_http()
            .connect_timeout(self.timeout)
            .attempt_timeout(self.timeout)
            .max_body(LARGEST)
            .retry(RetryPolicy::none())
            .build()?;
        let client = Client::new(&config, &METADATA)?;
        let Some(mut token) = session_token(&client).await? else {
            return Ok(Lookup::NotFound("the metadata service does not respond; is this an ECS server?".to_owned()));
        };
        let mut response = security_key(&client, token.as_ref()).await;
        if response.as_ref().is_err_and(|error| error.is_unauthenticated() && !lacks_agency(error)) && token.is_some() {
            // The session token may just have expired.
            token = session_token(&client).await?.flatten();
            response = security_key(&client, token.as_ref()).await;
        }
        match response {
            Ok(body) => Ok(Lookup::found(keys::temporary(&body).map_err(failed)?)),
            Err(error) => match error.status() {
                _ if lacks_agency(&error) => Ok(Lookup::NotFound("this server has no agency".to_owned())),
                Some(status @ 300..) => Err(failed(&format!("responded with the status {status}"))),
                Some(_) => Err(failed("broke off its response").with_source(error)),
                None => Err(failed("does not respond").with_source(error)),
            },
        }
    }
}

/// Returns whether the service says that nobody has given this server an agency.
fn lacks_agency(error: &Error) -> bool {
    match error.status() {
        Some(404) => true,
        Some(401) => error.message().to_ascii_lowercase().contains("agency"),
        _ => false,
    }
}

/// Requests a session token. Returns `Some(None)` if the server is of the older generation, `None` if there is no
/// response.
async fn session_token(client: &Client) -> Result<Option<Option<Secret>>, Error> {
    let options = CallOptions::new().header("X-Metadata-Token-Ttl-Seconds", "21600");
    let request = client.request(Method::PUT, "/meta-data/latest/api/token").anonymous().with_options(options);
    match request.secrets([]).send().await {
        Ok(response) => Ok(Some(Some(String::from_utf8_lossy(&response).trim().into()))),
        Err(error) => match error.status() {
            None => Ok(None),
            Some(404 | 405 | 503) => Ok(Some(None)),
            Some(status @ 300..) => Err(failed(&format!("gave no session token but the status {status}"))),
            Some(_) => Err(failed("broke off its response").with_source(error)),
        },
    }
}

async fn security_key(client: &Client, token: Option<&Secret>) -> Result<Response<Bytes>, Error> {
    let mut options = CallOptions::new();
    if let Some(token) = token {
        options = options.secret_header("X-Metadata-Token", token.clone());
    }
    let request = client.request(Method::GET, "/openstack/latest/securitykey").anonymous().with_options(options);
    request.secrets([]).send().await
}

fn failed(reason: &str) -> Error {
    Error::new(ErrorKind::Credentials, format!("the metadata service {reason}"))
}

impl CredentialSource for Metadata {
    fn name(&self) -> &str {
        "metadata"
    }

    fn is_implicit(&self) -> bool {
        true
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(self.ask(context))
    }
}
