//! Temporary keys from the metadata service of an ECS server that has an agency.

use std::time::{Duration, SystemTime};

use huaweicloud_core::{BoxFuture, Credential, Error, ErrorKind, time};
use reqwest::{Client, Response};
use serde::Deserialize;

use crate::{Found, Loaded, Source};

/// The metadata service: asked with a session token first, and without one where the server is of the older generation.
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
    /// Another address, for tests.
    #[must_use]
    pub fn endpoint(mut self, url: impl Into<String>) -> Self {
        self.endpoint = url.into();
        self
    }

    /// Longest wait for each answer; 3 seconds unless set.
    #[must_use]
    pub fn timeout(mut self, limit: Duration) -> Self {
        self.timeout = limit;
        self
    }

    async fn ask(&self) -> Result<Found, Error> {
        // The address is of this machine's own host; nothing of it may go through a proxy or elsewhere.
        let client = huaweicloud_core::codegen::local_http()?
            .connect_timeout(self.timeout)
            .timeout(self.timeout)
            .build()
            .map_err(|error| failed("cannot be asked").with_source(error))?;
        let Some(mut token) = self.session_token(&client).await? else {
            return Ok(Found::No("the metadata service does not answer; is this an ECS server?".to_owned()));
        };
        let mut answer = self.security_key(&client, token.as_deref()).await?;
        if answer.status() == 401 && token.is_some() {
            // The session may just have ended.
            token = self.session_token(&client).await?.flatten();
            answer = self.security_key(&client, token.as_deref()).await?;
        }
        let status = answer.status().as_u16();
        let body = answer.text().await.map_err(|error| failed("broke off its answer").with_source(error))?;
        match status {
            200 => parse(&body),
            404 => Ok(Found::No("this server has no agency".to_owned())),
            401 if body.contains("agency") => Ok(Found::No("this server has no agency".to_owned())),
            status => Err(failed(&format!("answered with the status {status}"))),
        }
    }

    /// A session token; `Some(None)` from a server of the older generation, `None` if nobody answers.
    async fn session_token(&self, client: &Client) -> Result<Option<Option<String>>, Error> {
        let url = format!("{}/meta-data/latest/api/token", self.endpoint);
        let Ok(answer) = client.put(url).header("X-Metadata-Token-Ttl-Seconds", "21600").send().await else {
            return Ok(None);
        };
        match answer.status().as_u16() {
            200 => {
                let token = answer.text().await.map_err(|error| failed("broke off its answer").with_source(error))?;
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
        request.send().await.map_err(|error| failed("does not answer").with_source(error))
    }
}

fn failed(reason: &str) -> Error {
    Error::new(ErrorKind::Credentials, format!("the metadata service {reason}"))
}

impl Source for Metadata {
    fn name(&self) -> &str {
        "metadata"
    }

    fn load(&self) -> BoxFuture<'_, Result<Found, Error>> {
        Box::pin(self.ask())
    }
}

#[derive(Deserialize)]
struct Answer {
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

fn parse(body: &str) -> Result<Found, Error> {
    let answer: Answer =
        serde_json::from_str(body).map_err(|_| failed("answered with something that is no set of keys"))?;
    let keys = answer.credential.or(answer.bare).ok_or_else(|| failed("answered without keys"))?;
    let expires_at = time::parse(&keys.expires_at, "UTC")
        .and_then(|millis| SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis.try_into().ok()?)))
        .ok_or_else(|| failed("does not say until when the keys are good"))?;
    let credential = Credential::temporary(keys.access, keys.secret, keys.securitytoken);
    credential.check()?;
    Ok(Found::yes(Loaded::new(credential).until(expires_at)))
}
