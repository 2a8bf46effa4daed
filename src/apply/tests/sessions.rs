//! The lease, recovery and the real driver with its threads.

use super::fate::{Dying, Fate};
use super::rig::{Counter, Effects, Rig, Rot, Sleeper};
use crate::apply::approve::approve_itself;
use crate::apply::machine::Settings;
use crate::apply::outcome::{Ending, RunOutcome};
use crate::apply::ports::{Clock, Progress};
use crate::apply::session::{Beyond, Session, SessionError, WorkOrder};
use crate::backend::{Actuate, BackendError, Observe};
use crate::journal::lease::{LEASE, Verdict, Watch};
use crate::journal::memory::Fault;
use crate::journal::record::{Record, Settled};
use crate::journal::store::{Key, Store as _};
use crate::journal::verify::verify;
use crate::journal::{Head, History, Journal};
use crate::model::{Effect, Operation, RequestId};
use crate::observed::{Answer, Read, Why};
use std::sync::Mutex;
use std::sync::atomic::Ordering;
use std::time::Duration;

fn begin<'a>(rig: &'a Rig, journal: &'a mut Journal, wait: u64) -> Result<Session<'a>, SessionError> {
    Session::begin(journal, &Rig::open(), Duration::from_secs(wait), &mut Counter(rig), rig.tools())
}

/// A run by the real driver through this door.
fn drive(rig: &Rig, door: &(impl Observe + Actuate)) -> RunOutcome {
    let mut journal = rig.journal();
    let mut session = begin(rig, &mut journal, 0).expect("nobody holds the lease");
    session.recover(rig).expect("nothing stops it");
    let planned = rig.plan(session.ledger(), rig);
    let bytes = b"a plan".as_slice();
    session.run(WorkOrder {
        planned: &planned,
        approval: approve_itself(&planned.plan),
        document: Some((planned.plan.id(), bytes)),
        beyond: Beyond::default(),
        settings: Settings::default(),
        observe: door,
        actuate: door,
        seal: Some(&Rot),
        ids: &mut Counter(rig),
    })
}

#[test]
fn the_driver_does_what_the_machine_says_and_keeps_the_plan() {
    let rig = Rig::new();
    let id = rig.plan_now().plan.id();
    let run = drive(&rig, &rig);
    assert_eq!((run.ending.clone(), run.class().exit_code()), (Ending::Finished, 0), "{run:?}");
    assert_eq!(rig.effects(), Effects::once());
    assert_eq!(rig.journal().plan(id), Ok(Some(b"a plan".to_vec())));
    assert!(rig.journal().folded().run.is_none(), "closed");
    let told = rig.told.lock().unwrap();
    let mut done = Vec::new();
    for progress in told.iter() {
        if let Progress::Finished { done: count, .. } = progress {
            done.push(*count);
        }
    }
    assert_eq!(done, (1..=run.results.len()).collect::<Vec<_>>());
}

#[test]
fn an_interrupted_driver_finishes_what_is_in_flight_and_stops() {
    /// Asks the run to stop while a call is under way.
    struct Pressing<'r>(&'r Rig);
    impl Observe for Pressing<'_> {
        fn read(&self, read: &Read) -> Result<Answer, Why> {
            self.0.read(read)
        }
    }
    impl Actuate for Pressing<'_> {
        fn perform(&self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError> {
            self.0.interrupts.store(1, Ordering::SeqCst);
            self.0.perform(operation, request)
        }
    }
    let rig = Rig::new();
    let run = drive(&rig, &Pressing(&rig));
    assert_eq!(run.class().exit_code(), 130);
    assert_eq!(rig.journal().folded().open_intents().count(), 0);
    rig.interrupts.store(0, Ordering::SeqCst);
    rig.converge();
    assert_eq!(rig.effects(), Effects::once());
}

#[test]
fn a_third_interrupt_leaves_the_effect_open_and_the_lease_free() {
    struct Pressing<'r>(&'r Rig);
    impl Observe for Pressing<'_> {
        fn read(&self, read: &Read) -> Result<Answer, Why> {
            self.0.read(read)
        }
    }
    impl Actuate for Pressing<'_> {
        fn perform(&self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError> {
            let effect = self.0.perform(operation, request);
            self.0.interrupts.store(3, Ordering::SeqCst);
            effect
        }
    }
    let rig = Rig::new();
    let run = drive(&rig, &Pressing(&rig));
    assert_eq!(run.class().exit_code(), 130);
    assert!(rig.journal().folded().run.is_none());
    rig.interrupts.store(0, Ordering::SeqCst);
    rig.converge();
    assert_eq!(rig.effects(), Effects::once());
}

