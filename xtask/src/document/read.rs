//! The reader that assembles a [`Document`] from blocks: the section of each block, the role of each table, and the field
//! that each table describes.
//!
//! Knows the structure of a document; must not know the layout that the blocks were read from, or the spec.

use std::collections::HashMap;

use super::{
    Document, Fact, Kind, Role, Row, Table, Unreadable,
    blocks::{Block, Cells, End},
    example, limits,
    words::{self, Column, Section, bare},
};

/// Assembles a document from its blocks; `end` is whether its layout shows that it is complete.
pub fn document((blocks, mut end): (Vec<Block>, End)) -> Result<Document, Unreadable> {
    let mut reader = Reader::default();
    for block in blocks {
        match block {
            Block::Heading(text) | Block::Text(text) => reader.line(&text),
            Block::Code(text) => reader.code(&text),
            Block::Table(cells) => {
                if cells.cut {
                    end = End::Cut;
                }
                reader.table(cells);
            }
        }
    }
    reader.close_example();
    reader.finish(end)
}

/// A field: the indices of its table and its row.
type Field = (usize, usize);

/// The fields that refer to a table further down.
#[derive(Default)]
struct Pending {
    /// The nearest field last; resolved ones are removed lazily.
    stack: Vec<Field>,
    /// By the name that their table may have: that of their type, or their own.
    by_name: HashMap<String, Vec<Field>>,
    /// The tables of the current section, by name.
    known: HashMap<String, usize>,
}

#[derive(Default)]
struct Reader {
    section: Option<Section>,
    /// Whether any section was opened.
    begun: bool,
    /// The HTTP status of the response that is being described.
    status: Option<u16>,
    title: String,
    updated: Option<String>,
    request_line: Option<(String, String)>,
    /// A method on a line of its own, above its path.
    method: Option<String>,
    /// The previous line, which may be an unmarked caption.
    before: Option<String>,
    tables: Vec<Table>,
    pending: Pending,
    /// The section and status that `pending` belongs to.
    scope: Option<(Section, Option<u16>)>,
    example: String,
    examples: Vec<example::Example>,
    /// Whether the end of the document was reached: status or error codes.
    ended: bool,
}

impl Reader {
    fn line(&mut self, line: &str) {
        let text = bare(line);
        if text.is_empty() {
            return;
        }
        if let Some(found) = words::UPDATED.captures(text) {
            self.updated = Some(found[1].to_owned());
            return;
        }
        if let Some(section) = Section::of(text) {
            // The title is directly above the first section.
            if !self.begun {
                self.title = self.before.take().unwrap_or_default();
            }
            self.open(section);
            return;
        }
        if self.request_line.is_none() && !self.in_example() && self.request_line(text) {
            self.before = None;
            return;
        }
        if self.in_example() {
            self.example.push_str(line);
            self.example.push('\n');
        }
        if let Some(found) = words::STATUS.captures(text) {
            self.status = found[1].parse().ok();
            self.before = None;
            return;
        }
        // In some documents, `See Status Codes.` is the only text of the section.
        self.ended |= self.section == Some(Section::StatusCodes);
        // `Help Center> … > Title` is a breadcrumb, not the title.
        if !text.contains("> ") || self.begun {
            self.before = Some(text.to_owned());
        }
    }

    fn code(&mut self, text: &str) {
        if self.request_line.is_none() && !self.in_example() {
            let _ = text.lines().any(|line| self.request_line(line.trim()));
        }
        if self.in_example() {
            self.example.push_str(text);
            self.example.push('\n');
        }
        self.before = None;
    }

    /// Reads a line with method and path, or one of the two lines of method and path; returns whether it was used.
    fn request_line(&mut self, line: &str) -> bool {
        if let Some(found) = words::REQUEST_LINE.captures(line) {
            let path = found[2].trim_end_matches('.');
            self.request_line =
                Some((found[1].to_owned(), if path.starts_with('/') { path.to_owned() } else { format!("/{path}") }));
        } else if words::METHOD.is_match(line) {
            self.method = Some(line.to_owned());
            return true;
        } else if let (Some(method), true) = (self.method.take(), line.starts_with('/')) {
            let path = line.split(['?', ' ']).next().unwrap_or(line);
            self.request_line = Some((method, path.to_owned()));
        }
        self.request_line.is_some()
    }

    fn in_example(&self) -> bool {
        matches!(self.section, Some(Section::RequestExample | Section::ResponseExample))
    }

    fn open(&mut self, section: Section) {
        self.close_example();
        self.begun = true;
        self.section = Some(section);
        self.status = None;
        self.before = None;
        self.ended |= section == Section::ErrorCodes;
    }

