//! What the body of a response is to the transport.

use std::fmt::Debug;

use http::HeaderMap;

use super::{list::List, read::ReadObject, write::ToJson};

/// The model of a whole body: what it holds and, in a response, what the headers add to it.
pub trait Body: ReadObject + ToJson + Debug + Send + Sync {
    /// Takes fields over from the headers.
    fn read_headers(&mut self, _headers: &HeaderMap) {}
}

/// A response body that is a page of items.
pub trait Page: Send + Unpin + 'static {
    /// What it holds.
    type Item: Clone + PartialEq + Send + Unpin + 'static;

    /// Its items.
    fn items(&self) -> &[Self::Item];
    /// Its items, taken out.
    fn into_items(self) -> Vec<Self::Item>;
    /// The number of all items, if the body has it.
    fn total(&self) -> Option<i64>;
}

/// The items of a page behind members that may be missing.
#[must_use]
pub fn listed<T>(list: Option<&List<T>>) -> &[T] {
    list.map(|list| &**list).unwrap_or_default()
}
