//! Schemas: the subset of JSON schema that the generator reads, with extensions.

use serde::{Deserialize, Serialize};
use serde_json::Value;

use super::{extensions::ListedBy, members::Members, problem::step};

/// A schema. Every supported key is a field.
#[derive(Clone, Debug, Default, Deserialize, Serialize)]
#[serde(default, rename_all = "camelCase", expecting = "a mapping")]
pub struct Schema {
    #[serde(rename = "$ref")]
    pub refers_to: Option<String>,
    pub all_of: Option<Vec<Schema>>,
    pub one_of: Option<Vec<Schema>>,
    #[serde(rename = "type")]
    pub kind: Option<Type>,
    pub format: Option<Format>,
    pub description: String,
    pub nullable: Option<bool>,
    pub default: Option<Value>,
    pub min_length: Option<u32>,
    pub max_length: Option<u32>,
    pub minimum: Option<i64>,
    pub maximum: Option<i64>,
    pub min_items: Option<u32>,
    pub max_items: Option<u32>,
    pub items: Option<Box<Schema>>,
    pub properties: Option<Members<Schema>>,
    pub required: Vec<String>,
    pub additional_properties: Option<Box<Schema>>,
    /// All values; others are refused in requests.
    #[serde(rename = "enum")]
    pub closed: Option<Vec<Value>>,
    /// Known values; there may be others.
    #[serde(rename = "x-extensible-enum")]
    pub known: Option<Vec<Value>>,
    #[serde(rename = "x-enum-varnames")]
    pub variants: Vec<String>,
    #[serde(rename = "x-enum-descriptions")]
    pub words: Option<Vec<String>>,
    #[serde(rename = "x-type")]
    pub any: Option<AnyType>,
    #[serde(rename = "x-setter")]
    pub setter: Option<String>,
    #[serde(rename = "x-listed-by")]
    pub listed_by: Option<ListedBy>,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum Type {
    String,
    Integer,
    Number,
    Boolean,
    Array,
    Object,
}

#[derive(Clone, Copy, Debug, Deserialize, PartialEq, Serialize)]
#[serde(rename_all = "kebab-case")]
pub enum Format {
    Int32,
    Int64,
    Float,
    Double,
    /// A time in milliseconds.
    EpochMillis,
    /// ASCII letters and digits only.
    Alphanumeric,
    /// A secret.
    Password,
}

/// `x-type`, for what JSON schema has no type for.
#[derive(Clone, Copy, Debug, Deserialize, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum AnyType {
    Any,
}

impl Schema {
    /// Returns the name of the component that a `$ref`, or a lone `allOf` around one, refers to.
    pub fn reference(&self) -> Option<&str> {
        let holder = match self.all_of.as_deref() {
            Some([only]) => only,
            _ => self,
        };
        holder.refers_to.as_deref()?.strip_prefix("#/components/schemas/")
    }

    /// Returns whether values are times in milliseconds.
    pub fn is_time(&self) -> bool {
        self.format == Some(Format::EpochMillis)
    }

    /// Returns whether it lists values.
    pub fn is_enum(&self) -> bool {
        self.closed.is_some() || self.known.is_some()
    }

    /// Returns the listed values, all or known.
    pub fn values(&self) -> impl Iterator<Item = &Value> {
        self.closed.iter().chain(&self.known).flatten()
    }

    /// Returns the descriptions of the values, if there are any.
    pub fn words(&self) -> impl Iterator<Item = &String> {
        self.words.iter().flatten()
    }

    pub fn properties(&self) -> impl Iterator<Item = (&String, &Self)> {
        self.properties.iter().flat_map(Members::iter)
    }

    pub fn property(&self, name: &str) -> Option<&Self> {
        self.properties.as_ref()?.get(name)
    }

    /// Returns the minimum and maximum of length, count or value.
    pub fn bounds(&self) -> (Option<i64>, Option<i64>) {
        let first = |size: [Option<u32>; 2], value| size.into_iter().flatten().next().map(i64::from).or(value);
        (first([self.min_length, self.min_items], self.minimum), first([self.max_length, self.max_items], self.maximum))
    }

    /// Returns the schema and all schemas in it, with their pointers. References are not followed.
    pub fn all<'a>(&'a self, pointer: &str) -> Vec<(String, &'a Self)> {
        let mut found = vec![(pointer.to_owned(), self)];
        for (key, schemas) in [("allOf", &self.all_of), ("oneOf", &self.one_of)] {
            for (index, schema) in schemas.iter().flatten().enumerate() {
                found.extend(schema.all(&format!("{pointer}/{key}/{index}")));
            }
        }
        for (key, schema) in [("items", &self.items), ("additionalProperties", &self.additional_properties)] {
            found.extend(schema.iter().flat_map(|schema| schema.all(&step(pointer, key))));
        }
        let properties = step(pointer, "properties");
        found.extend(self.properties().flat_map(|(name, schema)| schema.all(&step(&properties, name))));
        found
    }
}
