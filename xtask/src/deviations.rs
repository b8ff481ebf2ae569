//! Where a spec differs from its documents on purpose.

use serde_json::Value;

use crate::spec::{OperationAt, Spec, list, step};

/// Returns all deviations at and below a node, each with the pointer of the node it stands on.
pub fn below<'a>(value: &'a Value, pointer: &str) -> Vec<(String, &'a Value)> {
    let mut found: Vec<_> = list(value, "x-deviation").map(|deviation| (pointer.to_owned(), deviation)).collect();
    match value {
        Value::Object(members) => {
            found.extend(members.iter().flat_map(|(key, member)| below(member, &step(pointer, key))));
        }
        Value::Array(items) => {
            let items = items.iter().enumerate();
            found.extend(items.flat_map(|(index, item)| below(item, &format!("{pointer}/{index}"))));
        }
        _ => {}
    }
    found
}

/// The reason of a deviation in a draft, until a person gives one.
pub const UNDECIDED: &str = "not decided yet";

/// A deviation that concerns an operation.
pub struct Deviation<'a> {
    /// The node it stands on.
    pub pointer: String,
    pub value: &'a Value,
    /// Ids of the operations that the node belongs to.
    pub users: Vec<String>,
}

/// Returns the deviations of an operation: on its own nodes and on the components that it uses.
pub fn of<'a>(spec: &'a Spec, operation: &OperationAt<'a>) -> Vec<Deviation<'a>> {
    let own = vec![operation.id().to_owned()];
    let mut deviations: Vec<Deviation<'a>> = below(operation.value, &operation.pointer)
        .into_iter()
        .map(|(pointer, value)| Deviation { pointer, value, users: own.clone() })
        .collect();
    let operations = spec.operations();
    for name in spec.reached(operation.value) {
        let Some(schema) = spec.schema(name) else { continue };
        let found = below(schema, &step("/components/schemas", name));
        if found.is_empty() {
            continue;
        }
        let users: Vec<String> = operations
            .iter()
            .filter(|operation| spec.reached(operation.value).contains(name))
            .map(|operation| operation.id().to_owned())
            .collect();
        deviations.extend(found.into_iter().map(|(pointer, value)| Deviation { pointer, value, users: users.clone() }));
    }
    deviations
}
