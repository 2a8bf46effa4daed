//! The plan that somebody approved and that still waits: for an acceptance, a signature, a date. Reads the state alone; never
//! says that anything may be done which was not approved.

use super::fault::Fault;
use super::past;
use crate::journal::history::{End, Run};
use crate::journal::{History, Journal};
use crate::ledger::HandoffState;
use crate::model::Digest;
use std::collections::BTreeSet;

/// A plan to go on with.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Waiting {
    /// The approved plan.
    pub plan: Digest,
    /// Hand-offs whose purpose was seen: nobody is asked a second time on that approval.
    pub seen: BTreeSet<Digest>,
}

/// Of the approved plans that wait, the one that nobody went on with for longest, so that each has its turn. A plan of the whole
/// project holds what earlier ones waited for; so nothing older than the newest of these is looked at.
///
/// # Errors
/// When the state cannot be read.
pub fn waiting(journal: &Journal) -> Result<Option<Waiting>, Fault> {
    let history = History::read(journal.store())?;
    let (mut told, mut found) = (BTreeSet::new(), None);
    for run in history.runs.iter().rev() {
        let Some(plan) = run.open.plan.filter(|plan| !told.contains(plan)) else { continue };
        let Some(waits) = waits(run) else { continue };
        told.insert(plan);
        let Some(kept) = past::followed(journal, run)? else { break };
        if waits {
            found = Some(plan);
        }
        if kept.scope().is_empty() {
            break;
        }
    }
    Ok(found.map(|plan| Waiting { plan, seen: seen(journal) }))
}

/// Whether a run left something of its plan that waits; none when it was stopped before its steps.
fn waits(run: &Run) -> Option<bool> {
    match &run.end {
        End::Open { last: _ } | End::TakenOver { .. } => Some(true),
        End::Closed { at: _, outcomes, refused: _ } if outcomes.is_empty() => None,
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
