//! The four documents that the specs follow, and help documents of sister services: tested where they are available.

use std::{
    env, fs,
    path::{Path, PathBuf},
    process::Command,
};

use serde_json::Value;
use tempfile::TempDir;
use xtask::{
    document::{Document, Role},
    drift, score, spec,
};

fn workspace() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
}

/// Returns a folder of help documents outside the project; if there is none, reports the skip and returns `None`.
fn external_folder(variable: &str, folder: &str) -> Option<PathBuf> {
    let path = env::var_os(variable).map_or_else(|| workspace().join("../shared").join(folder), PathBuf::from);
    if path.is_dir() {
        return Some(path);
    }
    eprintln!("SKIPPED: no pages in ../shared/{folder}, and {variable} names no folder of them");
    None
}

fn documents() -> Option<Vec<PathBuf>> {
    let folder = external_folder("HUAWEICLOUD_DOCUMENTS", "documents")?;
    let mut files: Vec<PathBuf> = fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()).collect();
    files.sort();
    Some(files)
}

#[test]
fn specs_match_documents() {
    let Some(files) = documents() else { return };
    let specs = spec::load(&workspace(), &[]).unwrap();
    let mut compared = Vec::new();
    for file in files {
        let document = Document::read_bytes(&fs::read(file).unwrap()).unwrap();
        let (spec, operation) = drift::find(&specs, &document).unwrap();
        let name = operation.id.clone();
        let mut report = drift::report(spec, &document).unwrap();
        report.document = "the document".to_owned();
        assert_eq!(report.differences, [], "{name}");
        assert!(report.stale.is_empty(), "{name}: {:?}", report.stale);
        insta::assert_snapshot!(format!("report_{name}"), drift::render(&report));
        insta::assert_snapshot!(format!("reading_{name}"), reading(&document));
        compared.push(name);
    }
    assert_eq!(compared.len(), 4, "{compared:?}");
}

/// Lists every parsed row: names, types, flags and numbers, without prose.
fn reading(document: &Document) -> String {
    let mut out = format!("{} {}\n", document.method, document.path);
    for (index, table) in document.tables.iter().enumerate() {
        out.push_str(&format!("{index}: {:?} {}\n", table.role, table.name.as_deref().unwrap_or_default()));
        if table.role == Role::Other {
            let keys: Vec<&str> = table.rows.iter().map(|row| row.name.as_str()).collect();
            out.push_str(&format!("  {}\n", keys.join(", ")));
            continue;
        }
        for row in &table.rows {
            let kind = row.kind.stated().map(ToString::to_string).unwrap_or_default();
            let limits = &row.limits;
            out.push_str(&format!("  {}: {kind}, mandatory {:?}", row.name, row.mandatory));
            for (what, bounds) in [("length", limits.length), ("items", limits.items), ("value", limits.value)] {
                if !bounds.is_empty() {
                    out.push_str(&format!(", {what} {:?}..{:?}", bounds.min, bounds.max));
                }
            }
            if let Some(element) = &limits.element {
                out.push_str(&format!(
                    ", each {:?}..{:?} alphanumeric {}",
                    element.length.min, element.length.max, element.alphanumeric
                ));
            }
            if limits.alphanumeric {
                out.push_str(", alphanumeric");
            }
            out.push_str(&format!(", values {:?}, default {:?}", limits.values, limits.default));
            if let Some(table) = row.table {
                out.push_str(&format!(", see {table}"));
            }
            out.push('\n');
        }
    }
    out
}

#[test]
fn parses_sister_pages_in_every_layout() {
    let Some(folder) = external_folder("HUAWEICLOUD_PAGES", "pages") else { return };
    for layout in score::measure(&folder).unwrap() {
        let least = match layout.name.as_str() {
            "html" => 0.99,
            "vertical" => 0.97,
            _ => 0.95,
        };
        assert_eq!(layout.unread, Vec::<String>::new(), "{}", layout.name);
        for (what, score) in [("names", layout.names), ("types", layout.kinds), ("mandatory", layout.mandatory)] {
            assert!(
                score.precision() >= least && score.recall() >= least,
                "{}: {what} {} {}",
                layout.name,
                score.precision(),
                score.recall()
            );
        }
    }
}

