//! Items of lists as the service sends them, with the members that no document knows.

use std::{borrow::Cow, fmt, sync::OnceLock};

use bytes::Bytes;
use serde::de::{self, DeserializeSeed, Deserializer, IgnoredAny, MapAccess, SeqAccess, Visitor};
use serde_json::{Value, value::RawValue};

use crate::{
    codegen::{
        body::{Body, Page},
        place::{Ignored, Malformed, ObjectReader, Place as _, ReadObject},
        repair::repair,
        write::{Json, ToJson},
    },
    error::{Error, ErrorKind},
    metadata::{PageStyle, Pagination},
};

/// An item of a list, as JSON text that shares the memory of its page.
///
/// ```no_run
/// # async fn example(call: huaweicloud_core::dynamic::Call) -> Result<(), huaweicloud_core::Error> {
/// let mut items = call.items()?;
/// while let Some(item) = items.try_next().await? {
///     println!("{} by {}", item.text(), item.value()["operator"]);
/// }
/// # Ok(())
/// # }
/// ```
pub struct Item {
    /// UTF-8.
    text: Bytes,
    value: OnceLock<Box<Value>>,
}

impl Item {
    /// Creates an item from JSON text; what is not JSON in it is replaced, as in a response, or it is one string.
    #[must_use]
    pub fn new(text: impl Into<Bytes>) -> Self {
        let text: Bytes = text.into();
        let exact =
            |text: &Bytes| Some(text.slice_ref(serde_json::from_slice::<&RawValue>(text).ok()?.get().as_bytes()));
        let repaired = || exact(&Bytes::from(repair(&text)?));
        let as_text = || Value::from(String::from_utf8_lossy(&text)).to_string().into();
        Self::sliced(exact(&text).or_else(repaired).unwrap_or_else(as_text))
    }

    /// Creates an item from a part of a page.
    fn sliced(text: Bytes) -> Self {
        Self { text, value: OnceLock::new() }
    }

    /// Returns the text of the item as the service sent it.
    #[must_use]
    pub fn text(&self) -> &str {
        std::str::from_utf8(&self.text).unwrap_or_default()
    }

    /// Returns the item as a value, which is parsed once.
    ///
    /// What no parser accepts, such as half of a surrogate pair, is replaced, and costs only the member that has it.
    #[must_use]
    pub fn value(&self) -> &Value {
        self.value.get_or_init(|| {
            let exact = serde_json::from_slice(&self.text);
            let repaired = || repair(&self.text).and_then(|text| serde_json::from_slice(&text).ok());
            Box::new(exact.ok().or_else(repaired).unwrap_or_default())
        })
    }
}

/// A clone shares the text, and parses its value anew.
impl Clone for Item {
    fn clone(&self) -> Self {
        Self::sliced(self.text.clone())
    }
}

/// Items are equal if their texts are.
impl PartialEq for Item {
    fn eq(&self, other: &Self) -> bool {
        self.text == other.text
    }
}

/// Shows the text.
impl fmt::Debug for Item {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.text())
    }
}

/// A page of items as the service sends them, with the total number of items if the response has it.
#[derive(Clone, Debug, PartialEq)]
pub struct ItemPage {
    items: Vec<Item>,
    total: Option<i64>,
    next_marker: Option<String>,
    /// The members that identify an item together.
    id: &'static [&'static str],
}

impl ItemPage {
    /// Finds the items in the body of a response.
    pub(super) fn read(body: &Bytes, pagination: Option<&Pagination>) -> Result<Self, Error> {
        let mut page = Self { items: Vec::new(), total: None, next_marker: None, id: &[] };
        let Some(pagination) = pagination else { return Ok(page) };
        page.id = pagination.id;
        // The whole response may be JSON in a JSON string.
        let body = match serde_json::from_slice::<String>(body) {
            Ok(packed) => Bytes::from(packed),
            Err(_) => body.clone(),
        };
        let found = page.find(&body, pagination).or_else(|error| {
            // As when the response was decoded.
            page.find(&Bytes::from(repair(&body).ok_or(error)?), pagination)
        });
        match found {
            Ok(()) => Ok(page),
            Err(error) => {
                Err(Error::new(ErrorKind::Decode, "the response is not the documented JSON").with_source(error))
            }
        }
    }

    /// Finds the items and the total in a text.
    fn find(&mut self, text: &Bytes, pagination: &Pagination) -> Result<(), serde_json::Error> {
        (self.items, self.total, self.next_marker) = (Vec::new(), None, None);
        let mut json = serde_json::Deserializer::from_slice(text);
        let marker = match pagination.style {
            PageStyle::Marker { next, .. } => Some(next),
            _ => None,
        };
        let search = Search { text, items: Some(pagination.items), total: pagination.total, marker, page: self };
        search.deserialize(&mut json)?;
        json.end()
    }
}

impl Page for ItemPage {
    type Item = Item;

    fn items(&self) -> &[Item] {
        &self.items
    }

    fn into_items(self) -> Vec<Item> {
        self.items
    }

    fn id<'p>(&'p self, item: &'p Item) -> Json<'p> {
        if self.id.is_empty() {
            return Json::Absent;
        }
        // Only these members are parsed: a value of the whole item would be kept with it.
        let mut members = vec![Value::Null; self.id.len()];
        let read = Members { names: self.id, values: &mut members }
            .deserialize(&mut serde_json::Deserializer::from_slice(&item.text));
        if read.is_err() {
            members = self.id.iter().map(|name| item.value().get(name).cloned().unwrap_or_default()).collect();
        }
        Json::Array(members.iter().map(|member| Json::from(member).into_owned()).collect())
    }

    fn total(&self) -> Option<i64> {
        self.total
    }

    fn next_marker(&self) -> Option<&str> {
        self.next_marker.as_deref()
    }
}

