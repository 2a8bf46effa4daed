//! Carts and orders: what may be bought, by whom, with which partner of record. A refused check-out leaves the cart open.
//! The attestation of the partner of record (900206) is always sent and so never missing.

use super::create::no_relationship;
use super::perform::{api, refused};
use super::read::sold;
use super::tenant::{Change, Tenant};
use super::wire::{Availability, Cart, CatalogEntry, Item, Order, ReplyEffect, SeatsAdded, Sort, Subscription};
use crate::backend::BackendError;
use crate::model::operation::CartLine;
use crate::model::product::Commerce;
use crate::model::{BillingCycle, CartId, CustomerId, Date, Ends, OrderId, PartnerId, Span, SubscriptionId, Term};
use crate::observed::{Review, Status};
use smol_str::format_smolstr;

/// How long a cart lives. Source: learn, create-a-cart.
const CART_LIFE: Span = Span::days(7);

impl Tenant {
    /// A partner of record that is empty is none: the order is booked without a reseller.
    /// Source: learn, create-a-cart; create-an-order-for-a-customer-of-an-indirect-reseller.
    pub(super) fn make_cart(&mut self, customer: CustomerId, line: &CartLine) -> Result<ReplyEffect, BackendError> {
        self.resolve(customer, &(&line.product).into(), (line.term, line.billing_cycle), line.quantity)?;
        self.check_reseller(&line.partner_of_record)?;
        self.check_end(customer, line.term, line.end_date)?;
        let id = self.fresh_cart_id(customer, line);
        let cart = Cart::new(id.clone(), customer, line, self.header.clock.plus(CART_LIFE));
        self.carts.insert(id.clone(), cart);
        Ok(ReplyEffect::CartMade { cart: id })
    }
    /// Idempotent per cart: a repeat gives the first result. Source: learn, checkout-a-cart.
    pub(super) fn check_out(&mut self, customer: CustomerId, id: &CartId) -> Result<ReplyEffect, BackendError> {
        self.customers.get(&customer).ok_or_else(no_relationship)?;
        let cart = self.cart(customer, id).ok_or_else(|| refused(1000, format_smolstr!("cart {id} was not found")))?;
        if let Some(order) = cart.order.as_ref().and_then(|order| self.orders.get(order)) {
            return Ok(self.first_result(order));
        }
        let cart = cart.clone();
        self.may_buy(customer)?;
        let (entry, _) = self.resolve(customer, &cart.product, (cart.term, cart.billing_cycle), cart.quantity)?;
        self.check_reseller(&cart.partner_of_record)?;
        self.check_end(customer, cart.term, cart.end_date)?;
        let offer_name = entry.name.clone();
        let order = self.book(&cart, offer_name);
        Ok(self.first_result(&order))
    }

