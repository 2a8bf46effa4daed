//! What steps count against limits and acknowledgements, and what therefore stops `apply`. Pure; never drops a step:
//! an over-limit plan is whole.

use super::{Action, Brings, Condition, Expect, Gate, Step, Wanted};
use crate::desired::{Acknowledgement, Desired, Ensure};
use crate::diag::Code;
use crate::diff::Owners;
use crate::ledger::Ledger;
use crate::model::renewal::NoRenewal;
use crate::model::{
    Address, Bound, Count, Fact, Field, Limit, Limits, Name, Renewal, Span, StepName, SubscriptionChange, Timestamp,
    Value,
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
    pub(super) desired: &'a Desired,
    pub(super) ledger: &'a Ledger,
    /// The bounds in force.
    pub(super) limits: &'a Limits,
    /// Whose PartnerIDs are.
    pub(super) owners: &'a Owners<'a>,
    pub(super) now: Timestamp,
}

/// Writes into every step what it counts, in plan order, acknowledgements first, and says what stops `apply`.
pub(super) fn weigh(steps: &mut [Step], scales: Scales<'_>) -> Vec<Gate> {
    let mut sums: BTreeMap<Code, BTreeMap<Address, Sum>> = BTreeMap::new();
    let mut left = left(scales);
    for step in steps {
        if scales.ledger.is_counted(step.id) {
            continue;
        }
        for (code, amount) in counted(step, scales) {
            let sum = sums.entry(code).or_default().entry(step.cause.clone()).or_default();
            take(step, (code, amount), sum, &mut left);
        }
    }
    sums.into_iter().flat_map(|(code, causes)| gates(code, causes, scales)).collect()
}

/// What the steps of a cause count.
#[derive(Clone, Copy, Default)]
struct Sum {
    amount: u32,
    covered: u32,
}

/// What is left of the live acknowledgements.
#[derive(Default)]
struct Left<'a> {
    /// By name: an acknowledgement of several causes is one sum.
    sums: BTreeMap<&'a Name, u32>,
    /// Which speak of a code and a cause.
    names: BTreeMap<(Code, &'a Address), Vec<&'a Name>>,
}

fn left<'a>(Scales { desired, ledger, now, .. }: Scales<'a>) -> Left<'a> {
    let used = used(ledger);
    let mut left = Left::default();
    for (name, Acknowledgement { limit, causes, at_most, expires, .. }) in &desired.acknowledgements {
        if now.date() > *expires {
            continue;
        }
        left.sums.insert(name, at_most.saturating_sub(used.get(name).copied().unwrap_or(0)));
        for cause in causes.keys() {
            left.names.entry((*limit, cause)).or_default().push(name);
        }
    }
    left
}

/// How much of each acknowledgement is used.
pub(super) fn used(ledger: &Ledger) -> BTreeMap<&Name, u32> {
    let mut used: BTreeMap<&Name, u32> = BTreeMap::new();
    for counted in &ledger.counted {
        if let Some(name) = &counted.acknowledgement {
            let sum = used.entry(name).or_default();
            *sum = sum.saturating_add(counted.amount);
        }
    }
    used
}

fn take(step: &mut Step, (limit, amount): (Code, u32), sum: &mut Sum, left: &mut Left<'_>) {
    let code: smol_str::SmolStr = smol_str::format_smolstr!("{limit}");
    let mut open = amount;
    for name in left.names.get(&(limit, &step.cause)).into_iter().flatten() {
        let Some(left) = left.sums.get_mut(name) else { continue };
        let covered = open.min(*left);
        if covered > 0 {
            *left -= covered;
            open -= covered;
            sum.covered = sum.covered.saturating_add(covered);
            step.counts.push(Count { code: code.clone(), amount: covered, acknowledgement: Some((*name).clone()) });
        }
    }
    sum.amount = sum.amount.saturating_add(amount);
    if open > 0 {
        step.counts.push(Count { code, amount: open, acknowledgement: None });
    }
}

/// What a step counts. Drift that is restored counts like anything else.
fn counted(step: &Step, scales: Scales<'_>) -> Vec<(Code, u32)> {
    let limit = |limit: Limit, amount: u32| {
        let bound = scales.limits.contains_key(&limit);
        if bound && amount > 0 { vec![(code(limit), amount)] } else { Vec::new() }
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
                SubscriptionChange::Renewal(_) if stood(step) => Vec::new(),
                SubscriptionChange::Renewal(Renewal::Cancel | Renewal::Extend) => limit(Limit::EndedRenewals, 1),
                SubscriptionChange::Renewal(Renewal::Renew(next)) => match before_end(step).zip(next.quantity) {
                    Some((before, then)) if then < before => limit(Limit::LoweredQuantity, 1),
                    Some((before, then)) => limit(Limit::BoughtSeats, then.saturating_sub(before)),
                    None => Vec::new(),
                },
            },
            Wanted::ResetAdminPassword { .. } | Wanted::SetSupportContact { .. } => Vec::new(),
        },
    }
}

