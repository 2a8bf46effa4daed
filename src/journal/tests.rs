//! The protocol of the journal as a whole: interleaved writers, fencing, lost replies, crashes, damage.

use super::chain;
use super::history::{End, History, Settler};
use super::lease::{LEASE, Verdict, Watch};
use super::log::{Appended, Begun, Head, Journal};
use super::memory::{Fault, Memory};
use super::notes::{self, NoteError};
use super::record::{Forgotten, Learned, Record, Remarked, Settled};
use super::store::{Folder, Key, Put, Spare, Store, StoreError};
use super::support::*;
use super::verify::verify;
use super::{Directory, Folded, JournalError};
use crate::diag::Code;
use crate::ledger::{CredentialState, HandoffState};
use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};
use std::time::Duration;

fn renew(journal: &mut Journal, epoch: u64) -> Result<Appended, JournalError> {
    journal.append(epoch, vec![Record::Renew], &stamp())
}
fn declined() -> Record {
    Record::Declined { handoff: handoff(), by: by(), reason: why() }
}
fn codes(store: &dyn Store) -> Vec<Code> {
    verify(store, None).expect("readable").findings.into_iter().map(|finding| finding.code).collect()
}

#[test]
fn a_missing_state_is_not_an_empty_one() {
    let store = store();
    let mut journal = journal(&store);
    assert!(!journal.has_state());
    assert_eq!(journal.begin(open(), &stamp()), Err(JournalError::NoState));
    assert_eq!(journal.note(declined(), &stamp()), Err(JournalError::NoState));
    assert_eq!(store.list_after(Folder::Journal, None), Ok(vec![]), "nothing was written");
    assert_eq!(codes(&*store), [Code::NoState]);
}

#[test]
fn genesis_is_written_once_by_whoever_is_first() {
    let store = store();
    let (mut first, mut second) = (journal(&store), journal(&store));
    first.init(beginning(), "one".into(), &stamp()).expect("begins");
    let refused = second.init(beginning(), "two".into(), &stamp());
    assert_eq!(refused, Err(JournalError::Begun { tenant: tenant() }));
    assert_eq!(second.ledger().genesis.as_ref().map(|genesis| genesis.state.as_str()), Some("one"));
}

#[test]
fn a_second_run_is_held_off_until_the_first_closes() {
    let (store, mut first) = begun();
    let mut second = journal(&store);
    let epoch = run(&mut first);
    let Ok(Begun::Held(holder)) = second.begin(open(), &stamp()) else { panic!("must be held") };
    assert_eq!((holder.epoch, holder.open.actor.as_str()), (1, "pipeline"));
    first
        .append(epoch, vec![Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }], &stamp())
        .expect("closes");
    assert_eq!(run(&mut second), 2);
    assert_eq!(renew(&mut first, epoch), Err(JournalError::NotOpen { epoch }), "it closed itself");
    assert!(codes(&*store).is_empty());
}

/// A store in which somebody else acts right before the next put, when the writer has read all there was.
struct Between {
    inner: Arc<Memory>,
    act: Mutex<Option<Box<dyn FnOnce() + Send>>>,
}
impl Store for Between {
    fn put_new(&self, key: Key, bytes: &[u8]) -> Result<Put, StoreError> {
        let act = self.act.lock().expect("works").take();
        act.into_iter().for_each(|act| act());
        self.inner.put_new(key, bytes)
    }
    fn get(&self, key: Key) -> Result<Option<Vec<u8>>, StoreError> {
        self.inner.get(key)
    }
    fn list_after(&self, folder: Folder, after: Option<Key>) -> Result<Vec<Key>, StoreError> {
        self.inner.list_after(folder, after)
    }
    fn remove(&self, spare: Spare) -> Result<(), StoreError> {
        self.inner.remove(spare)
    }
}
/// A journal whose next put comes right behind what `act` does.
fn overtaken(store: &Arc<Memory>, act: impl FnOnce(&mut Journal) + Send + 'static) -> Journal {
    let mut other = journal(store);
    let act: Box<dyn FnOnce() + Send> = Box::new(move || act(&mut other));
    let store = Between { inner: Arc::clone(store), act: Mutex::new(Some(act)) };
    Journal::open(Arc::new(store)).expect("opens")
}

