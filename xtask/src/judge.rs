//! An independent check of the generated code: progenitor and typify read the same wire contract, and must agree with
//! the code on every name, field, required member and type.
//!
//! Knows the wire contract and the generated source, which it parses; must not know the emitter that produced it.

use std::collections::{BTreeMap, BTreeSet};

use progenitor::{GenerationSettings, Generator, InterfaceStyle, TypeImpl};
use quote::ToTokens as _;
use schemars::schema::{InstanceType, SchemaObject};
use syn::{FnArg, GenericArgument, Item, PathArguments, ReturnType, Type};
use typify::{TypeDetails, TypeSpace, TypeStructPropInfo};

use crate::{
    emit::Code,
    names::setter,
    spec::{Schema, Spec},
    wire,
};

/// The comparable description of a service: models with their fields, and operations with their arguments.
#[derive(Debug, Default, PartialEq)]
pub struct Verdict {
    /// The models by name: fields by their Rust name, with the wire name and the type.
    pub models: BTreeMap<String, BTreeMap<String, String>>,
    /// The required members of each model, by its name.
    pub required: BTreeMap<String, BTreeSet<String>>,
    /// The operations by name: arguments by their name, with the type; `body` is the request body, `->` the response.
    pub operations: BTreeMap<String, BTreeMap<String, String>>,
}

/// Compares the generated code with progenitor and typify.
///
/// # Errors
/// Returns an error if either side cannot be read or if they differ.
pub fn judge(spec: &Spec, code: &Code) -> Result<(), String> {
    compare(&expected(spec)?, &generated(code)?)
}

/// Compares two descriptions of a service.
///
/// # Errors
/// Returns an error that names the first difference.
pub fn compare(judges: &Verdict, generated: &Verdict) -> Result<(), String> {
    fn differing<V: PartialEq + std::fmt::Debug>(
        what: &str,
        judges: &BTreeMap<String, V>,
        generated: &BTreeMap<String, V>,
    ) -> Option<String> {
        let names: BTreeSet<&String> = judges.keys().chain(generated.keys()).collect();
        let name = names.into_iter().find(|name| judges.get(*name) != generated.get(*name))?;
        let printed = |side: Option<&V>| side.map_or_else(|| "nothing".to_owned(), |side| format!("{side:?}"));
        Some(format!(
            "progenitor and typify disagree on the {what} {name}: they say {}, generated is {}",
            printed(judges.get(name)),
            printed(generated.get(name)),
        ))
    }
    let found = differing("model", &judges.models, &generated.models)
        .or_else(|| differing("required members of", &judges.required, &generated.required))
        .or_else(|| differing("operation", &judges.operations, &generated.operations));
    found.map_or(Ok(()), Err)
}

/// Returns the description of a service according to progenitor and typify.
///
/// # Errors
/// Returns an error if the wire contract is not valid OpenAPI or progenitor cannot generate code for it.
pub fn expected(spec: &Spec) -> Result<Verdict, String> {
    let document: openapiv3::OpenAPI =
        serde_json::from_value(wire::contract(spec)).map_err(|error| error.to_string())?;
    let mut settings = GenerationSettings::default();
    settings.with_interface(InterfaceStyle::Positional).with_map_type("::std::collections::BTreeMap".to_owned());
    for (format, kind) in [("epoch-millis", "EpochMillis"), ("password", "Secret")] {
        let schema = SchemaObject {
            instance_type: Some(InstanceType::String.into()),
            format: Some(format.to_owned()),
            ..SchemaObject::default()
        };
        settings.with_conversion(schema, kind, [TypeImpl::Display].into_iter());
    }
    for (name, _) in spec.schemas().filter(|(_, schema)| schema.is_enum()) {
        settings.with_replacement(name, name, [TypeImpl::Display].into_iter());
    }
    let mut generator = Generator::new(&settings);
    let tokens = generator.generate_tokens(&document).map_err(|error| error.to_string())?;
    let mut verdict = Verdict::default();
    models(generator.get_type_space(), spec, &mut verdict);
    let file: syn::File = syn::parse2(tokens).map_err(|error| error.to_string())?;
    for item in file.items {
        if let Item::Impl(item) = item
            && item.trait_.is_none()
            && item.self_ty.to_token_stream().to_string() == "Client"
        {
            for method in item.items {
                if let syn::ImplItem::Fn(method) = method
                    && method.sig.asyncness.is_some()
                {
                    verdict.operations.insert(method.sig.ident.to_string(), arguments(&method.sig));
                }
            }
        }
    }
    Ok(verdict)
}

