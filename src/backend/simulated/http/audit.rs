//! Audit records: 90 days back, 30 days at once, in pages; old and new values are JSON in PascalCase within a text.
//! Source: learn, get-a-record-of-partner-center-activity-by-user; auditing-resources.

use super::call::{Call, pairs};
use super::filter::Filter;
use super::page::Wanted;
use super::reply::{Failure, Reply};
use super::shape::{attributes, fractional};
use super::world::World;
use crate::backend::simulated::Tenant;
use crate::backend::simulated::wire::{AuditRecord, By};
use crate::model::{Date, OrderId, PartnerId, Span, Timestamp};
use serde_json::{Map, Value, json};

/// How far back records go.
const MEMORY: Span = Span::days(90);
/// How long a window may be.
const WINDOW: Span = Span::days(30);

pub(super) fn list(world: &mut World, call: &Call<'_>) -> Result<Reply, Failure> {
    let wanted = Wanted::of(call, world.throttle.limits.page)?;
    let query = pairs(wanted.query.as_bytes());
    let tenant = world.tenant();
    let (from, to) = window(tenant.clock(), &query)?;
    let filter = query.get("filter").map(|text| Filter::read(text, FIELDS)).transpose()?;
    let shown = tenant.audit().iter().enumerate().filter(|(_, record)| (from..to).contains(&record.at));
    let shown = shown.filter(|(_, record)| filter.as_ref().is_none_or(|filter| takes(filter, tenant, record)));
    let rows = shown.map(|(nth, record)| (format!("{nth:012}"), value(tenant, record, nth))).collect();
    let page = wanted.page("/auditrecords", rows);
    let mut value = page.value;
    if let Some(token) = page.token {
        value["continuationToken"] = json!(token);
    }
    Ok(Reply::ok(value))
}

fn window(
    now: Timestamp,
    query: &std::collections::BTreeMap<String, String>,
) -> Result<(Timestamp, Timestamp), Failure> {
    let day = |key: &str| -> Result<Option<Date>, Failure> {
        let parse = |text: &String| {
            text.get(..10)
                .and_then(|text| text.parse().ok())
                .ok_or_else(|| Failure::parameter(format!("{key} is no date.")))
        };
        query.get(key).filter(|text| !text.is_empty()).map(parse).transpose()
    };
    let from = day("startdate")?.ok_or_else(|| Failure::parameter("The start date is missing."))?.start();
    let oldest = now.plus(Span::seconds(-MEMORY.as_seconds())).date().start();
    if from < oldest {
        return Err(Failure::parameter("The start date is more than 90 days back."));
    }
    // The end date's whole day counts.
    let to = day("enddate")?.map_or_else(|| from.plus(WINDOW), |date| date.start().plus(Span::days(1)));
    if to < from {
        return Err(Failure::parameter("The end date is before the start date."));
    }
    if to.since(from) > WINDOW.max(Span::days(31)) {
        return Err(Failure::parameter("The window is longer than 30 days."));
    }
    Ok((from, to))
}

/// The fields records are filtered by.
const FIELDS: &[(&str, &str)] = &[("companyname", "substring"), ("customerid", "equals"), ("resourcetype", "equals")];

fn takes(filter: &Filter, tenant: &Tenant, record: &AuditRecord) -> bool {
    match filter.field.as_str() {
        "customerid" => record.customer.is_some_and(|id| id.to_string() == filter.value),
        "resourcetype" => kind(record) == filter.value.replace('_', ""),
        _ => {
            let name = record.customer.and_then(|id| tenant.customer(id)).map(|customer| &customer.company_name);
            name.is_some_and(|name| name.to_lowercase().contains(&filter.value))
        }
    }
}

/// The type of what changed, without underscores.
fn kind(record: &AuditRecord) -> String {
    resource_type(record).replace('_', "")
}

