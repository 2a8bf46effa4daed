//! Resellers that stay where a customer moves to another one: nothing takes them away, so it is told. Never a difference
//! that a step could close.

use super::relations::{Side, remembered};
use super::{Diff, Partner, Presence, Sides};
use crate::desired::Ensure;
use crate::diag::{Code, Finding};
use crate::model::{Address, CustomerId, CustomerKey, Name};
use crate::observed::Facet;
use std::collections::{BTreeMap, BTreeSet};

/// Customers, and which resellers each keeps.
type Former<'a> = BTreeMap<&'a CustomerKey, BTreeSet<Name>>;

/// Tells the resellers that a run saw while they were declared, and those that are seen now beside one that is to come.
pub(super) fn tell<'a>(sides: Sides<'a>, diff: &mut Diff<'a>, declared: &BTreeMap<&'a CustomerKey, Side<'a>>) {
    let mut former = Former::new();
    for (customer, Side { all, .. }) in declared {
        let names = remembered(sides, customer).iter().filter(|name| !all.contains(name.as_str()));
        let names = names.filter_map(|name| name.parse().ok()).filter(|name| !is_over(diff, sides, customer, name));
        former.entry(customer).or_default().extend(names);
    }
    seen(sides, diff, declared, &mut former);
    for (customer, names) in former {
        diff.findings.extend(names.iter().filter_map(|name| stays(sides, customer, name)));
    }
}

/// Only what was read anyhow: nothing is asked for the sake of telling.
fn seen<'a>(
    sides: Sides<'a>,
    diff: &Diff<'a>,
    declared: &BTreeMap<&'a CustomerKey, Side<'a>>,
    former: &mut Former<'a>,
) {
    let live = |(customer, side): (&&'a CustomerKey, &Side<'_>)| match diff.customers.get(customer) {
        Some(Presence::Live(id)) if side.moves => Some((*id, *customer)),
        Some(_) | None => None,
    };
    let moving: BTreeMap<CustomerId, &CustomerKey> = declared.iter().filter_map(live).collect();
    for (name, partner) in &diff.partners {
        let Partner::Listed { tenant, .. } = partner else { continue };
        let mut look = |id: CustomerId, customer: &'a CustomerKey| {
            let is_meant = declared.get(customer).is_some_and(|side| side.all.contains(name.as_str()));
            if !is_meant && sides.look.observed().associated(id, *tenant) == Facet::Known(true) {
                former.entry(customer).or_default().insert((*name).clone());
            }
        };
        match sides.look.observed().customers_of(*tenant) {
            // The shorter of the two is gone through: the lists together are hardly longer than the customers are many.
            Facet::Known(list) if list.len() < moving.len() => {
                let both = list.keys().filter_map(|id| moving.get_key_value(id));
                both.for_each(|(id, customer)| look(*id, customer));
            }
            Facet::Known(_) | Facet::Absent | Facet::Unknown(_) => {
                moving.iter().for_each(|(id, customer)| look(*id, customer));
            }
        }
    }
}

/// Whether a reseller that was there is seen not to be there.
fn is_over(diff: &Diff<'_>, sides: Sides<'_>, customer: &CustomerKey, name: &Name) -> bool {
    match (diff.customers.get(customer), diff.partners.get(name)) {
        (Some(Presence::Live(id)), Some(Partner::Listed { tenant, .. })) => {
            sides.look.observed().associated(*id, *tenant) == Facet::Known(false)
        }
        (Some(_) | None, Some(_) | None) => false,
    }
}

/// None where the partnership ends: what stays then is told there.
fn stays(sides: Sides<'_>, customer: &CustomerKey, name: &Name) -> Option<Finding> {
    let ends = sides.desired.partnerships.get(name).is_some_and(|it| it.ensure == Ensure::Ended);
    let declared = sides.desired.customers.get(customer).filter(|_| !ends)?;
    let message = format!("`{name}` stays a reseller of customer `{customer}`, with the rights it has");
    let finding = Finding::warning(Code::ResellerStays, declared.at, message);
    let finding = finding.about(Address::Customer(customer.clone()));
    Some(finding.help("only the customer ends that: Microsoft 365 admin center > Settings > Partner relationships"))
}
