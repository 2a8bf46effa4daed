//! Rules over what is meant and what is there: each with its code, severity and check, in one table. Never makes or
//! removes a step; its objections are values the planner takes.

pub mod lint;
mod rules;

use crate::desired::{Desired, PartnerOfRecord};
use crate::diag::Code;
use crate::diff::{Diff, EndingDiff, Objections, Sides, SubscriptionState, Way, taker};
use crate::model::{Field, Managed, PartnerId, Value};
use std::collections::BTreeSet;

/// One rule.
pub struct Rule {
    /// The code its findings carry.
    pub code: Code,
    /// Adds what it objects to.
    check: fn(&Case<'_, '_>, &mut Objections),
}

/// What a rule looks at.
pub(crate) struct Case<'a, 'd> {
    sides: Sides<'a>,
    diff: &'d Diff<'a>,
    /// PartnerIDs that a change or an order would set.
    wanted: BTreeSet<PartnerId>,
    /// PartnerIDs in force where another field changes: the service validates them at every change.
    /// Source: learn, indirect-provider-tasks (2025-12-01).
    in_force: BTreeSet<PartnerId>,
}

/// Every rule, in the order of codes.
pub const RULES: &[Rule] = &[
    Rule { code: Code::PartnerInvalid, check: rules::partner_invalid },
    Rule { code: Code::PartnerContradicts, check: rules::partner_contradicts },
    Rule { code: Code::AgreementUnsigned, check: rules::reseller_status },
    Rule { code: Code::Stranger, check: rules::stranger },
    Rule { code: Code::PartnershipNotActive, check: rules::not_active },
    Rule { code: Code::OtherName, check: rules::other_name },
];

/// Runs every rule.
#[must_use]
pub fn judge<'a>(sides: Sides<'a>, diff: &Diff<'a>) -> Objections {
    let (wanted, in_force) = used(sides.desired, diff);
    let case = Case { sides, diff, wanted, in_force };
    let mut objections = Objections::default();
    for rule in RULES {
        (rule.check)(&case, &mut objections);
    }
    objections
}

fn used(desired: &Desired, diff: &Diff<'_>) -> (BTreeSet<PartnerId>, BTreeSet<PartnerId>) {
    let (mut wanted, mut in_force) = (BTreeSet::new(), BTreeSet::new());
    let held = |ending: &&EndingDiff<'_>| ending.held.iter().any(|held| matches!(held.way, Way::Ending));
    let takers = diff.endings.iter().filter(held).filter_map(|ending| taker(desired, ending.ending));
    wanted.extend(takers.map(|(_, partner_id)| partner_id.clone()));
    for subscription in &diff.subscriptions {
        let declared = match &subscription.declared.partner_of_record {
            PartnerOfRecord::Defaulted { partner_id, .. } | PartnerOfRecord::Written { partner_id, .. } => {
                Some(partner_id)
            }
            PartnerOfRecord::Unmanaged | PartnerOfRecord::Asserted(_) => None,
        };
        match &subscription.state {
            SubscriptionState::ToBuy => wanted.extend(declared.cloned()),
            SubscriptionState::Moved { observed, moved, .. } => {
                let partners = moved.iter().filter(|m| m.field == Managed::PartnerOfRecord);
                wanted.extend(partners.filter_map(|m| match &m.declared {
                    Value::Text(id) => Some(PartnerId::new(id.clone())),
                    Value::None | Value::Bool(_) | Value::Number(_) | Value::List(_) => None,
                }));
                if moved.iter().any(|m| m.field != Managed::PartnerOfRecord)
                    && let Value::Text(id) = crate::observed::field_value(observed, Field::PartnerOfRecord)
                {
                    in_force.insert(PartnerId::new(id));
                }
            }
            SubscriptionState::Pending(_) | SubscriptionState::Blocked(_) => {}
        }
    }
    (wanted, in_force)
}
