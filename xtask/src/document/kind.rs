//! The types of fields, as documents write them in their type column.
//!
//! Knows their English and Chinese spellings; must not know the types of the spec or of the generated code.

use std::fmt;

/// A documented type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `String`
    Text,
    /// `Integer`, `int`
    Integer,
    /// `Long`
    Long,
    /// `Float`, `Double`, `Number`
    Number,
    /// `Boolean`
    Boolean,
    /// `Object`, or `X object` with the name of its schema.
    Object(Option<String>),
    /// `Array of X objects`, `X[]`, `List<X>`; `None` if the element type is not stated.
    Array(Option<Box<Kind>>),
    /// `Map<String,X>`; `None` if the value type is not stated.
    Map(Option<Box<Kind>>),
    /// `File`
    Binary,
    /// A type that is unknown or ambiguous, as written.
    Other(String),
}

impl Kind {
    /// Parses a type as documents write it; `None` if the text is not a type.
    #[must_use]
    pub fn parse(text: &str) -> Option<Self> {
        let text = text.trim().trim_end_matches('.');
        if text.is_empty() || text.len() > 120 || text.contains('\n') {
            return None;
        }
        // ASCII only, so that byte offsets are the same in both texts.
        let lower = text.to_ascii_lowercase();
        if let Some(base) = Self::base(&lower) {
            return Some(base);
        }
        for (prefix, plural) in
            [("[]", false), ("arrays of ", true), ("array of ", true), ("list of ", true), ("lists of ", true)]
        {
            if let Some(rest) = lower.strip_prefix(prefix) {
                let item = &text[text.len() - rest.len()..];
                return Self::item(item, plural).map(|item| Self::Array(Some(Box::new(item))));
            }
        }
        for suffix in ["[]", " array", " arrays", " list", "数组"] {
            if let Some(rest) =
                lower.strip_suffix(suffix).filter(|rest| !rest.is_empty() && rest.split(' ').count() <= 3)
            {
                let item = Self::item(text.get(..rest.len())?, true)?;
                return Some(Self::Array(Some(Box::new(item))));
            }
        }
        for (prefix, close) in [("array(", ')'), ("list(", ')'), ("array[", ']'), ("list[", ']')] {
            if let Some(rest) = lower.strip_prefix(prefix).filter(|rest| rest.ends_with(close)) {
                let inner = text.get(text.len() - rest.len()..text.len() - 1)?;
                return Self::item(inner, true).map(|item| Self::Array(Some(Box::new(item))));
            }
        }
        if let Some((head, inner)) = text.strip_suffix('>').and_then(|text| text.split_once('<')) {
            let inner = inner.split_once(',').map_or(inner, |(_, value)| value);
            let inner = Some(Box::new(Self::item(inner, true)?));
            return match head.trim().to_lowercase().as_str() {
                "array" | "list" | "set" | "arraylist" => Some(Self::Array(inner)),
                "map" | "hashmap" | "object" | "dict" => Some(Self::Map(inner)),
                _ => None,
            };
        }
        for prefix in ["map of ", "object of "] {
            if let Some(rest) = lower.strip_prefix(prefix) {
                let item = Self::item(text.get(text.len() - rest.len()..)?, true)?;
                return Some(if prefix.starts_with("map") {
                    Self::Map(Some(Box::new(item)))
                } else {
                    Self::Object(item.object().map(str::to_owned))
                });
            }
        }
        for suffix in [" object", " objects", " data structure", " structure", "对象"] {
            if let Some(name) = lower.strip_suffix(suffix) {
                let name = text.get(..name.len())?.trim().trim_matches(['[', ']']);
                let words = name.split(' ').count();
                // `Firewall Rule objects`, but not `Information about the object`.
                let named = is_name(name)
                    || (words <= 3
                        && name.split(' ').all(|word| is_name(word) && word.starts_with(char::is_uppercase)));
                return named.then(|| Self::Object(Some(name.replace(' ', ""))));
            }
        }
        // A choice between two types, or a type without information.
        let either = |separator: &str| {
            text.split(separator).count() > 1 && text.split(separator).all(|part| Self::parse(part).is_some())
        };
        if either("/") || either(" or ") || matches!(lower.as_str(), "null" | "any" | "anyof" | "oneof") {
            return Some(Self::Other(text.to_owned()));
        }
        // A type with a length or a format, such as `String(64)` and `integer (int64)`.
        let (head, format) = text.split_once('(')?;
        let format = format.strip_suffix(')')?.trim().to_lowercase();
        let is_size = format.chars().all(|c| c.is_ascii_digit() || ",-~ ".contains(c));
        if !is_size && format.contains(' ') {
            return None;
        }
        let head = Self::base(&head.trim().to_lowercase())?;
        Some(if head == Self::Integer && format == "int64" { Self::Long } else { head })
    }

