//! Output to stdout and stderr, in which no character is invisible or moves others.

use std::{
    fmt::{Display, Write as _},
    io::{self, Write as _},
};

/// Prints lines to stdout. A closed pipe, such as by `head`, is not a failure.
pub fn lines(lines: impl IntoIterator<Item = impl Display>) -> io::Result<()> {
    let mut out = io::BufWriter::new(io::stdout().lock());
    let written = lines.into_iter().try_for_each(|line| writeln!(out, "{line}")).and_then(|()| out.flush());
    match written {
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Ok(()),
        written => written,
    }
}

/// Lines on stdout, which are written when there are many, or when it is flushed.
pub struct Lines(io::BufWriter<io::StdoutLock<'static>>);

impl Lines {
    pub fn stdout() -> Self {
        Self(io::BufWriter::new(io::stdout().lock()))
    }

    pub fn print(&mut self, line: impl Display) -> io::Result<()> {
        writeln!(self.0, "{line}")
    }

    pub fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Prints a message to stderr. One that cannot be printed cannot be reported either.
pub fn message(message: impl Display) {
    let _ = writeln!(io::stderr().lock(), "{message}");
}

/// Returns whether a terminal would obey this character or show nothing for it: control characters, line separators,
/// and what Unicode calls bidirectional controls and default-ignorable code points. Texts of a service are untrusted:
/// with these, one could look like another, or like a message of this program.
fn is_hidden(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{34f}' | '\u{61c}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}'
            | '\u{180b}'..='\u{180f}' | '\u{200b}'..='\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2060}'..='\u{206f}'
            | '\u{3164}' | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}' | '\u{e0000}'..='\u{e0fff}')
}

/// Returns the text on one line, with hidden characters as in Rust: `\n`, `\u{200b}`.
pub fn visible(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        if is_hidden(c) { shown.extend(c.escape_default()) } else { shown.push(c) }
    }
    shown
}

/// Returns the JSON text of the same value with hidden characters as in JSON: `\u200b`.
pub fn json(text: &str) -> String {
    let mut shown = String::with_capacity(text.len());
    for c in text.chars() {
        // Strings have no raw line feeds: this one indents.
        if c == '\n' || !is_hidden(c) {
            shown.push(c);
        } else {
            for unit in c.encode_utf16(&mut [0; 2]) {
                let _ = write!(shown, "\\u{unit:04x}");
            }
        }
    }
    shown
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_characters_are_escaped_and_all_others_are_unchanged() {
        assert_eq!(visible("a\u{1b}[2J\u{9b}\u{7f}\u{85}\r\n\tb"), r"a\u{1b}[2J\u{9b}\u{7f}\u{85}\r\n\tb");
        assert_eq!(visible("\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{e0041}"), {
            r"\u{202e}\u{2066}\u{200b}\u{2028}\u{feff}\u{e0041}"
        });
        let usual = "工单\u{3000}\"é\" e\u{301} नमस्ते ไทย שלום → \\u{200b} 😀\u{a0}";
        assert_eq!((visible(usual).as_str(), json(usual).as_str()), (usual, usual));
        assert_eq!(visible(&visible("\u{200b}")), visible("\u{200b}"));
    }

    #[test]
    fn json_with_escaped_characters_has_the_same_value() {
        let hidden: String = ('\0'..=char::MAX).filter(|c| is_hidden(*c)).collect();
        let value = serde_json::json!({ (hidden.as_str()): [hidden, "工单 😀"] });
        for text in [format!("{value}"), format!("{value:#}")] {
            let shown = json(&text);
            assert!(shown.chars().all(|c| c == '\n' || !is_hidden(c)), "{shown}");
            assert_eq!(serde_json::from_str::<serde_json::Value>(&shown).unwrap_or_default(), value);
        }
    }
}