#[test]
fn two_runs_that_open_at_once_do_not_share_an_epoch() {
    let (store, _) = begun();
    let mut slow = overtaken(&store, |other| assert_eq!(run(other), 1));
    let Ok(Begun::Held(holder)) = slow.begin(open(), &stamp()) else { panic!("must be held") };
    assert_eq!((holder.epoch, holder.number), (1, 1));
    assert_eq!(store.list_after(Folder::Journal, None).map(|keys| keys.len()), Ok(2));
}

#[test]
fn two_geneses_at_once_are_one() {
    let store = store();
    let mut slow = overtaken(&store, |other| other.init(beginning(), "fast".into(), &stamp()).expect("begins"));
    assert_eq!(slow.init(beginning(), "slow".into(), &stamp()), Err(JournalError::Begun { tenant: tenant() }));
}

#[test]
fn of_two_takers_one_takes_and_the_other_is_held() {
    let (store, mut dead) = begun();
    run(&mut dead);
    let quiet = |journal: &Journal| {
        let mut watch = Watch::default();
        watch.look(journal.folded().run.as_ref(), Duration::ZERO);
        match watch.look(journal.folded().run.as_ref(), LEASE) {
            Verdict::Quiet(quiet) => quiet,
            verdict @ (Verdict::Free | Verdict::Wait { .. }) => panic!("{verdict:?}"),
        }
    };
    let fast = quiet(&dead);
    let mut slow = overtaken(&store, move |other| {
        assert!(matches!(other.take(fast, open(), &stamp()), Ok(Begun::Run { epoch: 2, .. })));
    });
    let seen = quiet(&slow);
    let Ok(Begun::Held(holder)) = slow.take(seen, open(), &stamp()) else { panic!("must be held") };
    assert_eq!(holder.epoch, 2);
}

#[test]
fn a_note_is_checked_again_behind_the_one_that_overtook_it() {
    let (store, mut runner) = begun();
    let epoch = run(&mut runner);
    runner.append(epoch, vec![asked("please")], &stamp()).expect("asks");
    let mut slow = overtaken(&store, move |other| {
        other.append(epoch, vec![asked("pretty please")], &stamp()).expect("asks again");
    });
    let answer = notes::acknowledged(slow.ledger(), handoff(), by(), None).expect("is known");
    assert!(matches!(slow.note(answer, &stamp()), Err(JournalError::Note(NoteError::HandoffChanged { .. }))));
    assert_eq!(slow.ledger().handoffs[&handoff()].state, HandoffState::Asked);
}

#[test]
fn a_take_over_between_reading_and_writing_fences_the_append() {
    let (store, mut owner) = begun();
    let epoch = run(&mut owner);
    let mut slow = overtaken(&store, |other| {
        other.take_over(by(), why(), &stamp()).expect("takes over");
    });
    assert_eq!(renew(&mut slow, epoch), Ok(Appended::Fenced { by: 2 }));
}

#[test]
fn losing_a_number_to_a_note_is_no_fence() {
    let (store, mut runner) = begun();
    let epoch = run(&mut runner);
    runner.append(epoch, vec![asked("please")], &stamp()).expect("asks");
    let mut person = journal(&store);
    assert_eq!(person.note(declined(), &stamp()), Ok(3));
    assert_eq!(renew(&mut runner, epoch), Ok(Appended::Written { number: 4 }));
    assert!(matches!(runner.ledger().handoffs[&handoff()].state, HandoffState::Declined { .. }), "it was folded in");
    assert!(codes(&*store).is_empty());
}

