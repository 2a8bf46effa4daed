//! What is said where an earlier effect has no known outcome. Never a way to do it again: it may have happened.

use super::{Sides, known_as};
use crate::diag::{At, Code, Finding};
use crate::ledger::{Doubt, Ledger, Pending, ways_to_settle};
use crate::model::{Address, StepKey, StepName, SubscriptionKey};

/// The effect without a known outcome at an address, under its old name while a rename is not recorded.
pub(super) fn doubt_of<'a>(sides: Sides<'a>, address: &Address) -> Option<Doubt<'a>> {
    sides.ledger.doubt(&known_as(sides.desired, sides.ledger, address))
}

/// The effect at an address that was accepted and does not show yet; likewise.
pub(super) fn pending_of<'a>(sides: Sides<'a>, address: &Address) -> Option<&'a Pending> {
    sides.ledger.pending.get(&*known_as(sides.desired, sides.ledger, address))
}

/// What stands against every step at the address of an effect with no known outcome; others there are named as well.
#[must_use]
pub fn doubted(ledger: &Ledger, doubt: Doubt<'_>, at: At) -> Finding {
    let key = doubt.key();
    let of = format!("an earlier {} of `{}`", key.step, key.address);
    match doubt {
        Doubt::Unresolved(unresolved) => {
            let others = || ledger.unresolved_at(&key.address).filter(|other| other.intent != unresolved.intent);
            let also: String = others().map(|it| format!("; so has a later {}: {}", it.key.step, it.text)).collect();
            let all = std::iter::once(unresolved).chain(others());
            let ways: Vec<String> = all.map(|it| ways_to_settle(it.intent, it.key.step)).collect();
            Finding::error(Code::Unresolved, at, format!("{of} has an unknown outcome: {}{also}", unresolved.text))
                .help(format!("look in the portal, then say how it ended: {}", ways.join("; and ")))
        }
        Doubt::Open(open) => {
            let message = format!("{of} was begun {} and is not settled: it may have happened", open.since);
            Finding::error(Code::Unsettled, at, message).help(LOOK)
        }
    }
}

pub(super) const LOOK: &str =
    "`twotier apply` looks what became of it and settles it, before it plans; nothing is done twice";
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::FileId;
    use crate::ledger::Unresolved;
    use crate::model::{RequestId, Timestamp};

    #[test]
    fn every_unknown_outcome_of_an_address_is_named_with_its_number() {
        let address: Address = "subscription/contoso/m365".parse().expect("an address");
        let unresolved = |(intent, step): (u64, StepName)| {
            let key = StepKey::new(address.clone(), step);
            let (request, since) = (RequestId::from_bytes([7; 16]), Timestamp::from_seconds(0));
            (intent, Unresolved { intent, key, request, since, text: format!("lost {intent}") })
        };
        let both = [(21, StepName::SetSupportContact), (17, StepName::ChangeQuantity)];
        let ledger = Ledger { unresolved: both.into_iter().map(unresolved).collect(), ..Ledger::default() };
        let finding =
            doubted(&ledger, ledger.doubt(&address).expect("doubt"), At { file: FileId(0), start: 0, end: 0 });
        assert_eq!(
            finding.message,
            "an earlier change-quantity of `subscription/contoso/m365` has an unknown outcome: lost 17; so has a later \
             set-support-contact: lost 21"
        );
        let help = "look in the portal, then say how it ended: `twotier state resolve 17 happened --reason TEXT` or \
                    `twotier state resolve 17 did-not-happen --reason TEXT`; and `twotier state resolve 21 happened --reason \
                    TEXT` or `twotier state resolve 21 did-not-happen --reason TEXT`";
        assert_eq!(finding.help.as_deref(), Some(help));
    }
}
