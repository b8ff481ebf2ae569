//! The extensions that are mappings, as `specs/README.md` documents them. Extensions of one value, such as `x-setter`,
//! are fields of the nodes in `document` and `schema`.

use serde::{Deserialize, Serialize};

/// `x-service` of a document.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Service {
    /// The vendor's name.
    pub name: String,
    pub scope: Scope,
}

/// Which id a signed request carries.
#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Scope {
    Project,
    Domain,
}

/// `x-source` of an operation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Source {
    /// The official name of the operation.
    pub api: String,
    /// Documents of the operation, the main page first.
    pub documents: Vec<SourceDocument>,
    /// Date on which a person last compared the operation with its documents.
    pub verified: Option<String>,
}

/// A document of an operation: a page, an API definition or a version of the SDK.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct SourceDocument {
    pub page: Option<String>,
    pub definition: Option<String>,
    pub sdk: Option<String>,
    #[serde(default)]
    pub title: String,
    pub language: Option<String>,
    pub updated: Option<String>,
}

impl Source {
    /// Returns title and date of the document that documents the operation.
    pub fn cited(&self) -> String {
        let Some(document) = self.documents.first() else { return String::new() };
        let date = document.updated.as_deref().map(|date| format!(" ({date})")).unwrap_or_default();
        format!("*{}*{date}", document.title)
    }
}

/// `x-pagination` of an operation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Pagination {
    #[serde(flatten)]
    pub style: Style,
    /// Pointer into the response.
    pub items: String,
    /// Pointer into the response, if it has a total.
    pub total: Option<String>,
    /// Members of an item that identify it together, as pointers into the item.
    pub id: Option<OneOrMany>,
    pub order: Option<Order>,
}

/// What selects the order of the items by time.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping", deny_unknown_fields)]
pub struct Order {
    /// Parameter or member of the body.
    pub argument: String,
    pub newest_first: String,
    pub oldest_first: String,
}

impl Pagination {
    /// Returns the members of an item that identify it together.
    pub fn id(&self) -> impl Iterator<Item = &str> {
        self.id.iter().flat_map(OneOrMany::all).map(|pointer| pointer.strip_prefix('/').unwrap_or(pointer))
    }
}

/// How the next page is requested.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(tag = "style", rename_all = "lowercase")]
pub enum Style {
    Offset { offset: String, max_offset: u32, size: String, max_size: u32 },
    Page { page: String, first_page: u32, max_page: u32, size: String, max_size: u32 },
    Marker { marker: String, next: String, size: String, max_size: u32 },
    Whole {},
}

/// `x-history` of an operation.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct History {
    pub time: OneOrMany,
    pub actor: OneOrMany,
    pub action: OneOrMany,
    #[serde(default)]
    pub actor_id: OneOrMany,
    #[serde(default)]
    pub detail: OneOrMany,
    #[serde(default)]
    pub id: OneOrMany,
    /// Pointers to the members of an item that identify it together.
    #[serde(default)]
    pub digest: Vec<String>,
    pub changes: Option<Changes>,
    /// The parameters or body members that leave older and newer items out.
    pub since: Option<String>,
    pub until: Option<String>,
}

/// Where an item has the fields that an event changed.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping", deny_unknown_fields)]
pub struct Changes {
    /// Pointer to the list, or to the object, in an item.
    pub each: String,
    /// Pointers from there.
    pub field: String,
    pub old: String,
    pub new: String,
    /// Names of the fields whose values are times in milliseconds.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub times: Vec<String>,
}

/// Suffix of a placeholder for the description of a value instead of the value.
pub const WORDS: &str = ":words";

/// Returns the placeholders of a template, without braces.
pub fn places(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|part| part.split_once('}')).map(|(place, _)| place)
}

impl History {
    /// Returns the templates, by the name of the field.
    pub fn fields(&self) -> [(&'static str, &[String]); 6] {
        [
            ("time", self.time.all()),
            ("actor", self.actor.all()),
            ("action", self.action.all()),
            ("actor_id", self.actor_id.all()),
            ("detail", self.detail.all()),
            ("id", self.id.all()),
        ]
    }
}

/// One text or a list of them.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(untagged, expecting = "expected a text or a list of texts")]
pub enum OneOrMany {
    One(String),
    List(Vec<String>),
}

impl Default for OneOrMany {
    fn default() -> Self {
        Self::List(Vec::new())
    }
}

impl OneOrMany {
    pub fn all(&self) -> &[String] {
        match self {
            Self::One(text) => std::slice::from_ref(text),
            Self::List(texts) => texts,
        }
    }
}

/// `x-listed-by` of a parameter or a member of a body.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct ListedBy {
    /// Service of the list, if it is another service.
    pub service: Option<String>,
    pub operation: String,
    /// Pointer into an item of the list.
    pub value: String,
    /// Pointer to the title in an item of the list, if it has one.
    pub title: Option<String>,
}

/// `x-in-band-status` of a response.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct InBandStatus {
    /// Pointers into the body.
    pub code: String,
    pub message: String,
    pub status: Option<String>,
    /// Codes that mean success.
    pub success: Vec<String>,
    /// Statuses that mean failure.
    #[serde(default)]
    pub failure: Vec<String>,
}

/// An element of the `x-deviation` of any node.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Deviation {
    /// Kind of the difference, in the words of `cargo xtask drift`.
    pub about: String,
    /// Statement of the document.
    pub document: String,
    /// Statement of the spec.
    pub spec: String,
    pub why: String,
    /// Name of a member that has no node of its own.
    pub member: Option<String>,
    /// Statement of the document as `cargo xtask drift` prints it.
    pub found: Option<String>,
}