    fn close_example(&mut self) {
        if self.in_example() {
            let is_request = self.section == Some(Section::RequestExample);
            self.examples.extend(example::read(&std::mem::take(&mut self.example), is_request));
        }
    }

    fn table(&mut self, cells: Cells) {
        let columns: Vec<Option<Column>> = cells.header.iter().map(|heading| Column::of(heading)).collect();
        let caption = cells.caption.clone().or_else(|| self.caption_before());
        while self.pending.stack.last().is_some_and(|field| !self.is_open(field)) {
            self.pending.stack.pop();
        }
        let role = self.role(caption.as_deref(), &columns, &cells);
        let index = self.tables.len();
        let scope = self.section.map(|section| (section, self.status));
        if self.scope != scope || role != Role::Schema {
            self.pending.known.clear();
        }
        if self.scope != scope {
            self.pending = Pending::default();
            self.scope = scope;
        }
        let mut name = None;
        if role == Role::Schema {
            name = caption.as_deref().map(schema_name).filter(|name| !name.is_empty());
            let explained = self.explained(name.as_deref());
            if let Some(&field) = explained.first() {
                name = name.or_else(|| self.object_of(field).map(str::to_owned));
            }
            for (table, row) in explained {
                self.tables[table].rows[row].table = Some(index);
            }
        }
        if let Some(name) = &name {
            self.pending.known.entry(name.clone()).or_insert(index);
        }
        let rows: Vec<Row> = cells.rows.iter().map(|row| self.row(row, &columns, &role)).collect();
        let opened: Vec<Field> = rows
            .iter()
            .enumerate()
            .filter(|(_, row)| row.kind.stated().is_some_and(Kind::is_structure))
            .map(|(row, _)| (index, row))
            .collect();
        self.tables.push(Table { caption, role, name, columns: cells.header, rows });
        for field in opened.into_iter().rev() {
            let object = self.object_of(field).map(str::to_owned);
            // A schema that has a table in this section has no second one.
            if let Some(known) = object.as_ref().and_then(|name| self.pending.known.get(name)) {
                self.tables[field.0].rows[field.1].table = Some(*known);
                continue;
            }
            let name = object.unwrap_or_else(|| self.tables[field.0].rows[field.1].name.clone());
            self.pending.by_name.entry(name.to_lowercase()).or_default().push(field);
            self.pending.stack.push(field);
        }
        self.ended |= self.section == Some(Section::StatusCodes)
            && self.tables.last().and_then(|table| table.rows.last()).is_some_and(|row| row.description != Fact::Lost);
        self.before = None;
    }

    /// Returns the name of the object that a field refers to.
    fn object_of(&self, (table, row): Field) -> Option<&str> {
        self.tables[table].rows[row].kind.stated().and_then(Kind::object)
    }

    fn is_open(&self, (table, row): &Field) -> bool {
        self.tables[*table].rows[*row].table.is_none()
    }

    /// Returns the caption from the line above, for layouts that do not mark captions.
    fn caption_before(&self) -> Option<String> {
        let line = self.before.as_deref()?;
        let is_caption = words::is_caption(line) || (words::is_field(line) && !matches!(line, "None" | "无"));
        is_caption.then(|| line.to_owned())
    }

    fn role(&self, caption: Option<&str>, columns: &[Option<Column>], cells: &Cells) -> Role {
        if !Column::are_of_fields(columns) {
            return Role::Other;
        }
        if matches!(self.section, Some(Section::StatusCodes | Section::ErrorCodes)) {
            return Role::Other;
        }
        let responses = self.section == Some(Section::Response);
        if let Some(role) = caption.and_then(|caption| caption_role(caption, responses, self.status)) {
            return match role {
                // `URI parameters` may be path or query parameters.
                Role::Path => self.placed(cells, columns),
                role => role,
            };
        }
        let named = caption.is_some_and(|caption| {
            words::caption(caption).is_some() || words::is_dotted(caption) || words::is_field(caption)
        });
        let expected =
            !self.pending.stack.is_empty() && self.scope == self.section.map(|section| (section, self.status));
        match self.section {
            Some(Section::Request | Section::Response) if named || expected => Role::Schema,
            Some(Section::Request) if looks_like_headers(cells, columns) => Role::Header,
            Some(Section::Request)
                if matches!(
                    self.request_line.as_ref().map(|(method, _)| method.as_str()),
                    Some("GET" | "HEAD" | "DELETE")
                ) =>
            {
                Role::Query
            }
            Some(Section::Request) => Role::Body,
            Some(Section::Response) if looks_like_headers(cells, columns) => Role::ResponseHeader(self.status),
            Some(Section::Response) => Role::Response(self.status),
            _ => self.placed(cells, columns),
        }
    }