/// Adds the models of typify, except the enums, which are replaced.
fn models(space: &TypeSpace, spec: &Spec, verdict: &mut Verdict) {
    for kind in space.iter_types() {
        let TypeDetails::Struct(model) = kind.details() else { continue };
        let name = kind.name();
        if spec.schema(&name).is_none_or(Schema::is_enum) {
            continue;
        }
        let mut fields = BTreeMap::new();
        let mut required = BTreeSet::new();
        for TypeStructPropInfo { name, description, required: must, type_id } in model.properties_info() {
            let kind = space.get_type(&type_id).map(|kind| kind.ident().to_string()).unwrap_or_default();
            // typify does not expose the wire name; the contract has it as the description.
            let wire = description.unwrap_or_default().to_owned();
            fields.insert(name.to_owned(), format!("{wire}: {}", plain(&kind)));
            if must {
                required.insert(wire);
            }
        }
        verdict.models.insert(name.clone(), fields);
        if !required.is_empty() {
            verdict.required.insert(name, required);
        }
    }
}

/// Returns the arguments and the response of a positional method, without references and outer options.
fn arguments(signature: &syn::Signature) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    for argument in &signature.inputs {
        if let FnArg::Typed(argument) = argument {
            let name = argument.pat.to_token_stream().to_string();
            found.insert(name, plain(&argument.ty.to_token_stream().to_string()));
        }
    }
    if let ReturnType::Type(_, kind) = &signature.output
        && let Some(Type::Path(response)) = inner(kind)
        && let Some(response) = inner(&Type::Path(response))
    {
        found.insert("->".to_owned(), plain(&response.to_token_stream().to_string()));
    }
    found
}

/// Returns the first type argument of a generic type.
fn inner(kind: &Type) -> Option<Type> {
    let Type::Path(path) = kind else { return None };
    let PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        GenericArgument::Type(kind) => Some(kind.clone()),
        _ => None,
    })
}

/// Normalizes a type to a notation that both sides share: without paths, lifetimes and an outer option, lists as `Vec`.
fn plain(kind: &str) -> String {
    let mut text: String = kind.split_whitespace().collect();
    text = text.replace("&'astr", "String").replace("&'a", "").replace(",>", ">");
    let mut out = String::new();
    let mut word = String::new();
    for c in text.chars() {
        match c {
            ':' => word.clear(),
            '<' | '>' | ',' => {
                out.push_str(&std::mem::take(&mut word));
                out.push(c);
            }
            c => word.push(c),
        }
    }
    out.push_str(&word);
    let out = out.replace("List<", "Vec<").replace("BTreeMap<String,", "Map<").replace("Map<String,Value>", "Value");
    // Whether a member is optional is compared by the required members.
    match out.strip_prefix("Option<").and_then(|out| out.strip_suffix('>')) {
        Some(inner) => inner.to_owned(),
        None => out,
    }
}

/// Returns the description of a service according to the generated source.
///
/// # Errors
/// Returns an error if the source does not parse.
pub fn generated(code: &Code) -> Result<Verdict, String> {
    let parse = |text: &str| syn::parse_file(text).map_err(|error| error.to_string());
    let mut verdict = Verdict::default();
    for item in parse(&code.types)?.items {
        if let Item::Struct(item) = item {
            let name = item.ident.to_string();
            let wire = wire_names(&code.types, &name);
            let fields = item.fields.iter().filter_map(|field| {
                let rust = field.ident.as_ref()?.to_string();
                // A field without a wire name is read from a header and is not a member.
                let wire = wire.get(&rust)?;
                Some((rust, format!("{wire}: {}", plain(&field.ty.to_token_stream().to_string()))))
            });
            verdict.models.insert(name, fields.collect());
        }
    }
    verdict.required = required(&code.service)?;
    for item in parse(&code.builder)?.items {
        if let Item::Impl(item) = item
            && item.trait_.is_none()
        {
            let (id, found) = builder(&item, &verdict);
            verdict.operations.insert(id, found);
        }
    }
    Ok(verdict)
}

