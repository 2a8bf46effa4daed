//! What is said of customers and their one-time passwords. Each rule only looks and says.

use super::View;
use crate::desired::Origin;
use crate::diag::{At, Code, Finding};
use crate::diff::Presence;
use crate::ledger::{Credential, CredentialState, LiveId};
use crate::manifest::document::DefaultAdminAccess;
use crate::model::{Address, CustomerKey, Span};

/// Declared, ours once, and in no list any more.
pub(super) fn absent(view: &mut View<'_, '_>) {
    let gone = view.diff.customers.iter().filter_map(|(key, presence)| Some((key, presence.gone()?)));
    let absent = gone.filter(|(_, finding)| finding.code == Code::CustomerAbsent);
    let about = |(key, finding): (&&CustomerKey, &Finding)| finding.clone().about(Address::Customer((*key).clone()));
    let found: Vec<Finding> = absent.map(about).collect();
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

/// A provider that bounds nothing.
pub(super) fn no_limits(view: &mut View<'_, '_>) {
    let provider = &view.desired().provider;
    if !provider.limits.is_empty() {
        return;
    }
    let address = Address::Provider(provider.name.clone());
    let message = "no `limits` are declared: one plan may take away and grant anything".to_owned();
    let help = "write `limits` of the Provider, such as `{movedPartnerOfRecord: {max: 20}, grantedAccess: {max: 10}}`";
    view.say(Code::NoLimits, Some(provider.limits_at), (address, message), help);
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

/// By the name of the document that means it, where nothing was bound to it since.
fn named<'n>(view: &'n View<'_, '_>, address: &'n Address) -> &'n Address {
    let Address::Customer(CustomerKey::Id(id)) = address else { return address };
    view.diff.bindings.address(LiveId::Customer(*id)).unwrap_or(address)
}

/// Sealed passwords, each with whether somebody says that it was delivered since.
fn sealed<'a>(view: &View<'a, '_>) -> Vec<(&'a Address, &'a Credential, bool)> {
    let ledger = view.sides.ledger;
    let all = ledger.credentials.iter();
    let sealed = all.filter(|(_, credential)| matches!(credential.state, CredentialState::Sealed { .. }));
    sealed.map(|(address, it)| (address, it, ledger.is_delivered(&[address, named(view, address)], it.at))).collect()
}

pub(super) fn credentials_kept(view: &mut View<'_, '_>) {
    for (address, _, _) in sealed(view).into_iter().filter(|(_, _, delivered)| *delivered) {
        let message = format!("the password of `{address}` was delivered and is still kept");
        let at = view.sides.desired.declared.get(address).copied();
        let help = format!("`twotier credentials forget {address} --by NAME --reason TEXT`");
        view.say(Code::CredentialsKept, at, (address.clone(), message), &help);
    }
}

/// How long a sealed password may lie before somebody asks why.
const LIES: Span = Span::days(7);

/// Sealed, and nobody says that it reached anybody.
pub(super) fn credentials_undelivered(view: &mut View<'_, '_>) {
    let now = view.sides.now;
    let old =
        |(_, credential, delivered): &(&Address, &Credential, bool)| !*delivered && credential.at.plus(LIES) < now;
    for (address, credential, _) in sealed(view).into_iter().filter(old) {
        let since = credential.at.date();
        let message =
            format!("the password of `{address}` is sealed since {since}, and nobody says that it was delivered");
        let at = view.sides.desired.declared.get(address).copied();
        let help = "`twotier handoffs list` has the request: who received it, or why nobody did, is said there; nobody can \
                    sign in for this customer meanwhile";
        view.say(Code::CredentialsUndelivered, at, (address.clone(), message), help);
    }
}
