//! Outlines of the public API of each generated crate for review, and a check that a changed documented fact changes
//! one line of an outline.
//!
//! The outlines are read from the generated source, so that the snapshots pin the API that users get.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    collections::BTreeMap,
    fmt::Write as _,
    path::{Path, PathBuf},
};

use quote::ToTokens;
use similar::{ChangeTag, TextDiff};
use syn::{Expr, FnArg, ImplItem, Item, ReturnType, Type};
use xtask::{files::Files, lint, package, spec, spec::Spec};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

fn specs() -> Vec<Spec> {
    spec::load(&workspace(), &[]).unwrap()
}

/// Formats tokens without whitespace, and paths without their prefixes.
fn short(tokens: &impl ToTokens) -> String {
    let text: String = tokens.to_token_stream().to_string().split_whitespace().collect();
    let text = text.replace("huaweicloud_core::", "").replace("codegen::", "").replace("types::", "");
    let text = text.replace("::std::collections::", "").replace(",>", ">").replace(",)", ")").replace(",]", "]");
    text.replace("implInto", "impl Into")
        .replace(",Item=", ", Item=")
        .replace("IntoIterator<Item=", "IntoIterator<Item = ")
}

/// Returns the calls of a method chain, first call first: name and arguments.
fn chain(expr: &Expr) -> Vec<(String, Vec<&Expr>)> {
    match expr {
        Expr::MethodCall(call) => {
            let mut calls = chain(&call.receiver);
            calls.push((call.method.to_string(), call.args.iter().collect()));
            calls
        }
        Expr::Call(call) => vec![(short(&call.func), call.args.iter().collect())],
        Expr::Reference(reference) => chain(&reference.expr),
        other => panic!("not a chain of calls: {}", short(other)),
    }
}

fn elements(expr: &Expr) -> Vec<&Expr> {
    match expr {
        Expr::Reference(reference) => elements(&reference.expr),
        Expr::Array(array) => array.elems.iter().collect(),
        other => panic!("not a list: {}", short(other)),
    }
}

fn text(expr: &Expr) -> String {
    match expr {
        Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) => text.value(),
        other => short(other),
    }
}

/// Describes a rule in words. The values of an enum are listed with the enum.
fn rule(expr: &Expr) -> String {
    let mut words = Vec::new();
    for (name, arguments) in chain(expr) {
        let name = name.trim_start_matches("Rule::");
        match name {
            "known" => {}
            "one_of" => words.push("closed".to_owned()),
            "list" | "map" => words.push(format!("{name} of ({})", rule(arguments[0]))),
            "object" => words.push(format!("object {}", short(arguments[0]).trim_start_matches('&'))),
            _ => words.push([vec![name.to_owned()], arguments.into_iter().map(text).collect()].concat().join(" ")),
        }
    }
    words.join(", ")
}

/// The types of setters, by name.
type Setters = BTreeMap<String, String>;

fn setters(file: &syn::File) -> BTreeMap<String, (Setters, String)> {
    let mut found = BTreeMap::new();
    for item in &file.items {
        let Item::Impl(item) = item else { continue };
        if item.trait_.is_some() {
            continue;
        }
        let (mut setters, mut returns) = (Setters::new(), String::new());
        for method in &item.items {
            let ImplItem::Fn(method) = method else { continue };
            let name = method.sig.ident.to_string();
            let argument = method.sig.inputs.iter().find_map(|input| match input {
                FnArg::Typed(argument) => Some(short(&argument.ty)),
                FnArg::Receiver(_) => None,
            });
            match (&method.sig.output, argument) {
                (ReturnType::Type(_, kind), Some(argument)) if short(kind) == "Self" && name != "new" => {
                    setters.insert(name, argument);
                }
                (ReturnType::Type(_, kind), None) if name != "new" => {
                    write!(returns, "\n  {name}() -> {}", short(kind)).unwrap();
                }
                _ => {}
            }
        }
        found.insert(short(&item.self_ty), (setters, returns));
    }
    found
}

