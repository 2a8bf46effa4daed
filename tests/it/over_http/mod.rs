//! The laws of plan and apply, through the real client and the simulated service: without a socket, so that thousands of
//! runs take seconds and the same seed is the same run. What is said of the tenant is looked up in the tenant.

mod answers;
mod callers;
mod cases;
mod contradicted;
mod faults;
mod hall;
mod payees;
mod samples;
mod sign_in;

use crate::import::{Desk, odd_tenants, wishes};
use crate::laws::{ROUNDS, cases_or, lasting, never_lowering, portrait, project};
use crate::support::project::{Project, Quiet, tenant};
use crate::support::root;
use crate::support::run::{Bench, Life};
use crate::support::world::{Customer, Order, Reseller, World, worlds};
use faults::{Meddling, meddling, scripts};
use hall::{Death, Hall, Memory as Remembers};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::sync::{Arc, Mutex};
use twotier::apply::RunOutcome;
use twotier::backend::simulated::{Memory, Tenant, seed};
use twotier::diag::Code;
use twotier::model::Address;
use twotier::ops::Fault;
use twotier::ops::apply::{Applied, Consent};
use twotier::ops::import::Managed;
use twotier::ops::observe::{Cost, Progress};
use twotier::ops::planning;
use twotier::plan::Planned;

/// Rounds with faults before the weather clears.
const STORMY: usize = 3;

/// Plans over HTTP; whatever happened to the tenant meanwhile stays.
fn plan(bench: &mut Bench, (hall, targets): (&Arc<Hall>, &BTreeSet<Address>), progress: &dyn Progress) -> Planned {
    let (center, ledger) = (hall.center(), bench.ledger());
    let question = bench.project.question(&bench.tenant, &ledger, targets);
    let planned = planning::look_and_make(question, &center, progress).0;
    bench.tenant = Memory::new(hall.tenant());
    planned
}
fn calm_plan(bench: &mut Bench) -> Planned {
    let hall = Hall::of(bench.tenant.tenant());
    plan(bench, (&hall, &BTreeSet::new()), &Quiet)
}
/// Applies whatever is planned over HTTP.
fn apply(bench: &mut Bench, hall: &Arc<Hall>) -> Result<Applied, Fault> {
    apply_by(bench, hall, Consent::Everything)
}
fn apply_by(bench: &mut Bench, hall: &Arc<Hall>, consent: Consent) -> Result<Applied, Fault> {
    let center = hall.center();
    let applied = bench.apply_on(hall.as_ref(), (&center, &center), consent);
    bench.tenant = Memory::new(hall.tenant());
    applied
}
/// Nothing when a limit stops the run: somebody else raised a quantity, and lowering it again needs an acknowledgement.
fn calm_apply(bench: &mut Bench) -> Option<RunOutcome> {
    let hall = Hall::of(bench.tenant.tenant());
    match apply(bench, &hall).expect("it runs") {
        Applied::Ran { outcome, .. } => Some(outcome),
        Applied::Closed { .. } => None,
        Applied::AllStale { .. } => panic!("a plan that was just made is stale"),
    }
}
fn begin(world: &World) -> Bench {
    begin_with(project(world), &world.seed())
}
fn begin_with(project: Project, seed: &str) -> Bench {
    Bench::new(project, tenant(seed))
}

/// Goes on without faults until nothing is left to do, or a limit stops it; so much time passes between two runs.
fn settle(bench: &mut Bench, between: &str) -> Rest {
    for round in 0..ROUNDS + 4 {
        let planned = calm_plan(bench);
        let over = planned.plan.steps().is_empty();
        // What could not be settled yet is looked for again by the next run: an order shows up to 15 minutes late.
        let unsettled = over && !bench.ledger().unresolved.is_empty();
        if over && (!unsettled || round == ROUNDS + 3) {
            return Rest::NothingLeft;
        }
        assert!(round < ROUNDS + 3, "steps are left: {}", bench.project.shown(&planned));
        if calm_apply(bench).is_none() {
            return Rest::AtALimit;
        }
        bench.people_act();
        if unsettled {
            bench.tenant.advance("15m".parse().expect("a span"));
        }
        bench.tenant.advance(between.parse().expect("a span"));
    }
    Rest::NothingLeft
}
#[derive(Debug, PartialEq, Eq)]
enum Rest {
    NothingLeft,
    AtALimit,
}
/// The end of the same world when nothing ever goes wrong, and nobody is asked over HTTP.
fn undisturbed(world: &World) -> Tenant {
    crate::laws::settle(world).tenant.tenant()
}

