//! The end of a partnership over whole projects in memory: one behaviour a test.

use crate::support::project::{Project, tenant};
use crate::support::run::Bench;
use twotier::apply::Outcome;
use twotier::backend::simulated::Human;
use twotier::model::{Class, StepName};
use twotier::plan::{Planned, Readiness};

const PROVIDER: &str = r#"apiVersion: twotier/v1
kind: Provider
metadata: {name: distri}
spec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: "4800001", country: HU, invitationUrl: "https://invite.example/distri"}
"#;
const FABRIKAM: &str = r#"apiVersion: twotier/v1
kind: Partnership
metadata: {name: fabrikam}
spec: {reseller: {displayName: Fabrikam, tenantId: fab00000-0000-4000-8000-000000000001, partnerIds: ["4811111"], country: HU, contact: {email: csp@fabrikam.example}}, ensure: active}
"#;
const TAILSPIN: &str = r#"apiVersion: twotier/v1
kind: Partnership
metadata: {name: tailspin}
spec:
  reseller: {displayName: Tailspin, partnerIds: ["4833333", "4833334"], country: HU, contact: {email: csp@tailspin.example}}
  ensure: ended
  ending:
    reason: confidential
    decidedBy: b
    decidedOn: 2026-11-01
    declaration: {goodFaith: true, legitimateBusinessPurpose: true, inAccordanceWithAgreements: true, holdMicrosoftHarmless: true, by: b, on: 2026-11-01}
    notices: {partner: {how: send}, customers: {how: send}}
"#;
const CONTOSO: &str = r#"apiVersion: twotier/v1
kind: Customer
metadata: {name: contoso}
spec:
  tenantId: c0000000-0000-4000-8000-000000000001
  subscriptions:
    m365: {subscriptionId: 50000000-0000-4000-8000-000000000001, quantity: 30}
"#;
const TENANT: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000003","name":"Tailspin","country":"HU","partnerIds":["4833333","4833334"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000003"}}
{"product":{"productId":"CFQ7TTC0CCCC","skuId":"0001","name":"Microsoft 365","availabilities":[{"id":"CFQ7TTC0C001","term":"P1Y","billingCycle":"annual"}]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"HU","resellers":["fab00000-0000-4000-8000-000000000003"]}}
"#;
const OTHER: &str = r#"{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000003","domain":"adatum.onmicrosoft.com","companyName":"Adatum","country":"HU","resellers":["fab00000-0000-4000-8000-000000000001"]}}
"#;

/// A subscription of a customer: `more` are further fields.
fn subscription(customer: u8, n: u8, more: &str) -> String {
    format!(
        "{{\"subscription\":{{\"subscriptionId\":\"50000000-0000-4000-8000-00000000000{n}\",\"customer\":\"c0000000-0000-4000-8000-00000000000{customer}\",\"offerName\":\"Offer\",\"friendlyName\":\"Offer\",\"quantity\":25,\"commitmentEnd\":\"2027-03-01T00:00:00Z\",{more}}}}}\n"
    )
}
const HELD: &str = r#""product":{"productId":"CFQ7TTC0CCCC","skuId":"0001"},"term":"P1Y","billingCycle":"annual","partnerOfRecord":"4833334""#;
const RESERVED: &str = r#""sort":"reservation","partnerOfRecord":"4833333""#;
const SUPPORTED: &str =
    r#""commerce":"legacy","supportContact":{"tenantId":"fab00000-0000-4000-8000-000000000003","partnerId":"4833333"}"#;

/// A project whose ending says `more`, over a tenant with further lines.
fn bench(more: &str, lines: &str) -> Bench {
    bench_of(TAILSPIN, more, lines)
}
fn bench_of(tailspin: &str, more: &str, lines: &str) -> Bench {
    let tailspin = format!("{tailspin}{more}");
    let project = Project::of(&[
        ("manifests/provider.yaml", PROVIDER),
        ("manifests/fabrikam.yaml", FABRIKAM),
        ("manifests/tailspin.yaml", &tailspin),
        ("manifests/contoso.yaml", CONTOSO),
    ]);
    let m365 = subscription(1, 1, HELD);
    Bench::new(project, tenant(&format!("{TENANT}{m365}{lines}")))
}

fn steps(planned: &Planned) -> Vec<String> {
    planned.plan.steps().iter().map(|step| step.key.to_string()).collect()
}
fn blocked(planned: &Planned) -> String {
    let ending = planned.outlook.blocked.iter().find(|blocked| blocked.key.step == StepName::EndPartnership);
    ending.map_or_else(String::new, |blocked| format!("{} {}", blocked.finding.code, blocked.finding.message))
}

