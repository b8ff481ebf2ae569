//! [`Fact`]: a value that a document states, leaves empty or does not mention, or that its scrape lost.
//!
//! Must not know which value it is.

/// A value as documented, with the reason if it is missing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fact<T> {
    /// The document does not mention it.
    #[default]
    Silent,
    /// The document states this value.
    Stated(T),
    /// The document states that there is none: `N/A`.
    Empty,
    /// The document stated it, but the scrape lost the value.
    Lost,
}

impl<T> Fact<T> {
    /// Returns the stated value, if any.
    pub const fn stated(&self) -> Option<&T> {
        match self {
            Self::Stated(value) => Some(value),
            _ => None,
        }
    }

    /// Calls `read` with a stated value; every other fact is returned unchanged.
    pub fn and_then<U>(self, read: impl FnOnce(T) -> Fact<U>) -> Fact<U> {
        match self {
            Self::Stated(value) => read(value),
            Self::Silent => Fact::Silent,
            Self::Empty => Fact::Empty,
            Self::Lost => Fact::Lost,
        }
    }
}
