//! The request and response examples of a document, read from the text of their sections.
//!
//! Knows request lines and JSON; must not know the layout, the tables of the document, or the spec.

use regex::Captures;
use serde_json::Value;

use super::words;

/// An example of a request or a response.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Whether it is a request; otherwise a response.
    pub is_request: bool,
    /// The HTTP status of the response, if the document states one.
    pub status: Option<u16>,
    /// The method of the request line, if there is one.
    pub method: Option<String>,
    /// The URL or path of the request line, without the query string.
    pub address: Option<String>,
    /// The parameters of the query string, in order.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

impl Example {
    /// Returns the path of the request line, without scheme and host.
    #[must_use]
    pub fn path(&self) -> Option<&str> {
        let address = self.address.as_deref()?;
        Some(address.split_once("://").map_or(address, |(_, rest)| rest.find('/').map_or("", |at| &rest[at..])))
    }
}

/// The body of an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// No body is shown.
    None,
    /// Valid JSON.
    Json(Value),
    /// Text that begins like JSON but does not parse, with the reason.
    Broken(String),
}

super::words::patterns! {
    // With a method, a URL matches anywhere; without one only at the start of a line, because prose mentions URLs too.
    REQUEST = r#"(?m)(?:\b(GET|POST|PUT|DELETE|PATCH|HEAD)\s+|^\s*|^\s*curl\b[^\n]*?[\s'"])(https?://[^\s'"]+|/v\d[^\s'"]*)"#;
}

/// Reads the examples from the text of a section.
pub fn read(text: &str, is_request: bool) -> Vec<Example> {
    let mut examples = Vec::new();
    let mut status = None;
    let mut part = String::new();
    for line in text.lines() {
        if let Some(found) = words::STATUS.captures(words::bare(line)) {
            parts(&std::mem::take(&mut part), is_request, status, &mut examples);
            status = found[1].parse().ok();
            continue;
        }
        part.push_str(line);
        part.push('\n');
    }
    parts(&part, is_request, status, &mut examples);
    examples
}

fn parts(text: &str, is_request: bool, status: Option<u16>, examples: &mut Vec<Example>) {
    let blank = || Example { is_request, status, method: None, address: None, query: Vec::new(), body: Body::None };
    let mut at = 0;
    // Searched for only from behind the last: again for each JSON text in front of it would take quadratic time.
    let mut request = REQUEST.captures(text).filter(|_| is_request);
    let start = |request: &Option<Captures<'_>>| request.as_ref().and_then(|found| found.get(0)).map(|all| all.start());
    while at < text.len() {
        if start(&request).is_some_and(|start| start < at) {
            request = REQUEST.captures_at(text, at);
        }
        let address = request.as_ref().and_then(|found| found.get(2));
        let until = address.map_or(text.len(), |address| address.start());
        if let Some(json) = json_start(&text[at..until]) {
            let (body, after) = json_at(text, at + json);
            examples.push(Example { body, ..blank() });
            at = after;
            continue;
        }
        let (Some(found), Some(address)) = (&request, address) else { break };
        let mut example = blank();
        example.method = found.get(1).map(|method| method.as_str().to_owned());
        let whole = address.as_str();
        let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
        example.address = Some(path.to_owned());
        example.query = url_query(query);
        at = address.end();
        // A body belongs to the preceding request line.
        request = REQUEST.captures_at(text, at);
        let until = start(&request).map_or(text.len(), |next| next.max(at));
        if let Some(json) = json_start(&text[at..until]) {
            let (body, after) = json_at(text, at + json);
            example.body = body;
            at = after;
        }
        examples.push(example);
    }
}

fn url_query(query: &str) -> Vec<(String, String)> {
    query
        .split('&')
        .filter(|pair| !pair.is_empty())
        .map(|pair| pair.split_once('=').unwrap_or((pair, "")))
        .map(|(key, value)| (key.to_owned(), value.to_owned()))
        .collect()
}

/// Returns where JSON, or text that is meant to be JSON, begins: at a bracket at the start of a line or after
/// white space, a colon or a quote.
fn json_start(text: &str) -> Option<usize> {
    let mut before = None;
    let mut opens_line = true;
    for (at, c) in text.char_indices() {
        if matches!(c, '{' | '[') {
            let next = text[at + 1..].trim_start().chars().next();
            let json = matches!(next, Some('"' | '{' | '}' | '[' | ']'))
                || (c == '[' && next.is_some_and(|c| c.is_ascii_digit()));
            // `{key: 1}` and curly quotes are invalid JSON and are reported as such; `{endpoint}` is a placeholder.
            let broken = opens_line
                && (c == '{' && matches!(next, Some('“' | '”' | '\''))
                    || next.is_some_and(char::is_alphabetic)
                        && text[at..].lines().next().is_some_and(|line| line.contains(':')));
            if json && before.is_none_or(|before| matches!(before, '\n' | ' ' | '\t' | '\'' | '"' | ':')) || broken {
                return Some(at);
            }
        }
        opens_line = c == '\n' || opens_line && c.is_whitespace();
        before = Some(c);
    }
    None
}

/// Reads the JSON at a position, and returns it with the position of its end.
fn json_at(text: &str, at: usize) -> (Body, usize) {
    let json = &text[at..];
    let mut stream = serde_json::Deserializer::from_str(json).into_iter::<Value>();
    match stream.next() {
        Some(Ok(value)) => (Body::Json(value), at + stream.byte_offset()),
        Some(Err(error)) => {
            let shown = json.lines().nth(error.line().saturating_sub(1)).unwrap_or_default();
            let before: String = shown.chars().take(error.column()).collect();
            let tail: Vec<char> = before.chars().rev().take(24).collect();
            let tail: String = tail.into_iter().rev().collect();
            let message = error.to_string();
            let reason = message.split(" at line").next().unwrap_or_default();
            let reason =
                format!("{reason} at line {}, column {}, after `{}`", error.line(), error.column(), tail.trim());
            // Invalid JSON ends where its brackets balance.
            (Body::Broken(reason), at + balanced(json))
        }
        None => (Body::None, text.len()),
    }
}

/// Returns the length up to where the brackets balance, or that of all the text if they do not.
fn balanced(text: &str) -> usize {
    let mut depth = 0_i64;
    for (at, byte) in text.bytes().enumerate() {
        match byte {
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => continue,
        }
        if depth <= 0 {
            return at + 1;
        }
    }
    text.len()
}
