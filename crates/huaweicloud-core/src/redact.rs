//! Redaction of secrets in responses: a gateway may repeat parts of the request, in any form that JSON allows, or within
//! base64.

use base64::{Engine as _, engine::general_purpose::STANDARD_NO_PAD};
use zeroize::Zeroizing;

use crate::codegen::repair::escaped_unit;

/// How deeply JSON nested in JSON strings is unescaped: deeper than services nest it.
const LAYERS: usize = 4;

/// Redacts these secrets in a text, even if JSON escapes some of their characters, once or several times.
pub(crate) fn redact<S: AsRef<str>>(text: &str, secrets: &[S]) -> String {
    redact_until(text, text.len(), secrets)
}

/// Returns the beginning of a text, at most `longest` characters, with these secrets redacted. The rest of a long text
/// is not scanned.
pub(crate) fn excerpt<S: AsRef<str>>(text: &str, longest: usize, secrets: &[S]) -> String {
    /// Bytes that can become part of an excerpt: more than it shows, because redaction shortens the text.
    const LOOKED_AT: usize = 16 * 1024;
    /// Length of an escaped byte, in bytes.
    const ESCAPED: usize = 12;
    /// Length of base64 divided by the length of the bytes, rounded up.
    const ENCODED: usize = 2;
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let until = floor(LOOKED_AT);
    // A secret that begins before the end must be seen completely.
    let longest_secret = secrets.iter().map(|secret| secret.as_ref().len()).max().unwrap_or(0);
    let seen = &text[..floor(until + longest_secret * ENCODED * ESCAPED)];
    redact_until(seen, until, secrets).chars().take(longest).collect()
}

/// Redacts the text up to `until`; a secret that extends beyond it is redacted completely.
fn redact_until<S: AsRef<str>>(text: &str, until: usize, secrets: &[S]) -> String {
    let secrets = secrets.iter().map(AsRef::as_ref).filter(|secret| !secret.is_empty());
    let forms: Vec<Zeroizing<String>> = secrets.flat_map(forms).collect();
    let mut spans = Vec::new();
    let mut layer = Some(Layer { text: Zeroizing::new(text.to_owned()), source: None });
    for _ in 0..LAYERS {
        let Some(present) = layer else { break };
        for form in &forms {
            let found = present.text.match_indices(form.as_str());
            spans.extend(found.map(|(at, found)| present.span(at, at + found.len())));
        }
        layer = present.unescaped();
    }
    spans.sort_unstable();
    let (mut shown, mut at) = (String::new(), 0);
    for (start, end) in spans.into_iter().filter(|(start, _)| *start < until) {
        if start >= at {
            shown.push_str(&text[at..start]);
            shown.push_str("(redacted)");
        }
        at = at.max(end);
    }
    shown.push_str(text.get(at..until).unwrap_or_default());
    shown
}

/// Returns a secret as it is, and what of it stands in any base64 text that encodes it together with other bytes.
fn forms(secret: &str) -> Vec<Zeroizing<String>> {
    /// The shortest part of a base64 text that is not likely to stand in another text by chance.
    const SHORTEST: usize = 8;
    let mut forms = vec![Zeroizing::new(secret.to_owned())];
    for before in 0..3 {
        let bytes = Zeroizing::new([&[0; 3][..before], secret.as_bytes()].concat());
        let encoded = Zeroizing::new(STANDARD_NO_PAD.encode(&*bytes));
        // The characters at both ends also depend on the bytes next to the secret.
        let within = (before * 8).div_ceil(6)..bytes.len() * 8 / 6;
        let Some(within) = encoded.get(within).filter(|within| within.len() >= SHORTEST) else { continue };
        forms.push(Zeroizing::new(within.replace('+', "-").replace('/', "_")));
        forms.push(Zeroizing::new(within.to_owned()));
    }
    forms
}

/// A text after some rounds of unescaping.
struct Layer {
    text: Zeroizing<String>,
    /// For each byte, its start and end in the original text; `None` for the original text itself.
    source: Option<Vec<(usize, usize)>>,
}

impl Layer {
    /// Returns the range of the original text that corresponds to a range of this one.
    fn span(&self, start: usize, end: usize) -> (usize, usize) {
        match &self.source {
            None => (start, end),
            Some(source) => (source[start].0, source[end - 1].1),
        }
    }

