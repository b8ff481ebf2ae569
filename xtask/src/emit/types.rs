//! The modules `types` and `types::builder`: response types made tolerant, request types strict, builders for request
//! types only, enums added.

use std::collections::{BTreeMap, BTreeSet};

use heck::ToPascalCase as _;
use quote::{ToTokens as _, format_ident};
use serde_json::Value;
use syn::{Fields, Ident, Item, ItemStruct, Type, parse_quote};

use super::{
    generator::module,
    print::{Printer, braced},
    setter,
    setters::{field_setter, last_segment},
};
use crate::{
    docs,
    project::{Direction, Projection, rust_type},
    spec::{OperationAt, Spec, is_enum, list, members, reference, text, values as listed},
};

/// The types of a service, as they come in.
pub struct Types<'s> {
    spec: &'s Spec,
    projection: &'s Projection<'s>,
    /// By name of the answer; the first of several operations with the same one.
    answers: BTreeMap<&'s str, OperationAt<'s>>,
    types: Printer,
    builders: Printer,
    seen: BTreeSet<String>,
}

impl<'s> Types<'s> {
    pub fn new(spec: &'s Spec, projection: &'s Projection<'s>) -> Self {
        let operations = spec.operations().into_iter().rev();
        let answers =
            operations.filter_map(|operation| Some((reference(operation.response_schema()?)?, operation))).collect();
        Self {
            spec,
            projection,
            answers,
            types: Printer::new(""),
            builders: Printer::new("super"),
            seen: BTreeSet::new(),
        }
    }

    fn is_request(&self, name: &str) -> bool {
        self.projection.uses.get(name).is_some_and(|used| used.direction() == Direction::Request)
    }

    /// Takes in what progenitor made of some schemas.
    pub fn add(&mut self, items: Vec<Item>) -> Result<(), String> {
        let mut open: Option<(String, Vec<Item>)> = None;
        for item in items {
            match item {
                Item::Struct(item) => {
                    self.close(open.take())?;
                    open = Some((item.ident.to_string(), vec![Item::Struct(item)]));
                }
                Item::Impl(item) => match &mut open {
                    Some((name, items)) if item.self_ty.to_token_stream().to_string() == *name => {
                        items.push(Item::Impl(document_methods(item)));
                    }
                    _ => return Err("the generator made methods without a type".to_owned()),
                },
                Item::Mod(item) if item.ident == "error" => {}
                Item::Mod(item) if item.ident == "builder" => {
                    let (_, items) = module(Item::Mod(item)).ok_or("the module of builders is empty")?;
                    self.add_builders(items)?;
                }
                other => return Err(format!("the generator made something unknown: {}", other.to_token_stream())),
            }
        }
        self.close(open)
    }

