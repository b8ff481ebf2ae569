//! Checks that a breaking change to generated code requires a new version, and that no other change does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{
    fs,
    path::Path,
    process::{Command, Output},
};

use tempfile::TempDir;

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(identity).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap().flatten() {
        let target = to.join(entry.file_name());
        if entry.path().is_dir() {
            copy(&entry.path(), &target)
        } else {
            assert!(fs::copy(entry.path(), target).is_ok())
        }
    }
}

fn semver(root: &Path, arguments: &[&str]) -> Output {
    let mut command = Command::new(env!("CARGO_BIN_EXE_xtask"));
    command.arg("--root").arg(root).arg("semver").args(arguments).output().unwrap()
}

fn replace(root: &Path, file: &str, from: &str, to: &str) {
    let path = root.join(file);
    let text = fs::read_to_string(&path).unwrap();
    assert!(text.contains(from), "{file} must hold {from:?}");
    fs::write(path, text.replace(from, to)).unwrap();
}

#[test]
fn breaking_change_requires_new_version() {
    let folder = TempDir::new().unwrap();
    let root = folder.path();
    copy(&Path::new(env!("CARGO_MANIFEST_DIR")).join("../tests/golden"), root);
    git(root, &["init", "--quiet"]);
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "--message", "first"]);
    git(root, &["tag", "v0.0.0"]);
    let (builder, changelog) = ("crates/huaweicloud-tiny/src/builder.rs", "specs/tiny/CHANGELOG.md");

    // An addition is not a breaking change.
    replace(root, builder, "    pub fn with_options(", "    pub fn added(&self) {}\n    pub fn with_options(");
    let output = semver(root, &[]);
    let text = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{text}");
    assert_eq!(text, "crates/huaweicloud-tiny: 0 removed or changed, 1 added since v0.0.0 (0.0.0)\n");

    replace(
        root,
        builder,
        "pub fn with_options(mut self, options: CallOptions)",
        "pub fn with_options(mut self, options: &CallOptions)",
    );
    git(root, &["commit", "--quiet", "--all", "--message", "second"]);
    let output = semver(root, &[]);
    assert_eq!(output.status.code(), Some(1));
    let (text, error) = (String::from_utf8_lossy(&output.stdout), String::from_utf8_lossy(&output.stderr));
    assert!(text.contains("1 removed or changed") && text.contains("fn with_options"), "{text}");
    let expected = "specs/tiny/CHANGELOG.md: the public API changed in a breaking way since 0.0.0, so 0.0.0 is not enough: \
                    begin a heading with a new minor version\n";
    assert_eq!(error, expected);
    assert!(semver(root, &["--against", "HEAD"]).status.success(), "nothing changed since the last commit");

    replace(root, changelog, "## [0.0.0]", "## [0.0.1]\n\n## [0.0.0]");
    assert_eq!(semver(root, &[]).status.code(), Some(1), "a patch version promises that nothing breaks");
    replace(root, changelog, "## [0.0.1]", "## [0.1.0]");
    assert!(semver(root, &[]).status.success());

    let output = semver(root, &["--against", "no-such-revision"]);
    assert_eq!(output.status.code(), Some(1));
    assert!(String::from_utf8_lossy(&output.stderr).starts_with("semver: fatal:"), "{output:?}");
}