#[test]
fn a_run_that_was_taken_over_writes_nothing_more() {
    let (store, mut zombie) = begun();
    let epoch = run(&mut zombie);
    let intent =
        zombie.append(epoch, vec![Record::Intent(Box::new(quantity("subscription/contoso/m365", 30)))], &stamp());
    assert_eq!(intent, Ok(Appended::Written { number: 2 }));
    let mut taker = journal(&store);
    let mut watch = Watch::default();
    let start = Duration::from_secs(7);
    assert_eq!(watch.look(taker.folded().run.as_ref(), start), Verdict::Wait { left: LEASE });
    let Verdict::Quiet(quiet) = watch.look(taker.folded().run.as_ref(), start + LEASE) else { panic!("is quiet") };
    assert_eq!(taker.take(quiet, open(), &stamp()), Ok(Begun::Run { epoch: 2, number: 3 }));
    assert_eq!(taker.folded().open_intents().map(|(number, _)| number).collect::<Vec<_>>(), [2]);
    let late = zombie.append(epoch, vec![settled(2, done(Learned::Nothing))], &stamp());
    assert_eq!(late, Ok(Appended::Fenced { by: 2 }));
    assert_eq!(store.list_after(Folder::Journal, None).map(|keys| keys.len()), Ok(4));
    assert!(codes(&*store).is_empty());
}

#[test]
fn a_run_that_writes_while_it_is_being_taken_over_keeps_its_lease() {
    let (store, mut owner) = begun();
    let epoch = run(&mut owner);
    let mut taker = journal(&store);
    let mut watch = Watch::default();
    watch.look(taker.folded().run.as_ref(), Duration::ZERO);
    let Verdict::Quiet(quiet) = watch.look(taker.folded().run.as_ref(), LEASE) else { panic!("is quiet") };
    renew(&mut owner, epoch).expect("renews");
    let Ok(Begun::Held(holder)) = taker.take(quiet, open(), &stamp()) else { panic!("must be held") };
    assert_eq!(holder.last, 2);
    assert_eq!(watch.look(taker.folded().run.as_ref(), LEASE + LEASE), Verdict::Wait { left: LEASE }, "watch anew");
}

#[test]
fn a_note_neither_renews_a_lease_nor_stops_a_take_over() {
    let (store, mut owner) = begun();
    let epoch = run(&mut owner);
    owner.append(epoch, vec![asked("please")], &stamp()).expect("asks");
    let mut taker = journal(&store);
    let mut watch = Watch::default();
    watch.look(taker.folded().run.as_ref(), Duration::ZERO);
    journal(&store).note(declined(), &stamp()).expect("notes");
    taker.refresh().expect("reads");
    let Verdict::Quiet(quiet) = watch.look(taker.folded().run.as_ref(), LEASE) else { panic!("is quiet") };
    let acknowledged = notes::acknowledged(taker.ledger(), handoff(), by(), None).expect("is known");
    journal(&store).note(acknowledged, &stamp()).expect("notes");
    assert_eq!(taker.take(quiet, open(), &stamp()), Ok(Begun::Run { epoch: 2, number: 5 }));
}

#[test]
fn a_person_takes_over_without_watching_and_signs_for_it() {
    let (store, mut dead) = begun();
    let epoch = run(&mut dead);
    let mut person = journal(&store);
    let blank = person.take_over(" ".into(), why(), &stamp());
    assert_eq!(blank, Err(JournalError::Note(NoteError::Unsigned)));
    assert_eq!(person.take_over(by(), why(), &stamp()), Ok(Some(1)));
    assert_eq!(person.take_over(by(), why(), &stamp()), Ok(None), "no run is open");
    assert_eq!(renew(&mut dead, epoch), Ok(Appended::Fenced { by: 2 }));
    assert_eq!(run(&mut person), 3);
    let history = History::read(&*store).expect("reads");
    assert!(matches!(&history.runs[0].end, End::TakenOver { by: Some(who), .. } if *who == by()));
}

