//! What a record about a role in a customer's Azure says of the other hand-offs about the same role: whoever is asked to
//! grant it is no longer asked to take it back, and what was taken back is granted no more. Pure; never asks what stands.

use crate::ledger::{Assignment, Grant, Handoff, HandoffState, Ledger, Way};
use crate::model::{Digest, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// The hand-offs about each role. A part of the fold that can be made anew at any time, so that folding stays linear.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Assignments(BTreeMap<Assignment, BTreeSet<Digest>>);

/// An end of a role.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum End {
    /// In whose Azure it is.
    Customer,
    /// Whose it is.
    Reseller,
}
impl End {
    fn word(self) -> &'static str {
        match self {
            Self::Customer => "customer",
            Self::Reseller => "reseller",
        }
    }
}

impl Assignments {
    /// Makes it anew, after names changed.
    pub(super) fn of(ledger: &Ledger) -> Self {
        let mut all = Self::default();
        for (id, handoff) in &ledger.handoffs {
            all.learn(*id, handoff);
        }
        all
    }
    /// A hand-off about a role is known.
    pub(super) fn learn(&mut self, id: Digest, handoff: &Handoff) {
        if let Some(grant) = handoff.azure_grant() {
            self.0.entry(grant.assignment()).or_default().insert(id);
        }
    }

    /// Somebody was asked. The same under another id, as another letter case has, is over, whatever was said of it; so is
    /// the opposite: a take-back whatever became of it, a grant that nobody answered. Whether a role still stands whose
    /// take-back was open nobody knows then, so that the grant is open too.
    pub(super) fn asked(&self, ledger: &mut Ledger, id: Digest, at: Timestamp) {
        let Some(handoff) = ledger.handoffs.get(&id) else { return };
        let (Some(way), address) = (handoff.azure_way(), handoff.key.address.clone()) else { return };
        let mut doubtful = false;
        self.others(ledger, id, |other, of| match (way, of, &other.state) {
            (Way::Grant, Way::Grant, state) | (Way::TakeBack, Way::TakeBack, state)
                if other.key.address == address && !matches!(state, HandoffState::Consumed { .. }) =>
            {
                other.state = HandoffState::Consumed { at };
            }
            (
                Way::Grant,
                Way::TakeBack,
                HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Withdrawn { .. },
            ) => {
                other.state = HandoffState::Consumed { at };
                doubtful = true;
            }
            (Way::Grant, Way::TakeBack, HandoffState::Declined { .. }) => other.state = HandoffState::Consumed { at },
            (Way::TakeBack, Way::Grant, state) if state.is_unanswered() => {
                other.state = HandoffState::Consumed { at };
            }
            _ => {}
        });
        if let (true, Some(handoff)) = (doubtful, ledger.handoffs.get_mut(&id)) {
            handoff.state = HandoffState::Asked;
        }
    }

    /// Somebody answered, or took an answer back.
    pub(super) fn answered(&self, ledger: &mut Ledger, id: Digest, at: Timestamp) {
        let Some(handoff) = ledger.handoffs.get(&id) else { return };
        let Some(way) = handoff.azure_way() else { return };
        let state = handoff.state.clone();
        self.others(ledger, id, |other, of| {
            let (done, other_done) = (state.done().is_some(), other.state.done().is_some());
            let (open, other_open) = (state.is_unanswered(), other.state.is_unanswered());
            let over = match (way, of) {
                // It is gone, whoever asked for it.
                (Way::TakeBack, Way::Grant) => done && (other_done || other_open) || open && other_open,
                // It is, or may be, there again.
                (Way::Grant, Way::TakeBack) => (done || open) && other_done || open && other_open,
                (Way::Grant, Way::Grant) | (Way::TakeBack, Way::TakeBack) => false,
            };
            if over {
                other.state = HandoffState::Consumed { at };
            }
        });
    }

    /// The document of a customer or a reseller means another tenant, or this one again. A role stays with the reseller that
    /// it was granted to and, where its scope does not tell the tenant, with the customer in whose Azure it is: that end goes
    /// by the tenant's id while no document means it, and what is asked anew is asked for the other.
    pub(super) fn hand_over(&mut self, ledger: &mut Ledger, end: End, (from, to): (&str, &str)) {
        let is_its = |grant: Grant| match end {
            End::Customer => grant.customer.as_str() == from && grant.assignment().is_by_customer(),
            End::Reseller => grant.reseller.as_str() == from,
        };
        let moving = ledger.handoffs.extract_if(.., |_, handoff| handoff.azure_grant().is_some_and(is_its));
        let moved: Vec<(Digest, Handoff)> = moving
            .map(|(id, mut handoff)| {
                handoff.wanted.insert(end.word().into(), to.into());
                (Digest::of_bytes(format!("{id} {to}").as_bytes()), handoff)
            })
            .collect();
        if !moved.is_empty() {
            ledger.handoffs.extend(moved);
            *self = Self::of(ledger);
        }
    }