    /// The one availability of a product in a customer's country. Source: learn, error-codes (400013, 400018, 400019, 800017).
    fn resolve(
        &self,
        customer: CustomerId,
        item: &Item,
        form: (Term, BillingCycle),
        quantity: u32,
    ) -> Result<(&CatalogEntry, &Availability), BackendError> {
        let buyer = self.customers.get(&customer).ok_or_else(no_relationship)?;
        if let Some((ours, theirs)) = buyer.country.as_deref().and_then(|country| self.regions_apart(country)) {
            let text = format_smolstr!("the customer is in the region {theirs}, the partner may sell in {ours}");
            return Err(refused(2030, text));
        }
        let Some(entry) = self.products.get(item) else {
            let sibling = self.products.keys().any(|other| other.product_id == item.product_id);
            return Err(if sibling {
                refused(400_018, format_smolstr!("SKU {} was not found", item.sku_id))
            } else {
                refused(400_013, format_smolstr!("product {} was not found", item.product_id))
            });
        };
        let country = buyer.country.as_deref().or(self.header.country.as_deref());
        let mut found = entry.availabilities.iter().filter(|availability| sold(availability, country, form));
        let (Some(availability), None) = (found.next(), found.next()) else {
            return Err(refused(400_019, "not exactly one availability was found"));
        };
        if !(availability.min_seats..=availability.max_seats).contains(&quantity) {
            let Availability { min_seats, max_seats, .. } = availability;
            let text = format_smolstr!("{quantity} seats are not within {min_seats} and {max_seats}");
            return Err(refused(800_017, text));
        }
        Ok((entry, availability))
    }
    /// Source: learn, custom-term-end-dates. Which code refuses another day is on no page seen.
    fn check_end(&self, customer: CustomerId, term: Term, end: Option<Date>) -> Result<(), BackendError> {
        let Some(end) = end else { return Ok(()) };
        let ends = Ends::of(self.header.clock, term, self.other_ends(customer, None));
        if ends.allow(end) { Ok(()) } else { Err(refused(800_002, format_smolstr!("a term cannot end on {end}"))) }
    }
    /// When the subscriptions of a customer end that others can be aligned with.
    pub(super) fn other_ends(&self, of: CustomerId, but: Option<SubscriptionId>) -> impl Iterator<Item = Date> {
        let all = self.subscriptions.iter().filter(move |((customer, id), _)| *customer == of && Some(*id) != but);
        let live = all.filter(|(_, it)| it.status == Status::Active && it.commerce == Commerce::New);
        live.filter_map(|(_, it)| it.commitment_end.map(crate::model::Timestamp::date))
    }
    fn check_reseller(&self, id: &PartnerId) -> Result<(), BackendError> {
        match named(id) {
            Some(id) => Ok(self.check_partner(id).map(|_| ())?),
            None => Ok(()),
        }
    }
    /// Source: learn, error-codes (13605; 800073 to 800075).
    fn may_buy(&self, customer: CustomerId) -> Result<(), BackendError> {
        match self.customers.get(&customer).map(|c| c.review) {
            Some(Review::InReview) => return Err(refused(800_073, "the customer's account is under review")),
            Some(Review::Refused) => return Err(refused(800_075, "the customer's account was not approved")),
            Some(Review::Passed) | None => {}
        }
        if self.agreements.contains_key(&customer) {
            Ok(())
        } else {
            Err(refused(13605, "the customer has not accepted the Microsoft Customer Agreement"))
        }
    }
    fn fresh_cart_id(&self, customer: CustomerId, line: &CartLine) -> CartId {
        let words = format!("cart {customer} {} {} {}", line.product, line.quantity, line.partner_of_record);
        let mut number = 0_u32;
        loop {
            let id = CartId::new(SubscriptionId::from_bytes(self.guid(&format!("{words} {number}"))).to_string());
            if !self.carts.contains_key(&id) {
                return id;
            }
            number = number.saturating_add(1);
        }
    }
    fn book(&mut self, cart: &Cart, offer_name: smol_str::SmolStr) -> Order {
        let now = self.header.clock;
        let order = Order {
            order_id: OrderId::new(&self.token(&format!("order {}", cart.cart_id))[..12]),
            customer: cart.customer,
            subscription: SubscriptionId::from_bytes(self.guid(&format!("subscription {}", cart.cart_id))),
            created_on: now,
            cart: Some(cart.cart_id.clone()),
            reference: cart.reference.clone(),
        };
        let shows_from = now.plus(self.header.orders_show_after);
        let subscription = Subscription {
            subscription_id: order.subscription,
            customer: cart.customer,
            commerce: Commerce::New,
            sort: Sort::Seats,
            product: Some(cart.product.clone()),
            friendly_name: cart.friendly_name.clone().unwrap_or_else(|| offer_name.clone()),
            offer_name,
            quantity: cart.quantity,
            status: Status::Active,
            partner_of_record: named(&cart.partner_of_record).cloned(),
            term: Some(cart.term),
            billing_cycle: Some(cart.billing_cycle),
            auto_renew: true,
            scheduled_change: None,
            scheduled_action: None,
            commitment_end: Some(cart.end_date.map_or_else(|| now.plus_months(cart.term.months()), Date::start)),
            order: Some(order.order_id.clone()),
            seats_added: vec![SeatsAdded { quantity: cart.quantity, at: now }],
            support_contact: None,
            shows_from: (shows_from > now).then_some(shows_from),
        };
        self.subscriptions.insert((cart.customer, order.subscription), subscription);
        self.orders.insert(order.order_id.clone(), order.clone());
        if let Some(cart) = self.carts.get_mut(&cart.cart_id) {
            cart.order = Some(order.order_id.clone());
        }
        let partner = &cart.partner_of_record;
        self.note(Change {
            operation: "create_order",
            by: api(),
            customer: Some(cart.customer),
            resource: order.order_id.as_str().into(),
            old: None,
            new: Some(format_smolstr!(
                "subscription {}, quantity {}, partner of record {partner}",
                order.subscription,
                cart.quantity
            )),
        });
        order
    }
    /// What the check-out answered first: the subscription only if it showed at once.
    fn first_result(&self, order: &Order) -> ReplyEffect {
        let booked = self.subscriptions.get(&(order.customer, order.subscription));
        let subscription = booked.filter(|s| s.shows_from.is_none()).map(|s| s.subscription_id);
        ReplyEffect::CheckedOut { order: order.order_id.clone(), subscription }
    }
}