#[test]
fn a_closed_run_writes_nothing_more() {
    let (_store, mut journal) = begun();
    let epoch = run(&mut journal);
    journal
        .append(epoch, vec![Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }], &stamp())
        .expect("closes");
    assert_eq!(renew(&mut journal, epoch), Err(JournalError::NotOpen { epoch }));
    assert_eq!(renew(&mut journal, 7), Err(JournalError::NotOpen { epoch: 7 }));
}

#[test]
fn one_object_holds_one_intent_and_one_family() {
    let (_store, mut journal) = begun();
    let epoch = run(&mut journal);
    let intent = || Record::Intent(Box::new(check_out("subscription/contoso/m365")));
    let twice = journal.append(epoch, vec![intent(), intent()], &stamp());
    assert!(matches!(twice, Err(JournalError::Shape(_))));
    assert!(matches!(journal.append(epoch, vec![declined()], &stamp()), Err(JournalError::Shape(_))));
    assert!(matches!(journal.append(epoch, vec![], &stamp()), Err(JournalError::Shape(_))));
    assert_eq!(journal.note(Record::Renew, &stamp()), Err(JournalError::Note(NoteError::NoNote)));
}

#[test]
fn a_crash_at_any_put_leaves_the_record_or_nothing() {
    for fault in [Fault::LostBefore, Fault::LostAfter, Fault::Late, Fault::Full] {
        let (store, mut dying) = begun();
        let epoch = run(&mut dying);
        let record = Record::Intent(Box::new(check_out("subscription/contoso/m365")));
        store.script([Some(fault)]);
        // The process dies inside the put: it sees no answer and reads nothing back.
        let object = object(2, epoch, vec![record]);
        let object = super::record::Object { before: dying.head().map(|head| head.digest), ..object };
        drop(store.put_new(Key::Journal(2), &chain::encode(&object).expect("is written")));
        drop(dying);
        let mut next = journal(&store);
        let there = next.folded().open_intents().count();
        assert_eq!(there, usize::from(fault == Fault::LostAfter), "{fault:?}");
        next.take_over(by(), why(), &stamp()).expect("takes over");
        store.arrive();
        next.refresh().expect("still a chain");
        assert_eq!(run(&mut next), 3);
        assert!(codes(&*store).is_empty(), "{fault:?}");
    }
}

#[test]
fn an_append_whose_reply_was_lost_is_written_once() {
    for faults in [vec![Fault::LostBefore], vec![Fault::LostAfter], vec![Fault::Late, Fault::LostBefore]] {
        let (store, mut journal) = begun();
        let epoch = run(&mut journal);
        store.script(faults.iter().copied().map(Some));
        assert_eq!(renew(&mut journal, epoch), Ok(Appended::Written { number: 2 }), "{faults:?}");
        store.arrive();
        assert_eq!(journal.refresh(), Ok(0));
        assert_eq!(renew(&mut journal, epoch), Ok(Appended::Written { number: 3 }));
    }
}

#[test]
fn an_append_that_stays_unknown_or_finds_no_room_is_an_error_and_the_chain_goes_on() {
    let (store, mut journal) = begun();
    let epoch = run(&mut journal);
    store.script([Some(Fault::Late), Some(Fault::LostBefore), Some(Fault::LostBefore), Some(Fault::LostBefore)]);
    assert!(matches!(renew(&mut journal, epoch), Err(JournalError::Store(StoreError::Unknown { .. }))));
    store.arrive();
    assert_eq!(renew(&mut journal, epoch), Ok(Appended::Written { number: 3 }), "it had arrived after all");
    store.script([Some(Fault::Full)]);
    assert!(matches!(renew(&mut journal, epoch), Err(JournalError::Store(StoreError::Full { .. }))));
    assert_eq!(renew(&mut journal, epoch), Ok(Appended::Written { number: 4 }), "there is room again");
    assert!(codes(&*store).is_empty());
}

