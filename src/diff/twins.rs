//! Documents that turn out to mean one live object, once what was written, learned and seen is put together. Neither of
//! them acts, and nothing is remembered of what either means.

use super::bind::{ambiguous, ledger_binding};
use super::{Diff, Presence, Scope, Sides};
use crate::desired::{Customer, Identity, Subscription};
use crate::diag::{Code, Finding};
use crate::ledger::{Bindings, LiveId};
use crate::model::{Address, SubscriptionKey};
use std::collections::BTreeMap;

/// Each address whose live object is another document's too, with that one.
#[derive(Debug, Default)]
pub struct Twins(BTreeMap<Address, Address>);

impl Twins {
    /// Learns what an address means, and that another one means the same.
    pub(super) fn learn(&mut self, bindings: &mut Bindings, address: Address, live: LiveId) {
        if let Some(other) = bindings.address(live).filter(|other| **other != address) {
            self.0.insert(other.clone(), address.clone());
            self.0.insert(address.clone(), other.clone());
        }
        bindings.learn(address, live);
    }
    /// The same of a document that is not looked at.
    fn outside(&mut self, bindings: &Bindings, address: Address, live: LiveId) {
        if let Some(other) = bindings.address(live) {
            self.0.insert(other.clone(), address);
        }
    }
    /// Whether another document means the same.
    #[must_use]
    pub fn holds(&self, address: &Address) -> bool {
        self.0.contains_key(address)
    }
}

/// Once every customer in scope is bound.
pub(super) fn customers<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    for (key, customer) in outside(sides, &sides.desired.customers, |key| Address::Customer(key.clone())) {
        let address = Address::Customer(key.clone());
        let learned = || ledger_binding(sides, &address).and_then(LiveId::customer);
        let id = match &customer.identity {
            Identity::Id(id) => Some(*id),
            Identity::Domain(domain) => diff.domains.get(domain.as_str()).copied().or_else(learned),
        };
        if let Some(id) = id {
            diff.twins.outside(&diff.bindings, address, LiveId::Customer(id));
        }
    }
    let customer = |address: &Address| match address {
        Address::Customer(key) => sides.desired.customers.get_key_value(key),
        Address::Provider(_)
        | Address::Partnership(_)
        | Address::ResellerAssociation(_)
        | Address::Subscription(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => None,
    };
    let pairs: Vec<(&Customer, &Customer)> =
        diff.twins.0.iter().filter_map(|(one, other)| Some((customer(one)?.1, customer(other)?.1))).collect();
    for (one, other) in pairs {
        diff.customers.insert(&one.key, Presence::Gone(ambiguous(one, other)));
    }
}

/// Once every subscription in scope is bound.
pub(super) fn subscriptions(sides: Sides<'_>, diff: &mut Diff<'_>) {
    for (key, subscription) in outside(sides, &sides.desired.subscriptions, |key| Address::Subscription(key.clone())) {
        let address = Address::Subscription(key.clone());
        let Some(customer) = diff.customers.get(&key.customer).and_then(Presence::live) else { continue };
        let learned = || match ledger_binding(sides, &address) {
            Some(LiveId::Subscription(of, id)) => (of == customer).then_some(id),
            Some(LiveId::Reseller(_) | LiveId::Customer(_)) | None => None,
        };
        if let Some(id) = subscription.identity.or_else(learned) {
            diff.twins.outside(&diff.bindings, address, LiveId::Subscription(customer, id));
        }
    }
}

/// Documents that are not looked at.
fn outside<'a, K: Ord, V>(
    sides: Sides<'a>,
    all: &'a BTreeMap<K, V>,
    address: impl Fn(&K) -> Address + 'a,
) -> impl Iterator<Item = (&'a K, &'a V)> {
    let some = match sides.scope {
        Scope::All => None,
        Scope::Only(_) => Some(all),
    };
    some.into_iter().flatten().filter(move |(key, _)| !sides.scope.holds(&address(key)))
}

/// What stands against a subscription that another document means too.
pub(super) fn against(sides: Sides<'_>, diff: &Diff<'_>, key: &SubscriptionKey) -> Option<Finding> {
    let Address::Subscription(other) = diff.twins.0.get(&Address::Subscription(key.clone()))? else { return None };
    let Subscription { at, .. } = sides.desired.subscriptions.get(key)?;
    let (_, id) = diff.bindings.subscription(key)?;
    let message = format!("subscriptions `{key}` and `{other}` mean one live subscription: `{id}`");
    let finding = Finding::error(Code::EqualIdentity, *at, message).help("keep one of the two");
    let other = sides.desired.subscriptions.get(other).map(|it| it.at);
    Some(other.into_iter().fold(finding, |finding, at| finding.related(at, "the other one is here")))
}
