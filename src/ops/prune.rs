//! `state prune`: removes what is of no use any more beside the records: plans that no run followed for long, checkpoints
//! that newer ones make superfluous, passwords that were replaced or forgotten. Never a record, and nothing of a damaged state.

use super::fault::Fault;
use crate::diag::Severity;
use crate::journal::prune::{Pruning, Spares};
use crate::journal::{Journal, JournalError, Stamp, verify};
use crate::model::Timestamp;
use smol_str::SmolStr;

/// What may go, looked for in a sound state; only plans of runs that ended before then.
///
/// # Errors
/// While a run is open, when the state is damaged or cannot be read.
pub fn find(journal: &mut Journal, before: Timestamp) -> Result<Spares, Fault> {
    refuse_open(journal)?;
    let verified = verify::verify(journal.store(), None).map_err(JournalError::from)?;
    if let Some(damage) = verified.findings.iter().find(|finding| finding.severity == Severity::Error) {
        return Err(Fault::Unsound { damage: damage.message.clone() });
    }
    Ok(Spares::find(journal, &verified.checkpoints, before)?)
}

/// Removes it, once it is noted who says so and from where.
///
/// # Errors
/// While a run is open, and when it cannot be noted or removed.
pub fn prune(
    journal: &mut Journal,
    spares: &Spares,
    said: (SmolStr, Option<SmolStr>),
    stamp: &Stamp,
) -> Result<Pruning, Fault> {
    journal.refresh()?;
    refuse_open(journal)?;
    Ok(journal.prune(spares, said, stamp)?)
}

fn refuse_open(journal: &Journal) -> Result<(), Fault> {
    journal.folded().run.as_ref().map_or(Ok(()), |run| Err(Fault::Locked(Box::new(run.clone()))))
}
