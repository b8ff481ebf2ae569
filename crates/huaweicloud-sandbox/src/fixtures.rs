//! Responses of the test's own.

use serde_json::{Map, Value};

/// The response to the calls of an operation with these arguments, instead of a documented or generated one.
///
/// Of several that apply to a call, the one with the most arguments is used, and of these the first.
///
/// ```
/// use huaweicloud_sandbox::Fixture;
/// use serde_json::json;
///
/// let history = Fixture::new("osm", "list_case_operate_logs")
///     .argument("case_id", "CS1")
///     .items([json!({ "incident_log_id": "2", "operate_desc": "closed" }), json!({ "incident_log_id": "1" })]);
/// ```
#[derive(Clone, Debug)]
#[must_use = "pass it to `SandboxBuilder::fixture`"]
pub struct Fixture {
    pub(crate) service: String,
    pub(crate) operation: String,
    pub(crate) arguments: Map<String, Value>,
    pub(crate) items: Option<Vec<Value>>,
    pub(crate) body: Option<Value>,
}

impl Fixture {
    /// Creates a fixture for an operation of a service by their ids, such as `osm` and `list_cases`.
    pub fn new(service: impl Into<String>, operation: impl Into<String>) -> Self {
        let (service, operation) = (service.into(), operation.into());
        Self { service, operation, arguments: Map::new(), items: None, body: None }
    }

    /// Restricts the fixture to calls with this argument: a parameter, or a member of the body. Values are compared as
    /// text.
    ///
    /// The value counts as an id that exists.
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }

    /// Sets the items of a list operation, newest first. The sandbox puts them on pages and counts them, and their ids
    /// exist.
    ///
    /// A list that [grows](crate::Fault::Grow) is continued with generated records like these.
    pub fn items(mut self, items: impl IntoIterator<Item = Value>) -> Self {
        self.items = Some(items.into_iter().collect());
        self
    }

    /// Sets the response body of an operation that is not a list operation.
    pub fn body(mut self, body: impl Into<Value>) -> Self {
        self.body = Some(body.into());
        self
    }
}
