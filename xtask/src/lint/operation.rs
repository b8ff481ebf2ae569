//! Rules of an operation: summary, description, permission, `x-source`.

use super::linter::Linter;
use crate::spec::{Operation, extensions::SourceDocument, step};

pub fn check(linter: &mut Linter<'_>, operation: &Operation) {
    let at = |key: &str| step(&operation.pointer, key);
    for (key, text) in [("summary", &operation.summary), ("description", &operation.description)] {
        if text.is_empty() {
            linter.problem(&at(key), "is missing");
        }
    }
    if operation.iam_action.as_ref().is_some_and(|action| action.split(':').count() != 3) {
        linter.problem(&at("x-iam-action"), "must be service, resource and action, such as coc:ticket:list");
    }
    if operation.source.api.is_empty() {
        linter.problem(&at("x-source/api"), "is missing: the official name of the operation");
    }
    let documents = format!("{}/x-source/documents", operation.pointer);
    if operation.source.documents.first().is_none_or(|first| first.title.is_empty()) {
        linter.problem(&documents, "must begin with the document that documents the operation, and its title");
    }
    for (index, found) in operation.source.documents.iter().enumerate() {
        document(linter, &format!("{documents}/{index}"), found);
    }
}

/// Checks a document: a page, an API definition, or a version of the official SDK.
fn document(linter: &mut Linter<'_>, pointer: &str, document: &SourceDocument) {
    let kinds = [&document.page, &document.definition, &document.sdk];
    if kinds.into_iter().flatten().count() != 1 {
        linter.problem(pointer, "must name a page, a definition or an sdk");
    }
    if document.page.is_none() && (!document.title.is_empty() || document.language.is_some()) {
        linter.problem(pointer, "must not have title or language, which only a page has");
    }
    let is_date = |text: &String| chrono::NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok();
    if document.updated.as_ref().is_some_and(|date| !is_date(date)) {
        linter.problem(&step(pointer, "updated"), "must be the date of this document, such as 2026-01-31");
    }
}
