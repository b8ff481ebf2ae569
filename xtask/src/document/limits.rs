//! Lengths, ranges, allowed values and defaults, read from the description of a field.
//!
//! Knows the labels and phrases of the vendor in English and Chinese; must not know tables, layouts or the spec.

use super::{Fact, Kind};

/// An inclusive lower and upper bound.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Bounds {
    /// The lower bound.
    pub min: Option<i64>,
    /// The upper bound.
    pub max: Option<i64>,
}

impl Bounds {
    /// Returns whether there is neither a lower nor an upper bound.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.min.is_none() && self.max.is_none()
    }

    fn set(&mut self, min: Option<i64>, max: Option<i64>) {
        self.min = min.or(self.min);
        self.max = max.or(self.max);
    }
}

/// The documented constraints of a field.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Limits {
    /// The length of a string in characters; of a number, what the document calls its length.
    pub length: Bounds,
    /// The number of elements of a list.
    pub items: Bounds,
    /// The value of a number.
    pub value: Bounds,
    /// The first and the last value of a string for which a numeric range is documented.
    pub between: Option<(String, String)>,
    /// Whether only letters and digits are allowed.
    pub alphanumeric: bool,
    /// The allowed values.
    pub values: Fact<Vec<String>>,
    /// The default value.
    pub default: Fact<String>,
    /// Whether the document announces a range that the scrape lost.
    pub lost: bool,
    /// The constraints of each element of a list.
    pub element: Option<Box<Limits>>,
}

super::words::patterns! {
    // The labels that open a part of a description, longest first.
    LABEL = r"(?x)(?:^|[\s.;。；，])\s*(
        Definition|Description|Constraints?|Value\s[rR]ange|Range|Default\s[vV]alue|Default|Enumerat(?:ed|ion)\s[vV]alues?|(?:Valid|Supported|Possible)\s[vV]alues?|Value\soptions?
        |Minimum\s(?:length|value)|Maximum\s(?:length|value)|Minimum|Maximum|(?:Array|List)\slength|Element\slength|Length|Options|Example
        |参数解释|约束限制|取值范围|默认取值|默认值|缺省值|枚举值|最小长度|最大长度|最小值|最大值|数组长度|长度范围|最小|最大
        )\s*[:：]\s*|(?:^|[\s.;。；，])\s*(Values?)\s*[:：][\ ]*(?:\n|$)";
    // The same without a colon, in the fixed order of newer documents.
    COLONLESS = r"(^|[.。]\s+|N/A\s+|\n)(Definition|Constraints|Value\s[rR]ange|Range|Default\s[vV]alue)(\s)";
    SPAN = r"(?i)(-?\d[\d,]*)\s*(?:-|–|~|to|and|～|至|到)\s*(\d[\d,]*)(?:\s*(characters?|bytes|digits|letters|items|elements|个字符|字符|位))?";
    AT_MOST = r"(?i)(?:max(?:imum)?\.?(?: of)?|maximum length (?:is|of)|up to|at most|no more than|(?:can|must)\s?not exceed|最多|不超过)\s*:?\s*(\d[\d,]*)\s*(characters?|bytes|items|elements|个字符|字符)";
    MAX_VALUE = r"(?i)maximum(?:\svalue)?\s(?:is|value\sis)\s(-?\d[\d,]*)";
    MIN_VALUE = r"(?i)minimum(?:\svalue)?\s(?:is|value\sis)\s(-?\d[\d,]*)";
    EXACTLY = r"(?i)(?:^|contains?\s|of\s|is\s|\.\s)(?:exactly\s)?(\d[\d,]*)[\s-](?:characters?|digits)\b";
    LETTERS_AND_DIGITS = r"(?i)(?:letters and digits|digits and letters)";
    NUMBER = r"-?\d[\d,]*";
    RANGES = r"(?i)(?:ranges?\sfrom\s|(?:in\sthe\s)?range\s(?:of\s|is\s)?\[?|integer\sfrom\s)(-?\d[\d,]*)(?:\sto\s|\s?[-,–]\s?)(\d[\d,]*)";
    // In prose, a length or count is followed by its unit.
    COUNTED = r"(?i)(?:(\d[\d,]*)\s*(?:-|–|to)\s*)?(\d[\d,]*)\s(characters|bytes|elements|items)\b";
    DEFAULT_IS = r"(?i)默认值为\s*([^\s。，]+)|(?:the\s)?default\svalue\sis\s(\S+)|\bIt\sis\s(\S+)\sby\sdefault|\bdefaults\sto\s(\S+)";
    CHOICE = r"(?i)(?:value can be(?: set to)?:?|must be(?: either)?|value options?(?: are|:)|options are|possible options include|possible values(?: are|:)|value options include)\s+([^\n]*?)(?:\.(?:\s|$)|\n|;|$)";
    CONTAINS = r"(?i)value\s(?:contains|must\scontain|can\scontain|consists\sof)\s([^.\n]*\b(?:characters?|digits))\b";
    ONLY_LETTERS_AND_DIGITS = r"(?i)only\s(?:letters\sand\sdigits|digits\sand\sletters)";
    PARENTHESES = r"\([^()]*\)";
}

