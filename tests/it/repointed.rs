//! Documents that mean another tenant than before: what the former one was given is not the new one's, and nothing is done
//! for the new one before somebody read that it is one. One behaviour a test.

use crate::support::project::{Project, tenant};
use crate::support::run::Bench;
use twotier::backend::simulated::Human;
use twotier::diag::Code;
use twotier::journal::Stamp;
use twotier::journal::record::{Forgotten, Record};
use twotier::ledger::HandoffState;
use twotier::plan::Planned;

const CONTOSO: &str = "c0000000-0000-4000-8000-000000000001";
const ADATUM: &str = "c0000000-0000-4000-8000-000000000002";
const FABRIKAM: &str = "fab00000-0000-4000-8000-000000000001";
const NORTHWIND: &str = "fab00000-0000-4000-8000-000000000002";
const SEED: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000002","name":"Northwind","country":"HU","partnerIds":["4811112"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"HU","resellers":["fab00000-0000-4000-8000-000000000001"]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000002","domain":"adatum.onmicrosoft.com","companyName":"Adatum","country":"HU","resellers":["fab00000-0000-4000-8000-000000000001"]}}
"#;

/// One reseller and one customer by their tenants, and a role of the former at a management group of the latter.
fn project(reseller: &str, customer: &str) -> Project {
    Project::of(&[(
        "manifests/all.yaml",
        &format!(
            r#"apiVersion: twotier/v1
kind: Provider
metadata: {{name: distri}}
spec: {{tenantId: 11111111-1111-4111-8111-111111111111, partnerId: "4800001", country: HU, invitationUrl: "https://invite.example/distri"}}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {{name: fabrikam}}
spec: {{reseller: {{displayName: Fabrikam, tenantId: {reseller}, partnerIds: ["{id}"], country: HU, contact: {{email: csp@fabrikam.example}}}}, ensure: active}}
---
apiVersion: twotier/v1
kind: Customer
metadata: {{name: contoso}}
spec: {{tenantId: {customer}, reseller: fabrikam, contact: {{email: it@contoso.example}}}}
---
apiVersion: twotier/v1
kind: AzureAccess
metadata: {{name: platform}}
spec: {{customer: contoso, reseller: fabrikam, principal: a6000000-0000-4000-8000-000000000001, scope: /providers/Microsoft.Management/managementGroups/platform, role: Owner, ensure: present}}
"#,
            id = if reseller == FABRIKAM { "4811111" } else { "4811112" }
        ),
    )])
}

fn begun() -> Bench {
    begun_in(SEED)
}

fn begun_in(seed: &str) -> Bench {
    let mut bench = Bench::new(project(FABRIKAM, CONTOSO), tenant(seed));
    bench.apply();
    bench.people_act();
    bench.apply();
    at_rest(&bench);
    bench
}

/// Steps, and blocked ones with `?` and a code.
fn told(planned: &Planned) -> Vec<String> {
    let blocked = planned.outlook.blocked.iter().map(|it| format!("? {} {}", it.key.step, it.finding.code));
    let steps = planned.plan.steps().iter().map(|step| {
        let role = step.key.discriminator.split('-').next().unwrap_or_default();
        format!("{} {role}", step.key.step).trim().to_owned()
    });
    steps.chain(blocked).collect()
}

#[track_caller]
fn at_rest(bench: &Bench) {
    let planned = bench.plan();
    assert!(planned.plan.steps().is_empty(), "{}", bench.project.shown(&planned));
}

fn note(bench: &mut Bench, nonce: &str, note: Record) {
    let stamp = Stamp { at: bench.tenant.clock(), nonce: nonce.into() };
    bench.journal().note(note, &stamp).expect("a note is written");
}

#[test]
fn a_role_that_was_granted_in_the_former_tenant_is_none_in_the_new_one() {
    let mut bench = begun();
    bench.declare(project(FABRIKAM, ADATUM));
    // A run that nobody read changes nothing, however often it comes.
    for _ in 0..2 {
        bench.apply();
        assert_eq!(told(&bench.plan()), <[&str; 0]>::default());
    }
    bench.apply_read();
    let planned = bench.plan();
    assert_eq!(told(&planned), ["grant-azure-access", "revoke-azure-access owner"]);
    let shown = bench.project.shown(&planned);
    assert!(shown.contains(CONTOSO), "{shown}");
    bench.apply();
    bench.people_act();
    bench.apply();
    bench.people_act();
    bench.apply();
    at_rest(&bench);
    // Back again: what was taken back there is granted anew, and what stands here is asked back.
    bench.declare(project(FABRIKAM, CONTOSO));
    bench.apply_read();
    assert_eq!(told(&bench.plan()), ["grant-azure-access", "revoke-azure-access owner"]);
}

