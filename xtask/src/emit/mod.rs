//! Rust code: progenitor decides names and types, the seam decides what the methods do.
//!
//! progenitor's own methods would form-encode the query, add an `api-version` header nobody asked for, and lose
//! status and request id of an answer that is no JSON. So the seam keeps the types and the builders' fields and
//! writes the bodies anew: every request goes through `huaweicloud_core::Request` and its one transport. Each step
//! counts what it replaced and fails if an operation or a type was missed, so it cannot rot when the generator changes.
//!
//! A spec goes through in batches and each is printed before the next, so that time and memory grow with the number of
//! operations and no faster.

mod builders;
mod client;
mod example;
mod generator;
mod print;
mod setters;
mod types;

use heck::ToSnakeCase as _;
use syn::Ident;

pub use self::{example::example, print::Printer, setters::parameter_doc};
use crate::{
    project::Projection,
    spec::{Problem, Result, Spec},
};

/// The generated modules, formatted.
pub struct Code {
    pub types: String,
    /// The builders of request types, if there are any.
    pub type_builders: Option<String>,
    pub builder: String,
    pub client: String,
}

/// Generates the code of a service.
pub fn emit(spec: &Spec, projection: &Projection<'_>) -> Result<Code> {
    modules(spec, projection).map_err(|reason| vec![unprintable(spec, &reason)])
}

fn modules(spec: &Spec, projection: &Projection<'_>) -> std::result::Result<Code, String> {
    let mut types = types::Types::new(spec, projection);
    for batch in projection.schemas() {
        types.add(generator::run(batch)?.types)?;
    }
    let mut builders = builders::Builders::new(spec);
    for batch in projection.operations() {
        builders.add(generator::run(batch)?.builder)?;
    }
    let (types, type_builders) = types.finish()?;
    Ok(Code { types, type_builders, builder: builders.finish()?, client: client::client(spec)? })
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

/// Problem of a service whose generated code cannot be put together.
pub fn unprintable(spec: &Spec, reason: &str) -> Problem {
    spec.problem("", format!("does not generate: {reason}"))
}
