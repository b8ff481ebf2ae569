//! The text layouts: one cell or one row per line, with cells separated by pipes, tabs, spaces or nothing.
//!
//! Knows how scrapers lay out tables, and finds them by the words in [`words`]; must not know the role of a table or
//! what its fields mean.

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

    // One row per line, with pipes: `| a | b |`.

    fn is_piped_header(&self, at: usize) -> bool {
        self.piped_header(at).is_some() || self.piped_cells_header(at).is_some()
    }

    fn piped_header(&self, at: usize) -> Option<(Vec<String>, usize)> {
        let line = self.lines.get(at)?;
        if !line.contains('|') || is_separator(line) {
            return None;
        }
        let cells = pipes(line);
        let separated =
            self.lines.get(at + 1).is_some_and(|next| is_separator(next) && pipes(next).len() == cells.len());
        let known = cells.iter().all(|cell| cell.is_empty() || Column::of(bare(cell)).is_some())
            && cells.iter().filter(|cell| !cell.is_empty()).count() >= 2;
        (cells.len() >= 2 && (known || separated))
            .then(|| (cells.iter().map(|cell| bare(cell).to_owned()).collect(), at + 1 + usize::from(separated)))
    }

    fn piped_rows(&self, at: usize) -> Option<(Cells, usize)> {
        let (header, mut at) = self.piped_header(at)?;
        let mut rows = Vec::new();
        while let Some(line) = self.lines.get(at).filter(|line| line.contains('|')) {
            if self.piped_header(at).is_some() {
                break;
            }
            if !is_separator(line) {
                rows.push(fit(pipes(line), &header, " | "));
            }
            at += 1;
        }
        Some((Cells { header, rows, ..Cells::default() }, at))
    }

    // One cell per line, closed by a pipe; in some scrapes a single pipe opens each row.

    fn piped_cells_header(&self, at: usize) -> Option<(Vec<String>, bool, usize)> {
        let opened = self.lines.get(at)?.trim() == "|";
        let mut header = Vec::new();
        let mut next = at + usize::from(opened);
        while let Some(cell) = self.lines.get(next).and_then(|line| line.trim().strip_suffix('|')) {
            let cell = bare(cell);
            if header.len() == 8 || is_separator(self.lines[next]) || cell.contains('|') {
                break;
            }
            header.push(cell.to_owned());
            next += 1;
        }
        let separator = self.lines.get(next).filter(|line| is_separator(line))?;
        let columns = separator.matches("---").count();
        (header.len() >= 2 && columns == header.len()).then_some((header, opened, next + 1))
    }

    fn piped_cells(&self, at: usize) -> Option<(Cells, usize)> {
        let (header, opened, mut at) = self.piped_cells_header(at)?;
        let mut table = Cells { header, ..Cells::default() };
        while at < self.lines.len() && !self.is_piped_header(at) {
            let mut next = at;
            if opened {
                if self.lines[next].trim() != "|" {
                    break;
                }
                next += 1;
            } else if !self.lines[next].trim_end().ends_with('|') {
                break;
            }
            let mut row = Vec::new();
            while row.len() < table.header.len() {
                // A single pipe that no other follows: the row is short, and the next one opens.
                let alone = |at: usize| self.lines.get(at).is_some_and(|line| line.trim() == "|");
                if opened && !row.is_empty() && alone(next) && self.lines.get(next + 1).is_some() && !alone(next + 1) {
                    let name = self.bare(next + 1).trim_end_matches('|').trim();
                    if words::is_field(name) && row.len() + 1 < table.header.len() {
                        row.resize(table.header.len(), None);
                        break;
                    }
                }
                let Some((cell, after)) = self.piped_cell(next) else {
                    table.cut = true;
                    return Some((table, self.lines.len()));
                };
                row.push(Some(cell));
                next = after;
            }
            table.rows.push(row);
            at = next;
        }
        Some((table, at))
    }

    /// Returns a cell: the lines up to the first that ends with a pipe.
    fn piped_cell(&self, at: usize) -> Option<(String, usize)> {
        let end = (at..self.lines.len()).find(|&end| self.lines[end].trim_end().ends_with('|'))?;
        let mut text = self.lines[at..=end].iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n");
        text.pop();
        Some((text.trim().to_owned(), end + 1))
    }

    // One row per line, with tabs, runs of spaces or single spaces.

    fn spaced_rows(&self, at: usize) -> Option<(Cells, usize)> {
        let line = self.lines[at].trim();
        let split = [split_tabs as fn(&str) -> Vec<&str>, split_gaps]
            .into_iter()
            .find(|split| is_parameter_header(&split(line)));
        let header: Vec<String> = match split {
            Some(split) => split(line).into_iter().map(str::to_owned).collect(),
            None => words_of_header(line)?,
        };
        let mut rows: Vec<Vec<Option<String>>> = Vec::new();
        let mut at = at + 1;
        let mut continued = false;
        let columns: Vec<Column> = header.iter().filter_map(|heading| Column::of(heading)).collect();
        let last = columns.iter().position(|column| *column == Column::Description).unwrap_or(columns.len() - 1);
        while at < self.lines.len() {
            let line = self.lines[at].trim();
            let cells = split.map(|split| split(line)).filter(|cells| cells.len() >= 2);
            if cells.as_ref().is_some_and(|cells| is_parameter_header(cells)) || self.words_header_at(at) {
                // The line above the headings of the next table is its caption.
                if let Some(Some(text)) = rows.last_mut().map(|row| &mut row[last])
                    && let Some(cut) =
                        text.strip_suffix(self.lines[at - 1].trim()).filter(|_| continued && self.is_caption(at - 1))
                {
                    *text = cut.trim_end().to_owned();
                    at -= 1;
                }
                break;
            }
            let row = match (cells, split) {
                (Some(cells), _) => Some(fit(cells.into_iter().map(str::to_owned).collect(), &header, " ")),
                (None, None) if !self.ends(at) => by_words(line, &columns),
                _ => None,
            };
            continued = row.is_none();
            match row {
                Some(row) => rows.push(row),
                None if self.ends(at) => break,
                None => match rows.last_mut() {
                    Some(row) => {
                        let text = row[last].get_or_insert_default();
                        text.push('\n');
                        text.push_str(line);
                    }
                    None => break,
                },
            }
            at += 1;
        }
        Some((Cells { header, rows, ..Cells::default() }, at))
    }

    fn words_header_at(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| words_of_header(line.trim()).is_some())
    }

    // One cell per line, without separators.

    /// Returns the consecutive lines that are distinct column headings.
    fn heading_lines(&self, at: usize) -> Vec<(&'a str, Column)> {
        let mut run: Vec<(&str, Column)> = Vec::new();
        while let Some(heading) = self.lines.get(at + run.len()).map(|line| bare(line)) {
            let Some(column) = Column::of_line(heading) else { break };
            if run.len() == 8 || run.iter().any(|(seen, _)| *seen == heading) {
                break;
            }
            run.push((heading, column));
        }
        run
    }

    /// Returns the headings, one per line, of a table that begins here: as many as are followed by a fitting first row,
    /// because a field may have the name of a heading.
    fn header_run(&self, at: usize) -> Option<Headings<'a>> {
        let run = self.heading_lines(at);
        // `Status Code` is the heading of a section, and again that of its table.
        if self.lines.get(at + run.len()).is_some_and(|line| run.first().is_some_and(|(first, _)| bare(line) == *first))
        {
            return None;
        }
        let lengths = (2..=run.len()).rev().filter(|length| is_header(&run[..*length]));
        let fits = |length: &usize| self.fixed(before(&run[..*length]), at + length).is_some();
        let length = lengths.clone().find(fits).or_else(|| lengths.clone().next())?;
        Some((run[..length].to_vec(), at + length))
    }

    fn bare_cells(&self, at: usize) -> Option<(Cells, usize)> {
        let (caption, (run, mut at)) = match self.header_run(at) {
            Some(found) => (None, found),
            None => self.glued_header(at)?,
        };
        let mut table = Cells {
            caption,
            header: run.iter().map(|(heading, _)| (*heading).to_owned()).collect(),
            ..Cells::default()
        };
        let before = before(&run);
        let open = before.len();
        let after = run.get(open + 1..).unwrap_or_default();
        // A name alone does not identify a row, because any word can be one; then the columns after the description
        // do.
        let telling =
            after.is_empty() || before.iter().any(|(_, column)| matches!(column, Column::Type | Column::Mandatory));
        while at < self.lines.len()
            && let Some((mut row, next)) = self.fixed(before, at)
        {
            if is_header(&self.heading_lines(at)) || (before.is_empty() && self.ends(next)) {
                break;
            }
            let starts = |at| telling && !before.is_empty() && self.fixed(before, at).is_some();
            let mut end = next;
            let mut tail = None;
            if open < run.len() {
                // If a row follows it, the first line is the description, whatever its text.
                let described = |end: usize| {
                    end == next && !before.is_empty() && !starts(end) && self.fixed(before, end + 1).is_some()
                };
                while end < self.lines.len() && !starts(end) && (!self.ends(end) || (telling && described(end))) {
                    tail = self.fixed(after, end).filter(|(_, next)| {
                        !after.is_empty()
                            && (before.is_empty()
                                || self.fixed(before, *next).is_some()
                                || self.ends_or_captions(*next))
                    });
                    if tail.is_some() {
                        break;
                    }
                    end += 1;
                }
                // The line above the headings of the next table may be its caption.
                if end > next && self.header_run(end).is_some() && self.is_caption(end - 1) {
                    end -= 1;
                }
                let lines = &self.lines[next..end];
                row.push(
                    (!lines.is_empty()).then(|| lines.iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n")),
                );
            }
            at = end;
            if let Some((cells, next)) = tail {
                row.extend(cells);
                at = next;
            }
            row.resize(run.len(), None);
            table.rows.push(row);
        }
        Some((table, at))
    }

    fn ends_or_captions(&self, at: usize) -> bool {
        self.ends(at) || self.header_run(at + 1).is_some()
    }

    /// Returns whether a line is the name of a field, judged by the line and the lines below it.
    fn is_name(&self, columns: &[(&str, Column)], at: usize) -> bool {
        let text = self.bare(at);
        if words::is_label(text) && text.len() > 7
            || words::is_bulleted(self.lines[at])
            || is_header(&self.heading_lines(at))
        {
            return false;
        }
        let place = |wanted| columns.iter().position(|(_, column)| *column == wanted);
        let name = place(Column::Name).unwrap_or(0);
        let below = |wanted| place(wanted).filter(|place| *place > name).map(|place| self.bare(at + place - name));
        let typed = below(Column::Type).is_some_and(|text| Kind::parse(text).is_some());
        match below(Column::Mandatory) {
            // Type and mandatory flag follow: any short text is a name.
            Some(response) if typed && words::mandatory(response).is_some() => {
                text.len() <= 60 && text.split(' ').count() <= 4 && !text.ends_with([':', '.', ',', '：', '。'])
            }
            // A list of values that are type names: each is followed by another.
            None if typed && is_type_word(text) => false,
            None if typed && words::is_label(text) => false,
            _ => {
                words::is_field(text)
                    || (typed && !text.contains(' ') && text.starts_with(|c: char| c.is_ascii_digit()))
            }
        }
    }

    /// Returns whether a line above headings is a caption rather than the end of a description.
    fn is_caption(&self, at: usize) -> bool {
        let line = self.lines[at].trim_start();
        let text = bare(line);
        // A list item above headings is a caption.
        words::is_caption(text)
            || (text != "None" && text.len() <= 100 && words::is_bulleted(line) && !text.ends_with(['.', '。']))
            || (words::is_field(text) && text != "None" && self.is_mentioned(text, at))
    }

    /// Returns whether one of the previous 400 lines is this word as the name of a field or of a type.
    fn is_mentioned(&self, word: &str, at: usize) -> bool {
        self.lines[at.saturating_sub(400)..at].iter().any(|line| {
            let text = bare(line);
            text == word || Kind::parse(text).is_some_and(|kind| kind.object() == Some(word))
        })
    }

    /// Returns the caption and the headings if the first heading is on the line of the caption:
    /// `Table 4 auth.user Parameter`.
    fn glued_header(&self, at: usize) -> Option<(Option<String>, Headings<'a>)> {
        let line = self.bare(at);
        words::caption(line)?;
        let (caption, heading) = line.rsplit_once(' ')?;
        let first = Column::of(heading).filter(|first| *first == Column::Name)?;
        let (run, next) = match self.header_run(at + 1) {
            Some((run, next)) => (run, next),
            None => {
                let second = self.bare(at + 1);
                (vec![(second, Column::of_line(second)?)], at + 2)
            }
        };
        if run.iter().any(|(_, column)| *column == first) {
            return None;
        }
        let mut headings = vec![(heading, first)];
        headings.extend(run);
        Some((Some(caption.to_owned()), (headings, next)))
    }

    /// Reads the cells of columns with one line each; `None` if the lines do not fit the columns.
    fn fixed(&self, columns: &[(&str, Column)], at: usize) -> Option<(Vec<Option<String>>, usize)> {
        let mut cells = Vec::with_capacity(columns.len());
        let mut at = at;
        let mut flagged = false;
        for (index, (heading, column)) in columns.iter().enumerate() {
            let text = self.lines.get(at).map(|line| bare(line));
            let matches = text.is_some_and(|text| match column {
                Column::Name => self.is_name(columns, at),
                Column::Mandatory => words::mandatory(text).is_some(),
                Column::Type => {
                    Kind::parse(text).is_some()
                        || (flagged
                            && ((!text.contains(' ') && words::is_field(text))
                                || words::caption(text).is_some()
                                || text == "-"))
                }
                Column::Limit(_) | Column::Place => text.len() <= 80,
                Column::Other => is_key(heading, text, index),
                Column::Description => true,
            });
            if matches {
                // `true` and `false` are more often values than flags.
                flagged |= *column == Column::Mandatory && !matches!(text, Some("true" | "false"));
                cells.push(text.map(str::to_owned));
                at += 1;
                continue;
            }
            // The scrape lost the cell; the one beside it still identifies the row.
            let lost = match column {
                Column::Type => flagged,
                Column::Mandatory => {
                    columns.get(index + 1).is_some_and(|(_, next)| *next == Column::Type)
                        && text.and_then(Kind::parse).is_some()
                }
                _ => false,
            };
            if !lost {
                return None;
            }
            cells.push(None);
        }
        Some((cells, at))
    }
}

