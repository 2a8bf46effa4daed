//! The fold: objects of the journal, in order, to what is remembered. Pure, and total: a record that makes no sense
//! changes nothing here and is a finding of `verify`. Never reads a store, decides a plan or asks a clock.

use super::azure::Assignments;
use super::record::{Adopted, Family, Forgotten, Intent, Object, Open, Record};
use super::renames::Moves;
use crate::ledger::{
    Anyway, Counted, CredentialState, Genesis, Handoff, HandoffState, Ledger, LiveId, Open as OpenEffect,
};
use crate::model::{Address, CustomerKey, Digest, Field, StepKey, StepName, Timestamp, Value};
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
            Record::Genesis { tenant, state } => {
                self.ledger.genesis.get_or_insert(Genesis { tenant, state, at: place.at });
            }
            Record::Open(open) => self.open(place, *open),
            Record::Renew | Record::Planned { plan: _ } => {}
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
                self.settle(place.at, intent, outcome, Some(fields));
            }
            Record::Adopted(adopted) => self.adopt(place, *adopted),
            Record::Counted { code, cause, amount, acknowledgement } => {
                self.ledger.counted.push(Counted { code, cause, amount, acknowledgement, at: place.at });
            }
            Record::Guarded(guarded) => self.ledger.guards = Some((*guarded).into()),
            Record::Close { outcomes: _ } => self.run = self.run.take().filter(|run| run.epoch != place.epoch),
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
                self.settle(place.at, intent, outcome, None);
            }
        }
    }

    fn open(&mut self, place: Place, open: Open) {
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
        let Adopted { bindings, settled, managed, released, renamed, consumed, withdrawn, shown } = adopted;
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
        for handoff in consumed {
            if let Some(known) = self.ledger.handoffs.get_mut(&handoff) {
                known.state = HandoffState::Consumed { at };
            }
        }
        // What somebody answered meanwhile is no longer open.
        for handoff in withdrawn {
            if let Some(known) = self.ledger.handoffs.get_mut(&handoff)
                && known.state == HandoffState::Asked
            {
                known.state = HandoffState::Withdrawn { at, anyway: None };
            }
        }
    }

    /// Whoever was asked something for another customer was not asked for this one.
    fn bind_anew(&mut self, place: Place, address: Address, id: LiveId) {
        let before = self.ledger.bindings.get(&address).copied().filter(|before| *before != id);
        if let (Sense::Happens, Some(before)) = (place.sense, before) {
            self.part_credentials(&address, (before, id));
            let of_it = |key: &StepKey| {
                key.address == address && matches!(key.step, StepName::InviteCustomer | StepName::RequestAgreement)
            };
            for handoff in self.ledger.handoffs.values_mut().filter(|handoff| of_it(&handoff.key)) {
                handoff.state = HandoffState::Consumed { at: place.at };
            }
        }
        self.bind(address, id);
    }

    /// A password is the customer's for whom it was made: it goes by that one's id while no document means it.
    fn part_credentials(&mut self, address: &Address, (before, now): (LiveId, LiveId)) {
        let by_id = |live: LiveId| live.customer().map(|id| Address::Customer(CustomerKey::Id(id)));
        let credentials = &mut self.ledger.credentials;
        if let (Some(own), Some(old)) = (by_id(before), credentials.remove(address)) {
            credentials.insert(own, old);
        }
        if let Some(back) = by_id(now).and_then(|own| credentials.remove(&own)) {
            credentials.insert(address.clone(), back);
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
            Forgotten::UndeliveredCredentials => self.withdraw_credentials(at, address),
        }
    }

    /// The password is as good as lost, and nobody can deliver it any more.
    fn withdraw_credentials(&mut self, at: Timestamp, address: &Address) {
        if let Some(credential) = self.ledger.credentials.get_mut(address) {
            (credential.state, credential.at) = (CredentialState::Lost, at);
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
        }
    }
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

#[cfg(test)]
mod tests {
    use super::super::record::{BoundId, Guarded, Settled};
    use super::super::support::*;
    use super::*;

