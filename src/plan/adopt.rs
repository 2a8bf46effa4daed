//! What `apply` writes to the ledger because it was seen: bindings, values that hold, addresses that came and went.
//! Never anything that a step would have to bring about.

use super::asked::Asked;
use super::facts::{Ground, evaluate};
use super::repointed::Repointed;
use super::unread::speaks;
use super::{Adopt, Step};
use crate::desired::{Access, Partnership};
use crate::diff::{Diff, Partner, Scope, Sides, Walk, left_for_another, remembered};
use crate::ledger::{Handoff, HandoffState, LiveId};
use crate::model::{Address, CustomerKey, Digest, Fact, Name, StepName, Value};
use crate::observed::Facet;
use std::collections::BTreeSet;

pub(super) fn adopt(
    sides: Sides<'_>,
    diff: &Diff<'_>,
    (steps, asked): (&[Step], &Asked<'_>),
    repointed: &Repointed,
) -> Adopt {
    let (desired, ledger) = (sides.desired, sides.ledger);
    let mut adopt = Adopt { settled: diff.settled.clone(), shown: diff.shown.clone(), ..Adopt::default() };
    let mut known = Walk::over(&ledger.bindings);
    for (address, id) in diff.bindings.iter() {
        if is_literal(address) || known.at(address) == Some(id) || diff.twins.holds(address) {
            continue;
        }
        // What a subscription is bound to is adopted only once it was seen.
        if seen(sides, *id) {
            adopt.bindings.insert(address.clone(), *id);
        }
    }
    let mut managed = ledger.managed.iter().peekable();
    for address in desired.declared.keys().filter(|address| sides.scope.holds(address)) {
        while managed.next_if(|known| *known < address).is_some() {}
        let is_known = managed.peek().is_some_and(|known| *known == address);
        let old = remembered(desired, ledger, address);
        // A managed address stays so under its new name.
        if !is_known && old.as_ref().is_none_or(|old| !ledger.managed.contains(old)) {
            adopt.managed.insert(address.clone());
        }
        adopt.renamed.extend(old.map(|old| (address.clone(), old)));
    }
    if *sides.scope == Scope::All {
        adopt.renamed.extend(renamed_in_place(sides, diff));
        let moved: BTreeSet<&Address> = adopt.renamed.values().collect();
        let mut declared = Walk::over(&desired.declared);
        let gone = ledger.managed.iter().filter(|address| declared.at(address).is_none());
        adopt.released = gone.filter(|address| !moved.contains(address)).cloned().collect();
    }
    adopt.moved = asked.moved(steps);
    let mut planned: BTreeSet<Digest> = steps.iter().map(|step| step.id).collect();
    planned.extend(adopt.moved.values().map(|(former, _)| *former));
    adopt.consumed = consumed(sides, diff, &planned);
    // What shows is there of another object than people were asked for: they are called back.
    let is_other = |it: &Handoff| speaks(it).iter().any(|address| repointed.contains_key(address));
    adopt.consumed.retain(|id| !ledger.handoffs.get(id).is_some_and(is_other));
    adopt
}

/// Subscriptions whose document has another name and still names the same one by its id: there is no `renamedFrom` inside of a
/// customer's document. New name, old name.
fn renamed_in_place(sides: Sides<'_>, diff: &Diff<'_>) -> Vec<(Address, Address)> {
    let (desired, ledger) = (sides.desired, sides.ledger);
    let mut declared = Walk::over(&desired.declared);
    let gone = ledger.managed.iter().filter(|address| declared.at(address).is_none());
    let renamed = gone.filter_map(|old| {
        let customer = &old.as_subscription()?.customer;
        let new = diff.bindings.address(*ledger.bindings.get(old)?)?;
        let is_own = new.as_subscription().is_some_and(|key| key.customer == *customer);
        let is_new = is_own && !ledger.knows(new);
        let is_free = is_new && !desired.renamed.contains_key(new) && desired.declared.contains_key(new);
        (is_free && !diff.twins.holds(new)).then(|| (new.clone(), old.clone()))
    });
    renamed.collect()
}

/// An address that carries its own id needs no binding.
fn is_literal(address: &Address) -> bool {
    matches!(address, Address::Customer(CustomerKey::Id(_)))
}

fn seen(sides: Sides<'_>, id: LiveId) -> bool {
    match id {
        LiveId::Subscription(customer, id) => sides.look.observed().subscription(customer, id).known().is_some(),
        LiveId::Customer(_) | LiveId::Reseller(_) => true,
    }
}

/// Hand-offs whose purpose is observed.
fn consumed(sides: Sides<'_>, diff: &Diff<'_>, planned: &BTreeSet<Digest>) -> BTreeSet<Digest> {
    let ground = Ground { observed: sides.look.observed(), bindings: &diff.bindings, ledger: sides.ledger };
    let open = sides.ledger.handoffs.iter().filter(|(id, handoff)| is_open(handoff) && !planned.contains(id));
    open.filter(|(id, handoff)| {
        is_over(sides, diff, handoff) && !diff.open_notices.contains(id)
            || purpose(handoff).is_some_and(|fact| evaluate(&fact, ground) == Facet::Known(Value::Bool(true)))
    })
    .map(|(id, _)| *id)
    .collect()
}

fn is_open(handoff: &Handoff) -> bool {
    match handoff.state {
        HandoffState::Asked | HandoffState::Acknowledged { .. } => true,
        HandoffState::Declined { .. } | HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. } => false,
    }
}

