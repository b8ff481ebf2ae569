//! The module `builder`: one request builder for each operation.

use heck::ToPascalCase as _;
use proc_macro2::TokenStream;
use quote::{format_ident, quote};
use syn::{Expr, Item, Type, parse_quote, parse_str};

use super::print::{Printer, type_of};
use crate::{
    docs,
    kind::Kind,
    names::{setter, setter_of},
    spec::{Operation, Schema, Spec},
    wire::Direction,
};

/// Returns the module, formatted.
pub fn builders(spec: &Spec) -> Result<String, String> {
    let mut code = Printer::new("types");
    code.declares(parse_quote!(
        use crate::{service, types};
    ));
    for operation in spec.operations() {
        code.items(builder(spec, operation)?)?;
    }
    code.finish()
}

fn builder(spec: &Spec, operation: &Operation) -> Result<Vec<Item>, String> {
    let id = &operation.id;
    let name = format_ident!("{}", id.to_pascal_case());
    let metadata = format_ident!("{}", id.to_uppercase());
    let named = |schema: Option<&Schema>| {
        schema.and_then(Schema::reference).map(|name| {
            let ident = format_ident!("{name}");
            parse_quote!(types::#ident)
        })
    };
    let response: Type = named(operation.response_schema()).unwrap_or_else(|| parse_quote!(()));
    let body: Option<Type> = named(operation.request_schema());
    let mut setters = Vec::new();
    for parameter in operation.arguments() {
        let name = setter_of(parameter.setter.as_deref(), &parameter.name);
        let kind = Kind::of(spec, &parameter.schema);
        setters.push(parameter_setter(&name, &parameter.name, &kind, &docs::parameter(spec, parameter))?);
    }
    if let Some(schema) = operation.request_schema() {
        for (key, property) in spec.resolve(schema).1.properties() {
            let doc = docs::property(spec, property, Direction::Request);
            let name = setter_of(property.setter.as_deref(), key);
            setters.push(member_setter(&name, &setter(key), &Kind::of(spec, property), &doc)?);
        }
    }
    let (body_field, body_start, whole, into_call) = match &body {
        None => (None, None, None, quote!(self.call)),
        Some(body) => (
            Some(quote!(body: #body)),
            Some(quote!(body: #body::new())),
            Some(quote! {
                /// Sets the request body; later setters change this body.
                pub fn body(mut self, body: #body) -> Self {
                    self.body = body;
                    self
                }
            }),
            quote!(self.call.body(&self.body)),
        ),
    };
    let item = spec.item(operation).map(|item| type_of(&Kind::of(spec, item).rust("::huaweicloud_core::List")));
    let stream = item.transpose()?.map(|item| {
        quote! {
            /// Returns a stream of all items; pages are fetched on demand.
            pub fn items(self) -> ::huaweicloud_core::Items<#item> {
                #into_call.items::<#response>()
            }
            /// Returns a stream of all pages, fetched on demand.
            pub fn pages(self) -> ::huaweicloud_core::Pages<#response> {
                #into_call.pages()
            }
        }
    });
    let doc = format!("The request builder for [`Client::{id}`](crate::Client::{id}) calls.");
    let sends = format!("Sends the request: `{} {}`.", operation.method, operation.path);
    Ok(vec![
        parse_quote! {
            #[doc = #doc]
            #[derive(Clone, Debug)]
            #[must_use = "nothing is sent before `send`"]
            pub struct #name { call: ::huaweicloud_core::codegen::Call, #body_field }
        },
        parse_quote! {
            impl #name {
                pub(crate) fn new(client: &::huaweicloud_core::Client) -> Self {
                    Self {
                        call: ::huaweicloud_core::codegen::Call::new(client, &service::#metadata),
                        #body_start
                    }
                }

                #(#setters)*
                #whole

                /// Overrides client options for this request: timeouts, retries, language, additional headers or query.
                pub fn with_options(mut self, options: ::huaweicloud_core::CallOptions) -> Self {
                    self.call.options(options);
                    self
                }
                #stream

                #[doc = #sends]
                ///
                /// # Errors
                /// Returns an error, without sending, if the call breaks documented rules; all of them are named. Returns
                /// an error if the service reports one, cannot be reached, or returns an undocumented response.
                pub async fn send(self) -> Result<::huaweicloud_core::Response<#response>, ::huaweicloud_core::Error> {
                    #into_call.send().await
                }
            }
        },
    ])
}

fn parameter_setter(name: &str, wire: &str, kind: &Kind, doc: &str) -> Result<TokenStream, String> {
    let ident = format_ident!("{name}");
    let argument = type_of(&kind.argument())?;
    let converted = kind.converted(name);
    let convert = (converted != name).then(|| {
        let value: Expr = parse_str(&converted).map_err(|error| error.to_string())?;
        let kind = type_of(&kind.in_request())?;
        Ok::<_, String>(quote!(let #ident: #kind = #value;))
    });
    let convert = convert.transpose()?;
    Ok(quote! {
        #[doc = #doc]
        pub fn #ident(mut self, #ident: #argument) -> Self {
            #convert
            self.call.set(#wire, &#ident);
            self
        }
    })
}

/// Returns a setter of a member of the request body.
fn member_setter(name: &str, field: &str, kind: &Kind, doc: &str) -> Result<TokenStream, String> {
    let (ident, field) = (format_ident!("{name}"), format_ident!("{field}"));
    let argument = type_of(&kind.argument())?;
    Ok(quote! {
        #[doc = #doc]
        pub fn #ident(mut self, #ident: #argument) -> Self {
            self.body = self.body.#field(#ident);
            self
        }
    })
}
