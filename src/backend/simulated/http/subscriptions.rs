//! Subscriptions and who supports them. New commerce carries no etag, legacy does; a legacy one has no product type.
//! Source: learn, subscription-resources; get-all-of-a-customer-s-subscriptions; get-a-subscription-by-id.

use super::call::Call;
use super::customers::found;
use super::reply::{Failure, Reply};
use super::shape::{attributes, fractional, link, linked_collection, offset, own_link};
use super::world::World;
use crate::backend::simulated::Tenant;
use crate::backend::simulated::read::{refundable, sold};
use crate::backend::simulated::wire::{Sort, Subscription};
use crate::model::operation::SupportContact;
use crate::model::product::Commerce;
use crate::model::{BillingCycle, CustomerId, Effect, Operation, PartnerId, Timestamp};
use crate::observed::{Answer, Read, Status};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use http::StatusCode;
use serde_json::{Value, json};

/// All of a customer's, or those of one partner of record or order.
pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let tenant = world.tenant();
    let customer = found(tenant, call)?.tenant_id;
    let (partner, order) = (call.query("mpn_id"), call.query("order_id"));
    let fits = |subscription: &&Subscription| {
        let of_partner = |id: &str| subscription.partner_of_record.as_ref().is_some_and(|own| own.as_str() == id);
        let of_order = |id: &str| subscription.order.as_ref().is_some_and(|own| own.as_str() == id);
        partner.is_none_or(of_partner) && order.is_none_or(of_order)
    };
    let rows = tenant.visible(customer).filter(fits).map(|subscription| resource(tenant, subscription));
    Ok(Reply::ok(linked_collection(rows.collect(), format!("/customers/{customer}/subscriptions"))))
}

/// One, with the seats that may be given back.
pub(super) fn one(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let (customer, _) = call.subscription()?;
    let tenant = world.tenant();
    Ok(Reply::ok(detail(tenant, &subscription(tenant, customer, call)?)))
}

/// The subscription a call is about.
pub(super) fn subscription(tenant: &Tenant, customer: CustomerId, call: &Call<'_>) -> Result<Subscription, Failure> {
    found(tenant, call)?;
    let (_, id) = call.subscription()?;
    let none = || Failure::new(StatusCode::NOT_FOUND, 20003, "Subscription not found.");
    tenant.subscription(customer, id).cloned().ok_or_else(none)
}

/// The resource as a list shows it.
fn resource(tenant: &Tenant, subscription: &Subscription) -> Value {
    let id = subscription.subscription_id;
    let own = format!("/customers/{}/subscriptions/{id}", subscription.customer);
    let began = began(tenant, subscription);
    let status = status(subscription.status);
    let mut value = json!({
        "id": id,
        "offerId": offer_id(tenant, subscription),
        "offerName": subscription.offer_name,
        "friendlyName": subscription.friendly_name,
        "quantity": subscription.quantity,
        "unitType": "Licenses",
        "creationDate": fractional(began),
        "effectiveStartDate": fractional(began),
        "commitmentEndDate": subscription.commitment_end.map_or("9999-12-10T00:00:00Z".to_owned(), |at| at.to_string()),
        "status": status,
        "autoRenewEnabled": subscription.auto_renew,
        "billingType": "license",
        "contractType": "subscription",
        "links": own_link(own),
        "attributes": attributes("Subscription"),
    });
    if let Some(order) = &subscription.order {
        value["orderId"] = json!(order);
    }
    match subscription.commerce {
        Commerce::Legacy => legacy(&mut value, subscription),
        Commerce::New => new_commerce(&mut value, tenant, subscription),
    }
    value
}

fn legacy(value: &mut Value, subscription: &Subscription) {
    // Changes with every change of what it guards. Source: learn, update-a-subscription-by-id (2055).
    value["attributes"]["etag"] = json!(etag(subscription));
    if let Some(partner) = &subscription.partner_of_record {
        value["partnerId"] = json!(partner);
    }
}

/// The etag of a legacy subscription.
pub(super) fn etag(subscription: &Subscription) -> String {
    let Subscription { subscription_id, quantity, status, partner_of_record, friendly_name, auto_renew, .. } =
        subscription;
    let words = format!("{subscription_id} {quantity} {status} {partner_of_record:?} {friendly_name} {auto_renew}");
    let version = crate::model::Digest::of_bytes(words.as_bytes()).short(8);
    STANDARD.encode(json!({"id": subscription_id, "version": version}).to_string())
}

fn new_commerce(value: &mut Value, tenant: &Tenant, subscription: &Subscription) {
    // The kinds other than seats are named after the pages about them. Source: unconfirmed, product-resources.
    let kind = match subscription.sort {
        Sort::Seats => "OnlineServicesNCE",
        Sort::Reservation => "AzureReservation",
        Sort::SavingsPlan => "AzureSavingsPlan",
    };
    value["productType"] = json!({"id": kind, "displayName": kind});
    value["hasPurchasableAddons"] = json!(false);
    value["isTrial"] = json!(false);
    value["isMicrosoftProduct"] = json!(true);
    value["publisherName"] = json!("Microsoft Corporation");
    value["attentionNeeded"] = json!(false);
    value["actionTaken"] = json!(false);
    value["renewalTermDuration"] = json!("");
    value["partnerId"] = json!(subscription.partner_of_record.as_ref().map_or("", PartnerId::as_str));
    value["effectiveStartDate"] = json!(offset(began(tenant, subscription)));
    if let Some(term) = subscription.term {
        value["termDuration"] = json!(term.to_string());
    }
    if let Some(cycle) = subscription.billing_cycle {
        value["billingCycle"] = json!(cycle.to_string());
    }
    if let Some(product) = &subscription.product {
        let (country, item) = (country(tenant), format!("/products/{}", product.product_id));
        let sku = format!("{item}/skus/{}", product.sku_id);
        let availability = availability(tenant, subscription);
        value["links"]["product"] = link(format!("{item}?country={country}"));
        value["links"]["sku"] = link(format!("{sku}?country={country}"));
        value["links"]["availability"] = link(format!("{sku}/availabilities/{availability}?country={country}"));
    }
    super::renewal::tell(value, tenant, subscription);
}

