//! The law that access and partner of record never go to a reseller that nobody named: over tenants in which strangers
//! accept, under the PartnerIDs of others too, and manifests that claim PartnerIDs which are not their own. Never lets a
//! stranger agree in PartnerID, name and country with a partnership whose tenant is not written: nobody can tell them apart.

use crate::laws::cases_or;
use crate::support::project::{Project, tenant};
use crate::support::run::Bench;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use twotier::backend::Observe;
use twotier::backend::simulated::{Human, Tenant};
use twotier::ledger::Ledger;
use twotier::model::{Address, CustomerId, PartnerId, StepName, SubscriptionId, TenantId};
use twotier::observed::{Answer, Read, Relationship};

/// How many partnerships there are; the last one may leave.
const PARTNERS: usize = 3;
const PROVIDER: &str = "11111111-1111-4111-8111-111111111111";
const ROUNDS: usize = 5;

/// A tenant with strangers, and what is wanted of it.
#[derive(Clone, Debug)]
struct World {
    partners: Vec<Partner>,
    strangers: Vec<Stranger>,
    customers: Vec<Customer>,
    leaves: bool,
}

/// A partnership, and the reseller that it is meant to be.
#[derive(Clone, Debug)]
struct Partner {
    /// Whether its tenant is written.
    written: bool,
    /// Whether the declared name is that of the reseller.
    alike: bool,
    there: There,
    /// Whether it lists the PartnerIDs of strangers as its own.
    claims: bool,
}

/// A reseller that nobody means.
#[derive(Clone, Debug)]
struct Stranger {
    /// Whose PartnerID and name it goes by; its own otherwise.
    id_of: Option<usize>,
    name_of: Option<usize>,
    at_home: bool,
    there: There,
}

/// Where a reseller stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum There {
    Active,
    Inactive,
    /// It accepts after the first run.
    Comes,
    Never,
}

#[derive(Clone, Debug)]
struct Customer {
    exists: bool,
    reseller: usize,
    order: bool,
    access: bool,
    support: Option<usize>,
    subscriptions: Vec<Subscription>,
}

#[derive(Clone, Debug)]
struct Subscription {
    legacy: bool,
    /// Whose PartnerID it has: a partner's, or behind those a stranger's.
    holder: Option<usize>,
    declared: bool,
    /// Written, and whether under a claimed PartnerID.
    wanted: Option<(usize, bool)>,
}

fn there() -> impl Strategy<Value = There> {
    prop_oneof![4 => Just(There::Active), 1 => Just(There::Inactive), 2 => Just(There::Comes), 1 => Just(There::Never)]
}

fn worlds() -> impl Strategy<Value = World> {
    let partner = (any::<bool>(), prop::bool::weighted(0.8), there(), any::<bool>())
        .prop_map(|(written, alike, there, claims)| Partner { written, alike, there, claims });
    let of = || prop::option::of(0..PARTNERS);
    let stranger = (of(), of(), any::<bool>(), there()).prop_map(|(id_of, name_of, at_home, there)| Stranger {
        id_of,
        name_of,
        at_home,
        there,
    });
    let subscription = (any::<bool>(), prop::option::of(0..PARTNERS + 3), prop::bool::weighted(0.7), {
        prop::option::of((0..PARTNERS, any::<bool>()))
    })
        .prop_map(|(legacy, holder, declared, wanted)| Subscription { legacy, holder, declared, wanted });
    let customer = (
        prop::bool::weighted(0.8),
        0..PARTNERS,
        any::<bool>(),
        any::<bool>(),
        of(),
        prop::collection::vec(subscription, 0..3),
    )
        .prop_map(|(exists, reseller, order, access, support, subscriptions)| Customer {
            exists,
            reseller,
            order,
            access,
            support,
            subscriptions,
        });
    let partners = prop::collection::vec(partner, PARTNERS);
    let rest = (prop::collection::vec(stranger, 0..4), prop::collection::vec(customer, 1..3), any::<bool>());
    (partners, rest).prop_map(|(partners, (strangers, customers, leaves))| World {
        partners,
        strangers,
        customers,
        leaves,
    })
}

