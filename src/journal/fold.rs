//! The fold: objects of the journal, in order, to what is remembered. Pure, and total: a record that makes no sense
//! changes nothing here and is a finding of `verify`. Never reads a store, decides a plan or asks a clock.

#[cfg(test)]
mod tests;

use super::azure::{Assignments, End};
use super::record::{Adopted, DoneBy, Family, Forgotten, Intent, Learned, Moved, Object, Open, Reach, Record, Settled};
use super::renames::Moves;
use crate::ledger::{
    Anyway, Counted, Credential, CredentialState, Did, Genesis, Handoff, HandoffState, Ledger, LiveId,
    Open as OpenEffect,
};
use crate::model::{Address, CustomerKey, Digest, Field, StepKey, StepName, Timestamp, Value};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// The number of these rules. Whoever changes what any record folds to counts it up, so that checkpoints that were folded
/// otherwise are passed over; a test holds it against what a journal of every record folds to.
pub(super) const RULES: u32 = 10;

/// What the journal says up to some object. Equal objects in equal order give equal values, however they were cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// What earlier runs did and learned.
    pub ledger: Ledger,
    /// The highest epoch; 0 before the first run.
    pub epoch: u64,
    /// How far runs reached along the line of commits.
    pub reach: Reach,
    /// The run that holds the lease: it opened and neither closed nor was taken over. It may be dead.
    pub run: Option<OpenRun>,
    /// Effects that are not settled for good, by the number of the object of their intent.
    pub intents: BTreeMap<u64, Tracked>,
    /// Creations and orders that were settled `not started` and not tried again since, by step id. A repeat is the same call (the
    /// same cart is checked out, the same request id is sent), so that a late first try and the repeat are one effect.
    pub unstarted: BTreeMap<Digest, Intent>,
    /// The hand-offs about each role in a customer's Azure.
    pub assignments: Assignments,
}

/// A run that has not ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OpenRun {
    /// Its epoch.
    pub epoch: u64,
    /// Number of the object it opened with.
    pub number: u64,
    /// When it opened, by its own clock.
    pub at: Timestamp,
    /// What it says of itself.
    pub open: Open,
    /// Number of the last object it wrote; each renews its lease.
    pub last: u64,
    /// When that was, by its own clock: for people, never compared.
    pub last_at: Timestamp,
    /// How many hand-offs it asked and effects it settled, by word.
    pub outcomes: BTreeMap<SmolStr, u32>,
}

/// An effect that is not settled for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tracked {
    /// The epoch of the run that intended it.
    pub epoch: u64,
    /// When it was intended.
    pub at: Timestamp,
    /// What was intended, under the address it has now.
    pub intent: Intent,
    /// Where it stands.
    pub standing: Standing,
}

impl Tracked {
    /// Who does it, once it is done.
    pub(super) fn did(&self) -> Did {
        Did { run: self.epoch, ending: self.intent.cause.as_partnership().cloned() }
    }
}

/// Where an effect stands that is not settled for good.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Standing {
    /// No settlement: it may be under way, or its run died. To be looked up.
    Open,
    /// Accepted; these values hold once it shows.
    Pending {
        /// Field and value.
        fields: BTreeMap<Field, Value>,
    },
    /// Nobody knows; a person resolves it.
    Unresolved,
}

impl Folded {
    /// Effects with an intent and no settlement, oldest first, with the number of the intent's object.
    pub fn open_intents(&self) -> impl Iterator<Item = (u64, &Tracked)> {
        self.intents.iter().filter(|(_, tracked)| tracked.standing == Standing::Open).map(|(number, it)| (*number, it))
    }

    /// Takes the next object in.
    pub fn absorb(&mut self, object: Object) {
        self.take(object, Sense::Happens);
    }

    /// Takes an object of a checkpoint in: what it says of one thing changes nothing else.
    pub(super) fn restore(&mut self, object: Object) {
        self.take(object, Sense::Stands);
    }

