//! What steps count against limits and acknowledgements, and what therefore stops `apply`. Pure; never drops a step:
//! an over-limit plan is whole.

use super::bases::Allowed;
use super::uses::{self, Left};
use super::{Action, Condition, Expect, Gate, Planned, Step, Wanted};
use crate::desired::Desired;
use crate::diag::Code;
use crate::diff::{Diff, settled};
use crate::ledger::Ledger;
use crate::model::{
    Address, Bound, Count, Digest, Fact, Field, Limit, Limits, Span, StepName, SubscriptionChange, Timestamp, Value,
};
use std::collections::{BTreeMap, BTreeSet};

/// How long a step counts.
const WINDOW: Span = Span::days(1);

/// The code under which a limit is told and acknowledged.
#[must_use]
pub(super) fn code(limit: Limit) -> Code {
    match limit {
        Limit::EndedPartnerships => Code::TooManyEndings,
        Limit::MovedPartnerOfRecord => Code::TooManyMoves,
        Limit::LoweredQuantity => Code::TooManyLowered,
        Limit::EndedRenewals => Code::TooManyRenewals,
        Limit::GrantedAccess => Code::TooMuchAccess,
        Limit::BoughtSeats => Code::TooManySeats,
    }
}

/// What counting rests on.
#[derive(Clone, Copy)]
pub(super) struct Scales<'a> {
    pub(super) terms: Terms<'a>,
    /// How much the bounds in force allow.
    pub(super) allowed: &'a Allowed,
    /// Whose PartnerIDs are, and what addresses mean now.
    pub(super) diff: &'a Diff<'a>,
}

/// What lets a limit be passed, and what was done already.
#[derive(Clone, Copy, Debug)]
pub struct Terms<'a> {
    /// For its acknowledgements.
    pub desired: &'a Desired,
    /// For what was counted before.
    pub ledger: &'a Ledger,
    /// When.
    pub now: Timestamp,
}

/// Writes into every step what it counts, in plan order, acknowledgements first, and says what stops `apply`.
pub(super) fn weigh(steps: &mut [Step], scales: Scales<'_>) -> Vec<Gate> {
    for step in &mut *steps {
        let own = std::mem::take(&mut step.counts);
        if !scales.terms.ledger.is_counted(step.id) {
            step.counts = counted(step, own, scales);
        }
    }
    allot(steps.iter_mut(), scales.allowed, scales.terms)
}

impl Planned {
    /// Counts only steps that will be performed: what is planned beside them uses no acknowledgement up and stops nothing.
    pub fn count_only(&mut self, performed: &BTreeSet<Digest>, terms: Terms<'_>) {
        let (mut counting, left_alone): (Vec<&mut Step>, Vec<&mut Step>) =
            self.plan.steps.iter_mut().partition(|step| performed.contains(&step.id));
        for step in left_alone {
            step.counts = bare(std::mem::take(&mut step.counts));
        }
        self.outlook.gates.retain(|gate| matches!(gate, Gate::Frozen { .. }));
        self.outlook.gates.extend(allot(counting.drain(..), &self.allowed, terms));
    }
}

/// Lets acknowledgements cover what steps count, in their order.
fn allot<'s>(steps: impl Iterator<Item = &'s mut Step>, allowed: &Allowed, terms: Terms<'_>) -> Vec<Gate> {
    let mut sums: BTreeMap<Code, BTreeMap<Address, Sum>> = BTreeMap::new();
    let mut left = uses::left(terms);
    for step in steps {
        for count in bare(std::mem::take(&mut step.counts)) {
            let Ok(code) = count.code.parse::<Code>() else { continue };
            let sum = sums.entry(code).or_default().entry(step.cause.clone()).or_default();
            take(step, (code, count.amount), sum, &mut left);
        }
    }
    for ((code, cause), owed) in left.owed {
        if let Some(sum) = sums.get_mut(&code).and_then(|causes| causes.get_mut(cause)) {
            sum.owed = owed;
        }
    }
    sums.into_iter().flat_map(|(code, causes)| gates((code, causes), allowed, terms)).collect()
}

