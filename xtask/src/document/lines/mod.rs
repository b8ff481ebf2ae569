//! The text layouts: one cell or one row per line, with cells separated by pipes, tabs, spaces or nothing.
//!
//! Knows how scrapers lay out tables, and finds them by the words in [`words`]; must not know the role of a table or
//! what its fields mean.

mod cells;
mod piped;
mod spaced;

use std::borrow::Cow;

use super::{
    Kind,
    blocks::{Block, Cells},
    words::{self, Column, Section, bare},
};

/// Returns the blocks of a text document.
pub fn blocks(text: &str) -> Vec<Block> {
    let text = plain(text);
    let is_markdown = text.lines().any(|line| line.starts_with("# ") || line.starts_with("## "));
    let text = if is_markdown { Cow::Owned(without_emphasis(&text)) } else { text };
    let mut lines = Vec::new();
    for line in text.lines().filter(|line| !line.trim().is_empty()) {
        split_glued(line, &mut lines);
    }
    let scan = Scan { lines };
    let mut blocks = Vec::new();
    let mut at = 0;
    while at < scan.lines.len() {
        at = scan.block(at, &mut blocks);
    }
    blocks
}

/// Removes the invisible characters, and replaces no-break spaces.
fn plain(text: &str) -> Cow<'_, str> {
    let mut text = Cow::Borrowed(text);
    let mut replace = |from: &str, to: &str| {
        if text.contains(from) {
            text = Cow::Owned(text.replace(from, to));
        }
    };
    for invisible in ["\u{200b}", "\u{feff}", "\u{ad}", "\r"] {
        replace(invisible, "");
    }
    replace("\u{a0}", " ");
    text
}

/// Removes the emphasis and escapes of Markdown, except in code.
fn without_emphasis(text: &str) -> String {
    let mut in_code = false;
    let mut out = String::with_capacity(text.len());
    for line in text.lines() {
        let is_fence = line.trim_start().starts_with("```");
        in_code ^= is_fence;
        if in_code || is_fence {
            out.push_str(line);
        } else {
            out.push_str(&line.replace("**", "").replace("\\_", "_"));
        }
        out.push('\n');
    }
    out
}

/// Adds a line, split in two if it contains both the end of a JSON text and the next heading.
fn split_glued<'a>(line: &'a str, lines: &mut Vec<&'a str>) {
    if let Some(at) = line.rfind(['}', ']'])
        && Section::of(&line[at + 1..]).is_some()
    {
        lines.extend([&line[..=at], &line[at + 1..]]);
        return;
    }
    lines.push(line);
}

/// The headings of a table, one per line, and the index of the line after them.
type Headings<'a> = (Vec<(&'a str, Column)>, usize);

struct Scan<'a> {
    lines: Vec<&'a str>,
}

impl<'a> Scan<'a> {
    fn bare(&self, at: usize) -> &'a str {
        self.lines.get(at).map_or("", |line| bare(line))
    }

    fn block(&self, at: usize, blocks: &mut Vec<Block>) -> usize {
        let line = self.lines[at];
        if line.trim_start().starts_with("```") {
            let end = (at + 1..self.lines.len()).find(|&end| self.lines[end].trim_start().starts_with("```"));
            let end = end.unwrap_or(self.lines.len());
            blocks.push(Block::Code(self.lines[at + 1..end].join("\n")));
            return end + 1;
        }
        if let Some((table, next)) = self.table(at) {
            blocks.push(Block::Table(table));
            return next;
        }
        let is_heading = line.starts_with('#') && line.trim_start_matches('#').starts_with(' ');
        blocks.push(if is_heading {
            Block::Heading(bare(line).to_owned())
        } else {
            Block::Text(line.trim_end().to_owned())
        });
        at + 1
    }

    fn table(&self, at: usize) -> Option<(Cells, usize)> {
        self.piped_rows(at)
            .or_else(|| self.piped_cells(at))
            .or_else(|| self.spaced_rows(at))
            .or_else(|| self.bare_cells(at))
    }

    /// Returns whether a line cannot belong to the table above it.
    fn ends(&self, at: usize) -> bool {
        let Some(line) = self.lines.get(at) else { return true };
        let text = bare(line);
        line.starts_with("# ")
            || line.starts_with("## ")
            || line.starts_with("### ")
            || Section::of(text).is_some()
            || words::STATUS.is_match(text)
            || words::caption(text).is_some()
            || self.header_run(at).is_some()
            || self.is_piped_header(at)
    }

    fn ends_or_captions(&self, at: usize) -> bool {
        self.ends(at) || self.header_run(at + 1).is_some()
    }

    /// Returns whether one of the previous 400 lines is this word as the name of a field or of a type.
    fn is_mentioned(&self, word: &str, at: usize) -> bool {
        self.lines[at.saturating_sub(400)..at].iter().any(|line| {
            let text = bare(line);
            text == word || Kind::parse(text).is_some_and(|kind| kind.object() == Some(word))
        })
    }
}

/// Returns as many cells as there are headings: surplus cells are part of the description, missing ones are `None`.
fn fit(mut cells: Vec<String>, header: &[String], glue: &str) -> Vec<Option<String>> {
    let open =
        header.iter().position(|heading| Column::of(heading) == Some(Column::Description)).unwrap_or(header.len() - 1);
    if cells.len() > header.len() {
        let until = open + cells.len() - header.len();
        let joined = cells[open..=until].join(glue);
        cells.splice(open..=until, [joined]);
    }
    let mut cells: Vec<Option<String>> = cells.into_iter().map(Some).collect();
    cells.resize(header.len(), None);
    cells
}

/// Returns whether a text fits a column of a table without parameters; in the first column, it identifies a row.
fn is_key(heading: &str, text: &str, index: usize) -> bool {
    let heading = heading.to_lowercase();
    if index > 0 {
        return text.len() <= 200;
    }
    if heading.contains("status") || heading.contains("return") || heading.contains("状态") || heading.contains("返回")
    {
        return text.len() >= 3 && text.as_bytes()[..3].iter().all(u8::is_ascii_digit);
    }
    let numbered = text.len() >= 3 && text.as_bytes()[..3].iter().all(u8::is_ascii_digit);
    numbered || (!text.contains(' ') && text.contains(|c: char| c.is_ascii_digit() || c == ':' || c == '.'))
}
