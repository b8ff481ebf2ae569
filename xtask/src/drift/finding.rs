//! [`Finding`]: a difference, as the comparison returns it.
//!
//! Must not know whether an `x-deviation` covers it.

use serde::Serialize;

/// A difference between a document and the spec, or within the document.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// The JSON pointer into the spec.
    pub pointer: String,
    /// The subject of the difference, as the `about` of an `x-deviation`.
    pub about: &'static str,
    /// The parameter, field or position that has no node in the spec.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// The side of the document.
    pub document: String,
    /// The side of the spec.
    pub spec: String,
    /// Whether existing callers are affected.
    pub breaking: bool,
    /// Whether the difference may only exist because the scrape lost part of the document.
    #[serde(skip)]
    pub lost: bool,
    /// The JSON pointers at which an `x-deviation` can cover the difference.
    #[serde(skip)]
    pub nodes: Vec<String>,
}
