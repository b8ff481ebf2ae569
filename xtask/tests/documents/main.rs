//! Pages of the help centre: parsing in every layout, comparison with specs, and drafts.
//!
//! The documents here are written for these tests. The documents that the specs follow are not part of the project; they
//! are also tested if they are next to it (`../shared/documents`) or if `HUAWEICLOUD_DOCUMENTS` names their folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod layouts;
mod properties;
mod reading;
mod saved;
mod shelf;

use layouts::{LAYOUTS, keeps_bullets};
use shelf::{Doc, shelf};
use xtask::{
    document::{Body, Document, Role},
    drift::{self, Finding},
    spec::Spec,
};

fn spec() -> Spec {
    Spec::parse("shelf", "shelf.yaml", include_str!("shelf.yaml").to_owned()).unwrap()
}

/// Returns the differences of a document that no deviation covers, and those that its scrape hides.
fn findings(document: &Document, spec: &Spec) -> (Vec<Finding>, Vec<Finding>) {
    let report = drift::report(spec, document).unwrap();
    (report.differences, report.lost)
}

#[test]
fn every_layout_parses_identically() {
    let spec = spec();
    let mut first: Option<Vec<_>> = None;
    for (name, layout) in LAYOUTS {
        let text = layout(&shelf());
        let document = Document::read(&text).unwrap_or_else(|error| panic!("{name}: {error}\n{text}"));
        assert_eq!(
            (document.title.as_str(), document.updated.as_deref()),
            ("Searching a Shelf", Some("2026-03-01")),
            "{name}"
        );
        assert_eq!(
            (document.method.as_str(), document.path.as_str()),
            ("POST", "/v1/shelves/{shelf_id}/books/search"),
            "{name}"
        );
        let rows: Vec<_> = document
            .tables
            .iter()
            .filter(|table| table.role != Role::Other)
            .flat_map(|table| &table.rows)
            .map(|row| {
                (row.name.clone(), row.role.clone(), row.mandatory, row.kind.clone(), row.limits.clone(), row.table)
            })
            .collect();
        assert_eq!(rows.len(), 21, "{name}");
        let first = first.get_or_insert_with(|| rows.clone());
        assert_eq!(&rows, first, "{name}");
        assert!(
            document.examples.iter().all(|example| matches!(example.body, Body::Json(_))),
            "{name}: {:?}",
            document.examples
        );
        assert_eq!(document.examples.len(), 2, "{name}");
        let (differences, lost) = findings(&document, &spec);
        assert_eq!(differences, [], "{name}");
        assert_eq!(lost, [], "{name}");
    }
}

