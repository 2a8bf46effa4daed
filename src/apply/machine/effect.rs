//! One effect, from its durable intent to what it taught: perform, try again, look after a lost reply, read back.
//! Never repeats a call whose outcome is unknown before looking.

use super::{Command, Durable, Moment, Phase, Rest, RunState, Running, Sealed, Slot, Then, Told, Verify, Work};
use crate::apply::outcome::{Outcome, Password};
use crate::apply::ports::Progress;
use crate::apply::recover::{self, Kept, Seen};
use crate::backend::BackendError;
use crate::journal::record::{Intent, Learned, SealedRef, Settled};
use crate::model::operation::Visible;
use crate::model::{Fact, Field, Operation, Value};
use crate::observed::{Observed, Read};
use crate::plan::Brings;
use crate::plan::facts::{evaluate, reads};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::time::Duration;

/// Waits before a call that certainly was not taken is tried again. Source: unconfirmed, defaults of the .NET SDK.
const TRANSIENT: [Duration; 3] = [Duration::from_millis(500), Duration::from_millis(1500), Duration::from_millis(3500)];
/// Waits before asking again what is not possible yet; the last one repeats.
const LATER: [Duration; 5] = [seconds(2), seconds(5), seconds(10), seconds(20), seconds(30)];
/// Waits before looking again for what does not show.
const LOOKS: [Duration; 2] = [seconds(1), seconds(4)];
/// How often a lost reply is followed by another try.
const LOST: u32 = 3;

const fn seconds(n: u64) -> Duration {
    Duration::from_secs(n)
}

/// Why a call is tried again.
enum Again {
    Later(SmolStr),
    Throttled(Duration),
    Transient(SmolStr),
}