fn outline(files: &Files) -> String {
    let parse = |name: &str| {
        let (_, text) = files.iter().find(|(path, _)| path.ends_with(name)).unwrap();
        syn::parse_file(text).unwrap()
    };
    let (service, builder, types) = (parse("src/service.rs"), parse("src/builder.rs"), parse("src/types.rs"));
    let builders = setters(&builder);
    let model_setters = setters(&types);
    let mut out = String::new();
    let mut rules: BTreeMap<String, BTreeMap<String, String>> = BTreeMap::new();
    for item in &service.items {
        let Item::Static(item) = item else { continue };
        let calls = chain(&item.expr);
        if calls[0].0 == "ObjectRule::new" {
            let members = elements(calls[0].1[1]).into_iter().map(|member| {
                let (kind, arguments) = chain(member).remove(0);
                let must = if kind.ends_with("required") { "required, " } else { "" };
                (text(arguments[0]), format!("{must}{}", rule(arguments[1])))
            });
            rules.insert(text(calls[0].1[0]), members.collect());
        }
    }
    for item in &service.items {
        let Item::Static(item) = item else { continue };
        let calls = chain(&item.expr);
        let arguments = &calls[0].1;
        match calls[0].0.as_str() {
            "Service::new" => {
                writeln!(out, "{} {} {}", text(arguments[1]), text(arguments[2]), short(arguments[3])).unwrap();
                for endpoint in elements(arguments[4]) {
                    let (_, parts) = chain(endpoint).remove(0);
                    writeln!(out, "  {} {}", text(parts[0]), text(parts[1])).unwrap();
                }
            }
            "Operation::new" => operation(&calls, &builders, &model_setters, &mut out),
            _ => {}
        }
    }
    models(&types, &model_setters, &rules, &mut out);
    // Enums are declared in macros of the runtime.
    for item in &types.items {
        let Item::Macro(item) = item else { continue };
        if !short(&item.mac.path).ends_with("values") && !short(&item.mac.path).ends_with("codes") {
            continue;
        }
        let body = item.mac.tokens.to_string();
        let (head, variants) = body.split_once("pub enum").unwrap().1.split_once('{').unwrap();
        writeln!(out, "\nenum {}", head.trim()).unwrap();
        for variant in variants.split("# [doc").skip(1).filter_map(|part| part.split_once(']')) {
            let variant = variant.1.trim().trim_end_matches(['}', ' ', ',']);
            if !variant.is_empty() {
                writeln!(out, "  {variant}").unwrap();
            }
        }
    }
    out
}