fn three_objects() -> (Arc<Memory>, Vec<u8>) {
    let (store, mut journal) = begun();
    let epoch = run(&mut journal);
    renew(&mut journal, epoch).expect("renews");
    let bytes = store.get(Key::Journal(1)).expect("works").expect("is there");
    (store, bytes)
}

#[test]
fn a_torn_changed_or_missing_object_is_named() {
    let named = |store: &Arc<Memory>, number: u64| {
        let error = Journal::open(Arc::<Memory>::clone(store)).map(|_| ()).expect_err("is damaged");
        assert!(matches!(&error, JournalError::Damaged { number: at, .. } if *at == number), "{error}");
        assert!(error.to_string().starts_with(&format!("`journal/{number:020}` is damaged: ")), "{error}");
        assert!(codes(&**store).contains(&Code::JournalDamaged));
    };
    let (store, bytes) = three_objects();
    store.damage(Key::Journal(1), &bytes[..bytes.len() / 2]);
    named(&store, 1);
    let (store, bytes) = three_objects();
    let changed = String::from_utf8(bytes).expect("text").replace("pipeline", "somebody");
    store.damage(Key::Journal(1), changed);
    named(&store, 2);
    let (store, _) = three_objects();
    store.lose(Key::Journal(1));
    named(&store, 1);
    let (store, bytes) = three_objects();
    store.damage(Key::Journal(3), bytes);
    named(&store, 3);
    let (store, _) = three_objects();
    store.lose(Key::Journal(0));
    named(&store, 0);
}

#[test]
fn a_newer_format_is_refused_and_unknown_fields_are_passed_over() {
    let (store, bytes) = three_objects();
    let text = String::from_utf8(bytes).expect("text");
    store.lose(Key::Journal(2));
    store.damage(Key::Journal(1), text.replacen("{\"format\":1", "{\"format\":2,\"shape\":[]", 1));
    let error = Journal::open(Arc::<Memory>::clone(&store)).map(|_| ()).expect_err("is newer");
    assert_eq!(error, JournalError::Newer { number: 1, format: 2 });
    let with_more = text.replacen("{\"format\":1", "{\"format\":1,\"color\":\"red\"", 1);
    store.damage(Key::Journal(1), with_more.replacen("\"actor\"", "\"mood\":{\"good\":true},\"actor\"", 1));
    assert_eq!(journal(&store).folded().epoch, 1);
}

#[test]
fn refresh_reads_only_what_is_new() {
    let (store, mut writer) = begun();
    let mut reader = journal(&store);
    let epoch = run(&mut writer);
    renew(&mut writer, epoch).expect("renews");
    assert_eq!(reader.refresh(), Ok(2));
    assert_eq!(reader.refresh(), Ok(0));
    assert_eq!(reader.folded(), writer.folded());
    assert_eq!(reader.head(), writer.head());
}

