//! Loading: a spec as JSON, and problems with the place where they are.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt, fs,
    path::Path,
};

use serde_json::Value;

/// What is wrong, and where.
#[derive(Debug, PartialEq)]
pub struct Problem {
    /// File, from the root of the workspace.
    pub file: String,
    /// JSON pointer into the file; empty for the whole file.
    pub pointer: String,
    /// One sentence.
    pub message: String,
}

impl Problem {
    pub fn new(file: impl Into<String>, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), pointer: pointer.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.file)?;
        if !self.pointer.is_empty() {
            write!(f, "#{}", self.pointer)?;
        }
        write!(f, ": {}", self.message)
    }
}

pub type Result<T, E = Vec<Problem>> = std::result::Result<T, E>;

/// The spec of a service.
#[derive(Clone, Debug)]
pub struct Spec {
    /// Name of the folder: `osm`.
    pub service: String,
    /// Path of the file from the root of the workspace.
    pub file: String,
    /// The text, for its hash.
    pub text: String,
    /// The document.
    pub value: Value,
}

/// A step of a JSON pointer, escaped.
pub fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}

impl Spec {
    /// Reads a document.
    pub fn parse(service: &str, file: &str, text: String) -> Result<Self> {
        // A spec may be large; it is our own.
        let options = serde_saphyr::options! { budget: None };
        let value: Value = serde_saphyr::from_str_with_options(&text, options).map_err(|error| {
            let message = error.to_string();
            let first = message.lines().next().unwrap_or("is not YAML").to_owned();
            vec![Problem::new(file, "", format!("is not valid YAML: {first}"))]
        })?;
        if !value.is_object() {
            return Err(vec![Problem::new(file, "", "must be an OpenAPI document, that is a mapping")]);
        }
        Ok(Self { service: service.to_owned(), file: file.to_owned(), text, value })
    }

    pub fn problem(&self, pointer: &str, message: impl Into<String>) -> Problem {
        Problem::new(&self.file, pointer, message)
    }

    /// The schemas of the document, by name.
    pub fn schemas(&self) -> impl Iterator<Item = (&String, &Value)> {
        self.value.pointer("/components/schemas").and_then(Value::as_object).into_iter().flatten()
    }

    pub fn schema(&self, name: &str) -> Option<&Value> {
        self.value.pointer("/components/schemas")?.get(name)
    }

    /// The schema behind `$ref` or a lone `allOf`, with its name.
    pub fn resolve<'a>(&'a self, schema: &'a Value) -> (Option<&'a str>, &'a Value) {
        match reference(schema) {
            Some(name) => (Some(name), self.schema(name).unwrap_or(schema)),
            None => (None, schema),
        }
    }

    /// The schema that a pointer into a value leads to.
    pub fn target<'a>(&'a self, schema: &'a Value, pointer: &str) -> Option<&'a Value> {
        let mut at = self.resolve(schema).1;
        for key in pointer.split('/').skip(1) {
            let next = match text(at, "type") {
                "array" => &at["items"],
                _ => at.get("properties")?.get(key)?,
            };
            at = self.resolve(next).1;
        }
        Some(at)
    }

    /// The schema of an item of a response that is paged.
    pub fn item<'a>(&'a self, operation: &OperationAt<'a>) -> Option<&'a Value> {
        let pointer = text(operation.value.get("x-pagination")?, "items");
        Some(&self.target(operation.response_schema()?, pointer)?["items"])
    }

    /// The names of the schemas that a node refers to, however deep.
    pub fn reached<'a>(&'a self, node: &'a Value) -> BTreeSet<&'a str> {
        let mut seen = BTreeSet::new();
        let mut open = direct(node);
        while let Some(name) = open.pop_first() {
            if seen.insert(name)
                && let Some(schema) = self.schema(name)
            {
                open.extend(direct(schema));
            }
        }
        seen
    }

    /// The schemas that hold themselves, however deep.
    pub fn circular(&self) -> BTreeSet<&str> {
        // Leaves go first, then what refers to leaves only; what is left holds itself, or something that does.
        let mut holders: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
        let mut held: BTreeMap<&str, usize> = BTreeMap::new();
        for (name, schema) in self.schemas() {
            let inner = direct(schema);
            held.insert(name, inner.len());
            inner.into_iter().for_each(|inner| holders.entry(inner).or_default().push(name));
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
        let holds_itself = |name: &&str| self.schema(name).is_some_and(|schema| self.reached(schema).contains(name));
        held.into_keys().filter(holds_itself).collect()
    }

    /// The operations, with path, method and JSON pointer.
    pub fn operations(&self) -> Vec<OperationAt<'_>> {
        const METHODS: [&str; 5] = ["get", "post", "put", "patch", "delete"];
        let mut found = Vec::new();
        for (path, item) in self.value.get("paths").and_then(Value::as_object).into_iter().flatten() {
            for (method, value) in item.as_object().into_iter().flatten() {
                if METHODS.contains(&method.as_str()) {
                    let pointer = step(&step("/paths", path), method);
                    found.push(OperationAt { path, method, pointer, value });
                }
            }
        }
        found
    }

    /// The text at a pointer, or nothing.
    pub fn text_at(&self, pointer: &str) -> &str {
        self.value.pointer(pointer).and_then(Value::as_str).unwrap_or_default()
    }
}

