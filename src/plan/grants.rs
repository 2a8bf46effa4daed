//! Which roles in customers' Azure people were asked for, and what they said of each: all that is known of them, because
//! nobody can look. What a version before this one asked for is known where a document still says the same.

use super::draft::key;
use super::id::step_id;
use super::letters;
use super::names::Names;
use super::step::{Action, Ask};
use crate::desired::{Access, AzureAccess, Desired};
use crate::diff::{Diff, Sides, bound_to};
use crate::ledger::{Assignment, Grant, Handoff, HandoffState, LiveId, Way};
use crate::model::{Address, Class, CustomerId, CustomerKey, Digest, Name, StepKey, StepName, TenantId, Timestamp};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What was said of every role, by the document that asked.
#[derive(Debug, Default)]
pub(super) struct Grants<'a> {
    told: BTreeMap<Address, BTreeMap<Assignment, Told<'a>>>,
    /// Whether a take-back is open or done, whoever asked for it.
    back: BTreeMap<Assignment, Back>,
    declared: BTreeMap<Assignment, Vec<&'a Name>>,
    /// Grants of which nobody wrote down what they grant.
    pub(super) unknown: BTreeMap<Address, Vec<(Digest, &'a Handoff)>>,
}

/// What was said of one role at one address.
#[derive(Debug)]
pub(super) struct Told<'a> {
    /// The role, as it is asked back.
    pub(super) grant: Grant,
    rank: (bool, Timestamp, Digest),
    granted: Option<&'a HandoffState>,
    /// Whether a take-back of this document is not done.
    pub(super) asked_back: bool,
}

/// Whether a role may be there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Stand<'a> {
    /// Somebody says so.
    Granted(&'a str, Timestamp),
    /// Somebody was asked to grant it, or to take it back, and did not answer.
    Open,
    /// It was taken back, or never granted.
    Gone,
}

/// Where take-backs stand.
#[derive(Clone, Copy, Debug, Default)]
struct Back {
    open: bool,
    done: bool,
}

impl<'a> Grants<'a> {
    /// From everything that people were ever asked.
    pub(super) fn of(sides: Sides<'a>, diff: &Diff<'_>) -> Self {
        let mut all = Self { declared: declarations(sides.desired), ..Self::default() };
        let names = Names::of(sides);
        let older = sides.ledger.handoffs.values().any(|it| it.azure_way().is_some() && it.azure_grant().is_none());
        let older = if older { older_ids(sides.desired) } else { BTreeMap::new() };
        for (id, handoff) in &sides.ledger.handoffs {
            let Some(way) = handoff.azure_way() else { continue };
            let address = names.address(&handoff.key.address);
            let grant = handoff
                .azure_grant()
                .map(|grant| called(names.grant(grant), sides, diff))
                .or_else(|| older.get(id).cloned());
            match (grant, way) {
                (Some(grant), way) => all.tell(address, grant, (*id, way, handoff)),
                (None, Way::Grant) => all.unknown.entry(address).or_default().push((*id, handoff)),
                (None, Way::TakeBack) => {}
            }
        }
        all
    }

    fn tell(&mut self, address: Address, grant: Grant, (id, way, handoff): (Digest, Way, &'a Handoff)) {
        let assignment = grant.assignment();
        let done = handoff.state.done().is_some();
        let open = handoff.state.is_unanswered() || matches!(handoff.state, HandoffState::Declined { .. });
        let asked_back = way == Way::TakeBack && open;
        if way == Way::TakeBack {
            let back = self.back.entry(assignment.clone()).or_default();
            back.open |= handoff.state.is_unanswered();
            back.done |= done;
        }
        let rank = (asked_back, handoff.asked, id);
        let told = self.told.entry(address).or_default().entry(assignment);
        let told = told.or_insert_with(|| Told { grant: grant.clone(), rank, granted: None, asked_back: false });
        if rank > told.rank {
            (told.grant, told.rank) = (grant, rank);
        }
        told.asked_back |= asked_back;
        if way == Way::Grant && weight(Some(&handoff.state)) > weight(told.granted) {
            told.granted = Some(&handoff.state);
        }
    }

    /// Every role that a document was ever about.
    pub(super) fn at(&self, address: &Address) -> impl Iterator<Item = (&Assignment, &Told<'a>)> {
        self.told.get(address).into_iter().flatten()
    }
    /// Every document that was ever about a role.
    pub(super) fn addresses(&self) -> impl Iterator<Item = &Address> {
        self.told.keys()
    }
    /// Whether a role may be there because of a document.
    pub(super) fn stand(&self, address: &Address, assignment: &Assignment) -> Stand<'a> {
        let Some(told) = self.told.get(address).and_then(|all| all.get(assignment)) else { return Stand::Gone };
        let gone = self.is_taken_back(assignment);
        match told.granted.map(|state| (state.done(), state.is_unanswered())) {
            Some((Some((by, at)), _)) if !gone => Stand::Granted(by, at),
            Some((None, true)) if !gone => Stand::Open,
            _ if told.asked_back => Stand::Open,
            _ => Stand::Gone,
        }
    }
    /// Whose a role is that a document was about: as it was asked for, whatever the document says now.
    pub(super) fn whose(&self, address: &Address, assignment: &Assignment) -> Option<&Name> {
        Some(&self.told.get(address)?.get(assignment)?.grant.reseller)
    }
    /// Another document that declares a role.
    pub(super) fn declared_by(&self, assignment: &Assignment, but: &Address) -> Option<&'a Name> {
        let other = |name: &&Name| !matches!(but, Address::AzureAccess(own) if own == *name);
        self.declared.get(assignment).into_iter().flatten().copied().find(other)
    }
    /// Whether somebody is asked to take a role back, whichever document asks.
    pub(super) fn is_asked_back(&self, assignment: &Assignment) -> bool {
        self.back.get(assignment).is_some_and(|back| back.open)
    }
    /// Whether somebody said that a role was taken back, and nobody was asked to grant it since.
    pub(super) fn is_taken_back(&self, assignment: &Assignment) -> bool {
        self.back.get(assignment).is_some_and(|back| back.done)
    }
}