fn is_header(run: &[(&str, Column)]) -> bool {
    let has = |wanted| run.iter().any(|(_, column)| *column == wanted);
    run.len() >= 2
        && (has(Column::Description)
            || (has(Column::Name) && has(Column::Type))
            || (run.len() >= 3 && has(Column::Other)))
}

/// Returns the columns before the description, the only column with several lines per cell.
fn before<'a, 'b>(run: &'b [(&'a str, Column)]) -> &'b [(&'a str, Column)] {
    let open = run.iter().position(|(_, column)| *column == Column::Description);
    &run[..open.unwrap_or(run.len())]
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

/// Returns whether a text is a type and unlikely to be the name of a field.
fn is_type_word(text: &str) -> bool {
    matches!(
        text.to_ascii_lowercase().as_str(),
        "string" | "object" | "integer" | "int" | "boolean" | "bool" | "array" | "long" | "double" | "float"
    )
}

fn is_separator(line: &str) -> bool {
    line.contains("---") && words::SEPARATOR.is_match(line.trim())
}

/// Splits a line into its cells at pipes.
fn pipes(line: &str) -> Vec<String> {
    let line = line.trim();
    let line = line.strip_prefix('|').unwrap_or(line);
    let line = line.strip_suffix('|').unwrap_or(line);
    let mut cells = vec![String::new()];
    let mut escaped = false;
    for c in line.chars() {
        match c {
            '|' if !escaped => cells.push(String::new()),
            _ => {
                if let Some(cell) = cells.last_mut() {
                    if c == '|' {
                        cell.pop();
                    }
                    cell.push(c);
                }
            }
        }
        escaped = c == '\\';
    }
    cells.iter().map(|cell| cell.trim().replace("<br>", "\n").replace("<br/>", "\n").replace("<br />", "\n")).collect()
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

fn split_tabs(line: &str) -> Vec<&str> {
    line.split('\t').map(str::trim).collect()
}

fn split_gaps(line: &str) -> Vec<&str> {
    line.split("  ").map(str::trim).filter(|cell| !cell.is_empty()).collect()
}

fn is_parameter_header(cells: &[&str]) -> bool {
    cells.len() >= 2 && cells.iter().all(|cell| Column::of_line(cell).is_some())
}

/// Splits a line into headings that are separated by single spaces.
fn words_of_header(line: &str) -> Option<Vec<String>> {
    if line.len() > 120 {
        return None;
    }
    // `Parameter Type Description` is three headings, `Default Value` is one: the shortest ones that cover the line.
    fn headings(words: &[&str]) -> Option<Vec<String>> {
        if words.is_empty() {
            return Some(Vec::new());
        }
        (1..=4.min(words.len())).find_map(|length| {
            let heading = words[..length].join(" ");
            Column::of_line(&heading)?;
            let mut all = vec![heading];
            all.extend(headings(&words[length..])?);
            Some(all)
        })
    }
    let words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).take(20).collect();
    let headings = headings(&words)?;
    let columns: Vec<Column> = headings.iter().filter_map(|heading| Column::of(heading)).collect();
    let described = columns.contains(&Column::Description) || columns.contains(&Column::Type);
    (headings.len() >= 2 && described && (columns.contains(&Column::Name) || columns[0] == Column::Other))
        .then_some(headings)
}

/// Splits a line into cells that are separated by single spaces, by the values that each column allows.
fn by_words(line: &str, columns: &[Column]) -> Option<Vec<Option<String>>> {
    let open = columns.iter().position(|column| *column == Column::Description).unwrap_or(columns.len());
    let mut words: Vec<&str> = line.split(' ').filter(|word| !word.is_empty()).collect();
    let mut cells: Vec<Option<String>> = vec![None; columns.len()];
    for (index, column) in columns.iter().enumerate().take(open) {
        let taken = width(*column, index, words.iter().copied())?;
        cells[index] = Some(words.drain(..taken).collect::<Vec<_>>().join(" "));
    }
    for (index, column) in columns.iter().enumerate().skip(open + 1).rev() {
        let taken = (1..=words.len().min(5))
            .rev()
            .find(|&n| width(*column, index, words[words.len() - n..].iter().copied()) == Some(n))?;
        cells[index] = Some(words.split_off(words.len() - taken).join(" "));
    }
    if let Some(cell) = cells.get_mut(open) {
        *cell = Some(words.join(" "));
    }
    Some(cells)
}

/// Returns the number of words that a cell of this column takes.
fn width<'a>(column: Column, index: usize, words: impl Iterator<Item = &'a str>) -> Option<usize> {
    let words: Vec<&str> = words.take(5).collect();
    let first = *words.first()?;
    let fits = match column {
        Column::Name => words::is_field(first) && !words::is_label(first),
        Column::Mandatory => words::mandatory(first).is_some(),
        Column::Other => is_key("", first, index) || first.bytes().all(|byte| byte.is_ascii_digit()),
        Column::Type => return (1..=words.len()).rev().find(|&n| Kind::parse(&words[..n].join(" ")).is_some()),
        Column::Limit(_) | Column::Place | Column::Description => true,
    };
    fits.then_some(1)
}
