//! Generated files: written all or none, or compared with what is there.

use std::{
    collections::{BTreeMap, BTreeSet},
    fs,
    io::{self, Read as _},
    path::{Path, PathBuf},
};

use similar::TextDiff;

use crate::{
    package::MARK,
    spec::{Problem, Result},
};

/// Contents by path from the root of the workspace.
pub type Files = BTreeMap<String, String>;

/// Writes the files and removes left-over ones; what was not generated stays, and is named. First everything is written beside its place, then all is moved, so
/// that a run that fails changes nothing.
pub fn write(root: &Path, files: &Files, folders: &[String]) -> Result<()> {
    let failed = |path: &str, error: &io::Error| vec![Problem::new(path, "", format!("cannot be written: {error}"))];
    let (surplus, foreign) = left_over(root, files, folders);
    let mut staged = Vec::new();
    for (path, contents) in files {
        let target = root.join(path);
        if fs::read_to_string(&target).is_ok_and(|present| present == *contents) {
            continue;
        }
        let folder = target.parent().unwrap_or(root).to_owned();
        let stage = || {
            fs::create_dir_all(&folder)?;
            let file = tempfile::Builder::new().prefix(".xtask-").tempfile_in(&folder)?;
            fs::write(file.path(), contents)?;
            #[cfg(unix)]
            {
                use std::os::unix::fs::PermissionsExt as _;
                fs::set_permissions(file.path(), fs::Permissions::from_mode(0o644))?;
            }
            Ok(file)
        };
        staged.push((path, target, stage().map_err(|error| failed(path, &error))?));
    }
    // What there is now, to put back if a later step fails.
    let mut undo: Vec<(PathBuf, Option<Vec<u8>>)> = Vec::new();
    let written: Vec<&String> = staged.iter().map(|(path, ..)| *path).collect();
    let apply = || {
        for (path, target, file) in staged {
            undo.push((target.clone(), fs::read(&target).ok()));
            file.persist(&target).map_err(|error| failed(path, &error.error))?;
        }
        for path in &surplus {
            let target = root.join(path);
            undo.push((target.clone(), fs::read(&target).ok()));
            fs::remove_file(target).map_err(|error| failed(path, &error))?;
        }
        Ok(())
    };
    let applied = apply();
    if applied.is_err() {
        for (target, contents) in undo.into_iter().rev() {
            // What cannot be put back either is already reported by the error.
            let _ = match contents {
                Some(contents) => fs::write(target, contents),
                None => fs::remove_file(&target).and_then(|()| fs::remove_dir(target.parent().unwrap_or(root))),
            };
        }
    }
    if applied.is_ok() {
        written.into_iter().for_each(|path| println!("wrote {path}"));
        surplus.iter().for_each(|path| println!("removed {path}"));
        foreign.iter().for_each(|path| eprintln!("kept {path}, which was not generated"));
    }
    applied
}

/// Refuses to write where somebody else's files would be lost: through a link, which may lead out of the workspace, or
/// over a file of a generated crate that was not generated.
pub fn refuse_foreign(root: &Path, files: &Files, folders: &[String]) -> Result<()> {
    let mut links = BTreeSet::new();
    let mut foreign = BTreeSet::new();
    for path in files.keys() {
        let mut steps: Vec<&Path> = Path::new(path).ancestors().filter(|step| *step != Path::new("")).collect();
        steps.reverse();
        match steps.into_iter().find(|step| root.join(step).is_symlink()) {
            Some(link) => drop(links.insert(link.to_string_lossy().replace('\\', "/"))),
            None if folders.iter().any(|folder| Path::new(path).starts_with(folder)) => {
                let target = root.join(path);
                if target.exists() && !is_generated(&target) {
                    foreign.insert(path.clone());
                }
            }
            None => {}
        }
    }
    let refusals = links
        .into_iter()
        .map(|path| {
            Problem::new(path, "", "is a link, which may lead out of the workspace: put a folder or file there")
        })
        .chain(foreign.into_iter().map(|path| {
            Problem::new(
                path,
                "",
                "was not generated and would be overwritten: move it, or rename the folder of the spec",
            )
        }));
    let problems: Vec<Problem> = refusals.collect();
    if problems.is_empty() { Ok(()) } else { Err(problems) }
}

