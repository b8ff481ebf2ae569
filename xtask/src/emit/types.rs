//! The module `types`: models and enums.

use std::collections::BTreeMap;

use heck::ToPascalCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{parse_quote, parse_str};

use super::print::{Printer, braced, type_of};
use crate::{
    docs,
    kind::Kind,
    names::setter,
    spec::{Operation, Schema, Spec, Type, extensions::Style},
    wire::{Direction, Use},
};

/// The models of a service.
pub struct Types<'s> {
    spec: &'s Spec,
    uses: &'s BTreeMap<String, Use>,
    /// By name of the body; the first of several operations with the same one.
    responses: BTreeMap<&'s str, &'s Operation>,
    requests: BTreeMap<&'s str, &'s Operation>,
    code: Printer,
}

impl<'s> Types<'s> {
    pub fn new(spec: &'s Spec, uses: &'s BTreeMap<String, Use>) -> Self {
        let by = |schema: fn(&Operation) -> Option<&Schema>| {
            let operations = spec.operations().iter().rev();
            operations.filter_map(|operation| Some((schema(operation)?.reference()?, operation))).collect()
        };
        Self {
            spec,
            uses,
            responses: by(Operation::response_schema),
            requests: by(Operation::request_schema),
            code: Printer::new(""),
        }
    }

    /// Returns the module, formatted: models, then enums.
    pub fn print(mut self) -> Result<String, String> {
        let mut objects: Vec<_> = self.spec.schemas().filter(|(_, schema)| !schema.is_enum()).collect();
        objects.sort_unstable_by_key(|(name, _)| *name);
        for (name, schema) in objects {
            self.model(name, schema)?;
        }
        for (name, schema) in self.spec.schemas().filter(|(_, schema)| schema.is_enum()) {
            let used = self.uses.get(name).cloned().unwrap_or_default();
            self.code.text(&values(name, schema, &docs::schema(schema, &used)));
        }
        self.code.finish()
    }

    fn model(&mut self, name: &str, schema: &Schema) -> Result<(), String> {
        let used = self.uses.get(name).cloned().unwrap_or_default();
        let direction = used.direction();
        let ident = format_ident!("{name}");
        let doc = docs::schema(schema, &used);
        let (mut fields, mut setters, mut names) = (Vec::new(), Vec::new(), Vec::new());
        for (key, property) in schema.properties() {
            let field = setter(key);
            let kind = Kind::of(self.spec, property);
            let doc = docs::property(self.spec, property, direction);
            let rust = match direction {
                Direction::Request => format!("Option<{}>", kind.in_request()),
                Direction::Response => kind.in_response(),
            };
            fields.push(field_of(&field, &rust, &doc)?);
            if direction == Direction::Request {
                setters.push(model_setter(&field, &kind)?);
            }
            names.push(if field == *key { field } else { format!("{field} = {key:?}") });
        }
        let mut headers = Vec::new();
        if let Some(operation) = self.responses.get(name) {
            for (wire, header) in operation.success().into_iter().flat_map(|(_, response)| response.headers.iter()) {
                let kind = Kind::of(self.spec, &header.schema).in_response();
                let doc = format!("{}\n\nFrom the header `{wire}`; not part of the body.", header.description);
                fields.push(field_of(&setter(wire), &kind, &doc)?);
                headers.push(format!("{}: {wire:?}", setter(wire)));
            }
        }
        self.code.items(vec![parse_quote! {
            #[doc = #doc]
            #[derive(Clone, Debug, Default, PartialEq)]
            #[non_exhaustive]
            pub struct #ident { #(#fields),* }
        }])?;
        if direction == Direction::Request {
            let new = format!("Returns a `{name}` with nothing set.");
            self.code.items(vec![parse_quote! {
                impl #ident {
                    #[doc = #new]
                    #[must_use]
                    pub fn new() -> Self {
                        Self::default()
                    }
                    #(#setters)*
                }
            }])?;
        }
        self.code.text(&invocation("model", name, &names));
        if self.responses.contains_key(name) || self.requests.contains_key(name) {
            self.code.text(&invocation("body", name, &headers));
        }
        if let Some(page) = self.responses.get(name).map(|operation| page(self.spec, operation)).transpose()?.flatten()
        {
            self.code.items(vec![syn::parse2(page).map_err(|error| error.to_string())?])?;
        }
        Ok(())
    }
}

