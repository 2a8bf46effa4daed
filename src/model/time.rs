//! Instants, dates and spans as values. Never asks what time it is: `now` is always passed in.

use serde::{Deserialize, Serialize};
use std::fmt;
use std::str::FromStr;

/// An instant in UTC, to the second; RFC 3339 in every document.
#[derive(Clone, Copy, Default, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Timestamp(i64);

/// A calendar date, UTC.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(try_from = "String", into = "String")]
pub struct Date(jiff::civil::Date);

/// A length of time in seconds.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug)]
pub struct Span(i64);

/// Why a text is not a time.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{expected}")]
pub struct BadTime {
    /// What the text should have looked like.
    pub expected: &'static str,
}

impl Timestamp {
    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn from_seconds(seconds: i64) -> Self {
        Self(seconds)
    }
    /// Seconds since 1970-01-01T00:00:00Z.
    #[must_use]
    pub const fn seconds(self) -> i64 {
        self.0
    }
    /// The instant `span` later; stays at the last instant instead of overflowing.
    #[must_use]
    pub const fn plus(self, span: Span) -> Self {
        Self(self.0.saturating_add(span.0))
    }
    /// How much later than `earlier` this is; negative when it is before.
    #[must_use]
    pub const fn since(self, earlier: Self) -> Span {
        Span(self.0.saturating_sub(earlier.0))
    }
    /// The UTC calendar date of this instant.
    #[must_use]
    pub fn date(self) -> Date {
        Date(self.jiff().to_zoned(jiff::tz::TimeZone::UTC).date())
    }
    /// The instant `months` calendar months later (a term's end).
    #[must_use]
    pub fn plus_months(self, months: i32) -> Self {
        let zoned = self.jiff().to_zoned(jiff::tz::TimeZone::UTC);
        zoned.checked_add(jiff::Span::new().months(months)).map_or(self, |later| Self(later.timestamp().as_second()))
    }
    fn jiff(self) -> jiff::Timestamp {
        jiff::Timestamp::from_second(self.0).unwrap_or(jiff::Timestamp::MAX)
    }
}
impl fmt::Display for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.jiff().fmt(f)
    }
}
impl fmt::Debug for Timestamp {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.jiff().fmt(f)
    }
}
impl FromStr for Timestamp {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        let parsed: Result<jiff::Timestamp, _> = text.parse();
        parsed
            .map(|t| Self(t.as_second()))
            .map_err(|_| BadTime { expected: "an instant is written as 2026-11-23T09:00:00Z" })
    }
}
impl TryFrom<String> for Timestamp {
    type Error = BadTime;
    fn try_from(text: String) -> Result<Self, BadTime> {
        text.parse()
    }
}
impl From<Timestamp> for String {
    fn from(t: Timestamp) -> String {
        t.to_string()
    }
}

impl Date {
    /// The first instant of the date, UTC.
    #[must_use]
    pub fn start(self) -> Timestamp {
        let zoned = self.0.to_zoned(jiff::tz::TimeZone::UTC);
        zoned.map_or(Timestamp(i64::MAX), |z| Timestamp(z.timestamp().as_second()))
    }
    /// The last day of its month, or of the one `months` later.
    #[must_use]
    pub fn last_of_month(self, months: i32) -> Self {
        let first = self.0.first_of_month();
        first.checked_add(jiff::Span::new().months(months)).map_or(self, |later| Self(later.last_of_month()))
    }
    /// Whether it is the last day of its month.
    #[must_use]
    pub fn ends_month(self) -> bool {
        self.last_of_month(0) == self
    }
    /// Its day of the month, from 1.
    #[must_use]
    pub fn day(self) -> i8 {
        self.0.day()
    }
}
impl fmt::Display for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl fmt::Debug for Date {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        self.0.fmt(f)
    }
}
impl FromStr for Date {
    type Err = BadTime;
    fn from_str(text: &str) -> Result<Self, BadTime> {
        const SHAPE: BadTime = BadTime { expected: "a date is written as 2026-11-23" };
        if text.len() != 10 {
            return Err(SHAPE);
        }
        const DAY: BadTime = BadTime { expected: "there is no such day" };
        let has_shape = text.bytes().enumerate().all(|(at, byte)| match at {
            4 | 7 => byte == b'-',
            _ => byte.is_ascii_digit(),
        });
        text.parse().map(Self).map_err(|_| if has_shape { DAY } else { SHAPE })
    }
}
impl TryFrom<String> for Date {
    type Error = BadTime;
    fn try_from(text: String) -> Result<Self, BadTime> {
        text.parse()
    }
}
impl From<Date> for String {
    fn from(d: Date) -> String {
        d.to_string()
    }
}

impl Span {
    /// `n` seconds.
    #[must_use]
    pub const fn seconds(n: i64) -> Self {
        Self(n)
    }
    /// `n` minutes.
    #[must_use]
    pub const fn minutes(n: i64) -> Self {
        Self(n * 60)
    }
    /// `n` hours.
    #[must_use]
    pub const fn hours(n: i64) -> Self {
        Self(n * 3600)
    }
    /// `n` days of 24 hours.
    #[must_use]
    pub const fn days(n: i64) -> Self {
        Self(n * 86_400)
    }
    /// The length in seconds.
    #[must_use]
    pub const fn as_seconds(self) -> i64 {
        self.0
    }
}
impl fmt::Display for Span {
    /// The largest unit that says it roughly: `3 d`, `5 h`, `20 min`, `40 s`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0 {
            s if s.abs() >= 2 * 86_400 => write!(f, "{} d", s / 86_400),
            s if s.abs() >= 2 * 3600 => write!(f, "{} h", s / 3600),
            s if s.abs() >= 120 => write!(f, "{} min", s / 60),
            s => write!(f, "{s} s"),
        }
    }
}
impl FromStr for Span {
    type Err = BadTime;
    /// `30s`, `15m`, `6h`, `8d`, `2w`.
    fn from_str(text: &str) -> Result<Self, BadTime> {
        const SHAPE: BadTime = BadTime { expected: "a duration is a number with a unit: 30s, 15m, 6h, 8d or 2w" };
        let unit = match text.chars().last() {
            Some('s') => 1,
            Some('m') => 60,
            Some('h') => 3600,
            Some('d') => 86_400,
            Some('w') => 604_800,
            _ => return Err(SHAPE),
        };
        let number: u32 = text[..text.len() - 1].parse().map_err(|_| SHAPE)?;
        Ok(Self(i64::from(number) * unit))
    }
}
