//! Rust code from a spec: names, models, request builders, the client, and metadata.
//!
//! Names, fields, optionality and types are compared with what progenitor and typify make of the same wire contract
//! (`judge`); a run that they disagree with writes nothing.

mod builders;
mod client;
mod dynamic;
mod example;
mod print;
mod service;
mod types;

pub use self::example::{example, model};
use crate::{
    spec::{Problem, Result, Spec},
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

/// Returns the problem of a service whose code cannot be generated.
fn unprintable(spec: &Spec, reason: &str) -> Problem {
    spec.problem("", format!("does not generate: {reason}"))
}