/// The resource as its own read shows it.
pub(super) fn detail(tenant: &Tenant, subscription: &Subscription) -> Value {
    let mut value = resource(tenant, subscription);
    if subscription.commerce == Commerce::New {
        let (total, until) = refundable(subscription, tenant.clock());
        let details: Vec<Value> =
            until.map(|until| json!({"quantity": total, "allowedUntilDateTime": until})).into_iter().collect();
        value["refundableQuantity"] = json!({"totalQuantity": total, "details": details});
        if let Some(until) = until {
            value["cancellationAllowedUntilDate"] = json!(until);
            value["refundOptions"] = json!([{"type": "Full", "expiresAt": offset(until)}]);
        }
    }
    value
}

/// When it began, as far as anything tells.
fn began(tenant: &Tenant, subscription: &Subscription) -> Timestamp {
    let ordered = subscription.order.as_ref().and_then(|order| tenant.orders.get(order)).map(|order| order.created_on);
    let seats = subscription.seats_added.first().map(|added| added.at);
    let term = subscription.commitment_end.zip(subscription.term).map(|(end, term)| end.plus_months(-term.months()));
    ordered.or(term).or(seats).unwrap_or(Timestamp::from_seconds(1_577_836_800))
}

fn offer_id(tenant: &Tenant, subscription: &Subscription) -> String {
    match (&subscription.product, subscription.commerce) {
        (Some(item), _) => format!("{}:{}:{}", item.product_id, item.sku_id, availability(tenant, subscription)),
        (None, Commerce::New) => {
            format!("DZH318Z0BQ4Z:0001:{}", &tenant.token(&subscription.offer_name)[..12].to_uppercase())
        }
        (None, Commerce::Legacy) => {
            crate::model::RequestId::from_bytes(tenant.guid(&subscription.offer_name)).to_string().to_uppercase()
        }
    }
}

/// The availability it was bought as, or one that stands for it.
fn availability(tenant: &Tenant, subscription: &Subscription) -> String {
    let form = subscription.term.zip(subscription.billing_cycle);
    let entry = subscription.product.as_ref().and_then(|item| tenant.products.get(item));
    let found = entry.zip(form).and_then(|(entry, form)| entry.availabilities.iter().find(|a| sold(a, None, form)));
    found.map_or_else(|| "CFQ7TTC0K971".to_owned(), |availability| availability.id.to_string())
}

/// The provider's country.
pub(super) fn country(tenant: &Tenant) -> &str {
    tenant.header().country.as_deref().unwrap_or("US")
}

fn status(status: Status) -> &'static str {
    match status {
        Status::Active => "active",
        Status::Suspended => "suspended",
        Status::Pending => "pending",
        Status::Expired => "expired",
        Status::Disabled => "disabled",
        Status::Deleted => "deleted",
        Status::Other => "none",
    }
}

/// A billing cycle with its capital, as instructions print it. Source: learn, create-scheduled-changes.
pub(super) fn capital(cycle: BillingCycle) -> &'static str {
    match cycle {
        BillingCycle::Monthly => "Monthly",
        BillingCycle::Annual => "Annual",
        BillingCycle::Triennial => "Triennial",
    }
}

/// Begins with a byte-order mark. Source: learn, get-a-subscription-s-support-contact.
pub(super) fn support_contact(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let (customer, id) = call.subscription()?;
    found(world.tenant(), call)?;
    match world.tenant().read(&Read::SupportContact(customer, id)) {
        Ok(Answer::SupportContact(contact)) => Ok(shown_contact(world, call, &contact)?),
        _ => Err(Failure::not_found("The support contact was not found.")),
    }
}

/// Source: learn, update-a-subscription-s-support-contact.
pub(super) fn put_support_contact(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let (customer, subscription) = call.subscription()?;
    let body = call.json()?;
    let tenant = body.text("supporttenantid").and_then(|text| text.parse().ok());
    let tenant = tenant.ok_or_else(|| Failure::input("SupportTenantId must be a GUID."))?;
    let partner = body.text("supportmpnid").ok_or_else(|| Failure::input("SupportMpnId is missing."))?;
    let contact = SupportContact { tenant, partner: PartnerId::new(partner) };
    let operation = Operation::SetSupportContact { customer, subscription, contact: contact.clone() };
    let _changed: Effect = world.change(|tenant| tenant.perform(&operation, call.request))?;
    shown_contact(world, call, &contact)
}

fn shown_contact(world: &World, call: &Call<'_>, contact: &SupportContact) -> Result<Reply, Failure> {
    let (customer, subscription) = call.subscription()?;
    let name = world.tenant().company(contact.tenant).map_or("Provider", |company| company.name.as_str());
    let uri = format!("/customers/{customer}/subscriptions/{subscription}/supportcontact");
    let value = json!({
        "supportTenantId": contact.tenant.to_string().to_uppercase(),
        "supportMpnId": contact.partner,
        "name": name,
        "links": {"self": {"uri": uri, "method": "Get", "headers": []}},
        "attributes": attributes("SupportContact"),
    });
    Ok(Reply::ok(value).marked())
}
