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
        names.push(free(&name, |name| names.iter().any(|other| other == name)));
    }
    names
}

/// Returns a name that is not taken: the wanted one, or the first that is with a number.
pub(super) fn free(wanted: &str, is_taken: impl Fn(&str) -> bool) -> String {
    let numbered = (2..).map(|number| format!("{wanted}{number}"));
    std::iter::once(wanted.to_owned()).chain(numbered).find(|name| !is_taken(name)).unwrap_or_default()
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
