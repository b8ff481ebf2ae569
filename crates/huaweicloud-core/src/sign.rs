//! Request signing with SDK-HMAC-SHA256, from the canonical request to the `Authorization` header.
//!
//! This module only handles text and hashes; it depends on neither a client nor a service. V11-HMAC-SHA256 and the
//! SM2/SM3 and ECDSA algorithms are out of scope. The mock server verifies signatures with the same functions; the
//! project's tests check them against vectors of the official signer.

use std::{
    borrow::Cow,
    fmt::{self, Display},
};

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, percent_decode_str, percent_encode, utf8_percent_encode};

use crate::{
    hash::{HmacKey, sha256},
    secret::Secret,
};

/// The name of the algorithm, the first word of the `Authorization` header.
pub const ALGORITHM: &str = "SDK-HMAC-SHA256";
/// The header with the time of signing; the gateway rejects requests that are older than 15 minutes.
pub const DATE_HEADER: &str = "x-sdk-date";
/// The header whose value may replace the hash of the body.
pub const CONTENT_HASH_HEADER: &str = "x-sdk-content-sha256";

/// The SHA-256 hash of an empty body, which most requests have.
const EMPTY: &str = "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

/// Everything but `A-Z a-z 0-9 - _ . ~` is escaped.
const ESCAPED: &AsciiSet = &NON_ALPHANUMERIC.remove(b'-').remove(b'_').remove(b'.').remove(b'~');
const ESCAPED_IN_PATH: &AsciiSet = &ESCAPED.remove(b'/');

/// Percent-encodes a path segment, query key or query value in the same way as the gateway.
///
/// ```
/// assert_eq!(huaweicloud_core::sign::encode("a b/ü~").to_string(), "a%20b%2F%C3%BC~");
/// ```
pub fn encode(text: &str) -> impl Display + Iterator<Item = &str> {
    utf8_percent_encode(text, ESCAPED)
}

/// Returns the query string in canonical form, which is also the form in which it is sent.
///
/// The pairs are sorted by the unencoded key, then by the unencoded value; an empty value keeps its `=`.
#[must_use]
pub fn canonical_query<K: AsRef<str>, V: AsRef<str>>(pairs: &[(K, V)]) -> String {
    let mut sorted: Vec<(&str, &str)> = pairs.iter().map(|(key, value)| (key.as_ref(), value.as_ref())).collect();
    sorted.sort_unstable();
    let mut query = String::with_capacity(sorted.len() * 24);
    for (key, value) in sorted {
        if !query.is_empty() {
            query.push('&');
        }
        query.extend(utf8_percent_encode(key, ESCAPED));
        query.push('=');
        query.extend(utf8_percent_encode(value, ESCAPED));
    }
    query
}

fn string_to_sign(date: &str, canonical_request: &str) -> String {
    let mut text = String::with_capacity(ALGORITHM.len() + date.len() + 66);
    text.push_str(ALGORITHM);
    text.push('\n');
    text.push_str(date);
    text.push('\n');
    push_hex(&mut text, sha256(canonical_request.as_bytes()).as_ref());
    text
}

/// Appends a hash in lower-case hexadecimal.
fn push_hex(out: &mut String, hash: &[u8]) {
    const DIGITS: &[u8; 16] = b"0123456789abcdef";
    let mut text = [0; 64];
    for (pair, byte) in text.chunks_exact_mut(2).zip(hash) {
        pair.copy_from_slice(&[DIGITS[usize::from(byte >> 4)], DIGITS[usize::from(byte & 15)]]);
    }
    out.push_str(std::str::from_utf8(&text).unwrap_or_default());
}

