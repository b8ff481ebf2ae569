//! Tolerant deserialization of JSON into generated models: one unexpected member must not cost a page of records.
//!
//! # The idea
//!
//! With serde's derive, a type states which JSON it expects. Any other JSON is an error that fails the whole document,
//! and the code is compiled again for every type. This module differs in both respects.
//!
//! Deserialization starts with an empty model and fills it in place. The parser knows which JSON value comes next; the
//! owner of a field knows which values fit. They meet in a [`Place`]: a memory location that is filled with whatever
//! JSON value comes. Its three methods are the three shapes of JSON:
//!
//! - [`Place::scalar`] receives the value itself, as a [`Scalar`].
//! - [`Place::object`] receives an [`ObjectReader`], because the members are not parsed yet. The place passes its own
//!   inner places to the reader, and the reader fills them with the members as it parses them.
//! - [`Place::array`] receives an [`ArrayReader`] and fetches one item after another from it.
//!
//! A place cannot reject a value. A scalar of another kind is converted if nothing is lost: the string `"7"` becomes
//! the integer 7. Any other mismatch is skipped and leaves the place empty; the value is still in the raw body
//! ([`Response::body`](crate::Response::body)).
//!
//! For a model with an integer `id` and a list of strings `tags`, the JSON `{"id": "7", "tags": ["a"]}` leads to these
//! calls:
//!
//! ```text
//! model.object(reader)
//!     reader.members(["id", "tags"], [&mut id, &mut tags])
//!         id.scalar(Text("7"))                id = Some(7)
//!         tags.array(items)
//!             items.next(&mut item)           true
//!                 item.scalar(Text("a"))      item = Some("a")
//!             items.next(&mut item)           false
//!                                             tags = ["a"]
//! ```
//!
//! # Types
//!
//! [`FromJson`] defines how a type is created from each shape; `Option<T>` and `List<T>` are places for every such
//! type. A generated model implements [`ReadObject`], which lists the names of its members with their places.
//!
//! # Compile time
//!
//! Places, readers and models meet as trait objects (`&mut dyn Place`), not as type parameters. The code that parses
//! JSON is therefore compiled once for a deserializer and not for every model.
//!
//! # Errors
//!
//! The only error is malformed JSON, or JSON that takes too much memory. [`Malformed`] is empty, because a trait object
//! cannot name the error type of a serde deserializer. The reader that called the deserializer keeps the error, and the
//! `Context` of the document records where it occurred.
//!
//! # Memory
//!
//! A few bytes of JSON can become a large value: `{}` an empty model. Whatever collects values therefore takes the
//! memory for them from the budget of the document ([`ArrayReader::take`]).

/// A JSON value that contains no other values.
#[derive(Clone, Copy, Debug, PartialEq)]
pub enum Scalar<'a> {
    /// `null`.
    Null,
    /// `true` or `false`.
    Bool(bool),
    /// An integer.
    Integer(i64),
    /// An integer too large for `i64`.
    Large(u64),
    /// A number with a fraction or an exponent.
    Float(f64),
    /// A string.
    Text(&'a str),
}

/// The error for JSON that is malformed or takes too much memory; the reader keeps the cause.
#[derive(Debug)]
pub struct Malformed;

/// A reader of the members of a JSON object.
pub trait ObjectReader {
    /// Reads each member into the place with the same position as its name, and skips members with other names.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn members(&mut self, names: &[&str], fields: &mut [&mut dyn Place]) -> Result<(), Malformed>;

    /// Reads the next member into `field` and returns its name, or `None` after the last member.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn next(&mut self, field: &mut dyn Place) -> Result<Option<String>, Malformed>;

    /// Takes memory from the budget of the document, before it is allocated.
    ///
    /// # Errors
    ///
    /// Returns an error if the budget is exceeded.
    fn take(&mut self, bytes: usize) -> Result<(), Malformed>;
}

/// A reader of the items of a JSON array.
pub trait ArrayReader {
    /// Reads the next item into `field` and returns whether there was one.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn next(&mut self, field: &mut dyn Place) -> Result<bool, Malformed>;

    /// Takes memory from the budget of the document, before it is allocated.
    ///
    /// # Errors
    ///
    /// Returns an error if the budget is exceeded.
    fn take(&mut self, bytes: usize) -> Result<(), Malformed>;
}

/// A memory location that is filled with whatever JSON value comes.
pub trait Place {
    /// Fills the place with a scalar.
    fn scalar(&mut self, scalar: Scalar<'_>);

    /// Fills the place with an object.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed>;

    /// Fills the place with an array.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed>;
}

/// A type that is created from JSON. `None` means that the JSON is not a value of this type.
pub trait FromJson: Sized {
    /// Creates a value from a scalar other than null.
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self>;

    /// Creates a value from an object, directly in its place, because moving a large type costs more than reading it.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn from_object(object: &mut dyn ObjectReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        *place = None;
        Ignored.object(object)
    }

    /// Creates a value from an array, directly in its place.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn from_array(array: &mut dyn ArrayReader, place: &mut Option<Self>) -> Result<(), Malformed> {
        *place = None;
        Ignored.array(array)
    }
}

/// A generated model that reads its members from a JSON object.
pub trait ReadObject {
    /// Reads the members of an object into the fields of the model.
    ///
    /// # Errors
    ///
    /// Returns an error if the JSON is malformed.
    fn read(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed>;
}

/// Reads a field from a header.
#[doc(hidden)]
#[must_use]
pub fn header<T: FromJson>(headers: &http::HeaderMap, name: &str) -> Option<T> {
    T::from_scalar(Scalar::Text(headers.get(name)?.to_str().ok()?))
}

/// A place that discards its value.
pub(crate) struct Ignored;

impl Place for Ignored {
    fn scalar(&mut self, _: Scalar<'_>) {}

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
        object.members(&[], &mut [])
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed> {
        while array.next(self)? {}
        Ok(())
    }
}

impl<T: FromJson> Place for Option<T> {
    fn scalar(&mut self, scalar: Scalar<'_>) {
        *self = if scalar == Scalar::Null { None } else { T::from_scalar(scalar) };
    }

    fn object(&mut self, object: &mut dyn ObjectReader) -> Result<(), Malformed> {
        T::from_object(object, self)
    }

    fn array(&mut self, array: &mut dyn ArrayReader) -> Result<(), Malformed> {
        T::from_array(array, self)
    }
}
