//! Where the specs differ from their pages on purpose; and the tables of the README that follow from the specs.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    files::Files,
    spec::{self, OperationAt, Problem, Result, Spec, list, step, text},
};

const README: &str = "README.md";

/// The README with its tables made anew.
pub fn readme(root: &Path, specs: &[Spec]) -> Result<Files> {
    let problem = |message: String| vec![Problem::new(README, "", message)];
    let mut contents =
        fs::read_to_string(root.join(README)).map_err(|error| problem(format!("cannot be read: {error}")))?;
    for (name, table) in [("services", services(specs)), ("deviations", deviations(specs))] {
        let (begin, end) = (format!("<!-- {name}: made by cargo xtask generate -->"), format!("<!-- /{name} -->"));
        let range = contents.find(&begin).map(|at| at + begin.len()).zip(contents.find(&end));
        let (from, to) = range
            .filter(|(from, to)| from <= to)
            .ok_or_else(|| problem(format!("must hold the lines {begin:?} and {end:?}")))?;
        contents.replace_range(from..to, &format!("\n{table}"));
    }
    Ok(Files::from([(README.to_owned(), contents)]))
}

fn services(specs: &[Spec]) -> String {
    let mut table = "| crate | service | operation | request | document |\n|---|---|---|---|---|\n".to_owned();
    for spec in specs {
        for operation in spec.operations() {
            table.push_str(&format!(
                "| [`huaweicloud-{0}`](crates/huaweicloud-{0}/README.md) | {1} | `{2}` | `{3} {4}` | {5} |\n",
                spec.service,
                spec.text_at("/info/title").trim_start_matches("Huawei Cloud "),
                operation.id(),
                operation.method.to_uppercase(),
                operation.path,
                spec::source(operation.value),
            ));
        }
    }
    table
}

fn deviations(specs: &[Spec]) -> String {
    let mut table = "| service | where | what | the page | here | why |\n|---|---|---|---|---|---|\n".to_owned();
    for spec in specs {
        let mut found = Vec::new();
        collect(&spec.value, "", &mut found);
        for (pointer, deviation) in found {
            let cell = |key: &str| text(deviation, key).replace('|', "\\|");
            table.push_str(&format!(
                "| {} | `{}` | {} | {} | {} | {} |\n",
                spec.service,
                place(spec, &pointer),
                cell("about"),
                cell("page"),
                cell("spec"),
                cell("why"),
            ));
        }
    }
    table
}

fn collect<'a>(value: &'a Value, pointer: &str, found: &mut Vec<(String, &'a Value)>) {
    found.extend(list(value, "x-deviation").map(|deviation| (pointer.to_owned(), deviation)));
    match value {
        Value::Object(members) => {
            members.iter().for_each(|(key, member)| collect(member, &step(pointer, key), found));
        }
        Value::Array(items) => {
            items.iter().enumerate().for_each(|(index, item)| collect(item, &format!("{pointer}/{index}"), found));
        }
        _ => {}
    }
}

/// What a draft gives as the reason of a deviation, until a person does.
pub const UNDECIDED: &str = "not decided yet";

/// A deviation that concerns an operation.
pub struct Deviation<'a> {
    /// The node it stands on.
    pub pointer: String,
    pub value: &'a Value,
    /// Ids of the operations that the node belongs to.
    pub users: Vec<String>,
}

/// The deviations of an operation, on its own nodes and on the components it uses.
pub fn of<'a>(spec: &'a Spec, operation: &OperationAt<'a>) -> Vec<Deviation<'a>> {
    let own = vec![operation.id().to_owned()];
    let mut found = Vec::new();
    collect(operation.value, &operation.pointer, &mut found);
    let mut deviations: Vec<Deviation<'a>> =
        found.into_iter().map(|(pointer, value)| Deviation { pointer, value, users: own.clone() }).collect();
    let operations = spec.operations();
    for name in spec.reached(operation.value) {
        let Some(schema) = spec.schema(name) else { continue };
        let mut found = Vec::new();
        collect(schema, &step("/components/schemas", name), &mut found);
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

/// A pointer as a reader knows the node: by its name.
fn place(spec: &Spec, pointer: &str) -> String {
    let steps: Vec<&str> = pointer.split('/').collect();
    match steps[..] {
        ["", "components", "schemas", schema, "properties", property] => format!("{schema}.{property}"),
        ["", "components", "schemas", schema] => schema.to_owned(),
        ["", "servers", ..] => text(spec.value.pointer(pointer).unwrap_or(&Value::Null), "url").to_owned(),
        ["", "paths", path, method, ref rest @ ..] if !rest.is_empty() => {
            let operation = spec
                .value
                .pointer(&format!("/paths/{path}/{method}/operationId"))
                .map_or("", |id| id.as_str().unwrap_or_default());
            let parameter = spec.value.pointer(pointer).filter(|_| matches!(rest, ["parameters", _]));
            format!(
                "{operation} {}",
                parameter.map_or_else(|| rest.join(" "), |parameter| text(parameter, "name").to_owned())
            )
        }
        ["", "paths", path, method] => {
            text(spec.value.pointer(&format!("/paths/{path}/{method}")).unwrap_or(&Value::Null), "operationId")
                .to_owned()
        }
        _ => pointer.to_owned(),
    }
}
