//! The document of a spec: the subset of OpenAPI that the generator reads. Every supported key of a node is a field of
//! its type; `x-deviation` and `x-review`, which any node may have, are in `notes`.

use std::fmt;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{
    extensions::{History, InBandStatus, ListedBy, Pagination, Service, Source},
    members::Members,
    problem::step,
    schema::Schema,
};

/// The documented header of the credentials.
pub const TOKEN_HEADER: &str = "X-Auth-Token";

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Document {
    pub openapi: String,
    pub info: Info,
    #[serde(rename = "x-service")]
    pub service: Service,
    #[serde(default)]
    pub servers: Vec<Server>,
    pub paths: Members<Members<Operation, Method>>,
    #[serde(default)]
    pub components: Components,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, expecting = "a mapping")]
pub struct Info {
    pub title: String,
    pub version: String,
    pub description: String,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Server {
    pub url: String,
    #[serde(default, rename = "x-region")]
    pub region: String,
    pub description: Option<String>,
}

#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Components {
    #[serde(default)]
    pub schemas: Members<Schema>,
}

#[derive(Clone, Copy, Debug, Deserialize, Eq, Ord, PartialEq, PartialOrd, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Method {
    Get,
    Post,
    Put,
    Patch,
    Delete,
}

impl fmt::Display for Method {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Get => "GET",
            Self::Post => "POST",
            Self::Put => "PUT",
            Self::Patch => "PATCH",
            Self::Delete => "DELETE",
        })
    }
}

/// An operation, with its path, method and pointer.
#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(rename_all = "camelCase", expecting = "a mapping")]
pub struct Operation {
    #[serde(skip)]
    pub path: String,
    #[serde(skip, default = "get")]
    pub method: Method,
    /// JSON pointer of its node.
    #[serde(skip)]
    pub pointer: String,
    #[serde(rename = "operationId")]
    pub id: String,
    #[serde(default)]
    pub summary: String,
    #[serde(default)]
    pub description: String,
    #[serde(default)]
    pub parameters: Vec<Parameter>,
    pub request_body: Option<RequestBody>,
    pub responses: Members<Response>,
    pub security: Option<Vec<Value>>,
    #[serde(rename = "x-source")]
    pub source: Source,
    #[serde(rename = "x-iam-action")]
    pub iam_action: Option<String>,
    #[serde(default, rename = "x-retry-safe")]
    pub retry_safe: bool,
    #[serde(rename = "x-pagination")]
    pub pagination: Option<Pagination>,
    #[serde(rename = "x-history")]
    pub history: Option<History>,
}

