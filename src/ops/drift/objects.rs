//! What drifted as a whole: what was bound and is no longer there, and resellers that are there and nobody declared.
//! Never takes what could not be read for gone.

use crate::desired::{Ensure, Identity};
use crate::diag::{At, Code, Finding};
use crate::diff::{Activity, Diff, Partner, Past, Presence, RelationDiff, Sides, SubscriptionState, strangers};
use crate::ledger::LiveId;
use crate::model::{Address, CustomerId, Name, PartnerId, TenantId};
use crate::observed::{AuditRecord, Relationship};
use smol_str::SmolStr;

/// Something that was bound and is no longer there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Gone {
    /// What the manifests call it.
    pub address: Address,
    /// Where its document stands.
    pub at: At,
    /// What it was bound to.
    pub live: LiveId,
    /// How it is missed.
    pub how: How,
    /// Of a reseller: the declared customers that had it when a run last looked.
    pub customers: Vec<Address>,
    /// Who did it, as far as audit records tell.
    pub by: Option<AuditRecord>,
}

/// How something is missed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// It is in no list.
    Absent,
    /// A partnership that is listed in another state than active.
    NotActive,
}
impl How {
    /// One word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Absent => "gone",
            Self::NotActive => "not active",
        }
    }
}

/// An active reseller that no manifest declares.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stranger {
    /// By its tenant.
    pub tenant: TenantId,
    /// As it is listed.
    pub name: SmolStr,
    /// As it is listed.
    pub partner_id: Option<PartnerId>,
    /// Who did it, as far as audit records tell.
    pub by: Option<AuditRecord>,
}

/// A relation that a run saw and that ended since, while both its ends are there.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Left {
    /// The customer.
    pub address: Address,
    /// Where the relation is declared.
    pub at: At,
    /// The reseller it left.
    pub reseller: Name,
    /// Both, as they are in the tenant.
    pub ends: (CustomerId, TenantId),
    /// Who did it, as far as audit records tell.
    pub by: Option<AuditRecord>,
}

/// Relations that ended, by customer.
pub(super) fn left(diff: &Diff<'_>) -> Vec<Left> {
    let left = |it: &RelationDiff<'_>| {
        let (Past::There, Some(Presence::Live(customer)), Some(Partner::Listed { tenant, .. })) =
            (it.past, diff.customers.get(it.customer), diff.partners.get(it.partnership))
        else {
            return None;
        };
        let address = Address::Customer(it.customer.clone());
        let ends = (*customer, *tenant);
        Some(Left { address, at: it.relation.at, reseller: it.partnership.clone(), ends, by: None })
    };
    diff.relations.iter().filter_map(left).collect()
}

/// The newest record of how a customer left a reseller. A customer that is still ours can have left nobody else, so a
/// record that names no reseller is told too, unless it names another one. Source: learn, auditing-resources
/// (`remove_partner_customer_relationship`).
pub(super) fn who_left(left: &Left, records: &[AuditRecord]) -> Option<AuditRecord> {
    let (customer, reseller) = left.ends;
    let (customer_id, reseller_id) = (customer.to_string(), reseller.to_string());
    let word = "remove_partner_customer_relationship";
    let both = |it: &AuditRecord| of(it, customer) && names(it, &reseller_id);
    newest(records, word, both).or_else(|| newest(records, word, |it| names(it, &customer_id)))
}

/// What is bound and gone, by address.
pub(super) fn gone(sides: Sides<'_>, diff: &Diff<'_>) -> Vec<Gone> {
    let partners = diff.partners.iter().filter_map(|(name, partner)| match partner {
        Partner::NotListed => Some((Address::Partnership((*name).clone()), How::Absent)),
        Partner::Listed { activity: Activity::Other, .. } => {
            Some((Address::Partnership((*name).clone()), How::NotActive))
        }
        Partner::Listed { activity: Activity::Active, .. } | Partner::Unknown(_) => None,
    });
    let is_absent = |finding: &&Finding| finding.code == Code::CustomerAbsent;
    let absent = diff.customers.iter().filter(|(_, presence)| presence.gone().filter(is_absent).is_some());
    let customers = absent.map(|(key, _)| Address::Customer((*key).clone()));
    let subscriptions = diff.subscriptions.iter().filter_map(|one| match &one.state {
        SubscriptionState::Blocked(finding) if finding.code == Code::SubscriptionAbsent => {
            Some(Address::Subscription(one.declared.key.clone()))
        }
        SubscriptionState::Blocked(_)
        | SubscriptionState::ToBuy
        | SubscriptionState::Moved { .. }
        | SubscriptionState::Pending(_) => None,
    });
    let absent = customers.chain(subscriptions).map(|address| (address, How::Absent));
    let mut all: Vec<Gone> = partners
        .chain(absent)
        .filter_map(|(address, how)| {
            let live = match how {
                How::Absent => diff.bindings.get(&address).or_else(|| bound(&address, diff, sides)),
                How::NotActive => bound(&address, diff, sides),
            }?;
            let at = sides.desired.declared.get(&address).copied()?;
            let customers = had(diff, &address);
            Some(Gone { address, at, live, how, customers, by: None })
        })
        .collect();
    all.sort_by(|a, b| a.address.cmp(&b.address));
    all
}

