//! State shared by the rules: the spec and its problems.

use crate::spec::{Operation, Problem, Schema, Spec, step};

pub struct Linter<'a> {
    pub spec: &'a Spec,
    pub problems: Vec<Problem>,
}

impl<'a> Linter<'a> {
    pub const fn new(spec: &'a Spec) -> Self {
        Self { spec, problems: Vec::new() }
    }

    /// Adds a problem unless it is known: a body of several operations is checked with each of them.
    pub fn problem(&mut self, pointer: &str, message: impl Into<String>) {
        let problem = self.spec.problem(pointer, message);
        if !self.problems.contains(&problem) {
            self.problems.push(problem);
        }
    }

    /// Returns the schema of a parameter, or of a member of the body.
    pub fn argument(&self, operation: &'a Operation, name: &str) -> Option<&'a Schema> {
        let parameter = operation.argument(name).map(|parameter| &parameter.schema);
        parameter.or_else(|| self.spec.resolve(operation.request_schema()?).1.property(name))
    }

    /// Returns every schema of the document, nested ones included, with its pointer.
    pub fn schemas(&self) -> Vec<(String, &'a Schema)> {
        let spec = self.spec;
        let components = spec.schemas().flat_map(|(name, schema)| schema.all(&step("/components/schemas", name)));
        components.chain(spec.operations().iter().flat_map(Operation::schemas)).collect()
    }
}
