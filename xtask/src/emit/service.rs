//! The module `service`: the service, its operations and their rules, as data.

use std::collections::BTreeSet;

use heck::ToShoutySnakeCase as _;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Ident, Item, parse_quote};

use super::print::Printer;
use crate::{
    docs,
    kind::Kind,
    spec::{OperationAt, Spec, list, members, reference, required, text, values},
    wire::{Direction, Use},
};

/// The module, formatted.
pub fn service(spec: &Spec, uses: &std::collections::BTreeMap<String, Use>) -> Result<String, String> {
    let operations = spec.operations();
    let constants = operations.iter().map(|operation| format_ident!("{}", operation.id().to_uppercase()));
    let id = &spec.service;
    let name = spec.text_at("/x-service/name");
    let title = spec.text_at("/info/title");
    let scope = match spec.text_at("/x-service/scope") {
        "project" => quote!(Project),
        _ => quote!(Domain),
    };
    let endpoints = list(&spec.value, "servers").map(|server| {
        let (region, url) = (text(server, "x-region"), text(server, "url"));
        quote!(Endpoint::new(#region, #url))
    });
    let doc = format!("{title}: its endpoints and operations.");
    let mut code = Printer::new("types");
    code.declares(parse_quote!(
        use huaweicloud_core::metadata::*;
    ));
    code.items(vec![parse_quote! {
        #[doc = #doc]
        pub static SERVICE: Service = Service::new(
            #id,
            #name,
            #title,
            Scope::#scope,
            &[#(#endpoints),*],
            &[#(&#constants),*],
        );
    }])?;
    for operation in &operations {
        code.items(vec![metadata(spec, operation)])?;
    }
    let is_request = |name: &String| uses.get(name).is_some_and(|used| used.direction() == Direction::Request);
    for (name, schema) in spec.schemas().filter(|(name, schema)| is_request(name) && schema.get("properties").is_some())
    {
        code.items(vec![object_rule(spec, name, schema)])?;
    }
    code.finish()
}

fn metadata(spec: &Spec, operation: &OperationAt<'_>) -> Item {
    let constant = format_ident!("{}", operation.id().to_uppercase());
    let id = operation.id();
    let api = text(&operation.value["x-source"], "api");
    let method = operation.method.to_uppercase();
    let path = operation.path;
    let mut chain = vec![quote!(Operation::new(#id, #api, #method, #path))];
    if operation.method == "get" || operation.value.get("x-retry-safe") == Some(&Value::Bool(true)) {
        chain.push(quote!(.retry_safe()));
    }
    if operation.is_anonymous() {
        chain.push(quote!(.anonymous()));
    }
    if holds_secrets(spec, operation) {
        chain.push(quote!(.secrets()));
    }
    let parameters: Vec<TokenStream> = operation.parameters().map(|parameter| parameter_of(spec, parameter)).collect();
    if !parameters.is_empty() {
        chain.push(quote!(.parameters(&[#(#parameters),*])));
    }
    if let Some(name) = operation.request_schema().and_then(reference) {
        let rules = rules_name(name);
        chain.push(quote!(.body(&#rules)));
    }
    let listed_by: Vec<TokenStream> = links(spec, operation)
        .into_iter()
        .map(|(argument, link)| {
            let service = link.get("service").and_then(Value::as_str).unwrap_or(&spec.service);
            let (lister, value) = (text(link, "operation"), text(link, "value"));
            quote!(ListedBy::new(#argument, #service, #lister, #value))
        })
        .collect();
    if !listed_by.is_empty() {
        chain.push(quote!(.listed_by(&[#(#listed_by),*])));
    }
    if let Some(outcome) = operation.success().and_then(|(_, response)| response.get("x-in-band-status")) {
        let member = |key: &str| text(outcome, key).trim_start_matches('/').to_owned();
        let (code, message) = (member("code"), member("message"));
        let success = list(outcome, "success").map(docs::plain);
        let status = outcome.get("status").map(|_| {
            let (status, failure) = (member("status"), list(outcome, "failure").map(docs::plain));
            quote!(.status(#status, &[#(#failure),*]))
        });
        chain.push(quote!(.in_band_status(InBandStatus::new(#code, #message, &[#(#success),*])#status)));
    }
    if let Some(pagination) = operation.value.get("x-pagination").map(pagination) {
        chain.push(quote!(.pagination(#pagination)));
    }
    if let Some(history) = operation.value.get("x-history") {
        let history = history_of(spec, operation, history);
        chain.push(quote!(.history(#history)));
    }
    parse_quote! {
        pub(crate) static #constant: Operation = #(#chain)*;
    }
}

fn parameter_of(spec: &Spec, parameter: &Value) -> TokenStream {
    let name = text(parameter, "name");
    let rule = rule(spec, &parameter["schema"]);
    let location = format_ident!("{}", text(parameter, "in"));
    let must = (required(parameter) && text(parameter, "in") != "path").then(|| quote!(.required()));
    let needs: Vec<String> = list(parameter, "x-needs").map(docs::plain).collect();
    let needs = (!needs.is_empty()).then(|| quote!(.needs(&[#(#needs),*])));
    quote!(Parameter::#location(#name, #rule)#must #needs)
}

/// Name of the static with the rules of a component.
fn rules_name(component: &str) -> Ident {
    format_ident!("{}_RULES", component.to_shouty_snake_case())
}

/// The rules of the members of a request component.
fn object_rule(spec: &Spec, name: &str, schema: &Value) -> Item {
    let constant = rules_name(name);
    let members = members(schema, "properties").map(|(key, property)| {
        let must = list(schema, "required").any(|name| name == key);
        let word = if must { format_ident!("required") } else { format_ident!("optional") };
        let rule = rule(spec, property);
        quote!(Member::#word(#key, #rule))
    });
    parse_quote! {
        static #constant: ObjectRule = ObjectRule::new(#name, &[#(#members),*]);
    }
}

/// What values a schema takes.
fn rule(spec: &Spec, schema: &Value) -> TokenStream {
    let (_, target) = spec.resolve(schema);
    let start = match Kind::of(spec, schema) {
        Kind::Millis => return with_default(quote!(Rule::millis()), schema, target),
        Kind::Secret => return quote!(Rule::secret()),
        Kind::Any => return quote!(Rule::any()),
        Kind::Object(name) => {
            let rules = rules_name(&name);
            return quote!(Rule::object(&#rules));
        }
        Kind::Enum(_) if text(target, "type") == "integer" => quote!(Rule::integer()),
        Kind::Text if text(target, "format") == "alphanumeric" => quote!(Rule::alphanumeric()),
        Kind::Enum(_) | Kind::Text => quote!(Rule::text()),
        Kind::Integer => quote!(Rule::integer()),
        Kind::Number => quote!(Rule::number()),
        Kind::Boolean => quote!(Rule::boolean()),
        Kind::List(_) => {
            let item = rule(spec, &target["items"]);
            quote!(Rule::list(&#item))
        }
        Kind::Map(_) => {
            let value = rule(spec, &target["additionalProperties"]);
            quote!(Rule::map(&#value))
        }
    };
    let bound = |keys: [&str; 3]| keys.iter().find_map(|key| target.get(key).and_then(Value::as_i64));
    // A length or a count from zero says nothing.
    let lowest = bound(["minLength", "minItems", "minimum"]).filter(|min| *min != 0 || target.get("minimum").is_some());
    let [min, max] = [("min", lowest), ("max", bound(["maxLength", "maxItems", "maximum"]))].map(|(word, bound)| {
        bound.map(|bound| {
            let (word, bound) = (format_ident!("{word}"), Literal::i64_unsuffixed(bound));
            quote!(.#word(#bound))
        })
    });
    let known: Vec<String> = values(target).map(docs::plain).collect();
    let known = (!known.is_empty()).then(|| {
        let word = if target.get("enum").is_some() { format_ident!("one_of") } else { format_ident!("known") };
        quote!(.#word(&[#(#known),*]))
    });
    with_default(quote!(#start #min #max #known), schema, target)
}

fn with_default(rule: TokenStream, schema: &Value, target: &Value) -> TokenStream {
    match schema.get("default").or_else(|| target.get("default")).map(docs::plain) {
        Some(default) => quote!(#rule.default(#default)),
        None => rule,
    }
}

/// Whether a parameter, a body or a header of an operation has the format `password`.
fn holds_secrets(spec: &Spec, operation: &OperationAt<'_>) -> bool {
    fn within(node: &Value) -> bool {
        match node {
            Value::Object(members) => {
                let mut members = members.iter().filter(|(key, _)| !matches!(key.as_str(), "example" | "examples"));
                node["format"] == "password" || members.any(|(_, member)| within(member))
            }
            Value::Array(items) => items.iter().any(within),
            _ => false,
        }
    }
    let nodes = ["parameters", "requestBody", "responses"].map(|key| &operation.value[key]);
    nodes.iter().any(|node| within(node) || spec.reached(node).iter().any(|name| spec.schema(name).is_some_and(within)))
}

/// The arguments of an operation that a list knows the values of, with their `x-listed-by`.
pub fn links<'a>(spec: &'a Spec, operation: &OperationAt<'a>) -> Vec<(&'a str, &'a Value)> {
    let parameters = operation.parameters().map(|parameter| (text(parameter, "name"), parameter));
    let body = operation.request_schema().map(|schema| spec.resolve(schema).1);
    let properties =
        body.into_iter().flat_map(|body| members(body, "properties")).map(|(name, property)| (name.as_str(), property));
    parameters.chain(properties).filter_map(|(name, node)| Some((name, node.get("x-listed-by")?))).collect()
}

fn pagination(pagination: &Value) -> TokenStream {
    let number = |key: &str| Literal::u64_unsuffixed(pagination.get(key).and_then(Value::as_u64).unwrap_or(0));
    let items = text(pagination, "items");
    let start = match text(pagination, "style") {
        "page" => {
            let (parameter, first, max) = (text(pagination, "page"), number("first_page"), number("max_page"));
            quote!(Pagination::page(#parameter, #first, #max, #items))
        }
        "offset" => {
            let (parameter, max) = (text(pagination, "offset"), number("max_offset"));
            quote!(Pagination::offset(#parameter, #max, #items))
        }
        _ => quote!(Pagination::whole(#items)),
    };
    let size = pagination.get("size").and_then(Value::as_str).map(|parameter| {
        let max = number("max_size");
        quote!(.size(#parameter, #max))
    });
    let total = pagination.get("total").and_then(Value::as_str).map(|total| quote!(.total(#total)));
    quote!(#start #size #total)
}

fn history_of(spec: &Spec, operation: &OperationAt<'_>, history: &Value) -> TokenStream {
    let templates = |key: &str| {
        let given = history.get(key).map(templates).unwrap_or_default();
        quote!(&[#(#given),*])
    };
    let [time, actor, action, subject, detail] = ["time", "actor", "action", "subject", "detail"].map(templates);
    let since = history.get("since").and_then(Value::as_str).map(|name| quote!(.since(#name)));
    let words = words(spec, operation, history);
    let words = (!words.is_empty()).then(|| quote!(.words(&[#(#words),*])));
    quote!(EventMapping::new(#time, #actor, #action, #subject).detail(#detail)#since #words)
}

/// What stands behind the pointer of a place that wants the words for a value instead of the value.
pub const WORDS: &str = ":words";

/// One template or a list of them.
fn templates(given: &Value) -> Vec<String> {
    match given {
        Value::Array(templates) => templates.iter().map(docs::plain).collect(),
        template => vec![docs::plain(template)],
    }
}

/// The words for the values that the templates of a history name.
fn words(spec: &Spec, operation: &OperationAt<'_>, history: &Value) -> Vec<TokenStream> {
    let templates: Vec<String> =
        history.as_object().into_iter().flatten().flat_map(|(_, given)| templates(given)).collect();
    let places =
        templates.iter().flat_map(|template| template.split('{').skip(1)).filter_map(|part| part.split_once('}'));
    let wanted: BTreeSet<&str> = places.filter_map(|(place, _)| place.strip_suffix(WORDS)).collect();
    let item = spec.item(operation);
    let tables = wanted.into_iter().filter_map(|place| {
        let schema = spec.target(item?, place)?;
        let pairs = values(schema).map(docs::plain).zip(list(schema, "x-enum-descriptions").map(docs::plain));
        let pairs = pairs.map(|(value, words)| quote!((#value, #words)));
        Some(quote!(Words::new(#place, &[#(#pairs),*])))
    });
    tables.collect()
}
