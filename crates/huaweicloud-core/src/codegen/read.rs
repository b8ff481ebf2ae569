//! Deserialization with serde: fills a place with whatever JSON value comes.
//!
//! A serde error cannot pass through the trait objects of [`place`](super::place), so it waits in the reader.

use std::{
    cell::{Cell, RefCell},
    fmt,
};

use serde::{
    Deserializer,
    de::{DeserializeSeed, Error as _, IgnoredAny, MapAccess, SeqAccess, Visitor},
};
use serde_json::Value;

use super::place::{ArrayReader, FromJson, Ignored, Malformed, ObjectReader, Place, Scalar};

/// Reads an object that is packed into a string.
#[doc(hidden)]
#[must_use]
pub fn packed<T: FromJson>(scalar: Scalar<'_>) -> Option<T> {
    let mut found = None;
    if unpack(scalar, &mut found) { found } else { None }
}

/// Reads an object that is packed into a string into `field`, and returns whether the string was such an object.
fn unpack(scalar: Scalar<'_>, field: &mut dyn Place) -> bool {
    let Scalar::Text(text) = scalar else { return false };
    let text = text.trim_start();
    // A string within the string would only be unpacked again.
    if !text.starts_with('{') {
        return false;
    }
    // From bytes, like response bodies, to share the compiled code.
    let mut json = serde_json::Deserializer::from_slice(text.as_bytes());
    Reading::new(field, &Context::for_body(text.len())).deserialize(&mut json).and_then(|()| json.end()).is_ok()
}

/// Deserializes a value from any serde format.
///
/// # Errors
///
/// Returns an error if the input is malformed or is not a value of this type.
#[doc(hidden)]
pub fn deserialize<'de, T: FromJson, D: Deserializer<'de>>(deserializer: D) -> Result<T, D::Error> {
    let mut found = None;
    Reading::new(&mut found, &Context::default()).deserialize(deserializer)?;
    found.ok_or_else(|| D::Error::custom("must be a JSON object"))
}

/// What is known of a document while it is read: how much memory it may still take, and where reading failed.
#[derive(Debug)]
pub(crate) struct Context {
    /// Memory for the values, in bytes.
    budget: usize,
    left: Cell<usize>,
    is_exceeded: Cell<bool>,
    /// The path to the value at which reading failed, from the innermost step to the outermost.
    path: RefCell<Vec<Step>>,
}

#[derive(Debug)]
enum Step {
    Member(String),
    Item(usize),
}

/// A document without a limit.
impl Default for Context {
    fn default() -> Self {
        Self::new(usize::MAX)
    }
}

impl Context {
    fn new(budget: usize) -> Self {
        Self { budget, left: Cell::new(budget), is_exceeded: Cell::default(), path: RefCell::default() }
    }

    /// Returns the context of a body with this length. `{}` takes three bytes in a list, and a model of twenty members
    /// half a kilobyte.
    pub(crate) fn for_body(length: usize) -> Self {
        /// How many times the memory of its body a large response may take, besides the body itself.
        const TIMES: usize = 5;
        /// The memory that a small response may take.
        const BASE: usize = 16 << 20;
        Self::new(length.saturating_mul(TIMES).max(BASE))
    }

    /// Takes memory from the budget.
    fn take(&self, bytes: usize) -> Result<(), Malformed> {
        match self.left.get().checked_sub(bytes) {
            Some(left) => {
                self.left.set(left);
                Ok(())
            }
            None => {
                self.is_exceeded.set(true);
                Err(Malformed)
            }
        }
    }

    /// Returns the budget if the document has exceeded it.
    pub(crate) fn exceeded(&self) -> Option<usize> {
        self.is_exceeded.get().then_some(self.budget)
    }

    fn add(&self, step: Step) {
        self.path.borrow_mut().push(step);
    }

