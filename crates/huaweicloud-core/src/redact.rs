//! Blots secrets out of what a service sent: a gateway may repeat what it was sent, in any form that JSON allows.

/// Texts in JSON in texts in JSON: deeper than services nest them.
const LAYERS: usize = 4;

/// A text without these secrets, also where JSON escapes characters of them, once or several times over.
pub(crate) fn redact<S: AsRef<str>>(text: &str, secrets: &[S]) -> String {
    redact_until(text, text.len(), secrets)
}

/// The beginning of a text, at most this many characters, without these secrets. What stands far behind is not looked
/// at.
pub(crate) fn excerpt<S: AsRef<str>>(text: &str, longest: usize, secrets: &[S]) -> String {
    /// Bytes that become part of an excerpt; more than it shows, for what is redacted gets shorter.
    const LOOKED_AT: usize = 16 * 1024;
    /// Bytes that an escaped byte takes.
    const ESCAPED: usize = 12;
    let floor = |at: usize| (0..=at.min(text.len())).rev().find(|at| text.is_char_boundary(*at)).unwrap_or(0);
    let until = floor(LOOKED_AT);
    // A secret that begins before the end must be seen whole.
    let longest_secret = secrets.iter().map(|secret| secret.as_ref().len()).max().unwrap_or(0);
    let seen = &text[..floor(until + longest_secret * ESCAPED)];
    redact_until(seen, until, secrets).chars().take(longest).collect()
}

/// The text up to a place, a secret that goes on beyond it being redacted whole.
fn redact_until<S: AsRef<str>>(text: &str, until: usize, secrets: &[S]) -> String {
    let mut spans = Vec::new();
    let mut layer = Some(Layer { text: text.to_owned(), source: None });
    for _ in 0..LAYERS {
        let Some(present) = layer else { break };
        for secret in secrets.iter().map(AsRef::as_ref).filter(|secret| !secret.is_empty()) {
            spans.extend(present.text.match_indices(secret).map(|(at, found)| present.span(at, at + found.len())));
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

/// A text as it reads after some rounds of unescaping.
struct Layer {
    text: String,
    /// For each byte, where in the first text it begins and ends; the same place in the first text itself.
    source: Option<Vec<(usize, usize)>>,
}

impl Layer {
    /// Where a part of it stands in the first text.
    fn span(&self, start: usize, end: usize) -> (usize, usize) {
        match &self.source {
            None => (start, end),
            Some(source) => (source[start].0, source[end - 1].1),
        }
    }

    /// One round of unescaping; nothing if there is nothing to unescape.
    fn unescaped(&self) -> Option<Self> {
        let first = self.text.find('\\')?;
        let mut text = String::with_capacity(self.text.len());
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

/// What a text that begins with a backslash begins with, and how many bytes say so.
fn unescape(text: &str) -> (char, usize) {
    let unit = |at: usize| {
        let digits = text.get(at..at + 6)?.strip_prefix("\\u")?;
        digits.bytes().all(|byte| byte.is_ascii_hexdigit()).then(|| u16::from_str_radix(digits, 16).ok())?
    };
    if let Some(first) = unit(0) {
        let pair = unit(6).and_then(|second| char::decode_utf16([first, second]).next()?.ok());
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
        // No escape that JSON knows.
        _ => ('\\', 1),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A text as JSON writes it, some characters escaped that need not be.
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
            let mut layer = Some(Layer { text: shown.clone(), source: None });
            while let Some(present) = layer {
                assert!(!present.text.contains(&secret), "{secret:?} is in {shown:?}, of {text:?}");
                layer = present.unescaped().filter(|next| next.text != present.text);
            }
            assert_eq!(shown.matches("(redacted)").count(), 2, "{shown:?}");
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
