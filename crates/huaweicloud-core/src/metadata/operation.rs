//! An operation: method, path, parameters, and what its responses mean.

use super::{
    history::{EventMapping, ListedBy},
    pagination::Pagination,
    rules::{ObjectRule, Rule},
};

/// One operation.
#[derive(Debug)]
#[non_exhaustive]
pub struct Operation {
    /// Name of the method in the generated client: `list_case_operate_logs`.
    pub id: &'static str,
    /// The vendor's name: `ListCaseOperateLogs`.
    pub api: &'static str,
    /// HTTP method.
    pub method: &'static str,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Whether repeating it is safe: a GET, or a POST that only reads.
    pub retry_safe: bool,
    /// Whether it is called without credentials, to get some.
    pub anonymous: bool,
    /// Whether parameters, bodies or headers hold secrets; its errors then quote no body.
    pub secrets: bool,
    /// Its parameters outside of a body.
    pub parameters: &'static [Parameter],
    /// The rules of its JSON body, if it takes one.
    pub body: Option<&'static ObjectRule>,
    /// Which lists know the ids that it takes.
    pub listed_by: &'static [ListedBy],
    /// How a body under a success status says that the call failed.
    pub in_band_status: Option<InBandStatus>,
    /// How to walk through its items.
    pub pagination: Option<Pagination>,
    /// How an item of its response reads as an event.
    pub history: Option<EventMapping>,
}

impl Operation {
    /// Describes an operation without parameters or body.
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

    /// Marks the operation as safe to repeat.
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

    /// Sets the rules of the body.
    #[must_use]
    pub const fn body(mut self, rules: &'static ObjectRule) -> Self {
        self.body = Some(rules);
        self
    }

    /// Sets the lists that know the ids it takes.
    #[must_use]
    pub const fn listed_by(mut self, lists: &'static [ListedBy]) -> Self {
        self.listed_by = lists;
        self
    }

    /// Sets how a body under a success status says that the call failed.
    #[must_use]
    pub const fn in_band_status(mut self, status: InBandStatus) -> Self {
        self.in_band_status = Some(status);
        self
    }

    /// Sets how to walk through its items.
    #[must_use]
    pub const fn pagination(mut self, pagination: Pagination) -> Self {
        self.pagination = Some(pagination);
        self
    }

    /// Sets how an item reads as an event.
    #[must_use]
    pub const fn history(mut self, history: EventMapping) -> Self {
        self.history = Some(history);
        self
    }

    /// Returns the parameter with this name.
    #[must_use]
    pub fn parameter(&self, name: &str) -> Option<&'static Parameter> {
        self.parameters.iter().find(|parameter| parameter.name == name)
    }
}

/// A parameter outside of the body.
#[derive(Debug)]
#[non_exhaustive]
pub struct Parameter {
    /// Name on the wire: `X-Time-Zone`.
    pub name: &'static str,
    /// Where it goes.
    pub location: Location,
    /// Whether it must be given.
    pub required: bool,
    /// Other parameters without which it cannot be given.
    pub needs: &'static [&'static str],
    /// What values it takes.
    pub rule: Rule,
}

impl Parameter {
    /// Describes a part of the path, which is always required.
    #[must_use]
    pub const fn path(name: &'static str, rule: Rule) -> Self {
        Self { name, location: Location::Path, required: true, needs: &[], rule }
    }

    /// Describes an optional parameter of the query.
    #[must_use]
    pub const fn query(name: &'static str, rule: Rule) -> Self {
        Self { name, location: Location::Query, required: false, needs: &[], rule }
    }

    /// Describes an optional header.
    #[must_use]
    pub const fn header(name: &'static str, rule: Rule) -> Self {
        Self { name, location: Location::Header, required: false, needs: &[], rule }
    }

    /// Marks the parameter as one that must be given.
    #[must_use]
    pub const fn required(mut self) -> Self {
        self.required = true;
        self
    }

    /// Sets the parameters without which it cannot be given.
    #[must_use]
    pub const fn needs(mut self, names: &'static [&'static str]) -> Self {
        self.needs = names;
        self
    }
}

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[non_exhaustive]
pub enum Location {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
}

/// How a body under a success status says that the call failed. Each member is at the top level of the body.
#[derive(Debug)]
#[non_exhaustive]
pub struct InBandStatus {
    /// Member that says in a word whether the call went well.
    pub status: Option<&'static str>,
    /// Member with the error code.
    pub code: &'static str,
    /// Member with the message.
    pub message: &'static str,
    /// Values of the code that mean success. A missing, null or empty code means success too.
    pub success: &'static [&'static str],
    /// Values of the status that mean failure.
    pub failure: &'static [&'static str],
}

impl InBandStatus {
    /// Names the members with code and message, and the codes that mean success.
    #[must_use]
    pub const fn new(code: &'static str, message: &'static str, success: &'static [&'static str]) -> Self {
        Self { status: None, code, message, success, failure: &[] }
    }

    /// Names the member with the status, and its values that mean failure.
    #[must_use]
    pub const fn status(mut self, status: &'static str, failure: &'static [&'static str]) -> Self {
        self.status = Some(status);
        self.failure = failure;
        self
    }
}
