//! A difference.

use serde::Serialize;

/// A difference between a page and the spec, or within the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Place in the spec.
    pub pointer: String,
    /// What differs; the word that an `x-deviation` uses for it.
    pub about: &'static str,
    /// The parameter, field or place that the spec has no node for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// What the page says.
    pub document: String,
    /// What the spec says.
    pub spec: String,
    /// Whether a caller of today notices.
    pub breaking: bool,
    /// Whether the page once said more, and its scrape lost it.
    #[serde(skip)]
    pub lost: bool,
    /// Where an `x-deviation` that covers it may stand.
    #[serde(skip)]
    pub nodes: Vec<String>,
}
