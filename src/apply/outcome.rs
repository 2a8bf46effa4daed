//! How steps and runs end, in the words people read. Holds values only; never decides what happens next.

use crate::model::{Digest, StepKey};
use crate::plan::Role;
use std::collections::BTreeMap;
use std::fmt;

/// How a step ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// It was done and shows.
    Done(Password),
    /// A person is asked, now or by an earlier run.
    Asked,
    /// What it is for stood already; nothing was written.
    Satisfied,
    /// Approved, not planned any more, and its goal does not stand.
    Withdrawn(Withdrawal),
    /// Approved and still wanted, and something stands against it now.
    Blocked {
        /// Code of the finding: `TT0311`.
        code: String,
        /// What the finding says.
        text: String,
    },
    /// The service said no, or something it rests on could not be read.
    Failed {
        /// The service's code, 0 when none.
        code: u32,
        /// What happened, and how to mend it where that is known.
        text: String,
    },
    /// What it was approved on holds no longer; nothing was written.
    Stale {
        /// Which fact: `subscription/contoso/m365 quantity`.
        fact: String,
        /// What was approved.
        approved: String,
        /// What is.
        actual: String,
    },
    /// Planned now, and nobody approved it; left alone.
    Unapproved(Unapproved),
    /// Left alone because of something else.
    Skipped(Hindrance),
    /// Accepted and not visible yet, or an open wait.
    Pending {
        /// What is waited for.
        until: String,
    },
    /// Nobody knows whether it happened.
    Unknown {
        /// What is known.
        text: String,
    },
    /// The run was stopped before it was done, by a person or by its deadline.
    Interrupted,
}

/// Why nobody approved a step.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unapproved {
    /// It is not in the approved plan.
    New,
    /// A run did it, this way or another, after that plan was made: an approval covers a step once.
    Used {
        /// Number of the run.
        run: u64,
    },
    /// The approved plan says that it changes or sends something else.
    ShownOtherwise,
}

/// Why an approved step is not planned any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Withdrawal {
    /// It is planned with other values, which nobody approved.
    PlannedOtherwise,
    /// Neither the manifests nor the tenant call for it.
    NotWanted,
}

/// What became of the one-time password of a step that is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Password {
    /// The step brings none, or it is sealed and stored.
    Kept,
    /// `credentialsLost`: a new one is planned in the next run.
    Lost,
}

/// Why a step was left alone.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Hindrance {
    /// What it needs is not over.
    Need(StepKey),
    /// The service denied another step that needs the same role.
    Denied {
        /// The role.
        role: Role,
        /// The step that was denied.
        at: StepKey,
    },
}
impl fmt::Display for Hindrance {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Need(key) => write!(f, "needs {key}"),
            Self::Denied { role, at } => write!(f, "needs the role {}, which {at} was denied", role.name()),
        }
    }
}

impl Outcome {
    /// The word it is counted under.
    #[must_use]
    pub fn word(&self) -> &'static str {
        match self {
            Self::Done(_) => "done",
            Self::Asked => "asked",
            Self::Satisfied => "satisfied",
            Self::Withdrawn(_) => "withdrawn",
            Self::Blocked { .. } => "blocked",
            Self::Failed { .. } => "failed",
            Self::Stale { .. } => "stale",
            Self::Unapproved(_) => "unapproved",
            Self::Skipped(_) => "skipped",
            Self::Pending { .. } => "pending",
            Self::Unknown { .. } => "unknown",
            Self::Interrupted => "interrupted",
        }
    }
    /// Why, where there is more to say than the word.
    #[must_use]
    pub fn why(&self) -> Option<String> {
        match self {
            Self::Done(Password::Lost) => Some("credentials lost: a new password is planned in the next run".into()),
            Self::Failed { code: 0, text } | Self::Unknown { text } => Some(text.clone()),
            Self::Failed { code, text } => Some(format!("code {code}: {text}")),
            Self::Stale { fact, approved, actual } => Some(format!("{fact}: approved on {approved}, now {actual}")),
            Self::Withdrawn(Withdrawal::PlannedOtherwise) => {
                Some("it is planned otherwise now, which was not approved".into())
            }
            Self::Withdrawn(Withdrawal::NotWanted) => Some("the manifests and the tenant no longer call for it".into()),
            Self::Blocked { code, text } => Some(format!("{code}: {text}")),
            Self::Skipped(hindrance) => Some(hindrance.to_string()),
            Self::Pending { until } => Some(format!("until {until}")),
            Self::Unapproved(Unapproved::Used { run }) => {
                let once = "and an approval covers it once: plan again";
                Some(format!("run {run} changed this after the plan was made, {once}"))
            }
            Self::Unapproved(Unapproved::ShownOtherwise) => {
                Some("the approved plan shows another change or letter than it makes by now: plan again".into())
            }
            Self::Done(Password::Kept)
            | Self::Asked
            | Self::Satisfied
            | Self::Unapproved(Unapproved::New)
            | Self::Interrupted => None,
        }
    }
    /// Whether steps that need this one may go on.
    #[must_use]
    pub fn meets_needs(&self) -> bool {
        match self {
            Self::Done(_) | Self::Satisfied => true,
            Self::Asked
            | Self::Withdrawn(_)
            | Self::Blocked { .. }
            | Self::Failed { .. }
            | Self::Stale { .. }
            | Self::Unapproved(_)
            | Self::Skipped(_)
            | Self::Pending { .. }
            | Self::Unknown { .. }
            | Self::Interrupted => false,
        }
    }
    /// Whether it makes the run's exit code 8.
    #[must_use]
    pub fn is_failure(&self) -> bool {
        match self {
            Self::Failed { .. }
            | Self::Blocked { .. }
            | Self::Stale { .. }
            | Self::Unapproved(_)
            | Self::Unknown { .. } => true,
            Self::Done(_)
            | Self::Asked
            | Self::Satisfied
            | Self::Withdrawn(_)
            | Self::Skipped(_)
            | Self::Pending { .. }
            | Self::Interrupted => false,
        }
    }
}

