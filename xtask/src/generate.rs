//! `generate`: writes the files that follow from the specs.

use std::{fs, path::Path};

use crate::{
    files::{self, Files},
    lint,
    package::{
        self,
        changelog::{self, Changelog},
    },
    spec::{self, Problem, Result},
    tables,
};

/// Changelog of the catalog. A workspace without it has none.
const CATALOG: &str = "specs/CHANGELOG.md";

/// Generates the crates of these services; without any, all of them, the catalog, the tables, and the licences of all
/// packages.
pub fn run(root: &Path, services: &[String], check: bool) -> Result<()> {
    let specs = spec::load(root, services)?;
    lint::check(&specs)?;
    let mut files = Files::new();
    let mut problems = Vec::new();
    let mut packages = Vec::new();
    for spec in specs {
        let changelog = Changelog::read(root, &changelog::path(&spec.service));
        let generated = changelog.and_then(|changelog| Ok((package::service(&spec, &changelog)?, changelog)));
        match generated {
            Ok((package, changelog)) => {
                files.extend(package);
                packages.push((spec, changelog));
            }
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let mut folders: Vec<String> = packages.iter().map(|(spec, _)| package::folder(&spec.service)).collect();
    if services.is_empty() {
        if root.join(CATALOG).exists() {
            files.extend(package::catalog(&packages, &Changelog::read(root, CATALOG)?));
            folders.push(package::folder(package::CATALOG));
        }
        files.extend(tables::readme(root, &packages)?);
        files.extend(tables::deviations(&packages));
        let orphans = files::orphans(root, &folders);
        if !orphans.is_empty() {
            return Err(orphans
                .into_iter()
                .map(|folder| Problem::new(&folder, "", "is generated but its spec is gone: remove the folder"))
                .collect());
        }
    }
    files.extend(licences(root, &folders, services.is_empty())?);
    files::refuse_foreign(root, &files, &folders)?;
    if check {
        let command = std::iter::once("cargo xtask generate").chain(services.iter().map(String::as_str));
        files::check(root, &files, &folders, &command.collect::<Vec<_>>().join(" "))
    } else {
        files::write(root, &files, &folders)
    }
}

/// Returns copies of the licences of the workspace for generated packages, and for those written by hand too.
fn licences(root: &Path, generated: &[String], all: bool) -> Result<Files> {
    let names = |folder: &str| {
        let entries = fs::read_dir(root.join(folder)).into_iter().flatten().flatten();
        entries.map(|entry| entry.file_name().to_string_lossy().into_owned()).collect::<Vec<_>>()
    };
    let mut packages = generated.to_vec();
    if all {
        let folders = names("crates").into_iter().map(|name| format!("crates/{name}"));
        packages.extend(folders.filter(|folder| root.join(folder).join("Cargo.toml").exists()));
    }
    let mut files = Files::new();
    for name in names("").iter().filter(|name| files::is_licence(name)) {
        let text = fs::read_to_string(root.join(name))
            .map_err(|error| vec![Problem::new(name, "", format!("cannot be read: {error}"))])?;
        files.extend(packages.iter().map(|package| (format!("{package}/{name}"), text.clone())));
    }
    Ok(files)
}
