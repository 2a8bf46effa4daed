//! What may be done: the approved plan against the fresh one, step by step. Pure; performs, reads and writes nothing.

use super::outcome::{Outcome, StepResult, Unapproved, Withdrawal};
use crate::ledger::{HandoffState, Ledger};
use crate::model::{Digest, Fact, StepKey, Value};
use crate::observed::{Facet, Observed};
use crate::plan::facts::{Ground, evaluate};
use crate::plan::{Action, Blocked, Brings, Condition, Expect, FieldChange, Plan, Planned, Step};
use std::collections::{BTreeMap, BTreeSet};

/// A plan somebody approved, as much of it as approval rests on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Approved {
    /// Its id.
    pub id: Digest,
    /// Its steps, in order.
    pub steps: Vec<ApprovedStep>,
}

/// A step of an approved plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ApprovedStep {
    /// Which.
    pub key: StepKey,
    /// Its id, which covers what it does.
    pub id: Digest,
    /// What it was approved on.
    pub conditions: Vec<Condition>,
    /// What is true when it is done; empty when the document does not say.
    pub goal: Vec<(Fact, Brings)>,
    /// What people read that it changes.
    pub changes: Vec<FieldChange>,
    /// What people read that is sent; none where it asks nobody, or is worded once something else is there.
    pub letter: Option<Letter>,
}

/// A text that people send: subject, text, and what is beside it for ourselves.
pub type Letter = [String; 3];

fn letter(action: &Action) -> Option<[&String; 3]> {
    match action {
        Action::HandOff(ask) => Some([&ask.subject, &ask.text, &ask.annex]),
        Action::Api(_) | Action::Await { .. } | Action::Guard(_) => None,
    }
}

impl From<&Step> for ApprovedStep {
    fn from(step: &Step) -> Self {
        let Step { key, id, conditions, goal, changes, action, needs, .. } = step;
        let (conditions, goal, changes) = (conditions.clone(), goal.clone(), changes.clone());
        Self {
            key: key.clone(),
            id: *id,
            conditions,
            goal,
            changes,
            letter: letter(action).filter(|_| needs.is_empty()).map(|read| read.map(String::clone)),
        }
    }
}
impl From<&Plan> for Approved {
    fn from(plan: &Plan) -> Self {
        Self { id: plan.id(), steps: plan.steps().iter().map(ApprovedStep::from).collect() }
    }
}

/// How much of the approved plan must still be planned.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Match {
    /// The steps in both plans are done.
    Common,
    /// The plans must be the same (`--exact`).
    Exact,
}

/// What may be done with a step of the fresh plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// It is approved, on what still holds.
    Perform,
    /// Nobody approved it.
    Unapproved(Unapproved),
    /// What it was approved on holds no longer.
    Stale {
        /// Which fact.
        fact: Fact,
        /// What was approved; none when the fact could not be told apart from unknown.
        approved: String,
        /// What is.
        actual: String,
    },
}

/// A step of the fresh plan and what may be done with it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Task<'p> {
    /// The step.
    pub step: &'p Step,
    /// The verdict.
    pub verdict: Verdict,
}

/// What of a fresh plan may be done.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Approval<'p> {
    /// Every step of the fresh plan, in its order.
    pub tasks: Vec<Task<'p>>,
    /// Approved steps that are not planned any more, in the order of the approved plan.
    pub gone: Vec<StepResult>,
}
impl Approval<'_> {
    /// Whether something approved is still wanted, and every one of these steps is stale or blocked (exit 4).
    #[must_use]
    pub fn all_stale(&self) -> bool {
        let mut approved = self.tasks.iter().filter(|task| !matches!(task.verdict, Verdict::Unapproved(_))).peekable();
        let blocked = self.gone.iter().any(|gone| matches!(gone.outcome, Outcome::Blocked { .. }));
        (approved.peek().is_some() || blocked) && approved.all(|task| matches!(task.verdict, Verdict::Stale { .. }))
    }
}

impl Approval<'_> {
    /// The steps that will be performed, as far as approval goes: those that are approved with all that they need.
    #[must_use]
    pub fn performed(&self) -> BTreeSet<Digest> {
        let mut left: BTreeSet<&StepKey> = BTreeSet::new();
        let mut performed = BTreeSet::new();
        for Task { step, verdict } in &self.tasks {
            let needs_left = step.needs.iter().any(|need| left.contains(&need.step));
            if *verdict == Verdict::Perform && !needs_left {
                performed.insert(step.id);
            } else {
                left.insert(&step.key);
            }
        }
        performed
    }
    /// The approved steps that are planned no more. What waits for its effect to show may be planned again.
    #[must_use]
    pub fn withdrawn(&self, ledger: &Ledger) -> Vec<Digest> {
        let withdrawn = self.gone.iter().filter(|gone| {
            matches!(gone.outcome, Outcome::Withdrawn(_)) && !ledger.pending.contains_key(&gone.key.address)
        });
        withdrawn.map(|gone| gone.id).collect()
    }
    /// The verdicts without the plan they speak of.
    #[must_use]
    pub fn verdicts(self) -> Verdicts {
        Verdicts { verdicts: self.tasks.into_iter().map(|task| task.verdict).collect(), gone: self.gone }
    }
}

