//! The plan that somebody approved and that still waits: for an acceptance, a signature, a date. Reads the state alone; never
//! says that anything may be done which was not approved, or which a newer plan took back.

use super::fault::Fault;
use super::past;
use crate::journal::history::{End, Run};
use crate::journal::record::Follows;
use crate::journal::{History, Journal};
use crate::ledger::HandoffState;
use crate::model::{Address, Digest};
use crate::plan::Step;
use crate::plan::file::PlanFile;
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// A plan to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The approved plan.
    pub plan: Digest,
    /// The commit that it was applied from first; none where that run named none.
    pub commit: Option<SmolStr>,
    /// Steps of it that are not done on that approval any more: hand-offs whose purpose was seen, what was withdrawn, and what
    /// newer plans speak of.
    pub over: BTreeSet<Digest>,
}

/// A plan that was followed later than another one.
struct Later {
    file: PlanFile,
    approved: bool,
}
impl Later {
    /// Whether a step of the other plan is over: this one holds it, and waits for itself, or does not, and took it back.
    fn ends(&self, step: &Step) -> bool {
        let Self { file, approved } = self;
        speaks_of(file, step) && (*approved || file.plan().steps().iter().all(|own| own.id != step.id))
    }
}

/// Of the approved plans that wait, the one that nobody went on with for longest, so that each has its turn. What a newer plan
/// speaks of waits under that one or not at all; so nothing older than the newest of the whole project is looked at.
///
/// # Errors
/// When the state cannot be read.
pub fn waiting(journal: &Journal) -> Result<Option<Waiting>, Fault> {
    let history = History::read(journal.store())?;
    let (mut told, mut later, mut found) = (BTreeSet::new(), Vec::new(), None);
    for run in history.runs.iter().rev().filter(|run| is_first(run)) {
        let Some(plan) = run.plan() else { continue };
        let approved = run.open.plan.is_some();
        if approved && !told.insert(plan) {
            continue;
        }
        let Some(file) = past::followed(journal, run)? else { break };
        let left = if approved { left(&history, run, (&file, &later)) } else { None };
        if let Some((last, over)) = left.filter(|(last, _)| found.as_ref().is_none_or(|(other, _)| last < other)) {
            found = Some((last, Waiting { plan, commit: run.open.commit.clone(), over }));
        }
        if approved && file.scope().is_empty() {
            break;
        }
        later.push(Later { file, approved });
    }
    Ok(found.map(|(_, mut waiting)| {
        waiting.over.extend(seen(journal));
        waiting
    }))
}

/// Whether a run followed a plan as it was approved, and was not stopped before its steps. Older versions do not tell it from
/// one that went on with a plan.
pub(super) fn is_first(run: &Run) -> bool {
    run.open.follows != Some(Follows::Rest) && waits(run).is_some()
}

/// The last run that went on with what this one began, and the steps that are over; none where nothing waits.
fn left(history: &History, first: &Run, (file, later): (&PlanFile, &[Later])) -> Option<(u64, BTreeSet<Digest>)> {
    let on = |run: &&Run| run.epoch >= first.epoch && run.open.plan == first.open.plan;
    let runs: Vec<&Run> = history.runs.iter().filter(on).collect();
    let last = runs.iter().rev().find(|run| waits(run).is_some())?;
    let ended = file.plan().steps().iter().filter(|step| later.iter().any(|it| it.ends(step))).map(|step| step.id);
    let over: BTreeSet<Digest> = ended.chain(runs.iter().flat_map(|run| run.withdrawn.iter().copied())).collect();
    let any = file.plan().steps().iter().any(|step| !over.contains(&step.id));
    (any && waits(last) == Some(true)).then_some((last.epoch, over))
}

/// Whether a plan speaks of what a step changes or comes of: of a customer it does with all that one has.
fn speaks_of(file: &PlanFile, step: &Step) -> bool {
    let customer = step.key.address.as_subscription().map(|key| Address::Customer(key.customer.clone()));
    let about = [Some(&step.key.address), Some(&step.cause), customer.as_ref()];
    let named = |address: &Address| file.scope().contains(address) || file.outlook().released.contains(address);
    file.scope().is_empty() || about.into_iter().flatten().any(named)
}

/// Whether a run left something of its plan that waits; none when it was stopped before its steps. Older versions do not tell
/// that from a plan without a step.
fn waits(run: &Run) -> Option<bool> {
    match &run.end {
        End::Open { last: _ } | End::TakenOver { .. } => Some(true),
        End::Closed { at: _, outcomes, refused } if outcomes.is_empty() => {
            (run.open.follows.is_some() && refused.is_empty()).then_some(false)
        }
        End::Closed { at: _, outcomes, refused: _ } => {
            Some(["asked", "pending", "skipped", "interrupted"].iter().any(|word| outcomes.contains_key(*word)))
        }
    }
}

/// The hand-offs whose purpose was seen.
fn seen(journal: &Journal) -> BTreeSet<Digest> {
    let seen = journal.ledger().handoffs.iter().filter(|(_, known)| match known.state {
        HandoffState::Consumed { .. } => true,
        HandoffState::Asked
        | HandoffState::Acknowledged { .. }
        | HandoffState::Declined { .. }
        | HandoffState::Withdrawn { .. } => false,
    });
    seen.map(|(id, _)| *id).collect()
}
