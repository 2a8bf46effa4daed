//! Which part of the project is planned: all of it, or some addresses with what they need. Never hides a guard: what
//! lies outside is only not looked at.

use crate::desired::{Delegated, Desired, PartnerOfRecord, Supporter};
use crate::model::{Address, CustomerKey, Name, SubscriptionKey};
use std::collections::BTreeSet;

/// Which addresses are looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// Every one.
    All,
    /// These, already with their needs.
    Only(BTreeSet<Address>),
}

impl Scope {
    /// `targets` and what they need: a subscription its customer and reseller, a customer its resellers. A customer
    /// brings its subscriptions, a relation its ends.
    #[must_use]
    pub fn of(targets: &BTreeSet<Address>, desired: &Desired) -> Self {
        let mut all = BTreeSet::new();
        for target in targets {
            add(target, desired, &mut all);
        }
        Self::Only(all)
    }
    /// Whether an address is looked at.
    #[must_use]
    pub fn holds(&self, address: &Address) -> bool {
        match self {
            Self::All => true,
            Self::Only(addresses) => addresses.contains(address),
        }
    }
}

fn add(target: &Address, desired: &Desired, all: &mut BTreeSet<Address>) {
    if !all.insert(target.clone()) {
        return;
    }
    match target {
        Address::Customer(key) => {
            add_relations(key, desired, all);
            for subscription in desired.subscriptions_of(key) {
                add_subscription(&subscription.key, desired, all);
            }
        }
        Address::Subscription(key) => {
            add_subscription(key, desired, all);
            all.insert(Address::Customer(key.customer.clone()));
            add_relations(&key.customer, desired, all);
        }
        Address::ResellerAssociation(_) => {
            for ((customer, partnership), relation) in &desired.associations {
                if relation.cause == *target {
                    all.insert(Address::Customer(customer.clone()));
                    all.insert(Address::Partnership(partnership.clone()));
                }
            }
        }
        Address::SupportDelegation(_) => {
            for (delegated, support) in &desired.support {
                if support.cause == *target {
                    let customer = match delegated {
                        Delegated::All(customer) => {
                            all.extend(
                                desired.subscriptions_of(customer).map(|it| Address::Subscription(it.key.clone())),
                            );
                            customer
                        }
                        Delegated::One(key) => {
                            all.insert(Address::Subscription(key.clone()));
                            &key.customer
                        }
                    };
                    all.insert(Address::Customer(customer.clone()));
                    if let Supporter::Partnership(name) = &support.contact {
                        all.insert(Address::Partnership(name.clone()));
                    }
                }
            }
        }
        // Whoever leaves may have something of every customer.
        Address::Partnership(name) => {
            let ending = desired.partnerships.get(name).and_then(|partnership| partnership.ending.as_ref());
            if let Some(ending) = ending {
                all.extend(ending.transfer_to.clone().map(Address::Partnership));
                for customer in desired.customers.keys() {
                    add(&Address::Customer(customer.clone()), desired, all);
                }
            }
        }
        Address::AzureAccess(name) => {
            if let Some(access) = desired.azure.get(name) {
                let customer = CustomerKey::Named(access.customer.clone());
                add_relations(&customer, desired, all);
                all.insert(Address::Customer(customer));
                all.insert(Address::Partnership(access.reseller.clone()));
            }
        }
        Address::Provider(_) | Address::Acknowledgement(_) => {}
    }
}

fn add_relations(customer: &CustomerKey, desired: &Desired, all: &mut BTreeSet<Address>) {
    all.extend(desired.associations_of(customer).map(|(partnership, _)| Address::Partnership(partnership.clone())));
}

fn add_subscription(key: &SubscriptionKey, desired: &Desired, all: &mut BTreeSet<Address>) {
    all.insert(Address::Subscription(key.clone()));
    if let Some(name) = desired.subscriptions.get(key).and_then(|s| partnership_of(&s.partner_of_record)) {
        all.insert(Address::Partnership(name.clone()));
    }
}

/// The partnership a partner of record names.
#[must_use]
pub(super) fn partnership_of(partner: &PartnerOfRecord) -> Option<&Name> {
    match partner {
        PartnerOfRecord::Defaulted { partnership, .. } | PartnerOfRecord::Written { partnership, .. } => {
            Some(partnership)
        }
        PartnerOfRecord::Unmanaged | PartnerOfRecord::Asserted(_) => None,
    }
}
