//! Names in Rust of what a spec names.

use heck::ToSnakeCase as _;
use serde_json::Value;
use syn::Ident;

use crate::spec::text;

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
