//! Rust code: progenitor decides names and types, the seam decides what the methods do.
//!
//! progenitor's own methods would form-encode the query, add an `api-version` header nobody asked for, and lose
//! status and request id of an answer that is no JSON. So the seam keeps the types and the builders' fields and
//! writes the bodies anew: every request goes through `huaweicloud_core::Request` and its one transport. Each step
//! counts what it replaced and fails if an operation or a type was missed, so it cannot rot when the generator changes.

use std::collections::{BTreeMap, BTreeSet};

use heck::{ToPascalCase as _, ToSnakeCase as _};
use proc_macro2::{Delimiter, Group, TokenStream, TokenTree};
use progenitor::{GenerationSettings, Generator, InterfaceStyle, TagStyle};
use quote::{ToTokens as _, format_ident, quote};
use schemars::schema::{InstanceType, SchemaObject};
use serde_json::Value;
use syn::{Attribute, Fields, Ident, Item, ItemStruct, Type, parse_quote, visit_mut::VisitMut};

use crate::{
    docs,
    project::{Direction, Projection, rust_type},
    spec::{OperationAt, Problem, Result, Spec, list, members, reference, text},
};

/// The generated modules, formatted.
pub struct Code {
    pub types: String,
    pub builder: String,
    pub client: String,
}

/// Generates the code of a service.
pub fn emit(spec: &Spec, projection: &Projection) -> Result<Code> {
    let failed = |reason: String| vec![spec.problem("", format!("does not generate: {reason}"))];
    let file = progenitor(projection).map_err(failed)?;
    let modules = Modules::find(file).map_err(failed)?;
    Ok(Code {
        types: types(spec, projection, modules.types).map_err(failed)?,
        builder: builders(spec, modules.builder).and_then(|items| format_items(items, "types")).map_err(failed)?,
        client: format_items(client(spec), "types").map_err(failed)?,
    })
}

/// Runs progenitor.
fn progenitor(projection: &Projection) -> std::result::Result<Vec<Item>, String> {
    let document: openapiv3::OpenAPI =
        serde_json::from_value(projection.document.clone()).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::default();
    settings
        .with_interface(InterfaceStyle::Builder)
        .with_tag(TagStyle::Merged)
        .with_derive("PartialEq")
        .with_map_type("::std::collections::BTreeMap".to_owned());
    for marker in &projection.markers {
        let schema = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: Some(marker.clone()),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, marker, std::iter::empty());
    }
    let tokens = Generator::new(&settings).generate_tokens(&document).map_err(|error| error.to_string())?;
    parse_items(tokens, false).map_err(|error| error.to_string())
}

fn is(token: &TokenTree, keyword: &str) -> bool {
    matches!(token, TokenTree::Ident(ident) if ident == keyword)
}

/// Parses item by item, and modules from within: one buffer for everything would take more than its share of the time
/// for a large document. Implementations are of use in `types` only; the seam writes all others anew.
fn parse_items(tokens: TokenStream, in_types: bool) -> syn::Result<Vec<Item>> {
    let mut items = Vec::new();
    let mut open: Vec<TokenTree> = Vec::new();
    for token in tokens {
        let inner = match &token {
            // The braces of `use a::{b, c};` end nothing.
            TokenTree::Group(group)
                if group.delimiter() == Delimiter::Brace && !open.iter().any(|token| is(token, "use")) =>
            {
                Some(group.stream())
            }
            TokenTree::Punct(punct) if punct.as_char() == ';' => None,
            _ => {
                open.push(token);
                continue;
            }
        };
        if !in_types && open.iter().any(|token| is(token, "impl")) {
            open.clear();
            continue;
        }
        let name = match (inner.is_some(), open.as_slice()) {
            (true, [.., keyword, TokenTree::Ident(name)]) if is(keyword, "mod") => Some(name.clone()),
            _ => None,
        };
        match (inner, name) {
            (Some(inner), Some(name)) => {
                let empty = TokenTree::Group(Group::new(Delimiter::Brace, TokenStream::new()));
                let mut module: syn::ItemMod = syn::parse2(open.drain(..).chain([empty]).collect())?;
                module.content = Some((syn::token::Brace::default(), parse_items(inner, in_types || name == "types")?));
                items.push(Item::Mod(module));
            }
            _ => items.push(syn::parse2(open.drain(..).chain([token]).collect())?),
        }
    }
    Ok(items)
}