/// Returns the fields of a model with their wire names, as stated in its macro.
fn wire_names(types: &str, model: &str) -> BTreeMap<String, String> {
    let start = format!("huaweicloud_core::codegen::model! {{\n    {model} {{");
    let fields = types.split_once(&start).and_then(|(_, rest)| rest.split_once('}')).map_or("", |(fields, _)| fields);
    let fields = fields.split(',').map(str::trim).filter(|field| !field.is_empty());
    fields
        .map(|field| match field.split_once(" = ") {
            Some((rust, wire)) => (rust.to_owned(), wire.trim_matches('"').to_owned()),
            None => (field.to_owned(), field.trim_start_matches("r#").to_owned()),
        })
        .collect()
}

/// Returns the members that the generated rules require, by model.
fn required(service: &str) -> Result<BTreeMap<String, BTreeSet<String>>, String> {
    let mut found: BTreeMap<String, BTreeSet<String>> = BTreeMap::new();
    let file = syn::parse_file(service).map_err(|error| error.to_string())?;
    for item in file.items {
        let Item::Static(item) = item else { continue };
        let text: String = item.expr.to_token_stream().to_string().split_whitespace().collect();
        let Some(rest) = text.strip_prefix("ObjectRule::new(\"") else { continue };
        let Some((name, rest)) = rest.split_once('"') else { continue };
        let members =
            rest.split("Member::required(\"").skip(1).filter_map(|rest| Some(rest.split_once('"')?.0.to_owned()));
        let members: BTreeSet<String> = members.collect();
        if !members.is_empty() {
            found.insert(name.to_owned(), members);
        }
    }
    Ok(found)
}

/// Returns the operation of a request builder: its name, parameters, body and response.
fn builder(item: &syn::ItemImpl, verdict: &Verdict) -> (String, BTreeMap<String, String>) {
    let mut found = BTreeMap::new();
    let mut body = None;
    for method in &item.items {
        let syn::ImplItem::Fn(method) = method else { continue };
        let name = method.sig.ident.to_string();
        let argument = method.sig.inputs.iter().find_map(|input| match input {
            FnArg::Typed(argument) => Some((*argument.ty).clone()),
            FnArg::Receiver(_) => None,
        });
        match (name.as_str(), argument) {
            ("new" | "with_options" | "items" | "pages", _) => {}
            ("send", _) => {
                let ReturnType::Type(_, kind) = &method.sig.output else { continue };
                if let Some(response) = inner(kind).as_ref().and_then(inner) {
                    found.insert("->".to_owned(), plain(&response.to_token_stream().to_string()));
                }
            }
            ("body", Some(kind)) => {
                let kind = plain(&kind.to_token_stream().to_string());
                body = verdict.models.get(&kind).map(|fields| fields.keys().cloned().collect::<BTreeSet<_>>());
                found.insert("body".to_owned(), kind);
            }
            (_, Some(kind)) => {
                found.insert(name, plain(&taken(&kind)));
            }
            _ => {}
        }
    }
    // Members of the body are compared with its model.
    for field in body.into_iter().flatten() {
        found.remove(&field);
    }
    let id = heck::ToSnakeCase::to_snake_case(item.self_ty.to_token_stream().to_string().as_str());
    (setter(&id), found)
}

/// Returns the type that a setter stores: T for `impl Into<T>`, a list for an iterator.
fn taken(kind: &Type) -> String {
    let text: String = kind.to_token_stream().to_string().split_whitespace().collect();
    let into = |text: &str| match text.strip_prefix("implInto<").and_then(|text| text.strip_suffix('>')) {
        Some(inner) => inner.to_owned(),
        None => text.to_owned(),
    };
    match text.strip_prefix("implIntoIterator<Item=").and_then(|text| text.strip_suffix('>')) {
        Some(item) => format!("Vec<{}>", into(item)),
        None => into(&text),
    }
}
