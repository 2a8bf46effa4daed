//! What is said where an earlier effect has no known outcome. Never a way to do it again: it may have happened.

use super::{Sides, remembered};
use crate::diag::{At, Code, Finding};
use crate::ledger::{Doubt, Pending};
use crate::model::{Address, StepKey, StepName, SubscriptionKey};

/// The effect without a known outcome at an address, under its old name while a rename is not recorded.
pub(super) fn doubt_of<'a>(sides: Sides<'a>, address: &Address) -> Option<Doubt<'a>> {
    let old = remembered(sides.desired, sides.ledger, address);
    sides.ledger.doubt(old.as_ref().unwrap_or(address))
}

/// The effect at an address that was accepted and does not show yet; likewise.
pub(super) fn pending_of<'a>(sides: Sides<'a>, address: &Address) -> Option<&'a Pending> {
    let old = remembered(sides.desired, sides.ledger, address);
    sides.ledger.pending.get(old.as_ref().unwrap_or(address))
}

/// What stands against every step at the address of an effect with no known outcome.
#[must_use]
pub fn doubted(doubt: Doubt<'_>, at: At) -> Finding {
    let key = doubt.key();
    let of = format!("an earlier {} of `{}`", key.step, key.address);
    match doubt {
        Doubt::Unresolved(unresolved) => {
            Finding::error(Code::Unresolved, at, format!("{of} has an unknown outcome: {}", unresolved.text))
                .help("look in the portal, then say how it ended with `twotier state resolve`")
        }
        Doubt::Open(open) => {
            let message = format!("{of} was begun {} and is not settled: it may have happened", open.since);
            Finding::error(Code::Unsettled, at, message).help(LOOK)
        }
    }
}

const LOOK: &str = "`twotier apply` looks what became of it and settles it, before it plans; nothing is done twice";
const LOOK_ONCE_MORE: &str =
    "`twotier apply` looks once more what became of it; what it does not claim then is named with `subscriptionId`";

/// What stands against taking a live subscription nobody claims for somebody else's: an order of this customer that may
/// have brought it.
pub(super) fn may_be_ours(sides: Sides<'_>, key: &SubscriptionKey, twins: &str, at: At) -> Option<Finding> {
    let of_customer =
        |step: &&StepKey| step.address.as_subscription().is_some_and(|other| other.customer == key.customer);
    let ordering = |step: &&StepKey| step.step == StepName::OrderSubscription && of_customer(step);
    let open = sides.ledger.doubtful_steps().filter(ordering).min().map(|step| (step, LOOK));
    let late = || sides.ledger.given_up.values().filter(ordering).min().map(|step| (step, LOOK_ONCE_MORE));
    let (step, help) = open.or_else(late)?;
    let message = format!("{twins} may be what an earlier {} of `{}` bought", step.step, step.address);
    Some(Finding::error(Code::Unsettled, at, message).help(help))
}
