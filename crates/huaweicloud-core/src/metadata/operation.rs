//! Operations: method, path, parameters, and the interpretation of responses.

use super::{
    history::{EventMapping, ListedBy},
    pagination::Pagination,
    rules::{ObjectRule, Rule},
};

/// The description of an operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// Name of the method in the generated client, such as `list_case_operate_logs`.
    pub id: &'static str,
    /// The vendor's name, such as `ListCaseOperateLogs`.
    pub api: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Whether it is safe to retry although its method is not idempotent: a POST that only reads.
    pub retry_safe: bool,
    /// Whether it is called without credentials, in order to obtain some.
    pub anonymous: bool,
    /// Whether parameters, bodies or headers hold secrets; errors then contain no excerpt of the body.
    pub secrets: bool,
    /// Parameters in path, query and headers.
    pub parameters: &'static [Parameter],
    /// Rules of the JSON request body, if there is one.
    pub body: Option<&'static ObjectRule>,
    /// List operations that return the ids it takes.
    pub listed_by: &'static [ListedBy],
    /// How a response with a success status reports that the call failed.
    pub in_band_status: Option<InBandStatus>,
    /// Pagination of its items, if it is a list operation.
    pub pagination: Option<Pagination>,
    /// Mapping of an item of the response to an event.
    pub history: Option<EventMapping>,
}

impl Operation {
    /// Creates an operation without parameters or body.
    #[must_use]
    pub const fn new(id: &'static str, api: &'static str, method: &'static str, path: &'static str) -> Self {
        Self {
            id,
            api,
            method,
            path,
            retry_safe: false,
            anonymous: false,
            secrets: false,
            parameters: &[],
            body: None,
            listed_by: &[],
            in_band_status: None,
            pagination: None,
            history: None,
        }
    }

    /// Marks the operation as safe to retry although its method is not idempotent.
    #[must_use]
    pub const fn retry_safe(mut self) -> Self {
        self.retry_safe = true;
        self
    }

    /// Marks the operation as one that is called without credentials.
    #[must_use]
    pub const fn anonymous(mut self) -> Self {
        self.anonymous = true;
        self
    }

    /// Marks the operation as one that exchanges secrets.
    #[must_use]
    pub const fn secrets(mut self) -> Self {
        self.secrets = true;
        self
    }

    /// Sets the parameters.
    #[must_use]
    pub const fn parameters(mut self, parameters: &'static [Parameter]) -> Self {
        self.parameters = parameters;
        self
    }

    /// Sets the rules of the request body.
    #[must_use]
    pub const fn body(mut self, rules: &'static ObjectRule) -> Self {
        self.body = Some(rules);
        self
    }

    /// Sets the list operations that return the ids it takes.
    #[must_use]
    pub const fn listed_by(mut self, lists: &'static [ListedBy]) -> Self {
        self.listed_by = lists;
        self
    }

    /// Sets how a response with a success status reports that the call failed.
    #[must_use]
    pub const fn in_band_status(mut self, status: InBandStatus) -> Self {
        self.in_band_status = Some(status);
        self
    }

    /// Sets the pagination.
    #[must_use]
    pub const fn pagination(mut self, pagination: Pagination) -> Self {
        self.pagination = Some(pagination);
        self
    }

    /// Sets the mapping of an item to an event.
    #[must_use]
    pub const fn history(mut self, history: EventMapping) -> Self {
        self.history = Some(history);
        self
    }

    /// Returns the parameter with this name, if it exists.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// A parameter in the path, the query or a header.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Name in the HTTP request, such as `X-Time-Zone`.
    pub name: &'static str,
    /// Location in the HTTP request.
    pub location: Location,
    /// Whether it is required.
    pub required: bool,
    /// Other parameters that must be set if it is set.
    pub needs: &'static [&'static str],
    /// Rule for its values.
    pub rule: Rule,
}

impl Parameter {
    /// Creates a path parameter, which is always required.
    #[must_use]
    pub const fn path(name: &'static str, rule: Rule) -> Self {
        Self { name, location: Location::Path, required: true, needs: &[], rule }
    }

    /// Creates an optional query parameter.
    #[must_use]
    pub const fn query(name: &'static str, rule: Rule) -> Self {
        Self { name, location: Location::Query, required: false, needs: &[], rule }
    }

    /// Creates an optional header parameter.
    #[must_use]
    pub const fn header(name: &'static str, rule: Rule) -> Self {
        Self { name, location: Location::Header, required: false, needs: &[], rule }
    }

    /// Marks the parameter as required.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Sets the other parameters that must be set if it is set.
    #[must_use]
    pub const fn needs(mut self, names: &'static [&'static str]) -> Self {
        self.needs = names;
        self
    }
}

/// The location of a parameter in the HTTP request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// The path.
    Path,
    /// The query.
    Query,
    /// A header.
    Header,
}

/// The members with which a response with a success status reports that the call failed.
///
/// All of them are at the top level of the response body.
#[derive(Debug)]
#[non_exhaustive]
pub struct InBandStatus {
    /// Member with a word for success or failure.
    pub status: Option<&'static str>,
    /// Member with the error code.
    pub code: &'static str,
    /// Member with the message.
    pub message: &'static str,
    /// Values of the code that mean success. So does a missing, null or empty code.
    pub success: &'static [&'static str],
    /// Values of the status that mean failure.
    pub failure: &'static [&'static str],
}

impl InBandStatus {
    /// Creates a description from the members for code and message, and the codes that mean success.
    #[must_use]
    pub const fn new(code: &'static str, message: &'static str, success: &'static [&'static str]) -> Self {
        Self { status: None, code, message, success, failure: &[] }
    }

    /// Sets the member for the status, and its values that mean failure.
    #[must_use]
    pub const fn status(mut self, status: &'static str, failure: &'static [&'static str]) -> Self {
        self.status = Some(status);
        self.failure = failure;
        self
    }
}
