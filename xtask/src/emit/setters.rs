//! Setters of builders: each takes whatever becomes its value, and keeps the sentence of the rule that it broke.

use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use serde_json::Value;
use syn::{Ident, Type};

use crate::{
    docs,
    spec::{Spec, text},
};

/// A setter of a body's field. Its sentence begins with the name, because the body may nest it deeper.
pub fn field_setter(field: &str, wire: &str, doc: &str, kind: &Type) -> TokenStream {
    let message = format!("{wire}: {{error}}");
    setter_method(&format_ident!("{field}"), doc, kind, &quote!(|error| format!(#message)))
}

/// A setter that converts, and keeps the sentence of the rule that a value broke.
pub fn setter_method(ident: &Ident, doc: &str, kind: &Type, sentence: &TokenStream) -> TokenStream {
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
pub fn unwrap_setting(kind: &Type) -> (Type, bool) {
    let value = first_argument(kind).unwrap_or_else(|| kind.clone());
    match (last_segment(&value).as_deref(), first_argument(&value)) {
        (Some("Option"), Some(inner)) => (inner, true),
        _ => (value, false),
    }
}

pub fn first_argument(kind: &Type) -> Option<Type> {
    let Type::Path(path) = kind else { return None };
    let syn::PathArguments::AngleBracketed(arguments) = &path.path.segments.last()?.arguments else { return None };
    arguments.args.iter().find_map(|argument| match argument {
        syn::GenericArgument::Type(kind) => Some(kind.clone()),
        _ => None,
    })
}

/// Name of a type without its path and its arguments.
pub fn last_segment(kind: &Type) -> Option<String> {
    match kind {
        Type::Path(path) => path.path.segments.last().map(|segment| segment.ident.to_string()),
        _ => None,
    }
}

/// A parameter with the rules of its schema, so that it documents like a property.
pub fn with_schema(parameter: &Value) -> Value {
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