/// What a step counts, whatever covers it.
fn bare(counts: Vec<Count>) -> Vec<Count> {
    let mut bare: Vec<Count> = Vec::new();
    for Count { code, amount, acknowledgement: _, until: _ } in counts {
        match bare.iter_mut().find(|count| count.code == code) {
            Some(count) => count.amount = count.amount.saturating_add(amount),
            None => bare.push(Count { code, amount, acknowledgement: None, until: None }),
        }
    }
    bare
}

/// So much against a limit, before anything covers it.
pub(super) fn count(code: Code, amount: u32) -> Count {
    Count { code: smol_str::format_smolstr!("{code}"), amount, acknowledgement: None, until: None }
}

/// What the steps of a cause count.
#[derive(Clone, Copy, Default)]
struct Sum {
    amount: u32,
    covered: u32,
    /// What acknowledgements that are declared no more let pass of it.
    owed: u32,
}

fn take(step: &mut Step, (code, amount): (Code, u32), sum: &mut Sum, left: &mut Left<'_>) {
    let mut open = amount;
    for name in left.names.get(&(code, &step.cause)).into_iter().flatten() {
        let Some(room) = left.rooms.get_mut(name) else { continue };
        let covered = open.min(room.left);
        if covered > 0 {
            room.left -= covered;
            open -= covered;
            sum.covered = sum.covered.saturating_add(covered);
            let until = Some(room.until);
            step.counts.push(Count { acknowledgement: Some((*name).clone()), until, ..count(code, covered) });
        }
    }
    sum.amount = sum.amount.saturating_add(amount);
    if open > 0 {
        step.counts.push(count(code, open));
    }
}

/// What a step counts against bounds in force; `own` is what it says itself. Drift that is restored counts like anything
/// else.
fn counted(step: &Step, own: Vec<Count>, scales: Scales<'_>) -> Vec<Count> {
    let limit = |limit: Limit, amount: u32| {
        let bound = scales.allowed.contains_key(&limit);
        if bound && amount > 0 { vec![count(code(limit), amount)] } else { Vec::new() }
    };
    match (&step.action, step.key.step) {
        (Action::HandOff(_), StepName::EndPartnership) => limit(Limit::EndedPartnerships, 1),
        (Action::HandOff(_), StepName::GrantAzureAccess) => limit(Limit::GrantedAccess, 1),
        (Action::HandOff(_) | Action::Await { .. } | Action::Guard(_), _) => Vec::new(),
        (Action::Api(wanted), _) => match wanted {
            Wanted::CreateCustomer { details, .. } => {
                limit(Limit::GrantedAccess, u32::from(details.default_admin_access))
            }
            Wanted::Order { line, .. } => limit(Limit::BoughtSeats, line.quantity),
            Wanted::Change { subscription, change } => match change {
                SubscriptionChange::Quantity(wanted) => {
                    let Some(before) = before(step, Field::Quantity).and_then(number) else { return Vec::new() };
                    if *wanted < before {
                        lowered(&subscription.clone().into(), scales)
                    } else {
                        limit(Limit::BoughtSeats, wanted.saturating_sub(before))
                    }
                }
                SubscriptionChange::PartnerOfRecord(wanted) => {
                    let taken = before(step, Field::PartnerOfRecord)
                        .is_some_and(|before| is_of_another(before, wanted.as_str(), scales));
                    limit(Limit::MovedPartnerOfRecord, u32::from(taken))
                }
                SubscriptionChange::FriendlyName(_) => Vec::new(),
                SubscriptionChange::Renewal(_) => {
                    let bound = |own: &Count| scales.allowed.keys().any(|limit| own.code == code(*limit).to_string());
                    own.into_iter().filter(bound).collect()
                }
            },
            Wanted::ResetAdminPassword { .. } | Wanted::SetSupportContact { .. } => Vec::new(),
        },
    }
}