    /// Returns the path to the value at which reading failed, such as `result.record[7]`.
    pub(crate) fn path(&self) -> String {
        let mut path = String::new();
        for step in self.path.borrow().iter().rev() {
            match step {
                Step::Item(index) => path.push_str(&format!("[{index}]")),
                Step::Member(name) => {
                    if !path.is_empty() {
                        path.push('.');
                    }
                    path.push_str(name);
                }
            }
        }
        path
    }
}

/// An observer of the members of the outermost object, called before they are read.
pub(crate) trait Observer {
    /// Returns whether to observe the member with this name.
    fn observes(&self, name: &str) -> bool;
    /// Observes a member.
    fn observe(&mut self, name: &str, value: &Value);
}

/// A deserializer of any JSON value into a place.
pub(crate) struct Reading<'r> {
    field: &'r mut dyn Place,
    context: &'r Context,
    observer: Option<&'r mut dyn Observer>,
}

impl<'r> Reading<'r> {
    pub(crate) fn new(field: &'r mut dyn Place, context: &'r Context) -> Self {
        Self { field, context, observer: None }
    }

    pub(crate) fn observed_by(mut self, observer: &'r mut dyn Observer) -> Self {
        self.observer = Some(observer);
        self
    }
}

impl<'de> DeserializeSeed<'de> for Reading<'_> {
    type Value = ();

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        deserializer.deserialize_any(self)
    }
}

impl<'de> Visitor<'de> for Reading<'_> {
    type Value = ();

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("any JSON value")
    }

    fn visit_str<E>(self, text: &str) -> Result<(), E> {
        self.field.scalar(Scalar::Text(text));
        Ok(())
    }

    fn visit_i64<E>(self, number: i64) -> Result<(), E> {
        self.field.scalar(Scalar::Integer(number));
        Ok(())
    }

    fn visit_u64<E>(self, number: u64) -> Result<(), E> {
        self.field.scalar(i64::try_from(number).map_or(Scalar::Large(number), Scalar::Integer));
        Ok(())
    }

    fn visit_f64<E>(self, number: f64) -> Result<(), E> {
        self.field.scalar(Scalar::Float(number));
        Ok(())
    }

    fn visit_bool<E>(self, value: bool) -> Result<(), E> {
        self.field.scalar(Scalar::Bool(value));
        Ok(())
    }

    fn visit_unit<E>(self) -> Result<(), E> {
        self.field.scalar(Scalar::Null);
        Ok(())
    }

    fn visit_none<E>(self) -> Result<(), E> {
        self.field.scalar(Scalar::Null);
        Ok(())
    }

    fn visit_some<D: Deserializer<'de>>(self, deserializer: D) -> Result<(), D::Error> {
        self.deserialize(deserializer)
    }

    fn visit_map<A: MapAccess<'de>>(self, map: A) -> Result<(), A::Error> {
        let mut reader = Members { access: map, error: None, context: self.context, observer: self.observer };
        let outcome = self.field.object(&mut reader);
        outcome.map_err(|Malformed| reader.error.unwrap_or_else(|| A::Error::custom("broken")))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, array: A) -> Result<(), A::Error> {
        let mut reader = Items { access: array, error: None, context: self.context, index: 0 };
        let outcome = self.field.array(&mut reader);
        outcome.map_err(|Malformed| reader.error.unwrap_or_else(|| A::Error::custom("broken")))
    }
}

/// An object reader over a serde map. Places do not know serde's error types, so the error is kept here.
struct Members<'r, 'de, A: MapAccess<'de>> {
    access: A,
    error: Option<A::Error>,
    context: &'r Context,
    observer: Option<&'r mut dyn Observer>,
}

impl<'de, A: MapAccess<'de>> Members<'_, 'de, A> {
    fn try_members(&mut self, names: &[&str], fields: &mut [&mut dyn Place]) -> Result<(), A::Error> {
        let mut expected = 0;
        loop {
            let name = Name { names, expected, observer: self.observer.as_deref() };
            let Some(name) = self.access.next_key_seed(name)? else { return Ok(()) };
            if let Some(index) = name.index {
                expected = index + 1;
            }
            let field = name.index.and_then(|index| fields.get_mut(index));
            let read = match (name.observed, field) {
                (None, None) => self.access.next_value::<IgnoredAny>().map(drop),
                (None, Some(field)) => self.access.next_value_seed(Reading::new(&mut **field, self.context)),
                (Some(observed), None) => self.observe(&observed, &mut Ignored),
                (Some(observed), Some(field)) => self.observe(&observed, &mut **field),
            };
            if let Err(error) = read {
                name.index.into_iter().for_each(|index| self.context.add(Step::Member(names[index].to_owned())));
                return Err(error);
            }
        }
    }

