//! Carts of one line, and their checkout, which is safe to repeat. Source: learn, create-a-cart; checkout-a-cart;
//! cart-resources.

use super::body::Body;
use super::call::Call;
use super::customers::found;
use super::orders;
use super::patch::{billing_cycle, term};
use super::reply::{Failure, Reply};
use super::shape::{attributes, fractional, own_link};
use super::world::World;
use crate::backend::BackendError;
use crate::backend::simulated::Tenant;
use crate::backend::simulated::wire::{Cart, Item};
use crate::model::operation::CartLine;
use crate::model::{CartId, CustomerId, Date, Effect, Operation, PartnerId, Product, RequestId, Span};
use http::StatusCode;
use serde_json::{Value, json};

/// Seats outside the offer's bounds, as a cart line tells it. Source: learn, cart-resources (10015).
const SEATS: &str = "10015";

pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let customer = found(world.tenant(), call)?.tenant_id;
    let body = call.json()?;
    attested(&body)?;
    let line = line_of(world.tenant(), &body, only(&body)?, Form::Cart)?;
    match make(world, customer, &line, call.request) {
        Ok(id) => {
            let cart = world.tenant().carts.get(&id).ok_or_else(|| not_there(&id))?;
            let value = shown(world.tenant(), cart);
            Ok(Reply::new(StatusCode::CREATED, value).with("Location", format!("/v1/customers/{customer}/carts/{id}")))
        }
        // A line's own fault sits in a cart that was created, and that nobody can check out.
        Err(BackendError::Refused { code: 800_017, text }) => {
            let id = CartId::new(world.fresh("faulty cart").to_string());
            let expires = world.tenant().clock().plus(Span::days(7));
            let mut value = shown(world.tenant(), &Cart::new(id, customer, &line, expires));
            value["lineItems"][0]["error"] = json!({"errorCode": SEATS, "errorDescription": text});
            Ok(Reply::new(StatusCode::CREATED, value))
        }
        Err(error) => Err(error.into()),
    }
}

/// The indirect provider must state who transacts. Source: learn, error-codes (900206).
pub(super) fn attested(body: &Body) -> Result<(), Failure> {
    let text = "PartnerOnRecordAttestationAccepted must be true.";
    let missing = || Failure::new(StatusCode::BAD_REQUEST, 900_206, text);
    body.flag("partneronrecordattestationaccepted").filter(|accepted| *accepted).map(|_| ()).ok_or_else(missing)
}

/// The one line of a body. More than one is more than this simulation does.
pub(super) fn only(body: &Body) -> Result<Body, Failure> {
    let mut lines = body.list("lineitems").into_iter();
    match (lines.next(), lines.next()) {
        (Some(line), None) => Ok(line),
        (None, _) => Err(Failure::new(StatusCode::BAD_REQUEST, 800_009, "There are no line items.")),
        (Some(_), Some(_)) => Err(Failure::input("The simulated tenant takes one line item.")),
    }
}

/// Where a line is written, and so how its partner of record is called.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Form {
    /// `participants[].transaction_reseller`.
    Cart,
    /// `partnerIdOnRecord`.
    Order,
}

/// A line read: what it leaves out of term and cycle is its availability's.
pub(super) fn line_of(tenant: &Tenant, body: &Body, line: Body, form: Form) -> Result<CartLine, Failure> {
    let key = match form {
        Form::Cart => "catalogitemid",
        Form::Order => "offerid",
    };
    let text = line.text(key).ok_or_else(|| Failure::input(format!("{key} is missing.")))?;
    let parts: Vec<&str> = text.split(':').collect();
    let [product, sku, availability] = parts.as_slice() else {
        return Err(Failure::new(StatusCode::FORBIDDEN, 2091, format!("The offer {text} is not for sale.")));
    };
    let unknown = |code: u32, what: &str| Failure::new(StatusCode::NOT_FOUND, code, format!("{what} was not found."));
    let item = Item { product_id: (*product).into(), sku_id: (*sku).into() };
    let known = tenant.products.keys().any(|other| other.product_id == item.product_id);
    let entry = tenant
        .products
        .get(&item)
        .ok_or_else(|| if known { unknown(400_018, "The SKU") } else { unknown(400_013, "The product") })?;
    let sold = entry.availabilities.iter().find(|known| known.id == *availability);
    let sold = sold.ok_or_else(|| unknown(400_019, "The availability"))?;
    let cycle = line.text("billingcycle").or_else(|| body.text("billingcycle")).filter(|text| *text != "unknown");
    Ok(CartLine {
        product: Product::from(&item),
        quantity: line.number("quantity").ok_or_else(|| Failure::input("Quantity is missing."))?,
        term: line.text("termduration").map_or(Ok(sold.term), term)?,
        billing_cycle: cycle.map_or(Ok(sold.billing_cycle), billing_cycle)?,
        // Left out, the order is booked without a reseller.
        partner_of_record: PartnerId::new(reseller(&line, form)),
        friendly_name: line.text("friendlyname").map(Into::into),
        reference: None,
        promotion: line.text("promotionid").map(Into::into),
        end_date: line.text("customtermenddate").map(end).transpose()?,
    })
}

