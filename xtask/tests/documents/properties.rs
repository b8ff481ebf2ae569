//! Whatever the bytes, reading a document never panics.

use proptest::prelude::*;
use xtask::{document::Document, drift};

use crate::{layouts::LAYOUTS, shelf::shelf, spec};

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
