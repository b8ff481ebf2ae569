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
mod fact;
mod html;
mod kind;
mod limits;
mod lines;
mod model;
mod read;
mod words;

pub use example::{Body, Example};
pub use fact::Fact;
pub use kind::Kind;
pub use limits::{Bounds, Limits};
pub use model::{Page, Role, Row, Table, Unreadable};
pub use words::Column;

use blocks::{Block, End};

impl Page {
    /// Reads a page, or says in a sentence why it cannot be trusted.
    ///
    /// # Errors
    /// A page that is truncated, names no method and path, or yields no table.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        if html::is_too_deep(text) {
            return Err(Unreadable(
                "is nested deeper than a page of the help centre is. Save the page again".to_owned(),
            ));
        }
        read::page(split(text))
    }

    /// Reads a saved page; bytes that are not UTF-8 are replaced.
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
}

/// Splits a page into blocks, whatever its layout.
fn split(text: &str) -> (Vec<Block>, End) {
    if html::is_html(text) { html::blocks(text) } else { (lines::blocks(text), End::Open) }
}