fn resource_type(record: &AuditRecord) -> &'static str {
    match record.operation.as_str() {
        "add_customer" => "customer",
        "reset_customer_user_password" => "customer_user",
        "create_order" | "update_order" => "order",
        "update_subscription" => "subscription",
        "create_agreement" => "agreement",
        "extend_relationship" => "partner_customer_relationship",
        "create_partner_relationship" | "remove_partner_relationship" => "partner_relationship",
        _ => "undefined",
    }
}

fn value(tenant: &Tenant, record: &AuditRecord, nth: usize) -> Value {
    let AuditRecord { at, operation, by, customer, resource: _, old, new } = record;
    let who = customer.map_or_else(String::new, |id| id.to_string());
    let mut value = json!({
        "id": format!("{}_{who}_{operation}_{}{nth:06}", tenant.id(), at.seconds()),
        "partnerId": tenant.id(),
        "customerId": who,
        "customerName": customer.and_then(|id| tenant.customer(id)).map_or("", |customer| customer.company_name.as_str()),
        "resourceType": resource_type(record),
        "operationType": operation,
        "operationDate": fractional(*at),
        "operationStatus": "succeeded",
        "customizedData": customized(tenant, record),
        "attributes": attributes("AuditRecord"),
    });
    match by {
        By::User(name) => value["userPrincipalName"] = json!(name),
        By::Application(name) => {
            value["userPrincipalName"] = json!("operations@provider.example");
            value["applicationId"] = json!(name);
        }
    }
    if let Some(old) = old {
        value["resourceOldValue"] = json!(told(record, old).to_string());
    }
    if let Some(new) = new {
        value["resourceNewValue"] = json!(told(record, new).to_string());
    }
    value
}

/// A few words of the tenant as the resource they speak of: `quantity 25` is `{"Id":..,"Quantity":25}`.
fn told(record: &AuditRecord, words: &str) -> Value {
    let mut map = Map::new();
    map.insert("Id".into(), json!(record.resource));
    if let Some(customer) = record.customer {
        map.insert("ReferenceCustomerId".into(), json!(customer));
    }
    if record.operation == "update_subscription" {
        let (field, value) = words.split_once(' ').unwrap_or((words, ""));
        let value = match field {
            "quantity" => json!(value.parse::<u32>().unwrap_or_default()),
            "autoRenewEnabled" => json!(value == "true"),
            "partnerId" if value == "none" => Value::Null,
            _ => json!(value),
        };
        let mut letters = field.chars();
        let name: String = letters.next().map(|c| c.to_ascii_uppercase()).into_iter().chain(letters).collect();
        map.insert(name, value);
    }
    map.insert("Attributes".into(), json!({"ObjectType": resource_type(record)}));
    Value::Object(map)
}

/// What an order brought. Source: learn, get-a-record-of-partner-center-activity-by-user.
fn customized(tenant: &Tenant, record: &AuditRecord) -> Vec<Value> {
    let order =
        tenant.orders.get(&OrderId::new(record.resource.as_str())).filter(|_| record.operation == "create_order");
    let Some((order, cart)) = order.and_then(|order| Some((order, tenant.carts.get(order.cart.as_ref()?)?))) else {
        return Vec::new();
    };
    let partner = Some(&cart.partner_of_record).filter(|id| **id != PartnerId::new(""));
    [
        ("OrderId", json!(order.order_id)),
        ("BillingCycle", json!(cart.billing_cycle.to_string())),
        ("OfferId-0", json!(super::carts::catalog_item(tenant, cart))),
        ("SubscriptionId-0", json!(order.subscription)),
        ("SubscriptionName-0", json!(cart.friendly_name.as_deref().unwrap_or_default())),
        ("Quantity-0", json!(cart.quantity.to_string())),
        ("PartnerOnRecord-0", json!(partner)),
    ]
    .into_iter()
    .map(|(key, value)| json!({"key": key, "value": value}))
    .collect()
}
