//! The same help document in the output formats of different scrapers.

use std::fmt::Write as _;

use crate::shelf::{Doc, Row, Section, Table};

/// A layout: its name, and the function that renders a document.
pub type Layout = (&'static str, fn(&Doc) -> String);

pub const LAYOUTS: [Layout; 9] = [
    ("html", html),
    ("html, columns in another order", html_reordered),
    ("vertical", vertical),
    ("cell-pipe", cell_pipe),
    ("pipe-cell", pipe_cell),
    ("markdown", markdown),
    ("tabs", tabs),
    ("spaces", spaces),
    ("chinese", chinese),
];

/// Returns whether a layout keeps the bullets of a cell.
pub fn keeps_bullets(name: &str) -> bool {
    !name.ends_with("-pipe") && !name.ends_with("-cell")
}

const HEADINGS: [&str; 4] = ["Parameter", "Mandatory", "Type", "Description"];

fn cells(row: &Row, mandatory: bool, description: String) -> Vec<String> {
    let mut cells = vec![row.name.to_owned()];
    if mandatory {
        cells.push(row.mandatory.to_owned());
    }
    cells.extend([row.kind.to_owned(), description]);
    cells
}

fn headings(table: &Table) -> Vec<&'static str> {
    HEADINGS.into_iter().filter(|heading| table.mandatory || *heading != "Mandatory").collect()
}

/// Renders the parts of a document; a layout supplies the rendering of lines, tables and JSON.
fn document(
    doc: &Doc,
    titles: &[&str; 8],
    mut line: impl FnMut(&str) -> String,
    mut table: impl FnMut(usize, &Table) -> String,
    json: impl Fn(Option<&str>, &str) -> String,
    status_table: &str,
) -> String {
    let mut out = String::new();
    out.push_str(&line(doc.title));
    out.push_str(&line(titles[0]));
    out.push_str(&line("Finds books."));
    out.push_str(&line(titles[1]));
    out.push_str(&line(&format!("{} {}", doc.method, doc.path)));
    let mut number = 0;
    for section in [Section::Uri, Section::Request, Section::Response] {
        if section == Section::Request {
            out.push_str(&line(titles[2]));
        }
        if section == Section::Response {
            out.push_str(&line(titles[3]));
            out.push_str(&line(titles[7]));
        }
        for part in doc.tables.iter().filter(|table| table.section == section) {
            number += 1;
            out.push_str(&table(number, part));
        }
    }
    out.push_str(&line(titles[4]));
    out.push_str(&json(Some(doc.request_line), &doc.request));
    out.push_str(&line(titles[5]));
    out.push_str(&line(titles[7]));
    out.push_str(&json(None, &doc.response));
    out.push_str(&line(titles[6]));
    out.push_str(status_table);
    out
}

const ENGLISH: [&str; 8] = [
    "Function",
    "URI",
    "Request Parameters",
    "Response Parameters",
    "Example Requests",
    "Example Responses",
    "Status Codes",
    "Status code: 200",
];

fn vertical(doc: &Doc) -> String {
    let mut out = format!("Library> {}\n\nUpdated on {} GMT+08:00\n\n", doc.title, doc.updated);
    out += &document(
        doc,
        &ENGLISH,
        |text| format!("{text}\n\n"),
        |number, table| {
            let mut out = format!("Table {number} {}\n\n", table.caption);
            for cell in headings(table) {
                write!(out, "{cell}\n\n").unwrap();
            }
            for row in &table.rows {
                let mut text = row.text.join("\n\n");
                for bullet in &row.bullets {
                    write!(text, "\n\n  • {bullet}").unwrap();
                }
                for cell in cells(row, table.mandatory, text) {
                    write!(out, "{cell}\n\n").unwrap();
                }
            }
            out
        },
        |line, json| format!("{}{json}\n\n", line.map(|line| format!("{line}\n\n")).unwrap_or_default()),
        "Status Code\n\nDescription\n\n200\n\nBooks were found.\n",
    );
    out
}

