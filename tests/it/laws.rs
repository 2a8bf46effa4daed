//! The laws, over generated tenants and manifests: convergence, determinism, minimality, safety, never twice. The seeds
//! of every case that ever failed are committed beside this file.

use crate::support::project::Quiet;
use crate::support::project::{Project, resolve, tenant};
use crate::support::run::Bench;
use crate::support::world::{World, worlds};
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Mutex;
use twotier::backend::Observe;
use twotier::backend::simulated::{Memory, Script, Tenant};
use twotier::ledger::Ledger;
use twotier::model::{Class, Digest};
use twotier::observed::{Answer, Facet, Read, Why};
use twotier::ops::planning;
use twotier::plan::Expect;
use twotier::plan::facts::{Ground, evaluate};

pub(crate) fn project(world: &World) -> Project {
    let files = world.manifests();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Project::of(&borrowed)
}

/// How many rounds of plan, apply and people it may take: a partnership, an invitation, an agreement, an order, its
/// showing up, and one to see that nothing is left.
pub(crate) const ROUNDS: usize = 8;

/// Every lowering of a quantity needs an acknowledgement, which these worlds do not have: they never lower.
pub(crate) fn never_lowering(mut world: World) -> World {
    for subscription in world.customers.iter_mut().flat_map(|customer| &mut customer.subscriptions) {
        let there = subscription.quantity;
        if let Some(wanted) = subscription.wanted.as_mut().and_then(|wanted| wanted.quantity.as_mut()) {
            *wanted = (*wanted).max(there);
        }
    }
    world
}

