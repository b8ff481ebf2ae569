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
    if is_identifier(&snake) { snake } else { format!("{snake}_") }
}

/// Returns whether a name is a Rust identifier. `syn` does not know the keyword of edition 2024, `gen`.
pub fn is_identifier(name: &str) -> bool {
    name != "gen" && syn::parse_str::<Ident>(name).is_ok()
}

/// Returns the name of the setter of a parameter or member in a request builder: `x-setter` if the usual name is taken.
pub fn setter_of(own: Option<&str>, name: &str) -> String {
    own.map_or_else(|| setter(name), str::to_owned)
}
