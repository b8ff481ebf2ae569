//! Builds pages of the help centre in every layout, well-formed or mangled, and reads them: a page may be refused, but
//! reading never panics or hangs, twice gives the same, and the same table has the same fields in HTML and in text.

#![no_main]

mod words;

use std::fmt::Write as _;

use libfuzzer_sys::{arbitrary, arbitrary::Arbitrary, fuzz_target};
use words::pick;
use xtask::document::{Body, Document, Role};

fuzz_target!(|input: Input| {
    match input {
        Input::Any(page) => any(&page.text()),
        Input::Plain(tables) => plain(&tables),
    }
});

#[derive(Arbitrary, Debug)]
enum Input {
    Any(Page),
    Plain(Vec<PlainTable>),
}

/// Reads any page and checks what comes out.
fn any(text: &str) {
    let read = Document::read(text);
    assert_eq!(read, Document::read(text), "reading is deterministic");
    let Ok(document) = read else { return };
    assert_eq!(Document::read_bytes(text.as_bytes()).as_ref(), Ok(&document));
    assert!(document.path.starts_with('/') && document.method.bytes().all(|byte| byte.is_ascii_uppercase()));
    assert!(document.tables.iter().any(|table| !table.rows.is_empty()));
    for (index, table) in document.tables.iter().enumerate() {
        for row in &table.rows {
            if let Some(target) = row.table {
                assert!(document.tables[target].role == Role::Schema, "{} of table {index}: {target}", row.name);
                assert!(row.kind.stated().is_some_and(xtask::document::Kind::is_structure), "{}", row.name);
            }
        }
    }
    for example in &document.examples {
        assert!(example.query.is_empty() || example.address.is_some());
        assert!(example.method.is_none() || example.is_request);
        if let Body::Json(value) = &example.body {
            assert_eq!(serde_json::from_str::<serde_json::Value>(&value.to_string()).as_ref().ok(), Some(value));
        }
    }
}

// Any page: parts in any order, with mutations of the text.

#[derive(Arbitrary, Debug)]
struct Page {
    layout: Layout,
    title: Text,
    method: u8,
    path: Vec<Word>,
    table: Table,
    parts: Vec<Part>,
    edits: Vec<Edit>,
}

#[derive(Arbitrary, Clone, Copy, Debug)]
enum Layout {
    Html,
    Lines,
    Markdown,
    CellPipe,
    PipeCell,
    Tabs,
    Gaps,
    Words,
}

#[derive(Arbitrary, Debug)]
enum Part {
    Section(u8),
    Text(Text),
    Table(Table),
    Example(Option<Vec<Word>>, Json),
    Code(Vec<Text>),
    Raw(String),
}

#[derive(Arbitrary, Debug)]
struct Table {
    caption: Option<Text>,
    /// The usual four if there are none.
    columns: Vec<u8>,
    rows: Vec<Vec<Cell>>,
}

#[derive(Arbitrary, Debug)]
struct Cell {
    text: Vec<Text>,
    wide: u8,
    tall: u8,
    inner: Option<Box<Table>>,
}

type Text = Vec<Word>;

#[derive(Arbitrary, Debug)]
enum Word {
    Known(u8),
    Other(String),
}

#[derive(Arbitrary, Debug)]
enum Json {
    Null,
    Number(i32),
    Text(Word),
    List(Vec<Json>),
    Object(Vec<(Word, Json)>),
    Broken(Word),
}

/// A mutation of the text: a part of it is removed, repeated or moved, or something is put there.
#[derive(Arbitrary, Debug)]
enum Edit {
    Cut(u16, u8),
    Insert(u16, Word),
    Repeat(u16, u8, u16),
    Move(u16, u8, u16),
}

