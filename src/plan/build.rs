//! Builds a plan from a difference: pure, one function a kind of object, then blocked steps spread, the rest is
//! ordered and numbered. Never reads, never asks a clock.

use super::asked::Asked;
use super::called::{self, Named};
use super::draft::{Drafts, Origin, key};
use super::grants::Grants;
use super::guards::{self, InForce};
use super::limits::{self, Scales, Terms};
use super::order::{Ordered, order};
use super::payees::Profiles;
use super::{
    Blocked, Gate, Outlook, Plan, Planned, Unmanaged, adopt, again, azure, bases, changes, customers, endings, expiry,
    id, led, letters, listing, orders, partnerships, repointed, served, support, unread, whose, withdrawn,
};
use crate::desired::{Desired, PartnerOfRecord};
use crate::diag::{At, Code, Finding, SourceMap};
use crate::diff::{Diff, Objections, Partner, Scope, Sides, means_another, settled};
use crate::ledger::{Ledger, LiveId};
use crate::model::{Address, CustomerKey, Digest, Field, Name, PartnerId, StepKey, StepName, Timestamp, Value};
use crate::observed::Facet;
use std::collections::{BTreeMap, BTreeSet};

/// Everything a plan is made from.
#[derive(Debug)]
pub struct Input<'a> {
    /// What is meant, remembered, seen.
    pub sides: Sides<'a>,
    /// How they differ.
    pub diff: Diff<'a>,
    /// What policy objects to.
    pub objections: Objections,
    /// The instant that expiries and freezes are held against.
    pub now: Timestamp,
    /// For places.
    pub sources: &'a SourceMap,
    /// Whether this build can seal.
    pub sealing: Sealing,
}

/// Whether passwords can be sealed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sealing {
    /// Yes.
    Available,
    /// Built without the `age` feature.
    Missing,
}

/// What the parts of the planner share.
pub(super) struct Making<'a, 'd> {
    pub(super) sides: Sides<'a>,
    pub(super) diff: &'d Diff<'a>,
    pub(super) objections: &'d Objections,
    pub(super) sources: &'a SourceMap,
    pub(super) sealing: Sealing,
    /// Selects steps; enters none.
    pub(super) now: Timestamp,
    pub(super) drafts: Drafts,
    pub(super) findings: Vec<Finding>,
    /// What profiles say of PartnerIDs.
    pub(super) profiles: Profiles,
    /// Values that somebody accepted otherwise than declared.
    pub(super) accepted: usize,
    /// What is in force now.
    pub(super) in_force: InForce,
    /// What people were asked.
    pub(super) asked: Asked<'a>,
    /// What people were asked of nothing.
    nothing: Asked<'a>,
    /// What people said of roles in Azure.
    pub(super) grants: Grants<'a>,
}

impl<'a> Making<'a, '_> {
    pub(super) fn desired(&self) -> &'a Desired {
        self.sides.desired
    }
    pub(super) fn ledger(&self) -> &'a Ledger {
        self.sides.ledger
    }
    pub(super) fn origin<'o>(&self, cause: &'o Address, at: At) -> Origin<'o>
    where
        'a: 'o,
    {
        Origin { cause, at, sources: self.sources }
    }
    /// Where a partnership stands for a step that needs it, or what stands against it.
    pub(super) fn partner(&self, name: &Name) -> Result<PartnerReady, Finding> {
        if let Some(finding) = self.objections.partnerships.get(name) {
            return Err(finding.clone());
        }
        match self.diff.partners.get(name) {
            Some(Partner::Listed { tenant, .. }) => Ok(PartnerReady::Active(*tenant)),
            Some(Partner::NotListed) | None => {
                let key = key(Address::Partnership(name.clone()), StepName::AwaitPartnership);
                // Partnerships are made first: what has no step by now is blocked.
                if self.drafts.steps.contains_key(&key) { Ok(PartnerReady::After(key)) } else { Err(fallen(&key)) }
            }
            Some(Partner::Unknown(finding)) => Err(finding.clone()),
        }
    }
    /// The same for a step that speaks of it by one of its PartnerIDs.
    pub(super) fn partner_by(&self, name: &Name, id: &PartnerId) -> Result<PartnerReady, Finding> {
        let partner = self.partner(name)?;
        let declared = self.desired().partnerships.get(name);
        declared.and_then(|declared| self.diff.owners.against(declared, id)).map_or(Ok(partner), Err)
    }
    /// What people were asked for a customer: nothing, where its document means another one than before.
    pub(super) fn asked_of(&self, customer: &CustomerKey) -> &Asked<'a> {
        let address = Address::Customer(customer.clone());
        let is_other = means_another((self.desired(), self.ledger()), &self.diff.bindings, &address);
        if is_other { &self.nothing } else { &self.asked }
    }
    /// Whether nothing may be taken away from an address.
    pub(super) fn protects(&self, address: &Address) -> bool {
        self.in_force.protects(address, &self.diff.bindings)
    }
    /// What stands against a PartnerID as partner of record.
    pub(super) fn against(&self, partner: &PartnerId) -> Option<Finding> {
        self.objections.partners.get(partner).cloned()
    }
}

