//! Renewals over several runs: what a change of the quantity deletes comes back, also when a run dies between; what
//! somebody else scheduled is not undone; what nobody understands is not overwritten; what ends is bounded.

use crate::support::project::{Project, tenant};
use crate::support::run::Bench;
use twotier::backend::simulated::wire::ScheduledChange;
use twotier::backend::simulated::{Edit, Human, Memory};
use twotier::model::{CustomerId, Span, SubscriptionChange, SubscriptionId};
use twotier::ops::apply::{Applied, Consent};
use twotier::plan::file::PlanFile;
use twotier::plan::{Gate, Mark, Planned};

const CUSTOMER: &str = "c0000000-0000-4000-8000-000000000001";
const HEADER: &str = r#"{"company":{"tenantId":"fab00000-0000-4000-8000-000000000001","name":"Fabrikam","country":"HU","partnerIds":["4811111"]}}
{"relationship":{"tenantId":"fab00000-0000-4000-8000-000000000001"}}
{"product":{"productId":"CFQ7TTC0AAAA","skuId":"0001","name":"Backup","availabilities":[{"id":"A1","term":"P1Y","billingCycle":"annual"},{"id":"A3","term":"P3Y","billingCycle":"annual"},{"id":"A4","term":"P3Y","billingCycle":"annual"},{"id":"A5","term":"P3Y","billingCycle":"triennial"}]}}
{"customer":{"tenantId":"c0000000-0000-4000-8000-000000000001","domain":"contoso.onmicrosoft.com","companyName":"Contoso","country":"HU","resellers":["fab00000-0000-4000-8000-000000000001"]}}
{"agreement":{"customer":"c0000000-0000-4000-8000-000000000001","signedOn":"2024-02-01T08:00:00Z"}}
"#;
fn id(n: u8) -> String {
    format!("50000000-0000-4000-8000-00000000000{n}")
}

/// Contoso with `a` and `b` of 25 seats for a year, with further fields; the header of the tenant with further ones too.
fn there(header: &str, fields: &str) -> Memory {
    let line = |n: u8| {
        format!(
            r#"{{"subscription":{{"subscriptionId":"{}","customer":"{CUSTOMER}","product":{{"productId":"CFQ7TTC0AAAA","skuId":"0001"}},"offerName":"Backup","friendlyName":"Backup","quantity":25,"partnerOfRecord":"4811111","term":"P1Y","billingCycle":"annual","commitmentEnd":"2027-03-01T00:00:00Z"{fields}}}}}"#,
            id(n)
        )
    };
    let first = format!(
        r#"{{"format":"twotier-tenant/1","tenantId":"11111111-1111-4111-8111-111111111111","clock":"2026-11-23T09:00:00Z","partnerId":"4800001","country":"HU"{header}}}"#
    );
    tenant(&format!("{first}\n{HEADER}{}\n{}\n", line(1), line(2)))
}
fn plain() -> Memory {
    there("", "")
}

