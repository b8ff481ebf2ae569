//! Requests: arguments and body of an operation, and their conversion to an HTTP request.

use std::{borrow::Cow, fmt, io};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use zeroize::Zeroizing;

use crate::{
    check,
    codegen::write::Json,
    error::Error,
    metadata::{Location, Operation},
    options::CallOptions,
    secret::Secret,
    sign,
    violation::{Violation, quote},
};

/// A request for an operation, before it is sent.
#[derive(Clone)]
pub struct Request {
    pub(crate) operation: &'static Operation,
    arguments: Vec<(&'static str, Json<'static>)>,
    body: Option<Json<'static>>,
    pub(crate) options: CallOptions,
}

/// An HTTP request without its credentials.
pub(crate) struct Outgoing {
    pub(crate) operation: &'static Operation,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
    pub(crate) options: CallOptions,
    /// The secrets in the request, which must be redacted everywhere.
    pub(crate) secrets: Vec<Secret>,
}

impl Request {
    /// Creates a request without arguments.
    pub(crate) fn new(operation: &'static Operation) -> Self {
        let body = operation.body.map(|_| Json::Object(Vec::new()));
        Self { operation, arguments: Vec::new(), body, options: CallOptions::default() }
    }

    /// Sets an argument; an absent value removes it.
    pub(crate) fn set(&mut self, name: &'static str, value: Json<'static>) {
        self.arguments.retain(|(known, _)| *known != name);
        if !value.is_absent() {
            self.arguments.push((name, value));
        }
    }

    /// Sets the body.
    pub(crate) fn set_body(&mut self, body: Json<'static>) {
        self.body = Some(body);
    }

    /// Returns an argument, or a member of the body if there is no parameter with this name.
    pub(crate) fn get(&self, name: &str) -> Option<&Json<'static>> {
        let found = match (self.operation.parameter(name), &self.body) {
            (None, Some(Json::Object(members))) => {
                members.iter().find(|(known, _)| known == name).map(|(_, value)| value)
            }
            _ => self.arguments.iter().find(|(known, _)| *known == name).map(|(_, value)| value),
        };
        found.filter(|value| !value.is_absent())
    }

    /// Returns an integer argument, or an integer member of the body.
    pub(crate) fn number(&self, name: &str) -> Option<i64> {
        match self.get(name) {
            Some(Json::Integer(number)) => Some(*number),
            _ => None,
        }
    }

    /// Sets an argument, or a member of the body if there is no parameter with this name.
    pub(crate) fn place(&mut self, name: &'static str, value: Json<'static>) {
        if self.operation.parameter(name).is_some() {
            return self.set(name, value);
        }
        if let Some(Json::Object(members)) = &mut self.body {
            match members.iter_mut().find(|(known, _)| known == name) {
                Some((_, member)) => *member = value,
                None => members.push((Cow::Borrowed(name), value)),
            }
        }
    }

    /// Returns the path with its arguments inserted.
    fn path(&self) -> String {
        let mut parts = self.operation.path.split('{');
        let mut path = parts.next().unwrap_or_default().to_owned();
        for part in parts {
            let (name, rest) = part.split_once('}').unwrap_or((part, ""));
            for (_, value) in self.arguments.iter().filter(|(known, _)| *known == name) {
                path.extend(sign::encode(&plain(value)));
            }
            path.push_str(rest);
        }
        path
    }

    fn normalise(&mut self) {
        for (name, value) in &mut self.arguments {
            if let Some(parameter) = self.operation.parameter(name) {
                check::normalise(&parameter.rule, value);
            }
        }
        if let (Some(rule), Some(body)) = (self.operation.body, &mut self.body) {
            check::normalise_object(rule, body);
        }
    }

    /// Returns an error with all rules that the request violates. The documented ones apply if `check_rules` is set,
    /// unless the options override it.
    pub(crate) fn check(&self, check_rules: bool) -> Result<(), Error> {
        let documented = self.options.get().check_rules.unwrap_or(check_rules);
        let mut found = check::safety(self.operation, &self.arguments);
        if documented {
            for violation in check::rules(self.operation, &self.arguments, self.body.as_ref()) {
                // A missing or empty value is reported only once.
                let nothing = |known: &Violation| matches!(known.value(), None | Some("\"\""));
                if !found.iter().any(|known| known.path() == violation.path() && nothing(known)) {
                    found.push(violation);
                }
            }
        }
        if found.is_empty() { Ok(()) } else { Err(Error::violated(found).with_operation(self.operation.id)) }
    }

    /// Converts into an HTTP request. `check_rules` applies unless the options override it.
    pub(crate) fn into_outgoing(mut self, check_rules: bool) -> Result<Outgoing, Error> {
        self.normalise();
        self.check(check_rules)?;
        let operation = self.operation;
        let mut out = Outgoing {
            operation,
            method: method(operation.method)?,
            path: self.path(),
            query: Vec::new(),
            headers: HeaderMap::new(),
            body: None,
            options: CallOptions::default(),
            secrets: Vec::new(),
        };
        let mut broken = Vec::new();
        // In the documented order, whatever the order of the setters.
        for parameter in operation.parameters {
            let given = self.arguments.iter().find(|(name, _)| *name == parameter.name);
            let Some((name, value)) = given else { continue };
            match (parameter.location, value) {
                (Location::Path, _) => {}
                (Location::Query, Json::Array(items)) => {
                    out.query.extend(items.iter().map(|item| ((*name).to_owned(), plain(item).into_owned())));
                }
                (Location::Query, value) => out.query.push(((*name).to_owned(), plain(value).into_owned())),
                (Location::Header, value) => match header(name, value) {
                    Ok((name, value)) => drop(out.headers.insert(name, value)),
                    Err(violation) => broken.push(violation),
                },
            }
            out.secrets.extend(value.secrets());
        }
        if let Some(body) = &self.body {
            let secrets = body.secrets();
            out.body = Some(write(body, !secrets.is_empty()).map_err(|error| Error::invalid("body", error))?);
            out.secrets.extend(secrets);
            out.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        }
        if !broken.is_empty() {
            return Err(Error::violated(broken).with_operation(operation.id));
        }
        out.with(self.options)
    }
}

