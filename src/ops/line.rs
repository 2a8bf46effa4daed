//! The line of commits that plans are applied from: how far a run reaches along it, and which plan was replaced. Asks git, and
//! reads the state; never writes to either.

use super::apply::{Known, Order};
use super::base;
use super::fault::Fault;
use super::past;
use super::waiting::is_first;
use crate::journal::history::Run;
use crate::journal::record::Reach;
use crate::journal::{History, Journal};
use crate::model::Digest;
use crate::plan::file::Made;
use smol_str::SmolStr;
use std::path::PathBuf;

/// Where a run stands.
#[derive(Clone, Debug, Default)]
pub struct Line {
    /// The folder of the project.
    pub folder: PathBuf,
    /// SHA-256 of what manifests and project file say; none where git does not keep them.
    pub said: Option<Digest>,
}

/// How far a run reaches that does what was consented to, unless it is refused. Nothing leads back along the history.
pub(super) fn reach(consent: &Known, order: &Order, before: &Reach) -> Reach {
    let Some(commit) = &order.account.commit else { return Reach::default() };
    let onward = |before: &Option<SmolStr>| {
        before.as_ref().is_none_or(|before| !base::is_before(&order.line.folder, commit, before))
    };
    let whole = match consent {
        Known::Plan(file) => file.scope().is_empty(),
        Known::OnlyId(_) | Known::Everything => true,
        Known::Rest(..) => false,
    };
    Reach {
        applied: (whole && onward(&before.applied)).then(|| commit.clone()),
        told: (tells(consent, &order.line, &before.told) && onward(&before.told)).then(|| commit.clone()),
    }
}

/// Whether whoever consented was told all that the manifests say otherwise than what was approved last. What a plan told leads
/// from the commit that it was compared with to the manifests that it was made of; so it reaches on from just that commit, with
/// just those manifests.
fn tells(consent: &Known, line: &Line, before: &Option<SmolStr>) -> bool {
    match consent {
        Known::Plan(file) => file
            .made()
            .is_some_and(|Made { manifests, compared_with }| compared_with == before && Some(*manifests) == line.said),
        // An id says nothing of what no step shows.
        Known::OnlyId(_) => before.is_none(),
        Known::Rest(..) => false,
        Known::Everything => true,
    }
}

/// Why a plan is not followed any more: from a later commit, or after it, a newer one of the whole project was applied. Whoever
/// was told what that changed may go back all the same.
///
/// # Errors
/// When the state cannot be read.
pub(super) fn replaced(consent: &Known, order: &Order, journal: &Journal) -> Result<Option<Fault>, Fault> {
    let Reach { applied, told } = &journal.folded().reach;
    // What goes on was chosen by what the state knows of newer ones.
    if matches!(consent, Known::Rest(..)) || tells(consent, &order.line, told) {
        return Ok(None);
    }
    let before = |commit: &SmolStr, applied: &SmolStr| base::is_before(&order.line.folder, commit, applied);
    if let (Some(commit), Some(applied)) = (&order.account.commit, applied)
        && before(commit, applied)
    {
        let (commit, applied) = (commit.clone(), applied.clone());
        return Ok(Some(Fault::Replaced(Replaced::Commit { commit, applied })));
    }
    let run = replacing_run(consent, journal)?;
    Ok(run.map(|run| Fault::Replaced(Replaced::Run(run))))
}

/// The run of a newer plan of the whole project, after the last one that this very document was approved for.
fn replacing_run(consent: &Known, journal: &Journal) -> Result<Option<u64>, Fault> {
    let Known::Plan(file) = consent else { return Ok(None) };
    let id = file.plan().id();
    // Where it does not say what it was made of, one that is approved anew may read the same.
    if file.made().is_none() || journal.plan(id)?.is_none() {
        return Ok(None);
    }
    let history = History::read(journal.store())?;
    let own = journal.folded().run.as_ref().map(|run| run.epoch);
    let approved = |run: &&Run| is_first(run) && run.open.plan.is_some() && Some(run.epoch) != own;
    let mut newer = None;
    for run in history.runs.iter().rev().filter(approved) {
        let followed = past::followed(journal, run)?;
        if followed.as_ref() == Some(&**file) {
            return Ok(newer);
        }
        if newer.is_none() && followed.is_some_and(|followed| followed.scope().is_empty()) {
            newer = Some(run.epoch);
        }
    }
    Ok(None)
}

/// What took the place of a plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Replaced {
    /// A newer plan of the whole project, from a commit that comes after the one that this is.
    Commit {
        /// The commit that this is.
        commit: SmolStr,
        /// The newer one.
        applied: SmolStr,
    },
    /// The newer plan of this run.
    Run(u64),
}
impl std::fmt::Display for Replaced {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let short = |commit: &SmolStr| commit.chars().take(SHOWN).collect::<String>();
        match self {
            Self::Commit { commit, applied } => {
                write!(f, "from the commit `{}`, which comes after this one, `{}`", short(applied), short(commit))
            }
            Self::Run(run) => write!(f, "by run {run}"),
        }
    }
}

/// How much of a commit's name people are shown.
const SHOWN: usize = 12;