#[test]
fn a_slip_that_was_recorded_and_mended_asks_nobody_anything() {
    let mut bench = begun();
    bench.declare(project(FABRIKAM, ADATUM));
    bench.apply_read();
    bench.declare(project(FABRIKAM, CONTOSO));
    bench.apply_read();
    at_rest(&bench);
    let granted = bench.ledger().handoffs.into_values().filter(|it| it.state.done().is_some()).count();
    assert_eq!(granted, 1);
}

#[test]
fn a_role_of_another_company_is_told_until_the_slip_is_mended_or_people_grant_it_anew() {
    let both = SEED.replace("\"resellers\":[", &format!("\"resellers\":[\"{NORTHWIND}\","));
    let mut bench = begun_in(&format!("{both}{{\"relationship\":{{\"tenantId\":\"{NORTHWIND}\"}}}}\n"));
    let is_told = |bench: &Bench| bench.plan().outlook.findings.iter().any(|it| it.code == Code::GrantOfAnother);
    let point_to = |bench: &mut Bench, reseller| {
        bench.declare(project(reseller, CONTOSO));
        let before = is_told(bench);
        bench.apply_read();
        at_rest(bench);
        assert_eq!(is_told(bench), before, "a run that records it changes nothing of what is told");
        before
    };
    assert!(point_to(&mut bench, NORTHWIND));
    assert!(!point_to(&mut bench, FABRIKAM));
    assert!(point_to(&mut bench, NORTHWIND));
    let granted = bench.ledger().handoffs.into_iter().find(|(_, it)| it.state.done().is_some()).expect("granted");
    let reopened = Record::Reopened { handoff: granted.0, by: "ann".into(), reason: "the group is Northwind's".into() };
    note(&mut bench, "reopened", reopened);
    assert_eq!(told(&bench.plan()), ["grant-azure-access"]);
    bench.apply();
    bench.people_act();
    bench.apply();
    at_rest(&bench);
    assert!(!is_told(&bench));
}

#[test]
fn a_forgotten_binding_forgets_no_role_and_gives_it_to_nobody_else() {
    let forget = || Record::Forgotten {
        address: "customer/contoso".parse().expect("an address"),
        what: Forgotten::Binding,
        by: "ann".into(),
        reason: "it was wrong".into(),
    };
    let mut bench = begun();
    note(&mut bench, "forget", forget());
    at_rest(&bench);
    bench.apply();
    at_rest(&bench);
    note(&mut bench, "again", forget());
    bench.declare(project(FABRIKAM, ADATUM));
    assert_eq!(told(&bench.plan()), ["grant-azure-access", "revoke-azure-access owner"]);
}

#[test]
fn a_reseller_that_is_not_listed_yet_is_invited_only_once_somebody_read_that_it_is_another_one() {
    let mut bench = begun();
    bench.declare(project(NORTHWIND, CONTOSO));
    for _ in 0..2 {
        let planned = bench.plan();
        assert!(told(&planned).contains(&"? invite-reseller TT0356".to_owned()), "{:?}", told(&planned));
        bench.apply();
        assert!(!bench.ledger().handoffs.values().any(|it| it.state == HandoffState::Asked));
    }
    bench.apply_read();
    assert_eq!(told(&bench.plan())[..2], ["invite-reseller", "await-partnership"]);
    bench.apply();
    // It accepts, which is no further change of its document.
    let _ = bench.tenant.play(&Human::AcceptPartnership { company: NORTHWIND.parse().expect("a tenant") });
    let planned = bench.plan();
    assert!(planned.outlook.findings.iter().all(|finding| finding.code != Code::MeansAnother));
    bench.apply();
    assert_eq!(bench.plan().bindings.reseller(&"fabrikam".parse().expect("a name")), NORTHWIND.parse().ok());
    // The former one again is one more.
    bench.declare(project(FABRIKAM, CONTOSO));
    let planned = bench.plan();
    assert!(planned.outlook.findings.iter().any(|finding| finding.code == Code::MeansAnother));
}
