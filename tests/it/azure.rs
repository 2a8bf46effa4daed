//! The laws of roles in customers' Azure: two documents that change, vanish and come back while people act, answer late or
//! not at all, and runs die. What people did is kept beside, because the tool never sees it: it must come to what is
//! declared, nothing that is declared is ever asked back, and what nobody declares any more is told.

use crate::support::project::{Project, resolve, tenant};
use crate::support::run::Bench;
use proptest::prelude::*;
use std::collections::{BTreeMap, BTreeSet};
use twotier::desired::Access;
use twotier::diag::Code;
use twotier::journal::Stamp;
use twotier::journal::record::Record;
use twotier::ledger::{Assignment, Grant, Handoff, HandoffState, Ledger, Way};
use twotier::model::{Class, Digest, StepKey, StepName, Timestamp};
use twotier::ops::project::Valid;
use twotier::plan::{Planned, step_id};

const SEED: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000000","name":"Reseller 0","country":"HU","partnerIds":["4811111"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Reseller 1","country":"HU","partnerIds":["4811112"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000000"}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"HU","resellers":["fab00000-0000-4000-8000-000000000000","fab00000-0000-4000-8000-000000000001"]}}
"#;

/// What a document says.
#[derive(Clone, Copy, Debug)]
struct Says {
    role: &'static str,
    scope: &'static str,
    reseller: u8,
    present: bool,
}

/// Few of them, so that one comes back often.
fn says() -> impl Strategy<Value = Says> {
    let role = prop_oneof![4 => Just("Owner"), 4 => Just("Reader"), 1 => Just("owner")];
    let scope = prop_oneof![
        6 => Just("/subscriptions/5a000000-0000-4000-8000-000000000001"),
        1 => Just("/subscriptions/5A000000-0000-4000-8000-000000000001"),
        1 => Just("/subscriptions/5a000000-0000-4000-8000-000000000001/resourceGroups/servers"),
    ];
    let reseller = prop_oneof![5 => Just(0u8), 1 => Just(1u8)];
    (role, scope, reseller, prop::bool::weighted(0.8)).prop_map(|(role, scope, reseller, present)| Says {
        role,
        scope,
        reseller,
        present,
    })
}

/// What happens next.
#[derive(Clone, Debug)]
enum Event {
    /// A document is written anew, or its file is removed.
    Write(usize, Option<Says>),
    /// A document takes another name, and says that it did.
    Rename(usize),
    Apply,
    Die(usize, bool),
    /// What people do with each open hand-off, by digits: nothing, do it and say so, do it and say nothing, decline.
    Act(u16),
}

fn events() -> impl Strategy<Value = Vec<Event>> {
    let write = (0..2usize, prop::option::weighted(0.9, says())).prop_map(|(n, says)| Event::Write(n, says));
    let rename = (0..2usize).prop_map(Event::Rename);
    let die = (0..12usize, any::<bool>()).prop_map(|(at, reaches)| Event::Die(at, reaches));
    let edit = prop_oneof![8 => write, 1 => rename, 3 => Just(Event::Act(1))];
    let run = prop_oneof![6 => Just(Event::Apply), 1 => die, 1 => Just(Event::Act(0))];
    let act = prop_oneof![1 => Just(Event::Act(1)), 2 => any::<u16>().prop_map(Event::Act)];
    let round = (edit, run, act).prop_map(|(edit, run, act)| [edit, run, act]);
    prop::collection::vec(round, 1..12).prop_map(|rounds| rounds.into_iter().flatten().collect())
}

/// The manifests; a document with its number of renames.
fn files(documents: &[(Option<Says>, usize)]) -> Vec<(String, String)> {
    let head = |kind: &str, name: &str| format!("apiVersion: twotier/v1\nkind: {kind}\nmetadata: {{name: {name}}}\n");
    let mut files = vec![(
        "manifests/provider.yaml".to_owned(),
        head("Provider", "distri")
            + "spec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: \"4800001\", country: \"HU\", invitationUrl: \"https://invite.example/distri\"}\n",
    )];
    for n in 0..2 {
        files.push((format!("manifests/reseller{n}.yaml"), head("Partnership", &format!("reseller{n}")) + &format!("spec: {{reseller: {{displayName: Reseller {n}, tenantId: fab00000-0000-4000-8000-00000000000{n}, partnerIds: [\"481111{}\"], country: \"HU\", adminAgentsGroupId: a6000000-0000-4000-8000-00000000000{n}}}, ensure: active}}\n", n + 1)));
    }
    files.push(("manifests/contoso.yaml".to_owned(), head("Customer", "contoso") + "spec: {tenantId: c0000000-0000-4000-8000-000000000001, reseller: reseller0, otherResellers: [reseller1]}\n"));
    for (n, (says, renames)) in documents.iter().enumerate() {
        let Some(Says { role, scope, reseller, present }) = says else { continue };
        let renamed = if *renames > 0 { format!(", renamedFrom: access{n}-{}", renames - 1) } else { String::new() };
        let ensure = if *present { "present" } else { "absent" };
        files.push((format!("manifests/access{n}.yaml"), format!("apiVersion: twotier/v1\nkind: AzureAccess\nmetadata: {{name: access{n}-{renames}{renamed}}}\nspec: {{customer: contoso, reseller: reseller{reseller}, scope: {scope}, role: {role}, ensure: {ensure}}}\n")));
    }
    files
}

fn project(documents: &[(Option<Says>, usize)]) -> Project {
    let files = files(documents);
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let (sources, desired, findings) = resolve(&borrowed);
    Project { sources, desired: desired.unwrap_or_else(|| panic!("{findings:?}")) }
}

/// A project with the Azure that only people see.
struct Play {
    bench: Bench,
    documents: Vec<(Option<Says>, usize)>,
    azure: BTreeSet<Assignment>,
    notes: usize,
}

impl Play {
    fn new() -> Self {
        let documents = vec![(None, 0), (None, 0)];
        let bench = Bench::new(project(&documents), tenant(SEED));
        Self { bench, documents, azure: BTreeSet::new(), notes: 0 }
    }
    fn happen(&mut self, event: &Event) {
        match event {
            Event::Write(n, says) => self.documents[*n].0 = *says,
            // Only what a run has seen can be followed to another name.
            Event::Rename(n) if self.documents[*n].0.is_some() && self.is_managed(*n) => self.documents[*n].1 += 1,
            Event::Rename(_) => {}
            Event::Apply => return self.apply(),
            Event::Die(at, reaches) => return self.bench.apply_and_die(*at, *reaches),
            Event::Act(how) => return self.act(*how),
        }
        let project = project(&self.documents);
        self.bench.valid =
            Valid { sources: project.sources.clone(), desired: project.desired.clone(), findings: Vec::new() };
        self.bench.project = project;
    }
    fn is_managed(&self, n: usize) -> bool {
        let address = format!("azure-access/access{n}-{}", self.documents[n].1).parse().expect("an address");
        self.bench.ledger().managed.contains(&address)
    }
    fn declared(&self) -> BTreeSet<Assignment> {
        let present = self.bench.project.desired.azure.values().filter(|access| access.access == Access::Granted);
        let grant = |access: &twotier::desired::AzureAccess| Grant {
            customer: access.customer.clone(),
            reseller: access.reseller.clone(),
            principal: access.principal,
            role: access.role.clone(),
            scope: access.scope.clone(),
        };
        present.map(|access| grant(access).assignment()).collect()
    }
    fn apply(&mut self) {
        self.bench.apply();
        let ledger = self.bench.ledger();
        let of = |handoff: &Handoff| handoff.azure_grant().expect("everything is written down").assignment();
        let declined = ledger.handoffs.values().filter(|it| matches!(it.state, HandoffState::Declined { .. }));
        // What somebody will not grant may go.
        let declined: BTreeSet<Assignment> = declined.filter(|it| it.azure_way() == Some(Way::Grant)).map(of).collect();
        let declared = self.declared();
        for handoff in ledger.handoffs.values().filter(|it| it.state == HandoffState::Asked) {
            let role = of(handoff);
            let there = self.bench.project.desired.declared.contains_key(&handoff.key.address);
            match handoff.azure_way() {
                Some(Way::TakeBack) if !declined.contains(&role) => {
                    assert!(!declared.contains(&role), "asked back: {role:?}")
                }
                Some(Way::Grant) if there => assert!(declared.contains(&role), "asked for: {role:?}"),
                Some(Way::TakeBack | Way::Grant) | None => {}
            }
        }
    }
    fn act(&mut self, mut how: u16) {
        let ledger = self.bench.ledger();
        for (id, handoff) in ledger.handoffs.iter().filter(|(_, it)| it.state == HandoffState::Asked) {
            let what = how % 4;
            how /= 4;
            // What was said before may have ended another request.
            let open = self.bench.ledger().handoffs[id].state == HandoffState::Asked;
            let assignment = handoff.azure_grant().expect("everything is written down").assignment();
            let grants = handoff.azure_way() == Some(Way::Grant);
            match (what, grants) {
                (1 | 2, true) => drop(self.azure.insert(assignment)),
                (1 | 2, false) => drop(self.azure.remove(&assignment)),
                // Nobody declines to grant what they granted.
                (3, true) if self.azure.contains(&assignment) => continue,
                _ => {}
            }
            let (handoff, digest, by) = (*id, handoff.digest, "somebody".into());
            match what {
                1 if open => self.note(Record::Acknowledged { handoff, digest, by, evidence: None }),
                3 if open => self.note(Record::Declined { handoff, by, reason: "not now".into() }),
                _ => {}
            }
        }
    }
    fn note(&mut self, note: Record) {
        self.notes += 1;
        let stamp = Stamp { at: self.bench.tenant.clock(), nonce: smol_str::format_smolstr!("note-{}", self.notes) };
        self.bench.journal().note(note, &stamp).expect("a note is written");
    }
    /// Whoever declined thinks better of it.
    fn reopen(&mut self) {
        for (handoff, known) in self.bench.ledger().handoffs {
            if matches!(known.state, HandoffState::Declined { .. })
                && matches!(self.bench.ledger().handoffs[&handoff].state, HandoffState::Declined { .. })
            {
                self.note(Record::Reopened { handoff, by: "somebody".into(), reason: "yes, now".into() });
            }
        }
    }
    /// Nothing disturbs any more.
    fn settle(&mut self) -> Planned {
        self.reopen();
        for _ in 0..6 {
            let planned = self.bench.plan();
            if planned.plan.steps().is_empty() {
                assert!(planned.outlook.blocked.is_empty(), "{:?}", planned.outlook.blocked);
                return planned;
            }
            self.apply();
            self.everybody();
        }
        panic!("steps are left: {}", self.bench.project.shown(&self.bench.plan()));
    }
    /// Every open hand-off is done, one after the other.
    fn everybody(&mut self) {
        while self.bench.ledger().handoffs.values().any(|it| it.state == HandoffState::Asked) {
            self.act(1);
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig { cases: crate::laws::cases_or(300), ..ProptestConfig::default() })]

    #[test]
    fn azure_comes_to_what_is_declared_and_the_rest_is_told(events in events()) {
        let mut play = Play::new();
        for event in &events {
            play.happen(event);
        }
        let planned = play.settle();
        let declared = play.declared();
        let missing: Vec<_> = declared.difference(&play.azure).collect();
        prop_assert!(missing.is_empty(), "declared, and not there: {missing:?}");
        let told = left(&planned);
        for extra in play.azure.difference(&declared) {
            prop_assert!(told.contains(extra), "there, not declared and not told: {extra:?}\n{:?}", planned.outlook.findings);
        }
        // And it stays there: nobody is asked anything more.
        play.apply();
        prop_assert!(play.bench.plan().plan.steps().is_empty());
    }
}

/// The roles that are told to be left behind.
fn left(planned: &Planned) -> BTreeSet<Assignment> {
    let all = planned.outlook.findings.iter().filter(|finding| finding.code == Code::LeftGrant);
    let grant = |text: &str| {
        let role = text.split(" and ").nth(1)?;
        let (role, rest) = role.split_once(" at ")?;
        let (scope, rest) = rest.split_once(" for ")?;
        let reseller = rest.split(' ').next()?;
        let n = reseller.strip_prefix("reseller")?;
        Some(Grant {
            customer: "contoso".parse().ok()?,
            reseller: reseller.parse().ok()?,
            principal: format!("a6000000-0000-4000-8000-00000000000{n}").parse().ok()?,
            role: role.into(),
            scope: scope.into(),
        })
    };
    all.map(|finding| grant(&finding.message).unwrap_or_else(|| panic!("{}", finding.message)).assignment()).collect()
}

fn owner() -> Says {
    Says { role: "Owner", scope: "/subscriptions/5a000000-0000-4000-8000-000000000001", reseller: 0, present: true }
}
fn reader() -> Says {
    Says { role: "Reader", ..owner() }
}

/// The steps of a plan, by what they are called.
fn steps(planned: &Planned) -> Vec<String> {
    let name = |step: &twotier::plan::Step| {
        let role = step.key.discriminator.split('-').next().unwrap_or_default();
        format!("{} {role}", step.key.step).trim().to_owned()
    };
    planned.plan.steps().iter().map(name).collect()
}

#[test]
fn a_request_that_nobody_answered_is_withdrawn_and_asked_back_at_once() {
    let mut play = Play::new();
    play.happen(&Event::Write(0, Some(owner())));
    play.apply();
    play.happen(&Event::Write(0, Some(reader())));
    let planned = play.bench.plan();
    assert_eq!(steps(&planned), ["grant-azure-access", "revoke-azure-access owner"]);
    assert!(planned.plan.steps()[1].needs.is_empty(), "somebody may do it any minute");
    play.apply();
    let open: Vec<_> =
        play.bench.ledger().handoffs.into_values().filter(|it| it.state == HandoffState::Asked).collect();
    assert_eq!(open.len(), 2, "the request for an owner is over");
    play.settle();
}

#[test]
fn a_role_that_came_back_is_not_asked_back_and_stands() {
    let mut play = Play::new();
    for says in [owner(), reader(), owner()] {
        play.happen(&Event::Write(0, Some(says)));
        play.apply();
    }
    play.everybody();
    for says in [reader(), owner()] {
        play.happen(&Event::Write(0, Some(says)));
        play.apply();
    }
    let planned = play.settle();
    assert!(planned.outlook.findings.is_empty(), "{:?}", planned.outlook.findings);
    assert_eq!(play.azure, play.declared());
}

#[test]
fn a_declined_grant_is_no_grant() {
    let mut play = Play::new();
    play.happen(&Event::Write(0, Some(owner())));
    play.apply();
    let handoff = *play.bench.ledger().handoffs.keys().next().expect("asked");
    let note = Record::Declined { handoff, by: "somebody".into(), reason: "not an owner".into() };
    let stamp = Stamp { at: play.bench.tenant.clock(), nonce: "declined".into() };
    play.bench.journal().note(note, &stamp).expect("a note is written");
    play.happen(&Event::Write(0, Some(reader())));
    assert_eq!(steps(&play.bench.plan()), ["grant-azure-access"]);
}

#[test]
fn another_letter_case_is_the_same_role() {
    let mut play = Play::new();
    play.happen(&Event::Write(0, Some(owner())));
    play.settle();
    let scope = "/subscriptions/5A000000-0000-4000-8000-000000000001";
    play.happen(&Event::Write(0, Some(Says { role: "OWNER", scope, ..owner() })));
    assert_eq!(steps(&play.bench.plan()), Vec::<String>::new());
}

#[test]
fn what_an_older_version_did_not_write_down_is_told_and_not_asked_again() {
    let mut play = Play::new();
    play.happen(&Event::Write(0, Some(owner())));
    play.settle();
    let older = || {
        let mut ledger: Ledger = play.bench.ledger();
        ledger.handoffs.values_mut().for_each(|handoff| handoff.wanted.clear());
        ledger
    };
    let plan = |says: Says| {
        let project = project(&[(Some(says), 0), (None, 0)]);
        project.plan(&play.bench.tenant, &older())
    };
    let codes = |planned: &Planned| planned.outlook.findings.iter().map(|it| it.code).collect::<Vec<_>>();
    let same = plan(owner());
    assert_eq!((steps(&same), codes(&same)), (vec![], vec![]));
    let changed = plan(reader());
    assert_eq!((steps(&changed), codes(&changed)), (vec!["grant-azure-access".to_owned()], vec![Code::EarlierGrant]));
    let absent = plan(Says { present: false, ..owner() });
    assert_eq!((steps(&absent), codes(&absent)), (vec!["revoke-azure-access owner".to_owned()], vec![]));
}

/// Plans what these replacements make of the manifests.
fn plan_with(play: &Play, replacements: &[(&str, &str)]) -> Planned {
    let files: Vec<(String, String)> = files(&play.documents)
        .into_iter()
        .map(|(path, text)| (path, replacements.iter().fold(text, |text, (old, new)| text.replace(old, new))))
        .collect();
    let borrowed: Vec<(&str, &str)> = files.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    Project::of(&borrowed).plan(&play.bench.tenant, &play.bench.ledger())
}

#[test]
fn a_customer_and_a_reseller_under_another_name_are_the_same() {
    for scope in [owner().scope, "/providers/Microsoft.Management/managementGroups/platform"] {
        let mut play = Play::new();
        play.happen(&Event::Write(0, Some(Says { scope, ..owner() })));
        play.settle();
        let renamed = [
            ("name: contoso}", "name: litware, renamedFrom: contoso}"),
            ("customer: contoso", "customer: litware"),
            ("name: reseller0}", "name: north, renamedFrom: reseller0}"),
            ("reseller: reseller0", "reseller: north"),
        ];
        let planned = plan_with(&play, &renamed);
        assert_eq!(steps(&planned), Vec::<String>::new(), "{scope}");
        let smaller = [&renamed[..], &[("role: Owner", "role: Reader")]].concat();
        let planned = plan_with(&play, &smaller);
        assert_eq!(steps(&planned), ["grant-azure-access", "revoke-azure-access owner"], "{scope}");
        assert_eq!(planned.plan.steps()[1].reseller, "north".parse().ok());
    }
}

#[test]
fn a_protected_document_takes_nothing_back() {
    let mut play = Play::new();
    play.happen(&Event::Write(0, Some(owner())));
    play.settle();
    let protected = ("name: access0-0", "name: access0-0, annotations: {twotier/protect: \"true\"}");
    let planned = plan_with(&play, &[protected, ("role: Owner", "role: Reader")]);
    assert_eq!(steps(&planned).last().map(String::as_str), Some("grant-azure-access"));
    let blocked: Vec<Code> = planned.outlook.blocked.iter().map(|blocked| blocked.finding.code).collect();
    assert_eq!(blocked, [Code::Protected]);
}

#[test]
fn only_what_is_granted_anew_counts_as_access() {
    let mut play = Play::new();
    play.happen(&Event::Write(0, Some(owner())));
    play.settle();
    let limit = ("country: \"HU\", invitationUrl", "country: \"HU\", limits: {grantedAccess: {max: 5}}, invitationUrl");
    let planned = plan_with(&play, &[limit, ("role: Owner", "role: Reader")]);
    let counted: Vec<(StepName, usize)> =
        planned.plan.steps().iter().map(|step| (step.key.step, step.counts.len())).collect();
    let access = counted.into_iter().filter(|(step, _)| *step != StepName::ChangeGuards).collect::<Vec<_>>();
    assert_eq!(access, [(StepName::GrantAzureAccess, 1), (StepName::RevokeAzureAccess, 0)]);
}

/// A hand-off as an older version asked for it: take-backs had no other end, and nothing was written down.
fn older(planned: &Planned, step: StepName) -> (Digest, Handoff) {
    let planned = planned.plan.steps().iter().find(|it| it.key.step == step).expect("it is planned");
    let key = StepKey::new(planned.key.address.clone(), step);
    let id = step_id(&key, Class::HandOff, &planned.action);
    let at = Timestamp::from_seconds(1_795_424_400);
    let state = HandoffState::Acknowledged { by: "somebody".into(), at, evidence: None };
    let digest = Digest::of_bytes(b"an older text");
    (id, Handoff { key, digest, first: digest, text: String::new(), wanted: BTreeMap::new(), asked: at, state })
}

#[test]
fn what_an_older_version_was_told_is_taken_back_stays_so_until_it_is_declared() {
    let play = Play::new();
    let absent = project(&[(Some(Says { present: false, ..owner() }), 0), (None, 0)]);
    let mut ledger = play.bench.ledger();
    let planned = absent.plan(&play.bench.tenant, &ledger);
    let (id, handoff) = older(&planned, StepName::RevokeAzureAccess);
    ledger.handoffs.insert(id, handoff);
    assert_eq!(steps(&absent.plan(&play.bench.tenant, &ledger)), Vec::<String>::new());
    let present = project(&[(Some(owner()), 0), (None, 0)]);
    let (grant, mut granted) = older(&present.plan(&play.bench.tenant, &ledger), StepName::GrantAzureAccess);
    granted.state = HandoffState::Consumed { at: granted.asked };
    ledger.handoffs.insert(grant, granted);
    let planned = present.plan(&play.bench.tenant, &ledger);
    assert_eq!(steps(&planned), ["grant-azure-access"]);
    assert!(planned.adopt.consumed.contains(&id), "the next `absent` asks again");
}

#[test]
fn ids_of_an_older_version_are_known() {
    let folder = crate::support::root().join("examples/azure-access/manifests");
    let mut texts = Vec::new();
    for name in ["provider", "fabrikam", "contoso", "contoso-azure"] {
        let path = format!("{name}.yaml");
        let text = std::fs::read_to_string(folder.join(&path)).expect("an example");
        texts.push((path, text.replace("ensure: present", "ensure: absent")));
    }
    let borrowed: Vec<(&str, &str)> = texts.iter().map(|(path, text)| (path.as_str(), text.as_str())).collect();
    let planned = Project::of(&borrowed).plan(&tenant(SEED), &Ledger::default());
    // As its story printed it then.
    assert_eq!(older(&planned, StepName::RevokeAzureAccess).0.short(10).to_string(), "91d884cb41");
}