    fn folded(records: Vec<Record>) -> Folded {
        let mut folded = Folded::default();
        for (number, record) in (1..).zip(records) {
            folded.absorb(object(number, 1, vec![record]));
        }
        folded
    }
    fn state(folded: &Folded) -> &HandoffState {
        &folded.ledger.handoffs[&handoff()].state
    }
    fn acknowledged(text: &str) -> Record {
        Record::Acknowledged { handoff: handoff(), digest: digest(text), by: by(), evidence: None }
    }
    fn adopted(adopted: Adopted) -> Record {
        Record::Adopted(Box::new(adopted))
    }
    fn consumed() -> Record {
        adopted(Adopted { consumed: vec![handoff()], ..Adopted::default() })
    }
    fn withdrawn() -> Record {
        adopted(Adopted { withdrawn: vec![handoff()], ..Adopted::default() })
    }

    #[test]
    fn what_is_withdrawn_stays_so_until_it_is_asked_anew() {
        let done = acknowledged("please");
        let anyway = folded(vec![asked("please"), withdrawn(), done.clone()]);
        assert!(matches!(state(&anyway), HandoffState::Withdrawn { anyway: Some(_), .. }), "{:?}", state(&anyway));
        let again = folded(vec![asked("please"), withdrawn(), done.clone(), asked("please")]);
        assert_eq!(state(&again), &HandoffState::Asked);
        let reopened = Record::Reopened { handoff: handoff(), by: by(), reason: why() };
        let taken_back = folded(vec![asked("please"), withdrawn(), done.clone(), reopened]);
        assert!(matches!(state(&taken_back), HandoffState::Withdrawn { anyway: None, .. }));
        // Whoever answered first was not called back.
        let first = folded(vec![asked("please"), done, withdrawn()]);
        assert!(matches!(state(&first), HandoffState::Acknowledged { .. }));
    }

    #[test]
    fn an_acknowledgement_covers_the_text_it_answers() {
        let done = folded(vec![asked("one"), acknowledged("one")]);
        assert!(matches!(state(&done), HandoffState::Acknowledged { .. }));
        let other = folded(vec![asked("one"), acknowledged("two")]);
        assert_eq!(state(&other), &HandoffState::Asked);
        let same = folded(vec![asked("one"), acknowledged("one"), asked("one")]);
        assert!(matches!(state(&same), HandoffState::Acknowledged { .. }), "asked again alike");
        let reopened = folded(vec![asked("one"), acknowledged("one"), asked("two")]);
        assert_eq!(state(&reopened), &HandoffState::Asked);
        assert_eq!(reopened.ledger.handoffs[&handoff()].asked, at(1), "when it was asked first");
    }

    #[test]
    fn a_hand_off_whose_purpose_is_observed_is_over_until_it_is_asked_anew() {
        let over = folded(vec![asked("one"), consumed(), acknowledged("one")]);
        assert_eq!(state(&over), &HandoffState::Consumed { at: at(2) });
        let anew = folded(vec![asked("one"), consumed(), asked("one")]);
        assert_eq!((state(&anew), anew.ledger.handoffs[&handoff()].asked), (&HandoffState::Asked, at(3)));
    }

    #[test]
    fn a_declined_hand_off_stays_declined_until_a_person_reopens_it() {
        let decline = || Record::Declined { handoff: handoff(), by: by(), reason: why() };
        let declined = folded(vec![asked("one"), decline(), asked("one")]);
        assert!(matches!(state(&declined), HandoffState::Declined { .. }));
        let reopen = Record::Reopened { handoff: handoff(), by: by(), reason: why() };
        assert_eq!(state(&folded(vec![asked("one"), decline(), reopen])), &HandoffState::Asked);
    }

    #[test]
    fn a_binding_to_another_object_forgets_what_was_settled_of_the_first() {
        let address = address("customer/contoso");
        let bind = |n| Record::Bound {
            address: address.clone(),
            id: BoundId::Customer { tenant: customer(n) },
            by: by(),
            reason: why(),
        };
        let values = || BTreeMap::from([(Field::Reseller, Value::text("fabrikam"))]);
        let settle =
            || adopted(Adopted { settled: BTreeMap::from([(address.clone(), values())]), ..Adopted::default() });
        let same = folded(vec![bind(1), settle(), bind(1)]);
        assert_eq!(same.ledger.settled[&address], values());
        let other = folded(vec![bind(1), settle(), bind(2)]);
        assert!(other.ledger.settled.is_empty());
    }

