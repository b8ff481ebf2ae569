//! A broken rule: which value, which rule, what was given.

use std::fmt;

/// A rule that a call broke, so that it was not sent.
///
/// `Display` is a sentence with all of it. Of a secret, nothing but the rule is told.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Violation {
    path: String,
    rule: String,
    value: Option<String>,
}

impl Violation {
    /// From a path, and a rule that goes on after it: "must be from 1 to 100".
    pub(crate) fn new(path: impl Into<String>, rule: impl Into<String>, value: Option<String>) -> Self {
        Self { path: path.into(), rule: rule.into(), value }
    }

    /// Returns the name of the parameter or the path in the body, such as `string_filters[1].values`.
    #[must_use]
    pub fn path(&self) -> &str {
        &self.path
    }

    /// Returns the rule, such as `must be from 1 to 100`.
    #[must_use]
    pub fn rule(&self) -> &str {
        &self.rule
    }

    /// Returns the value that broke it, cut when it is long; `None` where none was given, or where it is secret.
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

/// Shows a text in a message, cut when it is long.
pub(crate) fn shown(text: &str) -> String {
    const LONGEST: usize = 80;
    match text.char_indices().nth(LONGEST) {
        None => format!("{text:?}"),
        Some((end, _)) => format!("{:?}…", &text[..end]),
    }
}
