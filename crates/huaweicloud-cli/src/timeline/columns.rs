//! The columns in which an event is shown.

use huaweicloud_history::Event;
use jiff::{Timestamp, fmt::temporal::DateTimePrinter, tz::TimeZone};

use crate::failure::Failure;

/// A column: its name, its heading, how it may be shortened, and what it shows of an event.
pub struct Column {
    pub name: &'static str,
    /// Whether a table may cut it: texts may be as long as they like, ids and times are worthless in parts.
    pub is_text: bool,
    cell: fn(&Event, &TimeZone) -> Option<String>,
}

/// All columns. In CSV and TSV, all of them but the first are the default.
static COLUMNS: &[Column] = &[
    Column::fixed("when", |event, zone| time(event, zone).or_else(|| event.time_text.clone())),
    Column::fixed("id", |event, _| Some(event.id.clone())),
    Column::fixed("time", time),
    Column::fixed("time_text", |event, _| event.time_text.clone()),
    Column::fixed("service", |event, _| Some(event.service.clone())),
    Column::fixed("operation", |event, _| Some(event.operation.clone())),
    Column::fixed("thing", |event, _| Some(event.thing.clone())),
    Column::text("actor", |event, _| Some(event.actor.to_string())),
    Column::fixed("actor_id", |event, _| event.actor.id.clone()),
    Column::text("actor_name", |event, _| event.actor.name.clone()),
    Column::text("action", |event, _| event.action.clone()),
    Column::text("detail", |event, _| event.detail.clone()),
    Column::text("changes", |event, _| serde_json::to_string(&event.changes).ok()),
    Column::fixed("region", |event, _| event.region.clone()),
    Column::fixed("account", |event, _| event.account.clone()),
    Column::fixed("project", |event, _| event.project.clone()),
    Column::text("record", |event, _| Some(event.record.text().to_owned())),
];

/// The columns of a table, unless others are wanted.
const TABLE: &str = "when,thing,actor,action,detail";

impl Column {
    const fn fixed(name: &'static str, cell: fn(&Event, &TimeZone) -> Option<String>) -> Self {
        Self { name, is_text: false, cell }
    }

    const fn text(name: &'static str, cell: fn(&Event, &TimeZone) -> Option<String>) -> Self {
        Self { name, is_text: true, cell }
    }

    /// Returns what the column shows of an event; nothing if the event does not have it.
    pub fn cell(&self, event: &Event, zone: &TimeZone) -> String {
        (self.cell)(event, zone).unwrap_or_default()
    }
}

/// Returns the names of all columns.
pub fn names() -> impl Iterator<Item = &'static str> {
    COLUMNS.iter().map(|column| column.name)
}

/// Returns the columns of a table.
pub fn of_table(names: Option<&str>) -> Result<Vec<&'static Column>, Failure> {
    chosen(names.unwrap_or(TABLE))
}

/// Returns the columns of CSV and TSV.
pub fn of_lines(names: Option<&str>) -> Result<Vec<&'static Column>, Failure> {
    names.map_or_else(|| Ok(COLUMNS.iter().skip(1).filter(|column| column.name != "actor").collect()), chosen)
}

fn chosen(list: &str) -> Result<Vec<&'static Column>, Failure> {
    let column = |name: &str| COLUMNS.iter().find(|column| column.name.eq_ignore_ascii_case(name.trim()));
    let wanted = list.split(',').map(|name| {
        column(name).ok_or_else(|| {
            let known: Vec<&str> = names().collect();
            Failure::wrong_use(format!("--columns: {name:?} is not a column; known are {}", known.join(", ")))
        })
    });
    wanted.collect()
}

/// Returns a zone of the time zone database, such as Asia/Shanghai.
pub fn named_zone(name: &str) -> Result<TimeZone, Failure> {
    TimeZone::get(name)
        .map_err(|_| Failure::wrong_use(format!("--zone must be a name such as Asia/Shanghai or UTC, got {name:?}")))
}

/// Formats the time of an event in a time zone.
fn time(event: &Event, zone: &TimeZone) -> Option<String> {
    let time = event.time.as_ref()?;
    if *zone == TimeZone::UTC {
        return time.to_rfc3339();
    }
    let at = Timestamp::from_millisecond(time.as_millis()?).ok()?;
    Some(DateTimePrinter::new().timestamp_with_offset_to_string(&at, zone.to_offset(at)))
}
