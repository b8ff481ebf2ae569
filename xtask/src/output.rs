//! What the tasks print. A closed pipe, as with `head`, is not an error.
//!
//! Control characters are printed escaped, as in JSON (`\\u001b`): those of a file name or a document could otherwise
//! hide or forge what a terminal shows.

use std::{
    fmt::Display,
    io::{self, Write},
};

/// Prints a text.
pub fn say(text: &str) {
    print(io::stdout(), text);
}

/// Prints a line.
pub fn say_line(line: impl Display) {
    say(&(one_line(&line.to_string()) + "\n"));
}

/// Prints a message, which may have several lines, to standard error.
pub fn warn(message: impl Display) {
    print(io::stderr(), &format!("{message}\n"));
}

/// Returns a text with its control characters escaped, line breaks included.
pub fn one_line(text: &str) -> String {
    escaped(text, |_| false)
}

fn print(mut to: impl Write, text: &str) {
    let _ = to.write_all(escaped(text, |c| matches!(c, '\n' | '\t')).as_bytes());
}

fn escaped(text: &str, is_kept: impl Fn(char) -> bool) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            c if c.is_control() && !is_kept(c) => out.push_str(&format!("\\u{:04x}", u32::from(c))),
            c => out.push(c),
        }
    }
    out
}
