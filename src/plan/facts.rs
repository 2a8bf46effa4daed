//! What a fact's value is, and which reads tell it: the one place where preconditions, waits and goals meet
//! observations. Never turns an unknown into an absence.

use crate::ledger::Bindings;
use crate::ledger::{Credential, CredentialState, Ledger, LiveId};
use crate::model::text::flat;
use crate::model::{Address, CustomerId, Fact, Field, SubscriptionId, SubscriptionKey, Value};
use crate::observed::{self, Facet, Observed, PartnerCheck, Read, Review, Why};

/// Everything a fact may be evaluated against.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// What was read.
    pub observed: &'a Observed,
    /// Which live objects addresses mean.
    pub bindings: &'a Bindings,
    /// What is remembered.
    pub ledger: &'a Ledger,
}

/// The reads that tell a fact now. Empty for facts of the ledger, and for objects without a live id.
#[must_use]
pub fn reads(fact: &Fact, bindings: &Bindings) -> Vec<Read> {
    match fact {
        Fact::Binding(address) => match bindings.get(address) {
            Some(LiveId::Reseller(_)) => vec![Read::Relationships],
            Some(LiveId::Customer(id)) => vec![Read::ResellersOf(id)],
            Some(LiveId::Subscription(customer, id)) => vec![Read::Subscription(customer, id)],
            None => Vec::new(),
        },
        Fact::PartnershipActive(_) => vec![Read::Relationships],
        Fact::PartnerValid(id) => vec![Read::PartnerId(id.clone())],
        Fact::ProfileName(id) => vec![Read::PartnerProfile(id.clone())],
        Fact::AgreementSigned(key) => bindings.customer(key).map(Read::Agreement).into_iter().collect(),
        Fact::AccountReviewed(key) => bindings.customer(key).map(Read::AccountReview).into_iter().collect(),
        Fact::Associated { customer, partnership: _ } => {
            bindings.customer(customer).map(Read::ResellersOf).into_iter().collect()
        }
        Fact::DomainFree(domain) => vec![Read::Domain(domain.clone())],
        Fact::Unclaimed { customer, product: _ } => {
            bindings.customer(customer).map(Read::Subscriptions).into_iter().collect()
        }
        Fact::Field(key, field) => bindings.subscription(key).map(|ids| field_read(*field, ids)).into_iter().collect(),
        Fact::Pending(_) | Fact::Credentials(_) | Fact::LastDone(_) => Vec::new(),
    }
}

fn field_read(field: Field, (customer, id): (CustomerId, SubscriptionId)) -> Read {
    match field {
        Field::SupportContact => Read::SupportContact(customer, id),
        Field::PartnerOfRecord
        | Field::Quantity
        | Field::FriendlyName
        | Field::Renewal
        | Field::Status
        | Field::Commerce
        | Field::ScheduledChange
        | Field::Reseller
        | Field::PartnerIds
        | Field::AdminAgents
        | Field::CommitmentEnd => Read::Subscription(customer, id),
    }
}

