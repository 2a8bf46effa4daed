//! What is said of live subscriptions: whose incentive they are, who supports them, what becomes of them. Each rule
//! only looks and says.

use super::{Live, View};
use crate::desired::{Ensure, Partnership, Subscription};
use crate::diag::{Code, Finding};
use crate::diff::{How, OutOfUse, Partner, SubscriptionState, was_there};
use crate::ledger::HandoffState;
use crate::model::Field;
use crate::model::operation::SupportContact;
use crate::model::product::Commerce;
use crate::model::text::flat;
use crate::model::{Address, CustomerKey, Name, PartnerId, Renewal, StepName, SubscriptionKey, TenantId, Value};
use crate::observed::{AtEnd, Status, Unclear, field_value};
use std::collections::BTreeSet;

/// Declared, bound and not there.
pub(super) fn absent(view: &mut View<'_, '_>) {
    let blocked = view.diff.subscriptions.iter().filter_map(|one| match &one.state {
        SubscriptionState::Blocked(finding) if finding.code == Code::SubscriptionAbsent => {
            Some((one.declared, finding))
        }
        SubscriptionState::Blocked(_)
        | SubscriptionState::ToBuy
        | SubscriptionState::Moved { .. }
        | SubscriptionState::Pending(_) => None,
    });
    let about = |(declared, finding): (&Subscription, &Finding)| {
        finding.clone().about(Address::Subscription(declared.key.clone()))
    };
    let found: Vec<Finding> = blocked.map(about).collect();
    view.found.extend(found);
}

/// Declared, there and not in use, where its own renewal did not say so.
pub(super) fn out_of_use(view: &mut View<'_, '_>) {
    let told = view.diff.out_of_use.iter().filter(|one| match one.how {
        How::Moved | How::Known => true,
        How::Declared => false,
    });
    let found: Vec<Finding> = told.map(OutOfUse::finding).collect();
    view.found.extend(found);
}

pub(super) fn partner_missing(view: &mut View<'_, '_>) {
    for live in view.subscriptions() {
        if field_value(live.observed, Field::PartnerOfRecord) == Value::None {
            let message = format!("`{}` ({}) has no partner of record", live.key, live.observed.offer_name);
            let help = if live.observed.partner_changeable {
                "no reseller gets its incentive; write `partnerOfRecord`"
            } else {
                "no reseller gets its incentive, and that of a reservation or savings plan cannot be set any more"
            };
            view.say(Code::PartnerMissing, live.at(), (live.address(), message), help);
        }
    }
}

pub(super) fn partner_unknown(view: &mut View<'_, '_>) {
    let Some(list) = view.relationships() else { return };
    for live in view.subscriptions() {
        let Value::Text(id) = field_value(live.observed, Field::PartnerOfRecord) else { continue };
        let id = PartnerId::new(id);
        let owner = view.desired().partnerships.values().find(|partnership| partnership.partner_ids.contains(&id));
        let ended = owner.filter(|owner| has_ended(view, owner));
        let lapsed = owner.filter(|owner| has_lapsed(view, owner));
        if view.reseller_of(list, &id).is_some() || (owner.is_some() && ended.is_none() && lapsed.is_none()) {
            continue;
        }
        let (message, help) = if let Some(ended) = ended {
            (
                format!(
                    "`{}` still has partner of record {id}, of `{}`, whose partnership ended{}",
                    live.key,
                    ended.name,
                    left(view, ended, &live)
                ),
                "no reseller of ours is paid for it, and the service refuses every change of it; write `partnerOfRecord`, or let it run out",
            )
        } else if let Some(lapsed) = lapsed {
            (
                format!(
                    "`{}` has partner of record {id}, of `{}`, whose partnership was active and is no longer listed",
                    live.key, lapsed.name
                ),
                "no reseller of ours is paid for it, and the service refuses every change of it; invite the reseller again, or write `partnerOfRecord` of another one (`twotier drift` says who ended it)",
            )
        } else if id == view.desired().provider.partner_id {
            (
                format!("`{}` has the provider itself ({id}) as partner of record", live.key),
                "no reseller gets its incentive; write `partnerOfRecord`",
            )
        } else {
            (
                format!("`{}` has partner of record {id}, which belongs to no reseller of ours", live.key),
                "a PartnerID that lapsed or is wrong blocks every later change; write `partnerOfRecord`, or add the id to `partnerIds` of its partnership",
            )
        };
        view.say(Code::PartnerUnknown, live.at(), (live.address(), message), help);
    }
}

fn has_ended(view: &View<'_, '_>, partnership: &Partnership) -> bool {
    partnership.ensure == Ensure::Ended && view.diff.partners.get(&partnership.name) == Some(&Partner::NotListed)
}

/// Declared active, known to earlier runs, and not listed: somebody ended it.
fn has_lapsed(view: &View<'_, '_>, partnership: &Partnership) -> bool {
    partnership.ensure == Ensure::Active
        && view.diff.partners.get(&partnership.name) == Some(&Partner::NotListed)
        && was_there(view.sides, partnership)
}