/// At first adoption, and without a limit, a lowered quantity is acknowledged.
fn lowered(address: &Address, Scales { terms, allowed, diff }: Scales<'_>) -> Vec<Count> {
    let settled = settled((terms.desired, terms.ledger), &diff.bindings, address);
    let adopted = settled.is_some_and(|fields| fields.contains_key(&Field::Quantity));
    let bound = allowed.contains_key(&Limit::LoweredQuantity);
    let acknowledge = (!adopted || !bound).then_some(Code::Acknowledge);
    let codes = acknowledge.into_iter().chain(bound.then_some(code(Limit::LoweredQuantity)));
    codes.map(|code| count(code, 1)).collect()
}

/// What a step finds in the field that it changes.
fn before(step: &Step, field: Field) -> Option<&Value> {
    step.conditions.iter().find_map(|Condition { fact, expect }| match (fact, expect) {
        (Fact::Field(_, of), Expect::Is(value)) if *of == field => Some(value),
        _ => None,
    })
}

fn number(value: &Value) -> Option<u32> {
    match value {
        Value::Number(number) => u32::try_from(*number).ok(),
        Value::None | Value::Bool(_) | Value::Text(_) | Value::List(_) => None,
    }
}

/// Whether a PartnerID that is there is another reseller's than the one wanted.
fn is_of_another(before: &Value, wanted: &str, scales: Scales<'_>) -> bool {
    let Value::Text(before) = before else { return false };
    before != wanted && !scales.diff.owners.are_of_one(before, wanted)
}

fn gates((code, causes): (Code, BTreeMap<Address, Sum>), allowed: &Allowed, terms: Terms<'_>) -> Vec<Gate> {
    let Some((limit, allowed)) = allowed.iter().find(|(limit, _)| self::code(**limit) == code) else {
        let each = |(cause, Sum { amount, covered, owed })| Gate::Acknowledge { code, cause, amount, covered, owed };
        return causes.into_iter().map(each).collect();
    };
    let open = |Sum { amount, covered, owed: _ }: Sum| amount.saturating_sub(covered);
    let planned = causes.values().map(|sum| open(*sum)).fold(0, u32::saturating_add);
    let owing = causes.values().filter(|sum| open(**sum) > 0);
    let owed = owing.map(|sum| sum.owed).fold(0, u32::saturating_add);
    let open = causes.into_iter().map(|(cause, sum)| (cause, open(sum))).filter(|(_, open)| *open > 0).collect();
    vec![Gate::Limit {
        limit: *limit,
        code,
        planned,
        before: spent(code, terms),
        allowed: *allowed,
        causes: open,
        owed,
    }]
}

/// What was counted within the last day and no acknowledgement covered, also where nobody knows whether it happened.
fn spent(code: Code, Terms { ledger, now, .. }: Terms<'_>) -> u32 {
    let code = code.to_string();
    let since = |at: Timestamp| now.since(at).as_seconds() < WINDOW.as_seconds();
    let recent = ledger.counting().filter(|it| it.code == code && it.acknowledgement.is_none() && since(it.at));
    recent.map(|counted| counted.amount).fold(0, u32::saturating_add)
}

/// Bounds that are looser in `after`: gone, or allowing more. A lowered quantity without a bound is acknowledged one by
/// one, so there a new bound is looser.
pub(super) fn in_force(recorded: Option<&Limits>, declared: &Limits) -> Limits {
    let Some(recorded) = recorded else { return declared.clone() };
    let names: BTreeSet<Limit> = recorded.keys().chain(declared.keys()).copied().collect();
    let bound = |limit: Limit| -> Option<Bound> {
        match (recorded.get(&limit), declared.get(&limit)) {
            (Some(before), Some(now)) => Some(before.stricter(*now)),
            (Some(_), None) | (None, Some(_)) if limit == Limit::LoweredQuantity => None,
            (Some(only), None) | (None, Some(only)) => Some(*only),
            (None, None) => None,
        }
    };
    names.into_iter().filter_map(|limit| Some((limit, bound(limit)?))).collect()
}
