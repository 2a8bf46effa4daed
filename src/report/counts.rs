//! How steps are counted and what the last line of a plan says. Every step is counted once, waiting ones by what they
//! will do.

use crate::diag::Code;
use crate::model::{Class, StepKey};
use crate::plan::file::{Outlook, PlanFile};
use crate::plan::{Mark, Readiness, Step};
use schemars::JsonSchema;
use serde::Serialize;
use std::collections::BTreeSet;
use std::fmt;

/// The six counts.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Counts {
    /// `+`
    pub add: usize,
    /// `~`
    pub change: usize,
    /// `-`
    pub end: usize,
    /// `!`
    pub people: usize,
    /// `:`
    pub wait: usize,
    /// `?`
    pub blocked: usize,
}

/// What a plan comes to.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, JsonSchema)]
#[serde(rename_all = "camelCase", tag = "type")]
pub enum Verdict {
    /// No steps, nothing blocked.
    NoChanges {
        /// Declared addresses that were not looked at.
        outside: usize,
        /// Differences that are told and left as they are.
        drifted: usize,
        /// Differences that somebody accepted for a while.
        accepted: usize,
        /// Assertions that do not hold.
        asserted: usize,
    },
    /// No steps.
    NothingPossible {
        /// How many are blocked.
        blocked: usize,
    },
    /// Steps, but all of them behind people or time.
    NothingNow {
        /// Hand-offs that were asked.
        asked: usize,
        /// Waits that nothing but an asked hand-off precedes.
        wait: usize,
        /// How many are blocked.
        blocked: usize,
    },
    /// Something can be done.
    Steps(Counts),
}

impl Counts {
    /// Counts a plan and what is blocked beside it.
    #[must_use]
    pub fn of(file: &PlanFile) -> Self {
        let mut counts = Self { blocked: blocked(file), ..Self::default() };
        for step in file.plan().steps() {
            *match step.mark {
                Mark::Add => &mut counts.add,
                Mark::Change => &mut counts.change,
                Mark::End => &mut counts.end,
                Mark::Person => &mut counts.people,
                Mark::Wait => &mut counts.wait,
            } += 1;
        }
        counts
    }
}

impl Verdict {
    /// What this plan comes to.
    #[must_use]
    pub fn of(file: &PlanFile) -> Self {
        let (plan, blocked) = (file.plan(), blocked(file));
        if plan.steps().is_empty() {
            let Outlook { outside, accepted, findings, .. } = file.outlook();
            let asserted = findings.iter().filter(|finding| finding.is(Code::AssertionFails)).count();
            return if blocked == 0 {
                Self::NoChanges { outside: *outside, drifted: drifted(file), accepted: *accepted, asserted }
            } else {
                Self::NothingPossible { blocked }
            };
        }
        if plan.steps().iter().any(can_be_done) {
            return Self::Steps(Counts::of(file));
        }
        let open: BTreeSet<&StepKey> =
            plan.steps().iter().filter(|step| !is_asked(step)).map(|step| &step.key).collect();
        let asked = plan.steps().len() - open.len();
        // Waits that nothing but asked hand-offs precedes.
        let is_next = |step: &&Step| step.needs.iter().all(|need| !open.contains(&need.step));
        let wait = plan.steps().iter().filter(|step| step.class == Class::Wait).filter(is_next).count();
        Self::NothingNow { asked, wait, blocked }
    }
}

/// How many rows are blocked, as they are shown.
fn blocked(file: &PlanFile) -> usize {
    file.outlook().blocked.len()
}

/// How much drift is told, as it is shown.
fn drifted(file: &PlanFile) -> usize {
    file.outlook().findings.iter().filter(|finding| finding.is_drift()).count()
}

/// Whether a run would do something with it now.
fn can_be_done(step: &Step) -> bool {
    match (step.class, &step.readiness) {
        (Class::Api | Class::Ledger | Class::HandOff, Readiness::Ready) => true,
        (Class::Api | Class::Ledger | Class::HandOff, Readiness::Waiting | Readiness::Asked { .. }) => false,
        (Class::Wait, _) => false,
    }
}

fn is_asked(step: &Step) -> bool {
    match step.readiness {
        Readiness::Asked { .. } => true,
        Readiness::Ready | Readiness::Waiting => false,
    }
}

impl fmt::Display for Verdict {
    /// The last line of a plan.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::NoChanges { outside: 0, drifted: 0, accepted: 0, asserted: 0 } => {
                f.write_str("No changes. The tenant matches the manifests.")
            }
            Self::NoChanges { outside: _, drifted: 0, accepted: 0, asserted: 0 } => {
                f.write_str("No changes in scope: what was looked at matches the manifests.")
            }
            Self::NoChanges { outside, drifted, accepted, asserted } => {
                let kinds = [(drifted, "drifted"), (asserted, "asserted otherwise"), (accepted, "accepted")];
                let told = kinds.iter().filter(|(count, _)| **count > 0).map(|(count, word)| format!("{count} {word}"));
                let told = told.collect::<Vec<_>>().join(", ");
                let scope = if *outside == 0 { "" } else { " in scope" };
                let place = if drifted + asserted > 0 { "see above" } else { "see `twotier drift`" };
                write!(f, "No changes{scope}. {told}, {place}.")
            }
            Self::NothingPossible { blocked } => write!(f, "Nothing can be done: {blocked} blocked."),
            Self::NothingNow { asked, wait, blocked } => {
                write!(f, "Nothing to do now: {asked} asked of people, {wait} to wait for, {blocked} blocked.")
            }
            Self::Steps(Counts { add, change, end, people, wait, blocked }) => write!(
                f,
                "Plan: {add} to add, {change} to change, {end} to end; {people} for people, {wait} to wait for, {blocked} blocked."
            ),
        }
    }
}
