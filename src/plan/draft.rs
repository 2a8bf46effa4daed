//! Steps while they are collected: by key, with what is blocked beside them. Never orders them and never gives them ids.

use super::asked::{Asked, Known, Text};
use super::{
    Action, Ask, Blocked, Brings, Condition, Expect, FieldChange, Mark, Motive, Need, Readiness, Risk, Role, Step,
    Undo, Wanted, id, limits,
};
use crate::diag::{At, Code, Finding, SourceMap};
use crate::ledger::HandoffState;
use crate::model::{Address, Class, Extent, Fact, Limit, Seats, StepKey, StepName, Timestamp, Value};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What is collected.
#[derive(Debug, Default)]
pub(super) struct Drafts {
    pub(super) steps: BTreeMap<StepKey, Step>,
    pub(super) blocked: BTreeMap<StepKey, Finding>,
    pub(super) assumptions: std::collections::BTreeSet<String>,
}

impl Drafts {
    pub(super) fn add(&mut self, step: Step) {
        self.steps.insert(step.key.clone(), step);
    }
    pub(super) fn block(&mut self, key: StepKey, finding: Finding) {
        let about = Finding { address: Some(key.address.clone()), ..finding };
        self.blocked.entry(key).or_insert(about);
    }
    /// Says of a step that it brings back what was changed elsewhere.
    pub(super) fn restore(&mut self, key: &StepKey, reason: &str) {
        if let Some(step) = self.steps.get_mut(key) {
            (step.motive, step.reason) = (Motive::Restore, reason.to_owned());
        }
    }
    pub(super) fn has(&self, key: &StepKey) -> bool {
        self.steps.contains_key(key) || self.blocked.contains_key(key)
    }

    /// Blocks what needs something blocked, until nothing more falls.
    pub(super) fn spread(&mut self) {
        loop {
            let falls: Vec<(StepKey, StepKey)> = self
                .steps
                .values()
                .filter_map(|step| {
                    let need = step.needs.iter().find(|need| !self.steps.contains_key(&need.step))?;
                    Some((step.key.clone(), need.step.clone()))
                })
                .collect();
            if falls.is_empty() {
                return;
            }
            for (key, need) in falls {
                self.steps.remove(&key);
                self.block(key, super::build::fallen(&need));
            }
        }
    }

    pub(super) fn into_blocked(self) -> (Vec<Blocked>, Vec<String>) {
        let blocked = self.blocked.into_iter().map(|(key, finding)| Blocked { key, finding }).collect();
        (blocked, self.assumptions.into_iter().collect())
    }
}

/// Where a step comes from.
#[derive(Clone, Copy, Debug)]
pub(super) struct Origin<'a> {
    pub(super) cause: &'a Address,
    pub(super) at: At,
    pub(super) sources: &'a SourceMap,
}

/// A step with everything that has a usual value.
pub(super) fn step(key: StepKey, class: Class, action: Action, origin: Origin<'_>) -> Step {
    let mark = match class {
        Class::Api | Class::Ledger => Mark::Change,
        Class::HandOff => Mark::Person,
        Class::Wait => Mark::Wait,
    };
    Step {
        id: id::step_id(&key, class, &action),
        key,
        class,
        cause: origin.cause.clone(),
        place: Some(origin.sources.show(origin.at).into()),
        action,
        reason: String::new(),
        changes: Vec::new(),
        needs: Vec::new(),
        conditions: Vec::new(),
        goal: Vec::new(),
        role: None,
        risks: Vec::new(),
        undo: Undo::Yes,
        calls: 0,
        mark,
        readiness: Readiness::Ready,
        motive: Motive::Intent,
        counts: Vec::new(),
        reseller: None,
        extent: None,
    }
}

pub(super) fn api(key: StepKey, wanted: Wanted, origin: Origin<'_>) -> Step {
    let mut step = step(key, Class::Api, Action::Api(wanted), origin);
    step.role = Some(Role::AdminOrSalesAgent);
    step
}

pub(super) fn wait(key: StepKey, until: String, origin: Origin<'_>) -> Step {
    step(key, Class::Wait, Action::Await { until }, origin)
}

/// Where a hand-off stands, by what the ledger remembers of it.
pub(super) enum Standing {
    /// To be asked, or asked already.
    Open(Box<Step>),
    /// Somebody says it is done, and when.
    Done(Timestamp),
    /// Somebody says it will not be done.
    Declined(Finding),
}

