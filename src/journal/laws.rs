//! The laws of the journal, over generated interleavings and records: every promise to every writer is kept, and
//! folding in parts is folding at once.

use super::chain;
use super::log::{Appended, Begun, Journal};
use super::memory::{Fault, Memory};
use super::prune::Spares;
use super::record::{Forgotten, Learned, Record, Settled};
use super::store::{Key, Store};
use super::support::*;
use super::verify::verify;
use super::{Folded, JournalError};
use crate::diag::Code;
use proptest::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

fn declined() -> Record {
    Record::Declined { handoff: handoff(), by: by(), reason: why() }
}

/// What one of several writers does next.
#[derive(Clone, Copy, Debug)]
enum Move {
    Begin,
    Renew,
    Intend,
    Settle,
    Note,
    TakeOver,
    Close,
    Refresh,
    Restart,
    Checkpoint,
    Prune,
}

fn a_move() -> impl Strategy<Value = Move> {
    prop_oneof![
        3 => Just(Move::Begin),
        3 => Just(Move::Renew),
        3 => Just(Move::Intend),
        3 => Just(Move::Settle),
        2 => Just(Move::Note),
        1 => Just(Move::TakeOver),
        2 => Just(Move::Close),
        1 => Just(Move::Refresh),
        1 => Just(Move::Restart),
        1 => Just(Move::Checkpoint),
        1 => Just(Move::Prune),
    ]
}
fn a_fault() -> impl Strategy<Value = Option<Fault>> {
    prop_oneof![
        8 => Just(None),
        1 => Just(Some(Fault::LostBefore)),
        1 => Just(Some(Fault::LostAfter)),
        1 => Just(Some(Fault::Late)),
        1 => Just(Some(Fault::Full)),
    ]
}

