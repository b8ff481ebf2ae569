//! Examples for the documentation: calls with the documented values.

use std::collections::BTreeSet;

use heck::ToPascalCase as _;
use serde_json::Value;

use super::{crate_name, setter};
use crate::{
    project::required,
    spec::{OperationAt, Spec, list, members, text},
};

/// A call with the documented values, as an example. `setup` are lines before it that the reader sees.
pub fn example(spec: &Spec, operation: &OperationAt<'_>, setup: &[String]) -> String {
    let name = crate_name(&spec.service);
    let mut lines: Vec<String> = Vec::new();
    if setup.is_empty() {
        lines.push(format!("# async fn example(client: {name}::Client) -> Result<(), {name}::Error> {{"));
    } else {
        lines.extend(setup.iter().cloned());
    }
    let body = Body::of(spec, operation);
    if let Some((body, _)) = &body {
        if !body.types.is_empty() {
            let types: Vec<&str> = body.types.iter().map(String::as_str).collect();
            let types = if types.len() == 1 { types.concat() } else { format!("{{{}}}", types.join(", ")) };
            lines.push(format!("use {name}::types::{types};\n"));
        }
        lines.extend(body.lines.iter().cloned());
    }
    lines.push("let answer = client".to_owned());
    lines.push(format!("    .{}()", operation.id()));
    for parameter in operation.parameters().filter(|parameter| required(parameter)) {
        let value = match parameter.get("example") {
            Some(Value::String(text)) => format!("{text:?}"),
            Some(other) => other.to_string(),
            None => "\"…\"".to_owned(),
        };
        lines.push(format!("    .{}({value})", setter(text(parameter, "name"))));
    }
    if let Some((_, setters)) = &body {
        lines.push(format!("    .body_map(|body| body{setters})"));
    }
    lines.push("    .send()".to_owned());
    lines.push("    .await?;".to_owned());
    lines.push("println!(\"{:?}, request {:?}\", *answer, answer.request_id());".to_owned());
    lines.extend(["# Ok(())".to_owned(), "# }".to_owned()]);
    lines.join("\n")
}

/// The documented body of a request that cannot go without one: lines that build its parts, and its setters.
struct Body<'a> {
    spec: &'a Spec,
    types: BTreeSet<String>,
    lines: Vec<String>,
}

impl<'a> Body<'a> {
    fn of(spec: &'a Spec, operation: &OperationAt<'a>) -> Option<(Self, String)> {
        let schema = spec.resolve(operation.request_schema()?).1;
        list(schema, "required").next()?;
        let media = operation.value.pointer("/requestBody/content/application~1json")?;
        let example = members(media, "examples").next()?.1.get("value")?;
        let mut body = Self { spec, types: BTreeSet::new(), lines: Vec::new() };
        let setters = body.setters(schema, example);
        Some((body, setters))
    }

    fn setters(&mut self, schema: &Value, example: &Value) -> String {
        let members = example.as_object().into_iter().flatten();
        members
            .map(|(name, value)| {
                let value = self.expression(name, &schema["properties"][name], value);
                format!(".{}({value})", setter(name))
            })
            .collect()
    }

    /// A value in Rust. An object is built on a line of its own.
    fn expression(&mut self, name: &str, schema: &Value, example: &Value) -> String {
        let (reference, target) = self.spec.resolve(schema);
        match (reference, example) {
            (Some(kind), Value::Object(_)) => {
                let kind = kind.to_pascal_case();
                let setters = self.setters(target, example);
                let variable = setter(name);
                self.lines.push(format!("let {variable} = {kind}::builder(){setters};"));
                self.types.insert(kind);
                variable
            }
            (_, Value::Array(items)) => {
                let items: Vec<String> = items
                    .iter()
                    .map(|item| match item {
                        Value::String(text) => format!("{text:?}.to_owned()"),
                        item => self.expression(name, &target["items"], item),
                    })
                    .collect();
                format!("vec![{}]", items.join(", "))
            }
            (_, Value::String(text)) => format!("{text:?}"),
            (_, other) => other.to_string(),
        }
    }
}