pub(super) fn hand_off(key: StepKey, ask: Ask, asked: &Asked<'_>, origin: Origin<'_>) -> Standing {
    let mut step = step(key, Class::HandOff, Action::HandOff(ask), origin);
    let Action::HandOff(ask) = &step.action else { return Standing::Open(Box::new(step)) };
    let Some(Known { id, handoff, text }) = asked.find(&step.key, step.id, ask) else {
        return Standing::Open(Box::new(step));
    };
    match &handoff.state {
        HandoffState::Asked if text == Text::Same => step.readiness = Readiness::Asked { since: handoff.asked },
        // What was sent was sent, in whatever language.
        HandoffState::Acknowledged { at, .. } if text != Text::Other => return Standing::Done(*at),
        HandoffState::Declined { by, reason, .. } => {
            let short = id.short(10);
            return Standing::Declined(
                Finding::error(Code::HandoffDeclined, origin.at, format!("{by} declined it: {reason}"))
                    .help(format!("`twotier handoffs reopen {short} --reason TEXT` asks again")),
            );
        }
        // What is asked changed, or its purpose was observed once and is gone again, or it was wanted no more for a while:
        // it is asked anew.
        HandoffState::Asked
        | HandoffState::Acknowledged { .. }
        | HandoffState::Consumed { .. }
        | HandoffState::Withdrawn { .. } => {}
    }
    Standing::Open(Box::new(step))
}

impl Step {
    /// Since when people are asked for it, if they are.
    pub(super) fn asked(&self) -> Option<Timestamp> {
        match self.readiness {
            Readiness::Asked { since } => Some(since),
            Readiness::Ready | Readiness::Waiting => None,
        }
    }
    pub(super) fn because(mut self, reason: impl Into<String>) -> Self {
        self.reason = reason.into();
        self
    }
    pub(super) fn need(mut self, step: StepKey, why: impl Into<SmolStr>) -> Self {
        self.needs.push(Need { step, why: why.into() });
        self
    }
    pub(super) fn rests_on(mut self, fact: Fact, value: Value) -> Self {
        self.conditions.push(Condition { fact, expect: Expect::Is(value) });
        self
    }
    pub(super) fn rests_after(mut self, fact: Fact, step: StepKey, brings: Brings) -> Self {
        self.conditions.push(Condition { fact, expect: Expect::After { step, brings } });
        self
    }
    pub(super) fn reaches(mut self, fact: Fact, brings: Brings) -> Self {
        self.goal.push((fact, brings));
        self
    }
    pub(super) fn changing(mut self, field: &str, before: Option<SmolStr>, after: impl Into<SmolStr>) -> Self {
        self.changes.push(FieldChange { field: field.into(), before, after: after.into(), note: None });
        self
    }
    pub(super) fn noting(mut self, note: impl Into<SmolStr>) -> Self {
        if let Some(last) = self.changes.last_mut() {
            last.note = Some(note.into());
        }
        self
    }
    /// The same, where there is something to note.
    pub(super) fn noting_if(self, note: Option<String>) -> Self {
        match note {
            Some(note) => self.noting(note),
            None => self,
        }
    }
    pub(super) fn risking(mut self, risks: &[Risk], undo: Undo) -> Self {
        self.risks = risks.to_vec();
        self.undo = undo;
        self
    }
    pub(super) fn calling(mut self, calls: u32) -> Self {
        self.calls = calls;
        self
    }
    /// One call more.
    pub(super) fn calling_too(mut self) -> Self {
        self.calls += 1;
        self
    }
    /// So much of what a limit bounds, as the step itself knows it.
    pub(super) fn counting(mut self, limit: Limit, amount: u32) -> Self {
        if amount > 0 {
            self.counts.push(limits::count(limits::code(limit), amount));
        }
        self
    }
    /// Over so many seats.
    pub(super) fn spanning(mut self, before: Seats, after: Seats) -> Self {
        self.extent = Some(Extent { before, after });
        self
    }
    pub(super) fn marked(mut self, mark: Mark) -> Self {
        self.mark = mark;
        self
    }
}

/// The key of a step of an address.
pub(super) fn key(address: impl Into<Address>, step: StepName) -> StepKey {
    StepKey::new(address.into(), step)
}
