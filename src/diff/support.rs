//! Support contacts, declared against observed. Legacy subscriptions only; never plans one for new commerce.

use super::{Diff, Partner, Presence, Sides, Verdict, doubted, field, settled, twins, unknown};
use crate::desired::{Delegated, Support, Supporter};
use crate::diag::{Code, Finding};
use crate::ledger::LiveId;
use crate::model::product::Commerce;
use crate::model::{Address, CustomerId, CustomerKey, Field, Leaf, SubscriptionId, SubscriptionKey, TenantId, Value};
use crate::observed::{self, Facet, Status};
use std::collections::BTreeMap;

/// A support contact that differs, or could not be compared.
#[derive(Debug)]
pub struct SupportDiff<'a> {
    /// Which subscription.
    pub key: SubscriptionKey,
    /// What is declared.
    pub declared: &'a Support,
    /// Where it stands.
    pub state: SupportState,
}

/// Where a support contact stands.
#[derive(Debug)]
pub enum SupportState {
    /// It differs.
    Moved {
        /// Whose.
        customer: CustomerId,
        /// Which.
        id: SubscriptionId,
        /// Who supports it now: a tenant.
        observed: TenantId,
        /// Which side moved.
        verdict: Verdict,
        /// What was last settled.
        settled: Option<Value>,
    },
    /// It is not known whom the partnership means yet.
    AfterPartnership {
        /// Whose.
        customer: CustomerId,
        /// Which.
        id: SubscriptionId,
        /// Who supports it now.
        observed: TenantId,
    },
    /// Something stands against it.
    Blocked(Finding),
}

pub(super) fn compare<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    let mut spoken: BTreeMap<(CustomerId, SubscriptionId), (SubscriptionKey, &'a Support)> = BTreeMap::new();
    for (delegated, support) in &sides.desired.support {
        match delegated {
            Delegated::All(customer) => all(sides, diff, customer, support, &mut spoken),
            Delegated::One(key) => one(sides, diff, key, support, &mut spoken),
        }
    }
    for ((customer, id), (key, support)) in spoken {
        if let Some(state) = contact(sides, diff, (customer, id), &key, support) {
            diff.support.push(SupportDiff { key, declared: support, state });
        } else {
            diff.unchanged += 1;
        }
    }
    diff.support.sort_by(|a, b| a.key.cmp(&b.key));
}

type Spoken<'a> = BTreeMap<(CustomerId, SubscriptionId), (SubscriptionKey, &'a Support)>;

fn live_customer(sides: Sides<'_>, diff: &Diff<'_>, customer: &CustomerKey) -> Option<CustomerId> {
    if !sides.scope.holds(&Address::Customer(customer.clone())) {
        return None;
    }
    // What stands against the customer is told there; a new one has no legacy subscription.
    diff.customers.get(customer).and_then(Presence::live)
}

fn all<'a>(
    sides: Sides<'a>,
    diff: &mut Diff<'a>,
    customer: &'a CustomerKey,
    support: &'a Support,
    spoken: &mut Spoken<'a>,
) {
    let Some(id) = live_customer(sides, diff, customer) else { return };
    let list = match sides.look.subscriptions(id) {
        Facet::Known(list) => list,
        Facet::Absent => &[],
        Facet::Unknown(why) => {
            let finding = unknown(&format!("the subscriptions of customer `{customer}`"), &why);
            diff.findings.push(finding.about(support.cause.clone()));
            return;
        }
    };
    for subscription in list.iter().filter(|s| s.status == Status::Active && s.commerce == Commerce::Legacy) {
        let key = match diff.bindings.address(LiveId::Subscription(id, subscription.id)) {
            Some(Address::Subscription(key)) => key.clone(),
            Some(_) | None => SubscriptionKey { customer: customer.clone(), leaf: Leaf::Id(subscription.id) },
        };
        spoken.entry((id, subscription.id)).or_insert((key, support));
    }
    if !list.iter().any(|s| s.commerce == Commerce::Legacy) && !list.is_empty() {
        diff.findings.push(
            Finding::warning(
                Code::LegacyOnly,
                support.at,
                format!("customer `{customer}` has new-commerce subscriptions only, which have no support contact"),
            )
            .about(support.cause.clone()),
        );
    }
}

