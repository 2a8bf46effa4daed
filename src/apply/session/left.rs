//! What earlier runs left, settled by looking before this one does anything. Never repeats an effect and never guesses.

use super::{Recovered, Session, SessionError};
use crate::apply::machine;
use crate::apply::ports::Progress;
use crate::apply::recover::{self, Kept, Seen};
use crate::backend::Observe;
use crate::journal::record::{Intent, Record, Settled};
use crate::journal::{Folded, Standing, Tracked};
use crate::model::{Field, Operation, Value};
use crate::observed::Observed;
use std::collections::BTreeMap;
use std::sync::atomic::Ordering;
use std::time::Duration;

/// Waits before something that could not be read is read again.
const READ_AGAIN: [Duration; 2] = [Duration::from_secs(1), Duration::from_secs(4)];

/// What an earlier run left: number of the intent, and the run.
#[derive(Clone, Copy)]
struct Left {
    number: u64,
    run: Option<u64>,
}
impl Left {
    fn ended(self, intent: Intent, settled: Settled) -> Recovered {
        Recovered { number: self.number, run: self.run, intent, settled }
    }
}

fn stands(folded: &Folded, number: u64, standing: &Standing) -> bool {
    folded.intents.get(&number).is_some_and(|tracked| tracked.standing == *standing)
}

impl Session<'_> {
    /// Settles by looking what earlier runs left open, before anything else, and looks again at what nobody could
    /// tell so far.
    ///
    /// # Errors
    /// When the journal cannot be written or a person asked to stop.
    pub fn recover(&mut self, observe: &dyn Observe) -> Result<Vec<Recovered>, SessionError> {
        let open = |tracked: &&Tracked| match tracked.standing {
            Standing::Open | Standing::Unresolved => true,
            Standing::Pending { .. } => false,
        };
        let tracked = self.journal.folded().intents.iter().filter(|(_, tracked)| open(tracked));
        let left: Vec<_> = tracked.map(|(n, it)| (Left { number: *n, run: Some(it.epoch) }, it.clone())).collect();
        let mut recovered = Vec::new();
        for (left, Tracked { intent, standing, .. }) in left {
            if self.tools.interrupts.load(Ordering::SeqCst) > 0 {
                self.let_go();
                return Err(SessionError::Interrupted);
            }
            let seen = self.look(Some(left.number), &intent, observe)?;
            if !self.still_stands(left.number, &standing)? {
                continue;
            }
            let (settled, fields) = match seen {
                Seen::Ended(settled, fields) => (settled, fields),
                // It is told again, and written down again only when there is more to say.
                seen @ (Seen::Unclear(_) | Seen::Unread(_))
                    if self.says_nothing_new((left.number, &standing), &seen) =>
                {
                    recovered.push(left.ended(intent, Settled::Unknown { text: seen.text().into() }));
                    continue;
                }
                Seen::Unclear(text) | Seen::Unread(text) => (Settled::Unknown { text: text.into() }, BTreeMap::new()),
            };
            recovered.extend(self.settle((left, &standing), intent, (settled, fields))?);
        }
        recovered.extend(self.find_late(observe)?);
        Ok(recovered)
    }

    /// Looks once more at what was settled as not started and not repeated since: a call may arrive after it was given
    /// up. What costs something or hands out a password only; other repeats are the same change.
    fn find_late(&mut self, observe: &dyn Observe) -> Result<Vec<Recovered>, SessionError> {
        let lasting = |intent: &&Intent| match intent.operation {
            Operation::CreateCustomer(_) | Operation::CheckOut { .. } => true,
            Operation::ResetAdminPassword { .. }
            | Operation::MakeCart { .. }
            | Operation::ChangeSubscription { .. }
            | Operation::SetSupportContact { .. } => false,
        };
        let given_up: Vec<_> = self.journal.folded().unstarted.values().filter(lasting).cloned().collect();
        let mut found = Vec::new();
        for intent in given_up {
            match self.look(None, &intent, observe)? {
                Seen::Ended(settled @ (Settled::Done { .. } | Settled::Pending { .. }), fields) => {
                    let number = self.append(vec![Record::Intent(Box::new(intent.clone()))])?;
                    let left = Left { number, run: None };
                    found.extend(self.settle((left, &Standing::Open), intent, (settled, fields))?);
                }
                Seen::Ended(Settled::NotStarted | Settled::Failed { .. } | Settled::Unknown { .. }, _)
                | Seen::Unclear(_)
                | Seen::Unread(_) => {}
            }
        }
        Ok(found)
    }

    /// Looking takes its time, and a person may have said meanwhile how it ended.
    fn still_stands(&mut self, number: u64, standing: &Standing) -> Result<bool, SessionError> {
        self.journal.refresh()?;
        Ok(stands(self.journal.folded(), number, standing))
    }

    fn says_nothing_new(&self, (number, standing): (u64, &Standing), seen: &Seen) -> bool {
        let known = || self.ledger().unresolved.get(&number).is_some_and(|unresolved| unresolved.text == seen.text());
        match (standing, seen) {
            (Standing::Open | Standing::Pending { .. }, _) => false,
            (Standing::Unresolved, Seen::Unclear(_)) => known(),
            (Standing::Unresolved, Seen::Unread(_) | Seen::Ended(..)) => true,
        }
    }

    /// None when a person was faster.
    fn settle(
        &mut self,
        (left, standing): (Left, &Standing),
        intent: Intent,
        (settled, fields): (Settled, BTreeMap<Field, Value>),
    ) -> Result<Option<Recovered>, SessionError> {
        let mut records = vec![Record::Settlement { intent: left.number, outcome: settled.clone(), fields }];
        if matches!(settled, Settled::Done { .. } | Settled::Pending { .. }) {
            records.extend(recover::counted(&intent.cause, &intent.counts));
        }
        if self.append_while(|folded| stands(folded, left.number, standing), records)?.is_none() {
            return Ok(None);
        }
        let outcome = machine::outcome_of(&settled, &[]);
        self.tools.reporter.tell(&Progress::Recovered { key: intent.key.clone(), outcome });
        Ok(Some(left.ended(intent, settled)))
    }

    /// `number` is the intent's object, under which a password may have been sealed.
    fn look(&mut self, number: Option<u64>, intent: &Intent, observe: &dyn Observe) -> Result<Seen, SessionError> {
        let sealed = match (&intent.operation, number) {
            (Operation::CreateCustomer(_) | Operation::ResetAdminPassword { .. }, Some(number)) => {
                self.journal.sealed_for(number)?
            }
            (
                Operation::CreateCustomer(_)
                | Operation::ResetAdminPassword { .. }
                | Operation::MakeCart { .. }
                | Operation::CheckOut { .. }
                | Operation::ChangeSubscription { .. }
                | Operation::SetSupportContact { .. },
                _,
            ) => None,
        };
        let user = self.ledger().credentials.get(&intent.key.address).map(|credential| credential.user.clone());
        let kept = Kept { sealed, user };
        let mut waits = READ_AGAIN.into_iter();
        loop {
            let reads = recover::reads(&intent.operation, self.journal.folded());
            let observed = self.observing(observe, |observe| {
                let mut observed = Observed::default();
                reads.iter().for_each(|read| observed.absorb(read, observe.read(read)));
                observed
            })?;
            match (recover::judge(intent, (&observed, self.journal.folded()), kept.clone()), waits.next()) {
                (Seen::Unread(_), Some(wait)) => self.tools.clock.pause(wait),
                (seen, _) => return Ok(seen),
            }
        }
    }
}
