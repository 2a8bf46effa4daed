//! Documents that mean another live object than before: a changed id is the shortest way to change, mail or pay the wrong
//! one. The run that records it does nothing else with it, and only one whose plan somebody read does, so that nothing is
//! done on the strength of the very change that may be a slip. Never holds back what meant nothing before.

use super::build::Making;
use super::called::live;
use super::unread::was_read;
use super::{Action, Step, Wanted};
use crate::desired::Desired;
use crate::diag::{Code, Finding};
use crate::diff::{Diff, Partner, Sides, Walk, bound_to, known_as, left_for_another};
use crate::ledger::LiveId;
use crate::model::{Address, Class, CustomerKey, Fact, Name, PartnerId, StepKey, SubscriptionChange};
use std::collections::{BTreeMap, BTreeSet};

/// What tells of each of them, and which live object it means now, if that is known.
pub(super) type Repointed = BTreeMap<Address, (Finding, Option<LiveId>)>;

/// What a document meant in earlier runs and means now, in words, and the live object.
struct Pointed {
    before: String,
    now: String,
    live: Option<LiveId>,
}
impl Pointed {
    fn of(sides: Sides<'_>, before: LiveId, now: LiveId) -> Self {
        Self { before: Self::shown(sides, before), now: Self::shown(sides, now), live: Some(now) }
    }
    /// By its name, as far as that was read: two ids look alike.
    fn shown(sides: Sides<'_>, id: LiveId) -> String {
        match live(sides.look.observed(), id) {
            Some(name) => format!("`{name}` ({id})"),
            None => id.to_string(),
        }
    }
}

/// What each of them meant in earlier runs and means now.
fn repointed(sides: Sides<'_>, diff: &Diff<'_>) -> BTreeMap<Address, Pointed> {
    let mut known = Walk::over(&sides.ledger.bindings);
    let mut before = |address| match known.at(address) {
        Some(live) => Some(*live),
        None if sides.desired.renamed.is_empty() => None,
        None => bound_to(sides.desired, sides.ledger, address),
    };
    let changed = diff.bindings.iter().filter_map(|(address, now)| {
        let before = before(address).filter(|before| before != now)?;
        Some((address.clone(), Pointed::of(sides, before, *now)))
    });
    let all = changed.chain(unlisted(sides, diff));
    let unread = |it: &(Address, Pointed)| !it.1.live.is_some_and(|now| was_read(sides, &it.0, now));
    all.filter(unread).chain(invited(sides, diff)).collect()
}

/// Partnerships that mean another reseller, which is to be invited: it is bound to nothing yet.
fn unlisted(sides: Sides<'_>, diff: &Diff<'_>) -> impl Iterator<Item = (Address, Pointed)> {
    let all = diff.partners.iter().filter(|(_, partner)| **partner == Partner::NotListed);
    all.filter_map(move |(name, _)| {
        let partnership = sides.desired.partnerships.get(*name)?;
        let (before, now) = (left_for_another(sides, partnership)?, partnership.tenant?);
        let pointed = Pointed::of(sides, LiveId::Reseller(before), LiveId::Reseller(now));
        Some((Address::Partnership((*name).clone()), pointed))
    })
}

/// Partnerships that people were asked about, that no run saw listed, and that go by none of the PartnerIDs any more under
/// which runs knew them: who was invited is not who is meant now.
fn invited(sides: Sides<'_>, diff: &Diff<'_>) -> Vec<(Address, Pointed)> {
    let mut known: BTreeMap<&Name, Vec<&str>> = BTreeMap::new();
    for (id, name) in diff.owners.unseen() {
        known.entry(name).or_default().push(id);
    }
    let other = known.into_iter().filter_map(|(name, before)| {
        let partnership = sides.desired.partnerships.get(name)?;
        let partner = diff.partners.get(name)?;
        let now: Vec<&str> = partnership.partner_ids.iter().map(PartnerId::as_str).collect();
        if matches!(partner, Partner::Unknown(_)) || now.is_empty() || before.iter().any(|id| now.contains(id)) {
            return None;
        }
        let address = Address::Partnership(name.clone());
        let known = known_as(sides.desired, sides.ledger, &address);
        sides.ledger.handoffs.values().find(|it| it.key.address == *known)?;
        let live = diff.bindings.get(&address);
        let now = format!("PartnerID {}", now.join(", "));
        let now = live.map_or_else(|| now.clone(), |id| format!("{} by {now}", Pointed::shown(sides, id)));
        let before = format!("PartnerID {}", before.join(", "));
        Some((address, Pointed { before, now, live }))
    });
    other.collect()
}