/// What of a plan may be done, step by step in its order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verdicts {
    verdicts: Vec<Verdict>,
    gone: Vec<StepResult>,
}
impl Verdicts {
    /// Whether nothing that was approved is planned, stands or is blocked any more.
    #[must_use]
    pub fn leave_all(&self) -> bool {
        let withdrawn = |gone: &StepResult| gone.outcome == Outcome::Withdrawn(Withdrawal::NotWanted);
        self.verdicts.iter().all(|verdict| matches!(verdict, Verdict::Unapproved(_))) && self.gone.iter().all(withdrawn)
    }
    /// The verdicts on the plan they were made on.
    #[must_use]
    pub fn on(self, plan: &Plan) -> Approval<'_> {
        let tasks = plan.steps().iter().zip(self.verdicts).map(|(step, verdict)| Task { step, verdict });
        Approval { tasks: tasks.collect(), gone: self.gone }
    }
}

/// Why nothing may be done.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the approved plan {approved} is not what is planned now, {fresh}")]
pub struct NotTheSame {
    /// Id of the approved plan.
    pub approved: Digest,
    /// Id of the fresh plan.
    pub fresh: Digest,
}

/// A fresh plan that approves itself (`--auto-approve`).
#[must_use]
pub fn approve_itself(fresh: &Plan) -> Approval<'_> {
    let tasks = fresh.steps().iter().map(|step| Task { step, verdict: Verdict::Perform }).collect();
    Approval { tasks, gone: Vec::new() }
}

/// The verdict on every step. `observed` and `ledger` are what the fresh plan was made on.
///
/// # Errors
/// With [`Match::Exact`], when the plans differ.
pub fn approve<'p>(
    approved: &Approved,
    planned: &'p Planned,
    (observed, ledger): (&Observed, &Ledger),
    matching: Match,
) -> Result<Approval<'p>, NotTheSame> {
    let fresh = &planned.plan;
    let ground = Ground { observed, bindings: &planned.bindings, ledger };
    if matching == Match::Exact && approved.id != fresh.id() {
        return Err(NotTheSame { approved: approved.id, fresh: fresh.id() });
    }
    let by_id: BTreeMap<Digest, &ApprovedStep> = approved.steps.iter().map(|step| (step.id, step)).collect();
    let tasks = fresh.steps().iter().map(|step| Task {
        step,
        verdict: by_id
            .get(&step.id)
            .map_or(Verdict::Unapproved(Unapproved::New), |approved| judge(approved, step, ground)),
    });
    let ids: BTreeSet<Digest> = fresh.steps().iter().map(|step| step.id).collect();
    let gone = approved.steps.iter().filter(|step| !ids.contains(&step.id)).map(|step| StepResult {
        key: step.key.clone(),
        id: step.id,
        outcome: if stands(step, ground) || is_done(step, ground) { Outcome::Satisfied } else { gone(step, planned) },
    });
    Ok(Approval { tasks: tasks.collect(), gone: gone.collect() })
}

/// Why an approved step is in the fresh plan no more, though its goal does not stand.
fn gone(step: &ApprovedStep, planned: &Planned) -> Outcome {
    if planned.plan.step(&step.key).is_some() {
        return Outcome::Withdrawn(Withdrawal::PlannedOtherwise);
    }
    let blocked = &planned.outlook.blocked;
    let need = |key: &StepKey| {
        step.conditions
            .iter()
            .any(|condition| matches!(&condition.expect, Expect::After { step, brings: _ } if step == key))
    };
    let found = |is: &dyn Fn(&Blocked) -> bool| blocked.iter().find(|blocked| is(blocked));
    let against = found(&|blocked| blocked.key == step.key)
        .or_else(|| found(&|blocked| blocked.key.address == step.key.address))
        .or_else(|| found(&|blocked| need(&blocked.key)));
    against.map_or(Outcome::Withdrawn(Withdrawal::NotWanted), |Blocked { key: _, finding }| Outcome::Blocked {
        code: finding.code.to_string(),
        text: finding.message.to_string(),
    })
}

