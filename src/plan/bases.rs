//! How many there are of what a relative bound speaks of: what the project declares and the tenant was seen to have. Never
//! counts what is only declared, so that documents that mean nothing lift no bound.

use crate::desired::Desired;
use crate::diff::{Diff, Partner, Presence, Sides, bound_to, known_as};
use crate::model::{Address, Field, Limit, Limits, Value};
use std::collections::BTreeMap;

/// How much each bound in force allows.
pub type Allowed = BTreeMap<Limit, u32>;

/// Measures the bounds in force.
pub(super) fn allowed(limits: &Limits, sides: Sides<'_>, diff: &Diff<'_>) -> Allowed {
    let measured = |(limit, bound): (&Limit, &crate::model::Bound)| {
        let all = if bound.percent.is_some() { all(*limit, sides, diff) } else { 0 };
        (*limit, bound.allows(usize::try_from(all).unwrap_or(usize::MAX)))
    };
    limits.iter().map(measured).collect()
}

fn all(limit: Limit, sides: Sides<'_>, diff: &Diff<'_>) -> u64 {
    let Desired { partnerships, customers, subscriptions, .. } = sides.desired;
    let seats = || subscriptions.keys().filter_map(|key| seats(sides, diff, &Address::Subscription(key.clone())));
    let count = |number: usize| u64::try_from(number).unwrap_or(u64::MAX);
    match limit {
        Limit::EndedPartnerships => {
            let listed = |address: &Address| match diff.partners.get(address.as_partnership()?)? {
                Partner::Listed { .. } => Some(()),
                Partner::NotListed | Partner::Unknown(_) => None,
            };
            let addresses = partnerships.keys().map(|name| Address::Partnership(name.clone()));
            count(addresses.filter_map(|address| there(sides, &address, listed)).count())
        }
        Limit::GrantedAccess => {
            let live = |key| diff.customers.get(key).and_then(Presence::live).map(|_| ());
            let all = customers.keys().map(|key| (Address::Customer(key.clone()), key));
            count(all.filter_map(|(address, key)| there(sides, &address, |_| live(key))).count())
        }
        Limit::MovedPartnerOfRecord | Limit::LoweredQuantity | Limit::EndedRenewals => count(seats().count()),
        Limit::BoughtSeats => seats().fold(0, u64::saturating_add),
    }
}

/// Whether a declared object is there: seen now, or by an earlier run where this one does not look.
fn there(sides: Sides<'_>, address: &Address, seen: impl Fn(&Address) -> Option<()>) -> Option<()> {
    if sides.scope.holds(address) { seen(address) } else { known(sides, address) }
}

/// Whether an earlier run saw it.
fn known(sides: Sides<'_>, address: &Address) -> Option<()> {
    bound_to(sides.desired, sides.ledger, address).map(drop)
}

/// The seats of a declared subscription that is there.
fn seats(sides: Sides<'_>, diff: &Diff<'_>, address: &Address) -> Option<u64> {
    if sides.scope.holds(address) {
        let (customer, id) = diff.bindings.subscription(address.as_subscription()?)?;
        let seen = sides.look.observed().subscription(customer, id);
        return seen.known().filter(|it| it.status.occupies()).map(|it| it.quantity.into());
    }
    known(sides, address)?;
    let own = known_as(sides.desired, sides.ledger, address);
    match sides.ledger.settled.get(&*own).and_then(|fields| fields.get(&Field::Quantity)) {
        Some(Value::Number(seats)) => Some(*seats),
        Some(Value::None | Value::Bool(_) | Value::Text(_) | Value::List(_)) | None => Some(0),
    }
}