/// What stands against a step whose need is blocked.
pub(super) fn fallen(need: &StepKey) -> Finding {
    Finding::error(Code::NeedBlocked, None, format!("it needs `{need}`, which is blocked"))
}

/// Where a partnership stands for a step that needs it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum PartnerReady {
    /// It is active.
    Active(crate::model::TenantId),
    /// It will be, after this step.
    After(StepKey),
}

/// Builds the plan.
#[must_use]
pub fn build(input: Input<'_>) -> Planned {
    let Input { sides, diff, objections, now, sources, sealing } = input;
    let mut making = Making {
        sides,
        diff: &diff,
        objections: &objections,
        sources,
        sealing,
        now,
        drafts: Drafts::default(),
        findings: Vec::new(),
        profiles: Profiles::new(),
        accepted: diff.accepted,
        in_force: InForce::of(sides.desired, sides.ledger, sides.under),
        asked: Asked::of(sides),
        nothing: Asked::default(),
        grants: Grants::of(sides, &diff),
    };
    let review = draft(&mut making);
    let repointed = repointed::hold(&mut making);
    let Making { mut drafts, mut findings, accepted, in_force, asked, .. } = making;
    drafts.spread();
    let steps = std::mem::take(&mut drafts.steps);
    let Ordered { mut steps, circles } = order(steps);
    for (key, finding) in circles {
        drafts.block(key, finding);
    }
    // What keeps runs from doing too much is read first; it needs nothing.
    steps.sort_by_key(|step| step.key.step != StepName::ChangeGuards);
    let (desired, ledger) = (sides.desired, sides.ledger);
    let allowed = bases::allowed(&in_force.limits, sides, &diff);
    let scales = Scales { terms: Terms { desired, ledger, now }, allowed: &allowed, diff: &diff };
    again::note(&mut steps, sides);
    whose::assign(&mut steps, desired);
    let mut gates: Vec<Gate> = in_force.frozen(now.date(), (&desired.provider, sources));
    gates.extend(limits::weigh(&mut steps, scales));
    let mut adopt = adopt::adopt(sides, &diff, (&steps, &asked), &repointed);
    adopt.consumed.extend(review);
    let called_back = withdrawn::call_back((sides, now), (&steps, &drafts), (&adopt, &diff));
    adopt.withdrawn = called_back.withdrawn;
    findings.extend(called_back.findings);
    adopt.guards = guards::first(sides.desired, sides.ledger);
    let unread = unread::set_aside(sides, &mut adopt, (&repointed, &diff.handed));
    findings.extend(diff.findings.iter().cloned());
    findings.extend(objections.findings.iter().cloned());
    findings.extend(settled_by_apply(sides, &diff));
    findings.extend(expiry::over(sides, (&steps, &drafts), now.date()));
    sort(&mut findings);
    let (blocked, mut assumptions) = drafts.into_blocked();
    say_once(&mut findings, &blocked);
    assumptions.extend(letters::untranslated(&steps));
    assumptions.extend(diff.assumed.iter().cloned());
    assumptions.sort();
    let outlook = Outlook {
        called: called::all(Named::of(sides, &diff.bindings), &steps, &blocked),
        blocked,
        findings,
        released: adopt.released.iter().cloned().collect(),
        renamed: adopt.told_renamed(),
        assumptions,
        unmanaged: unmanaged(sides, &diff),
        unchanged: diff.unchanged,
        accepted,
        outside: outside(sides),
        gates,
    };
    let tenant = sides.desired.provider.tenant;
    let recorded = id::Recorded::of(outlook.findings.iter().map(|it| (Some(it.code), it.message.as_str())));
    let plan = Plan { tenant, id: id::plan_id(tenant, &steps, &recorded), steps };
    Planned { plan, outlook, bindings: diff.bindings, adopt, unread, allowed }
}

/// Every step there may be, each part in its turn; the look at the listing that is over.
fn draft(making: &mut Making<'_, '_>) -> Option<Digest> {
    partnerships::make(making);
    customers::make(making);
    orders::make(making);
    changes::make(making);
    support::make(making);
    azure::make(making);
    endings::make(making);
    led::tell(making);
    let review = listing::make(making, making.now);
    guards::make(making);
    review
}

