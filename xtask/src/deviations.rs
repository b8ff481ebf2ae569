//! The tables of the README that follow from the specs: services and deviations.

use std::{fs, path::Path};

use serde_json::Value;

use crate::{
    docs,
    files::Files,
    spec::{Problem, Result, Spec, list, step, text},
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
                docs::source(operation.value),
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

/// A pointer as a reader knows the node: by its name.
fn place(spec: &Spec, pointer: &str) -> String {
    let steps: Vec<&str> = pointer.split('/').collect();
    match steps[..] {
        ["", "components", "schemas", schema, "properties", property] => format!("{schema}.{property}"),
        ["", "components", "schemas", schema] => schema.to_owned(),
        ["", "servers", ..] => text(spec.value.pointer(pointer).unwrap_or(&Value::Null), "url").to_owned(),
        ["", "paths", _, _, "parameters", _] => {
            text(spec.value.pointer(pointer).unwrap_or(&Value::Null), "name").to_owned()
        }
        ["", "paths", _, _, ref rest @ ..] if !rest.is_empty() => rest.join(" "),
        ["", "paths", path, method] => {
            text(spec.value.pointer(&format!("/paths/{path}/{method}")).unwrap_or(&Value::Null), "operationId")
                .to_owned()
        }
        _ => pointer.to_owned(),
    }
}