/// Why it was left behind, if somebody said so.
fn left(view: &View<'_, '_>, partnership: &Partnership, live: &Live<'_>) -> String {
    let is_it = |key: &SubscriptionKey| {
        *key == live.key || view.diff.bindings.subscription(key) == Some((live.customer, live.observed.id))
    };
    let entries = partnership.ending.iter().flat_map(|ending| &ending.leave_behind);
    let reason = entries.filter(|(key, _)| is_it(key)).map(|(_, left)| flat(&left.reason)).next();
    reason.map_or_else(String::new, |reason| format!(" (left behind: {reason})"))
}

pub(super) fn not_associated(view: &mut View<'_, '_>) {
    let Some(list) = view.relationships() else { return };
    for live in view.subscriptions() {
        let Value::Text(id) = field_value(live.observed, Field::PartnerOfRecord) else { continue };
        let id = PartnerId::new(id);
        let Some(reseller) = view.reseller_of(list, &id) else { continue };
        let facet = view.sides.look.associated(live.customer, reseller);
        let associated = view.known(|| format!("the resellers of customer `{}`", live.key.customer), facet);
        if associated != Some(false) || is_invited(view, &live.key.customer, reseller) {
            continue;
        }
        let message =
            format!("`{}` has partner of record {id}, whose reseller is not among the customer's resellers", live.key);
        let help = "the reseller cannot manage what it is paid for; declare it as `reseller` or in `otherResellers` of the customer";
        view.say(Code::ResellerNotAssociated, live.at(), (live.address(), message), help);
    }
}

/// Whether an invitation of the customer to the reseller is out.
fn is_invited(view: &View<'_, '_>, customer: &CustomerKey, reseller: TenantId) -> bool {
    let address = Address::Customer(customer.clone());
    view.sides.ledger.handoffs.values().any(|handoff| {
        let open = match handoff.state {
            HandoffState::Asked | HandoffState::Acknowledged { .. } => true,
            HandoffState::Declined { .. } | HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. } => false,
        };
        let invited = handoff.key.discriminator.parse::<Name>().ok();
        open && handoff.key.step == StepName::InviteCustomer
            && handoff.key.address == address
            && invited.and_then(|name| view.diff.bindings.reseller(&name)) == Some(reseller)
    })
}

/// A new-commerce subscription that goes on month by month, dearer, without a document that says so.
/// Source: learn, "Extended service terms (EST)".
pub(super) fn extended_term(view: &mut View<'_, '_>) {
    for live in view.subscriptions() {
        let declared = live.declared.and_then(|declared| declared.renewal.as_ref()).map(|(renewal, _)| renewal);
        let what = match &live.observed.at_end {
            _ if !has_term(&live) => continue,
            AtEnd::Known(Renewal::Extend) if declared == Some(&Renewal::Extend) => continue,
            AtEnd::Known(Renewal::Extend) => "goes on",
            AtEnd::Unknown(Unclear::Off) => "does not renew and is not cancelled: it may go on",
            // The last two are `renewal_unclear`.
            AtEnd::Known(Renewal::Renew(_) | Renewal::Cancel)
            | AtEnd::Unknown(Unclear::Scheduled(_) | Unclear::Untold) => continue,
        };
        let when = end_of_term(&live);
        let message = format!("`{}` {what} in the Extended Service Term when its term ends{when}", live.key);
        let help = "auto-renew off is no end: month by month it is 3 % to 23 % dearer; write `renewal` with the action `cancel`, `renew` or `extend`";
        view.say(Code::ExtendedTerm, live.at(), (live.address(), message), help);
    }
}

/// Licences whose end of term the service does not tell: it may be the Extended Service Term, and nobody would know.
pub(super) fn renewal_unclear(view: &mut View<'_, '_>) {
    for live in view.subscriptions().iter().filter(|live| has_term(live)) {
        let why = match &live.observed.at_end {
            AtEnd::Unknown(Unclear::Untold) => "the service does not say whether it renews".to_owned(),
            AtEnd::Unknown(Unclear::Scheduled(words)) => {
                format!("something is scheduled that has no word here: {}", flat(words))
            }
            AtEnd::Unknown(Unclear::Off) | AtEnd::Known(_) => continue,
        };
        let message =
            format!("what becomes of `{}` when its term ends{} is not clear: {why}", live.key, end_of_term(live));
        let help = "look at it in the portal; then write `renewal` with the action `cancel`, `renew` or `extend`";
        view.say(Code::RenewalUnclear, live.at(), (live.address(), message), help);
    }
}

/// New-commerce licences with a term, which goes on or ends.
fn has_term(live: &Live<'_>) -> bool {
    let Live { observed, .. } = live;
    observed.commerce == Commerce::New && observed.status == Status::Active && observed.term.is_some()
}

/// ` on DAY`, where it is told.
fn end_of_term(live: &Live<'_>) -> String {
    live.observed.commitment_end.map_or_else(String::new, |end| format!(" on {}", end.date()))
}

