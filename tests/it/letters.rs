//! Letters with names that try to be more than names: no text of a manifest or of the tenant adds a line to a letter,
//! hides one or turns its direction. Never looks at how a letter is worded.

use crate::support::project::{Project, tenant};
use proptest::prelude::*;
use twotier::ledger::Ledger;
use twotier::model::text::is_hostile;
use twotier::plan::Action;

const PROVIDER: &str = r#"apiVersion: twotier/v1
kind: Provider
metadata: {name: distri}
spec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: "4800001", country: HU, invitationUrl: "https://invite.example/distri"}
"#;
const COMPANIES: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000002","name":"Northwind","country":"HU","partnerIds":["4822222"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000003","name":"Litware","country":"HU","partnerIds":["4833333"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000002"}}
"#;

/// Text that tries to end a line, to hide one or to turn its direction.
fn hostile() -> impl Strategy<Value = String> {
    let nasty = [
        "\n",
        "\r\n",
        "\n\nSubject: x\n",
        "\u{1b}[2J",
        "\u{202e}",
        "\u{2028}",
        "\u{85}",
        "\0",
        "::error::",
        "a",
        " ",
        "Kft",
    ];
    proptest::collection::vec(prop::sample::select(nasty.to_vec()), 1..8).prop_map(|parts| parts.concat())
}

/// The same without what no name of a manifest may have.
fn written() -> impl Strategy<Value = String> {
    hostile().prop_map(|text| text.chars().filter(|c| !c.is_control()).collect())
}

/// Every letter of a partnership that ends, another that is invited, a customer and a role.
fn letters(name: &str, company: &str) -> Vec<String> {
    let quoted = serde_json::json!(format!("A{name}")).to_string();
    let reason = serde_json::json!(format!("A{name}\n\nSubject: x\n")).to_string();
    let fabrikam = format!(
        r#"apiVersion: twotier/v1
kind: Partnership
metadata: {{name: fabrikam}}
spec:
  reseller: {{displayName: {quoted}, tenantId: fab00000-0000-4000-8000-000000000001, partnerIds: ["4811111"], country: HU, contact: {{name: {quoted}, email: csp@fabrikam.example}}}}
  ensure: ended
  ending:
    reason: {reason}
    decidedBy: {quoted}
    decidedOn: 2026-11-02
    contract: {quoted}
    declaration: {{goodFaith: true, legitimateBusinessPurpose: true, inAccordanceWithAgreements: true, holdMicrosoftHarmless: true, by: {quoted}, on: 2026-11-02}}
    notices: {{partner: {{how: send}}, customers: {{how: send}}}}
    transferTo: northwind
    search: everyCustomer
"#
    );
    let northwind = format!(
        r#"apiVersion: twotier/v1
kind: Partnership
metadata: {{name: northwind}}
spec: {{reseller: {{displayName: {quoted}, tenantId: fab00000-0000-4000-8000-000000000002, partnerIds: ["4822222"], country: HU, adminAgentsGroupId: a6000000-0000-4000-8000-000000000001}}, ensure: active}}
"#
    );
    let litware = format!(
        r#"apiVersion: twotier/v1
kind: Partnership
metadata: {{name: litware}}
spec: {{reseller: {{displayName: {quoted}, partnerIds: ["4833333"], country: HU, contact: {{name: {quoted}, email: csp@litware.example}}}}, ensure: active}}
"#
    );
    let contoso = format!(
        r#"apiVersion: twotier/v1
kind: Customer
metadata: {{name: contoso}}
spec: {{tenantId: c0000000-0000-4000-8000-000000000001, reseller: northwind, contact: {{name: {quoted}, email: it@contoso.example}}}}
"#
    );
    let customer = serde_json::json!({"customer": {
        "tenantId": "c0000000-0000-4000-8000-000000000001", "domain": "contoso.onmicrosoft.com",
        "companyName": format!("A{company}"), "country": "HU",
        "resellers": ["fab00000-0000-4000-8000-000000000001"],
    }});
    let project = Project::of(&[
        ("manifests/provider.yaml", PROVIDER),
        ("manifests/fabrikam.yaml", &fabrikam),
        ("manifests/northwind.yaml", &northwind),
        ("manifests/litware.yaml", &litware),
        ("manifests/contoso.yaml", &contoso),
    ]);
    let planned = project.plan(&tenant(&format!("{COMPANIES}{customer}\n")), &Ledger::default());
    let steps = planned.plan.steps().iter();
    let letters = steps.filter_map(|step| match &step.action {
        Action::HandOff(ask) => Some(ask.letter(&step.key)),
        Action::Api(_) | Action::Await { .. } | Action::Guard(_) => None,
    });
    letters.collect()
}

#[test]
fn every_kind_of_letter_with_a_name_is_there() {
    let subjects: Vec<String> = letters("", "")
        .iter()
        .map(|it| it.lines().find(|line| line.starts_with("Subject: ")).unwrap_or("").into())
        .collect();
    assert_eq!(subjects.len(), 5, "{subjects:#?}");
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 64, failure_persistence: None, ..ProptestConfig::default() })]
    #[test]
    fn no_name_adds_a_line_to_a_letter_or_hides_one((name, company) in (written(), hostile())) {
        let (plain, forged) = (letters("", ""), letters(&name, &company));
        prop_assert_eq!(plain.len(), forged.len());
        for (plain, forged) in plain.iter().zip(&forged) {
            prop_assert_eq!(plain.lines().count(), forged.lines().count(), "{}", forged);
            prop_assert!(!forged.contains(|c| is_hostile(c) && c != '\n'), "{:?}", forged);
            let subjects = |letter: &str| letter.lines().filter(|line| line.starts_with("Subject: ")).count();
            prop_assert_eq!(subjects(forged), 1);
        }
    }
}
