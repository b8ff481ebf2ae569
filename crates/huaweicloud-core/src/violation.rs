//! Violations of rules.

use std::fmt;

/// A rule that a request violates, so that it was not sent.
///
/// `Display` shows path, rule and value. The value of a secret is omitted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    path: String,
    rule: String,
    value: Option<String>,
}

impl Violation {
    /// Creates a violation from a path and the rule that follows it in a sentence: "must be from 1 to 100".
    pub(crate) fn new(path: impl Into<String>, rule: impl Into<String>, value: Option<String>) -> Self {
        Self { path: path.into(), rule: rule.into(), value }
    }

    /// Returns the name of the parameter, or the path in the body, such as `string_filters[1].values`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the rule, such as `must be from 1 to 100`.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns the invalid value, truncated if it is long; `None` if it is missing or secret.
    #[must_use]
    pub fn value(&self) -> Option<&str> {
        self.value.as_deref()
    }
}

impl fmt::Display for Violation {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}", self.path, self.rule)?;
        match &self.value {
            Some(value) => write!(f, ", got {value}"),
            None => Ok(()),
        }
    }
}

impl std::error::Error for Violation {}

/// Quotes a text for a message, truncated if it is long.
pub(crate) fn quote(text: &str) -> String {
    let (start, ellipsis) = truncate(text);
    format!("{start:?}{ellipsis}")
}

/// Returns the start of a text for a message, and the ellipsis if that is not all.
pub(crate) fn truncate(text: &str) -> (&str, &'static str) {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        None => (text, ""),
        Some((end, _)) => (&text[..end], "…"),
    }
}
