//! A subscription as the service tells it: the resource as observed, and the same resource unchanged but for one field,
//! because a PATCH replaces all of it. Source: learn, subscription-resources, update-a-subscription-by-id.

use super::decode::{Garbage, Node, bare, same_key};
use super::renewal::{self, at_end};
use super::wire::{billing_cycle, commerce, product_of, term_of};
use crate::model::operation::SubscriptionChange;
use crate::model::{PartnerId, Renewal, Timestamp};
use crate::observed::{Status, Subscription, SubscriptionDetail};
use serde_json::value::RawValue;
use std::collections::BTreeMap;

/// One of a list.
pub(super) fn listed(node: &Node<'_>) -> Result<Subscription, Garbage> {
    let offer = node.text("offerId")?;
    let kind = node.node("productType")?;
    let offer_name = node.text("offerName")?.unwrap_or_default();
    let commerce = commerce(kind.as_ref(), offer.as_deref())?;
    Ok(Subscription {
        id: node.need_parsed("id")?,
        product: offer.as_deref().and_then(product_of),
        friendly_name: node.text("friendlyName")?.unwrap_or_else(|| offer_name.clone()),
        offer_name,
        commerce,
        partner_changeable: partner_changeable(kind.as_ref())?,
        quantity: node.count("quantity")?.ok_or_else(|| Garbage("it has no `quantity`".into()))?,
        status: status(node.text("status")?.as_deref()),
        partner_of_record: node.text("partnerId")?.map(PartnerId::new),
        term: node.text("termDuration")?.as_deref().and_then(term_of),
        billing_cycle: node.text("billingCycle")?.as_deref().and_then(billing_cycle),
        at_end: at_end(node, commerce)?,
        commitment_end: end(node),
        order: node.text("orderId")?.map(crate::model::OrderId::new),
    }
    .in_short())
}

/// From here on a day stands for none: subscriptions without a commitment end on 9999-12-10.
/// Source: learn, subscription-resources (samples).
const NEVER: Timestamp = Timestamp::from_seconds(253_370_764_800);

fn end(node: &Node<'_>) -> Option<Timestamp> {
    let told = node.time("commitmentEndDateTime").or_else(|| node.time("commitmentEndDate"));
    told.filter(|at| *at < NEVER)
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
    fn remove(&mut self, key: &str) {
        self.0.retain(|used, _| !same_key(used, key));
    }
    /// With one change made. `item` is what a next term is sold as, where it has to be scheduled.
    pub(super) fn changed(
        mut self,
        now: &Subscription,
        change: &SubscriptionChange,
        item: Option<&str>,
    ) -> Result<Self, Garbage> {
        match change {
            SubscriptionChange::PartnerOfRecord(id) => self.set("partnerId", &id.as_str().into())?,
            SubscriptionChange::Quantity(seats) => self.set("quantity", &(*seats).into())?,
            SubscriptionChange::FriendlyName(name) => self.set("friendlyName", &name.as_str().into())?,
            SubscriptionChange::Renewal(renewal) => self.renewed(now, renewal, item)?,
        }
        Ok(self)
    }
    /// All that says what comes at the end of the term, and nothing beside it.
    fn renewed(&mut self, now: &Subscription, renewal: &Renewal, item: Option<&str>) -> Result<(), Garbage> {
        self.set(renewal::AUTO_RENEW, &(!renewal.ends()).into())?;
        let next = match renewal {
            Renewal::Renew(next) => renewal::to_schedule(now, next),
            Renewal::Cancel | Renewal::Extend => None,
        };
        match next {
            Some(next) => {
                let instructions = item.and_then(|item| renewal::instructions(&next, item));
                let instructions =
                    instructions.ok_or_else(|| Garbage("what the next term would be sold as is not known".into()))?;
                self.set(renewal::INSTRUCTIONS, &instructions)?;
            }
            None => self.remove(renewal::INSTRUCTIONS),
        }
        match renewal::action(renewal, now.commerce) {
            Some(action) => self.set(renewal::ACTIONS, &action),
            None => {
                self.remove(renewal::ACTIONS);
                Ok(())
            }
        }
    }
}

/// Whether a subscription already is as a change would make it.
pub(super) fn already(subscription: &Subscription, change: &SubscriptionChange) -> bool {
    match change {
        SubscriptionChange::PartnerOfRecord(id) => subscription.partner_of_record.as_ref() == Some(id),
        SubscriptionChange::Quantity(seats) => subscription.quantity == *seats,
        SubscriptionChange::FriendlyName(name) => subscription.friendly_name == *name,
        SubscriptionChange::Renewal(renewal) => subscription.renewal().as_ref() == Ok(renewal),
    }
}
