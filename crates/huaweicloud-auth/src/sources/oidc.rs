//! Temporary keys of a trust agency from an ID token, through the security token service STS.

use std::{path::PathBuf, time::Duration};

use bytes::Bytes;
use huaweicloud_core::{
    BoxFuture, Client, Error, ErrorKind, Method, Secret,
    metadata::{Endpoint, Scope, Service},
};
use serde::Serialize;
use zeroize::Zeroizing;

use crate::{Context, CredentialSource, Lookup, file::read_token, keys};

const PROVIDER_URN: &str = "HUAWEICLOUD_OIDC_PROVIDER_URN";
const AGENCY_URN: &str = "HUAWEICLOUD_OIDC_AGENCY_URN";
const ID_TOKEN: &str = "HUAWEICLOUD_OIDC_ID_TOKEN";
const TOKEN_FILE: &str = "HUAWEICLOUD_OIDC_TOKEN_FILE";
const SESSION_NAME: &str = "HUAWEICLOUD_OIDC_SESSION_NAME";
const DURATION_SECONDS: &str = "HUAWEICLOUD_OIDC_DURATION_SECONDS";
const POLICY: &str = "HUAWEICLOUD_OIDC_POLICY";
const POLICY_IDS: &str = "HUAWEICLOUD_OIDC_POLICY_IDS";

/// The endpoints that the official SDK knows.
static STS: Service = Service::new(
    "sts",
    "STS",
    "Security Token Service",
    Scope::Domain,
    &[
        Endpoint::new("cn-north-4", "https://sts.cn-north-4.myhuaweicloud.com"),
        Endpoint::new("cn-south-1", "https://sts.cn-south-1.myhuaweicloud.com"),
        Endpoint::new("cn-east-3", "https://sts.cn-east-3.myhuaweicloud.com"),
        Endpoint::new("cn-southwest-2", "https://sts.cn-southwest-2.myhuaweicloud.com"),
        Endpoint::new("ap-southeast-1", "https://sts.ap-southeast-1.myhuaweicloud.com"),
        Endpoint::new("ap-southeast-2", "https://sts.ap-southeast-2.myhuaweicloud.com"),
        Endpoint::new("ap-southeast-3", "https://sts.ap-southeast-3.myhuaweicloud.com"),
        Endpoint::new("ap-southeast-4", "https://sts.ap-southeast-4.myhuaweicloud.com"),
        Endpoint::new("sa-brazil-1", "https://sts.sa-brazil-1.myhuaweicloud.com"),
        Endpoint::new("la-south-2", "https://sts.la-south-2.myhuaweicloud.com"),
        Endpoint::new("af-south-1", "https://sts.af-south-1.myhuaweicloud.com"),
        Endpoint::new("tr-west-1", "https://sts.tr-west-1.myhuaweicloud.com"),
    ],
    &[],
);

/// A source that exchanges an OpenID Connect ID token for temporary keys of a trust agency, through STS.
///
/// What is not set comes from the variables `HUAWEICLOUD_OIDC_PROVIDER_URN`, `HUAWEICLOUD_OIDC_AGENCY_URN`,
/// `HUAWEICLOUD_OIDC_ID_TOKEN`, `HUAWEICLOUD_OIDC_TOKEN_FILE`, `HUAWEICLOUD_OIDC_SESSION_NAME`,
/// `HUAWEICLOUD_OIDC_DURATION_SECONDS`, `HUAWEICLOUD_OIDC_POLICY` and `HUAWEICLOUD_OIDC_POLICY_IDS`, as in the official
/// SDKs. The file is read again for each set of keys.
///
/// ```
/// use huaweicloud_auth::Oidc;
///
/// let source = Oidc::default()
///     .provider_urn("iam::0123456789abcdef:oidcProvider:ci")
///     .agency_urn("iam::0123456789abcdef:agency:deploy")
///     .id_token_file("/var/run/secrets/token");
/// ```
#[derive(Clone, Debug, Default)]
pub struct Oidc {
    provider_urn: Option<String>,
    agency_urn: Option<String>,
    id_token: Option<Secret>,
    id_token_file: Option<PathBuf>,
    session_name: Option<String>,
    duration: Option<Duration>,
    policy: Option<String>,
    policy_ids: Option<Vec<String>>,
}

#[derive(Serialize)]
struct Body<'a> {
    provider_urn: &'a str,
    agency_urn: &'a str,
    agency_session_name: &'a str,
    id_token: &'a str,
    duration_seconds: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    policy: Option<&'a str>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    policy_ids: Vec<String>,
}

impl Oidc {
    /// Sets the URN of the identity provider.
    #[must_use]
    pub fn provider_urn(mut self, urn: impl Into<String>) -> Self {
        self.provider_urn = Some(urn.into());
        self
    }

    /// Sets the URN of the trust agency.
    #[must_use]
    pub fn agency_urn(mut self, urn: impl Into<String>) -> Self {
        self.agency_urn = Some(urn.into());
        self
    }

    /// Sets the ID token, which takes precedence over a file.
    #[must_use]
    pub fn id_token(mut self, token: impl Into<Secret>) -> Self {
        self.id_token = Some(token.into());
        self
    }

    /// Sets the file with the ID token.
    #[must_use]
    pub fn id_token_file(mut self, file: impl Into<PathBuf>) -> Self {
        self.id_token_file = Some(file.into());
        self
    }

