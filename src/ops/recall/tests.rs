//! The rules one by one: what each kind of evidence drops, and what it leaves.

use super::*;
use crate::journal::{Deed, To, Told};
use crate::model::product::{BillingCycle, Commerce, Term};
use crate::model::{CustomerId, SubscriptionId, TenantId};
use crate::observed::{AtEnd, AuditRecord, Status, Subscription, Why};

const DAY: i64 = 86_400;
/// When every answer of these tests was given.
const THEN: i64 = 1000 * DAY;

fn at(days: i64) -> Timestamp {
    Timestamp::from_seconds(THEN + days * DAY)
}
fn customer(n: u8) -> CustomerId {
    CustomerId::from_bytes([n; 16])
}
fn subscription(status: Status, end: Option<Timestamp>) -> Subscription {
    Subscription {
        id: SubscriptionId::from_bytes([7; 16]),
        product: None,
        offer_name: "Offer".into(),
        friendly_name: "mail".into(),
        commerce: Commerce::New,
        partner_changeable: true,
        quantity: 1,
        status,
        partner_of_record: None,
        term: Some(Term::P1Y),
        billing_cycle: Some(BillingCycle::Annual),
        at_end: AtEnd::SAME_AGAIN,
        commitment_end: end,
        order: None,
    }
}
fn remembered(read: Read, answer: Answer) -> Remembered {
    Remembered { read, answer, at: at(0), journal: 10 }
}
/// The subscriptions of two customers, the customers of a reseller, the resellers of a customer.
fn all() -> Vec<Remembered> {
    let active = || Answer::Subscriptions(vec![subscription(Status::Active, Some(at(100)))]);
    vec![
        remembered(Read::CustomersOf(TenantId::from_bytes([9; 16])), Answer::Customers(Vec::new())),
        remembered(Read::ResellersOf(customer(1)), Answer::Resellers(Vec::new())),
        remembered(Read::Subscriptions(customer(1)), active()),
        remembered(Read::Subscriptions(customer(2)), active()),
    ]
}
fn record(days: i64, operation: &str, of: Option<u8>) -> AuditRecord {
    AuditRecord {
        at: at(days),
        operation: operation.into(),
        user: None,
        application: None,
        customer: of.map(customer),
        resource: "x".into(),
        new: None,
    }
}
fn deed(number: u64, days: i64, to: To, told: Told) -> Deed {
    Deed { number, at: at(days), to, told }
}
/// What is left after this, by its place in [`all`], and why the first of the others is not.
fn left(records: &[AuditRecord], deeds: &[Deed], now: Timestamp) -> (Vec<usize>, Option<Dropped>) {
    let sifted = unchanged(all(), Evidence { records: Ok(records), deeds, now });
    let places = |read: &Read| all().iter().position(|one| one.read == *read);
    let kept = sifted.kept.iter().filter_map(|one| places(&one.read)).collect();
    (kept, sifted.dropped.into_iter().next().map(|(_, why)| why))
}

#[test]
fn a_record_drops_what_is_known_of_its_customer_and_only_a_relation_drops_lists_of_customers() {
    assert_eq!(left(&[], &[], at(3)), (vec![0, 1, 2, 3], None));
    for operation in
        ["update_subscription", "Create_Order", "reset_customer_user_password", "granular_admin_relationship_approved"]
    {
        assert_eq!(
            left(&[record(1, operation, Some(1))], &[], at(3)),
            (vec![0, 3], Some(Dropped::Changed)),
            "{operation}"
        );
    }
    for operation in ["extend_relationship", "add_customer", "a_word_of_next_year"] {
        assert_eq!(
            left(&[record(1, operation, Some(1))], &[], at(3)),
            (vec![3], Some(Dropped::Related)),
            "{operation}"
        );
    }
    assert_eq!(left(&[record(1, "remove_partner_relationship", None)], &[], at(3)).0, [1, 2, 3]);
    assert_eq!(left(&[record(1, "ready_invoice", None)], &[], at(3)).0, [0, 1, 2, 3]);
}

#[test]
fn records_come_late_so_those_from_two_days_before_count() {
    assert_eq!(left(&[record(-2, "update_subscription", Some(2))], &[], at(3)).0, [0, 1, 2]);
    assert_eq!(left(&[record(-3, "update_subscription", Some(2))], &[], at(3)).0, [0, 1, 2, 3]);
}

