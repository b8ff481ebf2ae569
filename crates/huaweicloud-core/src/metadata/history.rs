//! How an item reads as an event, and where the ids that an operation takes are listed.

/// How an item reads as an event: who did what, when, to what.
///
/// Each field is a list of templates, the first that finds a value wins. `{/a/b}` is a JSON pointer into the item,
/// `{/a/b:words}` the words for the value there, `{name}` a parameter of the call; a `*` in a pointer repeats the
/// template for every element of a list, and `key=value` picks the element that has this member.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct EventMapping {
    /// When.
    pub time: &'static [&'static str],
    /// Who.
    pub actor: &'static [&'static str],
    /// What.
    pub action: &'static [&'static str],
    /// To what.
    pub subject: &'static [&'static str],
    /// With which detail.
    pub detail: &'static [&'static str],
    /// Name of the parameter, or of the member of the body, that takes the earliest time in milliseconds and leaves out
    /// what happened before.
    pub since: Option<&'static str>,
    /// The words for the values of places like `{/a/b:words}`.
    pub words: &'static [Words],
}

impl EventMapping {
    /// Describes events by when they happened, who did what, and to what.
    #[must_use]
    pub const fn new(
        time: &'static [&'static str],
        actor: &'static [&'static str],
        action: &'static [&'static str],
        subject: &'static [&'static str],
    ) -> Self {
        Self { time, actor, action, subject, detail: &[], since: None, words: &[] }
    }

    /// Sets the templates of the detail.
    #[must_use]
    pub const fn detail(mut self, templates: &'static [&'static str]) -> Self {
        self.detail = templates;
        self
    }

    /// Sets the parameter that takes the earliest time.
    #[must_use]
    pub const fn since(mut self, parameter: &'static str) -> Self {
        self.since = Some(parameter);
        self
    }

    /// Sets the words for values.
    #[must_use]
    pub const fn words(mut self, words: &'static [Words]) -> Self {
        self.words = words;
        self
    }
}

/// The words for the values of a member, such as the codes of an integer.
#[derive(Debug)]
#[non_exhaustive]
pub struct Words {
    /// JSON pointer of the member in an item.
    pub place: &'static str,
    /// Each documented value with its words.
    pub of: &'static [(&'static str, &'static str)],
}

impl Words {
    /// Gives the words for the values at a place.
    #[must_use]
    pub const fn new(place: &'static str, of: &'static [(&'static str, &'static str)]) -> Self {
        Self { place, of }
    }
}

/// Where the values of an argument come from: a list operation, perhaps of another service.
#[derive(Debug)]
#[non_exhaustive]
pub struct ListedBy {
    /// Name of the parameter, or of the member of the body.
    pub argument: &'static str,
    /// Id of the service that lists: `projectman`.
    pub service: &'static str,
    /// Id of the operation that lists: `list_projects_v4`.
    pub operation: &'static str,
    /// JSON pointer into an item of the list.
    pub value: &'static str,
}

impl ListedBy {
    /// Names the list that knows the values of an argument.
    #[must_use]
    pub const fn new(
        argument: &'static str,
        service: &'static str,
        operation: &'static str,
        value: &'static str,
    ) -> Self {
        Self { argument, service, operation, value }
    }
}
