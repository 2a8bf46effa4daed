//! Which steps of a fresh plan an approved one allows.

use super::rig::{Rig, TENANT};
use crate::apply::approve::{Approval, Approved, Match, Verdict, approve};
use crate::apply::outcome::{Outcome, Unapproved, Withdrawal};
use crate::backend::simulated::{Edit, Human};
use crate::model::{CustomerId, Fact, SubscriptionChange, SubscriptionId, TenantId};
use crate::observed::Observed;
use crate::plan::{Brings, Expect, Plan, Planned};

fn m365() -> (CustomerId, SubscriptionId) {
    let customer = "c0000000-0000-4000-8000-000000000001".parse().expect("a GUID");
    (customer, "50000000-0000-4000-8000-000000000001".parse().expect("a GUID"))
}
fn edit(rig: &Rig, edit: Edit) {
    let (customer, subscription) = m365();
    rig.center.play(&Human::EditSubscription { customer, subscription, edit }).expect("can be done");
}
/// The verdicts on a fresh plan, by step, with what is seen of the chain of m365 only.
fn judge<'p>(approved: &Approved, fresh: &'p Planned, rig: &Rig) -> Approval<'p> {
    let (customer, subscription) = m365();
    let read = crate::observed::Read::Subscription(customer, subscription);
    let mut observed = Observed::default();
    observed.absorb(&read, crate::backend::Observe::read(&rig.center, &read));
    let journal = rig.journal();
    approve(approved, fresh, (&observed, journal.ledger()), Match::Common).expect("not exact")
}
fn verdict<'a>(approval: &'a Approval<'_>, key: &str) -> &'a Verdict {
    let task = approval.tasks.iter().find(|task| task.step.key.to_string() == key);
    &task.unwrap_or_else(|| panic!("no step `{key}`")).verdict
}
const SEATS: &str = "change-quantity subscription/contoso/m365";
const ORDER: &str = "order-subscription subscription/contoso/teams";

#[test]
fn an_unchanged_plan_is_approved_whole() {
    let rig = Rig::new();
    let plan = rig.plan_now();
    let approval = judge(&Approved::from(&plan.plan), &plan, &rig);
    assert!(approval.tasks.iter().all(|task| task.verdict == Verdict::Perform));
    assert!(!approval.all_stale());
}

#[test]
fn a_value_that_moved_since_makes_its_step_stale_and_no_other() {
    let rig = Rig::new();
    let approved = Approved::from(&rig.plan_now().plan);
    edit(&rig, Edit::Set(SubscriptionChange::Quantity(27)));
    let fresh = rig.plan_now();
    let approval = judge(&approved, &fresh, &rig);
    let Verdict::Stale { fact, approved, actual } = verdict(&approval, SEATS) else { panic!("{approval:?}") };
    assert_eq!(fact.to_string(), "subscription/contoso/m365 quantity");
    assert_eq!((approved.as_str(), actual.as_str()), ("25", "27"));
    assert_eq!(*verdict(&approval, ORDER), Verdict::Perform);
}

#[test]
fn a_step_nobody_approved_is_left_alone() {
    let rig = Rig::new();
    let fresh = rig.plan_now();
    let mut approved = Approved::from(&fresh.plan);
    approved.steps.retain(|step| step.key.to_string() != ORDER);
    let approval = judge(&approved, &fresh, &rig);
    assert_eq!(*verdict(&approval, ORDER), Verdict::Unapproved(Unapproved::New));
    assert_eq!(*verdict(&approval, SEATS), Verdict::Perform);
}

#[test]
fn an_approved_step_that_is_gone_is_satisfied_where_its_goal_stands_and_withdrawn_elsewhere() {
    let rig = Rig::new();
    let approved = Approved::from(&rig.plan_now().plan);
    edit(&rig, Edit::Set(SubscriptionChange::Quantity(30)));
    let over = Rig::new();
    over.converge();
    let nothing_left = over.plan_now();
    let gone = judge(&approved, &nothing_left, &rig).gone;
    let outcome = |key: &str| &gone.iter().find(|result| result.key.to_string() == key).expect("is gone").outcome;
    assert_eq!(*outcome(SEATS), Outcome::Satisfied);
    assert_eq!(*outcome(ORDER), Outcome::Withdrawn(Withdrawal::NotWanted));
}

