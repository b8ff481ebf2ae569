//! Times as the services write them, and the dates that signing needs.

use std::{
    fmt,
    time::{Duration, SystemTime, UNIX_EPOCH},
};

use chrono::{DateTime, FixedOffset, NaiveDate, NaiveDateTime, NaiveTime, SecondsFormat, TimeZone as _};
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use serde_json::Value;

use crate::{
    Json, ToJson, Violation,
    constrained::shown,
    lenient::{Lenient, Scalar},
    strict::{self, Refusal, Strict},
};

/// A time in milliseconds since 1970-01-01 UTC, which services write as a number or as text.
///
/// It is written back in the form it came in; a new one is written as text of 13 digits, as the documents ask for.
/// In an answer any text is accepted and kept ([`as_millis`](Self::as_millis) is then `None`); in a request only
/// milliseconds are.
///
/// ```
/// use huaweicloud_core::EpochMillis;
///
/// let time = EpochMillis::try_from(1_713_420_888_000_i64)?;
/// assert_eq!(serde_json::to_string(&time).unwrap(), "\"1713420888000\"");
/// assert_eq!(time.to_rfc3339().unwrap(), "2024-04-18T06:14:48Z");
/// # Ok::<(), huaweicloud_core::Violation>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct EpochMillis(Form);

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Form {
    Number(i64),
    Digits(i64),
    Text(Box<str>),
}

impl EpochMillis {
    /// Milliseconds since 1970-01-01 UTC; `None` if the service sent something else.
    #[must_use]
    pub fn as_millis(&self) -> Option<i64> {
        match self.0 {
            Form::Number(millis) | Form::Digits(millis) => Some(millis),
            Form::Text(_) => None,
        }
    }

    /// The same point in time for the standard library; `None` if the service sent something else.
    #[must_use]
    pub fn to_system_time(&self) -> Option<SystemTime> {
        let millis = self.as_millis()?;
        let distance = Duration::from_millis(millis.unsigned_abs());
        if millis < 0 { UNIX_EPOCH.checked_sub(distance) } else { UNIX_EPOCH.checked_add(distance) }
    }

    /// As RFC 3339 in UTC, such as `2024-04-18T06:14:48Z`; `None` if the service sent something else.
    #[must_use]
    pub fn to_rfc3339(&self) -> Option<String> {
        rfc3339(self.as_millis()?)
    }

    fn from_digits(text: &str) -> Option<Self> {
        // Only the plain form is kept as a number, so that every text is written back as it came.
        let plain = !text.starts_with(['0', '+']) && !text.starts_with("-0");
        text.parse().ok().filter(|_| plain || text == "0").map(|millis| Self(Form::Digits(millis)))
    }
}

impl TryFrom<i64> for EpochMillis {
    type Error = Violation;

    fn try_from(millis: i64) -> Result<Self, Violation> {
        if (1_000_000_000_000..=9_999_999_999_999).contains(&millis) {
            Ok(Self(Form::Digits(millis)))
        } else {
            Err(Violation::new(format!("must be a time in milliseconds since 1970 (13 digits), got {millis}")))
        }
    }
}

impl TryFrom<SystemTime> for EpochMillis {
    type Error = Violation;

    fn try_from(time: SystemTime) -> Result<Self, Violation> {
        let since = time.duration_since(UNIX_EPOCH).map(|since| since.as_millis());
        Self::try_from(since.map_or(-1, |millis| i64::try_from(millis).unwrap_or(i64::MAX)))
    }
}

impl TryFrom<&str> for EpochMillis {
    type Error = Violation;

    fn try_from(text: &str) -> Result<Self, Violation> {
        let millis: i64 = text.parse().map_err(|_| {
            Violation::new(format!("must be a time in milliseconds since 1970 (13 digits), got {}", shown(text)))
        })?;
        Self::try_from(millis)
    }
}

impl TryFrom<String> for EpochMillis {
    type Error = Violation;

    fn try_from(text: String) -> Result<Self, Violation> {
        Self::try_from(text.as_str())
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

/// For requests: a number or a text of 13 digits.
impl Strict for EpochMillis {
    fn from_json(value: &Value) -> Result<Self, Refusal> {
        match value.as_str() {
            Some(text) => Self::try_from(text).map_err(Refusal::new),
            None => Self::try_from(i64::from_json(value)?).map_err(Refusal::new),
        }
    }
}

impl<'de> Deserialize<'de> for EpochMillis {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        strict::deserialize(deserializer)
    }
}

/// For responses: anything that is one value.
impl Lenient for EpochMillis {
    fn from_scalar(scalar: Scalar<'_>) -> Option<Self> {
        let form = match scalar {
            Scalar::Text(text) => {
                return Some(Self::from_digits(text).unwrap_or_else(|| Self(Form::Text(text.into()))));
            }
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

/// Reads a time in one of the forms that the services use; gives milliseconds since 1970-01-01 UTC.
///
/// Understood are 13 digits (milliseconds), 10 digits (seconds), RFC 3339, and a date and time without an offset,
/// which is in `time_zone` (`GMT`, `GMT+8`, `UTC+08:00`, …).
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

/// Milliseconds since 1970-01-01 UTC as RFC 3339, such as `2024-04-18T06:14:48Z`.
#[must_use]
pub fn rfc3339(millis: i64) -> Option<String> {
    Some(DateTime::from_timestamp_millis(millis)?.to_rfc3339_opts(SecondsFormat::AutoSi, true))
}

/// Milliseconds since 1970-01-01 UTC as date and time in a time zone like `GMT+8`, such as `2024-04-18 14:14:48`.
#[must_use]
pub fn local(millis: i64, time_zone: &str) -> Option<String> {
    let time = DateTime::from_timestamp_millis(millis)?.with_timezone(&offset(time_zone)?);
    Some(time.format("%Y-%m-%d %H:%M:%S").to_string())
}

/// A time in the form of the `X-Sdk-Date` header, `YYYYMMDDTHHMMSSZ`.
#[must_use]
pub fn sdk_date(time: SystemTime) -> String {
    let since = time.duration_since(UNIX_EPOCH).unwrap_or_default();
    let seconds = i64::try_from(since.as_secs()).unwrap_or_default();
    DateTime::from_timestamp(seconds, 0).unwrap_or_default().format("%Y%m%dT%H%M%SZ").to_string()
}

/// Reads the form of the `X-Sdk-Date` header.
#[must_use]
pub fn parse_sdk_date(text: &str) -> Option<SystemTime> {
    let time = NaiveDateTime::parse_from_str(text, "%Y%m%dT%H%M%SZ").ok()?.and_utc().timestamp();
    UNIX_EPOCH.checked_add(Duration::from_secs(u64::try_from(time).ok()?))
}
