//! The `documents score` command: measures the precision and recall of the document reader against known documents.
//!
//! Knows the documents and the truth files; must not know the specs or how documents are laid out.

use std::{
    collections::BTreeMap,
    fs,
    path::{Path, PathBuf},
};

use serde::Deserialize;
use similar::{Algorithm, DiffOp, capture_diff_slices};

use crate::{
    document::{Column, Document, Fact, Role},
    output::{one_line, say_line},
    spec::{Problem, Result},
};

/// The expected tables of a document.
#[derive(Deserialize)]
struct Truth {
    tables: Vec<TruthTable>,
}

#[derive(Deserialize)]
struct TruthTable {
    columns: Vec<String>,
    rows: Vec<Vec<String>>,
}

/// A row of parameters: the name, and the type and mandatory flag if the table has such columns.
#[derive(Default)]
struct Field {
    name: String,
    kind: Option<String>,
    mandatory: Option<String>,
}

/// The number of correct values, of values read, and of values expected.
#[derive(Clone, Copy, Default)]
pub struct Score {
    right: usize,
    given: usize,
    wanted: usize,
}

impl Score {
    pub fn precision(self) -> f64 {
        ratio(self.right, self.given)
    }

    pub fn recall(self) -> f64 {
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

/// The scores of the documents of one layout.
#[derive(Default)]
pub struct Layout {
    pub name: String,
    pub documents: usize,
    /// The documents that were rejected, with the reason.
    pub unread: Vec<String>,
    /// The number of expected rows that were found, in all tables.
    pub found: usize,
    pub rows: usize,
    pub names: Score,
    pub kinds: Score,
    pub mandatory: Score,
}

/// Scores every layout of a folder, which contains `truth/` and one folder of documents per layout, and prints the
/// scores.
///
/// # Errors
/// Returns an error if a file cannot be read, a truth file is invalid, or there is no truth file or no layout.
pub fn run(folder: &Path) -> Result<()> {
    let layouts = measure(folder)?;
    say_line(format_args!(
        "{:<12} {:>5} {:>11}  {:>13} {:>13} {:>13}",
        "layout", "documents", "rows found", "name P/R", "type P/R", "mandatory P/R"
    ));
    for layout in layouts {
        say_line(format_args!(
            "{:<12} {:>5} {:>5}/{:<5}  {} {} {}",
            layout.name,
            layout.documents,
            layout.found,
            layout.rows,
            ratios(layout.names),
            ratios(layout.kinds),
            ratios(layout.mandatory),
        ));
        layout.unread.iter().for_each(|unread| say_line(format_args!("  {unread}")));
    }
    Ok(())
}

/// Returns the scores of every layout.
///
/// # Errors
/// As for [`run`].
pub fn measure(folder: &Path) -> Result<Vec<Layout>> {
    let problem = |message: String| vec![Problem::new(folder.display().to_string(), "", message)];
    let list = |folder: &Path| -> Result<Vec<PathBuf>> {
        let entries =
            fs::read_dir(folder).map_err(|error| problem(format!("cannot read {}: {error}", name(folder))))?;
        let mut paths: Vec<_> = entries.flatten().map(|entry| entry.path()).collect();
        paths.sort();
        Ok(paths)
    };
    let read = |path: &Path| fs::read(path).map_err(|error| problem(format!("cannot read {}: {error}", name(path))));
    let folders: Vec<_> = list(folder)?.into_iter().filter(|path| path.is_dir() && !path.ends_with("truth")).collect();
    let mut truths = BTreeMap::new();
    for path in list(&folder.join("truth"))? {
        let truth: Truth = serde_json::from_slice(&read(&path)?)
            .map_err(|error| problem(format!("{} is not what a truth is: {error}", name(&path))))?;
        truths.insert(stem(&path), truth);
    }
    if truths.is_empty() || folders.is_empty() {
        return Err(problem("must hold `truth/*.json` and a folder of documents for each layout".to_owned()));
    }
    let mut layouts = Vec::new();
    for path in folders {
        let mut layout = Layout { name: stem(&path), ..Layout::default() };
        for document in list(&path)? {
            if let Some(truth) = truths.get(&stem(&document)) {
                layout.add(truth, &read(&document)?, &document);
            }
        }
        layouts.push(layout);
    }
    Ok(layouts)
}

/// Returns a path as messages show it.
fn name(path: &Path) -> String {
    one_line(&path.display().to_string())
}

/// Returns the name of a file up to its first dot.
fn stem(path: &Path) -> String {
    path.file_name().unwrap_or_default().to_string_lossy().split('.').next().unwrap_or_default().to_owned()
}

fn ratios(score: Score) -> String {
    format!("{:>6.3} {:>6.3}", score.precision(), score.recall())
}

impl Layout {
    fn add(&mut self, truth: &Truth, bytes: &[u8], path: &Path) {
        self.documents += 1;
        let document = Document::read_bytes(bytes);
        if let Err(error) = &document {
            self.unread.push(format!("{}: {error}", name(path)));
        }
        let tables = document.map(|document| document.tables).unwrap_or_default();
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
            let columns: Vec<_> = table.columns.iter().map(|heading| Column::of(heading)).collect();
            let is_fields = Column::are_of_fields(&columns);
            for row in &table.rows {
                let cell = |at: Option<usize>| at.and_then(|at| row.get(at)).filter(|cell| !cell.is_empty()).cloned();
                let name = row.first().cloned().unwrap_or_default();
                if !is_fields {
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
        self.names.right += pairs.len();
        self.names.given += read.len();
        self.names.wanted += wanted.len();
        for (index, field) in read.iter().enumerate() {
            match pairs.iter().find(|(given, _)| *given == index) {
                Some((_, at)) => {
                    self.kinds.count(field.kind.as_ref(), wanted[*at].kind.as_ref());
                    self.mandatory.count(field.mandatory.as_ref(), wanted[*at].mandatory.as_ref());
                }
                None => {
                    self.kinds.count(field.kind.as_ref(), None);
                    self.mandatory.count(field.mandatory.as_ref(), None);
                }
            }
        }
        for (_, field) in wanted.iter().enumerate().filter(|(index, _)| !pairs.iter().any(|(_, at)| at == index)) {
            self.kinds.count(None, field.kind.as_ref());
            self.mandatory.count(None, field.mandatory.as_ref());
        }
    }
}

/// Returns the index pairs of the rows that are the same on both sides, in order.
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
