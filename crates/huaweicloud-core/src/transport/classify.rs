//! Classification of responses that are errors.

use serde_json::Value;
use zeroize::{Zeroize as _, Zeroizing};

use crate::{
    codegen::repair::repair,
    error::{Error, ErrorKind},
};

/// Creates an error from the body of a response with an error status.
pub(super) fn service_error(status: u16, body: &[u8]) -> Error {
    error_from(body, None, || plain_message(status, body.trim_ascii()))
}

/// Creates the error that the body of a response with a success status reports. `named` are the members for code and
/// message, `status` is the value that means failure.
pub(super) fn reported(body: &[u8], named: Option<(&str, &str)>, status: &str) -> Error {
    error_from(body, named, || format!("the service reports the status {status:?} without a message"))
}

/// Creates an error from a body, with a message of our own if it has neither code nor message.
fn error_from(body: &[u8], named: Option<(&str, &str)>, message: impl FnOnce() -> String) -> Error {
    let found = json(body).and_then(|json| ErrorBody::find(&json.0, named));
    found.map_or_else(|| Error::new(ErrorKind::Service, message()), ErrorBody::into_error)
}

/// Parses the body of an error, which may repeat secrets.
fn json(body: &[u8]) -> Option<Wiped> {
    /// Any value may take many times the memory of its text, in bytes.
    const LONGEST: usize = 1 << 20;
    let body = Some(body.trim_ascii()).filter(|body| body.len() <= LONGEST)?;
    let parsed = serde_json::from_slice(body).ok();
    parsed.or_else(|| serde_json::from_slice(&Zeroizing::new(repair(body)?)).ok()).map(Wiped)
}

/// JSON whose texts are wiped on drop.
struct Wiped(Value);

impl Drop for Wiped {
    fn drop(&mut self) {
        fn wipe(value: &mut Value) {
            match value {
                Value::String(text) => text.zeroize(),
                Value::Array(items) => items.iter_mut().for_each(wipe),
                Value::Object(members) => members.values_mut().for_each(wipe),
                _ => {}
            }
        }
        wipe(&mut self.0);
    }
}

/// Creates an error for a status that no service documents. Redirects are never followed.
pub(super) fn undocumented(status: u16, location: Option<&str>) -> Error {
    let message = if let 301 | 302 | 303 | 307 | 308 = status {
        let target = location.map_or_else(|| "elsewhere".to_owned(), |location| format!("to {location:?}"));
        format!("the response is a redirect {target}, which is not followed; is the endpoint right?")
    } else {
        format!(
            "the response has the status {status}, {}, which no service documents; is the endpoint right?",
            reason(status)
        )
    };
    Error::new(ErrorKind::UnexpectedResponse, message)
}

fn reason(status: u16) -> &'static str {
    let status = http::StatusCode::from_u16(status).ok();
    status.and_then(|status| status.canonical_reason()).unwrap_or("unknown status")
}

/// Returns a message for a response without an error code: its text if that is short, otherwise the reason of the
/// status.
fn plain_message(status: u16, text: &[u8]) -> String {
    const LONGEST: usize = 200;
    let reason = reason(status);
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
pub(super) fn scalar(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        _ => None,
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
