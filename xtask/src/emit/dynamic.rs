//! The module `dynamic`: calls by name, descriptions of parameters, and the text of the spec.

use quote::{format_ident, quote};
use syn::{Item, parse_quote};

use super::print::Printer;
use crate::{
    docs,
    names::setter_of,
    spec::{Operation, Parameter, Schema, Spec},
};

/// Returns the module, formatted.
pub fn dynamic(spec: &Spec) -> Result<String, String> {
    let entries =
        spec.operations().iter().map(|operation| entry(spec, operation)).collect::<Result<Vec<_>, String>>()?;
    let item: Item = parse_quote! {
        /// The service with its operations, descriptions, and the text of the spec.
        pub static SERVICE: Service = Service::new(
            &service::SERVICE,
            &[#(#entries),*],
            include_str!("../openapi.json"),
        );
    };
    let mut code = Printer::new("types");
    code.declares(parse_quote!(
        use huaweicloud_core::dynamic::{OperationDescriptor, ParameterDocs, Service};
    ));
    code.declares(parse_quote!(
        use crate::{service, types};
    ));
    code.items(vec![item])?;
    code.finish()
}

/// Returns the description of a parameter, with the meanings of its codes.
fn described(spec: &Spec, parameter: &Parameter) -> String {
    let schema = spec.resolve(&parameter.schema).1;
    let words: Vec<String> =
        schema.values().zip(schema.words()).map(|(value, words)| format!("{} {words}", docs::plain(value))).collect();
    let description = &parameter.description;
    if words.is_empty() { description.clone() } else { format!("{description} {}.", words.join(", ")) }
}

fn entry(spec: &Spec, operation: &Operation) -> Result<proc_macro2::TokenStream, String> {
    let constant = format_ident!("{}", operation.id.to_uppercase());
    let (summary, source) = (&operation.summary, operation.source.cited());
    let kind = |schema: Option<&Schema>| schema.and_then(Schema::reference).map(|name| format_ident!("{name}"));
    let response = match kind(operation.response_schema()) {
        Some(response) => quote!(types::#response),
        None => quote!(()),
    };
    let action = operation.iam_action.as_ref().map(|action| quote!(.iam_action(#action)));
    let parameters: Vec<_> = operation
        .arguments()
        .map(|parameter| {
            let setter = setter_of(parameter.setter.as_deref(), &parameter.name);
            let description = described(spec, parameter);
            let example = match parameter.example.as_ref().map(docs::plain) {
                Some(example) => quote!(Some(#example)),
                None => quote!(None),
            };
            quote!(ParameterDocs::new(#setter, #description, #example))
        })
        .collect();
    let parameters = (!parameters.is_empty()).then(|| quote!(.parameters(&[#(#parameters),*])));
    let body = kind(operation.request_schema()).map(|body| quote!(.body::<types::#body>()));
    Ok(quote! {
        OperationDescriptor::new::<#response>(&service::#constant, #summary, #source) #action #parameters #body
    })
}
