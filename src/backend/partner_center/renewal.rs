//! The end of a term in the service's words: what is scheduled, and how it is asked for. What has no word here stays in the
//! service's own and is never overwritten.
//! Source: learn, create-scheduled-changes, subscription-resources; `scheduledActions` is unconfirmed,
//! tunahanaliozturk/partner-center-mcp (lifecycle): sent with instructions only it counts, and an end goes with auto-renew off.

use super::decode::{Garbage, Node, same_key};
use super::wire::{billing_cycle, product_of, term_of};
use crate::backend::BackendError;
use crate::model::product::Commerce;
use crate::model::{BillingCycle, Date, NextTerm, Product, Renewal, SubscriptionChange};
use crate::observed::{AtEnd, Subscription, Unclear};
use serde_json::{Value, json};
use smol_str::{SmolStr, format_smolstr};

/// The keys a renewal lives under.
pub(super) const INSTRUCTIONS: &str = "scheduledNextTermInstructions";
pub(super) const ACTIONS: &str = "scheduledActions";
pub(super) const AUTO_RENEW: &str = "autoRenewEnabled";

/// What is to happen at the end of the term.
pub(super) fn at_end(node: &Node<'_>, commerce: Commerce) -> Result<AtEnd, Garbage> {
    let instructions = node.node(INSTRUCTIONS)?;
    let actions = node.nodes(ACTIONS)?;
    let words = || words(node);
    if node.node("nextChargeInstructions")?.is_some() {
        return words();
    }
    let known = match (node.flag(AUTO_RENEW)?, actions.as_slice()) {
        (None, []) if instructions.is_none() => return Ok(AtEnd::Unknown(Unclear::Untold)),
        (Some(true), []) => instructed(node, instructions.as_ref())?,
        (Some(false), []) if instructions.is_none() => {
            return Ok(match commerce {
                Commerce::Legacy => AtEnd::Known(Renewal::Cancel),
                Commerce::New => AtEnd::Unknown(Unclear::Off),
            });
        }
        (Some(auto), [action]) => acted(node, action, auto)?,
        (None | Some(_), _) => None,
    };
    known.map_or_else(words, |renewal| Ok(AtEnd::Known(renewal)))
}

fn acted(subscription: &Node<'_>, action: &Node<'_>, auto: bool) -> Result<Option<Renewal>, Garbage> {
    let is = |key: &str, word: &str| Ok(action.text(key)?.is_some_and(|text| same_key(&text, word)));
    if !is("scheduleType", "TermEnd")? {
        return Ok(None);
    }
    Ok(match auto {
        false if is("actionType", "Cancel")? => Some(Renewal::Cancel),
        false if is("actionType", "RenewToExtendedServiceTerm")? => Some(Renewal::Extend),
        true if is("actionType", "RenewToNewTerm")? => instructed(subscription, action.node("instructions")?.as_ref())?,
        true | false => None,
    })
}

/// A next term, if it says nothing that has no word here.
fn instructed(subscription: &Node<'_>, instructions: Option<&Node<'_>>) -> Result<Option<Renewal>, Garbage> {
    let Some(instructions) = instructions else { return Ok(Some(Renewal::SAME_AGAIN)) };
    let mut next = NextTerm { quantity: instructions.count("quantity")?, ..NextTerm::default() };
    if let Some(product) = instructions.node("product")? {
        let own = subscription.text("offerId")?.as_deref().and_then(product_of);
        let (id, sku) = (product.text("productId")?, product.text("skuId")?);
        let term = product.text("termDuration")?;
        let cycle = product.text("billingCycle")?;
        next.term = term.as_deref().and_then(term_of);
        next.billing_cycle = cycle.as_deref().and_then(billing_cycle);
        next.product =
            id.zip(sku).map(|(product, sku)| Box::new(Product { product, sku })).filter(|it| own.as_ref() != Some(it));
        let strange = next.term.is_some() != term.is_some() || next.billing_cycle.is_some() != cycle.is_some();
        if strange || product.text("promotionId")?.is_some() {
            return Ok(None);
        }
    }
    if let Some(end) = instructions.text("customTermEndDate")? {
        match day(&end) {
            None => return Ok(None),
            some => next.end = some,
        }
    }
    Ok(Some(Renewal::Renew(next)))
}

/// A day, with or without a time.
fn day(text: &str) -> Option<Date> {
    text.split(['T', ' ']).next()?.parse().ok()
}