fn company(n: usize) -> String {
    format!("fab00000-0000-4000-8000-{n:012}")
}
fn id(n: usize) -> String {
    format!("48{n:05}", n = 11111 + n)
}
fn customer(n: usize) -> String {
    format!("c0000000-0000-4000-8000-{n:012}")
}
fn subscription(n: usize, s: usize) -> String {
    format!("50000000-0000-4000-8000-{n:06}{s:06}")
}

impl World {
    /// The partnerships that may be named: all that stay.
    fn staying(&self, n: usize) -> usize {
        n % (PARTNERS - usize::from(self.leaves))
    }
    fn stranger_id(&self, s: usize) -> String {
        self.strangers[s].id_of.map_or_else(|| id(PARTNERS + s), id)
    }
    /// The PartnerIDs of strangers that a partnership claims: each by one only.
    fn claims(&self, k: usize) -> Vec<String> {
        let own = |s: &usize| self.strangers[*s].id_of.is_none() && s % PARTNERS == k;
        (0..self.strangers.len()).filter(|_| self.partners[k].claims).filter(own).map(|s| id(PARTNERS + s)).collect()
    }

    fn seed(&self) -> String {
        let mut out = format!(
            "{{\"format\":\"twotier-tenant/1\",\"tenantId\":\"{PROVIDER}\",\"clock\":\"2026-11-23T09:00:00Z\",\"partnerId\":\"4800001\",\"country\":\"HU\"}}\n"
        );
        let mut listed = String::new();
        let mut one = |n: usize, (name, country, id): (String, &str, String), there: There| {
            writeln!(out, "{{\"company\":{{\"tenantId\":\"{}\",\"name\":\"{name}\",\"country\":\"{country}\",\"partnerIds\":[\"{id}\"]}}}}", company(n)).unwrap();
            let active = match there {
                There::Active => true,
                There::Inactive => false,
                There::Comes | There::Never => return,
            };
            writeln!(listed, "{{\"relationship\":{{\"tenantId\":\"{}\",\"active\":{active}}}}}", company(n)).unwrap();
        };
        for (k, partner) in self.partners.iter().enumerate() {
            one(k, (format!("Reseller {k}"), "HU", id(k)), partner.there);
        }
        for (s, stranger) in self.strangers.iter().enumerate() {
            let meant = |k: usize| stranger.id_of == Some(k) || self.claims(k).contains(&self.stranger_id(s));
            let clone = stranger.name_of.is_some_and(|k| meant(k) && !self.partners[k].written);
            let country = if stranger.at_home && !clone { "HU" } else { "DE" };
            let name = stranger.name_of.map_or_else(|| format!("Stranger {s}"), |k| format!("Reseller {k}"));
            one(PARTNERS + s, (name, country, self.stranger_id(s)), stranger.there);
        }
        out.push_str(&listed);
        out.push_str("{\"product\":{\"productId\":\"CFQ7TTC00000\",\"skuId\":\"0001\",\"name\":\"Product\",\"availabilities\":[{\"id\":\"AVAIL0000000\",\"term\":\"P1Y\",\"billingCycle\":\"annual\"}]}}\n");
        for (n, it) in self.customers.iter().enumerate().filter(|(_, it)| it.exists) {
            let tenant = customer(n);
            writeln!(out, "{{\"customer\":{{\"tenantId\":\"{tenant}\",\"domain\":\"customer{n}.onmicrosoft.com\",\"companyName\":\"Customer {n}\",\"country\":\"HU\"}}}}").unwrap();
            writeln!(out, "{{\"agreement\":{{\"customer\":\"{tenant}\",\"signedOn\":\"2024-02-01T08:00:00Z\"}}}}")
                .unwrap();
            for (s, it) in it.subscriptions.iter().enumerate() {
                let holder = it.holder.filter(|holder| *holder < PARTNERS + self.strangers.len());
                let holder = holder.map(|h| if h < PARTNERS { id(h) } else { self.stranger_id(h - PARTNERS) });
                let holder = holder.map_or_else(String::new, |id| format!(",\"partnerOfRecord\":\"{id}\""));
                let sort = if it.legacy {
                    "\"commerce\":\"legacy\""
                } else {
                    "\"product\":{\"productId\":\"CFQ7TTC01111\",\"skuId\":\"0001\"},\"term\":\"P1Y\",\"billingCycle\":\"annual\""
                };
                writeln!(out, "{{\"subscription\":{{\"subscriptionId\":\"{}\",\"customer\":\"{tenant}\",{sort},\"offerName\":\"Offer\",\"friendlyName\":\"Old\",\"quantity\":5,\"commitmentEnd\":\"2027-03-01T00:00:00Z\"{holder}}}}}", subscription(n, s)).unwrap();
            }
        }
        out
    }

