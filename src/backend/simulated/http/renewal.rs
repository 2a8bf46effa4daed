//! The end of a term as the resource of a subscription tells and takes it. `scheduledActions` and its words are known from a
//! third party only; where both are sent, only those count, and an end goes with auto-renew off.
//! Source: learn, create-scheduled-changes; unconfirmed, tunahanaliozturk/partner-center-mcp (lifecycle).

use super::body::Body;
use super::patch::{billing_cycle, term};
use super::reply::Failure;
use super::subscriptions::capital;
use crate::backend::simulated::Tenant;
use crate::backend::simulated::wire::{ScheduledAction, ScheduledChange, Subscription};
use crate::model::product::Commerce;
use crate::model::{Date, NextTerm, Product, Renewal, Timestamp};
use serde_json::{Value, json};

/// What a body makes of the end of the term.
pub(super) enum Written {
    /// This.
    Renewal(Renewal),
    /// Auto-renew off, and nothing about what then happens.
    Off,
}

/// What a body says. What it leaves out is switched off and dropped. Source: learn, update-a-subscription-by-id.
pub(super) fn written(now: &Subscription, body: &Body) -> Result<Written, Failure> {
    let auto = body.flag("autorenewenabled").unwrap_or(false);
    let actions = body.list("scheduledactions");
    let renew = |part: Option<Body>| part.map_or_else(|| Ok(NextTerm::default()), |part| next_term(&part));
    if let Some(action) = actions.first() {
        let words = (action.text("scheduletype").unwrap_or_default(), action.text("actiontype").unwrap_or_default());
        let words = (words.0.to_lowercase(), words.1.to_lowercase());
        return match (words.0.as_str(), words.1.as_str(), auto) {
            _ if actions.len() > 1 => Err(Failure::input("only one action can be scheduled for a subscription.")),
            ("termend", "cancel", false) => Ok(Written::Renewal(Renewal::Cancel)),
            ("termend", "renewtoextendedserviceterm", false) => Ok(Written::Renewal(Renewal::Extend)),
            ("termend", "renewtonewterm", true) => {
                Ok(Written::Renewal(Renewal::Renew(renew(action.part("instructions"))?)))
            }
            (when, what, _) => Err(Failure::input(format!(
                "the action {what} cannot be scheduled at {when} with autoRenewEnabled {auto}."
            ))),
        };
    }
    Ok(match (auto, now.commerce) {
        (true, _) => Written::Renewal(Renewal::Renew(renew(body.part("schedulednextterminstructions"))?)),
        (false, Commerce::Legacy) => Written::Renewal(Renewal::Cancel),
        (false, Commerce::New) => Written::Off,
    })
}

fn next_term(part: &Body) -> Result<NextTerm, Failure> {
    let product = part.part("product");
    let text = |key: &str| product.as_ref().and_then(|product| product.text(key)).map(str::to_owned);
    let lower = |key: &str| text(key).map(|text| text.to_lowercase());
    let ids = text("productid").zip(text("skuid"));
    Ok(NextTerm {
        product: ids.map(|(product, sku)| Box::new(Product { product: product.into(), sku: sku.into() })),
        quantity: part.number("quantity"),
        term: lower("termduration").map(|text| term(&text)).transpose()?,
        billing_cycle: lower("billingcycle").map(|text| billing_cycle(&text)).transpose()?,
        end: part.text("customtermenddate").map(day).transpose()?,
    })
}

/// A day, with or without a time.
fn day(text: &str) -> Result<Date, Failure> {
    let day = text.split(['T', ' ']).next().unwrap_or(text);
    day.parse().map_err(|_| Failure::input(format!("{text} is no date.")))
}

/// Writes into the resource what is scheduled.
pub(super) fn tell(value: &mut Value, tenant: &Tenant, subscription: &Subscription) {
    if let Some(scheduled) = &subscription.scheduled_change {
        value["scheduledNextTermInstructions"] = instructions(tenant, subscription, scheduled);
    }
    if let Some(action) = subscription.scheduled_action {
        let kind = match action {
            ScheduledAction::Cancel => "Cancel",
            ScheduledAction::Extend => "RenewToExtendedServiceTerm",
        };
        value["scheduledActions"] = json!([{"scheduleType": "TermEnd", "actionType": kind}]);
    }
}

/// What is scheduled, with what stays as it is.
fn instructions(tenant: &Tenant, subscription: &Subscription, scheduled: &ScheduledChange) -> Value {
    let ScheduledChange { product: other, quantity, term, billing_cycle, end_date } = scheduled;
    let (term, cycle) = (term.or(subscription.term), billing_cycle.or(subscription.billing_cycle));
    let mut product = json!({});
    if let Some(item) = other.as_ref().or(subscription.product.as_ref()) {
        product["productId"] = json!(item.product_id);
        product["skuId"] = json!(item.sku_id);
        let entry = tenant.products.get(item);
        let found = entry.into_iter().flat_map(|entry| &entry.availabilities);
        let mut found =
            found.filter(|a| term.is_none_or(|t| a.term == t) && cycle.is_none_or(|c| a.billing_cycle == c));
        if let Some(availability) = found.next() {
            product["availabilityId"] = json!(availability.id);
        }
    }
    if let Some(cycle) = cycle {
        product["billingCycle"] = json!(capital(cycle));
    }
    if let Some(term) = term {
        product["termDuration"] = json!(term.to_string());
    }
    let mut value = json!({"product": product, "quantity": quantity.unwrap_or(subscription.quantity)});
    if let Some(end) = end_date {
        let end: Timestamp = end.start();
        value["customTermEndDate"] = json!(end.to_string());
    }
    value
}
