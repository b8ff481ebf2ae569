//! Checks that a breaking change to generated code requires a new version, and that no other change does.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{path::Path, process::Command};

use golden::{edit, golden_copy, xtask};

mod golden;

fn git(folder: &Path, arguments: &[&str]) {
    let identity = ["-c", "user.name=test", "-c", "user.email=test@example.com", "-c", "commit.gpgsign=false"];
    let output = Command::new("git").args(identity).args(arguments).current_dir(folder).output().unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

#[test]
fn breaking_change_requires_new_version() {
    let folder = golden_copy();
    let root = folder.path();
    git(root, &["init", "--quiet"]);
    git(root, &["add", "."]);
    git(root, &["commit", "--quiet", "--message", "first"]);
    git(root, &["tag", "v0.0.0"]);
    let (builder, changelog) = ("crates/huaweicloud-tiny/src/builder.rs", "specs/tiny/CHANGELOG.md");

    // What is added breaks nobody.
    edit(root, builder, "    pub fn with_options(", "    pub fn added(&self) {}\n    pub fn with_options(");
    let added = "crates/huaweicloud-tiny: 0 removed or changed, 1 added since v0.0.0 (0.0.0)\n";
    assert_eq!(xtask(root, &["semver"]), (0, added.to_owned()));

    edit(
        root,
        builder,
        "pub fn with_options(mut self, options: CallOptions)",
        "pub fn with_options(mut self, options: &CallOptions)",
    );
    git(root, &["commit", "--quiet", "--all", "--message", "second"]);
    let (code, text) = xtask(root, &["semver"]);
    assert!(text.contains("1 removed or changed") && text.contains("fn with_options"), "{text}");
    let expected = "specs/tiny/CHANGELOG.md: the public API changed in a breaking way since 0.0.0, so 0.0.0 is not enough: \
                    begin a heading with a new minor version\n";
    assert!(code == 1 && text.ends_with(expected), "{text}");
    assert_eq!(xtask(root, &["semver", "--against", "HEAD"]).0, 0, "nothing changed since the last commit");

    edit(root, changelog, "## [0.0.0]", "## [0.0.1]\n\n## [0.0.0]");
    assert_eq!(xtask(root, &["semver"]).0, 1, "a patch version promises that nothing breaks");
    edit(root, changelog, "## [0.0.1]", "## [0.1.0]");
    assert_eq!(xtask(root, &["semver"]).0, 0);

    let (code, text) = xtask(root, &["semver", "--against", "no-such-revision"]);
    assert!(code == 1 && text.starts_with("semver: fatal:"), "{text}");
}
