//! Ids of generated records. An id contains the number of its record, so that checking an id needs no record.

use serde_json::Value;

use crate::random::mix;

/// The length of an id if the schemas do not restrict it.
const LENGTH: i64 = 32;

/// The maximum number of hexadecimal digits for the number of the record.
const DIGITS: usize = 16;

/// The ids that a member may have.
#[derive(Clone, Copy, Debug)]
pub(crate) struct IdShape {
    /// Whether the ids are decimal numbers.
    is_number: bool,
    /// Whether the member is a text.
    is_text: bool,
    /// The range of the numbers.
    min: i64,
    max: i64,
    /// The length of the texts.
    length: usize,
}

impl IdShape {
    /// Creates the shape of the ids that are valid for the schema of the member and for those of the arguments that take
    /// its value.
    pub(crate) fn new(member: &Value, arguments: &[&Value]) -> Self {
        let schemas = || arguments.iter().copied().chain([member]);
        let bounds = |name: &'static str| schemas().filter_map(move |schema| schema[name].as_i64());
        let shortest = bounds("minLength").fold(1, i64::max);
        let longest = bounds("maxLength").min();
        let power = |exponent: i64| 10_i64.checked_pow(u32::try_from(exponent).ok()?);
        let min = bounds("minimum").chain(power(shortest - 1).filter(|_| shortest > 1)).fold(0, i64::max);
        let max = bounds("maximum").chain(longest.and_then(power).map(|above| above - 1));
        Self {
            is_number: schemas().any(|schema| schema["type"] == "integer"),
            is_text: member["type"] == "string",
            min,
            max: max.fold(i32::MAX.into(), i64::min).max(min),
            length: usize::try_from(LENGTH.min(longest.unwrap_or(LENGTH)).max(shortest)).unwrap_or(1),
        }
    }

    /// Returns the id of a record.
    pub(crate) fn id(&self, seed: u64, number: i64) -> Value {
        if self.is_number {
            let id = self.first(seed).saturating_sub(number);
            return if self.is_text { id.to_string().into() } else { id.into() };
        }
        let digits = self.digits();
        let number = number.cast_unsigned() & (u64::MAX >> (64 - 4 * digits));
        let head: String = self.head(seed).map(char::from).collect();
        format!("{head}{number:0digits$x}").into()
    }

    /// Returns the number of the record with this id.
    pub(crate) fn number(&self, seed: u64, id: &str) -> Option<i64> {
        if self.is_number {
            let number = self.first(seed).checked_sub(id.parse().ok()?)?;
            return (self.first(seed).checked_sub(number)?.to_string() == id).then_some(number);
        }
        let (head, tail) = id.split_at_checked(self.length - self.digits())?;
        if head.len() + self.digits() != id.len() || !head.bytes().eq(self.head(seed)) {
            return None;
        }
        let is_digit = |digit: u8| digit.is_ascii_digit() || (b'a'..=b'f').contains(&digit);
        let number = tail.bytes().all(is_digit).then(|| u64::from_str_radix(tail, 16).ok())??;
        let unused = 64 - 4 * self.digits();
        Some((number << unused).cast_signed() >> unused)
    }

    /// Returns the id of record 0, which has room for newer and older ones.
    fn first(&self, seed: u64) -> i64 {
        let room = (self.max - self.min) / 4;
        self.min + room + i64::try_from(seed % (room.unsigned_abs() * 2 + 1)).unwrap_or(0)
    }

    /// Returns the number of hexadecimal digits for the number of the record.
    fn digits(&self) -> usize {
        self.length.min(DIGITS)
    }

    /// Returns the part of a text that all records of the list have in common.
    fn head(&self, seed: u64) -> impl Iterator<Item = u8> {
        let seed = mix(seed);
        (0..self.length - self.digits()).map(move |position| {
            let digit = (seed >> (4 * (position % DIGITS))) & 15;
            b"0123456789abcdef"[usize::try_from(digit).unwrap_or(0)]
        })
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::IdShape;

    #[test]
    fn the_number_of_a_record_follows_from_its_id_only() {
        let text = json!({ "type": "string", "minLength": 1, "maxLength": 50 });
        let whole = json!({ "type": "string", "format": "alphanumeric", "minLength": 32, "maxLength": 32 });
        let long = json!({ "type": "string", "minLength": 40 });
        let short = json!({ "type": "string", "maxLength": 5 });
        let digits = json!({ "type": "string", "minLength": 4, "maxLength": 6 });
        let integer = json!({ "type": "integer", "minimum": 0, "maximum": 9_999_999_999_i64 });
        let wanted = [32, 32, 40, 5, 6, 10];
        let shapes = [
            IdShape::new(&text, &[]),
            IdShape::new(&text, &[&whole]),
            IdShape::new(&long, &[]),
            IdShape::new(&text, &[&short]),
            IdShape::new(&digits, &[&integer]),
            IdShape::new(&integer, &[]),
        ];
        for (shape, longest) in shapes.into_iter().zip(wanted) {
            for number in [0, 1, 999, 70_000, -1, -70_000] {
                let id = shape.id(7, number);
                let id = id.as_str().map_or_else(|| id.to_string(), str::to_owned);
                assert!(id.len() <= longest && id.bytes().all(|byte| byte.is_ascii_alphanumeric()), "{shape:?}: {id}");
                assert_eq!(shape.number(7, &id), Some(number), "{shape:?}: {id}");
                for other in [format!("0{id}"), format!("{id}0"), id[1..].to_owned(), String::new()] {
                    let known = shape.number(7, &other).is_some_and(|number| number.abs() < 100_000);
                    assert!(!known, "{shape:?}: {other}");
                }
            }
        }
        assert_eq!(shapes_apart(&whole), None);
    }

    fn shapes_apart(schema: &serde_json::Value) -> Option<i64> {
        let shape = IdShape::new(schema, &[]);
        shape.number(8, shape.id(7, 5).as_str()?)
    }
}
