//! Faults: changes of any node of a spec.

use libfuzzer_sys::{arbitrary, arbitrary::Arbitrary};
use serde_json::Value;

use super::{Name, words::pick};

/// A change of the node at a number: it is removed, replaced, renamed, or has a member added.
#[derive(Arbitrary, Debug)]
pub enum Fault {
    Remove(u16),
    Replace(u16, Wrong),
    Rename(u16, Name),
    Add(u16, u8, Wrong),
    Copy(u16, u16),
}

#[derive(Arbitrary, Debug)]
pub enum Wrong {
    Null,
    Boolean(bool),
    Number(i64),
    Float(f32),
    Text(Name),
    List(Vec<Wrong>),
    Object(Vec<(u8, Wrong)>),
}

const KEYS: [&str; 44] = [
    "$ref",
    "allOf",
    "oneOf",
    "type",
    "format",
    "description",
    "nullable",
    "default",
    "minLength",
    "maxLength",
    "minimum",
    "maximum",
    "minItems",
    "maxItems",
    "items",
    "properties",
    "required",
    "additionalProperties",
    "enum",
    "x-extensible-enum",
    "x-enum-varnames",
    "x-enum-descriptions",
    "x-type",
    "x-setter",
    "x-listed-by",
    "x-needs",
    "x-review",
    "x-deviation",
    "x-pagination",
    "x-history",
    "x-in-band-status",
    "x-iam-action",
    "x-source",
    "x-retry-safe",
    "security",
    "parameters",
    "requestBody",
    "responses",
    "headers",
    "content",
    "example",
    "examples",
    "servers",
    "x-unknown",
];

impl Fault {
    pub fn apply(&self, spec: &mut Value) {
        let mut pointers = Vec::new();
        nodes(spec, String::new(), &mut pointers);
        let pointer = |at: u16| pointers[usize::from(at) % pointers.len()].clone();
        match self {
            Self::Remove(at) => {
                let at = pointer(*at);
                let (parent, key) = at.rsplit_once('/').unwrap_or_default();
                match spec.pointer_mut(parent) {
                    Some(Value::Object(members)) => drop(members.remove(&key.replace("~1", "/").replace("~0", "~"))),
                    Some(Value::Array(items)) => drop(key.parse().ok().map(|index: usize| items.remove(index))),
                    _ => {}
                }
            }
            Self::Replace(at, wrong) => {
                if let Some(node) = spec.pointer_mut(&pointer(*at)) {
                    *node = wrong.value();
                }
            }
            Self::Rename(at, name) => {
                if let Some(Value::Object(members)) = spec.pointer_mut(&pointer(*at))
                    && let Some((_, value)) = members.clone().into_iter().next()
                {
                    members.insert(name.text().to_owned(), value);
                }
            }
            Self::Add(at, key, wrong) => {
                if let Some(Value::Object(members)) = spec.pointer_mut(&pointer(*at)) {
                    members.insert(pick(&KEYS, *key).to_owned(), wrong.value());
                }
            }
            Self::Copy(from, to) => {
                let copied = spec.pointer(&pointer(*from)).cloned().unwrap_or_default();
                if copied.to_string().len() < 2000
                    && let Some(node) = spec.pointer_mut(&pointer(*to))
                {
                    *node = copied;
                }
            }
        }
    }
}

/// Collects the pointers of a value and of all values in it.
fn nodes(value: &Value, pointer: String, found: &mut Vec<String>) {
    match value {
        Value::Object(members) => {
            for (key, member) in members {
                nodes(member, format!("{pointer}/{}", key.replace('~', "~0").replace('/', "~1")), found);
            }
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                nodes(item, format!("{pointer}/{index}"), found);
            }
        }
        _ => {}
    }
    found.push(pointer);
}

impl Wrong {
    fn value(&self) -> Value {
        match self {
            Self::Null => Value::Null,
            Self::Boolean(value) => Value::from(*value),
            Self::Number(value) => Value::from(*value),
            Self::Float(value) => Value::from(*value),
            Self::Text(name) => Value::from(name.text()),
            Self::List(items) => items.iter().map(Self::value).collect(),
            Self::Object(members) => {
                let members = members.iter().map(|(key, value)| (pick(&KEYS, *key).to_owned(), value.value()));
                Value::Object(members.collect())
            }
        }
    }
}
