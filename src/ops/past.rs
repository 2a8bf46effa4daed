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
    let file = match followed(journal, run) {
        Ok(Some(file)) => file,
        Ok(None) | Err(Fault::Plan { .. } | Fault::NotThatPlan { .. }) => return Ok(Changes::new()),
        Err(fault) => return Err(fault),
    };
    let steps = file.plan().steps().iter().filter(|step| !step.changes.is_empty());
    Ok(steps.map(|step| (step.id, step.changes.clone())).collect())
}

/// The document of the plan that a run followed, as it was approved; none where it is not kept.
///
/// # Errors
/// When it is not whole or another plan's, and when the store cannot say.
pub fn followed(journal: &Journal, run: &Run) -> Result<Option<PlanFile>, Fault> {
    let Some(id) = run.plan() else { return Ok(None) };
    let key = run.document.unwrap_or(id);
    let Some(bytes) = journal.plan(key)? else { return Ok(None) };
    let file = PlanFile::read(&String::from_utf8_lossy(&bytes))
        .map_err(|source| Fault::Plan { place: format!("plan/{key}"), source })?;
    // Reading recomputes the id from the content: a plan laid there under another's name has its own.
    let found = file.plan().id();
    let is_own = run.document.is_none_or(|own| own == Digest::of_bytes(&bytes));
    if found == id && is_own { Ok(Some(file)) } else { Err(Fault::NotThatPlan { id, found }) }
}

/// A kept plan, as it was approved last.
#[derive(Clone, Debug, PartialEq)]
pub struct Kept {
    /// The document.
    pub file: PlanFile,
    /// The run that followed it last, if one did.
    pub run: Option<u64>,
    /// Runs that followed another document of the same plan.
    pub others: Vec<u64>,
}

/// The document of this plan that was approved last; none when none is kept.
///
/// # Errors
/// As [`followed`].
pub fn kept(journal: &Journal, id: Digest) -> Result<Option<Kept>, Fault> {
    let history = History::read(journal.store())?;
    let of_it = || history.runs.iter().rev().filter(|run| run.plan() == Some(id));
    for run in of_it() {
        if let Some(file) = followed(journal, run)? {
            let others = of_it().filter(|other| other.document != run.document).map(|other| other.epoch).collect();
            return Ok(Some(Kept { file, run: Some(run.epoch), others }));
        }
    }
    let Some(bytes) = journal.plan(id)? else { return Ok(None) };
    let file = PlanFile::read(&String::from_utf8_lossy(&bytes))
        .map_err(|source| Fault::Plan { place: format!("plan/{id}"), source })?;
    let found = file.plan().id();
    let is_it = found == id || id == Digest::of_bytes(&bytes);
    if is_it { Ok(Some(Kept { file, run: None, others: Vec::new() })) } else { Err(Fault::NotThatPlan { id, found }) }
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

/// The plan that this run followed.
///
/// # Errors
/// When there is no such run, its plan is not kept, or not whole.
pub fn of_run(journal: &Journal, epoch: u64) -> Result<PlanFile, Fault> {
    let history = History::read(journal.store())?;
    let run = history.runs.iter().find(|run| run.epoch == epoch);
    let run = run.ok_or_else(|| Fault::Usage(format!("there is no run {epoch}; `twotier history` lists them")))?;
    followed(journal, run)?.ok_or_else(|| Fault::Usage(format!("no plan of run {epoch} is kept")))
}

/// Whether a text may be the beginning of the id of a plan.
#[must_use]
pub fn may_be_plan(text: &str) -> bool {
    (ENOUGH..=64).contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit())
}

/// The kept plan whose id begins so.
///
/// # Errors
/// When none or several do, and when it is not whole.
pub fn plan(journal: &Journal, prefix: &str) -> Result<Kept, Fault> {
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
        [id] => kept(journal, *id)?.ok_or_else(|| Fault::Usage(format!("the plan `{id}` is gone"))),
        several => Err(Fault::Usage(format!(
            "the ids of {} kept plans begin with `{prefix}`: give more digits, such as `{}`",
            several.len(),
            several.iter().map(|id| id.short(16)).collect::<Vec<_>>().join("`, `")
        ))),
    }
}