fn one<'a>(
    sides: Sides<'a>,
    diff: &mut Diff<'a>,
    key: &'a SubscriptionKey,
    support: &'a Support,
    spoken: &mut Spoken<'a>,
) {
    let Some(customer) = live_customer(sides, diff, &key.customer) else { return };
    let id = match (&key.leaf, diff.bindings.get(&Address::Subscription(key.clone()))) {
        (Leaf::Id(id), _) => *id,
        (Leaf::Named(_), Some(LiveId::Subscription(_, id))) => id,
        // To be bought: what is bought now is new commerce and has no support contact.
        (Leaf::Named(_), _) => return,
    };
    match sides.look.subscription(customer, id) {
        Facet::Known(subscription) if subscription.commerce == Commerce::New => {
            let message = format!("subscription `{key}` is new commerce and has no support contact");
            diff.findings.push(
                Finding::warning(Code::LegacyOnly, support.at, message)
                    .about(support.cause.clone())
                    .help("remove it from the delegation; nothing can be set, in API or portal"),
            );
        }
        Facet::Known(_) => {
            spoken.insert((customer, id), (key.clone(), support));
        }
        Facet::Absent => diff.support.push(SupportDiff {
            key: key.clone(),
            declared: support,
            state: SupportState::Blocked(
                Finding::error(
                    Code::SubscriptionAbsent,
                    support.at,
                    format!("subscription `{key}` is not among the customer's"),
                )
                .help("correct the delegation"),
            ),
        }),
        Facet::Unknown(why) => {
            let finding = unknown(&format!("subscription `{key}`"), &why);
            diff.support.push(SupportDiff {
                key: key.clone(),
                declared: support,
                state: SupportState::Blocked(finding),
            });
        }
    }
}

fn contact(
    sides: Sides<'_>,
    diff: &mut Diff<'_>,
    (customer, id): (CustomerId, SubscriptionId),
    key: &SubscriptionKey,
    support: &Support,
) -> Option<SupportState> {
    let observed = match sides.look.support(customer, id) {
        Facet::Known(contact) => contact.tenant,
        Facet::Absent => {
            let why = observed::Why::Implausible("a legacy subscription has one".into());
            return Some(SupportState::Blocked(unknown(&format!("the support contact of `{key}`"), &why)));
        }
        Facet::Unknown(why) => {
            return Some(SupportState::Blocked(unknown(&format!("the support contact of `{key}`"), &why)));
        }
    };
    let wanted = match &support.contact {
        Supporter::Provider => sides.desired.provider.tenant,
        Supporter::Partnership(name) => match diff.partners.get(name) {
            Some(Partner::Listed { tenant, .. }) => *tenant,
            Some(Partner::NotListed) => return Some(SupportState::AfterPartnership { customer, id, observed }),
            Some(Partner::Unknown(finding)) => return Some(SupportState::Blocked(finding.clone())),
            None => return None,
        },
    };
    let address = Address::Subscription(key.clone());
    let values = settled((sides.desired, sides.ledger), &diff.bindings, &address);
    let settled = values.and_then(|values| values.get(&Field::SupportContact)).cloned();
    let (wanted, there) = (Value::text(wanted), Value::text(observed));
    let verdict = field::three_way(&wanted, &there, settled.as_ref());
    if verdict != Verdict::Same {
        if let Some(doubt) = sides.ledger.doubt(&address) {
            return Some(SupportState::Blocked(doubted(sides.ledger, doubt, support.at)));
        }
        if let Some(finding) = twins::against(sides, diff, key) {
            return Some(SupportState::Blocked(finding));
        }
        return Some(SupportState::Moved { customer, id, observed, verdict, settled });
    }
    if settled.as_ref() != Some(&wanted) {
        diff.settled.entry(address).or_default().insert(Field::SupportContact, wanted);
    }
    None
}
