//! Choices from a list of words.

/// Returns the word with this index, counted around.
pub fn pick<'a>(from: &[&'a str], index: u8) -> &'a str {
    from[usize::from(index) % from.len()]
}