/// The customers that had a reseller when a run last looked.
fn had(diff: &Diff<'_>, reseller: &Address) -> Vec<Address> {
    let Some(name) = reseller.as_partnership() else { return Vec::new() };
    let theirs = diff.relations.iter().filter(|it| it.partnership == name && it.past == Past::There);
    theirs.map(|it| Address::Customer(it.customer.clone())).collect()
}

/// What an address that is gone meant: written, or learned by an earlier run. Who was never there is not gone, and what is
/// declared to end has ended.
fn bound(address: &Address, diff: &Diff<'_>, sides: Sides<'_>) -> Option<LiveId> {
    let (desired, ledger) = (sides.desired, sides.ledger);
    let learned = crate::diff::bound_to(desired, ledger, address);
    match address {
        Address::Partnership(name) => learned.filter(|_| is_missed(sides, diff, name)),
        Address::Customer(key) => match desired.customers.get(key).map(|customer| &customer.identity) {
            Some(Identity::Id(id)) => Some(LiveId::Customer(*id)),
            Some(Identity::Domain(_)) | None => learned,
        },
        Address::Subscription(_)
        | Address::Provider(_)
        | Address::ResellerAssociation(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => learned,
    }
}

/// Whether an end is nobody's declaration: it is to be active and none of us ended it, or it ended before anybody was asked, and
/// no run knows that yet.
fn is_missed(sides: Sides<'_>, diff: &Diff<'_>, name: &Name) -> bool {
    let unasked = diff.ended_unasked.iter().any(|it| it.partnership.name == *name && !it.recorded);
    let active = sides.desired.partnerships.get(name).filter(|it| it.ensure == Ensure::Active);
    unasked || active.is_some_and(|it| !diff.ended_by_us.contains_key(&it.name))
}

/// Active resellers that nobody declared, by tenant.
pub(super) fn undeclared(sides: Sides<'_>) -> Vec<Stranger> {
    let stranger = |it: &Relationship| {
        let Relationship { tenant, name, partner_id, country: _, active: _ } = it;
        Stranger { tenant: *tenant, name: name.clone(), partner_id: partner_id.clone(), by: None }
    };
    strangers(sides).into_iter().map(stranger).collect()
}

/// The newest record of how it went. Source: learn, auditing-resources (`remove_partner_relationship`,
/// `remove_partner_customer_relationship`).
pub(super) fn who_ended(live: LiveId, records: &[AuditRecord]) -> Option<AuditRecord> {
    match live {
        LiveId::Reseller(tenant) => newest(records, "remove_partner_relationship", |it| names(it, &tenant.to_string())),
        LiveId::Customer(id) => {
            let is_its = |it: &AuditRecord| of(it, id) || names(it, &id.to_string());
            let removed = |word| newest(records, word, is_its);
            removed("remove_partner_customer_relationship").or_else(|| removed("delete_customer"))
        }
        LiveId::Subscription(customer, id) => {
            let deleted = |it: &AuditRecord| it.new.as_ref().is_some_and(|new| new.to_lowercase().contains("deleted"));
            let is_its = |it: &AuditRecord| of(it, customer) && names(it, &id.to_string()) && deleted(it);
            newest(records, "update_subscription", is_its)
        }
    }
}

/// The newest record of how somebody came. Source: learn, auditing-resources (`create_partner_relationship`).
pub(super) fn who_came(tenant: TenantId, records: &[AuditRecord]) -> Option<AuditRecord> {
    newest(records, "create_partner_relationship", |it| names(it, &tenant.to_string()))
}

fn newest(records: &[AuditRecord], word: &str, is_its: impl Fn(&AuditRecord) -> bool) -> Option<AuditRecord> {
    let all = records.iter().filter(|it| it.operation.eq_ignore_ascii_case(word) && is_its(it));
    all.max_by_key(|it| it.at).cloned()
}

fn names(record: &AuditRecord, id: &str) -> bool {
    record.resource.eq_ignore_ascii_case(id)
}

fn of(record: &AuditRecord, customer: CustomerId) -> bool {
    record.customer == Some(customer)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Timestamp;

    #[test]
    fn only_a_record_of_an_end_says_who_ended_it() {
        let tenant: TenantId = "fab00000-0000-4000-8000-000000000001".parse().expect("an id");
        let record = |seconds: i64, operation: &str, resource: &str| AuditRecord {
            at: Timestamp::from_seconds(seconds),
            operation: operation.into(),
            user: None,
            application: None,
            customer: None,
            resource: resource.into(),
            new: None,
        };
        let id = tenant.to_string();
        let records = [
            record(1, "remove_partner_relationship", &id.to_uppercase()),
            record(2, "remove_partner_relationship", &id),
            record(3, "create_partner_relationship", &id),
            record(4, "remove_partner_relationship", "another"),
        ];
        let at = |found: Option<AuditRecord>| found.map(|it| it.at.seconds());
        assert_eq!(at(who_ended(LiveId::Reseller(tenant), &records)), Some(2));
        assert_eq!(at(who_came(tenant, &records)), Some(3));
        assert_eq!(at(who_ended(LiveId::Reseller(tenant), &records[2..])), None);
    }
}