    /// Returns the path or the query role, by whether the path has placeholders of these names.
    fn placed(&self, cells: &Cells, columns: &[Option<Column>]) -> Role {
        let any = names(cells, columns).any(|name| self.is_placeholder(name));
        if any { Role::Path } else { Role::Query }
    }

    fn is_placeholder(&self, name: &str) -> bool {
        self.request_line.as_ref().is_some_and(|(_, path)| path.contains(&format!("{{{name}}}")))
    }

    /// Returns the fields that a table of this name describes; without a name, the nearest that has no table yet.
    fn explained(&mut self, name: Option<&str>) -> Vec<Field> {
        let Some(name) = name else {
            while let Some(field) = self.pending.stack.pop() {
                if self.is_open(&field) {
                    return vec![field];
                }
            }
            return Vec::new();
        };
        let last = name.rsplit('.').next().unwrap_or(name).to_lowercase();
        let mut found: Vec<Field> = Vec::new();
        for key in [name.to_lowercase(), last] {
            if found.is_empty() {
                found = self.pending.by_name.remove(&key).unwrap_or_default();
                found.retain(|field| self.is_open(field));
                found.reverse();
            }
        }
        // Fields without a type name are distinguished by the path in the caption.
        if found.len() > 1 && self.object_of(found[0]).is_none() {
            let parent = name.rsplit_once('.').map(|(parent, _)| parent);
            let at = found.iter().position(|field| parent.is_none() || self.tables[field.0].name.as_deref() == parent);
            let taken = found.remove(at.unwrap_or(0));
            let key = self.tables[taken.0].rows[taken.1].name.to_lowercase();
            found.reverse();
            self.pending.by_name.insert(key, found);
            return vec![taken];
        }
        found
    }

    fn row(&self, cells: &[Option<String>], columns: &[Option<Column>], role: &Role) -> Row {
        let cell = |wanted: Column| {
            columns.iter().position(|column| *column == Some(wanted)).map(|at| cells.get(at).and_then(Option::as_deref))
        };
        let name = match cell(Column::Name) {
            Some(name) => name.unwrap_or_default(),
            None => cells.first().and_then(Option::as_deref).unwrap_or_default(),
        };
        // `limit (optional)`: a remark is not part of the name.
        let name = &unwrapped(name);
        let name = bare(name);
        let name = name.split_once(['(', '（']).map_or(name, |(name, _)| name).trim().to_owned();
        let fact = |cell: Option<Option<&str>>| match cell {
            None => Fact::Silent,
            Some(None) => Fact::Lost,
            Some(Some("" | "-" | "N/A")) => Fact::Empty,
            Some(Some(text)) => Fact::Stated(text.to_owned()),
        };
        let kind_text = cell(Column::Type)
            .flatten()
            .map(|text| bare(text).split_whitespace().collect::<Vec<_>>().join(" "))
            .unwrap_or_default();
        let kind = fact(cell(Column::Type))
            .and_then(|_| Fact::Stated(Kind::parse(&kind_text).unwrap_or_else(|| Kind::Other(kind_text.clone()))));
        let mandatory = fact(cell(Column::Mandatory))
            .and_then(|text| words::mandatory(bare(&text)).map_or(Fact::Lost, Fact::Stated));
        let description = fact(match cell(Column::Description) {
            None => columns
                .iter()
                .position(Option::is_none)
                .filter(|at| *at > 0)
                .map(|at| cells.get(at).and_then(Option::as_deref))
                .or_else(|| {
                    // In a table without parameters, the second cell.
                    (*role == Role::Other && cells.len() > 1).then(|| cells[1].as_deref())
                }),
            found => found,
        });
        let mut text = description.stated().cloned().unwrap_or_default();
        for (column, cell) in columns.iter().zip(cells) {
            if let (Some(Column::Limit(label)), Some(cell)) = (column, cell) {
                text.push_str(&format!("\n{label}: {cell}"));
            }
        }
        let mut limits = limits::read(kind.stated(), &text);
        if description == Fact::Lost {
            limits.lost = true;
        }
        let place = cell(Column::Place).flatten().map(|place| bare(place).to_lowercase());
        let role = match (role, place.as_deref()) {
            (Role::Path, _) if !self.is_placeholder(&name) && self.request_line.is_some() => Role::Query,
            (_, Some("path")) => Role::Path,
            (_, Some("query")) => Role::Query,
            (_, Some("header")) => Role::Header,
            (_, Some("body")) => Role::Body,
            (role, _) => role.clone(),
        };
        Row { name, role, mandatory, kind, kind_text, description, limits, table: None }
    }