#[test]
fn sealed_passwords_are_kept_found_again_and_destroyed() {
    let (store, mut journal) = begun();
    let epoch = run(&mut journal);
    journal.append(epoch, vec![Record::Intent(Box::new(create("customer/contoso")))], &stamp()).expect("intends");
    let sealed = journal.put_sealed(2, b"cipher").expect("is kept");
    assert_eq!(journal.sealed_for(2), Ok(Some(sealed.clone())), "a run that died after sealing left it");
    assert!(matches!(journal.put_sealed(2, b"other"), Err(JournalError::Sealed { .. })));
    let learned = Learned::Customer { customer: customer(1), user: Some("admin".into()), sealed: Some(sealed.clone()) };
    journal.append(epoch, vec![settled(2, done(learned))], &stamp()).expect("settles");
    assert_eq!(journal.sealed(&sealed), Ok(b"cipher".to_vec()));
    assert_eq!(verify(&*store, None).map(|verified| (verified.sealed, verified.findings.len())), Ok((1, 0)));
    store.damage(Key::Sealed(2), "changed");
    assert!(matches!(journal.sealed(&sealed), Err(JournalError::Sealed { .. })));
    assert_eq!(codes(&*store), [Code::SealedUnusable]);

    let contoso = address("customer/contoso");
    journal.forget_credentials(contoso.clone(), Forgotten::Credentials, (by(), why()), &stamp()).expect("forgets");
    assert_eq!(store.get(Key::Sealed(2)), Ok(None));
    assert_eq!(journal.ledger().credentials[&contoso].state, CredentialState::Forgotten);
    assert!(
        journal.forget_credentials(contoso, Forgotten::Credentials, (by(), why()), &stamp()).is_err(),
        "nothing is left to forget"
    );
    assert!(codes(&*store).is_empty());
}

#[test]
fn a_record_cannot_make_us_read_another_file() {
    let (_store, journal) = begun();
    let sealed = super::record::SealedRef { key: "sealed/../../secret".into(), digest: digest("x") };
    assert!(matches!(journal.sealed(&sealed), Err(JournalError::Sealed { .. })));
}

#[test]
fn the_first_plan_with_an_id_stays() {
    let (_store, journal) = begun();
    assert_eq!(journal.plan(digest("plan")), Ok(None));
    journal.put_plan(digest("plan"), b"first").expect("is kept");
    journal.put_plan(digest("plan"), b"second").expect("is kept already");
    assert_eq!(journal.plan(digest("plan")), Ok(Some(b"first".to_vec())));
    assert_eq!(journal.put_approved(digest("plan"), b"first"), Ok(None));
    let own = crate::model::Digest::of_bytes(b"second");
    assert_eq!(journal.put_approved(digest("plan"), b"second"), Ok(Some(own)), "another one that was approved");
    assert_eq!(journal.plan(own), Ok(Some(b"second".to_vec())));
    assert_eq!(journal.plan(digest("plan")), Ok(Some(b"first".to_vec())));
}

#[test]
fn history_tells_runs_effects_and_who_settled_them() {
    let (store, mut journal) = begun();
    let epoch = run(&mut journal);
    let effect = |name: &str| Record::Intent(Box::new(check_out(name)));
    journal.append(epoch, vec![effect("subscription/contoso/m365")], &stamp()).expect("intends");
    journal.append(epoch, vec![settled(2, unknown())], &stamp()).expect("settles");
    let outcomes = BTreeMap::from([("unknown".into(), 1)]);
    journal
        .append(epoch, vec![Record::Close { outcomes: outcomes.clone(), refused: Vec::new() }], &stamp())
        .expect("closes");
    let outcome = Settled::NotStarted;
    journal.note(Record::Resolved { intent: 2, outcome, by: by(), reason: why() }, &stamp()).expect("resolves");
    let history = History::read(&*store).expect("reads");
    let [run] = history.runs.as_slice() else { panic!("one run") };
    assert!(matches!(&run.end, End::Closed { outcomes: told, .. } if *told == outcomes));
    let [effect] = run.effects.as_slice() else { panic!("one effect") };
    let outcome = effect.outcome.as_ref().expect("is settled");
    assert_eq!((&outcome.settled, &outcome.by), (&Settled::NotStarted, &Settler::Person { by: by(), reason: why() }));
    assert_eq!(history.notes.len(), 1);
}

#[test]
fn verify_finds_records_that_say_nothing() {
    let (store, mut writer) = begun();
    let epoch = run(&mut writer);
    let before = writer.head().map(|head| head.digest);
    let odd = super::record::Object { before, ..object(2, epoch + 5, vec![settled(99, unknown())]) };
    store.damage(Key::Journal(2), chain::encode(&odd).expect("is written"));
    let found = codes(&*store);
    assert_eq!(found, [Code::JournalOdd; 3], "epoch, lease and effect");
}

