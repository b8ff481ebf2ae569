//! What the specs say of services and operations, as data. Generated crates fill it in; the transport, the sandbox
//! and the command line read it and know no service by name.

use serde_json::Value;

use crate::{
    Answer, Client, Error, Request,
    dynamic::{Arguments, Model},
};

/// A service: its endpoints and operations.
#[derive(Debug)]
pub struct Service {
    /// Short name, as in the names of the crates: `osm`.
    pub id: &'static str,
    /// The vendor's name of the service: `OSM`.
    pub name: &'static str,
    /// What it is, in a few words.
    pub title: &'static str,
    /// Which of the caller's ids a signed request carries.
    pub scope: Scope,
    /// Where it is, by region.
    pub endpoints: &'static [Endpoint],
    /// What it can do.
    pub operations: &'static [Entry],
    /// The contract it was generated from: an OpenAPI 3.0 document in JSON.
    pub spec: &'static str,
}

/// Which of the caller's ids a signed request carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The IAM project id, in `X-Project-Id`.
    Project,
    /// The domain (account) id, in `X-Domain-Id`.
    Domain,
}

/// The address of a service in a region.
#[derive(Clone, Copy, Debug)]
pub struct Endpoint {
    /// Region, such as `cn-north-4`.
    pub region: &'static str,
    /// Scheme and host.
    pub url: &'static str,
}

/// An operation with its generated code, for callers that choose operations at run time.
#[derive(Debug)]
pub struct Entry {
    /// What it is.
    pub operation: &'static Operation,
    /// Makes its request, with named arguments that are checked like those of a builder.
    pub request: fn(Client, Arguments) -> Result<Request, Error>,
    /// An answer that nothing was read into yet.
    pub answer: fn() -> Box<dyn Answer>,
    /// Reads its body from JSON, if it takes one.
    pub body: Option<fn(&Value) -> Result<Box<dyn Model>, Error>>,
}

/// One operation.
#[derive(Debug)]
pub struct Operation {
    /// Name of the method in the generated client: `list_case_operate_logs`.
    pub id: &'static str,
    /// The vendor's name: `ListCaseOperateLogs`.
    pub api: &'static str,
    /// What it does, in one line.
    pub summary: &'static str,
    /// Title and date of the page that documents it.
    pub source: &'static str,
    /// The permission in IAM that the caller needs, such as `coc:ticket:list`, where a document names it.
    pub iam_action: Option<&'static str>,
    /// HTTP method.
    pub method: &'static str,
    /// Path with its parameters in braces.
    pub path: &'static str,
    /// Whether repeating it does no harm: a GET, or a POST that only reads.
    pub retry_safe: bool,
    /// Whether it is called without credentials, to get some.
    pub anonymous: bool,
    /// What it takes beside a body.
    pub parameters: &'static [Parameter],
    /// Which lists know the ids that it takes.
    pub listed_by: &'static [ListedBy],
    /// Whether it takes a JSON body.
    pub body: bool,
    /// Whether parameters, bodies or headers hold secrets; its errors then show nothing of a body.
    pub secrets: bool,
    /// How a body under a success status says that the call failed.
    pub outcome: Option<Outcome>,
    /// How to walk through its items.
    pub pagination: Option<Pagination>,
    /// How an item of its answer reads as an event.
    pub history: Option<History>,
}

/// A parameter outside of the body.
#[derive(Debug)]
pub struct Parameter {
    /// Name on the wire: `X-Time-Zone`.
    pub name: &'static str,
    /// Name of its setter: `x_time_zone`.
    pub setter: &'static str,
    /// Where it goes.
    pub location: Location,
    /// What it holds.
    pub kind: Kind,
    /// Whether it must be given.
    pub required: bool,
    /// Parameters of the query without which it cannot be given.
    pub needs: &'static [&'static str],
    /// What it means, with its rule and default.
    pub description: &'static str,
    /// Its value in the documented example.
    pub example: Option<&'static str>,
}

/// Where the values of an argument come from: a list operation, perhaps of another service.
#[derive(Debug)]
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

/// Where a parameter goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Location {
    /// Into the path.
    Path,
    /// Into the query.
    Query,
    /// Into a header.
    Header,
}

/// What a parameter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A text.
    Text,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// Several texts; the key is repeated in the query.
    List,
}

/// How a body under a success status says that the call failed. Each member is at the top level of the body.
#[derive(Debug)]
pub struct Outcome {
    /// Member that says in a word whether the call went well.
    pub status: Option<&'static str>,
    /// Member with the error code.
    pub code: &'static str,
    /// Member with the message.
    pub message: &'static str,
    /// Values of the code that mean success. A missing, null or empty code means success too.
    pub success: &'static [&'static str],
    /// Values of the status that mean failure.
    pub failure: &'static [&'static str],
}

/// How to walk through the items of an operation.
#[derive(Clone, Copy, Debug)]
pub struct Pagination {
    /// How a page is asked for.
    pub style: PageStyle,
    /// How its size is asked for; `None` if the answer comes in one piece.
    pub size: Option<PageSize>,
    /// JSON pointer to the items of an answer.
    pub items: &'static str,
    /// JSON pointer to the number of all items; `None` if the answer does not have it.
    pub total: Option<&'static str>,
}

/// How a page is asked for.
#[derive(Clone, Copy, Debug)]
pub enum PageStyle {
    /// Not at all: the answer comes in one piece.
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

impl Pagination {
    /// Names of the parameters, or members of the body, that choose a page.
    pub fn arguments(&self) -> impl Iterator<Item = &'static str> + use<> {
        self.style.parameter().into_iter().chain(self.size.map(|size| size.parameter))
    }
}

/// How the size of a page is asked for.
#[derive(Clone, Copy, Debug)]
pub struct PageSize {
    /// Name of the parameter, or of the member of the body.
    pub parameter: &'static str,
    /// Largest value.
    pub max: u32,
}

/// How an item reads as an event: who did what, when, to what.
///
/// Each field is a list of templates, the first that finds a value wins. `{/a/b}` is a JSON pointer into the item,
/// `{/a/b:words}` the words for the value there, `{name}` a parameter of the call; a `*` in a pointer repeats the template for every element of a list, and
/// `key=value` picks the element that has this member.
#[derive(Debug)]
pub struct History {
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

/// The words for the values of a member, such as the codes of an integer.
#[derive(Debug)]
pub struct Words {
    /// JSON pointer of the member in an item.
    pub place: &'static str,
    /// Each documented value with its words.
    pub of: &'static [(&'static str, &'static str)],
}

impl Service {
    /// The address in a region.
    ///
    /// # Errors
    /// When the service has no endpoint there; the message lists the regions it has.
    pub fn endpoint(&self, region: &str) -> Result<&'static str, Error> {
        self.endpoints.iter().find(|endpoint| endpoint.region == region).map(|endpoint| endpoint.url).ok_or_else(|| {
            let known: Vec<&str> = self.endpoints.iter().map(|endpoint| endpoint.region).collect();
            Error::new(
                crate::ErrorKind::Config,
                format!(
                    "{} has no known endpoint in region {region:?}; known are {}, or set an endpoint",
                    self.name,
                    known.join(", ")
                ),
            )
        })
    }

    /// The operation with this id.
    #[must_use]
    pub fn operation(&self, id: &str) -> Option<&'static Entry> {
        self.operations.iter().find(|entry| entry.operation.id == id)
    }
}