/// Reads the constraints of a field of this type from its description.
pub fn read(kind: Option<&Kind>, description: &str) -> Limits {
    let mut limits = Limits::default();
    let list = matches!(kind, Some(Kind::Array(_)));
    let number = matches!(kind, Some(Kind::Integer | Kind::Long | Kind::Number));
    let parts = parts(description);
    let mut in_element = false;
    for (index, (label, text)) in parts.iter().enumerate() {
        let label = label.to_lowercase();
        let next = parts.get(index + 1).map(|(label, _)| label.to_lowercase());
        let stated = statement(text);
        match label.as_str() {
            "element length" => in_element = true,
            "minimum length" | "最小长度" => set_length(&mut limits, list, in_element, number_in(text), None),
            "maximum length" | "最大长度" => set_length(&mut limits, list, in_element, None, number_in(text)),
            "minimum value" | "minimum" | "最小值" | "最小" => {
                set_value(&mut limits, number, list, number_in(text), None)
            }
            "maximum value" | "maximum" | "最大值" | "最大" => {
                set_value(&mut limits, number, list, None, number_in(text))
            }
            "default value" | "default" | "默认取值" | "默认值" | "缺省值" => {
                // `Default Value: Default value: 0`: a label directly before another does not mean a lost default.
                if !(stated.is_empty() && next.as_deref().is_some_and(|next| next.starts_with("default"))) {
                    limits.default = match stated {
                        "" => Fact::Lost,
                        "N/A" => Fact::Empty,
                        text if number.then(|| self::number(text)).flatten().is_some() => {
                            Fact::Stated(text.replace(',', ""))
                        }
                        text => Fact::Stated(text.trim_matches(['"', '\'']).to_owned()),
                    };
                }
            }
            "valid values" | "valid value" | "supported values" | "supported value" | "possible values"
            | "value options" | "value option" | "enumerated values" | "enumerated value" | "enumeration values"
            | "enumeration value" | "options" | "枚举值" | "values" | "value" => {
                let values = listed(text);
                limits.values = if values.is_empty() { Fact::Lost } else { Fact::Stated(values) };
            }
            "range" | "value range" | "取值范围" | "constraint" | "constraints" | "约束限制" | "array length"
            | "list length" | "length" | "数组长度" | "长度范围" => {
                let is_range = label.contains("range") || label == "取值范围";
                if stated == "N/A" {
                    continue;
                }
                if stated.is_empty() {
                    let refined = next.as_deref().is_some_and(|next| {
                        ["m", "array", "list", "length", "element", "enum", "最", "数组", "长度", "枚举", "value"]
                            .iter()
                            .any(|start| next.starts_with(start))
                            && next != "value range"
                    });
                    limits.lost |= is_range && !refined;
                    continue;
                }
                bounds(&mut limits, kind, &label, stated);
                if is_range && !number && limits.values == Fact::Silent {
                    let values = listed(stated);
                    // `Range: String` only repeats the type.
                    if !values.is_empty() && Kind::parse(stated).is_none() {
                        limits.values = Fact::Stated(values);
                    }
                }
            }
            "example" => {}
            _ => prose(&mut limits, kind, text),
        }
    }
    if limits.lost && limits.values == Fact::Silent {
        limits.values = Fact::Lost;
    }
    limits
}

