//! The executor without input and output: events in, commands out. Decides what is done when; never reads, writes,
//! sleeps or asks a clock itself, and never holds a password.
//!
//! A step goes from `Waiting` (needs, a free lane) to `Checking` (its precondition is read again), `Intending` (the
//! intent is appended), `Performing`, `Verifying` (is it there?) and `Settling`; a lost reply leads to `Looking`.
//! Whatever ends is `Over`.

mod board;
mod check;
mod desk;
mod effect;
mod settle;
mod speech;
mod stop;

pub(super) use effect::outcome_of;
pub use speech::{Command, Event, Moment, Sealed, Settings, Slot, Timer, Told};

use super::approve::{Approval, Verdict};
use super::outcome::{Ending, Hindrance, Outcome, RunOutcome, StepResult};
use super::ports::{Ids, Progress};
use crate::journal::fold::{Folded, Standing};
use crate::journal::record::{Intent, Learned, Record};
use crate::ledger::HandoffState;
use crate::model::{CartId, Digest, RequestId, StepKey, TenantId};
use crate::plan::step::Stage;
use crate::plan::{Action, Bindings, Planned, Readiness, Role, Step};
use board::Board;
use desk::{Desk, Owner};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::time::Duration;

/// Everything a run starts from.
pub struct Job<'p> {
    /// The fresh plan.
    pub planned: &'p Planned,
    /// What of it may be done.
    pub approval: Approval<'p>,
    /// Calls of earlier runs that did not happen, by step id, so that a repeat is the same call.
    pub unstarted: BTreeMap<Digest, Intent>,
    /// Bounds.
    pub settings: Settings,
    /// Where request ids come from.
    pub ids: &'p mut dyn Ids,
}

/// A run under way.
pub struct RunState<'p> {
    works: Vec<Work<'p>>,
    gone: Vec<StepResult>,
    board: Board,
    desk: Desk,
    bindings: Bindings,
    provider: TenantId,
    unstarted: BTreeMap<Digest, Intent>,
    settings: Settings,
    ids: &'p mut dyn Ids,
    denied: BTreeMap<Role, StepKey>,
    course: Course,
    over: usize,
    /// How many of them took work.
    worked: u32,
    begun: Duration,
    elapsed: Duration,
    epoch: u64,
    out: Vec<Command>,
}

/// Where the run is heading.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Course {
    Going,
    /// Nothing new starts.
    Stopping,
    /// Everything is over and `Close` is on its way.
    Closing(Ending),
    /// Nothing happens any more.
    Ended(Ending),
}

/// A step under way.
struct Work<'p> {
    step: &'p Step,
    verdict: Verdict,
    phase: Phase,
    stage: Stage,
    /// The request id of this stage, once there is one.
    request: Option<RequestId>,
    tries: u32,
    /// What came in place of the last reply that was lost.
    lost: SmolStr,
    /// When it was begun.
    since: Duration,
}

/// Where a step stands.
enum Phase {
    Waiting,
    Checking,
    Intending(Box<Intent>),
    Performing(Box<Running>),
    Looking(Box<Running>, u32),
    Verifying(Box<Verify>),
    Resting(Rest),
    Settling(Then),
    Asking,
    Over(Outcome),
}

/// What a pause is followed by.
enum Rest {
    Check,
    Perform(Box<Running>),
    Look(Box<Running>, u32),
    Verify(Box<Verify>),
}

/// An effect with an open intent.
#[derive(Clone)]
struct Running {
    number: u64,
    intent: Intent,
    start_by: Duration,
}

/// An effect that happened and is looked for.
struct Verify {
    running: Running,
    learned: Learned,
    looks_left: u32,
}

/// An object that is durable.
#[derive(Clone, Copy)]
struct Durable {
    number: u64,
    /// When its append began.
    began: Duration,
}

/// What follows a settlement.
enum Then {
    End(Outcome),
    CheckOut(CartId),
    Again { wake: Duration },
}

impl<'p> RunState<'p> {
    /// A run that has not begun. `epoch` is its own.
    #[must_use]
    pub fn new(job: Job<'p>, epoch: u64) -> Self {
        let Job { planned, approval, unstarted, settings, ids } = job;
        let Approval { tasks, gone } = approval;
        let steps: Vec<&Step> = tasks.iter().map(|task| task.step).collect();
        let board = Board::new(&steps);
        let works = tasks.into_iter().map(|task| Work {
            step: task.step,
            verdict: task.verdict,
            phase: Phase::Waiting,
            stage: Stage::First,
            request: None,
            tries: 0,
            lost: SmolStr::default(),
            since: Duration::ZERO,
        });
        Self {
            works: works.collect(),
            gone,
            board,
            desk: Desk::new(super::adopt::records(&planned.adopt)),
            bindings: planned.bindings.clone(),
            provider: planned.plan.tenant(),
            unstarted,
            settings,
            ids,
            denied: BTreeMap::new(),
            course: Course::Going,
            over: 0,
            worked: 0,
            begun: Duration::ZERO,
            elapsed: Duration::ZERO,
            epoch,
            out: Vec::new(),
        }
    }