/// Looks for the items, the total and the marker in a value: each is at a JSON pointer from here, if it can be in it.
struct Search<'p> {
    text: &'p Bytes,
    items: Option<&'p str>,
    total: Option<&'p str>,
    marker: Option<&'p str>,
    page: &'p mut ItemPage,
}

/// Returns the pointer from a member, if the pointer leads through it.
fn through<'p>(pointer: Option<&'p str>, member: &str) -> Option<&'p str> {
    pointer?.strip_prefix('/')?.strip_prefix(member).filter(|rest| rest.is_empty() || rest.starts_with('/'))
}

impl<'de> DeserializeSeed<'de> for Search<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Search<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Name<'de>>()? {
            let [items, total, marker] = [self.items, self.total, self.marker].map(|at| through(at, &name.0));
            if items.is_none() && total.is_none() && marker.is_none() {
                map.next_value::<IgnoredAny>()?;
            } else {
                map.next_value_seed(Search { text: self.text, items, total, marker, page: self.page })?;
            }
        }
        Ok(())
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut list: A) -> Result<(), A::Error> {
        if self.items != Some("") {
            while list.next_element::<IgnoredAny>()?.is_some() {}
            return Ok(());
        }
        // Of two members of the same name the last one counts, as elsewhere.
        self.page.items.clear();
        while let Some(item) = list.next_element::<&RawValue>()? {
            self.page.items.push(Item::sliced(self.text.slice_ref(item.get().as_bytes())));
        }
        Ok(())
    }

    fn visit_i64<E: de::Error>(self, number: i64) -> Result<(), E> {
        if self.total == Some("") {
            self.page.total = Some(number);
        }
        if self.marker == Some("") {
            self.page.next_marker = Some(number.to_string());
        }
        Ok(())
    }

    fn visit_u64<E: de::Error>(self, number: u64) -> Result<(), E> {
        self.visit_i64(i64::try_from(number).unwrap_or(i64::MAX))
    }

    fn visit_f64<E: de::Error>(self, number: f64) -> Result<(), E> {
        // A total of 3.0 is 3.
        format!("{number}").parse().map_or(Ok(()), |number| self.visit_i64(number))
    }

    fn visit_str<E: de::Error>(self, text: &str) -> Result<(), E> {
        if self.marker == Some("") {
            self.page.next_marker = Some(text.to_owned());
            return Ok(());
        }
        text.trim().parse().map_or(Ok(()), |number| self.visit_i64(number))
    }

    fn visit_bool<E: de::Error>(self, _: bool) -> Result<(), E> {
        Ok(())
    }

    fn visit_unit<E: de::Error>(self) -> Result<(), E> {
        Ok(())
    }
}

/// Reads some members of an object.
struct Members<'v> {
    names: &'static [&'static str],
    values: &'v mut [Value],
}

impl<'de> DeserializeSeed<'de> for Members<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_map(self)
    }
}

impl<'de> Visitor<'de> for Members<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("an object")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<(), A::Error> {
        while let Some(name) = map.next_key::<Name<'de>>()? {
            match self.names.iter().position(|known| *known == name.0) {
                Some(index) => self.values[index] = map.next_value()?,
                None => drop(map.next_value::<IgnoredAny>()?),
            }
        }
        Ok(())
    }
}

/// The name of a member, borrowed where it holds no escapes.
#[derive(serde::Deserialize)]
struct Name<'a>(#[serde(borrow)] Cow<'a, str>);

/// A response whose members are not read: the items are taken from its text.
#[derive(Debug, Default)]
pub(super) struct Unread;

impl Body for Unread {}

impl ToJson for Unread {
    fn to_json(&self) -> Json<'_> {
        Json::Absent
    }
}

impl ReadObject for Unread {
    fn read(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
        Ignored.object(object)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn page(body: &str) -> ItemPage {
        let pagination = Pagination::whole("/data/info").total("/data/total");
        ItemPage::read(&Bytes::copy_from_slice(body.as_bytes()), Some(&pagination)).unwrap()
    }

    #[test]
    fn items_are_the_text_of_the_service() {
        let found = page(r#"{"x":[{"info":[7]}],"data":{"total":"2","info":[ {"a": 1.50} ,"b"],"y":{}},"z":null}"#);
        assert_eq!(found.items.iter().map(Item::text).collect::<Vec<_>>(), [r#"{"a": 1.50}"#, r#""b""#]);
        assert_eq!((found.total, found.items[0].value()["a"].as_f64()), (Some(2), Some(1.5)));
        for body in [r#"{"data":{"info":null}}"#, r#"{"data":[]}"#, "{}", r#"{"data":{"info":{"a":1}}}"#] {
            assert_eq!((page(body).items.len(), page(body).total), (0, None), "{body}");
        }
        let packed = serde_json::to_string(r#"{"data":{"info":[1]}}"#).unwrap();
        assert_eq!(page(&packed).items[0].text(), "1");
    }

    #[test]
    fn what_no_parser_accepts_costs_its_member() {
        let found = page(r#"{"data":{"info":[{"a":"\ud800","b":1e999,"c":1}]}}"#);
        assert_eq!(found.items[0].value(), &serde_json::json!({ "a": "\u{fffd}", "b": "1e999", "c": 1 }));
        let broken = page("{\"data\":{\"info\":[{\"a\":NaN,\"b\":\"\u{1}\",\"c\":1}]}}");
        assert_eq!(broken.items[0].value(), &serde_json::json!({ "a": "NaN", "b": "\u{1}", "c": 1 }));
        assert_eq!(Item::new("{\"a\":NaN}").text(), r#"{"a":"NaN"}"#);
        assert_eq!(Item::new("not JSON").text(), r#""not JSON""#);
    }
}