struct Modules {
    types: Vec<Item>,
    builder: Vec<Item>,
}

impl Modules {
    fn find(items: Vec<Item>) -> std::result::Result<Self, String> {
        let mut modules: BTreeMap<String, Vec<Item>> = items.into_iter().filter_map(named_module).collect();
        let mut take = |name: &str| modules.remove(name).ok_or_else(|| format!("the generator made no module {name}"));
        Ok(Self { types: take("types")?, builder: take("builder")? })
    }
}

fn named_module(item: Item) -> Option<(String, Vec<Item>)> {
    match item {
        Item::Mod(module) => Some((module.ident.to_string(), module.content?.1)),
        _ => None,
    }
}

/// The module `types`: response types made tolerant, builders for request types only, enums added.
fn types(spec: &Spec, projection: &Projection, items: Vec<Item>) -> std::result::Result<String, String> {
    let direction = |name: &str| Some(projection.uses.get(name)?.direction());
    let is_request = |name: &str| direction(name) == Some(Direction::Request);
    let has_request = spec.schemas().any(|(name, schema)| schema.get("enum").is_none() && is_request(name));
    let operations = spec.operations();
    // By name of the answer; the first of several operations with the same one.
    let answers: BTreeMap<&str, &OperationAt<'_>> = operations
        .iter()
        .rev()
        .filter_map(|operation| Some((reference(operation.response_schema()?)?, operation)))
        .collect();
    let mut kept = Vec::new();
    let mut seen = BTreeSet::new();
    for item in items {
        match item {
            Item::Struct(mut item) => {
                let name = item.ident.to_string();
                let schema = spec
                    .schema(&name)
                    .ok_or_else(|| format!("the generator made a type {name} that no schema has the name of"))?;
                seen.insert(name.clone());
                order_fields(&mut item, schema);
                if is_request(&name) {
                    kept.push(Item::Struct(item));
                } else {
                    kept.extend(tolerant(item, answers.get(name.as_str()).copied())?);
                }
            }
            Item::Impl(item) => {
                if is_request(&item.self_ty.to_token_stream().to_string()) {
                    kept.push(Item::Impl(document_methods(item)));
                }
            }
            Item::Mod(mut module) if module.ident == "builder" => {
                if let (true, Some((_, items))) = (has_request, &mut module.content) {
                    let all = std::mem::take(items);
                    *items = type_builders(spec, all, &is_request);
                    kept.push(Item::Mod(module));
                }
            }
            Item::Mod(module) if module.ident == "error" => {
                if has_request {
                    kept.push(Item::Mod(module));
                }
            }
            other => return Err(format!("the generator made something unknown: {}", other.to_token_stream())),
        }
    }
    let mut enums = String::new();
    for (name, schema) in spec.schemas() {
        if schema.get("enum").is_some() {
            let used = projection.uses.get(name).cloned().unwrap_or_default();
            enums.push_str(&values(name, schema, &docs::schema(schema, &used)));
        } else if !seen.contains(name) {
            return Err(format!("the generator made no type for the schema {name}"));
        }
    }
    Ok(format_items(kept, "")? + &enums)
}

/// Fields in the order of the page, not of the alphabet.
fn order_fields(item: &mut ItemStruct, schema: &Value) {
    let Fields::Named(fields) = &mut item.fields else { return };
    let position = |ident: &Option<Ident>| {
        let name = ident.as_ref().map(ToString::to_string).unwrap_or_default();
        members(schema, "properties").position(|(key, _)| setter(key) == name)
    };
    let mut sorted: Vec<_> = std::mem::take(&mut fields.named).into_iter().collect();
    sorted.sort_by_key(|field| position(&field.ident));
    fields.named = sorted.into_iter().collect();
}