    fn others(&self, ledger: &mut Ledger, id: Digest, mut each: impl FnMut(&mut Handoff, Way)) {
        let Some(grant) = ledger.handoffs.get(&id).and_then(Handoff::azure_grant) else { return };
        let Some(ids) = self.0.get(&grant.assignment()) else { return };
        for other in ids.iter().filter(|other| **other != id) {
            if let Some(handoff) = ledger.handoffs.get_mut(other)
                && let Some(way) = handoff.azure_way()
            {
                each(handoff, way);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::fold::Folded;
    use super::super::record::Record;
    use super::super::support::*;
    use super::*;
    use crate::model::{StepKey, StepName};
    use smol_str::SmolStr;

    fn id(name: &str, step: StepName) -> Digest {
        digest(&format!("{name} {step}"))
    }
    fn ask(name: &str, step: StepName, role: &str) -> Record {
        let key = StepKey::new(address(&format!("azure-access/{name}")), step);
        let wanted = [
            ("customer", "contoso"),
            ("principal", "a6000000-0000-4000-8000-000000000001"),
            ("reseller", "fabrikam"),
            ("role", role),
            ("scope", "/subscriptions/5a000000-0000-4000-8000-000000000001"),
        ];
        let wanted = wanted.into_iter().map(|(name, value)| (SmolStr::new(name), SmolStr::new(value))).collect();
        Record::Asked { step: id(name, step), key, digest: digest("text"), text: String::new(), wanted }
    }
    fn grant(name: &str) -> Record {
        ask(name, StepName::GrantAzureAccess, "Owner")
    }
    fn take_back(name: &str) -> Record {
        ask(name, StepName::RevokeAzureAccess, "owner")
    }
    fn done(name: &str, step: StepName) -> Record {
        Record::Acknowledged { handoff: id(name, step), digest: digest("text"), by: by(), evidence: None }
    }
    fn granted(name: &str) -> Record {
        done(name, StepName::GrantAzureAccess)
    }
    fn taken_back(name: &str) -> Record {
        done(name, StepName::RevokeAzureAccess)
    }
    fn reopened(name: &str, step: StepName) -> Record {
        Record::Reopened { handoff: id(name, step), by: by(), reason: why() }
    }

    /// How the grant and the take-back of `name` stand after these records.
    fn check(records: Vec<Record>, name: &str, grant: &str, take_back: &str) {
        let mut folded = Folded::default();
        for (number, record) in (1..).zip(records) {
            folded.absorb(object(number, 1, vec![record]));
        }
        let word = |step| match folded.ledger.handoffs.get(&id(name, step)).map(|handoff| &handoff.state) {
            None => "none",
            Some(HandoffState::Asked) => "asked",
            Some(HandoffState::Acknowledged { .. }) => "done",
            Some(HandoffState::Declined { .. }) => "declined",
            Some(HandoffState::Consumed { .. }) => "over",
            Some(HandoffState::Withdrawn { .. }) => "withdrawn",
        };
        assert_eq!((word(StepName::GrantAzureAccess), word(StepName::RevokeAzureAccess)), (grant, take_back));
        let compact = super::super::checkpoint::refolded(&folded);
        assert_eq!(compact.ledger, folded.ledger, "a checkpoint says the same");
    }

    #[test]
    fn a_grant_stands_until_its_take_back_is_done() {
        check(vec![grant("a"), granted("a"), take_back("a")], "a", "done", "asked");
        check(vec![grant("a"), granted("a"), take_back("a"), taken_back("a")], "a", "over", "done");
    }

    #[test]
    fn a_grant_that_nobody_answered_is_withdrawn_by_its_take_back() {
        check(vec![grant("a"), take_back("a")], "a", "over", "asked");
        check(vec![grant("a"), take_back("a"), granted("a")], "a", "over", "asked");
    }

    #[test]
    fn asking_for_a_grant_ends_its_take_back_and_what_was_open_is_granted_anew() {
        check(vec![grant("a"), granted("a"), take_back("a"), grant("a")], "a", "asked", "over");
        check(vec![grant("a"), granted("a"), take_back("a"), taken_back("a"), grant("a")], "a", "asked", "over");
        check(vec![grant("a"), granted("a"), grant("a")], "a", "done", "none");
    }

    #[test]
    fn who_would_not_take_a_role_back_is_asked_again_once_it_was_granted_anew() {
        let refused = Record::Declined { handoff: id("a", StepName::RevokeAzureAccess), by: by(), reason: why() };
        check(vec![take_back("a"), refused, grant("a")], "a", "asked", "over");
    }

    #[test]
    fn what_another_document_asked_for_is_the_same_role() {
        let both = || vec![grant("a"), granted("a"), grant("b"), granted("b"), take_back("a")];
        check(both(), "b", "done", "none");
        check([both(), vec![taken_back("a")]].concat(), "b", "over", "none");
        check([both(), vec![taken_back("a"), grant("b")]].concat(), "a", "over", "over");
    }

    #[test]
    fn another_role_is_left_alone() {
        let reader = || ask("b", StepName::GrantAzureAccess, "Reader");
        check(vec![reader(), granted("b"), grant("a"), take_back("a"), taken_back("a")], "b", "done", "none");
    }

    #[test]
    fn answers_that_are_taken_back_leave_no_grant_beside_its_take_back() {
        let step = StepName::GrantAzureAccess;
        let declined = || Record::Declined { handoff: id("a", step), by: by(), reason: why() };
        check(vec![grant("a"), granted("a"), take_back("a"), reopened("a", step), declined()], "a", "declined", "over");
        check(vec![grant("a"), declined(), take_back("a"), taken_back("a"), granted("a")], "a", "done", "over");
        let both = vec![
            grant("a"),
            declined(),
            take_back("a"),
            Record::Declined { handoff: id("a", StepName::RevokeAzureAccess), by: by(), reason: why() },
            reopened("a", step),
            reopened("a", StepName::RevokeAzureAccess),
        ];
        check(both, "a", "over", "asked");
        let undone = reopened("a", StepName::RevokeAzureAccess);
        check(vec![grant("a"), granted("a"), take_back("a"), taken_back("a"), undone], "a", "over", "asked");
    }
}
