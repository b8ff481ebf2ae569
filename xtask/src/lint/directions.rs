//! Rules of the use of schemas: in requests or in responses, and not within themselves.

use super::linter::Linter;
use crate::{
    spec::step,
    wire::{Direction, uses},
};

/// Checks that only enums are used in both directions: an object cannot be strict and tolerant at once.
pub fn check(linter: &mut Linter<'_>) {
    let uses = uses(linter.spec);
    for name in linter.spec.circular() {
        linter.problem(&step("/components/schemas", name), "holds itself, which the generated types cannot");
    }
    for (name, schema) in linter.spec.schemas() {
        let pointer = step("/components/schemas", name);
        let travels = |direction| uses.get(name).is_some_and(|used| used.directions.contains(&direction));
        match (travels(Direction::Request), travels(Direction::Response)) {
            (false, false) => linter.problem(&pointer, "is used nowhere"),
            (true, true) if !schema.is_enum() => {
                linter.problem(&pointer, "is used in a request and in a response; make it two schemas");
            }
            _ => {}
        }
    }
}
