//! Events on stdout, in the wanted format.

use std::{
    env,
    io::{self, IsTerminal as _, StdoutLock},
};

use clap::ArgMatches;
use huaweicloud_history::Event;
use jiff::tz::TimeZone;

use super::{
    columns::{self, Column},
    table::Table,
};
use crate::{
    failure::Failure,
    output::{self, Lines},
    style::Style,
};

/// A printer of events.
pub enum Printer {
    /// When all have come, because the widths of the columns depend on all.
    Table {
        table: Table,
        header: bool,
        style: Style,
    },
    Json(Lines),
    Separated {
        columns: Vec<&'static Column>,
        zone: TimeZone,
        writer: Box<csv::Writer<StdoutLock<'static>>>,
    },
}

impl Printer {
    pub fn new(matches: &ArgMatches, zone: TimeZone) -> Result<Self, Failure> {
        let text = |name: &str| matches.get_one::<String>(name).map(String::as_str);
        let header = !matches.get_flag("no-header");
        let separated = |delimiter: u8, zone: TimeZone| {
            let columns = columns::of_lines(text("columns"))?;
            let mut writer = csv::WriterBuilder::new().delimiter(delimiter).from_writer(io::stdout().lock());
            if header {
                writer.write_record(columns.iter().map(|column| column.name)).map_err(io::Error::from)?;
            }
            Ok(Self::Separated { columns, zone, writer: Box::new(writer) })
        };
        match text("output") {
            Some("json") if text("columns").is_some() => {
                Err(Failure::wrong_use("--columns is for tables, csv and tsv: a line of JSON has all members"))
            }
            Some("json") => Ok(Self::Json(Lines::stdout())),
            Some("csv") => separated(b',', zone),
            Some("tsv") => separated(b'\t', zone),
            _ => {
                let style = Style::of(text("color"), &io::stdout());
                Ok(Self::Table { table: Table::new(columns::of_table(text("columns"))?, zone), header, style })
            }
        }
    }

    /// Returns whether an event is printed when it comes.
    pub fn prints_at_once(&self) -> bool {
        !matches!(self, Self::Table { .. })
    }

    pub fn print(&mut self, event: &Event) -> io::Result<()> {
        match self {
            Self::Table { table, .. } => table.add(event),
            Self::Json(lines) => lines.print(output::json(&serde_json::to_string(event)?))?,
            Self::Separated { columns, zone, writer } => {
                writer.write_record(columns.iter().map(|column| cell(&column.cell(event, zone))))?;
            }
        }
        Ok(())
    }

    pub fn flush(&mut self) -> io::Result<()> {
        match self {
            Self::Table { .. } => Ok(()),
            Self::Json(lines) => lines.flush(),
            Self::Separated { writer, .. } => writer.flush(),
        }
    }

    /// Prints what is left.
    pub fn finish(&mut self) -> io::Result<()> {
        if let Self::Table { table, header, style } = self
            && !table.is_empty()
        {
            return output::lines(table.lines(*header, width(), *style));
        }
        self.flush()
    }
}

/// Returns the width of the terminal, or of `COLUMNS`; `None` if lines may be of any length.
fn width() -> Option<usize> {
    let columns = || env::var("COLUMNS").ok()?.parse().ok().filter(|width| *width > 0);
    let terminal = || terminal_size::terminal_size().map(|(width, _)| usize::from(width.0));
    if io::stdout().is_terminal() { terminal().or_else(columns) } else { columns() }
}

/// Returns a cell on one line, which no program that opens it takes for a formula.
fn cell(text: &str) -> String {
    let text = output::visible(text);
    if text.starts_with(['=', '+', '-', '@']) { format!("'{text}") } else { text }
}
