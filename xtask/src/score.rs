//! How well the reader reads: its pages against what is known of them.

use std::{fs, path::Path};

use serde::Deserialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::{
    page::{Fact, Page, Role},
    spec::{Problem, Result},
};

/// What is known of a page.
#[derive(Deserialize)]
struct Truth {
    tables: Vec<TruthTable>,
}

#[derive(Deserialize)]
struct TruthTable {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A row of parameters: name, and type and mandatory flag where the table has such columns.
#[derive(Default)]
struct Field {
    name: String,
    kind: Option<String>,
    mandatory: Option<String>,
}

/// Right answers among those given and those wanted.
#[derive(Clone, Copy, Default)]
struct Score {
    right: usize,
    given: usize,
    wanted: usize,
}

impl Score {
    fn precision(self) -> f64 {
        ratio(self.right, self.given)
    }

    fn recall(self) -> f64 {
        ratio(self.right, self.wanted)
    }

    fn count<T: PartialEq>(&mut self, given: Option<T>, wanted: Option<T>) {
        self.given += usize::from(given.is_some());
        self.wanted += usize::from(wanted.is_some());
        self.right += usize::from(given.is_some() && given == wanted);
    }
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
fn ratio(part: usize, whole: usize) -> f64 {
    if whole == 0 { 1.0 } else { part as f64 / whole as f64 }
}

#[derive(Default)]
struct Layout {
    pages: usize,
    unread: usize,
    found: usize,
    rows: usize,
    name: Score,
    kind: Score,
    mandatory: Score,
}

/// Scores every layout of a folder with the truth in `truth/`, and one folder of pages for each layout.
pub fn run(folder: &Path) -> Result<()> {
    let problem = |message: String| vec![Problem::new(folder.display().to_string(), "", message)];
    let list = |folder: &Path| -> Result<Vec<std::path::PathBuf>> {
        let entries =
            fs::read_dir(folder).map_err(|error| problem(format!("cannot read {}: {error}", folder.display())))?;
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        Ok(paths)
    };
    let layouts: Vec<_> = list(folder)?.into_iter().filter(|path| path.is_dir() && !path.ends_with("truth")).collect();
    let truths = list(&folder.join("truth"))?;
    if truths.is_empty() || layouts.is_empty() {
        return Err(problem("must hold `truth/*.json` and a folder of pages for each layout".to_owned()));
    }
    println!(
        "{:<12} {:>5} {:>11}  {:>13} {:>13} {:>13}",
        "layout", "pages", "rows found", "name P/R", "type P/R", "mandatory P/R"
    );
    for path in layouts {
        let mut layout = Layout::default();
        for page in list(&path)? {
            let stem =
                page.file_name().unwrap_or_default().to_string_lossy().split('.').next().unwrap_or_default().to_owned();
            let Some(truth) =
                truths.iter().find(|truth| truth.file_stem().is_some_and(|name| name.to_string_lossy() == stem))
            else {
                continue;
            };
            let text = fs::read(truth).map_err(|error| problem(format!("cannot read {}: {error}", truth.display())))?;
            let truth: Truth = serde_json::from_slice(&text)
                .map_err(|error| problem(format!("{} is not what a truth is: {error}", truth.display())))?;
            let bytes = fs::read(&page).map_err(|error| problem(format!("cannot read {}: {error}", page.display())))?;
            layout.add(&truth, &bytes, &page);
        }
        println!(
            "{:<12} {:>5} {:>5}/{:<5}  {} {} {}{}",
            path.file_name().unwrap_or_default().to_string_lossy(),
            layout.pages,
            layout.found,
            layout.rows,
            shown(layout.name),
            shown(layout.kind),
            shown(layout.mandatory),
            if layout.unread > 0 { format!("  {} not read", layout.unread) } else { String::new() },
        );
    }
    Ok(())
}

fn shown(score: Score) -> String {
    format!("{:>6.3} {:>6.3}", score.precision(), score.recall())
}

impl Layout {
    fn add(&mut self, truth: &Truth, bytes: &[u8], path: &Path) {
        self.pages += 1;
        let page = Page::read_bytes(bytes);
        if let Err(error) = &page {
            self.unread += 1;
            eprintln!("{}: {error}", path.display());
        }
        let tables = page.map(|page| page.tables).unwrap_or_default();
        let (mut read, mut wanted) = (Vec::new(), Vec::new());
        let (mut read_rest, mut wanted_rest) = (Vec::new(), Vec::new());
        for table in tables {
            for row in table.rows {
                let stated = |known: bool, text: String| known.then_some(text);
                if table.role == Role::Other {
                    read_rest.push(row.name);
                    continue;
                }
                read.push(Field {
                    kind: stated(matches!(row.kind, Fact::Stated(_)), row.kind_text),
                    mandatory: row.mandatory.stated().map(|yes| if *yes { "Yes" } else { "No" }.to_owned()),
                    name: row.name,
                });
            }
        }
        for table in &truth.tables {
            let at = |heading: &str| table.columns.iter().position(|column| column == heading);
            for row in &table.rows {
                let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|cell| !cell.is_empty()).cloned();
                let name = row.first().cloned().unwrap_or_default();
                if at("Type").is_none() {
                    wanted_rest.push(name);
                    continue;
                }
                wanted.push(Field { kind: cell(at("Type")), mandatory: cell(at("Mandatory")), name });
            }
        }
        let names = |fields: &[Field]| fields.iter().map(|field| field.name.clone()).collect::<Vec<_>>();
        let pairs = pairs(&names(&read), &names(&wanted));
        self.found += pairs.len() + self::pairs(&read_rest, &wanted_rest).len();
        self.rows += wanted.len() + wanted_rest.len();
        self.name.right += pairs.len();
        self.name.given += read.len();
        self.name.wanted += wanted.len();
        for (index, field) in read.iter().enumerate() {
            match pairs.iter().find(|(given, _)| *given == index) {
                Some((_, at)) => {
                    self.kind.count(field.kind.as_ref(), wanted[*at].kind.as_ref());
                    self.mandatory.count(field.mandatory.as_ref(), wanted[*at].mandatory.as_ref());
                }
                None => {
                    self.kind.count(field.kind.as_ref(), None);
                    self.mandatory.count(field.mandatory.as_ref(), None);
                }
            }
        }
        for (_, field) in wanted.iter().enumerate().filter(|(index, _)| !pairs.iter().any(|(_, at)| at == index)) {
            self.kind.count(None, field.kind.as_ref());
            self.mandatory.count(None, field.mandatory.as_ref());
        }
    }
}

/// The rows that are the same on both sides, in order.
fn pairs(read: &[String], wanted: &[String]) -> Vec<(usize, usize)> {
    capture_diff_slices(Algorithm::Myers, read, wanted)
        .into_iter()
        .filter_map(|op| match op {
            DiffOp::Equal { old_index, new_index, len } => Some((0..len).map(move |i| (old_index + i, new_index + i))),
            _ => None,
        })
        .flatten()
        .collect()
}
