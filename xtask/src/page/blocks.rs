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

/// Splits a page into blocks, whatever its layout.
pub fn split(text: &str) -> (Vec<Block>, End) {
    if is_html(text) { html::blocks(text) } else { (lines::blocks(text), End::Open) }
}

/// Whether elements are nested so deep that the parser, whose time grows with the square of it, had better not begin.
pub fn is_too_deep(text: &str) -> bool {
    const DEEPEST: usize = 1000;
    let mut depth = 0_usize;
    text.match_indices('<').any(|(at, _)| {
        let tag = &text.as_bytes()[at + 1..];
        if tag.len() >= 4 && tag[..4].eq_ignore_ascii_case(b"/div") {
            depth = depth.saturating_sub(1);
        } else if tag.len() >= 3 && tag[..3].eq_ignore_ascii_case(b"div") {
            depth += 1;
        }
        depth > DEEPEST
    })
}

/// Whether a page begins like HTML; a text page may hold a snippet of it.
fn is_html(text: &str) -> bool {
    const TAGS: [&str; 9] = ["<!doctype", "<html", "<head", "<body", "<table", "<h1", "<div", "<section", "<article"];
    text.trim_start_matches('\u{feff}').lines().map(str::trim_start).filter(|line| !line.is_empty()).take(20).any(
        |line| {
            let start: String = line.chars().take(10).collect::<String>().to_lowercase();
            TAGS.iter().any(|tag| start.starts_with(tag))
        },
    ) || text.trim_start().starts_with("<p")
}
