//! Mapping: from records to events, with the templates of the spec.

use std::{
    collections::{HashMap, VecDeque},
    fmt::Write as _,
};

use huaweicloud_core::{
    Config, Error,
    dynamic::Item,
    metadata::{EventMapping, PageStyle, Scope},
    sign, time,
};
use serde_json_borrow::Value;

use crate::{
    event::{Actor, Change, Event, Record, SCHEMA_VERSION},
    template::{Field, at, plain},
    thing::Thing,
};

/// A mapper of the records of one thing to events, in the order in which the service lists them.
///
/// ```
/// # #[tokio::main(flavor = "current_thread")]
/// # async fn main() -> Result<(), Box<dyn std::error::Error>> {
/// use huaweicloud_core::{Config, Credential, dynamic::Item};
/// use huaweicloud_history::{Mapper, Thing};
///
/// let config = Config::builder().credentials(Credential::keys("AK", "SK")).region("cn-south-1").build()?;
/// let thing = Thing::parse("osm/CS1", huaweicloud_catalog::services())?;
/// let mut mapper = Mapper::new(&config, &thing).await?;
/// let record = r#"{"incident_log_id": "7", "operator_name": "Ann", "operate_time": "2026-11-26 16:00:00"}"#;
/// let event = mapper.event(&Item::new(record));
/// assert_eq!(event.id, "cn-south-1/osm/CS1#7");
/// assert_eq!(event.time.and_then(|time| time.to_rfc3339()).as_deref(), Some("2026-11-26T08:00:00Z"));
/// # Ok(())
/// # }
/// ```
#[derive(Debug)]
pub struct Mapper {
    /// What all events of the thing have in common.
    common: Event,
    thing: Thing,
    mapping: &'static EventMapping,
    time: Field,
    actor: Field,
    actor_id: Field,
    action: Field,
    detail: Field,
    id: Field,
    time_zone: String,
    /// Where the ids of events begin: site and thing.
    prefix: String,
    /// Whether the service lists the records by time.
    is_ordered: bool,
    /// Whether a response has all records, so that their number is limited anyway.
    is_whole: bool,
    seen: Seen,
}

impl Mapper {
    /// Creates a mapper for a thing, as it is read with a configuration. The project or domain id of the account is
    /// looked up if it is not known.
    ///
    /// # Errors
    ///
    /// Returns an error if the lookup fails.
    pub async fn new(config: &Config, thing: &Thing) -> Result<Self, Error> {
        let service = thing.kind().service().metadata;
        let own = config.id(service.scope).await?;
        let id = |scope: Scope| {
            if service.scope == scope { own.clone() } else { config.known_id(scope).map(str::to_owned) }
        };
        // Regions with the same endpoint are one site: a thing has the same history in all of them.
        let site = config.region().map(|region| {
            let endpoint = service.endpoint(region);
            let same = service.endpoints.iter().find(|other| Some(other.url) == endpoint);
            same.map_or(region, |other| other.region)
        });
        let mapping = thing.kind().mapping();
        let field = |templates| Field::new(templates, mapping.words);
        let operation = thing.kind().operation().operation;
        Ok(Self {
            common: Event {
                schema_version: SCHEMA_VERSION,
                id: String::new(),
                time: None,
                time_text: None,
                service: service.id.to_owned(),
                operation: operation.id.to_owned(),
                thing: thing.to_string(),
                actor: Actor::default(),
                action: None,
                detail: None,
                changes: Vec::new(),
                region: config.region().map(str::to_owned),
                account: id(Scope::Domain),
                project: id(Scope::Project),
                record: Record::from(&Item::new("null")),
            },
            prefix: site.map(|site| format!("{site}/")).unwrap_or_default() + &thing.to_string(),
            thing: thing.clone(),
            mapping,
            time: field(mapping.time),
            actor: field(mapping.actor),
            actor_id: field(mapping.actor_id),
            action: field(mapping.action),
            detail: field(mapping.detail),
            id: field(mapping.id),
            time_zone: config.time_zone().to_owned(),
            is_ordered: operation.pagination.is_some_and(|pagination| pagination.order.is_some()),
            is_whole: operation.pagination.is_some_and(|pagination| matches!(pagination.style, PageStyle::Whole)),
            seen: Seen::default(),
        })
    }

