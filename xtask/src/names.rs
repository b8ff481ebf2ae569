//! Names in Rust of what a spec names.

use heck::ToSnakeCase as _;
use syn::Ident;

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
pub fn setter_of(own: Option<&str>, name: &str) -> String {
    own.map_or_else(|| setter(name), str::to_owned)
}
