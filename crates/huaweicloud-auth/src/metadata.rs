//! Temporary keys from the metadata service of an ECS server with an agency.

use std::time::{Duration, SystemTime};

use huaweicloud_core::{
    BoxFuture, CallOptions, Client, Config, Credential, Error, ErrorKind, Method, RetryPolicy,
    metadata::{Scope, Service},
    time,
};
use serde::Deserialize;

use crate::{CredentialSource, LoadedCredentials, Lookup};

static METADATA: Service = Service::new("metadata", "metadata", "Metadata service", Scope::Project, &[], &[]);

/// The largest response that is read, in bytes: keys and a token take a few kilobytes.
const LARGEST: usize = 1 << 20;

/// A source that loads temporary keys from the ECS metadata service.
///
/// Requests carry a session token, except to servers of the older generation, which do not issue one.
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

    async fn ask(&self) -> Result<Lookup, Error> {
        // The address is reachable on this machine's host only, so plain http is all there is.
        let config = Config::builder()
            .anonymous()
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
        let mut response = security_key(&client, token.as_deref()).await;
        if response.as_ref().is_err_and(Error::is_unauthenticated) && token.is_some() {
            // The session token may just have expired.
            token = session_token(&client).await?.flatten();
            response = security_key(&client, token.as_deref()).await;
        }
        match response {
            Ok(body) => parse(&body),
            Err(error) => match error.status() {
                Some(404) => Ok(Lookup::NotFound("this server has no agency".to_owned())),
                Some(401) if error.body_excerpt().is_some_and(|body| body.contains("agency")) => {
                    Ok(Lookup::NotFound("this server has no agency".to_owned()))
                }
                Some(status @ 300..) => Err(failed(&format!("responded with the status {status}"))),
                Some(_) => Err(failed("broke off its response").with_source(error)),
                None => Err(failed("does not respond").with_source(error)),
            },
        }
    }
}

/// Requests a session token. Returns `Some(None)` if the server is of the older generation, `None` if there is no
/// response.
async fn session_token(client: &Client) -> Result<Option<Option<String>>, Error> {
    let options = CallOptions::new().header("X-Metadata-Token-Ttl-Seconds", "21600");
    let request = client.request(Method::PUT, "/meta-data/latest/api/token").anonymous().with_options(options);
    match request.send().await {
        Ok(response) => Ok(Some(Some(String::from_utf8_lossy(&response).trim().to_owned()))),
        Err(error) => match error.status() {
            None => Ok(None),
            Some(404 | 405 | 503) => Ok(Some(None)),
            Some(status @ 300..) => Err(failed(&format!("gave no session token but the status {status}"))),
            Some(_) => Err(failed("broke off its response").with_source(error)),
        },
    }
}

async fn security_key(client: &Client, token: Option<&str>) -> Result<String, Error> {
    let mut options = CallOptions::new();
    if let Some(token) = token {
        options = options.secret_header("X-Metadata-Token", token);
    }
    let request = client.request(Method::GET, "/openstack/latest/securitykey").anonymous().with_options(options);
    Ok(String::from_utf8_lossy(&request.send().await?).into_owned())
}

fn failed(reason: &str) -> Error {
    Error::new(ErrorKind::Credentials, format!("the metadata service {reason}"))
}

impl CredentialSource for Metadata {
    fn name(&self) -> &str {
        "metadata"
    }

    fn load(&self) -> BoxFuture<'_, Result<Lookup, Error>> {
        Box::pin(self.ask())
    }
}

#[derive(Deserialize)]
struct IssuedKeys {
    #[serde(alias = "credentials")]
    credential: Option<Keys>,
    #[serde(flatten)]
    bare: Option<Keys>,
}

#[derive(Deserialize)]
struct Keys {
    #[serde(alias = "accessKeyId", alias = "access_key_id")]
    access: String,
    #[serde(alias = "secretAccessKey", alias = "secret_access_key")]
    secret: String,
    #[serde(alias = "securityToken", alias = "security_token")]
    securitytoken: String,
    #[serde(alias = "expiration")]
    expires_at: String,
}

fn parse(body: &str) -> Result<Lookup, Error> {
    let response: IssuedKeys =
        serde_json::from_str(body).map_err(|_| failed("responded with something that is not a set of keys"))?;
    let keys = response.credential.or(response.bare).ok_or_else(|| failed("responded without keys"))?;
    let expires_at = time::parse(&keys.expires_at, "UTC")
        .and_then(|millis| SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis.try_into().ok()?)))
        .ok_or_else(|| failed("does not say until when the keys are good"))?;
    let credential = Credential::temporary(keys.access, keys.secret, keys.securitytoken);
    credential.check()?;
    Ok(Lookup::found(LoadedCredentials::new(credential).with_expiry(expires_at)))
}