    /// Parses the element type of a list or map, where a bare name is the name of an object.
    fn item(text: &str, plural: bool) -> Option<Self> {
        let text = text.trim();
        Self::parse(text)
            .or_else(|| {
                plural.then(|| text.strip_suffix('s')).flatten().and_then(|one| Self::base(&one.to_lowercase()))
            })
            .or_else(|| is_name(text).then(|| Self::Object(Some(text.to_owned()))))
    }

    fn base(lower: &str) -> Option<Self> {
        Some(match lower {
            "string" | "strings" | "str" | "text" | "varchar" | "char" | "字符串" | "date" | "datetime"
            | "timestamp" | "time" | "uuid" | "enum" | "enumeration" => Self::Text,
            "integer" | "integers" | "int" | "int32" | "short" | "整型" | "整数" => Self::Integer,
            "long" | "longs" | "int64" | "bigint" | "长整型" => Self::Long,
            "number" | "numbers" | "float" | "floats" | "double" | "doubles" | "bigdecimal" | "decimal" | "浮点型"
            | "数字" => Self::Number,
            "boolean" | "booleans" | "bool" | "布尔" | "布尔型" => Self::Boolean,
            "object" | "objects" | "json" | "jsonobject" | "json object" | "struct" | "dict" | "对象" => {
                Self::Object(None)
            }
            "array" | "arrays" | "list" | "lists" | "jsonarray" | "json array" | "数组" | "列表" => {
                Self::Array(None)
            }
            "map" => Self::Map(None),
            "file" | "binary" | "byte[]" | "文件" => Self::Binary,
            _ => return None,
        })
    }

    /// Returns the name of the object that the type refers to, directly or through lists and maps.
    #[must_use]
    pub fn object(&self) -> Option<&str> {
        match self {
            Self::Object(name) => name.as_deref(),
            Self::Array(Some(item)) | Self::Map(Some(item)) => item.object(),
            _ => None,
        }
    }

    /// Returns whether a later table may list the fields of the type.
    #[must_use]
    pub fn is_structure(&self) -> bool {
        match self {
            Self::Object(_) | Self::Array(None) => true,
            Self::Array(Some(item)) | Self::Map(Some(item)) => item.is_structure(),
            _ => false,
        }
    }
}

/// Returns whether a text can be the name of a type: a single word, possibly dotted.
fn is_name(text: &str) -> bool {
    !text.is_empty() && text.chars().all(|c| c.is_alphanumeric() || "_-.".contains(c))
}

impl fmt::Display for Kind {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Text => f.write_str("String"),
            Self::Integer => f.write_str("Integer"),
            Self::Long => f.write_str("Long"),
            Self::Number => f.write_str("Number"),
            Self::Boolean => f.write_str("Boolean"),
            Self::Binary => f.write_str("File"),
            Self::Object(None) => f.write_str("Object"),
            Self::Object(Some(name)) => write!(f, "{name} object"),
            Self::Array(None) => f.write_str("Array"),
            Self::Array(Some(item)) => write!(f, "Array of {item}"),
            Self::Map(None) => f.write_str("Map"),
            Self::Map(Some(item)) => write!(f, "Map of {item}"),
            Self::Other(word) => f.write_str(word),
        }
    }
}