/// Splits a description at its labels; the text before the first one has an empty label.
fn parts(description: &str) -> Vec<(String, String)> {
    let mut text = description
        .lines()
        .map(|line| {
            let line = line.trim();
            let label = super::words::is_label(line) && !line.ends_with([':', '：']);
            if label { format!("{line}:") } else { line.to_owned() }
        })
        .collect::<Vec<_>>()
        .join("\n");
    if text.starts_with("Definition ") && !text.starts_with("Definition :") {
        text = COLONLESS.replace_all(&text, "$1$2:$3").into_owned();
    }
    let mut parts = vec![(String::new(), String::new())];
    let mut from = 0;
    let mut search = 0;
    while let Some(found) = LABEL.captures_at(&text, search) {
        let (Some(whole), Some(label)) = (found.get(0), found.get(1).or_else(|| found.get(2))) else { break };
        if let Some(last) = parts.last_mut() {
            text[from..label.start()].trim().clone_into(&mut last.1);
        }
        parts.push((label.as_str().to_owned(), String::new()));
        from = whole.end();
        // The space after a label may also be the one before the next label.
        search = from - usize::from(text[..from].ends_with([' ', '\n']));
        search = search.max(label.end());
    }
    if let Some(last) = parts.last_mut() {
        text[from.min(text.len())..].trim().clone_into(&mut last.1);
    }
    parts
}

/// Returns the trimmed text of a part, with every spelling of "not applicable" as `N/A`.
fn statement(text: &str) -> &str {
    let text = text.trim().trim_end_matches(['.', '。']).trim();
    match text {
        "N/A" | "n/a" | "NA" | "None" | "不涉及" | "无" | "-" => "N/A",
        text => text,
    }
}

fn number(text: &str) -> Option<i64> {
    text.replace(',', "").parse().ok()
}

fn number_in(text: &str) -> Option<i64> {
    let found = NUMBER.find(text)?;
    let fraction =
        text[found.end()..].strip_prefix('.').is_some_and(|rest| rest.starts_with(|c: char| c.is_ascii_digit()));
    if fraction { None } else { number(found.as_str()) }
}

fn set_length(limits: &mut Limits, list: bool, in_element: bool, min: Option<i64>, max: Option<i64>) {
    if list || in_element {
        element(limits).length.set(min, max);
    } else {
        limits.length.set(min, max);
    }
}

/// Sets the bounds of a `Minimum:` or `Maximum:` label: of the value of a number, the elements of a list, or the length
/// of a string.
fn set_value(limits: &mut Limits, number: bool, list: bool, min: Option<i64>, max: Option<i64>) {
    let bounds = match (number, list) {
        (true, _) => &mut limits.value,
        (_, true) => &mut limits.items,
        _ => &mut limits.length,
    };
    bounds.set(min, max);
}

fn element(limits: &mut Limits) -> &mut Limits {
    limits.element.get_or_insert_default()
}

/// Reads the bounds under a label.
fn bounds(limits: &mut Limits, kind: Option<&Kind>, label: &str, text: &str) {
    let list = matches!(kind, Some(Kind::Array(_)));
    let is_number = matches!(kind, Some(Kind::Integer | Kind::Long | Kind::Number));
    let of_list =
        label.contains("array") || label.contains("list") || label.contains("数组") || (list && label == "length");
    if LETTERS_AND_DIGITS.is_match(text) {
        let target = if list { element(limits) } else { &mut *limits };
        target.alphanumeric = true;
    }
    let (min, max, unit) = if let Some(found) = span(text) {
        found
    } else if let Some(found) = AT_MOST.captures(text) {
        (None, number(&found[1]), found[2].to_lowercase())
    } else if let Some(found) = EXACTLY.captures(text) {
        (number(&found[1]), number(&found[1]), "characters".to_owned())
    } else {
        return;
    };
    if min.is_none() && max.is_none() {
        return;
    }
    let unit = if unit.contains("item") || unit.contains("element") { "items" } else { unit.as_str() };
    let target = match kind {
        _ if of_list || unit == "items" => &mut limits.items,
        _ if list && unit.is_empty() => &mut limits.items,
        _ if list => &mut element(limits).length,
        _ if is_number && (unit.is_empty() && label != "length") => &mut limits.value,
        _ => &mut limits.length,
    };
    target.set(min, max);
}

/// Returns the first span of numbers with its unit, ignoring those within dates, addresses and fractions.
fn span(text: &str) -> Option<(Option<i64>, Option<i64>, String)> {
    let part_of_more = |c: Option<char>| c.is_some_and(|c| c.is_ascii_digit() || ".:-/".contains(c));
    SPAN.captures_iter(text).find_map(|found| {
        let whole = found.get(0)?;
        let (before, after) = (text[..whole.start()].chars().next_back(), text[whole.end()..].chars().next());
        let full_stop = after == Some('.') && !text[whole.end() + 1..].starts_with(|c: char| c.is_ascii_digit());
        let (min, max) = (number(&found[1])?, number(&found[2])?);
        let whole_numbers = !part_of_more(before) && (full_stop || !part_of_more(after)) && min <= max;
        whole_numbers.then(|| (Some(min), Some(max), found.get(3).map_or("", |unit| unit.as_str()).to_lowercase()))
    })
}

