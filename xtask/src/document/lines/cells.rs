//! Layouts with one bare cell per line.

use super::*;

impl<'a> Scan<'a> {
    // One cell per line, without separators.

    /// Returns the consecutive lines that are distinct column headings.
    pub(super) fn heading_lines(&self, at: usize) -> Vec<(&'a str, Column)> {
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
    pub(super) fn header_run(&self, at: usize) -> Option<Headings<'a>> {
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

    pub(super) fn bare_cells(&self, at: usize) -> Option<(Cells, usize)> {
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
                // That caption was all there is: no row, and no step forward.
                if end == at && tail.is_none() {
                    break;
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

    /// Returns whether a line is the name of a field, judged by the line and the lines below it.
    pub(super) fn is_name(&self, columns: &[(&str, Column)], at: usize) -> bool {
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
    pub(super) fn is_caption(&self, at: usize) -> bool {
        let line = self.lines[at].trim_start();
        let text = bare(line);
        // A list item above headings is a caption.
        words::is_caption(text)
            || (text != "None" && text.len() <= 100 && words::is_bulleted(line) && !text.ends_with(['.', '。']))
            || (words::is_field(text) && text != "None" && self.is_mentioned(text, at))
    }

    /// Returns the caption and the headings if the first heading is on the line of the caption:
    /// `Table 4 auth.user Parameter`.
    pub(super) fn glued_header(&self, at: usize) -> Option<(Option<String>, Headings<'a>)> {
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
    pub(super) fn fixed(&self, columns: &[(&str, Column)], at: usize) -> Option<(Vec<Option<String>>, usize)> {
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

/// Returns whether a text is a type and unlikely to be the name of a field.
fn is_type_word(text: &str) -> bool {
    matches!(
        text.to_ascii_lowercase().as_str(),
        "string" | "object" | "integer" | "int" | "boolean" | "bool" | "array" | "long" | "double" | "float"
    )
}
