//! Temporary keys from the metadata service of an ECS server with an agency.

use std::time::{Duration, SystemTime};

use huaweicloud_core::{BoxFuture, Credential, Error, ErrorKind, time};
use reqwest::{Client, Response};
use serde::Deserialize;

use crate::{CredentialSource, LoadedCredentials, Lookup};

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
        // The endpoint is local to this machine's host: requests must not go through a proxy or be redirected.
        let client = huaweicloud_core::codegen::local_http()?
            .connect_timeout(self.timeout)
            .timeout(self.timeout)
            .build()
            .map_err(|error| failed("cannot be asked").with_source(error))?;
        let Some(mut token) = self.session_token(&client).await? else {
            return Ok(Lookup::NotFound("the metadata service does not respond; is this an ECS server?".to_owned()));
        };
        let mut response = self.security_key(&client, token.as_deref()).await?;
        if response.status() == 401 && token.is_some() {
            // The session token may just have expired.
            token = self.session_token(&client).await?.flatten();
            response = self.security_key(&client, token.as_deref()).await?;
        }
        let status = response.status().as_u16();
        let body = response.text().await.map_err(|error| failed("broke off its response").with_source(error))?;
        match status {
            200 => parse(&body),
            404 => Ok(Lookup::NotFound("this server has no agency".to_owned())),
            401 if body.contains("agency") => Ok(Lookup::NotFound("this server has no agency".to_owned())),
            status => Err(failed(&format!("responded with the status {status}"))),
        }
    }

    /// Requests a session token. Returns `Some(None)` if the server is of the older generation, `None` if there is no
    /// response.
    async fn session_token(&self, client: &Client) -> Result<Option<Option<String>>, Error> {
        let url = format!("{}/meta-data/latest/api/token", self.endpoint);
        let Ok(response) = client.put(url).header("X-Metadata-Token-Ttl-Seconds", "21600").send().await else {
            return Ok(None);
        };
        match response.status().as_u16() {
            200 => {
                let token =
                    response.text().await.map_err(|error| failed("broke off its response").with_source(error))?;
                Ok(Some(Some(token.trim().to_owned())))
            }
            404 | 405 | 503 => Ok(Some(None)),
            status => Err(failed(&format!("gave no session token but the status {status}"))),
        }
    }

    async fn security_key(&self, client: &Client, token: Option<&str>) -> Result<Response, Error> {
        let mut request = client.get(format!("{}/openstack/latest/securitykey", self.endpoint));
        if let Some(token) = token {
            request = request.header("X-Metadata-Token", token);
        }
        request.send().await.map_err(|error| failed("does not respond").with_source(error))
    }
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