    fn finish(self, end: End) -> Result<Document, Unreadable> {
        let refuse = |message: &str| Err(Unreadable(message.to_owned()));
        let Some((method, path)) = self.request_line else {
            return refuse(
                "names no URI: a line such as `GET /v1/things/{thing_id}` is missing. Does it document an API?",
            );
        };
        if self.tables.iter().all(|table| table.rows.is_empty()) {
            return refuse("has no table that could be read. Save the document again, best as HTML");
        }
        if end == End::Cut || (end == End::Open && !self.ended) {
            return refuse("is truncated: it ends before its status or error codes. Save the document again");
        }
        let fields = || self.tables.iter().filter(|table| table.role != Role::Other);
        let empty = fields().filter(|table| table.rows.is_empty()).count();
        if empty * 4 > fields().count() {
            return Err(Unreadable(format!("has {empty} tables without rows. Save the document again, best as HTML")));
        }
        Ok(Document {
            title: self.title,
            updated: self.updated,
            method,
            path,
            tables: self.tables,
            examples: self.examples,
        })
    }
}

/// Joins the name of a field that was wrapped at an underscore.
fn unwrapped(cell: &str) -> String {
    let mut name = String::new();
    for part in cell.split_whitespace() {
        let wrapped = name.ends_with('_') || (part.starts_with('_') && !name.is_empty());
        if !name.is_empty() && !wrapped {
            // A further word is not part of the name; on the same line it is a remark.
            if !cell.contains('\n') {
                name.push(' ');
                name.push_str(part);
                continue;
            }
            break;
        }
        name.push_str(part);
    }
    name
}

fn names<'a>(cells: &'a Cells, columns: &[Option<Column>]) -> impl Iterator<Item = &'a str> {
    let at = columns.iter().position(|column| *column == Some(Column::Name));
    cells.rows.iter().filter_map(move |row| row.get(at?)?.as_deref()).map(bare)
}

fn looks_like_headers(cells: &Cells, columns: &[Option<Column>]) -> bool {
    let mut names = names(cells, columns).peekable();
    names.peek().is_some()
        && names.all(|name| {
            name.starts_with("X-")
                || name.contains('-') && name.starts_with(|c: char| c.is_ascii_uppercase())
                || matches!(name, "Authorization" | "Host" | "Accept" | "Location")
        })
}

/// Returns the role that a caption states; `None` if it is the name of a schema.
fn caption_role(caption: &str, responses: bool, status: Option<u16>) -> Option<Role> {
    let text = words::caption(caption).unwrap_or(caption);
    let lower = text.to_lowercase();
    let about = |words: &[&str]| words.iter().any(|word| lower.contains(word));
    if !about(&["parameter", "参数", "消息", "header", "body"]) {
        return None;
    }
    let response = responses || about(&["response", "响应", "返回"]);
    Some(if about(&["path", "uri", "路径"]) {
        Role::Path
    } else if about(&["query", "查询"]) {
        Role::Query
    } else if about(&["header", "消息头"]) && response {
        Role::ResponseHeader(status)
    } else if about(&["header", "消息头"]) {
        Role::Header
    } else if about(&["body", "消息体", "formdata", "form data"]) && !is_word(&schema_name(caption))
        || about(&["request parameter", "response parameter", "请求参数", "响应参数"])
    {
        if response { Role::Response(status) } else { Role::Body }
    } else {
        return None;
    })
}

/// Returns whether a caption is a single word, such as `NotificationsResponseBody` but not `请求Body`.
fn is_word(caption: &str) -> bool {
    caption.is_ascii() && words::is_field(caption)
}

/// Returns the name in a caption such as `Table 5 CountFilterV2 parameters`.
fn schema_name(caption: &str) -> String {
    let text = words::caption(caption).unwrap_or(caption).trim();
    let mut name = text;
    for prefix in [
        "Description of the ",
        "Description of ",
        "Parameters of the ",
        "Parameters of ",
        "Parameters in the ",
        "Parameters in ",
        "Fields of ",
    ] {
        name = name.strip_prefix(prefix).unwrap_or(name);
    }
    for suffix in [
        " parameters",
        " parameter",
        " Parameters",
        " Parameter",
        " field description",
        " fields",
        " field",
        " data structure",
        " structure",
        " object",
        " objects",
        "参数说明",
        "参数",
        "字段说明",
    ] {
        name = name.strip_suffix(suffix).unwrap_or(name);
    }
    name.trim().to_owned()
}
