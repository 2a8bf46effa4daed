//! Orders: read, and made directly. An order shows no sooner than its subscription. Source: learn, create-an-order;
//! get-an-order-by-id; order-resources.

use super::call::Call;
use super::carts::{Form, attested, catalog_item, line_of, make, only};
use super::customers::found;
use super::reply::{Failure, Reply};
use super::shape::{attributes, fractional, link, linked_collection};
use super::subscriptions::country;
use super::world::World;
use crate::backend::simulated::Tenant;
use crate::backend::simulated::wire::Order;
use crate::model::{CustomerId, Effect, Operation, OrderId};
use http::StatusCode;
use serde_json::{Value, json};

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let tenant = world.tenant();
    let customer = found(tenant, call)?.tenant_id;
    let seen = tenant.orders().filter(|order| visible(tenant, customer, order));
    let rows = seen.filter_map(|order| shown(tenant, &order.order_id)).collect();
    Ok(Reply::ok(linked_collection(rows, format!("/customers/{customer}/orders"))))
}

pub(super) fn one(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let tenant = world.tenant();
    let customer = found(tenant, call)?.tenant_id;
    let id = OrderId::new(call.part(1));
    let order = tenant.orders.get(&id).filter(|order| visible(tenant, customer, order));
    let none = || Failure::new(StatusCode::NOT_FOUND, 20000, "Order not found.");
    let value = order.and_then(|order| shown(tenant, &order.order_id)).ok_or_else(none)?;
    Ok(Reply::ok(value))
}

fn visible(tenant: &Tenant, customer: CustomerId, order: &Order) -> bool {
    order.customer == customer && tenant.subscription(customer, order.subscription).is_some()
}

/// A cart and its checkout in one call; a repeat with the same request id gives the first result.
/// Source: learn, create-an-order-for-a-customer-of-an-indirect-reseller.
pub(super) fn create(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let customer = found(world.tenant(), call)?.tenant_id;
    let body = call.json()?;
    attested(&body)?;
    let line = line_of(world.tenant(), &body, only(&body)?, Form::Order)?;
    let cart = make(world, customer, &line, call.request)?;
    let operation = Operation::CheckOut { customer, cart };
    let effect = world.change(|tenant| tenant.perform(&operation, call.request))?;
    let Effect::CheckedOut { order, subscription: _ } = effect else {
        return Err(Failure::input("The order was not made."));
    };
    let value = shown(world.tenant(), &order).ok_or_else(|| Failure::not_found("The order was not found."))?;
    let uri = format!("/v1/customers/{customer}/orders/{order}");
    Ok(Reply::new(StatusCode::CREATED, value).with("Location", uri))
}

/// An order as replies show it; the id of its subscription only once that shows.
pub(super) fn shown(tenant: &Tenant, id: &OrderId) -> Option<Value> {
    let order = tenant.orders.get(id)?;
    let subscription = tenant.subscriptions.get(&(order.customer, order.subscription))?;
    let cart = order.cart.as_ref().and_then(|cart| tenant.carts.get(cart));
    let own = format!("/customers/{}/orders/{id}", order.customer);
    let mut line = json!({
        "lineItemNumber": 0,
        "transactionType": "New",
        "friendlyName": subscription.friendly_name,
        "quantity": cart.map_or(subscription.quantity, |cart| cart.quantity),
    });
    if let Some(cart) = cart {
        let item = format!("/products/{}", cart.product.product_id);
        line["offerId"] = json!(catalog_item(tenant, cart));
        line["termDuration"] = json!(cart.term.to_string());
        line["links"] = json!({"product": link(format!("{item}?country={}", country(tenant)))});
        if !cart.partner_of_record.as_str().is_empty() {
            line["partnerIdOnRecord"] = json!(cart.partner_of_record);
        }
    }
    let seen = tenant.shows(subscription);
    if seen {
        line["subscriptionId"] = json!(order.subscription);
    }
    Some(json!({
        "id": id,
        "alternateId": id,
        "referenceCustomerId": order.customer,
        "billingCycle": subscription.billing_cycle.map_or_else(|| "unknown".to_owned(), |cycle| cycle.to_string()),
        "currencyCode": "USD",
        "currencySymbol": "$",
        "lineItems": [line],
        "creationDate": fractional(order.created_on),
        "status": if seen { "completed" } else { "pending" },
        "transactionType": "UserPurchase",
        "links": {"self": link(&own), "provisioningStatus": link(format!("{own}/provisioningstatus")),
            "patchOperation": {"uri": own, "method": "PATCH", "headers": []}},
        "client": {},
        "attributes": attributes("Order"),
    }))
}