    /// Takes what happened and says what is to be done. Events that no longer matter are ignored.
    pub fn step(&mut self, moment: Moment<'_>, event: Event) -> Vec<Command> {
        if !matches!(self.course, Course::Ended(_)) {
            self.elapsed = moment.elapsed;
            self.take(moment, event);
            self.begin_ready(moment);
            self.close_when_over();
            self.write();
        }
        std::mem::take(&mut self.out)
    }

    fn take(&mut self, moment: Moment<'_>, event: Event) {
        match event {
            Event::Begin => self.begin(moment.elapsed),
            Event::Read { slot, answers } => self.take_answers(moment, slot, answers),
            Event::Performed { slot, result } => self.take_reply(moment, slot, result),
            Event::TooLate { slot } => self.take_too_late(moment, slot),
            Event::Appended { number, began } => self.take_appended(moment, Durable { number, began }),
            Event::AppendFailed { why } => self.halt(Ending::JournalFault(why)),
            Event::Woke { timer: Timer::Renew } => self.renew(moment.elapsed),
            Event::Woke { timer: Timer::Task(slot) } => self.wake(moment, slot),
            Event::Interrupt => self.interrupt(),
            Event::Abandon => self.halt(Ending::Interrupted),
        }
    }

    /// How the run ended; none while it goes on.
    #[must_use]
    pub fn outcome(&self) -> Option<RunOutcome> {
        let Course::Ended(ending) = &self.course else { return None };
        let results = self.works.iter().map(|work| StepResult {
            key: work.step.key.clone(),
            id: work.step.id,
            outcome: match &work.phase {
                Phase::Over(outcome) => outcome.clone(),
                Phase::Waiting
                | Phase::Checking
                | Phase::Intending(_)
                | Phase::Performing(_)
                | Phase::Looking(..)
                | Phase::Verifying(_)
                | Phase::Resting(_)
                | Phase::Settling(_)
                | Phase::Asking => Outcome::Interrupted,
            },
        });
        let results = results.chain(self.gone.iter().cloned()).collect();
        Some(RunOutcome { epoch: self.epoch, results, ending: ending.clone() })
    }

    /// Begins what is ready, in plan order, as far as lanes and places are free.
    fn begin_ready(&mut self, moment: Moment<'_>) {
        loop {
            while let Some(slot) = self.board.next_freed() {
                match self.without_work(moment, slot) {
                    Some(outcome) => self.finish(slot, outcome),
                    None => self.board.make_ready(slot),
                }
            }
            let Some(slot) = self.next_ready() else { return };
            match self.hindered(moment, slot) {
                Some(outcome) => {
                    self.board.unready(slot);
                    self.finish(slot, outcome);
                }
                None => {
                    let lane = self.lane(slot);
                    self.board.begin(slot, lane);
                    self.works[slot].since = moment.elapsed;
                    self.out.push(Command::Report(Progress::Started { key: self.works[slot].step.key.clone() }));
                    self.check(moment, slot);
                }
            }
        }
    }

    fn next_ready(&self) -> Option<Slot> {
        match self.course {
            Course::Stopping => self.board.first_ready(),
            Course::Going if self.board.running() < self.settings.parallel.max(1) => {
                self.board.first_free(|slot| self.lane(slot))
            }
            Course::Going | Course::Closing(_) | Course::Ended(_) => None,
        }
    }

