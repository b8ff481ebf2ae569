//! Fault plans: which fault applies to which request.

use std::{
    sync::atomic::{AtomicU32, Ordering},
    time::Duration,
};

use serde::{Deserialize, Deserializer, de::Error as _};
use serde_json::{Map, Value};

use crate::{arguments::includes, faults::Fault};

/// A fault and the requests that it applies to: all, unless restricted.
///
/// A rule counts the requests that have its service, operation and arguments and come within its window of time,
/// including those to which another rule of the plan applies.
#[derive(Clone, Debug, PartialEq, Deserialize)]
#[serde(deny_unknown_fields)]
#[must_use = "add it to a `FaultPlan`"]
pub struct FaultRule {
    #[serde(default)]
    pub(crate) service: Option<String>,
    #[serde(default)]
    pub(crate) operation: Option<String>,
    #[serde(default)]
    pub(crate) arguments: Map<String, Value>,
    #[serde(default)]
    after: u32,
    #[serde(default)]
    times: Option<u32>,
    #[serde(default, deserialize_with = "seconds")]
    from: Option<Duration>,
    #[serde(default, deserialize_with = "seconds")]
    until: Option<Duration>,
    #[serde(rename = "do")]
    fault: Fault,
}

fn seconds<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Duration>, D::Error> {
    let seconds = Option::<f64>::deserialize(deserializer)?;
    seconds.map(Duration::try_from_secs_f64).transpose().map_err(D::Error::custom)
}

impl FaultRule {
    /// Creates a rule that injects a fault into all responses.
    pub fn new(fault: Fault) -> Self {
        let (service, operation, arguments) = (None, None, Map::new());
        Self { service, operation, arguments, after: 0, times: None, from: None, until: None, fault }
    }

    /// Restricts the rule to a service by its id, such as `osm`.
    pub fn service(mut self, id: impl Into<String>) -> Self {
        self.service = Some(id.into());
        self
    }

    /// Restricts the rule to an operation by its id, such as `list_cases`.
    pub fn operation(mut self, id: impl Into<String>) -> Self {
        self.operation = Some(id.into());
        self
    }

    /// Restricts the rule to requests with this argument: a parameter, or a member of the body. Values are compared as
    /// text.
    pub fn argument(mut self, name: impl Into<String>, value: impl Into<Value>) -> Self {
        self.arguments.insert(name.into(), value.into());
        self
    }

    /// Sets the number of requests without the fault before it applies. Defaults to 0.
    pub fn after(mut self, requests: u32) -> Self {
        self.after = requests;
        self
    }

    /// Sets the number of requests with the fault. Defaults to all following requests.
    pub fn times(mut self, requests: u32) -> Self {
        self.times = Some(requests);
        self
    }

    /// Restricts the rule to requests at this time since the start of the sandbox, or later.
    pub fn from(mut self, time: Duration) -> Self {
        self.from = Some(time);
        self
    }

    /// Restricts the rule to requests before this time since the start of the sandbox.
    pub fn until(mut self, time: Duration) -> Self {
        self.until = Some(time);
        self
    }

    fn concerns(&self, request: &Concerned<'_>) -> bool {
        self.service.as_deref().is_none_or(|id| id == request.service)
            && self.operation.as_deref().is_none_or(|id| id == request.operation)
            && includes(request.arguments, &self.arguments)
            && self.from.is_none_or(|from| request.elapsed >= from)
            && self.until.is_none_or(|until| request.elapsed < until)
    }
}

/// What rules look at in a request.
pub(crate) struct Concerned<'a> {
    pub(crate) service: &'a str,
    pub(crate) operation: &'a str,
    pub(crate) arguments: &'a Map<String, Value>,
    /// The time since the start.
    pub(crate) elapsed: Duration,
}

/// A list of rules for fault injection, of which the first that applies to a request is used.
///
/// ```
/// use huaweicloud_sandbox::{Fault, FaultPlan, FaultRule};
///
/// let unavailable = Fault::Status { status: 503, retry_after: None };
/// let plan = FaultPlan::new()
///     .rule(FaultRule::new(Fault::Reset).operation("list_case_operate_logs").argument("case_id", "CS1").times(2))
///     .rule(FaultRule::new(unavailable));
/// let same: FaultPlan = r#"[
///     {"operation": "list_case_operate_logs", "arguments": {"case_id": "CS1"}, "times": 2, "do": {"fault": "reset"}},
///     {"do": {"fault": "status", "status": 503}}
/// ]"#.parse()?;
/// assert!(plan.rules().eq(same.rules()));
/// # Ok::<(), std::io::Error>(())
/// ```
#[derive(Debug, Default)]
pub struct FaultPlan(Vec<Counted>);

/// A rule, and the number of requests so far that it concerns.
#[derive(Debug)]
struct Counted {
    rule: FaultRule,
    seen: AtomicU32,
}

impl FaultPlan {
    /// Creates a plan without faults.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Adds a rule.
    #[must_use]
    pub fn rule(mut self, rule: FaultRule) -> Self {
        self.0.push(Counted { rule, seen: AtomicU32::new(0) });
        self
    }

    /// Adds a rule for the `bad` requests after the first `good` ones.
    #[must_use]
    pub fn after(self, good: u32, bad: u32, fault: Fault) -> Self {
        self.rule(FaultRule::new(fault).after(good).times(bad))
    }

    /// Adds a rule for the first `bad` requests.
    #[must_use]
    pub fn first(self, bad: u32, fault: Fault) -> Self {
        self.rule(FaultRule::new(fault).times(bad))
    }

    /// Adds a rule for all requests.
    #[must_use]
    pub fn always(self, fault: Fault) -> Self {
        self.rule(FaultRule::new(fault))
    }

    /// Returns the rules.
    pub fn rules(&self) -> impl Iterator<Item = &FaultRule> {
        self.0.iter().map(|counted| &counted.rule)
    }

    /// Returns the fault for the next request.
    pub(crate) fn next(&self, request: &Concerned<'_>) -> Option<&Fault> {
        let mut found = None;
        for Counted { rule, seen } in self.0.iter().filter(|counted| counted.rule.concerns(request)) {
            let number = seen.fetch_add(1, Ordering::Relaxed);
            let due = number >= rule.after && rule.times.is_none_or(|times| number < rule.after.saturating_add(times));
            found = found.or(due.then_some(&rule.fault));
        }
        found
    }
}

impl std::str::FromStr for FaultPlan {
    type Err = std::io::Error;

    fn from_str(text: &str) -> Result<Self, Self::Err> {
        let rules: Vec<FaultRule> = serde_json::from_str(text)?;
        Ok(rules.into_iter().fold(Self::new(), Self::rule))
    }
}
