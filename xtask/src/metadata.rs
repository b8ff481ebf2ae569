//! The module `operations`: what the spec says of the service and its operations, as data, and how to call each by
//! name.

use std::collections::BTreeSet;

use heck::ToPascalCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Item, parse_quote};

use crate::{
    docs,
    emit::{self, Printer},
    project::required,
    spec::{OperationAt, Spec, list, members, reference, text, values},
};

/// The module, formatted.
pub fn emit(spec: &Spec) -> Result<String, String> {
    let operations = spec.operations();
    let entries = operations.iter().map(|operation| entry(operation)).collect::<Result<Vec<_>, String>>()?;
    let id = &spec.service;
    let name = spec.text_at("/x-service/name");
    let title = spec.text_at("/info/title");
    let scope = match spec.text_at("/x-service/scope") {
        "project" => quote!(Project),
        _ => quote!(Domain),
    };
    let endpoints = list(&spec.value, "servers").map(|server| {
        let (region, url) = (text(server, "x-region"), text(server, "url"));
        quote!(::huaweicloud_core::Endpoint { region: #region, url: #url })
    });
    let doc = format!(" {title}: its endpoints and operations.");
    let mut code = Printer::new("types");
    code.declares(parse_quote!(
        use huaweicloud_core::dynamic::{self, Arguments};
    ));
    code.declares(parse_quote!(
        use crate::types;
    ));
    code.items(vec![parse_quote! {
        #[doc = #doc]
        pub static SERVICE: ::huaweicloud_core::Service = ::huaweicloud_core::Service {
            id: #id,
            name: #name,
            title: #title,
            scope: ::huaweicloud_core::Scope::#scope,
            endpoints: &[#(#endpoints),*],
            operations: &[#(#entries),*],
            spec: include_str!("../openapi.json"),
        };
    }])?;
    for operation in &operations {
        code.items(vec![metadata(spec, operation)])?;
    }
    for operation in &operations {
        code.items(vec![request(operation)])?;
    }
    code.finish()
}

fn entry(operation: &OperationAt<'_>) -> Result<TokenStream, String> {
    let constant = format_ident!("{}", operation.id().to_uppercase());
    let function = format_ident!("{}", operation.id());
    let kind =
        |schema: Option<&Value>| schema.and_then(reference).map(|name| format_ident!("{}", name.to_pascal_case()));
    let response =
        kind(operation.response_schema()).ok_or_else(|| format!("{} has no response type", operation.id()))?;
    let body = optional(kind(operation.request_schema()).map(|kind| quote!(dynamic::body::<types::#kind>)));
    Ok(quote! {
        ::huaweicloud_core::Entry {
            operation: &#constant,
            request: #function,
            answer: dynamic::answer::<types::#response>,
            body: #body,
        }
    })
}

fn metadata(spec: &Spec, operation: &OperationAt<'_>) -> Item {
    let constant = format_ident!("{}", operation.id().to_uppercase());
    let id = operation.id();
    let api = text(&operation.value["x-source"], "api");
    let summary = text(operation.value, "summary");
    let source = docs::source(operation.value);
    let iam_action = optional(operation.value.get("x-iam-action").and_then(Value::as_str));
    let method = operation.method.to_uppercase();
    let path = operation.path;
    let retry_safe = operation.method == "get" || operation.value.get("x-retry-safe") == Some(&Value::Bool(true));
    let anonymous = operation.is_anonymous();
    let body = operation.request_schema().is_some();
    let secrets = holds_secrets(spec, operation);
    let parameters = operation.parameters().map(|parameter| {
        let name = text(parameter, "name");
        let setter = emit::setter(name);
        let location = format_ident!("{}", text(parameter, "in").to_pascal_case());
        let kind = match text(spec.resolve(&parameter["schema"]).1, "type") {
            "integer" => quote!(Integer),
            "number" => quote!(Number),
            "boolean" => quote!(Boolean),
            "array" => quote!(List),
            _ => quote!(Text),
        };
        let required = required(parameter);
        let needs = list(parameter, "x-needs").map(docs::plain);
        let description = emit::parameter_doc(spec, parameter);
        let example = optional(parameter.get("example").map(docs::plain));
        quote! {
            ::huaweicloud_core::Parameter {
                name: #name,
                setter: #setter,
                location: ::huaweicloud_core::Location::#location,
                kind: ::huaweicloud_core::Kind::#kind,
                required: #required,
                needs: &[#(#needs),*],
                description: #description,
                example: #example,
            }
        }
    });
    let listed_by = links(spec, operation).into_iter().map(|(argument, link)| {
        let service = link.get("service").and_then(Value::as_str).unwrap_or(&spec.service);
        let (lister, value) = (text(link, "operation"), text(link, "value"));
        quote! {
            ::huaweicloud_core::ListedBy { argument: #argument, service: #service, operation: #lister, value: #value }
        }
    });
    let outcome = operation.success().and_then(|(_, response)| response.get("x-outcome")).map(|outcome| {
        let member = |key: &str| text(outcome, key).trim_start_matches('/').to_owned();
        let status = optional(outcome.get("status").map(|_| member("status")));
        let (code, message) = (member("code"), member("message"));
        let success = list(outcome, "success").map(docs::plain);
        let failure = list(outcome, "failure").map(docs::plain);
        quote!(::huaweicloud_core::Outcome { status: #status, code: #code, message: #message, success: &[#(#success),*], failure: &[#(#failure),*] })
    });
    let pagination = operation.value.get("x-pagination").map(pagination);
    let history = operation.value.get("x-history").map(|history| {
        let templates = |key: &str| {
            let given = match history.get(key) {
                Some(Value::Array(templates)) => templates.iter().map(docs::plain).collect(),
                Some(template) => vec![docs::plain(template)],
                None => Vec::new(),
            };
            quote!(&[#(#given),*])
        };
        let (time, actor, action) = (templates("time"), templates("actor"), templates("action"));
        let (subject, detail) = (templates("subject"), templates("detail"));
        let since = optional(history.get("since").and_then(Value::as_str));
        let words = words(spec, operation, history);
        quote! {
            ::huaweicloud_core::History {
                time: #time, actor: #actor, action: #action, subject: #subject, detail: #detail, since: #since,
                words: &[#(#words),*],
            }
        }
    });
    let (outcome, pagination, history) = (optional(outcome), optional(pagination), optional(history));
    parse_quote! {
        pub(crate) static #constant: ::huaweicloud_core::Operation = ::huaweicloud_core::Operation {
            id: #id,
            api: #api,
            summary: #summary,
            source: #source,
            iam_action: #iam_action,
            method: #method,
            path: #path,
            retry_safe: #retry_safe,
            anonymous: #anonymous,
            parameters: &[#(#parameters),*],
            listed_by: &[#(#listed_by),*],
            body: #body,
            secrets: #secrets,
            outcome: #outcome,
            pagination: #pagination,
            history: #history,
        };
    }
}

/// What stands behind the pointer of a place that wants the words for a value instead of the value.
pub const WORDS: &str = ":words";

/// The words for the values that the templates of a history name.
fn words(spec: &Spec, operation: &OperationAt<'_>, history: &Value) -> Vec<TokenStream> {
    let templates: Vec<String> = history
        .as_object()
        .into_iter()
        .flatten()
        .flat_map(|(_, templates)| match templates {
            Value::Array(templates) => templates.iter().map(docs::plain).collect(),
            template => vec![docs::plain(template)],
        })
        .collect();
    let places =
        templates.iter().flat_map(|template| template.split('{').skip(1)).filter_map(|part| part.split_once('}'));
    let wanted: BTreeSet<&str> = places.filter_map(|(place, _)| place.strip_suffix(WORDS)).collect();
    let item = operation.response_schema().and_then(|schema| {
        let items = spec.target(schema, text(&operation.value["x-pagination"], "items"))?;
        Some(&items["items"])
    });
    let tables = wanted.into_iter().filter_map(|place| {
        let schema = spec.target(item?, place)?;
        let pairs = values(schema).map(docs::plain).zip(list(schema, "x-enum-descriptions").map(docs::plain));
        let pairs = pairs.map(|(value, words)| quote!((#value, #words)));
        Some(quote!(::huaweicloud_core::Words { place: #place, of: &[#(#pairs),*] }))
    });
    tables.collect()
}

/// Whether a parameter, a body or a header of an operation has the format `password`.
fn holds_secrets(spec: &Spec, operation: &OperationAt<'_>) -> bool {
    fn within(node: &Value) -> bool {
        match node {
            Value::Object(members) => {
                node["format"] == "password"
                    || members
                        .iter()
                        .any(|(key, member)| !matches!(key.as_str(), "example" | "examples") && within(member))
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
    let number =
        |key: &str| proc_macro2::Literal::u64_unsuffixed(pagination.get(key).and_then(Value::as_u64).unwrap_or(0));
    let items = text(pagination, "items");
    let total = optional(pagination.get("total").and_then(Value::as_str));
    let style = match text(pagination, "style") {
        "page" => {
            let (parameter, first, max) = (text(pagination, "page"), number("first_page"), number("max_page"));
            quote!(Page { parameter: #parameter, first: #first, max: #max })
        }
        "offset" => {
            let (parameter, max) = (text(pagination, "offset"), number("max_offset"));
            quote!(Offset { parameter: #parameter, max: #max })
        }
        _ => quote!(Whole),
    };
    let size = optional(pagination.get("size").and_then(Value::as_str).map(|parameter| {
        let max = number("max_size");
        quote!(::huaweicloud_core::PageSize { parameter: #parameter, max: #max })
    }));
    quote! {
        ::huaweicloud_core::Pagination {
            style: ::huaweicloud_core::PageStyle::#style,
            size: #size,
            items: #items,
            total: #total,
        }
    }
}

fn optional<T: quote::ToTokens>(value: Option<T>) -> TokenStream {
    match value {
        Some(value) => quote!(Some(#value)),
        None => quote!(None),
    }
}

/// A function that makes the request of an operation, with arguments by name.
fn request(operation: &OperationAt<'_>) -> Item {
    let function = format_ident!("{}", operation.id());
    let mut steps = Vec::new();
    for parameter in operation.parameters() {
        let name = text(parameter, "name");
        let field = format_ident!("{}", emit::setter(name));
        steps.push(match required(parameter) {
            // It stays unset, which the request complains of.
            true => quote!(if let Some(value) = arguments.take(#name)? {
                call.#field = Ok(value);
            }),
            false => quote!(call.#field = Ok(arguments.take(#name)?);),
        });
    }
    if let Some(name) = operation.request_schema().and_then(reference) {
        let kind = format_ident!("{}", name.to_pascal_case());
        steps.push(quote! {
            if let Some(body) = arguments.take::<types::#kind>("body")? {
                call.body = Ok(body.into());
            }
        });
    }
    let (take, call) = match steps.is_empty() {
        true => (quote!(arguments), quote!(let call)),
        false => (quote!(mut arguments), quote!(let mut call)),
    };
    parse_quote! {
        fn #function(
            client: ::huaweicloud_core::Client,
            #take: Arguments,
        ) -> Result<::huaweicloud_core::Request, ::huaweicloud_core::Error> {
            #call = crate::Client::from(client).#function();
            #(#steps)*
            arguments.finish()?;
            call.request()
        }
    }
}
