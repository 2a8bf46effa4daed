//! The law that no change proves by itself whose a PartnerID is: over several runs PartnerIDs move between partnerships,
//! vanish and come back, partnerships end, are renamed and disappear, and subscriptions move with them. What the last run
//! recorded is what moves and ends are held against. Never looks at how the planner knows it: only at the ledger and plans.

use crate::laws::cases_or;
use crate::support::project::{Project, tenant};
use crate::support::run::Bench;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use std::fmt::Write as _;
use twotier::backend::Observe;
use twotier::diag::Code;
use twotier::ledger::Ledger;
use twotier::model::{Address, Field, StepName, SubscriptionChange, Value};
use twotier::observed::{Answer, Read};
use twotier::plan::{Action, Planned, Step, Wanted};

/// How many partnerships there are; the last one may end.
const PARTNERS: usize = 3;
/// PartnerIDs that no relationship shows.
const LOOSE: usize = 4;
/// The first of those are locations that are called as the company is, whose they are; the others have names of their own.
const TELLING: usize = 2;
const SUBSCRIPTIONS: usize = 4;
const CUSTOMER: &str = "c0000000-0000-4000-8000-000000000001";

/// What manifests say in one round.
#[derive(Clone, Debug)]
struct Round {
    /// Which partnership declares each loose PartnerID, if any.
    holders: Vec<Option<usize>>,
    /// Whom each subscription is to have, and whether under the first of its loose PartnerIDs; none is not declared.
    wanted: Vec<Option<(usize, bool)>>,
    /// Whether the document of the second partnership is gone.
    gone: bool,
    /// Whether somebody reads the plan.
    read: bool,
}

#[derive(Clone, Debug)]
struct Story {
    rounds: Vec<Round>,
    /// From which round on the last partnership is to end, and the first one has another name.
    ends: usize,
    renamed: usize,
    /// The PartnerID that each subscription has in the beginning: one that is shown, or behind those a loose one.
    before: Vec<usize>,
}

fn stories() -> impl Strategy<Value = Story> {
    let holders = prop::collection::vec(prop::option::weighted(0.8, 0..PARTNERS), LOOSE);
    let wanted = prop::collection::vec(prop::option::weighted(0.5, (0..PARTNERS, any::<bool>())), SUBSCRIPTIONS);
    let round = (holders, wanted, prop::bool::weighted(0.2), any::<bool>())
        .prop_map(|(holders, wanted, gone, read)| Round { holders, wanted, gone, read });
    let before = prop::collection::vec(0..PARTNERS + LOOSE, SUBSCRIPTIONS);
    (prop::collection::vec(round, 2..6), 1..8usize, 1..8usize, before)
        .prop_map(|(rounds, ends, renamed, before)| Story { rounds, ends, renamed, before })
}

fn company(k: usize) -> String {
    format!("fab00000-0000-4000-8000-{k:012}")
}
/// The PartnerID that the relationship of a partnership shows, and behind those the loose ones.
fn id(n: usize) -> String {
    format!("48{n:05}", n = 11111 + n)
}
fn subscription(s: usize) -> String {
    format!("50000000-0000-4000-8000-{s:012}")
}

impl Story {
    fn seed(&self) -> String {
        let mut out = String::from(
            "{\"format\":\"twotier-tenant/1\",\"tenantId\":\"11111111-1111-4111-8111-111111111111\",\"clock\":\"2026-11-23T09:00:00Z\",\"partnerId\":\"4800001\",\"country\":\"HU\"}\n",
        );
        let mut listed = String::new();
        for k in 0..PARTNERS {
            let loose = (0..LOOSE).filter(|n| n % PARTNERS == k).map(|n| id(PARTNERS + n));
            let ids: Vec<String> = [id(k)].into_iter().chain(loose).map(|id| format!("\"{id}\"")).collect();
            let branches =
                (TELLING..LOOSE).map(|n| format!("\"{}\":\"Branch {n}\"", id(PARTNERS + n))).collect::<Vec<_>>();
            writeln!(out, "{{\"company\":{{\"tenantId\":\"{}\",\"name\":\"Reseller {k}\",\"country\":\"HU\",\"partnerIds\":[{}],\"locationNames\":{{{}}}}}}}", company(k), ids.join(","), branches.join(",")).unwrap();
            writeln!(listed, "{{\"relationship\":{{\"tenantId\":\"{}\"}}}}", company(k)).unwrap();
        }
        out.push_str(&listed);
        let all: Vec<String> = (0..PARTNERS).map(|k| format!("\"{}\"", company(k))).collect();
        writeln!(out, "{{\"customer\":{{\"tenantId\":\"{CUSTOMER}\",\"domain\":\"contoso.onmicrosoft.com\",\"companyName\":\"Contoso\",\"country\":\"HU\",\"resellers\":[{}]}}}}", all.join(",")).unwrap();
        for (s, n) in self.before.iter().enumerate() {
            writeln!(out, "{{\"subscription\":{{\"subscriptionId\":\"{}\",\"customer\":\"{CUSTOMER}\",\"product\":{{\"productId\":\"CFQ7TTC01111\",\"skuId\":\"0001\"}},\"term\":\"P1Y\",\"billingCycle\":\"annual\",\"offerName\":\"Offer\",\"friendlyName\":\"Offer\",\"quantity\":5,\"commitmentEnd\":\"2027-03-01T00:00:00Z\",\"partnerOfRecord\":\"{}\"}}}}", subscription(s), id(*n)).unwrap();
        }
        out
    }

