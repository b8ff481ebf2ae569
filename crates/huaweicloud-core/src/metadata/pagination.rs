//! How to walk through the items of an operation.

/// How to walk through the items of an operation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Pagination {
    /// How a page is asked for.
    pub style: PageStyle,
    /// How its size is asked for; `None` if the response holds everything.
    pub size: Option<PageSize>,
    /// JSON pointer to the items of a response.
    pub items: &'static str,
    /// JSON pointer to the number of all items; `None` if the response does not have it.
    pub total: Option<&'static str>,
}

impl Pagination {
    /// Describes a response that holds all items.
    #[must_use]
    pub const fn whole(items: &'static str) -> Self {
        Self { style: PageStyle::Whole, size: None, items, total: None }
    }

    /// Describes pages that are asked for by the number of items to skip, at most `max`.
    #[must_use]
    pub const fn offset(parameter: &'static str, max: u32, items: &'static str) -> Self {
        Self { style: PageStyle::Offset { parameter, max }, size: None, items, total: None }
    }

    /// Describes pages that are asked for by number, from `first` to at most `max`.
    #[must_use]
    pub const fn page(parameter: &'static str, first: u32, max: u32, items: &'static str) -> Self {
        Self { style: PageStyle::Page { parameter, first, max }, size: None, items, total: None }
    }

    /// Sets how the size of a page is asked for.
    #[must_use]
    pub const fn size(mut self, parameter: &'static str, max: u32) -> Self {
        self.size = Some(PageSize { parameter, max });
        self
    }

    /// Sets where the number of all items is.
    #[must_use]
    pub const fn total(mut self, pointer: &'static str) -> Self {
        self.total = Some(pointer);
        self
    }

    /// Names of the parameters, or members of the body, that choose a page.
    pub fn arguments(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.style.parameter().into_iter().chain(self.size.map(|size| size.parameter))
    }
}

/// How a page is asked for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum PageStyle {
    /// Not at all: the response holds everything.
    Whole,
    /// By the number of items to skip.
    Offset {
        /// Name of the parameter, or of the member of the body.
        parameter: &'static str,
        /// Largest value.
        max: u32,
    },
    /// By the number of the page.
    Page {
        /// Name of the parameter, or of the member of the body.
        parameter: &'static str,
        /// Number of the first page.
        first: u32,
        /// Largest number.
        max: u32,
    },
}

impl PageStyle {
    /// Name of the parameter, or of the member of the body, that says which page.
    #[must_use]
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Offset { parameter, .. } | Self::Page { parameter, .. } => Some(parameter),
        }
    }
}

/// How the size of a page is asked for.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PageSize {
    /// Name of the parameter, or of the member of the body.
    pub parameter: &'static str,
    /// Largest value that a walk through the pages asks for.
    pub max: u32,
}