#[test]
fn an_adapter_that_breaks_is_a_lost_reply() {
    struct Breaking<'r>(&'r Rig);
    impl Observe for Breaking<'_> {
        fn read(&self, read: &Read) -> Result<Answer, Why> {
            self.0.read(read)
        }
    }
    impl Actuate for Breaking<'_> {
        fn perform(&self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError> {
            let first = self.0.asked.lock().unwrap().is_empty();
            let answer = self.0.perform(operation, request);
            if first {
                std::panic::panic_any("broken on purpose");
            }
            answer
        }
    }
    let rig = Rig::new();
    let run = drive(&rig, &Breaking(&rig));
    assert_eq!(run.ending, Ending::Finished);
    rig.converge();
    assert_eq!(rig.effects(), Effects::once());
}

#[test]
fn a_journal_that_cannot_be_written_stops_the_run_before_the_effect() {
    let rig = Rig::new();
    let mut journal = rig.journal();
    let session = begin(&rig, &mut journal, 0).expect("nobody holds the lease");
    let planned = rig.plan(session.ledger(), &rig);
    rig.store.script([None, None, Some(Fault::Full)]);
    let run = session.run(WorkOrder {
        planned: &planned,
        approval: approve_itself(&planned.plan),
        document: None,
        beyond: Beyond::default(),
        settings: Settings::default(),
        observe: &rig,
        actuate: &rig,
        seal: Some(&Rot),
        ids: &mut Counter(&rig),
    });
    assert_eq!(run.class().exit_code(), 1, "{run:?}");
}

#[test]
fn a_run_that_lost_its_lease_performs_nothing_more() {
    let rig = Rig::new();
    let mut journal = rig.journal();
    let session = begin(&rig, &mut journal, 0).expect("nobody holds the lease");
    let planned = rig.plan(session.ledger(), &rig);
    rig.journal().take_over("anna".into(), "it hangs".into(), &rig.stamp()).expect("is open");
    let run = session.run(WorkOrder {
        planned: &planned,
        approval: approve_itself(&planned.plan),
        document: None,
        beyond: Beyond::default(),
        settings: Settings::default(),
        observe: &rig,
        actuate: &rig,
        seal: Some(&Rot),
        ids: &mut Counter(&rig),
    });
    assert!(matches!(&run.ending, Ending::JournalFault(why) if why.contains("took over")), "{run:?}");
    assert!(rig.asked.lock().unwrap().is_empty());
}

#[test]
fn a_lease_that_is_held_is_waited_for_and_taken_when_its_run_is_silent() {
    let rig = Rig::new();
    let mut dead = rig.journal();
    let held = begin(&rig, &mut dead, 0).expect("nobody holds the lease").epoch();
    let mut second = rig.journal();
    assert!(matches!(begin(&rig, &mut second, 0), Err(SessionError::Locked(run)) if run.epoch == held));
    assert!(matches!(begin(&rig, &mut second, 60), Err(SessionError::Locked(_))), "a minute is less than a lease");
    let taken = begin(&rig, &mut second, 180).expect("three minutes are more").epoch();
    assert!(taken > held);
    let told = rig.told.lock().unwrap();
    let waits = told.iter().filter_map(|it| {
        if let Progress::Locked { quiet, patience, .. } = it {
            Some((quiet.as_secs(), patience.as_secs()))
        } else {
            None
        }
    });
    let waits: Vec<(u64, u64)> = waits.collect();
    // Once and then every thirty seconds, with what is left: of a minute, then of three.
    assert_eq!(waits, [(120, 60), (90, 30), (120, 180), (90, 150), (60, 120), (30, 90)], "{told:?}");
}

#[test]
fn reading_the_tenant_keeps_the_lease() {
    struct Slow<'r>(&'r Rig);
    impl Observe for Slow<'_> {
        fn read(&self, read: &Read) -> Result<Answer, Why> {
            self.0.advance(Duration::from_secs(45));
            self.0.read(read)
        }
    }
    let rig = Rig::new();
    let mut journal = rig.journal();
    let mut session = begin(&rig, &mut journal, 0).expect("nobody holds the lease");
    let ledger = session.ledger().clone();
    let before = rig.journal().head();
    let slow = Slow(&rig);
    session.observing(&slow, |observe| drop(rig.plan(&ledger, observe))).expect("kept");
    assert_ne!(rig.journal().head(), before, "renewed");
    session.refuse(Vec::new(), None).expect("closes");
    assert!(rig.journal().folded().run.is_none());
}