/// The partner of record that is meant, if any.
fn named(id: &PartnerId) -> Option<&PartnerId> {
    Some(id).filter(|id| !id.as_str().is_empty())
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{cart_of, check_out, code, create, customer, line, made, newcomer, request, tenant};
    use super::super::human::Human;
    use super::*;
    use crate::model::{Effect, Product};
    use crate::observed::{Answer, CartFate, Read};

    fn refusal(change: impl FnOnce(&mut CartLine)) -> u32 {
        let (mut tenant, mut line) = (tenant(), line());
        change(&mut line);
        let before = tenant.clone();
        let code = code(tenant.perform(&cart_of(1, line), request(1)));
        assert_eq!(tenant, before, "a refusal changes nothing");
        code
    }

    #[test]
    fn a_cart_becomes_one_order_however_often_it_is_checked_out() {
        let mut tenant = tenant();
        let cart = made(tenant.perform(&cart_of(1, line()), request(1)).expect("made"));
        assert_eq!(tenant.read(&Read::Cart(customer(1), cart.clone())), Ok(Answer::Cart(CartFate::Open)));
        let first = tenant.perform(&check_out(1, &cart), request(2)).expect("ordered");
        assert_eq!(tenant.perform(&check_out(1, &cart), request(2)), Ok(first.clone()));
        assert_eq!(tenant.perform(&check_out(1, &cart), request(3)), Ok(first.clone()));
        assert_eq!(tenant.orders().count(), 1);
        let Effect::CheckedOut { order, subscription: Some(id) } = first else { panic!("{first:?}") };
        let fate = CartFate::Ordered { order: order.clone(), subscription: Some(id) };
        assert_eq!(tenant.read(&Read::Cart(customer(1), cart)), Ok(Answer::Cart(fate)));
        let bought = tenant.subscription(customer(1), id).expect("listed");
        assert_eq!((bought.quantity, bought.order.as_ref()), (5, Some(&order)));
        assert_eq!(bought.partner_of_record, Some(PartnerId::new("4811111")));
        assert_eq!(bought.commitment_end, Some("2026-12-23T09:00:00Z".parse().expect("a time")));
    }

    #[test]
    fn equal_lines_of_two_requests_are_two_carts() {
        let mut tenant = tenant();
        let first = made(tenant.perform(&cart_of(1, line()), request(1)).expect("made"));
        let second = made(tenant.perform(&cart_of(1, line()), request(2)).expect("made"));
        assert_ne!(first, second);
        assert_eq!(made(tenant.perform(&cart_of(1, line()), request(1)).expect("again")), first);
    }

    #[test]
    fn what_is_not_sold_that_way_is_refused() {
        assert_eq!(refusal(|line| line.product.product = "CFQ7TTC0ZZZZ".into()), 400_013);
        assert_eq!(refusal(|line| line.product.sku = "0009".into()), 400_018);
        assert_eq!(refusal(|line| line.term = Term::P3Y), 400_019);
        let twofold = |line: &mut CartLine| (line.term, line.billing_cycle) = (Term::P1Y, BillingCycle::Annual);
        assert_eq!(refusal(twofold), 400_019);
        assert_eq!(refusal(|line| line.quantity = 1), 800_017);
        assert_eq!(refusal(|line| line.quantity = 301), 800_017);
        assert_eq!(code(tenant().perform(&cart_of(7, line()), request(1))), 20002);
    }

    #[test]
    fn a_first_term_ends_on_an_aligned_day_or_nothing_is_sold() {
        let day = |text: &str| text.parse::<Date>().expect("a date");
        assert_eq!(refusal(|line| line.end_date = Some(day("2026-12-02"))), 800_002);
        let mut tenant = tenant();
        let line = CartLine { end_date: Some(day("2026-11-30")), ..line() };
        let cart = made(tenant.perform(&cart_of(1, line), request(1)).expect("made"));
        let effect = tenant.perform(&check_out(1, &cart), request(2)).expect("ordered");
        let Effect::CheckedOut { subscription: Some(id), .. } = effect else { panic!("{effect:?}") };
        let bought = tenant.subscription(customer(1), id).expect("listed");
        assert_eq!(bought.commitment_end, Some(day("2026-11-30").start()));
    }

    #[test]
    fn availabilities_are_counted_where_the_provider_sells() {
        let offer = |term, billing_cycle| {
            let product = Product { product: "CFQ7TTC0AAAA".into(), sku: "0001".into() };
            Read::Offer(crate::observed::Offer { product, term, billing_cycle })
        };
        let mut tenant = tenant();
        let sold = |tenant: &Tenant, term, cycle| match tenant.read(&offer(term, cycle)) {
            Ok(Answer::Offer(sold)) => sold,
            other => panic!("{other:?}"),
        };
        let monthly = sold(&tenant, Term::P1M, BillingCycle::Monthly);
        assert_eq!(monthly.ways, 1);
        assert!(monthly.forms.contains(&(Term::P1Y, BillingCycle::Annual)), "{monthly:?}");
        assert_eq!(sold(&tenant, Term::P1Y, BillingCycle::Annual).ways, 2);
        tenant.header.country = Some("DE".into());
        let nowhere = sold(&tenant, Term::P1M, BillingCycle::Monthly);
        assert!(nowhere.ways == 0 && !nowhere.forms.contains(&(Term::P1M, BillingCycle::Monthly)), "{nowhere:?}");
    }

    #[test]
    fn the_partner_of_record_is_validated() {
        for (id, expected) in [
            ("4800001", 2072),
            ("4812345", 800_015),
            ("4899999", 900_400),
            ("4855555", 900_154),
            ("4833333", 900_123),
            ("4822222", 800_016),
        ] {
            assert_eq!(refusal(|line| line.partner_of_record = PartnerId::new(id)), expected, "{id}");
        }
    }

    #[test]
    fn nothing_is_sold_to_a_customer_of_another_region() {
        let mut tenant = tenant();
        let cart = made(tenant.perform(&cart_of(1, line()), request(1)).expect("made"));
        tenant.customers.edit(customer(1), |it| it.country = Some("US".into())).expect("a customer");
        assert_eq!(code(tenant.perform(&cart_of(1, line()), request(2))), 2030);
        assert_eq!(code(tenant.perform(&check_out(1, &cart), request(3))), 2030);
    }

    #[test]
    fn an_order_needs_the_agreement_and_a_passed_review() {
        let mut tenant = tenant();
        let cart = made(tenant.perform(&cart_of(2, line()), request(1)).expect("made"));
        assert_eq!(code(tenant.perform(&check_out(2, &cart), request(2))), 13605);
        tenant.play(&Human::Sign { customer: customer(2) }).expect("signed");
        for (outcome, expected) in [(Review::InReview, 800_073), (Review::Refused, 800_075)] {
            tenant.play(&Human::Review { customer: customer(2), outcome }).expect("reviewed");
            assert_eq!(code(tenant.perform(&check_out(2, &cart), request(2))), expected);
        }
        tenant.play(&Human::Review { customer: customer(2), outcome: Review::Passed }).expect("reviewed");
        assert!(tenant.perform(&check_out(2, &cart), request(2)).is_ok(), "a refusal is not remembered");
    }

    #[test]
    fn a_cart_lives_seven_days_and_its_id_never_returns() {
        let mut tenant = tenant();
        let cart = made(tenant.perform(&cart_of(1, line()), request(1)).expect("made"));
        tenant.advance(Span::days(7));
        assert_eq!(tenant.read(&Read::Cart(customer(1), cart.clone())), Ok(Answer::NotThere));
        assert_eq!(code(tenant.perform(&check_out(1, &cart), request(2))), 1000);
        assert_ne!(made(tenant.perform(&cart_of(1, line()), request(3)).expect("made")), cart);
    }

    #[test]
    fn a_cart_of_another_customer_is_not_there() {
        let mut tenant = tenant();
        let cart = made(tenant.perform(&cart_of(1, line()), request(1)).expect("made"));
        assert_eq!(code(tenant.perform(&check_out(2, &cart), request(2))), 1000);
    }

    #[test]
    fn an_order_may_show_up_late() {
        let mut tenant = tenant();
        tenant.header.orders_show_after = Span::minutes(15);
        let cart = made(tenant.perform(&cart_of(1, line()), request(1)).expect("made"));
        let effect = tenant.perform(&check_out(1, &cart), request(2)).expect("ordered");
        let Effect::CheckedOut { order, subscription: None } = effect else { panic!("{effect:?}") };
        let seen = |tenant: &Tenant| match tenant.read(&Read::Subscriptions(customer(1))) {
            Ok(Answer::Subscriptions(list)) => list.iter().filter(|s| s.order.as_ref() == Some(&order)).count(),
            other => panic!("{other:?}"),
        };
        tenant.advance(Span::minutes(14));
        assert_eq!(seen(&tenant), 0);
        tenant.advance(Span::minutes(1));
        assert_eq!(seen(&tenant), 1);
        let fate = tenant.read(&Read::Cart(customer(1), cart));
        assert!(matches!(fate, Ok(Answer::Cart(CartFate::Ordered { order: _, subscription: Some(_) }))), "{fate:?}");
    }

    #[test]
    fn a_new_customer_buys_after_signing() {
        let mut tenant = tenant();
        let Ok(Effect::CustomerCreated { customer, .. }) = tenant.perform(&create(&newcomer()), request(1)) else {
            panic!("not created");
        };
        tenant.play(&Human::Sign { customer }).expect("signed");
        let make = crate::model::Operation::MakeCart { customer, line: Box::new(line()) };
        let cart = made(tenant.perform(&make, request(2)).expect("made"));
        let buy = crate::model::Operation::CheckOut { customer, cart };
        assert!(tenant.perform(&buy, request(3)).is_ok());
    }
}
