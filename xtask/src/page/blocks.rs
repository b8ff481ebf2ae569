//! A page as a sequence of blocks, before anybody asks what they mean.

use super::{html, lines};

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

/// Splits a page into blocks, whatever its layout.
pub fn split(text: &str) -> (Vec<Block>, bool) {
    if is_html(text) { html::blocks(text) } else { (lines::blocks(text), false) }
}

fn is_html(text: &str) -> bool {
    text.trim_start_matches(['\u{feff}', ' ', '\n', '\r', '\t']).starts_with('<')
        || text.contains("</td>")
        || text.contains("</th>")
}