/// An operation where it stands.
pub struct OperationAt<'a> {
    pub path: &'a str,
    pub method: &'a str,
    pub pointer: String,
    pub value: &'a Value,
}

impl<'a> OperationAt<'a> {
    pub fn id(&self) -> &'a str {
        text(self.value, "operationId")
    }

    /// The parameters that callers give; the token is the business of the credentials.
    pub fn parameters(&self) -> impl Iterator<Item = &'a Value> + use<'a> {
        list(self.value, "parameters").filter(|parameter| text(parameter, "name") != TOKEN_HEADER)
    }

    pub fn request_schema(&self) -> Option<&'a Value> {
        self.value.pointer("/requestBody/content/application~1json/schema")
    }

    /// The success response: its status and the response.
    pub fn success(&self) -> Option<(&'a str, &'a Value)> {
        let responses = self.value.get("responses")?.as_object()?;
        responses.iter().find(|(status, _)| status.starts_with('2')).map(|(status, value)| (status.as_str(), value))
    }

    /// Whether it is called without credentials: OpenAPI's empty list of security schemes.
    pub fn is_anonymous(&self) -> bool {
        self.value.get("security").and_then(Value::as_array).is_some_and(Vec::is_empty)
    }

    /// The documented headers of the success response, by name.
    pub fn response_headers(&self) -> Vec<(&'a String, &'a Value)> {
        self.success().map(|(_, response)| members(response, "headers").collect()).unwrap_or_default()
    }

    pub fn response_schema(&self) -> Option<&'a Value> {
        self.success()?.1.pointer("/content/application~1json/schema")
    }

    /// The first documented example of the success response.
    pub fn response_example(&self) -> Option<&'a Value> {
        members(&self.success()?.1["content"]["application/json"], "examples").next()?.1.get("value")
    }
}

/// Title and date of the page that documents an operation: the first of its documents.
pub fn source(operation: &Value) -> String {
    let Some(document) = list(&operation["x-source"], "documents").next() else { return String::new() };
    let date = text(document, "updated");
    let date = if date.is_empty() { String::new() } else { format!(" ({date})") };
    format!("*{}*{date}", text(document, "title"))
}

/// Whether a parameter or a body must be given.
pub fn required(value: &Value) -> bool {
    value.get("required") == Some(&Value::Bool(true))
}

/// The documented header of the credentials.
pub const TOKEN_HEADER: &str = "X-Auth-Token";

/// The names of the schemas that a node itself refers to.
fn direct(node: &Value) -> BTreeSet<&str> {
    let mut found: BTreeSet<&str> = reference(node).into_iter().collect();
    match node {
        Value::Object(members) => members
            .iter()
            .filter(|(key, _)| !matches!(key.as_str(), "example" | "examples"))
            .for_each(|(_, member)| found.extend(direct(member))),
        Value::Array(items) => items.iter().for_each(|item| found.extend(direct(item))),
        _ => {}
    }
    found
}

/// The name that a `$ref`, or a lone `allOf` around one, points to.
pub fn reference(schema: &Value) -> Option<&str> {
    let target = match schema.get("allOf").and_then(Value::as_array) {
        Some(all) if all.len() == 1 => &all[0],
        _ => schema,
    };
    target.get("$ref")?.as_str()?.strip_prefix("#/components/schemas/")
}

/// The type of a schema. A time in milliseconds, which responses hold as text or as number, is a text.
pub fn kind(schema: &Value) -> &str {
    if is_time(schema) { "string" } else { text(schema, "type") }
}

/// Whether a schema is that of a time in milliseconds.
pub fn is_time(schema: &Value) -> bool {
    text(schema, "format") == "epoch-millis"
}

/// The values that a schema lists: all there are (`enum`), or those that are known (`x-extensible-enum`).
pub fn values(schema: &Value) -> impl Iterator<Item = &Value> {
    list(schema, "enum").chain(list(schema, "x-extensible-enum"))
}

/// Whether a schema lists values.
pub fn is_enum(schema: &Value) -> bool {
    schema.get("enum").is_some() || schema.get("x-extensible-enum").is_some()
}

pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value.get(key).and_then(Value::as_str).unwrap_or_default()
}

pub fn list<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = &'a Value> + use<'a> {
    value.get(key).and_then(Value::as_array).into_iter().flatten()
}

pub fn members<'a>(value: &'a Value, key: &str) -> impl Iterator<Item = (&'a String, &'a Value)> + use<'a> {
    value.get(key).and_then(Value::as_object).into_iter().flatten()
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
