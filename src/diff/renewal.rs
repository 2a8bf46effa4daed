//! The renewal of a subscription, compared part by part: what is not written of a next term is not managed. Never decides
//! what to do about a difference.

use super::field::{Moved, Verdict, three_way};
use crate::model::renewal::NoRenewal;
use crate::model::{Date, Managed, NextTerm, Renewal, Value};
use crate::observed::{AtEnd, Subscription};

/// How a declared renewal compares.
pub(super) enum Compared {
    /// It is so; the value to remember, if another one is remembered.
    Same(Option<Value>),
    /// It is not.
    Differs(Moved),
}

pub(super) fn compare(declared: &Renewal, observed: &Subscription, settled: Option<&Value>) -> Compared {
    let wanted = Parts::of_renewal(&still_to_come(declared, observed, settled));
    let there = Parts::there(observed);
    let last = settled.map(Parts::of_text);
    let verdict = verdict(&wanted, &there, last.as_ref());
    if verdict == Verdict::Same {
        let known =
            last.is_some_and(|last| last.action == wanted.action && last.next.only(&wanted.next) == wanted.next);
        return Compared::Same((!known).then(|| Value::text(declared)));
    }
    Compared::Differs(Moved {
        field: Managed::Renewal,
        declared: Value::text(declared),
        observed: shown(declared, observed),
        settled: settled.map(|settled| remembered(declared, settled)),
        verdict,
    })
}

/// What is declared of the next term. The one that was to end so may run already: of the one after it nothing is said then.
/// No next term ends with the present one.
#[must_use]
pub fn still_to_come(declared: &Renewal, observed: &Subscription, settled: Option<&Value>) -> Renewal {
    let Renewal::Renew(next) = declared else { return declared.clone() };
    let was_set = |end: Date| settled.map(Parts::of_text).is_some_and(|last| last.next.end == Some(end));
    let has_begun = |end: &Date| {
        observed.commitment_end.is_some_and(|now| *end == now.date() || *end < now.date() && was_set(*end))
    };
    Renewal::Renew(NextTerm { end: next.end.filter(|end| !has_begun(end)), ..next.clone() })
}

/// What is there, as far as the manifest speaks of it.
fn shown(declared: &Renewal, observed: &Subscription) -> Value {
    match (declared, observed.renewal()) {
        (Renewal::Renew(asked), Ok(Renewal::Renew(next))) => Value::text(Renewal::Renew(next.only(asked))),
        (Renewal::Renew(_) | Renewal::Cancel | Renewal::Extend, _) => Value::text(&observed.at_end),
    }
}

/// What is remembered, as far as the manifest speaks of it.
fn remembered(declared: &Renewal, settled: &Value) -> Value {
    match (declared, settled.to_string().parse()) {
        (Renewal::Renew(asked), Ok(Renewal::Renew(next))) => Value::text(Renewal::Renew(next.only(asked))),
        (Renewal::Renew(_), Ok(Renewal::Cancel | Renewal::Extend) | Err(NoRenewal)) => settled.clone(),
        (Renewal::Cancel | Renewal::Extend, _) => settled.clone(),
    }
}

/// The parts that are compared each on its own.
struct Parts {
    action: Value,
    next: NextTerm,
}
impl Parts {
    fn of_renewal(renewal: &Renewal) -> Self {
        let next = match renewal {
            Renewal::Renew(next) => next.clone(),
            Renewal::Cancel | Renewal::Extend => NextTerm::default(),
        };
        Self { action: Value::word(renewal.action()), next }
    }
    fn there(observed: &Subscription) -> Self {
        match (observed.renewal(), &observed.at_end) {
            (Ok(renewal), _) => Self::of_renewal(&renewal),
            (Err(_), at_end @ (AtEnd::Known(_) | AtEnd::Unknown(_))) => {
                Self { action: Value::text(at_end), next: NextTerm::default() }
            }
        }
    }
    fn of_text(value: &Value) -> Self {
        match value.to_string().parse::<Renewal>() {
            Ok(renewal) => Self::of_renewal(&renewal),
            Err(NoRenewal) => Self { action: value.clone(), next: NextTerm::default() },
        }
    }
    /// Quantity, term, billing and end; none where nothing is said.
    fn details(&self) -> [Option<Value>; 4] {
        let NextTerm { product: _, quantity, term, billing_cycle, end } = &self.next;
        [
            quantity.map(|quantity| Value::Number(quantity.into())),
            term.map(Value::text),
            billing_cycle.map(Value::text),
            end.map(Value::text),
        ]
    }
}

