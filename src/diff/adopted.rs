//! A customer to create whose domain is taken, or whose tenant is written: whether the customer of ours is the one that
//! is meant. Never takes another company for it, and never one that another document means.

use super::bind::{ambiguous, ledger_binding};
use super::{Diff, Partner, Presence, Sides, unknown};
use crate::desired::{Create, Customer, Identity};
use crate::diag::{Code, Finding};
use crate::ledger::LiveId;
use crate::model::{Address, CustomerId, country};
use crate::observed::{self, Facet};
use std::collections::BTreeMap;

/// The documents whose customer is known whatever the tenant shows, because it is written or was learned. Made only where
/// a customer is to be created: none else is held against it.
pub(super) fn claims(sides: Sides<'_>) -> BTreeMap<CustomerId, &Customer> {
    let customers = || sides.desired.customers.values();
    if !customers().any(|customer| is_open(sides, customer)) {
        return BTreeMap::new();
    }
    let means = |customer: &Customer| match &customer.identity {
        Identity::Id(id) => Some(*id),
        Identity::Domain(_) => learned(sides, customer),
    };
    customers().filter_map(|customer| Some((means(customer)?, customer))).collect()
}

/// Whether a customer is to be created and no run knows it.
fn is_open(sides: Sides<'_>, customer: &Customer) -> bool {
    let by_domain = matches!(customer.identity, Identity::Domain(_));
    by_domain && customer.create.is_some() && learned(sides, customer).is_none()
}

fn learned(sides: Sides<'_>, customer: &Customer) -> Option<CustomerId> {
    ledger_binding(sides, &Address::Customer(customer.key.clone())).and_then(LiveId::customer)
}

/// Where a customer to create stands whose domain is taken.
pub(super) fn taken(sides: Sides<'_>, diff: &Diff<'_>, customer: &Customer, create: &Create) -> Presence {
    let domain = &create.domain;
    let found = match diff.domains.get(&**domain) {
        Some(id) => sides.look.customer(*id),
        None => match sides.look.customers() {
            Facet::Known(_) | Facet::Absent => Facet::Absent,
            Facet::Unknown(why) => Facet::Unknown(why),
        },
    };
    let refused = |finding: Finding| Presence::ToCreate(Some(finding));
    match found {
        Facet::Known(ours) => match against(diff, customer, (create, ours)) {
            Some(finding) => refused(finding),
            None => by_reseller(sides, diff, customer, (create, ours)),
        },
        Facet::Absent => {
            let message = format!("the domain `{domain}` of customer `{}` belongs to somebody else", customer.key);
            refused(Finding::error(Code::DomainTaken, create.at, message).help("choose another `domainPrefix`"))
        }
        Facet::Unknown(why) => Presence::Unknown(unknown("the list of customers", &why)),
    }
}

/// What stands against taking a customer of ours for the one that is declared: another document means it, or it is another
/// company. A list tells no more of a company than its name. Source: learn, get-a-list-of-customers.
fn against(diff: &Diff<'_>, customer: &Customer, (create, ours): (&Create, &observed::Customer)) -> Option<Finding> {
    if let Some(other) = diff.claims.get(&ours.id) {
        return Some(ambiguous(customer, other));
    }
    if ours.is_company(&create.company_name) {
        return None;
    }
    let message = format!(
        "the domain `{}` belongs to our customer {}, `{}`, and customer `{}` declares `{}`",
        create.domain, ours.id, ours.company_name, customer.key, create.company_name
    );
    let help =
        "choose another `domainPrefix`; if that company is meant, write its `tenantId` in the place of `create`:";
    Some(Finding::error(Code::DomainOurs, create.at, message).help(format!("{help} {}", ours.id)))
}

/// Where a customer stands that is there by the id that is written. What `create` says beside it must be of that company,
/// until a run knows it: a company may change its name, and a copied id may be a stranger's.
pub(super) fn written(sides: Sides<'_>, customer: &Customer, presence: Presence) -> Presence {
    let (Presence::Live(id), Some(create)) = (&presence, &customer.create) else { return presence };
    if learned(sides, customer) == Some(*id) {
        return presence;
    }
    match sides.look.customer(*id) {
        Facet::Known(ours) if !ours.may_be_company(&create.company_name) => {
            Presence::Unknown(stranger(customer, create, ours))
        }
        Facet::Known(_) | Facet::Absent | Facet::Unknown(_) => presence,
    }
}

fn stranger(customer: &Customer, create: &Create, ours: &observed::Customer) -> Finding {
    let message = format!(
        "customer `{}` declares `{}`, and its `tenantId` {} is that of our customer `{}`",
        customer.key, create.company_name, ours.id, ours.company_name
    );
    let help = "if that company is meant, correct `create.company.name` or take `create` out; else take `tenantId` out";
    Finding::error(Code::DomainOurs, create.at, message).help(help)
}

fn by_reseller(
    sides: Sides<'_>,
    diff: &Diff<'_>,
    customer: &Customer,
    (create, ours): (&Create, &observed::Customer),
) -> Presence {
    let Some((reseller, _)) = &customer.reseller else { return Presence::Live(ours.id) };
    let associated = match diff.partners.get(reseller) {
        Some(Partner::Listed { tenant, .. }) => sides.look.associated(ours.id, *tenant),
        Some(Partner::NotListed) | None => Facet::Known(false),
        Some(Partner::Unknown(finding)) => return Presence::Unknown(finding.clone()),
    };
    match associated {
        Facet::Known(true) => elsewhere(sides, customer, (create, ours))
            .map_or(Presence::Live(ours.id), |finding| Presence::ToCreate(Some(finding))),
        Facet::Known(false) | Facet::Absent => {
            let Create { domain, .. } = create;
            let message =
                format!("the domain `{domain}` belongs to our customer {}, which `{reseller}` does not serve", ours.id);
            let help = format!("if it is meant, write `tenantId: {}`", ours.id);
            Presence::ToCreate(Some(Finding::error(Code::DomainOurs, create.at, message).help(help)))
        }
        Facet::Unknown(why) => Presence::Unknown(unknown("the customers of its reseller", &why)),
    }
}

/// What stands against taking it for the one that is declared, where its tenant is known to be in another country.
fn elsewhere(sides: Sides<'_>, customer: &Customer, (create, ours): (&Create, &observed::Customer)) -> Option<Finding> {
    let declared = &create.address.country;
    let there = match sides.look.country(ours.id) {
        Facet::Known(there) => there,
        Facet::Absent | Facet::Unknown(_) => return None,
    };
    if there == declared || !country::exists(there) {
        return None;
    }
    let message = format!(
        "the domain `{}` belongs to our customer {} in {there}, and customer `{}` declares one in {declared}",
        create.domain, ours.id, customer.key
    );
    let help = format!("choose another `domainPrefix`, or write `tenantId: {}` if that company is meant", ours.id);
    Some(Finding::error(Code::DomainOurs, create.at, message).help(help))
}

/// Tells of a customer that is there before any run knows that it is the one to create.
pub(super) fn tell(sides: Sides<'_>, diff: &mut Diff<'_>, customer: &Customer, id: CustomerId) {
    let (true, Some(create)) = (is_open(sides, customer), &customer.create) else { return };
    let Facet::Known(ours) = sides.look.customer(id) else { return };
    let message = format!(
        "customer `{}` is not created: `{}` is our customer {id}, `{}`, and is taken for it",
        customer.key, ours.domain, ours.company_name
    );
    let finding = Finding::note(Code::DomainBound, create.at, message).about(Address::Customer(customer.key.clone()));
    diff.findings.push(finding.help("if another company is meant, choose another `domainPrefix`"));
}
