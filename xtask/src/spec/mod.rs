//! A spec, typed from the moment it is loaded.
//!
//! The text is parsed as JSON, and the JSON as the types of `document`, `schema` and `extensions`. They hold just what
//! the generator reads: a key that nothing reads does not survive the round trip and is refused (`typed`). `openapiv3`,
//! which also keeps keys that nothing here reads, checks that the document is valid OpenAPI.

mod document;
pub mod extensions;
mod graph;
mod members;
mod notes;
mod problem;
pub mod raw;
mod schema;
mod typed;

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    path::Path,
};

use serde_json::Value;

pub use self::{
    document::{Document, JSON, Location, MediaType, Method, Operation, Parameter, Response, TOKEN_HEADER},
    graph::reached,
    members::Members,
    notes::Notes,
    problem::{Problem, Result, step},
    schema::{Format, Schema, Type},
};
use extensions::ListedBy;

/// The spec of a service.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Name of the folder: `osm`.
    pub service: String,
    /// Path of the file from the root of the workspace.
    pub file: String,
    /// Text of the file.
    pub text: String,
    /// Document as JSON, for examples, copies, drift and drafts.
    pub value: Value,
    /// Typed document, without its operations.
    pub document: Document,
    operations: Vec<Operation>,
    pub notes: Notes,
}