fn chinese(doc: &Doc) -> String {
    const TITLES: [&str; 8] =
        ["功能介绍", "URI", "请求参数", "响应参数", "请求示例", "响应示例", "状态码", "状态码： 200"];
    let words = |text: &str| {
        text.replace("Minimum length:", "最小长度：")
            .replace("Maximum length:", "最大长度：")
            .replace("Minimum value:", "最小值：")
            .replace("Maximum value:", "最大值：")
            .replace("Definition:", "参数解释：")
            .replace("Constraints:", "约束限制：")
            .replace("Array length:", "数组长度：")
            .replace("Range:", "取值范围：")
            .replace("Default Value:", "默认取值：")
            .replace("N/A", "不涉及。")
    };
    let mut out = format!("更新时间：{}\n\n", doc.updated);
    out += &document(
        doc,
        &TITLES,
        |text| format!("{text}\n\n"),
        |number, table| {
            let caption = match table.caption {
                "Path parameters" => "路径参数",
                "Query parameters" => "Query参数",
                "Request header parameters" => "请求Header参数",
                "Request body parameters" => "请求Body参数",
                "Response body parameters" => "响应Body参数",
                other => other,
            };
            let mut out = format!("表{number} {caption}\n\n参数\n\n参数类型\n\n");
            if table.mandatory {
                out.push_str("是否必选\n\n");
            }
            out.push_str("描述\n\n");
            for row in &table.rows {
                write!(out, "{}\n\n{}\n\n", row.name, row.kind).unwrap();
                if table.mandatory {
                    write!(out, "{}\n\n", if row.mandatory == "Yes" { "是" } else { "否" }).unwrap();
                }
                write!(out, "{}\n\n", words(&row.text.join("\n\n"))).unwrap();
                for bullet in &row.bullets {
                    write!(out, "  • {bullet}\n\n").unwrap();
                }
            }
            out
        },
        |line, json| format!("{}{json}\n\n", line.map(|line| format!("{line}\n\n")).unwrap_or_default()),
        "状态码\n\n描述\n\n200\n\nBooks were found.\n\n错误码\n",
    );
    out
}

fn cell_pipe(doc: &Doc) -> String {
    piped(doc, false)
}

fn pipe_cell(doc: &Doc) -> String {
    piped(doc, true)
}

/// Renders a document without captions and bullets and with joined paragraphs; JSON is on one line or without its
/// indentation.
fn piped(doc: &Doc, opened: bool) -> String {
    let open = if opened { "|\n" } else { "" };
    let rule = |columns: usize| {
        if opened { format!("|{}\n", "---|".repeat(columns)) } else { format!("{}\n", "---|".repeat(columns)) }
    };
    let mut out = format!("Library> {}\nUpdated on {} GMT+08:00\n", doc.title, doc.updated);
    let status = format!(
        "{open}Status Code |\nDescription |\n{}{open}200 |\nBooks were found. |\nFeedback\nWas this page helpful?",
        rule(2)
    );
    out += &document(
        doc,
        &ENGLISH,
        |text| format!("{text}\n"),
        |_, table| {
            let mut out = open.to_owned();
            for cell in headings(table) {
                writeln!(out, "{cell} |").unwrap();
            }
            out.push_str(&rule(headings(table).len()));
            for row in &table.rows {
                out.push_str(open);
                let mut text = row.text.join(" ");
                if !row.bullets.is_empty() {
                    text.push('\n');
                }
                for cell in cells(row, table.mandatory, text) {
                    writeln!(out, "{cell} |").unwrap();
                }
            }
            out
        },
        |line, json| {
            let flat: Vec<&str> = json.lines().map(str::trim).collect();
            if opened {
                format!("{}{}\n", line.map(|line| format!("{line}\n")).unwrap_or_default(), flat.join("\n"))
            } else {
                format!("{}{}\n", line.map(|line| format!("{line} ")).unwrap_or_default(), flat.join(" "))
            }
        },
        &status,
    );
    out
}

fn markdown(doc: &Doc) -> String {
    let mut out = format!("Updated on {}\n\n", doc.updated);
    let mut first = true;
    out += &document(
        doc,
        &ENGLISH,
        |text| {
            let heading = std::mem::take(&mut first) || ENGLISH[..7].contains(&text);
            format!("{}{text}\n\n", if heading { "## " } else { "" })
        },
        |number, table| {
            let mut out = format!("**Table {number}** {}\n\n| {} |\n", table.caption, headings(table).join(" | "));
            writeln!(out, "|{}", " --- |".repeat(headings(table).len())).unwrap();
            for row in &table.rows {
                let mut text = row.text.join("<br>");
                for bullet in &row.bullets {
                    write!(text, "<br>- {bullet}").unwrap();
                }
                let mut cells = cells(row, table.mandatory, text);
                cells[0] = format!("**{}**", row.name.replace('_', "\\_"));
                writeln!(out, "| {} |", cells.join(" | ")).unwrap();
            }
            out.push('\n');
            out
        },
        |line, json| format!("```json\n{}{json}\n```\n\n", line.map(|line| format!("{line}\n")).unwrap_or_default()),
        "| Status Code | Description |\n| --- | --- |\n| 200 | Books were found. |\n",
    );
    out
}

