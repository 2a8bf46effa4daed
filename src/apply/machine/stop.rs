//! Stopping early: once (finish what is in flight), at once (a third time), or because the journal cannot be written.

use super::{Command, Course, Phase, Rest, RunState, Then};
use crate::apply::outcome::{Ending, Outcome};
use crate::apply::ports::Progress;

impl RunState<'_> {
    pub(super) fn is_stopping(&self) -> bool {
        match self.course {
            Course::Going => false,
            Course::Stopping | Course::Closing(_) | Course::Ended(_) => true,
        }
    }

    /// Outcomes of everything that is over, those of approved steps not planned any more included.
    pub(super) fn outcomes(&self) -> impl Iterator<Item = &Outcome> {
        let works = self.works.iter().filter_map(|work| match &work.phase {
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
        });
        works.chain(self.gone.iter().map(|result| &result.outcome))
    }

    /// Nothing new starts; what has no effect in flight is over now.
    pub(super) fn interrupt(&mut self) {
        if self.course != Course::Going {
            return;
        }
        self.course = Course::Stopping;
        self.out.push(Command::Report(Progress::Stopping));
        for slot in 0..self.works.len() {
            let phase = std::mem::replace(&mut self.works[slot].phase, Phase::Waiting);
            match phase {
                Phase::Resting(Rest::Check) => self.finish(slot, Outcome::Interrupted),
                Phase::Resting(Rest::Perform(running)) => {
                    self.settle_not_started(slot, &running, Then::End(Outcome::Interrupted));
                }
                Phase::Intending(intent) => match self.desk.withdraw(slot) {
                    Some(_) => self.finish(slot, Outcome::Interrupted),
                    None => self.works[slot].phase = Phase::Intending(intent),
                },
                other @ (Phase::Waiting
                | Phase::Checking
                | Phase::Performing(_)
                | Phase::Looking(..)
                | Phase::Verifying(_)
                | Phase::Resting(Rest::Look(..) | Rest::Verify(_))
                | Phase::Settling(_)
                | Phase::Asking
                | Phase::Over(_)) => self.works[slot].phase = other,
            }
        }
    }

    /// Nothing more is written or performed; what is open is looked up by the next run.
    pub(super) fn halt(&mut self, ending: Ending) {
        for work in &mut self.works {
            let outcome = match &work.phase {
                Phase::Over(_) => continue,
                Phase::Performing(_)
                | Phase::Looking(..)
                | Phase::Verifying(_)
                | Phase::Resting(Rest::Look(..) | Rest::Verify(_)) => {
                    Outcome::Unknown { text: "the run ended before it was settled; the next run looks it up".into() }
                }
                // What was to be written is what is known, and the next run finds it by looking.
                Phase::Settling(Then::End(outcome)) => outcome.clone(),
                Phase::Waiting
                | Phase::Checking
                | Phase::Intending(_)
                | Phase::Resting(Rest::Check | Rest::Perform(_))
                | Phase::Settling(Then::CheckOut(_) | Then::Again { .. })
                | Phase::Asking => Outcome::Interrupted,
            };
            work.phase = Phase::Over(outcome);
        }
        self.course = Course::Ended(ending);
        self.out.push(Command::Finish);
    }
}
