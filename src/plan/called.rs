//! What people call the customers and resellers that a plan speaks of by the names of their documents. Only shown: no step
//! and no id knows of it.

use super::{Blocked, Step};
use crate::desired::{Desired, Partnership};
use crate::diff::Sides;
use crate::ledger::{Bindings, LiveId};
use crate::model::text::flat;
use crate::model::{Address, CustomerId, CustomerKey, Name, StepKey};
use crate::observed::{Observed, says_the_same};
use std::collections::{BTreeMap, BTreeSet};

/// What names come from.
#[derive(Clone, Copy, Debug)]
pub struct Named<'a> {
    /// What is meant.
    pub desired: &'a Desired,
    /// Which live objects addresses mean.
    pub bindings: &'a Bindings,
    /// What was read.
    pub observed: &'a Observed,
}

impl<'a> Named<'a> {
    /// From what is compared.
    pub(super) fn of(sides: Sides<'a>, bindings: &'a Bindings) -> Self {
        Self { desired: sides.desired, bindings, observed: sides.look.observed() }
    }
}

/// The names of customers and partnerships that steps and blocked addresses speak of, where they tell more than the
/// address does.
pub(super) fn all(named: Named<'_>, steps: &[Step], blocked: &[Blocked]) -> BTreeMap<Address, String> {
    let mut spoken = BTreeSet::new();
    for key in steps.iter().map(|step| &step.key).chain(blocked.iter().map(|blocked| &blocked.key)) {
        spoken.extend(ends(named.desired, key));
    }
    spoken.extend(steps.iter().flat_map(partners).map(Address::Partnership));
    names(named, spoken)
}

/// The name of what an address is about: a customer, the customer of a subscription, a reseller.
#[must_use]
pub fn called(named: Named<'_>, address: &Address) -> Option<String> {
    names(named, about(address)).into_values().next()
}

/// The customer or partnership that an address is about.
#[must_use]
pub fn about(address: &Address) -> Option<Address> {
    match address {
        Address::Customer(_) | Address::Partnership(_) => Some(address.clone()),
        Address::Subscription(key) => Some(Address::Customer(key.customer.clone())),
        Address::Provider(_)
        | Address::ResellerAssociation(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => None,
    }
}

/// What a step is about, and its other end.
fn ends(desired: &Desired, key: &StepKey) -> impl Iterator<Item = Address> {
    let other = key.discriminator.parse::<Name>().ok().filter(|name| desired.partnerships.contains_key(name));
    about(&key.address).into_iter().chain(other.map(Address::Partnership))
}

/// Who loses and gains the incentive: a PartnerID is shown with whose it is before it.
fn partners(step: &Step) -> impl Iterator<Item = Name> {
    let changes = step.changes.iter().filter(|change| change.field == "partnerOfRecord");
    let shown = changes.flat_map(|change| change.before.iter().chain([&change.after]));
    shown.filter_map(|shown| shown.split_once(" (").and_then(|(name, _)| name.parse().ok()))
}

/// What people call a live object, as far as that was read.
pub(super) fn live(observed: &Observed, id: LiveId) -> Option<String> {
    let name = match id {
        LiveId::Reseller(tenant) => observed.relationships().known()?.get(&tenant)?.name.to_string(),
        LiveId::Customer(id) => observed.customer(id).known()?.company_name.to_string(),
        LiveId::Subscription(customer, id) => {
            let subscription = observed.subscription(customer, id).known().copied()?;
            let offer = flat(&subscription.offer_name);
            match live(observed, LiveId::Customer(customer)) {
                Some(company) => format!("{offer} of {company}"),
                None => offer,
            }
        }
    };
    (!name.trim().is_empty()).then_some(name)
}

/// A reseller as the tenant lists it, and as its document says where that is another name: a tenant id tells a reader nothing.
fn reseller(Named { desired: _, bindings, observed }: Named<'_>, declared: &Partnership) -> String {
    let listed = bindings.reseller(&declared.name).and_then(|tenant| live(observed, LiveId::Reseller(tenant)));
    match listed.filter(|there| !says_the_same(there, &declared.display_name)) {
        Some(there) => format!("{there}, declared as {}", declared.display_name),
        None => declared.display_name.to_string(),
    }
}

fn names(named: Named<'_>, spoken: impl IntoIterator<Item = Address>) -> BTreeMap<Address, String> {
    let Named { desired, bindings, observed } = named;
    let (mut names, mut live) = (BTreeMap::new(), BTreeMap::<CustomerId, Vec<CustomerKey>>::new());
    for address in spoken {
        match &address {
            Address::Customer(key) => {
                let create = desired.customers.get(key).and_then(|customer| customer.create.as_ref());
                names.extend(create.map(|create| (address.clone(), create.company_name.to_string())));
                let id = if let CustomerKey::Id(id) = key { Some(*id) } else { bindings.customer(key) };
                id.into_iter().for_each(|id| live.entry(id).or_default().push(key.clone()));
            }
            Address::Partnership(name) => {
                names.extend(desired.partnerships.get(name).map(|it| (address.clone(), reseller(named, it))));
            }
            Address::Provider(_)
            | Address::ResellerAssociation(_)
            | Address::Subscription(_)
            | Address::SupportDelegation(_)
            | Address::AzureAccess(_)
            | Address::Acknowledgement(_) => {}
        }
    }
    // One walk over the lists, however many customers are spoken of.
    let lists = if live.is_empty() { None } else { Some(observed.customer_lists()) };
    for customer in lists.into_iter().flatten().flat_map(BTreeMap::values) {
        for key in live.get(&customer.id).into_iter().flatten() {
            names.insert(Address::Customer(key.clone()), customer.company_name.to_string());
        }
    }
    names.retain(|address, name| {
        let own = address.to_string();
        !name.trim().is_empty() && own.split_once('/').is_none_or(|(_, own)| !says_the_same(own, name))
    });
    names
}
