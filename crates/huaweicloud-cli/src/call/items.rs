//! The items of all pages of a list.

use std::{cell::Cell, process::ExitCode};

use futures_util::StreamExt as _;
use huaweicloud_core::{Error, Items, dynamic::Item};
use huaweicloud_history::Record;

use crate::{failure::Failure, lines, output};

/// Prints each item as a line of JSON. A failure comes after the items before it.
pub async fn print(mut items: Items<Item>, failed: impl Fn(Error) -> Failure) -> Result<ExitCode, Failure> {
    let printed = Cell::new(0_usize);
    let lines = (&mut items).map(|item| match item {
        Ok(item) => {
            printed.set(printed.get() + 1);
            Ok(output::json(Record::from(&item).text()))
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
