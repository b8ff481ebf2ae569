//! The words that documents use for their own structure, in English and Chinese.
//!
//! Knows headings, labels and captions; must not know blocks, layouts or the spec.

use regex::Regex;

/// The meaning of a table column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    Mandatory,
    Type,
    Description,
    /// `Range`, `Default Value`, `Example Value`: a constraint in a column of its own.
    Limit(&'static str),
    /// Path, query, header or body, stated for each row.
    Place,
    /// A column of a table without parameters.
    Other,
}

impl Column {
    /// Returns the column of a heading on a line of its own. There a lower-case `type` is the name of a field: headings
    /// are capitalized.
    pub fn of_line(line: &str) -> Option<Self> {
        if line.starts_with(|c: char| c.is_ascii_lowercase()) { None } else { Self::of(line) }
    }

    /// Returns the column of a heading; `None` if the heading is unknown.
    pub fn of(heading: &str) -> Option<Self> {
        let heading = heading.trim().trim_end_matches([':', '：', '*', '?', ' ']);
        if heading.len() > 60 {
            return None;
        }
        Some(match heading.to_lowercase().as_str() {
            "parameter" | "parameters" | "parameter name" | "name" | "field" | "field name" | "attribute"
            | "attribute name" | "element" | "header" | "key" | "property" | "item" | "argument" | "response item"
            | "参数" | "参数名" | "参数名称" | "名称" | "字段" | "字段名" | "字段名称" | "属性" => {
                Self::Name
            }
            "mandatory"
            | "required"
            | "mandatory or not"
            | "mandatory/optional"
            | "optional/mandatory"
            | "required/optional"
            | "mandatory (yes/no)"
            | "is mandatory"
            | "m/o"
            | "mandatory or optional"
            | "required or not"
            | "是否必选"
            | "是否必须"
            | "是否必填"
            | "是否必需"
            | "必选"
            | "必选/可选"
            | "必填"
            | "是否为必选"
            | "必选项" => Self::Mandatory,
            "type" | "types" | "parameter type" | "data type" | "field type" | "value type" | "参数类型" | "类型"
            | "数据类型" | "字段类型" => Self::Type,
            "description"
            | "descriptions"
            | "meaning"
            | "remarks"
            | "remark"
            | "explanation"
            | "parameter description"
            | "描述"
            | "说明"
            | "参数说明"
            | "参数解释"
            | "含义"
            | "备注"
            | "参数描述" => Self::Description,
            "range" | "value range" | "allowed values" | "取值范围" | "取值" => Self::Limit("Range"),
            "constraint" | "constraints" | "约束限制" => Self::Limit("Constraints"),
            "default" | "default value" | "默认值" | "默认取值" | "缺省值" => Self::Limit("Default Value"),
            "example" | "example value" | "sample value" | "示例" | "示例值" | "样例" => Self::Limit("Example"),
            "location" | "in" | "position" | "parameter location" | "参数位置" | "位置" | "传参位置" => {
                Self::Place
            }
            "status code"
            | "http status code"
            | "returned value"
            | "return value"
            | "returned values"
            | "return values"
            | "return code"
            | "error code"
            | "message"
            | "error message"
            | "solution"
            | "measure"
            | "handling measure"
            | "action"
            | "access level"
            | "resource type"
            | "resource type (*: required)"
            | "condition key"
            | "alias"
            | "dependent action"
            | "length"
            | "no."
            | "crud"
            | "状态码"
            | "错误码"
            | "错误信息"
            | "处理措施"
            | "返回值"
            | "授权项"
            | "访问级别" => Self::Other,
            _ => return None,
        })
    }

    /// Returns whether a table with these columns describes parameters or fields.
    pub fn are_of_fields(columns: &[Option<Self>]) -> bool {
        let has = |wanted| columns.contains(&Some(wanted));
        has(Self::Name) && (has(Self::Type) || has(Self::Mandatory) || has(Self::Description))
    }
}

/// A section of a document.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Section {
    Function,
    Uri,
    Request,
    Response,
    RequestExample,
    ResponseExample,
    StatusCodes,
    ErrorCodes,
    Other,
}

impl Section {
    /// Returns the section that a heading opens; `None` if the text is not the heading of a section.
    pub fn of(heading: &str) -> Option<Self> {
        let heading = heading.trim().trim_end_matches([':', '：']);
        // `Example Request (Creating a Key)`
        let heading = heading
            .split_once([' ', '（'])
            .map_or(heading, |_| heading.split(['(', '（']).next().unwrap_or(heading))
            .trim();
        // In all capitals or in lower case, the word is a value: `FUNCTION`, `function`.
        let shouted = heading.len() > 3 && heading.is_ascii() && !heading.contains(|c: char| c.is_ascii_lowercase());
        if heading.len() > 60 || heading.starts_with(|c: char| c.is_ascii_lowercase()) || shouted {
            return None;
        }
        let lower = heading.to_lowercase();
        let singular = lower.strip_suffix('s').unwrap_or(&lower);
        Some(match singular {
            "function"
            | "function description"
            | "functional description"
            | "introduction"
            | "功能介绍"
            | "功能说明"
            | "接口说明" => Self::Function,
            "uri" | "url" | "api path" => Self::Uri,
            "request" | "request parameter" | "request message" | "request body" | "请求参数" | "请求" | "请求消息" => {
                Self::Request
            }
            "response" | "response parameter" | "response message" | "response body" | "响应参数" | "响应"
            | "响应消息" | "返回参数" => Self::Response,
            "example request" | "request example" | "sample request" | "request sample" | "example of request"
            | "请求示例" | "请求样例" => Self::RequestExample,
            "example response"
            | "response example"
            | "sample response"
            | "response sample"
            | "example of response"
            | "响应示例"
            | "响应样例"
            | "返回示例" => Self::ResponseExample,
            "statu code" | "status code" | "returned value" | "return value" | "returned code" | "return code"
            | "状态码" | "返回值" | "返回码" => Self::StatusCodes,
            "error code" | "错误码" => Self::ErrorCodes,
            "calling method"
            | "api calling"
            | "debugging"
            | "authorization"
            | "authorization information"
            | "prerequisite"
            | "sdk sample code"
            | "feedback"
            | "调试"
            | "调用方法"
            | "授权信息"
            | "代码示例" => Self::Other,
            _ => return None,
        })
    }
}