pub(super) fn supported_by_stranger(view: &mut View<'_, '_>) {
    let desired = view.desired();
    let kept = desired.partnerships.values().filter(|partnership| partnership.ensure == Ensure::Active);
    let mut known: BTreeSet<TenantId> = kept.filter_map(|p| view.diff.bindings.reseller(&p.name)).collect();
    known.insert(desired.provider.tenant);
    for live in view.subscriptions() {
        if live.observed.commerce != Commerce::Legacy {
            continue;
        }
        let facet = view.sides.look.support(live.customer, live.observed.id);
        let contact = view.known(|| format!("the support contact of `{}`", live.key), facet);
        let Some(SupportContact { tenant, .. }) = contact else { continue };
        if !known.contains(tenant) {
            let message = format!(
                "`{}` is supported by {tenant}, which is neither the provider nor a declared reseller",
                live.key
            );
            let help = "its partnership ended or was never declared; write `supportContact`, or a SupportDelegation";
            view.say(Code::SupportedByStranger, live.at(), (live.address(), message), help);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::{Breadth, Question, Settings, Unseen, lint};
    use crate::diag::{Code, SourceMap};
    use crate::diff::{Look, Scope, Sides, compare};
    use crate::ledger::Ledger;
    use crate::model::product::{BillingCycle, Commerce, Term};
    use crate::model::{CustomerId, Renewal, SubscriptionId};
    use crate::observed::{Answer, AtEnd, Customer, Observed, Read, Status, Subscription, Unclear};

    const MANIFESTS: &str = "apiVersion: twotier/v1\nkind: Provider\nmetadata: {name: distri}\nspec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: \"4800001\", country: HU}\n---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {name: contoso}\nspec: {tenantId: 01010101-0101-0101-0101-010101010101}\n";

    fn customer(n: u8) -> Customer {
        let id = CustomerId::from_bytes([n; 16]);
        Customer { id, domain: format!("{n}.example").into(), company_name: "one".into() }
    }
    fn licences(at_end: AtEnd) -> Subscription {
        Subscription {
            id: SubscriptionId::from_bytes([7; 16]),
            product: None,
            offer_name: "Teams".into(),
            friendly_name: "Teams".into(),
            commerce: Commerce::New,
            partner_changeable: true,
            quantity: 5,
            status: Status::Active,
            partner_of_record: None,
            term: Some(Term::P1Y),
            billing_cycle: Some(BillingCycle::Annual),
            at_end,
            commitment_end: None,
            order: None,
        }
    }
    /// The codes that are said of a customer with one subscription, and who was not looked at of so many customers.
    fn told(subscription: Subscription, customers: u8, breadth: Breadth) -> (Vec<Code>, Option<Unseen>) {
        let mut sources = SourceMap::default();
        sources.add("all.yaml".into(), MANIFESTS.into());
        let (desired, findings) = crate::desired::resolve(crate::manifest::parse(&sources));
        let desired = desired.unwrap_or_else(|| panic!("{findings:?}"));
        let mut observed = Observed::default();
        observed.absorb(&Read::Customers, Ok(Answer::Customers((1..=customers).map(customer).collect())));
        observed.absorb(&Read::Subscriptions(customer(1).id), Ok(Answer::Subscriptions(vec![subscription])));
        let (look, ledger) = (Look::at(&observed), Ledger::default());
        let now = "2026-11-23T09:00:00Z".parse().expect("a time");
        let sides = Sides { desired: &desired, ledger: &ledger, look: &look, scope: &Scope::All, now, under: None };
        let question = Question { breadth, settings: &Settings::new(), today: now.date() };
        let linted = lint(sides, &compare(sides), question);
        (linted.findings.into_iter().map(|finding| finding.code).collect(), linted.unseen)
    }

    #[test]
    fn an_end_of_term_that_is_not_told_is_not_taken_for_fine() {
        let codes = |at_end| told(licences(at_end), 1, Breadth::Declared).0;
        for why in [Unclear::Untold, Unclear::Scheduled("a new word".into())] {
            let found = codes(AtEnd::Unknown(why));
            assert!(found.contains(&Code::RenewalUnclear) && !found.contains(&Code::ExtendedTerm), "{found:?}");
        }
        assert!(codes(AtEnd::Unknown(Unclear::Off)).contains(&Code::ExtendedTerm));
        for fine in [AtEnd::SAME_AGAIN, AtEnd::Known(Renewal::Cancel)] {
            assert!(!codes(fine).contains(&Code::RenewalUnclear));
        }
        let legacy = Subscription { commerce: Commerce::Legacy, ..licences(AtEnd::Unknown(Unclear::Untold)) };
        assert!(!told(legacy, 1, Breadth::Declared).0.contains(&Code::RenewalUnclear));
    }

    #[test]
    fn customers_that_are_not_looked_at_are_counted() {
        let unseen = |customers, breadth| told(licences(AtEnd::SAME_AGAIN), customers, breadth).1;
        assert_eq!(unseen(4, Breadth::Declared), Some(Unseen::Exactly(3)));
        assert_eq!(unseen(1, Breadth::Declared), None);
        assert_eq!(unseen(4, Breadth::All), None);
    }
}
