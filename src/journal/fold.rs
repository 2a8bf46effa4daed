//! The fold: objects of the journal, in order, to what is remembered. Pure, and total: a record that makes no sense
//! changes nothing here and is a finding of `verify`. Never reads a store, decides a plan or asks a clock.

use super::record::{Adopted, Family, Forgotten, Intent, Object, Open, Record};
use super::renames::Moves;
use crate::ledger::{Counted, CredentialState, Genesis, Guards, Handoff, HandoffState, Ledger};
use crate::model::{Address, Digest, Field, Operation, RequestId, StepKey, Timestamp, Value};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// What the journal says up to some object. Equal objects in equal order give equal values, however they were cut.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Folded {
    /// What earlier runs did and learned.
    pub ledger: Ledger,
    /// The highest epoch; 0 before the first run.
    pub epoch: u64,
    /// The run that holds the lease: it opened and neither closed nor was taken over. It may be dead.
    pub run: Option<OpenRun>,
    /// Effects that are not settled for good, by the number of the object of their intent.
    pub intents: BTreeMap<u64, Tracked>,
    /// Calls that were settled `not started` and not tried again since, by step id.
    pub unstarted: BTreeMap<Digest, Unstarted>,
}

/// A call that did not start or certainly did not happen: a repeat is the same call, so that a late first try and the
/// repeat have one effect (the same cart is checked out, the same request id is sent).
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Unstarted {
    /// Its request id.
    pub request: RequestId,
    /// The call.
    pub operation: Operation,
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
        let Object { format: _, number, epoch, nonce: _, before: _, at, records } = object;
        let place = Place { number, epoch, at };
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
        let place = Place { number: u64::MAX, epoch: self.epoch, at: Timestamp::from_seconds(0) };
        self.absorb_record(place, record);
    }

    fn absorb_record(&mut self, place: Place, record: Record) {
        match record {
            Record::Genesis { tenant, state } => {
                self.ledger.genesis.get_or_insert(Genesis { tenant, state, at: place.at });
            }
            Record::Open(open) => self.open(place, *open),
            Record::Renew => {}
            Record::Asked { step, key, digest, text } => {
                self.count(place.epoch, "asked");
                self.ask(place.at, step, Asked { key, digest, text });
            }
            Record::Intent(intent) => {
                self.unstarted.remove(&intent.step);
                let tracked = Tracked { epoch: place.epoch, at: place.at, intent: *intent, standing: Standing::Open };
                self.intents.insert(place.number, tracked);
            }
            Record::Settlement { intent, outcome, fields } => {
                self.count(place.epoch, outcome.word());
                self.settle(place.at, intent, outcome, Some(fields));
            }
            Record::Adopted(adopted) => self.adopt(place.at, *adopted),
            Record::Counted { code, cause, amount } => {
                self.ledger.counted.push(Counted { code, cause, amount, at: place.at });
            }
            Record::Close { outcomes: _ } => self.run = self.run.take().filter(|run| run.epoch != place.epoch),
            Record::Takeover { from: _, by: _, reason: _ } => {
                self.run = self.run.take().filter(|run| run.epoch >= place.epoch);
            }
            Record::Acknowledged { handoff, digest, by, evidence } => {
                let state = HandoffState::Acknowledged { by, at: place.at, evidence };
                self.answer(handoff, Some(digest), state);
            }
            Record::Declined { handoff, by, reason } => {
                self.answer(handoff, None, HandoffState::Declined { by, at: place.at, reason });
            }
            Record::Reopened { handoff, by: _, reason: _ } => {
                if let Some(known) = self.ledger.handoffs.get_mut(&handoff) {
                    known.state = HandoffState::Asked;
                }
            }
            Record::Bound { address, id, by: _, reason: _ } => self.bind(address, id.into()),
            Record::Renamed { from, to, by: _, reason: _ } => self.rename(&Moves::one(from, to)),
            Record::Forgotten { address, what, by: _, reason: _ } => self.forget(place.at, &address, what),
            Record::Resolved { intent, outcome, by: _, reason: _ } => self.settle(place.at, intent, outcome, None),
        }
    }

    fn open(&mut self, place: Place, open: Open) {
        self.ledger.guards = Some(Guards {
            protected: open.protected.iter().cloned().collect(),
            recipients: open.recipients.clone(),
            limits: open.limits,
        });
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
        let Asked { key, digest, text } = asked;
        match self.ledger.handoffs.get_mut(&step) {
            None => {
                let state = HandoffState::Asked;
                self.ledger.handoffs.insert(step, Handoff { key, digest, text, asked: at, state });
            }
            Some(known) => {
                match known.state {
                    HandoffState::Consumed { .. } => (known.state, known.asked) = (HandoffState::Asked, at),
                    HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } if known.digest != digest => {
                        known.state = HandoffState::Asked;
                    }
                    HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } => {}
                }
                (known.key, known.digest, known.text) = (key, digest, text);
            }
        }
    }

    /// An answer to another text than the one that stands is no answer, nor is one to what is over.
    fn answer(&mut self, handoff: Digest, to: Option<Digest>, state: HandoffState) {
        if let Some(known) = self.ledger.handoffs.get_mut(&handoff) {
            let over = matches!(known.state, HandoffState::Consumed { .. });
            if !over && to.is_none_or(|to| to == known.digest) {
                known.state = state;
            }
        }
    }

    fn adopt(&mut self, at: Timestamp, adopted: Adopted) {
        let Adopted { bindings, settled, managed, released, renamed, consumed, shown } = adopted;
        self.rename(&Moves::new(renamed.into_iter().map(|(new, old)| (old, new))));
        for address in shown {
            self.show(&address);
        }
        for (address, id) in bindings {
            self.bind(address, id.into());
        }
        for (address, fields) in settled {
            self.settle_fields(address, fields);
        }
        self.ledger.managed.extend(managed);
        for address in &released {
            self.ledger.managed.remove(address);
        }
        for handoff in consumed {
            if let Some(known) = self.ledger.handoffs.get_mut(&handoff) {
                known.state = HandoffState::Consumed { at };
            }
        }
    }

    fn forget(&mut self, at: Timestamp, address: &Address, what: Forgotten) {
        match what {
            Forgotten::Binding => {
                self.ledger.bindings.remove(address);
                self.ledger.settled.remove(address);
            }
            Forgotten::Credentials => {
                if let Some(credential) = self.ledger.credentials.get_mut(address) {
                    (credential.state, credential.at) = (CredentialState::Forgotten, at);
                }
            }
        }
    }

    fn rename(&mut self, moves: &Moves) {
        if moves.is_empty() {
            return;
        }
        moves.ledger(&mut self.ledger);
        for tracked in self.intents.values_mut() {
            moves.key(&mut tracked.intent.key);
            moves.address(&mut tracked.intent.cause);
        }
    }
}

/// Where a record stands.
#[derive(Clone, Copy)]
struct Place {
    number: u64,
    epoch: u64,
    at: Timestamp,
}

struct Asked {
    key: StepKey,
    digest: Digest,
    text: String,
}