#[test]
fn exact_refuses_a_plan_that_differs() {
    let rig = Rig::new();
    let approved = Approved::from(&rig.plan_now().plan);
    edit(&rig, Edit::Set(SubscriptionChange::Quantity(27)));
    let fresh = rig.plan_now();
    let journal = rig.journal();
    let observed = Observed::default();
    let ground = (&observed, journal.ledger());
    assert!(approve(&approved, &fresh, ground, Match::Exact).is_err());
    let same = Approved::from(&fresh.plan);
    assert!(approve(&same, &fresh, ground, Match::Exact).is_ok());
}

/// A wait that is over between approval and run: northwind's partner of record.
mod behind_a_wait {
    use super::*;

    const NORTHWIND: &str = r#"
---
apiVersion: twotier/v1
kind: Partnership
metadata: {name: northwind}
spec: {reseller: {displayName: Northwind, partnerIds: ["4822222"], country: HU, contact: {email: csp@northwind.example}}, ensure: active}
"#;
    const COMPANY: &str = r#"{"company":{"tenantId":"fab00000-0000-4000-8000-000000000002","name":"Northwind","country":"HU","partnerIds":["4822222"]}}
"#;
    const PARTNER: &str = "set-partner-of-record subscription/contoso/m365";

    fn rig() -> Rig {
        let manifests = super::super::rig::MANIFESTS.replace("partnerOfRecord: fabrikam", "partnerOfRecord: northwind");
        Rig::of(&format!("{manifests}{NORTHWIND}"), &format!("{TENANT}{COMPANY}"))
    }
    fn accept(rig: &Rig) {
        let company: TenantId = "fab00000-0000-4000-8000-000000000002".parse().expect("a GUID");
        rig.center.play(&Human::AcceptPartnership { company }).expect("can be done");
    }

    #[test]
    fn a_step_keeps_its_id_and_its_approval_when_the_wait_is_over() {
        let rig = rig();
        let before = rig.plan_now();
        accept(&rig);
        let fresh = rig.plan_now();
        let id = |plan: &Plan| plan.steps().iter().find(|step| step.key.to_string() == PARTNER).map(|step| step.id);
        assert_eq!(id(&before.plan), id(&fresh.plan));
        assert_eq!(*verdict(&judge(&Approved::from(&before.plan), &fresh, &rig), PARTNER), Verdict::Perform);
    }

    #[test]
    fn a_wait_that_began_since_makes_it_stale() {
        let rig = rig();
        let before = rig.plan_now();
        accept(&rig);
        let after = rig.plan_now();
        let approval = judge(&Approved::from(&after.plan), &before, &rig);
        assert!(matches!(verdict(&approval, PARTNER), Verdict::Stale { .. }), "{approval:?}");
    }

    #[test]
    fn a_step_is_performed_only_where_what_it_needs_is_approved_too() {
        let rig = rig();
        let fresh = rig.plan_now();
        let mut approved = Approved::from(&fresh.plan);
        let id = approved.steps.iter().find(|step| step.key.to_string() == PARTNER).expect("is there").id;
        assert!(judge(&approved, &fresh, &rig).performed().contains(&id));
        approved.steps.retain(|step| step.key.to_string() != "await-partnership partnership/northwind");
        let approval = judge(&approved, &fresh, &rig);
        assert_eq!(*verdict(&approval, PARTNER), Verdict::Perform);
        assert!(!approval.performed().contains(&id));
    }

    #[test]
    fn what_the_need_was_to_bring_must_be_there_when_the_need_is_gone() {
        let rig = rig();
        let before = rig.plan_now();
        accept(&rig);
        let fresh = rig.plan_now();
        let mut approved = Approved::from(&before.plan);
        let step = approved.steps.iter_mut().find(|step| step.key.to_string() == PARTNER).expect("is there");
        let condition =
            step.conditions.iter_mut().find(|it| matches!(it.fact, Fact::PartnerValid(_))).expect("rests on it");
        let Expect::After { step: _, brings } = &mut condition.expect else { panic!("{condition:?}") };
        *brings = Brings::Exactly(crate::model::Value::Bool(false));
        assert!(matches!(verdict(&judge(&approved, &fresh, &rig), PARTNER), Verdict::Stale { .. }));
    }
}

#[test]
fn a_run_whose_every_approved_step_is_stale_says_so() {
    let rig = Rig::new();
    let plan = rig.plan_now();
    let mut approved = Approved::from(&plan.plan);
    approved.steps.retain(|step| step.key.to_string() == SEATS);
    edit(&rig, Edit::Set(SubscriptionChange::Quantity(27)));
    let fresh = rig.plan_now();
    assert!(judge(&approved, &fresh, &rig).all_stale());
}
