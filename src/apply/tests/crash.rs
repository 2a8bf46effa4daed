//! Whatever happens on the way, and however often: every effect once.

use super::fate::{Dying, Fate, Mishap};
use super::rig::{Effects, Rig};
use crate::apply::machine::Settings;
use crate::apply::outcome::Outcome;
use crate::diag::{Code, Finding};
use crate::journal::store::{Folder, Store as _};
use crate::model::Class;
use proptest::prelude::*;

/// Converged, each effect once, and the journal whole.
fn assert_once(rig: &Rig, story: &str) {
    assert_tempts_nobody(rig, story);
    rig.converge();
    assert_eq!(rig.effects(), Effects::once(), "{story}");
    let journal = rig.journal();
    assert_eq!(journal.ledger().unresolved, std::collections::BTreeMap::new(), "{story}");
}

/// The plan a person sees before the next run: nothing is done again where nobody knows what became of it, nothing tells
/// to buy another one, and a snapshot says the same offline.
fn assert_tempts_nobody(rig: &Rig, story: &str) {
    let journal = rig.journal();
    let planned = rig.plan_now();
    let blocked = &planned.outlook.blocked;
    for doubtful in journal.ledger().open.values() {
        let again = planned.plan.steps().iter().find(|step| step.class == Class::Api && step.key == doubtful.key);
        assert!(again.is_none(), "{story}: {again:#?} may have happened");
        let told = blocked.iter().any(|it| it.key == doubtful.key && it.finding.code == Code::Unsettled);
        assert!(told, "{story}: nothing tells of {}: {blocked:#?}", doubtful.key);
    }
    let findings = planned.outlook.findings.iter().chain(blocked.iter().map(|it| &it.finding));
    let tempting = findings.filter(|it| it.help.as_ref().is_some_and(|help| help.contains("additional")));
    assert_eq!(tempting.collect::<Vec<_>>(), Vec::<&Finding>::new(), "{story}");
    assert_eq!(rig.plan(&rig.remembered_by_a_snapshot(), &rig.center), planned, "{story}");
}

#[test]
fn a_run_without_mishaps_does_everything_once() {
    let rig = Rig::new();
    rig.run(&mut Fate::kind(), Settings::default()).expect("nothing stops it");
    assert_eq!(rig.effects(), Effects::once());
    let left = rig.plan_now().plan;
    assert!(left.steps().iter().all(|step| step.class != Class::Api), "one run is enough: {left:#?}");
    assert_eq!(rig.asked.lock().unwrap().len(), 5, "cart, check-out, customer, partner of record, quantity");
}

#[test]
fn a_crash_at_every_command_boundary_has_every_effect_once() {
    let mut boundary = 0;
    loop {
        let rig = Rig::new();
        let mut fate = Fate { boundaries: Some(boundary), ..Fate::kind() };
        let finished = rig.run(&mut fate, Settings::default()).is_ok();
        assert_once(&rig, &format!("boundary {boundary}"));
        if finished {
            assert!(boundary > 60, "{boundary} boundaries are not a run");
            return;
        }
        boundary += 1;
    }
}

#[test]
fn a_crash_at_every_put_has_every_effect_once() {
    for dying in [Dying::Before, Dying::After] {
        let mut put = 1;
        loop {
            let rig = Rig::new();
            let mut fate = Fate { puts: Some((put, dying)), ..Fate::kind() };
            let run = rig.run(&mut fate, Settings::default());
            let finished = run.is_ok_and(|run| run.class().exit_code() == 0);
            assert_once(&rig, &format!("put {put}, {dying:?}"));
            if finished {
                assert!(put > 10, "{put} puts are not a run");
                break;
            }
            put += 1;
        }
    }
}

#[test]
fn a_process_that_wakes_after_it_was_given_up_repeats_nothing() {
    for effect in 0..5 {
        for thaw in [1, 3, 9, 20, 40, 80] {
            let rig = Rig::new();
            let mut fate = Fate { freeze: Some(effect), thaw, ..Fate::kind() };
            assert!(rig.run(&mut fate, Settings::default()).is_err());
            assert_once(&rig, &format!("effect {effect}, thawed after {thaw}"));
        }
    }
}

#[test]
fn a_frozen_check_out_and_an_interrupted_run_after_it_are_one_order() {
    for turn in 1..60 {
        let rig = Rig::new();
        let mut fate = Fate { freeze: Some(1), thaw: 60, ..Fate::kind() };
        assert!(rig.run(&mut fate, Settings::default()).is_err());
        let mut stopped = Fate { interrupts: vec![turn], ..Fate::kind() };
        rig.run(&mut stopped, Settings::default()).expect("stops in good order");
        assert_once(&rig, &format!("interrupted at {turn}"));
    }
}