/// What was made: customers, orders, and carts that became one.
fn made(tenant: &Tenant) -> (usize, usize, usize) {
    let mut text = Vec::new();
    seed::write(tenant, &mut text).expect("a tenant can be written");
    let text = String::from_utf8(text).expect("text");
    let carts = text.lines().filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok());
    let ordered = carts.filter(|line| !line["cart"]["order"].is_null()).count();
    (tenant.customers().count(), tenant.orders().count(), ordered)
}
/// Nothing was created or bought more than once.
fn nothing_twice(world: &World, tenant: &Tenant) -> Result<(), TestCaseError> {
    let (customers, orders, carts) = made(tenant);
    prop_assert!(customers <= world.customers.len(), "a customer was created twice: {customers}");
    let wanted: usize = world.customers.iter().map(|customer| customer.orders.len()).sum();
    prop_assert!(orders <= wanted && carts <= wanted, "bought twice: {orders} orders, {carts} carts of {wanted}");
    let domains: BTreeSet<String> = tenant.customers().map(|customer| customer.domain.to_string()).collect();
    prop_assert_eq!(domains.len(), customers, "a domain twice");
    Ok(())
}
/// It ended where the same world ends undisturbed.
fn at_the_same_place(world: &World, bench: &Bench) -> Result<(), TestCaseError> {
    let (calm, tenant) = (undisturbed(world), bench.tenant.tenant());
    prop_assert_eq!(made(&tenant).0, made(&calm).0, "customers");
    prop_assert_eq!(made(&tenant).1, made(&calm).1, "orders");
    prop_assert_eq!(lasting(world, &tenant), lasting(world, &calm));
    Ok(())
}

fn remembering() -> impl Strategy<Value = Remembers> {
    prop::sample::select(vec![Remembers::Keeps, Remembers::Forgets])
}

