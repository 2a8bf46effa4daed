//! What is written to the journal on the way: settlements, renewals, the close; and what is learned from them.

use super::desk::Owner;
use super::{Command, Course, Durable, Moment, Phase, RunState, Running, Slot, Then, Timer};
use crate::apply::outcome::Ending;
use crate::apply::recover::counted;
use crate::journal::record::{Learned, Record, Settled};
use crate::ledger::LiveId;
use crate::model::{Field, Value};
use smol_str::SmolStr;
use std::collections::BTreeMap;
use std::time::Duration;

impl RunState<'_> {
    pub(super) fn settle(
        &mut self,
        slot: Slot,
        running: &Running,
        (outcome, fields): (Settled, BTreeMap<Field, Value>),
        then: Then,
    ) {
        let happened = matches!(outcome, Settled::Done { .. } | Settled::Pending { .. });
        let mut records = vec![Record::Settlement { intent: running.number, outcome, fields }];
        if happened {
            records.extend(counted(&running.intent.cause, &running.intent.counts));
        }
        self.works[slot].phase = Phase::Settling(then);
        self.queue(slot, records);
    }

    pub(super) fn settle_not_started(&mut self, slot: Slot, running: &Running, then: Then) {
        self.settle(slot, running, (Settled::NotStarted, BTreeMap::new()), then);
    }

    /// Live ids that later steps of this run need.
    pub(super) fn learn(&mut self, slot: Slot, settled: &Settled) {
        let (Settled::Done { learned } | Settled::Pending { learned }) = settled else { return };
        let live = match learned {
            Learned::Customer { customer, .. } => LiveId::Customer(*customer),
            Learned::Order { customer, subscription: Some(id), .. } => LiveId::Subscription(*customer, *id),
            Learned::Order { subscription: None, .. }
            | Learned::Nothing
            | Learned::Password { .. }
            | Learned::Cart { .. } => return,
        };
        self.bindings.learn(self.works[slot].step.key.address.clone(), live);
    }

    pub(super) fn take_appended(&mut self, moment: Moment<'_>, durable: Durable) {
        for owner in self.desk.acknowledged(durable.began) {
            match owner {
                Owner::Task(slot) => self.task_appended(moment, slot, durable),
                Owner::Run => {}
                Owner::Close => {
                    let ending = match &self.course {
                        Course::Closing(ending) | Course::Ended(ending) => ending.clone(),
                        Course::Going | Course::Stopping => Ending::Finished,
                    };
                    self.course = Course::Ended(ending);
                    self.out.push(Command::Finish);
                }
            }
        }
    }

    pub(super) fn begin(&mut self, elapsed: Duration) {
        self.begun = elapsed;
        self.desk.last = elapsed;
        self.sleep_until_renewal(elapsed + self.settings.renew_every);
    }
    fn sleep_until_renewal(&mut self, until: Duration) {
        self.out.push(Command::Sleep { timer: Timer::Renew, until });
    }
    /// Any append renews the lease, so only silence needs a record of its own.
    pub(super) fn renew(&mut self, elapsed: Duration) {
        let every = self.settings.renew_every;
        let due = self.desk.last + every;
        if elapsed < due {
            return self.sleep_until_renewal(due);
        }
        if self.desk.is_idle() {
            self.desk.queue(Owner::Run, vec![Record::Renew]);
        }
        self.sleep_until_renewal(elapsed + every);
    }

    pub(super) fn close_when_over(&mut self) {
        if self.over < self.works.len() || !self.desk.is_idle() {
            return;
        }
        let ending = match self.course {
            Course::Going => Ending::Finished,
            Course::Stopping => Ending::Interrupted,
            Course::Closing(_) | Course::Ended(_) => return,
        };
        let mut outcomes: BTreeMap<SmolStr, u32> = BTreeMap::new();
        for outcome in self.outcomes() {
            *outcomes.entry(SmolStr::new_static(outcome.word())).or_default() += 1;
        }
        self.course = Course::Closing(ending);
        self.desk.queue(Owner::Close, vec![Record::Close { outcomes, refused: Vec::new() }]);
    }
}