/// Nothing was granted that was declined.
fn weight(state: Option<&HandoffState>) -> u8 {
    match state {
        None => 0,
        Some(HandoffState::Declined { .. }) => 1,
        Some(HandoffState::Consumed { .. }) => 2,
        Some(HandoffState::Asked | HandoffState::Withdrawn { anyway: None, .. }) => 3,
        Some(HandoffState::Acknowledged { .. } | HandoffState::Withdrawn { anyway: Some(_), .. }) => 4,
    }
}

impl Told<'_> {
    /// The hand-off that says what it is.
    pub(super) fn id(&self) -> Digest {
        self.rank.2
    }
    /// Whether people were asked for it and nobody declined.
    pub(super) fn was_granted(&self) -> bool {
        weight(self.granted) > 1 || self.asked_back
    }
}

/// Both ends by the names of the documents that mean them now. One that none means goes by its id.
fn called(mut grant: Grant, sides: Sides<'_>, diff: &Diff<'_>) -> Grant {
    let id = grant.customer.as_str().parse::<CustomerId>().ok();
    let named = id.and_then(|id| diff.bindings.address(LiveId::Customer(id)));
    if let Some(Address::Customer(CustomerKey::Named(name))) = named {
        grant.customer = name.clone();
    }
    grant.reseller = reseller(grant.reseller, sides, diff);
    grant
}

/// The reseller that a role was granted to: that of an id, or the one that a run saw under the name.
fn reseller(name: Name, sides: Sides<'_>, diff: &Diff<'_>) -> Name {
    let seen = || bound_to(sides.desired, sides.ledger, &Address::Partnership(name.clone()));
    let Some(tenant) = name.as_str().parse::<TenantId>().ok().or_else(|| seen()?.reseller()) else { return name };
    match (diff.owners.tenant(&name), diff.owners.partnership(tenant)) {
        (Some(now), _) if now == tenant => name,
        (_, Some(other)) => other.clone(),
        (Some(_), None) => tenant.to_string().parse().unwrap_or(name),
        (None, None) => name,
    }
}

/// A grant as its document declares it.
pub(super) fn declared(access: &AzureAccess) -> Grant {
    let AzureAccess { customer, reseller, principal, role, scope, .. } = access;
    Grant {
        customer: customer.clone(),
        reseller: reseller.clone(),
        principal: *principal,
        role: role.clone(),
        scope: scope.clone(),
    }
}

/// The step that takes a role back: one for each, named after the role.
pub(super) fn take_back_key(address: Address, grant: &Grant) -> StepKey {
    let word: String =
        grant.role.chars().map(|c| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' }).collect();
    let word: String = word.chars().take(32).collect();
    let mark = Digest::of_json(&serde_json::json!(grant.assignment().parts()));
    StepKey::with(address, StepName::RevokeAzureAccess, format!("{word}-{}", mark.short(10)))
}

/// The ids that a version which did not write down what it asked for gave to what is declared.
fn older_ids(desired: &Desired) -> BTreeMap<Digest, Grant> {
    let mut ids = BTreeMap::new();
    for (name, access) in &desired.azure {
        let grant = declared(access);
        let address = Address::AzureAccess(name.clone());
        let mut learn = |step, ask: Ask| {
            let id = step_id(&key(address.clone(), step), Class::HandOff, &Action::HandOff(ask));
            ids.insert(id, grant.clone());
        };
        learn(StepName::GrantAzureAccess, letters::azure::grant(access, ""));
        learn(StepName::RevokeAzureAccess, letters::azure::take_back(&grant, ""));
    }
    ids
}

/// The documents that declare each role.
fn declarations(desired: &Desired) -> BTreeMap<Assignment, Vec<&Name>> {
    let mut all = BTreeMap::<Assignment, Vec<&Name>>::new();
    for (name, access) in &desired.azure {
        match access.access {
            Access::Granted => all.entry(declared(access).assignment()).or_default().push(name),
            Access::Revoked => {}
        }
    }
    all
}

/// The company that a role is of, for people: as its document calls it, else by its name or tenant.
pub(super) fn company(desired: &Desired, reseller: &Name) -> String {
    match desired.partnerships.get(reseller) {
        Some(partnership) => partnership.display_name.to_string(),
        None if reseller.as_str().parse::<TenantId>().is_ok() => format!("the company of tenant {reseller}"),
        None => reseller.to_string(),
    }
}

/// For people: `Owner at /subscriptions/... for fabrikam (principal ...)`.
pub(super) fn shown(grant: &Grant) -> SmolStr {
    smol_str::format_smolstr!(
        "{} at {} for {} (principal {})",
        grant.role,
        grant.scope,
        grant.reseller,
        grant.principal
    )
}
