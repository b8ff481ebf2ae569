//! The `draft` command: adds the operation of a document to the spec of a service.
//!
//! Open questions are marked with `x-review`; the existing text of the spec is unchanged. Knows documents and the YAML
//! of specs; must not know how documents are laid out or the generated code.

mod operation;

use std::{fs, path::Path};

use serde_json::{Map, Value, json};

use crate::{
    deviations,
    document::Document,
    drift,
    files::{self, Files},
    output::{one_line, say_line},
    package::changelog,
    spec::{self, Operation, Problem, Result, Spec, step},
};

use operation::Added;

/// Adds the operations of documents to the spec of a service; a spec that does not exist is created.
///
/// # Errors
/// Returns an error, and writes nothing, if the service name is invalid, a document cannot be read, its operation is
/// already in a spec or has a method without generated clients, or the spec cannot be extended without changing it.
pub fn run(root: &Path, documents: &[std::path::PathBuf], service: &str) -> Result<()> {
    let named = !service.is_empty() && service.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit());
    if !named {
        return Err(vec![Problem::new(
            format!("specs/{service}"),
            "",
            "is not a valid service name: use lower-case letters and digits",
        )]);
    }
    let specs = spec::load(root, &[])?;
    let file = format!("specs/{service}/openapi.yaml");
    let mut text = match specs.iter().find(|spec| spec.service == service) {
        Some(spec) => spec.text.clone(),
        None => String::new(),
    };
    let mut others: Vec<Spec> = specs.into_iter().filter(|spec| spec.service != service).collect();
    let mut drafted = Vec::new();
    for path in documents {
        let name = path.display().to_string();
        let problem = |message: String| vec![Problem::new(&name, "", message)];
        let bytes = fs::read(path).map_err(|error| problem(format!("cannot be read: {error}")))?;
        let document = Document::read_bytes(&bytes).map_err(|error| problem(error.to_string()))?;
        if !["GET", "POST", "PUT", "PATCH", "DELETE"].contains(&document.method.as_str()) {
            return Err(problem(format!("documents {}, which no client is generated for", document.method)));
        }
        if text.is_empty() {
            text = yaml(&new_service(service, &document), 0)?;
        }
        let spec = Spec::parse(service, &file, text.clone())?;
        others.push(spec.clone());
        let exact =
            |operation: &Operation| operation.path == document.path && operation.method.to_string() == document.method;
        if let Some(there) = others.iter().find(|spec| spec.operations().iter().any(exact)) {
            return Err(problem(format!(
                "documents {} {}, which is in {} already. `cargo xtask drift {name}` says what differs",
                document.method,
                document.path,
                there.file,
                name = one_line(&name)
            )));
        }
        others.pop();
        let mut added = operation::draft(&document, &spec);
        decide(&spec, &document, &mut added)?;
        text = add(&spec, &document, &added)?;
        drafted.push(format!("drafted {} {} into {file}", document.method, document.path));
    }
    let notes = text.matches("x-review:").count();
    let mut files = Files::from([(file.clone(), text)]);
    let changelog = changelog::path(service);
    if !root.join(&changelog).exists() {
        files.insert(changelog, changelog::FIRST.to_owned());
    }
    files::write(root, &files, &[])?;
    drafted.iter().for_each(say_line);
    say_line(format_args!(
        "{notes} notes (x-review) to settle in {file}; then `cargo xtask lint {service}` and `cargo xtask generate`"
    ));
    Ok(())
}

/// Returns a spec without operations. No document states the endpoints, or which id a signed call carries.
fn new_service(service: &str, document: &Document) -> Value {
    let version = document
        .path
        .split('/')
        .find(|part| part.strip_prefix('v').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit())));
    json!({
        "openapi": "3.0.3",
        "info": {
            "title": format!("Huawei Cloud {}", service.to_uppercase()),
            "version": version.unwrap_or("v1"),
            "description": format!("Operations of {}.", service.to_uppercase()),
        },
        "x-service": { "name": service.to_uppercase(), "scope": "project" },
        "x-review": "give the vendor's name of the service, whether a signed call carries a project or a domain id, and the endpoint of every region; no document says so",
        "servers": [{ "url": format!("https://{service}.cn-north-4.myhuaweicloud.com"), "x-region": "cn-north-4" }],
        "paths": {},
        "components": { "schemas": {} },
    })
}

/// Returns the text of a spec with the drafted operation added; existing lines are unchanged.
fn add(spec: &Spec, document: &Document, added: &Added) -> Result<String> {
    let mut lines: Vec<String> = spec.text.lines().map(str::to_owned).collect();
    let method = document.method.to_lowercase();
    let schemas: Vec<(&String, &Value)> =
        added.schemas.iter().filter(|(name, _)| spec.schema(name).is_none()).collect();
    if !schemas.is_empty() {
        insert(
            &mut lines,
            &["components", "schemas"],
            &schemas.iter().map(|(name, schema)| ((*name).clone(), (*schema).clone())).collect(),
            spec,
        )?;
    }
    let operation = Value::Object(Map::from_iter([(method, added.operation.clone())]));
    let has_path = spec.value.pointer(&step("/paths", &document.path)).is_some();
    match (has_path, &operation) {
        (true, Value::Object(methods)) => insert(&mut lines, &["paths", &document.path], methods, spec)?,
        _ => insert(&mut lines, &["paths"], &Map::from_iter([(document.path.clone(), operation)]), spec)?,
    }
    let end = if spec.text.contains("\r\n") { "\r\n" } else { "\n" };
    let text = lines.join(end) + end;
    kept(spec, &text)?;
    Ok(text)
}