#[test]
fn without_anybody_who_takes_over_the_end_is_blocked_and_says_by_what() {
    let planned = bench("", "").plan();
    assert_eq!(blocked(&planned), "TT0340 `tailspin` is partner of record of `subscription/contoso/m365`");
    assert!(!steps(&planned).iter().any(|step| step.starts_with("set-partner-of-record")));
}

#[test]
fn any_of_its_partner_ids_is_moved_before_other_fields_of_the_subscription() {
    let planned = bench("    transferTo: fabrikam\n", "").plan();
    let moving = "set-partner-of-record subscription/contoso/m365";
    let at =
        |wanted: &str| steps(&planned).iter().position(|step| step == wanted).unwrap_or_else(|| panic!("{wanted}"));
    assert!(at(moving) < at("change-quantity subscription/contoso/m365"));
    let step = planned.plan.steps().iter().find(|step| step.key.to_string() == moving).expect("a step");
    assert_eq!(step.cause.to_string(), "partnership/tailspin");
    let end = planned.plan.steps().iter().find(|step| step.key.step == StepName::EndPartnership).expect("an end");
    assert!(end.needs.iter().any(|need| need.step == step.key));
}

#[test]
fn what_cannot_be_moved_is_named_until_it_is_left_behind() {
    let lines = subscription(1, 2, RESERVED);
    let planned = bench("    transferTo: fabrikam\n", &lines).plan();
    let reserved = "subscription/contoso/@50000000-0000-4000-8000-000000000002";
    assert_eq!(
        blocked(&planned),
        format!("TT0340 cannot be moved away from `tailspin`: `{reserved}` (a reservation or savings plan)")
    );
    let left = format!("    transferTo: fabrikam\n    leaveBehind: [{{what: {reserved}, reason: paid}}]\n");
    assert_eq!(blocked(&bench(&left, &lines).plan()), "");
}

#[test]
fn a_customer_that_was_not_looked_through_blocks_the_end_with_the_price() {
    let lines = format!("{OTHER}{}", subscription(3, 3, HELD));
    let planned = bench("    transferTo: fabrikam\n", &lines).plan();
    let told = blocked(&planned);
    assert!(told.starts_with("TT0341 1 of 2 customers were looked through"), "{told}");
    assert!(told.contains("1 more reads") && told.contains("about a minute"), "{told}");
    let known = bench("    transferTo: fabrikam\n    search: knownCustomers\n", &lines).plan();
    assert_eq!(blocked(&known), "");
    assert!(known.outlook.findings.iter().any(|finding| finding.code.to_string() == "TT0341"));
    let every = bench("    transferTo: fabrikam\n    search: everyCustomer\n", &lines).plan();
    let found =
        "set-partner-of-record subscription/@c0000000-0000-4000-8000-000000000003/50000000-0000-4000-8000-000000000003";
    assert!(steps(&every).iter().any(|step| step == found), "{:?}", steps(&every));
}

#[test]
fn legacy_support_goes_to_who_takes_over_else_back_to_the_provider() {
    for (more, to) in [("    transferTo: fabrikam\n", "fabrikam"), ("", "provider")] {
        let planned = bench(more, &subscription(1, 2, SUPPORTED)).plan();
        let step = planned.plan.steps().iter().find(|step| step.key.step == StepName::SetSupportContact);
        let change = &step.expect("a step").changes[0];
        assert_eq!((change.before.as_deref(), change.after.as_str()), (Some("tailspin"), to));
    }
}

#[test]
fn a_day_to_come_is_waited_for_and_the_end_keeps_its_id() {
    let bench = bench("    transferTo: fabrikam\n    effectiveOn: 2026-12-01\n", "");
    let end = |planned: &Planned| {
        planned.plan.steps().iter().find(|step| step.key.step == StepName::EndPartnership).expect("an end").clone()
    };
    let before = bench.plan();
    assert!(steps(&before).contains(&"await-date partnership/tailspin".to_owned()));
    assert_eq!(end(&before).readiness, Readiness::Waiting);
    bench.tenant.advance("8d".parse().expect("a span"));
    let after = bench.plan();
    assert!(!steps(&after).contains(&"await-date partnership/tailspin".to_owned()));
    assert_eq!(end(&before).id, end(&after).id);
}