    /// The outcome of a step that needs no work once its needs are over.
    fn without_work(&self, moment: Moment<'_>, slot: Slot) -> Option<Outcome> {
        let Work { step, verdict, .. } = &self.works[slot];
        match verdict {
            Verdict::Unapproved(why) => return Some(Outcome::Unapproved(*why)),
            Verdict::Stale { fact, approved, actual } => {
                let (fact, approved, actual) = (fact.to_string(), approved.clone(), actual.clone());
                return Some(Outcome::Stale { fact, approved, actual });
            }
            Verdict::Perform => {}
        }
        let unmet = step.needs.iter().find(|need| !self.outcome_of(&need.step).is_none_or(Outcome::meets_needs));
        match (&step.action, unmet) {
            (Action::Await { until }, Some(need)) if self.outcome_of(&need.step) == Some(&Outcome::Asked) => {
                Some(Outcome::Pending { until: until.clone() })
            }
            (_, Some(need)) if self.outcome_of(&need.step) == Some(&Outcome::Interrupted) => Some(Outcome::Interrupted),
            (_, Some(need)) => Some(Outcome::Skipped(Hindrance::Need(need.step.clone()))),
            // The plan has just looked; only something done since can have changed it.
            (Action::Await { until }, None) if step.needs.is_empty() => Some(Outcome::Pending { until: until.clone() }),
            (Action::HandOff(ask), None) if is_asked(step, ask.digest(), moment.folded) => Some(Outcome::Asked),
            (Action::Await { .. } | Action::HandOff(_) | Action::Api(_) | Action::Guard(_), None) => None,
        }
    }

    /// Why a ready step is not begun now.
    fn hindered(&self, moment: Moment<'_>, slot: Slot) -> Option<Outcome> {
        if self.course == Course::Stopping {
            return Some(Outcome::Interrupted);
        }
        if self.settings.deadline.is_some_and(|deadline| moment.elapsed >= deadline) {
            return Some(Outcome::Interrupted);
        }
        let step = self.works[slot].step;
        if let (Action::Api(_), Some(text)) = (&step.action, self.unsettled(moment.folded, step)) {
            return Some(Outcome::Unknown { text });
        }
        let role = step.role?;
        let at = self.denied.get(&role)?.clone();
        Some(Outcome::Skipped(Hindrance::Denied { role, at }))
    }

    /// An effect on the same object that nobody could settle so far: nothing is written on top of it.
    fn unsettled(&self, folded: &Folded, step: &Step) -> Option<String> {
        let (number, _) = folded.intents.iter().find(|(_, tracked)| {
            let open = match tracked.standing {
                Standing::Open => tracked.epoch != self.epoch,
                Standing::Unresolved => true,
                Standing::Pending { .. } => false,
            };
            open && tracked.intent.key.address == step.key.address
        })?;
        Some(format!("how the effect of journal object {number} on it ended is unknown; see `state resolve`"))
    }

    fn outcome_of(&self, key: &StepKey) -> Option<&Outcome> {
        match &self.works[self.board.slot(key)?].phase {
            Phase::Over(outcome) => Some(outcome),
            Phase::Waiting
            | Phase::Checking
            | Phase::Intending(_)
            | Phase::Performing(_)
            | Phase::Looking(..)
            | Phase::Verifying(_)
            | Phase::Resting(_)
            | Phase::Settling(_)
            | Phase::Asking => None,
        }
    }

    /// A step is over: its lane is free, what needs it may follow.
    fn finish(&mut self, slot: Slot, outcome: Outcome) {
        self.over += 1;
        if self.board.end(slot) {
            self.worked += 1;
        }
        let (done, total) = (self.over, self.works.len());
        let key = self.works[slot].step.key.clone();
        let left = self.time_left(total - done);
        self.out.push(Command::Report(Progress::Finished { key, outcome: outcome.clone(), done, total, left }));
        self.works[slot].phase = Phase::Over(outcome);
    }

    /// As if every step that is left took as long as those that took work; of few nobody can tell.
    fn time_left(&self, remaining: usize) -> Option<Duration> {
        const FEW: u32 = 5;
        if self.worked < FEW {
            return None;
        }
        let each = self.elapsed.saturating_sub(self.begun).checked_div(self.worked)?;
        Some(each.saturating_mul(u32::try_from(remaining).unwrap_or(u32::MAX)))
    }

    fn queue(&mut self, slot: Slot, records: Vec<Record>) {
        self.desk.queue(Owner::Task(slot), records);
    }
    fn write(&mut self) {
        if let Some(records) = self.desk.next() {
            self.out.push(Command::Append { records });
        }
    }
    fn sleep(&mut self, slot: Slot, until: Duration) {
        self.out.push(Command::Sleep { timer: Timer::Task(slot), until });
    }
}

fn is_asked(step: &Step, digest: Digest, folded: &Folded) -> bool {
    match step.readiness {
        Readiness::Asked { .. } => true,
        Readiness::Ready | Readiness::Waiting => folded
            .ledger
            .handoffs
            .get(&step.id)
            .is_some_and(|known| known.digest == digest && known.state == HandoffState::Asked),
    }
}
