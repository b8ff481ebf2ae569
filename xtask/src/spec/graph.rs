//! Reachability and cycles among schemas.

use std::collections::{BTreeMap, BTreeSet};

/// Returns these names and all names that they refer to, directly or not.
pub fn reached<'a>(
    mut open: BTreeSet<&'a str>,
    references: impl Fn(&'a str) -> BTreeSet<&'a str>,
) -> BTreeSet<&'a str> {
    let mut seen = BTreeSet::new();
    while let Some(name) = open.pop_first() {
        if seen.insert(name) {
            open.extend(references(name));
        }
    }
    seen
}

/// Returns the names that refer to themselves, directly or not.
pub fn circular<'a>(graph: &BTreeMap<&'a str, BTreeSet<&'a str>>) -> BTreeSet<&'a str> {
    // Removing leaves until none is left keeps the names on a cycle and those that lead to one.
    let mut holders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    let mut held: BTreeMap<&str, usize> = BTreeMap::new();
    for (name, inner) in graph {
        held.insert(name, inner.len());
        inner.iter().for_each(|inner| holders.entry(inner).or_default().push(name));
    }
    let mut leaves: Vec<&str> = held.iter().filter(|(_, count)| **count == 0).map(|(name, _)| *name).collect();
    while let Some(leaf) = leaves.pop() {
        held.remove(leaf);
        for holder in holders.get(leaf).into_iter().flatten() {
            if let Some(count) = held.get_mut(holder) {
                *count -= 1;
                if *count == 0 {
                    leaves.push(holder);
                }
            }
        }
    }
    let inner = |name: &str| graph.get(name).cloned().unwrap_or_default();
    graph.keys().copied().filter(|name| held.contains_key(name) && reached(inner(name), inner).contains(name)).collect()
}
