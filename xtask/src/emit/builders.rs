//! The module `builder`: one builder for each operation.

use std::collections::VecDeque;

use heck::ToPascalCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Ident, Item, ItemStruct, Type, parse_quote};

use super::{
    print::Printer,
    setter,
    setters::{first_argument, last_segment, setter_method, unwrap_setting, with_schema},
};
use crate::{
    docs,
    project::{Direction, required, rust_type},
    spec::{OperationAt, Spec, list, reference, text},
};

/// The builders of a service, as they come in.
pub struct Builders<'s> {
    spec: &'s Spec,
    /// The operations whose builders are still to come, in their order.
    open: VecDeque<OperationAt<'s>>,
    code: Printer,
}

impl<'s> Builders<'s> {
    pub fn new(spec: &'s Spec) -> Self {
        Self { spec, open: spec.operations().into(), code: Printer::new("types") }
    }

    /// Takes in what progenitor made of the next operations.
    pub fn add(&mut self, items: Vec<Item>) -> Result<(), String> {
        let mut generated: Vec<ItemStruct> = items
            .into_iter()
            .filter_map(|item| match item {
                Item::Struct(item) => Some(item),
                _ => None,
            })
            .collect();
        while !generated.is_empty() {
            let missing = |id: &str| format!("the generator made no builder for {id}");
            let operation = self.open.pop_front().ok_or_else(|| missing("any operation"))?;
            let id = operation.id();
            let index = generated.iter().position(|item| item.ident == id.to_pascal_case());
            let item = generated.swap_remove(index.ok_or_else(|| missing(id))?);
            let answer = operation.response_schema().and_then(reference);
            let answer = answer.ok_or_else(|| format!("{id} has no response type"))?.to_pascal_case();
            let answer: Type = syn::parse_str(&format!("types::{answer}")).map_err(|error| error.to_string())?;
            self.code.items(builder(self.spec, &operation, &item, &answer)?)?;
        }
        Ok(())
    }

    /// The module, formatted. Fails if an operation has no builder.
    pub fn finish(mut self) -> Result<String, String> {
        if let Some(operation) = self.open.front() {
            return Err(format!("the generator made no builder for {}", operation.id()));
        }
        self.code.declares(parse_quote!(
            use crate::{Client, operations, types};
        ));
        self.code.finish()
    }
}

fn builder(spec: &Spec, operation: &OperationAt<'_>, item: &ItemStruct, answer: &Type) -> Result<Vec<Item>, String> {
    let name = &item.ident;
    let id = operation.id();
    let metadata = format_ident!("{}", id.to_uppercase());
    let mut fields = Vec::new();
    let mut initial = Vec::new();
    let mut setters = Vec::new();
    for field in item.fields.iter().filter(|field| field.ident.as_ref().is_some_and(|ident| ident != "client")) {
        let ident = field.ident.as_ref().ok_or("a builder has a field without a name")?;
        let kind = first_argument(&field.ty).ok_or("a builder has a field without a type")?;
        fields.push(quote!(pub(crate) #ident: ::huaweicloud_core::Setting<#kind>));
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
        let is_required = required(parameter);
        let is_list = text(spec.resolve(&parameter["schema"]).1, "type") == "array";
        let value = if is_required && text(parameter, "in") != "path" && !is_list {
            quote!(self.#ident.map(Some))
        } else {
            quote!(self.#ident)
        };
        steps.push(match (text(parameter, "in"), is_list, is_required) {
            ("path", ..) => quote!(path(#wire, #value)),
            ("header", ..) if text(&parameter["schema"], "format") == "password" => {
                quote!(secret_header(#wire, #value))
            }
            ("header", ..) => quote!(header(#wire, #value)),
            (_, true, true) => quote!(query_list(#wire, #value)),
            (_, true, false) => quote!(query_list(#wire, #value.map(|list| list.into_iter().flatten()))),
            _ => quote!(query(#wire, #value)),
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
            json(self.body.and_then(|body| types::#body_type::try_from(body).map_err(|error| error.to_string())))
        });
    }
    let doc = format!("A call of [`Client::{id}`] in the making.");
    let send_doc = format!(
        "Sends the request: `{} {}`.\n\n# Errors\nWithout sending when a parameter breaks its rule; otherwise when the \
         service refuses, cannot be reached, or answers with something else than it documents.",
        operation.method.to_uppercase(),
        operation.path
    );
    let request = if steps.is_empty() { quote!(let request) } else { quote!(let mut request) };
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
                    let client = self.client.inner.clone();
                    client.send(self.request()?).await
                }
                pub(crate) fn request(self) -> Result<::huaweicloud_core::Request, ::huaweicloud_core::Error> {
                    #request = ::huaweicloud_core::Request::new(&operations::#metadata)?;
                    #(request.#steps?;)*
                    request.with(self.options)
                }
            }
        },
    ];
    items.extend(paged);
    Ok(items)
}

/// How to walk through the pages of an operation.
fn paged(spec: &Spec, operation: &OperationAt<'_>, name: &Ident, answer: &Type) -> Result<Option<Item>, String> {
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
        parameters.next().map_or_else(in_body, required)
    };
    let read = |wire: &str| {
        let field = format_ident!("{}", setter(wire));
        let value = match wire {
            "" => return quote!(Ok(None)),
            wire if is_parameter(wire) => quote!(self.#field.clone()),
            _ => quote!(self.body.as_ref().map_err(String::clone)?.#field.clone()),
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
