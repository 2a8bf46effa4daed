//! Days in which nothing is applied. Plain values: never says which day it is.

use super::time::{Date, Span};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::fmt;

/// A window in which nothing is applied, both days included.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Freeze {
    /// First day.
    #[schemars(with = "String")]
    pub from: Date,
    /// Last day.
    #[schemars(with = "String")]
    pub to: Date,
    /// Why.
    #[schemars(with = "String")]
    pub reason: SmolStr,
}
impl Freeze {
    /// The same days for somebody who is not told why.
    #[must_use]
    pub fn untold(self) -> Self {
        Self { reason: SmolStr::new_static("untold"), ..self }
    }
    /// Whether it is one of its days.
    #[must_use]
    pub fn holds(&self, day: Date) -> bool {
        self.from <= day && day <= self.to
    }
    /// Whether all of its days from `today` on are days of some of these.
    #[must_use]
    pub fn is_within<'a>(&self, others: impl IntoIterator<Item = &'a Self>, today: Date) -> bool {
        let mut others: Vec<&Self> = others.into_iter().collect();
        others.sort();
        let mut open = self.from.max(today);
        for other in others.into_iter().filter(|other| other.from <= other.to) {
            if other.holds(open) {
                open = other.to.start().plus(Span::days(1)).date();
            }
        }
        open > self.to
    }
}
impl fmt::Display for Freeze {
    /// `2026-12-20 to 2026-12-27`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} to {}", self.from, self.to)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn freeze(from: &str, to: &str) -> Freeze {
        let date = |text: &str| format!("2026-12-{text}").parse().expect("a date");
        Freeze { from: date(from), to: date(to), reason: "r".into() }
    }

    #[test]
    fn days_of_a_window_may_lie_in_several_others_and_those_that_are_over_do_not_count() {
        let today = |text: &str| format!("2026-12-{text}").parse().expect("a date");
        let whole = freeze("10", "20");
        let within = |others: &[Freeze], day: &str| whole.is_within(others, today(day));
        assert!(within(&[freeze("15", "25"), freeze("01", "14")], "01"));
        assert!(!within(&[freeze("16", "25"), freeze("01", "14")], "01"), "the fifteenth is open");
        assert!(within(&[freeze("16", "25"), freeze("01", "14")], "16"), "the fifteenth is over");
        assert!(!within(&[freeze("10", "19")], "01") && !within(&[], "20"));
        assert!(within(&[], "21"), "it is over");
    }
}
