//! A subscription as the service tells it: the resource as observed, and the same resource unchanged but for one field,
//! because a PATCH replaces all of it. Source: learn, subscription-resources, update-a-subscription-by-id.

use super::decode::{Garbage, Node, bare, same_key};
use super::wire::{billing_cycle, commerce, product_of, term_of};
use crate::model::PartnerId;
use crate::model::operation::SubscriptionChange;
use crate::observed::{Status, Subscription, SubscriptionDetail};
use serde_json::value::RawValue;
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// One of a list.
pub(super) fn listed(node: &Node<'_>) -> Result<Subscription, Garbage> {
    let offer = node.text("offerId")?;
    let kind = node.node("productType")?;
    let offer_name = node.text("offerName")?.unwrap_or_default();
    Ok(Subscription {
        id: node.need_parsed("id")?,
        product: offer.as_deref().and_then(product_of),
        friendly_name: node.text("friendlyName")?.unwrap_or_else(|| offer_name.clone()),
        offer_name,
        commerce: commerce(kind.as_ref(), offer.as_deref())?,
        partner_changeable: partner_changeable(kind.as_ref())?,
        quantity: node.count("quantity")?.ok_or_else(|| Garbage("it has no `quantity`".into()))?,
        status: status(node.text("status")?.as_deref()),
        partner_of_record: node.text("partnerId")?.map(PartnerId::new),
        term: node.text("termDuration")?.as_deref().and_then(term_of),
        billing_cycle: node.text("billingCycle")?.as_deref().and_then(billing_cycle),
        auto_renew: node.flag("autoRenewEnabled")?.unwrap_or(false),
        scheduled_change: scheduled(node)?,
        commitment_end: node.time("commitmentEndDateTime").or_else(|| node.time("commitmentEndDate")),
        order: node.text("orderId")?.map(crate::model::OrderId::new),
    })
}

/// One by its own read. Source: learn, change-the-quantity-of-a-subscription (`refundableQuantity`).
pub(super) fn detail(node: &Node<'_>) -> Result<SubscriptionDetail, Garbage> {
    let refundable = node.node("refundableQuantity")?;
    let (mut total, mut until) = (0, None);
    if let Some(refundable) = refundable {
        total = refundable.count("totalQuantity")?.unwrap_or(0);
        for part in refundable.nodes("details")? {
            until = until.max(part.time("allowedUntilDateTime"));
        }
    }
    Ok(SubscriptionDetail { subscription: listed(node)?, refundable: total, refundable_until: until })
}

fn status(word: Option<&str>) -> Status {
    match word.map(str::to_ascii_lowercase).as_deref() {
        Some("active") => Status::Active,
        Some("suspended") => Status::Suspended,
        Some("pending") => Status::Pending,
        Some("expired") => Status::Expired,
        Some("disabled") => Status::Disabled,
        Some("deleted") => Status::Deleted,
        Some(_) | None => Status::Other,
    }
}

/// Not of reservations and savings plans. Source: learn, error-codes (800098, 900321); that they are known by the words of
/// their type is unconfirmed, and where it is wrong the service refuses the change.
fn partner_changeable(kind: Option<&Node<'_>>) -> Result<bool, Garbage> {
    let mut kind = kind.copied();
    while let Some(node) = kind {
        for key in ["id", "displayName"] {
            let word = node.text(key)?.unwrap_or_default().to_ascii_lowercase();
            if ["reserv", "savingsplan", "savings plan"].iter().any(|fixed| word.contains(fixed)) {
                return Ok(false);
            }
        }
        kind = node.node("subType")?;
    }
    Ok(true)
}

/// What is scheduled, in one line. Source: learn, create-scheduled-changes; `scheduledActions` is unconfirmed.
fn scheduled(node: &Node<'_>) -> Result<Option<SmolStr>, Garbage> {
    let mut parts = Vec::new();
    for key in ["scheduledNextTermInstructions", "nextChargeInstructions"] {
        if let Some(instructions) = node.node(key)? {
            parts.extend(instructed(&instructions)?);
        }
    }
    for action in node.nodes("scheduledActions")? {
        let kind = action.text("actionType")?.unwrap_or_else(|| "an action".into());
        parts.push(format!("{kind} {}", action.text("scheduleType")?.unwrap_or_default()).trim().to_owned());
    }
    Ok((!parts.is_empty()).then(|| parts.join(", ").into()))
}

fn instructed(node: &Node<'_>) -> Result<Vec<String>, Garbage> {
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

/// The whole resource, byte for byte what was read, but for what is changed.
#[derive(Debug)]
pub(super) struct Whole(BTreeMap<String, Box<RawValue>>);

impl Whole {
    /// What a read of the subscription answered.
    pub(super) fn of(body: &[u8]) -> Result<Self, Garbage> {
        serde_json::from_slice(bare(body)).map(Self).map_err(|_| Garbage("it is no object".into()))
    }
    /// Sets a field under the key the service used for it, else under the documented one.
    pub(super) fn set(&mut self, key: &str, value: &serde_json::Value) -> Result<(), Garbage> {
        let raw = serde_json::value::to_raw_value(value).map_err(|_| Garbage("a value cannot be written".into()))?;
        let used = self.0.keys().find(|used| same_key(used, key)).cloned();
        self.0.insert(used.unwrap_or_else(|| key.to_owned()), raw);
        Ok(())
    }
    /// The body that puts it back.
    pub(super) fn body(&self) -> Result<Vec<u8>, Garbage> {
        serde_json::to_vec(&self.0).map_err(|_| Garbage("the resource cannot be written back".into()))
    }
    /// With one change made.
    pub(super) fn changed(mut self, change: &SubscriptionChange) -> Result<Self, Garbage> {
        match change {
            SubscriptionChange::PartnerOfRecord(id) => self.set("partnerId", &id.as_str().into())?,
            SubscriptionChange::Quantity(seats) => self.set("quantity", &(*seats).into())?,
            SubscriptionChange::FriendlyName(name) => self.set("friendlyName", &name.as_str().into())?,
        }
        Ok(self)
    }
}

/// Whether a subscription already is as a change would make it.
pub(super) fn already(subscription: &Subscription, change: &SubscriptionChange) -> bool {
    match change {
        SubscriptionChange::PartnerOfRecord(id) => subscription.partner_of_record.as_ref() == Some(id),
        SubscriptionChange::Quantity(seats) => subscription.quantity == *seats,
        SubscriptionChange::FriendlyName(name) => subscription.friendly_name == *name,
    }
}
