//! Events as a table.

use std::fmt;

use comfy_table::{ColumnConstraint, ContentArrangement, Table, Width, presets};
use huaweicloud_core::EpochMillis;
use huaweicloud_history::Event;

use crate::output;

/// The width if there is no terminal.
const DEFAULT_WIDTH: u16 = 140;

/// The maximum length of a cell. A detail may be a page of HTML, which only the JSON output contains completely.
const LONGEST: usize = 160;

/// A table of events, one a line. `Display` draws it.
pub struct EventTable(Table);

impl EventTable {
    pub fn new() -> Self {
        let width = terminal_size::terminal_size().map_or(DEFAULT_WIDTH, |(width, _)| width.0);
        let mut table = Table::new();
        table
            .load_style(presets::UTF8_BORDERS_ONLY)
            .set_content_arrangement(ContentArrangement::Dynamic)
            .set_width(width)
            .set_header(["time (UTC)", "thing", "who", "what", "detail"]);
        if let Some(column) = table.column_mut(0) {
            column.set_constraint(ColumnConstraint::LowerBoundary(Width::Fixed(22)));
        }
        Self(table)
    }

    pub fn add(&mut self, event: &Event) {
        let time = event.time.as_ref().and_then(EpochMillis::to_rfc3339).or_else(|| event.time_text.clone());
        let [time, action, detail] = [time, event.action.clone(), event.detail.clone()].map(Option::unwrap_or_default);
        let cells = [time, event.thing.clone(), event.actor.to_string(), action, detail];
        self.0.add_row(cells.map(|text| truncated(&text)));
    }

    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
}

impl fmt::Display for EventTable {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}

/// Returns the text as one line of limited length, with hidden characters escaped.
fn truncated(text: &str) -> String {
    let line = output::visible(&text.split_whitespace().collect::<Vec<_>>().join(" "));
    match line.char_indices().nth(LONGEST) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line,
    }
}
