//! Rules for the values of parameters and body members: checked before a request is sent, and shown in help texts and
//! documentation.

use std::fmt;

/// The rule for the values of a parameter or a member. `Display` describes it, such as `1 to 64 characters`.
///
/// ```
/// use huaweicloud_core::metadata::Rule;
///
/// assert_eq!(Rule::text().min(1).max(64).to_string(), "1 to 64 characters");
/// assert_eq!(Rule::integer().min(0).max(100).default("10").to_string(), "0 to 100; default `10`");
/// ```
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub struct Rule {
    /// Type of the value.
    pub kind: ValueType,
    /// Minimum length of a text, value of a number, or number of items of a list.
    pub min: Option<i64>,
    /// Maximum length of a text, value of a number, or number of items of a list.
    pub max: Option<i64>,
    /// Documented values, as texts.
    pub values: &'static [&'static str],
    /// Whether only the documented values are valid.
    pub closed: bool,
    /// Default of the service.
    pub default: Option<&'static str>,
}

/// The type of a value.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ValueType {
    /// Any JSON.
    Any,
    /// A text.
    Text,
    /// A text of ASCII letters and digits.
    Alphanumeric,
    /// A secret text, which is redacted everywhere.
    Secret,
    /// A timestamp in milliseconds since 1970-01-01 UTC, with 13 digits.
    Millis,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list whose items follow this rule.
    List(&'static Rule),
    /// A map with text keys, whose values follow this rule.
    Map(&'static Rule),
    /// An object.
    Object(&'static ObjectRule),
}

impl Rule {
    const fn of(kind: ValueType) -> Self {
        Self { kind, min: None, max: None, values: &[], closed: false, default: None }
    }

    /// Creates a rule for any JSON.
    #[must_use]
    pub const fn any() -> Self {
        Self::of(ValueType::Any)
    }

    /// Creates a rule for a text.
    #[must_use]
    pub const fn text() -> Self {
        Self::of(ValueType::Text)
    }

    /// Creates a rule for a text of ASCII letters and digits.
    #[must_use]
    pub const fn alphanumeric() -> Self {
        Self::of(ValueType::Alphanumeric)
    }

    /// Creates a rule for a secret text.
    #[must_use]
    pub const fn secret() -> Self {
        Self::of(ValueType::Secret)
    }

    /// Creates a rule for a timestamp in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn millis() -> Self {
        Self::of(ValueType::Millis)
    }

    /// Creates a rule for an integer.
    #[must_use]
    pub const fn integer() -> Self {
        Self::of(ValueType::Integer)
    }

    /// Creates a rule for a number.
    #[must_use]
    pub const fn number() -> Self {
        Self::of(ValueType::Number)
    }

    /// Creates a rule for `true` or `false`.
    #[must_use]
    pub const fn boolean() -> Self {
        Self::of(ValueType::Boolean)
    }

    /// Creates a rule for a list.
    #[must_use]
    pub const fn list(item: &'static Self) -> Self {
        Self::of(ValueType::List(item))
    }

    /// Creates a rule for a map with text keys.
    #[must_use]
    pub const fn map(value: &'static Self) -> Self {
        Self::of(ValueType::Map(value))
    }

    /// Creates a rule for an object.
    #[must_use]
    pub const fn object(object: &'static ObjectRule) -> Self {
        Self::of(ValueType::Object(object))
    }

    /// Sets the minimum length, value or number of items.
    #[must_use]
    pub const fn min(mut self, min: i64) -> Self {
        self.min = Some(min);
        self
    }

    /// Sets the maximum length, value or number of items.
    #[must_use]
    pub const fn max(mut self, max: i64) -> Self {
        self.max = Some(max);
        self
    }

    /// Sets the documented values; other values are valid too.
    #[must_use]
    pub const fn known(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    /// Sets the documented values; all others are invalid.
    #[must_use]
    pub const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self.closed = true;
        self
    }

    /// Sets the default of the service.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// Returns the unit of the bounds.
    fn unit(&self) -> &'static str {
        match self.kind {
            ValueType::Text => " characters",
            ValueType::Alphanumeric => " letters and digits",
            ValueType::List(_) | ValueType::Map(_) => " items",
            _ => "",
        }
    }

    /// Returns the bounds in words, such as `1 to 64 characters`, or `None` if there are none.
    #[must_use]
    pub fn bounds(&self) -> Option<String> {
        let unit = self.unit();
        let counted = |count: i64| {
            if count == 1 && !unit.trim_start().contains(' ') { unit.trim_end_matches('s') } else { unit }
        };
        // A minimum length or number of zero does not restrict anything.
        let min = self.min.filter(|min| unit.is_empty() || *min > 0);
        match (min, self.max) {
            (Some(min), Some(max)) if min == max => Some(format!("{min}{}", counted(min))),
            (Some(min), Some(max)) => Some(format!("{min} to {max}{unit}")),
            (Some(min), None) => Some(format!("at least {min}{}", counted(min))),
            (None, Some(max)) => Some(format!("at most {max}{}", counted(max))),
            (None, None) => None,
        }
    }
}

/// Describes the valid values; empty if every value of the type is valid.
impl fmt::Display for Rule {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut parts = Vec::new();
        match self.kind {
            ValueType::Millis => parts.push("milliseconds since 1970-01-01 UTC".to_owned()),
            _ if self.closed => {}
            _ => parts.extend(self.bounds()),
        }
        let item = match self.kind {
            ValueType::List(item) => Some(item),
            _ => None,
        };
        for listed in std::iter::once(self).chain(item).filter(|rule| !rule.values.is_empty()) {
            let values: Vec<String> = listed.values.iter().map(|value| format!("`{value}`")).collect();
            let word = if listed.closed { "one of" } else { "known values:" };
            parts.push(format!("{word} {}", values.join(", ")));
        }
        parts.extend(self.default.map(|default| format!("default `{default}`")));
        f.write_str(&parts.join("; "))
    }
}

/// The rules for the members of an object in a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct ObjectRule {
    /// Name of the model, such as `ObjectFilterV2`.
    pub name: &'static str,
    /// Members, in the documented order.
    pub members: &'static [Member],
}

impl ObjectRule {
    /// Creates the rules for an object.
    #[must_use]
    pub const fn new(name: &'static str, members: &'static [Member]) -> Self {
        Self { name, members }
    }

    /// Returns the member with this name, if it exists.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// A member of an object in a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Member {
    /// Name in JSON.
    pub name: &'static str,
    /// Whether it is required.
    pub required: bool,
    /// Rule for its values.
    pub rule: Rule,
}

impl Member {
    /// Creates an optional member.
    #[must_use]
    pub const fn optional(name: &'static str, rule: Rule) -> Self {
        Self { name, required: false, rule }
    }

    /// Creates a required member.
    #[must_use]
    pub const fn required(name: &'static str, rule: Rule) -> Self {
        Self { name, required: true, rule }
    }
}
