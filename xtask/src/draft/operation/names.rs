//! Names and words: descriptions from the names of fields, and variants from values.

use heck::{ToPascalCase, ToSnakeCase};

/// Returns distinct names of Rust variants for values.
pub(super) fn variants(values: &[String]) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    for value in values {
        let sign = match value.as_str() {
            "=" => "Equal",
            "!=" => "NotEqual",
            ">" => "Greater",
            "<" => "Less",
            ">=" => "AtLeast",
            "<=" => "AtMost",
            other => other,
        };
        let mut name = sign.to_pascal_case();
        if name.is_empty() || name.starts_with(|c: char| c.is_ascii_digit()) || name == "Unknown" {
            name = format!("Value{name}");
        }
        let wanted = name.clone();
        let mut number = 2;
        while names.contains(&name) {
            name = format!("{wanted}{number}");
            number += 1;
        }
        names.push(name);
    }
    names
}

pub(super) fn described(name: &str) -> String {
    format!("{}.", words(name))
}

/// Converts a name into words: `operator_name` is "Operator name".
pub(super) fn words(name: &str) -> String {
    let words = name.to_snake_case().replace('_', " ");
    let mut characters = words.chars();
    characters.next().map_or_else(String::new, |first| first.to_uppercase().chain(characters).collect())
}
