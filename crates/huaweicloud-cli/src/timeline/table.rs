//! Events as a table that one can read, search and copy from.

use huaweicloud_catalog::services;
use huaweicloud_history::Event;
use jiff::tz::TimeZone;
use unicode_width::{UnicodeWidthChar as _, UnicodeWidthStr as _};

use super::{columns::Column, html};
use crate::{output, style::Style};

/// A table of events, one a line; in a narrow terminal, two lines.
pub struct Table {
    columns: Vec<&'static Column>,
    zone: TimeZone,
    /// The visible text of each cell.
    rows: Vec<Vec<String>>,
}

/// The space between two columns.
const GAP: &str = "  ";

/// The space before the second line of a row.
const INDENT: &str = "    ";

/// The least width in which the texts of a row are shown beside its ids and times.
const LEAST: usize = 30;

impl Table {
    pub fn new(columns: Vec<&'static Column>, zone: TimeZone) -> Self {
        Self { columns, zone, rows: Vec::new() }
    }

    pub fn add(&mut self, event: &Event) {
        let cell = |column: &&Column| {
            let text = column.cell(event, &self.zone);
            let text = if column.is_text { html::text(&text) } else { text };
            output::visible(&text.split_whitespace().collect::<Vec<_>>().join(" "))
        };
        self.rows.push(self.columns.iter().map(cell).collect());
    }

    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Returns the lines of the table, which are no longer than a width, if there is one. Only texts are cut.
    pub fn lines(&self, header: bool, width: Option<usize>, style: Style) -> Vec<String> {
        let heading: Vec<String> = self.columns.iter().map(|column| column.name.to_uppercase()).collect();
        let heading = Some(&heading).filter(|_| header);
        let all = || heading.into_iter().chain(&self.rows);
        let natural: Vec<usize> = (0..self.columns.len())
            .map(|index| all().map(|row| row[index].width()).max().unwrap_or_default())
            .collect();
        let Some(layout) = width.map_or(Some(natural.clone()), |width| self.fitted(&natural, width)) else {
            return self.stacked(heading, width.unwrap_or(usize::MAX), style);
        };
        let line = |row: &Vec<String>, is_heading: bool| {
            let mut line = String::new();
            for (index, (cell, width)) in row.iter().zip(&layout).enumerate() {
                let cell = cut(cell, *width);
                let padding = if index + 1 == row.len() { 0 } else { width - cell.width() + GAP.len() };
                line += &self.styled(index, &cell, is_heading, style);
                line.extend(std::iter::repeat_n(' ', padding));
            }
            line.trim_end().to_owned()
        };
        heading.map(|row| line(row, true)).into_iter().chain(self.rows.iter().map(|row| line(row, false))).collect()
    }

    /// Returns the widths of the columns in a line of a width, or `None` if that leaves too little for the texts.
    fn fitted(&self, natural: &[usize], width: usize) -> Option<Vec<usize>> {
        let is_text = |index: &usize| self.columns[*index].is_text;
        let gaps = GAP.len() * self.columns.len().saturating_sub(1);
        let (texts, fixed): (Vec<usize>, Vec<usize>) = (0..natural.len()).partition(is_text);
        let taken = gaps + fixed.iter().map(|index| natural[*index]).sum::<usize>();
        let wanted: usize = texts.iter().map(|index| natural[*index]).sum();
        let left = width.checked_sub(taken).filter(|left| *left >= wanted.min(LEAST))?;
        let mut layout = natural.to_vec();
        // The longest give way first, down to a common width.
        let total = |most: usize| texts.iter().map(|index| natural[*index].min(most)).sum::<usize>();
        let most = (0..=left).rev().find(|most| total(*most) <= left).unwrap_or_default();
        texts.iter().for_each(|index| layout[*index] = natural[*index].min(most));
        // What is left over goes to the last one, which is the longest as a rule.
        if let Some(last) = texts.last() {
            layout[*last] = natural[*last].min(layout[*last] + left - total(most));
        }
        Some(layout)
    }

