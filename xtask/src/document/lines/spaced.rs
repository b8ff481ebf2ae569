//! Layouts whose cells are separated by tabs, wide gaps or words.

use super::*;

impl<'a> Scan<'a> {
    // One row per line, with tabs, runs of spaces or single spaces.

    pub(super) fn spaced_rows(&self, at: usize) -> Option<(Cells, usize)> {
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

    pub(super) fn words_header_at(&self, at: usize) -> bool {
        self.lines.get(at).is_some_and(|line| words_of_header(line.trim()).is_some())
    }
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