/// Returns a line without heading marks, bullets and backticks.
pub fn bare(line: &str) -> &str {
    let line = line.trim();
    let line = line.strip_prefix('#').map_or(line, |rest| match rest.trim_start_matches('#') {
        rest if rest.starts_with(' ') => rest.trim_start(),
        // `#tag` is a name, not a heading.
        _ => line,
    });
    let line = line.strip_prefix(['•', '●', '◦', '▪']).unwrap_or(line).trim_start();
    let line = ["- ", "* ", "+ "].iter().find_map(|bullet| line.strip_prefix(bullet)).unwrap_or(line);
    line.trim_matches('`').trim()
}

/// Returns whether a line is a list item.
pub fn is_bulleted(line: &str) -> bool {
    let line = line.trim_start();
    line.starts_with(['•', '●', '◦', '▪']) || ["- ", "* ", "+ "].iter().any(|bullet| line.starts_with(bullet))
}

/// Compiles a pattern that is known to be valid.
pub fn pattern(text: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "the patterns are constants, and every one is used by a test")]
    Regex::new(text).expect("a valid pattern")
}

macro_rules! patterns {
    ($($name:ident = $text:expr;)*) => {
        $(pub(in crate::document) static $name: std::sync::LazyLock<regex::Regex> =
            std::sync::LazyLock::new(|| super::words::pattern($text));)*
    };
}
pub(super) use patterns;

patterns! {
    STATUS = r"(?i)^(?:status code|状态码)\s*[:：]?\s*(\d{3})\b";
    CAPTION = r"^(?:Table\s*\d+(?:-\d+)?[:：]?\s+|表\s*\d+(?:-\d+)?[:：]?\s*)(.+)$";
    UPDATED = r"(?i)(?:updated on|updated at|last updated|更新时间)\s*[:：]?\s*(\d{4}-\d{2}-\d{2})";
    REQUEST_LINE = r"^(?:URI(?:\sformat)?\s*[:：]\s*)?(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)\s*[:：]?\s+(?:https?://[^/\s]+)?(/[^\s?;]*|v\d[^\s?;]*/[^\s?;]*)";
    METHOD = r"^(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)$";
    SEPARATOR = r"^[|\s:-]*-{3,}[|\s:-]*\|[|\s:-]*$";
}

/// Returns the text of a caption after its number; `None` for a sentence about a table.
pub fn caption(line: &str) -> Option<&str> {
    let text = CAPTION.captures(line)?.get(1)?.as_str().trim();
    let sentence =
        ["describes ", "lists ", "shows ", "provides ", "is ", "gives "].iter().any(|verb| text.starts_with(verb));
    (!sentence && !text.ends_with(['.', '。'])).then_some(text)
}

/// Parses a cell of the mandatory column; `None` if it is neither yes nor no.
pub fn mandatory(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().trim_end_matches('.') {
        "yes" | "y" | "m" | "mandatory" | "required" | "true" | "是" | "必选" | "必填" => Some(true),
        "no" | "n" | "o" | "optional" | "not required" | "false" | "否" | "可选" | "非必选" | "选填" => {
            Some(false)
        }
        _ => None,
    }
}

/// Returns whether a text can be the name of a field: a single word, optionally with a remark in parentheses.
pub fn is_field(text: &str) -> bool {
    let word = text.split_once(['(', '（']).map_or(text, |(word, _)| word).trim();
    let mut characters = word.chars();
    word.len() <= 80
        && characters.next().is_some_and(|c| c.is_alphabetic() || "_$@#<{[\"".contains(c))
        && characters.all(|c| c.is_alphanumeric() || "_-.$@#[]:/<>{}*\"".contains(c))
        && !word.ends_with([':', '.'])
}

/// Returns whether a text is a label within a description, which looks like the name of a field but never is one.
pub fn is_label(text: &str) -> bool {
    matches!(
        text.trim_end_matches([':', '：', ' ']),
        "Definition"
            | "Constraints"
            | "Constraint"
            | "Range"
            | "Value range"
            | "Value Range"
            | "Default value"
            | "Default Value"
            | "Minimum"
            | "Maximum"
            | "Options"
            | "Example"
            | "约束限制"
            | "取值范围"
            | "默认取值"
            | "默认值"
            | "参数解释"
    )
}

/// Returns whether an unmarked line above a table reads like its caption.
pub fn is_caption(line: &str) -> bool {
    if caption(line).is_some() {
        return true;
    }
    let lower = line.to_lowercase();
    let about = ["parameter", "header", "body", "query", "path", "参数", "消息头", "消息体"];
    !line.ends_with(['.', ',', ';', ':', '。', '：'])
        && line.split_whitespace().count() <= 8
        && line.len() <= 100
        && about.iter().any(|word| lower.contains(word))
        && !is_field(line)
        || is_dotted(line)
}

/// Returns whether a text is a dotted path of names, such as `auth.identity.user`.
pub fn is_dotted(text: &str) -> bool {
    text.contains('.')
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "_-[]".contains(c)))
}
