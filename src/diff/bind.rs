//! Which live object each partnership and customer means, and where it stands. Never takes an unread list for an
//! empty one.

use super::doubt::{doubt_of, pending_of};
use super::owners::{self, Meant};
use super::{Diff, Owners, Sides, adopted, bound_to, domains, doubted, near, twins, unknown};
use crate::desired::{Create, Customer, Ensure, Identity, Partnership};
use crate::diag::{Code, Finding};
use crate::ledger::{HandoffState, LiveId, PendingWhat};
use crate::model::{Address, CustomerId, StepName, TenantId};
use crate::observed::{self, Facet, Relationship, Why};
use std::collections::BTreeMap;

/// Where a partnership stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Partner {
    /// It is listed.
    Listed {
        /// The reseller's tenant.
        tenant: TenantId,
        /// Whether its state is active.
        activity: Activity,
    },
    /// The list was read to its end and it is not in it.
    NotListed,
    /// Not known.
    Unknown(Finding),
}

/// Whether a listed partnership is active.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Activity {
    /// Active.
    Active,
    /// In another state.
    Other,
}

/// Where a customer stands.
#[derive(Clone, Debug, PartialEq)]
pub enum Presence {
    /// It is there.
    Live(CustomerId),
    /// It is to be created; nothing seen so far stands against it, or the finding does.
    ToCreate(Option<Finding>),
    /// Its creation was answered and does not show yet.
    Pending(CustomerId),
    /// It is none of ours yet, and known by its domain alone: nobody but itself can make it one, once it is invited.
    ToInvite,
    /// It is bound or named, and not there.
    Gone(Finding),
    /// Not known.
    Unknown(Finding),
}

impl Presence {
    /// Whose subscriptions and relations can be read: a customer that is there.
    #[must_use]
    pub fn live(&self) -> Option<CustomerId> {
        if let Self::Live(id) = self { Some(*id) } else { None }
    }
    /// What is said of one that is gone, or is another document's too.
    #[must_use]
    pub fn gone(&self) -> Option<&Finding> {
        if let Self::Gone(finding) = self { Some(finding) } else { None }
    }
}

pub(super) fn partnerships<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    let list = relationships(sides);
    diff.owners = Owners::of(sides.desired, sides.ledger, sides.look.observed().relationships().known().copied());
    for (name, partnership) in &sides.desired.partnerships {
        let address = Address::Partnership(name.clone());
        if !sides.scope.holds(&address) {
            continue;
        }
        let partner = match &list {
            Err(finding) => Partner::Unknown(finding.clone()),
            Ok(list) => match diff.owners.meant(name) {
                Meant::Known(tenant) => list.get(tenant).map_or(Partner::NotListed, listed),
                Meant::Alike(tenant) => {
                    let there = list.get(tenant);
                    diff.assumed.extend(there.map(|there| owners::assumed(partnership, there)));
                    there.map_or(Partner::NotListed, listed)
                }
                Meant::Nobody => Partner::NotListed,
                Meant::Unclear(finding) => Partner::Unknown(finding.clone()),
            },
        };
        if let Partner::Listed { tenant, .. } = &partner {
            diff.bindings.learn(address, LiveId::Reseller(*tenant));
        }
        diff.partners.insert(name, partner);
    }
}

fn listed(relationship: &Relationship) -> Partner {
    let activity = if relationship.active { Activity::Active } else { Activity::Other };
    Partner::Listed { tenant: relationship.tenant, activity }
}

/// The list, unless it cannot be: an empty one while the ledger remembers partnerships that were active. Of that only a person
/// knows whether it is right.
fn relationships(sides: Sides<'_>) -> Result<&BTreeMap<TenantId, Relationship>, Finding> {
    let not = |why: &Why| unknown("the list of indirect resellers", why);
    if sides.desired.partnerships.is_empty() {
        return Err(not(&Why::NotRead));
    }
    match sides.look.relationships() {
        Facet::Known(list) if list.is_empty() && remembers_partnerships(sides) => {
            Err(not(&Why::Implausible("it is empty, and earlier runs saw partnerships".into())).help(
                "plan again; where the portal lists none either, say so of each that ended: \
                 `twotier state forget partnership/NAME --by NAME --reason TEXT`",
            ))
        }
        Facet::Known(list) => Ok(list),
        Facet::Absent => Err(not(&Why::Implausible("there is none".into()))),
        Facet::Unknown(why) => Err(not(&why)),
    }
}

