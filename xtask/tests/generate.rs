//! The generator: up to date, reproducible, all or nothing, and with error messages instead of panics.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::{fs, path::Path};

use golden::{edit, golden, golden_copy, xtask};
use synthetic::synthetic;
use tempfile::TempDir;
use xtask::{lint, package};

mod golden;
mod synthetic;

const SPEC: &str = "specs/tiny/openapi.yaml";
const TYPES: &str = "crates/huaweicloud-tiny/src/types.rs";

#[test]
fn workspace_is_up_to_date() {
    let workspace = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let (code, text) = xtask(&workspace, &["generate", "--check"]);
    assert_eq!(code, 0, "{text}");
    let (code, text) = xtask(&golden(), &["generate", "--check"]);
    assert_eq!(code, 0, "the golden crate: {text}");
}

#[test]
fn generation_is_reproducible() {
    let folder = golden_copy();
    fs::remove_dir_all(folder.path().join("crates")).unwrap();
    let (code, text) = xtask(folder.path(), &["generate"]);
    assert!(code == 0, "{text}");
    for file in [TYPES, "crates/huaweicloud-tiny/Cargo.toml", "crates/huaweicloud-tiny/src/service.rs", "README.md"] {
        assert!(fs::read(folder.path().join(file)).unwrap() == fs::read(golden().join(file)).unwrap(), "{file}");
    }
    let (code, text) = xtask(folder.path(), &["generate"]);
    assert_eq!((code, text.as_str()), (0, ""), "a second run has nothing to write");
}

#[test]
fn comments_in_a_spec_change_nothing() {
    let folder = golden_copy();
    edit(folder.path(), SPEC, "info:\n", "# Checked today.\ninfo: # As documented.\n");
    assert_eq!(xtask(folder.path(), &["generate"]), (0, String::new()));
}

#[test]
fn changelogs_decide_versions_and_licences_are_copied() {
    const MANIFEST: &str = "crates/huaweicloud-tiny/Cargo.toml";
    const CHANGELOG: &str = "specs/tiny/CHANGELOG.md";
    let folder = golden_copy();
    let read = |file: &str| fs::read_to_string(folder.path().join(file)).unwrap();
    assert!(read(MANIFEST).contains("version = \"0.0.0\"") && read(MANIFEST).contains("publish = false"));
    edit(folder.path(), CHANGELOG, "## [0.0.0]", "## [Unreleased]\n\n## [1.4.0] - 2026-01-01\n\n## [0.0.0]");
    // A workspace with a changelog of its own has a catalog.
    fs::write(folder.path().join("specs/CHANGELOG.md"), "# Changelog\n\n## [0.3.0]\n").unwrap();
    fs::write(folder.path().join("LICENSE-ANY"), "Do what you like.\n").unwrap();
    let (code, text) = xtask(folder.path(), &["generate"]);
    assert_eq!(code, 0, "{text}");
    assert!(read(MANIFEST).contains("version = \"1.4.0\"") && !read(MANIFEST).contains("publish = false"));
    assert!(read("crates/huaweicloud-tiny/CHANGELOG.md").ends_with(&read(CHANGELOG)));
    let catalog = read("crates/huaweicloud-catalog/Cargo.toml");
    assert!(catalog.contains("version = \"0.3.0\"") && catalog.contains("version = \"1.4.0\""), "{catalog}");
    for name in ["tiny", "catalog"] {
        assert_eq!(read(&format!("crates/huaweicloud-{name}/LICENSE-ANY")), "Do what you like.\n");
    }
    assert_eq!(xtask(folder.path(), &["generate", "--check"]), (0, String::new()));

    fs::write(folder.path().join(CHANGELOG), "# Changelog\n\n## [Unreleased]\n").unwrap();
    let expected =
        format!("{CHANGELOG}: has no heading `## [1.2.3]`, which says which version the generated crate has\n");
    assert_eq!(xtask(folder.path(), &["generate"]), (1, expected));
    fs::remove_file(folder.path().join(CHANGELOG)).unwrap();
    let (code, text) = xtask(folder.path(), &["generate"]);
    assert!(code == 1 && text.starts_with(&format!("{CHANGELOG}: cannot be read: ")), "{text}");
}