    fn take(&mut self, object: Object, sense: Sense) {
        let Object { format: _, number, epoch, nonce: _, before: _, at, records } = object;
        let place = Place { number, epoch, at, sense };
        self.epoch = self.epoch.max(epoch);
        let mut of_run = false;
        for record in records {
            of_run |= record.family() == Family::Run;
            self.absorb_record(place, record);
        }
        if let Some(run) = self.run.as_mut().filter(|run| of_run && run.epoch == epoch) {
            (run.last, run.last_at) = (number, at);
        }
    }

    /// Takes a record in that is not written yet, to see what the next one would meet.
    pub(super) fn suppose(&mut self, record: Record) {
        let at = Timestamp::from_seconds(0);
        let place = Place { number: u64::MAX, epoch: self.epoch, at, sense: Sense::Happens };
        self.absorb_record(place, record);
    }

    fn absorb_record(&mut self, place: Place, record: Record) {
        match record {
            Record::Genesis { tenant, state, begun_for: _ } => {
                self.ledger.genesis.get_or_insert(Genesis { tenant, state, at: place.at });
            }
            Record::Open(open) => self.open(place, *open),
            Record::Renew => {}
            Record::Planned { plan: _, document: _, passed: _, reach, withdrawn: _ } => self.reach.extend(reach),
            // By its definition: a kind that nobody here knows may do no more.
            Record::Remark { kind: _, address: _, by: _, place: _, removed: _ } => {}
            Record::Asked { step, key, digest, text, wanted } => {
                self.count(place.epoch, "asked");
                self.ask(place.at, step, Asked { key, digest, text, wanted });
                if let Some(handoff) = self.ledger.handoffs.get(&step) {
                    self.assignments.learn(step, handoff);
                }
                if place.sense == Sense::Happens {
                    self.assignments.asked(&mut self.ledger, step, place.at);
                }
            }
            Record::Intent(intent) => {
                self.unstarted.remove(&intent.step);
                self.ledger.given_up.remove(&intent.step);
                let open = OpenEffect { key: intent.key.clone(), since: place.at };
                self.ledger.open.insert(place.number, open);
                self.may_count(place.number, place.at, &intent);
                let tracked = Tracked { epoch: place.epoch, at: place.at, intent: *intent, standing: Standing::Open };
                self.intents.insert(place.number, tracked);
            }
            Record::Settlement { intent, outcome, fields } => {
                self.count(place.epoch, outcome.word());
                self.did(place, intent, &outcome);
                self.settle(place.at, intent, outcome, Some(fields));
            }
            Record::Adopted(adopted) => self.adopt(place, *adopted),
            Record::Counted { code, cause, amount, acknowledgement, until } => {
                self.ledger.counted.push(Counted { code, cause, amount, acknowledgement, until, at: place.at });
            }
            Record::Guarded(guarded) => {
                if self.ledger.guards.replace((*guarded).into()).is_some() {
                    self.ledger.guarded = Some(place.epoch);
                }
            }
            Record::Close { outcomes: _, refused: _ } => {
                self.run = self.run.take().filter(|run| run.epoch != place.epoch)
            }
            Record::Takeover { from: _, by: _, reason: _ } => {
                self.run = self.run.take().filter(|run| run.epoch >= place.epoch);
            }
            Record::Acknowledged { handoff, digest, by, evidence } => {
                let state = HandoffState::Acknowledged { by, at: place.at, evidence };
                self.answer(handoff, Some(digest), state);
                self.answered(place, handoff);
            }
            Record::Declined { handoff, by, reason } => {
                self.answer(handoff, None, HandoffState::Declined { by, at: place.at, reason });
                self.answered(place, handoff);
            }
            Record::Reopened { handoff, by: _, reason: _ } => {
                self.reopen(&handoff);
                self.answered(place, handoff);
            }
            Record::Bound { address, id, by: _, reason: _ } => self.bind_anew(place, address, id.into()),
            Record::Renamed { from, to, by: _, reason: _ } => self.rename(&Moves::one(from, to)),
            Record::Forgotten { address, what, by: _, reason: _ } => self.forget(place.at, &address, what),
            Record::Resolved { intent, outcome, by: _, reason: _ } => {
                self.count_resolved(place.at, intent, &outcome);
                self.did(place, intent, &outcome);
                self.settle(place.at, intent, outcome, None);
            }
        }
    }