/// Every field of a response may be missing, null, or of another type.
/// What a whole answer is gets fields for its documented headers too.
fn tolerant(mut item: ItemStruct, answered: Option<&OperationAt<'_>>) -> std::result::Result<Vec<Item>, String> {
    let name = item.ident.clone();
    item.attrs.retain(|attribute| !attribute.path().is_ident("derive"));
    item.attrs
        .push(parse_quote!(#[derive(::serde::Deserialize, ::serde::Serialize, Clone, Debug, Default, PartialEq)]));
    for field in &mut fields_of(&mut item)?.named {
        let rename = field.attrs.iter().filter(|attribute| attribute.path().is_ident("serde")).find_map(rename_of);
        let (read, skip) = match last_segment(&field.ty).as_deref() {
            Some("Option") => ("huaweicloud_core::lenient::field", "Option::is_none"),
            Some("List") => ("huaweicloud_core::lenient::list", "List::is_absent"),
            _ => return Err(format!("{name} has a field that is neither optional nor a list")),
        };
        field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
        field.attrs.push(match rename {
            Some(wire) => {
                parse_quote!(#[serde(rename = #wire, default, deserialize_with = #read, skip_serializing_if = #skip)])
            }
            None => parse_quote!(#[serde(default, deserialize_with = #read, skip_serializing_if = #skip)]),
        });
    }
    let mut items: Vec<Item> = vec![parse_quote!(::huaweicloud_core::lenient_object! { #name })];
    if let Some(operation) = answered {
        let mut takes = Vec::new();
        for (wire, header) in operation.response_headers() {
            let ident = format_ident!("{}", setter(wire));
            let kind: Type =
                syn::parse_str(&rust_type(&header["schema"], Direction::Response, false)).map_err(|e| e.to_string())?;
            let doc = format!("{}\n\nFrom the header `{wire}`; not part of the body.", text(header, "description"));
            let field: syn::FieldsNamed = parse_quote!({ #[doc = #doc] #[serde(skip)] pub #ident: Option<#kind> });
            fields_of(&mut item)?.named.extend(field.named);
            takes.push(quote!(#ident: #wire));
        }
        items.push(parse_quote!(::huaweicloud_core::answer! { #name { #(#takes),* } }));
    }
    items.insert(0, Item::Struct(item));
    Ok(items)
}

fn fields_of(item: &mut ItemStruct) -> std::result::Result<&mut syn::FieldsNamed, String> {
    match &mut item.fields {
        Fields::Named(fields) => Ok(fields),
        _ => Err(format!("{} has no named fields", item.ident)),
    }
}

fn rename_of(attribute: &Attribute) -> Option<String> {
    let mut name = None;
    // Other keys carry values of other kinds; only the first string after `rename` matters.
    let _ = attribute.parse_nested_meta(|meta| {
        let value: syn::LitStr = match meta.input.peek(syn::Token![=]) {
            true => meta.value()?.parse()?,
            false => return Ok(()),
        };
        if meta.path.is_ident("rename") {
            name = Some(value.value());
        }
        Ok(())
    });
    name
}

fn last_segment(kind: &Type) -> Option<String> {
    match kind {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

fn document_methods(mut item: syn::ItemImpl) -> syn::ItemImpl {
    for member in &mut item.items {
        if let syn::ImplItem::Fn(method) = member {
            method.attrs = vec![parse_quote!(#[doc = "Collects the fields one by one."])];
        }
    }
    item
}

/// The builders of request types: documented, and with setters that take the value itself and not an `Option`.
fn type_builders(spec: &Spec, items: Vec<Item>, is_request: &dyn Fn(&str) -> bool) -> Vec<Item> {
    let of = |kind: &Type| last_segment(kind).unwrap_or_default();
    let mut kept = Vec::new();
    let mut fields: BTreeMap<String, Vec<(String, Type)>> = BTreeMap::new();
    for item in items {
        match item {
            Item::Struct(mut item) if is_request(&item.ident.to_string()) => {
                let name = item.ident.to_string();
                for field in &mut item.fields {
                    // A walk through pages reads where the caller wants to begin.
                    field.vis = parse_quote!(pub(crate));
                    let ident = field.ident.as_ref().map(ToString::to_string).unwrap_or_default();
                    fields.entry(name.clone()).or_default().push((ident, field.ty.clone()));
                }
                let doc = format!("Collects the fields of [`{name}`](super::{name}).");
                item.attrs.insert(0, parse_quote!(#[doc = #doc]));
                kept.push(Item::Struct(item));
            }
            Item::Impl(item) if is_request(&of(&item.self_ty)) => {
                if item.trait_.is_some() {
                    kept.push(Item::Impl(item));
                    continue;
                }
                let name = of(&item.self_ty);
                let schema = spec.schema(&name);
                let setters = fields.get(&name).into_iter().flatten().map(|(field, kind)| {
                    let property = schema
                        .into_iter()
                        .flat_map(|schema| members(schema, "properties"))
                        .find(|(key, _)| setter(key) == *field);
                    let (wire, doc) = property.map_or((field.clone(), String::new()), |(key, property)| {
                        (key.clone(), docs::property(spec, property, Direction::Request))
                    });
                    field_setter(field, &wire, &doc, kind)
                });
                let ident = format_ident!("{name}");
                kept.push(parse_quote!(impl #ident { #(#setters)* }));
            }
            _ => {}
        }
    }
    kept
}

/// A setter of a body's field. Its sentence begins with the name, because the body may nest it deeper.
fn field_setter(field: &str, wire: &str, doc: &str, kind: &Type) -> TokenStream {
    let message = format!("{wire}: {{error}}");
    setter_method(&format_ident!("{field}"), doc, kind, &quote!(|error| format!(#message)))
}

/// A setter that converts, and keeps the sentence of the rule that a value broke.
fn setter_method(ident: &Ident, doc: &str, kind: &Type, sentence: &TokenStream) -> TokenStream {
    let (value, optional) = unwrap_setting(kind);
    let keep = if optional { quote!(.map(Some)) } else { TokenStream::new() };
    quote! {
        #[doc = #doc]
        pub fn #ident<V>(mut self, value: V) -> Self
        where
            V: TryInto<#value>,
            V::Error: ::std::fmt::Display,
        {
            self.#ident = value.try_into()#keep.map_err(#sentence);
            self
        }
    }
}

/// `Result<Option<T>, String>` or `Result<T, String>`: T, and whether it is optional.
fn unwrap_setting(kind: &Type) -> (Type, bool) {
    let value = first_argument(kind).unwrap_or_else(|| kind.clone());
    match (last_segment(&value).as_deref(), first_argument(&value)) {
        (Some("Option"), Some(inner)) => (inner, true),
        _ => (value, false),
    }
}

fn first_argument(kind: &Type) -> Option<Type> {
    let Type::Path(path) = kind else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(kind) => Some(kind.clone()),
        _ => None,
    })
}

/// An enum over documented values. It stands in a macro, which the printer would put on one line.
fn values(name: &str, schema: &Value, doc: &str) -> String {
    let mut code = "\nhuaweicloud_core::values! {\n".to_owned();
    for line in doc.lines() {
        code.push_str(format!("    /// {line}").trim_end());
        code.push('\n');
    }
    code.push_str(&format!("    pub enum {} {{\n", name.to_pascal_case()));
    for (variant, value) in list(schema, "x-enum-names").zip(list(schema, "enum")) {
        let (variant, value) = (docs::plain(variant), docs::plain(value));
        code.push_str(&format!("        /// `{value}`.\n        {variant} = {value:?},\n"));
    }
    code.push_str("    }\n}\n");
    code
}

/// The module `builder`: one builder for each operation.
fn builders(spec: &Spec, items: Vec<Item>) -> std::result::Result<Vec<Item>, String> {
    let mut generated: BTreeMap<String, ItemStruct> = items
        .into_iter()
        .filter_map(|item| match item {
            Item::Struct(item) => Some((item.ident.to_string(), item)),
            _ => None,
        })
        .collect();
    let mut kept: Vec<Item> = vec![parse_quote!(
        use crate::{Client, operations, types};
    )];
    for operation in spec.operations() {
        let name = operation.id().to_pascal_case();
        let item =
            generated.remove(&name).ok_or_else(|| format!("the generator made no builder for {}", operation.id()))?;
        let answer = operation.response_schema().and_then(reference);
        let answer = answer.ok_or_else(|| format!("{} has no response type", operation.id()))?.to_pascal_case();
        let answer: Type = syn::parse_str(&format!("types::{answer}")).map_err(|error| error.to_string())?;
        kept.extend(builder(spec, &operation, &item, &answer)?);
    }
    if let Some(name) = generated.keys().next() {
        return Err(format!("the generator made a builder {name} that no operation has the name of"));
    }
    Ok(kept)
}

fn builder(
    spec: &Spec,
    operation: &OperationAt<'_>,
    item: &ItemStruct,
    answer: &Type,
) -> std::result::Result<Vec<Item>, String> {
    let name = &item.ident;
    let id = operation.id();
    let metadata = format_ident!("{}", id.to_uppercase());
    let mut fields = Vec::new();
    let mut initial = Vec::new();
    let mut setters = Vec::new();
    for field in item.fields.iter().filter(|field| field.ident.as_ref().is_some_and(|ident| ident != "client")) {
        let ident = field.ident.as_ref().ok_or("a builder has a field without a name")?;
        let kind = first_argument(&field.ty).ok_or("a builder has a field without a type")?;
        fields.push(quote!(#ident: ::huaweicloud_core::Setting<#kind>));
        if ident == "body" {
            initial.push(quote!(#ident: Ok(Default::default())));
            continue;
        }
        let parameter = operation
            .parameters()
            .find(|parameter| ident == setter(text(parameter, "name")).as_str())
            .ok_or_else(|| format!("{id} has a setter {ident} that no parameter has the name of"))?;
        let (_, optional) = unwrap_setting(&field.ty);
        initial.push(if optional {
            quote!(#ident: Ok(None))
        } else {
            quote!(#ident: Err(::huaweicloud_core::UNSET.to_owned()))
        });
        let doc = docs::property(spec, &with_schema(parameter), Direction::Request);
        setters.push(setter_method(ident, &doc, &field.ty, &quote!(|error| error.to_string())));
    }
    let mut steps = Vec::new();
    for parameter in operation.parameters() {
        let wire = text(parameter, "name");
        let ident = format_ident!("{}", setter(wire));
        let required = crate::project::required(parameter);
        let is_list = text(spec.resolve(&parameter["schema"]).1, "type") == "array";
        let value = if required && text(parameter, "in") != "path" && !is_list {
            quote!(self.#ident.map(Some))
        } else {
            quote!(self.#ident)
        };
        steps.push(match (text(parameter, "in"), is_list, required) {
            ("path", ..) => quote!(.path(#wire, #value)?),
            ("header", ..) if text(&parameter["schema"], "format") == "password" => {
                quote!(.secret_header(#wire, #value)?)
            }
            ("header", ..) => quote!(.header(#wire, #value)?),
            (_, true, true) => quote!(.query_list(#wire, #value)?),
            (_, true, false) => quote!(.query_list(#wire, #value.map(|list| list.into_iter().flatten()))?),
            _ => quote!(.query(#wire, #value)?),
        });
    }
    if operation.request_schema().is_some() {
        let body = item
            .fields
            .iter()
            .find(|field| field.ident.as_ref().is_some_and(|ident| ident == "body"))
            .and_then(|field| first_argument(&field.ty))
            .ok_or_else(|| format!("the generator gave {id} no body"))?;
        let body_type = format_ident!("{}", last_segment(&body).ok_or("a body has no type")?);
        setters.push(quote! {
            #[doc = " The whole body."]
            pub fn body<V>(mut self, value: V) -> Self
            where
                V: TryInto<types::#body_type>,
                V::Error: ::std::fmt::Display,
            {
                self.body = value.try_into().map(From::from).map_err(|error| error.to_string());
                self
            }
            #[doc = " Sets fields of the body."]
            pub fn body_map<F>(mut self, change: F) -> Self
            where
                F: FnOnce(#body) -> #body,
            {
                self.body = self.body.map(change);
                self
            }
        });
        steps.push(quote! {
            .json(self.body.and_then(|body| types::#body_type::try_from(body).map_err(|error| error.to_string())))?
        });
    }
    let doc = format!("A call of [`Client::{id}`] in the making.");
    let send_doc = format!(
        "Sends the request: `{} {}`.\n\n# Errors\nWithout sending when a parameter breaks its rule; otherwise when the \
         service refuses, cannot be reached, or answers with something else than it documents.",
        operation.method.to_uppercase(),
        operation.path
    );
    steps.push(quote!(.with(self.options)?));
    let paged = paged(spec, operation, name, answer)?;
    if paged.is_some() {
        setters.push(quote! {
            /// All items, one by one; pages are fetched as they are needed.
            pub fn items(self) -> ::huaweicloud_core::Items<Self> {
                ::huaweicloud_core::Items::new(self)
            }
            /// All pages, fetched as they are asked for.
            pub fn pages(self) -> ::huaweicloud_core::Pages<Self> {
                ::huaweicloud_core::Pages::new(self)
            }
        });
    }
    let mut items = vec![
        parse_quote! {
            #[doc = #doc]
            #[derive(Clone, Debug)]
            #[must_use = "nothing is sent before `send`"]
            pub struct #name { client: Client, options: ::huaweicloud_core::CallOptions, #(#fields,)* }
        },
        parse_quote! {
            impl #name {
                pub(crate) fn new(client: Client) -> Self {
                    Self { client, options: ::huaweicloud_core::CallOptions::new(), #(#initial,)* }
                }
                /// Does this call differently: timeouts, retries, language, more headers or query.
                pub fn with(mut self, options: ::huaweicloud_core::CallOptions) -> Self {
                    self.options = options;
                    self
                }
                #(#setters)*
                #[doc = #send_doc]
                pub async fn send(self) -> Result<::huaweicloud_core::Response<#answer>, ::huaweicloud_core::Error> {
                    let request = ::huaweicloud_core::Request::new(&operations::#metadata)? #(#steps)*;
                    self.client.inner.send(request).await
                }
            }
        },
    ];
    items.extend(paged);
    Ok(items)
}

/// How to walk through the pages of an operation.
fn paged(
    spec: &Spec,
    operation: &OperationAt<'_>,
    name: &Ident,
    answer: &Type,
) -> std::result::Result<Option<Item>, String> {
    let Some(pagination) = operation.value.get("x-pagination") else { return Ok(None) };
    let metadata = format_ident!("{}", operation.id().to_uppercase());
    let response = operation.response_schema().ok_or("a paged operation has no response")?;
    let steps: Vec<&str> = text(pagination, "items").split('/').skip(1).collect();
    let (list_name, parents) = steps.split_last().ok_or("x-pagination has no items")?;
    let mut schema = spec.resolve(response).1;
    for step in &steps {
        schema = spec.resolve(&schema["properties"][*step]).1;
    }
    let item: Type =
        syn::parse_str(&rust_type(&schema["items"], Direction::Response, false)).map_err(|e| e.to_string())?;
    let field = format_ident!("{}", setter(list_name));
    let parents: Vec<Ident> = parents.iter().map(|step| format_ident!("{}", setter(step))).collect();
    let (items, into_items) = match parents.split_first() {
        None => (quote!(&page.#field), quote!(page.#field.into_vec())),
        Some((first, rest)) => (
            quote!(page.#first.as_ref() #(.and_then(|at| at.#rest.as_ref()))* .map(|at| &*at.#field).unwrap_or_default()),
            quote!(page.#first #(.and_then(|at| at.#rest))* .map(|at| at.#field.into_vec()).unwrap_or_default()),
        ),
    };
    let total = match pagination.get("total").and_then(Value::as_str) {
        None => quote!(None),
        Some(total) => {
            let steps: Vec<Ident> = total.split('/').skip(1).map(|step| format_ident!("{}", setter(step))).collect();
            let (last, parents) = steps.split_last().ok_or("x-pagination has no total")?;
            quote!(page #(.#parents.as_ref()?)* .#last)
        }
    };
    let position = match text(pagination, "style") {
        "page" => text(pagination, "page"),
        _ => text(pagination, "offset"),
    };
    let size = text(pagination, "size");
    let is_parameter = |wire: &str| operation.parameters().any(|parameter| text(parameter, "name") == wire);
    let body = operation.request_schema().map(|schema| spec.resolve(schema).1);
    let is_required = |wire: &str| {
        let mut parameters = operation.parameters().filter(|parameter| text(parameter, "name") == wire);
        let in_body = || body.is_some_and(|body| list(body, "required").any(|name| name == wire));
        parameters.next().map_or_else(in_body, crate::project::required)
    };
    let read = |wire: &str| {
        let field = format_ident!("{}", setter(wire));
        let value = match wire {
            "" => return quote!(Ok(None)),
            wire if is_parameter(wire) => quote!(self.#field.clone()),
            _ => quote!(self.body.clone()?.#field),
        };
        if is_required(wire) {
            quote!(::huaweicloud_core::asked(#value))
        } else {
            quote!(#value.map(|set| set.map(i64::from)))
        }
    };
    let set = |wire: &str, value: &str| {
        let (field, value) = (format_ident!("{}", setter(wire)), format_ident!("{value}"));
        match wire {
            "" => TokenStream::new(),
            wire if is_parameter(wire) => quote!(.#field(#value)),
            _ => quote!(.body_map(|body| body.#field(#value))),
        }
    };
    let (read_position, read_size) = (read(position), read(size));
    let at = match (position, size) {
        ("", "") => quote!(
            fn at(self, _: i64, _: i64) -> Self {
                self
            }
        ),
        _ => {
            let (set_position, set_size) = (set(position, "position"), set(size, "size"));
            quote!(fn at(self, position: i64, size: i64) -> Self { self #set_position #set_size })
        }
    };
    let total_argument = if pagination.get("total").is_some() { quote!(page) } else { quote!(_) };
    Ok(Some(parse_quote! {
        impl ::huaweicloud_core::Paged for #name {
            type Page = #answer;
            type Item = #item;
            fn operation(&self) -> &'static ::huaweicloud_core::Operation { &operations::#metadata }
            fn position(&self) -> ::huaweicloud_core::Setting<Option<i64>> { #read_position }
            fn size(&self) -> ::huaweicloud_core::Setting<Option<i64>> { #read_size }
            #at
            fn fetch(
                self,
            ) -> ::huaweicloud_core::BoxFuture<
                'static,
                Result<::huaweicloud_core::Response<Self::Page>, ::huaweicloud_core::Error>,
            > {
                Box::pin(self.send())
            }
            fn items(page: &Self::Page) -> &[Self::Item] { #items }
            fn into_items(page: Self::Page) -> Vec<Self::Item> { #into_items }
            fn total(#total_argument: &Self::Page) -> Option<i64> { #total }
        }
    }))
}

/// A parameter with the rules of its schema, so that it documents like a property.
fn with_schema(parameter: &Value) -> Value {
    let mut merged = parameter["schema"].clone();
    if let Some(object) = merged.as_object_mut() {
        for key in ["description", "x-listed-by", "x-deviation"] {
            if let Some(value) = parameter.get(key) {
                object.insert(key.to_owned(), value.clone());
            }
        }
    }
    merged
}

/// What a parameter means, with its rule, for people who call by name.
pub fn parameter_doc(spec: &Spec, parameter: &Value) -> String {
    let rule = docs::sentence("", &docs::rule(spec, &with_schema(parameter)));
    let mut words = vec![text(parameter, "description").to_owned()];
    words.extend(rule);
    words.join(" ")
}

/// The module `client`.
fn client(spec: &Spec) -> Vec<Item> {
    let title = text(&spec.value["info"], "title");
    let doc = format!("Client of {title}. Cheap to clone; clones share their connections.");
    let methods = spec.operations().into_iter().map(|operation| {
        let id = format_ident!("{}", operation.id());
        let builder = format_ident!("{}", operation.id().to_pascal_case());
        let mut paragraphs = vec![
            text(operation.value, "summary").to_owned(),
            text(operation.value, "description").to_owned(),
            format!("Source: {}, API `{}`.", docs::source(operation.value), text(&operation.value["x-source"], "api")),
        ];
        paragraphs.extend(docs::deviations(operation.value));
        paragraphs.push(format!("```no_run\n{}\n```", example(spec, &operation, &[])));
        let doc = paragraphs.join("\n\n");
        quote! {
            #[doc = #doc]
            pub fn #id(&self) -> builder::#builder {
                builder::#builder::new(self.clone())
            }
        }
    });
    vec![
        parse_quote!(
            use crate::{SERVICE, builder};
        ),
        parse_quote! {
            #[doc = #doc]
            #[derive(Clone, Debug)]
            pub struct Client { pub(crate) inner: huaweicloud_core::Client }
        },
        parse_quote! {
            impl Client {
                /// Makes a client. Nothing is sent yet.
                ///
                /// # Errors
                /// When the service has no endpoint in the configured region; the message lists the regions it has.
                pub fn new(config: &::huaweicloud_core::Config) -> Result<Self, ::huaweicloud_core::Error> {
                    huaweicloud_core::Client::new(config, &SERVICE).map(Self::from)
                }

                /// The way out for what no method here does: any method and path, through the same transport.
                pub fn request(
                    &self,
                    method: huaweicloud_core::http::Method,
                    path: impl Into<String>,
                ) -> ::huaweicloud_core::RawRequest {
                    self.inner.request(method, path)
                }
                #(#methods)*
            }
        },
        parse_quote! {
            impl From<huaweicloud_core::Client> for Client {
                fn from(inner: huaweicloud_core::Client) -> Self {
                    Self { inner }
                }
            }
        },
    ]
}

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
    for parameter in operation.parameters().filter(|parameter| crate::project::required(parameter)) {
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

/// Name of the crate of a service in Rust code.
pub fn crate_name(service: &str) -> String {
    format!("huaweicloud_{}", service.to_snake_case())
}

/// Name of the setter of a parameter or property, as progenitor makes it.
pub fn setter(name: &str) -> String {
    let snake = name.to_snake_case();
    match syn::parse_str::<Ident>(&snake) {
        Ok(_) => snake,
        Err(_) => format!("{snake}_"),
    }
}

/// Tidies the names and the docs, and prints. `types` is how the module of the types is called there.
pub fn format_items(items: Vec<Item>, types: &str) -> std::result::Result<String, String> {
    let mut items = items;
    tidy(&mut items, types);
    let mut code = String::new();
    for item in items {
        // Parsing again gives the printer plain tokens instead of groups that the quoting left.
        let file = syn::parse2(item.into_token_stream()).map_err(|error| error.to_string())?;
        code.push_str(&prettyplease::unparse(&file));
    }
    let code = code.replace("\"::std::option::Option::is_none\"", "\"Option::is_none\"");
    Ok(crate::package::spaced(&code))
}

fn tidy(items: &mut Vec<Item>, types: &str) {
    let mut pass = Tidy { types: types.to_owned(), imports: BTreeSet::new() };
    items.iter_mut().for_each(|item| pass.visit_item_mut(item));
    if !pass.imports.is_empty() {
        let names = pass.imports.iter().map(|name| format_ident!("{name}"));
        items.insert(0, parse_quote!(use huaweicloud_core::{#(#names),*};));
    }
}

/// Makes generated names short, as a person would write them, and docs one attribute for each line.
struct Tidy {
    types: String,
    imports: BTreeSet<String>,
}

impl VisitMut for Tidy {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        *attributes = std::mem::take(attributes).into_iter().flat_map(doc_lines).collect();
    }

    fn visit_item_mod_mut(&mut self, module: &mut syn::ItemMod) {
        if let Some((_, items)) = &mut module.content {
            tidy(items, "super");
        }
    }

    fn visit_item_use_mut(&mut self, _: &mut syn::ItemUse) {}

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        syn::visit_mut::visit_path_mut(self, path);
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (skip, prefix) = match names[..] {
            ["std", "option", "Option", ..]
            | ["std", "string", "String", ..]
            | ["std", "result", "Result", ..]
            | ["std", "vec", "Vec", ..]
            | ["std", "default", "Default", ..]
            | ["std", "convert", "From" | "TryFrom" | "TryInto", ..] => (2, ""),
            ["huaweicloud_core", name, ..] if name.starts_with(char::is_uppercase) && path.leading_colon.is_some() => {
                self.imports.insert(name.to_owned());
                (1, "")
            }
            ["crate", "types", _] => (2, self.types.as_str()),
            _ => return,
        };
        let kept = path.segments.iter().skip(skip).cloned();
        let prefix = (!prefix.is_empty()).then(|| syn::PathSegment::from(format_ident!("{prefix}")));
        *path = syn::Path { leading_colon: None, segments: prefix.into_iter().chain(kept).collect() };
    }
}

fn doc_lines(attribute: Attribute) -> Vec<Attribute> {
    let Some(text) = doc_text(&attribute) else { return vec![attribute] };
    // A doc comment is one line that begins with a space; other texts are as long as they like.
    let text = if text.contains('\n') { text.trim() } else { text.strip_prefix(' ').unwrap_or(&text) };
    let lines = if text.is_empty() { vec![""] } else { text.lines().collect() };
    lines
        .into_iter()
        .map(|line| match line.trim_end() {
            "" => parse_quote!(#[doc = ""]),
            line => {
                let line = format!(" {line}");
                parse_quote!(#[doc = #line])
            }
        })
        .collect()
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(meta) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value else { return None };
    attribute.path().is_ident("doc").then(|| text.value())
}

/// Problem of a service whose generated code cannot be put together.
pub fn unprintable(spec: &Spec, reason: &str) -> Problem {
    spec.problem("", format!("does not generate: {reason}"))
}
