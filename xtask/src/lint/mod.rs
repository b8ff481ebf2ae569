//! Rules for specs: refuses, with file and JSON pointer, whatever would panic, generate wrong code, or document badly.
//!
//! Each module holds the rules of one concern. Keys and types are checked when a spec is loaded (`spec`).

mod body;
mod directions;
mod document;
mod examples;
mod history;
mod links;
mod linter;
mod names;
mod notes;
mod operation;
mod pagination;
mod parameter;
mod schema;
mod values;

use self::linter::Linter;
use crate::spec::{Problem, Result, Spec};

/// Checks specs that were loaded.
///
/// # Errors
/// Returns the problems of each spec or, if there are none, those of links between specs.
pub fn check(specs: &[Spec]) -> Result<()> {
    let mut problems: Vec<Problem> = specs.iter().flat_map(lint).collect();
    if problems.is_empty() {
        problems = links::check(specs);
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Returns the problems of a spec. Later stages, examples last, run only if earlier ones find none, so that one fault
/// is reported once.
pub fn lint(spec: &Spec) -> Vec<Problem> {
    let mut linter = Linter::new(spec);
    document::frame(&mut linter);
    if linter.problems.is_empty() {
        contents(&mut linter);
    }
    if linter.problems.is_empty() {
        examples::check(&mut linter);
    }
    linter.problems
}

fn contents(linter: &mut Linter<'_>) {
    document::check(linter);
    for operation in linter.spec.operations() {
        operation::check(linter, operation);
        parameter::check(linter, operation);
        let before = linter.problems.len();
        body::check(linter, operation);
        // These point into the bodies.
        if linter.problems.len() == before {
            pagination::check(linter, operation);
            history::check(linter, operation);
        }
    }
    schema::check(linter);
    names::check(linter);
    directions::check(linter);
    notes::check(linter);
}
