//! Access to the specs: routes, schemas and documented responses.

use std::{fmt, io};

use http::Method;
use huaweicloud_core::{
    dynamic::Service,
    metadata::{Operation, Pagination},
};
use percent_encoding::percent_decode_str;
use serde_json::{Map, Value};

use crate::arguments::text;

/// A history for which the sandbox has a documented response.
#[derive(Clone, Debug)]
pub struct Subject {
    /// The service.
    pub service: &'static Service,
    /// The id of the operation that lists the history.
    pub operation: &'static str,
    /// The arguments of the call.
    pub arguments: Map<String, Value>,
}

/// Formats the history as `hwc timeline` takes it: `SERVICE/ID`, with all ids that the operation requires.
impl fmt::Display for Subject {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.service.metadata.id)?;
        self.arguments.values().try_for_each(|id| write!(f, "/{}", text(id)))
    }
}

/// A service with its spec.
#[derive(Debug)]
pub(crate) struct Contract {
    pub(crate) service: &'static Service,
    spec: Value,
}

/// The operation that matches a request, with the values of its path parameters.
pub(crate) struct Route<'a> {
    pub(crate) contract: &'a Contract,
    pub(crate) operation: &'static Operation,
    pub(crate) path_values: Vec<(&'a str, String)>,
}

impl Contract {
    pub(crate) fn read(service: &'static Service) -> io::Result<Self> {
        Ok(Self { service, spec: serde_json::from_str(service.spec)? })
    }