/// Whether a file says at its head that it was generated. The head, and not the first line alone, so that a conflict of
/// a merge does not make it somebody's own.
fn is_generated(path: &Path) -> bool {
    const HEAD: u64 = 2048;
    let mut head = Vec::new();
    let read = fs::File::open(path).and_then(|file| file.take(HEAD).read_to_end(&mut head));
    !path.is_symlink() && read.is_ok() && String::from_utf8_lossy(&head).lines().take(5).any(|line| line.contains(MARK))
}

/// Compares the files with what is there.
pub fn check(root: &Path, files: &Files, folders: &[String], command: &str) -> Result<()> {
    const SHOWN: usize = 12;
    let mut problems = Vec::new();
    for (path, contents) in files {
        match fs::read_to_string(root.join(path)) {
            Ok(present) if present == *contents => {}
            Ok(present) => {
                let diff = TextDiff::from_lines(present.as_str(), contents.as_str());
                let changed: Vec<String> = diff
                    .iter_all_changes()
                    .filter(|change| change.tag() != similar::ChangeTag::Equal)
                    .map(|change| format!("  {}{}", change.tag(), change.value().trim_end()))
                    .collect();
                let more = match changed.len().saturating_sub(SHOWN) {
                    0 => String::new(),
                    more => format!("\n  … and {more} more lines"),
                };
                let shown = changed[..changed.len().min(SHOWN)].join("\n");
                problems.push(Problem::new(path, "", format!("differs from what its spec generates:\n{shown}{more}")));
            }
            Err(_) => problems.push(Problem::new(path, "", "is missing")),
        }
    }
    let (surplus, foreign) = left_over(root, files, folders);
    let say = |sentence: &'static str| move |path| Problem::new(path, "", sentence);
    problems.extend(surplus.into_iter().map(say("is left over: its spec does not generate it")));
    problems
        .extend(foreign.into_iter().map(say("was not generated: move it out of the crate, which is generated whole")));
    if problems.is_empty() {
        return Ok(());
    }
    problems.push(Problem::new(
        "generate --check",
        "",
        format!("run `{command}` and review the diff; generated files are never edited by hand"),
    ));
    Err(problems)
}

/// What stands in generated folders beside the files: what was generated once, and what never was.
fn left_over(root: &Path, files: &Files, folders: &[String]) -> (Vec<String>, Vec<String>) {
    let mut found = Vec::new();
    for folder in folders {
        let mut open: Vec<PathBuf> = vec![root.join(folder)];
        while let Some(directory) = open.pop() {
            for entry in fs::read_dir(directory).into_iter().flatten().flatten() {
                let path = entry.path();
                // A link is not followed.
                if entry.file_type().is_ok_and(|kind| kind.is_dir()) {
                    open.push(path);
                } else if let Ok(relative) = path.strip_prefix(root) {
                    let relative = relative.to_string_lossy().replace('\\', "/");
                    if !files.contains_key(&relative) {
                        found.push(relative);
                    }
                }
            }
        }
    }
    found.sort();
    found.into_iter().partition(|path| is_generated(&root.join(path)))
}

/// Folders of crates that are generated whole but whose spec is gone.
pub fn orphans(root: &Path, services: &[String]) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(root.join("crates")).into_iter().flatten().flatten() {
        let name = entry.file_name().to_string_lossy().into_owned();
        let generated = fs::read_to_string(entry.path().join("Cargo.toml"))
            .is_ok_and(|manifest| manifest.lines().next().is_some_and(|line| line.contains(MARK)));
        if generated && !services.iter().any(|service| name == format!("huaweicloud-{service}")) {
            found.push(format!("crates/{name}"));
        }
    }
    found
}