/// One verdict of all parts: where one moved here and another there, somebody must decide.
fn verdict(wanted: &Parts, there: &Parts, last: Option<&Parts>) -> Verdict {
    let mut verdicts = vec![three_way(&wanted.action, &there.action, last.map(|last| &last.action))];
    let last = last.map_or([const { None }; 4], Parts::details);
    for ((wanted, there), last) in wanted.details().into_iter().zip(there.details()).zip(last) {
        if let Some(wanted) = wanted {
            verdicts.push(three_way(&wanted, &there.unwrap_or(Value::None), last.as_ref()));
        }
    }
    let has = |verdict: Verdict| verdicts.contains(&verdict);
    match (has(Verdict::Conflict), has(Verdict::Intent), has(Verdict::Drift)) {
        (true, _, _) | (false, true, true) => Verdict::Conflict,
        (false, true, false) => Verdict::Intent,
        (false, false, true) => Verdict::Drift,
        (false, false, false) => Verdict::Same,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::SubscriptionId;
    use crate::model::product::{BillingCycle, Commerce, Term};
    use crate::observed::{Status, Unclear};

    fn seen(at_end: AtEnd) -> Subscription {
        Subscription {
            id: SubscriptionId::from_bytes([1; 16]),
            product: None,
            offer_name: "Offer".into(),
            friendly_name: "offer".into(),
            commerce: Commerce::New,
            partner_changeable: true,
            quantity: 25,
            status: Status::Active,
            partner_of_record: None,
            term: Some(Term::P1Y),
            billing_cycle: Some(BillingCycle::Annual),
            at_end,
            commitment_end: None,
            order: None,
        }
    }
    fn at_end(text: &str) -> AtEnd {
        text.parse().map_or(AtEnd::Unknown(Unclear::Off), AtEnd::Known)
    }
    fn verdict_of(declared: &str, there: &str, settled: Option<&str>) -> Verdict {
        let declared = declared.parse().expect("a renewal");
        match compare(&declared, &seen(at_end(there)), settled.map(Value::word).as_ref()) {
            Compared::Same(_) => Verdict::Same,
            Compared::Differs(moved) => moved.verdict,
        }
    }

    #[test]
    fn what_is_not_written_of_a_next_term_is_not_compared() {
        assert_eq!(verdict_of("renew", "renew, quantity 20", None), Verdict::Same);
        assert_eq!(verdict_of("renew, quantity 25", "renew", None), Verdict::Same, "the same seats again");
        assert_eq!(verdict_of("renew, term P1Y", "renew, quantity 20", None), Verdict::Same);
        assert_eq!(verdict_of("renew, quantity 20", "renew", None), Verdict::Intent);
    }

    #[test]
    fn who_moved_decides_part_by_part() {
        for (declared, there, settled, expected) in [
            ("renew, quantity 20", "renew", "renew, quantity 20", Verdict::Drift),
            ("renew, quantity 20", "renew", "renew, quantity 25", Verdict::Intent),
            ("renew, quantity 20", "renew", "renew", Verdict::Intent),
            ("renew, quantity 20", "renew, quantity 22", "renew, quantity 25", Verdict::Conflict),
            ("cancel", "renew", "cancel", Verdict::Drift),
            ("cancel", "renew", "renew, quantity 25, term P1Y", Verdict::Intent),
            ("cancel", "off", "auto-renew off", Verdict::Intent),
            ("cancel", "off", "cancel", Verdict::Drift),
            ("cancel", "renew", "auto-renew off", Verdict::Conflict),
            ("renew, quantity 15", "cancel", "renew, quantity 20", Verdict::Conflict),
            (
                "renew, quantity 20, term P3Y",
                "renew, quantity 22, term P1Y",
                "renew, quantity 20, term P1Y",
                Verdict::Conflict,
            ),
        ] {
            assert_eq!(verdict_of(declared, there, Some(settled)), expected, "{declared} / {there} / {settled}");
        }
    }

    #[test]
    fn auto_renew_off_is_neither_an_end_nor_a_purchase() {
        for declared in ["renew", "cancel", "extend"] {
            assert_eq!(verdict_of(declared, "off", None), Verdict::Intent, "{declared}");
        }
    }

    #[test]
    fn what_is_remembered_already_is_not_remembered_again() {
        let remembers = |settled: Option<&str>| {
            let declared = "renew, quantity 25".parse().expect("a renewal");
            match compare(&declared, &seen(AtEnd::SAME_AGAIN), settled.map(Value::word).as_ref()) {
                Compared::Same(value) => value,
                Compared::Differs(moved) => panic!("{moved:?}"),
            }
        };
        assert_eq!(remembers(Some("renew, quantity 25, term P1Y, billing annual")), None);
        assert_eq!(remembers(Some("renew")), Some(Value::word("renew, quantity 25")));
        assert_eq!(remembers(None), Some(Value::word("renew, quantity 25")));
    }
}
