//! Problems of files, with their place.

use std::fmt;

use crate::output::one_line;

/// A problem and its place.
#[derive(Debug, PartialEq)]
pub struct Problem {
    /// File, from the root of the workspace.
    pub file: String,
    /// JSON pointer into the file; empty for the whole file.
    pub pointer: String,
    /// One sentence.
    pub message: String,
}

impl Problem {
    pub fn new(file: impl Into<String>, pointer: impl Into<String>, message: impl Into<String>) -> Self {
        Self { file: file.into(), pointer: pointer.into(), message: message.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&one_line(&self.file))?;
        if !self.pointer.is_empty() {
            write!(f, "#{}", one_line(&self.pointer))?;
        }
        write!(f, ": {}", self.message)
    }
}

pub type Result<T, E = Vec<Problem>> = std::result::Result<T, E>;

/// Returns a JSON pointer with a further step, escaped.
pub fn step(pointer: &str, key: &str) -> String {
    format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1"))
}