    fn manifests(&self) -> String {
        let mut out = format!(
            "apiVersion: twotier/v1\nkind: Provider\nmetadata: {{name: distri}}\nspec: {{tenantId: {PROVIDER}, partnerId: \"4800001\", country: HU, invitationUrl: \"https://invite.example/distri\", credentials: {{recipients: [age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p]}}}}\n"
        );
        for (k, partner) in self.partners.iter().enumerate() {
            let tenant = if partner.written { format!("tenantId: {}, ", company(k)) } else { String::new() };
            let name = if partner.alike { "Reseller" } else { "Other" };
            let ids: Vec<String> = [id(k)].into_iter().chain(self.claims(k)).map(|id| format!("\"{id}\"")).collect();
            let state = if self.leaves && k == PARTNERS - 1 { ENDED } else { "  ensure: active\n" };
            write!(out, "---\napiVersion: twotier/v1\nkind: Partnership\nmetadata: {{name: reseller{k}}}\nspec:\n  reseller: {{displayName: {name} {k}, {tenant}partnerIds: [{}], country: HU, contact: {{email: csp@reseller{k}.example}}}}\n{state}", ids.join(", ")).unwrap();
        }
        for (n, it) in self.customers.iter().enumerate() {
            self.customer(n, it, &mut out);
        }
        out
    }

    fn customer(&self, n: usize, it: &Customer, out: &mut String) {
        let reseller = self.staying(it.reseller);
        write!(out, "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: customer{n}}}\nspec:\n  reseller: reseller{reseller}\n").unwrap();
        match it.exists {
            true => writeln!(out, "  tenantId: {}", customer(n)).unwrap(),
            false => writeln!(out, "  create: {{domainPrefix: customer{n}, company: {{name: Customer {n}}}, registrationNumber: \"13-09-{n:06}\", defaultAdminAccess: provider-and-reseller, billing: {{firstName: A, lastName: B, email: a@customer{n}.example, culture: hu-HU, language: hu, address: {{country: HU, city: Budapest, postalCode: \"1054\", line1: Fo utca 1, phone: \"+3612345678\"}}}}}}").unwrap(),
        }
        if let Some(support) = it.support {
            writeln!(out, "  supportContact: reseller{}", self.staying(support)).unwrap();
        }
        let mut lines = String::new();
        for (s, one) in it.subscriptions.iter().enumerate().filter(|(_, one)| it.exists && one.declared) {
            let partner = one.wanted.map_or_else(String::new, |(k, claimed)| {
                let k = self.staying(k);
                match self.claims(k).first().filter(|_| claimed) {
                    Some(id) => format!(", partnerOfRecord: {{partnership: reseller{k}, partnerId: \"{id}\"}}"),
                    None => format!(", partnerOfRecord: reseller{k}"),
                }
            });
            writeln!(lines, "    bound{s}: {{subscriptionId: {}{partner}}}", subscription(n, s)).unwrap();
        }
        if it.order {
            lines.push_str("    order: {product: {productId: CFQ7TTC00000, skuId: \"0001\"}, quantity: 1, term: P1Y, billingCycle: annual}\n");
        }
        if !lines.is_empty() {
            write!(out, "  subscriptions:\n{lines}").unwrap();
        }
        if it.access {
            writeln!(out, "---\napiVersion: twotier/v1\nkind: AzureAccess\nmetadata: {{name: access{n}}}\nspec: {{customer: customer{n}, reseller: reseller{reseller}, principal: a6000000-0000-4000-8000-{reseller:012}, scope: /subscriptions/5a000000-0000-4000-8000-{n:012}, role: Owner, ensure: present}}").unwrap();
        }
    }

    /// The partnerships whose reseller may come to serve a customer.
    fn may_serve(&self, n: usize) -> BTreeSet<TenantId> {
        let taker = self.leaves.then_some(0);
        [self.staying(self.customers[n].reseller)].into_iter().chain(taker).map(reseller).collect()
    }
}

