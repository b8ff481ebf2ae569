//! Pages of the help centre: parsing in every layout, comparison with specs, and drafts.
//!
//! The documents here are written for these tests. The documents that the specs follow are not part of the project; they
//! are also tested if they are next to it (`../shared/documents`) or if `HUAWEICLOUD_DOCUMENTS` names their folder.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

mod layouts;
mod saved;
mod shelf;

use layouts::{LAYOUTS, keeps_bullets};
use proptest::prelude::*;
use shelf::{Doc, shelf};
use xtask::{
    document::{Body, Bounds, Document, Fact, Kind, Role},
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
    let shown = drift::shown(&report);
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
fn rejects_invalid_and_truncated_pages() {
    let refused = |text: &str| Document::read(text).unwrap_err().to_string();
    assert!(refused("Nothing of an API.").contains("names no URI"));
    assert!(refused(&"<div>".repeat(5000)).contains("nested deeper"));
    assert!(Document::read_bytes(b" \n").unwrap_err().to_string().contains("is empty"));
    assert!(Document::read_bytes(&[0xff, 0xfe, b'a', 0]).unwrap_err().to_string().contains("UTF-16"));
    assert!(
        refused("Function\nDoes things.\nURI\nGET /v1/things\nStatus Codes\nNone\nError Codes\nNone")
            .contains("no table")
    );
    for (name, layout) in LAYOUTS {
        let text = layout(&shelf());
        let lines: Vec<&str> = text.split_inclusive('\n').collect();
        // Truncated in the tables, in the examples, and in the status codes.
        for part in [4, 6, 8, 9] {
            let cut: String = lines[..lines.len() * part / 10].concat();
            let message = Document::read(&cut).map(|document| document.title).unwrap_err().to_string();
            assert!(
                message.contains("truncated")
                    || message.contains("without rows")
                    || message.contains("no URI")
                    || message.contains("no table"),
                "{name}: {message}"
            );
        }
    }
}

#[test]
fn reports_location_of_invalid_example_json() {
    let mut doc = shelf();
    doc.response = doc.response.replace("\"year\" : 1999,", "\"year\" : 1999");
    for (name, layout) in LAYOUTS {
        let document = Document::read(&layout(&doc)).unwrap();
        let (differences, _) = findings(&document, &spec());
        assert_eq!(differences.len(), 1, "{name}: {differences:#?}");
        let said = &differences[0].document;
        assert!(said.contains("expected `,` or `}` at line") && said.contains("column"), "{name}: {said}");
    }
}

#[test]
fn accepts_json_and_heading_on_one_line() {
    let text = LAYOUTS[2].1(&shelf()).replace("}\n\nStatus Codes\n", "}Status Codes\n");
    let document = Document::read(&text).unwrap();
    assert!(matches!(document.examples[1].body, Body::Json(_)));
    assert_eq!(findings(&document, &spec()).0, []);
}

#[test]
fn parses_types() {
    let list = |item| Kind::Array(Some(Box::new(item)));
    let object = |name: &str| Kind::Object(Some(name.to_owned()));
    for (text, kind) in [
        ("String", Kind::Text),
        ("string", Kind::Text),
        ("String(64)", Kind::Text),
        ("Integer", Kind::Integer),
        ("int", Kind::Integer),
        ("Long", Kind::Long),
        ("Double", Kind::Number),
        ("Boolean", Kind::Boolean),
        ("Object", Kind::Object(None)),
        ("Book object", object("Book")),
        ("Array", Kind::Array(None)),
        ("JSONArray", Kind::Array(None)),
        ("Array of strings", list(Kind::Text)),
        ("Array of String", list(Kind::Text)),
        ("Arrays of Book", list(object("Book"))),
        ("Array of Book objects", list(object("Book"))),
        ("Array of objects", list(Kind::Object(None))),
        ("Array of integers", list(Kind::Integer)),
        ("[]String", list(Kind::Text)),
        ("String[]", list(Kind::Text)),
        ("List<Book>", list(object("Book"))),
        ("List<String>", list(Kind::Text)),
        ("Map<String,Book>", Kind::Map(Some(Box::new(object("Book"))))),
        ("Map<String, String>", Kind::Map(Some(Box::new(Kind::Text)))),
        ("Map", Kind::Map(None)),
        ("Array of Array of strings", list(list(Kind::Text))),
        ("String array", list(Kind::Text)),
        ("Book list", list(object("Book"))),
        ("Array(String)", list(Kind::Text)),
        ("Array of Old Book objects", list(object("OldBook"))),
        ("integer (int64)", Kind::Long),
        ("Map<String,Map<String,Integer>>", Kind::Map(Some(Box::new(Kind::Map(Some(Box::new(Kind::Integer))))))),
        ("String/Integer", Kind::Other("String/Integer".to_owned())),
    ] {
        assert_eq!(Kind::parse(text), Some(kind), "{text}");
    }
    for text in ["", "Project ID.", "Specifies the user token.", "Yes", "a String of 5", "Array of"] {
        assert_eq!(Kind::parse(text), None, "{text}");
    }
}

#[test]
fn distinguishes_empty_cells_from_lost_cells() {
    let document = Document::read(
        "URI\nGET /v1/things\n| Name | Required | Type | Description |\n|---|---|---|---|\n| a | Yes | String | N/A |\n| b | No | String |\nError Codes\n",
    )
    .unwrap();
    let rows: Vec<_> = document.rows(&Role::Query).map(|row| row.description.clone()).collect();
    assert_eq!(rows, [Fact::Empty, Fact::Lost]);
}

/// Parses a text document that contains `part`.
fn page_with(part: &str) -> Document {
    let text = format!("Things\n\nFunction\n\nURI\n\nGET /v1/things\n\n{part}\n\nError Codes\n");
    Document::read(&text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

fn fields(document: &Document) -> Vec<&str> {
    let tables = document.tables.iter().filter(|table| table.role != Role::Other);
    tables.flat_map(|table| &table.rows).map(|row| row.name.as_str()).collect()
}

#[test]
fn accepts_page_keywords_as_names_and_descriptions() {
    let document = page_with(
        "Response Parameters\n\nParameter\n\nType\n\nDescription\n\nerror_code\n\nString\n\nError code\n\nerror_msg\n\nString\n\n\
         Request\n\nLocation\n\nString\n\nStatus code: 200\n\nkind\n\nString\n\nOptions:\n\nstring\n\nobject\n\nlast\n\nLong\n\nThe end.",
    );
    assert_eq!(fields(&document), ["error_code", "error_msg", "Location", "kind", "last"]);
    let document = page_with(
        "Request Parameters\n\nParameter\n\nMandatory\n\nType\n\nDescription\n\n[items]\n\nYes\n\nFirewall Rule object\n\nA rule.\n\n\
         24h\n\nNo\n\nString\n\nA day.\n\nName of it\n\nNo\n\nString\n\nA name of three words.",
    );
    assert_eq!(fields(&document), ["[items]", "24h", "Name of it"]);
}

#[test]
fn parses_html_layout_and_highlight_tables() {
    let document = Document::read(
        "<div><h1>Things</h1><h4>Function</h4><p>Lists.</p><h4>URI</h4><p>GET https://{Endpoint}/v1/things?limit={limit}</p>\
         <h4>Response Parameters</h4><div class=tablenoborder><table><tr><th colspan=3>Body of the response</th></tr>\
         <tr><th>Parameter</th><th>Type</th><th>Description</th></tr><tr><td colspan=3>Basic</td></tr>\
         <tr><td>things_<br>total</td><td>Integer</td><td>The value ranges from 1 to 1,000.</td></tr>\
         <tr><td rowspan=2>size</td><td>Integer</td><td>Its size.</td></tr><tr><td>Long</td><td>Its size again.</td></tr></table></div>\
         <h4>Example Responses</h4><div><table class=highlight><tr><td><pre>1\n2</pre></td><td><pre>{ \"things_total\": 1 }</pre></td></tr></table></div>\
         <h4>Status Codes</h4><p>See Status Codes.</p></div>",
    )
    .unwrap();
    assert_eq!(document.path, "/v1/things");
    assert_eq!(fields(&document), ["things_total", "size", "size"]);
    assert_eq!(document.tables[0].rows[0].limits.value, Bounds { min: Some(1), max: Some(1000) });
    assert_eq!(document.examples.len(), 1);
    assert!(matches!(&document.examples[0].body, Body::Json(json) if json["things_total"] == 1));
}

#[test]
fn parses_bounds_but_not_dates() {
    let limits = |kind: &str, text: &str| {
        let document = page_with(&format!(
            "Response Parameters\n| Parameter | Type | Description |\n|---|---|---|\n| a | {kind} | {text} |\n"
        ));
        document.tables[0].rows[0].limits.clone()
    };
    let bounds = |min, max| Bounds { min, max };
    for (text, wanted) in [
        ("A name. Max. 20,000 characters.", bounds(None, Some(20_000))),
        ("The value cannot exceed 64 characters.", bounds(None, Some(64))),
        ("It must be 4 to 64 characters long.", bounds(Some(4), Some(64))),
        ("The value contains 8 characters.", bounds(Some(8), Some(8))),
        ("Range: 2024-01-01 to 2024-12-31", bounds(None, None)),
        ("Range: 192.168.0.0 to 192.168.255.255", bounds(None, None)),
    ] {
        assert_eq!(limits("String", text).length, wanted, "{text}");
    }
    for (text, wanted) in [
        ("The value ranges from 1 to 1,000.", bounds(Some(1), Some(1000))),
        ("The maximum value is 200.", bounds(None, Some(200))),
        ("Range: 0-99,999", bounds(Some(0), Some(99_999))),
        ("Minimum: 0.5 Maximum: 99.9", bounds(None, None)),
    ] {
        assert_eq!(limits("Integer", text).value, wanted, "{text}");
    }
    let values = |text| limits("String", text).values.stated().cloned().unwrap_or_default();
    assert_eq!(values("The value can be a, b, or c."), ["a", "b", "c"]);
    assert_eq!(values("Valid values: x and y"), ["x", "y"]);
    assert_eq!(values("The value can contain letters."), [""; 0]);
    assert_eq!(values("Either of the two must be specified."), [""; 0]);
}

proptest! {
    #[test]
    fn arbitrary_bytes_never_panic(bytes in proptest::collection::vec(any::<u8>(), 0..2000)) {
        let _ = Document::read_bytes(&bytes);
    }

    #[test]
    fn arbitrary_lines_of_pages_never_panic(
        lines in proptest::collection::vec(proptest::sample::select(WORDS.to_vec()), 0..60),
        gap in proptest::sample::select(vec!["\n", "\n\n", " ", " |\n", "\t", "\n|\n", "</td><td>"]),
    ) {
        let _ = Document::read(&lines.join(gap));
    }

    #[test]
    fn mangled_pages_never_panic(layout in 0..LAYOUTS.len(), at in 0.0..1.0f64, cut in 0..40usize, junk in "\\PC{0,12}") {
        let text = LAYOUTS[layout].1(&shelf());
        let mut characters: Vec<char> = text.chars().collect();
        #[expect(clippy::cast_possible_truncation, clippy::cast_sign_loss, clippy::cast_precision_loss, reason = "a place in the document")]
        let at = (at * characters.len() as f64) as usize;
        let end = (at + cut).min(characters.len());
        characters.splice(at..end, junk.chars());
        if let Ok(document) = Document::read(&characters.into_iter().collect::<String>()) {
            let _ = drift::report(&spec(), &document);
        }
    }
}

/// Fragments of help documents.
const WORDS: [&str; 44] = [
    "URI",
    "GET /v1/{a}/b",
    "POST /v2/x",
    "Request Parameters",
    "Response Parameters",
    "Parameter",
    "Mandatory",
    "Type",
    "Description",
    "Table 1 Path parameters",
    "Table 2 X",
    "a",
    "b_c",
    "Yes",
    "No",
    "String",
    "Array of X objects",
    "X object",
    "Range:",
    "1-",
    "Default Value:",
    "N/A",
    "Minimum length: 9999999999999999999999",
    "Example Requests",
    "Example Responses",
    "{\"a\": [1,",
    "{",
    "}",
    "[[[[[[[[",
    "|",
    "---|---|---|---|",
    "|---|---|",
    "| a | b |",
    "Status code: 200",
    "Status code: 99999",
    "Status Codes",
    "200",
    "Error Codes",
    "<table><tr><td rowspan=9 colspan=99999999>",
    "</table>",
    "参数",
    "是否必选",
    "\u{200b}\u{feff}",
    "```",
];
