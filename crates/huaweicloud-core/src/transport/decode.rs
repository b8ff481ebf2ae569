//! Deserialization of successful responses.
//!
//! The content type is not trusted: gateways label JSON as HTML and vice versa.

use bytes::Bytes;
use http::HeaderMap;
use serde::de::DeserializeSeed as _;
use serde_json::Value;
use tokio::runtime::Handle;

use super::classify::{reported, scalar};
use crate::{
    codegen::{
        body::Body,
        place::{ArrayReader, Ignored, Malformed, ObjectReader, Place, Scalar},
        read::{Context, Observer, Reading},
        repair::repair,
    },
    error::{Error, ErrorKind},
    metadata::InBandStatus,
};

/// Creates an empty model of a response body.
pub(crate) type NewModel = fn() -> Box<dyn Body>;

/// Returns an empty model.
pub(crate) fn empty<T: Body + Default>() -> Box<dyn Body> {
    Box::new(T::default())
}

/// The largest body that is deserialized on the thread of the caller, in bytes: a few milliseconds of work.
const SMALL: usize = 1 << 20;

/// Deserializes a response into a new model.
pub(super) async fn decode_response(
    body: &Bytes,
    headers: &HeaderMap,
    in_band: Option<&'static InBandStatus>,
    new: NewModel,
) -> (Box<dyn Body>, Result<(), Error>) {
    let mut model = new();
    // Headers first, so that secrets from them are redacted if the body repeats them.
    model.read_headers(headers);
    let body = body.clone();
    let decoded = aside(body.len(), move || {
        let result = decode(&body, in_band, &mut *model);
        (model, result)
    });
    decoded.await.unwrap_or_else(|error| (new(), Err(error)))
}

/// Calls a function that takes time in proportion to a size, on a thread of its own if it is large: other calls go on.
pub(crate) async fn aside<T: Send + 'static>(
    size: usize,
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, Error> {
    // Another runtime than tokio's has no such threads.
    let runtime = if size > SMALL { Handle::try_current().ok() } else { None };
    let Some(runtime) = runtime else { return Ok(work()) };
    let given_up = |error| Error::new(ErrorKind::Decode, "the deserialization was given up").with_source(error);
    runtime.spawn_blocking(work).await.map_err(given_up)
}

/// Deserializes the body of a response with a success status. Text that is not JSON costs its member, not the response.
pub(crate) fn decode(body: &[u8], in_band: Option<&InBandStatus>, model: &mut dyn Body) -> Result<(), Error> {
    if model.is_undocumented() {
        return Ok(());
    }
    decode_exact(body, in_band, model).or_else(|error| {
        // What has been read is read again.
        let repaired = Some(body).filter(|_| error.kind() == ErrorKind::Decode).and_then(repair);
        match repaired.map(|repaired| decode_exact(&repaired, in_band, model)) {
            // It is broken in another way, too, at a place that only the text as it came has.
            Some(Err(again)) if again.kind() == ErrorKind::Decode => Err(error),
            Some(result) => result,
            None => Err(error),
        }
    })
}

fn decode_exact(body: &[u8], in_band: Option<&InBandStatus>, model: &mut dyn Body) -> Result<(), Error> {
    let text = body.trim_ascii();
    match text.first() {
        None => return Err(Error::new(ErrorKind::UnexpectedResponse, "the response is empty")),
        Some(b'<') => {
            let message = "the response is a page of HTML, not JSON; is the endpoint right?";
            return Err(Error::new(ErrorKind::UnexpectedResponse, message));
        }
        // Some operations respond with JSON inside a JSON string.
        Some(b'{') => {}
        Some(_) => {
            if let Ok(unpacked) = serde_json::from_slice::<String>(text)
                && unpacked.trim_start().starts_with('{')
            {
                return decode_exact(unpacked.as_bytes(), in_band, model);
            }
            return Err(Error::new(ErrorKind::Decode, "the response is not a JSON object"));
        }
    }
    let mut probe = InBandProbe { in_band, status: None, code: None, error: None };
    let context = Context::for_body(text.len());
    let mut json = serde_json::Deserializer::from_slice(text);
    let reading = Reading::new(&mut Whole(model), &context).observed_by(&mut probe).deserialize(&mut json);
    let read = reading.and_then(|()| json.end());
    if probe.failed() {
        let named = in_band.map(|in_band| (in_band.code, in_band.message));
        return Err(reported(text, named, &probe.status.as_ref().and_then(scalar).unwrap_or_default()));
    }
    read.map_err(|error| {
        if let Some(budget) = context.exceeded() {
            let message = format!(
                "the response of {} bytes takes more than {budget} bytes of memory; ask for smaller pages",
                text.len()
            );
            return Error::new(ErrorKind::UnexpectedResponse, message);
        }
        // The types accept any JSON object, so an error means malformed JSON.
        let path = Some(context.path()).filter(|path| !path.is_empty());
        Error::new(ErrorKind::Decode, "the response is not the documented JSON")
            .with_json_path(path.unwrap_or_else(|| "the top level".to_owned()))
            .with_source(error)
    })
}

/// The top level of a response, which is an object.
struct Whole<'w>(&'w mut dyn Body);

impl Place for Whole<'_> {
    fn scalar(&mut self, _: Scalar<'_>) {}

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
        self.0.read(object)
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed> {
        Ignored.array(array)
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
    use crate::codegen::{
        place::ReadObject,
        write::{Json, ToJson},
    };

    #[test]
    fn the_contract_says_which_members_are_code_and_message() {
        let in_band = InBandStatus::new("fault", "why", &[]);
        let body = br#"{"error_code":"A.1","error_msg":"m","fault":7,"why":"because"}"#;
        let error = decode(body, Some(&in_band), &mut Nothing).unwrap_err();
        assert_eq!((error.code(), error.message()), (Some("7"), "because"));
    }

    #[derive(Debug)]
    struct Nothing;

    impl Body for Nothing {}

    impl ToJson for Nothing {
        fn to_json(&self) -> Json<'_> {
            Json::Absent
        }
    }

    impl ReadObject for Nothing {
        fn read(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
            Ignored.object(object)
        }
    }
}
