//! Resellers that stay where a customer moves to another one: nothing takes them away, so it is told. Never a difference
//! that a step could close, and never said to be there where nobody could look.

use super::relations::Side;
use super::{Diff, Partner, Presence, Sides};
use crate::desired::Ensure;
use crate::diag::{Code, Finding};
use crate::model::{Address, CustomerKey, Name, TenantId};
use crate::observed::Facet;
use std::collections::BTreeMap;

/// Customers, and which resellers each keeps.
type Former<'a> = BTreeMap<&'a CustomerKey, BTreeMap<Name, Rest>>;

/// What is known of a reseller that was there.
#[derive(Clone, Copy)]
enum Rest {
    /// It is there.
    Stays,
    /// That could not be read.
    Perhaps,
    /// It is not there any more.
    Over,
}

/// Tells the resellers that a run saw while they were declared, and those that are seen now beside one that is to come.
pub(super) fn tell<'a>(sides: Sides<'a>, diff: &mut Diff<'a>, declared: &BTreeMap<&'a CustomerKey, Side<'a>>) {
    let mut former = Former::new();
    for (customer, Side { last, all, .. }) in declared {
        let names = last.iter().filter(|name| !all.contains(name.as_str()));
        let names = names.filter_map(|name| name.parse().ok());
        let names = names.map(|name: Name| {
            let rest = rest(diff, sides, customer, &name);
            (name, rest)
        });
        former.entry(customer).or_default().extend(names);
    }
    seen(sides, diff, declared, &mut former);
    for (customer, names) in former {
        diff.findings.extend(names.iter().filter_map(|(name, rest)| told(sides, customer, (name, *rest))));
    }
}

/// Those that are seen beside one that is to come. One read for each customer of which
/// neither a run nor this look has seen a reseller that is declared.
fn seen<'a>(
    sides: Sides<'a>,
    diff: &Diff<'a>,
    declared: &BTreeMap<&'a CustomerKey, Side<'a>>,
    former: &mut Former<'a>,
) {
    let listed = |(name, partner): (&&'a Name, &Partner)| match partner {
        Partner::Listed { tenant, .. } => Some((*tenant, *name)),
        Partner::NotListed | Partner::Unknown(_) => None,
    };
    let names: BTreeMap<TenantId, &Name> = diff.partners.iter().filter_map(listed).collect();
    for (customer, Side { last, all, seen, moves }) in declared {
        let (true, Some(Presence::Live(id))) = (moves, diff.customers.get(customer)) else { continue };
        let there = if seen.is_empty() && last.is_empty() {
            sides.look.resellers_of(*id)
        } else {
            sides.look.observed().resellers_of(*id)
        };
        let there = there.known().into_iter().copied().flatten().filter_map(|tenant| names.get(tenant));
        let beside = there.filter(|name| !all.contains(name.as_str())).map(|name| (*name).clone());
        former.entry(customer).or_default().extend(beside.map(|name| (name, Rest::Stays)));
    }
}

/// Whether a reseller that a run saw is still there.
fn rest(diff: &Diff<'_>, sides: Sides<'_>, customer: &CustomerKey, name: &Name) -> Rest {
    match (diff.customers.get(customer), diff.partners.get(name)) {
        (Some(Presence::Live(id)), Some(Partner::Listed { tenant, .. })) => match sides.look.associated(*id, *tenant) {
            Facet::Known(true) => Rest::Stays,
            Facet::Known(false) | Facet::Absent => Rest::Over,
            Facet::Unknown(_) => Rest::Perhaps,
        },
        (_, Some(Partner::NotListed)) => Rest::Over,
        (Some(_) | None, Some(_) | None) => Rest::Perhaps,
    }
}

/// None where the partnership ends: what stays then is told there.
fn told(sides: Sides<'_>, customer: &CustomerKey, (name, rest): (&Name, Rest)) -> Option<Finding> {
    let ends = sides.desired.partnerships.get(name).is_some_and(|it| it.ensure == Ensure::Ended);
    let declared = sides.desired.customers.get(customer).filter(|_| !ends)?;
    let message = match rest {
        Rest::Over => return None,
        Rest::Stays => format!("`{name}` stays a reseller of customer `{customer}`, with the rights it has"),
        Rest::Perhaps => format!(
            "`{name}` was a reseller of customer `{customer}`, and may still be with the rights it had: nobody looked"
        ),
    };
    let finding = Finding::warning(Code::ResellerStays, declared.at, message);
    let finding = finding.about(Address::Customer(customer.clone()));
    Some(finding.help("only the customer ends that: Microsoft 365 admin center > Settings > Partner relationships"))
}
