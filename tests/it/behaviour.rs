//! What the planner does with one subscription, one partnership, one customer at a time: a behaviour a test, each
//! against a simulated tenant, and what was settled before where that matters.

use crate::support::project::{Project, tenant};
use std::collections::BTreeMap;
use twotier::backend::simulated::{Human, Memory};
use twotier::ledger::{Counted, Credential, CredentialState, Ledger, LiveId};
use twotier::model::{Address, CustomerId, Field, SubscriptionId, TenantId, Value};
use twotier::plan::{Gate, Planned};

const BASE: &str = r#"apiVersion: twotier/v1
kind: Provider
metadata: {name: distri}
spec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: "4800001", country: HU, invitationUrl: "https://invite.example/distri"}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: fabrikam}
spec: {reseller: {displayName: Fabrikam, partnerIds: ["4811111"], country: HU, contact: {email: csp@fabrikam.example}}, ensure: active}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: northwind}
spec: {reseller: {displayName: Northwind, partnerIds: ["4822222"], country: HU, contact: {email: csp@northwind.example}}, ensure: active}
"#;
const HEADER: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000002","name":"Northwind","country":"HU","partnerIds":["4822222"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000002"}}
{"product":{"productId":"CFQ7TTC0AAAA","skuId":"0001","name":"Backup","availabilities":[{"id":"CFQ7TTC0A001","term":"P1Y","billingCycle":"annual"}]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"HU","resellers":["fab00000-0000-4000-8000-000000000001"]}}
{"agreement":{"customer":"c0000000-0000-4000-8000-000000000001","signedOn":"2024-02-01T08:00:00Z"}}
"#;
const CUSTOMER: &str = "c0000000-0000-4000-8000-000000000001";
const LIVE: &str = "50000000-0000-4000-8000-000000000001";

/// A subscription in the tenant, with further fields.
fn there(fields: &str) -> Memory {
    let line = format!(
        r#"{{"subscription":{{"subscriptionId":"{LIVE}","customer":"{CUSTOMER}","offerName":"Offer","friendlyName":"Old","quantity":25,"commitmentEnd":"2027-03-01T00:00:00Z"{fields}}}}}"#
    );
    tenant(&format!("{HEADER}{line}\n"))
}
const NEW: &str = r#","product":{"productId":"CFQ7TTC0AAAA","skuId":"0001"},"term":"P1Y","billingCycle":"annual""#;
const LEGACY: &str = r#","commerce":"legacy""#;

/// Contoso with one subscription, declared by these lines.
fn declared(subscription: &str) -> Project {
    with_documents(&format!(
        "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec:\n  tenantId: {CUSTOMER}\n  reseller: fabrikam\n  subscriptions:\n    m365: {{{subscription}}}\n"
    ))
}
fn with_documents(documents: &str) -> Project {
    Project::of(&[("manifests/all.yaml", &format!("{BASE}{documents}"))])
}

/// What earlier runs settled of the subscription.
fn settled(field: Field, value: Value) -> Ledger {
    let address: Address = "subscription/contoso/m365".parse().unwrap();
    Ledger { settled: BTreeMap::from([(address, BTreeMap::from([(field, value)]))]), ..Ledger::default() }
}

/// The steps as `name address`, the blocked as `? name address code`, findings as `code`.
fn told(planned: &Planned) -> Vec<String> {
    let steps = planned.plan.steps().iter().map(|step| step.key.to_string());
    let blocked = planned.outlook.blocked.iter().map(|b| format!("? {} {}", b.key, b.finding.code));
    let findings = planned.outlook.findings.iter().map(|finding| finding.code.to_string());
    steps.chain(blocked).chain(findings).collect()
}
#[track_caller]
fn check(project: &Project, tenant: &Memory, ledger: &Ledger, expect: &[&str]) -> Planned {
    let planned = project.plan(tenant, ledger);
    assert_eq!(told(&planned), expect, "{}", project.shown(&planned));
    planned
}
fn fresh() -> Ledger {
    Ledger::default()
}