impl Spec {
    /// Reads a document.
    ///
    /// # Errors
    /// Returns a problem for each key that nothing reads, or for the first value that is not valid.
    pub fn parse(service: &str, file: &str, text: String) -> Result<Self> {
        // A spec may be large; it is our own.
        let options = serde_saphyr::options! { budget: None };
        let value: Value = serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
            let message = error.to_string();
            let first = message.lines().next().unwrap_or("is not YAML").to_owned();
            vec![Problem::new(file, "", format!("is not valid YAML: {first}"))]
        })?;
        Self::read(service, file, text, value)
    }

    /// Reads a document from JSON.
    ///
    /// # Errors
    /// Returns the problems of `parse`.
    pub fn read(service: &str, file: &str, text: String, value: Value) -> Result<Self> {
        if !value.is_object() {
            return Err(vec![Problem::new(file, "", "must be an OpenAPI document, that is a mapping")]);
        }
        let mut document: Document = typed::typed(file, "", &value)?;
        let openapi: std::result::Result<openapiv3::OpenAPI, _> = serde_path_to_error::deserialize(&value);
        if let Err(error) = openapi {
            let pointer = typed::pointer_of("", error.path());
            return Err(vec![Problem::new(file, pointer, format!("is not valid OpenAPI: {}", error.inner()))]);
        }
        let mut problems = Vec::new();
        let notes = Notes::read(file, &value, &mut problems);
        if !problems.is_empty() {
            return Err(problems);
        }
        let mut operations = Vec::new();
        for (path, item) in std::mem::take(&mut document.paths) {
            for (method, mut operation) in item {
                operation.pointer = step(&step("/paths", &path), &method.to_string().to_lowercase());
                operation.path.clone_from(&path);
                operation.method = method;
                operations.push(operation);
            }
        }
        Ok(Self { service: service.to_owned(), file: file.to_owned(), text, value, document, operations, notes })
    }

    pub fn problem(&self, pointer: &str, message: impl Into<String>) -> Problem {
        Problem::new(&self.file, pointer, message)
    }

    /// Returns the title of the document.
    pub fn title(&self) -> &str {
        &self.document.info.title
    }

    /// Returns the operations, in the order of the file.
    pub fn operations(&self) -> &[Operation] {
        &self.operations
    }

    /// Returns an operation as JSON.
    pub fn node(&self, operation: &Operation) -> &Value {
        self.value.pointer(&operation.pointer).unwrap_or(&Value::Null)
    }

    /// Returns the schemas of the document, by name.
    pub fn schemas(&self) -> impl Iterator<Item = (&String, &Schema)> {
        self.document.components.schemas.iter()
    }

    pub fn schema(&self, name: &str) -> Option<&Schema> {
        self.document.components.schemas.get(name)
    }

    /// Returns the schema behind `$ref` or a lone `allOf`, with its name.
    pub fn resolve<'a>(&'a self, schema: &'a Schema) -> (Option<&'a str>, &'a Schema) {
        match schema.reference() {
            Some(name) => (Some(name), self.schema(name).unwrap_or(schema)),
            None => (None, schema),
        }
    }

    /// Returns the schema that a pointer into a value leads to.
    pub fn target<'a>(&'a self, schema: &'a Schema, pointer: &str) -> Option<&'a Schema> {
        let mut at = self.resolve(schema).1;
        for key in pointer.split('/').skip(1) {
            let next = match &at.items {
                Some(items) => items,
                None => at.property(key)?,
            };
            at = self.resolve(next).1;
        }
        Some(at)
    }

    /// Returns the schema of an item of a paged response.
    pub fn item<'a>(&'a self, operation: &'a Operation) -> Option<&'a Schema> {
        let pointer = &operation.pagination.as_ref()?.items;
        self.target(operation.response_schema()?, pointer)?.items.as_deref()
    }

    /// Returns the arguments with `x-listed-by`.
    pub fn links<'a>(&'a self, operation: &'a Operation) -> Vec<(&'a str, &'a ListedBy)> {
        let parameters = operation.arguments().map(|parameter| (parameter.name.as_str(), parameter.listed_by.as_ref()));
        let body = operation.request_schema().map(|schema| self.resolve(schema).1);
        let properties = body.into_iter().flat_map(Schema::properties);
        let properties = properties.map(|(name, property)| (name.as_str(), property.listed_by.as_ref()));
        parameters.chain(properties).filter_map(|(name, link)| Some((name, link?))).collect()
    }

    /// Returns the names of the components that these schemas refer to, directly or not.
    pub fn reached<'a>(&'a self, schemas: &[(String, &'a Schema)]) -> BTreeSet<&'a str> {
        let open = schemas.iter().filter_map(|(_, schema)| schema.reference()).collect();
        graph::reached(open, |name| self.schema(name).map(references).unwrap_or_default())
    }

    /// Returns the names of the components that contain themselves, directly or not.
    pub fn circular(&self) -> BTreeSet<&str> {
        let graph: BTreeMap<&str, BTreeSet<&str>> =
            self.schemas().map(|(name, schema)| (name.as_str(), references(schema))).collect();
        graph::circular(&graph)
    }
}

/// Returns the names of the components that a schema refers to directly.
fn references(schema: &Schema) -> BTreeSet<&str> {
    schema.all("").into_iter().filter_map(|(_, schema)| schema.reference()).collect()
}

/// Loads the specs of these services, or of all.
pub fn load(root: &Path, services: &[String]) -> Result<Vec<Spec>> {
    let folder = root.join("specs");
    let failed = |error: std::io::Error| vec![Problem::new("specs", "", format!("cannot be read: {error}"))];
    let mut known: Vec<String> = Vec::new();
    for entry in fs::read_dir(&folder).map_err(failed)? {
        let entry = entry.map_err(failed)?;
        if entry.path().join("openapi.yaml").is_file() {
            known.push(entry.file_name().to_string_lossy().into_owned());
        }
    }
    known.sort();
    let mut problems = Vec::new();
    for service in services.iter().filter(|service| !known.contains(service)) {
        problems.push(Problem::new(
            format!("specs/{service}/openapi.yaml"),
            "",
            format!("does not exist; known services are {}", known.join(", ")),
        ));
    }
    let mut specs = Vec::new();
    for service in known.into_iter().filter(|known| services.is_empty() || services.contains(known)) {
        let file = format!("specs/{service}/openapi.yaml");
        let read = fs::read_to_string(root.join(&file))
            .map_err(|error| vec![Problem::new(&file, "", format!("cannot be read: {error}"))])
            .and_then(|text| Spec::parse(&service, &file, text));
        match read {
            Ok(spec) => specs.push(spec),
            Err(found) => problems.extend(found),
        }
    }
    if problems.is_empty() { Ok(specs) } else { Err(problems) }
}
