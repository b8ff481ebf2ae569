//! The `drift` command: compares documents with the specs, and reports the differences.
//!
//! Knows documents, specs and the `x-deviation`s in them; must not know how documents are laid out or the generated
//! code. The module `compare` finds the differences; this one finds the operation and decides which ones are new.

pub mod compare;
mod finding;

pub use finding::Finding;

use std::{collections::BTreeMap, fs, path::Path};

use serde::Serialize;

use crate::{
    deviations::{self, Deviation},
    document::{Document, Unreadable},
    output::{one_line, say, say_line, warn},
    spec::{self, Operation, Spec},
};

/// A difference that an `x-deviation` of the spec covers.
#[derive(Clone, Debug, Serialize)]
pub struct Covered {
    #[serde(flatten)]
    pub finding: Finding,
    /// The reason, from the `x-deviation`.
    pub why: String,
}

/// An `x-deviation` that no longer matches a difference.
#[derive(Clone, Debug, Serialize)]
pub struct Stale {
    pub pointer: String,
    pub about: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
}

/// The result of comparing a document with an operation of a spec.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The path of the document.
    pub document: String,
    /// The path of the spec.
    pub file: String,
    pub operation: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// The date when a person last compared the operation with its documents.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<String>,
    /// Differences that no `x-deviation` covers.
    pub differences: Vec<Finding>,
    pub stale: Vec<Stale>,
    pub covered: Vec<Covered>,
    /// Facts that could not be compared because the scrape lost them.
    pub lost: Vec<Finding>,
}

impl Report {
    const fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.stale.is_empty()
    }
}

/// The outcome for one document.
enum Outcome {
    Compared(Box<Report>),
    /// The documented operation is in no spec.
    Unknown(String),
    Unreadable(String),
}

/// The output format of reports.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// Plain text, for people.
    Text,
    /// JSON, for tools.
    Json,
}

// The exit codes of `drift`.
const CLEAN: u8 = 0;
const DIFFERENT: u8 = 1;
pub const UNREADABLE: u8 = 2;

/// Compares documents, or with `all` the files of folders, with the specs, prints the reports, and returns the exit
/// code.
///
/// # Errors
/// Returns an error if the specs or a folder cannot be read. A document that cannot be read is part of the report.
pub fn run(root: &Path, documents: &[std::path::PathBuf], all: bool, format: Format) -> spec::Result<u8> {
    let specs = spec::load(root, &[])?;
    let mut files = Vec::new();
    for path in documents {
        if all {
            let problem =
                |error| vec![spec::Problem::new(path.display().to_string(), "", format!("cannot be read: {error}"))];
            let mut found: Vec<_> = fs::read_dir(path).map_err(problem)?.flatten().map(|entry| entry.path()).collect();
            found.retain(|path| path.is_file());
            found.sort();
            files.extend(found);
        } else {
            files.push(path.clone());
        }
    }
    let read: Vec<(String, Result<Document, Unreadable>)> = files
        .iter()
        .map(|file| {
            let document = fs::read(file).map_err(|error| Unreadable(format!("cannot be read: {error}")));
            (file.display().to_string(), document.and_then(|bytes| Document::read_bytes(&bytes)))
        })
        .collect();
    let outcomes = compare(&specs, &read);
    let code = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Compared(report) if report.is_clean() => CLEAN,
            Outcome::Compared(_) | Outcome::Unknown(_) => DIFFERENT,
            Outcome::Unreadable(_) => UNREADABLE,
        })
        .max()
        .unwrap_or(CLEAN);
    match format {
        Format::Json if all => say_json(&coverage(&specs, &outcomes)),
        Format::Json => print_json(&outcomes),
        Format::Text if all => print_coverage(&specs, &outcomes),
        Format::Text => outcomes.iter().for_each(print),
    }
    Ok(code)
}

/// Returns the report of one document against a spec; `None` if the spec has no such operation.
pub fn report(spec: &Spec, document: &Document) -> Option<Report> {
    let documents = [(String::new(), Ok(document.clone()))];
    compare(std::slice::from_ref(spec), &documents).into_iter().find_map(|outcome| match outcome {
        Outcome::Compared(report) => Some(*report),
        _ => None,
    })
}

