//! Over random tenants, manifests and histories: a plan from memory is the plan of a full look, where the records are whole;
//! where they lose something, it never holds a step that a full look would not, and is right again within the life of an
//! answer.

use crate::support::project::{Project, Quiet, tenant};
use crate::support::run::Bench;
use crate::support::world::{
    AtEnd, Customer, Leaver, Reseller, Subscription, Wanted, World, customer_tenant, reseller_tenant, worlds,
};
use proptest::prelude::*;
use std::collections::BTreeSet;
use std::path::Path;
use twotier::backend::Observe;
use twotier::backend::simulated::{Edit, Human, Memory};
use twotier::model::{Address, Digest, PartnerId, SubscriptionChange, Timestamp};
use twotier::observed::{Answer, AuditRecord, Read, Status, Why};
use twotier::ops::observe::{Eyes, Looked};
use twotier::ops::planning::{look_and_make, recall_and_make};
use twotier::ops::recall::{Past, Recall, Recalling, Refresh};
use twotier::plan::Planned;

/// Something that happens between two plans.
#[derive(Clone, Debug)]
enum Event {
    /// Somebody edits a subscription.
    Edit { which: usize, how: u8, number: u32 },
    /// A customer accepts a reseller.
    Accept { customer: usize, reseller: usize },
    /// A customer signs.
    Sign { customer: usize },
    /// A partnership ends.
    End { reseller: usize },
    /// Our own run does what is planned, and people do what they are asked.
    Apply,
    /// So many hours pass.
    Time { hours: u16 },
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let event = prop_oneof![
        6 => (0..8usize, any::<u8>(), 1..40u32).prop_map(|(which, how, number)| Event::Edit { which, how, number }),
        1 => (0..4usize, 0..3usize).prop_map(|(customer, reseller)| Event::Accept { customer, reseller }),
        1 => (0..4usize).prop_map(|customer| Event::Sign { customer }),
        1 => (0..3usize).prop_map(|reseller| Event::End { reseller }),
        2 => Just(Event::Apply),
        4 => prop_oneof![1..30u16, 30..120u16, Just(2600u16)].prop_map(|hours| Event::Time { hours }),
    ];
    prop::collection::vec(event, 1..8)
}

fn happen(bench: &mut Bench, event: &Event) {
    match event {
        Event::Edit { which, how, number } => {
            let all = bench.tenant.tenant();
            let all: Vec<_> = all.subscriptions().map(|s| (s.customer, s.subscription_id)).collect();
            let Some((customer, subscription)) = all.get(which % all.len().max(1)).copied() else { return };
            let edit = match how % 6 {
                0 => Edit::Set(SubscriptionChange::Quantity(*number)),
                1 => Edit::Set(SubscriptionChange::FriendlyName("Theirs".into())),
                2 => Edit::ClearPartnerOfRecord,
                3 => Edit::Set(SubscriptionChange::PartnerOfRecord(PartnerId::new("4811111"))),
                4 => Edit::Status(Status::Suspended),
                _ => Edit::Status(Status::Active),
            };
            // Not everything can be done to everything.
            let _ = bench.tenant.play(&Human::EditSubscription { customer, subscription, edit });
        }
        Event::Accept { customer, reseller } => {
            let customer = customer_tenant(*customer).parse().expect("an id");
            let reseller = reseller_tenant(*reseller).parse().expect("an id");
            let _ = bench.tenant.play(&Human::AcceptCustomerInvitation { customer, reseller });
        }
        Event::Sign { customer } => {
            let customer = customer_tenant(*customer).parse().expect("an id");
            let _ = bench.tenant.play(&Human::Sign { customer });
        }
        Event::End { reseller } => {
            let company = reseller_tenant(*reseller).parse().expect("an id");
            let _ = bench.tenant.play(&Human::EndPartnership { company });
        }
        Event::Apply => {
            // A limit may stand against it: then nothing is done.
            let tenant = Memory::new(bench.tenant.tenant());
            let _ = bench.apply_through(&tenant, &tenant);
            bench.tenant = tenant;
            bench.people_act();
        }
        Event::Time { hours } => {
            bench.tenant.advance(format!("{hours}h").parse().expect("a span"));
        }
    }
}