/// All that is scheduled, in one line of the service's words.
fn words(node: &Node<'_>) -> Result<AtEnd, Garbage> {
    let mut parts = Vec::new();
    for key in [INSTRUCTIONS, "nextChargeInstructions"] {
        if let Some(instructions) = node.node(key)? {
            parts.extend(instruction_words(&instructions)?);
        }
    }
    for action in node.nodes(ACTIONS)? {
        let kind = action.text("actionType")?.unwrap_or_else(|| "an action".into());
        parts.push(format!("{kind} {}", action.text("scheduleType")?.unwrap_or_default()).trim().to_owned());
    }
    let words = if parts.is_empty() { "something".into() } else { parts.join(", ").into() };
    Ok(AtEnd::Unknown(Unclear::Scheduled(words)))
}

fn instruction_words(node: &Node<'_>) -> Result<Vec<String>, Garbage> {
    let mut parts = Vec::new();
    let mut part = |name: &str, value: Option<SmolStr>| parts.extend(value.map(|value| format!("{name} {value}")));
    part("quantity", node.text("quantity")?);
    if let Some(product) = node.node("product")? {
        part("term", product.text("termDuration")?);
        part("billing", product.text("billingCycle")?);
        part("product", product.text("productId")?);
        part("promotion", product.text("promotionId")?);
    }
    part("end", node.text("customTermEndDate")?);
    Ok(if parts.is_empty() { vec!["a change for the next term".into()] } else { parts })
}

/// What is scheduled in words nobody here knows is never overwritten, also when it came a moment ago.
pub(super) fn may_be_set(now: &Subscription, change: &SubscriptionChange) -> Result<(), BackendError> {
    match (change, &now.at_end) {
        (SubscriptionChange::Renewal(_), AtEnd::Unknown(Unclear::Scheduled(words))) => Err(BackendError::Refused {
            code: 0,
            text: format_smolstr!("something else is scheduled for the end of the term: {words}"),
        }),
        (SubscriptionChange::Renewal(_), AtEnd::Known(_) | AtEnd::Unknown(Unclear::Off | Unclear::Untold))
        | (
            SubscriptionChange::PartnerOfRecord(_)
            | SubscriptionChange::Quantity(_)
            | SubscriptionChange::FriendlyName(_),
            _,
        ) => Ok(()),
    }
}

/// What of a next term has to be scheduled: nothing where it is the same again.
pub(super) fn to_schedule(now: &Subscription, next: &NextTerm) -> Option<NextTerm> {
    let own = NextTerm { product: now.product.clone().map(Box::new), ..now.as_it_is() };
    (next.unlike(&own) != NextTerm::default()).then(|| next.or(&own))
}

/// The product, term and billing cycle of a next term in full.
pub(super) fn form(next: &NextTerm) -> Option<(&Product, crate::model::Term, BillingCycle)> {
    Some((next.product.as_deref()?, next.term?, next.billing_cycle?))
}

/// Instructions for a next term in full, sold as a catalogue item. Source: learn, create-scheduled-changes.
pub(super) fn instructions(next: &NextTerm, item: &str) -> Option<Value> {
    let (product, term, cycle) = form(next)?;
    let availability = item.split(':').nth(2)?;
    let mut value = json!({
        "product": {
            "productId": product.product,
            "skuId": product.sku,
            "availabilityId": availability,
            "billingCycle": capital(cycle),
            "termDuration": term.to_string(),
        },
        "quantity": next.quantity?,
    });
    if let Some(end) = next.end {
        value["customTermEndDate"] = json!(end.start().to_string());
    }
    Some(value)
}

fn capital(cycle: BillingCycle) -> &'static str {
    match cycle {
        BillingCycle::Monthly => "Monthly",
        BillingCycle::Annual => "Annual",
        BillingCycle::Triennial => "Triennial",
    }
}

/// The action that ends a term; legacy has none, there auto-renew off is an end.
pub(super) fn action(renewal: &Renewal, commerce: Commerce) -> Option<Value> {
    let kind = match (renewal, commerce) {
        (Renewal::Renew(_), _) | (_, Commerce::Legacy) => return None,
        (Renewal::Cancel, Commerce::New) => "Cancel",
        (Renewal::Extend, Commerce::New) => "RenewToExtendedServiceTerm",
    };
    Some(json!([{ "scheduleType": "TermEnd", "actionType": kind }]))
}
