//! On which days a term may end that is not to run its whole length. Never says what a tenant holds; the other ends are
//! given.

use super::product::Term;
use super::time::{Date, Timestamp};
use std::collections::BTreeSet;
use std::fmt;

/// The days on which a term that begins at a given instant may be made to end.
/// Source: learn, custom-term-end-dates (aligned with the calendar month, or with another subscription of the customer).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Ends {
    months: BTreeSet<Date>,
    others: BTreeSet<Date>,
}

impl Ends {
    /// Those after `begin` and within `term`; `others` are the days on which the customer's other subscriptions end.
    #[must_use]
    pub fn of(begin: Timestamp, term: Term, others: impl IntoIterator<Item = Date>) -> Self {
        let (first, last) = (begin.date(), begin.plus_months(term.months()).date());
        let within = |end: &Date| *end > first && *end <= last;
        let months = (0..=term.months()).map(|n| begin.date().last_of_month(n)).filter(within).collect();
        // By months only those days are to be had that every month has. Source: learn, custom-term-end-dates (note).
        let every_month = |end: &Date| term != Term::P1M || end.day() < 28;
        let others = others.into_iter().filter(within).filter(|end| !end.ends_month() && every_month(end)).collect();
        Self { months, others }
    }
    /// Whether this is one of them.
    #[must_use]
    pub fn allow(&self, end: Date) -> bool {
        self.months.contains(&end) || self.others.contains(&end)
    }
}
impl fmt::Display for Ends {
    /// `the last day of a month from 2026-11-30 to 2027-10-31, 2027-03-15`; `none`.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let months = match (self.months.first(), self.months.last()) {
            (Some(first), Some(last)) if first == last => Some(first.to_string()),
            (Some(first), Some(last)) => Some(format!("the last day of a month from {first} to {last}")),
            (None, _) | (_, None) => None,
        };
        let all: Vec<String> = months.into_iter().chain(self.others.iter().map(ToString::to_string)).collect();
        if all.is_empty() { f.write_str("none") } else { f.write_str(&all.join(", ")) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ends(begin: &str, term: Term, others: &[&str]) -> Ends {
        let others = others.iter().map(|end| end.parse::<Date>().expect("a date"));
        Ends::of(begin.parse().expect("a time"), term, others)
    }
    fn allow(ends: &Ends, end: &str) -> bool {
        ends.allow(end.parse().expect("a date"))
    }

    #[test]
    fn a_year_ends_with_a_month_or_with_another_subscription() {
        let year = ends("2026-11-23T09:00:00Z", Term::P1Y, &["2027-03-15", "2026-11-23", "2028-03-01", "2027-01-31"]);
        let shown = "the last day of a month from 2026-11-30 to 2027-10-31, 2027-03-15";
        assert_eq!(year.to_string(), shown, "not on the day of purchase, not beyond its own end, none twice");
        for (end, allowed) in [
            ("2027-02-28", true),
            ("2027-03-15", true),
            ("2027-03-14", false),
            ("2027-11-30", false),
            ("2026-10-31", false),
        ] {
            assert_eq!(allow(&year, end), allowed, "{end}");
        }
    }

    #[test]
    fn a_month_takes_no_day_that_some_months_lack() {
        let month = ends("2026-11-23T09:00:00Z", Term::P1M, &["2026-12-15", "2026-11-29"]);
        assert_eq!(month.to_string(), "2026-11-30, 2026-12-15");
        assert!(allow(&ends("2026-01-31T00:00:00Z", Term::P1M, &[]), "2026-02-28"));
    }
}