/// The value of a fact.
#[must_use]
pub fn evaluate(fact: &Fact, ground: Ground<'_>) -> Facet<Value> {
    let Ground { observed, bindings, ledger } = ground;
    match fact {
        Fact::Binding(address) => binding(address, ground),
        Fact::PartnershipActive(name) => match bindings.reseller(name) {
            Some(tenant) => observed
                .relationships()
                .map(|list| Value::Bool(list.get(&tenant).is_some_and(|relationship| relationship.active))),
            None => observed.relationships().map(|_| Value::Bool(false)),
        },
        Fact::PartnerValid(id) => observed.partner(id).map(|check| Value::Bool(*check == PartnerCheck::Valid)),
        Fact::ProfileName(id) => observed.partner_profile(id).map(|name| profile_name(name)),
        Fact::AgreementSigned(key) => of_customer(key, bindings, |id| observed.agreement(id).map(Value::Bool)),
        Fact::AccountReviewed(key) => {
            of_customer(key, bindings, |id| observed.review(id).map(|review| Value::Bool(review == Review::Passed)))
        }
        // Whoever is no customer of ours has no reseller of ours.
        Fact::Associated { customer, partnership: _ } if bindings.customer(customer).is_none() => {
            Facet::Known(Value::Bool(false))
        }
        Fact::Associated { customer, partnership } => of_customer(customer, bindings, |id| {
            bindings
                .reseller(partnership)
                .map_or(Facet::Known(Value::Bool(false)), |reseller| observed.associated(id, reseller).map(Value::Bool))
        }),
        Fact::DomainFree(domain) => observed.domain_taken(domain).map(|taken| Value::Bool(!taken)),
        Fact::Unclaimed { customer, product } => of_customer(customer, bindings, |id| {
            observed.subscriptions(id).map(|list| {
                let twins = list.iter().filter(|s| s.status.occupies() && s.product.as_ref() == Some(product));
                Value::List(
                    twins
                        .filter(|s| !bindings.claims(LiveId::Subscription(id, s.id)))
                        .map(|s| smol_str::format_smolstr!("{}", s.id))
                        .collect(),
                )
            })
        }),
        Fact::Field(key, field) => field_value(key, *field, ground),
        Fact::Pending(address) => {
            Facet::Known(Value::optional(ledger.pending.get(address).map(|pending| pending.key.step)))
        }
        Fact::Credentials(key) => {
            let state = credential(key, ground).map(|credential| match credential.state {
                CredentialState::Sealed { .. } => "sealed",
                CredentialState::Lost => "lost",
                CredentialState::Forgotten => "forgotten",
            });
            Facet::Known(Value::optional(state))
        }
        Fact::LastDone(key) => Facet::Known(ledger.last_done(key).map_or(Value::None, Value::Number)),
    }
}

/// The name in a profile, as a step rests on it.
pub(super) fn profile_name(name: &str) -> Value {
    Value::text(flat(name))
}

/// The password of a customer; while no run has recorded its new name, that of the same live one.
fn credential<'a>(key: &crate::model::CustomerKey, ground: Ground<'a>) -> Option<&'a Credential> {
    let Ground { observed: _, bindings, ledger } = ground;
    let address = Address::Customer(key.clone());
    let Some(id) = bindings.customer(key) else { return ledger.credentials.get(&address) };
    ledger.password(&address, id).map(|(_, credential)| credential).or_else(|| {
        let live = LiveId::Customer(id);
        let mut same = ledger.credentials.iter().filter(|(address, _)| ledger.bindings.get(address) == Some(&live));
        same.next().map(|(_, credential)| credential)
    })
}

fn of_customer(
    key: &crate::model::CustomerKey,
    bindings: &Bindings,
    value: impl FnOnce(CustomerId) -> Facet<Value>,
) -> Facet<Value> {
    bindings.customer(key).map_or(Facet::Unknown(Why::NotRead), value)
}

fn binding(address: &Address, ground: Ground<'_>) -> Facet<Value> {
    let Some(live) = ground.bindings.get(address) else { return Facet::Known(Value::None) };
    let observed = ground.observed;
    match live {
        LiveId::Reseller(tenant) => observed
            .relationships()
            .map(|list| if list.contains_key(&tenant) { Value::text(tenant) } else { Value::None }),
        LiveId::Customer(id) => match observed.customer(id) {
            Facet::Known(_) => Facet::Known(Value::text(id)),
            Facet::Absent => Facet::Known(Value::None),
            // The customer's own read proves that it is there, too.
            Facet::Unknown(why) => match observed.resellers_of(id) {
                Facet::Known(_) => Facet::Known(Value::text(id)),
                Facet::Absent => Facet::Known(Value::None),
                Facet::Unknown(_) => Facet::Unknown(why),
            },
        },
        LiveId::Subscription(customer, id) => match observed.subscription(customer, id) {
            Facet::Known(_) => Facet::Known(Value::text(id)),
            Facet::Absent => Facet::Known(Value::None),
            Facet::Unknown(why) => Facet::Unknown(why),
        },
    }
}

fn field_value(key: &SubscriptionKey, field: Field, ground: Ground<'_>) -> Facet<Value> {
    let Some((customer, id)) = ground.bindings.subscription(key) else { return Facet::Unknown(Why::NotRead) };
    if field == Field::SupportContact {
        return ground.observed.support(customer, id).map(|contact| Value::text(contact.tenant));
    }
    ground.observed.subscription(customer, id).map(|subscription| observed::field_value(subscription, field))
}
