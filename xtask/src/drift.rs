//! What differs between a page and the spec: tables against spec, examples against tables, examples against spec.

pub mod compare;

use std::{collections::BTreeMap, fs, path::Path};

use serde::Serialize;

use crate::{
    deviations::{self, Deviation},
    page::{Page, Unreadable},
    spec::{self, OperationAt, Spec, text},
};

/// A difference between a page and the spec, or within the page.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Finding {
    /// Place in the spec.
    pub pointer: String,
    /// What differs; the word that an `x-deviation` uses for it.
    pub about: &'static str,
    /// The parameter, field or place that the spec has no node for.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
    /// What the page says.
    pub document: String,
    /// What the spec says.
    pub spec: String,
    /// Whether a caller of today notices.
    pub breaking: bool,
    /// Whether the page once said more, and its scrape lost it.
    #[serde(skip)]
    pub lost: bool,
    /// Where an `x-deviation` that covers it may stand.
    #[serde(skip)]
    pub nodes: Vec<String>,
}

/// A difference that the spec owns up to.
#[derive(Clone, Debug, Serialize)]
pub struct Covered {
    #[serde(flatten)]
    pub finding: Finding,
    /// Why the spec differs.
    pub why: String,
}

/// An `x-deviation` that no difference needs any more.
#[derive(Clone, Debug, Serialize)]
pub struct Stale {
    pub pointer: String,
    pub about: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub member: Option<String>,
}

/// What a page has to say to the spec.
#[derive(Clone, Debug, Serialize)]
pub struct Report {
    /// The page's file.
    pub page: String,
    /// The spec's file.
    pub file: String,
    pub operation: String,
    pub title: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub updated: Option<String>,
    /// When the spec was last compared with the page by a person.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub verified: Option<String>,
    /// Differences nobody has decided on.
    pub differences: Vec<Finding>,
    pub stale: Vec<Stale>,
    pub covered: Vec<Covered>,
    /// What could not be compared, because the scrape lost it.
    pub lost: Vec<Finding>,
}

impl Report {
    const fn is_clean(&self) -> bool {
        self.differences.is_empty() && self.stale.is_empty()
    }
}

/// What came of a page.
enum Outcome {
    Compared(Box<Report>),
    /// No operation of the specs is on it.
    Unknown(String),
    Unreadable(String),
}

/// How reports are printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, clap::ValueEnum)]
pub enum Format {
    /// For people.
    Text,
    /// For tools.
    Json,
}

/// The exit codes of `drift`.
const CLEAN: u8 = 0;
const DIFFERENT: u8 = 1;
const UNREADABLE: u8 = 2;