/// What looking cost in the end.
#[derive(Default)]
struct Bill(Mutex<Option<Cost>>);
impl Progress for Bill {
    fn round(&self, _: usize) {}
    fn read(&self) {}
    fn end(&self, _: usize) {}
    fn spent(&self, cost: Cost) {
        *self.0.lock().expect("no panic") = Some(cost);
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases_or(100), ..ProptestConfig::default() })]

    #[test]
    fn a_plan_over_http_is_the_plan_of_the_embedded_tenant_at_every_stage(world in worlds().prop_map(never_lowering)) {
        let mut bench = begin(&world);
        for round in 0..ROUNDS {
            let embedded = bench.plan();
            let bill = Bill::default();
            let hall = Hall::of(bench.tenant.tenant());
            let planned = plan(&mut bench, (&hall, &BTreeSet::new()), &bill);
            prop_assert_eq!(planned.plan.id(), embedded.plan.id(), "{}", bench.project.shown(&planned));
            prop_assert_eq!(bench.project.shown(&planned), bench.project.shown(&embedded));
            let cost = bill.0.lock().expect("no panic").expect("it was told");
            prop_assert_eq!(cost.refused, 0);
            if planned.plan.steps().is_empty() {
                break;
            }
            prop_assert!(round + 1 < ROUNDS, "steps are left: {}", bench.project.shown(&planned));
            for result in &calm_apply(&mut bench).expect("no limit").results {
                prop_assert!(!result.outcome.is_failure(), "{}: {:?}", result.key, result.outcome);
            }
            bench.people_act();
        }
        nothing_twice(&world, &bench.tenant.tenant())?;
        at_the_same_place(&world, &bench)?;
        // And stays there: applying nothing changes nothing.
        let before = portrait(&bench.tenant.tenant());
        calm_apply(&mut bench);
        prop_assert_eq!(portrait(&bench.tenant.tenant()), before);
    }

    #[test]
    fn faults_of_every_kind_lead_to_the_same_place_once_they_stop(
        world in worlds().prop_map(never_lowering),
        storms in prop::collection::vec(scripts(), 1..=STORMY),
        remembers in remembering(),
    ) {
        let mut bench = begin(&world);
        for storm in &storms {
            let hall = Hall::of(bench.tenant.tenant()).faulty(storm).remembering(remembers);
            drop(apply(&mut bench, &hall));
            nothing_twice(&world, &bench.tenant.tenant())?;
            bench.people_act();
        }
        prop_assert_eq!(settle(&mut bench, "0s"), Rest::NothingLeft);
        nothing_twice(&world, &bench.tenant.tenant())?;
        at_the_same_place(&world, &bench)?;
    }

    #[test]
    fn what_is_imported_over_http_is_what_is_imported_embedded_and_has_no_steps(
        (worldly, seed) in prop_oneof![
            worlds().prop_map(|world| (true, world.seed())),
            // A name that is empty there is the offer's name over HTTP.
            odd_tenants().prop_map(|seed| (false, seed)),
        ],
        managed in prop::sample::subsequence(Managed::ALL.to_vec(), 0..=Managed::ALL.len()),
    ) {
        let (embedded, desk) = (Desk::new(&seed), Desk::new(&seed));
        embedded.import_through(&embedded.tenant, &wishes(&managed));
        let hall = Hall::of(desk.tenant.tenant());
        desk.import_through(&hall.center(), &wishes(&managed));
        if worldly {
            prop_assert_eq!(desk.files(), embedded.files());
        }
        let mut bench = Bench::new(desk.project(), Memory::new(hall.tenant()));
        let planned = calm_plan(&mut bench);
        let at_rest = planned.plan.steps().is_empty() && planned.outlook.blocked.is_empty();
        prop_assert!(at_rest, "{}", bench.project.shown(&planned));
    }

    #[test]
    fn what_somebody_else_changes_meanwhile_is_never_a_reason_to_buy_again(
        world in worlds().prop_map(never_lowering),
        meddling in meddling(),
        storm in prop::option::of(scripts()),
    ) {
        let mut bench = begin(&world);
        let script = Meddling::into(meddling, &world, storm.unwrap_or_default());
        let hall = Hall::of(bench.tenant.tenant()).faulty(&script);
        drop(apply(&mut bench, &hall));
        nothing_twice(&world, &bench.tenant.tenant())?;
        bench.people_act();
        // A change of ours that somebody else undid at once is waited for, and given up after a day.
        settle(&mut bench, "13h");
        nothing_twice(&world, &bench.tenant.tenant())?;
    }

    #[test]
    fn a_run_that_dies_at_any_call_or_write_is_gone_on_with(
        world in worlds().prop_map(never_lowering),
        deaths in prop::collection::vec((0..60usize, any::<bool>(), prop::option::of(0..40usize)), 1..3),
        storm in prop::option::of(scripts()),
        remembers in remembering(),
    ) {
        let mut bench = begin(&world);
        for (call, reaches, put) in deaths {
            let life = Life::of(put.unwrap_or(1_000_000));
            let death = Death { life: life.clone(), call: if put.is_some() { usize::MAX } else { call }, reaches };
            let hall = Hall::of(bench.tenant.tenant()).faulty(&storm.clone().unwrap_or_default()).deadly(death);
            let hall = hall.remembering(remembers);
            bench.living((life, reaches), |bench| drop(apply(bench, &hall)));
            nothing_twice(&world, &bench.tenant.tenant())?;
            bench.people_act();
        }
        // Going on is applying: it settles by looking what was left open, before it plans.
        calm_apply(&mut bench);
        bench.people_act();
        prop_assert_eq!(settle(&mut bench, "0s"), Rest::NothingLeft);
        nothing_twice(&world, &bench.tenant.tenant())?;
        at_the_same_place(&world, &bench)?;
    }
}

/// A customer that buys the same twice: two orders nobody can tell apart but by their carts.
fn twins() -> World {
    let order = || Order { product: 0, quantity: 2, additional: true, renewal: None, end: None };
    let customer = Customer {
        exists: true,
        by_domain: false,
        agreement: true,
        resellers: 1,
        reseller: 0,
        other: None,
        subscriptions: Vec::new(),
        orders: vec![order(), order()],
        support: None,
        access: None,
    };
    let reseller = Reseller { active: true, signed: true, tenant_written: true };
    World { resellers: vec![reseller], customers: vec![customer], late: 0, link: true, leaver: None }
}