/// Compares documents with the specs. An `x-deviation` on a component is stale only if every operation that uses the
/// component was compared.
fn compare(specs: &[Spec], documents: &[(String, Result<Document, Unreadable>)]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    // The deviations that matched a difference, by spec, and the operations that were compared.
    let mut needed: BTreeMap<&str, Vec<Identity>> = BTreeMap::new();
    let mut compared: Vec<(&Spec, &Operation, usize)> = Vec::new();
    for (file, document) in documents {
        let shown = one_line(file);
        let document = match document {
            Ok(document) => document,
            Err(error) => {
                outcomes.push(Outcome::Unreadable(format!("{shown}: {error}")));
                continue;
            }
        };
        let Some((spec, operation)) = find(specs, document) else {
            outcomes.push(Outcome::Unknown(format!(
                "{shown}: documents {} {} ({}), which is in no spec. `cargo xtask draft {shown} --service NAME` writes it",
                document.method, document.path, document.title
            )));
            continue;
        };
        let deviations = deviations::of(spec, operation);
        let mut report = Report {
            document: file.clone(),
            file: spec.file.clone(),
            operation: operation.id.clone(),
            title: document.title.clone(),
            updated: document.updated.clone(),
            verified: operation.source.verified.clone(),
            differences: Vec::new(),
            stale: Vec::new(),
            covered: Vec::new(),
            lost: Vec::new(),
        };
        let used = needed.entry(&spec.file).or_default();
        for finding in compare::document(document, spec, operation) {
            match deviations.iter().find(|deviation| covers(deviation, &finding)) {
                Some(deviation) => {
                    used.push(identity(deviation));
                    report.covered.push(Covered { why: deviation.note.why.clone(), finding });
                }
                None if finding.lost => report.lost.push(finding),
                None => report.differences.push(finding),
            }
        }
        report.differences.sort_by_key(|finding| !finding.breaking);
        compared.push((spec, operation, outcomes.len()));
        outcomes.push(Outcome::Compared(Box::new(report)));
    }
    let differing: Vec<(String, Finding)> = reports(&outcomes)
        .flat_map(|report| report.differences.iter().map(|finding| (report.file.clone(), finding.clone())))
        .collect();
    for (spec, operation, index) in &compared {
        let done: Vec<&str> = compared
            .iter()
            .filter(|(other, ..)| other.file == spec.file)
            .map(|(_, operation, _)| operation.id.as_str())
            .collect();
        let stale = deviations::of(spec, operation)
            .into_iter()
            .filter(|deviation| !needed.get(spec.file.as_str()).is_some_and(|used| used.contains(&identity(deviation))))
            // If the document has changed since, the difference is reported instead.
            .filter(|deviation| {
                !differing.iter().any(|(file, finding)| *file == spec.file && concerns(deviation, finding))
            })
            .filter(|deviation| deviation.users.iter().all(|user| done.contains(&user.as_str())))
            .map(|deviation| {
                let (pointer, about, member) = identity(&deviation);
                Stale { pointer, about, member }
            });
        if let Outcome::Compared(report) = &mut outcomes[*index] {
            report.stale.extend(stale);
        }
    }
    outcomes
}

/// The pointer, subject and member that identify a deviation.
type Identity = (String, String, Option<String>);

fn identity(deviation: &Deviation<'_>) -> Identity {
    (deviation.pointer.to_owned(), deviation.note.about.clone(), deviation.note.member.clone())
}

/// Returns whether a deviation and a finding have the same subject.
fn concerns(deviation: &Deviation<'_>, finding: &Finding) -> bool {
    let (pointer, about, member) = identity(deviation);
    about == finding.about && member == finding.member && finding.nodes.contains(&pointer)
}

fn covers(deviation: &Deviation<'_>, finding: &Finding) -> bool {
    // `found` is the text of the document at the time of the decision; any other text is a new difference.
    deviation.note.found.as_ref().is_none_or(|found| *found == finding.document) && concerns(deviation, finding)
}

fn reports(outcomes: &[Outcome]) -> impl Iterator<Item = &Report> {
    outcomes.iter().filter_map(|outcome| match outcome {
        Outcome::Compared(report) => Some(&**report),
        _ => None,
    })
}

/// Returns whether a document of the operation has this title.
fn is_titled(operation: &Operation, title: &str) -> bool {
    operation.source.documents.iter().any(|document| document.title == title)
}

/// Finds the operation that a document describes: by method and path; otherwise by title, so that a changed endpoint is
/// reported as a difference; otherwise, for a document without a title, by path.
pub fn find<'a>(specs: &'a [Spec], document: &Document) -> Option<(&'a Spec, &'a Operation)> {
    let all = || specs.iter().flat_map(|spec| spec.operations().iter().map(move |operation| (spec, operation)));
    all()
        .find(|(_, operation)| operation.method.to_string() == document.method && operation.path == document.path)
        .or_else(|| all().find(|(_, operation)| is_titled(operation, &document.title)))
        .or_else(|| all().find(|(_, operation)| document.title.is_empty() && operation.path == document.path))
}

