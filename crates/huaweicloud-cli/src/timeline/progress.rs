//! Progress on stderr, if it is a terminal.

use std::{
    io::{self, IsTerminal as _},
    time::{Duration, Instant},
};

use huaweicloud_history::Summary;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// A line that says how far a walk is. It disappears when it is dropped.
pub struct Progress {
    bar: ProgressBar,
    /// Whether stdout is a terminal, too, and is written to meanwhile.
    is_shared: bool,
    /// How many records had come when the latest ones came, and when that was.
    latest: (usize, Instant),
}

/// How many things are named that are waited for.
const NAMED: usize = 3;

/// After which time without a record that is said.
const SILENT: Duration = Duration::from_secs(2);

impl Progress {
    pub fn new(prints_meanwhile: bool) -> Self {
        // indicatif draws nothing where stderr is not a terminal.
        let bar = ProgressBar::new_spinner();
        bar.set_style(ProgressStyle::with_template("{spinner} {wide_msg}").unwrap_or(ProgressStyle::default_spinner()));
        let is_shared = prints_meanwhile && io::stdout().is_terminal();
        Self { bar, is_shared, latest: (0, Instant::now()) }
    }

    /// Shows how far a walk is.
    pub fn show(&mut self, summary: &Summary) {
        if self.bar.is_hidden() {
            return;
        }
        if summary.records != self.latest.0 {
            self.latest = (summary.records, Instant::now());
        }
        self.bar.set_message(line(summary, self.bar.elapsed(), self.latest.1.elapsed()));
        self.bar.tick();
    }

    /// Prints to stdout, which may be the same terminal.
    pub fn beside<T>(&self, print: impl FnOnce() -> T) -> T {
        if self.is_shared { self.bar.suspend(print) } else { print() }
    }

    /// Prints to stderr meanwhile.
    pub fn aside<T>(&self, print: impl FnOnce() -> T) -> T {
        self.bar.suspend(print)
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        self.bar.finish_and_clear();
    }
}

/// Returns how far a walk is, after this time, and after this time without a record.
fn line(summary: &Summary, elapsed: Duration, silent: Duration) -> String {
    let Summary { things, events, in_progress, .. } = summary;
    let done = things - in_progress.len();
    let rate = *events as f64 / elapsed.max(Duration::from_millis(1)).as_secs_f64();
    let names: Vec<String> = in_progress.iter().take(NAMED).map(|name| output::visible(name)).collect();
    let more = in_progress.len().saturating_sub(NAMED);
    let more = if more > 0 { format!(" and {more} more") } else { String::new() };
    let waiting = if names.is_empty() { "the lists".to_owned() } else { names.join(", ") };
    let silent = if silent >= SILENT { format!(" for {} s", silent.as_secs()) } else { String::new() };
    let plural = if *things == 1 { "" } else { "s" };
    format!("{done} of {things} thing{plural}, {events} events, {rate:.0}/s, waiting for {waiting}{more}{silent}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_line_says_what_is_waited_for_and_how_long() {
        let mut summary = Summary::default();
        let seconds = Duration::from_secs;
        assert_eq!(line(&summary, seconds(0), seconds(0)), "0 of 0 things, 0 events, 0/s, waiting for the lists");
        (summary.things, summary.events) = (12, 600);
        summary.in_progress = (1..6).map(|id| format!("a/\u{1b}{id}")).collect();
        let expected =
            "7 of 12 things, 600 events, 60/s, waiting for a/\\u{1b}1, a/\\u{1b}2, a/\\u{1b}3 and 2 more for 4 s";
        assert_eq!(line(&summary, seconds(10), seconds(4)), expected);
    }
}
