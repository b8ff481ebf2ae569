//! Authentication as the gateway does it: by a signature, which is recomputed from the raw request, or by a token.

use std::time::{Duration, SystemTime};

use http::{HeaderMap, header};
use huaweicloud_core::{
    sign::{ALGORITHM, CONTENT_HASH_HEADER, DATE_HEADER, Signer, SigningInput, canonical_query},
    time::{parse_sdk_date, rfc3339},
};
use serde_json::{Map, Value};

/// The key pair and the token that the sandbox accepts. They are not valid anywhere else.
pub(crate) const ACCESS_KEY: &str = "SANDBOXACCESSKEY0000";
pub(crate) const SECRET_KEY: &str = "sandbox-secret-key-of-no-other-use-00000";
pub(crate) const TOKEN: &str = "sandbox-token-of-no-other-use";

/// The temporary key that the sandbox issues where a document shows one. It belongs to the secret key above, and every
/// request signed with it must carry the security token.
const TEMPORARY_ACCESS_KEY: &str = "SANDBOXTEMPORARYKEY0";
const SECURITY_TOKEN: &str = "sandbox-security-token-of-no-other-use";

/// The lifetime of temporary keys if the request does not say another, in seconds.
const LIFETIME: u64 = 900;

/// The value of the content hash header of a request whose body is not signed.
const UNSIGNED: &str = "UNSIGNED-PAYLOAD";

/// How far the time of signing may be in the past or in the future.
const WINDOW: Duration = Duration::from_secs(15 * 60);

/// An authentication failure, with the error code and the message of the gateway.
pub(crate) struct Denied {
    pub(crate) code: &'static str,
    pub(crate) message: String,
}

/// The parts of a request that a signature covers.
pub(crate) struct Signed<'a> {
    pub(crate) method: &'a str,
    pub(crate) path: &'a str,
    pub(crate) query: &'a [(String, String)],
    pub(crate) headers: &'a HeaderMap,
    pub(crate) body: &'a [u8],
}

/// Authenticates a request.
pub(crate) fn check(request: &Signed<'_>, now: SystemTime) -> Result<(), Denied> {
    match (single(request, header::AUTHORIZATION.as_str())?, single(request, "x-auth-token")?) {
        (Some(authorization), _) => check_signature(request, authorization, now),
        (None, Some(TOKEN)) => Ok(()),
        (None, Some(_)) => Err(Denied { code: "APIGW.0307", message: "The token must be updated.".to_owned() }),
        (None, None) => Err(incorrect("neither a signature nor a token")),
    }
}

fn incorrect(reason: &str) -> Denied {
    Denied { code: "APIGW.0301", message: format!("Incorrect IAM authentication information: {reason}") }
}

/// Returns the value of a header, which must not have several: the signature would not say which one is meant.
fn single<'a>(request: &Signed<'a>, name: &str) -> Result<Option<&'a str>, Denied> {
    let mut values = request.headers.get_all(name).iter();
    let value = values.next();
    if values.next().is_some() {
        return Err(incorrect(&format!("the header {name} is given more than once")));
    }
    let text = value.map(|value| std::str::from_utf8(value.as_bytes())).transpose();
    text.map_err(|_| incorrect(&format!("the header {name} is not UTF-8")))
}

