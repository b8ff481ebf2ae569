//! Examples of JSON that fit a terminal.

use serde_json::Value;

/// The width of a line, with what is before it.
const WIDTH: usize = 78;
/// The maximum number of lines.
const LINES: usize = 24;
/// The maximum number of items of a list.
const ITEMS: usize = 6;
/// What stands for the rest.
const REST: &str = "…";

/// Returns the lines of a value, indented by so many columns, and whether all of it is there.
pub fn lines(value: &Value, indent: usize) -> (Vec<String>, bool) {
    let mut whole = true;
    let mut lines = Vec::new();
    write(value, " ".repeat(indent), "", &mut lines, &mut whole);
    if lines.len() > LINES {
        lines.truncate(LINES - 1);
        lines.push(" ".repeat(indent) + REST);
        whole = false;
    }
    (lines, whole)
}

/// Writes a value after a `start`, such as a name, and before an `end`, such as a comma.
fn write(value: &Value, start: String, end: &str, lines: &mut Vec<String>, whole: &mut bool) {
    let short = inline(value);
    if start.chars().count() + short.chars().count() + end.len() <= WIDTH {
        // The document itself leaves a part out.
        *whole &= !short.contains(REST);
        lines.push(start + &short + end);
        return;
    }
    let indent = start.len() - start.trim_start().len() + 2;
    let inner = " ".repeat(indent);
    let (open, close) = match value {
        Value::Object(members) => {
            lines.push(start + "{");
            for (index, (name, member)) in members.iter().enumerate() {
                let comma = if index + 1 < members.len() { "," } else { "" };
                write(member, format!("{inner}{}: ", Value::from(name.as_str())), comma, lines, whole);
            }
            return lines.push(format!("{}}}{end}", " ".repeat(indent - 2)));
        }
        Value::Array(items) => {
            lines.push(start + "[");
            let shown = items.len().min(ITEMS);
            for (index, item) in items[..shown].iter().enumerate() {
                let comma = if index + 1 < items.len() { "," } else { "" };
                write(item, inner.clone(), comma, lines, whole);
            }
            if shown < items.len() {
                lines.push(inner + REST);
                *whole = false;
            }
            return lines.push(format!("{}]{end}", " ".repeat(indent - 2)));
        }
        _ => ("\"", "\""),
    };
    let room = WIDTH.saturating_sub(start.chars().count() + 4);
    let cut: String = short.trim_matches('"').chars().take(room).collect();
    *whole = false;
    lines.push(format!("{start}{open}{cut}{REST}{close}{end}"));
}

/// Returns a value on one line.
fn inline(value: &Value) -> String {
    let listed = |parts: Vec<String>| parts.join(", ");
    match value {
        Value::Object(members) if !members.is_empty() => {
            let members =
                members.iter().map(|(name, member)| format!("{}: {}", Value::from(name.as_str()), inline(member)));
            format!("{{ {} }}", listed(members.collect()))
        }
        Value::Array(items) => format!("[{}]", listed(items.iter().map(inline).collect())),
        // A secret, as documents show it.
        Value::String(text) if !text.is_empty() && text.chars().all(|c| c == '*') => format!("\"{REST}\""),
        value => value.to_string(),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn short_values_are_whole_and_long_ones_are_cut() {
        let short = json!({ "page": 1, "values": ["a", "b"], "empty": {} });
        assert_eq!(lines(&short, 2), (vec![r#"  { "page": 1, "values": ["a", "b"], "empty": {} }"#.to_owned()], true));
        let long = json!({ "ids": (100_000_000..100_000_007).collect::<Vec<_>>(), "text": "x".repeat(200), "password": "***", "deep": { "a": "y".repeat(90) } });
        let (shown, whole) = lines(&long, 2);
        assert!(!whole && shown.iter().all(|line| line.chars().count() <= 80), "{shown:#?}");
        let text = shown.join("\n");
        assert!(text.contains("      100000005,\n      …\n    ],\n") && text.contains(r#""password": "…","#), "{text}");
        let many: Value =
            (0..99).map(|n| (format!("member{n}"), Value::from(n))).collect::<serde_json::Map<_, _>>().into();
        assert_eq!(lines(&many, 0).0.len(), LINES);
        assert_eq!(lines(&many, 0).0.last().map(String::as_str), Some("…"));
    }
}