    /// Returns two lines for each row: ids and times, and then texts.
    fn stacked(&self, heading: Option<&Vec<String>>, width: usize, style: Style) -> Vec<String> {
        let rows = heading.map(|row| (row, true)).into_iter().chain(self.rows.iter().map(|row| (row, false)));
        let line = |row: &[String], is_heading: bool, is_text: bool| {
            let cells = row.iter().enumerate();
            let cells = cells.filter(|(index, cell)| self.columns[*index].is_text == is_text && !cell.is_empty());
            let mut line = String::new();
            let mut left = if is_text { width } else { usize::MAX };
            for (number, (index, cell)) in cells.enumerate() {
                let gap = if number > 0 { GAP } else { [INDENT, ""][usize::from(!is_text)] };
                let cell = cut(cell, left.saturating_sub(gap.len()));
                left = left.saturating_sub(gap.len() + cell.width());
                if !cell.is_empty() {
                    line = line + gap + &self.styled(index, &cell, is_heading, style);
                }
            }
            line
        };
        rows.flat_map(|(row, is_heading)| [line(row, is_heading, false), line(row, is_heading, true)])
            .filter(|line| !line.is_empty())
            .collect()
    }

    fn styled(&self, index: usize, cell: &str, is_heading: bool, style: Style) -> String {
        match self.columns[index].name {
            _ if is_heading => style.heading(cell),
            "when" | "time" | "time_text" => style.dim(cell),
            "thing" | "service" => {
                let service = cell.split('/').next().unwrap_or_default();
                let number = services().iter().position(|known| known.metadata.id == service);
                style.numbered(number.unwrap_or_default(), cell)
            }
            "action" => style.own(cell),
            _ => cell.to_owned(),
        }
    }
}

/// Returns a text in at most this width, with an ellipsis for what is cut.
fn cut(text: &str, width: usize) -> String {
    if text.width() <= width {
        return text.to_owned();
    }
    let mut left = width.saturating_sub(1);
    let fits = |c: &char| {
        let width = c.width().unwrap_or_default();
        let fits = width <= left;
        left = left.saturating_sub(width);
        fits
    };
    let kept: String = text.chars().take_while(fits).collect();
    if width == 0 { kept } else { kept + "…" }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::timeline::columns;

    fn table(rows: &[[&str; 5]]) -> Table {
        let mut table = Table::new(columns::of_table(None).unwrap(), TimeZone::UTC);
        table.rows = rows.iter().map(|row| row.map(str::to_owned).to_vec()).collect();
        table
    }

    #[test]
    fn only_texts_are_cut_and_lines_fit() {
        let long = "工单 ".repeat(40);
        let table = table(&[
            ["2026-11-26T08:05:29Z", "osm/124", "erin", "closed", &long],
            ["2026-11-26T08:05:29.123Z", "codeartsdeploy/cb439d016d8641c8a44c177a121fad15", "", "modify", "x"],
        ]);
        for width in 1..200 {
            let lines = table.lines(true, Some(width), Style::plain());
            for id in ["2026-11-26T08:05:29.123Z", "codeartsdeploy/cb439d016d8641c8a44c177a121fad15", "osm/124"] {
                assert!(lines.iter().any(|line| line.contains(id)), "{width}: {id} is torn: {lines:#?}");
            }
            let longest = lines.iter().map(|line| line.width()).max().unwrap();
            // Ids and times are never cut, however narrow the terminal is.
            assert!(longest <= width.max(24 + 2 + 47), "{width}: {longest}");
        }
        let wide = table.lines(false, None, Style::plain());
        assert!(wide.len() == 2 && wide[0].ends_with(long.trim_end()), "{wide:?}");
    }

    #[test]
    fn cuts_by_width_not_by_characters() {
        assert_eq!(
            (cut("工单工单", 5).as_str(), cut("abc", 3).as_str(), cut("abcd", 3).as_str()),
            ("工单…", "abc", "ab…")
        );
        assert_eq!((cut("abc", 1).as_str(), cut("abc", 0).as_str()), ("…", ""));
    }
}
