//! Right before a step writes: does its goal stand already, does its precondition still hold? Reads afresh; nothing is
//! written on an unknown.

use super::board::Lane;
use super::{Durable, Moment, Phase, Rest, RunState, Slot, Then};
use crate::apply::approve::words;
use crate::apply::outcome::{Hindrance, Outcome, Password};
use crate::apply::recover::counted;
use crate::journal::fold::Folded;
use crate::journal::record::{Intent, Record};
use crate::ledger::Guards;
use crate::model::{Address, Class, CustomerKey, Fact, Operation, RequestId};
use crate::observed::{Answer, Facet, Observed, Read, Why};
use crate::plan::facts::{Ground, evaluate, reads};
use crate::plan::step::Stage;
use crate::plan::{Action, Ask, Brings, Condition, Expect, Step, Wanted};
use std::collections::BTreeSet;

/// What a fresh look says of a step.
enum Checked {
    Go,
    Satisfied,
    Not(Outcome),
}

impl RunState<'_> {
    pub(super) fn ground<'a>(&'a self, observed: &'a Observed, folded: &'a Folded) -> Ground<'a> {
        Ground { observed, bindings: &self.bindings, ledger: &folded.ledger }
    }

    pub(super) fn lane(&self, slot: Slot) -> Lane {
        let address = &self.works[slot].step.key.address;
        let of_customer = |key: &CustomerKey| {
            let object = || Lane::Object(Address::Customer(key.clone()));
            self.bindings.customer(key).map_or_else(object, Lane::Customer)
        };
        match address {
            Address::Customer(key) => of_customer(key),
            Address::Subscription(key) => of_customer(&key.customer),
            Address::Provider(_)
            | Address::Partnership(_)
            | Address::ResellerAssociation(_)
            | Address::SupportDelegation(_)
            | Address::AzureAccess(_)
            | Address::Acknowledgement(_) => Lane::Object(address.clone()),
        }
    }

    /// Reads what the step rests on and what it is for.
    pub(super) fn check(&mut self, moment: Moment<'_>, slot: Slot) {
        let step = self.works[slot].step;
        let conditions = step.conditions.iter().map(|condition| &condition.fact);
        let facts: Vec<&Fact> = match step.action {
            Action::Await { .. } => step.goal.iter().map(|(fact, _)| fact).collect(),
            Action::Api(_) | Action::HandOff(_) | Action::Guard(_) => {
                conditions.chain(step.goal.iter().map(|(fact, _)| fact)).collect()
            }
        };
        let reads: BTreeSet<Read> = facts.into_iter().flat_map(|fact| reads(fact, &self.bindings)).collect();
        self.works[slot].phase = Phase::Checking;
        if reads.is_empty() {
            self.checked(moment, slot, &Observed::default());
        } else {
            self.read(slot, reads.into_iter().collect());
        }
    }

    pub(super) fn read(&mut self, slot: Slot, reads: Vec<Read>) {
        self.out.push(super::Command::Read { slot, reads });
    }

    pub(super) fn take_answers(&mut self, moment: Moment<'_>, slot: Slot, answers: Vec<(Read, Result<Answer, Why>)>) {
        let mut observed = Observed::default();
        for (read, answer) in answers {
            observed.absorb(&read, answer);
        }
        let phase = std::mem::replace(&mut self.works[slot].phase, Phase::Checking);
        match phase {
            Phase::Checking => self.checked(moment, slot, &observed),
            Phase::Looking(running, looks) => self.looked(moment, slot, (running, looks), &observed),
            Phase::Verifying(verify) => self.verified(moment, slot, verify, &observed),
            other @ (Phase::Waiting
            | Phase::Intending(_)
            | Phase::Performing(_)
            | Phase::Resting(_)
            | Phase::Settling(_)
            | Phase::Asking
            | Phase::Over(_)) => self.works[slot].phase = other,
        }
    }

    fn checked(&mut self, moment: Moment<'_>, slot: Slot, observed: &Observed) {
        if self.is_stopping() {
            return self.finish(slot, Outcome::Interrupted);
        }
        let step = self.works[slot].step;
        match (self.judge(step, self.ground(observed, moment.folded)), &step.action) {
            (Checked::Satisfied, _) => self.finish(slot, Outcome::Satisfied),
            (Checked::Go | Checked::Not(_), Action::Await { until }) => {
                self.finish(slot, Outcome::Pending { until: until.clone() });
            }
            (Checked::Not(outcome), Action::Api(_) | Action::HandOff(_) | Action::Guard(_)) => {
                self.finish(slot, outcome);
            }
            (Checked::Go, Action::HandOff(ask)) => self.ask(moment, slot, ask),
            (Checked::Go, Action::Guard(regard)) => self.guard(slot, &regard.after),
            (Checked::Go, Action::Api(wanted)) => self.intend(slot, wanted),
        }
    }

    fn judge(&self, step: &Step, ground: Ground<'_>) -> Checked {
        let met = |(fact, brings): &(Fact, Brings)| evaluate(fact, ground).known().is_some_and(|v| brings.is_met_by(v));
        if !step.goal.is_empty() && step.goal.iter().all(met) {
            return Checked::Satisfied;
        }
        let broken = step.conditions.iter().find_map(|condition| {
            let outcome = broken(condition, ground)?;
            Some(self.lost_with_need(condition).unwrap_or(outcome))
        });
        broken.map_or(Checked::Go, Checked::Not)
    }

    /// What rests on a password that was lost waits for the new one, which the next run plans.
    fn lost_with_need(&self, condition: &Condition) -> Option<Outcome> {
        let Expect::After { step, brings: _ } = &condition.expect else { return None };
        let lost = self.outcome_of(step) == Some(&Outcome::Done(Password::Lost));
        lost.then(|| Outcome::Skipped(Hindrance::Need(step.clone())))
    }

    /// What a hand-off takes away or grants counts when it is first asked: from then on somebody may do it.
    fn ask(&mut self, moment: Moment<'_>, slot: Slot, ask: &Ask) {
        let step = self.works[slot].step;
        let record = Record::Asked {
            step: step.id,
            key: step.key.clone(),
            digest: ask.digest(),
            text: ask.letter(&step.key),
            wanted: ask.wanted.clone(),
        };
        let mut records = vec![record];
        if !moment.folded.ledger.is_counted(step.id) {
            records.extend(counted(&step.cause, &step.counts));
        }
        self.works[slot].phase = Phase::Asking;
        self.queue(slot, records);
    }

    fn guard(&mut self, slot: Slot, guards: &Guards) {
        self.works[slot].phase = Phase::Settling(Then::End(Outcome::Done(Password::Kept)));
        self.queue(slot, vec![Record::Guarded(Box::new(guards.clone().into()))]);
    }

    fn intend(&mut self, slot: Slot, wanted: &Wanted) {
        if let (Wanted::CreateCustomer { .. } | Wanted::ResetAdminPassword { .. }, Some(why)) =
            (wanted, &self.settings.unsealable)
        {
            let text = format!("its password could not be kept: {why}");
            return self.finish(slot, Outcome::Failed { code: 0, text });
        }
        self.resume(slot, wanted);
        let operation = match wanted.operation(&self.works[slot].stage, &self.bindings, self.provider) {
            Ok(operation) => operation,
            Err(unbound) => return self.finish(slot, Outcome::Failed { code: 0, text: unbound.to_string() }),
        };
        let request = self.request(slot, &operation);
        let step = self.works[slot].step;
        let fields = match &operation {
            Operation::MakeCart { .. } => std::collections::BTreeMap::new(),
            Operation::CreateCustomer(_)
            | Operation::ResetAdminPassword { .. }
            | Operation::CheckOut { .. }
            | Operation::ChangeSubscription { .. }
            | Operation::SetSupportContact { .. } => wanted.fields(&self.bindings, self.provider),
        };
        let counts = match &operation {
            // Nothing is bought before the cart is checked out.
            Operation::MakeCart { .. } => Vec::new(),
            Operation::CreateCustomer(_)
            | Operation::ResetAdminPassword { .. }
            | Operation::CheckOut { .. }
            | Operation::ChangeSubscription { .. }
            | Operation::SetSupportContact { .. } => step.counts.clone(),
        };
        let intent = Intent {
            step: step.id,
            key: step.key.clone(),
            class: Class::Api,
            cause: step.cause.clone(),
            request,
            operation,
            wanted: fields,
            counts,
        };
        self.works[slot].phase = Phase::Intending(Box::new(intent.clone()));
        self.queue(slot, vec![Record::Intent(Box::new(intent))]);
    }

    /// Goes on with the cart of an earlier run whose checkout may still be under way: one cart is ordered once.
    fn resume(&mut self, slot: Slot, wanted: &Wanted) {
        let Wanted::Order { subscription, .. } = wanted else { return };
        let work = &mut self.works[slot];
        let Some(earlier) = self.unstarted.get(&work.step.id) else { return };
        let Operation::CheckOut { customer, cart } = &earlier.operation else { return };
        if work.stage == Stage::First && self.bindings.customer(&subscription.customer) == Some(*customer) {
            work.stage = Stage::CheckOut(cart.clone());
        }
    }

    /// One request id for every try of one call, also over runs.
    fn request(&mut self, slot: Slot, operation: &Operation) -> RequestId {
        let work = &mut self.works[slot];
        let earlier = self.unstarted.get(&work.step.id).filter(|earlier| earlier.operation == *operation);
        let request = work.request.or(earlier.map(|earlier| earlier.request));
        let request = request.unwrap_or_else(|| RequestId::from_bytes(self.ids.next_id()));
        work.request = Some(request);
        request
    }

    pub(super) fn wake(&mut self, moment: Moment<'_>, slot: Slot) {
        let phase = std::mem::replace(&mut self.works[slot].phase, Phase::Checking);
        match phase {
            Phase::Resting(Rest::Check) => self.check(moment, slot),
            Phase::Resting(Rest::Perform(running)) => self.perform(moment, slot, running),
            Phase::Resting(Rest::Look(running, looks)) => self.look(moment, slot, running, looks),
            Phase::Resting(Rest::Verify(verify)) => self.verify(moment, slot, verify),
            other @ (Phase::Waiting
            | Phase::Checking
            | Phase::Intending(_)
            | Phase::Performing(_)
            | Phase::Looking(..)
            | Phase::Verifying(_)
            | Phase::Settling(_)
            | Phase::Asking
            | Phase::Over(_)) => self.works[slot].phase = other,
        }
    }

    /// Goes on when what a task appended is durable.
    pub(super) fn task_appended(&mut self, moment: Moment<'_>, slot: Slot, durable: Durable) {
        let phase = std::mem::replace(&mut self.works[slot].phase, Phase::Checking);
        match phase {
            Phase::Asking => self.finish(slot, Outcome::Asked),
            Phase::Intending(intent) => self.intended(moment, slot, *intent, durable),
            Phase::Settling(Then::End(outcome)) => self.finish(slot, outcome),
            Phase::Settling(Then::CheckOut(cart)) => {
                let work = &mut self.works[slot];
                (work.stage, work.request, work.tries) = (Stage::CheckOut(cart), None, 0);
                self.check(moment, slot);
            }
            Phase::Settling(Then::Again { .. }) if self.is_stopping() => self.finish(slot, Outcome::Interrupted),
            Phase::Settling(Then::Again { wake }) if wake <= moment.elapsed => self.check(moment, slot),
            Phase::Settling(Then::Again { wake }) => {
                self.works[slot].phase = Phase::Resting(Rest::Check);
                self.sleep(slot, wake);
            }
            other @ (Phase::Waiting
            | Phase::Checking
            | Phase::Performing(_)
            | Phase::Looking(..)
            | Phase::Verifying(_)
            | Phase::Resting(_)
            | Phase::Over(_)) => self.works[slot].phase = other,
        }
    }
}

fn broken(condition: &Condition, ground: Ground<'_>) -> Option<Outcome> {
    let holds = |value: &crate::model::Value| match &condition.expect {
        Expect::Is(wanted) => wanted == value,
        Expect::After { step: _, brings } => brings.is_met_by(value),
    };
    let stale = |actual: String| Outcome::Stale {
        fact: condition.fact.to_string(),
        approved: words(&condition.expect),
        actual,
    };
    match evaluate(&condition.fact, ground) {
        Facet::Known(value) if holds(&value) => None,
        Facet::Known(value) => Some(stale(value.to_string())),
        Facet::Absent => Some(stale("not there".into())),
        Facet::Unknown(why) => {
            let text = format!("{} is unknown: {why}; nothing was written", condition.fact);
            Some(Outcome::Failed { code: 0, text })
        }
    }
}