    /// Returns whether the service lists the records by time, the newest first.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.is_ordered
    }

    /// Returns the time of a record in milliseconds since the Unix epoch, or the text in its place.
    pub(crate) fn time(&self, item: &Item) -> Result<i64, Option<String>> {
        self.time_of(&parsed(item))
    }

    fn time_of(&self, record: &Value<'_>) -> Result<i64, Option<String>> {
        let mut unreadable = None;
        for text in self.time.all(record, self.thing.arguments()) {
            match time::parse(&text, &self.time_zone) {
                Some(millis) => return Ok(millis),
                None => unreadable = unreadable.or(Some(text)),
            }
        }
        Err(unreadable)
    }

    /// Converts a record to an event.
    pub fn event(&mut self, item: &Item) -> Event {
        let (record, arguments) = (&parsed(item), self.thing.arguments());
        let fill = |field: &Field| field.fill(record, arguments);
        let changes = self.changes(record);
        let (time, time_text) = match self.time_of(record) {
            Ok(millis) => (Some(millis.into()), None),
            Err(text) => (None, text),
        };
        Event {
            time,
            time_text,
            actor: Actor { id: fill(&self.actor_id), name: fill(&self.actor) },
            action: fill(&self.action),
            detail: self.detail_of(&changes).or_else(|| fill(&self.detail)),
            changes,
            record: Record::from(item),
            id: self.identify(record),
            ..self.common.clone()
        }
    }

    /// Returns the id of a record. Records that are the same are counted: which of them is which makes no difference.
    fn identify(&mut self, record: &Value<'_>) -> String {
        let own = self.id.fill(record, self.thing.arguments()).unwrap_or_else(|| self.digest(record));
        let id = format!("{}#{own}", self.prefix);
        match self.seen.count(own, self.is_whole) {
            0 => id,
            before => format!("{id}+{before}"),
        }
    }

    /// Returns the hash of the members that identify a record together, or of the whole record if it has none of them.
    fn digest(&self, record: &Value<'_>) -> String {
        let mut text = String::new();
        for pointer in self.mapping.digest {
            if let Some(value) = at(record, pointer) {
                // The length keeps values apart that hold what looks like another member.
                let value = plain(value);
                let _ = writeln!(text, "{pointer} {} {value}", value.len());
            }
        }
        if text.is_empty() {
            push_canonical(&mut text, record);
        }
        let mut hash = sign::content_hash(text.as_bytes());
        hash.truncate(32);
        hash
    }

    /// Returns changes as one text, with times that one can read.
    fn detail_of(&self, changes: &[Change]) -> Option<String> {
        let times = self.mapping.changes.map_or(&[][..], |changes| changes.times);
        let shown = |change: &Change, value: &Option<String>| {
            let value = value.clone().filter(|value| !value.is_empty())?;
            let time = || time::rfc3339(time::parse(&value, "GMT")?);
            times.contains(&change.field.as_str()).then(time).flatten().or(Some(value))
        };
        let text = |change: &Change| match (shown(change, &change.old), shown(change, &change.new)) {
            (Some(old), Some(new)) => format!("{}: {old} → {new}", change.field),
            (None, Some(new)) => format!("{}: {new}", change.field),
            (Some(old), None) => format!("{}: {old} →", change.field),
            (None, None) => change.field.clone(),
        };
        (!changes.is_empty()).then(|| changes.iter().map(text).collect::<Vec<_>>().join("; "))
    }

    fn changes(&self, record: &Value<'_>) -> Vec<Change> {
        let Some(changes) = self.mapping.changes else { return Vec::new() };
        let text = |value: &Value<'_>, pointer: &str| at(value, pointer).map(plain);
        let change = |value: &Value<'_>| {
            let field = text(value, changes.field)?;
            Some(Change { field, old: text(value, changes.old), new: text(value, changes.new) })
        };
        match at(record, changes.each) {
            Some(Value::Array(items)) => items.iter().filter_map(change).collect(),
            Some(other) => change(other).into_iter().collect(),
            None => Vec::new(),
        }
    }
}

/// Parses a record. What no parser accepts in it costs the member that has it.
fn parsed(item: &Item) -> Value<'_> {
    serde_json::from_str(item.text()).unwrap_or_else(|_| item.value().into())
}

/// How often records with the same id occurred.
#[derive(Debug, Default)]
struct Seen {
    counts: HashMap<String, usize>,
    latest: VecDeque<String>,
}

impl Seen {
    /// How many records of a list of any length are remembered: those without an id that are the same are of the same
    /// time, and a list tells those with an id apart.
    const MOST: usize = 1_000;

    /// Returns how often an id occurred before, of all or among the latest.
    fn count(&mut self, id: String, all: bool) -> usize {
        if let Some(count) = self.counts.get_mut(&id) {
            *count += 1;
            return *count - 1;
        }
        if !all {
            self.latest.push_back(id.clone());
        }
        self.counts.insert(id, 1);
        if self.latest.len() > Self::MOST
            && let Some(oldest) = self.latest.pop_front()
        {
            self.counts.remove(&oldest);
        }
        0
    }
}

/// Appends a value as text that does not depend on the order of members.
fn push_canonical(text: &mut String, value: &Value<'_>) {
    match value {
        Value::Object(members) => {
            let mut members: Vec<_> = members.iter().collect();
            members.sort_by(|one, other| one.0.cmp(other.0));
            text.push('{');
            for (name, member) in members {
                let _ = write!(text, "{name:?}:");
                push_canonical(text, member);
                text.push(',');
            }
            text.push('}');
        }
        Value::Array(items) => {
            text.push('[');
            for item in items {
                push_canonical(text, item);
                text.push(',');
            }
            text.push(']');
        }
        scalar => {
            let _ = write!(text, "{scalar}");
        }
    }
}
