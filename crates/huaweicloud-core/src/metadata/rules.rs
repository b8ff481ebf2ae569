//! What values parameters and members of bodies take, as data: checked before a call is sent, quoted by help and
//! documentation.

use std::fmt;

/// What values a parameter or a member takes. `Display` says it in words, such as `1 to 64 characters`.
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
    /// What kind of value it is.
    pub kind: ValueType,
    /// Smallest length of a text, value of a number, or count of a list.
    pub min: Option<i64>,
    /// Largest length of a text, value of a number, or count of a list.
    pub max: Option<i64>,
    /// The documented values, as texts.
    pub values: &'static [&'static str],
    /// Whether there are no values but the documented ones.
    pub closed: bool,
    /// What the service takes where nothing is given.
    pub default: Option<&'static str>,
}

/// What kind of value a rule is about.
#[derive(Clone, Copy, Debug)]
#[non_exhaustive]
pub enum ValueType {
    /// Any JSON.
    Any,
    /// A text.
    Text,
    /// A text of ASCII letters and digits.
    Alphanumeric,
    /// A text that must never be seen.
    Secret,
    /// A time in milliseconds since 1970-01-01 UTC, of 13 digits.
    Millis,
    /// An integer.
    Integer,
    /// A number.
    Number,
    /// `true` or `false`.
    Boolean,
    /// A list, each item with this rule.
    List(&'static Rule),
    /// A map from texts, each value with this rule.
    Map(&'static Rule),
    /// An object.
    Object(&'static ObjectRule),
}

impl Rule {
    const fn of(kind: ValueType) -> Self {
        Self { kind, min: None, max: None, values: &[], closed: false, default: None }
    }

    /// Takes any JSON.
    #[must_use]
    pub const fn any() -> Self {
        Self::of(ValueType::Any)
    }

    /// Takes a text.
    #[must_use]
    pub const fn text() -> Self {
        Self::of(ValueType::Text)
    }

    /// Takes a text of ASCII letters and digits.
    #[must_use]
    pub const fn alphanumeric() -> Self {
        Self::of(ValueType::Alphanumeric)
    }

    /// Takes a text that must never be seen.
    #[must_use]
    pub const fn secret() -> Self {
        Self::of(ValueType::Secret)
    }

    /// Takes a time in milliseconds since 1970-01-01 UTC.
    #[must_use]
    pub const fn millis() -> Self {
        Self::of(ValueType::Millis)
    }

    /// Takes an integer.
    #[must_use]
    pub const fn integer() -> Self {
        Self::of(ValueType::Integer)
    }

    /// Takes a number.
    #[must_use]
    pub const fn number() -> Self {
        Self::of(ValueType::Number)
    }

    /// Takes `true` or `false`.
    #[must_use]
    pub const fn boolean() -> Self {
        Self::of(ValueType::Boolean)
    }

    /// Takes a list.
    #[must_use]
    pub const fn list(item: &'static Self) -> Self {
        Self::of(ValueType::List(item))
    }

    /// Takes a map from texts.
    #[must_use]
    pub const fn map(value: &'static Self) -> Self {
        Self::of(ValueType::Map(value))
    }

    /// Takes an object.
    #[must_use]
    pub const fn object(object: &'static ObjectRule) -> Self {
        Self::of(ValueType::Object(object))
    }

    /// Sets the smallest length, value or count.
    #[must_use]
    pub const fn min(mut self, min: i64) -> Self {
        self.min = Some(min);
        self
    }

    /// Sets the largest length, value or count.
    #[must_use]
    pub const fn max(mut self, max: i64) -> Self {
        self.max = Some(max);
        self
    }

    /// Sets the documented values; there are others.
    #[must_use]
    pub const fn known(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self
    }

    /// Sets the documented values; there are no others.
    #[must_use]
    pub const fn one_of(mut self, values: &'static [&'static str]) -> Self {
        self.values = values;
        self.closed = true;
        self
    }

    /// Sets what the service takes where nothing is given.
    #[must_use]
    pub const fn default(mut self, value: &'static str) -> Self {
        self.default = Some(value);
        self
    }

    /// What the bounds count.
    fn unit(&self) -> &'static str {
        match self.kind {
            ValueType::Text => " characters",
            ValueType::Alphanumeric => " letters and digits",
            ValueType::List(_) | ValueType::Map(_) => " items",
            _ => "",
        }
    }

    /// The bounds in words, such as `1 to 64 characters`; nothing if there are none.
    #[must_use]
    pub fn bounds(&self) -> Option<String> {
        let unit = self.unit();
        let counted = |count: i64| {
            if count == 1 && !unit.trim_start().contains(' ') { unit.trim_end_matches('s') } else { unit }
        };
        // A length or a count from zero says nothing.
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

/// What is allowed, in words; empty where everything of the kind is.
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

/// The members of an object in a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct ObjectRule {
    /// Name of the model: `ObjectFilterV2`.
    pub name: &'static str,
    /// Its members, in the order of the page.
    pub members: &'static [Member],
}

impl ObjectRule {
    /// Describes an object.
    #[must_use]
    pub const fn new(name: &'static str, members: &'static [Member]) -> Self {
        Self { name, members }
    }

    /// Returns the member with this name.
    #[must_use]
    pub fn member(&self, name: &str) -> Option<&'static Member> {
        self.members.iter().find(|member| member.name == name)
    }
}

/// A member of an object in a request.
#[derive(Debug)]
#[non_exhaustive]
pub struct Member {
    /// Name on the wire.
    pub name: &'static str,
    /// Whether it must be given.
    pub required: bool,
    /// What values it takes.
    pub rule: Rule,
}

impl Member {
    /// Describes a member that may be left out.
    #[must_use]
    pub const fn optional(name: &'static str, rule: Rule) -> Self {
        Self { name, required: false, rule }
    }

    /// Describes a member that must be given.
    #[must_use]
    pub const fn required(name: &'static str, rule: Rule) -> Self {
        Self { name, required: true, rule }
    }
}