impl Outgoing {
    /// Applies the options of a call.
    pub(crate) fn with(mut self, options: CallOptions) -> Result<Self, Error> {
        for header in options.own_headers() {
            let (name, value) = header.map_err(|error| error.with_operation(self.operation.id))?;
            self.headers.insert(name, value);
        }
        self.secrets.extend(options.get().secret_headers.iter().map(|(_, secret)| secret.clone()));
        self.query.extend(options.get().query.iter().cloned());
        self.options = options;
        Ok(self)
    }
}

/// Parses the HTTP method of an operation.
pub(crate) fn method(name: &str) -> Result<Method, Error> {
    Method::from_bytes(name.as_bytes()).map_err(|error| Error::invalid("method", error))
}

/// Serializes a body. One with secrets is written without reallocation, which would leave copies, and wiped on drop.
fn write(body: &Json<'_>, secret: bool) -> serde_json::Result<Bytes> {
    if !secret {
        return serde_json::to_vec(body).map(Bytes::from);
    }
    let mut length = Length(0);
    serde_json::to_writer(&mut length, body)?;
    let mut written = Zeroizing::new(Vec::with_capacity(length.0));
    serde_json::to_writer(&mut *written, body)?;
    Ok(Bytes::from_owner(written))
}

/// A writer that only counts.
struct Length(usize);

impl io::Write for Length {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.0 += bytes.len();
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        Ok(())
    }
}

/// Formats a scalar for a path, a query or a header.
fn plain<'v>(value: &'v Json<'_>) -> Cow<'v, str> {
    match value {
        Json::Text(text) => Cow::Borrowed(text),
        Json::Secret(secret) => Cow::Borrowed(secret.expose()),
        other => Cow::Owned(serde_json::to_string(other).unwrap_or_default()),
    }
}

fn header(name: &'static str, value: &Json<'_>) -> Result<(HeaderName, HeaderValue), Violation> {
    let header_name =
        HeaderName::from_bytes(name.as_bytes()).map_err(|error| Violation::new(name, error.to_string(), None))?;
    let is_printable = |value: &HeaderValue| value.to_str().is_ok();
    let written = if let Json::Secret(secret) = value {
        let written = secret.to_header().ok().filter(is_printable);
        written.ok_or_else(|| Violation::new(name, "holds a character that cannot stand in a header", None))?
    } else {
        let text = plain(value);
        let written = HeaderValue::from_str(&text).ok().filter(is_printable);
        written.ok_or_else(|| Violation::new(name, "must be printable ASCII", Some(quote(&text))))?
    };
    Ok((header_name, written))
}

impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut shown = f.debug_struct("Request");
        shown.field("operation", &self.operation.id);
        for (name, value) in &self.arguments {
            shown.field(name, value);
        }
        if let Some(body) = &self.body {
            shown.field("body", body);
        }
        shown.finish_non_exhaustive()
    }
}