    /// Unescapes the text once more; returns `None` if nothing is escaped.
    fn unescaped(&self) -> Option<Self> {
        let first = self.text.find('\\')?;
        let mut text = Zeroizing::new(String::with_capacity(self.text.len()));
        let mut source = Vec::with_capacity(self.text.len());
        let mut at = 0;
        let mut next = first;
        loop {
            let plain = at..next;
            source.extend(plain.clone().map(|byte| self.span(byte, byte + 1)));
            text.push_str(&self.text[plain]);
            if next == self.text.len() {
                break;
            }
            let (character, length) = unescape(&self.text[next..]);
            text.push(character);
            source.extend(std::iter::repeat_n(self.span(next, next + length), character.len_utf8()));
            at = next + length;
            next = self.text[at..].find('\\').map_or(self.text.len(), |found| at + found);
        }
        Some(Self { text, source: Some(source) })
    }
}

/// Returns the first character of a text that begins with a backslash, and the length of its escape in bytes.
fn unescape(text: &str) -> (char, usize) {
    if let Some(first) = escaped_unit(text, 0) {
        let pair = escaped_unit(text, 6).and_then(|second| char::decode_utf16([first, second]).next()?.ok());
        return match pair {
            Some(character) if character.len_utf16() == 2 => (character, 12),
            _ => (char::from_u32(first.into()).unwrap_or(char::REPLACEMENT_CHARACTER), 6),
        };
    }
    match text.chars().nth(1) {
        Some('n') => ('\n', 2),
        Some('t') => ('\t', 2),
        Some('r') => ('\r', 2),
        Some('b') => ('\u{8}', 2),
        Some('f') => ('\u{c}', 2),
        Some(other @ ('"' | '\\' | '/')) => (other, 2),
        // Not a JSON escape.
        _ => ('\\', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// Returns a text as a JSON string could contain it, with some characters escaped unnecessarily.
    fn escaped(text: &str, random: &mut fastrand::Rng) -> String {
        let mut out = String::new();
        for character in text.chars() {
            match character {
                _ if random.u8(..4) == 0 => {
                    let mut units = [0; 2];
                    for unit in character.encode_utf16(&mut units) {
                        out.push_str(&if random.bool() { format!("\\u{unit:04x}") } else { format!("\\u{unit:04X}") });
                    }
                }
                '/' if random.bool() => out.push_str("\\/"),
                '"' => out.push_str("\\\""),
                '\\' => out.push_str("\\\\"),
                '\n' => out.push_str("\\n"),
                other => out.push(other),
            }
        }
        out
    }

    #[test]
    fn secrets_are_found_in_every_encoding_of_json() {
        let mut random = fastrand::Rng::with_seed(7);
        let alphabet: Vec<char> = "abcXYZ019+/=\"\\\n é日😀".chars().collect();
        for _ in 0..5_000 {
            let secret: String = (0..random.usize(6..24)).map(|_| alphabet[random.usize(..alphabet.len())]).collect();
            let mut text = format!("before{secret}between{secret}");
            for _ in 0..random.usize(0..LAYERS) {
                text = escaped(&text, &mut random);
            }
            let shown = redact(&text, &[&secret]);
            let mut layer = Some(Layer { text: Zeroizing::new(shown.clone()), source: None });
            while let Some(present) = layer {
                assert!(!present.text.contains(&secret), "{secret:?} is in {shown:?}, of {text:?}");
                layer = present.unescaped().filter(|next| next.text != present.text);
            }
            assert_eq!(shown.matches("(redacted)").count(), 2, "{shown:?}");
        }
    }

    #[test]
    fn secrets_are_found_within_base64() {
        use base64::engine::general_purpose::{STANDARD, URL_SAFE_NO_PAD};

        let secret = "s3cret?~with/odd+bytes\u{ff}";
        for before in ["", "a", "ab", "user:"] {
            for after in ["", ":", "::", ":::"] {
                let whole = format!("{before}{secret}{after}");
                for encoded in [STANDARD.encode(&whole), URL_SAFE_NO_PAD.encode(&whole)] {
                    let shown = redact(&format!("Basic {encoded}."), &[secret]);
                    assert!(shown.contains("(redacted)") && shown.len() < encoded.len(), "{shown:?} of {encoded:?}");
                }
            }
        }
    }

    #[test]
    fn what_is_not_secret_stays() {
        let text = r#"{"a":"\u0041\n\q","path":"C:\\x\ud83d"}\"#;
        assert_eq!(redact(text, &["secret", ""]), text);
        assert_eq!(redact("a secret, two secrets", &["secret", "two secret"]), "a (redacted), (redacted)s");
    }

    #[test]
    fn a_secret_at_the_end_of_an_excerpt_is_not_cut_in_two() {
        let secret = "S".repeat(40_000);
        for before in [0, 490, 499, 500, 16_300, 16 * 1024 - 1] {
            let shown = excerpt(&format!("{}{secret}", "x".repeat(before)), 500, &[&secret]);
            assert!(!shown.contains('S') && shown.chars().count() <= 500, "{before}: {shown}");
        }
    }
}
