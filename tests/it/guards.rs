//! Limits, acknowledgements, protections and the reviewed listing over several runs: what one run may not do, two runs
//! may not do either, and nothing is loosened by the change that profits from it.

mod counting;

use crate::support::project::{Project, tenant};
use crate::support::run::Bench;
use twotier::backend::simulated::Memory;
use twotier::model::Limit;
use twotier::ops::apply::{Applied, Consent};
use twotier::plan::Gate;
use twotier::plan::file::PlanFile;
use twotier::report::{Proposal, acknowledgements};

const CUSTOMER: &str = "c0000000-0000-4000-8000-000000000001";
const HEADER: &str = r#"{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111","4811112"]}}
{"company":{"tenantId":"fab00000-0000-4000-8000-000000000002","name":"Northwind","country":"HU","partnerIds":["4822222"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000002"}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"HU","resellers":["fab00000-0000-4000-8000-000000000001"]}}
"#;

/// Contoso with two legacy subscriptions, `a` and `b`, of 25 seats.
fn seats() -> Memory {
    seats_with("")
}

/// The same with further lines.
fn seats_with(lines: &str) -> Memory {
    let line = |n: u32| {
        format!(
            r#"{{"subscription":{{"subscriptionId":"50000000-0000-4000-8000-00000000000{n}","customer":"{CUSTOMER}","offerName":"Offer","friendlyName":"Old","quantity":25,"partnerOfRecord":"4811111","commerce":"legacy"}}}}"#
        )
    };
    tenant(&format!("{HEADER}{lines}{}\n{}\n", line(1), line(2)))
}

/// The project with these lines in the Provider, these seats and these further documents.
struct Says<'a> {
    provider: &'a str,
    metadata: &'a str,
    a: &'a str,
    b: &'a str,
    more: &'a str,
}
const PLAIN: Says<'static> = Says { provider: "", metadata: "", a: "quantity: 25", b: "quantity: 25", more: "" };

fn project(says: &Says<'_>) -> Project {
    let Says { provider, metadata, a, b, more } = says;
    let text = format!(
        r#"apiVersion: twotier/v1
kind: Provider
metadata: {{name: distri}}
spec: {{tenantId: 11111111-1111-4111-8111-111111111111, partnerId: "4800001", country: HU{provider}}}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {{name: fabrikam}}
spec: {{reseller: {{displayName: Fabrikam, partnerIds: ["4811111", "4811112"], country: HU, contact: {{email: csp@fabrikam.example}}}}, ensure: active}}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {{name: northwind}}
spec: {{reseller: {{displayName: Northwind, partnerIds: ["4822222"], country: HU, contact: {{email: csp@northwind.example}}}}, ensure: active}}
---
apiVersion: twotier/v1
kind: Customer
metadata: {{name: contoso{metadata}}}
spec:
  tenantId: {CUSTOMER}
  subscriptions:
    a: {{subscriptionId: 50000000-0000-4000-8000-000000000001, {a}}}
    b: {{subscriptionId: 50000000-0000-4000-8000-000000000002, {b}}}
{more}"#
    );
    Project::of(&[("manifests/all.yaml", &text)])
}

/// A bench on which these manifests were applied.
fn begun(says: &Says<'_>) -> Bench {
    let mut bench = Bench::new(project(says), seats());
    bench.apply();
    bench
}

fn change(bench: &mut Bench, says: &Says<'_>) {
    bench.declare(project(says));
}

/// Applies, and says which gates stopped it.
fn closed(bench: &mut Bench) -> Vec<Gate> {
    let tenant = Memory::new(bench.tenant.tenant());
    let applied = bench.apply_through(&tenant, &tenant).expect("it plans");
    bench.tenant = tenant;
    match applied {
        Applied::Closed { gates, .. } => gates,
        Applied::Ran { outcome, .. } => {
            assert!(outcome.results.iter().all(|result| !result.outcome.is_failure()), "{outcome:?}");
            Vec::new()
        }
        Applied::AllStale { .. } => panic!("nothing was approved"),
    }
}

fn codes(gates: &[Gate]) -> Vec<String> {
    let code = |gate: &Gate| match gate {
        Gate::Acknowledge { code, .. } | Gate::Limit { code, .. } => code.to_string(),
        Gate::Frozen { .. } => "frozen".to_owned(),
    };
    gates.iter().map(code).collect()
}

/// `change-quantity subscription/contoso/a`, blocked ones with `?` and a code.
fn steps(bench: &Bench) -> Vec<String> {
    let planned = bench.plan();
    let blocked = planned.outlook.blocked.iter().map(|it| format!("? {} {}", it.key, it.finding.code));
    planned.plan.steps().iter().map(|step| step.key.to_string()).chain(blocked).collect()
}

const ONE_A_DAY: &str = ", limits: {loweredQuantity: {max: 1}}";
const ACKNOWLEDGED: &str = "---\napiVersion: twotier/v1\nkind: Acknowledgement\nmetadata: {name: fewer}\nspec: {limit: TT0505, cause: customer/contoso, atMost: 1, reason: they left, by: anna, expires: 2026-12-24}\n";

#[test]
fn a_limit_over_a_day_is_not_evaded_by_two_runs() {
    let mut bench = begun(&Says { provider: ONE_A_DAY, ..PLAIN });
    change(&mut bench, &Says { provider: ONE_A_DAY, a: "quantity: 20", b: "quantity: 20", ..PLAIN });
    assert_eq!(codes(&closed(&mut bench)), ["TT0505"], "two at once");
    change(&mut bench, &Says { provider: ONE_A_DAY, a: "quantity: 20", ..PLAIN });
    assert_eq!(codes(&closed(&mut bench)), <[&str; 0]>::default());
    change(&mut bench, &Says { provider: ONE_A_DAY, a: "quantity: 20", b: "quantity: 20", ..PLAIN });
    assert_eq!(codes(&closed(&mut bench)), ["TT0505"], "one after the other");
    assert_eq!(steps(&bench), ["change-quantity subscription/contoso/b"], "the plan is whole all the same");
    bench.tenant.advance("24h".parse().unwrap());
    assert_eq!(codes(&closed(&mut bench)), <[&str; 0]>::default(), "the next day");
    assert_eq!(steps(&bench), <[&str; 0]>::default());
}

#[test]
fn an_acknowledgement_lets_a_limit_be_passed_so_often_and_no_more() {
    let says = |a, b, more| Says { provider: ", limits: {loweredQuantity: {max: 0}}", a, b, more, ..PLAIN };
    let mut bench = begun(&says("quantity: 25", "quantity: 25", ""));
    change(&mut bench, &says("quantity: 20", "quantity: 25", ""));
    let gates = closed(&mut bench);
    assert!(
        matches!(&gates[..], [Gate::Limit { planned: 1, before: 0, allowed: 0, causes, .. }] if causes.len() == 1),
        "{gates:?}"
    );
    change(&mut bench, &says("quantity: 20", "quantity: 25", ACKNOWLEDGED));
    assert_eq!(closed(&mut bench), []);
    change(&mut bench, &says("quantity: 20", "quantity: 20", ACKNOWLEDGED));
    assert_eq!(codes(&closed(&mut bench)), ["TT0505"], "it is used up");
    bench.tenant.advance("48h".parse().unwrap());
    assert_eq!(codes(&closed(&mut bench)), ["TT0505"], "also days later");
}

#[test]
fn what_apply_proposes_lets_it_pass_once_a_reason_is_written() {
    let says = |a, b, more| Says { provider: ", limits: {loweredQuantity: {max: 0}}", a, b, more, ..PLAIN };
    let mut bench = begun(&says("quantity: 25", "quantity: 25", ""));
    change(&mut bench, &says("quantity: 20", "quantity: 20", ""));
    let gates: Vec<twotier::plan::file::Gate> = closed(&mut bench).iter().map(Into::into).collect();
    let proposal = Proposal { by: "ann \"the\" first", today: "2026-11-23".parse().unwrap() };
    let proposed = acknowledgements(&gates, proposal, |_| false);
    assert_eq!(proposed.matches("reason: \"\"").count(), 1, "{proposed}");
    let written = format!("---\n{}", proposed.replace("reason: \"\"", "reason: they left"));
    change(&mut bench, &says("quantity: 20", "quantity: 20", &written));
    assert_eq!(closed(&mut bench), []);
    assert_eq!(steps(&bench), <[&str; 0]>::default(), "plan again: nothing to do");
}

#[test]
fn an_acknowledgement_that_expired_lets_nothing_pass_and_says_so() {
    let says = |a| Says { provider: ", limits: {loweredQuantity: {max: 0}}", a, more: ACKNOWLEDGED, ..PLAIN };
    let mut bench = begun(&says("quantity: 25"));
    change(&mut bench, &says("quantity: 20"));
    let expired = |bench: &Bench| bench.plan().outlook.findings.iter().any(|it| it.code.to_string() == "TT0501");
    bench.tenant.advance("31d".parse().unwrap());
    assert!(!expired(&bench), "its last day counts");
    bench.tenant.advance("24h".parse().unwrap());
    assert!(expired(&bench));
    assert_eq!(codes(&closed(&mut bench)), ["TT0505"]);
}

#[test]
fn the_rolling_day_ends_after_the_last_second_of_it() {
    let mut bench = begun(&Says { provider: ONE_A_DAY, ..PLAIN });
    change(&mut bench, &Says { provider: ONE_A_DAY, a: "quantity: 20", ..PLAIN });
    assert_eq!(closed(&mut bench), []);
    change(&mut bench, &Says { provider: ONE_A_DAY, a: "quantity: 20", b: "quantity: 20", ..PLAIN });
    bench.tenant.advance("86399s".parse().unwrap());
    assert_eq!(codes(&closed(&mut bench)), ["TT0505"]);
    bench.tenant.advance("1s".parse().unwrap());
    assert_eq!(closed(&mut bench), []);
}

#[test]
fn a_freeze_holds_from_its_first_to_its_last_day() {
    let freeze = ", freeze: [{from: 2026-11-24, to: 2026-11-25, reason: closing}]";
    let bench = Bench::new(project(&Says { provider: freeze, ..PLAIN }), seats());
    let frozen = |bench: &Bench| codes(&bench.plan().outlook.gates);
    assert_eq!(frozen(&bench), <[&str; 0]>::default());
    bench.tenant.advance("54000s".parse().unwrap());
    assert_eq!(frozen(&bench), ["frozen"], "from midnight");
    bench.tenant.advance("172799s".parse().unwrap());
    assert_eq!(frozen(&bench), ["frozen"], "to the last second");
    bench.tenant.advance("1s".parse().unwrap());
    assert_eq!(frozen(&bench), <[&str; 0]>::default());
}

#[test]
fn lowering_at_first_adoption_is_acknowledged_whatever_the_limit() {
    let says = Says { provider: ", limits: {loweredQuantity: {max: 9}}", a: "quantity: 20", ..PLAIN };
    let mut bench = Bench::new(project(&says), seats());
    assert_eq!(codes(&closed(&mut bench)), ["TT0500"]);
    // Once the quantity was settled, the limit alone counts.
    change(&mut bench, &Says { a: "quantity: 25", ..says });
    assert_eq!(closed(&mut bench), []);
    change(&mut bench, &says);
    assert_eq!(closed(&mut bench), []);
    assert_eq!(bench.ledger().counted.len(), 1);
}

#[test]
fn protection_that_goes_with_the_lowering_is_still_there() {
    let protect = r#", annotations: {twotier/protect: "true"}"#;
    let limits = ", limits: {loweredQuantity: {max: 5}}";
    let blocked = "? change-quantity subscription/contoso/a TT0318";
    for metadata in ["", "-renamed", "-renamed, renamedFrom: contoso"] {
        let mut bench = begun(&Says { provider: limits, metadata: protect, ..PLAIN });
        assert_eq!(steps(&bench), <[&str; 0]>::default(), "the first guards need no step");
        change(&mut bench, &Says { provider: limits, metadata, a: "quantity: 20", ..PLAIN });
        let name = if metadata.is_empty() { "contoso" } else { "contoso-renamed" };
        let blocked = blocked.replace("contoso", name);
        assert_eq!(steps(&bench), ["change-guards provider/distri", &blocked], "{metadata}");
        let outcome = bench.apply();
        assert_eq!(outcome.results.len(), 1);
        assert_eq!(steps(&bench), [format!("change-quantity subscription/{name}/a")], "in the run after: {metadata}");
        assert_eq!(bench.ledger().guards.expect("recorded").protected.len(), 0);
    }
}

#[test]
fn a_loosened_limit_holds_from_the_next_run_and_a_tightened_one_at_once() {
    let says = |provider, a, b| Says { provider, a, b, ..PLAIN };
    let wide = ", limits: {loweredQuantity: {max: 9}}";
    let mut bench = begun(&says(ONE_A_DAY, "quantity: 25", "quantity: 25"));
    change(&mut bench, &says(wide, "quantity: 20", "quantity: 20"));
    let planned = bench.plan();
    let shown = bench.project.shown(&planned);
    assert!(shown.starts_with("~ provider/distri"), "{shown}");
    assert!(shown.contains("limits.loweredQuantity  at most 1 -> at most 9"), "{shown}");
    assert_eq!(codes(&closed(&mut bench)), ["TT0505"], "not by the change that loosens it");
    change(&mut bench, &says(wide, "quantity: 25", "quantity: 25"));
    assert_eq!(closed(&mut bench), []);
    change(&mut bench, &says(wide, "quantity: 20", "quantity: 20"));
    assert_eq!(closed(&mut bench), []);
    change(&mut bench, &says(ONE_A_DAY, "quantity: 19", "quantity: 20"));
    assert_eq!(codes(&closed(&mut bench)), ["TT0505"], "two were lowered today already");
}

#[test]
fn a_limit_raised_beside_the_step_that_needs_it_is_recorded_and_holds_from_the_next_run() {
    let says = |provider, a| Says { provider, a, b: "quantity: 25", ..PLAIN };
    let (narrow, wide) = (", limits: {boughtSeats: {max: 5}}", ", limits: {boughtSeats: {max: 50}}");
    let mut bench = begun(&says(narrow, "quantity: 25"));
    change(&mut bench, &says(wide, "quantity: 35"));
    let shown = bench.project.shown(&bench.plan());
    assert!(shown.contains("nothing that is\n    approved with it profits from that"), "{shown}");
    assert_eq!(codes(&closed(&mut bench)), ["TT0508"], "not by the change that loosens it");
    assert_eq!(steps(&bench), ["change-quantity subscription/contoso/a"], "only the limit was recorded");
    assert_eq!(closed(&mut bench), []);
    assert_eq!(steps(&bench), <[&str; 0]>::default());
}

#[test]
fn a_limit_that_stopped_its_only_run_is_not_raised_and_used_at_once() {
    let says = |provider, a| Says { provider, a, b: "quantity: 25", ..PLAIN };
    let (narrow, wide) = (", limits: {boughtSeats: {max: 5}}", ", limits: {boughtSeats: {max: 50}}");
    for mut bench in [Bench::new(project(&says(narrow, "quantity: 35")), seats()), begun(&says("", "quantity: 25"))] {
        change(&mut bench, &says(narrow, "quantity: 35"));
        assert_eq!(codes(&closed(&mut bench)), ["TT0508"]);
        change(&mut bench, &says(wide, "quantity: 35"));
        assert_eq!(codes(&closed(&mut bench)), ["TT0508"], "it was in force");
        assert_eq!(closed(&mut bench), [], "in the run after");
    }
}

/// Applies what was approved as a document, and says which gates stopped it.
fn closed_as(bench: &mut Bench, file: &PlanFile) -> Vec<String> {
    let tenant = Memory::new(bench.tenant.tenant());
    let applied = bench.apply_order(&tenant, &tenant, Consent::Plan(Box::new(file.clone()))).expect("it plans");
    bench.tenant = tenant;
    match applied {
        Applied::Closed { gates, .. } => codes(&gates),
        Applied::Ran { .. } | Applied::AllStale { .. } => Vec::new(),
    }
}

#[test]
fn what_an_approved_plan_loosens_serves_none_of_its_own_steps_however_often_it_is_applied() {
    let says = |provider, a| Says { provider, a, ..PLAIN };
    let (narrow, wide) = (", limits: {boughtSeats: {max: 5}}", ", limits: {boughtSeats: {max: 50}}");
    let window = ", freeze: [{from: 2026-11-23, to: 2026-11-30, reason: closing}]";
    for (before, after, code) in [(narrow, wide, "TT0508"), (window, "", "frozen")] {
        let mut bench = Bench::new(project(&says(before, "quantity: 25")), seats());
        let _recorded_also_where_frozen = closed(&mut bench);
        change(&mut bench, &says(after, "quantity: 35"));
        let planned = bench.plan();
        let written = PlanFile::new(&planned.plan, &planned.outlook, &bench.project.sources).write();
        let file = PlanFile::read(&written).expect("it reads back");
        for time in ["first", "second", "third"] {
            assert_eq!(closed_as(&mut bench, &file), [code], "{time}");
        }
        assert_eq!(steps(&bench), ["change-quantity subscription/contoso/a"], "the guard was recorded");
        bench.apply();
        assert_eq!(steps(&bench), <[&str; 0]>::default(), "the plan that follows was done");
    }
}

#[test]
fn a_freeze_of_today_is_recorded_with_what_tightens_and_nothing_that_loosens() {
    let before = ", limits: {boughtSeats: {max: 20}, movedPartnerOfRecord: {max: 5}}";
    let mut bench = begun(&Says { provider: before, ..PLAIN });
    let window = "freeze: [{from: 2026-11-23, to: 2026-11-30, reason: stop}]";
    let frozen = format!(", limits: {{boughtSeats: {{max: 3}}, movedPartnerOfRecord: {{max: 50}}}}, {window}");
    change(&mut bench, &Says { provider: &frozen, ..PLAIN });
    assert_eq!(codes(&closed(&mut bench)), ["frozen"]);
    let guards = bench.ledger().guards.expect("recorded");
    let max = |limit| guards.limits.get(&limit).and_then(|bound| bound.max);
    assert_eq!((max(Limit::BoughtSeats), max(Limit::MovedPartnerOfRecord)), (Some(3), Some(5)));
    // Whoever takes it away again profits nothing in that change.
    change(&mut bench, &Says { provider: before, a: "quantity: 35", ..PLAIN });
    let shown = bench.project.shown(&bench.plan());
    assert!(shown.contains("freeze 2026-11-23 to 2026-11-30  yes -> no"), "{shown}");
    assert_eq!(codes(&closed(&mut bench)), ["frozen", "TT0508"]);
}

#[test]
fn a_freeze_that_is_taken_away_holds_until_the_run_after_the_one_that_records_it() {
    let window = ", freeze: [{from: 2026-11-24, to: 2026-11-30, reason: closing}]";
    let shorter = ", freeze: [{from: 2026-11-24, to: 2026-11-24, reason: closing}]";
    for loosened in ["", shorter] {
        let mut bench = begun(&Says { provider: window, ..PLAIN });
        bench.tenant.advance("2d".parse().unwrap());
        change(&mut bench, &Says { provider: loosened, a: "quantity: 35", ..PLAIN });
        assert!(steps(&bench).contains(&"change-guards provider/distri".to_owned()), "{:?}", steps(&bench));
        let shown = bench.project.shown(&bench.plan());
        assert!(shown.contains("freeze 2026-11-24 to 2026-11-30  yes -> no"), "{shown}");
        assert!(shown.contains("freeze is loosened by this very plan"), "{shown}");
        assert_eq!(codes(&closed(&mut bench)), ["frozen"], "not by the change that takes it away");
        assert_eq!(steps(&bench), ["change-quantity subscription/contoso/a"], "only the freeze was recorded");
        assert_eq!(closed(&mut bench), [], "in the run after");
        assert_eq!(steps(&bench), <[&str; 0]>::default());
    }
}

#[test]
fn a_freeze_that_is_over_is_no_guard_any_more() {
    let over = ", freeze: [{from: 2026-11-01, to: 2026-11-22, reason: closing}]";
    let mut bench = begun(&Says { provider: over, ..PLAIN });
    change(&mut bench, &PLAIN);
    assert_eq!(steps(&bench), <[&str; 0]>::default());
    change(&mut bench, &Says { provider: over, ..PLAIN });
    assert_eq!(steps(&bench), <[&str; 0]>::default());
}

#[test]
fn without_a_limit_lowering_is_acknowledged_and_a_new_limit_waits_a_run() {
    let mut bench = begun(&PLAIN);
    change(&mut bench, &Says { a: "quantity: 20", ..PLAIN });
    assert_eq!(codes(&closed(&mut bench)), ["TT0500"]);
    change(&mut bench, &Says { provider: ONE_A_DAY, a: "quantity: 20", ..PLAIN });
    assert_eq!(codes(&closed(&mut bench)), ["TT0500"], "the limit is a loosening here");
}

#[test]
fn seats_bought_by_raising_count_by_the_seat() {
    let says = |a| Says { provider: ", limits: {boughtSeats: {max: 10}}", a, ..PLAIN };
    let mut bench = begun(&says("quantity: 25"));
    change(&mut bench, &says("quantity: 33"));
    assert_eq!(closed(&mut bench), []);
    change(&mut bench, &says("quantity: 36"));
    let gates = closed(&mut bench);
    assert!(matches!(gates[..], [Gate::Limit { planned: 3, before: 8, allowed: 10, .. }]), "{gates:?}");
}

#[test]
fn a_partner_of_record_counts_as_moved_between_resellers_only() {
    let says = |a, b| Says { provider: ", limits: {movedPartnerOfRecord: {max: 0}}", a, b, ..PLAIN };
    let own = r#"partnerOfRecord: {partnership: fabrikam, partnerId: "4811112"}"#;
    let mut bench = begun(&says(own, "quantity: 25"));
    assert_eq!(bench.ledger().counted, []);
    change(&mut bench, &says(own, "partnerOfRecord: northwind"));
    assert_eq!(codes(&closed(&mut bench)), ["TT0504"]);
}

#[test]
fn the_listing_is_reviewed_when_it_differs_and_every_so_often() {
    let says = |provider| Says { provider, ..PLAIN };
    let review = ["review-listing provider/distri"];
    let mut bench = begun(&says(", listing: {displayName: Distri, reviewEvery: 90d}"));
    let until_done = |bench: &mut Bench| {
        bench.apply();
        assert_eq!(steps(bench), review, "asked");
        bench.people_act();
        bench.apply();
        assert_eq!(steps(bench), <[&str; 0]>::default(), "reviewed");
    };
    until_done(&mut bench);
    bench.tenant.advance("80d".parse().unwrap());
    assert_eq!(steps(&bench), <[&str; 0]>::default());
    bench.tenant.advance("10d".parse().unwrap());
    assert_eq!(steps(&bench), review, "due again");
    until_done(&mut bench);
    change(&mut bench, &says(", listing: {displayName: Distributor, reviewEvery: 90d}"));
    assert_eq!(steps(&bench), review, "another listing");
    until_done(&mut bench);
}

/// The codes of findings about acknowledgements.
fn told(bench: &Bench) -> Vec<String> {
    let planned = bench.plan();
    let about = planned.outlook.findings.iter().filter(|it| it.message.starts_with("acknowledgement"));
    about.map(|it| it.code.to_string()).collect()
}

fn acknowledged(limit: &str, causes: &str, at_most: u32) -> String {
    format!(
        "---\napiVersion: twotier/v1\nkind: Acknowledgement\nmetadata: {{name: ack}}\nspec: {{limit: {limit}, {causes}, atMost: {at_most}, reason: r, by: anna, expires: 2026-12-24}}\n"
    )
}

/// A partnership that is listed and declared ended, and its lines of the tenant.
fn ended(n: u8) -> (String, String) {
    let document = format!(
        "---\napiVersion: twotier/v1\nkind: Partnership\nmetadata: {{name: gone-{n}}}\nspec:\n  reseller: {{displayName: Gone, partnerIds: [\"483333{n}\"], country: HU}}\n  ensure: ended\n  ending:\n    reason: confidential\n    decidedBy: b\n    decidedOn: 2026-11-01\n    declaration: {{goodFaith: true, legitimateBusinessPurpose: true, inAccordanceWithAgreements: true, holdMicrosoftHarmless: true, by: b, on: 2026-11-01}}\n    notices: {{partner: {{how: notRequired, reason: r}}, customers: {{how: notRequired, reason: r}}}}\n    search: knownCustomers\n"
    );
    let tenant = format!("fab00000-0000-4000-8000-00000000001{n}");
    let lines = format!(
        "{{\"company\":{{\"tenantId\":\"{tenant}\",\"name\":\"Gone\",\"country\":\"HU\",\"partnerIds\":[\"483333{n}\"]}}}}\n{{\"relationship\":{{\"tenantId\":\"{tenant}\"}}}}\n"
    );
    (document, lines)
}

#[test]
fn ended_partnerships_are_limited_and_one_acknowledgement_lets_several_end() {
    let ((one, one_there), (two, two_there)) = (ended(1), ended(2));
    let provider = ", limits: {endedPartnerships: {max: 0}}";
    let both = format!("{one}{two}");
    let lines = seats_with(&format!("{one_there}{two_there}"));
    let mut bench = Bench::new(project(&Says { provider, more: &both, ..PLAIN }), lines);
    let gates = closed(&mut bench);
    assert!(
        matches!(&gates[..], [Gate::Limit { planned: 2, allowed: 0, causes, .. }] if causes.len() == 2),
        "{gates:?}"
    );
    let causes = "causes: [partnership/gone-1, partnership/gone-2]";
    let ask = |bench: &mut Bench, at_most| {
        let more = format!("{both}{}", acknowledged("TT0503", causes, at_most));
        change(bench, &Says { provider, more: &more, ..PLAIN });
    };
    ask(&mut bench, 1);
    assert_eq!(codes(&closed(&mut bench)), ["TT0503"], "what it allows is shared by its causes");
    ask(&mut bench, 2);
    assert_eq!(told(&bench), ["TT0511"], "what passes is told");
    assert_eq!(closed(&mut bench), []);
    let counted = bench.ledger().counted;
    assert_eq!(counted.iter().map(|it| it.amount).sum::<u32>(), 2, "{counted:?}");
    assert!(counted.iter().all(|it| it.acknowledgement.is_some()));
    assert_eq!(told(&bench), ["TT0509"], "it is used up");
}

#[test]
fn granted_access_is_limited_by_a_share_of_at_least_ten_and_over_a_day_also_when_people_do_it() {
    let grant = |n: u8| {
        format!(
            "---\napiVersion: twotier/v1\nkind: AzureAccess\nmetadata: {{name: servers-{n}}}\nspec: {{customer: contoso, reseller: fabrikam, principal: a6000000-0000-4000-8000-000000000001, scope: /subscriptions/5a000000-0000-4000-8000-00000000000{n}, role: Contributor, ensure: present}}\n"
        )
    };
    let says = |more| Says { provider: ", limits: {grantedAccess: {percent: 10}}", more, ..PLAIN };
    let (one, both) = (grant(1), format!("{}{}", grant(1), grant(2)));
    let mut bench = begun(&says(""));
    change(&mut bench, &says(&both));
    let gates = closed(&mut bench);
    assert!(matches!(gates[..], [Gate::Limit { planned: 2, before: 0, allowed: 1, .. }]), "a tenth of ten: {gates:?}");
    change(&mut bench, &says(&one));
    assert_eq!(closed(&mut bench), []);
    assert_eq!(closed(&mut bench), [], "asked once, counted once");
    change(&mut bench, &says(&both));
    let gates = closed(&mut bench);
    assert!(matches!(gates[..], [Gate::Limit { planned: 1, before: 1, allowed: 1, .. }]), "{gates:?}");
    bench.tenant.advance("24h".parse().unwrap());
    assert_eq!(closed(&mut bench), [], "the next day");
}

#[test]
fn an_acknowledgement_that_nothing_needs_is_told_and_stops_nothing() {
    let idle = acknowledged("TT0508", "cause: customer/contoso", 5);
    let says = |provider, a| Says { provider, a, more: &idle, ..PLAIN };
    let mut bench = begun(&says("", "quantity: 25"));
    assert_eq!(told(&bench), ["TT0510"]);
    let limited = ", limits: {boughtSeats: {max: 1}}";
    change(&mut bench, &says(limited, "quantity: 30"));
    assert_eq!(told(&bench), ["TT0511"], "now something counts on it");
    assert_eq!(closed(&mut bench), []);
    assert_eq!(told(&bench), ["TT0509"]);
}
