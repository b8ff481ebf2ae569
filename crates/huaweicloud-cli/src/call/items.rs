//! The items of all pages of a list.

use std::{cell::Cell, process::ExitCode};

use futures_util::StreamExt as _;
use huaweicloud_core::{Error, Items, dynamic::Item};

use crate::{failure::Failure, lines, output};

/// Prints each item as a line of JSON. A failure comes after the items before it.
pub async fn print(mut items: Items<Item>, failed: impl Fn(Error) -> Failure) -> Result<ExitCode, Failure> {
    let printed = Cell::new(0_usize);
    let lines = (&mut items).map(|item| match item {
        Ok(item) => {
            printed.set(printed.get() + 1);
            Ok(output::json(&one_line(item.text())))
        }
        Err(error) => Err(match printed.get() {
            0 => failed(error),
            count => failed(error).hint(&format!("{count} items before it are printed, what follows them is missing")),
        }),
    });
    let code = lines::print(lines).await?;
    if let count @ 1.. = items.added_in_front() {
        output::message(format_args!("hwc: {count} items were added in front meanwhile and are not printed"));
    }
    Ok(code)
}

/// Returns the text of a JSON value on one line. Strings have no raw control characters: these are between tokens.
fn one_line(text: &str) -> String {
    text.replace(['\n', '\r', '\t'], "")
}

#[cfg(test)]
mod tests {
    use super::one_line;

    #[test]
    fn a_value_on_several_lines_is_the_same_on_one() {
        assert_eq!(one_line("{\r\n\t\"a\": 1.50,\n  \"b\": \"\\n \"\n}"), "{\"a\": 1.50,  \"b\": \"\\n \"}");
    }
}
