//! `notices`: the licences of everything that is linked into `hwc`, for whoever distributes the binary.

use std::{
    collections::{BTreeMap, BTreeSet},
    fmt::Write as _,
    fs,
    path::Path,
    process::Command,
};

use serde_json::Value;

use crate::{
    output::say_line,
    spec::{
        Problem, Result,
        raw::{list, text},
    },
};

/// The package whose binary is distributed.
const BINARY: &str = "huaweicloud-cli";

/// Writes the notices beside the manifest of the binary, or compares them with what is there.
pub fn run(root: &Path, check: bool) -> Result<()> {
    let path = format!("crates/{BINARY}/THIRD-PARTY.md");
    let failed = |message: String| vec![Problem::new(&path, "", message)];
    let notices = metadata(root).and_then(|metadata| notices(&metadata)).map_err(failed)?;
    if check {
        let same = fs::read_to_string(root.join(&path)).is_ok_and(|present| present == notices);
        let stale = || failed("differs from what is linked: run `cargo xtask notices`".to_owned());
        return if same { Ok(()) } else { Err(stale()) };
    }
    fs::write(root.join(&path), notices).map_err(|error| failed(format!("cannot be written: {error}")))?;
    say_line(format_args!("wrote {path}"));
    Ok(())
}

/// What cargo knows of the workspace, on every platform.
fn metadata(root: &Path) -> Result<Value, String> {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = Command::new(cargo).args(["metadata", "--format-version", "1", "--locked"]).current_dir(root).output();
    let output = output.map_err(|error| format!("cargo cannot be run: {error}"))?;
    if !output.status.success() {
        return Err(String::from_utf8_lossy(&output.stderr).trim().to_owned());
    }
    serde_json::from_slice(&output.stdout).map_err(|error| error.to_string())
}

fn notices(metadata: &Value) -> Result<String, String> {
    let mut table = String::new();
    // Text of each licence file, without its line breaks, to those who have it.
    let mut texts: BTreeMap<String, (String, BTreeSet<&str>)> = BTreeMap::new();
    for package in linked(metadata)? {
        let (name, version, licence) = (text(package, "name"), text(package, "version"), text(package, "license"));
        let source = text(package, "repository");
        writeln!(table, "| {name} | {version} | {licence} | {source} |").map_err(|error| error.to_string())?;
        let folder = Path::new(text(package, "manifest_path")).parent().unwrap_or(Path::new(""));
        let files = fs::read_dir(folder).map_err(|error| format!("{name} cannot be read: {error}"))?;
        for file in files.flatten().filter(|file| is_notice(&file.file_name().to_string_lossy())) {
            let Ok(contents) = fs::read_to_string(file.path()) else { continue };
            let key: String = contents.split_whitespace().collect::<Vec<_>>().join(" ");
            texts.entry(key).or_insert_with(|| (contents, BTreeSet::new())).1.insert(name);
        }
    }
    let mut out = format!(
        "<!-- Written by `cargo xtask notices`. -->\n\n# Third-party notices\n\n`hwc` links these packages, some of them \
         on some platforms only.\n\n| package | version | licence | source |\n|---|---|---|---|\n{table}"
    );
    let mut texts: Vec<(String, BTreeSet<&str>)> = texts.into_values().collect();
    texts.sort_by(|one, other| one.1.cmp(&other.1));
    for (contents, names) in texts {
        let names = names.into_iter().collect::<Vec<_>>().join(", ");
        let contents = contents.replace('\r', "");
        write!(out, "\n## {names}\n\n```text\n{}\n```\n", contents.trim_end()).map_err(|error| error.to_string())?;
    }
    Ok(out)
}

/// The packages of others that are linked into the binary, by name.
fn linked(metadata: &Value) -> Result<Vec<&Value>, String> {
    let packages: BTreeMap<&str, &Value> = list(metadata, "packages").map(|node| (text(node, "id"), node)).collect();
    let nodes: BTreeMap<&str, &Value> =
        list(&metadata["resolve"], "nodes").map(|node| (text(node, "id"), node)).collect();
    let binary = packages.iter().find(|(_, package)| text(package, "name") == BINARY);
    let mut open = vec![*binary.ok_or_else(|| format!("there is no package {BINARY}"))?.0];
    let mut seen = BTreeSet::new();
    while let Some(id) = open.pop() {
        if seen.insert(id) {
            let is_linked = |kind: &Value| kind["kind"].is_null();
            let dependencies =
                list(nodes[id], "deps").filter(|dependency| list(dependency, "dep_kinds").any(is_linked));
            open.extend(dependencies.map(|dependency| text(dependency, "pkg")));
        }
    }
    let mut found: Vec<&Value> = seen.into_iter().map(|id| packages[id]).collect();
    found.retain(|package| !package["source"].is_null());
    found.sort_by_key(|package| (text(package, "name"), text(package, "version")));
    Ok(found)
}

fn is_notice(name: &str) -> bool {
    let name = name.to_uppercase();
    ["LICENSE", "LICENCE", "COPYING", "NOTICE", "UNLICENSE"].iter().any(|start| name.starts_with(start))
}