/// What verifying says against a head that somebody kept.
fn against(store: &dyn Store, pinned: Option<Head>) -> Vec<String> {
    let findings = verify(store, pinned).expect("readable").findings.into_iter();
    findings.map(|finding| finding.message.split(':').next().unwrap_or_default().to_owned()).collect()
}

#[test]
fn verify_finds_what_a_hand_changed_and_with_a_kept_head_what_it_cut_off() {
    let forged = |change: &dyn Fn(&Memory)| {
        let (store, mut writer) = begun();
        let epoch = run(&mut writer);
        renew(&mut writer, epoch).expect("renews");
        writer.append(epoch, vec![asked("please")], &stamp()).expect("asks");
        let head = writer.head();
        change(&store);
        (against(&*store, None), against(&*store, head))
    };
    let edited = |number: u64, from: &str, to: &str| {
        let (from, to) = (from.to_owned(), to.to_owned());
        move |store: &Memory| {
            let bytes = store.get(Key::Journal(number)).expect("works").expect("is there");
            let text = String::from_utf8(bytes).expect("text");
            assert!(text.contains(&from), "{text}");
            store.damage(Key::Journal(number), text.replacen(&from, &to, 1));
        }
    };
    let named = |number: u64| vec![format!("`journal/{number:020}` is damaged")];
    let nothing = Vec::<String>::new();
    let first = |change: &dyn Fn(&Memory)| forged(change).0.into_iter().take(1).collect::<Vec<_>>();
    assert_eq!(forged(&|_| {}), (nothing.clone(), nothing.clone()));
    // In the middle the chain tells; the last object only somebody who kept its digest.
    assert_eq!(first(&|store| store.lose(Key::Journal(1))), named(1));
    assert_eq!(first(&edited(1, "pipeline", "somebody")), named(2));
    assert_eq!(first(&edited(2, "\"before\":\"", "\"before\":\"00")), named(2));
    assert_eq!(forged(&edited(3, "please", "thanks")), (nothing.clone(), named(3)));
    assert_eq!(forged(&|store| store.lose(Key::Journal(3))), (nothing, named(3)));
    let all_gone = forged(&|store| (0..4).for_each(|number| store.lose(Key::Journal(number)))).1;
    assert_eq!(all_gone.len(), 2, "no state, and not the one that was: {all_gone:?}");

    let (store, mut writer) = begun();
    let head = writer.head();
    run(&mut writer);
    assert!(against(&*store, head).is_empty(), "what came after it is no damage");
    assert_eq!(head.map(|head| head.to_string().parse()), head.map(Ok));
}

#[test]
fn writers_in_threads_make_one_chain_in_a_directory() {
    let folder = tempfile::tempdir().expect("a temporary directory");
    let store: Arc<dyn Store> = Arc::new(Directory::new(folder.path().join("state")));
    let mut first = Journal::open(Arc::clone(&store)).expect("opens");
    first.init(beginning(), "state".into(), &stamp()).expect("begins");
    let epoch = run(&mut first);
    first.append(epoch, vec![asked("please")], &stamp()).expect("asks");
    std::thread::scope(|scope| {
        for _ in 0..4 {
            let store = Arc::clone(&store);
            scope.spawn(move || {
                let mut person = Journal::open(store).expect("opens");
                for _ in 0..8 {
                    person.note(declined(), &stamp()).expect("notes");
                }
            });
        }
        for _ in 0..8 {
            assert!(matches!(renew(&mut first, epoch), Ok(Appended::Written { .. })));
        }
    });
    let verified = verify(&*store, None).expect("readable");
    assert_eq!((verified.objects, verified.findings.len()), (3 + 32 + 8, 0), "{:?}", verified.findings);
}