#[test]
fn a_field_that_is_not_written_is_not_compared() {
    let project = declared(&format!("subscriptionId: {LIVE}, partnerOfRecord: fabrikam"));
    let planned = check(&project, &there(&format!(r#"{NEW},"partnerOfRecord":"4811111""#)), &fresh(), &[]);
    let fields: Vec<Field> = planned.adopt.settled.values().flat_map(|fields| fields.keys().copied()).collect();
    assert_eq!(
        fields,
        [Field::PartnerIds, Field::PartnerIds, Field::Reseller, Field::PartnerOfRecord],
        "what holds is adopted"
    );
}

#[test]
fn intent_drift_and_conflict_are_told_apart_by_what_was_settled() {
    let project = declared(&format!("subscriptionId: {LIVE}, partnerOfRecord: fabrikam, quantity: 30"));
    let tenant = there(&format!(r#"{NEW},"partnerOfRecord":"4811111""#));
    let quantity = |n| settled(Field::Quantity, Value::Number(n));
    check(&project, &tenant, &fresh(), &["change-quantity subscription/contoso/m365"]);
    check(&project, &tenant, &quantity(25), &["change-quantity subscription/contoso/m365"]);
    check(&project, &tenant, &quantity(30), &["TT0313"]);
    let conflict = check(&project, &tenant, &quantity(40), &["? change-quantity subscription/contoso/m365 TT0312"]);
    let message = &conflict.outlook.blocked[0].finding.message;
    assert!(message.contains("30") && message.contains("25") && message.contains("40"), "{message}");
}

#[test]
fn drift_of_seats_is_undone_only_where_the_manifest_says_so() {
    let project = declared(&format!(
        "subscriptionId: {LIVE}, partnerOfRecord: fabrikam, quantity: 30, onDrift: {{quantity: restore}}"
    ));
    let tenant = there(&format!(r#"{NEW},"partnerOfRecord":"4811111""#));
    let ledger = settled(Field::Quantity, Value::Number(30));
    check(&project, &tenant, &ledger, &["change-quantity subscription/contoso/m365"]);
}

#[test]
fn drift_of_the_partner_of_record_is_restored() {
    let project = declared(&format!("subscriptionId: {LIVE}, partnerOfRecord: fabrikam"));
    let tenant = there(&format!(r#"{NEW},"partnerOfRecord":"4822222""#));
    let ledger = settled(Field::PartnerOfRecord, Value::text("4811111"));
    let planned = check(&project, &tenant, &ledger, &["set-partner-of-record subscription/contoso/m365"]);
    assert_eq!(planned.plan.steps()[0].motive, twotier::plan::Motive::Restore);
}

#[test]
fn a_default_fills_a_gap_and_never_replaces_another_partner_of_record() {
    let project = declared(&format!("subscriptionId: {LIVE}"));
    check(&project, &there(NEW), &fresh(), &["set-partner-of-record subscription/contoso/m365"]);
    check(&project, &there(&format!(r#"{NEW},"partnerOfRecord":"4822222""#)), &fresh(), &["TT0316"]);
}

#[test]
fn an_assertion_is_never_written() {
    let project = declared(&format!("subscriptionId: {LIVE}, partnerOfRecord: none"));
    check(&project, &there(NEW), &fresh(), &[]);
    check(&project, &there(&format!(r#"{NEW},"partnerOfRecord":"4822222""#)), &fresh(), &["TT0336"]);
}

#[test]
fn what_cannot_be_changed_is_blocked_with_the_reason() {
    let more = declared(&format!("subscriptionId: {LIVE}, partnerOfRecord: none, quantity: 30"));
    let blocked = "? change-quantity subscription/contoso/m365";
    check(&more, &there(&format!(r#"{NEW},"status":"suspended""#)), &fresh(), &[&format!("{blocked} TT0303")]);
    check(
        &more,
        &there(&format!(r#"{NEW},"scheduledChange":{{"quantity":20}}"#)),
        &fresh(),
        &[&format!("{blocked} TT0315")],
    );
    let fewer = declared(&format!("subscriptionId: {LIVE}, partnerOfRecord: none, quantity: 20"));
    check(&fewer, &there(NEW), &fresh(), &[&format!("{blocked} TT0314")]);
    let reservation = declared(&format!("subscriptionId: {LIVE}, partnerOfRecord: fabrikam"));
    let fixed = there(&format!(r#"{NEW},"sort":"reservation""#));
    check(&reservation, &fixed, &fresh(), &["? set-partner-of-record subscription/contoso/m365 TT0317"]);
}

#[test]
fn a_bound_subscription_that_is_gone_is_never_bought_anew() {
    let product = r#"product: {productId: CFQ7TTC0AAAA, skuId: "0001"}, quantity: 5, term: P1Y, billingCycle: annual"#;
    let written = declared(&format!("subscriptionId: {LIVE}, {product}"));
    let empty = tenant(HEADER);
    check(&written, &empty, &fresh(), &["? change-quantity subscription/contoso/m365 TT0302"]);
    let learned = declared(product);
    let (customer, id): (CustomerId, SubscriptionId) = (CUSTOMER.parse().unwrap(), LIVE.parse().unwrap());
    let address: Address = "subscription/contoso/m365".parse().unwrap();
    let ledger = Ledger { bindings: BTreeMap::from([(address, LiveId::Subscription(customer, id))]), ..fresh() };
    check(&learned, &empty, &ledger, &["? order-subscription subscription/contoso/m365 TT0302"]);
    check(&learned, &empty, &fresh(), &["order-subscription subscription/contoso/m365"]);
}

#[test]
fn lowering_needs_an_acknowledgement_and_one_is_used_up() {
    let lower = |more: &str| {
        with_documents(&format!(
            "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec:\n  tenantId: {CUSTOMER}\n  subscriptions:\n    m365: {{subscriptionId: {LIVE}, quantity: 20}}\n{more}"
        ))
    };
    let acknowledged = "---\napiVersion: twotier/v1\nkind: Acknowledgement\nmetadata: {name: fewer}\nspec: {limit: TT0500, cause: customer/contoso, atMost: 1, reason: they left, by: anna, expires: 2026-12-01}\n";
    let step = ["change-quantity subscription/contoso/m365"];
    let tenant = there(LEGACY);
    let closed = check(&lower(""), &tenant, &fresh(), &step);
    assert!(closed.outlook.gates.iter().any(Gate::is_closed));
    let open = check(&lower(acknowledged), &tenant, &fresh(), &["change-quantity subscription/contoso/m365", "TT0511"]);
    assert!(!open.outlook.gates.iter().any(Gate::is_closed));
    assert_eq!(open.plan.id(), closed.plan.id(), "an acknowledgement is outside the plan id");
    let used = Counted {
        code: "TT0500".into(),
        cause: "customer/contoso".parse().unwrap(),
        amount: 1,
        acknowledgement: Some("fewer".parse().unwrap()),
        until: None,
        at: tenant.clock(),
    };
    let again =
        check(&lower(acknowledged), &tenant, &Ledger { counted: vec![used.clone()], ..fresh() }, &[step[0], "TT0509"]);
    assert!(again.outlook.gates.iter().any(Gate::is_closed));
    // Whatever takes its place begins with it, until the day it would have expired.
    let closed = |more: &str, until: &str| {
        let used = Counted { until: Some(until.parse().unwrap()), ..used.clone() };
        let planned = lower(more).plan(&tenant, &Ledger { counted: vec![used], ..fresh() });
        planned.outlook.gates.iter().any(Gate::is_closed)
    };
    let expired = acknowledged.replace("2026-12-01", "2026-11-22");
    let another = acknowledged.replace("fewer", "another");
    assert!(closed(&another, "2026-12-01"));
    assert!(closed(&format!("{expired}{another}"), "2026-12-01"), "its day was brought forward");
    assert!(!closed(&format!("{acknowledged}{another}"), "2026-12-01"), "both are declared, and one has room");
    assert!(!closed(&another, "2026-11-22"), "what it was done under is over");
    let found = [step[0], "TT0501"];
    let late = check(&lower(&expired), &tenant, &fresh(), &found);
    assert!(late.outlook.gates.iter().any(Gate::is_closed));
}

#[test]
fn protection_forbids_what_takes_away_and_nothing_else() {
    let protect = |subscription: &str| {
        with_documents(&format!(
            "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso, annotations: {{twotier/protect: \"true\"}}}}\nspec:\n  tenantId: {CUSTOMER}\n  subscriptions:\n    m365: {{subscriptionId: {LIVE}, {subscription}}}\n"
        ))
    };
    let tenant = there(&format!(r#"{LEGACY},"partnerOfRecord":"4811111""#));
    check(&protect("quantity: 20"), &tenant, &fresh(), &["? change-quantity subscription/contoso/m365 TT0318"]);
    check(
        &protect("partnerOfRecord: northwind"),
        &tenant,
        &fresh(),
        &["? set-partner-of-record subscription/contoso/m365 TT0318"],
    );
    check(&protect("quantity: 30"), &tenant, &fresh(), &["change-quantity subscription/contoso/m365"]);
}

#[test]
fn support_is_set_for_legacy_and_explained_for_new_commerce() {
    let delegated = |documents: &str| {
        with_documents(&format!(
            "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec: {{tenantId: {CUSTOMER}, supportContact: fabrikam}}\n{documents}"
        ))
    };
    let project = delegated("");
    let step = format!("set-support-contact subscription/contoso/@{LIVE}");
    let tenant = there(LEGACY);
    check(&project, &tenant, &fresh(), &[&step]);
    check(&project, &there(NEW), &fresh(), &["TT0209"]);
}

#[test]
fn an_invalid_partner_of_record_blocks_every_change_of_its_subscription() {
    let project = declared(&format!("subscriptionId: {LIVE}, friendlyName: New"));
    let tenant = there(&format!(r#"{NEW},"partnerOfRecord":"4822222""#));
    check(&project, &tenant, &fresh(), &["rename-subscription subscription/contoso/m365", "TT0316"]);
    let northwind: TenantId = "fab00000-0000-4000-8000-000000000002".parse().unwrap();
    tenant.play(&Human::Deauthorize { company: northwind }).unwrap();
    check(&project, &tenant, &fresh(), &["? rename-subscription subscription/contoso/m365 TT0400", "TT0316"]);
}

#[test]
fn a_partner_id_that_contradicts_the_relationship_stops_its_use() {
    let wrong = BASE.replace("4822222", "4899999").replace(
        "name: northwind}\nspec: {reseller: {",
        "name: northwind}\nspec: {reseller: {tenantId: fab00000-0000-4000-8000-000000000002, ",
    );
    let documents = format!(
        "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec:\n  tenantId: {CUSTOMER}\n  subscriptions:\n    m365: {{subscriptionId: {LIVE}, partnerOfRecord: northwind}}\n"
    );
    let project = Project::of(&[("manifests/all.yaml", &format!("{wrong}{documents}"))]);
    check(
        &project,
        &there(NEW),
        &fresh(),
        &[
            "? await-partnership partnership/northwind TT0401",
            "? set-partner-of-record subscription/contoso/m365 TT0401",
        ],
    );
}

#[test]
fn a_partnership_that_was_active_is_not_invited_anew() {
    let project = with_documents("");
    let alone = HEADER.replace("{\"relationship\":{\"tenantId\":\"fab00000-0000-4000-8000-000000000002\"}}\n", "");
    let northwind: TenantId = "fab00000-0000-4000-8000-000000000002".parse().unwrap();
    let address: Address = "partnership/northwind".parse().unwrap();
    let ledger = Ledger { bindings: BTreeMap::from([(address, LiveId::Reseller(northwind))]), ..fresh() };
    check(&project, &tenant(&alone), &ledger, &["? await-partnership partnership/northwind TT0328"]);
    check(
        &project,
        &tenant(&alone),
        &fresh(),
        &["invite-reseller partnership/northwind", "await-partnership partnership/northwind"],
    );
}

#[test]
fn an_empty_list_of_resellers_is_not_believed_against_the_ledger() {
    let project = with_documents("");
    let none: String =
        HEADER.lines().filter(|line| !line.contains("\"relationship\"")).map(|line| format!("{line}\n")).collect();
    let northwind: TenantId = "fab00000-0000-4000-8000-000000000002".parse().unwrap();
    let address: Address = "partnership/northwind".parse().unwrap();
    let ledger = Ledger { bindings: BTreeMap::from([(address, LiveId::Reseller(northwind))]), ..fresh() };
    let blocked =
        ["? await-partnership partnership/fabrikam TT0300", "? await-partnership partnership/northwind TT0300"];
    check(&project, &tenant(&none), &ledger, &blocked);
}

#[test]
fn a_rename_keeps_the_binding_and_a_forgotten_one_is_asked_about() {
    let product = r#"product: {productId: CFQ7TTC0AAAA, skuId: "0001"}, quantity: 25, term: P1Y, billingCycle: annual"#;
    let (customer, id): (CustomerId, SubscriptionId) = (CUSTOMER.parse().unwrap(), LIVE.parse().unwrap());
    let old: Address = "subscription/contoso/office".parse().unwrap();
    let ledger = Ledger {
        bindings: BTreeMap::from([(old.clone(), LiveId::Subscription(customer, id))]),
        managed: std::collections::BTreeSet::from([old]),
        ..fresh()
    };
    let tenant = there(&format!(r#"{NEW},"partnerOfRecord":"4811111""#));
    check(&declared(product), &tenant, &ledger, &["? order-subscription subscription/contoso/m365 TT0311"]);
    let renamed = with_documents(&format!(
        "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec: {{tenantId: {CUSTOMER}, reseller: fabrikam}}\n---\napiVersion: twotier/v1\nkind: Subscription\nmetadata: {{name: m365, renamedFrom: office}}\nspec: {{customer: contoso, {product}}}\n"
    ));
    let planned = check(&renamed, &tenant, &ledger, &[]);
    assert_eq!(planned.adopt.renamed.len(), 1);
    assert!(planned.outlook.released.is_empty());
}

#[test]
fn two_documents_that_turn_out_to_be_one_customer_are_named() {
    let project = with_documents(&format!(
        "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: a}}\nspec: {{tenantId: {CUSTOMER}, reseller: fabrikam}}\n---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: b}}\nspec: {{domain: contoso.onmicrosoft.com, reseller: fabrikam}}\n"
    ));
    let both = ["? invite-customer customer/a TT0324", "? invite-customer customer/b TT0324"];
    check(&project, &tenant(HEADER), &fresh(), &both);
}

#[test]
fn an_order_waits_for_the_agreement_and_keeps_its_id_when_the_wait_is_over() {
    let project =
        declared(r#"product: {productId: CFQ7TTC0AAAA, skuId: "0001"}, quantity: 5, term: P1Y, billingCycle: annual"#);
    let unsigned: String =
        HEADER.lines().filter(|line| !line.contains("\"agreement\"")).map(|line| format!("{line}\n")).collect();
    let tenant = tenant(&unsigned);
    let before = check(
        &project,
        &tenant,
        &fresh(),
        &[
            "request-agreement customer/contoso",
            "await-agreement customer/contoso",
            "order-subscription subscription/contoso/m365",
        ],
    );
    tenant.play(&Human::Sign { customer: CUSTOMER.parse().unwrap() }).unwrap();
    let after = check(&project, &tenant, &fresh(), &["order-subscription subscription/contoso/m365"]);
    assert_eq!(before.plan.steps()[2].id, after.plan.steps()[0].id);
    assert_ne!(before.plan.id(), after.plan.id());
}

const OTHER: &str = r#"{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000002","domain":"adatum.onmicrosoft.com","companyName":"Adatum","country":"HU","resellers":["fab00000-0000-4000-8000-000000000001"]}}
"#;

#[test]
fn a_lost_password_is_never_reset_for_another_customer_than_it_was_made_for() {
    let create = "create: {domainPrefix: contoso, company: {name: Contoso}, registrationNumber: \"1\", billing: {firstName: A, lastName: B, email: a@c.example, culture: hu-HU, language: hu, address: {country: HU, city: B, postalCode: \"1\", line1: P}}, defaultAdminAccess: provider-and-reseller}";
    let means = |tenant: &str| {
        with_documents(&format!(
            "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec: {{tenantId: {tenant}, reseller: fabrikam, {create}}}\n"
        ))
    };
    let address: Address = "customer/contoso".parse().unwrap();
    let lost = Credential {
        user: "admin@contoso.onmicrosoft.com".into(),
        state: CredentialState::Lost,
        at: tenant(HEADER).clock(),
    };
    let ledger = Ledger {
        bindings: BTreeMap::from([(address.clone(), LiveId::Customer(CUSTOMER.parse().unwrap()))]),
        credentials: BTreeMap::from([(address, lost)]),
        ..fresh()
    };
    // Under another name than `create` says it would not be taken for the declared one at all.
    let tenant = tenant(&format!("{HEADER}{}", OTHER.replace("Adatum", "Contoso")));
    let steps = ["reset-admin-password customer/contoso", "deliver-credentials customer/contoso"];
    check(&means(CUSTOMER), &tenant, &ledger, &steps);
    check(&means("c0000000-0000-4000-8000-000000000002"), &tenant, &ledger, &["TT0356"]);
}

#[test]
fn nobody_is_invited_under_the_partner_id_of_a_reseller_that_is_listed() {
    let mistaken = BASE.replace(
        "{displayName: Northwind, ",
        "{displayName: Northwind, tenantId: fab00000-0000-4000-8000-000000000009, ",
    );
    let project = Project::of(&[("manifests/all.yaml", &mistaken)]);
    let other = r#"{"company":{"tenantId":"fab00000-0000-4000-8000-000000000009","name":"Northwind","country":"HU","partnerIds":["4899999"]}}"#;
    let told = ["? invite-reseller partnership/northwind TT0401", "TT0405", "TT0401"];
    check(&project, &tenant(&format!("{HEADER}{other}\n")), &fresh(), &told);
}

#[test]
fn a_relation_with_another_reseller_did_not_end() {
    let customer = format!(
        "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec: {{tenantId: {CUSTOMER}, reseller: fabrikam, contact: {{email: a@c.example}}, otherResellers: [northwind]}}\n"
    );
    let project = with_documents(&customer);
    let contoso: Address = "customer/contoso".parse().unwrap();
    let seen = Value::List(vec!["fabrikam".into(), "northwind".into()]);
    let ledger = |n: u8| Ledger {
        bindings: BTreeMap::from([(
            "partnership/northwind".parse().unwrap(),
            LiveId::Reseller(format!("fab00000-0000-4000-8000-00000000000{n}").parse().unwrap()),
        )]),
        settled: BTreeMap::from([(contoso.clone(), BTreeMap::from([(Field::Reseller, seen.clone())]))]),
        ..fresh()
    };
    let invites = ["invite-customer customer/contoso northwind", "await-association customer/contoso northwind"];
    let [invite, wait] = invites;
    check(&project, &tenant(HEADER), &ledger(2), &[invite, wait, "TT0313"]);
    let written = BASE.replace(
        "{displayName: Northwind, ",
        "{displayName: Northwind, tenantId: fab00000-0000-4000-8000-000000000002, ",
    );
    let project = Project::of(&[("manifests/all.yaml", &format!("{written}{customer}"))]);
    let held = [
        "? invite-customer customer/contoso northwind TT0356",
        "? await-association customer/contoso northwind TT0323",
    ];
    check(&project, &tenant(HEADER), &ledger(7), &[held[0], held[1], "TT0356"]);
}

#[test]
fn what_no_run_saw_in_use_did_not_go_out_of_use() {
    let project = declared(&format!("subscriptionId: {LIVE}"));
    let address: Address = "subscription/contoso/m365".parse().unwrap();
    let suspended = there(&format!(r#"{NEW},"partnerOfRecord":"4811111","status":"suspended""#));
    let said = |ledger: &Ledger| -> Vec<String> {
        project.plan(&suspended, ledger).outlook.findings.iter().map(|finding| finding.message.to_string()).collect()
    };
    // Declared when a run could not read it.
    let managed = Ledger { managed: [address.clone()].into(), ..fresh() };
    assert_eq!(said(&managed), ["subscription `contoso/m365` is suspended"]);
    let live = LiveId::Subscription(CUSTOMER.parse().unwrap(), LIVE.parse().unwrap());
    let seen = Ledger { bindings: BTreeMap::from([(address, live)]), ..managed };
    assert_eq!(said(&seen), ["subscription `contoso/m365` is suspended now"]);
}

#[test]
fn a_reseller_that_left_before_anybody_looked_is_not_said_to_stay() {
    let project = with_documents(&format!(
        "---\napiVersion: twotier/v1\nkind: Customer\nmetadata: {{name: contoso}}\nspec: {{tenantId: {CUSTOMER}, reseller: northwind}}\n"
    ));
    let both = Value::List(vec!["fabrikam".into(), "northwind".into()]);
    let contoso: Address = "customer/contoso".parse().unwrap();
    let ledger = Ledger { settled: BTreeMap::from([(contoso, BTreeMap::from([(Field::Reseller, both)]))]), ..fresh() };
    let (fabrikam, northwind) = ("fab00000-0000-4000-8000-000000000001", "fab00000-0000-4000-8000-000000000002");
    let of = |resellers: &str| {
        tenant(&HEADER.replace(&format!("\"resellers\":[\"{fabrikam}\"]"), &format!("\"resellers\":[{resellers}]")))
    };
    check(&project, &of(&format!("\"{northwind}\"")), &ledger, &[]);
    let stays = of(&format!("\"{fabrikam}\",\"{northwind}\""));
    let said = |planned: Planned| planned.outlook.findings.first().map(|finding| finding.message.to_string());
    let says = said(check(&project, &stays, &ledger, &["TT0347"]));
    assert_eq!(says.as_deref(), Some("`fabrikam` stays a reseller of customer `contoso`, with the rights it has"));
    let unread = format!(r#"[{{"about":"{fabrikam}","times":0,"fault":"loseBefore"}}]"#);
    for tenant in [stays, of(&format!("\"{northwind}\""))] {
        let script = serde_json::from_str(&unread).expect("a script of faults");
        let says = said(project.plan_with_faults(&tenant, &ledger, script)).expect("it is told");
        assert!(says.starts_with("`fabrikam` was a reseller of customer `contoso`, and may still be"), "{says}");
    }
}