impl RunState<'_> {
    pub(super) fn intended(&mut self, moment: Moment<'_>, slot: Slot, intent: Intent, durable: Durable) {
        let start_by = durable.began + self.settings.start_within;
        let running = Box::new(Running { number: durable.number, intent, start_by });
        if self.is_stopping() {
            return self.settle_not_started(slot, &running, Then::End(Outcome::Interrupted));
        }
        self.perform(moment, slot, running);
    }

    pub(super) fn perform(&mut self, moment: Moment<'_>, slot: Slot, running: Box<Running>) {
        if moment.elapsed > running.start_by {
            return self.settle_not_started(slot, &running, Then::Again { wake: moment.elapsed });
        }
        let Running { number, intent, start_by } = running.as_ref();
        self.out.push(Command::Perform {
            slot,
            intent: *number,
            operation: intent.operation.clone(),
            request: intent.request,
            start_by: *start_by,
        });
        self.works[slot].phase = Phase::Performing(running);
    }

    /// Takes the effect in flight of a task, if there is one.
    fn take_running(&mut self, slot: Slot) -> Option<Box<Running>> {
        let phase = std::mem::replace(&mut self.works[slot].phase, Phase::Checking);
        match phase {
            Phase::Performing(running) => Some(running),
            other @ (Phase::Waiting
            | Phase::Checking
            | Phase::Intending(_)
            | Phase::Looking(..)
            | Phase::Verifying(_)
            | Phase::Resting(_)
            | Phase::Settling(_)
            | Phase::Asking
            | Phase::Over(_)) => {
                self.works[slot].phase = other;
                None
            }
        }
    }

    pub(super) fn take_too_late(&mut self, moment: Moment<'_>, slot: Slot) {
        let Some(running) = self.take_running(slot) else { return };
        self.works[slot].tries += 1;
        let then = if self.is_stopping() {
            Then::End(Outcome::Interrupted)
        } else if self.works[slot].tries > LOST {
            let text = "its call could not start in time after its intent was written".into();
            Then::End(Outcome::Failed { code: 0, text })
        } else {
            Then::Again { wake: moment.elapsed }
        };
        self.settle_not_started(slot, &running, then);
    }

    pub(super) fn take_reply(&mut self, moment: Moment<'_>, slot: Slot, result: Result<Told, BackendError>) {
        let Some(running) = self.take_running(slot) else { return };
        match result {
            Ok(told) => self.happened(moment, slot, running, told),
            Err(BackendError::Refused { code, text }) => self.refused(slot, &running, code, text),
            Err(BackendError::Denied(text)) => {
                if let Some(role) = self.works[slot].step.role {
                    self.denied.entry(role).or_insert_with(|| self.works[slot].step.key.clone());
                }
                self.refused(slot, &running, 0, smol_str::format_smolstr!("not allowed: {text}"));
            }
            Err(BackendError::Later { text }) => self.again(moment, slot, running, Again::Later(text)),
            Err(BackendError::Throttled { until }) => {
                let seconds = until.since(moment.now).as_seconds().max(1).unsigned_abs();
                self.again(moment, slot, running, Again::Throttled(Duration::from_secs(seconds)));
            }
            Err(BackendError::Transient(text)) => self.again(moment, slot, running, Again::Transient(text)),
            Err(BackendError::Unknown(text)) => {
                self.works[slot].lost = text;
                self.look(moment, slot, running, 0);
            }
        }
    }

    fn refused(&mut self, slot: Slot, running: &Running, code: u32, text: SmolStr) {
        let outcome = Outcome::Failed { code, text: text.to_string() };
        self.settle(slot, running, (Settled::Failed { code, text }, BTreeMap::new()), Then::End(outcome));
    }

    /// Nothing happened: the same call again later, under the same request id, while there is time.
    fn again(&mut self, moment: Moment<'_>, slot: Slot, running: Box<Running>, why: Again) {
        if self.is_stopping() {
            return self.settle_not_started(slot, &running, Then::End(Outcome::Interrupted));
        }
        let tries = self.works[slot].tries as usize;
        let (wait, left, words, end) = match why {
            Again::Transient(text) => {
                let wait = TRANSIENT.get(tries);
                let text = text.to_string();
                (wait.copied(), tries < TRANSIENT.len(), text.clone(), Outcome::Failed { code: 0, text })
            }
            Again::Later(text) => {
                let wait = LATER.get(tries).or(LATER.last());
                let until = format!("the service takes it: {text}");
                (wait.copied(), true, text.to_string(), Outcome::Pending { until })
            }
            Again::Throttled(wait) => {
                let text = "the service kept refusing because of too many requests".to_owned();
                (Some(wait), true, "too many requests".to_owned(), Outcome::Failed { code: 0, text })
            }
        };
        let wake = moment.elapsed + wait.unwrap_or_default();
        if !left || wake > self.give_up_at(slot) {
            return self.settle_not_started(slot, &running, Then::End(end));
        }
        self.works[slot].tries += 1;
        self.report_wait(slot, wake - moment.elapsed, words);
        if wake <= running.start_by {
            self.works[slot].phase = Phase::Resting(Rest::Perform(running));
            self.sleep(slot, wake);
        } else {
            self.settle_not_started(slot, &running, Then::Again { wake });
        }
    }

    fn give_up_at(&self, slot: Slot) -> Duration {
        let patient = self.works[slot].since + self.settings.patience;
        self.settings.deadline.map_or(patient, |deadline| deadline.min(patient))
    }

    fn report_wait(&mut self, slot: Slot, wait: Duration, why: String) {
        let key = self.works[slot].step.key.clone();
        self.out.push(Command::Report(Progress::Waiting { key, wait, why }));
    }

    // ── a lost reply

    pub(super) fn look(&mut self, moment: Moment<'_>, slot: Slot, running: Box<Running>, looks: u32) {
        let reads = recover::reads(&running.intent.operation, moment.folded);
        if reads.is_empty() {
            return self.looked(moment, slot, (running, looks), &Observed::default());
        }
        self.works[slot].phase = Phase::Looking(running, looks);
        self.read(slot, reads);
    }

    pub(super) fn looked(
        &mut self,
        moment: Moment<'_>,
        slot: Slot,
        (running, looks): (Box<Running>, u32),
        observed: &Observed,
    ) {
        let address = &running.intent.key.address;
        let user = moment.folded.ledger.credentials.get(address).map(|credential| credential.user.clone());
        match recover::judge(&running.intent, (observed, moment.folded), Kept { sealed: None, user }) {
            Seen::Ended(Settled::NotStarted, _) => self.lost_before(moment, slot, &running),
            Seen::Ended(settled, fields) => {
                let then = Then::End(self.seen_outcome(slot, &settled));
                self.learn(slot, &settled);
                self.settle(slot, &running, (settled, fields), then);
            }
            Seen::Unclear(text) | Seen::Unread(text) if self.rest_before_look(moment, slot, &running, looks) => {
                self.report_wait(slot, LOOKS[looks as usize], text);
            }
            // The next run looks again.
            Seen::Unclear(text) | Seen::Unread(text) => {
                let settled = Settled::Unknown { text: SmolStr::new(&text) };
                self.settle(slot, &running, (settled, BTreeMap::new()), Then::End(Outcome::Unknown { text }));
            }
        }
    }

    fn rest_before_look(&mut self, moment: Moment<'_>, slot: Slot, running: &Running, looks: u32) -> bool {
        let Some(wait) = LOOKS.get(looks as usize) else { return false };
        self.works[slot].phase = Phase::Resting(Rest::Look(Box::new(running.clone()), looks + 1));
        self.sleep(slot, moment.elapsed + *wait);
        true
    }

    /// The reply was lost and it certainly did not happen: the same call again, after a fresh check.
    fn lost_before(&mut self, moment: Moment<'_>, slot: Slot, running: &Running) {
        self.works[slot].tries += 1;
        let then = if self.is_stopping() {
            Then::End(Outcome::Interrupted)
        } else if self.works[slot].tries > LOST {
            let Work { tries, lost, .. } = &self.works[slot];
            let text = format!(
                "called {tries} times, and no reply said whether it happened; the last: {lost}. Looked up after each: it did \
                 not happen"
            );
            Then::End(Outcome::Failed { code: 0, text })
        } else {
            Then::Again { wake: moment.elapsed }
        };
        self.settle_not_started(slot, running, then);
    }

    pub(super) fn seen_outcome(&self, slot: Slot, settled: &Settled) -> Outcome {
        outcome_of(settled, &self.works[slot].step.goal)
    }

    // ── it happened

    fn happened(&mut self, moment: Moment<'_>, slot: Slot, running: Box<Running>, told: Told) {
        let (learned, looks_left) = match told {
            Told::CustomerCreated { customer, user, sealed } => {
                let sealed = self.keep(slot, sealed);
                (Learned::Customer { customer, user: Some(user), sealed }, LOOKS.len())
            }
            Told::PasswordReset { user, sealed } => {
                let sealed = self.keep(slot, sealed);
                (Learned::Password { user, sealed }, 0)
            }
            Told::CartMade { cart } => {
                let settled = Settled::Done { learned: Learned::Cart { cart: cart.clone() } };
                let then = if self.is_stopping() { Then::End(Outcome::Interrupted) } else { Then::CheckOut(cart) };
                return self.settle(slot, &running, (settled, BTreeMap::new()), then);
            }
            Told::CheckedOut { order, subscription } => match &running.intent.operation {
                Operation::CheckOut { customer, cart } => {
                    let (customer, cart) = (*customer, cart.clone());
                    let looks = if subscription.is_some() { LOOKS.len() } else { 0 };
                    (Learned::Order { customer, cart, order, subscription }, looks)
                }
                Operation::CreateCustomer(_)
                | Operation::ResetAdminPassword { .. }
                | Operation::MakeCart { .. }
                | Operation::ChangeSubscription { .. }
                | Operation::SetSupportContact { .. } => return self.look(moment, slot, running, 0),
            },
            Told::Changed { visible: Visible::Now } => (Learned::Nothing, LOOKS.len()),
            Told::Changed { visible: Visible::Later } => (Learned::Nothing, 0),
        };
        let looks_left = u32::try_from(looks_left).unwrap_or(0);
        self.learn(slot, &Settled::Done { learned: learned.clone() });
        self.verify(moment, slot, Box::new(Verify { running: *running, learned, looks_left }));
    }

    fn keep(&mut self, slot: Slot, sealed: Sealed) -> Option<SealedRef> {
        match sealed {
            Sealed::Stored(reference) => Some(reference),
            Sealed::Unstored { armored, why } => {
                let key = self.works[slot].step.key.clone();
                self.out.push(Command::Report(Progress::Unstored { key, armored, why }));
                None
            }
            Sealed::Lost => None,
        }
    }

    /// Reads back whether it is there.
    pub(super) fn verify(&mut self, moment: Moment<'_>, slot: Slot, verify: Box<Verify>) {
        let reads: BTreeSet<Read> = match &verify.learned {
            Learned::Order { customer, cart, order: _, subscription: None } => {
                BTreeSet::from([Read::Cart(*customer, cart.clone())])
            }
            Learned::Order { .. } | Learned::Nothing | Learned::Customer { .. } => {
                let goal = self.works[slot].step.goal.iter();
                goal.flat_map(|(fact, _)| reads(fact, &self.bindings)).collect()
            }
            Learned::Password { .. } | Learned::Cart { .. } => BTreeSet::new(),
        };
        if reads.is_empty() {
            return self.shown(slot, &verify);
        }
        if moment.elapsed > self.give_up_at(slot) {
            return self.not_shown(slot, &verify);
        }
        self.works[slot].phase = Phase::Verifying(verify);
        self.read(slot, reads.into_iter().collect());
    }

    pub(super) fn verified(&mut self, moment: Moment<'_>, slot: Slot, mut verify: Box<Verify>, observed: &Observed) {
        if let Learned::Order { customer, cart, order, subscription: subscription @ None } = &mut verify.learned {
            let fate = observed.cart(*customer, cart);
            if let Some(id) = fate.known().and_then(|fate| fate.subscription_of(order)) {
                *subscription = Some(id);
                self.learn(slot, &Settled::Done { learned: verify.learned.clone() });
                return self.verify(moment, slot, verify);
            }
            return self.not_shown(slot, &verify);
        }
        let ground = self.ground(observed, moment.folded);
        let met = |(fact, brings): &(Fact, Brings)| {
            is_remembered(fact) || evaluate(fact, ground).known().is_some_and(|value| brings.is_met_by(value))
        };
        if self.works[slot].step.goal.iter().all(met) {
            return self.shown(slot, &verify);
        }
        if verify.looks_left == 0 || self.is_stopping() {
            return self.not_shown(slot, &verify);
        }
        let wait = LOOKS[LOOKS.len().saturating_sub(verify.looks_left as usize)];
        verify.looks_left -= 1;
        self.works[slot].phase = Phase::Resting(Rest::Verify(verify));
        self.sleep(slot, moment.elapsed + wait);
    }

    fn shown(&mut self, slot: Slot, verify: &Verify) {
        let settled = Settled::Done { learned: verify.learned.clone() };
        self.end_effect(slot, verify, settled);
    }
    fn not_shown(&mut self, slot: Slot, verify: &Verify) {
        let settled = Settled::Pending { learned: verify.learned.clone() };
        self.end_effect(slot, verify, settled);
    }
    fn end_effect(&mut self, slot: Slot, verify: &Verify, settled: Settled) {
        let then = Then::End(self.seen_outcome(slot, &settled));
        let fields: BTreeMap<Field, Value> = verify.running.intent.wanted.clone();
        self.settle(slot, &verify.running, (settled, fields), then);
    }
}