/// A signer with an access key pair.
///
/// It keeps a state derived from the secret key, which is wiped on drop.
///
/// ```
/// use huaweicloud_core::{Credential, sign::{Signer, SigningInput}};
///
/// let input = SigningInput {
///     method: "GET",
///     path: "/v3/projects",
///     canonical_query: "",
///     headers: &[("host", "iam.myhuaweicloud.com"), ("x-sdk-date", "20261122T191500Z")],
///     body: b"",
/// };
/// let header = Signer::new("AK", &"SK".into()).authorization(&input, "20261122T191500Z");
/// assert!(header.starts_with("SDK-HMAC-SHA256 Access=AK, SignedHeaders=host;x-sdk-date, Signature="));
/// // A credential has a signer of its own.
/// let credential = Credential::keys("AK", "SK");
/// assert_eq!(credential.signer().unwrap().authorization(&input, "20261122T191500Z"), header);
/// ```
#[derive(Clone)]
pub struct Signer {
    access_key: String,
    key: HmacKey,
}

impl Signer {
    /// Creates a signer from an access key pair (AK/SK).
    #[must_use]
    pub fn new(access_key: impl Into<String>, secret_key: &Secret) -> Self {
        Self { access_key: access_key.into(), key: HmacKey::new(secret_key.expose().as_bytes()) }
    }

    /// Returns the value of the `Authorization` header.
    ///
    /// `date` is the value of the `X-Sdk-Date` header.
    #[must_use]
    pub fn authorization(&self, input: &SigningInput<'_>, date: &str) -> String {
        self.authorization_of(input, &input.canonical_request(), date)
    }

    /// Returns the value of the `Authorization` header for an existing canonical request.
    pub(crate) fn authorization_of(&self, input: &SigningInput<'_>, canonical: &str, date: &str) -> String {
        let mut header = String::with_capacity(256);
        header.push_str(ALGORITHM);
        header.push_str(" Access=");
        header.push_str(&self.access_key);
        header.push_str(", SignedHeaders=");
        input.push_signed_headers(&mut header);
        header.push_str(", Signature=");
        push_hex(&mut header, self.key.sign(string_to_sign(date, canonical).as_bytes()).as_ref());
        header
    }
}

impl fmt::Debug for Signer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Signer").field("access_key", &self.access_key).finish_non_exhaustive()
    }
}

/// The parts of a request that are signed.
///
/// ```
/// use huaweicloud_core::sign::SigningInput;
///
/// let input =
///     SigningInput { method: "GET", path: "/v3/projects", canonical_query: "", headers: &[("host", "h")], body: b"" };
/// assert!(input.canonical_request().starts_with("GET\n/v3/projects/\n\nhost:h\n\nhost\n"));
/// ```
#[derive(Clone, Copy, Debug)]
pub struct SigningInput<'a> {
    /// HTTP method, in any case.
    pub method: &'a str,
    /// Path as it is sent, percent-encoded.
    pub path: &'a str,
    /// Query as returned by [`canonical_query`].
    pub canonical_query: &'a str,
    /// Headers to sign, with lower-case names in ascending order.
    pub headers: &'a [(&'a str, &'a str)],
    /// Request body, empty if there is none.
    pub body: &'a [u8],
}