fn bench(world: &World) -> Bench {
    let files = world.manifests();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Bench::new(Project::of(&borrowed), tenant(&world.seed()))
}

/// Plans with what is remembered in `file`.
fn changed(bench: &Bench, observe: &dyn Observe, file: &Path) -> (Planned, Looked) {
    recalled(bench, observe, (file, Refresh::Changed), &BTreeSet::new())
}

fn recalled(
    bench: &Bench,
    observe: &dyn Observe,
    (file, refresh): (&Path, Refresh),
    targets: &BTreeSet<Address>,
) -> (Planned, Looked) {
    let (ledger, journal) = (bench.ledger(), bench.journal());
    let recalling = Recalling { file: file.to_owned(), refresh };
    let past = Past { observe, journal: &journal, now: bench.tenant.clock() };
    let recall = Recall::open(Some(&recalling), past, &Quiet);
    let eyes = Eyes { observe, recall: &recall, progress: &Quiet };
    let made = recall_and_make(bench.project.question(&bench.tenant, &ledger, targets), eyes);
    recall.close(&Quiet);
    made
}

fn full(bench: &Bench) -> (Planned, Looked) {
    let (ledger, targets) = (bench.ledger(), BTreeSet::new());
    look_and_make(bench.project.question(&bench.tenant, &ledger, &targets), &bench.tenant, &Quiet)
}

/// Loses some records, always the same ones.
struct Lossy<'a>(&'a Memory);
impl Observe for Lossy<'_> {
    fn read(&self, read: &Read) -> Result<Answer, Why> {
        self.0.read(read)
    }
    fn audit(&self, since: Timestamp) -> Result<Vec<AuditRecord>, Why> {
        let kept =
            |record: &AuditRecord| Digest::of_bytes(format!("{record:?}").as_bytes()).as_bytes()[0].is_multiple_of(2);
        Ok(self.0.audit(since)?.into_iter().filter(kept).collect())
    }
}

#[test]
fn on_a_calm_day_what_is_expensive_is_remembered_and_a_step_is_looked_at_all_the_same() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("observed.jsonl");
    let bench = bench(&calm(None));
    let (_, first) = changed(&bench, &bench.tenant, &file);
    assert!(first.remembered.is_empty());
    bench.tenant.advance("60h".parse().expect("a span"));
    let (planned, looked) = changed(&bench, &bench.tenant, &file);
    assert_eq!(planned.plan.steps().len(), 1);
    let id = |n: usize| customer_tenant(n).parse().expect("an id");
    let remembered: Vec<&Read> = looked.remembered.keys().collect();
    assert_eq!(remembered, [&Read::Subscriptions(id(0)), &Read::Subscriptions(id(2))]);
}