/// Facts that only the settlement itself brings about.
fn is_remembered(fact: &Fact) -> bool {
    match fact {
        Fact::Pending(_) | Fact::Credentials(_) | Fact::LastDone(_) => true,
        Fact::Binding(_)
        | Fact::PartnershipActive(_)
        | Fact::PartnerValid(_)
        | Fact::ProfileName(_)
        | Fact::AgreementSigned(_)
        | Fact::AccountReviewed(_)
        | Fact::Associated { .. }
        | Fact::DomainFree(_)
        | Fact::Unclaimed { .. }
        | Fact::Field(..) => false,
    }
}

/// The outcome of a step whose last effect ended so.
pub(in crate::apply) fn outcome_of(settled: &Settled, goal: &[(Fact, Brings)]) -> Outcome {
    match settled {
        Settled::Done { learned } if learned.lost_credentials() => Outcome::Done(Password::Lost),
        Settled::Done { .. } => Outcome::Done(Password::Kept),
        Settled::Pending { .. } => {
            let until =
                goal.first().map_or_else(|| "it shows".to_owned(), |(fact, _)| format!("the tenant shows {fact}"));
            Outcome::Pending { until }
        }
        Settled::NotStarted => Outcome::Interrupted,
        Settled::Failed { code, text } => Outcome::Failed { code: *code, text: text.to_string() },
        Settled::Unknown { text } => Outcome::Unknown { text: text.to_string() },
    }
}