/// Reads the constraints of unlabelled prose.
fn prose(limits: &mut Limits, kind: Option<&Kind>, text: &str) {
    let is_text = matches!(kind, Some(Kind::Text));
    let is_number = matches!(kind, Some(Kind::Integer | Kind::Long | Kind::Number));
    if let Some(found) = RANGES.captures(text) {
        let (first, last) = (&found[1], &found[2]);
        if is_text && first.bytes().chain(last.bytes()).all(|byte| byte.is_ascii_digit()) {
            limits.between = Some((first.to_owned(), last.to_owned()));
        }
        if is_number && limits.value.is_empty() {
            limits.value.set(number(first), number(last));
        }
    }
    if let Some(found) = DEFAULT_IS.captures(text)
        && let Some(value) = found.iter().skip(1).flatten().next()
    {
        let value = value.as_str().trim_end_matches(['.', ',', ';']).trim_matches(['"', '\'']);
        // An article introduces a description of the value, not the value.
        if !value.is_empty() && !matches!(value, "the" | "a" | "an" | "used" | "not") && limits.default == Fact::Silent
        {
            limits.default = Fact::Stated(value.to_owned());
        }
    }
    if is_text {
        if let Some(found) = CONTAINS.captures(text) {
            bounds(limits, kind, "length", &found[1]);
        } else if let Some(found) = COUNTED
            .captures(text)
            .filter(|found| limits.length.is_empty() && matches!(&found[3].to_lowercase()[..], "characters" | "bytes"))
        {
            let least = found.get(1).and_then(|least| number(least.as_str()));
            let at_most = least.is_some() || AT_MOST.is_match(text);
            if at_most {
                limits.length.set(least, number(&found[2]));
            }
        }
        limits.alphanumeric |= ONLY_LETTERS_AND_DIGITS.is_match(text);
    } else {
        let max = MAX_VALUE.captures(text).and_then(|found| number(&found[1]));
        let min = MIN_VALUE.captures(text).and_then(|found| number(&found[1]));
        limits.value.set(min, max);
        if let (Some(Kind::Array(_)), Some(found)) = (kind, AT_MOST.captures(text))
            && matches!(&found[2].to_lowercase()[..], "items" | "elements")
            && limits.items.is_empty()
        {
            limits.items.set(None, number(&found[1]));
        }
    }
    if let Some(found) = CHOICE.captures(text)
        && limits.values == Fact::Silent
        && !matches!(kind, Some(Kind::Integer | Kind::Long | Kind::Number | Kind::Boolean | Kind::Object(_)))
    {
        let values = listed(&found[1]);
        // `must be specified` is not a value; several alternatives are.
        if !values.is_empty() && (values.len() > 1 || !found[0].to_lowercase().starts_with("must")) {
            limits.values = Fact::Stated(values);
        }
    }
}

/// Returns the values of a list: one per line, or separated by commas, `and`, `or` or slashes. Explanations of values
/// are left out.
fn listed(text: &str) -> Vec<String> {
    let text = PARENTHESES.replace_all(text, "");
    let lines: Vec<&str> = text.lines().map(str::trim).filter(|line| !line.is_empty()).collect();
    let mut values = Vec::new();
    for line in &lines {
        let line = super::words::bare(line).trim_end_matches(['.', '。', ';', '；']).trim();
        let head = line.split_once([':', '：']).map_or(line, |(value, _)| value).trim();
        if head != line && is_value(head) {
            values.push(head.to_owned());
            continue;
        }
        let line = line.replace(" and ", ",").replace(" or ", ",").replace(['，', '、'], ",");
        let separator = if line.contains(',') || !line.contains('/') { ',' } else { '/' };
        values.extend(
            line.split(separator)
                .map(|value| value.trim().trim_matches(['"', '\'']).to_owned())
                .filter(|value| !value.is_empty()),
        );
    }
    if values.iter().all(|value| is_value(value)) { values } else { Vec::new() }
}

/// Returns whether a text can be a value: a single word that is not a range.
fn is_value(text: &str) -> bool {
    !text.is_empty()
        && text.len() <= 64
        && !text.contains(char::is_whitespace)
        && !matches!(text, "N/A" | "None" | "-")
        && SPAN.find(text).is_none_or(|found| found.len() < text.len())
}
