//! Rust names for the names in a spec.

use heck::ToSnakeCase as _;
use syn::Ident;

/// Returns the name of the crate of a service in Rust code.
pub fn crate_name(service: &str) -> String {
    format!("huaweicloud_{}", service.to_snake_case())
}

/// Returns the Rust name of a parameter or member.
pub fn setter(name: &str) -> String {
    let snake = name.to_snake_case();
    match syn::parse_str::<Ident>(&snake) {
        Ok(_) => snake,
        Err(_) => format!("{snake}_"),
    }
}

/// Returns the name of the setter of a parameter or member in a request builder: `x-setter` if the usual name is taken.
pub fn setter_of(own: Option<&str>, name: &str) -> String {
    own.map_or_else(|| setter(name), str::to_owned)
}
