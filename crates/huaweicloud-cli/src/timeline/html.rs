//! HTML as text: services keep what their web pages edit.

/// Elements that a text may hold; other words in angle brackets are text.
const ELEMENTS: &[&str] = &[
    "a",
    "b",
    "blockquote",
    "br",
    "code",
    "div",
    "em",
    "font",
    "h1",
    "h2",
    "h3",
    "h4",
    "h5",
    "h6",
    "hr",
    "i",
    "img",
    "li",
    "ol",
    "p",
    "pre",
    "s",
    "span",
    "strong",
    "sub",
    "sup",
    "table",
    "tbody",
    "td",
    "th",
    "thead",
    "tr",
    "u",
    "ul",
];

/// Characters that are written as references.
const REFERENCES: &[(&str, &str)] =
    &[("&lt;", "<"), ("&gt;", ">"), ("&quot;", "\""), ("&#39;", "'"), ("&nbsp;", " "), ("&amp;", "&")];

/// Returns a text without the tags of HTML, each of which becomes a space. A text without tags is unchanged.
pub fn text(html: &str) -> String {
    let mut text = String::with_capacity(html.len());
    let mut rest = html;
    let mut has_tags = false;
    while let Some(start) = rest.find('<') {
        text += &rest[..start];
        rest = &rest[start..];
        let name = rest[1..].trim_start_matches('/');
        let name: String = name.chars().take_while(char::is_ascii_alphanumeric).collect();
        match tag_end(rest).filter(|_| ELEMENTS.contains(&name.to_ascii_lowercase().as_str())) {
            Some(end) => {
                text.push(' ');
                rest = &rest[end + 1..];
                has_tags = true;
            }
            None => {
                text.push('<');
                rest = &rest[1..];
            }
        }
    }
    text += rest;
    if !has_tags {
        return html.to_owned();
    }
    REFERENCES.iter().fold(text, |text, (reference, character)| text.replace(reference, character))
}

/// Returns where the tag at the beginning of a text ends; the value of an attribute may hold the character, too.
fn tag_end(tag: &str) -> Option<usize> {
    let mut quote = None;
    tag.char_indices().find_map(|(index, c)| {
        match (quote, c) {
            (None, '>') => return Some(index),
            (None, '"' | '\'') => quote = Some(c),
            (Some(open), c) if open == c => quote = None,
            _ => {}
        }
        None
    })
}

#[cfg(test)]
mod tests {
    use super::text;

    #[test]
    fn tags_go_and_texts_stay() {
        let story = r#"<p style="a>b"><span> As </span><User role></p><p><br></p>x &lt; y &amp;amp; z"#;
        assert_eq!(text(story).split_whitespace().collect::<Vec<_>>().join(" "), r#"As <User role> x < y &amp; z"#);
        for plain in ["a < b > c", "<to do something>", "1 &lt; 2", "<", "<p", ""] {
            assert_eq!(text(plain), plain);
        }
    }
}