fn tabs(doc: &Doc) -> String {
    rows(doc, "\t")
}

fn spaces(doc: &Doc) -> String {
    rows(doc, " ")
}

/// Renders one row per line; further paragraphs of a description follow on separate lines.
fn rows(doc: &Doc, gap: &str) -> String {
    let mut out = format!("Updated on {}\n", doc.updated);
    out += &document(
        doc,
        &ENGLISH,
        |text| format!("{text}\n"),
        |number, table| {
            let mut out = format!("Table {number} {}\n{}\n", table.caption, headings(table).join(gap));
            for row in &table.rows {
                let mut text = row.text.join("\n");
                for bullet in &row.bullets {
                    write!(text, "\n• {bullet}").unwrap();
                }
                writeln!(out, "{}", cells(row, table.mandatory, text).join(gap)).unwrap();
            }
            out
        },
        |line, json| format!("{}{json}\n", line.map(|line| format!("{line}\n")).unwrap_or_default()),
        &format!("Status Code{gap}Description\n200{gap}Books were found.\nError Codes\n"),
    );
    out
}

fn html(doc: &Doc) -> String {
    as_html(doc, &[0, 1, 2, 3])
}

fn html_reordered(doc: &Doc) -> String {
    as_html(doc, &[2, 3, 0, 1])
}

fn as_html(doc: &Doc, order: &[usize]) -> String {
    let escape = |text: &str| text.replace('&', "&amp;").replace('<', "&lt;").replace('"', "&quot;");
    let mut first = true;
    let body = document(
        doc,
        &ENGLISH,
        |text| {
            if std::mem::take(&mut first) {
                format!("<h1>{text}</h1><p>Updated on {} GMT+08:00</p>\n", doc.updated)
            } else if ENGLISH[..7].contains(&text) {
                format!("<h2>{text}</h2>\n")
            } else {
                format!("<p><strong>{text}</strong></p>\n")
            }
        },
        |number, table| {
            let pick = |cells: Vec<String>| -> Vec<String> {
                let all = if table.mandatory {
                    cells
                } else {
                    vec![cells[0].clone(), String::new(), cells[1].clone(), cells[2].clone()]
                };
                order.iter().filter(|at| table.mandatory || **at != 1).map(|at| all[*at].clone()).collect()
            };
            let heads: String = pick(headings(table).iter().map(|heading| (*heading).to_owned()).collect())
                .iter()
                .map(|cell| format!("<th><p>{cell}</p></th>"))
                .collect();
            let mut out = format!(
                "<table><caption><b>Table {number}</b> {}</caption><thead><tr>{heads}</tr></thead><tbody>\n",
                table.caption
            );
            for row in &table.rows {
                let mut text: String = row.text.iter().map(|text| format!("<p>{}</p>", escape(text))).collect();
                if !row.bullets.is_empty() {
                    let items: String = row.bullets.iter().map(|bullet| format!("<li><p>{bullet}</p></li>")).collect();
                    write!(text, "<ul>{items}</ul>").unwrap();
                }
                let cells: String =
                    pick(cells(row, table.mandatory, text)).iter().map(|cell| format!("<td>{cell}</td>")).collect();
                writeln!(out, "<tr>{cells}</tr>").unwrap();
            }
            out + "</tbody></table>\n"
        },
        |line, json| {
            format!(
                "<pre>{}{}</pre>\n",
                line.map(|line| format!("{}\n\n", escape(line))).unwrap_or_default(),
                escape(json)
            )
        },
        "<table><tr><th>Status Code</th><th>Description</th></tr><tr><td>200</td><td>Books were found.</td></tr></table>",
    );
    format!(
        "<!DOCTYPE html><html><head><title>x</title><script>if (a<b) {{}}</script></head><body>{body}</body></html>"
    )
}
