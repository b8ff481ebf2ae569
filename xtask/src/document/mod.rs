//! The reader of saved documents of the vendor's help centre, whatever scraper saved them.
//!
//! ```text
//! bytes ─ html | lines ─► blocks ─► tables, examples, facts ─► Document
//! ```
//!
//! A block is a heading, a line, a code block or a table of raw cells; everything specific to a layout ends there. A
//! stated value is distinct from one that the document leaves empty and from one that its scrape lost ([`Fact`]).
//!
//! Knows how documents are laid out and worded; must not know the specs or the generated code.

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
pub use model::{Document, Role, Row, Table, Unreadable};
pub use words::Column;

use blocks::{Block, End};

impl Document {
    /// Reads a document.
    ///
    /// # Errors
    /// Returns an error if the document is nested too deeply, is truncated, or has no method and path or no table that
    /// can be read, or if more than a quarter of its tables of fields have no rows.
    pub fn read(text: &str) -> Result<Self, Unreadable> {
        read::document(split(text)?)
    }

    /// Reads the bytes of a saved document; invalid UTF-8 is replaced.
    ///
    /// # Errors
    /// Returns an error if the document is empty or UTF-16, or if [`Document::read`] returns one.
    pub fn read_bytes(bytes: &[u8]) -> Result<Self, Unreadable> {
        if bytes.trim_ascii().is_empty() {
            return Err(Unreadable("is empty. Save the document again".to_owned()));
        }
        if bytes.starts_with(&[0xff, 0xfe]) || bytes.starts_with(&[0xfe, 0xff]) {
            return Err(Unreadable("is UTF-16. Save the document again, as UTF-8".to_owned()));
        }
        Self::read(&String::from_utf8_lossy(bytes))
    }
}

/// Splits a document of any layout into blocks.
fn split(text: &str) -> Result<(Vec<Block>, End), Unreadable> {
    if html::is_html(text) { html::blocks(text) } else { Ok((lines::blocks(text), End::Open)) }
}