const ENDED: &str = "  ensure: ended
  ending:
    reason: it closes
    decidedBy: b
    decidedOn: 2026-11-01
    declaration: {goodFaith: true, legitimateBusinessPurpose: true, inAccordanceWithAgreements: true, holdMicrosoftHarmless: true, by: b, on: 2026-11-01}
    notices: {partner: {how: notRequired, reason: known}, customers: {how: notRequired, reason: known}}
    transferTo: reseller0
    search: everyCustomer
";

fn reseller(k: usize) -> TenantId {
    company(k).parse().expect("a tenant")
}

/// A tenant before and after a run, and what the run rested on.
struct Run {
    before: Tenant,
    list: Vec<Relationship>,
    after: Tenant,
    ledger: Ledger,
}

impl Run {
    fn of(bench: &mut Bench) -> Self {
        let before = bench.tenant.tenant();
        let Ok(Answer::Relationships(list)) = bench.tenant.read(&Read::Relationships) else { panic!("no list") };
        bench.apply();
        Self { before, list, after: bench.tenant.tenant(), ledger: bench.ledger() }
    }
    /// Whether the list shows a PartnerID for no active reseller but this one.
    fn is_only_of(&self, id: &PartnerId, k: usize) -> bool {
        self.list.iter().filter(|it| it.active && it.partner_id.as_ref() == Some(id)).all(|it| it.tenant == reseller(k))
    }

    fn named(&self, world: &World) -> Result<(), TestCaseError> {
        let bound = |k: usize| -> Address { format!("partnership/reseller{k}").parse().expect("an address") };
        let known = |k: usize| self.ledger.bindings.get(&bound(k)).and_then(|live| live.reseller());
        for k in 0..PARTNERS {
            prop_assert!(
                known(k).is_none_or(|tenant| tenant == reseller(k)),
                "reseller{} is bound to {:?}",
                k,
                known(k)
            );
        }
        for handoff in self.ledger.handoffs.values().filter(|it| it.key.step == StepName::GrantAzureAccess) {
            let k: usize = handoff.wanted["reseller"].trim_start_matches("reseller").parse().expect("a number");
            prop_assert_eq!(known(k), Some(reseller(k)), "{} is asked for", handoff.key);
        }
        self.resellers(world)?;
        self.subscriptions(world)
    }

    fn resellers(&self, world: &World) -> Result<(), TestCaseError> {
        for after in self.after.customers() {
            let n: usize = after.domain.trim_start_matches("customer").split('.').next().unwrap().parse().unwrap();
            let before = self.before.customer(after.tenant_id).map(|it| it.resellers.clone()).unwrap_or_default();
            let gained: BTreeSet<TenantId> = after.resellers.difference(&before).copied().collect();
            prop_assert!(gained.is_subset(&world.may_serve(n)), "customer{} came to {:?}", n, gained);
        }
        Ok(())
    }

