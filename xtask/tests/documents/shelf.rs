//! A help document written for these tests, independent of any layout.

/// The content of a help document.
#[derive(Clone)]
pub struct Doc {
    pub title: &'static str,
    pub updated: &'static str,
    pub method: String,
    pub path: String,
    pub tables: Vec<Table>,
    pub request_line: &'static str,
    pub request: String,
    pub response: String,
}

#[derive(Clone)]
pub struct Table {
    pub section: Section,
    pub caption: &'static str,
    pub mandatory: bool,
    pub rows: Vec<Row>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub enum Section {
    Uri,
    Request,
    Response,
}

#[derive(Clone)]
pub struct Row {
    pub name: &'static str,
    pub mandatory: &'static str,
    pub kind: &'static str,
    /// Paragraphs of the description.
    pub text: Vec<&'static str>,
    /// Bullets below the description, which some scrapers lose.
    pub bullets: Vec<&'static str>,
}

fn row(name: &'static str, mandatory: &'static str, kind: &'static str, text: &[&'static str]) -> Row {
    Row { name, mandatory, kind, text: text.to_vec(), bullets: Vec::new() }
}

impl Doc {
    /// Returns the row of a field in the table with this caption.
    pub fn row(&mut self, caption: &str, name: &str) -> &mut Row {
        let table = self.tables.iter_mut().find(|table| table.caption == caption).unwrap();
        table.rows.iter_mut().find(|row| row.name == name).unwrap()
    }

    pub fn table(&mut self, caption: &str) -> &mut Table {
        self.tables.iter_mut().find(|table| table.caption == caption).unwrap()
    }
}

/// Returns the document that `shelf.yaml` specifies.
pub fn shelf() -> Doc {
    let table = |section, caption, mandatory, rows: Vec<Row>| Table { section, caption, mandatory, rows };
    Doc {
        title: "Searching a Shelf",
        updated: "2026-03-01",
        method: "POST".to_owned(),
        path: "/v1/shelves/{shelf_id}/books/search".to_owned(),
        tables: vec![
            table(
                Section::Uri,
                "Path parameters",
                true,
                vec![row(
                    "shelf_id",
                    "Yes",
                    "String",
                    &["Shelf to search.", "Minimum length: 1", "Maximum length: 36"],
                )],
            ),
            table(
                Section::Uri,
                "Query parameters",
                true,
                vec![
                    row(
                        "limit",
                        "No",
                        "Integer",
                        &["Books to return. The default value is 20.", "Minimum value: 1", "Maximum value: 1,000"],
                    ),
                    row("order", "No", "String", &["Order of the books. The value can be title, author or year."]),
                ],
            ),
            table(
                Section::Request,
                "Request header parameters",
                true,
                vec![
                    row("X-Auth-Token", "Yes", "String", &["Token of the reader."]),
                    row(
                        "X-Tongue",
                        "No",
                        "String",
                        &[
                            "Definition:",
                            "Tongue of the titles.",
                            "Constraints:",
                            "N/A",
                            "Range:",
                            "Length: 2 to 5 characters",
                            "Default Value:",
                            "en",
                        ],
                    ),
                ],
            ),
            table(
                Section::Request,
                "Request body parameters",
                true,
                vec![
                    row(
                        "genres",
                        "No",
                        "Array of strings",
                        &[
                            "Definition:",
                            "Genres to look for.",
                            "Constraints:",
                            "Array length: 0 to 10",
                            "Range:",
                            "N/A",
                            "Default Value:",
                            "N/A",
                        ],
                    ),
                    row("period", "No", "Period object", &["Years of the printing."]),
                    row("text", "Yes", "String", &["Words to look for.", "Minimum: 2", "Maximum: 64"]),
                ],
            ),
            table(
                Section::Request,
                "Period",
                true,
                vec![
                    row(
                        "from",
                        "Yes",
                        "Long",
                        &[
                            "Definition:",
                            "First year.",
                            "Constraints:",
                            "N/A",
                            "Range:",
                            "0-9,999",
                            "Default Value:",
                            "N/A",
                        ],
                    ),
                    row(
                        "to",
                        "No",
                        "Long",
                        &[
                            "Definition:",
                            "Last year.",
                            "Constraints:",
                            "N/A",
                            "Range:",
                            "0-9,999",
                            "Default Value:",
                            "N/A",
                        ],
                    ),
                ],
            ),
            table(
                Section::Response,
                "Response body parameters",
                false,
                vec![
                    row("total", "", "Integer", &["Number of all books."]),
                    row("books", "", "Array of Book objects", &["The books."]),
                ],
            ),
            table(
                Section::Response,
                "Book",
                false,
                vec![
                    row(
                        "id",
                        "",
                        "String",
                        &["Id of the book. The value contains 8 characters. Only letters and digits are allowed."],
                    ),
                    row("title", "", "String", &["Range:", "Length: 1 to 200 characters"]),
                    row("year", "", "Integer", &["Year of the printing."]),
                    row("note", "", "String", &["Pencilled on the cover."]),
                    row("place", "", "Place object", &["Where it stands."]),
                    row("tags", "", "[]String", &["Words about it."]),
                    row("lent", "", "Boolean", &["Whether somebody has it."]),
                ],
            ),
            table(
                Section::Response,
                "Place",
                false,
                vec![
                    row("board", "", "Integer", &["Board from below."]),
                    row("slot", "", "Integer", &["Slot from the left."]),
                ],
            ),
        ],
        request_line: "POST https://{endpoint}/v1/shelves/s-1/books/search?limit=10&order=title",
        request: r#"{
  "genres" : [ "novel" ],
  "period" : {
    "from" : 1990,
    "to" : 2001
  },
  "text" : "rust"
}"#
        .to_owned(),
        response: r#"{
  "total" : 1,
  "books" : [ {
    "id" : "b0000001",
    "title" : "Iron {and} Oxygen",
    "year" : 1999,
    "place" : {
      "board" : 2,
      "slot" : 17
    },
    "tags" : [ ],
    "lent" : false
  } ]
}"#
        .to_owned(),
    }
}