/// Whether some partnership should be listed: bound once, neither declared ended nor ended by a hand-off of ours.
fn remembers_partnerships(sides: Sides<'_>) -> bool {
    let ended = |address: &Address| {
        let declared = address.as_partnership().and_then(|name| sides.desired.partnerships.get(name));
        declared.is_some_and(|partnership| partnership.ensure == Ensure::Ended) || was_ended(sides, address)
    };
    let resellers = sides.ledger.bindings.iter().filter(|(_, id)| matches!(id, LiveId::Reseller(_)));
    resellers.map(|(address, _)| address).any(|address| !ended(address))
}

/// Whether a run saw the reseller among ours that a partnership means now. Another one that it meant before says nothing.
#[must_use]
pub fn was_there(sides: Sides<'_>, partnership: &Partnership) -> bool {
    bound(sides, partnership).is_some_and(|bound| partnership.tenant.is_none_or(|meant| meant == bound))
}

/// The reseller that a run saw and that a partnership means no more: another tenant was written.
#[must_use]
pub fn left_for_another(sides: Sides<'_>, partnership: &Partnership) -> Option<TenantId> {
    bound(sides, partnership).filter(|_| !was_there(sides, partnership))
}

fn bound(sides: Sides<'_>, partnership: &Partnership) -> Option<TenantId> {
    ledger_binding(sides, &Address::Partnership(partnership.name.clone())).and_then(LiveId::reseller)
}

/// What is said of a declared partnership that a run saw, that is no longer listed and that none of us ended.
#[must_use]
pub fn gone(partnership: &Partnership) -> Finding {
    Finding::error(
        Code::PartnershipGone,
        partnership.ensure_at,
        format!("partnership `{}` was active and is no longer listed", partnership.name),
    )
    .help("find out who ended it; `twotier state forget` lets it be invited again")
}

fn was_ended(sides: Sides<'_>, address: &Address) -> bool {
    sides.ledger.handoffs.values().any(|handoff| {
        handoff.key.step == StepName::EndPartnership
            && handoff.key.address == *address
            && matches!(handoff.state, HandoffState::Acknowledged { .. } | HandoffState::Consumed { .. })
    })
}

/// What the ledger binds an address to, under its old name while a rename is not recorded.
pub(super) fn ledger_binding(sides: Sides<'_>, address: &Address) -> Option<LiveId> {
    bound_to(sides.desired, sides.ledger, address)
}

pub(super) fn customers<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    diff.domains = by_listed_domain(sides);
    diff.claims = adopted::claims(sides);
    for (key, customer) in &sides.desired.customers {
        let address = Address::Customer(key.clone());
        if !sides.scope.holds(&address) {
            continue;
        }
        let mut presence = presence(sides, diff, customer, &address);
        if matches!(presence, Presence::ToInvite) {
            presence = near::invitation(sides, diff, customer);
        }
        if matches!(presence, Presence::Live(_)) && pending_of(sides, &address).is_some() {
            diff.shown.insert(address.clone());
        }
        if let Presence::Live(id) = presence {
            adopted::tell(sides, diff, customer, id);
        }
        if let Presence::Live(id) | Presence::Pending(id) = presence {
            diff.twins.learn(&mut diff.bindings, address, LiveId::Customer(id));
        }
        diff.customers.insert(key, presence);
    }
    twins::customers(sides, diff);
}

/// Domain → customer over every list that was read, made once so that looking up stays linear.
fn by_listed_domain(sides: Sides<'_>) -> BTreeMap<&str, CustomerId> {
    let lists = sides.look.observed().customer_lists().flat_map(BTreeMap::values);
    lists.map(|customer| (customer.domain.as_str(), customer.id)).collect()
}

pub(super) fn ambiguous(customer: &Customer, other: &Customer) -> Finding {
    let message = format!("`customer/{}` and `customer/{}` are one customer", customer.key, other.key);
    Finding::error(Code::CustomerAmbiguous, customer.at, message)
        .related(other.at, "the other document")
        .help("keep one of the two documents")
}

fn presence(sides: Sides<'_>, diff: &Diff<'_>, customer: &Customer, address: &Address) -> Presence {
    if let Some(doubt) = doubt_of(sides, address)
        && doubt.key().step == StepName::CreateCustomer
    {
        return Presence::Unknown(doubted(sides.ledger, doubt, customer.at));
    }
    if let Some(pending) = pending_of(sides, address)
        && let PendingWhat::Customer(id) = pending.what
        && !matches!(customer.identity, Identity::Id(written) if written != id)
    {
        return pending_customer(sides, diff, customer, id);
    }
    let domain = match &customer.identity {
        Identity::Id(id) => return adopted::written(sides, customer, by_id(sides, diff, customer, *id)),
        Identity::Domain(domain) => domain,
    };
    match ledger_binding(sides, address) {
        Some(LiveId::Customer(id)) => domains::bound(sides, diff, customer, (domain, id)),
        Some(LiveId::Reseller(_) | LiveId::Subscription(..)) | None => match &customer.create {
            Some(create) => to_create(sides, diff, customer, create),
            None => by_domain(sides, diff, customer, domain),
        },
    }
}

