//! What is said of customers and their one-time passwords. Each rule only looks and says.

use super::View;
use crate::desired::Origin;
use crate::diag::{At, Code, Finding};
use crate::diff::Presence;
use crate::ledger::{CredentialState, HandoffState};
use crate::manifest::document::DefaultAdminAccess;
use crate::model::{Address, StepName};

/// Declared, ours once, and in no list any more.
pub(super) fn absent(view: &mut View<'_, '_>) {
    let gone = view.diff.customers.iter().filter_map(|(key, presence)| match presence {
        Presence::Gone(finding) if finding.code == Code::CustomerAbsent => {
            Some(finding.clone().about(Address::Customer((*key).clone())))
        }
        Presence::Gone(_)
        | Presence::Live(_)
        | Presence::ToCreate(_)
        | Presence::Pending(_)
        | Presence::ToInvite
        | Presence::Unknown(_) => None,
    });
    let found: Vec<Finding> = gone.collect();
    view.found.extend(found);
}

pub(super) fn agreement_missing(view: &mut View<'_, '_>) {
    for (key, id) in view.customers.clone() {
        let signed = view.sides.look.agreement(id);
        if view.known(|| format!("the agreement of customer `{key}`"), signed) == Some(false) {
            let at = view.desired().customers.get(&key).map(|customer| customer.at);
            let message = format!("customer `{key}` has not signed the Microsoft Customer Agreement");
            let help = "nothing can be ordered for it; only the customer can accept the agreement";
            view.say(Code::AgreementMissing, at, (Address::Customer(key), message), help);
        }
    }
}

pub(super) fn no_recipients(view: &mut View<'_, '_>) {
    if !view.desired().provider.recipients.is_empty() {
        return;
    }
    for (key, presence) in &view.diff.customers {
        if let (Presence::ToCreate(_), Some(customer)) = (presence, view.sides.desired.customers.get(key)) {
            let message = format!("nobody could read the one-time password of the new customer `{key}`");
            let help = "name age public keys under `credentials.recipients` of the Provider";
            view.say(Code::NoRecipients, Some(customer.at), (Address::Customer((*key).clone()), message), help);
        }
    }
}

pub(super) fn no_admin_access(view: &mut View<'_, '_>) {
    for (key, customer) in &view.sides.desired.customers {
        let Some(create) = &customer.create else { continue };
        if create.admin_access == DefaultAdminAccess::None {
            let message = format!("customer `{key}` is created without administrator access for anybody");
            let help = "should the reply with the one-time password be lost, nobody but Microsoft can reset it";
            view.say(Code::NoAdminAccess, Some(create.at), (Address::Customer(key.clone()), message), help);
        }
    }
}

/// Most documents without a contact that are told one by one: an import leaves every one without.
const TOLD: usize = 10;

/// Declared partnerships and customers that nobody could write to.
pub(super) fn no_contact(view: &mut View<'_, '_>) {
    let desired = view.sides.desired;
    let partnerships = desired.partnerships.values().filter(|it| it.contact.is_none());
    let partnerships = partnerships.map(|it| (Address::Partnership(it.name.clone()), it.at)).collect();
    let declared = desired.customers.values().filter(|it| it.origin == Origin::Declared);
    let customers = declared.filter(|it| it.contact.is_none() && it.create.is_none());
    let customers = customers.map(|it| (Address::Customer(it.key.clone()), it.at)).collect();
    missing(view, "partnership", partnerships);
    missing(view, "customer", customers);
}

fn missing(view: &mut View<'_, '_>, kind: &str, all: Vec<(Address, At)>) {
    let help = format!("write `contact.email`; many at once: `twotier set {kind} --from FILE`");
    for (address, at) in all.iter().take(TOLD) {
        let message = format!("nobody is named to write to at `{address}`");
        view.say(Code::NoContact, Some(*at), (address.clone(), message), &help);
    }
    if let Some(more) = all.get(TOLD..).filter(|more| !more.is_empty()) {
        let names: Vec<String> = more.iter().map(|(address, _)| address.to_string()).collect();
        let count = names.len();
        let message = format!("nobody is named to write to at {count} more: {}", names.join(", "));
        let provider = Address::Provider(view.desired().provider.name.clone());
        view.say(Code::NoContact, None, (provider, message), &help);
    }
}

pub(super) fn credentials_kept(view: &mut View<'_, '_>) {
    let ledger = view.sides.ledger;
    for (address, credential) in &ledger.credentials {
        let CredentialState::Sealed { .. } = credential.state else { continue };
        let delivered = ledger.handoffs.values().any(|handoff| {
            handoff.key.address == *address
                && handoff.key.step == StepName::DeliverCredentials
                && match &handoff.state {
                    HandoffState::Acknowledged { .. } | HandoffState::Consumed { .. } => true,
                    HandoffState::Withdrawn { anyway, .. } => anyway.is_some(),
                    HandoffState::Asked | HandoffState::Declined { .. } => false,
                }
        });
        if delivered {
            let message = format!("the password of `{address}` was delivered and is still kept");
            view.say(
                Code::CredentialsKept,
                view.sides.desired.declared.get(address).copied(),
                (address.clone(), message),
                &format!("`twotier credentials forget {address} --by NAME --reason TEXT`"),
            );
        }
    }
}
