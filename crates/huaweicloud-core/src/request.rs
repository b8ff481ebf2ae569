//! From typed parameters to what goes over the wire.

use std::fmt::{self, Display, Write as _};

use bytes::Bytes;
use http::{HeaderMap, HeaderName, HeaderValue, Method};

use crate::{
    CallOptions, Error, Json, Operation, Secret, ToJson, constrained,
    options::{own_header, own_secret_header},
    sign,
};

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
    /// What must never be seen of all this.
    pub(crate) secrets: Vec<Secret>,
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
            secrets: Vec::new(),
        })
    }

    /// Puts a parameter into the path.
    ///
    /// # Errors
    /// When the value broke its rule.
    pub fn path(&mut self, name: &'static str, value: Setting<impl Display>) -> Result<(), Error> {
        self.put_path(name, value.map(|value| value.to_string()))
    }

    fn put_path(&mut self, name: &'static str, value: Setting<String>) -> Result<(), Error> {
        let value = self.checked(name, value)?;
        self.path = self.path.replace(&format!("{{{name}}}"), &sign::encode(&value).to_string());
        Ok(())
    }

    /// Puts a parameter into the query.
    ///
    /// # Errors
    /// When the value broke its rule.
    pub fn query(&mut self, name: &'static str, value: Setting<Option<impl Display>>) -> Result<(), Error> {
        let text = value.map(|value| value.map(|value| value.to_string()));
        let text = self.checked(name, text)?;
        self.query.extend(text.map(|text| (name.to_owned(), text)));
        Ok(())
    }

    /// Puts a list into the query, one pair for each item.
    ///
    /// # Errors
    /// When the value broke its rule.
    pub fn query_list<T: Display>(
        &mut self,
        name: &'static str,
        value: Setting<impl IntoIterator<Item = T>>,
    ) -> Result<(), Error> {
        for item in self.checked(name, value)? {
            self.query.push((name.to_owned(), item.to_string()));
        }
        Ok(())
    }

    /// Puts a parameter into a header.
    ///
    /// # Errors
    /// When the value broke its rule, or cannot stand in a header.
    pub fn header(&mut self, name: &'static str, value: Setting<Option<impl Display>>) -> Result<(), Error> {
        self.put_header(name, value.map(|value| value.map(|value| value.to_string())))
    }

    fn put_header(&mut self, name: &'static str, value: Setting<Option<String>>) -> Result<(), Error> {
        let Some(text) = self.checked(name, value)? else { return Ok(()) };
        let value = HeaderValue::try_from(&text)
            .ok()
            .filter(|value| value.to_str().is_ok())
            .ok_or_else(|| self.error(name, format!("must be printable ASCII, got {}", constrained::shown(&text))))?;
        self.insert_header(name, value)
    }

    /// Puts a secret into a header.
    ///
    /// # Errors
    /// When it cannot stand in a header; the message does not repeat it.
    pub fn secret_header(&mut self, name: &'static str, value: Setting<Option<Secret>>) -> Result<(), Error> {
        let Some(secret) = self.checked(name, value)? else { return Ok(()) };
        let mut value = HeaderValue::from_str(secret.expose())
            .map_err(|_| self.error(name, "holds a character that cannot stand in a header"))?;
        value.set_sensitive(true);
        self.secrets.push(secret);
        self.insert_header(name, value)
    }

    fn insert_header(&mut self, name: &'static str, value: HeaderValue) -> Result<(), Error> {
        let name = HeaderName::from_bytes(name.as_bytes()).map_err(|error| self.error(name, error))?;
        self.headers.insert(name, value);
        Ok(())
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
        for (name, secret) in &options.secret_headers {
            let header = own_secret_header(name, secret);
            let (name, value) = header.map_err(|error| error.with_operation(self.operation.id))?;
            self.headers.insert(name, value);
            self.secrets.push(secret.clone());
        }
        self.query.extend(options.query.iter().cloned());
        self.options = options;
        Ok(self)
    }

    /// Puts a value into the body, as JSON.
    ///
    /// # Errors
    /// When the value broke its rule.
    pub fn json(&mut self, value: Setting<impl ToJson>) -> Result<(), Error> {
        let value = self.checked("body", value)?;
        self.put_json(&value.to_json())
    }

    fn put_json(&mut self, value: &Json<'_>) -> Result<(), Error> {
        self.secrets.extend(value.secrets());
        self.body = Some(serde_json::to_vec(value).map_err(|error| self.error("body", error))?.into());
        self.headers.insert(http::header::CONTENT_TYPE, HeaderValue::from_static("application/json"));
        Ok(())
    }

    /// Checks that no parameter of the query stands without those that it needs.
    pub(crate) fn check_needs(&self) -> Result<(), Error> {
        let given = |name: &str| self.query.iter().any(|(known, _)| known == name);
        for parameter in self.operation.parameters.iter().filter(|parameter| given(parameter.name)) {
            if let Some(missing) = parameter.needs.iter().find(|needed| !given(needed)) {
                return Err(self.error(parameter.name, format!("cannot be given without {missing}")));
            }
        }
        Ok(())
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