    /// A step is done with its last effect. What a checkpoint says of a password says it in other words, and who did what by itself.
    fn did(&mut self, place: Place, intent: u64, outcome: &Settled) {
        let Some(tracked) = self.intents.get(&intent) else { return };
        let key = &tracked.intent.key;
        let is_done = match outcome {
            Settled::Done { learned } => is_last(learned) && !self.is_of_another(&key.address, learned),
            Settled::Pending { .. } | Settled::NotStarted | Settled::Failed { .. } | Settled::Unknown { .. } => false,
        };
        if is_done && place.sense == Sense::Happens {
            self.ledger.done.insert(key.clone(), tracked.did());
        }
    }

    fn open(&mut self, place: Place, open: Open) {
        // Of a run of an older version no more is known.
        if open.follows.is_none() && open.commit.is_some() {
            self.reach.told.clone_from(&open.commit);
        }
        self.run = Some(OpenRun {
            epoch: place.epoch,
            number: place.number,
            at: place.at,
            open,
            last: place.number,
            last_at: place.at,
            outcomes: BTreeMap::new(),
        });
    }

    fn count(&mut self, epoch: u64, word: &'static str) {
        if let Some(run) = self.run.as_mut().filter(|run| run.epoch == epoch) {
            *run.outcomes.entry(SmolStr::new_static(word)).or_default() += 1;
        }
    }

