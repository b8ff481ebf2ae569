//! Every documented example deserializes, matches its snapshot, and serializes back to the same JSON except for nulls.

use std::collections::BTreeMap;

use quote::ToTokens as _;
use serde_json::Value;
use syn::{Fields, GenericArgument, Item, PathArguments, Type};

use crate::support::{examples, operations};

/// Returns a value without its null members, which serialization may omit.
pub fn without_nulls(value: &Value) -> Value {
    match value {
        Value::Object(members) => members
            .iter()
            .filter(|(_, member)| !member.is_null())
            .map(|(key, member)| (key.clone(), without_nulls(member)))
            .collect(),
        Value::Array(items) => items.iter().map(without_nulls).collect(),
        other => other.clone(),
    }
}

/// The models of a service: the Rust types of their members by wire name, read from the source.
struct Models(BTreeMap<String, BTreeMap<String, Type>>);

impl Models {
    fn of(service: &str) -> Self {
        let file = format!("{}/../crates/huaweicloud-{service}/src/types.rs", env!("CARGO_MANIFEST_DIR"));
        let source = std::fs::read_to_string(file).unwrap();
        let mut models = BTreeMap::new();
        for item in syn::parse_file(&source).unwrap().items {
            let Item::Struct(item) = item else { continue };
            let Fields::Named(fields) = item.fields else { continue };
            let name = item.ident.to_string();
            let listed = source.split_once(&format!("model! {{\n    {name} {{")).unwrap().1.split_once('}').unwrap().0;
            let wire: BTreeMap<&str, &str> = listed
                .split(',')
                .map(str::trim)
                .map(|field| {
                    field.split_once(" = ").map_or((field, field), |(rust, wire)| (rust, wire.trim_matches('"')))
                })
                .collect();
            let typed = fields.named.into_iter().filter_map(|field| {
                let rust = field.ident.unwrap().to_string();
                Some(((*wire.get(rust.as_str())?).to_owned(), field.ty))
            });
            models.insert(name, typed.collect());
        }
        Self(models)
    }

    /// Writes one line for each leaf of a value: its path, Rust type and value.
    fn leaves(&self, value: &Value, kind: &Type, path: &str, out: &mut String) {
        let (name, argument) = named(kind);
        match (name.as_str(), argument, value) {
            ("Option", Some(inner), value) => self.leaves(value, &inner, path, out),
            ("List" | "Vec", Some(_), Value::Array(items)) if items.is_empty() => {
                out.push_str(&format!("{path}: {} = []\n", type_name(kind)));
            }
            ("List" | "Vec", Some(inner), Value::Array(items)) => {
                for (index, item) in items.iter().enumerate() {
                    self.leaves(item, &inner, &format!("{path}[{index}]"), out);
                }
            }
            (model, _, Value::Object(members)) if self.0.contains_key(model) => {
                for (name, member) in members {
                    let path = if path.is_empty() { name.clone() } else { format!("{path}.{name}") };
                    self.leaves(member, &self.0[model][name], &path, out);
                }
            }
            (_, _, value) => out.push_str(&format!("{path}: {} = {value}\n", type_name(kind))),
        }
    }
}

/// Returns the name of a type without its path, and its last generic argument.
fn named(kind: &Type) -> (String, Option<Type>) {
    let Type::Path(path) = kind else { panic!("{}", kind.to_token_stream()) };
    let last = path.path.segments.last().unwrap();
    let argument = match &last.arguments {
        PathArguments::AngleBracketed(arguments) => arguments.args.iter().next_back().map(|argument| match argument {
            GenericArgument::Type(kind) => kind.clone(),
            other => panic!("{}", other.to_token_stream()),
        }),
        _ => None,
    };
    (last.ident.to_string(), argument)
}

fn type_name(kind: &Type) -> String {
    kind.to_token_stream().to_string().split_whitespace().collect::<String>().replace("::std::collections::", "")
}

#[test]
fn documented_examples_round_trip() {
    let mut count = 0;
    let mut failed = Vec::new();
    for (service, entry, node) in operations() {
        let models = Models::of(service.metadata.id);
        for example in examples(service, entry, &node).into_iter().filter(|example| example.is_model) {
            let body = example.value.to_string();
            let bytes = body.as_bytes();
            let model = if example.is_request { entry.decode_request(bytes) } else { entry.decode_response(bytes) };
            let model = model.unwrap_or_else(|error| panic!("{}: {error}", example.name));
            let decoded = model.to_json().to_value().unwrap();
            assert_eq!(decoded, without_nulls(&example.value), "{}", example.name);
            let mut leaves = String::new();
            let kind = syn::parse_str(format!("{model:?}").split([' ', '{']).next().unwrap()).unwrap();
            models.leaves(&decoded, &kind, "", &mut leaves);
            let name = example.name.as_str();
            // All snapshots are compared before the test fails.
            failed
                .extend(std::panic::catch_unwind(|| insta::assert_snapshot!(name, leaves)).err().map(|_| example.name));
            count += 1;
        }
    }
    assert!(count >= 7, "five documented responses and two requests, found {count}");
    assert!(failed.is_empty(), "these differ from their snapshots: {failed:?}");
}

#[test]
fn decodes_all_ten_work_item_records() {
    let spec: Value = serde_json::from_str(huaweicloud_projectman::dynamic::SERVICE.spec).unwrap();
    let example = &spec["paths"]["/v2/issues/get-record"]["get"]["responses"]["200"]["content"]["application/json"]["examples"]
        ["documented"]["value"];
    let response: huaweicloud_projectman::types::ListRecordsV2Response =
        serde_json::from_value(example.clone()).unwrap();
    let result = response.result.unwrap();
    assert_eq!(result.record.len(), 10);
    assert_eq!(result.journals_total, Some(14), "more than on the page is normal");
    let html = result.record[3].details[0].new_value.as_deref().unwrap();
    assert!(html.starts_with("<p style=\"padding-top: 5.0px;\">") && html.ends_with("<do something> </p>"), "{html}");
    assert_eq!(result.record[0].created_on.as_ref().unwrap().as_millis(), Some(1_752_829_690_000));
}
