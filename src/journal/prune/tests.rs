//! What of a state may go, what stays, and what a crash in the middle leaves.

use super::*;
use crate::journal::log::Begun;
use crate::journal::memory::Memory;
use crate::journal::record::{Forgotten, Open, Reach};
use crate::journal::support::*;
use crate::journal::verify::verify;
use crate::model::StepName;
use std::sync::Arc;

/// An instant behind everything that these tests write.
const LATER: Timestamp = Timestamp::from_seconds(1_800_000_000);

/// One second an object.
fn then(journal: &Journal) -> Stamp {
    Stamp { at: at(journal.head().map_or(0, |head| i64::try_from(head.number).expect("few"))), ..stamp() }
}
/// Runs one that follows this plan, and ends.
fn follow(journal: &mut Journal, plan: &str, records: Vec<Record>) -> u64 {
    let epoch = begin(journal, plan);
    for record in records {
        let then = then(journal);
        journal.append(epoch, vec![record], &then).expect("is written");
    }
    let then = then(journal);
    journal
        .append(epoch, vec![Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }], &then)
        .expect("closes");
    epoch
}
fn begin(journal: &mut Journal, plan: &str) -> u64 {
    let open = Open { plan: Some(digest(plan)), ..open() };
    let then = then(journal);
    let Ok(Begun::Run { epoch, .. }) = journal.begin(open, &then) else { panic!("nothing stands against it") };
    journal.put_plan(digest(plan), plan.as_bytes()).expect("is kept");
    epoch
}
fn spares(journal: &mut Journal, before: Timestamp) -> Spares {
    let sound = verify(journal.store(), None).expect("readable").checkpoints;
    Spares::find(journal, &sound, before).expect("reads")
}
fn prune(journal: &mut Journal, spares: &Spares) -> Result<Pruning, JournalError> {
    journal.prune(spares, (by(), None), &stamp())
}
fn plans(spares: &Spares) -> Vec<Digest> {
    spares.plans.iter().map(|plan| plan.id).collect()
}
fn password(journal: &mut Journal, cipher: &str) -> u64 {
    let number = journal.head().expect("is there").number + 2;
    let operation = Operation::ResetAdminPassword { customer: customer(1) };
    let intent = intent("customer/contoso", StepName::ResetAdminPassword, operation);
    let sealed = journal.put_sealed(number, cipher.as_bytes()).expect("is kept");
    let learned = Learned::Password { user: "admin".into(), sealed: Some(sealed) };
    follow(journal, "passwords", vec![Record::Intent(Box::new(intent)), settled(number, done(learned))]);
    number
}
fn sound(store: &Arc<Memory>, journal: &Journal) {
    let verified = verify(&**store, None).expect("readable");
    assert_eq!(verified.findings, []);
    assert_eq!(crate::journal::support::journal(store).folded(), journal.folded());
}

#[test]
fn a_document_that_was_approved_under_the_id_of_another_goes_with_the_runs_that_followed_it() {
    let (_store, mut journal) = begun();
    follow(&mut journal, "one", vec![]);
    let document = journal.put_approved(digest("one"), b"again").expect("is kept").expect("is another");
    follow(
        &mut journal,
        "one",
        vec![Record::Planned {
            plan: digest("one"),
            document: Some(document),
            passed: Vec::new(),
            reach: Reach::default(),
            withdrawn: Vec::new(),
        }],
    );
    assert_eq!(plans(&spares(&mut journal, at(2))), [], "a later run followed both");
    let found = spares(&mut journal, LATER);
    assert_eq!(plans(&found).len(), 2);
    let Ok(Pruning::Gone(gone)) = prune(&mut journal, &found) else { panic!("nobody came in between") };
    assert_eq!((gone.objects, journal.plan(document)), (2, Ok(None)));
}

#[test]
fn a_plan_goes_once_the_last_run_that_followed_it_is_long_over_and_who_removed_it_is_told() {
    let (store, mut journal) = begun();
    follow(&mut journal, "one", vec![]);
    follow(&mut journal, "two", vec![]);
    journal.put_plan(digest("nobody's"), b"nobody's").expect("is kept");
    let before = journal.folded().clone();
    let found = spares(&mut journal, at(2));
    assert_eq!(plans(&found), [digest("one")], "the other ended in that second");
    let found = spares(&mut journal, LATER);
    assert_eq!(plans(&found), [digest("one"), digest("two")]);
    let Ok(Pruning::Gone(gone)) = prune(&mut journal, &found) else { panic!("nobody came in between") };
    assert_eq!((gone.objects, gone.left), (2, 0));
    assert_eq!(journal.plan(digest("one")), Ok(None));
    assert!(journal.plan(digest("nobody's")).expect("works").is_some(), "no run names it");
    assert_eq!(journal.folded(), &before, "nothing else is remembered");
    sound(&store, &journal);
    let history = History::read(&*store).expect("reads");
    let (id, run, pruned) = history.pruned(&digest("one").to_string()[..8]).expect("is told");
    assert_eq!((id, run, pruned.by.as_str(), pruned.number), (digest("one"), 1, "ann", gone.note));
    assert!(spares(&mut journal, LATER).is_empty());
}