/// An entry of the filtered list of a declared reseller, before the whole list is asked for.
fn in_resellers_lists<'a>(
    sides: Sides<'a>,
    diff: &Diff<'_>,
    customer: &Customer,
    pick: impl Fn(&'a BTreeMap<CustomerId, observed::Customer>) -> Option<CustomerId>,
) -> Result<Option<CustomerId>, Why> {
    for (partnership, _) in sides.desired.associations_of(&customer.key) {
        if let Some(Partner::Listed { tenant, .. }) = diff.partners.get(partnership) {
            match sides.look.customers_of(*tenant) {
                Facet::Known(list) => {
                    if let Some(id) = pick(list) {
                        return Ok(Some(id));
                    }
                }
                Facet::Absent => {}
                Facet::Unknown(Why::NotRead) => return Err(Why::NotRead),
                Facet::Unknown(_) => {}
            }
        } else if let Some(Partner::Unknown(_)) = diff.partners.get(partnership) {
            // The list of resellers comes first: it may make the whole list of customers needless.
            if !sides.look.observed().was_read(&observed::Read::Relationships) {
                return Err(Why::NotRead);
            }
        }
    }
    Ok(None)
}

pub(super) fn by_id(sides: Sides<'_>, diff: &Diff<'_>, customer: &Customer, id: CustomerId) -> Presence {
    match in_resellers_lists(sides, diff, customer, |list| list.get(&id).map(|c| c.id)) {
        Ok(Some(id)) => return Presence::Live(id),
        Ok(None) => {}
        Err(why) => return Presence::Unknown(unknown("the customers of its resellers", &why)),
    }
    match sides.look.customer(id) {
        Facet::Known(_) => Presence::Live(id),
        Facet::Absent => Presence::Gone(left(customer, &id.to_string())),
        Facet::Unknown(why) => Presence::Unknown(unknown("the list of customers", &why)),
    }
}

fn by_domain(sides: Sides<'_>, diff: &Diff<'_>, customer: &Customer, domain: &str) -> Presence {
    if let Some(id) = diff.domains.get(domain) {
        return Presence::Live(*id);
    }
    if let Err(why) = in_resellers_lists(sides, diff, customer, |_| None) {
        return Presence::Unknown(unknown("the customers of its resellers", &why));
    }
    match sides.look.customers() {
        Facet::Known(_) | Facet::Absent => {
            let inviting = sides.desired.associations_of(&customer.key).next().is_some();
            if inviting { Presence::ToInvite } else { Presence::Gone(left(customer, domain)) }
        }
        Facet::Unknown(why) => Presence::Unknown(unknown("the list of customers", &why)),
    }
}

fn left(customer: &Customer, identity: &str) -> Finding {
    Finding::error(
        Code::CustomerAbsent,
        customer.at,
        format!("customer `{}` means `{identity}`, which is not among the provider's customers", customer.key),
    )
    .help("it may have left; correct the identity, remove the document, or invite it in the portal: one named by `domain`, with a `reseller`, is invited by a step")
}

fn to_create(sides: Sides<'_>, diff: &Diff<'_>, customer: &Customer, create: &Create) -> Presence {
    match sides.look.domain_taken(&create.domain) {
        Facet::Known(false) | Facet::Absent => Presence::ToCreate(None),
        Facet::Unknown(why) => {
            Presence::Unknown(unknown(&format!("whether the domain `{}` is taken", create.domain), &why))
        }
        Facet::Known(true) => adopted::taken(sides, diff, customer, create),
    }
}

/// A creation that was answered: live as soon as any list shows it. The ledger outranks the absence.
fn pending_customer(sides: Sides<'_>, diff: &Diff<'_>, customer: &Customer, id: CustomerId) -> Presence {
    match in_resellers_lists(sides, diff, customer, |list| list.get(&id).map(|c| c.id)) {
        Ok(Some(id)) => return Presence::Live(id),
        Ok(None) => {}
        Err(why) => return Presence::Unknown(unknown("the customers of its resellers", &why)),
    }
    match sides.look.customer(id) {
        Facet::Known(_) => Presence::Live(id),
        Facet::Absent => Presence::Pending(id),
        Facet::Unknown(why) => Presence::Unknown(unknown("the list of customers", &why)),
    }
}
