//! Values of flags, which may be somewhere else than on the command line.

use std::{env, fs, io};

use huaweicloud_core::metadata::{Parameter, ValueType};
use serde_json::Value;

use crate::failure::Failure;

/// The forms of a value that is not on the command line.
pub const ELSEWHERE: &str = "@FILE, env:VARIABLE, or - for standard input";
/// Other users of a machine can read command lines, and shells store them.
pub const NOT_ON_ARGV: &str = "Secrets belong in one of these, not on the command line";

/// Converts the value of a flag to the type of its parameter.
pub fn converted(parameter: &Parameter, flag: &str, given: &[&str]) -> Result<Value, Failure> {
    let last = given.last().copied().unwrap_or_default();
    let wrong = |kind: &str| Failure::wrong_use(format!("--{flag} must be {kind}, got {last:?}"));
    match parameter.rule.kind {
        ValueType::List(_) => Ok(given.to_vec().into()),
        ValueType::Integer => last.parse::<i64>().map(Value::from).map_err(|_| wrong("an integer")),
        ValueType::Number => last.parse::<f64>().map(Value::from).map_err(|_| wrong("a number")),
        ValueType::Boolean => last.parse::<bool>().map(Value::from).map_err(|_| wrong("true or false")),
        ValueType::Secret => Ok(text(flag, last)?.trim_end_matches(['\r', '\n']).into()),
        _ => Ok(last.into()),
    }
}

/// Returns the value of a flag, or what is where it points: `@FILE`, `env:VARIABLE`, `@-` or `-`.
pub fn text(flag: &str, given: &str) -> Result<String, Failure> {
    let (place, read) = if let Some(name) = given.strip_prefix("env:") {
        let unset = |error: env::VarError| match error {
            env::VarError::NotPresent => "is not set".to_owned(),
            // The message of the error repeats the value.
            env::VarError::NotUnicode(_) => "is not UTF-8".to_owned(),
        };
        (format!("the variable {name}"), env::var(name).map_err(unset))
    } else if let "-" | "@-" = given {
        ("standard input".to_owned(), io::read_to_string(io::stdin()).map_err(unreadable))
    } else if let Some(file) = given.strip_prefix('@') {
        (file.to_owned(), fs::read_to_string(file).map_err(unreadable))
    } else {
        return Ok(given.to_owned());
    };
    let wrong = |reason: &str| Failure::wrong_use(format!("--{flag}: {place} {reason}"));
    let text = read.map_err(|reason| wrong(&reason))?;
    match text.trim_start_matches('\u{feff}') {
        text if text.trim().is_empty() => Err(wrong("is empty")),
        text => Ok(text.to_owned()),
    }
}

fn unreadable(error: io::Error) -> String {
    format!("cannot be read: {error}")
}
