//! The HTML layout, read with an HTML parser into blocks.
//!
//! Knows elements, tables and their spans; must not know what headings, columns or sections mean.

use std::cell::RefCell;

use html5ever::{
    interface::Tracer,
    parse_document,
    tendril::{StrTendril, TendrilSink as _},
    tree_builder::TreeSink,
};
use scraper::{ElementRef, Html, HtmlTreeSink, node::Node};

use super::{
    blocks::{Block, Cells, End},
    model::Unreadable,
};

/// Returns the blocks of an HTML document, and whether it is complete.
///
/// # Errors
/// Returns an error if the elements are nested too deeply.
pub fn blocks(text: &str) -> Result<(Vec<Block>, End), Unreadable> {
    let document = parse(text)?;
    let mut walk = Walk::default();
    walk.children(document.root_element());
    walk.flush();
    Ok((walk.blocks, end(text)))
}

/// Parses a document piece by piece, up to the piece in which its elements are nested too deeply: each tag may cost the
/// parser a step for each open element, so that its time would be quadratic in the depth.
fn parse(text: &str) -> Result<Html, Unreadable> {
    /// The depth at which browsers stop nesting elements.
    const DEEPEST: usize = 512;
    const PIECE: usize = 4096;
    let mut parser = parse_document(HtmlTreeSink::new(Html::new_document()), Default::default());
    let mut read = 0;
    while read < text.len() {
        let end = (read + PIECE..text.len()).find(|&at| text.is_char_boundary(at)).unwrap_or(text.len());
        parser.process(StrTendril::from_slice(&text[read..end]));
        read = end;
        let open = Open::default();
        parser.tokenizer.sink.trace_handles(&open);
        let open = open.0.into_inner();
        if open.len() > DEEPEST {
            let html = parser.tokenizer.sink.sink.0.borrow();
            let innermost = html.tree.get(open[DEEPEST]).and_then(|node| node.value().as_element());
            return Err(Unreadable(format!(
                "nests more than {DEEPEST} elements before line {} (byte {end}), the innermost <{}>, which no document of \
                 the help centre does. Save the document again",
                text[..end].lines().count() + 1,
                innermost.map_or("html", |element| element.name()),
            )));
        }
    }
    Ok(parser.finish())
}

/// The open elements of the parser, and those it opens again with the next text: `<p><b></p>` leaves a `b`.
#[derive(Default)]
struct Open(RefCell<Vec<NodeId>>);

type NodeId = <HtmlTreeSink as TreeSink>::Handle;

impl Tracer for Open {
    type Handle = NodeId;

    fn trace_handle(&self, node: &NodeId) {
        self.0.borrow_mut().push(*node);
    }
}

/// Returns whether every element that is opened is also closed.
fn end(text: &str) -> End {
    let mut plain = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, comment)) = rest.split_once("<!--") {
        plain.push_str(before);
        rest = comment.split_once("-->").map_or("", |(_, after)| after);
    }
    plain.push_str(rest);
    let plain = plain.to_ascii_lowercase();
    let open = |tag: &str| plain.matches(&format!("<{tag}")).count() > plain.matches(&format!("</{tag}>")).count();
    let cut = ["table", "section", "body", "html", "pre"].into_iter().any(open)
        || plain.trim_end().rfind('<') > plain.trim_end().rfind('>');
    if cut { End::Cut } else { End::Closed }
}

#[derive(Default)]
struct Walk {
    blocks: Vec<Block>,
    /// Text since the last block boundary.
    open: String,
}

impl Walk {
    fn flush(&mut self) {
        for line in std::mem::take(&mut self.open).lines() {
            let line = one_line(line);
            if !line.is_empty() {
                self.blocks.push(Block::Text(line));
            }
        }
    }

    fn children(&mut self, element: ElementRef<'_>) {
        // An explicit stack instead of recursion: deeply nested input must not overflow the call stack.
        let mut stack: Vec<Step<'_>> = vec![Step::Enter(element)];
        while let Some(step) = stack.pop() {
            match step {
                Step::Text(text) => self.open.push_str(&text.replace(['\n', '\r'], " ")),
                Step::Flush => self.flush(),
                Step::Enter(element) => self.enter(element, &mut stack),
            }
        }
    }