#[test]
fn a_state_without_room_for_genesis_stays_missing() {
    let store = store();
    store.script([Some(Fault::Full)]);
    assert!(journal(&store).init(beginning(), "state".into(), &stamp()).is_err());
    assert!(!journal(&store).has_state());
    assert_eq!(store.put_new(Key::Journal(0), b"x"), Ok(Put::Written));
}

#[test]
fn what_a_person_said_first_is_not_said_again_by_a_run_that_did_not_read_it() {
    let (store, mut journal) = begun();
    let epoch = run(&mut journal);
    journal
        .append(epoch, vec![Record::Intent(Box::new(check_out("subscription/contoso/m365")))], &stamp())
        .expect("intends");
    journal.append(epoch, vec![settled(2, unknown())], &stamp()).expect("settles");
    let stands = |folded: &Folded| folded.intents.contains_key(&2);
    let mut person = super::support::journal(&store);
    let outcome = Settled::NotStarted;
    person.note(Record::Resolved { intent: 2, outcome, by: by(), reason: why() }, &stamp()).expect("resolves");
    let late = journal.append_while(stands, epoch, vec![settled(2, done(ordered(None)))], &stamp());
    assert_eq!(late, Ok(Appended::Overtaken));
    assert_eq!(journal.folded(), person.folded());
    assert_eq!(renew(&mut journal, epoch), Ok(Appended::Written { number: 5 }), "the run goes on");
}

/// Puts an object of this record at the end, as a newer version does.
fn put_newer(store: &Memory, journal: &mut Journal, record: &str) {
    let head = journal.head().expect("is there");
    let (number, before) = (head.number + 1, head.digest);
    let text = format!(
        r#"{{"format":1,"number":{number},"epoch":0,"nonce":"new","before":"{before}","at":"2026-01-01T00:00:00Z","records":[{record}]}}"#
    );
    store.put_new(Key::Journal(number), text.as_bytes()).expect("works");
}

#[test]
fn a_remark_of_a_newer_version_is_kept_and_changes_nothing_and_any_other_new_record_is_refused() {
    let (store, mut journal) = begun();
    let before = journal.folded().clone();
    put_newer(&store, &mut journal, r#"{"type":"remark","kind":"polished","by":"ann","shine":{"of":7}}"#);
    journal.refresh().expect("is read");
    assert_eq!(journal.folded(), &before);
    assert_eq!(codes(&*store), []);
    let noted = History::read(&*store).expect("reads").notes;
    let kind = Remarked::Unknown("polished".into());
    assert_eq!(noted[0].record, Record::Remark { kind, address: None, by: "ann".into(), place: None, removed: None });
    put_newer(&store, &mut journal, r#"{"type":"unbound","address":"customer/contoso","by":"ann"}"#);
    let refused = journal.refresh();
    assert!(
        matches!(refused, Err(JournalError::Damaged { ref why, .. }) if why.contains("newer twotier")),
        "{refused:?}"
    );
}

#[test]
fn only_a_password_that_is_kept_is_opened_and_by_somebody() {
    let (_, mut journal) = begun();
    let opened = |by: &str, at: &str| Record::Remark {
        kind: Remarked::Opened,
        address: Some(address(at)),
        by: by.into(),
        place: None,
        removed: None,
    };
    let epoch = run(&mut journal);
    journal.append(epoch, vec![Record::Intent(Box::new(create("customer/contoso")))], &stamp()).expect("intends");
    let learned = created(1, Some("cipher"));
    journal.append(epoch, vec![settled(2, done(learned))], &stamp()).expect("settles");
    assert_eq!(journal.note(opened(" ", "customer/contoso"), &stamp()), Err(JournalError::Note(NoteError::Unsigned)));
    assert!(journal.note(opened("ann", "customer/fabrikam"), &stamp()).is_err());
    assert!(journal.note(opened("ann", "customer/contoso"), &stamp()).is_ok());
}
