//! Laws that hold for every sequence of operations, human acts and time, over generated sequences.

use super::fixture::{
    cart_of, check_out, company, create, customer, line, newcomer, patch, request, subscription, tenant,
};
use super::human::{Edit, Human};
use super::{Tenant, seed};
use crate::model::operation::SupportContact;
use crate::model::{CartId, Effect, Operation, PartnerId, Span, SubscriptionChange};
use crate::observed::{Answer, Read, Review, Status};
use proptest::prelude::{Just, Strategy, any, prop_oneof, proptest};
use proptest::sample::select;

#[derive(Clone, Debug)]
enum Act {
    Perform(Operation, u8),
    /// Checks the nth cart out, if there is one.
    CheckOut(usize, u8),
    Play(Human),
    Advance(i64),
}

fn change() -> impl Strategy<Value = SubscriptionChange> {
    prop_oneof![
        (0_u32..40).prop_map(SubscriptionChange::Quantity),
        select(vec!["4811111", "4822222", "4800001", "1"])
            .prop_map(|id| SubscriptionChange::PartnerOfRecord(PartnerId::new(id))),
        select(vec!["a", "", "b"]).prop_map(|name| SubscriptionChange::FriendlyName(name.into())),
        select(vec!["renew", "cancel", "extend", "renew, quantity 3", "renew, term P1Y, billing annual"])
            .prop_map(|text| SubscriptionChange::Renewal(text.parse().expect("a renewal"))),
    ]
}
fn operation() -> impl Strategy<Value = Operation> {
    prop_oneof![
        (0_u8..3, 1_u8..4).prop_map(|(domain, reseller)| {
            let mut new = newcomer();
            new.domain = format!("new{domain}.onmicrosoft.com").into();
            new.reseller = company(reseller);
            create(&new)
        }),
        (1_u8..5).prop_map(|number| Operation::ResetAdminPassword { customer: customer(number) }),
        (1_u8..4, 0_u32..8).prop_map(|(buyer, quantity)| {
            let mut line = line();
            line.quantity = quantity;
            cart_of(buyer, line)
        }),
        (1_u8..5, change()).prop_map(|(number, change)| patch(number, change)),
        (1_u8..4, 1_u8..3).prop_map(|(number, reseller)| Operation::SetSupportContact {
            customer: customer(1),
            subscription: subscription(number),
            contact: SupportContact { tenant: company(reseller), partner: PartnerId::new("4811111") },
        }),
    ]
}
fn human() -> impl Strategy<Value = Human> {
    let status = select(vec![Status::Active, Status::Suspended, Status::Deleted, Status::Pending]);
    prop_oneof![
        (1_u8..7).prop_map(|number| Human::AcceptPartnership { company: company(number) }),
        (1_u8..3).prop_map(|number| Human::EndPartnership { company: company(number) }),
        (1_u8..10, 1_u8..3).prop_map(|(who, reseller)| Human::AcceptCustomerInvitation {
            customer: customer(who),
            reseller: company(reseller)
        }),
        (1_u8..4).prop_map(|number| Human::Sign { customer: customer(number) }),
        Just(Human::Review { customer: customer(1), outcome: Review::InReview }),
        Just(Human::Deauthorize { company: company(1) }),
        (1_u8..5, status).prop_map(|(number, status)| Human::EditSubscription {
            customer: customer(1),
            subscription: subscription(number),
            edit: Edit::Status(status),
        }),
        (1_u8..5, change()).prop_map(|(number, change)| Human::EditSubscription {
            customer: customer(1),
            subscription: subscription(number),
            edit: Edit::Set(change),
        }),
    ]
}
fn act() -> impl Strategy<Value = Act> {
    prop_oneof![
        4 => (operation(), any::<u8>()).prop_map(|(operation, id)| Act::Perform(operation, id)),
        2 => (0_usize..6, any::<u8>()).prop_map(|(nth, id)| Act::CheckOut(nth, id)),
        3 => human().prop_map(Act::Play),
        1 => (0_i64..40).prop_map(Act::Advance),
    ]
}

/// Performs it twice: the second time nothing more may happen.
fn perform(tenant: &mut Tenant, operation: &Operation, id: u8) {
    let before = tenant.clone();
    let first = tenant.perform(operation, request(id));
    let between = tenant.clone();
    let second = tenant.perform(operation, request(id));
    assert_eq!(*tenant, between, "a repeat has no effect");
    match (first, second) {
        (Ok(Effect::CustomerCreated { customer, user, password: _ }), second) => {
            assert_eq!(second, Ok(Effect::CustomerCreated { customer, user, password: None }));
        }
        (Err(error), second) => {
            assert_eq!(between, before, "a refusal has no effect");
            assert_eq!(second, Err(error));
        }
        (first, second) => assert_eq!(first, second),
    }
}

