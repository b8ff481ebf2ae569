//! Layouts with pipes: a row a line, and a cell a line.

use super::*;

impl<'a> Scan<'a> {
    // One row per line, with pipes: `| a | b |`.

    pub(super) fn is_piped_header(&self, at: usize) -> bool {
        self.piped_header(at).is_some() || self.piped_cells_header(at).is_some()
    }

    pub(super) fn piped_header(&self, at: usize) -> Option<(Vec<String>, usize)> {
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

    pub(super) fn piped_rows(&self, at: usize) -> Option<(Cells, usize)> {
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

    pub(super) fn piped_cells_header(&self, at: usize) -> Option<(Vec<String>, bool, usize)> {
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

    pub(super) fn piped_cells(&self, at: usize) -> Option<(Cells, usize)> {
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
    pub(super) fn piped_cell(&self, at: usize) -> Option<(String, usize)> {
        let end = (at..self.lines.len()).find(|&end| self.lines[end].trim_end().ends_with('|'))?;
        let mut text = self.lines[at..=end].iter().map(|line| line.trim()).collect::<Vec<_>>().join("\n");
        text.pop();
        Some((text.trim().to_owned(), end + 1))
    }
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