/// Runs a world to its end.
pub(crate) fn settle(world: &World) -> Bench {
    let mut bench = Bench::new(project(world), tenant(&world.seed()));
    for round in 0..ROUNDS {
        let planned = bench.plan();
        if planned.plan.steps().is_empty() {
            return bench;
        }
        assert!(round + 1 < ROUNDS, "steps are left: {}", bench.project.shown(&planned));
        let outcome = bench.apply();
        for result in &outcome.results {
            assert!(!result.outcome.is_failure(), "{}: {:?}", result.key, result.outcome);
        }
        bench.people_act();
    }
    bench
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn plan_apply_and_people_lead_to_no_steps(world in worlds().prop_map(never_lowering)) {
        let mut bench = settle(&world);
        // And stays there: applying nothing changes nothing.
        let before = bench.tenant.tenant();
        bench.apply();
        prop_assert!(bench.plan().plan.steps().is_empty());
        prop_assert_eq!(bench.tenant.tenant(), before);
    }

    #[test]
    fn what_was_bought_and_made_is_there_once(world in worlds().prop_map(never_lowering)) {
        let bench = settle(&world);
        let tenant = bench.tenant.tenant();
        let mut domains = BTreeMap::<String, usize>::new();
        for customer in tenant.customers() {
            *domains.entry(customer.domain.to_string()).or_default() += 1;
        }
        prop_assert!(domains.values().all(|n| *n == 1), "{:?}", domains);
        let wanted: usize = world.customers.iter().map(|customer| customer.orders.len()).sum();
        prop_assert!(tenant.orders().count() <= wanted);
    }

    #[test]
    fn a_run_that_dies_at_any_journal_write_is_gone_on_with_and_nothing_happens_twice(
        world in worlds().prop_map(never_lowering),
        at in 0..40usize,
        reaches in any::<bool>(),
    ) {
        let mut bench = Bench::new(project(&world), tenant(&world.seed()));
        bench.apply_and_die(at, reaches);
        bench.people_act();
        // Going on is applying: it settles by looking what was left open, before it plans.
        bench.apply();
        bench.people_act();
        for round in 0..ROUNDS + 2 {
            if bench.plan().plan.steps().is_empty() {
                break;
            }
            prop_assert!(round < ROUNDS + 1, "steps are left: {}", bench.project.shown(&bench.plan()));
            bench.apply();
            bench.people_act();
        }
        let wanted: usize = world.customers.iter().map(|customer| customer.orders.len()).sum();
        let made: usize = world.customers.iter().filter(|customer| !customer.exists).count();
        let there = world.customers.len() - made;
        let tenant = bench.tenant.tenant();
        prop_assert!(tenant.orders().count() <= wanted, "bought twice");
        prop_assert!(tenant.customers().count() <= there + made, "created twice");
        // The same world without the accident ends in the same place.
        let calm = settle(&world).tenant.tenant();
        prop_assert_eq!(tenant.orders().count(), calm.orders().count());
        prop_assert_eq!(tenant.customers().count(), calm.customers().count());
        prop_assert_eq!(lasting(&world, &tenant), lasting(&world, &calm));
    }

    #[test]
    fn lost_replies_and_failing_calls_lead_to_the_same_place(
        world in worlds().prop_map(never_lowering),
        faults in prop::collection::vec((0..6u8, 1..4u32), 0..4),
    ) {
        let mut bench = Bench::new(project(&world), tenant(&world.seed()));
        let script = script(&faults);
        for round in 0..ROUNDS + 4 {
            let planned = bench.plan();
            if planned.plan.steps().is_empty() {
                break;
            }
            prop_assert!(round < ROUNDS + 3, "steps are left: {}", bench.project.shown(&planned));
            if round == 0 {
                bench.apply_with_faults(script.clone());
            } else {
                bench.apply();
            }
            bench.people_act();
        }
        let calm = settle(&world).tenant.tenant();
        prop_assert_eq!(lasting(&world, &bench.tenant.tenant()), lasting(&world, &calm));
    }

    #[test]
    fn no_step_rests_on_a_read_that_failed(world in worlds(), failing in 0..64u64) {
        let project = project(&world);
        let tenant = tenant(&world.seed());
        let blind = Blind { tenant: &tenant, failing, failed: Mutex::default() };
        let targets = BTreeSet::new();
        let ledger = Ledger::default();
        let (planned, looked) = planning::look_and_make(project.question(&tenant, &ledger, &targets), &blind, &Quiet);
        let ground = Ground { observed: &looked.observed, bindings: &planned.bindings, ledger: &ledger };
        for step in planned.plan.steps().iter().filter(|step| step.class == Class::Api) {
            for condition in &step.conditions {
                if let Expect::Is(value) = &condition.expect {
                    prop_assert_eq!(evaluate(&condition.fact, ground), Facet::Known(value.clone()), "{} rests on {}", step.key, condition.fact);
                }
            }
        }
    }

    #[test]
    fn equal_inputs_in_any_order_give_equal_bytes(world in worlds(), seed in any::<u64>()) {
        let files = world.manifests();
        let mut shuffled: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let straight = Project::of(&shuffled);
        let turn = usize::try_from(seed % 7).unwrap_or(0) % shuffled.len();
        shuffled.rotate_left(turn);
        if seed % 2 == 0 {
            shuffled.reverse();
        }
        let turned = Project::of(&shuffled);
        let (one, other) = (tenant(&world.seed()), tenant(&world.seed()));
        let straight_plan = straight.plan(&one, &Ledger::default());
        let turned_plan = turned.plan(&other, &Ledger::default());
        prop_assert_eq!(straight_plan.plan.id(), turned_plan.plan.id());
        prop_assert_eq!(straight.shown(&straight_plan), turned.shown(&turned_plan));
    }

    #[test]
    fn steps_stand_behind_what_they_need_and_only_once(world in worlds()) {
        let project = project(&world);
        let planned = project.plan(&tenant(&world.seed()), &Ledger::default());
        let mut seen = BTreeSet::new();
        for step in planned.plan.steps() {
            for need in &step.needs {
                prop_assert!(seen.contains(&need.step), "{} stands before {}", step.key, need.step);
            }
            prop_assert!(seen.insert(step.key.clone()), "{} stands twice", step.key);
        }
        for blocked in &planned.outlook.blocked {
            prop_assert!(!seen.contains(&blocked.key), "{} is planned and blocked", blocked.key);
        }
    }

    #[test]
    fn a_project_whose_manifests_say_what_is_there_has_no_api_steps(world in worlds()) {
        let mut world = world;
        world.leaver = None;
        for customer in &mut world.customers {
            customer.exists = true;
            customer.orders.clear();
            customer.support = None;
            for subscription in &mut customer.subscriptions {
                if let Some(wanted) = &mut subscription.wanted {
                    wanted.quantity = Some(subscription.quantity);
                    wanted.name = false;
                    wanted.partner = None;
                    wanted.renewal = None;
                }
            }
        }
        // Without a written partner of record the default applies where none is there, and nowhere else.
        let bare = world.customers.iter().flat_map(|c| &c.subscriptions).any(|s| s.partner.is_none());
        let project = project(&world);
        let planned = project.plan(&tenant(&world.seed()), &Ledger::default());
        for step in planned.plan.steps().iter().filter(|step| step.class == Class::Api) {
            prop_assert!(bare || inactive(&world), "{} is not wanted", step.key);
        }
    }

    #[test]
    fn a_document_that_vanishes_takes_nothing_away(world in worlds().prop_map(never_lowering), gone in any::<prop::sample::Index>()) {
        // What an ending moves of a customer that is no longer declared is the ending's doing.
        let world = World { leaver: None, ..world };
        let mut bench = settle(&world);
        bench.apply();
        let mut files = world.manifests();
        // The provider stays; customers may go without leaving a dangling reference.
        let customers: Vec<usize> = (0..files.len()).filter(|n| files[*n].0.contains("customer")).collect();
        prop_assume!(!customers.is_empty());
        files.remove(customers[gone.index(customers.len())]);
        let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
        let (sources, desired, findings) = resolve(&borrowed);
        prop_assert!(desired.is_some(), "{:?}", findings);
        let project = Project { sources, desired: desired.unwrap() };
        let planned = project.plan(&bench.tenant, &bench.ledger());
        prop_assert!(planned.plan.steps().is_empty(), "{}", project.shown(&planned));
        prop_assert!(!planned.outlook.released.is_empty());
    }
}