#[test]
fn check_reports_every_kind_of_difference() {
    type Change = (&'static str, fn(&Path));
    let changes: [Change; 6] = [
        ("differs from what its spec generates", |root| edit(root, SPEC, "Name of the thing.", "What it is called.")),
        ("differs from what its spec generates", |root| edit(root, TYPES, "pub struct", "pub  struct")),
        ("is missing", |root| fs::remove_file(root.join(TYPES)).unwrap()),
        ("is left over", |root| {
            fs::copy(root.join(TYPES), root.join("crates/huaweicloud-tiny/src/old.rs")).map(drop).unwrap();
        }),
        ("was not generated: move it", |root| {
            fs::write(root.join("crates/huaweicloud-tiny/src/notes.rs"), "").unwrap();
        }),
        ("is generated but its spec is gone", |root| {
            fs::rename(root.join("specs/tiny"), root.join("specs/other")).unwrap();
        }),
    ];
    for (sentence, change) in changes {
        let folder = golden_copy();
        change(folder.path());
        let (code, text) = xtask(folder.path(), &["generate", "--check"]);
        assert_eq!(code, 1, "{sentence}");
        assert!(text.contains(sentence), "{sentence}: {text}");
        assert!(text.lines().count() < 60, "the diff is short: {text}");
        if !sentence.contains("gone") && !sentence.contains("was not") {
            assert!(text.contains("run `cargo xtask generate`"), "{text}");
            let (code, _) = xtask(folder.path(), &["generate"]);
            assert_eq!((code, xtask(folder.path(), &["generate", "--check"]).0), (0, 0), "generating mends it");
        }
    }
}

/// Every invalid spec that once caused a panic, wrong code, or bad documentation.
#[test]
fn rejects_invalid_specs_without_writing() {
    let post = "#/paths/~1v1~1things~1{thing_id}/post";
    let cases = [
        ("openapi: 3.0.3", "openapi: 3.1.0", "#/openapi: must be 3.0.x"),
        ("openapi: 3.0.3", "openapi: [", ": is not valid YAML"),
        ("summary: Looks a thing up.", "", &format!("{post}/summary: is missing")),
        (
            "operationId: look_up_thing",
            "operationId: lookUpThing",
            &format!("{post}/operationId: must be \"look_up_thing\""),
        ),
        (
            "            title: Looking Up",
            "            titel: Looking Up",
            &format!("{post}/x-source/documents/0/titel: is not supported in a document"),
        ),
        ("            title: Looking Up\n", "", &format!("{post}/x-source/documents: must begin with the document")),
        (
            "            updated: 2026-01-01",
            "            updated: unknown",
            &format!("{post}/x-source/documents/0/updated: must be the date of this document"),
        ),
        (
            "          - page: Tiny\n",
            "          - page: Tiny\n            sdk: tiny 1.0\n",
            &format!("{post}/x-source/documents/0: must name a page, a definition or an sdk"),
        ),
        (
            "$ref: \"#/components/schemas/Thing\"",
            "$ref: \"#/components/schemas/Nothing\"",
            "refers to the schema \"Nothing\", which does not exist",
        ),
        (
            "{ type: string, minLength: 1, maxLength: 8 }",
            "{ type: string, minLength: 9, maxLength: 8 }",
            "/schema/minLength: is 9, larger than maxLength, which is 8",
        ),
        ("in: path", "in: cookie", &format!("{post}/parameters/0/in: is not valid: unknown variant `cookie`")),
        (
            "x-enum-varnames: [Red, Green]",
            "x-enum-varnames: [Red]",
            "#/components/schemas/Colour/x-enum-varnames: must give each value",
        ),
        ("enum: [red, GREEN]", "enum: [red, no]", "#/components/schemas/Colour/x-extensible-enum: must hold texts"),
        (
            "          description: Name of the thing.",
            "          title: Name",
            "#/components/schemas/Thing/properties/name/title: is not supported in a schema",
        ),
        (
            "          description: Name of the thing.\n",
            "",
            "#/components/schemas/Thing/properties/name: has no description",
        ),
        (
            "        name:\n",
            "        na-me:\n          type: string\n          description: Twin.\n        na_me:\n",
            "has the same Rust name as",
        ),
        ("    Thing:\n", "    thing_of:\n", "refers to the schema \"Thing\""),
        ("name: Ann", "name: [Ann]", "/examples/documented/value/things/0/name: breaks its schema"),
        ("example: t-1", "example: much-too-long", "/parameters/0/example: breaks its schema"),
        (
            "          type: object\n          description: Labels.",
            "          anyOf: []\n          description: Labels.",
            "is not supported in a schema",
        ),
        ("at: \"1713420888000\"", "at: 1.5", "/things/0/at: breaks its schema"),
        ("shape: 1\n", "shape: one\n", "/things/0/shape: breaks its schema"),
        ("fn: 1.5", "size: huge, fn: 1.5", "/examples/documented/value/size: breaks its schema"),
        (
            "oneOf: [{ type: string }, { type: integer, format: int64 }]",
            "oneOf: [{ type: string }]",
            "/properties/at: must be a time: format epoch-millis",
        ),
        (
            "          description: Its colour.",
            "          nullable: true\n          description: Its colour.",
            "/properties/colour/nullable: must stand beside a type",
        ),
        ("items: { x-type: any }", "items: {}", "/properties/values/items: has no type; say `x-type: any`"),
        (
            "x-enum-descriptions: [round, square]",
            "x-enum-descriptions: [round]",
            "x-enum-descriptions: must describe each",
        ),
        (
            "      x-enum-descriptions: [round, square]\n",
            "",
            "/schemas/Shape/x-enum-descriptions: is missing: a number does not say what it means",
        ),
        ("enum: [small, large]", "enum: [small, 2]", "/schemas/Size/enum: must hold texts"),
        (
            "      enum: [small, large]",
            "      enum: [small, large]\n      x-extensible-enum: [huge]",
            "/schemas/Size/x-extensible-enum: must not stand beside enum",
        ),
        ("- name: flag", "- name: shape", "/properties/shape: has the same setter as \"shape\""),
        (
            "        nested:\n",
            "        send:\n          type: string\n          description: A method of every builder.\n        nested:\n",
            "/properties/send: has the name of a method that every builder has: send; settle it with x-setter",
        ),
        ("x-needs: [kind]", "x-needs: [sort]", "/x-needs: \"sort\" is not a query parameter"),
        ("{/shape:words}", "{/name:words}", "/x-history/action: {/name:words} is neither in an item nor a parameter"),
        ("x-iam-action: tiny:thing:get", "x-iam-action: get", "/x-iam-action: must be service, resource and action"),
        ("schema: { type: boolean }", "schema: { type: string, format: password }", "/in: must be header: logs"),
        (
            "next: /page_info/next_marker",
            "next: /page_info",
            "/x-pagination/next: must point to the text in the response",
        ),
        (
            "marker: next",
            "marker: nothing",
            "/x-pagination/marker: \"nothing\" is neither a parameter nor a member of the body",
        ),
        ("items: /things", "items: /nothing", "/x-pagination/items: must point to the array"),
        (
            "        digest: [/at, /name, /shape]\n",
            "",
            "/x-history: needs id, or digest, so that an event has the same id in every run",
        ),
        (
            "digest: [/at, /name, /shape]",
            "digest: [/at, /nowhere]",
            "/x-history/digest: \"/nowhere\" is not in an item",
        ),
        (
            "digest: [/at, /name, /shape]",
            "id: \"{/nowhere}\"",
            "/x-history/id: {/nowhere} is neither in an item nor a parameter",
        ),
        ("old: /colour", "old: /nowhere", "/x-history/changes: \"/nowhere\" is not in \"\" of an item"),
        (
            "each: \"\", field: /name",
            "each: /nowhere, field: /name",
            "/x-history/changes: \"/name\" is not in \"/nowhere\" of an item",
        ),
        (
            "digest: [/at",
            "until: limit\n        digest: [/at",
            "/x-history/until: \"limit\" is neither a parameter nor a member of the body that takes milliseconds",
        ),
        (
            "digest: [/at",
            "since: limit\n        digest: [/at",
            "/x-history/since: \"limit\" is neither a parameter nor a member of the body that takes milliseconds",
        ),
        (
            "digest: [/at",
            "since: nothing\n        digest: [/at",
            "/x-history/since: \"nothing\" is neither a parameter nor a member",
        ),
        (
            "actor: [\"{/name}\"]",
            "actor: [\"{/nobody}\"]",
            "/x-history/actor: {/nobody} is neither in an item nor a parameter",
        ),
        ("x-region: r-1", "x-region: \"\"", "/servers/0/x-region: must name the region"),
        (
            "scope: project",
            "scope: galaxy",
            "#/x-service/scope: is not valid: unknown variant `galaxy`, expected `project` or `domain`",
        ),
        (
            "        style: offset\n",
            "        style: offset\n        first_page: 1\n",
            "/x-pagination/first_page: is not supported in x-pagination",
        ),
        ("        max_offset: 1000\n", "", "/x-pagination/max_offset: is missing"),
        (
            "        items: /things\n",
            "        items: /things\n        id: /number\n",
            "/x-pagination/id: \"number\" is no member of an item",
        ),
        (
            "        items: /things\n",
            "        items: /things\n        order: { argument: up, newest_first: a, oldest_first: b }\n",
            "/x-pagination/order/argument: \"up\" is neither a parameter nor a member of the body",
        ),
        (
            "        items: /things\n",
            "        items: /things\n        order: { argument: kind, newest_first: a, oldest_first: b }\n",
            "/x-pagination/order/oldest_first: \"b\" is no value of \"kind\"",
        ),
        ("    post:\n", "    trace:\n", "#/paths/~1v1~1things~1{thing_id}: is not valid: unknown variant `trace`"),
        ("items: { type: string }", "items: []", "/schema/items: must be a mapping"),
        (
            "schema: { $ref: \"#/components/schemas/Colour\" }",
            "schema: { $ref: \"#/components/schemas/Colour\", nullable: true, type: string }",
            "/schema/$ref: must stand alone",
        ),
        ("format: int32", "format: int33", "/schema/format: is not valid: unknown variant `int33`"),
        ("maximum: 100", "maximum: hundred", "/schema/maximum: is not valid: invalid type: string"),
        (
            "        \"200\":",
            "        \"201\":\n          description: Twice.\n        \"200\":",
            "must have exactly one success status",
        ),
        ("- name: flag", "- name: kind", "has the same setter as \"kind\": kind; settle it with x-setter"),
        (
            "    Colour:\n",
            "    String:\n      type: object\n      description: D.\n      properties: {}\n    Colour:\n",
            "has the name of a type that generated code uses itself",
        ),
        (
            "additionalProperties: { type: string }",
            "additionalProperties: false",
            "/additionalProperties: is not valid: invalid type: boolean `false`, expected a mapping",
        ),
        ("x-deviation:\n      - about: type", "x-deviation:\n      - abaut: type", "x-deviation/0/about: is missing"),
        (
            "- about: type\n        document: a page",
            "- about: kind\n        document: a page",
            "x-deviation/0/about: must be one of default,",
        ),
        (
            "why: it tests the words of a deviation",
            "why: not decided yet",
            "x-deviation/0/why: says that it is not decided",
        ),
        (
            "- about: type\n        document: a page",
            "- about: description\n        document: a page",
            "x-deviation/0/found: is missing",
        ),
        (
            "      summary: Looks a thing up.",
            "      summary: Looks a thing up.\n      x-review: what does it do?",
            "x-review: is an open question",
        ),
        (
            "          description: Id of the thing.",
            "          x-listed-by: { operation: list_nothing, value: /id }\n          description: Id of the thing.",
            "x-listed-by of \"thing_id\" names tiny/list_nothing, which is not an operation",
        ),
        (
            "          description: Id of the thing.",
            "          x-listed-by: { operation: look_up_thing, value: /nothing }\n          description: Id of the thing.",
            "points to /things/0/nothing, where the documented response of tiny/look_up_thing has no id",
        ),
        (
            "{ operation: list_things, value: /thing_id }",
            "{ operation: list_things, value: /thing_id, title: /nothing }",
            "points to /listed/0/nothing, where the documented response of tiny/list_things has no title",
        ),
        ("/v1/things/{thing_id}:", "/v1/things of/{thing_id}:", "must be a path of letters, digits and -._~:@"),
        ("/v1/things/{thing_id}:", "/v1/things/{thing_id:", "must be a path of letters, digits and -._~:@"),
        ("        deep:\n", "        \"\":\n", "/Nested/properties/: \"_\" is not a Rust identifier"),
        ("        deep:\n", "        1st:\n", "/Nested/properties/1st: \"1st_\" is not a Rust identifier"),
        ("        deep:\n", "        de'ep}:\n", "\"de'ep}\" must be of ASCII letters, digits and -_.:@$"),
        ("- name: flag", "- name: flag²", "\"flag²\" must be of ASCII letters, digits and -_.:@$"),
        (
            "    Colour:\n",
            "    Empty:\n      type: object\n      description: D.\n      properties: {}\n    Colour:\n",
            "/schemas/Empty: must be an object with properties",
        ),
        ("enum: [small, large]", "enum: [small, \"\\0\"]", "/schemas/Size/enum/1: holds a control character"),
        (
            "description: A size.",
            "description: \"A \\r size.\"",
            "/schemas/Size/description: holds a control character",
        ),
    ];
    for (from, to, sentence) in cases {
        let folder = golden_copy();
        edit(folder.path(), SPEC, from, to);
        let before = fs::read(folder.path().join(TYPES)).unwrap();
        let (code, text) = xtask(folder.path(), &["generate"]);
        assert_eq!(code, 1, "{from:?} → {to:?} was accepted");
        assert!(text.contains(sentence), "{from:?} → {to:?} gives:\n{text}");
        assert!(text.starts_with("specs/tiny/openapi.yaml"), "{text}");
        assert_eq!(fs::read(folder.path().join(TYPES)).unwrap(), before, "{from:?} → {to:?} changed a file");
    }
}

/// What progenitor and typify read otherwise than a reader might.
#[test]
fn generates_keywords_of_the_edition_and_maps_of_anything() {
    let folder = golden_copy();
    edit(folder.path(), SPEC, "nested: { deep: true }", "nested: { gen: true }");
    edit(folder.path(), SPEC, "        deep:\n", "        gen:\n");
    edit(folder.path(), SPEC, "additionalProperties: { type: string }", "additionalProperties: { x-type: any }");
    let (code, text) = xtask(folder.path(), &["generate"]);
    assert_eq!(code, 0, "{text}");
    let types = fs::read_to_string(folder.path().join(TYPES)).unwrap();
    assert!(types.contains("pub gen_: ") && types.contains("pub labels: Option<Value>"), "{types}");
}

#[test]
fn every_key_that_nothing_reads_is_named_once() {
    let folder = golden_copy();
    edit(folder.path(), SPEC, "  version: v1\n", "  version: v1\n  licence: none\n");
    edit(folder.path(), SPEC, "      operationId:", "      deprecated: false\n      operationId:");
    edit(folder.path(), SPEC, "        - name: thing_id\n", "        - name: thing_id\n          style: simple\n");
    edit(
        folder.path(),
        SPEC,
        "          description: Name of the thing.\n",
        "          description: A.\n          patern: a\n",
    );
    let (code, text) = xtask(folder.path(), &["lint"]);
    let wanted = [
        ("/info/licence", "info"),
        ("/paths/~1v1~1things~1{thing_id}/post/deprecated", "an operation"),
        ("/paths/~1v1~1things~1{thing_id}/post/parameters/0/style", "a parameter"),
        ("/components/schemas/Thing/properties/name/patern", "a schema"),
    ];
    let wanted = wanted.map(|(pointer, place)| {
        format!("{SPEC}#{pointer}: is not supported in {place}; see specs/README.md for what is\n")
    });
    assert_eq!((code, text), (1, wanted.concat()));
}

#[test]
fn preserves_files_that_were_not_generated() {
    // Files next to the generated ones.
    let folder = golden_copy();
    let notes = folder.path().join("crates/huaweicloud-tiny/notes/plan.txt");
    fs::create_dir_all(notes.parent().unwrap()).unwrap();
    fs::write(&notes, "mine").unwrap();
    let old = folder.path().join("crates/huaweicloud-tiny/src/old.rs");
    fs::copy(folder.path().join(TYPES), &old).unwrap();
    let (code, text) = xtask(folder.path(), &["generate"]);
    assert_eq!(code, 0, "{text}");
    assert!(text.contains("kept crates/huaweicloud-tiny/notes/plan.txt, which was not generated"), "{text}");
    assert!(fs::read(&notes).unwrap() == b"mine" && !old.exists(), "{text}");

    // A crate that was not generated in the place of a generated one, without a manifest.
    let types = folder.path().join(TYPES);
    fs::remove_file(folder.path().join("crates/huaweicloud-tiny/Cargo.toml")).unwrap();
    fs::write(&types, "pub struct Mine;").unwrap();
    let (code, text) = xtask(folder.path(), &["generate"]);
    assert_eq!(code, 1, "{text}");
    assert!(text.starts_with(&format!("{TYPES}: was not generated and would be overwritten")), "{text}");
    assert_eq!(fs::read_to_string(&types).unwrap(), "pub struct Mine;");

    // A file with a merge conflict still counts as generated.
    let folder = golden_copy();
    edit(folder.path(), TYPES, "// @generated", "<<<<<<< ours\n// @generated");
    assert_eq!(xtask(folder.path(), &["generate"]).0, 0);
}

#[cfg(unix)]
#[test]
fn does_not_follow_links() {
    use std::os::unix::fs::symlink;
    let elsewhere = TempDir::new().unwrap();
    fs::write(elsewhere.path().join("precious.txt"), "mine").unwrap();
    for link in ["crates/huaweicloud-tiny", "crates/huaweicloud-tiny/src", TYPES] {
        let folder = golden_copy();
        let place = folder.path().join(link);
        if place.is_dir() {
            fs::remove_dir_all(&place).unwrap()
        } else {
            fs::remove_file(&place).unwrap()
        }
        let target = if link == TYPES { elsewhere.path().join("precious.txt") } else { elsewhere.path().to_owned() };
        symlink(target, &place).unwrap();
        for arguments in [&["generate"][..], &["generate", "--check"]] {
            let (code, text) = xtask(folder.path(), arguments);
            assert_eq!(code, 1, "{link}: {text}");
            assert!(text.starts_with(&format!("{link}: is a link")), "{link}: {text}");
        }
        assert_eq!(fs::read_dir(elsewhere.path()).unwrap().count(), 1);
        assert_eq!(fs::read_to_string(elsewhere.path().join("precious.txt")).unwrap(), "mine");
    }
    // A link next to the generated files was not generated and is kept, and so is its target.
    let folder = golden_copy();
    let link = folder.path().join("crates/huaweicloud-tiny/elsewhere");
    symlink(elsewhere.path(), &link).unwrap();
    let (code, text) = xtask(folder.path(), &["generate"]);
    assert!(code == 0 && text.contains("kept crates/huaweicloud-tiny/elsewhere"), "{text}");
    assert!(link.is_symlink() && elsewhere.path().join("precious.txt").exists());
}

#[test]
fn rejects_unknown_services() {
    let (code, text) = xtask(&golden(), &["generate", "large"]);
    assert_eq!(code, 1);
    assert_eq!(text, "specs/large/openapi.yaml: does not exist; known services are tiny\n");
}

#[test]
fn generates_many_operations_in_order() {
    let spec = synthetic(37);
    assert_eq!(lint::lint(&spec), []);
    let files = package::code(&spec).unwrap();
    let names = |file: &str, start: &str| -> Vec<String> {
        let lines = files[&format!("crates/huaweicloud-wide/src/{file}")].lines();
        let named = lines.filter_map(|line| line.trim_start().strip_prefix(start)?.split(['(', ' ', ':']).next());
        named.map(str::to_owned).collect()
    };
    let numbered = |name: &str| -> Vec<String> { (0..37).map(|n| format!("{name}{n}")).collect() };
    assert_eq!(names("builder.rs", "pub struct "), numbered("ListThings"));
    assert_eq!(names("client.rs", "pub fn list_"), numbered("things"));
    assert_eq!(names("service.rs", "pub(crate) static "), numbered("LIST_THINGS"));
    let mut types = [numbered("Request"), numbered("Response"), numbered("Thing")].concat();
    types.sort();
    assert_eq!(names("types.rs", "pub struct "), types);
}
