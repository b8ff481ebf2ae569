//! Printing of code: shortens names, and formats item by item.

use std::collections::BTreeSet;

use quote::{ToTokens as _, format_ident};
use syn::{Attribute, Item, Type, parse_quote, parse_str, visit_mut::VisitMut};

/// Parses a type.
pub fn type_of(code: &str) -> Result<Type, String> {
    parse_str(code).map_err(|error| format!("{code}: {error}"))
}

/// Collects the code of a module.
pub struct Printer {
    tidy: Tidy,
    declared: Vec<Item>,
    code: String,
}

impl Printer {
    /// `types` is the name of the module of the types there; empty in that module itself.
    pub fn new(types: &str) -> Self {
        let tidy = Tidy { types: types.to_owned(), imports: BTreeSet::new() };
        Self { tidy, declared: Vec::new(), code: String::new() }
    }

    /// Adds an item at the top, after the imports from the runtime.
    pub fn declares(&mut self, item: Item) {
        self.declared.push(item);
    }

    /// Adds items.
    pub fn items(&mut self, items: Vec<Item>) -> Result<(), String> {
        for mut item in items {
            self.tidy.visit_item_mut(&mut item);
            self.code.push_str(&print(item)?);
        }
        Ok(())
    }

    /// Adds formatted code.
    pub fn text(&mut self, code: &str) {
        self.code.push_str(code);
    }

    /// Returns the module.
    pub fn finish(self) -> Result<String, String> {
        let imports = &self.tidy.imports;
        let within: Vec<&str> = imports.iter().filter_map(|name| name.strip_prefix("codegen::")).collect();
        let rest = imports.iter().filter(|name| !name.starts_with("codegen::")).cloned();
        let grouped = (!within.is_empty()).then(|| format!("codegen::{{{}}}", within.join(",")));
        let names: Vec<syn::UseTree> = rest
            .chain(grouped)
            .map(|name| parse_str(&name))
            .collect::<Result<_, _>>()
            .map_err(|error: syn::Error| error.to_string())?;
        let of_the_runtime = (!names.is_empty()).then(|| parse_quote!(use huaweicloud_core::{#(#names),*};));
        let top: String = of_the_runtime.into_iter().chain(self.declared).map(print).collect::<Result<_, _>>()?;
        Ok(spaced(&(top + &self.code)))
    }
}

fn print(item: Item) -> Result<String, String> {
    // Parsing again gives the printer plain tokens instead of groups that the quoting left.
    let file = syn::parse2(item.into_token_stream()).map_err(|error| error.to_string())?;
    Ok(prettyplease::unparse(&file))
}

/// Returns names in braces: on one line if they fit, otherwise on several.
pub fn braced(names: &[String], indent: &str) -> String {
    const WIDTH: usize = 60;
    let line = names.join(", ");
    if line.len() <= WIDTH {
        return if names.is_empty() { "{}".to_owned() } else { format!("{{ {line} }}") };
    }
    let mut lines: Vec<String> = Vec::new();
    for name in names {
        match lines.last_mut() {
            Some(line) if line.len() + name.len() < WIDTH + 25 => *line += &format!(" {name},"),
            _ => lines.push(format!("{name},")),
        }
    }
    let lines: String = lines.into_iter().map(|line| format!("{indent}    {line}\n")).collect();
    format!("{{\n{lines}{indent}}}")
}

/// Shortens generated names, as a person would write them, and splits docs into one attribute per line.
struct Tidy {
    types: String,
    imports: BTreeSet<String>,
}

impl VisitMut for Tidy {
    fn visit_attributes_mut(&mut self, attributes: &mut Vec<Attribute>) {
        *attributes = std::mem::take(attributes).into_iter().flat_map(doc_lines).collect();
    }

    fn visit_item_use_mut(&mut self, _: &mut syn::ItemUse) {}

    fn visit_path_mut(&mut self, path: &mut syn::Path) {
        syn::visit_mut::visit_path_mut(self, path);
        let names: Vec<String> = path.segments.iter().map(|segment| segment.ident.to_string()).collect();
        let names: Vec<&str> = names.iter().map(String::as_str).collect();
        let (skip, prefix) = match names[..] {
            ["std", "option", "Option", ..]
            | ["std", "string", "String", ..]
            | ["std", "result", "Result", ..]
            | ["std", "vec", "Vec", ..]
            | ["std", "default", "Default", ..]
            | ["std", "convert", "From" | "TryFrom" | "TryInto", ..] => (2, ""),
            ["huaweicloud_core", name, ..] if name.starts_with(char::is_uppercase) && path.leading_colon.is_some() => {
                self.imports.insert(name.to_owned());
                (1, "")
            }
            ["huaweicloud_core", "codegen", name] if path.leading_colon.is_some() => {
                self.imports.insert(format!("codegen::{name}"));
                (2, "")
            }
            ["huaweicloud_core", "codegen", "serde_json", name] if path.leading_colon.is_some() => {
                self.imports.insert(format!("codegen::serde_json::{name}"));
                (3, "")
            }
            ["crate", "types", _] => (2, self.types.as_str()),
            _ => return,
        };
        let kept = path.segments.iter().skip(skip).cloned();
        let prefix = (!prefix.is_empty()).then(|| syn::PathSegment::from(format_ident!("{prefix}")));
        *path = syn::Path { leading_colon: None, segments: prefix.into_iter().chain(kept).collect() };
    }
}

fn doc_lines(attribute: Attribute) -> Vec<Attribute> {
    let Some(text) = doc_text(&attribute) else { return vec![attribute] };
    // A doc comment is one line that begins with a space; other strings may be of any length.
    let text = if text.contains('\n') { text.trim() } else { text.strip_prefix(' ').unwrap_or(&text) };
    let lines = if text.is_empty() { vec![""] } else { text.lines().collect() };
    lines
        .into_iter()
        .map(|line| match line.trim_end() {
            "" => parse_quote!(#[doc = ""]),
            line => {
                let line = format!(" {line}");
                parse_quote!(#[doc = #line])
            }
        })
        .collect()
}

fn doc_text(attribute: &Attribute) -> Option<String> {
    let syn::Meta::NameValue(meta) = &attribute.meta else { return None };
    let syn::Expr::Lit(syn::ExprLit { lit: syn::Lit::Str(text), .. }) = &meta.value else { return None };
    attribute.path().is_ident("doc").then(|| text.value())
}

/// Inserts the blank lines between items, which the printer leaves out.
fn spaced(code: &str) -> String {
    let mut out = String::with_capacity(code.len() + code.len() / 50);
    let mut previous = "";
    for line in code.lines() {
        let indent = |line: &str| line.len() - line.trim_start().len();
        let starts = ["///", "#[", "pub ", "pub(", "impl ", "fn ", "async ", "static ", "huaweicloud_core::"]
            .iter()
            .any(|start| line.trim_start().starts_with(start));
        let ended = (matches!(previous.trim(), "}" | "};") && indent(previous) == indent(line))
            || (previous.ends_with(';') && (line.starts_with("static ") || line.starts_with("pub(crate) static ")));
        let is_head = |line: &str| line.ends_with(';') && (line.starts_with("use ") || line.starts_with("pub mod "));
        let head_ended = is_head(previous) && !(previous.starts_with("use ") && line.starts_with("use "));
        if (ended && starts) || head_ended {
            out.push('\n');
        }
        out.push_str(line);
        out.push('\n');
        previous = line;
    }
    out
}
