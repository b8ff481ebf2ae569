//! What a page states, leaves empty, does not speak of, or lost.

/// What a page says about one thing.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fact<T> {
    /// The page does not speak of it.
    #[default]
    Silent,
    /// It says this.
    Stated(T),
    /// It says that there is nothing: `N/A`.
    Empty,
    /// It spoke of it, but the scrape lost what it said.
    Lost,
}

impl<T> Fact<T> {
    /// What is stated, if anything.
    pub const fn stated(&self) -> Option<&T> {
        match self {
            Self::Stated(value) => Some(value),
            _ => None,
        }
    }

    /// What is stated, read further; anything else as it is.
    pub fn and_then<U>(self, read: impl FnOnce(T) -> Fact<U>) -> Fact<U> {
        match self {
            Self::Stated(value) => read(value),
            Self::Silent => Fact::Silent,
            Self::Empty => Fact::Empty,
            Self::Lost => Fact::Lost,
        }
    }
}