    /// Returns the operation that matches a method and a path.
    pub(crate) fn route(&self, method: &Method, path: &str) -> Option<Route<'_>> {
        self.service.operations.iter().find_map(|entry| {
            let operation = entry.operation;
            let path_values = (method == operation.method).then(|| match_path(operation.path, path))??;
            Some(Route { contract: self, operation, path_values })
        })
    }

    /// Returns the OpenAPI node of an operation.
    pub(crate) fn node(&self, operation: &Operation) -> &Value {
        &self.spec["paths"][operation.path][operation.method.to_ascii_lowercase()]
    }

    /// Resolves a `$ref`, also inside an `allOf` with one element.
    pub(crate) fn resolve<'a>(&'a self, schema: &'a Value) -> &'a Value {
        let target = schema.pointer("/allOf/0/$ref").or_else(|| schema.get("$ref"));
        match target.and_then(Value::as_str).and_then(|target| target.strip_prefix('#')) {
            Some(pointer) => self.spec.pointer(pointer).unwrap_or(schema),
            None => schema,
        }
    }

    /// Returns the schema of the JSON request body.
    pub(crate) fn request_schema(&self, operation: &Operation) -> Option<&Value> {
        self.node(operation).pointer("/requestBody/content/application~1json/schema")
    }

    /// Returns the status and the body of the documented response whose status starts with these digits.
    pub(crate) fn documented(&self, operation: &Operation, digits: &str) -> Option<(u16, &Value)> {
        let responses = self.node(operation).get("responses")?.as_object()?;
        let (status, response) = responses.iter().find(|(status, _)| status.starts_with(digits))?;
        let examples = response.pointer("/content/application~1json/examples")?.as_object()?;
        Some((status.parse().ok()?, examples.values().next()?.get("value")?))
    }

    /// Returns the success status of an operation that responds without a body.
    pub(crate) fn without_body(&self, operation: &Operation) -> Option<u16> {
        let responses = self.node(operation).get("responses")?.as_object()?;
        let is_it =
            |(status, response): &(&String, &Value)| status.starts_with('2') && response.get("content").is_none();
        responses.iter().find(is_it)?.0.parse().ok()
    }

    /// Returns the names of the headers of the success response that contain a secret.
    pub(crate) fn secret_headers(&self, operation: &Operation) -> Vec<String> {
        let responses = self.node(operation)["responses"].as_object().into_iter().flatten();
        responses
            .filter(|(status, _)| status.starts_with('2'))
            .flat_map(|(_, response)| response["headers"].as_object().into_iter().flatten())
            .filter(|(_, header)| header["schema"]["format"] == "password")
            .map(|(name, _)| name.clone())
            .collect()
    }

    /// Returns the schema of the items of a list operation.
    pub(crate) fn item_schema(&self, operation: &Operation, pagination: &Pagination) -> Option<&Value> {
        let responses = self.node(operation).get("responses")?.as_object()?;
        let (_, response) = responses.iter().find(|(status, _)| status.starts_with('2'))?;
        let body = response.pointer("/content/application~1json/schema")?;
        self.member(body, pagination.items)?.get("items")
    }

    /// Returns the schema at a JSON pointer into the values of a schema.
    pub(crate) fn member<'a>(&'a self, schema: &'a Value, pointer: &str) -> Option<&'a Value> {
        pointer
            .split('/')
            .skip(1)
            .try_fold(self.resolve(schema), |at, key| Some(self.resolve(at.get("properties")?.get(key)?)))
    }

    /// Returns the members of the JSON request body.
    fn body_members(&self, operation: &Operation) -> Option<&Map<String, Value>> {
        self.resolve(self.request_schema(operation)?)["properties"].as_object()
    }

    /// Returns the names of all arguments.
    pub(crate) fn argument_names(&self, operation: &Operation) -> Vec<&str> {
        let parameters = parameters(self.node(operation)).filter_map(|parameter| parameter["name"].as_str());
        let members = self.body_members(operation).into_iter().flatten().map(|(name, _)| name.as_str());
        parameters.filter(|name| !name.eq_ignore_ascii_case("x-auth-token")).chain(members).collect()
    }

    /// Returns the schema of an argument.
    pub(crate) fn argument_schema(&self, operation: &Operation, name: &str) -> Option<&Value> {
        let parameter = parameters(self.node(operation)).find(|parameter| parameter["name"] == name);
        let schema = parameter.map(|parameter| &parameter["schema"]);
        Some(self.resolve(schema.or_else(|| self.body_members(operation)?.get(name))?))
    }

    /// Returns the names of the required arguments, without the pagination arguments.
    fn required_names(&self, operation: &Operation) -> Vec<&str> {
        let parameters = parameters(self.node(operation)).filter(|parameter| parameter["required"] == true);
        let parameters = parameters.filter_map(|parameter| parameter["name"].as_str());
        let required = self.request_schema(operation).and_then(|schema| self.resolve(schema)["required"].as_array());
        let names = parameters.chain(required.into_iter().flatten().filter_map(Value::as_str));
        names.filter(|name| !is_paging(operation, name)).collect()
    }

    /// Returns the names of the arguments that select a list: the required ones, and the ids that other lists contain.
    pub(crate) fn selecting_names(&self, operation: &'static Operation) -> Vec<&str> {
        let mut names = self.required_names(operation);
        let listed = operation.listed_by.iter().map(|link| link.argument);
        let optional: Vec<&str> = listed.filter(|name| !names.contains(name)).collect();
        names.extend(optional);
        names
    }

    /// Returns the arguments that select the documented response: the examples of the required ones.
    pub(crate) fn documented_arguments(&self, operation: &Operation) -> Map<String, Value> {
        let node = self.node(operation);
        let body = &node["requestBody"]["content"]["application/json"];
        let body = body["examples"].as_object().and_then(|examples| examples.values().next()?.get("value"));
        let example = |name: &str| match parameters(node).find(|parameter| parameter["name"] == name) {
            Some(parameter) => parameter.get("example"),
            None => body?.get(name).filter(|value| !value.is_object()),
        };
        let names = self.required_names(operation).into_iter();
        names.filter_map(|name| Some((name.to_owned(), example(name)?.clone()))).collect()
    }
}

/// Returns whether an argument selects a page.
pub(crate) fn is_paging(operation: &Operation, name: &str) -> bool {
    operation.pagination.iter().flat_map(Pagination::arguments).any(|paging| paging == name)
}

/// Returns the parameters of an operation.
pub(crate) fn parameters(node: &Value) -> impl Iterator<Item = &Value> {
    node["parameters"].as_array().into_iter().flatten()
}

/// Returns the values of the path parameters, or `None` if the path does not match the template.
fn match_path<'a>(template: &'a str, path: &str) -> Option<Vec<(&'a str, String)>> {
    let (mut expected, mut given) = (template.split('/'), path.split('/'));
    let mut values = Vec::new();
    loop {
        match (expected.next(), given.next()) {
            (None, None) => return Some(values),
            (Some(expected), Some(given)) => match expected.strip_prefix('{').and_then(|name| name.strip_suffix('}')) {
                Some(name) => values.push((name, percent_decode_str(given).decode_utf8().ok()?.into_owned())),
                None if expected == given => {}
                None => return None,
            },
            _ => return None,
        }
    }
}
