//! Traits that connect generated body models to the transport.

use std::{any::Any, fmt::Debug};

use http::HeaderMap;

use super::{
    list::List,
    place::{Ignored, Malformed, ObjectReader, Place as _, ReadObject},
    write::{Json, ToJson},
};

/// The model of a request or response body, including response fields that are read from headers.
pub trait Body: ReadObject + ToJson + Debug + Any + Send + Sync {
    /// Reads the fields that come from response headers.
    fn read_headers(&mut self, _headers: &HeaderMap) {}
    /// Returns whether nothing is read from a body, because no document says what it holds.
    fn is_undocumented(&self) -> bool {
        false
    }
}

/// The response of an operation that documents no body. Whatever comes is only in the raw body.
impl Body for () {
    fn is_undocumented(&self) -> bool {
        true
    }
}

impl ReadObject for () {
    fn read(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
        Ignored.object(object)
    }
}

impl ToJson for () {
    fn to_json(&self) -> Json<'_> {
        Json::Absent
    }
}

/// A response body that is a page of items.
pub trait Page: Send + Unpin + 'static {
    /// The type of an item.
    type Item: Clone + PartialEq + Send + Unpin + 'static;

    /// Returns the items.
    fn items(&self) -> &[Self::Item];
    /// Returns the items by value.
    fn into_items(self) -> Vec<Self::Item>;
    /// Returns what identifies an item among those of all pages, as an array of members; absent if nothing does.
    fn id<'p>(&'p self, _item: &'p Self::Item) -> Json<'p> {
        Json::Absent
    }
    /// Returns the total number of items across all pages, if the body contains it.
    fn total(&self) -> Option<i64>;
    /// Returns the marker of the next page, if the body contains it.
    fn next_marker(&self) -> Option<&str> {
        None
    }
}

/// Returns the items of a list, or an empty slice if a member on the path to the list is missing.
#[must_use]
pub fn listed<T>(list: Option<&List<T>>) -> &[T] {
    list.map(|list| &**list).unwrap_or_default()
}
