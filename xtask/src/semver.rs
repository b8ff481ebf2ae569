//! `semver`: whether the public API of the generated crates changed in a way that needs a new version.
//!
//! Read from the generated source with `syn`. Rules and metadata are data and no part of it; what was added never breaks
//! anybody, because models and enums are `#[non_exhaustive]`.

use std::{collections::BTreeSet, path::Path, process::Command};

use quote::ToTokens;
use syn::{ImplItem, Item, Visibility};

use crate::{
    output::say_line,
    package::{
        self,
        changelog::{self, Changelog},
    },
    spec::{self, Problem, Result},
};

/// The modules that make up the public API.
const MODULES: [&str; 4] = ["lib", "client", "builder", "types"];

/// Compares the crates of these services, or of all, with a revision: the last tag, or the last commit if there is none.
pub fn run(root: &Path, services: &[String], against: Option<&str>) -> Result<()> {
    let failed = |message: String| vec![Problem::new("semver", "", message)];
    let tag = || git(root, &["describe", "--tags", "--abbrev=0"]).map(|tag| tag.trim().to_owned());
    let revision = against.map(str::to_owned).or_else(|| tag().ok()).unwrap_or_else(|| "HEAD".to_owned());
    git(root, &["rev-parse", "--verify", &format!("{revision}^{{commit}}")]).map_err(failed)?;
    let mut problems = Vec::new();
    for spec in spec::load(root, services)? {
        let folder = package::folder(&spec.service);
        let changelog = changelog::path(&spec.service);
        let at = |path: &str| git(root, &["show", &format!("{revision}:./{path}")]);
        let Ok(before) = at(&changelog) else {
            say_line(format_args!("{folder}: not in {revision}"));
            continue;
        };
        let before = Changelog::parse(&changelog, before)?;
        let now = Changelog::read(root, &changelog)?;
        let read = |path: &str| std::fs::read_to_string(root.join(path)).map_err(|error| error.to_string());
        let api = |source: &dyn Fn(&str) -> Result<String, String>| -> Result<BTreeSet<String>> {
            let modules = MODULES.map(|module| {
                let path = format!("{folder}/src/{module}.rs");
                source(&path).and_then(|text| api(module, &text)).map_err(|error| vec![Problem::new(path, "", error)])
            });
            Ok(modules.into_iter().collect::<Result<Vec<_>>>()?.into_iter().flatten().collect())
        };
        let (old, new) = (api(&at)?, api(&read)?);
        let removed: Vec<&String> = old.difference(&new).collect();
        let added = new.difference(&old).count();
        say_line(format_args!(
            "{folder}: {} removed or changed, {added} added since {revision} ({})",
            removed.len(),
            before.version
        ));
        removed.iter().for_each(|item| say_line(format_args!("  {item}")));
        if !removed.is_empty() && before.released && !breaks(&before.version, &now.version) {
            problems.push(Problem::new(
                changelog,
                "",
                format!(
                    "the public API changed in a breaking way since {}, so {} is not enough: begin a heading with a new \
                     {} version",
                    before.version,
                    now.version,
                    if before.version.starts_with("0.") { "minor" } else { "major" },
                ),
            ));
        }
    }
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Whether the second version may break what the first promised.
fn breaks(before: &str, now: &str) -> bool {
    let numbers = |version: &str| -> Vec<u32> {
        version.split(['.', '-']).take(3).map(|number| number.parse().unwrap_or_default()).collect()
    };
    let promised = if before.starts_with("0.") { 2 } else { 1 };
    numbers(now)[..promised] > numbers(before)[..promised]
}

/// The public items of a module, a line each.
fn api(module: &str, source: &str) -> Result<BTreeSet<String>, String> {
    let file = syn::parse_file(source).map_err(|error| error.to_string())?;
    let public = |visibility: &Visibility| matches!(visibility, Visibility::Public(_));
    let mut found = BTreeSet::new();
    for item in file.items {
        match item {
            Item::Struct(item) if public(&item.vis) => {
                found.insert(format!("{module}::{}", item.ident));
                for field in item.fields.iter().filter(|field| public(&field.vis)) {
                    found.insert(format!("{module}::{}.{} {}", item.ident, short(&field.ident), short(&field.ty)));
                }
            }
            Item::Impl(item) if item.trait_.is_none() => {
                for method in item.items {
                    if let ImplItem::Fn(method) = method
                        && public(&method.vis)
                    {
                        found.insert(format!("{module}::{} {}", short(&item.self_ty), short(&method.sig)));
                    }
                }
            }
            Item::Use(item) if public(&item.vis) => names(&item.tree, &mut |name| {
                found.insert(format!("{module}::{name}"));
            }),
            // Enums, which are written by a macro of the runtime.
            Item::Macro(item) => found.extend(variants(module, &item.mac.tokens.to_string())),
            _ => {}
        }
    }
    Ok(found)
}

fn names(tree: &syn::UseTree, found: &mut impl FnMut(String)) {
    match tree {
        syn::UseTree::Path(path) => names(&path.tree, found),
        syn::UseTree::Name(name) => found(name.ident.to_string()),
        syn::UseTree::Rename(rename) => found(rename.rename.to_string()),
        syn::UseTree::Group(group) => group.items.iter().for_each(|tree| names(tree, found)),
        syn::UseTree::Glob(_) => found("*".to_owned()),
    }
}

/// The enum in a call of a macro, with its variants.
fn variants(module: &str, tokens: &str) -> Vec<String> {
    let Some((name, body)) = tokens.split_once("pub enum").and_then(|(_, rest)| rest.split_once('{')) else {
        return Vec::new();
    };
    let name = name.trim();
    let variant = |part: &str| Some(part.split_once(']')?.1.split_once('=')?.0.trim().to_owned());
    let variants = body.split("# [doc").filter_map(variant).map(|variant| format!("{module}::{name}::{variant}"));
    [format!("{module}::{name}")].into_iter().chain(variants).collect()
}

fn short(tokens: &impl ToTokens) -> String {
    tokens.to_token_stream().to_string()
}

fn git(root: &Path, arguments: &[&str]) -> Result<String, String> {
    let output = Command::new("git").args(arguments).current_dir(root).output();
    let output = output.map_err(|error| format!("git cannot be run: {error}"))?;
    match output.status.success() {
        true => Ok(String::from_utf8_lossy(&output.stdout).into_owned()),
        false => Err(String::from_utf8_lossy(&output.stderr).trim().to_owned()),
    }
}

#[cfg(test)]
mod tests {
    use super::{api, breaks};

    #[test]
    fn a_breaking_change_needs_a_minor_version_before_1_and_a_major_one_after() {
        for (before, now, enough) in [
            ("0.1.0", "0.2.0", true),
            ("0.1.0", "0.1.1", false),
            ("0.9.0", "1.0.0", true),
            ("1.2.0", "1.3.0", false),
            ("1.2.0", "2.0.0", true),
            ("0.2.0", "0.1.9", false),
        ] {
            assert_eq!(breaks(before, now), enough, "{before} to {now}");
        }
    }

    #[test]
    fn only_what_users_can_name_counts() {
        let source = "
            pub struct Page { pub total: Option<i64>, inner: u8 }
            impl Page { pub fn next(&self, limit: i64) -> Self { todo!() } fn hidden(&self) {} }
            impl Clone for Page { fn clone(&self) -> Self { todo!() } }
            pub use other::{Config, deep::Error as Fault};
            runtime::values! {
                /// The state.
                pub enum State {
                    /// `open`: not begun.
                    Open = \"open\",
                    /// `shut`.
                    Shut = \"shut\",
                }
            }
        ";
        let found: Vec<String> = api("types", source).unwrap().into_iter().collect();
        let expected = [
            "types::Config",
            "types::Fault",
            "types::Page",
            "types::Page fn next (& self , limit : i64) -> Self",
            "types::Page.total Option < i64 >",
            "types::State",
            "types::State::Open",
            "types::State::Shut",
        ];
        assert_eq!(found, expected);
    }
}