/// Contoso with these lines of `a` and `b`, and more in Provider and the customer's metadata.
fn project((a, b): (&str, &str), provider: &str, metadata: &str) -> Project {
    let text = format!(
        r#"apiVersion: twotier/v1
kind: Provider
metadata: {{name: distri}}
spec: {{tenantId: 11111111-1111-4111-8111-111111111111, partnerId: "4800001", country: HU{provider}}}
---
apiVersion: twotier/v1
kind: Partnership
metadata: {{name: fabrikam}}
spec: {{reseller: {{displayName: Fabrikam, partnerIds: ["4811111"], country: HU, contact: {{email: csp@fabrikam.example}}}}, ensure: active}}
---
apiVersion: twotier/v1
kind: Customer
metadata: {{name: contoso{metadata}}}
spec:
  tenantId: {CUSTOMER}
  reseller: fabrikam
  subscriptions:
    a: {{subscriptionId: {}, {a}}}
    b: {{subscriptionId: {}, {b}}}
"#,
        id(1),
        id(2)
    );
    Project::of(&[("manifests/all.yaml", &text)])
}
/// Only of `a`.
fn only(a: &str) -> Project {
    project((a, ""), "", "")
}
/// A bench on which this was applied.
fn begun(project: Project, tenant: Memory) -> Bench {
    let mut bench = Bench::new(project, tenant);
    bench.apply();
    bench.apply();
    bench
}
fn change(bench: &mut Bench, project: Project) {
    bench.project = project;
    bench.valid.desired = bench.project.desired.clone();
    bench.valid.sources = bench.project.sources.clone();
}
fn portal(bench: &Bench, edit: Edit) {
    let customer: CustomerId = CUSTOMER.parse().unwrap();
    let subscription: SubscriptionId = id(1).parse().unwrap();
    bench.tenant.play(&Human::EditSubscription { customer, subscription, edit }).expect("edited");
}
fn renewed(text: &str) -> Edit {
    Edit::Set(SubscriptionChange::Renewal(text.parse().expect("a renewal")))
}
/// Steps as `key`, blocked ones as `? key code`, findings as their code.
fn told(planned: &Planned) -> Vec<String> {
    let steps = planned.plan.steps().iter().map(|step| step.key.to_string());
    let blocked = planned.outlook.blocked.iter().map(|b| format!("? {} {}", b.key, b.finding.code));
    let findings = planned.outlook.findings.iter().map(|finding| finding.code.to_string());
    steps.chain(blocked).chain(findings).collect()
}
/// Seats of `a`, whether it renews, and what is scheduled.
fn of_a(bench: &Bench) -> String {
    let tenant = bench.tenant.tenant();
    let a = tenant.subscriptions().find(|s| s.subscription_id.to_string() == id(1)).expect("there").clone();
    let next = a.scheduled_change.and_then(|scheduled| scheduled.quantity);
    format!("{} {} {:?} {next:?}", a.quantity, a.auto_renew, a.scheduled_action)
}
const SET: &str = "schedule-renewal subscription/contoso/a";
const SEATS: &str = "change-quantity subscription/contoso/a";
const WAYS: [&str; 3] = ["{action: cancel}", "{action: extend}", "{action: renew, quantity: 20}"];

#[test]
fn a_run_that_dies_between_the_quantity_and_the_renewal_is_gone_on_with() {
    for way in WAYS {
        let with = |seats: u32| only(&format!("quantity: {seats}, renewal: {way}"));
        let mut calm = begun(with(25), plain());
        change(&mut calm, with(30));
        assert_eq!(told(&calm.plan()), [SEATS, SET], "{way}");
        calm.apply();
        for (at, reaches) in (0..12).flat_map(|at| [(at, false), (at, true)]) {
            let mut bench = begun(with(25), plain());
            change(&mut bench, with(30));
            bench.apply_and_die(at, reaches);
            bench.apply();
            assert_eq!(told(&bench.plan()), <[&str; 0]>::default(), "{way} {at} {reaches}");
            assert_eq!(of_a(&bench), of_a(&calm), "{way} {at} {reaches}");
        }
    }
}

