//! The law that a name is only a name: documents are renamed, in chains and crosswise, their `renamedFrom` comes and goes, and
//! new documents take names that others had. Nobody is asked twice, nothing is bought twice, and no answer about one object
//! is taken for an answer about another. Never changes what an object is.

use crate::laws::cases_or;
use crate::support::project::{Project, tenant};
use crate::support::run::Bench;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use twotier::backend::simulated::Human;
use twotier::journal::record::Record;
use twotier::journal::{History, Stamp};
use twotier::ledger::HandoffState;
use twotier::model::StepName;
use twotier::ops::project::Valid;

const CUSTOMERS: usize = 3;
const PARTNERS: usize = 2;
/// How many names there are for either.
const NAMES: usize = 5;

/// What a person says of every request for a customer.
#[derive(Clone, Copy, Debug)]
enum Answer {
    Done,
    Declined,
    Nothing,
}

/// One change of the manifests, and one run.
#[derive(Clone, Debug)]
struct Change {
    /// Which customer gets which name, if it is free.
    customer: (usize, usize),
    /// Which partnership does.
    partner: (usize, usize),
    /// Whether `renamedFrom` of earlier changes still stands.
    keeps: bool,
}

#[derive(Clone, Debug)]
struct World {
    /// In which change each customer is declared, and what is said of what it is asked.
    customers: Vec<(usize, Answer)>,
    changes: Vec<Change>,
}

fn worlds() -> impl Strategy<Value = World> {
    let answer = prop_oneof![Just(Answer::Done), Just(Answer::Declined), Just(Answer::Nothing)];
    let customers = prop::collection::vec((0..4_usize, answer), CUSTOMERS);
    let change = ((0..CUSTOMERS, 0..NAMES), (0..PARTNERS, 0..NAMES), any::<bool>())
        .prop_map(|(customer, partner, keeps)| Change { customer, partner, keeps });
    (customers, prop::collection::vec(change, 1..7)).prop_map(|(customers, changes)| World { customers, changes })
}

/// Names of objects, each with the one it had before if its document says so.
#[derive(Clone, Debug, Default)]
struct Names(BTreeMap<usize, (usize, Option<usize>)>);

impl Names {
    fn is_free(&self, name: usize) -> bool {
        self.0.values().all(|(taken, _)| *taken != name)
    }
    fn declare(&mut self, object: usize) {
        if let Some(free) = (0..NAMES).find(|name| self.is_free(*name)) {
            self.0.entry(object).or_insert((free, None));
        }
    }
    fn rename(&mut self, (object, name): (usize, usize), keeps: bool) {
        if !keeps {
            self.0.values_mut().for_each(|(_, from)| *from = None);
        }
        if self.is_free(name)
            && let Some(own) = self.0.get_mut(&object)
        {
            *own = (name, Some(own.0));
        }
        // A name that is taken again, or was given up by two, is not said any more.
        let own = self.0.get(&object).and_then(|(_, from)| *from);
        let taken: BTreeSet<usize> = self.0.values().map(|(name, _)| *name).collect();
        for (other, (_, from)) in &mut self.0 {
            *from = from.filter(|from| !taken.contains(from) && (*other == object || Some(*from) != own));
        }
    }
    fn metadata(&self, object: usize, lead: &str) -> Option<String> {
        let (name, from) = self.0.get(&object)?;
        let from = from.map_or_else(String::new, |from| format!(", renamedFrom: {lead}{from}"));
        Some(format!("{{name: {lead}{name}{from}}}"))
    }
    fn called(&self, object: usize) -> usize {
        self.0[&object].0
    }
}

fn customer(n: usize) -> String {
    format!("c0000000-0000-4000-8000-{n:012}")
}
fn company(n: usize) -> String {
    format!("fab00000-0000-4000-8000-{n:012}")
}
/// Which reseller a customer is to have.
fn served_by(n: usize) -> usize {
    n % PARTNERS
}

fn seed() -> String {
    let mut out = "{\"format\":\"twotier-tenant/1\",\"tenantId\":\"11111111-1111-4111-8111-111111111111\",\"clock\":\"2026-11-23T09:00:00Z\",\"partnerId\":\"4800001\",\"country\":\"HU\"}\n".to_owned();
    for n in 0..PARTNERS {
        writeln!(out, "{{\"company\":{{\"tenantId\":\"{}\",\"name\":\"Reseller {n}\",\"country\":\"HU\",\"partnerIds\":[\"481111{n}\"]}}}}", company(n)).unwrap();
        writeln!(out, "{{\"relationship\":{{\"tenantId\":\"{}\"}}}}", company(n)).unwrap();
    }
    out.push_str("{\"product\":{\"productId\":\"CFQ7TTC00000\",\"skuId\":\"0001\",\"name\":\"Product\",\"availabilities\":[{\"id\":\"A0\",\"term\":\"P1Y\",\"billingCycle\":\"annual\"}]}}\n");
    for n in 0..CUSTOMERS {
        writeln!(out, "{{\"customer\":{{\"tenantId\":\"{}\",\"domain\":\"customer{n}.onmicrosoft.com\",\"companyName\":\"Customer {n}\",\"country\":\"HU\"}}}}", customer(n)).unwrap();
        writeln!(out, "{{\"agreement\":{{\"customer\":\"{}\",\"signedOn\":\"2024-02-01T08:00:00Z\"}}}}", customer(n))
            .unwrap();
    }
    out
}

