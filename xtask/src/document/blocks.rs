//! The blocks of a document: what both layouts, HTML and text, are read into.
//!
//! Knows headings, lines, code and raw cells; must not know the layout they were read from or what they mean.

/// A block of a document, in document order.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading that is marked as one by the layout.
    Heading(String),
    /// A line or a paragraph.
    Text(String),
    /// Preformatted text.
    Code(String),
    /// A table.
    Table(Cells),
}

/// A table of raw cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    pub caption: Option<String>,
    pub header: Vec<String>,
    /// The rows, each as long as the header; `None` where the scrape lost the cell.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether the document ends within the table.
    pub cut: bool,
}

/// Whether a document is complete, as far as its layout shows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The document is complete: every HTML element is closed.
    Closed,
    /// The document ends within an element or a table.
    Cut,
    /// The layout does not show it; only the content does.
    Open,
}