#[test]
fn nothing_begins_after_a_sleep_that_followed_its_intent() {
    let desk = std::thread::current().id();
    for sleeper in [Sleeper::On(desk), Sleeper::NotOn(desk)] {
        let rig = Rig::new();
        *rig.sleeper.lock().unwrap() = Some(sleeper);
        let run = drive(&rig, &rig);
        assert_eq!(run.ending, Ending::Finished, "{run:?}");
        assert!(matches!(*rig.sleeper.lock().unwrap(), Some(Sleeper::Slept)));
        let history = History::read(&*rig.store).expect("reads");
        let settled = history.runs.iter().flat_map(|run| &run.effects).filter_map(|effect| effect.outcome.as_ref());
        let given_up = settled.filter(|outcome| outcome.settled == Settled::NotStarted).count();
        assert!(given_up >= 1, "the effect whose intent was written before the sleep");
        rig.converge();
        assert_eq!(rig.effects(), Effects::once());
    }
}

/// A list of so many pages that one answer takes ten leases; a rival watches the lease all the while.
struct Endless<'r> {
    rig: &'r Rig,
    rival: Mutex<(Journal, Watch, Vec<Verdict>)>,
}
impl<'r> Endless<'r> {
    fn new(rig: &'r Rig) -> Self {
        Self { rig, rival: Mutex::new((rig.journal(), Watch::default(), Vec::new())) }
    }
    /// Waits until something was written since; not for ever, and not again, so that the test fails and does not hang.
    fn wait_for_a_record(&self, before: Option<Head>) {
        let (_keeps, never) = std::sync::mpsc::channel::<()>();
        let mut looks = if self.taken() { 0 } else { 1000 };
        while looks > 0 && self.rig.journal().head() == before {
            let _passed = never.recv_timeout(Duration::from_millis(10));
            looks -= 1;
        }
    }
    fn taken(&self) -> bool {
        self.rival.lock().unwrap().2.iter().any(|verdict| !matches!(verdict, Verdict::Wait { .. }))
    }
}
impl Observe for Endless<'_> {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        for _ in 0..10 {
            let before = self.rig.journal().head();
            self.rig.advance(LEASE - Duration::from_secs(1));
            self.wait_for_a_record(before);
            let (journal, watch, verdicts) = &mut *self.rival.lock().unwrap();
            journal.refresh().expect("readable");
            verdicts.push(watch.look(journal.folded().run.as_ref(), self.rig.elapsed()));
        }
        self.rig.read(read)
    }
}

#[test]
fn one_answer_that_takes_longer_than_a_lease_loses_none() {
    let rig = Rig::new();
    let mut journal = rig.journal();
    let mut session = begin(&rig, &mut journal, 0).expect("nobody holds the lease");
    let endless = Endless::new(&rig);
    session.observing(&endless, |observe| drop(observe.read(&Read::Customers))).expect("kept");
    assert!(!endless.taken());
    session.refuse(Vec::new(), None).expect("closes");
}

#[test]
fn looking_for_what_an_earlier_run_left_keeps_the_lease_too() {
    let rig = Rig::new();
    let mut fate = Fate { freeze: Some(0), thaw: 1000, ..Fate::kind() };
    assert!(rig.run(&mut fate, Settings::default()).is_err());
    rig.journal().take_over("anna".into(), "it crashed".into(), &rig.stamp()).expect("is open");
    let mut journal = rig.journal();
    let mut session = begin(&rig, &mut journal, 0).expect("nobody holds the lease");
    let endless = Endless::new(&rig);
    assert_eq!(session.recover(&endless).expect("kept").len(), 1);
    assert!(!endless.taken());
}

