//! `generate`: from the specs to the files.

use std::path::Path;

use crate::{
    deviations,
    files::{self, Files},
    lint, package,
    spec::{self, Problem, Result},
};

/// Generates the crates of these services, or of all and the tables of the README.
pub fn run(root: &Path, services: &[String], check: bool) -> Result<()> {
    let specs = spec::load(root, services)?;
    lint::check(&specs)?;
    let mut files = Files::new();
    let mut problems = Vec::new();
    for spec in &specs {
        match package::package(spec) {
            Ok(package) => files.extend(package),
            Err(found) => problems.extend(found),
        }
    }
    if !problems.is_empty() {
        return Err(problems);
    }
    let generated: Vec<String> = specs.iter().map(|spec| spec.service.clone()).collect();
    let folders: Vec<String> = generated.iter().map(|service| format!("crates/huaweicloud-{service}")).collect();
    if services.is_empty() {
        files.extend(deviations::readme(root, &specs)?);
        let orphans = files::orphans(root, &generated);
        if !orphans.is_empty() {
            return Err(orphans
                .into_iter()
                .map(|folder| Problem::new(&folder, "", "is generated but its spec is gone: remove the folder"))
                .collect());
        }
    }
    files::refuse_foreign(root, &files, &folders)?;
    if check {
        let command = std::iter::once("cargo xtask generate").chain(services.iter().map(String::as_str));
        files::check(root, &files, &folders, &command.collect::<Vec<_>>().join(" "))
    } else {
        files::write(root, &files, &folders)
    }
}
