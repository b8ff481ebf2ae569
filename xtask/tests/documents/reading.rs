//! What is read from a document: names, types, bounds, and why one is refused.

use xtask::document::{Body, Bounds, Document, Fact, Kind, Role};

use crate::{findings, layouts::LAYOUTS, shelf::shelf, spec};

#[test]
fn rejects_invalid_and_truncated_pages() {
    let refused = |text: &str| Document::read(text).unwrap_err().to_string();
    assert!(refused("Nothing of an API.").contains("names no URI"));
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
fn deep_nesting_is_refused_where_it_begins() {
    const NESTING: [&str; 26] = [
        "address",
        "article",
        "b",
        "blockquote",
        "center",
        "custom-element",
        "details",
        "div",
        "dl",
        "em",
        "fieldset",
        "figure",
        "font",
        "header",
        "main",
        "math",
        "nav",
        "object",
        "ol",
        "p><b",
        "pre",
        "section",
        "span",
        "table><tr><td",
        "template",
        "ul",
    ];
    for element in NESTING {
        let page = |depth: usize| {
            format!("<h1>Title</h1>\n{}", (0..depth).map(|id| format!("<{element} id={id}>\n")).collect::<String>())
        };
        // The parser stops soon after the limit, however long the page is: its time is quadratic in the depth.
        let messages = [5_000, 20_000].map(|depth| Document::read(&page(depth)).unwrap_err().to_string());
        let [message, longer] = &messages;
        assert_eq!(message, longer);
        assert!(message.contains("more than 512 elements") && message.contains("the innermost <"), "{message}");
        let line = message.split_once("line ").and_then(|(_, rest)| rest.split_once(' ')).unwrap().0;
        assert!((170..3_000).contains(&line.parse::<usize>().unwrap()), "{message}");
        assert!(Document::read(&page(100)).unwrap_err().to_string().contains("names no URI"), "{element}");
    }
    // Elements that are siblings do not nest, whether or not they are closed.
    for sibling in ["<p>", "<li>", "<div></div>", "<p><b></p></b>", "<br>", "<table><tr><td></table>", "<!-- <ul> -->"]
    {
        let message = Document::read(&format!("<h1>Title</h1>\n{}", sibling.repeat(5_000))).unwrap_err().to_string();
        assert!(message.contains("names no URI"), "{sibling}: {message}");
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

/// In quadratic time, this would take minutes.
#[test]
fn long_examples_are_read_in_linear_time() {
    let text = LAYOUTS[2].1(&shelf());
    let read = |example: &str| {
        let heading = "Example Requests\n";
        let document = Document::read(&text.replace(heading, &format!("{heading}{example}\n"))).unwrap();
        document.examples.iter().filter(|example| example.is_request).count()
    };
    let [brackets, bodies] = [&"a{".repeat(500_000), &"{}\n".repeat(50_000)];
    assert_eq!((read(brackets), read(bodies)), (1, 50_001));
}

#[test]
fn a_caption_is_not_a_row_of_the_table_above() {
    // A table without rows, then the captions of others. Taken for a row, the first would be one again and again.
    let table = "- Items of it\nParameter\nMandatory\nType\nDescription\nid\nYes\nString\nWhat it is.\n";
    let text = format!("URI\nGET /v1/things\nDescription\n参数\n{}Error Codes\nNone", table.repeat(4));
    let rows = Document::read(&text).unwrap().tables.into_iter().flat_map(|table| table.rows);
    assert_eq!(rows.map(|row| row.name).collect::<Vec<_>>(), ["id"; 4]);
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