    /// Prints a type with what belongs to it.
    fn close(&mut self, open: Option<(String, Vec<Item>)>) -> Result<(), String> {
        let Some((name, mut items)) = open else { return Ok(()) };
        let spec = self.spec;
        let schema = spec
            .schema(&name)
            .ok_or_else(|| format!("the generator made a type {name} that no schema has the name of"))?;
        let Some(Item::Struct(item)) = items.first_mut() else { return Err(format!("{name} is no structure")) };
        order_fields(item, schema);
        let members = written_members(item, schema)?;
        if self.is_request(&name) {
            derive(item, false);
            self.types.items(items)?;
            self.types.text(&invocation("request", &name, &members));
        } else {
            let mut headers = Vec::new();
            if let Some(operation) = self.answers.get(name.as_str()) {
                for (wire, header) in operation.response_headers() {
                    headers.push(format!("{}: {wire:?}", add_header(item, wire, header)?));
                }
            }
            derive(item, true);
            self.types.items(vec![items.swap_remove(0)])?;
            self.types.text(&invocation("response", &name, &members));
            if self.answers.contains_key(name.as_str()) && headers.is_empty() {
                let ident = format_ident!("{name}");
                self.types.items(vec![parse_quote!(impl ::huaweicloud_core::Answer for #ident {})])?;
            } else if !headers.is_empty() {
                self.types.text(&invocation("answer", &name, &headers));
            }
        }
        self.seen.insert(name);
        Ok(())
    }

    /// The builders of request types: documented, and with setters that take the value itself and not an `Option`.
    fn add_builders(&mut self, items: Vec<Item>) -> Result<(), String> {
        let of = |kind: &Type| last_segment(kind).unwrap_or_default();
        let mut kept = Vec::new();
        let mut fields: BTreeMap<String, Vec<(String, Type)>> = BTreeMap::new();
        for item in items {
            match item {
                Item::Struct(mut item) if self.is_request(&item.ident.to_string()) => {
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
                Item::Impl(item) if self.is_request(&of(&item.self_ty)) => {
                    if item.trait_.is_some() {
                        kept.push(Item::Impl(item));
                        continue;
                    }
                    let name = of(&item.self_ty);
                    let schema = self.spec.schema(&name);
                    let setters = fields.get(&name).into_iter().flatten().map(|(field, kind)| {
                        let property = schema
                            .into_iter()
                            .flat_map(|schema| members(schema, "properties"))
                            .find(|(key, _)| setter(key) == *field);
                        let (wire, doc) = property.map_or((field.clone(), String::new()), |(key, property)| {
                            (key.clone(), docs::property(self.spec, property, Direction::Request))
                        });
                        field_setter(field, &wire, &doc, kind)
                    });
                    let ident = format_ident!("{name}");
                    kept.push(parse_quote!(impl #ident { #(#setters)* }));
                }
                _ => {}
            }
        }
        self.builders.items(kept)
    }

    /// The modules, formatted. Fails if a schema has no type.
    pub fn finish(mut self) -> Result<(String, Option<String>), String> {
        let mut has_request = false;
        for (name, schema) in self.spec.schemas() {
            if is_enum(schema) {
                let used = self.projection.uses.get(name).cloned().unwrap_or_default();
                self.types.text(&values(name, schema, &docs::schema(schema, &used)));
            } else if !self.seen.contains(name) {
                return Err(format!("the generator made no type for the schema {name}"));
            } else {
                has_request |= self.is_request(name);
            }
        }
        if has_request {
            self.types.declares(parse_quote!(
                pub mod builder;
            ));
            self.types.items(vec![parse_quote! {
                /// Why builders refuse to become what they build.
                pub mod error {
                    /// A value broke a documented rule.
                    pub use huaweicloud_core::Violation as ConversionError;
                }
            }])?;
        }
        Ok((self.types.finish()?, has_request.then(|| self.builders.finish()).transpose()?))
    }
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

/// What is derived; how a type is read and written stands in a macro of the runtime.
fn derive(item: &mut ItemStruct, always_default: bool) {
    let derives_default =
        item.attrs.iter().any(|attribute| attribute.to_token_stream().to_string().contains("Default"));
    item.attrs.retain(|attribute| !attribute.path().is_ident("derive"));
    for field in &mut item.fields {
        field.attrs.retain(|attribute| !attribute.path().is_ident("serde"));
    }
    item.attrs.push(if always_default || derives_default {
        parse_quote!(#[derive(Clone, Debug, Default, PartialEq)])
    } else {
        parse_quote!(#[derive(Clone, Debug, PartialEq)])
    });
}

/// The fields of a type with their names in JSON, where those are others.
fn written_members(item: &ItemStruct, schema: &Value) -> Result<Vec<String>, String> {
    let mut fields: BTreeSet<String> =
        item.fields.iter().filter_map(|field| Some(field.ident.as_ref()?.to_string())).collect();
    let written = members(schema, "properties").map(|(key, _)| {
        let field = setter(key);
        if !fields.remove(&field) {
            return Err(format!("the generator gave {} no field for {key}", item.ident));
        }
        Ok(if field == *key { field } else { format!("{field} = {key:?}") })
    });
    let written = written.collect::<Result<_, _>>()?;
    match fields.pop_first() {
        None => Ok(written),
        Some(field) => Err(format!("the generator gave {} a field {field} that its schema does not have", item.ident)),
    }
}

/// A call of a macro of the runtime that says what the fields of a type are, which the printer would put on one line.
fn invocation(macro_name: &str, name: &str, fields: &[String]) -> String {
    format!("huaweicloud_core::{macro_name}! {{\n    {name} {}\n}}\n", braced(fields, "    "))
}

/// Gives what a whole answer is a field for a documented header; gives its name.
fn add_header(item: &mut ItemStruct, wire: &str, header: &Value) -> Result<Ident, String> {
    let ident = format_ident!("{}", setter(wire));
    let kind: Type =
        syn::parse_str(&rust_type(&header["schema"], Direction::Response, false)).map_err(|e| e.to_string())?;
    let doc = format!("{}\n\nFrom the header `{wire}`; not part of the body.", text(header, "description"));
    let field: syn::FieldsNamed = parse_quote!({ #[doc = #doc] pub #ident: Option<#kind> });
    match &mut item.fields {
        Fields::Named(fields) => fields.named.extend(field.named),
        _ => return Err(format!("{} has no named fields", item.ident)),
    }
    Ok(ident)
}

fn document_methods(mut item: syn::ItemImpl) -> syn::ItemImpl {
    for member in &mut item.items {
        if let syn::ImplItem::Fn(method) = member {
            method.attrs = vec![parse_quote!(#[doc = "Collects the fields one by one."])];
        }
    }
    item
}

/// An enum over documented values. It stands in a macro, which the printer would put on one line.
fn values(name: &str, schema: &Value, doc: &str) -> String {
    let is_code = text(schema, "type") == "integer";
    let (macro_name, [low, high]) =
        if is_code { ("codes", ["minimum", "maximum"]) } else { ("values", ["minLength", "maxLength"]) };
    let bound = |key: &str| schema.get(key).map(Value::to_string).unwrap_or_default();
    let rule = match (schema.get("enum").is_some(), bound(low), bound(high)) {
        (true, ..) => "closed".to_owned(),
        (false, low, high) if high.is_empty() => format!("{low}.."),
        (false, low, high) => format!("{low}..={high}"),
    };
    let mut code = format!("huaweicloud_core::{macro_name}! {{\n");
    for line in doc.lines() {
        code.push_str(format!("    /// {line}").trim_end());
        code.push('\n');
    }
    code.push_str(&format!("    pub enum {} [{rule}] {{\n", name.to_pascal_case()));
    let mut words = list(schema, "x-enum-descriptions").map(docs::plain);
    for (variant, value) in list(schema, "x-enum-varnames").zip(listed(schema)) {
        let words = words.next().map(|words| format!(": {words}")).unwrap_or_default();
        code.push_str(&format!(
            "        /// `{}`{words}.\n        {} = {value},\n",
            docs::plain(value),
            docs::plain(variant)
        ));
    }
    code.push_str("    }\n}\n");
    code
}
