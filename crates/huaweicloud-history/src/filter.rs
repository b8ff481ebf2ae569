//! Filters: which events are wanted.

use huaweicloud_core::EpochMillis;

use crate::event::Event;

/// Which events are wanted. Texts are compared ignoring case; of several texts of one kind, one must be contained.
#[derive(Clone, Debug, Default)]
pub(crate) struct Filter {
    pub(crate) since: Option<EpochMillis>,
    pub(crate) until: Option<EpochMillis>,
    pub(crate) things: Texts,
    pub(crate) actors: Texts,
    pub(crate) actions: Texts,
    pub(crate) texts: Texts,
}

/// Texts of which one must be contained, in lower case.
#[derive(Clone, Debug, Default)]
pub(crate) struct Texts(Vec<String>);

impl Texts {
    pub(crate) fn push(&mut self, text: impl Into<String>) {
        self.0.push(text.into().to_lowercase());
    }

    /// Returns whether one of the values contains one of the texts, or there are none.
    pub(crate) fn are_in<'a>(&self, values: impl IntoIterator<Item = &'a str>) -> bool {
        self.0.is_empty()
            || values.into_iter().any(|value| {
                let value = value.to_lowercase();
                self.0.iter().any(|text| value.contains(text))
            })
    }
}

impl Filter {
    /// Returns whether an event is wanted. One without a time is, whatever time is.
    pub(crate) fn has(&self, event: &Event) -> bool {
        let Event { actor, action, detail, thing, record, .. } = event;
        let has_time = event.time.as_ref().is_none_or(|time| {
            self.since.as_ref().is_none_or(|since| time >= since)
                && self.until.as_ref().is_none_or(|until| time < until)
        });
        let names = [&actor.id, &actor.name].into_iter().filter_map(Option::as_deref);
        let all = [&actor.name, action, detail].into_iter().filter_map(Option::as_deref);
        has_time
            && self.actors.are_in(names)
            && self.actions.are_in(action.as_deref())
            && self.texts.are_in([thing.as_str(), record.text()].into_iter().chain(all))
    }
}
