//! A page as a sequence of blocks, before anybody asks what they mean.

/// A part of a page, in its order.
#[derive(Clone, Debug, PartialEq)]
pub enum Block {
    /// A heading that the layout marks as one.
    Heading(String),
    /// A line or a paragraph.
    Text(String),
    /// Preformatted text.
    Code(String),
    /// A table.
    Table(Cells),
}

/// A table as cells.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Cells {
    pub caption: Option<String>,
    pub header: Vec<String>,
    /// Cells as many as the header; nothing where the scrape left none.
    pub rows: Vec<Vec<Option<String>>>,
    /// Whether the page ends within it.
    pub cut: bool,
}

/// What a layout knows of the end of a page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The page is closed, as HTML can be.
    Closed,
    /// The page ends within something.
    Cut,
    /// Only what the page says can tell.
    Open,
}
