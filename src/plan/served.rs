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
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Served {
    /// Seen among its resellers.
    Seen,
    /// One of them before anything is paid; or nobody knows.
    Theirs,
    /// Declared, and not accepted by the customer yet.
    Invited,
    /// Neither.
    Stranger,
}

/// Where the partner of record that a step gives a subscription stands with its customer; told where it is not among its
/// resellers.
pub(super) fn tell(
    making: &mut Making<'_, '_>,
    of: &SubscriptionKey,
    (name, partner): (&Name, &PartnerReady),
    at: At,
) -> Served {
    let stands = served(making, &of.customer, (name, partner));
    let finding = match stands {
        Served::Seen | Served::Theirs => return stands,
        Served::Invited => {
            let message = format!(
                "`{of}` gets `{name}` as partner of record, which the customer has not accepted as its reseller yet"
            );
            Finding::note(Code::ResellerNotAssociated, at, message)
        }
        Served::Stranger => {
            let message =
                format!("`{of}` gets `{name}` as partner of record, which is not among the customer's resellers");
            Finding::warning(Code::ResellerNotAssociated, at, message).help(
                "the reseller cannot manage what it is paid for; declare it as `reseller` or in `otherResellers` of \
                 the customer",
            )
        }
    };
    making.findings.push(finding.about(Address::Subscription(of.clone())));
    stands
}

/// Drops what was told of a step that is blocked after all.
pub(super) fn hush(findings: &mut Vec<Finding>, blocked: &[Blocked]) {
    let sets = |key: &StepKey| matches!(key.step, StepName::SetPartnerOfRecord | StepName::OrderSubscription);
    let held: BTreeSet<&Address> =
        blocked.iter().map(|it| &it.key).filter(|key| sets(key)).map(|it| &it.address).collect();
    let code = Code::ResellerNotAssociated;
    findings.retain(|it| it.code != code || !it.address.as_ref().is_some_and(|address| held.contains(address)));
}

fn served(making: &Making<'_, '_>, customer: &CustomerKey, (name, partner): (&Name, &PartnerReady)) -> Served {
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
        Some(Presence::ToCreate(_) | Presence::Pending(_)) if preset() => return Served::Theirs,
        Some(Presence::ToInvite) if declared() => return Served::Theirs,
        Some(_) | None => {}
    }
    if let (Some(id), PartnerReady::Active(tenant)) = (making.diff.bindings.customer(customer), partner) {
        match making.sides.look.associated(id, *tenant) {
            Facet::Known(true) => return Served::Seen,
            Facet::Unknown(_) => return Served::Theirs,
            Facet::Known(false) | Facet::Absent => {}
        }
    }
    if declared() || invited() { Served::Invited } else { Served::Stranger }
}
