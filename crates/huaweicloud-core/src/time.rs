//! Timestamps in the formats of the services, and the dates for signing.

use std::{
    cmp::Ordering,
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::{
    DateTime, Datelike as _, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone as _,
    Timelike as _,
};
use serde::{Deserialize, Deserializer, Serialize, Serializer};

use crate::codegen::{
    place::{FromJson, Scalar},
    read,
    write::{Json, ToJson},
};

/// A timestamp in milliseconds since 1970-01-01 UTC, which services serialize as a number or a string.
///
/// A value from a service is serialized in the form in which it was received, and `Debug` shows this form. A new value
/// is serialized as a string of 13 digits, as the documents require. Any text in a response is kept
/// ([`as_millis`](Self::as_millis) then returns `None`); a request with anything but 13 digits is not sent.
///
/// Values are ordered by time; texts that are not a timestamp come first.
///
/// ```
/// use std::time::SystemTime;
/// use huaweicloud_core::EpochMillis;
///
/// let time = EpochMillis::from(1_713_420_888_000);
/// assert_eq!(format!("{time:?}"), "\"1713420888000\"");
/// assert_eq!(time.to_rfc3339().unwrap(), "2024-04-18T06:14:48Z");
/// assert!(time < EpochMillis::from(SystemTime::now()));
/// ```
#[derive(Clone, PartialEq, Eq, Hash)]
pub struct EpochMillis(Form);

#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash)]
enum Form {
    Number(i64),
    Digits(i64),
    Text(Box<str>),
}

impl EpochMillis {
    /// Returns the milliseconds since 1970-01-01 UTC, or `None` if the service sent something else.
    #[must_use]
    pub fn as_millis(&self) -> Option<i64> {
        match self.0 {
            Form::Number(millis) | Form::Digits(millis) => Some(millis),
            Form::Text(_) => None,
        }
    }

    /// Converts to a [`SystemTime`]; returns `None` if the service sent something else.
    #[must_use]
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let millis = self.as_millis()?;
        let distance = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
    }

    /// Formats as RFC 3339 in UTC, such as `2024-04-18T06:14:48Z`; returns `None` if the service sent something else.
    #[must_use]
    pub fn to_rfc3339(&self) -> Option<String> {
        rfc3339(self.as_millis()?)
    }

    fn from_digits(text: &str) -> Option<Self> {
        // Only the canonical form is stored as a number, so that every text is serialized as it was received.
        let plain = !text.starts_with(['0', '+']) && !text.starts_with("-0");
        text.parse().ok().filter(|_| plain || text == "0").map(|millis| Self(Form::Digits(millis)))
    }
}

impl From<i64> for EpochMillis {
    fn from(millis: i64) -> Self {
        Self(Form::Digits(millis))
    }
}

/// Times before 1970 become negative milliseconds.
impl From<SystemTime> for EpochMillis {
    fn from(time: SystemTime) -> Self {
        let millis = |distance: Duration| i64::try_from(distance.as_millis()).unwrap_or(i64::MAX);
        Self::from(match time.duration_since(UNIX_EPOCH) {
            Ok(since) => millis(since),
            Err(before) => -millis(before.duration()),
        })
    }
}

impl From<&str> for EpochMillis {
    fn from(text: &str) -> Self {
        Self::from_digits(text).unwrap_or_else(|| Self(Form::Text(text.into())))
    }
}

impl From<String> for EpochMillis {
    fn from(text: String) -> Self {
        Self::from(text.as_str())
    }
}

#[cfg(feature = "chrono")]
impl<Z: chrono::TimeZone> From<DateTime<Z>> for EpochMillis {
    fn from(time: DateTime<Z>) -> Self {
        Self::from(time.timestamp_millis())
    }
}

#[cfg(feature = "chrono")]
impl EpochMillis {
    /// Converts to a chrono [`DateTime`]; returns `None` if the service sent something else.
    #[must_use]
    pub fn to_chrono(&self) -> Option<DateTime<chrono::Utc>> {
        DateTime::from_timestamp_millis(self.as_millis()?)
    }
}

impl Ord for EpochMillis {
    fn cmp(&self, other: &Self) -> Ordering {
        // Compares the form last, so that only equal values compare as equal.
        self.as_millis().cmp(&other.as_millis()).then_with(|| self.0.cmp(&other.0))
    }
}

impl PartialOrd for EpochMillis {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// Formats the value as its JSON.
impl fmt::Debug for EpochMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.to_json().fmt(f)
    }
}

impl fmt::Display for EpochMillis {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Form::Number(millis) | Form::Digits(millis) => millis.fmt(f),
            Form::Text(text) => f.write_str(text),
        }
    }
}

impl ToJson for EpochMillis {
    fn to_json(&self) -> Json<'_> {
        match &self.0 {
            Form::Number(millis) => Json::Integer(*millis),
            Form::Digits(millis) => Json::Text(millis.to_string().into()),
            Form::Text(text) => Json::Text((&**text).into()),
        }
    }
}

