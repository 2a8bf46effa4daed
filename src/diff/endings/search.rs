//! Looking through customers for what hangs on a reseller that leaves. Never takes what could not be read for nothing.

use super::{Coverage, EndingDiff, Held, Mobility, Supported, Way, key_of, mobility};
use crate::desired::EndingSearch;
use crate::diag::Finding;
use crate::diff::{Diff, Presence, Sides, unknown};
use crate::ledger::{LiveId, PendingWhat};
use crate::model::product::Commerce;
use crate::model::{Address, CustomerId, CustomerKey, Field, Leaf, SubscriptionKey};
use crate::observed::{self, Facet, Status};
use std::collections::BTreeSet;

/// The customers whose subscriptions are looked through: the reseller's, the declared ones, and as many others as the
/// ending says.
pub(super) fn searched<'a>(sides: Sides<'a>, diff: &Diff<'a>, found: &mut EndingDiff<'a>) -> BTreeSet<CustomerId> {
    let mut known: BTreeSet<CustomerId> = found.customers.iter().map(|(_, customer)| customer.id).collect();
    // Whoever was declared once is known: a document that disappears must not clear the way for an end.
    known.extend(sides.ledger.bindings.values().filter_map(|live| match live {
        LiveId::Customer(id) => Some(*id),
        LiveId::Reseller(_) | LiveId::Subscription(..) => None,
    }));
    for (key, presence) in &diff.customers {
        match presence {
            Presence::Live(id) => {
                known.insert(*id);
            }
            Presence::Unknown(finding) => found.unread.push(finding.clone()),
            // Two documents mean it: it is there, and nothing is known of what it has.
            Presence::Gone(_) if twin(diff, key).is_some() => known.extend(diff.bindings.customer(key)),
            // What is to be, just came to be or is gone has no subscription.
            Presence::ToCreate(_) | Presence::Pending(_) | Presence::ToInvite | Presence::Gone(_) => {}
        }
    }
    let everybody = match found.ending.search {
        Some(EndingSearch::KnownCustomers) => {
            found.coverage = Coverage { searched: known.len(), left: None };
            return known;
        }
        Some(EndingSearch::EveryCustomer) | None => match sides.look.customers() {
            Facet::Known(list) => list.keys().copied().collect(),
            Facet::Absent => BTreeSet::new(),
            Facet::Unknown(why) => {
                found.unread.push(unknown("the list of customers", &why));
                known.clone()
            }
        },
    };
    let read = |id: &CustomerId| sides.look.observed().was_read(&observed::Read::Subscriptions(*id));
    match found.ending.search {
        Some(EndingSearch::EveryCustomer) => known.extend(&everybody),
        // Whatever was read for another reason costs nothing.
        Some(EndingSearch::KnownCustomers) | None => known.extend(everybody.iter().copied().filter(read)),
    }
    let left = everybody.difference(&known).count();
    found.coverage = Coverage { searched: known.len(), left: Some(left) };
    known
}

pub(super) fn search<'a>(sides: Sides<'a>, diff: &mut Diff<'a>, customer: CustomerId, found: &mut EndingDiff<'a>) {
    let key = key_of(diff, customer);
    if let Some(finding) = twin(diff, &key) {
        return found.unread.push(finding.clone());
    }
    let list = match sides.look.subscriptions(customer) {
        Facet::Known(list) => list,
        Facet::Absent => return,
        Facet::Unknown(why) => {
            return found.unread.push(unknown(&format!("the subscriptions of customer `{key}`"), &why));
        }
    };
    for observed in list.iter().filter(|subscription| subscription.status.occupies()) {
        let key = match diff.bindings.address(LiveId::Subscription(customer, observed.id)) {
            Some(Address::Subscription(key)) => key.clone(),
            Some(_) | None => SubscriptionKey { customer: key.clone(), leaf: Leaf::Id(observed.id) },
        };
        if diff.leaving.left_behind.contains(&(customer, observed.id)) {
            continue;
        }
        if is_own(diff, found, observed) {
            let way = way(sides, &key, observed);
            found.held.push(Held { key: key.clone(), observed, way });
        } else if diff.leaving.shares(&found.partnership.name, observed) {
            // Whose incentive it is nobody knows: only a document says, or leaves it where it is.
            let declared = sides.desired.subscriptions.contains_key(&key);
            let way = if declared { Way::Document } else { Way::Stuck("another reseller goes by its PartnerID too") };
            found.held.push(Held { key: key.clone(), observed, way });
        }
        if observed.commerce == Commerce::Legacy {
            support(sides, (customer, &key), observed, found);
        }
    }
}

/// What stands against a customer that two documents mean: which of them says what becomes of its subscriptions is not known.
pub(super) fn twin<'d>(diff: &'d Diff<'_>, customer: &CustomerKey) -> Option<&'d Finding> {
    let finding = diff.customers.get(customer)?.gone()?;
    diff.twins.holds(&Address::Customer(customer.clone())).then_some(finding)
}

fn is_own(diff: &Diff<'_>, found: &EndingDiff<'_>, observed: &observed::Subscription) -> bool {
    let owner = observed.partner_of_record.as_ref().and_then(|id| diff.leaving.by_partner.get(id));
    owner.is_some_and(|leaver| leaver.partnership.name == found.partnership.name)
}

fn way<'a>(sides: Sides<'a>, key: &SubscriptionKey, observed: &observed::Subscription) -> Way<'a> {
    let address = Address::Subscription(key.clone());
    if let Mobility::Stuck(why) = mobility(observed) {
        return Way::Stuck(why);
    }
    if sides.desired.subscriptions.contains_key(key) {
        return Way::Document;
    }
    if let Some(doubt) = sides.ledger.doubt(&address) {
        return Way::Doubtful(doubt);
    }
    match sides.ledger.pending.get(&address) {
        Some(pending)
            if matches!(pending.what, PendingWhat::Change { field: Field::PartnerOfRecord, .. })
                && !sides.is_overdue(pending) =>
        {
            Way::Pending(pending)
        }
        Some(_) | None => Way::Ending,
    }
}

/// Whether the reseller supports it.
fn support<'a>(
    sides: Sides<'a>,
    (customer, key): (CustomerId, &SubscriptionKey),
    observed: &observed::Subscription,
    found: &mut EndingDiff<'a>,
) {
    match sides.look.support(customer, observed.id) {
        Facet::Known(contact) if contact.tenant == found.tenant => {
            let mobility = match mobility(observed) {
                // A partner of record that stays says nothing of support.
                Mobility::Stuck(_) if observed.status == Status::Active => Mobility::Movable,
                mobility @ (Mobility::Movable | Mobility::Stuck(_)) => mobility,
            };
            found.supported.push(Supported { key: key.clone(), mobility, customer, id: observed.id });
        }
        Facet::Known(_) => {}
        // Told as in a comparison: it is not for nobody that it has none.
        Facet::Absent => {
            let why = observed::Why::Implausible("a legacy subscription has one".into());
            found.unread.push(unknown(&format!("the support contact of `{key}`"), &why));
        }
        Facet::Unknown(why) => found.unread.push(unknown(&format!("the support contact of `{key}`"), &why)),
    }
}
