//! Whether who becomes partner of record is among the customer's resellers: association and partner of record are
//! independent, and a reviewer should see where they part. Never stands against a step.

use super::Blocked;
use super::build::{Making, PartnerReady};
use crate::diag::{At, Code, Finding};
use crate::diff::Presence;
use crate::model::{Address, CustomerKey, Name, StepKey, StepName, SubscriptionKey};
use crate::observed::Facet;
use std::collections::BTreeSet;

/// Where a reseller stands with a customer.
enum Among {
    /// One of its resellers, or one before anything is paid; or nobody knows.
    Theirs,
    /// Declared, and not accepted by the customer yet.
    Invited,
    /// Neither.
    Stranger,
}

/// Tells of a subscription that a step gives a partner of record who is not among its customer's resellers.
pub(super) fn tell(making: &mut Making<'_, '_>, of: &SubscriptionKey, (name, partner): (&Name, &PartnerReady), at: At) {
    let finding = match among(making, &of.customer, (name, partner)) {
        Among::Theirs => return,
        Among::Invited => {
            let message = format!(
                "`{of}` gets `{name}` as partner of record, which the customer has not accepted as its reseller yet"
            );
            Finding::note(Code::ResellerNotAssociated, at, message)
        }
        Among::Stranger => {
            let message =
                format!("`{of}` gets `{name}` as partner of record, which is not among the customer's resellers");
            Finding::warning(Code::ResellerNotAssociated, at, message).help(
                "the reseller cannot manage what it is paid for; declare it as `reseller` or in `otherResellers` of \
                 the customer",
            )
        }
    };
    making.findings.push(finding.about(Address::Subscription(of.clone())));
}

/// Drops what was told of a step that is blocked after all.
pub(super) fn hush(findings: &mut Vec<Finding>, blocked: &[Blocked]) {
    let sets = |key: &StepKey| matches!(key.step, StepName::SetPartnerOfRecord | StepName::OrderSubscription);
    let held: BTreeSet<&Address> =
        blocked.iter().map(|it| &it.key).filter(|key| sets(key)).map(|it| &it.address).collect();
    let code = Code::ResellerNotAssociated;
    findings.retain(|it| it.code != code || !it.address.as_ref().is_some_and(|address| held.contains(address)));
}

fn among(making: &Making<'_, '_>, customer: &CustomerKey, (name, partner): (&Name, &PartnerReady)) -> Among {
    let declared = || making.desired().associations.contains_key(&(customer.clone(), name.clone()));
    let preset = || {
        let reseller = making.desired().customers.get(customer).and_then(|it| it.reseller.as_ref());
        reseller.is_some_and(|(reseller, _)| reseller == name)
    };
    let invited = || {
        let mut invitations = making.diff.endings.iter().flat_map(|ending| &ending.invitations);
        invitations.any(|it| it.customer.key == *customer && it.to == name)
    };
    match making.diff.customers.get(customer) {
        // At creation the declared reseller is preset, and who is invited first is there before anything is bought.
        Some(Presence::ToCreate(_) | Presence::Pending(_)) if preset() => return Among::Theirs,
        Some(Presence::ToInvite) if declared() => return Among::Theirs,
        Some(_) | None => {}
    }
    if let (Some(id), PartnerReady::Active(tenant)) = (making.diff.bindings.customer(customer), partner) {
        match making.sides.look.associated(id, *tenant) {
            Facet::Known(true) | Facet::Unknown(_) => return Among::Theirs,
            Facet::Known(false) | Facet::Absent => {}
        }
    }
    if declared() || invited() { Among::Invited } else { Among::Stranger }
}