fn run(acts: &[Act], delay: Span) -> Tenant {
    let mut tenant = tenant();
    tenant.header.orders_show_after = delay;
    tenant.header.changes_show_after = delay;
    for act in acts {
        match act {
            Act::Perform(operation, id) => perform(&mut tenant, operation, *id),
            Act::CheckOut(nth, id) => {
                let cart = tenant.carts.values().nth(*nth).map(|cart| (cart.customer, cart.cart_id.clone()));
                if let Some((customer, cart)) = cart {
                    perform(&mut tenant, &Operation::CheckOut { customer, cart }, *id);
                }
            }
            Act::Play(human) => {
                let before = tenant.clone();
                if tenant.play(human).is_err() {
                    assert_eq!(tenant, before, "who cannot act changes nothing");
                }
            }
            Act::Advance(days) => {
                tenant.advance(Span::days(*days));
            }
        }
    }
    tenant
}

fn whole(tenant: &Tenant) {
    for subscription in tenant.subscriptions() {
        assert!(tenant.customer(subscription.customer).is_some(), "whose is {}", subscription.subscription_id);
        let seats: u32 = subscription.seats_added.iter().map(|added| added.quantity).sum();
        assert!(seats <= subscription.quantity, "no more seats to give back than there are");
    }
    for order in tenant.orders() {
        let carts = tenant.carts.values().filter(|cart| cart.order.as_ref() == Some(&order.order_id));
        assert_eq!(carts.count(), 1, "one cart an order");
    }
    let from_orders = tenant.subscriptions().filter(|s| s.order.is_some()).count();
    assert_eq!(from_orders, tenant.orders().count(), "one subscription an order");
    let mut domains: Vec<_> = tenant.customers().map(|customer| &customer.domain).collect();
    domains.sort();
    domains.dedup();
    assert_eq!(domains.len(), tenant.customers().count(), "one customer a domain");
}

fn every_read(tenant: &Tenant) {
    let mut reads = vec![Read::Relationships, Read::Customers, Read::Cart(customer(1), CartId::new("none"))];
    for number in 1..7 {
        reads.push(Read::CustomersOf(company(number)));
        reads.push(Read::InvitationLink(company(number)));
        reads.push(Read::ResellerByTenant(company(number)));
    }
    reads.extend(["4811111", "4822222", "4800001", "1"].map(|id| Read::PartnerProfile(PartnerId::new(id))));
    for known in tenant.customers() {
        let id = known.tenant_id;
        reads.extend([Read::ResellersOf(id), Read::Subscriptions(id), Read::Agreement(id), Read::AccountReview(id)]);
        reads.push(Read::Country(id));
    }
    for held in tenant.subscriptions() {
        reads.push(Read::Subscription(held.customer, held.subscription_id));
        reads.push(Read::SupportContact(held.customer, held.subscription_id));
    }
    for read in reads {
        let answer = tenant.read(&read);
        assert_eq!(answer, tenant.read(&read), "equal questions have equal answers");
        if let Ok(Answer::Subscription(detail)) = answer {
            assert!(detail.refundable <= detail.subscription.quantity);
        }
    }
}

proptest! {
    #[test]
    fn no_sequence_of_acts_breaks_the_tenant(acts in proptest::collection::vec(act(), 0..25), days in 0_i64..3) {
        let tenant = run(&acts, Span::days(days));
        whole(&tenant);
        every_read(&tenant);
        assert_eq!(run(&acts, Span::days(days)), tenant, "equal acts, equal tenants");
        let mut text = Vec::new();
        seed::write(&tenant, &mut text).expect("memory takes everything");
        let text = String::from_utf8(text).expect("JSON is UTF-8");
        assert_eq!(seed::parse("living", &text).expect("read back"), tenant);
        assert!(!text.contains("Sim!"), "no password is written");
    }
}

#[test]
fn a_cart_in_a_file_is_checked_out_as_before() {
    let mut tenant = tenant();
    let cart = super::fixture::made(tenant.perform(&cart_of(1, line()), request(1)).expect("made"));
    let mut text = Vec::new();
    seed::write(&tenant, &mut text).expect("memory takes everything");
    let mut reopened = seed::parse("living", &String::from_utf8(text).expect("UTF-8")).expect("read back");
    let order = check_out(1, &cart);
    assert_eq!(reopened.perform(&order, request(2)), tenant.perform(&order, request(2)));
}
