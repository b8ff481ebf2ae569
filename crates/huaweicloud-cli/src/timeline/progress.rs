//! Progress on stderr, if it is a terminal.

use std::{
    io::{self, IsTerminal as _},
    time::Duration,
};

use huaweicloud_history::Summary;
use indicatif::{ProgressBar, ProgressStyle};

use crate::output;

/// A line that says how far a walk is. It disappears when it is dropped.
pub struct Progress {
    bar: ProgressBar,
    /// Whether stdout is a terminal, too, and is written to meanwhile.
    is_shared: bool,
}

/// How many things are named that are waited for.
const NAMED: usize = 3;

impl Progress {
    pub fn new(prints_meanwhile: bool) -> Self {
        // Hidden by itself where stderr is no terminal.
        let bar = ProgressBar::new_spinner();
        bar.set_style(ProgressStyle::with_template("{spinner} {wide_msg}").unwrap_or(ProgressStyle::default_spinner()));
        Self { bar, is_shared: prints_meanwhile && io::stdout().is_terminal() }
    }

    /// Shows how far a walk is.
    pub fn show(&self, summary: &Summary) {
        if self.bar.is_hidden() {
            return;
        }
        let Summary { things, events, in_progress, .. } = summary;
        let seconds = self.bar.elapsed().max(Duration::from_millis(1)).as_secs_f64();
        let done = things - in_progress.len();
        let rate = *events as f64 / seconds;
        let names: Vec<String> = in_progress.iter().take(NAMED).map(|name| output::visible(name)).collect();
        let more = in_progress.len().saturating_sub(NAMED);
        let more = if more > 0 { format!(" and {more} more") } else { String::new() };
        let waiting = if names.is_empty() { "the lists".to_owned() } else { names.join(", ") };
        self.bar.set_message(format!(
            "{done} of {things} things, {events} events, {rate:.0}/s, waiting for {waiting}{more}"
        ));
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
