//! Events: who did what, when, to which thing.

use std::fmt;

use huaweicloud_core::{EpochMillis, dynamic::Item, time};
use serde::{Deserialize, Deserializer, Serialize, Serializer, de};
use serde_json::{Value, value::RawValue};

/// The version of the JSON form of an [`Event`]. It changes if a member is removed or changes its meaning.
pub const SCHEMA_VERSION: u32 = 1;

/// The JSON Schema of the JSON form of an [`Event`].
pub const SCHEMA: &str = include_str!("../event.schema.json");

/// An event of a history: who did what, when, to which thing.
///
/// It is written and read as JSON in the form that [`SCHEMA`] describes; every member is always there.
///
/// ```
/// use huaweicloud_history::Event;
///
/// let event: Event = serde_json::from_str(r#"{
///     "schema_version": 1, "id": "osm/CS1#7", "time": "2026-11-26T08:00:00Z", "time_text": null,
///     "service": "osm", "operation": "list_case_operate_logs", "thing": "osm/CS1",
///     "actor": {"id": "42", "name": "Ann"}, "action": "closed", "detail": null, "changes": [],
///     "region": "cn-south-1", "account": null, "project": null, "record": {"incident_log_id": "7"}
/// }"#)?;
/// assert_eq!(event.actor.to_string(), "Ann");
/// assert_eq!(event.record.value()["incident_log_id"], "7");
/// # Ok::<(), serde_json::Error>(())
/// ```
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[non_exhaustive]
pub struct Event {
    /// Version of the JSON form: [`SCHEMA_VERSION`].
    pub schema_version: u32,
    /// Identity of the event, the same in every run and different from that of every other event.
    pub id: String,
    /// Time of the event, to the millisecond; `None` if the record has no time that can be read. RFC 3339 in JSON.
    #[serde(with = "rfc3339")]
    pub time: Option<EpochMillis>,
    /// Time as the record has it, if it cannot be read.
    pub time_text: Option<String>,
    /// Id of the service, such as `osm`.
    pub service: String,
    /// Id of the operation that lists the history, such as `list_case_operate_logs`.
    pub operation: String,
    /// What the event happened to, such as `osm/CS2209231530`; see [`Thing`](crate::Thing).
    pub thing: String,
    /// Person or system that acted.
    pub actor: Actor,
    /// What was done, in the words of the service.
    pub action: Option<String>,
    /// Details, as one text.
    pub detail: Option<String>,
    /// Fields that were changed, if the record has them.
    pub changes: Vec<Change>,
    /// Region that was asked, such as `cn-north-4`; `None` with an endpoint of one's own.
    pub region: Option<String>,
    /// Domain (account) id of the configuration, if it is known.
    pub account: Option<String>,
    /// IAM project id of the configuration, if it is known.
    pub project: Option<String>,
    /// The record as the service sent it, with members that no document knows.
    pub record: Record,
}

/// The person or system that acted. `Display` shows the name, or else the id.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Actor {
    /// Id, if the record has one.
    pub id: Option<String>,
    /// Name, if the record has one.
    pub name: Option<String>,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name.as_ref().or(self.id.as_ref()).map_or("", String::as_str))
    }
}

/// A field that an event changed.
#[derive(Clone, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct Change {
    /// Name of the field.
    pub field: String,
    /// Value before, as text; `None` if the record does not have it.
    pub old: Option<String>,
    /// Value after, as text; `None` if the record does not have it.
    pub new: Option<String>,
}

/// A record as the service sent it: JSON text on one line.
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct Record(Box<str>);

impl Record {
    /// Returns the JSON text.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// Parses the text. Numbers that no type of Rust holds lose digits here, but not in the text.
    #[must_use]
    pub fn value(&self) -> Value {
        Item::new(self.0.as_bytes().to_vec()).value().clone()
    }
}

impl From<&Item> for Record {
    fn from(item: &Item) -> Self {
        const BREAKS: [char; 3] = ['\n', '\r', '\t'];
        let text = item.text();
        // Between tokens only: strings have no raw control characters.
        if text.contains(BREAKS) { Self(text.replace(BREAKS, "").into()) } else { Self(text.into()) }
    }
}

/// Shows the text.
impl fmt::Debug for Record {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Serialize for Record {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let raw: Result<&RawValue, _> = serde_json::from_str(&self.0);
        raw.map_err(serde::ser::Error::custom)?.serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for Record {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let raw = Box::<RawValue>::deserialize(deserializer)?;
        Ok(Self::from(&Item::new(raw.get().as_bytes().to_vec())))
    }
}

/// A time as RFC 3339 in UTC, or null.
mod rfc3339 {
    use super::*;

    pub(super) fn serialize<S: Serializer>(at: &Option<EpochMillis>, serializer: S) -> Result<S::Ok, S::Error> {
        at.as_ref().and_then(EpochMillis::to_rfc3339).serialize(serializer)
    }

    pub(super) fn deserialize<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<EpochMillis>, D::Error> {
        let Some(text) = Option::<String>::deserialize(deserializer)? else { return Ok(None) };
        let millis = time::parse(&text, "GMT").ok_or_else(|| de::Error::custom(format!("{text:?} is not a time")))?;
        Ok(Some(millis.into()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_value_on_several_lines_is_the_same_on_one() {
        let record = Record::from(&Item::new("{\r\n\t\"a\": 1.50,\n  \"b\": \"\\n \"\n}"));
        assert_eq!(record.text(), "{\"a\": 1.50,  \"b\": \"\\n \"}");
    }
}