fn check_signature(request: &Signed<'_>, authorization: &str, now: SystemTime) -> Result<(), Denied> {
    let parts = authorization.strip_prefix(ALGORITHM).ok_or_else(|| incorrect("unknown algorithm"))?;
    let part = |name: &str| parts.split(',').find_map(|part| part.trim().strip_prefix(name)?.strip_prefix('='));
    let (Some(access_key), Some(names), Some(_)) = (part("Access"), part("SignedHeaders"), part("Signature")) else {
        return Err(incorrect("the Authorization header lacks Access, SignedHeaders or Signature"));
    };
    let wanted_token = match access_key {
        ACCESS_KEY => None,
        TEMPORARY_ACCESS_KEY => Some(SECURITY_TOKEN),
        _ => return Err(incorrect("unknown access key")),
    };
    if wanted_token.is_some() && single(request, "x-security-token")? != wanted_token {
        return Err(incorrect("the security token is missing or is not that of the access key"));
    }
    let date = single(request, DATE_HEADER)?.ok_or_else(|| incorrect("no X-Sdk-Date header"))?;
    let time = parse_sdk_date(date).ok_or_else(|| incorrect("X-Sdk-Date is not a date"))?;
    let distance = now.duration_since(time).unwrap_or_else(|early| early.duration());
    if distance > WINDOW {
        return Err(incorrect("the time of signing is more than 15 minutes off"));
    }
    let mut headers = Vec::new();
    for name in names.split(';') {
        let value = single(request, name)?.ok_or_else(|| incorrect(&format!("the signed header {name} is missing")))?;
        headers.push((name, value));
    }
    if !headers.iter().any(|(name, _)| *name == DATE_HEADER) {
        return Err(incorrect("X-Sdk-Date is not signed"));
    }
    let query = canonical_query(request.query);
    let Signed { method, path, body, .. } = *request;
    let input = SigningInput { method, path, canonical_query: &query, headers: &headers, body };
    // This header is signed in place of the hash of the body, so only that hash, or a word for none, covers the body.
    // The last line of a canonical request without the header is that hash.
    let hashed = SigningInput { headers: &[], ..input }.canonical_request();
    let given = single(request, CONTENT_HASH_HEADER)?;
    if given.is_some_and(|given| given != UNSIGNED && Some(given) != hashed.rsplit('\n').next()) {
        return Err(incorrect(&format!("X-Sdk-Content-Sha256 is neither {UNSIGNED} nor the hash of the body")));
    }
    if Signer::new(access_key, &SECRET_KEY.into()).authorization(&input, date) == authorization {
        return Ok(());
    }
    // Like the gateway, shows the canonical request with `|` for line feeds, for comparison with the caller's own.
    let canonical = input.canonical_request().replace('\n', "|");
    Err(incorrect(&format!("verify aksk signature fail, canonical request: {canonical}")))
}

/// Replaces temporary keys in a documented response, whatever their members are called, by those of the sandbox, which
/// are good for as long as the request asks for.
pub(crate) fn issue_keys(body: &mut Value, arguments: &Map<String, Value>, now: SystemTime) {
    const ACCESS: [&str; 3] = ["access", "accessKeyId", "access_key_id"];
    const SECRET: [&str; 3] = ["secret", "secretAccessKey", "secret_access_key"];
    const TOKEN: [&str; 3] = ["securitytoken", "securityToken", "security_token"];
    const END: [&str; 2] = ["expires_at", "expiration"];
    let Value::Object(members) = body else { return };
    let name = |names: &[&str]| names.iter().find(|name| members.contains_key(**name)).map(|name| (*name).to_owned());
    let (Some(access), Some(secret), Some(token), Some(end)) = (name(&ACCESS), name(&SECRET), name(&TOKEN), name(&END))
    else {
        return members.values_mut().for_each(|member| issue_keys(member, arguments, now));
    };
    let lifetime = lifetime(arguments).unwrap_or(LIFETIME);
    let ends = now.duration_since(SystemTime::UNIX_EPOCH).unwrap_or_default().as_millis() + u128::from(lifetime) * 1000;
    let ends = i64::try_from(ends).ok().and_then(rfc3339).unwrap_or_default();
    for (name, value) in [(access, TEMPORARY_ACCESS_KEY), (secret, SECRET_KEY), (token, SECURITY_TOKEN), (end, &ends)] {
        members.insert(name, value.into());
    }
}

/// Returns the lifetime that a request asks for, in seconds.
fn lifetime(members: &Map<String, Value>) -> Option<u64> {
    let inner = || members.values().filter_map(Value::as_object).find_map(lifetime);
    members.get("duration_seconds").and_then(Value::as_u64).or_else(inner)
}