const METHODS: [&str; 7] = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "get"];
const SECTIONS: [&str; 14] = [
    "Function",
    "URI",
    "Request Parameters",
    "Response Parameters",
    "Example Requests",
    "Example Responses",
    "Status Codes",
    "Error Codes",
    "Status code: 200",
    "Status code: 404",
    "请求参数",
    "响应参数",
    "请求示例",
    "错误码",
];
const COLUMNS: [&str; 14] = [
    "Parameter",
    "Mandatory",
    "Type",
    "Description",
    "Name",
    "Default Value",
    "Range",
    "Location",
    "Status Code",
    "Error Message",
    "参数",
    "是否必选",
    "参数类型",
    "描述",
];
const WORDS: [&str; 64] = [
    "id",
    "name",
    "user_name",
    "items",
    "limit",
    "X-Auth-Token",
    "{thing_id}",
    "/v1/things",
    "type",
    "a.b",
    "items[0]",
    "String",
    "Integer",
    "Boolean",
    "Long",
    "Object",
    "Array of strings",
    "Array of Item objects",
    "Item object",
    "Map<String,Item>",
    "List<Item>",
    "Yes",
    "No",
    "true",
    "是",
    "否",
    "N/A",
    "-",
    "None",
    "Table 1 Item",
    "表2 Item",
    "Path parameters",
    "Query parameters",
    "Request header parameters",
    "Request body parameters",
    "Response body parameters",
    "Minimum length: 1",
    "Maximum: 99999999999999999999",
    "Range: 1-64",
    "1 to 5 characters",
    "The value can be a, b or c.",
    "Enumerated values:",
    "The default value is 20.",
    "Default: ",
    "•",
    "- a",
    "* b: c",
    "GET /v1/things/{id}?a=b&c",
    "https://{endpoint}/v2/x?y=1",
    "curl -X POST 'https://a/b'",
    "{",
    "}",
    "[",
    "]",
    "\"a\": ",
    "|",
    "---|---|",
    "```",
    "# ",
    "**",
    "\\_",
    "<br>",
    "Updated on 2026-01-01 GMT+08:00",
    "See Status Codes.",
];
const LONGEST: usize = 100_000;

impl Word {
    fn text(&self) -> &str {
        match self {
            Self::Known(index) => pick(&WORDS, *index),
            Self::Other(text) => text,
        }
    }
}

fn join(words: &[Word], between: &str) -> String {
    words.iter().map(Word::text).collect::<Vec<_>>().join(between)
}

fn is_html(layout: Layout) -> bool {
    matches!(layout, Layout::Html)
}

impl Page {
    fn text(&self) -> String {
        let mut out = String::new();
        let path = format!("/{}", join(&self.path, "/"));
        for text in [join(&self.title, " "), "URI".to_owned(), format!("{} {path}", pick(&METHODS, self.method))] {
            line(self.layout, &mut out, "h1", &text);
        }
        self.table.write(self.layout, &mut out);
        for part in self.parts.iter().take(40) {
            part.write(self.layout, &mut out);
        }
        line(self.layout, &mut out, "h4", "Error Codes");
        self.edits.iter().take(20).for_each(|edit| edit.apply(&mut out));
        out
    }
}

fn line(layout: Layout, out: &mut String, tag: &str, text: &str) {
    let _ = match layout {
        Layout::Html => writeln!(out, "<{tag}>{text}</{tag}>"),
        Layout::Markdown if tag.starts_with('h') => writeln!(out, "## {text}\n"),
        Layout::Lines | Layout::Markdown => writeln!(out, "{text}\n"),
        _ => writeln!(out, "{text}"),
    };
}

impl Part {
    fn write(&self, layout: Layout, out: &mut String) {
        match self {
            Self::Section(index) => line(layout, out, "h4", pick(&SECTIONS, *index)),
            Self::Text(words) => line(layout, out, "p", &join(words, " ")),
            Self::Table(table) => table.write(layout, out),
            Self::Example(request, body) => {
                let mut text = String::new();
                if let Some(words) = request {
                    let _ = writeln!(text, "POST https://{{endpoint}}/{}", join(words, "/"));
                }
                body.write(&mut text);
                line(layout, out, "pre", &text);
            }
            Self::Code(lines) => {
                let lines: Vec<String> = lines.iter().map(|words| join(words, " ")).collect();
                let fence = if is_html(layout) { "" } else { "```\n" };
                line(layout, out, "pre", &format!("{fence}{}\n{fence}", lines.join("\n")));
            }
            Self::Raw(text) => out.push_str(text),
        }
    }
}

