//! On whose side a step is: the partnership that a long plan is told by. Outside every id; never changes what is done.

use super::{Action, Step};
use crate::desired::Desired;
use crate::ledger::Grant;
use crate::model::{Address, CustomerKey, Name};

/// Writes into every step the partnership it is done for, where there is one.
pub(super) fn assign(steps: &mut [Step], desired: &Desired) {
    for step in steps {
        step.reseller = asked(step).or_else(|| of(&step.key.address, desired)).or_else(|| of(&step.cause, desired));
    }
}

/// A role that is taken back may be another's than its document names now.
fn asked(step: &Step) -> Option<Name> {
    match (&step.key.address, &step.action) {
        (Address::AzureAccess(_), Action::HandOff(ask)) => Grant::of(&ask.wanted).map(|grant| grant.reseller),
        _ => None,
    }
}

fn of(address: &Address, desired: &Desired) -> Option<Name> {
    match address {
        Address::Partnership(name) => Some(name.clone()),
        Address::Customer(key) => of_customer(key, desired),
        Address::Subscription(key) => of_customer(&key.customer, desired),
        Address::AzureAccess(name) => desired.azure.get(name).map(|access| access.reseller.clone()),
        Address::Provider(_)
        | Address::ResellerAssociation(_)
        | Address::SupportDelegation(_)
        | Address::Acknowledgement(_) => None,
    }
}

fn of_customer(key: &CustomerKey, desired: &Desired) -> Option<Name> {
    let own = desired.customers.get(key).and_then(|customer| customer.reseller.as_ref());
    let first = || desired.associations_of(key).next().map(|(name, _)| name.clone());
    own.map(|(name, _)| name.clone()).or_else(first)
}
