//! The module `service`: the service, its operations and their rules, as data.

use std::collections::BTreeSet;

use heck::ToShoutySnakeCase as _;
use proc_macro2::{Literal, TokenStream};
use quote::{format_ident, quote};
use syn::{Ident, Item, parse_quote};

use super::print::Printer;
use crate::{
    docs,
    kind::Kind,
    spec::{
        Format, Location, Operation, Parameter, Schema, Spec, Type,
        extensions::{Changes, History, ListedBy, Order, Pagination, Scope, Style, WORDS, places},
    },
    wire::{Direction, Use},
};

/// Returns the module, formatted.
pub fn service(spec: &Spec, uses: &std::collections::BTreeMap<String, Use>) -> Result<String, String> {
    let operations = spec.operations();
    let constants = operations.iter().map(|operation| format_ident!("{}", operation.id.to_uppercase()));
    let id = &spec.service;
    let name = &spec.document.service.name;
    let title = spec.title();
    let scope = match spec.document.service.scope {
        Scope::Project => quote!(Project),
        Scope::Domain => quote!(Domain),
    };
    let endpoints = spec.document.servers.iter().map(|server| {
        let (region, url) = (&server.region, &server.url);
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
    for operation in operations {
        code.items(vec![metadata(spec, operation)])?;
    }
    let is_request = |name: &String| uses.get(name).is_some_and(|used| used.direction() == Direction::Request);
    for (name, schema) in spec.schemas().filter(|(name, schema)| is_request(name) && schema.properties.is_some()) {
        code.items(vec![object_rule(spec, name, schema)])?;
    }
    code.finish()
}

fn metadata(spec: &Spec, operation: &Operation) -> Item {
    let constant = format_ident!("{}", operation.id.to_uppercase());
    let (id, api, path) = (&operation.id, &operation.source.api, &operation.path);
    let method = operation.method.to_string();
    let mut chain = vec![quote!(Operation::new(#id, #api, #method, #path))];
    if operation.retry_safe {
        chain.push(quote!(.retry_safe()));
    }
    if operation.is_anonymous() {
        chain.push(quote!(.anonymous()));
    }
    if holds_secrets(spec, operation) {
        chain.push(quote!(.secrets()));
    }
    let parameters: Vec<TokenStream> = operation.arguments().map(|parameter| parameter_of(spec, parameter)).collect();
    if !parameters.is_empty() {
        chain.push(quote!(.parameters(&[#(#parameters),*])));
    }
    if let Some(name) = operation.request_schema().and_then(Schema::reference) {
        let rules = rules_name(name);
        chain.push(quote!(.body(&#rules)));
    }
    let listed_by: Vec<TokenStream> = spec
        .links(operation)
        .into_iter()
        .map(|(argument, ListedBy { service, operation, value, title })| {
            let service = service.as_ref().unwrap_or(&spec.service);
            let title = title.as_ref().map(|title| quote!(.title(#title)));
            quote!(ListedBy::new(#argument, #service, #operation, #value) #title)
        })
        .collect();
    if !listed_by.is_empty() {
        chain.push(quote!(.listed_by(&[#(#listed_by),*])));
    }
    if let Some(outcome) = operation.success().and_then(|(_, response)| response.in_band_status.as_ref()) {
        let [code, message] = [&outcome.code, &outcome.message].map(|pointer| pointer.trim_start_matches('/'));
        let (success, failure) = (&outcome.success, &outcome.failure);
        let status = outcome.status.as_ref().map(|status| {
            let status = status.trim_start_matches('/');
            quote!(.status(#status, &[#(#failure),*]))
        });
        chain.push(quote!(.in_band_status(InBandStatus::new(#code, #message, &[#(#success),*])#status)));
    }
    if let Some(pagination) = operation.pagination.as_ref().map(pagination) {
        chain.push(quote!(.pagination(#pagination)));
    }
    if let Some(history) = &operation.history {
        let history = history_of(spec, operation, history);
        chain.push(quote!(.history(#history)));
    }
    parse_quote! {
        pub(crate) static #constant: Operation = #(#chain)*;
    }
}

fn parameter_of(spec: &Spec, parameter: &Parameter) -> TokenStream {
    let Parameter { name, location, needs, .. } = parameter;
    let rule = rule(spec, &parameter.schema);
    let must = (parameter.required && *location != Location::Path).then(|| quote!(.required()));
    let location = match location {
        Location::Path => quote!(path),
        Location::Query => quote!(query),
        Location::Header => quote!(header),
    };
    let needs = (!needs.is_empty()).then(|| quote!(.needs(&[#(#needs),*])));
    quote!(Parameter::#location(#name, #rule)#must #needs)
}

/// Returns the name of the static with the rules of a component.
fn rules_name(component: &str) -> Ident {
    format_ident!("{}_RULES", component.to_shouty_snake_case())
}

/// Returns the rules of the members of a request component.
fn object_rule(spec: &Spec, name: &str, schema: &Schema) -> Item {
    let constant = rules_name(name);
    let members = schema.properties().map(|(key, property)| {
        let word = if schema.required.contains(key) { format_ident!("required") } else { format_ident!("optional") };
        let rule = rule(spec, property);
        quote!(Member::#word(#key, #rule))
    });
    parse_quote! {
        static #constant: ObjectRule = ObjectRule::new(#name, &[#(#members),*]);
    }
}

/// Returns the rule of a schema.
fn rule(spec: &Spec, schema: &Schema) -> TokenStream {
    let (_, target) = spec.resolve(schema);
    let start = match Kind::of(spec, schema) {
        Kind::Millis => return with_default(quote!(Rule::millis()), schema, target),
        Kind::Secret => return quote!(Rule::secret()),
        Kind::Any => return quote!(Rule::any()),
        Kind::Object(name) => {
            let rules = rules_name(&name);
            return quote!(Rule::object(&#rules));
        }
        Kind::Enum(_) if target.kind == Some(Type::Integer) => quote!(Rule::integer()),
        Kind::Text if target.format == Some(Format::Alphanumeric) => quote!(Rule::alphanumeric()),
        Kind::Enum(_) | Kind::Text => quote!(Rule::text()),
        Kind::Integer => quote!(Rule::integer()),
        Kind::Number => quote!(Rule::number()),
        Kind::Boolean => quote!(Rule::boolean()),
        Kind::List(_) => {
            let item = target.items.as_ref().map(|items| rule(spec, items));
            quote!(Rule::list(&#item))
        }
        Kind::Map(_) => {
            let value = target.additional_properties.as_ref().map(|value| rule(spec, value));
            quote!(Rule::map(&#value))
        }
    };
    let (lowest, highest) = target.bounds();
    // A minimum length or count of zero does not restrict anything.
    let lowest = lowest.filter(|min| *min != 0 || target.minimum.is_some());
    let [min, max] = [("min", lowest), ("max", highest)].map(|(word, bound)| {
        bound.map(|bound| {
            let (word, bound) = (format_ident!("{word}"), Literal::i64_unsuffixed(bound));
            quote!(.#word(#bound))
        })
    });
    let known: Vec<String> = target.values().map(docs::plain).collect();
    let known = (!known.is_empty()).then(|| {
        let word = if target.closed.is_some() { format_ident!("one_of") } else { format_ident!("known") };
        quote!(.#word(&[#(#known),*]))
    });
    with_default(quote!(#start #min #max #known), schema, target)
}

fn with_default(rule: TokenStream, schema: &Schema, target: &Schema) -> TokenStream {
    match schema.default.as_ref().or(target.default.as_ref()).map(docs::plain) {
        Some(default) => quote!(#rule.default(#default)),
        None => rule,
    }
}

/// Returns whether a parameter, a body or a header of an operation has the format `password`.
fn holds_secrets(spec: &Spec, operation: &Operation) -> bool {
    let is_secret =
        |schemas: &[(String, &Schema)]| schemas.iter().any(|(_, schema)| schema.format == Some(Format::Password));
    let own = operation.schemas();
    let mut components = spec.reached(&own).into_iter().filter_map(|name| spec.schema(name));
    is_secret(&own) || components.any(|schema| is_secret(&schema.all("")))
}

fn pagination(pagination: &Pagination) -> TokenStream {
    let (items, number) = (&pagination.items, Literal::u32_unsuffixed);
    let sized = |start: TokenStream, size: &str, max_size: u32| {
        let max_size = number(max_size);
        quote!(#start.size(#size, #max_size))
    };
    let start = match &pagination.style {
        Style::Page { page, first_page, max_page, size, max_size } => {
            let (first, last) = (number(*first_page), number(*max_page));
            sized(quote!(Pagination::page(#page, #first, #last, #items)), size, *max_size)
        }
        Style::Offset { offset, max_offset, size, max_size } => {
            let max_offset = number(*max_offset);
            sized(quote!(Pagination::offset(#offset, #max_offset, #items)), size, *max_size)
        }
        Style::Marker { marker, next, size, max_size } => {
            sized(quote!(Pagination::marker(#marker, #next, #items)), size, *max_size)
        }
        Style::Whole {} => quote!(Pagination::whole(#items)),
    };
    let total = pagination.total.as_ref().map(|total| quote!(.total(#total)));
    let members: Vec<&str> = pagination.id().collect();
    let id = (!members.is_empty()).then(|| quote!(.id(&[#(#members),*])));
    let order = pagination.order.as_ref().map(|Order { argument, newest_first, oldest_first }| {
        quote!(.order(ItemOrder::new(#argument, #newest_first, #oldest_first)))
    });
    quote!(#start #total #id #order)
}

fn history_of(spec: &Spec, operation: &Operation, history: &History) -> TokenStream {
    let [time, actor, action, actor_id, detail, id] = history.fields().map(|(_, templates)| templates);
    let lists = [("actor_id", actor_id), ("detail", detail), ("id", id), ("digest", &history.digest)];
    let lists = lists.into_iter().filter(|(_, list)| !list.is_empty()).map(|(name, list)| {
        let name = format_ident!("{name}");
        quote!(.#name(&[#(#list),*]))
    });
    let changes = history.changes.as_ref().map(|Changes { each, field, old, new, times }| {
        let times = (!times.is_empty()).then(|| quote!(.times(&[#(#times),*])));
        quote!(.changes(Changes::new(#each, #field, #old, #new)#times))
    });
    let since = history.since.as_ref().map(|name| quote!(.since(#name)));
    let until = history.until.as_ref().map(|name| quote!(.until(#name)));
    let words = words(spec, operation, history);
    let words = (!words.is_empty()).then(|| quote!(.words(&[#(#words),*])));
    quote!(EventMapping::new(&[#(#time),*], &[#(#actor),*], &[#(#action),*])#(#lists)* #changes #since #until #words)
}

/// Returns the descriptions of the values that the templates of a history use.
fn words(spec: &Spec, operation: &Operation, history: &History) -> Vec<TokenStream> {
    let templates = history.fields().into_iter().flat_map(|(_, templates)| templates);
    let wanted: BTreeSet<&str> =
        templates.flat_map(|template| places(template)).filter_map(|place| place.strip_suffix(WORDS)).collect();
    let item = spec.item(operation);
    let tables = wanted.into_iter().filter_map(|place| {
        let schema = spec.target(item?, place)?;
        let pairs = schema.values().map(docs::plain).zip(schema.words());
        let pairs = pairs.map(|(value, words)| quote!((#value, #words)));
        Some(quote!(Words::new(#place, &[#(#pairs),*])))
    });
    tables.collect()
}
