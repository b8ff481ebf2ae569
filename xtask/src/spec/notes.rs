//! Notes, which any node may have: `x-deviation` and `x-review`.

use serde_json::Value;

use super::{
    extensions::Deviation,
    problem::{Problem, step},
    typed::typed,
};

/// The notes of a document with the pointers of their nodes, in the order of the file.
#[derive(Clone, Debug, Default)]
pub struct Notes {
    pub deviations: Vec<(String, Deviation)>,
    /// Nodes with an open question.
    pub reviews: Vec<String>,
}

impl Notes {
    /// Reads the notes of a document, and adds their problems.
    pub fn read(file: &str, document: &Value, problems: &mut Vec<Problem>) -> Self {
        let mut notes = Self::default();
        notes.node(file, document, "", problems);
        notes
    }

    fn node(&mut self, file: &str, node: &Value, pointer: &str, problems: &mut Vec<Problem>) {
        match node {
            Value::Object(members) => {
                if members.contains_key("x-review") {
                    self.reviews.push(pointer.to_owned());
                }
                if let Some(deviations) = members.get("x-deviation") {
                    match typed::<Vec<Deviation>>(file, &step(pointer, "x-deviation"), deviations) {
                        Ok(found) => self.deviations.extend(found.into_iter().map(|note| (pointer.to_owned(), note))),
                        Err(found) => problems.extend(found),
                    }
                }
                for (key, member) in members.iter().filter(|(key, _)| !matches!(key.as_str(), "example" | "examples")) {
                    self.node(file, member, &step(pointer, key), problems);
                }
            }
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    self.node(file, item, &format!("{pointer}/{index}"), problems);
                }
            }
            _ => {}
        }
    }

    /// Returns the deviations at and below a node.
    pub fn below(&self, pointer: &str) -> Vec<&(String, Deviation)> {
        let is_below =
            |place: &str| place.strip_prefix(pointer).is_some_and(|rest| rest.is_empty() || rest.starts_with('/'));
        self.deviations.iter().filter(|(place, _)| is_below(place)).collect()
    }
}