/// The placeholder for a method that the key of the operation holds.
fn get() -> Method {
    Method::Get
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "in")]
    pub location: Location,
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub description: String,
    pub schema: Schema,
    pub example: Option<Value>,
    #[serde(rename = "x-setter")]
    pub setter: Option<String>,
    /// Query parameters that must accompany it.
    #[serde(default, rename = "x-needs")]
    pub needs: Vec<String>,
    #[serde(rename = "x-listed-by")]
    pub listed_by: Option<ListedBy>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Location {
    Path,
    Query,
    Header,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct RequestBody {
    #[serde(default)]
    pub required: bool,
    #[serde(default)]
    pub content: Members<MediaType>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Response {
    pub description: String,
    #[serde(default)]
    pub headers: Members<Header>,
    #[serde(default)]
    pub content: Members<MediaType>,
    #[serde(rename = "x-in-band-status")]
    pub in_band_status: Option<InBandStatus>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Header {
    pub description: String,
    pub schema: Schema,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct MediaType {
    pub schema: Schema,
    #[serde(default)]
    pub examples: Members<Example>,
}

#[derive(Clone, Debug, Deserialize, Serialize)]
#[serde(expecting = "a mapping")]
pub struct Example {
    pub summary: Option<String>,
    pub value: Value,
}

/// The only supported media type.
pub const JSON: &str = "application/json";

impl Operation {
    /// Returns the parameters that callers set. The token is left out: the credentials set it.
    pub fn arguments(&self) -> impl Iterator<Item = &Parameter> {
        self.parameters.iter().filter(|parameter| parameter.name != TOKEN_HEADER)
    }

    /// Returns the argument of this name.
    pub fn argument(&self, name: &str) -> Option<&Parameter> {
        self.arguments().find(|parameter| parameter.name == name)
    }

    pub fn request_schema(&self) -> Option<&Schema> {
        Some(&self.request()?.schema)
    }

    /// Returns the first documented example of the request body.
    pub fn request_example(&self) -> Option<&Value> {
        self.request()?.first_example()
    }

    fn request(&self) -> Option<&MediaType> {
        self.request_body.as_ref()?.content.get(JSON)
    }

    /// Returns the success response with its status.
    pub fn success(&self) -> Option<(&str, &Response)> {
        let mut responses = self.responses.iter().map(|(status, response)| (status.as_str(), response));
        responses.find(|(status, _)| status.starts_with('2'))
    }

    pub fn response_schema(&self) -> Option<&Schema> {
        Some(&self.response()?.schema)
    }

    /// Returns the first documented example of the success response.
    pub fn response_example(&self) -> Option<&Value> {
        self.response()?.first_example()
    }

    fn response(&self) -> Option<&MediaType> {
        self.success()?.1.content.get(JSON)
    }

    /// Returns whether it is called without credentials, which an empty `security` says.
    pub fn is_anonymous(&self) -> bool {
        self.security.as_ref().is_some_and(Vec::is_empty)
    }

    /// Returns the schemas of requests and responses, with their pointers.
    pub fn schemas(&self) -> Vec<(String, &Schema)> {
        [self.request_schemas(), self.response_schemas()].concat()
    }

    /// Returns the schemas of the request, with their pointers.
    pub fn request_schemas(&self) -> Vec<(String, &Schema)> {
        let parameters = self.parameters.iter().enumerate();
        let mut found: Vec<_> = parameters
            .flat_map(|(index, parameter)| parameter.schema.all(&format!("{}/parameters/{index}/schema", self.pointer)))
            .collect();
        if let Some((pointer, content)) = self.request_content() {
            found.extend(schemas(content, &pointer));
        }
        found
    }

    /// Returns the schemas of the responses, with their pointers.
    pub fn response_schemas(&self) -> Vec<(String, &Schema)> {
        let contents = self.response_contents().into_iter();
        let mut found: Vec<_> = contents.flat_map(|(pointer, content)| schemas(content, &pointer)).collect();
        for (status, response) in self.responses.iter() {
            let pointer = step(&step(&step(&self.pointer, "responses"), status), "headers");
            for (name, header) in response.headers.iter() {
                found.extend(header.schema.all(&step(&step(&pointer, name), "schema")));
            }
        }
        found
    }

    /// Returns the bodies of requests and responses, with their pointers.
    pub fn contents(&self) -> Vec<(String, &Members<MediaType>)> {
        self.request_content().into_iter().chain(self.response_contents()).collect()
    }

    fn request_content(&self) -> Option<(String, &Members<MediaType>)> {
        Some((step(&step(&self.pointer, "requestBody"), "content"), &self.request_body.as_ref()?.content))
    }

    fn response_contents(&self) -> Vec<(String, &Members<MediaType>)> {
        let responses = step(&self.pointer, "responses");
        let contents = self.responses.iter();
        contents.map(|(status, response)| (step(&step(&responses, status), "content"), &response.content)).collect()
    }
}

/// Returns the schemas of a body.
fn schemas<'a>(content: &'a Members<MediaType>, pointer: &str) -> Vec<(String, &'a Schema)> {
    content.iter().flat_map(|(kind, media)| media.schema.all(&step(&step(pointer, kind), "schema"))).collect()
}

impl MediaType {
    fn first_example(&self) -> Option<&Value> {
        self.examples.iter().next().map(|(_, example)| &example.value)
    }
}
