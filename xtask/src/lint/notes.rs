//! Rules of `x-deviation` and `x-review`.

use super::linter::Linter;
use crate::{deviations, spec::step};

/// Kinds of differences that `cargo xtask drift` finds.
const ABOUT: [&str; 13] = [
    "default",
    "description",
    "endpoint",
    "example",
    "name",
    "nullable",
    "in-band status",
    "presence",
    "range",
    "required",
    "source",
    "type",
    "values",
];

pub fn check(linter: &mut Linter<'_>) {
    let notes = &linter.spec.notes;
    for pointer in &notes.reviews {
        linter.problem(&step(pointer, "x-review"), "is an open question: settle it and remove the note");
    }
    let mut index = 0;
    let mut node = None;
    for (pointer, note) in &notes.deviations {
        index = if node == Some(pointer) { index + 1 } else { 0 };
        node = Some(pointer);
        let at = |key: &str| format!("{pointer}/x-deviation/{index}/{key}");
        for (key, text) in [("document", &note.document), ("spec", &note.spec), ("why", &note.why)] {
            if text.is_empty() {
                linter.problem(&at(key), "is missing");
            }
        }
        if !ABOUT.contains(&note.about.as_str()) {
            linter.problem(&at("about"), format!("must be one of {}", ABOUT.join(", ")));
        }
        if note.about == "description" && note.found.is_none() {
            linter.problem(&at("found"), "is missing: what `cargo xtask drift` says of the document's words");
        }
        if note.why == deviations::UNDECIDED {
            linter.problem(&at("why"), "says that it is not decided: decide, and say why");
        }
    }
}