    /// Another text opens a hand-off again, and so does asking again for what had been observed once.
    fn ask(&mut self, at: Timestamp, step: Digest, asked: Asked) {
        let Asked { key, digest, text, wanted } = asked;
        self.make_room(step, &key);
        match self.ledger.handoffs.get_mut(&step) {
            None => {
                let state = HandoffState::Asked;
                self.ledger
                    .handoffs
                    .insert(step, Handoff { key, digest, first: digest, text, wanted, asked: at, state });
            }
            Some(known) => {
                match known.state {
                    HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. } => {
                        (known.state, known.asked) = (HandoffState::Asked, at);
                    }
                    HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } if known.digest != digest => {
                        known.state = HandoffState::Asked;
                    }
                    HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } => {}
                }
                (known.key, known.digest, known.text, known.wanted) = (key, digest, text, wanted);
            }
        }
    }

    /// What was asked of another object under this very id, when that had this name, is kept beside it.
    fn make_room(&mut self, id: Digest, key: &StepKey) {
        let handoffs = &mut self.ledger.handoffs;
        if let Some(other) = handoffs.remove(&id) {
            let own = if other.key == *key { id } else { Digest::of_bytes(format!("{id} {}", other.key).as_bytes()) };
            handoffs.insert(own, other);
        }
    }

    /// An open hand-off whose ends have new names is known by its new id: nobody is asked again.
    fn readdress(&mut self, id: Digest, moved: &Moved) {
        let Some(mut handoff) = self.ledger.handoffs.remove(&moved.from) else { return };
        if handoff.first == handoff.digest {
            handoff.first = moved.digest;
        }
        handoff.digest = moved.digest;
        self.make_room(id, &handoff.key);
        self.ledger.handoffs.insert(id, handoff);
        self.assignments = Assignments::of(&self.ledger);
    }

    /// An answer to another text than the one that stands is no answer, nor is one to what is over. What was withdrawn
    /// stays withdrawn when it was done all the same.
    fn answer(&mut self, handoff: Digest, to: Option<Digest>, state: HandoffState) {
        let Some(known) = self.ledger.handoffs.get_mut(&handoff) else { return };
        if to.is_some_and(|to| to != known.digest) {
            return;
        }
        known.state = match (&known.state, state) {
            (HandoffState::Consumed { .. }, _) => return,
            (HandoffState::Withdrawn { at, .. }, HandoffState::Acknowledged { by, at: said, evidence }) => {
                HandoffState::Withdrawn { at: *at, anyway: Some(Anyway { by, at: said, evidence }) }
            }
            (_, state) => state,
        };
    }

    /// Whoever reopens what was done after it was withdrawn says only that it was not done.
    fn reopen(&mut self, handoff: &Digest) {
        if let Some(known) = self.ledger.handoffs.get_mut(handoff) {
            known.state = match known.state {
                HandoffState::Withdrawn { at, .. } => HandoffState::Withdrawn { at, anyway: None },
                HandoffState::Asked
                | HandoffState::Acknowledged { .. }
                | HandoffState::Declined { .. }
                | HandoffState::Consumed { .. } => HandoffState::Asked,
            };
        }
    }

    fn answered(&mut self, place: Place, handoff: Digest) {
        if place.sense == Sense::Happens {
            self.assignments.answered(&mut self.ledger, handoff, place.at);
        }
    }

    fn adopt(&mut self, place: Place, adopted: Adopted) {
        let at = place.at;
        let Adopted { bindings, settled, managed, released, renamed, moved, consumed, withdrawn, shown, done } =
            adopted;
        self.rename(&Moves::new(renamed.into_iter().map(|(new, old)| (old, new))));
        for address in shown {
            self.show(at, &address);
        }
        for (address, id) in bindings {
            self.bind_anew(place, address, id.into());
        }
        for (address, fields) in settled {
            match place.sense {
                Sense::Happens => self.settle_fields(at, address, fields),
                Sense::Stands => self.ledger.settled.entry(address).or_default().extend(fields),
            }
        }
        self.ledger.managed.extend(managed);
        for address in &released {
            self.ledger.managed.remove(address);
        }
        for (id, moved) in &moved {
            self.readdress(*id, moved);
        }
        for handoff in consumed {
            if let Some(known) = self.ledger.handoffs.get_mut(&handoff) {
                known.state = HandoffState::Consumed { at };
            }
        }
        self.ledger.done.extend(done.into_iter().map(|DoneBy { step, run, ending }| (step, Did { run, ending })));
        for handoff in withdrawn {
            if let Some(known) = self.ledger.handoffs.get_mut(&handoff) {
                known.state = withdrawn_from(&known.key, known.state.clone(), at);
            }
        }
    }

    /// Whoever was asked something for another customer was not asked for this one.
    fn bind_anew(&mut self, place: Place, address: Address, id: LiveId) {
        let before = self.ledger.bindings.get(&address).copied();
        if place.sense == Sense::Happens && before != Some(id) {
            if let Some(before) = before {
                self.part(place.at, &address, before);
            }
            let credentials = &mut self.ledger.credentials;
            if let Some(back) = own_address(id).and_then(|own| credentials.remove(&own)) {
                credentials.insert(address.clone(), back);
            }
            if let Some((end, name, own)) = named(&address, id) {
                self.assignments.hand_over(&mut self.ledger, end, (&own, &name));
            }
        }
        self.bind(address, id);
    }

    /// An address means this object no longer. A password is the customer's for whom it was made: it goes by that one's
    /// id while no document means it. What that one was asked was asked of nobody else, and a role is whose it was.
    fn part(&mut self, at: Timestamp, address: &Address, before: LiveId) {
        let credentials = &mut self.ledger.credentials;
        if let Some(own) = own_address(before)
            && let Some(old) = credentials.remove(address)
        {
            credentials.insert(own, old);
        }
        if let Some((end, name, own)) = named(address, before) {
            self.assignments.hand_over(&mut self.ledger, end, (&name, &own));
        }
        let of_it = |key: &StepKey| {
            key.address == *address && matches!(key.step, StepName::InviteCustomer | StepName::RequestAgreement)
        };
        for handoff in self.ledger.handoffs.values_mut().filter(|handoff| of_it(&handoff.key)) {
            handoff.state = HandoffState::Consumed { at };
        }
    }

    fn forget(&mut self, at: Timestamp, address: &Address, what: Forgotten) {
        match what {
            Forgotten::Binding => {
                if let Some(before) = self.ledger.bindings.remove(address) {
                    self.part(at, address, before);
                }
                self.ledger.settled.remove(address);
            }
            Forgotten::Credentials => {
                if let Some(credential) = self.ledger.credentials.get_mut(address) {
                    (credential.state, credential.at) = (CredentialState::Forgotten, at);
                }
            }
            Forgotten::UndeliveredCredentials => self.withdraw_credentials(at, address),
        }
    }

    /// The password is as good as lost, and nobody can deliver it any more.
    fn withdraw_credentials(&mut self, at: Timestamp, address: &Address) {
        let state = CredentialState::Lost;
        match self.ledger.credentials.get_mut(address) {
            Some(credential) => (credential.state, credential.at) = (state, at),
            // One that an earlier state knew.
            None => {
                self.ledger.credentials.insert(address.clone(), Credential { user: SmolStr::default(), state, at });
            }
        }
        let of_password = |key: &StepKey| {
            key.address == *address && matches!(key.step, StepName::DeliverCredentials | StepName::ResetAdminPassword)
        };
        for handoff in self.ledger.handoffs.values_mut().filter(|handoff| of_password(&handoff.key)) {
            match handoff.state {
                HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Withdrawn { .. } => {
                    handoff.state = HandoffState::Consumed { at }
                }
                HandoffState::Declined { .. } | HandoffState::Consumed { .. } => {}
            }
        }
    }

    fn rename(&mut self, moves: &Moves) {
        if moves.is_empty() {
            return;
        }
        moves.ledger(&mut self.ledger);
        self.assignments = Assignments::of(&self.ledger);
        let tracked = self.intents.values_mut().map(|tracked| &mut tracked.intent);
        for intent in tracked.chain(self.unstarted.values_mut()) {
            moves.key(&mut intent.key);
            moves.address(&mut intent.cause);
            intent.counts.iter_mut().for_each(|count| moves.acknowledgement(&mut count.acknowledgement));
        }
    }
}