impl SigningInput<'_> {
    /// Returns the canonical request: its six parts, joined by line feeds.
    #[must_use]
    pub fn canonical_request(&self) -> String {
        // Enough for all of it: a text that grows leaves copies, and one of the headers may be a secret.
        let headers: usize = self.headers.iter().map(|(name, value)| 2 * name.len() + value.len() + 3).sum();
        let length = self.method.len() + 3 * self.path.len() + self.canonical_query.len() + headers + 80;
        let mut text = String::with_capacity(length);
        text.extend(self.method.chars().map(|c| c.to_ascii_uppercase()));
        text.push('\n');
        // The path is decoded before it is encoded, so an encoded slash becomes a plain one: ids must not contain any.
        let decoded = match self.path.contains('%') {
            true => Cow::from(percent_decode_str(self.path)),
            false => Cow::Borrowed(self.path.as_bytes()),
        };
        text.extend(percent_encode(&decoded, ESCAPED_IN_PATH));
        if !text.ends_with('/') {
            text.push('/');
        }
        text.push('\n');
        text.push_str(self.canonical_query);
        text.push('\n');
        for (name, value) in self.headers {
            text.push_str(name);
            text.push(':');
            text.push_str(value.trim());
            text.push('\n');
        }
        text.push('\n');
        self.push_signed_headers(&mut text);
        text.push('\n');
        let given = self.headers.iter().find(|(name, _)| *name == CONTENT_HASH_HEADER);
        match given {
            Some((_, hash)) if !self.body.is_empty() => text.push_str(hash),
            _ if self.body.is_empty() => text.push_str(EMPTY),
            _ => push_hex(&mut text, sha256(self.body).as_ref()),
        }
        text
    }

    /// Returns the string to sign: algorithm, date and hash of the canonical request, joined by line feeds.
    ///
    /// `date` has the form `YYYYMMDDTHHMMSSZ`.
    #[must_use]
    pub fn string_to_sign(&self, date: &str) -> String {
        string_to_sign(date, &self.canonical_request())
    }

    fn push_signed_headers(&self, text: &mut String) {
        for (position, (name, _)) in self.headers.iter().enumerate() {
            if position > 0 {
                text.push(';');
            }
            text.push_str(name);
        }
    }
}

/// Returns the SHA-256 hash of a body in hexadecimal, as in the header [`CONTENT_HASH_HEADER`].
///
/// ```
/// let hash = huaweicloud_core::sign::content_hash(b"abc");
/// assert_eq!(hash, "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
/// ```
#[must_use]
pub fn content_hash(body: &[u8]) -> String {
    let mut text = String::with_capacity(64);
    push_hex(&mut text, sha256(body).as_ref());
    text
}

/// Describes the first part in which the gateway's canonical request, which it echoes with a bar for each line feed,
/// differs from ours. Values of headers with secrets are omitted.
pub(crate) fn first_difference(message: &str, ours: &str) -> Option<String> {
    let method = ours.split('\n').next()?;
    let theirs = &message[message.find(&format!("{method}|/"))?..];
    let theirs: Vec<&str> = theirs.split('|').collect();
    let ours: Vec<&str> = ours.split('\n').collect();
    let parts = ["method", "path", "query"];
    let (index, theirs, ours) = theirs
        .iter()
        .zip(&ours)
        .enumerate()
        .find(|(_, (theirs, ours))| theirs.trim() != ours.trim())
        .map(|(i, (t, o))| (i, *t, *o))?;
    let secret = ["token", "authorization"].iter().any(|word| ours.to_ascii_lowercase().contains(word));
    let part = match parts.get(index) {
        Some(part) => (*part).to_owned(),
        None => {
            ours.split_once(':').map_or_else(|| format!("line {}", index + 1), |(name, _)| format!("header {name}"))
        }
    };
    Some(match secret {
        true => format!("the {part} was signed differently from what the gateway saw"),
        false => format!("the {part} was signed as {ours:?}, but the gateway saw {:?}", theirs.trim()),
    })
}

#[cfg(test)]
mod tests {
    use super::first_difference;

    #[test]
    fn the_first_difference_to_the_echo_of_the_gateway_is_named() {
        let ours = "GET\n/v3/projects/\na=b\nhost:h\nx-sdk-date:1\n\nhost;x-sdk-date\nhash";
        let echo = |text: &str| format!("Incorrect IAM authentication information: canonical request: {text}");
        let same = ours.replace('\n', "|");
        assert_eq!(first_difference(&echo(&same), ours), None);
        let other_host = echo(&same.replace("host:h", "host:proxy"));
        let found = first_difference(&other_host, ours).unwrap();
        assert_eq!(found, "the header host was signed as \"host:h\", but the gateway saw \"host:proxy\"");
        let other_query = echo(&same.replace("a=b", "a=%20b"));
        assert!(first_difference(&other_query, ours).unwrap().starts_with("the query was signed as \"a=b\""));
        assert_eq!(first_difference("no echo", ours), None);
    }
}