#[test]
fn reports_one_finding_per_edit_in_every_layout() {
    type Edit = (&'static str, fn(&mut Doc), &'static str, &'static str);
    const OPERATION: &str = "/paths/~1v1~1shelves~1{shelf_id}~1books~1search/post";
    let edits: [Edit; 14] = [
        (
            "a field is renamed",
            |doc| doc.row("Book", "note").name = "remark",
            "name",
            "/components/schemas/Book/properties/note",
        ),
        (
            "a field of the example is renamed",
            |doc| doc.row("Book", "lent").name = "gone",
            "name",
            "/components/schemas/Book/properties/lent",
        ),
        ("a flag is flipped", |doc| doc.row("Query parameters", "order").mandatory = "Yes", "required", "parameters/2"),
        (
            "a flag of the body is flipped",
            |doc| doc.row("Period", "to").mandatory = "Yes",
            "required",
            "/components/schemas/Period/properties/to",
        ),
        (
            "a range is widened",
            |doc| *doc.row("Query parameters", "limit").text.last_mut().unwrap() = "Maximum value: 2,000",
            "range",
            "parameters/1",
        ),
        (
            "a length is narrowed",
            |doc| *doc.row("Request body parameters", "text").text.last_mut().unwrap() = "Maximum: 32",
            "range",
            "/components/schemas/SearchShelfRequest/properties/text",
        ),
        (
            "a value is added",
            |doc| {
                doc.row("Query parameters", "order").text =
                    vec!["Order of the books. The value can be title, author, year or colour."]
            },
            "values",
            "parameters/2",
        ),
        (
            "a default is changed",
            |doc| doc.row("Query parameters", "limit").text[0] = "Books to return. The default value is 30.",
            "default",
            "parameters/1",
        ),
        (
            "a row is dropped",
            |doc| doc.table("Book").rows.retain(|row| row.name != "tags"),
            "presence",
            "/components/schemas/Book/properties/tags",
        ),
        (
            "a type is changed",
            |doc| doc.row("Place", "slot").kind = "String",
            "type",
            "/components/schemas/Place/properties/slot",
        ),
        (
            "an example changes its type",
            |doc| doc.response = doc.response.replace("1999", "\"1999\""),
            "type",
            "/components/schemas/Book/properties/year",
        ),
        (
            "an example changes its value",
            |doc| doc.response = doc.response.replace("1999", "1998"),
            "example",
            "responses/200/content/application~1json/examples",
        ),
        ("the method is changed", |doc| "PUT".clone_into(&mut doc.method), "endpoint", ""),
        ("the path is changed", |doc| doc.path = doc.path.replace("search", "find"), "endpoint", ""),
    ];
    let spec = spec();
    for (what, edit, about, pointer) in edits {
        let pointer = match pointer {
            "" => OPERATION.to_owned(),
            pointer if pointer.starts_with('/') => pointer.to_owned(),
            pointer => format!("{OPERATION}/{pointer}"),
        };
        let mut doc = shelf();
        edit(&mut doc);
        for (name, layout) in LAYOUTS {
            let document = Document::read(&layout(&doc)).unwrap();
            let (differences, lost) = findings(&document, &spec);
            let found: Vec<_> = differences.iter().map(|finding| (finding.about, finding.pointer.as_str())).collect();
            assert_eq!(found, [(about, pointer.as_str())], "{what}, {name}: {differences:#?}");
            assert_eq!(lost, [], "{what}, {name}");
        }
    }
}

#[test]
fn reports_added_rows() {
    let mut doc = shelf();
    let mut row = doc.row("Book", "note").clone();
    row.name = "weight";
    doc.table("Book").rows.push(row);
    for (name, layout) in LAYOUTS {
        let (differences, _) = findings(&Document::read(&layout(&doc)).unwrap(), &spec());
        assert_eq!(differences.len(), 1, "{name}: {differences:#?}");
        assert_eq!((differences[0].about, differences[0].member.as_deref()), ("presence", Some("weight")), "{name}");
        assert!(!differences[0].breaking, "{name}: a response may hold more");
    }
}

#[test]
fn reports_example_members_without_table_row() {
    let mut doc = shelf();
    doc.response = doc.response.replace("\"year\" : 1999,", "\"year\" : 1999,\n    \"weight\" : 3,");
    for (name, layout) in LAYOUTS {
        let (differences, _) = findings(&Document::read(&layout(&doc)).unwrap(), &spec());
        assert_eq!(differences.len(), 1, "{name}: {differences:#?}");
        let found = &differences[0];
        assert_eq!((found.about, found.member.as_deref()), ("presence", Some("weight")), "{name}");
        assert_eq!(found.document, "in an example, in no table", "{name}");
    }
}

#[test]
fn scrape_losses_are_not_differences() {
    let mut doc = shelf();
    let row = doc.row("Query parameters", "order");
    row.text = vec!["Order of the books.", "Enumerated values:"];
    row.bullets = vec!["title", "author", "year"];
    for (name, layout) in LAYOUTS {
        let (differences, lost) = findings(&Document::read(&layout(&doc)).unwrap(), &spec());
        assert_eq!(differences, [], "{name}");
        let lost: Vec<_> = lost.iter().map(|finding| finding.about).collect();
        assert_eq!(lost, if keeps_bullets(name) { vec![] } else { vec!["values"] }, "{name}");
    }
}

#[test]
fn reports_stale_deviations() {
    let text = include_str!("shelf.yaml").replace(
        "      parameters:\n",
        "      x-deviation:\n        - { about: endpoint, document: plain http, spec: https only, why: the document was mended }\n      parameters:\n",
    );
    let spec = Spec::parse("shelf", "shelf.yaml", text).unwrap();
    let report = drift::report(&spec, &Document::read(&LAYOUTS[0].1(&shelf())).unwrap()).unwrap();
    assert_eq!(report.differences, []);
    assert_eq!(report.stale.len(), 1);
    assert_eq!(report.stale[0].about, "endpoint");
    let shown = drift::render(&report);
    assert!(shown.contains("stale: the x-deviation about endpoint"), "{shown}");
}

#[test]
fn deviations_do_not_hide_later_changes() {
    let text = include_str!("shelf.yaml").replace(
        "          schema: { $ref: \"#/components/schemas/Order\" }\n",
        "          schema: { $ref: \"#/components/schemas/Order\" }\n          x-deviation:\n            - { about: values, \
         found: \"title, author, year, colour\", document: also colour, spec: three, why: colour is refused }\n",
    );
    let spec = Spec::parse("shelf", "shelf.yaml", text).unwrap();
    let report = |words: &'static str| {
        let mut doc = shelf();
        doc.row("Query parameters", "order").text = vec![words];
        drift::report(&spec, &Document::read(&LAYOUTS[0].1(&doc)).unwrap()).unwrap()
    };
    let decided = report("Order. The value can be title, author, year, or colour.");
    assert_eq!((decided.differences.len(), decided.stale.len()), (0, 0));
    assert!(decided.covered.iter().any(|covered| covered.why == "colour is refused"));
    let later = report("Order. The value can be title, author, year, colour, or size.");
    assert_eq!(later.differences.len(), 1, "{:#?}", later.differences);
    assert_eq!((later.differences[0].about, later.stale.len()), ("values", 0));
    let mended = report("Order. The value can be title, author, or year.");
    assert_eq!((mended.differences.len(), mended.stale.len()), (0, 1));
}