fn operation(
    calls: &[(String, Vec<&Expr>)],
    builders: &BTreeMap<String, (Setters, String)>,
    models: &BTreeMap<String, (Setters, String)>,
    out: &mut String,
) {
    let head = &calls[0].1;
    let id = text(head[0]);
    writeln!(out, "\n{id}: {} {} ({})", text(head[2]), text(head[3]), text(head[1])).unwrap();
    let builder = heck::ToPascalCase::to_pascal_case(id.as_str());
    let (mut setters, returns) = builders[&builder].clone();
    out.push_str(returns.trim_start_matches('\n'));
    out.push('\n');
    for (name, arguments) in &calls[1..] {
        match name.as_str() {
            "parameters" => {
                for parameter in elements(arguments[0]) {
                    let parts = chain(parameter);
                    let (place, head) = &parts[0];
                    let wire = text(head[0]);
                    let setter = wire.replace('-', "_").to_lowercase();
                    let setter =
                        [setter.clone(), format!("{setter}_")].into_iter().find(|name| setters.contains_key(name));
                    let setter = setter.unwrap_or_else(|| panic!("{id} has no setter for {wire}"));
                    let kind = setters.remove(&setter).unwrap();
                    let more: Vec<String> = parts[1..]
                        .iter()
                        .map(|(name, arguments)| {
                            [vec![name.clone()], arguments.iter().map(|argument| text(argument)).collect()]
                                .concat()
                                .join(" ")
                        })
                        .collect();
                    let place = place.trim_start_matches("Parameter::");
                    let more = if more.is_empty() { String::new() } else { format!(" {}", more.join(" ")) };
                    writeln!(out, "  {setter}({kind}): {place} {wire:?}{more}, {}", rule(head[1])).unwrap();
                }
            }
            "body" => {
                let body = setters.remove("body").unwrap();
                writeln!(out, "  body({body}), whose members are setters too").unwrap();
                // Members of the model without the same setter in the builder are unexpected, so they are listed.
                for (member, kind) in &models[&body].0 {
                    if setters.remove(member).as_ref() != Some(kind) {
                        writeln!(out, "  but not {member}({kind})").unwrap();
                    }
                }
            }
            // The words for codes are listed with the enum.
            "history" => {
                for (name, arguments) in chain(arguments[0]) {
                    let fields = ["time", "actor", "action"];
                    match name.as_str() {
                        "words" => {}
                        "EventMapping::new" => {
                            for (field, templates) in fields.iter().zip(arguments) {
                                writeln!(out, "  {field} = {}", templates.to_token_stream()).unwrap();
                            }
                        }
                        name => {
                            let values: Vec<String> =
                                arguments.iter().map(|argument| argument.to_token_stream().to_string()).collect();
                            writeln!(out, "  {name} = {}", values.join(", ")).unwrap();
                        }
                    }
                }
            }
            name => {
                let arguments: Vec<String> = arguments.iter().map(short).collect();
                writeln!(out, "{}", format!("  {name} {}", arguments.join(", ")).trim_end()).unwrap();
            }
        }
    }
    setters.remove("with_options");
    for (setter, kind) in setters {
        writeln!(out, "  and {setter}({kind})").unwrap();
    }
}

fn models(
    types: &syn::File,
    setters: &BTreeMap<String, (Setters, String)>,
    rules: &BTreeMap<String, BTreeMap<String, String>>,
    out: &mut String,
) {
    for item in &types.items {
        let Item::Struct(item) = item else { continue };
        let name = item.ident.to_string();
        let derives: Vec<String> =
            item.attrs.iter().filter(|attribute| !attribute.path().is_ident("doc")).map(short).collect();
        assert_eq!(derives, ["#[derive(Clone,Debug,Default,PartialEq)]", "#[non_exhaustive]"], "{name}");
        writeln!(out, "\n{} {name}", if rules.contains_key(&name) { "request" } else { "response" }).unwrap();
        for field in &item.fields {
            let field_name = field.ident.as_ref().unwrap().to_string();
            let kind: &Type = &field.ty;
            let own = rules.get(&name).map(|rules| {
                let wire = rules.keys().find(|wire| {
                    let snake = heck::ToSnakeCase::to_snake_case(wire.as_str());
                    snake == field_name || format!("{snake}_") == field_name
                });
                let setter = &setters[&name].0[&field_name];
                format!(
                    ", set by {setter}, {}",
                    rules[wire.unwrap_or_else(|| panic!("{name}.{field_name} has no rule"))]
                )
            });
            writeln!(out, "  {field_name}: {}{}", short(kind), own.unwrap_or_default()).unwrap();
        }
    }
}

#[test]
fn public_api_matches_snapshots() {
    let mut failed = Vec::new();
    for spec in specs() {
        let outline = outline(&package::code(&spec).unwrap());
        let compared = std::panic::catch_unwind(|| {
            insta::with_settings!({
                snapshot_path => "../../tests/snapshots", prepend_module_to_snapshot => false, omit_expression => true
            }, {
                insta::assert_snapshot!(format!("outline__{}", spec.service), outline);
            });
        });
        failed.extend(compared.err().map(|_| spec.service));
    }
    assert!(failed.is_empty(), "these differ from their snapshots: {failed:?}");
}

/// Returns a spec with these changes, each of which must apply once.
fn edited_spec(service: &str, edits: &[(&str, &str)]) -> Spec {
    let mut text = specs().into_iter().find(|spec| spec.service == service).unwrap().text;
    for (from, to) in edits {
        assert_eq!(text.matches(from).count(), 1, "{service} must hold once: {from}");
        text = text.replace(from, to);
    }
    let spec = Spec::parse(service, &format!("specs/{service}/openapi.yaml"), text).unwrap();
    assert_eq!(lint::lint(&spec), [], "{edits:?}");
    spec
}

