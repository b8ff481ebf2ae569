//! Reading a page of the help centre, whatever scraper saved it.
//!
//! ```text
//! bytes ─ html | lines ─► blocks ─► tables, examples, facts ─► Page
//! ```
//!
//! A block is a heading, a line, a code block or a table of raw cells; everything that is particular to a layout ends
//! there. What a page says is kept apart from what it leaves empty and from what its scrape lost ([`Fact`]).

mod blocks;
mod example;
mod html;
mod kind;
mod limits;
mod lines;
mod read;
mod words;

pub use example::{Body, Example};
pub use kind::Kind;
pub use limits::{Bounds, Limits};
pub use words::Column;

/// What a page says about one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fact<T> {
    /// The page does not speak of it.
    #[default]
    Silent,
    /// It says this.
    Stated(T),
    /// It says that there is nothing: `N/A`.
    Empty,
    /// It spoke of it, but the scrape lost what it said.
    Lost,
}

impl<T> Fact<T> {
    /// What is stated, if anything.
    pub const fn stated(&self) -> Option<&T> {
        match self {
            Self::Stated(value) => Some(value),
            _ => None,
        }
    }

    /// What is stated, read further; anything else as it is.
    fn and_then<U>(self, read: impl FnOnce(T) -> Fact<U>) -> Fact<U> {
        match self {
            Self::Stated(value) => read(value),
            Self::Silent => Fact::Silent,
            Self::Empty => Fact::Empty,
            Self::Lost => Fact::Lost,
        }
    }
}

/// A page that documents one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Page {
    /// Its heading.
    pub title: String,
    /// When it was last updated, as `2025-10-24`.
    pub updated: Option<String>,
    /// The method, in upper case.
    pub method: String,
    /// The path, with its placeholders.
    pub path: String,
    /// Every table, in order.
    pub tables: Vec<Table>,
    /// Every example, in order.
    pub examples: Vec<Example>,
}

impl Page {
    /// Reads a page, or says in a sentence why it cannot be trusted.
    ///
    /// # Errors
    /// A page that is truncated, names no method and path, or yields no table.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if blocks::is_too_deep(text) {
            return Err(Unreadable(
                "is nested deeper than a page of the help centre is. Save the page again".to_owned(),
            ));
        }
        read::page(blocks::split(text))
    }

    /// Reads a saved page; bytes that are no UTF-8 are replaced.
    ///
    /// # Errors
    /// As [`Page::read`].
    pub fn read_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.trim_ascii().is_empty() {
            return Err(Unreadable("is empty. Save the page again".to_owned()));
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Unreadable("is UTF-16. Save the page again, as UTF-8".to_owned()));
        }
        Self::read(&String::from_utf8_lossy(bytes))
    }

    /// The rows that stand in this role, in order.
    pub fn rows(&self, role: &Role) -> impl Iterator<Item = &Row> {
        self.tables.iter().flat_map(|table| &table.rows).filter(move |row| row.role == *role)
    }
}

/// Why a page cannot be trusted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// Where the fields of a table belong.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Placeholders of the path.
    Path,
    /// Behind the question mark.
    Query,
    /// Headers of the request.
    Header,
    /// Top level of the request body.
    Body,
    /// Top level of the body of an answer, with its status where the page names it.
    Response(Option<u16>),
    /// Headers of an answer.
    ResponseHeader(Option<u16>),
    /// What a field of another table holds.
    Schema,
    /// No parameters: status codes, permissions.
    Other,
}

/// A table of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// What stands above it; nothing if it has no caption or lost it.
    pub caption: Option<String>,
    /// The role of its rows, unless a row says otherwise.
    pub role: Role,
    /// Name of the schema: from the caption, or from the field that refers to it.
    pub name: Option<String>,
    /// Headings of its columns.
    pub columns: Vec<String>,
    /// Its rows.
    pub rows: Vec<Row>,
}

/// A row of a table: one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// Name of the field; of a table without fields, its first cell.
    pub name: String,
    /// Where it belongs.
    pub role: Role,
    /// Whether it must be given.
    pub mandatory: Fact<bool>,
    /// Its type.
    pub kind: Fact<Kind>,
    /// The type as it is written.
    pub kind_text: String,
    /// What the page says of it, without the cells that are read into the other members.
    pub description: Fact<String>,
    /// Lengths, ranges, values and default.
    pub limits: Limits,
    /// Index of the table that says what it holds.
    pub table: Option<usize>,
}