    /// Sets the name of the session; defaults to `oidc-sts-session`.
    #[must_use]
    pub fn session_name(mut self, name: impl Into<String>) -> Self {
        self.session_name = Some(name.into());
        self
    }

    /// Sets the lifetime of a set of keys, from 15 minutes to that of the agency, in whole seconds; defaults to 1 hour.
    #[must_use]
    pub fn duration(mut self, duration: Duration) -> Self {
        self.duration = Some(duration);
        self
    }

    /// Sets a policy, as JSON, that limits the permissions of the keys.
    #[must_use]
    pub fn policy(mut self, policy: impl Into<String>) -> Self {
        self.policy = Some(policy.into());
        self
    }

    /// Sets the ids of policies that limit the permissions of the keys.
    #[must_use]
    pub fn policy_ids<I: Into<String>>(mut self, ids: impl IntoIterator<Item = I>) -> Self {
        self.policy_ids = Some(ids.into_iter().map(Into::into).collect());
        self
    }

    /// Returns the ID token, and where it comes from.
    fn token(&self, context: &Context) -> Result<(Secret, String), Error> {
        let environment = context.environment();
        if let Some(token) = &self.id_token {
            return Ok((token.clone(), "the ID token of the program".to_owned()));
        }
        if let Some(token) = environment.get(ID_TOKEN).filter(|_| self.id_token_file.is_none()) {
            return Ok((token.into(), ID_TOKEN.to_owned()));
        }
        let (file, setting) = match &self.id_token_file {
            Some(file) => (file.clone(), "the program"),
            None => match environment.get(TOKEN_FILE) {
                Some(file) => (file.into(), TOKEN_FILE),
                None => {
                    let message =
                        format!("{PROVIDER_URN} is set, but neither {ID_TOKEN} nor {TOKEN_FILE}; set one of them");
                    return Err(Error::new(ErrorKind::Credentials, message));
                }
            },
        };
        Ok((read_token(&file, setting)?, format!("the ID token in {}", file.display())))
    }

    async fn exchange(&self, context: &Context) -> Result<Lookup, Error> {
        let wrong = |message: String| Error::new(ErrorKind::Credentials, message);
        let set = |own: &Option<String>, name: &str| own.clone().or_else(|| context.environment().get(name));
        let (provider_urn, agency_urn) =
            match (set(&self.provider_urn, PROVIDER_URN), set(&self.agency_urn, AGENCY_URN)) {
                (Some(provider), Some(agency)) => (provider, agency),
                (None, None) => return Ok(Lookup::NotFound(format!("{PROVIDER_URN} and {AGENCY_URN} are not set"))),
                (Some(_), None) => {
                    return Err(wrong(format!("{PROVIDER_URN} is set but {AGENCY_URN} is not; set both or neither")));
                }
                (None, Some(_)) => {
                    return Err(wrong(format!("{AGENCY_URN} is set but {PROVIDER_URN} is not; set both or neither")));
                }
            };
        let duration_seconds = match (self.duration, context.environment().get(DURATION_SECONDS)) {
            (Some(duration), _) => duration.as_secs(),
            (None, None) => 3600,
            (None, Some(text)) => text
                .trim()
                .parse()
                .map_err(|_| wrong(format!("{DURATION_SECONDS} must be a number of seconds, got {text:?}")))?,
        };
        let policy = set(&self.policy, POLICY);
        let policy_ids = self.policy_ids.clone().unwrap_or_else(|| {
            let list = context.environment().get(POLICY_IDS).unwrap_or_default();
            list.split(',').map(str::trim).filter(|id| !id.is_empty()).map(str::to_owned).collect()
        });
        let (token, origin) = self.token(context)?;
        let body = Body {
            provider_urn: &provider_urn,
            agency_urn: &agency_urn,
            agency_session_name: &set(&self.session_name, SESSION_NAME)
                .unwrap_or_else(|| "oidc-sts-session".to_owned()),
            id_token: token.expose(),
            duration_seconds,
            policy: policy.as_deref(),
            policy_ids,
        };
        // Wiped on drop, and of a capacity that spares copies.
        let mut bytes = Zeroizing::new(Vec::with_capacity(token.expose().len() * 2 + (16 << 10)));
        serde_json::to_writer(&mut *bytes, &body).map_err(|error| wrong(format!("STS cannot be called: {error}")))?;
        let response = Client::new(&context.config_builder().build()?, &STS)?
            .request(Method::POST, "/v5/agencies/assume-with-oidc")
            .anonymous()
            .secrets([token])
            .body(Bytes::from_owner(bytes))
            .send()
            .await
            .map_err(|error| {
                let message = format!("STS gave no keys of the agency {agency_urn:?} for {origin}: {error}");
                Error::new(ErrorKind::Credentials, message).with_source(error)
            })?;
        let loaded = keys::temporary(&response).map_err(|reason| wrong(format!("STS {reason}")))?;
        Ok(Lookup::found(loaded))
    }
}

impl CredentialSource for Oidc {
    fn name(&self) -> &str {
        "OIDC"
    }

    fn load<'a>(&'a self, context: &'a Context) -> BoxFuture<'a, Result<Lookup, Error>> {
        Box::pin(self.exchange(context))
    }
}