    fn is_declared(&self, at: usize, k: usize) -> bool {
        !(k == 1 && self.rounds[at].gone)
    }
    fn ends(&self, at: usize) -> bool {
        at >= self.ends
    }
    fn name(&self, at: usize, k: usize) -> String {
        if k == 0 && at >= self.renamed { "renamed0".into() } else { format!("reseller{k}") }
    }
    /// Every PartnerID that a partnership declares: its own first.
    fn ids(&self, at: usize, k: usize) -> Vec<usize> {
        let loose = (0..LOOSE).filter(|n| self.rounds[at].holders[*n] == Some(k)).map(|n| PARTNERS + n);
        [k].into_iter().chain(loose).collect()
    }

    fn manifests(&self, at: usize) -> String {
        let mut out = String::from(
            "apiVersion: twotier/v1\nkind: Provider\nmetadata: {name: distri}\nspec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: \"4800001\", country: HU, invitationUrl: \"https://invite.example/distri\", limits: {movedPartnerOfRecord: {max: 1000}}}\n",
        );
        for k in (0..PARTNERS).filter(|k| self.is_declared(at, *k)) {
            let ids: Vec<String> = self.ids(at, k).into_iter().map(|n| format!("\"{}\"", id(n))).collect();
            let from = if k == 0 && at >= self.renamed { ", renamedFrom: reseller0" } else { "" };
            let name = self.name(at, k);
            let state = if k == PARTNERS - 1 && self.ends(at) {
                ENDED.replace("HEIR", &self.name(at, 0))
            } else {
                "  ensure: active\n".into()
            };
            write!(out, "---\napiVersion: twotier/v1\nkind: Partnership\nmetadata: {{name: {name}{from}}}\nspec:\n  reseller: {{displayName: Reseller {k}, tenantId: {}, partnerIds: [{}], country: HU, contact: {{email: csp@reseller{k}.example}}}}\n{state}", company(k), ids.join(", ")).unwrap();
        }
        write!(
            out,
            "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec:\n  tenantId: {CUSTOMER}\n"
        )
        .unwrap();
        let lines: Vec<String> = (0..SUBSCRIPTIONS).filter_map(|s| self.line(at, s)).collect();
        if !lines.is_empty() {
            write!(out, "  subscriptions:\n{}", lines.concat()).unwrap();
        }
        out
    }

    /// A declared subscription, whose partner of record is one that may be named.
    fn line(&self, at: usize, s: usize) -> Option<String> {
        let (k, loose) = self.rounds[at].wanted[s]?;
        let leaves = k == PARTNERS - 1 && self.ends(at);
        let partner = if leaves || !self.is_declared(at, k) {
            String::new()
        } else {
            let n = self.ids(at, k).get(usize::from(loose)).copied().unwrap_or(k);
            format!(", partnerOfRecord: {{partnership: {}, partnerId: \"{}\"}}", self.name(at, k), id(n))
        };
        Some(format!("    s{s}: {{subscriptionId: {}{partner}}}\n", subscription(s)))
    }
}

const ENDED: &str = "  ensure: ended
  ending:
    reason: it closes
    decidedBy: b
    decidedOn: 2026-11-01
    declaration: {goodFaith: true, legitimateBusinessPurpose: true, inAccordanceWithAgreements: true, holdMicrosoftHarmless: true, by: b, on: 2026-11-01}
    notices: {partner: {how: notRequired, reason: known}, customers: {how: notRequired, reason: known}}
    transferTo: HEIR
    search: everyCustomer
";

/// PartnerID → the partnership that the ledger gives it to.
fn recorded(ledger: &Ledger) -> BTreeMap<String, usize> {
    let mut all = BTreeMap::new();
    for (address, fields) in &ledger.settled {
        let (Address::Partnership(name), Some(Value::List(ids))) = (address, fields.get(&Field::PartnerIds)) else {
            continue;
        };
        let k: usize = name.as_str()[name.as_str().len() - 1..].parse().expect("a number");
        for id in ids {
            assert_eq!(all.insert(id.to_string(), k), None, "{id} stands twice");
        }
    }
    all
}

/// What a round is held against.
struct Held<'a> {
    story: &'a Story,
    at: usize,
    planned: &'a Planned,
    /// Whose each PartnerID was before the run: as relationships show it, else as recorded.
    owner: BTreeMap<String, usize>,
    /// What each subscription has.
    has: BTreeMap<String, String>,
}