#[test]
fn a_scope_reads_what_it_needs_and_a_first_look_at_an_ending_takes_no_hours() {
    let leaver = Leaver {
        listed: true,
        customers: 0,
        holds: 0,
        supports: 0,
        transfer_to: Some(0),
        search: Some(true),
        tell: false,
        later: false,
    };
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("observed.jsonl");
    let bench = bench(&calm(Some(leaver)));
    let (_, first) = changed(&bench, &bench.tenant, &file);
    let all = first.observed.subscription_lists().count();
    assert_eq!(all, 3);
    bench.tenant.advance("20d".parse().expect("a span"));
    let leaving = BTreeSet::from(["partnership/leaver".parse().expect("an address")]);
    let (expected, _) = recalled(&bench, &bench.tenant, (&file, Refresh::Full), &leaving);
    let (planned, looked) = recalled(&bench, &bench.tenant, (&file, Refresh::Scope), &leaving);
    assert_eq!(planned.plan.id(), expected.plan.id());
    assert!(!planned.plan.steps().is_empty());
    // What the full look just read is as old as now; before it, it was as old as could be.
    assert!(looked.remembered.keys().any(|read| matches!(read, Read::Subscriptions(_))), "{:?}", looked.remembered);
    let (_, strict) = recalled(&bench, &bench.tenant, (&file, Refresh::Changed), &leaving);
    assert!(strict.remembered.is_empty(), "an end rests on all that was seen: {:?}", strict.remembered);
    // A customer of the scope is read, whatever is remembered of it.
    let one = BTreeSet::from(["customer/customer0".parse().expect("an address")]);
    let (_, looked) = recalled(&bench, &bench.tenant, (&file, Refresh::Scope), &one);
    assert!(looked.remembered.is_empty(), "{:?}", looked.remembered);
}

/// A tenant that is as declared, but for the seats of one subscription.
fn calm(leaver: Option<Leaver>) -> World {
    let subscription = |wanted| Subscription {
        legacy: false,
        product: 0,
        quantity: 5,
        partner: Some(0),
        suspended: false,
        at_end: AtEnd::Same,
        wanted: Some(Wanted { quantity: wanted, partner: None, name: false, renewal: None }),
    };
    let customer = |wanted| Customer {
        exists: true,
        by_domain: false,
        agreement: true,
        resellers: 1,
        reseller: 0,
        other: None,
        subscriptions: vec![subscription(wanted)],
        orders: Vec::new(),
        support: None,
        access: None,
    };
    World {
        resellers: vec![Reseller { active: true, signed: true, tenant_written: true }],
        customers: vec![customer(Some(5)), customer(Some(8)), customer(None)],
        late: 0,
        link: true,
        leaver,
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases(), ..ProptestConfig::default() })]

    #[test]
    fn with_whole_records_a_plan_from_memory_is_the_plan_of_a_full_look(world in worlds(), history in events()) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("observed.jsonl");
        let mut bench = bench(&world);
        for event in [Event::Time { hours: 60 }].iter().chain(&history) {
            happen(&mut bench, event);
            let (expected, seen) = full(&bench);
            let (planned, looked) = changed(&bench, &bench.tenant, &file);
            prop_assert_eq!(planned.plan.id(), expected.plan.id(), "after {:?}: {}\n{}", event, bench.project.shown(&planned), bench.project.shown(&expected));
            prop_assert_eq!(bench.project.shown(&planned), bench.project.shown(&expected));
            prop_assert_eq!(&looked.observed, &seen.observed, "after {:?}", event);
        }
    }

    #[test]
    fn with_lost_records_no_step_is_wrong_and_within_eight_days_none_is_missing(world in worlds(), history in events()) {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("observed.jsonl");
        let mut bench = bench(&world);
        for event in [Event::Time { hours: 60 }].iter().chain(&history) {
            happen(&mut bench, event);
            let lossy = Lossy(&bench.tenant);
            let (planned, _) = changed(&bench, &lossy, &file);
            let (expected, _) = full(&bench);
            for step in planned.plan.steps() {
                prop_assert!(expected.plan.steps().iter().any(|other| other.id == step.id && other.conditions == step.conditions), "after {:?}: {} is wrong\n{}\n{}", event, step.key, bench.project.shown(&planned), bench.project.shown(&expected));
            }
        }
        bench.tenant.advance("8d".parse().expect("a span"));
        let (planned, _) = changed(&bench, &Lossy(&bench.tenant), &file);
        prop_assert_eq!(planned.plan.id(), full(&bench).0.plan.id());
    }
}

fn cases() -> u32 {
    std::env::var("TWOTIER_CASES").ok().and_then(|text| text.parse().ok()).unwrap_or(100)
}
