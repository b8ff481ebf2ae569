//! Pagination of list operations.

/// The pagination of a list operation.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Pagination {
    /// How a page is selected.
    pub style: PageStyle,
    /// Page size parameter; `None` if the response holds all items.
    pub size: Option<PageSize>,
    /// JSON pointer to the items in a response.
    pub items: &'static str,
    /// JSON pointer to the total number of items; `None` if the response does not have it.
    pub total: Option<&'static str>,
    /// Members of an item that identify it together; none if no document says so.
    pub id: &'static [&'static str],
    /// What selects the order of the items by time, if it is documented.
    pub order: Option<ItemOrder>,
}

/// The parameter, or member of the body, that selects the order of the items by time.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct ItemOrder {
    /// Name of the parameter, or of the member of the body. Without it, the newest item comes first.
    pub argument: &'static str,
    /// Value with which the newest item comes first.
    pub newest_first: &'static str,
    /// Value with which the oldest item comes first.
    pub oldest_first: &'static str,
}

impl ItemOrder {
    /// Creates an order from an argument and its values.
    #[must_use]
    pub const fn new(argument: &'static str, newest_first: &'static str, oldest_first: &'static str) -> Self {
        Self { argument, newest_first, oldest_first }
    }
}

impl Pagination {
    /// Creates the pagination of a response that holds all items.
    #[must_use]
    pub const fn whole(items: &'static str) -> Self {
        Self::styled(PageStyle::Whole, items)
    }

    /// Creates pagination by the number of items to skip, at most `max`.
    #[must_use]
    pub const fn offset(parameter: &'static str, max: u32, items: &'static str) -> Self {
        Self::styled(PageStyle::Offset { parameter, max }, items)
    }

    /// Creates pagination by page number, from `first` to at most `max`.
    #[must_use]
    pub const fn page(parameter: &'static str, first: u32, max: u32, items: &'static str) -> Self {
        Self::styled(PageStyle::Page { parameter, first, max }, items)
    }

    /// Creates pagination by a marker: each response has the marker of the next page at a JSON pointer, or none at the end.
    #[must_use]
    pub const fn marker(parameter: &'static str, next: &'static str, items: &'static str) -> Self {
        Self::styled(PageStyle::Marker { parameter, next }, items)
    }

    const fn styled(style: PageStyle, items: &'static str) -> Self {
        Self { style, size: None, items, total: None, id: &[], order: None }
    }

    /// Sets the page size parameter and the maximum page size.
    #[must_use]
    pub const fn size(mut self, parameter: &'static str, max: u32) -> Self {
        self.size = Some(PageSize { parameter, max });
        self
    }

    /// Sets the JSON pointer to the total number of items.
    #[must_use]
    pub const fn total(mut self, pointer: &'static str) -> Self {
        self.total = Some(pointer);
        self
    }

    /// Sets the members of an item that identify it together.
    #[must_use]
    pub const fn id(mut self, members: &'static [&'static str]) -> Self {
        self.id = members;
        self
    }

    /// Sets what selects the order of the items by time.
    #[must_use]
    pub const fn order(mut self, order: ItemOrder) -> Self {
        self.order = Some(order);
        self
    }

    /// Returns the names of the parameters, or members of the body, that select a page.
    pub fn arguments(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.style.parameter().into_iter().chain(self.size.map(|size| size.parameter))
    }
}

/// How a page is selected.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum PageStyle {
    /// The response holds all items.
    Whole,
    /// Pages are selected by the number of items to skip.
    Offset {
        /// Name of the parameter, or of the member of the body.
        parameter: &'static str,
        /// Maximum number of items to skip.
        max: u32,
    },
    /// Pages are selected by their number.
    Page {
        /// Name of the parameter, or of the member of the body.
        parameter: &'static str,
        /// Number of the first page.
        first: u32,
        /// Maximum page number.
        max: u32,
    },
    /// Pages are selected by a text of the page before.
    Marker {
        /// Name of the parameter, or of the member of the body.
        parameter: &'static str,
        /// JSON pointer to the marker of the next page in a response; null, missing or empty there after the last page.
        next: &'static str,
    },
}

impl PageStyle {
    /// Returns the name of the parameter, or of the member of the body, that selects a page.
    #[must_use]
    pub const fn parameter(self) -> Option<&'static str> {
        match self {
            Self::Whole => None,
            Self::Offset { parameter, .. } | Self::Page { parameter, .. } | Self::Marker { parameter, .. } => {
                Some(parameter)
            }
        }
    }
}

/// The page size parameter.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct PageSize {
    /// Name of the parameter, or of the member of the body.
    pub parameter: &'static str,
    /// Maximum page size that [`Pages`](crate::Pages) requests.
    pub max: u32,
}