/// Whether a hand-off has nothing left to be for: the partnership it ends is no longer listed; the invitation came from that end. Grants and take-backs of roles in Azure end each other as people are asked and answer; only of a take-back
/// of which nobody wrote down what it takes must this be said, when its document came to say the opposite.
fn is_over(sides: Sides<'_>, diff: &Diff<'_>, handoff: &Handoff) -> bool {
    match (&handoff.key.address, handoff.key.step) {
        (Address::Partnership(name), StepName::SendNotice | StepName::EndPartnership) => {
            let declared = sides.desired.partnerships.get(name);
            diff.partners.get(name) == Some(&Partner::NotListed)
                && declared.is_none_or(|partnership| left_for_another(sides, partnership).is_none())
        }
        (Address::Customer(customer), StepName::InviteCustomer) => {
            let Ok(to) = handoff.key.discriminator.parse::<Name>() else { return false };
            let left = |partnership: &&Partnership| {
                let taken = partnership.ending.as_ref().is_some_and(|ending| ending.transfer_to.as_ref() == Some(&to));
                taken && diff.partners.get(&partnership.name) == Some(&Partner::NotListed)
            };
            let ended = sides.desired.partnerships.values().any(|partnership| left(&partnership));
            ended && !sides.desired.associations.contains_key(&(customer.clone(), to))
        }
        (Address::AzureAccess(name), StepName::RevokeAzureAccess) if handoff.wanted.is_empty() => {
            sides.desired.azure.get(name).is_some_and(|access| access.access == Access::Granted)
        }
        _ => false,
    }
}

/// What shows that a hand-off was for something; none where nothing in the tenant shows it.
fn purpose(handoff: &Handoff) -> Option<Fact> {
    match (&handoff.key.address, handoff.key.step) {
        (Address::Partnership(name), StepName::InviteReseller) => Some(Fact::PartnershipActive(name.clone())),
        (Address::Customer(customer), StepName::InviteCustomer) => {
            let partnership = handoff.key.discriminator.parse().ok()?;
            Some(Fact::Associated { customer: customer.clone(), partnership })
        }
        (Address::Customer(customer), StepName::RequestAgreement) => Some(Fact::AgreementSigned(customer.clone())),
        _ => None,
    }
}