/// Values that moved in the tenant and that a manifest followed: before they are settled, another change is a conflict.
fn settled_by_apply(sides: Sides<'_>, diff: &Diff<'_>) -> Vec<Finding> {
    let moved = diff.settled.iter().flat_map(|(address, fields)| {
        let last = settled((sides.desired, sides.ledger), &diff.bindings, address);
        // Relations come and go one by one: none of them is a value that both sides moved.
        // Nothing declares whether one is in use.
        let untold = [Field::Reseller, Field::PartnerIds, Field::AdminAgents, Field::Status];
        let fields = fields.iter().filter(move |(field, _)| !untold.contains(field));
        fields.filter_map(move |(field, now)| Some((address, *field, last?.get(field)?, now)))
    });
    let note = |(address, field, before, now): (&Address, Field, &Value, &Value)| {
        let at = sides.desired.declared.get(address).copied();
        let help = "`twotier apply` settles it, also where there is nothing else to do";
        let found = if field == Field::PartnerOfRecord {
            Finding::warning(Code::IncentiveKept, at, kept(diff, before, now))
        } else {
            let message =
                format!("{} is {now} in the manifest and the tenant, last settled was {before}", field.name());
            Finding::note(Code::SettledByApply, at, message)
        };
        found.about(address.clone()).help(help)
    };
    moved.map(note).collect()
}

/// Who keeps an incentive that somebody moved in the tenant, and who had it.
fn kept(diff: &Diff<'_>, before: &Value, now: &Value) -> String {
    let named = |value: &Value| match value {
        Value::Text(id) => diff.owners.named(id),
        Value::None => "nobody".to_owned(),
        Value::Bool(_) | Value::Number(_) | Value::List(_) => value.to_string(),
    };
    let (before, now) = (named(before), named(now));
    format!("{now} keeps the incentive, which no run of ours gave: {before} had it when a run last looked")
}

/// Drops that a subscription is not in use, where what stands against a step of it says so already, and what is said of a
/// partner of record that no step sets.
fn say_once(findings: &mut Vec<Finding>, blocked: &[Blocked]) {
    let code = Code::SubscriptionNotActive;
    let said = blocked.iter().filter(|it| it.finding.code == code).map(|it| &it.key.address);
    let said: BTreeSet<&Address> = said.collect();
    findings.retain(|it| it.code != code || !it.address.as_ref().is_some_and(|address| said.contains(address)));
    served::hush(findings, blocked);
}

/// By what they speak of: the order of files must not show.
fn sort(findings: &mut [Finding]) {
    findings.sort_by(|a, b| (&a.address, a.code, &a.message, a.at).cmp(&(&b.address, b.code, &b.message, b.at)));
}

fn outside(sides: Sides<'_>) -> usize {
    match sides.scope {
        Scope::All => 0,
        Scope::Only(_) => sides.desired.declared.keys().filter(|address| !sides.scope.holds(address)).count(),
    }
}

fn unmanaged(sides: Sides<'_>, diff: &Diff<'_>) -> Unmanaged {
    let observed = sides.look.observed();
    let mut count = Unmanaged::default();
    if *sides.scope != Scope::All {
        return count;
    }
    if let Facet::Known(list) = observed.relationships() {
        let active = list.values().filter(|r| r.active);
        count.partnerships = active.filter(|r| !diff.bindings.claims(LiveId::Reseller(r.tenant))).count();
    }
    let mut seen = BTreeSet::new();
    for id in observed.customer_lists().flat_map(BTreeMap::keys) {
        if !diff.bindings.claims(LiveId::Customer(*id)) && seen.insert(*id) {
            count.customers += 1;
        }
    }
    for (customer, list) in observed.subscription_lists() {
        let free = list.iter().filter(|s| !diff.bindings.claims(LiveId::Subscription(customer, s.id)));
        count.subscriptions += free.filter(|s| s.status.occupies()).count();
    }
    count
}

/// The PartnerID a subscription is meant to have, if it is managed and set by a partnership.
pub(super) fn wanted_partner(partner: &PartnerOfRecord) -> Option<(&Name, &PartnerId)> {
    match partner {
        PartnerOfRecord::Defaulted { partnership, partner_id }
        | PartnerOfRecord::Written { partnership, partner_id } => Some((partnership, partner_id)),
        PartnerOfRecord::Unmanaged | PartnerOfRecord::Asserted(_) => None,
    }
}
