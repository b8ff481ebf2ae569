//! Classification of responses: a typed value or an error.
//!
//! The content type is not trusted: gateways label JSON as HTML and vice versa.

use serde::de::DeserializeSeed as _;
use serde_json::Value;

use crate::{
    codegen::{
        place::{ArrayReader, Ignored, Malformed, ObjectReader, Place, ReadObject, Scalar},
        read::{JsonPath, Observer, Reading},
    },
    error::{Error, ErrorKind},
    metadata::InBandStatus,
};

/// Deserializes the body of a response with a success status.
pub(crate) fn decode(body: &[u8], in_band: Option<&InBandStatus>, into: &mut dyn ReadObject) -> Result<(), Error> {
    let text = body.trim_ascii();
    match text.first() {
        None => return Err(Error::new(ErrorKind::UnexpectedResponse, "the response is empty")),
        Some(b'<') => return Err(page_of_html()),
        // Some operations respond with JSON inside a JSON string.
        Some(b'{') => {}
        Some(_) => {
            if let Ok(unpacked) = serde_json::from_slice::<String>(text)
                && unpacked.trim_start().starts_with('{')
            {
                return decode(unpacked.as_bytes(), in_band, into);
            }
            return Err(Error::new(ErrorKind::Decode, "the response is not a JSON object"));
        }
    }
    let mut probe = InBandProbe { in_band, status: None, code: None, error: None };
    let path_to = JsonPath::default();
    let mut json = serde_json::Deserializer::from_slice(text);
    let reading = Reading::new(&mut Whole(into), &path_to).observed_by(&mut probe).deserialize(&mut json);
    let read = reading.and_then(|()| json.end());
    if probe.failed() {
        return Err(reported(text, &probe));
    }
    // The types accept any JSON object, so an error means malformed JSON.
    read.map_err(|error| {
        let path = Some(path_to.to_string()).filter(|path| !path.is_empty());
        Error::new(ErrorKind::Decode, "the response is not the documented JSON")
            .with_json_path(path.unwrap_or_else(|| "the top level".to_owned()))
            .with_source(error)
    })
}

/// The top level of a response, which is an object.
struct Whole<'w>(&'w mut dyn ReadObject);

impl Place for Whole<'_> {
    fn scalar(&mut self, _: Scalar<'_>) {}

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
        self.0.read(object)
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed> {
        Ignored.array(array)
    }
}

/// Creates an error from the body of a response with an error status.
pub(crate) fn service_error(status: u16, body: &[u8]) -> Error {
    let text = body.trim_ascii();
    let found = serde_json::from_slice::<Value>(text).ok().and_then(|value| ErrorBody::find(&value, None));
    found.map_or_else(|| Error::new(ErrorKind::Service, plain_message(status, text)), ErrorBody::into_error)
}

/// Creates the error that the body of a response with a success status reports.
fn reported(body: &[u8], probe: &InBandProbe<'_>) -> Error {
    let named = probe.in_band.map(|in_band| (in_band.code, in_band.message));
    let found = serde_json::from_slice::<Value>(body).ok().and_then(|value| ErrorBody::find(&value, named));
    let status = probe.status.as_ref().and_then(scalar).unwrap_or_default();
    let nothing = || format!("the service reports the status {status:?} without a message");
    found.map_or_else(|| Error::new(ErrorKind::Service, nothing()), ErrorBody::into_error)
}

/// Creates an error for a redirect, which is never followed.
pub(crate) fn redirect(location: Option<&str>) -> Error {
    let target = location.map_or_else(|| "elsewhere".to_owned(), |location| format!("to {location:?}"));
    Error::new(
        ErrorKind::UnexpectedResponse,
        format!("the response is a redirect {target}, which is not followed; is the endpoint right?"),
    )
}

fn page_of_html() -> Error {
    Error::new(ErrorKind::UnexpectedResponse, "the response is a page of HTML, not JSON; is the endpoint right?")
}

/// Returns a message for a response without an error code: its text if that is short, otherwise the reason of the
/// status.
fn plain_message(status: u16, text: &[u8]) -> String {
    const LONGEST: usize = 200;
    let reason = http::StatusCode::from_u16(status).ok().and_then(|status| status.canonical_reason());
    let reason = reason.unwrap_or("unknown status");
    match std::str::from_utf8(text) {
        Ok("") => format!("{reason} (the response is empty)"),
        Ok(text) if text.starts_with('<') => format!("{reason} (the response is a page of HTML)"),
        Ok(text) if text.len() <= LONGEST && !text.contains(['{', '[']) => format!("{reason}: {text}"),
        _ => format!("{reason} (the response has no error code)"),
    }
}

/// The content of an error body, in any of its shapes.
#[derive(Debug, Default, PartialEq)]
struct ErrorBody {
    code: Option<String>,
    message: String,
    request_id: Option<String>,
    encoded_authorization_message: Option<String>,
}

impl ErrorBody {
    fn into_error(self) -> Error {
        Error::new(ErrorKind::Service, self.message)
            .with_code(self.code)
            .with_request_id(self.request_id)
            .with_encoded_authorization_message(self.encoded_authorization_message)
    }

    /// Searches the body itself first, then the objects in it: `{"error": {…}}`, `{"badRequest": {…}}`. `named` are the
    /// members for code and message from the spec, if it has them.
    fn find(body: &Value, named: Option<(&str, &str)>) -> Option<Self> {
        // A body with deeper nesting is not an error body.
        const DEEPEST: usize = 4;
        Self::find_within(body, named, DEEPEST)
    }