/// Returns the added and removed lines.
fn changed_lines(before: &str, after: &str) -> Vec<String> {
    let diff = TextDiff::from_lines(before, after);
    let changes = diff.iter_all_changes().filter(|change| change.tag() != ChangeTag::Equal);
    changes.map(|change| format!("{}{}", change.tag(), change.value().trim_end())).collect()
}

/// Ten documented facts, each changed as a document may change it.
#[test]
fn a_changed_fact_changes_one_line() {
    let cases = [
        ("limit", "osm", "minimum: 0, maximum: 100, default: 10 }", "minimum: 0, maximum: 200, default: 10 }"),
        (
            "length",
            "coc",
            "schema: { type: string, minLength: 1, maxLength: 50 }",
            "schema: { type: string, minLength: 1, maxLength: 64 }",
        ),
        ("default", "osm", "maximum: 65535, default: 0 }", "maximum: 65535, default: 1 }"),
        ("required", "codeartsdeploy", "required: [project_id, page, size]", "required: [project_id, page]"),
        (
            "type",
            "codeartsdeploy",
            "          type: integer\n          format: int64\n          description: Total number of records in the history.",
            "          type: string\n          description: Total number of records in the history.",
        ),
        (
            "value",
            "codeartsdeploy",
            "      x-extensible-enum: [create, modify, disable, enable]\n      x-enum-varnames: [Create, Modify, Disable, Enable]",
            "      x-extensible-enum: [create, modify, disable, enable, rename]\n      x-enum-varnames: [Create, Modify, Disable, Enable, Rename]",
        ),
        ("path", "projectman", "/v2/issues/get-record:", "/v3/issues/get-record:"),
        (
            "region",
            "osm",
            "  - url: https://osm.eu-west-101.myhuaweicloud.eu",
            "  - url: https://osm.eu-west-102.myhuaweicloud.eu",
        ),
        (
            "member of a body",
            "coc",
            "        contain_all:\n",
            "        contain_more:\n          type: boolean\n          description: Whether to return more.\n        contain_all:\n",
        ),
        (
            "member of a response",
            "osm",
            "        incident_log_id:\n",
            "        operate_place:\n          type: string\n          description: Where it was done.\n        incident_log_id:\n",
        ),
    ];
    for (fact, service, from, to) in cases {
        // `total` must point to an integer, so it is removed from this history; the example follows the type.
        let pointer = ("        total: /total_num\n        order:", "        order:");
        let example = ("                    total_num: 1\n", "                    total_num: one\n");
        let (first, then): (&[_], &[_]) = if fact == "type" { (&[pointer], &[example]) } else { (&[], &[]) };
        let before = edited_spec(service, first);
        let after = edited_spec(service, &[first, then, &[(from, to)]].concat());
        let (before, after) = (package::code(&before).unwrap(), package::code(&after).unwrap());
        let lines = changed_lines(&outline(&before), &outline(&after));
        let (gone, come) = (
            lines.iter().filter(|line| line.starts_with('-')).count(),
            lines.iter().filter(|line| line.starts_with('+')).count(),
        );
        assert!(come == 1 && gone <= 1, "{fact}: {lines:#?}");
        if matches!(fact, "limit" | "length" | "default" | "required") {
            // A rule is data: it changes neither signatures nor models.
            let code = |files: &Files, name: &str| -> Vec<String> {
                let (_, text) = files.iter().find(|(path, _)| path.ends_with(name)).unwrap();
                text.lines().filter(|line| !line.trim_start().starts_with("//")).map(str::to_owned).collect()
            };
            for file in ["src/builder.rs", "src/types.rs", "src/client.rs", "src/dynamic.rs"] {
                assert_eq!(code(&before, file), code(&after, file), "{fact} changes {file}");
            }
        }
    }
}