#[test]
fn a_record_that_does_not_say_whose_it_is_drops_everything() {
    for operation in ["update_subscription", "a_word_of_next_year", ""] {
        let (kept, why) = left(&[record(1, operation, None)], &[], at(3));
        assert!(kept.is_empty() && matches!(why, Some(Dropped::Gap(_))), "{operation}: {why:?}");
    }
}

#[test]
fn records_that_cannot_be_told_drop_everything() {
    let sifted = unchanged(all(), Evidence { records: Err(&Why::Partial), deeds: &[], now: at(1) });
    assert!(sifted.kept.is_empty());
    assert!(sifted.dropped.iter().all(|(_, why)| matches!(why, Dropped::Gap(_))));
}

#[test]
fn what_we_did_since_or_shortly_before_is_looked_at_again() {
    let ours = |number, days, to| {
        left(&[record(days, "update_subscription", Some(5))], &[deed(number, days, to, Told::May)], at(3))
    };
    assert_eq!(ours(11, 1, To::Customer(customer(1))), (vec![0, 3], Some(Dropped::Ours)));
    // By a clock that is behind: its number tells.
    assert_eq!(ours(11, -5, To::Customer(customer(1))).0, [0, 3]);
    // Before the answer, and perhaps not to be seen then.
    assert_eq!(ours(9, -1, To::Customer(customer(1))).0, [0, 3]);
    assert_eq!(ours(9, -5, To::Customer(customer(1))).0, [0, 1, 2, 3]);
    assert_eq!(ours(11, 1, To::Newcomer(None)).0, [1, 2, 3]);
    assert!(ours(11, 1, To::Anybody).0.is_empty());
}

#[test]
fn records_that_do_not_tell_what_we_did_are_not_whole() {
    let did = [deed(9, -1, To::Customer(customer(5)), Told::Must)];
    let told = record(-1, "update_subscription", Some(5));
    assert_eq!(left(&[told], &did, at(3)).0, [0, 1, 2, 3]);
    assert!(left(&[], &did, at(3)).0.is_empty(), "two days were enough");
    assert_eq!(left(&[], &did, at(0)).0, [0, 1, 2, 3], "it may still come");
    assert!(left(&[record(-1, "update_subscription", Some(6))], &did, at(3)).0.is_empty());
}

#[test]
fn time_alone_drops_terms_that_end_and_states_that_pass() {
    for (status, end, why) in [
        (Status::Active, Some(at(100)), None),
        (Status::Active, None, None),
        (Status::Active, Some(at(1)), Some(Dropped::TermEnd)),
        (Status::Active, Some(at(2)), Some(Dropped::TermEnd)),
        (Status::Pending, None, Some(Dropped::Unsettled)),
        (Status::Suspended, None, Some(Dropped::Unsettled)),
        (Status::Other, None, Some(Dropped::Unsettled)),
        (Status::Expired, Some(at(-9)), None),
        (Status::Deleted, Some(at(-9)), None),
    ] {
        let list = Answer::Subscriptions(vec![subscription(Status::Active, Some(at(99))), subscription(status, end)]);
        let sifted = unchanged(
            vec![remembered(Read::Subscriptions(customer(1)), list)],
            Evidence { records: Ok(&[]), deeds: &[], now: at(1) },
        );
        assert_eq!(sifted.dropped.into_iter().next().map(|(_, why)| why), why, "{status} {end:?}");
    }
}

#[test]
fn an_answer_lives_four_to_eight_days_and_a_share_ends_each_day() {
    let many = || (0..=255).map(|n| remembered(Read::Subscriptions(customer(n)), Answer::Subscriptions(Vec::new())));
    let kept = |seconds| of_age(many().collect(), Timestamp::from_seconds(THEN + seconds)).kept.len();
    assert_eq!((kept(4 * DAY - 1), kept(8 * DAY)), (256, 0));
    for day in 4..8 {
        let share = kept(day * DAY) - kept((day + 1) * DAY);
        assert!((32..100).contains(&share), "{share} on day {day}");
    }
    assert_eq!(kept(-1), 0, "what was read tomorrow is not believed");
}

#[test]
fn only_lists_that_were_told_are_kept() {
    let one = Read::Subscriptions(customer(1));
    assert!(is_kept(&one, &Answer::Subscriptions(Vec::new())));
    assert!(!is_kept(&one, &Answer::NotThere), "an absence is looked at each time");
    assert!(!is_kept(&Read::Customers, &Answer::Customers(Vec::new())));
    assert!(!is_kept(&Read::Agreement(customer(1)), &Answer::Agreement(true)));
}