    fn find_within(body: &Value, named: Option<(&str, &str)>, depth: usize) -> Option<Self> {
        let text = |key: &str| scalar(body.get(key)?);
        let within = |part: &Value| Self::find_within(part, None, depth.checked_sub(1)?);
        if let Value::Array(items) = body {
            return items.iter().find_map(within);
        }
        let nested = || body.as_object()?.values().find_map(within);
        let usual = [("error_code", "error_msg"), ("errorCode", "errorMsg"), ("code", "message"), ("code", "reason")];
        let pair = named.into_iter().chain(usual).find_map(|(code, message)| Some((text(code)?, text(message)?)));
        let mut found = match pair {
            Some((code, message)) => Self { code: Some(code), message, ..Self::default() },
            None => match nested() {
                Some(found) => found,
                None => {
                    let code = ["error_code", "errorCode", "code"].into_iter().find_map(text);
                    let message =
                        ["error_msg", "errorMsg", "message", "error_description", "error"].into_iter().find_map(text);
                    if code.is_none() && message.is_none() {
                        return None;
                    }
                    Self { code, message: message.unwrap_or_else(|| "no message".to_owned()), ..Self::default() }
                }
            },
        };
        found.request_id = found.request_id.or_else(|| text("request_id"));
        found.encoded_authorization_message =
            found.encoded_authorization_message.or_else(|| text("encoded_authorization_message"));
        Some(found)
    }
}

/// Returns a string, or a number as a string: IAM sends integer codes.
fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
    }
}

/// Observes the members that report success or failure while the body is deserialized into its type, so that it is read
/// only once.
struct InBandProbe<'o> {
    in_band: Option<&'o InBandStatus>,
    status: Option<Value>,
    code: Option<Value>,
    error: Option<Value>,
}

impl InBandProbe<'_> {
    /// Returns `true` if the body reports a failure.
    fn failed(&self) -> bool {
        let Some(in_band) = self.in_band else { return false };
        let code = self.code.as_ref().and_then(scalar).filter(|code| !code.is_empty());
        let status = self.status.as_ref().and_then(scalar).unwrap_or_default();
        code.is_some_and(|code| !in_band.success.contains(&code.as_str()))
            || in_band.failure.iter().any(|failure| failure.eq_ignore_ascii_case(&status))
            || self.error.as_ref().is_some_and(|error| error.get("code").is_some_and(|code| !code.is_null()))
    }
}

/// Keystone's error member, which other services are known to send in addition to their own.
const ERROR: &str = "error";

impl Observer for InBandProbe<'_> {
    fn observes(&self, name: &str) -> bool {
        self.in_band.is_some_and(|in_band| name == in_band.code || Some(name) == in_band.status || name == ERROR)
    }

    fn observe(&mut self, name: &str, value: &Value) {
        let slot = match self.in_band {
            Some(in_band) if name == in_band.code => &mut self.code,
            Some(in_band) if Some(name) == in_band.status => &mut self.status,
            _ => &mut self.error,
        };
        *slot = Some(value.clone());
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(body: &str) -> (Option<String>, String) {
        let error = service_error(400, body.as_bytes());
        (error.code().map(str::to_owned), error.message().to_owned())
    }

    #[test]
    fn the_contract_says_which_members_are_code_and_message() {
        let in_band = InBandStatus::new("fault", "why", &[]);
        let body = br#"{"error_code":"A.1","error_msg":"m","fault":7,"why":"because"}"#;
        let error = decode(body, Some(&in_band), &mut Nothing).unwrap_err();
        assert_eq!((error.code(), error.message()), (Some("7"), "because"));
    }

    #[derive(Default)]
    struct Nothing;

    impl ReadObject for Nothing {
        fn read(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
            Ignored.object(object)
        }
    }

    #[test]
    fn error_bodies_of_every_known_shape_give_code_and_message() {
        for body in [
            r#"{"error_code":"A.1","error_msg":"m"}"#,
            r#"{"errorCode":"A.1","errorMsg":"m"}"#,
            r#"{"code":"A.1","message":"m"}"#,
            r#"{"error":{"code":"A.1","message":"m","title":"t"}}"#,
            r#"{"badRequest":{"code":"A.1","message":"m"}}"#,
            r#"{"error":{"code":"A.1","reason":"m"},"status":"error"}"#,
            r#"{"error":{"code":"X","reason":"n"},"status":"error","error_code":"A.1","error_msg":"m"}"#,
            r#"[{"error_code":"A.1","error_msg":"m"}]"#,
        ] {
            assert_eq!(parsed(body), (Some("A.1".into()), "m".into()), "{body}");
        }
        assert_eq!(parsed(r#"{"error":{"code":401,"message":"m"}}"#), (Some("401".into()), "m".into()));
        assert_eq!(parsed(r#"{"error_code":"A.1"}"#), (Some("A.1".into()), "no message".into()));
        assert_eq!(parsed(r#"{"error_msg":"m"}"#), (None, "m".into()));
        assert_eq!(parsed(r#"{"error_code":null,"error_msg":null}"#).0, None);
        assert_eq!(parsed("plain words").1, "Bad Request: plain words");
        assert_eq!(parsed("<html></html>").1, "Bad Request (the response is a page of HTML)");
        assert_eq!(parsed("").1, "Bad Request (the response is empty)");
    }
}