#[test]
fn an_interrupt_at_every_turn_ends_in_good_order_and_a_second_one_is_survivable() {
    for second in [None, Some(0), Some(3)] {
        let mut turn = 1;
        loop {
            let rig = Rig::new();
            let interrupts = std::iter::once(turn).chain(second.map(|after| turn + after)).collect();
            let mut fate = Fate { interrupts, ..Fate::kind() };
            let run = rig.run(&mut fate, Settings::default()).expect("an end");
            if second.is_none() {
                let journal = rig.journal();
                assert!(journal.folded().run.is_none(), "turn {turn}: not closed");
                assert_eq!(journal.folded().open_intents().count(), 0, "turn {turn}: not settled");
            }
            assert_once(&rig, &format!("turn {turn}, then {second:?}"));
            if fate.turn < turn {
                assert_eq!(run.class().exit_code(), 0);
                break;
            }
            let all_over = run.results.iter().all(|result| result.outcome != Outcome::Interrupted);
            assert!(run.class().exit_code() == 130 || all_over, "turn {turn}: {run:?}");
            turn += 1;
        }
    }
}

#[test]
fn no_password_reaches_the_store_in_the_clear() {
    let rig = Rig::new();
    rig.run(&mut Fate::kind(), Settings::default()).expect("nothing stops it");
    let given = rig.center.tenant();
    let customer = given.customers().find(|c| c.domain == "proseware.onmicrosoft.com").expect("was created");
    let digest = customer.password_digest.expect("a password was given out");
    let mut sealed = 0;
    for folder in Folder::ALL {
        for key in rig.store.list_after(folder, None).expect("lists") {
            let bytes = rig.store.get(key).expect("reads").expect("is there");
            let text = String::from_utf8_lossy(&bytes).into_owned();
            let words = text.split(|c: char| c.is_whitespace() || c == '"');
            for word in words {
                assert_ne!(crate::model::Digest::of_bytes(word.as_bytes()), digest, "{key} holds the password");
            }
            sealed += usize::from(folder == Folder::Sealed);
        }
    }
    assert_eq!(sealed, 1);
}

fn mishap() -> impl Strategy<Value = Option<Mishap>> {
    prop_oneof![
        4 => Just(None),
        1 => Just(Some(Mishap::LoseBefore)),
        1 => Just(Some(Mishap::LoseAfter)),
        1 => (1..60_usize).prop_map(|calls| Some(Mishap::Late(calls))),
        1 => Just(Some(Mishap::Transient)),
        1 => Just(Some(Mishap::Throttled)),
        1 => Just(Some(Mishap::Later)),
    ]
}

/// One run of a story: where it stops, if it does, and in which order things happen.
fn fate() -> impl Strategy<Value = Fate> {
    (
        prop::option::of(0..120_usize),
        prop::option::of(0..6_usize),
        1..60_usize,
        any::<u64>(),
        prop::option::of(1..80_usize),
    )
        .prop_map(|(boundaries, freeze, thaw, seed, interrupt)| Fate {
            boundaries,
            freeze,
            thaw,
            seed,
            interrupts: interrupt.into_iter().collect(),
            ..Fate::kind()
        })
}

proptest! {
    #![proptest_config(ProptestConfig {
        cases: 200,
        rng_seed: proptest::test_runner::RngSeed::Fixed(2),
        failure_persistence: None,
        ..ProptestConfig::default()
    })]
    #[test]
    fn never_twice(
        mishaps in prop::collection::vec(mishap(), 0..12),
        blind in prop::collection::vec(prop::bool::weighted(0.1), 0..80),
        fates in prop::collection::vec(fate(), 1..4),
        late_orders in any::<bool>(),
    ) {
        let tenant = super::rig::TENANT;
        let late = tenant.replacen("\"country\":\"HU\"", "\"country\":\"HU\",\"ordersShowAfter\":\"15m\",\"changesShowAfter\":\"15m\"", 1);
        let rig = Rig::of(super::rig::MANIFESTS, if late_orders { &late } else { tenant });
        rig.mishaps.lock().unwrap().extend(mishaps.iter().copied());
        rig.blind.lock().unwrap().extend(blind.iter().copied());
        for mut fate in fates {
            let _stopped = rig.run(&mut fate, Settings::default());
            assert_tempts_nobody(&rig, "between runs");
        }
        rig.converge();
        prop_assert_eq!(rig.effects(), Effects::once());
    }
}