impl Table {
    fn write(&self, layout: Layout, out: &mut String) {
        let mut columns: Vec<&str> = self.columns.iter().take(8).map(|column| pick(&COLUMNS, *column)).collect();
        if columns.len() < 2 {
            columns = COLUMNS[..4].to_vec();
        }
        let caption = self.caption.as_ref().map(|words| join(words, " "));
        if is_html(layout) {
            let caption = caption.map(|text| format!("<caption>{text}</caption>")).unwrap_or_default();
            let heads: String = columns.iter().map(|column| format!("<th>{column}</th>")).collect();
            let _ = write!(out, "<table>{caption}<tr>{heads}</tr>");
            for row in self.rows.iter().take(20) {
                out.push_str("<tr>");
                for cell in row.iter().take(8) {
                    let _ = write!(out, "<td colspan={} rowspan={}>", cell.wide % 4, cell.tall % 4);
                    cell.text.iter().for_each(|words| line(layout, out, "p", &join(words, " ")));
                    if let Some(inner) = &cell.inner {
                        inner.write(layout, out);
                    }
                    out.push_str("</td>");
                }
                out.push_str("</tr>\n");
            }
            out.push_str("</table>\n");
            return;
        }
        if let Some(caption) = caption {
            line(layout, out, "p", &caption);
        }
        row(layout, out, &columns);
        if matches!(layout, Layout::Markdown | Layout::CellPipe | Layout::PipeCell) {
            let _ = writeln!(out, "|{}", "---|".repeat(columns.len()));
        }
        for cells in self.rows.iter().take(20) {
            let between = if matches!(layout, Layout::Markdown) { "<br>" } else { "\n" };
            let texts = cells.iter().take(8).map(|cell| cell.text.iter().map(|words| join(words, " ")));
            let texts: Vec<String> = texts.map(|lines| lines.collect::<Vec<_>>().join(between)).collect();
            row(layout, out, &texts.iter().map(String::as_str).collect::<Vec<_>>());
            cells.iter().filter_map(|cell| cell.inner.as_ref()).for_each(|inner| inner.write(layout, out));
        }
    }
}

fn row(layout: Layout, out: &mut String, cells: &[&str]) {
    let _ = match layout {
        Layout::Html => Ok(()),
        Layout::Lines => writeln!(out, "{}\n", cells.join("\n\n")),
        Layout::Markdown => writeln!(out, "| {} |", cells.join(" | ")),
        Layout::CellPipe => writeln!(out, "{} |", cells.join(" |\n")),
        Layout::PipeCell => writeln!(out, "|\n{} |", cells.join(" |\n")),
        Layout::Tabs => writeln!(out, "{}", cells.join("\t")),
        Layout::Gaps => writeln!(out, "{}", cells.join("   ")),
        Layout::Words => writeln!(out, "{}", cells.join(" ")),
    };
}

impl Json {
    fn write(&self, out: &mut String) {
        let _ = match self {
            Self::Null => write!(out, "null"),
            Self::Number(number) => write!(out, "{number}"),
            Self::Text(word) => write!(out, "{:?}", word.text()),
            Self::Broken(word) => write!(out, "{}", word.text()),
            Self::List(items) => {
                out.push('[');
                for (index, item) in items.iter().enumerate() {
                    out.push_str(if index == 0 { "" } else { ", " });
                    item.write(out);
                }
                write!(out, "]")
            }
            Self::Object(members) => {
                out.push_str("{\n");
                for (index, (key, value)) in members.iter().enumerate() {
                    let _ = write!(out, "{}{:?} : ", if index == 0 { "" } else { ",\n" }, key.text());
                    value.write(out);
                }
                write!(out, "\n}}")
            }
        };
    }
}