fn print_json(outcomes: &[Outcome]) {
    let values: Vec<serde_json::Value> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Compared(report) => serde_json::json!(report),
            Outcome::Unknown(message) => serde_json::json!({ "unknown": message }),
            Outcome::Unreadable(message) => serde_json::json!({ "unreadable": message }),
        })
        .collect();
    say_json(&values);
}

#[expect(clippy::expect_used, reason = "reports hold texts and numbers only")]
fn say_json(value: &impl Serialize) {
    say(&(serde_json::to_string_pretty(value).expect("texts and numbers") + "\n"));
}

fn print(outcome: &Outcome) {
    match outcome {
        Outcome::Unknown(message) | Outcome::Unreadable(message) => warn(message),
        Outcome::Compared(report) => say(&render(report)),
    }
}

/// Formats a report for a reviewer.
pub fn render(report: &Report) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    let date = report.updated.as_deref().map_or_else(|| "no date".to_owned(), |date| format!("updated {date}"));
    let document = one_line(&report.document);
    line(format!("{} in {}: {document} ({}, {date})", report.operation, report.file, report.title));
    let place = |finding: &Finding| match &finding.member {
        Some(member) => format!("{} ({member})", finding.pointer),
        None => finding.pointer.clone(),
    };
    let pair = |finding: &Finding| format!("document says {} / spec says {}", finding.document, finding.spec);
    if report.differences.is_empty() {
        line("  no new difference".to_owned());
    }
    for finding in &report.differences {
        let weight = if finding.breaking { "breaking" } else { "compatible" };
        line(format!("  {weight}: {} of {}\n    {}", finding.about, place(finding), pair(finding)));
    }
    for stale in &report.stale {
        let member = stale.member.as_ref().map(|member| format!(" ({member})")).unwrap_or_default();
        line(format!(
            "  stale: the x-deviation about {} of {}{member} matches no difference any more; remove it",
            stale.about, stale.pointer
        ));
    }
    for covered in &report.covered {
        let finding = &covered.finding;
        line(format!("  covered: {} of {}: {}\n    {}", finding.about, place(finding), pair(finding), covered.why));
    }
    for finding in &report.lost {
        line(format!("  lost by the scrape, not compared: {} of {}: {}", finding.about, place(finding), pair(finding)));
    }
    out
}

/// The state of an operation in the overview of `--all`.
#[derive(Serialize)]
struct Coverage {
    operation: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    document: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    updated: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    verified: Option<String>,
    differences: usize,
    stale: usize,
}

fn coverage(specs: &[Spec], outcomes: &[Outcome]) -> Vec<Coverage> {
    let find = |file: &str, id: &str| reports(outcomes).find(|report| report.file == file && report.operation == id);
    let mut found = Vec::new();
    for spec in specs {
        for operation in spec.operations() {
            let report = find(&spec.file, &operation.id);
            found.push(Coverage {
                operation: format!("{}/{}", spec.service, &operation.id),
                document: report.map(|report| report.document.clone()),
                updated: report.and_then(|report| report.updated.clone()),
                verified: operation.source.verified.clone(),
                differences: report.map_or(0, |report| report.differences.len()),
                stale: report.map_or(0, |report| report.stale.len()),
            });
        }
    }
    found
}

fn print_coverage(specs: &[Spec], outcomes: &[Outcome]) {
    let rows = coverage(specs, outcomes);
    say_line(format_args!("{:<58} {:<11} {:<11} {:<24} document", "operation", "updated", "verified", "state"));
    for row in &rows {
        let state = match (&row.document, row.differences, row.stale) {
            (None, ..) => "no document".to_owned(),
            (_, 0, 0) => "no new difference".to_owned(),
            (_, new, 0) => format!("{new} differences"),
            (_, new, stale) => format!("{new} differences, {stale} stale"),
        };
        let date = row.updated.as_deref().unwrap_or(if row.document.is_some() { "no date" } else { "" });
        let verified = row.verified.as_deref().unwrap_or("never");
        let document = row.document.as_deref().unwrap_or_default();
        say_line(format_args!("{:<58} {date:<11} {verified:<11} {state:<24} {document}", row.operation));
    }
    let with = rows.iter().filter(|row| row.document.is_some()).count();
    say_line(format_args!("{with} of {} operations have a document", rows.len()));
    for outcome in outcomes {
        if let Outcome::Unknown(message) | Outcome::Unreadable(message) = outcome {
            warn(message);
        }
    }
}