impl<'a> Held<'a> {
    fn of(story: &'a Story, at: usize, (bench, planned): (&Bench, &'a Planned)) -> Self {
        let mut owner = recorded(&bench.ledger());
        let Ok(Answer::Relationships(list)) = bench.tenant.read(&Read::Relationships) else { panic!("no list") };
        for k in (0..PARTNERS).filter(|k| list.iter().any(|it| it.tenant.to_string() == company(*k))) {
            owner.insert(id(k), k);
        }
        let tenant = bench.tenant.tenant();
        let has = tenant
            .subscriptions()
            .filter_map(|it| Some((it.subscription_id.to_string(), it.partner_of_record.as_ref()?.to_string())));
        Self { story, at, planned, owner, has: has.collect() }
    }

    fn law(&self) -> Result<(), TestCaseError> {
        for step in self.planned.plan.steps() {
            let Action::Api(Wanted::Change { change: SubscriptionChange::PartnerOfRecord(to), .. }) = &step.action
            else {
                continue;
            };
            self.moves(step, to.as_str())?;
        }
        if self.story.ends(self.at) { self.ends() } else { Ok(()) }
    }

    /// Whoever gets it, it counts unless both PartnerIDs were one reseller's, and it is his whose the document says it is.
    fn moves(&self, step: &Step, to: &str) -> Result<(), TestCaseError> {
        let declared = (0..PARTNERS).filter(|k| self.story.is_declared(self.at, *k));
        let to_whom = declared.into_iter().find(|k| self.story.ids(self.at, *k).iter().any(|n| id(*n) == to));
        let to_whom = to_whom.expect("it is declared");
        if let Some(known) = self.owner.get(to) {
            prop_assert_eq!(*known, to_whom, "{} is paid under {}", step.key, to);
        }
        let named = (0..TELLING).find(|n| id(PARTNERS + n) == to).map(|n| n % PARTNERS);
        prop_assert!(
            named.is_none_or(|k| k == to_whom),
            "{} is paid under {}, which is another's by its profile",
            step.key,
            to
        );
        let subscription = self.live(step);
        let from = &self.has[&subscription];
        let counts = step.counts.iter().any(|count| count.code == Code::TooManyMoves.to_string());
        let is_other = self.owner.get(from).is_some_and(|owner| *owner != to_whom);
        prop_assert!(counts || !is_other, "{} from {} to {} counts nothing", step.key, from, to);
        Ok(())
    }

    /// What has a PartnerID of the one that leaves is moved before it is ended.
    fn ends(&self) -> Result<(), TestCaseError> {
        let steps = self.planned.plan.steps();
        let Some(end) = steps.iter().find(|step| step.key.step == StepName::EndPartnership) else { return Ok(()) };
        let leaves = PARTNERS - 1;
        let needed: BTreeSet<String> = end
            .needs
            .iter()
            .filter_map(|need| steps.iter().find(|step| step.key == need.step))
            .filter(|step| step.key.step == StepName::SetPartnerOfRecord)
            .map(|step| self.live(step))
            .collect();
        for (subscription, partner) in &self.has {
            if self.owner.get(partner) == Some(&leaves) {
                prop_assert!(needed.contains(subscription), "{} with {} is left behind", subscription, partner);
            }
        }
        Ok(())
    }

    fn live(&self, step: &Step) -> String {
        let Address::Subscription(key) = &step.key.address else { panic!("{}", step.key) };
        match self.planned.bindings.subscription(key) {
            Some((_, id)) => id.to_string(),
            None => key.to_string().rsplit('@').next().expect("an id").to_owned(),
        }
    }
}

fn play(story: &Story, mut look: impl FnMut(&Held<'_>) -> Result<(), TestCaseError>) -> Result<Bench, TestCaseError> {
    let project = |at: usize| Project::of(&[("manifests/all.yaml", &story.manifests(at))]);
    let mut bench = Bench::new(project(0), tenant(&story.seed()));
    for at in 0..story.rounds.len() {
        bench.declare(project(at));
        let planned = bench.plan();
        look(&Held::of(story, at, (&bench, &planned)))?;
        let before = recorded(&bench.ledger());
        if story.rounds[at].read {
            bench.apply_read();
            for held in bench.plan().unread {
                prop_assert!(false, "it was read and is not recorded: {:?}", held.told);
            }
        } else {
            bench.apply();
            for (id, k) in recorded(&bench.ledger()) {
                prop_assert!(before.get(&id).is_none_or(|before| *before == k), "{} went to {} unread", id, k);
            }
        }
        bench.people_act();
    }
    Ok(bench)
}

proptest! {
    #![proptest_config(ProptestConfig { cases: cases_or(200), ..ProptestConfig::default() })]

    #[test]
    fn no_change_proves_by_itself_whose_a_partner_id_is(story in stories()) {
        play(&story, |held| held.law())?;
    }
}
