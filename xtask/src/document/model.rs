//! The data model of a document.
//!
//! Knows fields, tables and examples; must not know how they were laid out, or the spec.

use super::{example::Example, fact::Fact, kind::Kind, limits::Limits};

/// A document that describes one operation.
#[derive(Clone, Debug, PartialEq)]
pub struct Document {
    /// The title.
    pub title: String,
    /// The date of the last update, such as `2025-10-24`.
    pub updated: Option<String>,
    /// The HTTP method, in upper case.
    pub method: String,
    /// The path, with its placeholders.
    pub path: String,
    /// All tables, in order.
    pub tables: Vec<Table>,
    /// All examples, in order.
    pub examples: Vec<Example>,
}

impl Document {
    /// Returns the rows with this role, in order.
    pub fn rows(&self, role: &Role) -> impl Iterator<Item = &Row> {
        self.tables.iter().flat_map(|table| &table.rows).filter(move |row| row.role == *role)
    }
}

/// The reason why a document cannot be read with confidence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unreadable(pub String);

impl std::fmt::Display for Unreadable {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for Unreadable {}

/// The part of a request or response that the fields of a table belong to.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Role {
    /// Path parameters.
    Path,
    /// Query parameters.
    Query,
    /// Request headers.
    Header,
    /// Top-level fields of the request body.
    Body,
    /// Top-level fields of a response body, with the HTTP status if the document states one.
    Response(Option<u16>),
    /// Response headers, with the HTTP status if the document states one.
    ResponseHeader(Option<u16>),
    /// Fields of a schema that a field of another table refers to.
    Schema,
    /// Rows without parameters or fields, such as status codes and permissions.
    Other,
}

/// A table of a document.
#[derive(Clone, Debug, PartialEq)]
pub struct Table {
    /// The caption; `None` if there is none or the scrape lost it.
    pub caption: Option<String>,
    /// The role of the rows; a row may have another.
    pub role: Role,
    /// The name of the schema: from the caption, or from the field that refers to it.
    pub name: Option<String>,
    /// The headings of the columns.
    pub columns: Vec<String>,
    /// The rows.
    pub rows: Vec<Row>,
}

/// A row of a table, which describes one field.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// The name of the field; in a table without fields, the first cell.
    pub name: String,
    /// The part of the request or response that the field belongs to.
    pub role: Role,
    /// Whether the field is required.
    pub mandatory: Fact<bool>,
    /// The type.
    pub kind: Fact<Kind>,
    /// The type as written.
    pub kind_text: String,
    /// The description, without the cells of the other columns.
    pub description: Fact<String>,
    /// Lengths, ranges, allowed values and the default.
    pub limits: Limits,
    /// The index of the table that lists the fields of its type.
    pub table: Option<usize>,
}
