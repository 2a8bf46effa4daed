//! What counts against a limit: what a run is going to do, measured by what is there.

use super::{Says, begun, change, codes, project, seats_with};
use crate::support::run::Bench;
use std::fmt::Write as _;
use twotier::backend::simulated::{Edit, Human, Memory};
use twotier::model::{CustomerId, SubscriptionChange, SubscriptionId};
use twotier::ops::apply::{Applied, Consent};
use twotier::plan::Gate;
use twotier::plan::file::PlanFile;

const PLAIN: Says<'static> = super::PLAIN;

/// What is planned now, as somebody approves it.
fn approved(bench: &Bench) -> Consent {
    let planned = bench.plan();
    Consent::Plan(Box::new(PlanFile::new(&planned.plan, &planned.outlook, &bench.project.sources)))
}

fn apply(bench: &mut Bench, consent: Consent) -> Applied {
    let tenant = Memory::new(bench.tenant.tenant());
    let applied = bench.apply_order(&tenant, &tenant, consent).expect("it plans");
    bench.tenant = tenant;
    applied
}

/// Forty more subscriptions with the lines of their documents.
fn forty() -> (String, String) {
    let (mut lines, mut documents) = (String::new(), String::new());
    for n in 10..50 {
        let id = format!("50000000-0000-4000-8000-0000000000{n}");
        writeln!(
            lines,
            r#"{{"subscription":{{"subscriptionId":"{id}","customer":"{}","offerName":"Offer","friendlyName":"Old","quantity":25,"partnerOfRecord":"4811111","commerce":"legacy"}}}}"#,
            super::CUSTOMER
        )
        .expect("a line");
        write!(
            documents,
            "---\napiVersion: twotier/v1\nkind: Subscription\nmetadata: {{name: s-{n}}}\nspec: {{customer: contoso, subscriptionId: {id}, quantity: 30}}\n"
        )
        .expect("a document");
    }
    (lines, documents)
}

const TEN_SEATS: &str = ", limits: {boughtSeats: {max: 10}}";

#[test]
fn a_share_is_one_of_what_is_there_and_not_of_what_is_only_declared() {
    let invented: String = (10..70)
        .map(|n| {
            format!(
                "---\napiVersion: twotier/v1\nkind: Subscription\nmetadata: {{name: s-{n}}}\nspec: {{customer: contoso, subscriptionId: 51000000-0000-4000-8000-0000000000{n}, quantity: 9000}}\n"
            )
        })
        .collect();
    let moved = "partnerOfRecord: northwind";
    for (limit, to, allowed) in [("movedPartnerOfRecord", moved, 1), ("boughtSeats", "quantity: 30", 5)] {
        let provider = format!(", limits: {{{limit}: {{percent: 10}}}}");
        let mut bench = begun(&Says { provider: &provider, ..PLAIN });
        change(&mut bench, &Says { provider: &provider, a: to, b: to, more: &invented, ..PLAIN });
        let gates = bench.plan().outlook.gates;
        let [Gate::Limit { allowed: found, .. }] = gates[..] else { panic!("{gates:?}") };
        assert_eq!(found, allowed, "{limit}: two subscriptions of 25 seats are there");
    }
}

#[test]
fn what_nobody_approved_stops_nothing_that_was_approved() {
    let (lines, documents) = forty();
    let says = |a, more| Says { provider: TEN_SEATS, a, more, ..PLAIN };
    let mut bench = Bench::new(project(&says("quantity: 33", "")), seats_with(&lines));
    let one = approved(&bench);
    change(&mut bench, &says("quantity: 33", &documents));
    let Applied::Ran { outcome, .. } = apply(&mut bench, one) else { panic!("it was stopped") };
    let done = |word: &str| outcome.results.iter().filter(|it| it.outcome.word() == word).count();
    assert_eq!((done("done"), done("unapproved")), (1, 40));
    assert_eq!(bench.ledger().counted.iter().map(|it| it.amount).sum::<u32>(), 8);
    let all = approved(&bench);
    assert!(matches!(apply(&mut bench, all), Applied::Closed { .. }), "two hundred seats more were approved");
}

#[test]
fn what_nobody_approved_uses_no_acknowledgement_up() {
    let acknowledged = super::acknowledged("TT0508", "cause: customer/contoso", 9);
    let says = |a, b| Says { provider: ", limits: {boughtSeats: {max: 0}}", a, b, more: &acknowledged, ..PLAIN };
    let mut bench = begun(&says("quantity: 25", "quantity: 25"));
    change(&mut bench, &says("quantity: 25", "quantity: 33"));
    let one = approved(&bench);
    change(&mut bench, &says("quantity: 33", "quantity: 33"));
    assert_eq!(codes(&bench.plan().outlook.gates), ["TT0508"]);
    assert!(matches!(apply(&mut bench, one), Applied::Ran { .. }));
    let counted = bench.ledger().counted;
    assert!(counted.len() == 1 && counted[0].acknowledgement.is_some(), "{counted:?}");
}

#[test]
fn an_approved_step_that_is_stale_counts_nothing_and_is_told_as_stale() {
    let (lines, documents) = forty();
    let says = |a, more| Says { provider: TEN_SEATS, a, more, ..PLAIN };
    let mut bench = Bench::new(project(&says("quantity: 33", "")), seats_with(&lines));
    let one = approved(&bench);
    let customer: CustomerId = super::CUSTOMER.parse().expect("a GUID");
    let subscription: SubscriptionId = "50000000-0000-4000-8000-000000000001".parse().expect("a GUID");
    let edit = Edit::Set(SubscriptionChange::Quantity(20));
    bench.tenant.play(&Human::EditSubscription { customer, subscription, edit }).expect("can be done");
    change(&mut bench, &says("quantity: 33", &documents));
    assert_eq!(codes(&bench.plan().outlook.gates), ["TT0508"], "the whole plan is over the limit");
    assert!(matches!(apply(&mut bench, one), Applied::AllStale { .. }));
}

#[test]
fn what_may_have_happened_counts_and_once_it_is_known_what_did_no_more() {
    let says = |a, b| Says { provider: super::ONE_A_DAY, a, b, ..PLAIN };
    let mut lost = 0;
    for at in 0..8 {
        let mut bench = begun(&says("quantity: 25", "quantity: 25"));
        change(&mut bench, &says("quantity: 20", "quantity: 25"));
        bench.apply_and_die(at, true);
        lost += bench.ledger().open.len();
        let planned = bench.plan().plan.steps().len();
        let may_be = usize::from(!bench.ledger().open.is_empty());
        change(&mut bench, &says("quantity: 20", "quantity: 20"));
        let gates = bench.plan().outlook.gates;
        let [Gate::Limit { planned: now, before, allowed: 1, .. }] = gates[..] else { panic!("{at}: {gates:?}") };
        assert_eq!(now + before, 2, "{at}: {planned} planned, {may_be} perhaps done: {gates:?}");
        assert!(gates[0].is_closed());
    }
    assert!(lost > 0, "no run died with an effect under way");
}