/// A writer, with the epoch it believes in and everything it was told is written.
struct Writer {
    journal: Journal,
    epoch: u64,
    written: Vec<(u64, Record)>,
}
impl Writer {
    fn append(&mut self, record: Record) {
        match self.journal.append(self.epoch, vec![record.clone()], &stamp()) {
            Ok(Appended::Written { number }) => self.written.push((number, record)),
            Ok(Appended::Fenced { by }) => assert!(by > self.epoch),
            Ok(Appended::Overtaken) => panic!("it stands by nothing"),
            Err(JournalError::NotOpen { .. } | JournalError::Store(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    /// Removes all that may go, however young. What stands is remembered as before, and a run that is open keeps its plan.
    fn prune(&mut self, store: &Arc<Memory>) {
        let sound = verify(&**store, None).expect("readable").checkpoints;
        let spares = Spares::find(&mut self.journal, &sound, at(1)).expect("reads");
        let (before, kept) = (self.journal.folded().clone(), store.get(Key::Plan(digest("plan"))));
        match self.journal.prune(&spares, (by(), None), &stamp()) {
            Ok(_) => assert_eq!(self.journal.folded(), &before),
            Err(JournalError::Note(_)) => assert_eq!(store.get(Key::Plan(digest("plan"))), kept, "a run is open"),
            Err(JournalError::Store(_)) => {}
            Err(error) => panic!("{error}"),
        }
    }
    fn play(&mut self, store: &Arc<Memory>, step: Move) {
        match step {
            Move::Begin => {
                if let Ok(Begun::Run { epoch, number }) = self.journal.begin(open(), &stamp()) {
                    assert!(epoch > self.epoch, "an epoch is begun once");
                    self.epoch = epoch;
                    self.written.push((number, Record::Open(Box::new(open()))));
                    drop(self.journal.put_plan(digest("plan"), b"plan"));
                }
            }
            Move::Renew => self.append(Record::Renew),
            Move::Intend => self.append(Record::Intent(Box::new(check_out("subscription/contoso/m365")))),
            Move::Settle => {
                let oldest = self.journal.folded().open_intents().map(|(number, _)| number).next();
                if let Some(number) = oldest {
                    self.append(settled(number, Settled::NotStarted));
                }
            }
            Move::Note => {
                let id = super::record::BoundId::Customer { tenant: customer(3) };
                let bound = Record::Bound { address: address("customer/contoso"), id, by: by(), reason: why() };
                if let Ok(number) = self.journal.note(bound.clone(), &stamp()) {
                    self.written.push((number, bound));
                }
            }
            Move::TakeOver => drop(self.journal.take_over(by(), why(), &stamp())),
            Move::Close => self.append(Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }),
            Move::Refresh => store.arrive(),
            Move::Restart => self.journal = journal(store),
            Move::Checkpoint => drop(self.journal.checkpoint_after(0)),
            Move::Prune => self.prune(store),
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    /// However writers interleave, and whatever the store loses: one chain, nothing acknowledged is lost, no run writes
    /// behind its fence, everybody reads the same, and no checkpoint says something else.
    #[test]
    fn interleaved_writers_keep_every_promise(
        script in prop::collection::vec(a_fault(), 0..60),
        moves in prop::collection::vec((0..3usize, a_move()), 1..60),
    ) {
        let (store, first) = begun();
        store.script(script);
        let mut writers: Vec<Writer> =
            (0..3).map(|_| Writer { journal: first.clone(), epoch: 0, written: Vec::new() }).collect();
        for (who, step) in moves {
            writers[who].play(&store, step);
        }
        store.arrive();
        let verified = verify(&*store, None).expect("readable");
        let damaged: Vec<_> = verified.findings.iter().filter(|it| it.code == Code::JournalDamaged).collect();
        prop_assert!(damaged.is_empty(), "{damaged:?}");
        let fenced: Vec<_> = verified.findings.iter().filter(|it| !it.message.contains("settles")).collect();
        prop_assert!(fenced.is_empty(), "{fenced:?}");
        let whole = journal(&store);
        for writer in &mut writers {
            for (number, record) in &writer.written {
                let bytes = store.get(Key::Journal(*number)).expect("works").expect("nothing acknowledged is lost");
                let object = chain::decode(*number, &bytes).expect("is whole");
                prop_assert!(object.records.contains(record));
            }
            writer.journal.refresh().expect("reads");
            prop_assert_eq!(writer.journal.folded(), whole.folded());
        }
    }
}

fn a_record() -> impl Strategy<Value = Record> {
    let place = prop::sample::select(vec!["subscription/a/x", "subscription/b/x", "customer/a", "customer/b"]);
    let text = prop::sample::select(vec!["please", "pretty please"]);
    let number = 0..12u64;
    let outcome = prop_oneof![
        Just(done(Learned::Nothing)),
        Just(done(ordered(Some(subscription(1))))),
        Just(done(ordered(None))),
        Just(done(created(1, Some("cipher")))),
        Just(Settled::Pending { learned: Learned::Nothing }),
        Just(Settled::Pending { learned: created(2, None) }),
        Just(Settled::NotStarted),
        Just(unknown()),
    ];
    let adopted = |shown: &str, new: &str, old: &str| {
        Record::Adopted(Box::new(super::record::Adopted {
            shown: vec![address(shown)],
            managed: vec![address(new)],
            renamed: if new.split('/').next() == old.split('/').next() {
                vec![(address(new), address(old))]
            } else {
                vec![]
            },
            consumed: vec![handoff()],
            ..Default::default()
        }))
    };
    let withdrawn =
        Record::Adopted(Box::new(super::record::Adopted { withdrawn: vec![handoff()], ..Default::default() }));
    let forgotten = |at: &str, what| Record::Forgotten { address: address(at), what, by: by(), reason: why() };
    prop_oneof![
        Just(Record::Open(Box::new(open()))),
        Just(Record::Renew),
        Just(withdrawn),
        text.clone().prop_map(asked),
        text.prop_map(|text| Record::Acknowledged {
            handoff: handoff(),
            digest: digest(text),
            by: by(),
            evidence: None
        }),
        Just(declined()),
        place.clone().prop_map(|at| Record::Intent(Box::new(quantity(at, 30)))),
        place.clone().prop_map(|at| Record::Intent(Box::new(create(at)))),
        (number.clone(), outcome.clone()).prop_map(|(intent, outcome)| settled(intent, outcome)),
        (number, outcome).prop_map(|(intent, outcome)| Record::Resolved { intent, outcome, by: by(), reason: why() }),
        (place.clone(), place.clone(), place.clone()).prop_map(move |(a, b, c)| adopted(a, b, c)),
        place.clone().prop_map(move |at| forgotten(at, Forgotten::Binding)),
        place.clone().prop_map(move |at| forgotten(at, Forgotten::Credentials)),
        place.prop_map(move |at| forgotten(at, Forgotten::UndeliveredCredentials)),
        Just(Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }),
        Just(Record::Takeover { from: 1, by: None, reason: why() }),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(600))]

    /// Folding in two parts is folding at once, and the wire form loses nothing that the fold uses.
    #[test]
    fn folding_in_parts_equals_folding_at_once(
        records in prop::collection::vec((a_record(), 0..3u64), 0..24),
        cut in 0..24usize,
    ) {
        let objects: Vec<_> = records
            .into_iter()
            .enumerate()
            .map(|(n, (record, epoch))| object(n as u64 + 1, epoch, vec![record]))
            .collect();
        let mut at_once = Folded::default();
        objects.iter().cloned().for_each(|object| at_once.absorb(object));
        let (early, late) = objects.split_at(cut.min(objects.len()));
        let mut in_parts = Folded::default();
        early.iter().cloned().for_each(|object| in_parts.absorb(object));
        let mut resumed = in_parts.clone();
        late.iter().for_each(|object| {
            let bytes = chain::encode(object).expect("is written");
            resumed.absorb(chain::decode(object.number, &bytes).expect("is read"));
        });
        prop_assert_eq!(resumed, at_once);
    }
}
