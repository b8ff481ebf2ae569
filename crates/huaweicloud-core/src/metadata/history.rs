//! The mapping of items to events, and the lists of the ids that an operation takes.

/// The mapping of an item to an event: who did what, when.
///
/// Each field is a list of templates; the first that yields a value is used. In a template, `{/a/b}` is a JSON pointer
/// into the item, `{/a/b:words}` the label of the value there, and `{name}` a parameter of the call. A `*` in a pointer
/// repeats the template for every element of a list, and `key=value` selects the element that has this member.
#[derive(Debug, Default)]
#[non_exhaustive]
pub struct EventMapping {
    /// Time of the event.
    pub time: &'static [&'static str],
    /// Name of the person or system that acted.
    pub actor: &'static [&'static str],
    /// Action.
    pub action: &'static [&'static str],
    /// Id of the person or system that acted.
    pub actor_id: &'static [&'static str],
    /// Details, unless the item has changed fields, which are details enough.
    pub detail: &'static [&'static str],
    /// What identifies the item in its history.
    pub id: &'static [&'static str],
    /// JSON pointers to the members that identify an item together if it has no id.
    pub digest: &'static [&'static str],
    /// Fields that the event changed.
    pub changes: Option<Changes>,
    /// Name of the parameter, or of the member of the body, for the earliest time in milliseconds; earlier events are
    /// left out.
    pub since: Option<&'static str>,
    /// Name of the parameter, or of the member of the body, for the latest time in milliseconds; later events are left
    /// out.
    pub until: Option<&'static str>,
    /// Labels for templates such as `{/a/b:words}`.
    pub words: &'static [Words],
}

impl EventMapping {
    /// Creates a mapping from the templates of time, actor and action.
    #[must_use]
    pub const fn new(
        time: &'static [&'static str],
        actor: &'static [&'static str],
        action: &'static [&'static str],
    ) -> Self {
        Self {
            time,
            actor,
            action,
            actor_id: &[],
            detail: &[],
            id: &[],
            digest: &[],
            changes: None,
            since: None,
            until: None,
            words: &[],
        }
    }

    /// Sets the templates of the id of the person or system that acted.
    #[must_use]
    pub const fn actor_id(mut self, templates: &'static [&'static str]) -> Self {
        self.actor_id = templates;
        self
    }

    /// Sets the templates of the details.
    #[must_use]
    pub const fn detail(mut self, templates: &'static [&'static str]) -> Self {
        self.detail = templates;
        self
    }

    /// Sets the templates of the id of an item.
    #[must_use]
    pub const fn id(mut self, templates: &'static [&'static str]) -> Self {
        self.id = templates;
        self
    }

    /// Sets the pointers to the members that identify an item together.
    #[must_use]
    pub const fn digest(mut self, pointers: &'static [&'static str]) -> Self {
        self.digest = pointers;
        self
    }

    /// Sets where the changed fields are.
    #[must_use]
    pub const fn changes(mut self, changes: Changes) -> Self {
        self.changes = Some(changes);
        self
    }

    /// Sets the parameter for the earliest time.
    #[must_use]
    pub const fn since(mut self, parameter: &'static str) -> Self {
        self.since = Some(parameter);
        self
    }

    /// Sets the parameter for the latest time.
    #[must_use]
    pub const fn until(mut self, parameter: &'static str) -> Self {
        self.until = Some(parameter);
        self
    }

    /// Sets the labels of values.
    #[must_use]
    pub const fn words(mut self, words: &'static [Words]) -> Self {
        self.words = words;
        self
    }
}

/// Where an item has the fields that an event changed.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Changes {
    /// JSON pointer to the list with an element for each field, or to the object with the only one; empty for the item.
    pub each: &'static str,
    /// JSON pointer from there to the name of the field.
    pub field: &'static str,
    /// JSON pointer from there to the value before.
    pub old: &'static str,
    /// JSON pointer from there to the value after.
    pub new: &'static str,
    /// Names of the fields whose values are times in milliseconds.
    pub times: &'static [&'static str],
}

impl Changes {
    /// Creates the places of changed fields.
    #[must_use]
    pub const fn new(each: &'static str, field: &'static str, old: &'static str, new: &'static str) -> Self {
        Self { each, field, old, new, times: &[] }
    }

    /// Sets the names of the fields whose values are times in milliseconds.
    #[must_use]
    pub const fn times(mut self, fields: &'static [&'static str]) -> Self {
        self.times = fields;
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
    /// JSON pointer to the title in an item of the list, if it has one.
    pub title: Option<&'static str>,
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
        Self { argument, service, operation, value, title: None }
    }

    /// Sets the JSON pointer to the title in an item of the list.
    #[must_use]
    pub const fn title(mut self, pointer: &'static str) -> Self {
        self.title = Some(pointer);
        self
    }
}