#[test]
fn two_equal_orders_survive_a_death_at_every_call() {
    let world = twins();
    for (call, reaches) in (0..60).flat_map(|call| [(call, false), (call, true)]) {
        let mut bench = begin(&world);
        let life = Life::of(1_000_000);
        let hall = Hall::of(bench.tenant.tenant()).remembering(Remembers::Forgets);
        let hall = hall.deadly(Death { life: life.clone(), call, reaches });
        bench.living((life, reaches), |bench| drop(apply(bench, &hall)));
        calm_apply(&mut bench);
        assert_eq!(settle(&mut bench, "0s"), Rest::NothingLeft);
        assert_eq!(made(&bench.tenant.tenant()), (1, 2, 2), "dead at call {call}, which gets through: {reaches}");
    }
}

#[test]
fn an_order_whose_reply_is_lost_holds_its_twin_up_and_both_are_placed_once() {
    let world = twins();
    let mut bench = begin(&world);
    let rules = serde_json::json!({"rules": [
        {"method": "POST", "path": "/v1/customers/*/carts/*/checkout", "fault": "closeAfter"},
        {"method": "GET", "path": "/v1/customers/*/orders", "times": 0, "fault": {"status": 503}},
    ]});
    let hall = Hall::of(bench.tenant.tenant()).faulty(&serde_json::from_value(rules).expect("a script"));
    drop(apply(&mut bench, &hall));
    // The cart was ordered and nobody claims it yet: its twin is not placed beside it, so that later nothing is guessed.
    for _ in 0..3 {
        calm_apply(&mut bench);
        let planned = calm_plan(&mut bench);
        let blocked: Vec<Code> = planned.outlook.blocked.iter().map(|blocked| blocked.finding.code).collect();
        assert_eq!((planned.plan.steps().len(), blocked), (0, Vec::new()));
        assert_eq!(made(&bench.tenant.tenant()), (1, 2, 2));
    }
}

#[test]
fn two_equal_orders_whose_replies_are_both_lost_are_settled_without_a_person_and_placed_once() {
    let world = World { late: 15, ..twins() };
    let mut bench = begin(&world);
    // While the first one does not show, nothing tells its twin of it.
    let rules = serde_json::json!({"rules": [
        {"method": "POST", "path": "/v1/customers/*/carts/*/checkout", "times": 2, "fault": "closeAfter"},
    ]});
    let hall = Hall::of(bench.tenant.tenant()).faulty(&serde_json::from_value(rules).expect("a script"));
    drop(apply(&mut bench, &hall));
    assert_eq!(made(&bench.tenant.tenant()), (1, 2, 2));
    assert_eq!(bench.ledger().unresolved.len(), 2, "both replies were lost");
    calm_apply(&mut bench);
    assert_eq!(settle(&mut bench, "20m"), Rest::NothingLeft);
    assert_eq!((made(&bench.tenant.tenant()), bench.ledger().unresolved.len()), ((1, 2, 2), 0));
    let bound: BTreeSet<String> = bench.ledger().bindings.values().map(|id| format!("{id:?}")).collect();
    assert_eq!(bound.len(), bench.ledger().bindings.len(), "each has its own");
    let planned = calm_plan(&mut bench);
    assert_eq!(
        (planned.plan.steps().len(), planned.outlook.blocked.len()),
        (0, 0),
        "{}",
        bench.project.shown(&planned)
    );
}

#[test]
fn the_quickstart_is_planned_and_applied_over_http_as_embedded() {
    let folder = root().join("examples/quickstart");
    let read = |name: &str| std::fs::read_to_string(folder.join(name)).expect("it is there");
    let mut files: Vec<(String, String)> = Vec::new();
    for entry in std::fs::read_dir(folder.join("manifests")).expect("manifests") {
        let name = format!("manifests/{}", entry.expect("readable").file_name().to_string_lossy());
        files.push((name.clone(), read(&name)));
    }
    files.sort();
    let files: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let mut bench = Bench::new(Project::of(&files), tenant(&read("tenant.jsonl")));
    for _ in 0..ROUNDS {
        let embedded = bench.plan();
        let planned = calm_plan(&mut bench);
        assert_eq!(planned.plan.id(), embedded.plan.id());
        assert_eq!(bench.project.shown(&planned), bench.project.shown(&embedded));
        if planned.plan.steps().is_empty() {
            assert_eq!(made(&bench.tenant.tenant()), (2, 2, 2), "customers, orders, carts");
            return;
        }
        calm_apply(&mut bench);
        bench.people_act();
    }
    panic!("steps are left");
}
