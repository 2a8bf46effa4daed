//! The line of commits that plans are applied from: how far a run reaches along it. Asks git, and reads the state; never
//! writes to either.

use super::apply::{Known, Order};
use super::base;
use crate::journal::record::Reach;
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

/// How far a run reaches that does what was consented to, unless it is refused. What a plan told leads from the commit that it was
/// compared with to the manifests that it was made of; so it reaches on from just that commit, with just those manifests. Nothing
/// leads back along the history.
pub(super) fn reach(consent: &Known, order: &Order, before: &Reach) -> Reach {
    let Some(commit) = &order.account.commit else { return Reach::default() };
    let onward = |before: &Option<SmolStr>| {
        before.as_ref().is_none_or(|before| !base::is_before(&order.line.folder, commit, before))
    };
    let told = |before: &Option<SmolStr>| match consent {
        Known::Plan(file) => file.made().is_some_and(|Made { manifests, compared_with }| {
            compared_with == before && Some(*manifests) == order.line.said
        }),
        // An id says nothing of what no step shows.
        Known::OnlyId(_) => before.is_none(),
        Known::Rest(..) => false,
        Known::Everything => true,
    };
    let whole = match consent {
        Known::Plan(file) => file.scope().is_empty(),
        Known::OnlyId(_) | Known::Everything => true,
        Known::Rest(..) => false,
    };
    let Reach { applied, told: compared } = before;
    Reach {
        applied: (whole && onward(applied)).then(|| commit.clone()),
        told: (told(compared) && onward(compared)).then(|| commit.clone()),
    }
}
