//! Carts and orders: what may be bought, by whom, with which partner of record. A refused check-out leaves the cart open.
//! The attestation of the partner of record (900206) is always sent and so never missing.

use super::create::no_relationship;
use super::perform::{api, refused};
use super::read::sold;
use super::tenant::{Change, Tenant};
use super::wire::{Availability, Cart, CatalogEntry, Item, Order, SeatsAdded, Sort, Subscription};
use crate::backend::BackendError;
use crate::model::operation::CartLine;
use crate::model::product::Commerce;
use crate::model::{BillingCycle, CartId, CustomerId, Effect, OrderId, Span, SubscriptionId, Term};
use crate::observed::{Review, Status};
use smol_str::format_smolstr;

/// How long a cart lives. Source: learn, create-a-cart.
const CART_LIFE: Span = Span::days(7);

impl Tenant {
    /// Source: learn, create-a-cart.
    pub(super) fn make_cart(&mut self, customer: CustomerId, line: &CartLine) -> Result<Effect, BackendError> {
        self.resolve(customer, &(&line.product).into(), (line.term, line.billing_cycle), line.quantity)?;
        self.check_partner(&line.partner_of_record)?;
        let id = self.fresh_cart_id(customer, line);
        let cart = Cart::new(id.clone(), customer, line, self.header.clock.plus(CART_LIFE));
        self.carts.insert(id.clone(), cart);
        Ok(Effect::CartMade { cart: id })
    }
    /// Idempotent per cart: a repeat gives the first result. Source: learn, checkout-a-cart.
    pub(super) fn check_out(&mut self, customer: CustomerId, id: &CartId) -> Result<Effect, BackendError> {
        self.customers.get(&customer).ok_or_else(no_relationship)?;
        let cart = self.cart(customer, id).ok_or_else(|| refused(1000, format_smolstr!("cart {id} was not found")))?;
        if let Some(order) = cart.order.as_ref().and_then(|order| self.orders.get(order)) {
            return Ok(self.first_result(order));
        }
        let cart = cart.clone();
        self.may_buy(customer)?;
        let (entry, _) = self.resolve(customer, &cart.product, (cart.term, cart.billing_cycle), cart.quantity)?;
        self.check_partner(&cart.partner_of_record)?;
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
            partner_of_record: Some(cart.partner_of_record.clone()),
            term: Some(cart.term),
            billing_cycle: Some(cart.billing_cycle),
            auto_renew: true,
            scheduled_change: None,
            commitment_end: Some(now.plus_months(cart.term.months())),
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
    fn first_result(&self, order: &Order) -> Effect {
        let booked = self.subscriptions.get(&(order.customer, order.subscription));
        let subscription = booked.filter(|s| s.shows_from.is_none()).map(|s| s.subscription_id);
        Effect::CheckedOut { order: order.order_id.clone(), subscription }
    }
}