/// The day of a date, which comes with a time, and with or without a zone. Source: learn, custom-term-end-dates.
fn end(text: &str) -> Result<Date, Failure> {
    let day = text.split('T').next().unwrap_or_default();
    day.parse().map_err(|_| Failure::input("customTermEndDate is not a date."))
}

fn reseller(line: &Body, form: Form) -> String {
    match form {
        Form::Order => line.text("partneridonrecord").unwrap_or_default().to_owned(),
        Form::Cart => {
            let participants = line.list("participants");
            let is_reseller = |entry: &&Body| {
                entry.text("key").is_some_and(|key| key.replace('_', "").eq_ignore_ascii_case("transactionreseller"))
            };
            participants.iter().find(is_reseller).and_then(|entry| entry.text("value")).unwrap_or_default().to_owned()
        }
    }
}

/// Makes a cart; its refusal is the caller's to tell.
pub(super) fn make(
    world: &mut World,
    customer: CustomerId,
    line: &CartLine,
    request: RequestId,
) -> Result<CartId, BackendError> {
    let operation = Operation::MakeCart { customer, line: Box::new(line.clone()) };
    match world.change(|tenant| tenant.perform(&operation, request))? {
        Effect::CartMade { cart } => Ok(cart),
        Effect::CustomerCreated { .. }
        | Effect::PasswordReset { .. }
        | Effect::CheckedOut { .. }
        | Effect::Changed { .. } => Err(BackendError::Transient("no cart was made".into())),
    }
}

pub(super) fn one(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let customer = found(world.tenant(), call)?.tenant_id;
    let id = CartId::new(call.part(1));
    let cart = world.tenant().cart(customer, &id).ok_or_else(|| not_there(&id))?;
    Ok(Reply::ok(shown(world.tenant(), cart)))
}

/// A stray `?` stands before the body. Source: learn, checkout-a-cart.
pub(super) fn check_out(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let customer = found(world.tenant(), call)?.tenant_id;
    let cart = CartId::new(call.part(1));
    let operation = Operation::CheckOut { customer, cart: cart.clone() };
    world.change(|tenant| tenant.perform(&operation, call.request))?;
    let order = world.tenant().carts.get(&cart).and_then(|cart| cart.order.clone());
    let order = order.ok_or_else(|| not_there(&cart))?;
    let value = orders::shown(world.tenant(), &order).ok_or_else(|| not_there(&cart))?;
    let value = json!({"orders": [value], "attributes": attributes("CartCheckoutResult")});
    Ok(Reply::new(StatusCode::CREATED, value).strayed())
}

fn not_there(id: &CartId) -> Failure {
    Failure::not_found(format!("Cart {id} was not found."))
}

fn shown(tenant: &Tenant, cart: &Cart) -> Value {
    let made = cart.expires.plus(Span::seconds(-Span::days(7).as_seconds()));
    let mut line = json!({
        "id": 0,
        "catalogItemId": catalog_item(tenant, cart),
        "quantity": cart.quantity,
        "currencyCode": "USD",
        "billingCycle": cart.billing_cycle.to_string(),
        "termDuration": cart.term.to_string(),
        "provisioningContext": {},
        "orderGroup": "0",
    });
    if !cart.partner_of_record.as_str().is_empty() {
        line["participants"] = json!([{"key": "transaction_reseller", "value": cart.partner_of_record}]);
    }
    if let Some(name) = &cart.friendly_name {
        line["friendlyName"] = json!(name);
    }
    if let Some(promotion) = &cart.promotion {
        line["promotionId"] = json!(promotion);
    }
    if let Some(end) = cart.end_date {
        line["customTermEndDate"] = json!(end.start().to_string());
    }
    json!({
        "id": cart.cart_id,
        "creationTimestamp": fractional(made),
        "lastModifiedTimestamp": fractional(made),
        "expirationTimestamp": fractional(cart.expires),
        "lastModifiedUser": tenant.id(),
        "status": if cart.order.is_some() { "Ordered" } else { "Active" },
        "lineItems": [line],
        "links": own_link(format!("/customers/{}/carts/{}", cart.customer, cart.cart_id)),
        "attributes": attributes("Cart"),
    })
}

/// `product:sku:availability` of a cart.
pub(super) fn catalog_item(tenant: &Tenant, cart: &Cart) -> String {
    let entry = tenant.products.get(&cart.product).into_iter().flat_map(|entry| &entry.availabilities);
    let mut sold = entry.filter(|sold| (sold.term, sold.billing_cycle) == (cart.term, cart.billing_cycle));
    let availability = sold.next().map_or("", |sold| sold.id.as_str());
    format!("{}:{}:{availability}", cart.product.product_id, cart.product.sku_id)
}