#[test]
fn drafts_generate_models_that_decode_the_examples() {
    let Some(files) = documents() else { return };
    let folder = TempDir::new().unwrap();
    fs::create_dir(folder.path().join("specs")).unwrap();
    fs::copy(workspace().join("README.md"), folder.path().join("README.md")).unwrap();
    let xtask = |arguments: &[&str]| {
        let output = Command::new(env!("CARGO_BIN_EXE_xtask"))
            .arg("--root")
            .arg(folder.path())
            .args(arguments)
            .output()
            .unwrap();
        let text = String::from_utf8(output.stdout).unwrap() + &String::from_utf8(output.stderr).unwrap();
        (output.status.success(), text)
    };
    let mut tests = String::new();
    let mut dependencies = String::new();
    for (index, file) in files.iter().enumerate() {
        let service = format!("draft{index}");
        let (done, text) = xtask(&["draft", file.to_str().unwrap(), "--service", &service]);
        assert!(done, "{text}");
        let (clean, text) = xtask(&["lint", &service]);
        assert!(
            !clean && text.lines().all(|line| line.contains("is an open question") || line.contains("is not decided")),
            "{text}"
        );
        // A second draft would overwrite the first.
        let (again, text) = xtask(&["draft", file.to_str().unwrap(), "--service", &service]);
        assert!(!again && text.contains("cargo xtask drift"), "{text}");

        let path = folder.path().join(format!("specs/{service}/openapi.yaml"));
        let mut spec: Value = serde_saphyr::from_str(&fs::read_to_string(&path).unwrap()).unwrap();
        accept_draft(&mut spec);
        fs::write(&path, spec.to_string()).unwrap();
        dependencies.push_str(&format!("huaweicloud-{service} = {{ path = \"crates/huaweicloud-{service}\" }}\n"));
        let document = Document::read_bytes(&fs::read(file).unwrap()).unwrap();
        let specs = spec::load(folder.path(), &[]).unwrap();
        let (spec, operation) = drift::find(&specs, &document).unwrap();
        assert_eq!(drift::report(spec, &document).unwrap().differences, [], "a draft says what its page says");
        let response = operation.response_schema().unwrap().reference().unwrap().to_owned();
        for example in document.examples.iter().filter(|example| !example.is_request) {
            if let xtask::document::Body::Json(json) = &example.body {
                tests.push_str(&format!("round::<huaweicloud_{service}::types::{response}>(r####\"{json}\"####);\n"));
            }
        }
    }
    let (clean, text) = xtask(&["lint"]);
    assert!(clean, "{text}");
    let (done, text) = xtask(&["generate"]);
    assert!(done, "{text}");
    assert!(tests.matches("round::<").count() >= 4, "{tests}");

    let root = workspace().canonicalize().unwrap();
    let manifest = fs::read_to_string(root.join("Cargo.toml")).unwrap();
    let manifest = manifest.replace(
        "members = [\"crates/*\", \"xtask\", \"tests\", \"tests/golden/crates/*\"]",
        "members = [\"crates/*\", \"decode\"]",
    );
    let manifest = manifest.replace("default-members = [\"crates/huaweicloud-cli\"]\n", "");
    let manifest = manifest.replace("path = \"crates/", &format!("path = \"{}/crates/", root.display()));
    fs::write(folder.path().join("Cargo.toml"), manifest).unwrap();
    fs::copy(root.join("Cargo.lock"), folder.path().join("Cargo.lock")).unwrap();
    let decode = folder.path().join("decode");
    fs::create_dir_all(decode.join("src")).unwrap();
    fs::write(
        decode.join("Cargo.toml"),
        format!("[package]\nname = \"decode\"\nversion = \"0.1.0\"\nedition = \"2024\"\n[dependencies]\nserde = {{ workspace = true }}\nserde_json = {{ workspace = true }}\n{}", dependencies.replace("crates/", "../crates/")),
    )
    .unwrap();
    fs::write(decode.join("src/main.rs"), format!("{ROUND}\nfn main() {{\n{tests}}}\n")).unwrap();
    let output = Command::new(env!("CARGO"))
        .args(["run", "--offline", "--package", "decode"])
        .current_dir(folder.path())
        .env("CARGO_TARGET_DIR", root.join("target/drafts"))
        .output()
        .unwrap();
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
}

/// Removes the review notes, as a reviewer who accepts the draft would.
fn accept_draft(value: &mut Value) {
    match value {
        Value::Object(members) => {
            members.remove("x-review");
            if let Some(why) = members.get_mut("why") {
                *why = "agreed".into();
            }
            members.values_mut().for_each(accept_draft);
        }
        Value::Array(items) => items.iter_mut().for_each(accept_draft),
        _ => {}
    }
}

/// Round-trips JSON and compares it except for nulls; every value must have found a field.
const ROUND: &str = r#"
fn round<T: serde::de::DeserializeOwned + serde::Serialize>(json: &str) {
    fn without_null(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(members) => {
                members.retain(|_, member| !member.is_null());
                members.values_mut().for_each(without_null);
            }
            serde_json::Value::Array(items) => items.iter_mut().for_each(without_null),
            _ => {}
        }
    }
    let mut given: serde_json::Value = serde_json::from_str(json).unwrap();
    let model: T = serde_json::from_str(json).unwrap();
    let mut written = serde_json::to_value(model).unwrap();
    without_null(&mut given);
    without_null(&mut written);
    assert_eq!(written, given);
}
"#;