/// What becomes of a hand-off that is wanted no more. What somebody answered meanwhile is no longer open; what was said and done
/// for the end of a partnership stays said and done.
fn withdrawn_from(key: &StepKey, state: HandoffState, at: Timestamp) -> HandoffState {
    let of_end = matches!(key.step, StepName::SendNotice | StepName::EndPartnership);
    match state {
        HandoffState::Asked => HandoffState::Withdrawn { at, anyway: None },
        HandoffState::Acknowledged { by, at: said, evidence } if of_end => {
            HandoffState::Withdrawn { at, anyway: Some(Anyway { by, at: said, evidence }) }
        }
        answered @ (HandoffState::Acknowledged { .. }
        | HandoffState::Declined { .. }
        | HandoffState::Consumed { .. }
        | HandoffState::Withdrawn { .. }) => answered,
    }
}

/// Whether the step that taught this is over: not with a cart, nor before its order shows, nor while its password is lost.
fn is_last(learned: &Learned) -> bool {
    match learned {
        Learned::Cart { .. } | Learned::Order { subscription: None, .. } | Learned::Password { sealed: None, .. } => {
            false
        }
        Learned::Nothing
        | Learned::Customer { .. }
        | Learned::Password { sealed: Some(_), .. }
        | Learned::Order { subscription: Some(_), .. } => true,
    }
}

/// The name of a customer's or reseller's document, and the id of what it means.
fn named(address: &Address, live: LiveId) -> Option<(End, String, String)> {
    match address {
        Address::Customer(CustomerKey::Named(name)) => {
            live.customer().map(|id| (End::Customer, name.to_string(), id.to_string()))
        }
        Address::Partnership(name) => live.reseller().map(|id| (End::Reseller, name.to_string(), id.to_string())),
        Address::Customer(CustomerKey::Id(_) | CustomerKey::Domain(_))
        | Address::Provider(_)
        | Address::ResellerAssociation(_)
        | Address::Subscription(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => None,
    }
}

/// A customer by its id.
fn own_address(live: LiveId) -> Option<Address> {
    live.customer().map(|id| Address::Customer(CustomerKey::Id(id)))
}

/// Where a record stands.
#[derive(Clone, Copy)]
struct Place {
    number: u64,
    epoch: u64,
    at: Timestamp,
    sense: Sense,
}

/// How a record is meant.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Sense {
    /// It happens, and may end something else.
    Happens,
    /// It is how things stand; what it ended is said by itself.
    Stands,
}

struct Asked {
    key: StepKey,
    digest: Digest,
    text: String,
    wanted: BTreeMap<SmolStr, SmolStr>,
}
