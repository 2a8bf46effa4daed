//! One managed field, compared three ways: declared, observed, last settled. Never decides what to do about it.

use crate::desired::OnDrift;
use crate::model::{Field, Value};

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

/// What is done about drift where no `onDrift` says otherwise: partner of record, support contact and names come back;
/// whatever buys, releases or renews is only reported.
#[must_use]
pub fn drift_default(field: Field) -> OnDrift {
    match field {
        Field::PartnerOfRecord | Field::SupportContact | Field::FriendlyName => OnDrift::Restore,
        Field::Quantity
        | Field::Renewal
        | Field::Status
        | Field::Commerce
        | Field::ScheduledChange
        | Field::Reseller => OnDrift::Report,
    }
}

/// A managed field that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Moved {
    /// Which.
    pub field: Field,
    /// What the manifest says.
    pub declared: Value,
    /// What is there.
    pub observed: Value,
    /// What was last settled.
    pub settled: Option<Value>,
    /// Which of them moved.
    pub verdict: Verdict,
}

#[cfg(test)]
mod tests {
    use super::*;

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
}
