//! Examples: requests and answers as a page shows them.

use std::sync::LazyLock;

use regex::Regex;
use serde_json::Value;

use super::words;

/// An example of the page.
#[derive(Clone, Debug, PartialEq)]
pub struct Example {
    /// Whether it is a request.
    pub is_request: bool,
    /// The status it is an answer of, where the page names it.
    pub status: Option<u16>,
    /// The method of its request line, if it has one.
    pub method: Option<String>,
    /// The address of its request line, without what follows the question mark.
    pub address: Option<String>,
    /// What follows the question mark.
    pub query: Vec<(String, String)>,
    /// The body.
    pub body: Body,
}

/// The body of an example.
#[derive(Clone, Debug, PartialEq)]
pub enum Body {
    /// None is shown.
    None,
    /// JSON.
    Json(Value),
    /// Text that begins like JSON and is none, and why.
    Broken(String),
}

#[expect(clippy::expect_used, reason = "the pattern is a constant")]
static REQUEST: LazyLock<Regex> = LazyLock::new(|| {
    Regex::new(r#"(?:\b(GET|POST|PUT|DELETE|PATCH|HEAD)\s+)?(https?://[^\s'"]+|/v\d[^\s'"]*)"#)
        .expect("a valid pattern")
});

/// Reads the examples of a section out of its text.
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
    let mut rest = text;
    while !rest.trim().is_empty() {
        let line = if is_request {
            REQUEST.captures(rest).and_then(|found| Some((found.get(1), found.get(2)?)))
        } else {
            None
        };
        let json = json_start(rest);
        match (line, json) {
            // A body belongs to the request line before it.
            (Some((method, address)), json) if json.is_none_or(|json| address.start() <= json) => {
                let mut example = blank();
                example.method = method.map(|method| method.as_str().to_owned());
                let whole = address.as_str();
                let (path, query) = whole.split_once('?').unwrap_or((whole, ""));
                example.address = Some(path.to_owned());
                example.query = url_query(query);
                rest = &rest[address.end()..];
                let next_line = REQUEST.find(rest).map_or(rest.len(), |found| found.start());
                if let Some(at) = json_start(rest).filter(|at| *at < next_line) {
                    let (body, after) = json_at(rest, at);
                    example.body = body;
                    rest = &rest[after..];
                }
                examples.push(example);
            }
            (_, Some(at)) => {
                let (body, after) = json_at(rest, at);
                examples.push(Example { body, ..blank() });
                rest = &rest[after..];
            }
            _ => break,
        }
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

/// Where JSON begins: a bracket at the beginning of a line, or behind white space or a quote.
fn json_start(text: &str) -> Option<usize> {
    let bytes = text.as_bytes();
    (0..bytes.len()).find(|&at| {
        matches!(bytes[at], b'{' | b'[')
            && (at == 0 || matches!(bytes[at - 1], b'\n' | b' ' | b'\t' | b'\'' | b'"'))
            && {
                let next = text[at + 1..].trim_start().bytes().next();
                matches!(next, Some(b'"' | b'{' | b'}' | b'[' | b']'))
                    || (bytes[at] == b'[' && next.is_some_and(|c| c.is_ascii_digit()))
            }
    })
}

/// The JSON at a position, and where it ends.
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
            // What follows a broken text cannot be told from it, up to a blank line or the end.
            (Body::Broken(reason), at + balanced(json))
        }
        None => (Body::None, text.len()),
    }
}

/// Length of a text whose brackets close, or all of it.
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
