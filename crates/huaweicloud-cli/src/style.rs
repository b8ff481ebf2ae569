//! Colours on a terminal.

use std::{env, io::IsTerminal};

use anstyle::{AnsiColor, Effects};

/// Whether texts are coloured.
#[derive(Clone, Copy)]
pub struct Style {
    is_on: bool,
}

/// Colours that can be read on dark and on light.
const COLOURS: [AnsiColor; 6] =
    [AnsiColor::Green, AnsiColor::Yellow, AnsiColor::Blue, AnsiColor::Magenta, AnsiColor::Cyan, AnsiColor::Red];

impl Style {
    #[cfg(test)]
    pub fn plain() -> Self {
        Self { is_on: false }
    }

    /// Returns the style for a stream: `always`, `never`, or colours on a terminal only, unless `NO_COLOR` is set.
    pub fn of(choice: Option<&str>, stream: &impl IsTerminal) -> Self {
        let is_wanted = || env::var_os("NO_COLOR").is_none_or(|value| value.is_empty()) && stream.is_terminal();
        let is_dumb = || env::var_os("TERM").is_some_and(|term| term == "dumb");
        Self {
            is_on: match choice {
                Some("always") => true,
                Some("never") => false,
                _ => is_wanted() && !is_dumb(),
            },
        }
    }

    pub fn heading(self, text: &str) -> String {
        self.paint(anstyle::Style::new().bold(), text)
    }

    pub fn dim(self, text: &str) -> String {
        self.paint(anstyle::Style::new().effects(Effects::DIMMED), text)
    }

    /// Colours a text: texts of the same number have the same colour.
    pub fn numbered(self, number: usize, text: &str) -> String {
        self.paint(COLOURS[number % COLOURS.len()].on_default(), text)
    }

    /// Colours a text: the same text always has the same colour.
    pub fn own(self, text: &str) -> String {
        // FNV-1a.
        let hash = |hash: u32, byte: u8| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193);
        self.numbered(text.bytes().fold(0x811c_9dc5, hash) as usize, text)
    }

    fn paint(self, style: anstyle::Style, text: &str) -> String {
        if self.is_on && !text.is_empty() { format!("{style}{text}{style:#}") } else { text.to_owned() }
    }
}