#[test]
fn an_end_moves_tells_and_waits_before_the_button_and_then_nothing_is_left() {
    let mut bench = bench("    transferTo: fabrikam\n", &subscription(1, 2, SUPPORTED));
    let outcome = bench.apply();
    let of =
        |step: StepName| outcome.results.iter().find(|result| result.key.step == step).map(|result| &result.outcome);
    assert!(matches!(of(StepName::EndPartnership), Some(Outcome::Skipped(_))), "{:?}", of(StepName::EndPartnership));
    assert_eq!(of(StepName::SendNotice), Some(&Outcome::Asked));
    bench.people_act();
    bench.apply();
    bench.people_act();
    bench.apply();
    let planned = bench.plan();
    assert!(planned.plan.steps().is_empty(), "{:?}", steps(&planned));
    let tenant = bench.tenant.tenant();
    assert!(tenant.subscriptions().all(|s| s.partner_of_record.as_ref().is_none_or(|id| id.as_str() == "4811111")));
    let open = bench.ledger();
    assert!(open.handoffs.values().all(|it| matches!(it.state, twotier::ledger::HandoffState::Consumed { .. })));
}

#[test]
fn what_somebody_ended_already_asks_for_nothing() {
    let bench = bench("    transferTo: fabrikam\n", "");
    let company = "fab00000-0000-4000-8000-000000000003".parse().expect("a tenant");
    bench.tenant.play(&Human::EndPartnership { company }).expect("it ends");
    let planned = bench.plan();
    assert!(planned.plan.steps().iter().all(|step| step.class == Class::Api), "{:?}", steps(&planned));
    assert!(!steps(&planned).iter().any(|step| step.starts_with("set-partner-of-record")));
}

#[test]
fn our_reason_is_told_to_nobody() {
    let planned = bench("    transferTo: fabrikam\n", "").plan();
    for step in planned.plan.steps() {
        if let twotier::plan::Action::HandOff(ask) = &step.action {
            assert!(!ask.text.contains("confidential"), "{}", step.key);
        }
    }
}

#[test]
fn protection_that_goes_with_the_ending_is_still_there() {
    let ending = TAILSPIN.find("  ensure: ended").expect("it ends");
    let active = format!("{}  ensure: active\n", &TAILSPIN[..ending]);
    let protected = active.replace("{name: tailspin}", "{name: tailspin, annotations: {twotier/protect: \"true\"}}");
    let files = |tailspin: &str| {
        Project::of(&[
            ("manifests/provider.yaml", PROVIDER),
            ("manifests/all.yaml", &format!("{FABRIKAM}---\n{tailspin}")),
        ])
    };
    let mut bench = Bench::new(files(&protected), tenant(TENANT));
    bench.apply();
    bench.project = files(TAILSPIN);
    bench.valid.desired = bench.project.desired.clone();
    assert!(blocked(&bench.plan()).starts_with("TT0318"), "{}", bench.project.shown(&bench.plan()));
}

/// Another active reseller that goes by this PartnerID.
fn other_reseller(id: &str) -> String {
    format!(
        r#"{{"company":{{"tenantId":"fab00000-0000-4000-8000-000000000005","name":"Litware","country":"HU","partnerIds":["{id}"]}}}}
{{"relationship":{{"tenantId":"fab00000-0000-4000-8000-000000000005"}}}}
"#
    )
}

#[test]
fn what_another_reseller_has_is_not_moved_and_what_both_may_have_is_named_until_it_is_left_behind() {
    let tenant_of = "displayName: Tailspin, tenantId: fab00000-0000-4000-8000-000000000003";
    let known = TAILSPIN.replace("displayName: Tailspin", tenant_of);
    let moving = "set-partner-of-record subscription/contoso/m365".to_owned();
    let more = "    transferTo: fabrikam\n    search: everyCustomer\n";
    let own = bench_of(&known, more, "").plan();
    assert!(steps(&own).contains(&moving));
    let foreign = bench_of(&known, more, &other_reseller("4833334")).plan();
    assert_eq!((steps(&foreign).contains(&moving), blocked(&foreign)), (false, String::new()));
    let inactive = other_reseller("4833334").replace("005\"}}\n", "005\",\"active\":false}}\n");
    assert!(inactive.contains("false") && steps(&bench_of(&known, more, &inactive).plan()).contains(&moving));
    let held = subscription(1, 2, &HELD.replace("4833334", "4833333"));
    let sharing =
        |more: &str, held: &str| bench_of(&known, more, &format!("{}{held}", other_reseller("4833333"))).plan();
    let shared = sharing(more, &held);
    let both = "subscription/contoso/@50000000-0000-4000-8000-000000000002";
    assert_eq!(
        blocked(&shared),
        format!("TT0340 cannot be moved away from `tailspin`: `{both}` (another reseller goes by its PartnerID too)")
    );
    assert!(!steps(&shared).iter().any(|step| step.contains("000000000002")), "{:?}", steps(&shared));
    assert_eq!(blocked(&sharing(more, "")), "", "nothing has it");
    let left = format!("{more}    leaveBehind: [{{what: {both}, reason: it is the other one's}}]\n");
    assert_eq!(blocked(&sharing(&left, &held)), "");
}