    #[test]
    fn a_password_stays_with_the_customer_for_whom_it_was_made() {
        let (address, own) = (address("customer/contoso"), Address::Customer(CustomerKey::Id(customer(1))));
        let bind = |n| Record::Bound {
            address: address.clone(),
            id: BoundId::Customer { tenant: customer(n) },
            by: by(),
            reason: why(),
        };
        let lost = || vec![Record::Intent(Box::new(create("customer/contoso"))), settled(1, done(created(1, None)))];
        let keys = |more: Vec<Record>| -> Vec<Address> {
            folded([lost(), more].concat()).ledger.credentials.into_keys().collect()
        };
        assert_eq!(keys(vec![bind(1)]), std::slice::from_ref(&address));
        assert_eq!(keys(vec![bind(2)]), [own]);
        assert_eq!(keys(vec![bind(2), bind(1)]), [address]);
    }

    #[test]
    fn a_released_address_keeps_its_binding() {
        let address = address("customer/contoso");
        let id = BoundId::Customer { tenant: customer(1) };
        let come = Adopted {
            bindings: BTreeMap::from([(address.clone(), id)]),
            managed: vec![address.clone()],
            ..Adopted::default()
        };
        let go = Adopted { released: vec![address.clone()], ..Adopted::default() };
        let gone = folded(vec![adopted(come), adopted(go)]);
        assert!(gone.ledger.managed.is_empty());
        assert!(gone.ledger.bindings.contains_key(&address));
    }

    #[test]
    fn a_renamed_customer_takes_everything_along_and_its_subscriptions_too() {
        let records = vec![
            Record::Intent(Box::new(create("customer/contoso"))),
            settled(1, Settled::Pending { learned: created(1, Some("cipher")) }),
            Record::Intent(Box::new(check_out("subscription/contoso/m365"))),
            settled(3, unknown()),
            Record::Renamed {
                from: address("customer/contoso"),
                to: address("customer/litware"),
                by: by(),
                reason: why(),
            },
        ];
        let Folded { ledger, intents, .. } = folded(records);
        let (customer, order) = (address("customer/litware"), address("subscription/litware/m365"));
        assert_eq!(ledger.bindings.keys().collect::<Vec<_>>(), [&customer]);
        assert_eq!(ledger.credentials.keys().collect::<Vec<_>>(), [&customer]);
        assert_eq!(ledger.pending[&customer].key.address, customer);
        assert_eq!(ledger.unresolved[&3].key.address, order);
        assert_eq!(intents[&3].intent.key.address, order, "its settlement reaches the new name");
    }

    #[test]
    fn two_addresses_can_change_names_with_each_other() {
        let (a, b) = (address("customer/a"), address("customer/b"));
        let id = |n| BoundId::Customer { tenant: customer(n) };
        let records = vec![
            adopted(Adopted {
                bindings: BTreeMap::from([(a.clone(), id(1)), (b.clone(), id(2))]),
                ..Adopted::default()
            }),
            adopted(Adopted { renamed: vec![(a.clone(), b.clone()), (b.clone(), a.clone())], ..Adopted::default() }),
        ];
        let ledger = folded(records).ledger;
        assert_eq!((ledger.bindings[&a], ledger.bindings[&b]), (id(2).into(), id(1).into()));
    }

    #[test]
    fn guards_are_those_last_recorded_whatever_a_run_was_opened_under() {
        let guarded = |key: &str| {
            let protected = std::collections::BTreeSet::from([address("customer/contoso")]);
            let guarded = Guarded { protected, recipients: vec![key.into()], ..Guarded::default() };
            Record::Guarded(Box::new(guarded))
        };
        assert_eq!(folded(vec![Record::Open(Box::new(open()))]).ledger.guards, None);
        let guards = folded(vec![guarded("age1a"), guarded("age1b"), Record::Open(Box::new(open()))]).ledger.guards;
        let guards = guards.expect("recorded");
        assert_eq!(guards.protected.len(), 1);
        assert_eq!(guards.recipients, ["age1b"]);
    }

    #[test]
    fn an_open_run_counts_its_outcomes_and_its_last_record() {
        let mut folded = folded(vec![
            Record::Open(Box::new(open())),
            asked("one"),
            Record::Intent(Box::new(quantity("subscription/contoso/m365", 30))),
            settled(3, unknown()),
        ]);
        folded.absorb(object(5, 1, vec![acknowledged("one")]));
        let run = folded.run.as_ref().expect("is open");
        assert_eq!(run.outcomes, BTreeMap::from([("asked".into(), 1), ("unknown".into(), 1)]));
        assert_eq!((run.last, run.last_at), (4, at(4)), "a note is no sign of life");
    }
}
