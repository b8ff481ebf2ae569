//! From typed parameters to what goes over the wire.

use std::fmt::{self, Display, Write as _};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};
use serde::Serialize;

use crate::{CallOptions, Error, Operation, Secret, constrained, options::own_header, sign};

/// A request in the making; generated code fills it in.
#[derive(Clone)]
pub struct Request {
    pub(crate) operation: &'static Operation,
    pub(crate) method: Method,
    pub(crate) path: String,
    pub(crate) query: Vec<(String, String)>,
    pub(crate) options: CallOptions,
    pub(crate) headers: HeaderMap,
    pub(crate) body: Option<Bytes>,
}

/// What a setter of a builder keeps: the value, or the sentence of the rule it broke.
pub type Setting<T> = Result<T, String>;

/// The setting of a required parameter before anybody set it.
pub const UNSET: &str = "is required";

/// What a caller asked for with a required paging parameter: nothing if it was not set, so that a walk through the
/// pages begins at the first; for generated code.
///
/// # Errors
/// When the value broke its rule.
pub fn asked<T: Into<i64>>(setting: Setting<T>) -> Setting<Option<i64>> {
    match setting {
        Ok(value) => Ok(Some(value.into())),
        // The second is what the generator's builders of bodies say.
        Err(reason) if reason == UNSET || reason.starts_with("no value supplied for ") => Ok(None),
        Err(reason) => Err(reason),
    }
}

impl Request {
    /// A request without any parameter yet.
    ///
    /// # Errors
    /// When the operation has no valid method.
    pub fn new(operation: &'static Operation) -> Result<Self, Error> {
        Ok(Self {
            operation,
            method: Method::from_bytes(operation.method.as_bytes()).map_err(|error| Error::invalid("method", error))?,
            path: operation.path.to_owned(),
            query: Vec::new(),
            options: CallOptions::default(),
            headers: HeaderMap::new(),
            body: None,
        })
    }

    /// Puts a parameter into the path.
    ///
    /// # Errors
    /// When the value broke its rule.
    pub fn path(mut self, name: &'static str, value: Setting<impl Display>) -> Result<Self, Error> {
        let value = self.checked(name, value)?;
        self.path = self.path.replace(&format!("{{{name}}}"), &sign::encode(&value.to_string()).to_string());
        Ok(self)
    }

    /// Puts a parameter into the query.
    ///
    /// # Errors
    /// When the value broke its rule.
    pub fn query(self, name: &'static str, value: Setting<Option<impl Display>>) -> Result<Self, Error> {
        self.query_list(name, value)
    }

    /// Puts a list into the query, one pair for each item.
    ///
    /// # Errors
    /// When the value broke its rule.
    pub fn query_list<T: Display>(
        mut self,
        name: &'static str,
        value: Setting<impl IntoIterator<Item = T>>,
    ) -> Result<Self, Error> {
        for item in self.checked(name, value)? {
            self.query.push((name.to_owned(), item.to_string()));
        }
        Ok(self)
    }

    /// Puts a parameter into a header.
    ///
    /// # Errors
    /// When the value broke its rule, or cannot stand in a header.
    pub fn header(mut self, name: &'static str, value: Setting<Option<impl Display>>) -> Result<Self, Error> {
        if let Some(value) = self.checked(name, value)? {
            let value = HeaderValue::try_from(value.to_string())
                .ok()
                .filter(|value| value.to_str().is_ok())
                .ok_or_else(|| {
                    self.error(name, format!("must be printable ASCII, got {}", constrained::shown(&value.to_string())))
                })?;
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| self.error(name, error))?;
            self.headers.insert(name, value);
        }
        Ok(self)
    }

    /// Puts a secret into a header.
    ///
    /// # Errors
    /// When it cannot stand in a header; the message does not repeat it.
    pub fn secret_header(mut self, name: &'static str, value: Setting<Option<Secret>>) -> Result<Self, Error> {
        if let Some(value) = self.checked(name, value)? {
            let mut value = HeaderValue::from_str(value.expose())
                .map_err(|_| self.error(name, "holds a character that cannot stand in a header"))?;
            value.set_sensitive(true);
            let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| self.error(name, error))?;
            self.headers.insert(name, value);
        }
        Ok(self)
    }

    /// Does this call differently.
    ///
    /// # Errors
    /// When a header cannot be sent.
    pub fn with(mut self, options: CallOptions) -> Result<Self, Error> {
        for (name, value) in &options.headers {
            let (name, value) = own_header(name, value).map_err(|error| error.with_operation(self.operation.id))?;
            self.headers.insert(name, value);
        }
        self.query.extend(options.query.iter().cloned());
        self.options = options;
        Ok(self)
    }

    /// Puts a value into the body, as JSON.
    ///
    /// # Errors
    /// When the value broke its rule.
    pub fn json<T: Serialize>(mut self, value: Setting<T>) -> Result<Self, Error> {
        let value = self.checked("body", value)?;
        self.body = Some(serde_json::to_vec(&value).map_err(|error| self.error("body", error))?.into());
        self.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(self)
    }

    /// The request target: path and query, exactly as sent and signed.
    pub(crate) fn target(&self, canonical_query: &str) -> String {
        let mut target = self.path.clone();
        if !canonical_query.is_empty() {
            let _ = write!(target, "?{canonical_query}");
        }
        target
    }

    fn checked<T>(&self, name: &str, value: Setting<T>) -> Result<T, Error> {
        value.map_err(|rule| self.error(name, rule))
    }

    fn error(&self, name: &str, rule: impl Display) -> Error {
        Error::invalid(name, rule).with_operation(self.operation.id)
    }
}

/// Without the body, which may hold a password.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request")
            .field("operation", &self.operation.id)
            .field("path", &self.path)
            .field("query", &self.query)
            .field("headers", &self.headers)
            .finish_non_exhaustive()
    }
}
