//! The module `client`.

use heck::ToPascalCase as _;
use quote::{format_ident, quote};
use syn::{Item, parse_quote};

use super::{example, print::Printer};
use crate::spec::{Operation, Schema, Spec};

/// Returns the module, formatted.
pub fn client(spec: &Spec) -> Result<String, String> {
    let title = spec.title();
    let doc = format!("A client for {title}. Cheap to clone: clones share connections.");
    let methods = spec.operations().iter().map(|operation| {
        let id = format_ident!("{}", operation.id);
        let builder = format_ident!("{}", operation.id.to_pascal_case());
        let mut paragraphs = vec![
            operation.summary.clone(),
            operation.description.clone(),
            returns(spec, operation),
            format!("Source: {}, API `{}`.", operation.source.cited(), operation.source.api),
        ];
        if let Some(action) = &operation.iam_action {
            paragraphs.insert(3, format!("Requires the IAM permission `{action}`."));
        }
        paragraphs.push(format!("```no_run\n{}\n```", example(spec, operation, &[])));
        paragraphs.retain(|paragraph| !paragraph.is_empty());
        let doc = paragraphs.join("\n\n");
        quote! {
            #[doc = #doc]
            pub fn #id(&self) -> builder::#builder {
                builder::#builder::new(&self.inner)
            }
        }
    });
    let items: Vec<Item> = vec![
        parse_quote! {
            #[doc = #doc]
            #[derive(Clone, Debug)]
            pub struct Client { inner: huaweicloud_core::Client }
        },
        parse_quote! {
            impl Client {
                /// Returns a client for a configuration. Sends nothing.
                ///
                /// # Errors
                /// Returns an error if the service has no endpoint in the configured region; the message lists its regions.
                pub fn new(config: &::huaweicloud_core::Config) -> Result<Self, ::huaweicloud_core::Error> {
                    Ok(Self { inner: huaweicloud_core::Client::new(config, &SERVICE)? })
                }

                /// Returns a request to an endpoint of the service that has no generated method.
                pub fn request(
                    &self,
                    method: ::huaweicloud_core::Method,
                    path: impl Into<String>,
                ) -> ::huaweicloud_core::RawRequest {
                    self.inner.request(method, path)
                }
                #(#methods)*
            }
        },
    ];
    let mut code = Printer::new("types");
    code.declares(parse_quote!(
        use crate::{builder, service::SERVICE};
    ));
    code.items(items)?;
    code.finish()
}

/// Returns a sentence with links to the types that an operation returns.
fn returns(spec: &Spec, operation: &Operation) -> String {
    let link = |schema: Option<&Schema>| {
        schema.and_then(Schema::reference).map(|name| {
            let name = name.to_pascal_case();
            format!("[`{name}`](crate::types::{name})")
        })
    };
    let Some(response) = link(operation.response_schema()) else { return String::new() };
    match link(spec.item(operation)) {
        Some(item) => format!("Returns a page of {item} in a {response}."),
        None => format!("Returns a {response}."),
    }
}
