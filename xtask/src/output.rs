//! What the tasks print. A closed pipe, as with `head`, is not an error.

use std::{fmt::Display, io::Write as _};

/// Prints a text.
pub fn say(text: &str) {
    let _ = std::io::stdout().write_all(text.as_bytes());
}

/// Prints a line.
pub fn say_line(line: impl Display) {
    say(&format!("{line}\n"));
}