/// Tells of each of them, and blocks every step that would do something with one. Waits do nothing.
pub(super) fn hold(making: &mut Making<'_, '_>) -> Repointed {
    let repointed = repointed(making.sides, making.diff);
    let at = |address: &Address| making.desired().declared.get(address).copied();
    let told = repointed.iter().map(|(address, Pointed { before, now, live })| {
        let message = format!("`{address}` meant {before} in earlier runs and means {now} now");
        let finding = Finding::warning(Code::MeansAnother, at(address), message).about(address.clone()).help(
            "if its id was changed by mistake, mend it; else the run of a plan that somebody read records it \
             (`--auto-approve` does not) and does nothing else with it, and the next plan goes on: what was settled, asked \
             and acknowledged before does not count for it",
        );
        (address.clone(), (finding, *live))
    });
    let told: Repointed = told.collect();
    if told.is_empty() {
        return told;
    }
    let steps = making.drafts.steps.values().filter(|step| match step.class {
        Class::Api | Class::HandOff => true,
        Class::Wait | Class::Ledger => false,
    });
    let held = steps.filter_map(|step| {
        let mut all = spoken_of(making.desired(), step);
        all.extend(payee(step).and_then(|id| making.diff.owners.declares(id)).map(|name| Address::Partnership(name.clone())));
        let address = all.into_iter().find(|address| repointed.contains_key(address))?;
        let message = format!("`{address}` means another object now, and no run has recorded that");
        let finding = Finding::error(Code::MeansAnother, at(&address), message);
        Some((
            step.key.clone(),
            finding.help(
                "mend its id if it is a slip; else apply a plan that somebody read, which records it, and the next plan goes on",
            ),
        ))
    });
    let held: Vec<(StepKey, Finding)> = held.collect();
    making.findings.extend(told.values().map(|(finding, _)| finding.clone()));
    for (key, finding) in held {
        making.drafts.steps.remove(&key);
        making.drafts.block(key, finding);
    }
    told
}

/// Whose incentive a step would make it.
fn payee(step: &Step) -> Option<&PartnerId> {
    match &step.action {
        Action::Api(Wanted::Order { line, .. }) => Some(&line.partner_of_record),
        Action::Api(Wanted::Change { change: SubscriptionChange::PartnerOfRecord(id), .. }) => Some(id),
        Action::Api(
            Wanted::CreateCustomer { .. }
            | Wanted::ResetAdminPassword { .. }
            | Wanted::Change { .. }
            | Wanted::SetSupportContact { .. },
        )
        | Action::HandOff(_)
        | Action::Await { .. }
        | Action::Guard(_) => None,
    }
}

/// Every object that a step would do something with, that brings it, or that it rests on.
fn spoken_of(desired: &Desired, step: &Step) -> BTreeSet<Address> {
    let mut all = BTreeSet::new();
    let mut one = |address: Address| {
        if let Address::Subscription(key) = &address {
            all.insert(Address::Customer(key.customer.clone()));
        }
        all.insert(address);
    };
    one(step.key.address.clone());
    one(step.cause.clone());
    if let Address::AzureAccess(name) = &step.key.address {
        // A role that is taken back rests on nothing that could be read.
        let customer = desired.azure.get(name).map(|access| CustomerKey::Named(access.customer.clone()));
        customer.map(Address::Customer).into_iter().for_each(&mut one);
    }
    // The other end of a relation.
    step.key.discriminator.parse::<Name>().into_iter().for_each(|name| one(Address::Partnership(name)));
    let conditions = step.conditions.iter().map(|condition| &condition.fact);
    conditions.chain(step.goal.iter().map(|(fact, _)| fact)).flat_map(addresses).for_each(one);
    all
}

fn addresses(fact: &Fact) -> Vec<Address> {
    let customer = |key: &CustomerKey| Address::Customer(key.clone());
    match fact {
        Fact::Binding(address) | Fact::Pending(address) => vec![address.clone()],
        Fact::PartnershipActive(name) => vec![Address::Partnership(name.clone())],
        Fact::Associated { customer: of, partnership } => {
            vec![customer(of), Address::Partnership(partnership.clone())]
        }
        Fact::AgreementSigned(key)
        | Fact::AccountReviewed(key)
        | Fact::Credentials(key)
        | Fact::Unclaimed { customer: key, product: _ } => vec![customer(key)],
        Fact::Field(key, _) => vec![Address::Subscription(key.clone())],
        Fact::LastDone(key) => vec![key.address.clone()],
        Fact::PartnerValid(_) | Fact::ProfileName(_) | Fact::DomainFree(_) => Vec::new(),
    }
}
