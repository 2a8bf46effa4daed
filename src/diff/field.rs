//! One managed field, compared three ways: declared, observed, last settled. Never decides what to do about it.

use crate::desired::{Accepted, OnDrift};
use crate::model::{Date, Field, Managed, Value};
use std::collections::BTreeMap;

/// What the comparison says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// Declared is observed.
    Same,
    /// The manifest moved, or speaks for the first time.
    Intent,
    /// The tenant moved, the manifest did not.
    Drift,
    /// Both moved.
    Conflict,
}

/// Compares the three. No settled value is a first adoption: a difference is intent.
#[must_use]
pub fn three_way(declared: &Value, observed: &Value, settled: Option<&Value>) -> Verdict {
    match settled {
        _ if declared == observed => Verdict::Same,
        None => Verdict::Intent,
        Some(settled) if settled == observed => Verdict::Intent,
        Some(settled) if settled == declared => Verdict::Drift,
        Some(_) => Verdict::Conflict,
    }
}

/// What becomes of a field that differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Course<'a> {
    /// The declared value is set.
    Set,
    /// The declared value is brought back.
    Restore,
    /// It is told and left.
    Report,
    /// It is left, because somebody said so and the day has not passed.
    Accepted(&'a Accepted),
    /// Both moved: somebody must decide.
    Conflict,
}

/// What becomes of a field that differs, on a day, and usually where it drifted. A value that is accepted stays, whoever moved what.
#[must_use]
pub fn course<'a>(
    (usual, verdict): (Course<'a>, Verdict),
    rule: Option<&'a OnDrift>,
    observed: &Value,
    today: Date,
) -> Course<'a> {
    let accepted = match rule {
        Some(OnDrift::Accept(accepted)) if accepted.holds(today) && accepted.value == *observed => Some(accepted),
        Some(OnDrift::Accept(_) | OnDrift::Restore | OnDrift::Report) | None => None,
    };
    match (accepted, verdict, rule) {
        (Some(accepted), Verdict::Same | Verdict::Intent | Verdict::Drift | Verdict::Conflict, _) => {
            Course::Accepted(accepted)
        }
        (None, Verdict::Same | Verdict::Intent, _) => Course::Set,
        (None, Verdict::Conflict, _) => Course::Conflict,
        (None, Verdict::Drift, Some(OnDrift::Restore)) => Course::Restore,
        (None, Verdict::Drift, Some(OnDrift::Report)) => Course::Report,
        (None, Verdict::Drift, Some(OnDrift::Accept(_)) | None) => usual,
    }
}

/// Where no `onDrift` says otherwise, partner of record and names come back, as who supports it does; whatever buys,
/// releases or renews is only reported.
fn usual(field: Managed) -> Course<'static> {
    match field {
        Managed::PartnerOfRecord | Managed::FriendlyName => Course::Restore,
        Managed::Quantity | Managed::Renewal => Course::Report,
    }
}

/// A managed field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub field: Managed,
    /// What the manifest says.
    pub declared: Value,
    /// What is there.
    pub observed: Value,
    /// What was last settled.
    pub settled: Option<Value>,
    /// Which of them moved.
    pub verdict: Verdict,
}
impl Moved {
    /// What becomes of it under the rules of its subscription.
    #[must_use]
    pub fn course<'a>(&self, rules: &'a BTreeMap<Managed, OnDrift>, today: Date) -> Course<'a> {
        course((usual(self.field), self.verdict), rules.get(&self.field), &self.observed, today)
    }
}

/// How what is there is written in a manifest, as a clause: ``write `quantity: 40` ``. A partner of record is asserted by
/// its PartnerID: which partnership is meant, if any, is for a person to say.
#[must_use]
pub fn writing(field: Field, there: &Value) -> String {
    let name = field.name();
    match (field, there) {
        (Field::PartnerOfRecord, Value::Text(id)) => {
            format!("name the partnership that has it (or assert it: `{name}: {{partnerId: \"{id}\"}}`)")
        }
        (Field::Quantity, Value::Number(0)) => format!("take `{name}` out, for no seats cannot be declared,"),
        (Field::FriendlyName, Value::Text(text)) => format!("write `{name}: {}`", quoted(text)),
        (Field::Renewal, Value::Text(_)) => format!("write that as `{name}`"),
        (_, Value::None) => format!("write `{name}: none`"),
        (_, Value::Bool(_) | Value::Number(_) | Value::Text(_) | Value::List(_)) => format!("write `{name}: {there}`"),
    }
}

/// A text as YAML takes it anywhere.
fn quoted(text: &str) -> String {
    serde_json::Value::from(text).to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_there_is_written_as_a_manifest_takes_it() {
        let id = Value::text("4811111");
        for (field, there, written) in [
            (Field::Quantity, Value::Number(40), "write `quantity: 40`"),
            (Field::Quantity, Value::Number(0), "take `quantity` out, for no seats cannot be declared,"),
            (Field::FriendlyName, Value::text("a: b"), r#"write `friendlyName: "a: b"`"#),
            (Field::PartnerOfRecord, Value::None, "write `partnerOfRecord: none`"),
            (Field::SupportContact, Value::text("provider"), "write `supportContact: provider`"),
        ] {
            assert_eq!(writing(field, &there), written);
        }
        assert!(writing(Field::PartnerOfRecord, &id).contains(r#"partnerOfRecord: {partnerId: "4811111"}"#));
    }

    #[test]
    fn who_moved_decides() {
        let [a, b, c] = [Value::Number(1), Value::Number(2), Value::Number(3)];
        for (declared, observed, settled, verdict) in [
            (&a, &a, None, Verdict::Same),
            (&a, &a, Some(&b), Verdict::Same),
            (&a, &b, None, Verdict::Intent),
            (&a, &b, Some(&b), Verdict::Intent),
            (&a, &b, Some(&a), Verdict::Drift),
            (&a, &b, Some(&c), Verdict::Conflict),
        ] {
            assert_eq!(three_way(declared, observed, settled), verdict, "{declared} {observed} {settled:?}");
        }
    }

    #[test]
    fn an_accepted_value_stays_until_its_day_has_passed_and_no_other_does() {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        let accepted = Accepted {
            at: crate::diag::At { file: crate::diag::FileId(0), start: 0, end: 0 },
            value: Value::Number(40),
            reason: "bridge".into(),
            by: "ann".into(),
            expires: day("2026-12-31"),
        };
        let rule = OnDrift::Accept(Box::new(accepted.clone()));
        let held = |verdict, observed: u64, today| {
            course((usual(Managed::Quantity), verdict), Some(&rule), &Value::Number(observed), day(today))
        };
        for verdict in [Verdict::Intent, Verdict::Drift, Verdict::Conflict] {
            assert_eq!(held(verdict, 40, "2026-12-31"), Course::Accepted(&accepted), "{verdict:?}");
        }
        assert_eq!(held(Verdict::Drift, 41, "2026-12-01"), Course::Report, "another value");
        assert_eq!(held(Verdict::Drift, 40, "2027-01-01"), Course::Report, "too late");
        assert_eq!(held(Verdict::Conflict, 40, "2027-01-01"), Course::Conflict);
        let partner =
            course((usual(Managed::PartnerOfRecord), Verdict::Drift), Some(&rule), &Value::None, day("2026-12-01"));
        assert_eq!(partner, Course::Restore, "the usual of its field");
    }
}
