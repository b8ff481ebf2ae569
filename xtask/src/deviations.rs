//! Intended differences between a spec and its documents.

use crate::spec::{Operation, Spec, extensions, step};

/// The reason of a deviation in a draft, until a person gives one.
pub const UNDECIDED: &str = "not decided yet";

/// A deviation that concerns an operation.
pub struct Deviation<'a> {
    /// Pointer of its node.
    pub pointer: &'a str,
    pub note: &'a extensions::Deviation,
    /// Ids of the operations that the node belongs to.
    pub users: Vec<String>,
}

/// Returns the deviations of an operation: those of its own nodes and of the components that it uses.
pub fn of<'a>(spec: &'a Spec, operation: &'a Operation) -> Vec<Deviation<'a>> {
    let below = |place: &str, users: &[String]| -> Vec<Deviation<'a>> {
        let found = spec.notes.below(place).into_iter();
        found.map(|(pointer, note)| Deviation { pointer, note, users: users.to_vec() }).collect()
    };
    let mut deviations = below(&operation.pointer, std::slice::from_ref(&operation.id));
    for name in spec.reached(&operation.schemas()) {
        let place = step("/components/schemas", name);
        if !spec.notes.below(&place).is_empty() {
            let users = spec.operations().iter().filter(|other| spec.reached(&other.schemas()).contains(name));
            let users: Vec<String> = users.map(|operation| operation.id.clone()).collect();
            deviations.extend(below(&place, &users));
        }
    }
    deviations
}