#[test]
fn a_quantity_that_shows_late_takes_the_renewal_with_it_and_it_is_set_again() {
    for way in WAYS {
        let with = |seats: u32| only(&format!("quantity: {seats}, renewal: {way}"));
        let mut bench = Bench::new(with(25), there(r#","changesShowAfter":"1h""#, ""));
        let rest = |bench: &mut Bench| {
            for _ in 0..6 {
                bench.apply();
                bench.tenant.advance(Span::hours(2));
            }
        };
        rest(&mut bench);
        change(&mut bench, with(30));
        rest(&mut bench);
        assert_eq!(told(&bench.plan()), <[&str; 0]>::default(), "{way}");
        assert!(of_a(&bench).starts_with("30 ") && !of_a(&bench).ends_with("false None None"), "{}", of_a(&bench));
    }
}

#[test]
fn what_somebody_schedules_elsewhere_is_told_and_stays_unless_the_manifest_says_so() {
    let with = |rule: &str| only(&format!("renewal: {{action: renew, quantity: 20}}{rule}"));
    for edit in ["cancel", "extend", "renew, quantity 22"] {
        let mut bench = begun(with(""), plain());
        portal(&bench, renewed(edit));
        assert_eq!(told(&bench.plan()), ["TT0313"], "{edit}");
        change(&mut bench, with(", onDrift: {renewal: restore}"));
        assert_eq!(told(&bench.plan()), [SET], "{edit}");
        bench.apply();
        assert_eq!(of_a(&bench), "25 true None Some(20)");
        portal(&bench, renewed(edit));
        change(&mut bench, only("renewal: {action: renew, quantity: 19}"));
        assert_eq!(told(&bench.plan()), [format!("? {SET} TT0312")], "{edit}: both moved");
    }
}

#[test]
fn what_was_scheduled_between_plan_and_change_is_not_overwritten() {
    let with = |seats: u32| only(&format!("quantity: {seats}, renewal: {{action: renew, quantity: 20}}"));
    let mut bench = begun(with(25), plain());
    change(&mut bench, with(30));
    bench.apply();
    portal(&bench, renewed("renew, quantity 22"));
    assert_eq!(told(&bench.plan()), ["TT0313"], "it was set again before, so this is drift");
}

#[test]
fn auto_renew_off_is_neither_taken_for_an_end_nor_left_without_a_mend() {
    for (way, after) in [
        ("{action: cancel}", "25 false Some(Cancel) None"),
        ("{action: extend}", "25 false Some(Extend) None"),
        ("{action: renew}", "25 true None None"),
    ] {
        let mut bench = Bench::new(only(&format!("renewal: {way}")), there("", r#","autoRenew":false"#));
        assert_eq!(told(&bench.plan()), [SET], "{way}");
        bench.apply();
        assert_eq!(told(&bench.plan()), <[&str; 0]>::default(), "{way}");
        assert_eq!(of_a(&bench), after);
    }
}

#[test]
fn a_change_of_the_quantity_says_that_a_cancellation_nobody_sees_may_go_with_it() {
    let note = |tenant: &Memory| {
        let planned = only("quantity: 30").plan(tenant, &twotier::ledger::Ledger::default());
        planned.plan.steps()[0].changes[0].note.clone()
    };
    let off = note(&there("", r#","autoRenew":false"#)).expect("a note");
    assert!(off.contains("a cancellation, if one was made, may be deleted"), "{off}");
    let on = note(&plain()).unwrap_or_default();
    assert!(!on.contains("cancellation"), "{on}");
}

#[test]
fn what_contradicts_itself_is_never_overwritten() {
    let torn = || there("", r#","autoRenew":false,"scheduledChange":{"quantity":3}"#);
    for way in WAYS {
        let planned = only(&format!("renewal: {way}")).plan(&torn(), &twotier::ledger::Ledger::default());
        assert_eq!(told(&planned), [format!("? {SET} TT0334")], "{way}");
    }
    let planned = only("quantity: 30").plan(&torn(), &twotier::ledger::Ledger::default());
    assert_eq!(told(&planned), [format!("? {SEATS} TT0315")]);
}

#[test]
fn what_is_not_written_of_a_next_term_stays_as_it_is_scheduled() {
    let scheduled = there("", r#","scheduledChange":{"quantity":20}"#);
    let mut bench = Bench::new(only("renewal: {action: renew, term: P3Y, billingCycle: triennial}"), scheduled);
    bench.apply();
    let tenant = bench.tenant.tenant();
    let a = tenant.subscriptions().next().expect("there").scheduled_change.clone().expect("scheduled");
    assert_eq!((a.quantity, a.term.map(|term| term.to_string()).as_deref()), (Some(20), Some("P3Y")));
    assert_eq!(told(&bench.plan()), <[&str; 0]>::default());
    let scheduled = there("", r#","scheduledChange":{"quantity":20}"#);
    let mut again = Bench::new(only("quantity: 30, renewal: {action: renew}"), scheduled);
    assert_eq!(told(&again.plan()), [SEATS, SET], "what somebody scheduled comes back with it");
    again.apply();
    assert_eq!(of_a(&again), "30 true None Some(20)");
}

#[test]
fn a_next_term_must_be_sold_in_exactly_one_way() {
    let planned = |renewal: &str| {
        let project = only(&format!("renewal: {renewal}"));
        told(&project.plan(&plain(), &twotier::ledger::Ledger::default()))
    };
    assert_eq!(planned("{action: renew, term: P3Y}"), [format!("? {SET} TT0309")], "two ways");
    assert_eq!(planned("{action: renew, term: P1M, billingCycle: monthly}"), [format!("? {SET} TT0309")], "no way");
    assert_eq!(planned("{action: renew, endDate: 2027-02-01}"), [format!("? {SET} TT0317")], "before it begins");
    assert_eq!(planned("{action: renew, endDate: 2027-06-30}"), [SET]);
}

/// Applies, and gives the codes of the gates that stopped it.
fn closed(bench: &mut Bench) -> Vec<String> {
    let tenant = Memory::new(bench.tenant.tenant());
    let applied = bench.apply_through(&tenant, &tenant).expect("it plans");
    bench.tenant = tenant;
    let code = |gate: &Gate| match gate {
        Gate::Acknowledge { code, .. } | Gate::Limit { code, .. } => code.to_string(),
        Gate::Frozen { .. } => "frozen".to_owned(),
    };
    match applied {
        Applied::Closed { gates, .. } => gates.iter().filter(|gate| gate.is_closed()).map(code).collect(),
        Applied::Ran { .. } => Vec::new(),
        Applied::AllStale { .. } => panic!("nothing was approved"),
    }
}

#[test]
fn renewals_that_end_are_limited_and_one_that_is_set_again_counts_once() {
    let limits = ", limits: {endedRenewals: {max: 1}}";
    let with = |a: &str, b: &str| project((a, b), limits, "");
    let mut bench = begun(with("quantity: 25", ""), plain());
    change(&mut bench, with("renewal: {action: cancel}", "renewal: {action: extend}"));
    assert_eq!(closed(&mut bench), ["TT0506"], "two at once");
    change(&mut bench, with("quantity: 25, renewal: {action: cancel}", ""));
    assert_eq!(closed(&mut bench), <[&str; 0]>::default());
    change(&mut bench, with("quantity: 30, renewal: {action: cancel}", ""));
    assert_eq!(told(&bench.plan()), [SEATS, SET]);
    assert_eq!(closed(&mut bench), <[&str; 0]>::default(), "set again");
    change(&mut bench, with("quantity: 30, renewal: {action: cancel}", "renewal: {action: extend}"));
    assert_eq!(closed(&mut bench), ["TT0506"], "within a day");
}

#[test]
fn fewer_seats_of_a_next_term_are_taken_away_and_more_are_bought() {
    let with = |limit: &str, renewal: &str| {
        let limits = format!(", limits: {{{limit}: {{max: 0}}}}");
        Bench::new(project((&format!("renewal: {renewal}"), ""), &limits, ""), plain())
    };
    for (limit, renewal, code) in [
        ("loweredQuantity", "{action: renew, quantity: 24}", "TT0505"),
        ("boughtSeats", "{action: renew, quantity: 26}", "TT0508"),
        ("endedRenewals", "{action: cancel}", "TT0506"),
    ] {
        assert_eq!(closed(&mut with(limit, renewal)), [code], "{renewal}");
    }
    let off = there("", r#","autoRenew":false"#);
    let limits = ", limits: {boughtSeats: {max: 24}}";
    let mut on = Bench::new(project(("renewal: {action: renew}", ""), limits, ""), off);
    assert_eq!(closed(&mut on), ["TT0508"], "a term that would not have been is bought whole");
}

/// What setting a renewal counts and whether protection forbids it, for every pair of what stands and what is wanted.
#[test]
fn what_a_renewal_takes_and_grants_is_told_from_what_the_end_of_the_term_would_bring() {
    let limits = ", limits: {loweredQuantity: {max: 0}, endedRenewals: {max: 0}, boughtSeats: {max: 0}}";
    const FEWER: &str = "{action: renew, quantity: 20}";
    const SAME: &str = "{action: renew, quantity: 25}";
    const MORE: &str = "{action: renew, quantity: 30}";
    const CANCEL: &str = "{action: cancel}";
    const EXTEND: &str = "{action: extend}";
    let renew = "";
    let scheduled = r#","scheduledChange":{"quantity":22}"#;
    let off = r#","autoRenew":false"#;
    let cancel = r#","autoRenew":false,"scheduledAction":"cancel""#;
    let extend = r#","autoRenew":false,"scheduledAction":"extend""#;
    for (there_is, wanted, lowered, ended, bought) in [
        (renew, FEWER, 1, 0, 0),
        (renew, MORE, 0, 0, 5),
        (renew, CANCEL, 0, 1, 0),
        (renew, EXTEND, 0, 1, 0),
        (scheduled, FEWER, 1, 0, 0),
        (scheduled, SAME, 0, 0, 3),
        (scheduled, CANCEL, 0, 1, 0),
        (scheduled, EXTEND, 0, 1, 3),
        (cancel, FEWER, 0, 0, 20),
        (cancel, SAME, 0, 0, 25),
        (cancel, EXTEND, 0, 1, 25),
        (extend, FEWER, 1, 0, 0),
        (extend, SAME, 0, 0, 0),
        (extend, MORE, 0, 0, 5),
        (extend, CANCEL, 0, 1, 0),
        // Nobody tells whether it would have ended or gone on: both count.
        (off, FEWER, 1, 0, 20),
        (off, SAME, 0, 0, 25),
        (off, CANCEL, 0, 1, 0),
        (off, EXTEND, 0, 1, 25),
    ] {
        let lines = format!("renewal: {wanted}");
        let case = format!("{there_is} -> {wanted}");
        let ledger = twotier::ledger::Ledger::default();
        let planned = project((&lines, ""), limits, "").plan(&there("", there_is), &ledger);
        assert_eq!(told(&planned), [SET], "{case}");
        let counts = &planned.plan.steps()[0].counts;
        let counted =
            |code: &str| counts.iter().filter(|count| count.code == code).map(|count| count.amount).sum::<u32>();
        assert_eq!((counted("TT0505"), counted("TT0506"), counted("TT0508")), (lowered, ended, bought), "{case}");
        let protected = project((&lines, ""), limits, ", annotations: {twotier/protect: \"true\"}");
        let first = told(&protected.plan(&there("", there_is), &ledger)).swap_remove(0);
        let forbidden = if lowered + ended > 0 { format!("? {SET} TT0318") } else { SET.to_owned() };
        assert_eq!(first, forbidden, "{case}");
    }
}

#[test]
fn seats_that_come_with_the_present_term_are_not_bought_again_with_the_next() {
    let limits = ", limits: {boughtSeats: {max: 0}}";
    let extend = r#","autoRenew":false,"scheduledAction":"extend""#;
    let counts = |fields: &str, renewal: &str| {
        let lines = format!("quantity: 30, renewal: {renewal}");
        let planned = project((&lines, ""), limits, "").plan(&there("", fields), &twotier::ledger::Ledger::default());
        assert_eq!(told(&planned), [SEATS, SET]);
        let of = |step: &twotier::plan::Step| step.counts.iter().map(|count| count.amount).sum::<u32>();
        planned.plan.steps().iter().map(of).collect::<Vec<u32>>()
    };
    assert_eq!(counts("", "{action: renew, quantity: 35}"), [5, 5]);
    assert_eq!(counts(extend, "{action: renew}"), [5, 0], "thirty would have gone on month by month");
    assert_eq!(counts(extend, "{action: extend}"), [5, 0], "it is only set again");
}

#[test]
fn what_takes_away_is_marked_so_and_protection_forbids_it() {
    let mark = |renewal: &str| {
        let planned = only(&format!("renewal: {renewal}")).plan(&plain(), &twotier::ledger::Ledger::default());
        planned.plan.steps()[0].mark
    };
    let marks = [("{action: cancel}", Mark::End), ("{action: extend}", Mark::End)];
    let next = [("{action: renew, quantity: 24}", Mark::End), ("{action: renew, quantity: 26}", Mark::Change)];
    for (renewal, expected) in marks.into_iter().chain(next) {
        assert_eq!(mark(renewal), expected, "{renewal}");
    }
    let protected = ", annotations: {twotier/protect: \"true\"}";
    for renewal in ["{action: cancel}", "{action: extend}", "{action: renew, quantity: 24}"] {
        let with = project((&format!("renewal: {renewal}"), ""), "", protected);
        let planned = with.plan(&plain(), &twotier::ledger::Ledger::default());
        assert_eq!(told(&planned).first(), Some(&format!("? {SET} TT0318")), "{renewal}");
    }
}

#[test]
fn what_has_ended_as_it_was_to_is_no_drift() {
    let mut bench = begun(only("renewal: {action: cancel}"), plain());
    bench.tenant.advance(Span::days(120));
    assert_eq!(told(&bench.plan()), ["TT0303"], "that it has come");
    bench.apply();
    assert_eq!(told(&bench.plan()), <[&str; 0]>::default(), "and no more");
    let on = begun(only("renewal: {action: renew, quantity: 20}"), plain());
    on.tenant.advance(Span::days(120));
    assert_eq!(told(&on.plan()), <[&str; 0]>::default(), "twenty seats again are what it says");
    let next = ScheduledChange { quantity: Some(21), ..ScheduledChange::default() };
    portal(&on, Edit::Schedule(Some(next)));
    assert_eq!(told(&on.plan()), ["TT0313"]);
}

/// Contoso's `a` with so many seats declared, and so many said for the next term.
fn fewer(seats: u32, next: u32, more: &str) -> Project {
    only(&format!("quantity: {seats}, renewal: {{action: renew, quantity: {next}}}{more}"))
}

#[test]
fn seats_that_our_own_renewal_said_are_no_drift_and_are_not_bought_back() {
    for more in ["", ", onDrift: {quantity: restore}"] {
        let mut bench = begun(fewer(25, 20, more), plain());
        bench.tenant.advance(Span::days(120));
        assert_eq!(told(&bench.plan()), ["TT0351"], "{more}");
        bench.apply();
        assert_eq!((told(&bench.plan()), of_a(&bench)), (vec!["TT0351".to_owned()], "20 true None None".to_owned()));
        // The manifest moves: what it says now is meant.
        let mut moved = begun(fewer(25, 20, more), plain());
        moved.tenant.advance(Span::days(120));
        change(&mut moved, fewer(22, 20, more));
        assert_eq!(told(&moved.plan())[0], SEATS, "{more}");
        change(&mut moved, fewer(25, 25, more));
        assert_eq!(told(&moved.plan())[0], SEATS, "its renewal says so as well: {more}");
        change(&mut moved, only(&format!("quantity: 25{more}")));
        assert_eq!(told(&moved.plan()), ["TT0351"], "a renewal that is only no longer written buys nothing: {more}");
        // Or it follows.
        change(&mut bench, fewer(20, 20, more));
        bench.apply();
        assert_eq!(told(&bench.plan()), <[&str; 0]>::default(), "{more}");
        // From then on the seats are guarded as before.
        portal(&bench, Edit::Set(SubscriptionChange::Quantity(24)));
        let restored = if more.is_empty() { "TT0313" } else { SEATS };
        assert_eq!(told(&bench.plan())[0], restored, "{more}");
        change(&mut bench, fewer(24, 20, more));
        assert_eq!(told(&bench.plan()).last().map(String::as_str), Some("TT0335"), "{more}");
    }
}

#[test]
fn seats_that_somebody_lowers_before_the_term_ends_are_drift_however_many_were_said() {
    let bench = begun(fewer(25, 20, ""), plain());
    portal(&bench, Edit::Set(SubscriptionChange::Quantity(20)));
    assert_eq!(told(&bench.plan())[0], "TT0313");
    // What was said long ago, and is said again with more, was said then.
    let mut again = begun(fewer(25, 20, ""), plain());
    again.tenant.advance(Span::days(120));
    change(&mut again, only("quantity: 25, renewal: {action: renew, quantity: 20, term: P1Y}"));
    again.apply();
    assert_eq!(told(&again.plan()), ["TT0351"]);
}

#[test]
fn an_end_that_has_come_stands_in_the_way_of_no_other_renewal() {
    let renewal = |seats: u32| only(&format!("renewal: {{action: renew, quantity: {seats}, endDate: 2027-06-30}}"));
    let mut bench = begun(renewal(20), plain());
    bench.tenant.advance(Span::days(120));
    bench.apply();
    change(&mut bench, renewal(15));
    assert_eq!(told(&bench.plan()), [SET]);
    bench.apply();
    assert_eq!(told(&bench.plan()), <[&str; 0]>::default());
}

#[test]
fn a_next_term_that_runs_to_its_own_end_is_as_it_was_said() {
    let mut bench = begun(only("renewal: {action: renew, quantity: 20, endDate: 2027-06-30}"), plain());
    bench.tenant.advance(Span::days(120));
    assert_eq!(told(&bench.plan()), <[&str; 0]>::default());
    bench.apply();
    assert_eq!(told(&bench.plan()), <[&str; 0]>::default());
}

#[test]
fn an_approval_does_not_outlive_the_term_it_was_given_for() {
    for a in ["renewal: {action: cancel}", "quantity: 30"] {
        let mut bench = begun(only(""), plain());
        change(&mut bench, only(a));
        let planned = bench.plan();
        let file = PlanFile::new(&planned.plan, &planned.outlook, &bench.project.sources);
        bench.tenant.advance(Span::days(99));
        let there = Memory::new(bench.tenant.tenant());
        let applied = bench.apply_order(&there, &there, Consent::Plan(Box::new(file)));
        assert!(matches!(applied, Ok(Applied::AllStale { .. })), "{a}: {applied:?}");
        let again = bench.plan().plan;
        assert!(again.id() != planned.plan.id() && again.steps().len() == 1, "{a}: approved anew for the next term");
        bench.apply();
        assert_eq!(bench.plan().plan.steps().len(), 0, "{a}");
    }
}