/// Adds members at the end of a mapping, which is found by its keys and their indentation.
fn insert(lines: &mut Vec<String>, keys: &[&str], members: &Map<String, Value>, spec: &Spec) -> Result<()> {
    let indent = |line: &str| line.len() - line.trim_start().len();
    let is_content = |line: &str| !line.trim().is_empty() && !line.trim_start().starts_with('#');
    let mut from = 0;
    let mut to = lines.len();
    for (depth, key) in keys.iter().enumerate() {
        let found = (from..to).find(|&at| {
            let line = lines[at].trim();
            indent(&lines[at]) == depth * 2
                && [format!("{key}:"), format!("\"{key}\":"), format!("{key}: {{}}")].iter().any(|start| line == start)
        });
        let at = found.ok_or_else(|| {
            vec![spec.problem(
                "",
                format!("has no line `{}{key}:`, below which a draft could stand; add it", "  ".repeat(depth)),
            )]
        })?;
        lines[at] = lines[at].replace(": {}", ":");
        from = at + 1;
        to = (from..to).find(|&at| is_content(&lines[at]) && indent(&lines[at]) <= depth * 2).unwrap_or(to);
    }
    // Blank lines and comments after the mapping belong to the next one.
    while to > from && !is_content(&lines[to - 1]) {
        to -= 1;
    }
    let block = yaml(&Value::Object(members.clone()), keys.len())?;
    lines.splice(to..to, block.lines().map(str::to_owned));
    Ok(())
}

/// Serializes a value as YAML, indented by levels of two spaces.
fn yaml(value: &Value, levels: usize) -> Result<String> {
    let options = serde_saphyr::ser_options! { indent_step: 2, compact_list_indent: false, folded_wrap_chars: 100 };
    let text = serde_saphyr::to_string_with_options(value, options)
        .map_err(|error| vec![Problem::new("", "", format!("cannot be written as YAML: {error}"))])?;
    let pad = "  ".repeat(levels);
    Ok(text.lines().map(|line| if line.is_empty() { "\n".to_owned() } else { format!("{pad}{line}\n") }).collect())
}

/// Fails unless the new text still has every value of the spec, unchanged.
fn kept(before: &Spec, text: &str) -> Result<()> {
    fn holds(after: &Value, before: &Value) -> bool {
        match (after, before) {
            (Value::Object(after), Value::Object(before)) => {
                before.iter().all(|(key, value)| after.get(key).is_some_and(|other| holds(other, value)))
            }
            (after, before) => after == before,
        }
    }
    let after = Spec::parse(&before.service, &before.file, text.to_owned())?;
    if holds(&after.value, &before.value) {
        return Ok(());
    }
    Err(vec![before.problem("", "is laid out so that a draft would change what is there; nothing was written")])
}

/// Adds an `x-deviation` and an `x-review` to every new node on which the document contradicts itself or is silent.
fn decide(spec: &Spec, document: &Document, added: &mut Added) -> Result<()> {
    let mut value = spec.value.clone();
    let method = document.method.to_lowercase();
    let place = step(&step("/paths", &document.path), &method);
    value["paths"][&document.path][&method] = added.operation.clone();
    for (name, schema) in &added.schemas {
        value["components"]["schemas"][name] = schema.clone();
    }
    let merged = Spec::read(&spec.service, &spec.file, String::new(), value)?;
    let Some(operation) = merged.operations().iter().find(|operation| operation.pointer == place) else {
        return Ok(());
    };
    for finding in drift::compare::document(document, &merged, operation) {
        let node = finding.nodes.iter().find_map(|pointer| {
            if let Some(rest) = pointer.strip_prefix(&place) {
                return added.operation.pointer(rest).is_some().then_some((None, rest.to_owned()));
            }
            let (name, rest) = pointer
                .strip_prefix("/components/schemas/")?
                .split_once('/')
                .unwrap_or((pointer.rsplit('/').next()?, ""));
            let rest = if rest.is_empty() { String::new() } else { format!("/{rest}") };
            added.schemas.get(name)?.pointer(&rest).is_some().then(|| (Some(name.to_owned()), rest))
        });
        let node = match node {
            Some((None, rest)) => added.operation.pointer_mut(&rest),
            Some((Some(name), rest)) => added.schemas.get_mut(&name).and_then(|schema| schema.pointer_mut(&rest)),
            None => None,
        };
        let Some(Value::Object(node)) = node else { continue };
        let mut deviation = json!({
            "about": finding.about,
            "document": finding.document,
            "spec": finding.spec,
            "found": finding.document,
            "why": deviations::UNDECIDED,
        });
        if let Some(member) = &finding.member {
            deviation["member"] = Value::from(member.as_str());
        }
        if let Value::Array(deviations) = node.entry("x-deviation").or_insert_with(|| json!([])) {
            deviations.push(deviation);
        }
        node.entry("x-review").or_insert_with(|| {
            json!("the document is silent or contradicts itself here: decide, and say why in each x-deviation")
        });
    }
    Ok(())
}