/// Compares pages with the specs, prints the reports, and gives the exit code.
pub fn run(root: &Path, pages: &[std::path::PathBuf], all: bool, format: Format) -> spec::Result<u8> {
    let specs = spec::load(root, &[])?;
    let mut files = Vec::new();
    for path in pages {
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
    let read: Vec<(String, Result<Page, Unreadable>)> = files
        .iter()
        .map(|file| {
            let page = fs::read(file).map_err(|error| Unreadable(format!("cannot be read: {error}")));
            (file.display().to_string(), page.and_then(|bytes| Page::read_bytes(&bytes)))
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
        Format::Json => print_json(&outcomes),
        Format::Text if all => print_coverage(&specs, &outcomes),
        Format::Text => outcomes.iter().for_each(print),
    }
    Ok(code)
}

/// The report of one page on a spec; nothing if the spec has no such operation.
pub fn report(spec: &Spec, page: &Page) -> Option<Report> {
    let pages = [(String::new(), Ok(page.clone()))];
    compare(std::slice::from_ref(spec), &pages).into_iter().find_map(|outcome| match outcome {
        Outcome::Compared(report) => Some(*report),
        _ => None,
    })
}

/// Compares pages with the specs. An `x-deviation` on a component is stale only if every operation that uses it was
/// compared.
fn compare(specs: &[Spec], pages: &[(String, Result<Page, Unreadable>)]) -> Vec<Outcome> {
    let mut outcomes = Vec::new();
    // By spec: which deviations were needed, and which operations were compared.
    let mut needed: BTreeMap<&str, Vec<Identity>> = BTreeMap::new();
    let mut compared: Vec<(&Spec, OperationAt<'_>, usize)> = Vec::new();
    for (file, page) in pages {
        let page = match page {
            Ok(page) => page,
            Err(error) => {
                outcomes.push(Outcome::Unreadable(format!("{file}: {error}")));
                continue;
            }
        };
        let Some((spec, operation)) = find(specs, page) else {
            outcomes.push(Outcome::Unknown(format!(
                "{file}: documents {} {} ({}), which is in no spec. `cargo xtask draft {file} --service NAME` writes it",
                page.method, page.path, page.title
            )));
            continue;
        };
        let deviations = deviations::of(spec, &operation);
        let mut report = Report {
            page: file.clone(),
            file: spec.file.clone(),
            operation: operation.id().to_owned(),
            title: page.title.clone(),
            updated: page.updated.clone(),
            verified: source(&operation, "verified"),
            differences: Vec::new(),
            stale: Vec::new(),
            covered: Vec::new(),
            lost: Vec::new(),
        };
        let used = needed.entry(&spec.file).or_default();
        for finding in compare::page(page, spec, &operation) {
            match deviations.iter().find(|deviation| covers(deviation, &finding)) {
                Some(deviation) => {
                    used.push(identity(deviation));
                    report.covered.push(Covered { why: text(deviation.value, "why").to_owned(), finding });
                }
                None if finding.lost => report.lost.push(finding),
                None => report.differences.push(finding),
            }
        }
        report.differences.sort_by_key(|finding| !finding.breaking);
        compared.push((spec, operation, outcomes.len()));
        outcomes.push(Outcome::Compared(Box::new(report)));
    }
    for (spec, operation, index) in &compared {
        let done: Vec<&str> = compared
            .iter()
            .filter(|(other, ..)| other.file == spec.file)
            .map(|(_, operation, _)| operation.id())
            .collect();
        let stale = deviations::of(spec, operation)
            .into_iter()
            .filter(|deviation| !needed.get(spec.file.as_str()).is_some_and(|used| used.contains(&identity(deviation))))
            // Other words are a difference of their own.
            .filter(|deviation| text(deviation.value, "about") != "description")
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

/// Pointer, subject and member of a deviation: what tells it from the others.
type Identity = (String, String, Option<String>);

fn identity(deviation: &Deviation<'_>) -> Identity {
    let member = deviation.value.get("member").and_then(serde_json::Value::as_str).map(str::to_owned);
    (deviation.pointer.clone(), text(deviation.value, "about").to_owned(), member)
}

fn covers(deviation: &Deviation<'_>, finding: &Finding) -> bool {
    let (pointer, about, member) = identity(deviation);
    about == finding.about && member == finding.member && finding.nodes.contains(&pointer)
}

fn source(operation: &OperationAt<'_>, key: &str) -> Option<String> {
    operation
        .value
        .pointer("/x-source")
        .and_then(|source| source.get(key))
        .and_then(serde_json::Value::as_str)
        .map(str::to_owned)
}

/// The operation that a page documents: the same method and path; else the same title, so that a changed address is
/// seen as such; else the same path.
pub fn find<'a>(specs: &'a [Spec], page: &Page) -> Option<(&'a Spec, OperationAt<'a>)> {
    let all = || specs.iter().flat_map(|spec| spec.operations().into_iter().map(move |operation| (spec, operation)));
    all()
        .find(|(_, operation)| operation.method.eq_ignore_ascii_case(&page.method) && operation.path == page.path)
        .or_else(|| all().find(|(_, operation)| source(operation, "title").as_deref() == Some(&page.title)))
        .or_else(|| all().find(|(_, operation)| operation.path == page.path))
}

#[expect(clippy::expect_used, reason = "a report holds texts only")]
fn print_json(outcomes: &[Outcome]) {
    let values: Vec<serde_json::Value> = outcomes
        .iter()
        .map(|outcome| match outcome {
            Outcome::Compared(report) => serde_json::to_value(report).expect("texts"),
            Outcome::Unknown(message) => serde_json::json!({ "unknown": message }),
            Outcome::Unreadable(message) => serde_json::json!({ "unreadable": message }),
        })
        .collect();
    println!("{}", serde_json::to_string_pretty(&values).expect("texts"));
}

fn print(outcome: &Outcome) {
    match outcome {
        Outcome::Unknown(message) | Outcome::Unreadable(message) => eprintln!("{message}"),
        Outcome::Compared(report) => print!("{}", shown(report)),
    }
}

/// A report as a reviewer reads it.
pub fn shown(report: &Report) -> String {
    let mut out = String::new();
    let mut line = |text: String| {
        out.push_str(&text);
        out.push('\n');
    };
    let date = report.updated.as_deref().map_or_else(|| "no date".to_owned(), |date| format!("updated {date}"));
    line(format!("{} in {}: {} ({}, {date})", report.operation, report.file, report.page, report.title));
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
    for (title, findings) in [
        ("covered by an x-deviation", report.covered.iter().map(|covered| &covered.finding).collect::<Vec<_>>()),
        ("lost by the scrape, not compared", report.lost.iter().collect()),
    ] {
        if findings.is_empty() {
            continue;
        }
        line(format!("  {title}:"));
        for finding in findings {
            line(format!("    {} of {}: {}", finding.about, place(finding), pair(finding)));
        }
    }
    out
}

fn print_coverage(specs: &[Spec], outcomes: &[Outcome]) {
    let reports: Vec<&Report> = outcomes
        .iter()
        .filter_map(|outcome| match outcome {
            Outcome::Compared(report) => Some(&**report),
            _ => None,
        })
        .collect();
    let (mut with, mut total) = (0, 0);
    println!("{:<58} {:<11} {:<11} {:<24} page", "operation", "page date", "verified", "state");
    for spec in specs {
        for operation in spec.operations() {
            total += 1;
            let name = format!("{}/{}", spec.service, operation.id());
            let verified = source(&operation, "verified").unwrap_or_else(|| "never".to_owned());
            let Some(report) =
                reports.iter().find(|report| report.file == spec.file && report.operation == operation.id())
            else {
                println!("{name:<58} {:<11} {verified:<11} {:<24}", "", "no page");
                continue;
            };
            with += 1;
            let state = match (report.differences.len(), report.stale.len()) {
                (0, 0) => "no new difference".to_owned(),
                (new, 0) => format!("{new} differences"),
                (new, stale) => format!("{new} differences, {stale} stale"),
            };
            println!(
                "{name:<58} {:<11} {verified:<11} {state:<24} {}",
                report.updated.as_deref().unwrap_or("no date"),
                report.page
            );
        }
    }
    println!("{with} of {total} operations have a page");
    for outcome in outcomes {
        if let Outcome::Unknown(message) | Outcome::Unreadable(message) = outcome {
            println!("{message}");
        }
    }
}