impl Serialize for EpochMillis {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.to_json().serialize(serializer)
    }
}

impl<'de> Deserialize<'de> for EpochMillis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        read::deserialize(deserializer)
    }
}

/// Accepts any string or number.
impl FromJson for EpochMillis {
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        let form = match scalar {
            Scalar::Text(text) => return Some(Self::from(text)),
            Scalar::Integer(millis) => Form::Number(millis),
            Scalar::Float(number) => {
                i64::from_scalar(scalar).map_or_else(|| Form::Text(number.to_string().into()), Form::Number)
            }
            Scalar::Large(number) => Form::Text(number.to_string().into()),
            Scalar::Null | Scalar::Bool(_) => return None,
        };
        Some(Self(form))
    }
}

/// Parses a time in one of the formats of the services, and returns milliseconds since 1970-01-01 UTC.
///
/// Supported are 13 digits (milliseconds), 10 digits (seconds), RFC 3339, and a date and time without an offset, which
/// is interpreted in `time_zone` (`GMT`, `GMT+8`, `UTC+08:00`, …).
///
/// ```
/// use huaweicloud_core::time::parse;
///
/// assert_eq!(parse("1713420888000", "GMT+8"), Some(1_713_420_888_000));
/// assert_eq!(parse("2024-04-18 14:14:48", "GMT+8"), Some(1_713_420_888_000));
/// assert_eq!(parse("123", "GMT+8"), None);
/// ```
#[must_use]
pub fn parse(text: &str, time_zone: &str) -> Option<i64> {
    let text = text.trim();
    if text.bytes().all(|byte| byte.is_ascii_digit()) {
        let number: i64 = text.parse().ok()?;
        return match text.len() {
            13 => Some(number),
            10 => Some(number * 1000),
            _ => None,
        };
    }
    if let Ok(time) = text.parse::<DateTime<FixedOffset>>() {
        return Some(time.timestamp_millis());
    }
    const FORMS: [&str; 3] = ["%Y-%m-%d %H:%M:%S%.f", "%Y-%m-%dT%H:%M:%S%.f", "%Y-%m-%d %H:%M"];
    let time = FORMS.iter().find_map(|form| NaiveDateTime::parse_from_str(text, form).ok());
    let midnight = || Some(NaiveDate::parse_from_str(text, "%Y-%m-%d").ok()?.and_time(NaiveTime::MIN));
    Some(offset(time_zone)?.from_local_datetime(&time.or_else(midnight)?).single()?.timestamp_millis())
}

fn offset(time_zone: &str) -> Option<FixedOffset> {
    let rest = time_zone.strip_prefix("GMT").or_else(|| time_zone.strip_prefix("UTC"))?;
    if rest.is_empty() {
        return FixedOffset::east_opt(0);
    }
    let (sign, digits) = match rest.split_at_checked(1)? {
        ("+", digits) => (1, digits),
        ("-", digits) => (-1, digits),
        _ => return None,
    };
    let (hours, minutes) = digits.split_once(':').unwrap_or((digits, "0"));
    let (hours, minutes): (u8, u8) = (hours.parse().ok()?, minutes.parse().ok()?);
    FixedOffset::east_opt(sign * (i32::from(hours) * 3600 + i32::from(minutes) * 60))
}

/// Formats milliseconds since 1970-01-01 UTC as RFC 3339, such as `2024-04-18T06:14:48Z`.
#[must_use]
pub fn rfc3339(millis: i64) -> Option<String> {
    Some(DateTime::from_timestamp_millis(millis)?.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// Formats milliseconds since 1970-01-01 UTC as date and time in a time zone such as `GMT+8`: `2024-04-18 14:14:48`.
#[must_use]
pub fn local(millis: i64, time_zone: &str) -> Option<String> {
    let time = DateTime::from_timestamp_millis(millis)?.with_timezone(&offset(time_zone)?);
    Some(time.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// Formats a time for the `X-Sdk-Date` header, as `YYYYMMDDTHHMMSSZ`.
#[must_use]
pub fn sdk_date(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    let at = DateTime::from_timestamp(seconds, 0).unwrap_or_default();
    // Used in every call; chrono would parse a format string each time.
    let mut date = at.year().to_string();
    let parts = [(at.month(), ""), (at.day(), "T"), (at.hour(), ""), (at.minute(), ""), (at.second(), "Z")];
    for (number, after) in parts {
        date.extend([number / 10, number % 10].into_iter().filter_map(|digit| char::from_digit(digit, 10)));
        date.push_str(after);
    }
    date
}

/// Parses a time in the format of the `X-Sdk-Date` header.
#[must_use]
pub fn parse_sdk_date(text: &str) -> Option<SystemTime> {
    let time = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()?.and_utc().timestamp();
    UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(time).ok()?))
}