impl Edit {
    fn apply(&self, text: &mut String) {
        let place = |at: u16, text: &str| {
            let at = text.len() * usize::from(at) / usize::from(u16::MAX);
            (at..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len())
        };
        let part = |at: u16, length: u8, text: &str| {
            let start = place(at, text);
            let end = start + usize::from(length);
            (start, (end..text.len()).find(|&end| text.is_char_boundary(end)).unwrap_or(text.len()))
        };
        match self {
            Self::Cut(at, length) => {
                let (start, end) = part(*at, *length, text);
                text.replace_range(start..end, "");
            }
            Self::Insert(at, word) => text.insert_str(place(*at, text), word.text()),
            Self::Repeat(at, length, times) => {
                let (start, end) = part(*at, *length, text);
                let times = usize::from(*times).min(LONGEST.saturating_sub(text.len()) / (end - start).max(1));
                let repeated = text[start..end].repeat(times);
                text.insert_str(end, &repeated);
            }
            Self::Move(at, length, to) => {
                let (start, end) = part(*at, *length, text);
                let moved: String = text.drain(start..end).collect();
                text.insert_str(place(*to, text), &moved);
            }
        }
    }
}

// Plain pages: what every layout must read alike.

#[derive(Arbitrary, Debug)]
struct PlainTable {
    rows: Vec<(u8, u8, bool, u8)>,
}

const NAMES: [&str; 12] =
    ["id", "name", "user_name", "limit", "marker", "created_at", "state", "a1", "group_id", "isOpen", "tags", "remark"];
const KINDS: [&str; 5] = ["String", "Integer", "Boolean", "Long", "Array of strings"];
const DESCRIPTIONS: [&str; 4] = [
    "What it is.",
    "Words about it. Minimum length: 1 Maximum length: 64.",
    "The value can be a, b, or c.",
    "Its number.",
];

/// Reads the same tables in HTML and in text, and compares their fields.
fn plain(tables: &[PlainTable]) {
    const CAPTIONS: [(&str, &str); 3] = [
        ("URI", "Query parameters"),
        ("Request Parameters", "Request body parameters"),
        ("Response Parameters", "Response body parameters"),
    ];
    let fields = |layout: Layout| {
        let mut out = String::new();
        line(layout, &mut out, "h1", "Listing Things");
        for ((section, caption), table) in CAPTIONS.iter().zip(tables) {
            line(layout, &mut out, "h4", section);
            if *section == "URI" {
                line(layout, &mut out, "p", "POST /v1/things");
            }
            let mut seen = Vec::new();
            let word = |text: &str| vec![vec![Word::Other(text.to_owned())]];
            let cell = |text: &str| Cell { text: word(text), wide: 1, tall: 1, inner: None };
            let mut rows = Vec::new();
            for (name, kind, mandatory, description) in table.rows.iter().take(12) {
                let name = pick(&NAMES, *name);
                if seen.contains(&name) {
                    continue;
                }
                seen.push(name);
                let texts = [name, if *mandatory { "Yes" } else { "No" }, pick(&KINDS, *kind)];
                rows.push(texts.into_iter().chain([pick(&DESCRIPTIONS, *description)]).map(cell).collect());
            }
            let caption = Some(vec![Word::Other(format!("Table 1 {caption}"))]);
            Table { caption, columns: vec![0, 1, 2, 3], rows }.write(layout, &mut out);
        }
        line(layout, &mut out, "h4", "Status Codes");
        line(layout, &mut out, "p", "See Status Codes.");
        line(layout, &mut out, "h4", "Error Codes");
        let document = Document::read(&out).map_err(|error| (error, out.clone())).ok();
        document.map(|document| {
            let rows = document.tables.into_iter().flat_map(|table| table.rows);
            rows.map(|row| (row.name, row.role, row.mandatory, row.kind, row.limits)).collect::<Vec<_>>()
        })
    };
    let html = fields(Layout::Html);
    for layout in [Layout::Markdown, Layout::CellPipe, Layout::PipeCell, Layout::Tabs] {
        assert_eq!(fields(layout), html, "{layout:?}");
    }
}