#[test]
fn draft_only_adds_lines_to_a_spec() {
    let folder = tempfile::TempDir::new().unwrap();
    let spec = folder.path().join("specs/shelf/openapi.yaml");
    std::fs::create_dir_all(spec.parent().unwrap()).unwrap();
    for end in ["\n", "\r\n"] {
        let before = include_str!("shelf.yaml").replace('\n', end);
        std::fs::write(&spec, &before).unwrap();
        let mut doc = shelf();
        doc.path = doc.path.replace("search", "find");
        doc.request_line = "POST https://{endpoint}/v1/shelves/s-1/books/find?limit=10&order=title";
        let document = folder.path().join("page.html");
        std::fs::write(&document, LAYOUTS[0].1(&doc)).unwrap();
        let xtask = |arguments: &[&str]| {
            let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_xtask"));
            let output = command.arg("--root").arg(folder.path()).args(arguments).output().unwrap();
            (
                output.status.code().unwrap(),
                String::from_utf8_lossy(&[output.stdout, output.stderr].concat()).into_owned(),
            )
        };
        let (code, text) = xtask(&["draft", document.to_str().unwrap(), "--service", "shelf"]);
        assert_eq!(code, 0, "{text}");
        let after = std::fs::read_to_string(&spec).unwrap();
        let mut lines = after.split_inclusive('\n');
        for line in before.split_inclusive('\n') {
            assert!(lines.any(|kept| kept == line), "{line:?} is gone or has moved");
        }
        assert!(after.contains("/v1/shelves/{shelf_id}/books/find"), "{after}");
        let (code, text) = xtask(&["lint"]);
        let open = |line: &str| line.contains("is an open question") || line.contains("is not decided");
        assert!(code == 1 && text.lines().all(open), "{text}");
        let (code, text) = xtask(&["drift", document.to_str().unwrap()]);
        assert_eq!(code, 0, "{text}");
        assert!(text.contains("no new difference"), "{text}");
    }
}

#[test]
fn drafts_of_operations_of_one_name_are_numbered() {
    let folder = tempfile::TempDir::new().unwrap();
    std::fs::create_dir_all(folder.path().join("specs")).unwrap();
    let mut documents = Vec::new();
    for (path, ids) in [("books/search", "create_books_search"), ("{shelf_id}", "create_searching_a_shelf")] {
        for version in 1..=4 {
            let mut doc = shelf();
            doc.path = format!("/v{version}/{path}");
            let document = folder.path().join(format!("{ids}-{version}.html"));
            std::fs::write(&document, LAYOUTS[0].1(&doc)).unwrap();
            documents.push(document);
        }
    }
    xtask::draft::run(folder.path(), &documents, "shelf").unwrap();
    let specs = xtask::spec::load(folder.path(), &[]).unwrap();
    let ids: Vec<&str> = specs[0].operations().iter().map(|operation| operation.id.as_str()).collect();
    let numbered = |id: &'static str| ["", "2", "3", "4"].map(|number| format!("{id}{number}"));
    assert_eq!(ids, [numbered("create_books_search"), numbered("create_searching_a_shelf")].concat());
    for problem in xtask::lint::check(&specs).unwrap_err() {
        let message = &problem.message;
        assert!(message.contains("is an open question") || message.contains("is not decided"), "{problem}");
    }
}
