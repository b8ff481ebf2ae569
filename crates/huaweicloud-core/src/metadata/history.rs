//! The mapping of items to events, and the lists of the ids that an operation takes.

/// The mapping of an item to an event: who did what, when, to what.
///
/// Each field is a list of templates; the first that yields a value is used. In a template, `{/a/b}` is a JSON pointer
/// into the item, `{/a/b:words}` the label of the value there, and `{name}` a parameter of the call. A `*` in a pointer
/// repeats the template for every element of a list, and `key=value` selects the element that has this member.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct EventMapping {
    /// Time of the event.
    pub time: &'static [&'static str],
    /// Person or system that acted.
    pub actor: &'static [&'static str],
    /// Action.
    pub action: &'static [&'static str],
    /// Object of the action.
    pub subject: &'static [&'static str],
    /// Details.
    pub detail: &'static [&'static str],
    /// Name of the parameter, or of the member of the body, for the earliest time in milliseconds; earlier events are
    /// left out.
    pub since: Option<&'static str>,
    /// Labels for templates such as `{/a/b:words}`.
    pub words: &'static [Words],
}

impl EventMapping {
    /// Creates a mapping from the templates of time, actor, action and subject.
    #[must_use]
    pub const fn new(
        time: &'static [&'static str],
        actor: &'static [&'static str],
        action: &'static [&'static str],
        subject: &'static [&'static str],
    ) -> Self {
        Self { time, actor, action, subject, detail: &[], since: None, words: &[] }
    }

    /// Sets the templates of the details.
    #[must_use]
    pub const fn detail(mut self, templates: &'static [&'static str]) -> Self {
        self.detail = templates;
        self
    }

    /// Sets the parameter for the earliest time.
    #[must_use]
    pub const fn since(mut self, parameter: &'static str) -> Self {
        self.since = Some(parameter);
        self
    }

    /// Sets the labels of values.
    #[must_use]
    pub const fn words(mut self, words: &'static [Words]) -> Self {
        self.words = words;
        self
    }
}

/// The labels of the values of a member, such as those of integer codes.
#[derive(Debug)]
#[non_exhaustive]
pub struct Words {
    /// JSON pointer to the member in an item.
    pub place: &'static str,
    /// Each documented value with its label.
    pub of: &'static [(&'static str, &'static str)],
}

impl Words {
    /// Creates the labels of the values at a JSON pointer.
    #[must_use]
    pub const fn new(place: &'static str, of: &'static [(&'static str, &'static str)]) -> Self {
        Self { place, of }
    }
}

/// The list operation, possibly of another service, that returns the values of an argument.
#[derive(Debug)]
#[non_exhaustive]
pub struct ListedBy {
    /// Name of the parameter, or of the member of the body.
    pub argument: &'static str,
    /// Id of the service of the list operation, such as `projectman`.
    pub service: &'static str,
    /// Id of the list operation, such as `list_projects_v4`.
    pub operation: &'static str,
    /// JSON pointer to the value in an item of the list.
    pub value: &'static str,
}

impl ListedBy {
    /// Creates the source of an argument's values.
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
