//! What is written to the journal on the way: settlements, renewals, the close; and what is learned from them.

use super::desk::Owner;
use super::{Command, Course, Moment, Phase, RunState, Running, Slot, Then, Timer};
use crate::apply::outcome::Ending;
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
        let step = self.works[slot].step;
        let counts = matches!(outcome, Settled::Done { .. } | Settled::Pending { .. });
        let mut records = vec![Record::Settlement { intent: running.number, outcome, fields }];
        if let (true, Then::End(_), Some((code, amount))) = (counts, &then, self.settings.counts.get(&step.key)) {
            records.push(Record::Counted { code: code.clone(), cause: step.cause.clone(), amount: *amount });
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

    pub(super) fn take_appended(&mut self, moment: Moment<'_>, number: u64) {
        for owner in self.desk.acknowledged(moment.elapsed) {
            match owner {
                Owner::Task(slot) => self.task_appended(moment, slot, number),
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

    pub(super) fn arm_renewal(&mut self, elapsed: Duration) {
        self.desk.last = elapsed;
        self.sleep_until_renewal();
    }
    fn sleep_until_renewal(&mut self) {
        let until = self.desk.last + self.settings.renew_every;
        self.out.push(Command::Sleep { timer: Timer::Renew, until });
    }
    pub(super) fn renew(&mut self, elapsed: Duration) {
        if elapsed >= self.desk.last + self.settings.renew_every && self.desk.is_idle() {
            self.desk.queue(Owner::Run, vec![Record::Renew]);
            let until = elapsed + self.settings.renew_every;
            self.out.push(Command::Sleep { timer: Timer::Renew, until });
        } else {
            let next = (self.desk.last + self.settings.renew_every).max(elapsed + Duration::from_secs(1));
            self.out.push(Command::Sleep { timer: Timer::Renew, until: next });
        }
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
        self.desk.queue(Owner::Close, vec![Record::Close { outcomes }]);
    }
}