/// At first adoption, and without a limit, a lowered quantity is acknowledged.
fn lowered(address: &Address, Scales { desired, ledger, limits, .. }: Scales<'_>) -> Vec<(Code, u32)> {
    let old = crate::diff::remembered(desired, ledger, address);
    let settled = ledger.settled.get(old.as_ref().unwrap_or(address));
    let adopted = settled.is_some_and(|fields| fields.contains_key(&Field::Quantity));
    let bound = limits.contains_key(&Limit::LoweredQuantity);
    let acknowledge = (!adopted || !bound).then_some((Code::Acknowledge, 1));
    acknowledge.into_iter().chain(bound.then_some((code(Limit::LoweredQuantity), 1))).collect()
}

/// What a step finds in the field that it changes.
fn before(step: &Step, field: Field) -> Option<&Value> {
    step.conditions.iter().find_map(|Condition { fact, expect }| match (fact, expect) {
        (Fact::Field(_, of), Expect::Is(value)) if *of == field => Some(value),
        _ => None,
    })
}

/// Whether a step only sets again what stood.
fn stood(step: &Step) -> bool {
    step.changes.iter().all(|change| change.before.as_ref() == Some(&change.after))
}

/// How many seats the next term has as things stand: none where it ends, or nobody knows; not told where it goes on month by
/// month.
fn before_end(step: &Step) -> Option<u32> {
    let found = step.conditions.iter().find_map(|Condition { fact, expect }| match (fact, expect) {
        (
            Fact::Field(_, Field::Renewal),
            Expect::Is(value) | Expect::After { brings: Brings::Exactly(value), step: _ },
        ) => Some(value.to_string()),
        _ => None,
    })?;
    match found.parse() {
        Ok(Renewal::Renew(next)) => next.quantity,
        Ok(Renewal::Extend) => None,
        Ok(Renewal::Cancel) | Err(NoRenewal) => Some(0),
    }
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
    before != wanted && !scales.owners.are_of_one(before, wanted)
}

fn gates(code: Code, causes: BTreeMap<Address, Sum>, scales: Scales<'_>) -> Vec<Gate> {
    let Some((limit, bound)) = scales.limits.iter().find(|(limit, _)| self::code(**limit) == code) else {
        let each = |(cause, Sum { amount, covered })| Gate::Acknowledge { code, cause, amount, covered };
        return causes.into_iter().map(each).collect();
    };
    let allowed = bound.allows(all(*limit, scales.desired));
    let open = |Sum { amount, covered }: Sum| amount.saturating_sub(covered);
    let planned = causes.values().map(|sum| open(*sum)).fold(0, u32::saturating_add);
    let open = causes.into_iter().map(|(cause, sum)| (cause, open(sum))).filter(|(_, open)| *open > 0).collect();
    vec![Gate::Limit { limit: *limit, code, planned, before: spent(code, scales), allowed, causes: open }]
}

/// What was counted within the last day and no acknowledgement covered.
fn spent(code: Code, Scales { ledger, now, .. }: Scales<'_>) -> u32 {
    let code = code.to_string();
    let since = |at: Timestamp| now.since(at).as_seconds() < WINDOW.as_seconds();
    let recent = ledger.counted.iter().filter(|it| it.code == code && it.acknowledgement.is_none() && since(it.at));
    recent.map(|counted| counted.amount).fold(0, u32::saturating_add)
}

/// How many there are of what a limit speaks of: what the project declares.
fn all(limit: Limit, desired: &Desired) -> usize {
    match limit {
        Limit::EndedPartnerships => {
            desired.partnerships.values().filter(|it| matches!(it.ensure, Ensure::Active | Ensure::Ended)).count()
        }
        Limit::MovedPartnerOfRecord | Limit::LoweredQuantity | Limit::EndedRenewals => desired.subscriptions.len(),
        Limit::GrantedAccess => desired.customers.len(),
        Limit::BoughtSeats => {
            let seats = desired.subscriptions.values().filter_map(|it| it.quantity.map(|(seats, _)| u64::from(seats)));
            usize::try_from(seats.fold(0, u64::saturating_add)).unwrap_or(usize::MAX)
        }
    }
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
