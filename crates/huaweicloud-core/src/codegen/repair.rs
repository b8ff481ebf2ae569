//! Repairs text that is almost JSON, so that one member that no parser accepts does not cost a page of records.

use std::borrow::Cow;

/// The deepest nesting that is kept; the parser accepts 127 levels.
const DEEPEST: usize = 120;

/// Returns JSON in which only the offending parts of a text are replaced, or `None` if nothing was.
///
/// - A lone surrogate, and bytes that are not UTF-8, become U+FFFD.
/// - A raw control character, and a backslash that begins no escape, are escaped.
/// - A number that is too large, `NaN`, and any other bare word become a string.
/// - What is nested too deeply becomes null.
/// - A byte order mark is dropped.
///
/// Missing brackets, quotes or commas are not repaired: nobody could say what is lost.
pub(crate) fn repair(body: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8_lossy(body);
    let mut rest = text.trim_start_matches('\u{feff}');
    let mut out = String::with_capacity(rest.len() + 16);
    let mut depth = 0_usize;
    while let Some(first) = rest.chars().next() {
        let length = match first {
            '"' => {
                let length = string_length(rest);
                push_string(&rest[..length], &mut out);
                length
            }
            '{' | '[' if depth == DEEPEST => {
                out.push_str("null");
                nested_length(rest)
            }
            '{' | '[' | '}' | ']' | ',' | ':' | ' ' | '\t' | '\r' | '\n' => {
                depth = match first {
                    '{' | '[' => depth + 1,
                    '}' | ']' => depth.saturating_sub(1),
                    _ => depth,
                };
                out.push(first);
                1
            }
            _ => {
                let length = rest.find(|c: char| "{}[],:\" \t\r\n".contains(c)).unwrap_or(rest.len());
                push_word(&rest[..length], &mut out);
                length
            }
        };
        rest = &rest[length..];
    }
    (out.as_bytes() != body).then(|| out.into_bytes())
}

/// Returns the length of the string at the beginning of a text, with its quotes.
fn string_length(text: &str) -> usize {
    let mut escaped = false;
    let end = text.bytes().enumerate().skip(1).find(|(_, byte)| {
        let is_end = *byte == b'"' && !escaped;
        escaped = *byte == b'\\' && !escaped;
        is_end
    });
    end.map_or(text.len(), |(at, _)| at + 1)
}

/// Returns the length of the object or array at the beginning of a text.
fn nested_length(text: &str) -> usize {
    let (mut at, mut depth) = (0, 0_usize);
    let bytes = text.as_bytes();
    while let Some(byte) = bytes.get(at) {
        match byte {
            b'"' => {
                at += string_length(&text[at..]);
                continue;
            }
            b'{' | b'[' => depth += 1,
            b'}' | b']' => depth -= 1,
            _ => {}
        }
        at += 1;
        if depth == 0 {
            break;
        }
    }
    at
}

/// Appends a string with its quotes, with everything escaped that must be.
fn push_string(text: &str, out: &mut String) {
    let mut rest = text;
    while let Some(at) = rest.find(|c: char| c == '\\' || c < ' ') {
        out.push_str(&rest[..at]);
        rest = &rest[at..];
        let (repaired, length) = escape(rest);
        out.push_str(&repaired);
        rest = &rest[length..];
    }
    out.push_str(rest);
}

/// Returns the escape, or the control character, at the beginning of a text in a form that every parser accepts, and
/// its length in the text.
fn escape(text: &str) -> (Cow<'_, str>, usize) {
    let first = text.chars().next().unwrap_or_default();
    if first != '\\' {
        return (format!("\\u{:04x}", u32::from(first)).into(), 1);
    }
    match (text.as_bytes().get(1), escaped_unit(text, 0)) {
        (Some(b'"' | b'\\' | b'/' | b'b' | b'f' | b'n' | b'r' | b't'), _) => (Cow::Borrowed(&text[..2]), 2),
        (_, Some(0xD800..=0xDBFF)) if matches!(escaped_unit(text, 6), Some(0xDC00..=0xDFFF)) => {
            (Cow::Borrowed(&text[..12]), 12)
        }
        (_, Some(0xD800..=0xDFFF)) => (Cow::Borrowed("\\ufffd"), 6),
        (_, Some(_)) => (Cow::Borrowed(&text[..6]), 6),
        _ => (Cow::Borrowed("\\\\"), 1),
    }
}

/// Returns the UTF-16 code unit of the escape `\uXXXX` at this position of a text, if there is one.
pub(crate) fn escaped_unit(text: &str, at: usize) -> Option<u16> {
    let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
    digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
}

/// Appends a word outside of a string: as it is if it is a JSON value, otherwise as a string.
fn push_word(word: &str, out: &mut String) {
    let is_value = matches!(word, "true" | "false" | "null") || serde_json::from_str::<f64>(word).is_ok();
    if is_value {
        out.push_str(word);
    } else {
        out.push_str(&serde_json::Value::from(word).to_string());
    }
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn repaired(text: &[u8]) -> Value {
        serde_json::from_slice(&repair(text).unwrap()).unwrap()
    }

    #[test]
    fn only_the_offending_part_is_replaced() {
        assert_eq!(repaired(br#"{"a":"x\ud83dy","b":1}"#), json!({ "a": "x\u{fffd}y", "b": 1 }));
        assert_eq!(repaired(br#"["\ude00\ud83d\ude00","\ud83d\u0041"]"#), json!(["\u{fffd}\u{1f600}", "\u{fffd}A"]));
        assert_eq!(repaired(br#"{"a":1e999,"b":[-1e999,2]}"#), json!({ "a": "1e999", "b": ["-1e999", 2] }));
        assert_eq!(repaired(b"[NaN, 007]"), json!(["NaN", "007"]));
        assert_eq!(repaired(b"{\"a\":\"x\xff\xfey\"}"), json!({ "a": "x\u{fffd}\u{fffd}y" }));
        assert_eq!(repaired(b"{\"a\":\"x\n\ty\0\"}"), json!({ "a": "x\n\ty\0" }));
        assert_eq!(repaired(b"\xef\xbb\xbf{\"a\":1}"), json!({ "a": 1 }));
        assert_eq!(repaired(br#"["C:\dir", "\u12", "\"\\"]"#), json!(["C:\\dir", "\\u12", "\"\\"]));
        let deep = format!(r#"{{"a":{}"]"{},"b":2}}"#, "[".repeat(5000), "]".repeat(5000));
        assert_eq!(repaired(deep.as_bytes())["b"], 2);
    }

    #[test]
    fn json_stays_as_it_is() {
        for text in [r#"{"a":"\ud83d\ude00 \u0000 \" é","b":[1.5e3,true,null,{}]}"#, "[", "\"open", ""] {
            assert_eq!(repair(text.as_bytes()), None, "{text}");
        }
    }
}