/// The portrait without what depends on who was faster: invitations to whoever takes over from a leaving reseller do
/// not block its end, and are no longer asked once it has ended.
pub(crate) fn lasting(world: &World, tenant: &Tenant) -> BTreeMap<String, Vec<String>> {
    let mut all = portrait(tenant);
    if world.leaver.is_some() {
        all.values_mut().for_each(|lines| lines.retain(|line| !line.starts_with("reseller ")));
    }
    all
}

/// What matters of a tenant: who has what, from whom; not when or under which number.
pub(crate) fn portrait(tenant: &Tenant) -> BTreeMap<String, Vec<String>> {
    let mut all = BTreeMap::<String, Vec<String>>::new();
    for customer in tenant.customers() {
        let lines = all.entry(customer.domain.to_string()).or_default();
        lines.extend(customer.resellers.iter().map(|reseller| format!("reseller {reseller}")));
        let own = tenant.subscriptions().filter(|s| s.customer == customer.tenant_id);
        lines.extend(own.map(|s| {
            let (partner, product) = (&s.partner_of_record, &s.product);
            let at_end = (s.auto_renew, s.scheduled_action, &s.scheduled_change);
            format!("{product:?} {} {partner:?} {} {:?} {at_end:?}", s.quantity, s.friendly_name, s.support_contact)
        }));
        lines.sort();
    }
    all
}

/// Faults for the first run: the nth call of a kind goes wrong in a way that leaves its outcome open, or nothing done.
fn script(faults: &[(u8, u32)]) -> Script {
    let kinds = ["loseBefore", "loseAfter", "transient", "throttled", "later", "loseAfter"];
    let operations = [
        "createCustomer",
        "makeCart",
        "checkOut",
        "setPartnerOfRecord",
        "changeQuantity",
        "setSupportContact",
        "scheduleRenewal",
    ];
    let rules: Vec<String> = faults
        .iter()
        .enumerate()
        .map(|(n, (kind, nth))| {
            let operation = operations[(n + usize::from(*kind)) % operations.len()];
            format!("{{\"operation\":\"{operation}\",\"nth\":{nth},\"fault\":\"{}\"}}", kinds[usize::from(*kind)])
        })
        .collect();
    serde_json::from_str(&format!("[{}]", rules.join(","))).expect("a script")
}

/// A tenant some of whose reads fail, always the same ones.
struct Blind<'a> {
    tenant: &'a Memory,
    failing: u64,
    failed: Mutex<BTreeSet<Read>>,
}
impl Observe for Blind<'_> {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        let mark = Digest::of_bytes(format!("{read:?}").as_bytes()).to_string();
        let number = u64::from_str_radix(&mark[..8], 16).expect("hexadecimal");
        if number % 64 < self.failing / 4 {
            self.failed.lock().expect("no panic").insert(read.clone());
            return Err(Why::Failed("503".into()));
        }
        self.tenant.read(read)
    }
}

/// Whether some partner of record of the seed was dropped because its reseller is not active.
fn inactive(world: &World) -> bool {
    world.resellers.iter().any(|reseller| !reseller.active)
}

/// Cases a law: many in the nightly run, few in the ordinary one.
fn cases() -> u32 {
    cases_or(300)
}
/// As many as `TWOTIER_CASES` says, else so many.
pub(crate) fn cases_or(ordinary: u32) -> u32 {
    std::env::var("TWOTIER_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(ordinary)
}
