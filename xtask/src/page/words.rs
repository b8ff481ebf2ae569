//! The words that pages use for their own structure, in English and Chinese.

use std::sync::LazyLock;

use regex::Regex;

/// What a column of a table holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Column {
    Name,
    Mandatory,
    Type,
    Description,
    /// `Range`, `Default Value`, `Example Value`: a constraint in a column of its own.
    Limit(&'static str),
    /// Path, query, header or body, said row by row.
    Place,
    /// Columns of tables without parameters.
    Other,
}

impl Column {
    /// The column under this heading; nothing if it is no heading that is known.
    pub fn of(heading: &str) -> Option<Self> {
        let heading = heading.trim();
        // Headings are written in capitals; `type` is the name of a field.
        if heading.len() > 60 || heading.starts_with(|c: char| c.is_ascii_lowercase()) {
            return None;
        }
        Some(match heading.to_lowercase().trim_end_matches([':', '：']) {
            "parameter" | "parameters" | "parameter name" | "name" | "field" | "field name" | "attribute"
            | "element" | "header" | "参数" | "参数名" | "参数名称" | "名称" | "字段" | "字段名" | "字段名称"
            | "属性" => Self::Name,
            "mandatory"
            | "required"
            | "mandatory or not"
            | "mandatory/optional"
            | "mandatory (yes/no)"
            | "is mandatory"
            | "m/o"
            | "mandatory or optional"
            | "required or not"
            | "是否必选"
            | "是否必须"
            | "是否必填"
            | "必选"
            | "必选/可选"
            | "必填"
            | "是否为必选"
            | "必选项" => Self::Mandatory,
            "type" | "parameter type" | "data type" | "field type" | "value type" | "参数类型" | "类型"
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
            "default" | "default value" | "默认值" | "默认取值" | "缺省值" => Self::Limit("Default Value"),
            "example" | "example value" | "sample value" | "示例" | "示例值" | "样例" => Self::Limit("Example"),
            "location" | "in" | "position" | "parameter location" | "参数位置" | "位置" | "传参位置" => {
                Self::Place
            }
            "status code"
            | "http status code"
            | "returned value"
            | "return code"
            | "error code"
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
}

/// Parts of a page.
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
    /// The part that this heading opens.
    pub fn of(heading: &str) -> Option<Self> {
        let heading = heading.trim().trim_end_matches([':', '：']);
        if heading.len() > 60 {
            return None;
        }
        let lower = heading.to_lowercase();
        let singular = lower.strip_suffix('s').unwrap_or(&lower);
        Some(match singular {
            "function" | "description" if heading.starts_with('F') => Self::Function,
            "功能介绍" | "功能说明" | "接口说明" | "functional description" | "introduction" => {
                Self::Function
            }
            "uri" | "url" | "api path" => Self::Uri,
            "request" | "request parameter" | "request message" | "请求参数" | "请求" | "请求消息" => {
                Self::Request
            }
            "response" | "response parameter" | "response message" | "响应参数" | "响应" | "响应消息" | "返回参数" => {
                Self::Response
            }
            "example request" | "request example" | "sample request" | "请求示例" | "请求样例" => {
                Self::RequestExample
            }
            "example response" | "response example" | "sample response" | "响应示例" | "响应样例" | "返回示例" => {
                Self::ResponseExample
            }
            "statu code" | "status code" | "returned value" | "return value" | "returned code" | "状态码"
            | "返回值" | "返回码" => Self::StatusCodes,
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

/// A line without bullets, emphasis and the marks of a heading.
pub fn bare(line: &str) -> &str {
    let line = line.trim().trim_start_matches('#').trim_start();
    let line = line.strip_prefix(['•', '●', '◦', '▪']).unwrap_or(line).trim_start();
    let line = ["- ", "* ", "+ "].iter().find_map(|bullet| line.strip_prefix(bullet)).unwrap_or(line);
    line.trim_matches('*').trim_matches('`').trim()
}

fn pattern(text: &str) -> Regex {
    #[expect(clippy::expect_used, reason = "the patterns are constants, and every one is used by a test")]
    Regex::new(text).expect("a valid pattern")
}

macro_rules! patterns {
    ($($name:ident = $text:expr;)*) => { $(pub static $name: LazyLock<Regex> = LazyLock::new(|| pattern($text));)* };
}

patterns! {
    STATUS = r"(?i)^(?:status code|状态码)\s*[:：]?\s*(\d{3})\b";
    CAPTION = r"^(?:Table|表)\s*\d+(?:-\d+)?\b[:：]?\s*(.*)$";
    UPDATED = r"(?i)(?:updated on|updated at|last updated|更新时间)\s*[:：]?\s*(\d{4}-\d{2}-\d{2})";
    REQUEST_LINE = r"^(GET|POST|PUT|DELETE|PATCH|HEAD|OPTIONS)\s+(/\S*)$";
    SEPARATOR = r"^[|\s:-]*-{3,}[|\s:-]*\|[|\s:-]*$";
}

/// Whether a cell of the mandatory column says yes or no.
pub fn mandatory(cell: &str) -> Option<bool> {
    match cell.trim().to_lowercase().trim_end_matches('.') {
        "yes" | "y" | "m" | "mandatory" | "required" | "true" | "是" | "必选" | "必填" => Some(true),
        "no" | "n" | "o" | "optional" | "not required" | "false" | "否" | "可选" | "非必选" | "选填" => {
            Some(false)
        }
        _ => None,
    }
}

/// Whether a text can be the name of a field: one word, perhaps with a remark in parentheses.
pub fn is_field(text: &str) -> bool {
    let word = text.split_once(['(', '（']).map_or(text, |(word, _)| word).trim();
    let mut characters = word.chars();
    word.len() <= 80
        && characters.next().is_some_and(|c| c.is_alphabetic() || "_$@#<{".contains(c))
        && characters.all(|c| c.is_alphanumeric() || "_-.$@#[]:/<>{}*".contains(c))
        && !word.ends_with([':', '.'])
}

/// Labels within a description, which are never names of fields although they look like some.
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

/// Whether a line above a table reads like its caption, where nothing marks it as one.
pub fn is_caption(line: &str) -> bool {
    if CAPTION.is_match(line) {
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

/// Whether a text is a path of names, as `auth.identity.user`.
pub fn is_dotted(text: &str) -> bool {
    text.contains('.')
        && text
            .split('.')
            .all(|part| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || "_-[]".contains(c)))
}