/// Whether somebody said of the hand-off that it is done, or its purpose was observed.
fn is_done(step: &ApprovedStep, ground: Ground<'_>) -> bool {
    ground.ledger.handoffs.get(&step.id).is_some_and(|known| match known.state {
        HandoffState::Acknowledged { .. } | HandoffState::Consumed { .. } => true,
        HandoffState::Withdrawn { ref anyway, .. } => anyway.is_some(),
        HandoffState::Asked | HandoffState::Declined { .. } => false,
    })
}

fn stands(step: &ApprovedStep, ground: Ground<'_>) -> bool {
    let met = |(fact, brings): &(Fact, Brings)| evaluate(fact, ground).known().is_some_and(|v| brings.is_met_by(v));
    !step.goal.is_empty() && step.goal.iter().all(met)
}

fn judge(approved: &ApprovedStep, fresh: &Step, ground: Ground<'_>) -> Verdict {
    if let Some(run) = done_since(approved, fresh) {
        return Verdict::Unapproved(Unapproved::Used { run });
    }
    let broken = approved.conditions.iter().find_map(|condition| {
        let now = fresh.conditions.iter().find(|fresh| fresh.fact == condition.fact);
        let actual = broken_by(&condition.expect, now.map(|condition| &condition.expect), &condition.fact, ground)?;
        Some(Verdict::Stale { fact: condition.fact.clone(), approved: words(&condition.expect), actual })
    });
    let shown = || {
        if reads_alike(approved, fresh) { Verdict::Perform } else { Verdict::Unapproved(Unapproved::ShownOtherwise) }
    };
    broken.unwrap_or_else(shown)
}

/// Whether what people read is what it does and what is sent: no id covers that, a document can be edited, and a merge can bring
/// along what words a letter otherwise.
fn reads_alike(approved: &ApprovedStep, fresh: &Step) -> bool {
    let read = |it: &FieldChange| (it.field.clone(), it.before.clone(), it.after.clone());
    let changes = approved.changes.iter().map(read).eq(fresh.changes.iter().map(read));
    let sent = approved.letter.as_ref().is_none_or(|read| letter(&fresh.action) == Some(read.each_ref()));
    changes && sent
}

/// The run that did the step after the approved plan was made.
fn done_since(approved: &ApprovedStep, fresh: &Step) -> Option<u64> {
    let run = |conditions: &[Condition]| {
        conditions.iter().find_map(|condition| match (&condition.fact, &condition.expect) {
            (Fact::LastDone(_), Expect::Is(Value::Number(run))) => Some(*run),
            _ => None,
        })
    };
    run(&fresh.conditions).filter(|now| run(&approved.conditions) != Some(*now))
}

/// What is instead of what was approved; none when that still holds.
fn broken_by(approved: &Expect, fresh: Option<&Expect>, fact: &Fact, ground: Ground<'_>) -> Option<String> {
    let holds = match (approved, fresh) {
        (Expect::Is(before), Some(Expect::Is(now))) => before == now,
        (Expect::Is(_), Some(Expect::After { .. })) => false,
        (Expect::After { step: _, brings }, Some(Expect::Is(now))) => brings.is_met_by(now),
        (Expect::After { step: before, brings }, Some(Expect::After { step: now, brings: now_brings })) => {
            before == now && brings == now_brings
        }
        // The list of indirect resellers shows by now whose it is, which says more than its profile: nobody asked that one.
        (Expect::Is(_) | Expect::After { .. }, None) if matches!(fact, Fact::ProfileName(_)) => return None,
        // The fresh plan rests on less: what was approved must hold all the same.
        (Expect::Is(value), None) => return missing(fact, ground, &Brings::Exactly(value.clone())),
        (Expect::After { step: _, brings }, None) => return missing(fact, ground, brings),
    };
    if holds { None } else { fresh.map(words) }
}

fn missing(fact: &Fact, ground: Ground<'_>, wanted: &Brings) -> Option<String> {
    match evaluate(fact, ground) {
        Facet::Known(value) if wanted.is_met_by(&value) => None,
        Facet::Known(value) => Some(value.to_string()),
        Facet::Absent => Some("not there".into()),
        Facet::Unknown(why) => Some(format!("unknown, {why}")),
    }
}

/// For people: the value, or what brings it.
pub(super) fn words(expect: &Expect) -> String {
    match expect {
        Expect::Is(value) => value.to_string(),
        Expect::After { step, brings: Brings::Exactly(value) } => format!("{value}, after {step}"),
        Expect::After { step, brings: Brings::Something } => format!("something, after {step}"),
    }
}