    fn subscriptions(&self, world: &World) -> Result<(), TestCaseError> {
        let places: BTreeMap<SubscriptionId, (usize, usize)> = world
            .customers
            .iter()
            .enumerate()
            .flat_map(|(n, it)| (0..it.subscriptions.len()).map(move |s| (n, s)))
            .map(|(n, s)| (subscription(n, s).parse().expect("an id"), (n, s)))
            .collect();
        let own: BTreeMap<CustomerId, usize> = self
            .after
            .customers()
            .map(|it| (it.tenant_id, it.domain["customer".len()..].split('.').next().unwrap().parse().unwrap()))
            .collect();
        for after in self.after.subscriptions() {
            let before = self.before.subscriptions().find(|it| it.subscription_id == after.subscription_id);
            let customer = &world.customers[own[&after.customer]];
            let declared = places.get(&after.subscription_id).map(|(n, s)| &world.customers[*n].subscriptions[*s]);
            let by_document = match declared {
                Some(one) if !one.declared => None,
                Some(Subscription { wanted: Some((k, _)), .. }) => Some(world.staying(*k)),
                Some(_) | None => Some(world.staying(customer.reseller)),
            };
            let old = before.and_then(|it| it.partner_of_record.clone());
            if let Some(new) = after.partner_of_record.as_ref().filter(|new| old.as_ref() != Some(new)) {
                // Whoever leaves hands over to the first one, and only what it has itself.
                let ended = || world.leaves && old.as_ref().is_some_and(|old| self.is_only_of(old, PARTNERS - 1));
                let k = by_document.or_else(|| ended().then_some(0));
                prop_assert!(k.is_some(), "{} went from {:?} to {}", after.subscription_id, old, new);
                let k = k.unwrap();
                let ids: Vec<String> = [id(k)].into_iter().chain(world.claims(k)).collect();
                prop_assert!(
                    ids.iter().any(|id| id == new.as_str()) && self.is_only_of(new, k) && {
                        self.list.iter().any(|it| it.active && it.tenant == reseller(k))
                    },
                    "{} went to {}, wanted for reseller{}",
                    after.subscription_id,
                    new,
                    k
                );
            }
            let old = before.and_then(|it| it.support_contact.clone());
            if let Some(new) = after.support_contact.as_ref().filter(|new| old.as_ref() != Some(new)) {
                let taker = world.leaves.then_some(0);
                let mut allowed = customer.support.map(|k| world.staying(k)).into_iter().chain(taker);
                let provider = new.tenant_id.to_string() == PROVIDER;
                prop_assert!(provider || allowed.any(|k| new.tenant_id == reseller(k)), "{:?} supports", new);
            }
        }
        Ok(())
    }
}

/// Runs a world, with strangers that accept after the first run, and looks at every run.
fn play(world: &World, mut look: impl FnMut(&Run) -> Result<(), TestCaseError>) -> Result<(), TestCaseError> {
    let project = Project::of(&[("manifests/all.yaml", &world.manifests())]);
    let mut bench = Bench::new(project, tenant(&world.seed()));
    for round in 0..ROUNDS {
        look(&Run::of(&mut bench))?;
        if round == 0 {
            let standing = world.partners.iter().map(|it| it.there).chain(world.strangers.iter().map(|it| it.there));
            for (n, _) in standing.enumerate().filter(|(_, there)| *there == There::Comes) {
                let _ = bench.tenant.play(&Human::AcceptPartnership { company: reseller(n) });
            }
        }
        bench.people_act();
    }
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases_or(200), ..ProptestConfig::default() })]

    #[test]
    fn access_and_partner_of_record_never_go_to_a_reseller_that_nobody_named(world in worlds()) {
        play(&world, |run| run.named(&world))?;
    }
}

#[test]
fn without_strangers_everything_comes_to_those_who_are_named() {
    let partner = || Partner { written: false, alike: true, there: There::Comes, claims: false };
    let held = |holder| Subscription { legacy: false, holder: Some(holder), declared: false, wanted: None };
    let world = World {
        partners: vec![partner(), partner(), Partner { there: There::Active, ..partner() }],
        strangers: Vec::new(),
        customers: vec![
            Customer {
                exists: true,
                reseller: 1,
                order: true,
                access: true,
                support: Some(1),
                subscriptions: vec![
                    Subscription { legacy: true, holder: None, declared: true, wanted: Some((0, false)) },
                    held(2),
                ],
            },
            Customer {
                exists: false,
                reseller: 0,
                order: false,
                access: false,
                support: None,
                subscriptions: Vec::new(),
            },
        ],
        leaves: true,
    };
    let mut last = None;
    play(&world, |run| {
        last = Some(run.after.clone());
        run.named(&world)
    })
    .expect("the law");
    let end = last.expect("a tenant");
    let served: Vec<BTreeSet<TenantId>> = end.customers().map(|it| it.resellers.clone()).collect();
    assert!(served.iter().all(|it| !it.is_empty()), "{served:?}");
    let mut partners: Vec<String> =
        end.subscriptions().filter_map(|it| it.partner_of_record.as_ref()).map(|it| it.to_string()).collect();
    partners.sort();
    assert_eq!(partners, [id(0), id(0), id(1)]);
    let supported = end.subscriptions().filter_map(|it| it.support_contact.as_ref()).map(|it| it.tenant_id);
    assert_eq!(supported.collect::<Vec<_>>(), [reseller(1)]);
}
