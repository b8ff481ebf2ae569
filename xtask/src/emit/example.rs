//! Examples for the documentation: calls with the documented values.

use std::collections::BTreeSet;

use heck::ToPascalCase as _;
use serde_json::Value;

use crate::{
    kind::Kind,
    names::{crate_name, setter, setter_of},
    spec::{
        Operation, Schema, Spec,
        extensions::{WORDS, places},
    },
};

/// Returns a call with the documented values. `setup` are visible lines before it.
pub fn example(spec: &Spec, operation: &Operation, setup: &[String]) -> String {
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
    let paged = operation.pagination.is_some();
    lines.push(format!("let {} = client", if paged { "mut items" } else { "response" }));
    lines.push(format!("    .{}()", operation.id));
    for parameter in operation.arguments().filter(|parameter| parameter.required) {
        let value = match &parameter.example {
            Some(Value::String(text)) => format!("{text:?}"),
            Some(other) => other.to_string(),
            None => "\"…\"".to_owned(),
        };
        lines.push(format!("    .{}({value})", setter_of(parameter.setter.as_deref(), &parameter.name)));
    }
    if let Some((_, setters)) = &body {
        lines.extend(setters.iter().map(|setter| format!("    {setter}")));
    }
    lines.extend(printing(spec, operation));
    lines.extend(["# Ok(())".to_owned(), "# }".to_owned()]);
    lines.join("\n")
}

/// Returns how a test creates a model: by field assignment and from JSON, with a documented value.
pub fn model(spec: &Spec) -> Option<String> {
    let (model, key, value) = spec
        .operations()
        .iter()
        .find_map(|operation| documented(spec, operation.response_schema()?, operation.response_example()?))?;
    let (module, model, field) = (crate_name(&spec.service), model.to_pascal_case(), setter(key));
    let held = if value.is_string() { format!("{value}.into()") } else { value.to_string() };
    Some(format!(
        "Models are `#[non_exhaustive]`; tests create them by field assignment, or from JSON:\n\n```\n\
         use {module}::types::{model};\n\nlet mut by_fields = {model}::default();\n\
         by_fields.{field} = Some({held});\n\
         let json = r#\"{{\"{key}\": {value}}}\"#;\n\
         let from_json: {model} = serde_json::from_str(json)?;\n\
         assert_eq!(by_fields, from_json);\n# Ok::<(), serde_json::Error>(())\n```"
    ))
}

/// Returns the first model in an example with a string or a number, the name of that member, and its value.
fn documented<'a>(spec: &'a Spec, schema: &'a Schema, example: &'a Value) -> Option<(&'a str, &'a str, &'a Value)> {
    if let Kind::List(_) = Kind::of(spec, schema) {
        return documented(spec, schema.items.as_deref()?, example.get(0)?);
    }
    let (name, target) = spec.resolve(schema);
    let here = |(key, property): (&'a String, &'a Schema)| {
        let value = example.get(key)?;
        let plain = match Kind::of(spec, property) {
            Kind::Text => value.is_string(),
            Kind::Integer => value.is_i64(),
            _ => false,
        };
        plain.then_some((name?, key.as_str(), value))
    };
    target
        .properties()
        .find_map(here)
        .or_else(|| target.properties().find_map(|(key, property)| documented(spec, property, example.get(key)?)))
}

/// Returns the lines that print a few fields of the response: of a history who did what, when.
fn printing(spec: &Spec, operation: &Operation) -> Vec<String> {
    let schema = operation.response_schema();
    let templates = operation.history.iter().flat_map(|history| history.fields().into_iter().take(3));
    let event: Vec<&str> = templates
        .filter_map(|(_, templates)| places(templates.first()?).next()?.strip_prefix('/'))
        .map(|place| place.trim_end_matches(WORDS))
        .collect();
    let fields = |schema: Option<&Schema>| -> Vec<String> {
        let Some(schema) = schema else { return Vec::new() };
        let plain = spec.resolve(schema).1.properties().filter(|(_, property)| {
            matches!(Kind::of(spec, property), Kind::Text | Kind::Integer | Kind::Millis | Kind::Enum(_))
        });
        let mut names: Vec<&String> = plain.map(|(key, _)| key).collect();
        names.sort_by_key(|name| event.iter().position(|field| field == name).unwrap_or(event.len()));
        names.into_iter().map(|name| setter(name)).take(3).collect()
    };
    let printed = |place: &str, fields: &[String]| {
        let places = vec!["{:?}"; fields.len()].join(" ");
        let values: Vec<String> = fields.iter().map(|field| format!("{place}.{field}")).collect();
        format!("println!(\"{places}\", {});", values.join(", "))
    };
    match spec.item(operation) {
        Some(item) => {
            vec![
                "    .items();".to_owned(),
                "while let Some(item) = items.try_next().await? {".to_owned(),
                format!("    {}", printed("item", &fields(Some(item)))),
                "}".to_owned(),
            ]
        }
        None => {
            let fields = fields(schema);
            let sends = ["    .send()".to_owned(), "    .await?;".to_owned()].into_iter();
            let print = match fields.is_empty() {
                true => "println!(\"{:?}, request {:?}\", *response, response.request_id());".to_owned(),
                false => printed("response", &fields),
            };
            sends.chain([print]).collect()
        }
    }
}

/// The documented body of a request with required members: lines that build its parts, and its setters.
struct Body<'a> {
    spec: &'a Spec,
    types: BTreeSet<String>,
    lines: Vec<String>,
}

impl<'a> Body<'a> {
    fn of(spec: &'a Spec, operation: &'a Operation) -> Option<(Self, Vec<String>)> {
        let schema = spec.resolve(operation.request_schema()?).1;
        schema.required.first()?;
        let example = operation.request_example()?;
        let mut body = Self { spec, types: BTreeSet::new(), lines: Vec::new() };
        let setters = body.setters(schema, example, |property, name| setter_of(property.setter.as_deref(), name));
        Some((body, setters))
    }

    fn setters(&mut self, schema: &Schema, example: &Value, named: fn(&Schema, &str) -> String) -> Vec<String> {
        let members = example.as_object().into_iter().flatten();
        members
            .filter_map(|(name, value)| {
                let property = schema.property(name)?;
                let value = self.expression(name, property, value);
                Some(format!(".{}({value})", named(property, name)))
            })
            .collect()
    }

    /// Returns a value in Rust. An object is built on a line of its own.
    fn expression(&mut self, name: &str, schema: &Schema, example: &Value) -> String {
        let (reference, target) = self.spec.resolve(schema);
        match (reference, example) {
            (Some(kind), Value::Object(_)) => {
                let kind = kind.to_pascal_case();
                let setters = self.setters(target, example, |_, name| setter(name)).concat();
                let variable = setter(name);
                self.lines.push(format!("let {variable} = {kind}::new(){setters};"));
                self.types.insert(kind);
                variable
            }
            (_, Value::Array(items)) => {
                let item = target.items.as_deref().unwrap_or(target);
                let items: Vec<String> = items.iter().map(|value| self.expression(name, item, value)).collect();
                format!("[{}]", items.join(", "))
            }
            (_, Value::String(text)) => format!("{text:?}"),
            (_, other) => other.to_string(),
        }
    }
}
