//! Rust code from a spec: names, models, request builders, the client, and metadata.
//!
//! Names, fields, which of them must be there, and types are held against what progenitor and typify make of the same
//! wire contract (`judge`); a run that they disagree with writes nothing.

mod builders;
mod client;
mod dynamic;
mod example;
mod kind;
mod print;
mod service;
mod types;

use heck::ToSnakeCase as _;
use serde_json::Value;
use syn::Ident;

pub use self::{
    example::example,
    kind::Kind,
    service::{WORDS, links},
};
use crate::{
    spec::{Problem, Result, Spec, text},
    wire,
};

/// The generated modules, formatted.
pub struct Code {
    pub types: String,
    pub builder: String,
    pub client: String,
    pub service: String,
    pub dynamic: String,
}

/// Generates the code of a service.
pub fn emit(spec: &Spec) -> Result<Code> {
    modules(spec).map_err(|reason| vec![unprintable(spec, &reason)])
}

fn modules(spec: &Spec) -> std::result::Result<Code, String> {
    let uses = wire::uses(spec);
    Ok(Code {
        types: types::Types::new(spec, &uses).print()?,
        builder: builders::builders(spec)?,
        client: client::client(spec)?,
        service: service::service(spec, &uses)?,
        dynamic: dynamic::dynamic(spec)?,
    })
}

/// Name of the crate of a service in Rust code.
pub fn crate_name(service: &str) -> String {
    format!("huaweicloud_{}", service.to_snake_case())
}

/// Name in Rust of a parameter or member.
pub fn setter(name: &str) -> String {
    let snake = name.to_snake_case();
    match syn::parse_str::<Ident>(&snake) {
        Ok(_) => snake,
        Err(_) => format!("{snake}_"),
    }
}

/// Name of the setter of a parameter or member in a request builder: `x-setter`, where the usual one is taken.
pub fn setter_of(node: &Value, name: &str) -> String {
    match text(node, "x-setter") {
        "" => setter(name),
        own => own.to_owned(),
    }
}

/// Problem of a service whose generated code cannot be put together.
pub fn unprintable(spec: &Spec, reason: &str) -> Problem {
    spec.problem("", format!("does not generate: {reason}"))
}