/// How one step of a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StepResult {
    /// Which.
    pub key: StepKey,
    /// Its id.
    pub id: Digest,
    /// How.
    pub outcome: Outcome,
}

/// How a run came to its end.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ending {
    /// Every step is over.
    Finished,
    /// A person stopped it.
    Interrupted,
    /// The journal could not be written, so the run had to stop: why.
    JournalFault(String),
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RunOutcome {
    /// Number of the run.
    pub epoch: u64,
    /// The steps, in the order of the fresh plan; then approved steps that are not planned any more.
    pub results: Vec<StepResult>,
    /// How it came to its end.
    pub ending: Ending,
}

/// What a run's exit code tells, in the order in which one outweighs the next.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Class {
    /// 1: the journal could not be written.
    JournalFault,
    /// 130: stopped by a person.
    Interrupted,
    /// 8: a step failed, is blocked, stale, unapproved or unknown, or the deadline passed before it began.
    NotAll,
    /// 0.
    Fine,
}
impl Class {
    /// The exit code.
    #[must_use]
    pub fn exit_code(self) -> u8 {
        match self {
            Self::JournalFault => 1,
            Self::Interrupted => 130,
            Self::NotAll => 8,
            Self::Fine => 0,
        }
    }
}

impl RunOutcome {
    /// What the exit code tells.
    #[must_use]
    pub fn class(&self) -> Class {
        match &self.ending {
            Ending::JournalFault(_) => Class::JournalFault,
            Ending::Interrupted => Class::Interrupted,
            Ending::Finished if self.results.iter().any(is_left) => Class::NotAll,
            Ending::Finished => Class::Fine,
        }
    }
    /// Whether all that it left is what nobody approved.
    #[must_use]
    pub fn left_only_unapproved(&self) -> bool {
        let mut left = self.results.iter().filter(|result| is_left(result));
        left.all(|result| matches!(result.outcome, Outcome::Unapproved(_)))
    }
    /// How many steps ended how, by [`Outcome::word`].
    #[must_use]
    pub fn counts(&self) -> BTreeMap<&'static str, u32> {
        let mut counts = BTreeMap::new();
        for result in &self.results {
            *counts.entry(result.outcome.word()).or_insert(0) += 1;
        }
        counts
    }
}

/// Whether a run that came to its end should have done more.
fn is_left(result: &StepResult) -> bool {
    result.outcome.is_failure() || result.outcome == Outcome::Interrupted
}

#[cfg(test)]
mod tests {
    use super::*;

    fn run(outcome: Outcome, ending: Ending) -> Class {
        let key = "customer/contoso".parse().expect("an address");
        let key = StepKey::new(key, crate::model::StepName::CreateCustomer);
        let results = vec![StepResult { key, id: Digest::of_bytes(b""), outcome }];
        RunOutcome { epoch: 1, results, ending }.class()
    }

    #[test]
    fn a_journal_fault_outweighs_an_interrupt_which_outweighs_a_failed_step() {
        let failed = || Outcome::Failed { code: 0, text: String::new() };
        assert_eq!(run(failed(), Ending::JournalFault(String::new())).exit_code(), 1);
        assert_eq!(run(failed(), Ending::Interrupted).exit_code(), 130);
        assert_eq!(run(failed(), Ending::Finished).exit_code(), 8);
        assert_eq!(run(Outcome::Unapproved(Unapproved::New), Ending::Finished).exit_code(), 8);
    }

    #[test]
    fn waiting_is_not_failure() {
        assert_eq!(run(Outcome::Asked, Ending::Finished).exit_code(), 0);
        assert_eq!(run(Outcome::Pending { until: "it shows".into() }, Ending::Finished).exit_code(), 0);
    }
}