    fn enter<'a>(&mut self, element: ElementRef<'a>, stack: &mut Vec<Step<'a>>) {
        match element.value().name() {
            "script" | "style" | "noscript" | "template" | "svg" => return,
            "h1" | "h2" | "h3" | "h4" | "h5" | "h6" => {
                self.flush();
                self.blocks.push(Block::Heading(one_line(&inner(element))));
                return;
            }
            "pre" => {
                self.flush();
                let text: String = element.text().collect::<String>().replace('\u{a0}', " ");
                // Line numbers of a syntax highlighter are not code.
                if !text.chars().all(|c| c.is_ascii_digit() || c.is_whitespace()) {
                    self.blocks.push(Block::Code(text));
                }
                return;
            }
            // A table that only arranges or highlights its content is not a table.
            "table" if !is_layout(element) => {
                self.flush();
                self.table(element);
                stack.extend(nested_tables(element).into_iter().rev().map(Step::Enter));
                return;
            }
            "br" => {
                self.flush();
                return;
            }
            _ => {}
        }
        let block = is_block(element.value().name());
        if block {
            self.flush();
            stack.push(Step::Flush);
        }
        stack.extend(element.children().rev().filter_map(|child| match child.value() {
            Node::Text(text) => Some(Step::Text(text)),
            Node::Element(_) => ElementRef::wrap(child).map(Step::Enter),
            _ => None,
        }));
    }

    fn table(&mut self, table: ElementRef<'_>) {
        let mut cells = Cells::default();
        let mut header_done = false;
        // Cells that span further rows, by column: the number of rows left, and their text.
        let mut spans: Vec<Option<(usize, String)>> = Vec::new();
        for element in own_rows(table) {
            if element.value().name() == "caption" {
                cells.caption = Some(one_line(&inner(element)));
                continue;
            }
            let mut row = Vec::new();
            for cell in cells_of(element) {
                spans_into(&mut row, &mut spans);
                let text = inner(cell);
                // Bounded, so that an invalid span cannot exhaust memory.
                let span = |name| cell.attr(name).and_then(|n| n.parse().ok()).unwrap_or(1).clamp(1, 20);
                let wide: usize = span("colspan");
                let tall: usize = span("rowspan");
                for _ in 0..wide {
                    if tall > 1 {
                        if spans.len() <= row.len() {
                            spans.resize(row.len() + 1, None);
                        }
                        spans[row.len()] = Some((tall - 1, text.clone()));
                    }
                    row.push(Some(text.clone()));
                }
            }
            if !row.is_empty() {
                spans_into(&mut row, &mut spans);
            }
            if row.is_empty() {
                continue;
            }
            let texts: Vec<String> = row.iter().map(|cell| one_line(cell.as_deref().unwrap_or_default())).collect();
            // A cell that spans every column is a title or the name of a group.
            let spans_all = texts.len() > 1 && texts.iter().all(|text| *text == texts[0]);
            if !header_done && spans_all {
                cells.caption.get_or_insert(texts[0].clone());
                continue;
            }
            if !header_done {
                // The first row is the header, whether or not its cells are marked as such.
                cells.header = texts;
                header_done = true;
                continue;
            }
            if texts == cells.header || (spans_all && texts.len() > 2 && !texts[0].is_empty()) {
                continue;
            }
            row.resize(cells.header.len(), Some(String::new()));
            cells.rows.push(row);
        }
        if header_done {
            self.blocks.push(Block::Table(cells));
        }
    }
}

/// Adds the cells that span into this row from the rows above.
fn spans_into(row: &mut Vec<Option<String>>, spans: &mut [Option<(usize, String)>]) {
    while let Some(span) = spans.get_mut(row.len())
        && let Some((left, text)) = span
    {
        row.push(Some(text.clone()));
        *left -= 1;
        if *left == 0 {
            *span = None;
        }
    }
}

enum Step<'a> {
    Enter(ElementRef<'a>),
    Text(&'a str),
    Flush,
}

/// Returns whether a table only arranges its content: a single cell, or nothing but code.
fn is_layout(table: ElementRef<'_>) -> bool {
    let cells: Vec<ElementRef<'_>> = own_rows(table).into_iter().flat_map(cells_of).collect();
    let holds_code = |cell: &ElementRef<'_>| {
        cell.descendants().filter_map(ElementRef::wrap).any(|inner| inner.value().name() == "pre")
    };
    cells.len() == 1 || (!cells.is_empty() && cells.iter().all(|cell| cell.value().name() == "td" && holds_code(cell)))
}