fn field_of(name: &str, kind: &str, doc: &str) -> Result<TokenStream, String> {
    let ident = format_ident!("{name}");
    let kind = type_of(kind)?;
    Ok(quote!(#[doc = #doc] pub #ident: #kind))
}

/// Returns a setter of a model. Its documentation refers to the field.
fn model_setter(field: &str, kind: &Kind) -> Result<TokenStream, String> {
    let ident = format_ident!("{field}");
    let argument = type_of(&kind.argument())?;
    let value: syn::Expr = parse_str(&kind.converted(field)).map_err(|error| error.to_string())?;
    let doc = format!("Sets [`{field}`](Self#structfield.{field}).");
    Ok(quote! {
        #[doc = #doc]
        #[must_use]
        pub fn #ident(mut self, #ident: #argument) -> Self {
            self.#ident = Some(#value);
            self
        }
    })
}

/// Returns the implementation of `Page` for a response.
fn page(spec: &Spec, operation: &Operation) -> Result<Option<TokenStream>, String> {
    let Some(pagination) = &operation.pagination else { return Ok(None) };
    let schema = operation.response_schema().ok_or("a page has no schema")?;
    let response = format_ident!("{}", schema.reference().ok_or("a page has no name")?);
    let item = spec.item(operation).ok_or("x-pagination points to no items")?;
    let item = type_of(&Kind::of(spec, item).rust("::huaweicloud_core::List"))?;
    let steps = |pointer: &str| -> Vec<_> {
        pointer.split('/').skip(1).map(|step| format_ident!("{}", setter(step))).collect()
    };
    let path = steps(&pagination.items);
    let (field, parents) = path.split_last().ok_or("x-pagination has no items")?;
    let (borrowed, taken) = match parents.split_first() {
        None => (quote!(&self.#field), quote!(self.#field.into_vec())),
        Some((first, rest)) => (
            quote!(::huaweicloud_core::codegen::listed(
                self.#first.as_ref() #(.and_then(|at| at.#rest.as_ref()))* .map(|at| &at.#field)
            )),
            quote!(self.#first #(.and_then(|at| at.#rest))* .map(|at| at.#field.into_vec()).unwrap_or_default()),
        ),
    };
    let total = match pagination.total.as_deref().map(steps) {
        None => quote!(None),
        Some(path) => {
            let (last, parents) = path.split_last().ok_or("x-pagination has no total")?;
            quote!(self #(.#parents.as_ref()?)* .#last)
        }
    };
    let marker = match &pagination.style {
        Style::Marker { next, .. } => {
            let path = steps(next);
            let (last, parents) = path.split_last().ok_or("x-pagination has no next")?;
            Some(quote!(fn next_marker(&self) -> Option<&str> { self #(.#parents.as_ref()?)* .#last.as_deref() }))
        }
        _ => None,
    };
    let members: Vec<_> = pagination.id().map(|member| format_ident!("{}", setter(member))).collect();
    let id = (!members.is_empty()).then(|| {
        quote! {
            fn id<'p>(&'p self, item: &'p #item) -> ::huaweicloud_core::codegen::Json<'p> {
                ::huaweicloud_core::codegen::identity(&[#(&item.#members),*])
            }
        }
    });
    Ok(Some(quote! {
        impl ::huaweicloud_core::codegen::Page for #response {
            type Item = #item;
            fn items(&self) -> &[#item] { #borrowed }
            fn into_items(self) -> Vec<#item> { #taken }
            #id
            fn total(&self) -> Option<i64> { #total }
            #marker
        }
    }))
}

/// Returns a call of a macro of the runtime with the fields of a model, which the printer would put on one line.
fn invocation(macro_name: &str, name: &str, fields: &[String]) -> String {
    format!("huaweicloud_core::codegen::{macro_name}! {{\n    {name} {}\n}}\n", braced(fields, "    "))
}

/// Returns an enum of documented values, in a macro, which the printer would put on one line.
fn values(name: &str, schema: &Schema, doc: &str) -> String {
    let macro_name = if schema.kind == Some(Type::Integer) { "codes" } else { "values" };
    let mut code = format!("huaweicloud_core::codegen::{macro_name}! {{\n");
    for line in doc.lines() {
        code.push_str(format!("    /// {line}").trim_end());
        code.push('\n');
    }
    code.push_str(&format!("    pub enum {} {{\n", name.to_pascal_case()));
    let mut words = schema.words();
    for (variant, value) in schema.variants.iter().zip(schema.values()) {
        let words = words.next().map(|words| format!(": {words}")).unwrap_or_default();
        let plain = docs::plain(value);
        code.push_str(&format!("        /// `{plain}`{words}.\n        {variant} = {value},\n"));
    }
    code.push_str("    }\n}\n");
    code
}