#[test]
fn what_a_person_settles_while_it_is_looked_for_is_settled_once() {
    /// Nothing can be read.
    struct Blind;
    impl Observe for Blind {
        fn read(&self, _: &Read) -> Result<Answer, Why> {
            Err(Why::Failed("away".into()))
        }
    }
    /// A person says how it ended while the answer is waited for.
    struct Meanwhile<'r>(&'r Rig, Mutex<Option<Record>>);
    impl Observe for Meanwhile<'_> {
        fn read(&self, read: &Read) -> Result<Answer, Why> {
            if let Some(said) = self.1.lock().unwrap().take() {
                self.0.journal().note(said, &self.0.stamp()).expect("it waits for a person");
            }
            self.0.read(read)
        }
    }
    let rig = Rig::new();
    let mut fate = Fate { freeze: Some(0), thaw: 1000, ..Fate::kind() };
    assert!(rig.run(&mut fate, Settings::default()).is_err());
    rig.journal().take_over("anna".into(), "it crashed".into(), &rig.stamp()).expect("is open");
    let mut journal = rig.journal();
    let mut session = begin(&rig, &mut journal, 0).expect("nobody holds the lease");
    let recovered = session.recover(&Blind).expect("nothing stops it");
    session.refuse(Vec::new(), None).expect("closes");
    let (intent, outcome) = (recovered[0].number, Settled::NotStarted);
    let said = Record::Resolved { intent, outcome, by: "anna".into(), reason: "it is not there".into() };
    let mut journal = rig.journal();
    let mut session = begin(&rig, &mut journal, 0).expect("nobody holds the lease");
    let meanwhile = Meanwhile(&rig, Mutex::new(Some(said)));
    assert_eq!(session.recover(&meanwhile).expect("nothing stops it"), []);
    session.refuse(Vec::new(), None).expect("closes");
    assert_eq!(verify(&*rig.store, None).expect("reads").findings, []);
}

#[test]
fn who_lost_the_lease_while_looking_is_told_and_reads_no_more() {
    /// Somebody else takes over while the first answer is waited for.
    struct Robbed<'r>(&'r Rig, std::sync::atomic::AtomicUsize);
    impl Observe for Robbed<'_> {
        fn read(&self, read: &Read) -> Result<Answer, Why> {
            if self.1.fetch_add(1, Ordering::SeqCst) == 0 {
                self.0.journal().take_over("anna".into(), "it hangs".into(), &self.0.stamp()).expect("is open");
                self.0.advance(LEASE);
            }
            self.0.read(read)
        }
    }
    let rig = Rig::new();
    let mut journal = rig.journal();
    let mut session = begin(&rig, &mut journal, 0).expect("nobody holds the lease");
    let robbed = Robbed(&rig, std::sync::atomic::AtomicUsize::new(0));
    let lost = session.observing(&robbed, |observe| {
        let first = observe.read(&Read::Customers);
        (first, observe.read_all(&[Read::Relationships, Read::Customers]))
    });
    assert!(matches!(lost, Err(SessionError::Fenced { .. })));
    assert_eq!(robbed.1.load(Ordering::SeqCst), 1);
}

#[test]
fn a_password_sealed_before_a_crash_is_found_again() {
    // The store dies at the settlement: the customer is there, its password is sealed, nothing says so yet.
    let mut put = 0;
    loop {
        put += 1;
        let rig = Rig::new();
        let mut fate = Fate { puts: Some((put, Dying::Before)), ..Fate::kind() };
        let _stopped = rig.run(&mut fate, Settings::default());
        let intents = rig.journal();
        let sealed = intents
            .folded()
            .open_intents()
            .any(|(number, _)| rig.store.get(Key::Sealed(number)).expect("reads").is_some());
        if sealed {
            rig.converge();
            let journal = rig.journal();
            let state = &journal.ledger().credentials.values().next().expect("is known").state;
            assert!(matches!(state, crate::ledger::CredentialState::Sealed { .. }), "{state:?}");
            break;
        }
        assert!(put < 40, "no such put");
    }
}

#[test]
fn what_an_earlier_run_left_open_is_settled_before_anything_else() {
    let rig = Rig::new();
    let mut fate = Fate { freeze: Some(0), thaw: 1000, ..Fate::kind() };
    assert!(rig.run(&mut fate, Settings::default()).is_err());
    let open = rig.journal().folded().open_intents().count();
    rig.journal().take_over("anna".into(), "it crashed".into(), &rig.stamp()).expect("is open");
    let mut journal = rig.journal();
    let mut session = begin(&rig, &mut journal, 0).expect("nobody holds the lease");
    let recovered = session.recover(&rig).expect("nothing stops it");
    assert_eq!((open, recovered.len()), (1, 1));
    assert_eq!(rig.journal().folded().open_intents().count(), 0);
}