/// Returns the rows and the caption of a table, without those of nested tables.
fn own_rows(table: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let mut found = Vec::new();
    for child in table.child_elements() {
        match child.value().name() {
            "caption" | "tr" => found.push(child),
            "thead" | "tbody" | "tfoot" => {
                found.extend(child.child_elements().filter(|row| row.value().name() == "tr"))
            }
            _ => {}
        }
    }
    found
}

/// Returns the cells of a row.
fn cells_of(row: ElementRef<'_>) -> impl Iterator<Item = ElementRef<'_>> {
    row.child_elements().filter(|cell| matches!(cell.value().name(), "td" | "th"))
}

/// Returns the outermost tables nested in a table.
fn nested_tables(table: ElementRef<'_>) -> Vec<ElementRef<'_>> {
    let mut found = Vec::new();
    let mut stack: Vec<ElementRef<'_>> = table.child_elements().collect::<Vec<_>>().into_iter().rev().collect();
    while let Some(element) = stack.pop() {
        if element.value().name() == "table" {
            found.push(element);
        } else {
            stack.extend(element.child_elements().collect::<Vec<_>>().into_iter().rev());
        }
    }
    found
}

/// Returns the text of an element with a line for each paragraph or list item, without nested tables.
fn inner(element: ElementRef<'_>) -> String {
    enum Part<'a> {
        Element(ElementRef<'a>),
        Text(&'a str, bool),
        Break,
    }
    let mut out = String::new();
    let mut stack = vec![(Part::Element(element), false)];
    let mut first = true;
    while let Some((part, pre)) = stack.pop() {
        match part {
            Part::Break => {
                if !out.is_empty() && !out.ends_with('\n') {
                    out.push('\n');
                }
            }
            Part::Text(text, true) => out.push_str(text),
            Part::Text(text, false) => {
                let mut space = text.starts_with(char::is_whitespace);
                for word in text.split_whitespace() {
                    if space && !out.is_empty() && !out.ends_with(['\n', ' ']) {
                        out.push(' ');
                    }
                    out.push_str(word);
                    space = true;
                }
                if text.ends_with(char::is_whitespace) && !out.is_empty() && !out.ends_with(['\n', ' ']) {
                    out.push(' ');
                }
            }
            Part::Element(element) => {
                let name = element.value().name();
                if matches!(name, "script" | "style") || (name == "table" && !first) {
                    continue;
                }
                let pre = pre || name == "pre";
                let block = !first && (is_block(name) || matches!(name, "br" | "pre"));
                first = false;
                if block {
                    stack.push((Part::Break, pre));
                }
                stack.extend(element.children().rev().filter_map(|child| match child.value() {
                    Node::Text(text) => Some((Part::Text(text, pre), pre)),
                    Node::Element(_) => ElementRef::wrap(child).map(|child| (Part::Element(child), pre)),
                    _ => None,
                }));
                if block {
                    stack.push((Part::Break, pre));
                }
            }
        }
    }
    out.lines().map(str::trim_end).collect::<Vec<_>>().join("\n").trim().to_owned()
}

fn is_block(name: &str) -> bool {
    matches!(
        name,
        "p" | "div"
            | "li"
            | "ul"
            | "ol"
            | "section"
            | "article"
            | "main"
            | "body"
            | "header"
            | "footer"
            | "nav"
            | "dl"
            | "dt"
            | "dd"
            | "blockquote"
            | "tr"
            | "td"
            | "th"
            | "details"
            | "summary"
            | "figure"
            | "figcaption"
    )
}

fn one_line(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Returns whether a document begins like HTML; a text document may still contain an HTML snippet.
pub fn is_html(text: &str) -> bool {
    const TAGS: [&str; 9] = ["<!doctype", "<html", "<head", "<body", "<table", "<h1", "<div", "<section", "<article"];
    text.trim_start_matches('\u{feff}').lines().map(str::trim_start).filter(|line| !line.is_empty()).take(20).any(
        |line| {
            let start: String = line.chars().take(10).collect::<String>().to_lowercase();
            TAGS.iter().any(|tag| start.starts_with(tag))
        },
    ) || text.trim_start().starts_with("<p")
}
