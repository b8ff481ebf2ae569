//! Things that have a history, and their names.

use std::{error::Error as StdError, fmt};

use huaweicloud_core::{
    dynamic::{OperationDescriptor, Service},
    metadata::{EventMapping, Parameter, ValueType},
};
use serde_json::{Map, Value};

use crate::template::plain_argument;

/// A kind of things that have a history, such as tickets, with the operation that lists the records of one.
#[derive(Clone, Copy, Debug)]
pub struct ThingKind {
    service: &'static Service,
    entry: &'static OperationDescriptor,
    mapping: &'static EventMapping,
}

impl ThingKind {
    /// Returns all kinds of these services.
    pub fn all(services: &[&'static Service]) -> impl Iterator<Item = Self> + use<> {
        let services = services.to_vec();
        services.into_iter().flat_map(|service| {
            let histories = service.operations.iter();
            histories.filter_map(move |entry| Some(Self { service, entry, mapping: entry.operation.history.as_ref()? }))
        })
    }

    /// Returns the service.
    #[must_use]
    pub fn service(&self) -> &'static Service {
        self.service
    }

    /// Returns the operation that lists the records of a thing.
    #[must_use]
    pub fn operation(&self) -> &'static OperationDescriptor {
        self.entry
    }

    /// Returns how a record becomes an event.
    #[must_use]
    pub fn mapping(&self) -> &'static EventMapping {
        self.mapping
    }

    /// Returns how things of this kind are written, with the names of the ids: such as `osm/case_id`.
    #[must_use]
    pub fn form(&self) -> String {
        self.ids().fold(self.service.metadata.id.to_owned(), |form, id| form + "/" + id.name)
    }

    /// Returns the parameters that identify a thing.
    fn ids(&self) -> impl Iterator<Item = &'static Parameter> + use<> {
        self.entry.operation.parameters.iter().filter(|parameter| parameter.required)
    }
}

/// A thing that has a history, such as a ticket. It is written as the id of its service and the ids that identify it:
/// `osm/CS2209231530`.
#[derive(Clone, Debug)]
pub struct Thing {
    kind: ThingKind,
    arguments: Map<String, Value>,
    title: Option<String>,
    listed: bool,
}

impl Thing {
    pub(crate) fn listed(kind: ThingKind, arguments: Map<String, Value>, title: Option<String>) -> Self {
        Self { kind, arguments, title, listed: true }
    }

    /// Parses the name of a thing of one of these services. The service may be in any case.
    ///
    /// ```
    /// use huaweicloud_history::Thing;
    ///
    /// let services = huaweicloud_catalog::services();
    /// let thing = Thing::parse("OSM/CS2209231530", services)?;
    /// assert_eq!(thing.to_string(), "osm/CS2209231530");
    /// let error = Thing::parse("osm", services).unwrap_err();
    /// assert_eq!(error.to_string(), "\"osm\" does not have the form osm/case_id");
    /// # Ok::<(), huaweicloud_history::ThingError>(())
    /// ```
    ///
    /// # Errors
    ///
    /// Returns an error if no service has this name, or if it needs another number of ids.
    pub fn parse(name: &str, services: &[&'static Service]) -> Result<Self, ThingError> {
        let mut parts = name.split('/');
        let service = parts.next().unwrap_or_default();
        let ids: Vec<&str> = parts.collect();
        let of_service: Vec<ThingKind> =
            ThingKind::all(services).filter(|kind| kind.service.metadata.id.eq_ignore_ascii_case(service)).collect();
        if of_service.is_empty() {
            let mut known: Vec<&str> = ThingKind::all(services).map(|kind| kind.service.metadata.id).collect();
            known.dedup();
            let message = format!("{name:?} names no service with a history; known are {}", known.join(", "));
            return Err(ThingError(message));
        }
        let Some(kind) = of_service.iter().find(|kind| kind.ids().count() == ids.len()) else {
            let forms: Vec<String> = of_service.iter().map(ThingKind::form).collect();
            return Err(ThingError(format!("{name:?} does not have the form {}", forms.join(" or "))));
        };
        let mut arguments = Map::new();
        for (parameter, id) in kind.ids().zip(ids) {
            let value = argument(parameter, &id.into())
                .ok_or_else(|| ThingError(format!("{name:?}: {} must be an integer, got {id:?}", parameter.name)))?;
            arguments.insert(parameter.name.to_owned(), value);
        }
        Ok(Self { kind: *kind, arguments, title: None, listed: false })
    }

    /// Returns the kind of the thing.
    #[must_use]
    pub fn kind(&self) -> ThingKind {
        self.kind
    }

    /// Returns the arguments of the call that lists its records.
    #[must_use]
    pub fn arguments(&self) -> &Map<String, Value> {
        &self.arguments
    }

    /// Returns the title that the list has for the thing, such as what a ticket is about. `None` if the list has no titles,
    /// or if the thing was named.
    #[must_use]
    pub fn title(&self) -> Option<&str> {
        self.title.as_deref()
    }

    /// Returns whether the thing was found in a list, rather than named.
    #[must_use]
    pub fn is_listed(&self) -> bool {
        self.listed
    }

    /// Returns the ids that identify the thing in its service.
    pub(crate) fn ids(&self) -> String {
        let ids: Vec<String> =
            self.kind.ids().filter_map(|id| Some(plain_argument(self.arguments.get(id.name)?))).collect();
        ids.join("/")
    }
}

/// Writes the name of the thing.
impl fmt::Display for Thing {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}/{}", self.kind.service.metadata.id, self.ids())
    }
}

/// Things are equal if their names are.
impl PartialEq for Thing {
    fn eq(&self, other: &Self) -> bool {
        self.kind.service.metadata.id == other.kind.service.metadata.id && self.arguments == other.arguments
    }
}

/// A text that is not the name of a thing. `Display` says what is wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ThingError(String);

impl fmt::Display for ThingError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl StdError for ThingError {}

/// Converts an id to the type of a parameter, a string or an integer. Returns `None` if that is not possible.
pub(crate) fn argument(parameter: &Parameter, id: &Value) -> Option<Value> {
    match (parameter.rule.kind, id) {
        (ValueType::Integer, Value::String(text)) => text.parse::<i64>().ok().map(Value::from),
        (ValueType::Integer, Value::Number(_)) | (_, Value::String(_)) => Some(id.clone()),
        (_, Value::Number(number)) => Some(number.to_string().into()),
        _ => None,
    }
}
