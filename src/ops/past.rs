//! What the plans that runs followed say of their effects: kept plans, by the first digits of their ids, and the fields
//! that each of their steps moves. Only reads.

use super::fault::Fault;
use crate::journal::guarding::Guarding;
use crate::journal::history::Run;
use crate::journal::store::{Folder, Key};
use crate::journal::{History, Journal};
use crate::model::Digest;
use crate::plan::file::PlanFile;
use crate::plan::{FieldChange, guards};
use std::collections::BTreeMap;

/// Fields that move, by the id of the step that moves them.
pub type Changes = BTreeMap<Digest, Vec<FieldChange>>;
/// The same, by the number of the run.
pub type Runs = BTreeMap<u64, Changes>;

/// What the plan of a run moved; nothing where it is not kept, or is of a format that is not read any more.
///
/// # Errors
/// When the store cannot say.
pub fn changes(journal: &Journal, run: &Run) -> Result<Changes, Fault> {
    let Some(id) = run.plan() else { return Ok(Changes::new()) };
    let Some(bytes) = journal.plan(id)? else { return Ok(Changes::new()) };
    let Ok(file) = PlanFile::read(&String::from_utf8_lossy(&bytes)) else { return Ok(Changes::new()) };
    let steps = file.plan().steps().iter().filter(|step| !step.changes.is_empty());
    Ok(steps.map(|step| (step.id, step.changes.clone())).collect())
}

/// The same of several runs, by their numbers.
///
/// # Errors
/// When the store cannot say.
pub fn of_runs<'r>(journal: &Journal, runs: impl IntoIterator<Item = &'r Run>) -> Result<Runs, Fault> {
    runs.into_iter().map(|run| Ok((run.epoch, changes(journal, run)?))).collect()
}

/// Takes back of runs that their plan was removed, where it is kept all the same: by a later run, or since nobody came to
/// remove it.
///
/// # Errors
/// When the store cannot say.
pub fn see_kept<'r>(journal: &Journal, runs: impl IntoIterator<Item = &'r mut Run>) -> Result<(), Fault> {
    for run in runs.into_iter().filter(|run| run.pruned.is_some()) {
        if let Some(id) = run.plan()
            && journal.plan(id)?.is_some()
        {
            run.pruned = None;
        }
    }
    Ok(())
}

/// What was recorded of limits, freezes, protections and recipients, field by field; what is looser carries a note.
#[must_use]
pub fn guarded(guarding: &Guarding) -> Vec<FieldChange> {
    let Guarding { number: _, at, before, after } = guarding;
    guards::recorded(before.as_ref(), after, at.date())
}

/// How many digits of an id are enough to ask for a plan.
const ENOUGH: usize = 6;

/// Whether a text may be the beginning of the id of a plan.
#[must_use]
pub fn may_be_plan(text: &str) -> bool {
    (ENOUGH..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The kept plan whose id begins so.
///
/// # Errors
/// When none or several do, and when it is not whole.
pub fn plan(journal: &Journal, prefix: &str) -> Result<PlanFile, Fault> {
    let prefix = prefix.to_ascii_lowercase();
    let keys = journal.store().list_after(Folder::Plan, None).map_err(crate::journal::JournalError::from)?;
    let ids: Vec<Digest> = keys
        .into_iter()
        .filter_map(|key| match key {
            Key::Plan(id) => Some(id),
            Key::Journal(_) | Key::Checkpoint(_) | Key::Sealed(_) => None,
        })
        .filter(|id| id.to_string().starts_with(&prefix))
        .collect();
    match ids.as_slice() {
        [] => Err(Fault::Usage(match History::read(journal.store())?.pruned(&prefix) {
            Some((id, run, pruned)) => {
                format!("the plan `{id}` was {pruned}; `twotier history {run}` tells what was done by it")
            }
            None => format!("no file and no kept plan is called `{prefix}`; `twotier history` lists plans"),
        })),
        [id] => {
            let bytes = journal.plan(*id)?.unwrap_or_default();
            PlanFile::read(&String::from_utf8_lossy(&bytes))
                .map_err(|source| Fault::Plan { place: format!("plan/{id}"), source })
        }
        several => Err(Fault::Usage(format!(
            "the ids of {} kept plans begin with `{prefix}`: give more digits, such as `{}`",
            several.len(),
            several.iter().map(|id| id.short(16)).collect::<Vec<_>>().join("`, `")
        ))),
    }
}
