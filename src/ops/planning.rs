//! From what is meant, remembered and seen to a plan: the one place where difference, judgement and order are put
//! together. Pure but for the looking door; never writes.

use super::observe::{self, Eyes, Looked, Progress, Wants};
use super::recall::{Recall, touched};
use crate::backend::Observe;
use crate::desired::Desired;
use crate::diag::SourceMap;
use crate::diff::{self, Look, Scope, Sides};
use crate::ledger::{Guards, Ledger};
use crate::model::{Address, Timestamp};
use crate::observed::{Observed, Read};
use crate::plan::{self, Input, Planned, Sealing};
use crate::policy;
use std::collections::BTreeSet;

/// Everything a plan is made of but what is seen.
#[derive(Clone, Copy, Debug)]
pub struct Question<'a> {
    /// What is meant.
    pub desired: &'a Desired,
    /// Where it stands.
    pub sources: &'a SourceMap,
    /// What is remembered.
    pub ledger: &'a Ledger,
    /// Addresses it is limited to; none is all.
    pub targets: &'a BTreeSet<Address>,
    /// When.
    pub now: Timestamp,
    /// Guards that an approved plan was made under, where it changes them.
    pub under: Option<&'a Guards>,
}

/// Makes the plan against what was seen, and tells the reads it asked for in vain.
#[must_use]
pub fn make(question: Question<'_>, observed: &Observed) -> (Planned, BTreeSet<Read>) {
    let Question { desired, sources, ledger, targets, now, under } = question;
    let scope = if targets.is_empty() { Scope::All } else { Scope::of(targets, desired) };
    let look = Look::at(observed);
    let planned = {
        let sides = Sides { desired, ledger, look: &look, scope: &scope, now, under };
        let diff = diff::compare(sides);
        let objections = policy::judge(sides, &diff);
        plan::build(Input { sides, diff, objections, now, sources, sealing: sealing() })
    };
    (planned, look.missing())
}

/// Looks until the plan asks for nothing more; the plan, and what it was made on.
pub fn look_and_make(question: Question<'_>, observe: &dyn Observe, progress: &dyn Progress) -> (Planned, Looked) {
    recall_and_make(question, Eyes { observe, recall: &Recall::nothing(), progress })
}

/// The same with what is remembered: no step, and nothing that stands against one, rests on that alone.
pub fn recall_and_make(question: Question<'_>, eyes: Eyes<'_>) -> (Planned, Looked) {
    let mut last = None;
    let looked = observe::look(eyes, |observed| {
        let (planned, missing) = make(question, observed);
        let rests_on = touched::by(&planned, question, eyes.recall.refresh());
        last = Some(planned);
        Wants { missing, rests_on }
    });
    // A plan from before the last reads says nothing of them.
    let last = last.filter(|_| looked.given_up.is_none());
    let planned = last.unwrap_or_else(|| make(question, &looked.observed).0);
    (planned, looked)
}

/// Whether this build can seal passwords.
fn sealing() -> Sealing {
    if cfg!(feature = "age") { Sealing::Available } else { Sealing::Missing }
}