/// All customers have one mailbox, so that only their names tell their mails apart.
fn manifests(customers: &Names, partners: &Names) -> String {
    let mut out = "apiVersion: twotier/v1\nkind: Provider\nmetadata: {name: distri}\nspec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: \"4800001\", country: HU, limits: {boughtSeats: {max: 1000}}}\n".to_owned();
    for n in 0..PARTNERS {
        let metadata = partners.metadata(n, "p").unwrap();
        writeln!(out, "---\napiVersion: twotier/v1\nkind: Partnership\nmetadata: {metadata}\nspec: {{reseller: {{displayName: Reseller {n}, tenantId: {}, partnerIds: [\"481111{n}\"], country: HU}}, ensure: active}}", company(n)).unwrap();
    }
    for n in 0..CUSTOMERS {
        let Some(metadata) = customers.metadata(n, "c") else { continue };
        writeln!(out, "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {metadata}\nspec: {{tenantId: {}, reseller: p{}, contact: {{email: it@one.example}}, subscriptions: {{one: {{product: {{productId: CFQ7TTC00000, skuId: \"0001\"}}, quantity: 5, term: P1Y, billingCycle: annual}}}}}}", customer(n), partners.called(served_by(n))).unwrap();
    }
    out
}

/// Says what is said of what was asked, once for each customer.
fn answer(bench: &Bench, world: &World, customers: &Names) {
    for (n, (_, answer)) in world.customers.iter().enumerate().filter(|(n, _)| customers.0.contains_key(n)) {
        let address = format!("customer/c{}", customers.called(n));
        let ledger = bench.ledger();
        let asked = ledger.handoffs.iter().filter(|(_, it)| it.key.address.to_string() == address);
        for (id, handoff) in asked.filter(|(_, it)| it.state == HandoffState::Asked) {
            let (handoff, digest, by) = (*id, handoff.digest, "somebody".into());
            let note = match answer {
                Answer::Done => Record::Acknowledged { handoff, digest, by, evidence: None },
                Answer::Declined => Record::Declined { handoff, by, reason: "no".into() },
                Answer::Nothing => continue,
            };
            let stamp = Stamp { at: bench.tenant.clock(), nonce: smol_str::format_smolstr!("{id}-{n}") };
            bench.journal().note(note, &stamp).expect("a note is written");
        }
    }
}

/// How many requests each customer was sent in the last run.
fn asked(bench: &Bench, customers: &Names) -> Vec<usize> {
    let history = History::read(&*bench.store).expect("a history");
    let run = history.runs.last().expect("a run");
    let invited = |n: usize| {
        let address = customers.0.contains_key(&n).then(|| format!("customer/c{}", customers.called(n)));
        let all = run.asked.iter().filter(|(_, key)| key.step == StepName::InviteCustomer);
        all.filter(|(_, key)| Some(key.address.to_string()) == address).count()
    };
    (0..CUSTOMERS).map(invited).collect()
}

fn play(world: &World) -> Result<(), TestCaseError> {
    let (mut customers, mut partners) = (Names::default(), Names::default());
    (0..PARTNERS).for_each(|n| partners.declare(n));
    customers.declare(0);
    let mut bench = Bench::new(Project::of(&[("all.yaml", &manifests(&customers, &partners))]), tenant(&seed()));
    let mut sent = [0; CUSTOMERS];
    for (at, change) in world.changes.iter().enumerate() {
        // A name is given up in one change and taken in a later one: only then can it be said.
        let new = world.customers.iter().enumerate().filter(|(_, (start, _))| *start <= at);
        new.for_each(|(n, _)| customers.declare(n));
        customers.rename(change.customer, change.keeps);
        partners.rename(change.partner, change.keeps);
        let text = manifests(&customers, &partners);
        let project = Project::of(&[("all.yaml", &text)]);
        bench.valid =
            Valid { sources: project.sources.clone(), desired: project.desired.clone(), findings: Vec::new() };
        bench.project = project;
        for result in bench.apply().results {
            prop_assert!(!result.outcome.is_failure(), "{}: {:?}\n{text}", result.key, result.outcome);
        }
        for (n, count) in asked(&bench, &customers).into_iter().enumerate() {
            sent[n] += count;
            let wanted = usize::from(customers.0.contains_key(&n));
            prop_assert!(sent[n] == wanted, "customer {} was asked {} times after change {}\n{}", n, sent[n], at, text);
        }
        answer(&bench, world, &customers);
    }
    for n in customers.0.keys() {
        let reseller = company(served_by(*n)).parse().unwrap();
        let accepted = Human::AcceptCustomerInvitation { customer: customer(*n).parse().unwrap(), reseller };
        bench.tenant.play(&accepted).expect("it is invited");
    }
    bench.tenant.advance("20m".parse().expect("a span"));
    bench.apply();
    bench.tenant.advance("20m".parse().expect("a span"));
    bench.apply();
    let planned = bench.plan();
    prop_assert!(planned.plan.steps().is_empty(), "{}", bench.project.shown(&planned));
    let open = bench.ledger().handoffs.into_values().filter(|it| it.state == HandoffState::Asked).count();
    prop_assert_eq!(open, 0, "a request is open");
    let mut bought: BTreeMap<String, usize> = BTreeMap::new();
    for subscription in bench.tenant.tenant().subscriptions() {
        *bought.entry(subscription.customer.to_string()).or_default() += 1;
    }
    let wanted: BTreeMap<String, usize> = customers.0.keys().map(|n| (customer(*n), 1)).collect();
    prop_assert_eq!(bought, wanted);
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases_or(150), ..ProptestConfig::default() })]

    #[test]
    fn a_name_is_only_a_name(world in worlds()) {
        play(&world)?;
    }
}
