//! What the tasks do to files, and how they show the names of files.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]
#![cfg(unix)]

use std::{fs, path::Path};

use golden::{golden_copy, xtask};
use tempfile::TempDir;
use xtask::files::{self, Files};

#[allow(dead_code, reason = "other tests edit the golden workspace")]
mod golden;

/// Returns the files, with their contents, and the folders below a folder.
fn tree(folder: &Path) -> Vec<String> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        found.push(format!("{} {:?}", path.display(), fs::read_to_string(&path).ok()));
        if path.is_dir() {
            found.extend(tree(&path));
        }
    }
    found.sort();
    found
}

#[test]
fn a_failed_run_leaves_files_and_folders_as_they_were() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    fs::create_dir_all(root.join("empty")).unwrap();
    fs::create_dir_all(root.join("a folder/z.rs/taken")).unwrap();
    fs::write(root.join("a file"), "old").unwrap();
    let before = tree(root);
    // A file cannot replace a folder, and a folder cannot be created in a file.
    for failing in ["a folder/z.rs", "a file/z.rs"] {
        let paths = ["a file", "a new/b/c/d.rs", "a new/b/e.rs", "empty/f.rs", "empty/g/h.rs", failing, "later/i.rs"];
        let files: Files = paths.iter().map(|path| ((*path).to_owned(), "new".to_owned())).collect();
        let problems = files::write(root, &files, &[]).unwrap_err();
        assert!(problems[0].file == failing && problems[0].message.starts_with("cannot be written: "), "{problems:?}");
        assert_eq!(tree(root), before, "{failing}");
    }
}

#[test]
fn control_characters_of_names_and_documents_are_shown_escaped() {
    const NAME: &str = "page\u{1b}[2Jof\u{9b}31m\nnothing: \rforged";
    let workspace = golden_copy();
    let root = workspace.path();
    let foreign = root.join("crates/huaweicloud-tiny/src").join(NAME);
    let layout = root.join("score/html");
    fs::create_dir_all(&layout).unwrap();
    fs::create_dir_all(root.join("score/truth")).unwrap();
    fs::write(root.join("score/truth").join(format!("{NAME}.json")), "{ \"tables\": [] }").unwrap();
    fs::write(layout.join(NAME), "no operation").unwrap();
    let page = "Title\u{1b}[2J\nURI\nGET /v1/none\u{7}\nResponse Parameters\nParameter | Type | Description |\n\
                ---|---|---|\nid | String | Id. |\nError Codes\nNone";
    fs::write(root.join(NAME), page).unwrap();
    fs::write(&foreign, "mine").unwrap();
    let path = |path: &Path| path.to_str().unwrap().to_owned();
    let (page, score, missing) = (path(&root.join(NAME)), path(&root.join("score")), path(&root.join("none\n\u{7f}")));
    let runs: [&[&str]; 10] = [
        &["generate"],
        &["generate", "--check"],
        &["lint", NAME],
        &["drift", &page, &path(&layout.join(NAME)), &missing],
        &["drift", "--all", root.to_str().unwrap(), &path(&layout)],
        &["drift", "--all", &missing],
        &["drift", "--format", "json", &page, &missing],
        &["draft", "--service", NAME, &page],
        &["draft", "--service", "new", &path(&layout.join(NAME))],
        &["score", &score],
    ];
    for arguments in runs {
        let (code, text) = xtask(root, arguments);
        assert_ne!((code, text.as_str()), (0, ""), "{arguments:?}");
        assert!(!text.contains(|c: char| c.is_control() && c != '\n'), "{arguments:?}: {text:?}");
        assert!(
            !text.lines().any(|line| line.starts_with("nothing: ") || line.contains('\r')),
            "{arguments:?}: {text}"
        );
        let shown = text.contains("page\\u001b[2Jof\\u009b31m\\u000anothing: \\u000dforged")
            || text.contains("none\\u000a\\u007f");
        assert!(shown || text.contains("none\\\\u000a\\\\u007f"), "{arguments:?}: {text}");
    }
}