    /// Reads a member that is observed. Apart from the loop over the others, which is faster without it.
    #[cold]
    fn observe(&mut self, name: &str, field: &mut dyn Place) -> Result<(), A::Error> {
        let mut value = None;
        self.access.next_value_seed(Reading::new(&mut value, self.context))?;
        let value = value.unwrap_or(Value::Null);
        if let Some(observer) = &mut self.observer {
            observer.observe(name, &value);
        }
        Reading::new(field, self.context).deserialize(value).map_err(A::Error::custom)
    }
}

impl<'de, A: MapAccess<'de>> ObjectReader for Members<'_, 'de, A> {
    fn take(&mut self, bytes: usize) -> Result<(), Malformed> {
        self.context.take(bytes)
    }

    fn members(&mut self, names: &[&str], fields: &mut [&mut dyn Place]) -> Result<(), Malformed> {
        self.try_members(names, fields).map_err(|error| {
            self.error = Some(error);
            Malformed
        })
    }

    fn next(&mut self, field: &mut dyn Place) -> Result<Option<String>, Malformed> {
        let mut name = None;
        let read = self.access.next_key::<String>().and_then(|next| {
            name = next;
            match name {
                Some(_) => self.access.next_value_seed(Reading::new(field, self.context)),
                None => Ok(()),
            }
        });
        match read {
            Ok(()) => Ok(name),
            Err(error) => {
                self.error = Some(error);
                name.into_iter().for_each(|name| self.context.add(Step::Member(name)));
                Err(Malformed)
            }
        }
    }
}

/// A deserializer of a member name, into the index of the known name and, if the member is observed, the name itself.
struct Name<'n> {
    names: &'n [&'n str],
    /// The index to try first: the next name in documented order, which most responses follow.
    expected: usize,
    observer: Option<&'n dyn Observer>,
}

struct Found {
    index: Option<usize>,
    observed: Option<String>,
}

impl<'de> DeserializeSeed<'de> for Name<'_> {
    type Value = Found;

    fn deserialize<D: Deserializer<'de>>(self, deserializer: D) -> Result<Found, D::Error> {
        deserializer.deserialize_identifier(self)
    }
}

impl Visitor<'_> for Name<'_> {
    type Value = Found;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("the name of a member")
    }

    fn visit_str<E>(self, name: &str) -> Result<Found, E> {
        let (before, after) = self.names.split_at(self.expected);
        let index = after.iter().position(|known| *known == name).map(|index| self.expected + index);
        let index = index.or_else(|| before.iter().position(|known| *known == name));
        let observed = self.observer.is_some_and(|observer| observer.observes(name)).then(|| name.to_owned());
        Ok(Found { index, observed })
    }
}

/// An array reader over a serde sequence.
struct Items<'r, 'de, A: SeqAccess<'de>> {
    access: A,
    error: Option<A::Error>,
    context: &'r Context,
    index: usize,
}

impl<'de, A: SeqAccess<'de>> ArrayReader for Items<'_, 'de, A> {
    fn take(&mut self, bytes: usize) -> Result<(), Malformed> {
        self.context.take(bytes)
    }

    fn next(&mut self, field: &mut dyn Place) -> Result<bool, Malformed> {
        match self.access.next_element_seed(Reading::new(field, self.context)) {
            Ok(found) => {
                self.index += 1;
                Ok(found.is_some())
            }
            Err(error) => {
                self.error = Some(error);
                self.context.add(Step::Item(self.index));
                Err(Malformed)
            }
        }
    }
}