#[test]
fn a_plan_stays_while_a_run_an_effect_or_somebody_who_was_asked_rests_on_it() {
    let (_, mut journal) = begun();
    follow(&mut journal, "unknown", vec![Record::Intent(Box::new(check_out("subscription/contoso/m365")))]);
    follow(&mut journal, "asks", vec![asked("please")]);
    follow(&mut journal, "over", vec![]);
    let again = follow(&mut journal, "again", vec![]);
    assert_eq!(plans(&spares(&mut journal, LATER)), [digest("over"), digest("again")]);
    let epoch = begin(&mut journal, "again");
    assert_eq!(epoch, again + 1);
    assert_eq!(plans(&spares(&mut journal, LATER)), [digest("over")], "a run follows it now");
}

#[test]
fn nothing_goes_while_a_run_is_open_or_after_somebody_wrote_since_it_was_found() {
    let (store, mut journal) = begun();
    follow(&mut journal, "one", vec![]);
    let found = spares(&mut journal, LATER);
    let mut other = crate::journal::support::journal(&store);
    let epoch = begin(&mut other, "one");
    let refused = prune(&mut journal, &found);
    assert_eq!(refused, Err(JournalError::Note(NoteError::RunOpen { epoch })));
    other
        .append(epoch, vec![Record::Close { outcomes: BTreeMap::new(), refused: Vec::new() }], &stamp())
        .expect("closes");
    assert_eq!(prune(&mut journal, &found), Ok(Pruning::Overtaken), "a run used it meanwhile");
    assert!(journal.plan(digest("one")).expect("works").is_some());
    assert!(History::read(&*store).expect("reads").notes.is_empty());
}

#[test]
fn a_password_goes_once_a_later_one_replaced_it_and_the_one_in_use_stays() {
    let (store, mut journal) = begun();
    let first = password(&mut journal, "first");
    assert_eq!(spares(&mut journal, at(0)).sealed, <[u64; 0]>::default());
    let second = password(&mut journal, "second");
    let found = spares(&mut journal, at(0));
    assert_eq!(found.sealed, [first]);
    assert!(matches!(prune(&mut journal, &found), Ok(Pruning::Gone(Gone { objects: 1, left: 0, .. }))));
    assert_eq!(store.get(Key::Sealed(first)), Ok(None));
    assert!(store.get(Key::Sealed(second)).expect("works").is_some());
    sound(&store, &journal);
    let contoso = address("customer/contoso");
    let id = crate::journal::record::BoundId::Customer { tenant: customer(1) };
    journal.note(Record::Bound { address: contoso.clone(), id, by: by(), reason: why() }, &stamp()).expect("notes");
    journal.forget_credentials(contoso, Forgotten::Credentials, (by(), why()), &stamp()).expect("forgets");
    store.damage(Key::Sealed(second), "second");
    assert_eq!(spares(&mut journal, at(0)).sealed, [second], "it came back from a copy");
}

#[test]
fn a_password_that_nobody_named_or_whose_effect_is_not_settled_stays() {
    let (_, mut journal) = begun();
    let epoch = run(&mut journal);
    journal.append(epoch, vec![Record::Intent(Box::new(create("customer/contoso")))], &stamp()).expect("intends");
    journal.put_sealed(2, b"cipher").expect("is kept");
    journal.put_sealed(77, b"whose").expect("is kept");
    journal.take_over(by(), why(), &stamp()).expect("is written");
    assert_eq!(spares(&mut journal, LATER).sealed, <[u64; 0]>::default());
}

#[test]
fn what_a_crash_left_is_found_again() {
    let (store, mut journal) = begun();
    follow(&mut journal, "one", vec![]);
    follow(&mut journal, "two", vec![]);
    let found = spares(&mut journal, LATER);
    prune(&mut journal, &found).expect("prunes");
    // As if it had died before the second of them.
    store.damage(Key::Plan(digest("two")), "two");
    sound(&store, &journal);
    assert_eq!(plans(&spares(&mut journal, LATER)), [digest("two")]);
}

#[test]
fn the_newest_two_checkpoints_that_say_what_the_records_say_stay() {
    let (store, mut journal) = begun();
    let numbers = |store: &Memory| -> Vec<u64> {
        store.list_after(Folder::Checkpoint, None).expect("works").into_iter().filter_map(checkpoint).collect()
    };
    let mut written = Vec::new();
    let mut kept = Vec::new();
    for plan in ["one", "two", "three", "four"] {
        follow(&mut journal, plan, vec![]);
        assert_eq!(journal.checkpoint_after(1), Ok(true));
        let number = journal.head().expect("is there").number;
        written.push(number);
        kept.push((number, store.get(Key::Checkpoint(number)).expect("works").expect("is there")));
    }
    assert_eq!(numbers(&store), written[2..], "whoever writes one removes those that are superfluous");
    for (number, bytes) in kept.into_iter().take(2) {
        store.damage(Key::Checkpoint(number), bytes);
    }
    let found = spares(&mut journal, at(0));
    assert_eq!(found.checkpoints, written[..2]);
    prune(&mut journal, &found).expect("prunes");
    assert_eq!(numbers(&store), written[2..]);
    sound(&store, &journal);
    store.damage(Key::Checkpoint(written[3]), "{");
    assert_eq!(crate::journal::support::journal(&store).folded(), journal.folded());
}

#[test]
fn a_journal_that_was_read_from_no_checkpoint_removes_none() {
    let (store, mut journal) = begun();
    store.damage(Key::Checkpoint(0), "of other rules");
    follow(&mut journal, "one", vec![]);
    assert_eq!(journal.checkpoint_after(1), Ok(true));
    assert!(store.get(Key::Checkpoint(0)).expect("works").is_some(), "there is only one that is of use");
}
