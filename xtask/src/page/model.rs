//! A page as data.

use super::{example::Example, fact::Fact, kind::Kind, limits::Limits};

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
    /// Top level of the body of a response, with its status where the page names it.
    Response(Option<u16>),
    /// Headers of a response.
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
