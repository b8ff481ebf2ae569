//! Access keys in JSON, as services, metadata and processes issue them.

use std::time::{Duration, SystemTime};

use huaweicloud_core::{Credential, Error, ErrorKind, Secret, time};
use huaweicloud_iam::types::TemporaryCredential;
use serde::Deserialize;

use crate::LoadedCredentials;

#[derive(Deserialize)]
struct Issued {
    #[serde(alias = "credentials")]
    credential: Option<Keys>,
}

/// Keys by any of the names that the official SDKs accept.
#[derive(Default, Deserialize)]
struct Keys {
    #[serde(alias = "accessKeyId", alias = "access_key_id")]
    access: Option<String>,
    #[serde(alias = "secretAccessKey", alias = "secret_access_key")]
    secret: Option<Secret>,
    #[serde(alias = "securityToken", alias = "security_token")]
    securitytoken: Option<Secret>,
    #[serde(alias = "expiration")]
    expires_at: Option<String>,
}

/// Reads temporary keys. An error continues a sentence that begins with who issued them.
pub(crate) fn temporary(body: &[u8]) -> Result<LoadedCredentials, &'static str> {
    let loaded = any(body)?;
    if loaded.credential.security_token().is_none() {
        return Err("responded with keys that lack a security token");
    }
    if loaded.expires_at.is_none() {
        return Err("does not say until when the keys are good");
    }
    Ok(loaded)
}

/// Reads keys that may be permanent. An error continues a sentence that begins with who issued them.
pub(crate) fn any(body: &[u8]) -> Result<LoadedCredentials, &'static str> {
    const NOT_KEYS: &str = "responded with something that is not a set of keys";
    // Twice, because what serde flattens is copied to memory that is not wiped.
    let wrapped: Issued = serde_json::from_slice(body).map_err(|_| NOT_KEYS)?;
    let keys = match wrapped.credential {
        Some(keys) => keys,
        None => serde_json::from_slice(body).map_err(|_| NOT_KEYS)?,
    };
    let (Some(access), Some(secret)) = (keys.access, keys.secret) else { return Err("responded without keys") };
    let token = keys.securitytoken.filter(|token| !token.expose().is_empty());
    let credential = match token {
        Some(token) => Credential::temporary(access, secret, token),
        None => Credential::keys(access, secret),
    };
    credential.check().map_err(|_| "responded with keys that are empty or hold characters that no key has")?;
    let loaded = LoadedCredentials::new(credential);
    match keys.expires_at.filter(|time| !time.is_empty()) {
        Some(time) => Ok(loaded.with_expiry(expiry(&time).ok_or("does not say until when the keys are good")?)),
        None => Ok(loaded),
    }
}

/// Returns the keys in a response of IAM.
pub(crate) fn of_iam(issued: Option<&TemporaryCredential>) -> Result<LoadedCredentials, Error> {
    let missing = |what: &str| Error::new(ErrorKind::Credentials, format!("IAM responded without {what}"));
    let keys = issued.and_then(|keys| Some((keys, keys.access.as_ref()?, keys.secret.as_ref()?)));
    let (issued, access, secret) = keys.ok_or_else(|| missing("keys"))?;
    let token = issued.securitytoken.clone().ok_or_else(|| missing("a security token"))?;
    let expires_at = issued.expires_at.as_deref().and_then(expiry);
    let expires_at = expires_at.ok_or_else(|| missing("the time when the keys end"))?;
    let credential = Credential::temporary(access, secret.clone(), token);
    credential.check()?;
    Ok(LoadedCredentials::new(credential).with_expiry(expires_at))
}

/// Parses the time when keys or a token expire.
pub(crate) fn expiry(text: &str) -> Option<SystemTime> {
    let millis = time::parse(text, "UTC")?.try_into().ok()?;
    SystemTime::UNIX_EPOCH.checked_add(Duration::from_millis(millis))
}

#[cfg(test)]
mod tests {
    use super::{any, temporary};

    fn shown(body: &str) -> String {
        match temporary(body.as_bytes()) {
            Ok(loaded) => {
                let credential = &loaded.credential;
                let secrets =
                    [credential.secret_key(), credential.security_token()].map(|secret| secret.unwrap().expose());
                format!("{} {secrets:?}", credential.access_key().unwrap())
            }
            Err(reason) => reason.to_owned(),
        }
    }

    #[test]
    fn all_names_of_the_official_sdks_are_accepted() {
        let time = r#""2099-01-01T00:00:00.123456Z""#;
        let forms = [
            format!(r#"{{"access":"A","secret":"s","securitytoken":"t","expires_at":{time}}}"#),
            format!(r#"{{"credential":{{"access":"A","secret":"s","securitytoken":"t","expires_at":{time}}}}}"#),
            format!(
                r#"{{"assumedAgency":{{"urn":""}},"credentials":{{"accessKeyId":"A","secretAccessKey":"s","securityToken":"t","expiration":{time}}}}}"#
            ),
            format!(r#"{{"access_key_id":"A","secret_access_key":"s","security_token":"t","expiration":{time}}}"#),
        ];
        for body in forms {
            assert_eq!(shown(&body), r#"A ["s", "t"]"#, "{body}");
        }
        assert_eq!(shown("[]"), "responded with something that is not a set of keys");
        assert_eq!(shown("{}"), "responded without keys");
        assert_eq!(shown(r#"{"access":"A","secret":"s"}"#), "responded with keys that lack a security token");
        let soon = r#"{"access":"A","secret":"s","securitytoken":"t","expires_at":"soon"}"#;
        assert_eq!(shown(soon), "does not say until when the keys are good");
        assert_eq!(shown(&soon.replace("soon", "")), "does not say until when the keys are good");
        assert!(any(br#"{"access":"A","secret":"s"}"#).unwrap().expires_at.is_none());
        assert!(any(br#"{"access":"A","secret":"a b"}"#).unwrap_err().contains("characters that no key has"));
    }
}
