//! Limits: lengths, ranges, counts, defaults and values.

use super::*;

impl<'a> Compare<'a> {
    pub(super) fn limits(
        &mut self,
        limits: &Limits,
        row: &Row,
        schema: &Value,
        found: &impl Fn(&'static str, String, String, bool) -> Finding,
        is_request: bool,
    ) {
        let number = matches!(row.kind.stated(), Some(Kind::Integer | Kind::Long | Kind::Number));
        let bounds_of = |schema: &Value, low: &str, high: &str| Bounds {
            min: schema.get(low).and_then(Value::as_i64),
            max: schema.get(high).and_then(Value::as_i64),
        };
        let bounds = |low: &str, high: &str| bounds_of(schema, low, high);
        // A time is a string or a number; the length is that of the string.
        let as_text = list(schema, "oneOf").next().unwrap_or(schema);
        let length = bounds_of(as_text, "minLength", "maxLength");
        let items = bounds("minItems", "maxItems");
        let value = bounds("minimum", "maximum");
        let letters = schema["format"] == "alphanumeric";
        // A document may also bound the length of a number or a list, so all three are compared and shown.
        let pairs = [
            ("length", not_negative(limits.length), not_negative(length)),
            ("elements", not_negative(limits.items), not_negative(items)),
            ("value", limits.value, value),
        ];
        let differs = pairs.iter().any(|(_, document, spec)| document != spec) || limits.alphanumeric != letters;
        if differs {
            let document = [limits.length, limits.items, limits.value];
            let silent = document.iter().all(Bounds::is_empty) && !limits.alphanumeric;
            let mut finding = found(
                "range",
                bounds_text(
                    &[("length", limits.length), ("elements", limits.items), ("value", limits.value)],
                    limits.alphanumeric,
                ),
                bounds_text(&[("length", length), ("elements", items), ("value", value)], letters),
                is_request && narrower(&pairs),
            );
            finding.lost = silent && limits.lost;
            self.add(finding);
        }
        let element = schema.get("items").map(|items| raw::resolve(&self.spec.value, items).1);
        let listed = |schema: &Value| -> Vec<String> { values(schema).map(plain).collect() };
        let values = match listed(schema) {
            own if own.is_empty() => element.map(listed).unwrap_or_default(),
            own => own,
        };
        match &limits.values {
            Fact::Stated(stated) if !number => {
                let new: Vec<&String> = stated.iter().filter(|value| !values.contains(value)).collect();
                let gone: Vec<&String> = values.iter().filter(|value| !stated.contains(value)).collect();
                if !new.is_empty() || !gone.is_empty() {
                    let spec = if values.is_empty() { "any text".to_owned() } else { values.join(", ") };
                    self.add(found("values", stated.join(", "), spec, is_request && !gone.is_empty()));
                }
            }
            Fact::Lost if !values.is_empty() => {
                let mut lost = found("values", "lost".to_owned(), values.join(", "), false);
                lost.lost = true;
                self.add(lost);
            }
            Fact::Silent | Fact::Empty if !values.is_empty() => {
                let mut silent = found("values", "no list of values".to_owned(), values.join(", "), false);
                silent.lost = limits.lost;
                self.add(silent);
            }
            _ => {}
        }
        let default = schema.get("default").map(plain);
        let says = match &limits.default {
            Fact::Stated(text) => Some(text.clone()),
            _ => None,
        };
        if says != default {
            let words = |value: Option<String>| value.unwrap_or_else(|| "none".to_owned());
            let mut finding = found("default", words(says), words(default), false);
            finding.lost = limits.default == Fact::Lost || row.description == Fact::Lost;
            self.add(finding);
        }
        if let (Some(element), Some(items)) = (&limits.element, element) {
            self.limits(element, row, items, found, is_request);
        } else if let Some(items) = element.filter(|items| matches!(text(items, "type"), "string" | "integer")) {
            let lost = Limits { lost: limits.lost, values: limits.values.clone(), ..Limits::default() };
            let bounded = ["minLength", "maxLength", "minimum", "maximum"].iter().any(|key| items.get(key).is_some());
            if bounded && !is_enum(items) {
                self.limits(&lost, row, items, found, is_request);
            }
        }
    }
}

/// Removes a lower bound of 0 or less, which does not constrain a length.
fn not_negative(bounds: Bounds) -> Bounds {
    Bounds { min: bounds.min.filter(|min| *min > 0), max: bounds.max }
}

fn narrower(pairs: &[(&str, Bounds, Bounds)]) -> bool {
    pairs.iter().any(|(_, document, spec)| {
        document.min.is_some_and(|min| spec.min.is_none_or(|was| min > was))
            || document.max.is_some_and(|max| spec.max.is_none_or(|was| max < was))
    })
}

fn bounds_text(bounds: &[(&str, Bounds)], alphanumeric: bool) -> String {
    let mut parts: Vec<String> = bounds
        .iter()
        .filter(|(_, bounds)| !bounds.is_empty())
        .map(|(what, bounds)| match (bounds.min, bounds.max) {
            (Some(min), Some(max)) => format!("{what} {min} to {max}"),
            (Some(min), None) => format!("{what} at least {min}"),
            (None, Some(max)) => format!("{what} at most {max}"),
            (None, None) => String::new(),
        })
        .collect();
    if alphanumeric {
        parts.push("letters and digits".to_owned());
    }
    if parts.is_empty() { "no bounds".to_owned() } else { parts.join(", ") }
}
