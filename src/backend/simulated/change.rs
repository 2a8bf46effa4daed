//! Changing a subscription: one field a call, the partner of record validated at every change, seats given back in their
//! seven days only. Support contacts exist for legacy subscriptions alone.

use super::create::no_relationship;
use super::perform::{api, refused};
use super::read::{refundable, sold};
use super::tenant::{Change, Tenant};
use super::wire::{By, SeatsAdded, Subscription, Support};
use crate::backend::BackendError;
use crate::model::operation::{SupportContact, Visible};
use crate::model::product::Commerce;
use crate::model::{CustomerId, Effect, SubscriptionChange, SubscriptionId, Timestamp};
use crate::observed::Status;
use smol_str::{SmolStr, format_smolstr};

/// Which subscription.
pub(super) type Key = (CustomerId, SubscriptionId);

impl Tenant {
    /// Source: learn, update-a-subscription-by-id.
    pub(super) fn change_subscription(
        &mut self,
        key: Key,
        change: &SubscriptionChange,
    ) -> Result<Effect, BackendError> {
        let subscription = self.found(key)?;
        changeable(subscription, change)?;
        self.check_change(subscription, change)?;
        self.set(key, change, api());
        Ok(Effect::Changed { visible: Visible::Now })
    }
    /// Source: learn, update-a-subscription-s-support-contact (not for new commerce; the code of that refusal is not
    /// documented, so there is none).
    pub(super) fn set_support_contact(&mut self, key: Key, contact: &SupportContact) -> Result<Effect, BackendError> {
        let subscription = self.found(key)?;
        match (subscription.commerce, subscription.status) {
            (Commerce::New, _) => return Err(refused(0, "support contacts do not exist for new commerce")),
            (Commerce::Legacy, Status::Deleted) => return Err(deleted()),
            (
                Commerce::Legacy,
                Status::Active
                | Status::Suspended
                | Status::Pending
                | Status::Expired
                | Status::Disabled
                | Status::Other,
            ) => {}
        }
        let own = contact.tenant == self.header.tenant_id;
        let theirs = self.companies.get(&contact.tenant).is_some_and(|c| c.partner_ids.contains(&contact.partner));
        let fits = if own {
            self.header.partner_id.as_ref().is_none_or(|id| *id == contact.partner)
        } else {
            theirs && self.partnered(contact.tenant)
        };
        if !fits {
            return Err(refused(3000, "the support contact is neither the provider nor a reseller of it"));
        }
        self.put_support(key, (!own).then(|| contact.into()), api());
        Ok(Effect::Changed { visible: Visible::Now })
    }

    fn found(&self, key: Key) -> Result<&Subscription, BackendError> {
        self.customers.get(&key.0).ok_or_else(no_relationship)?;
        self.subscription(key.0, key.1)
            .ok_or_else(|| refused(20003, format_smolstr!("subscription {} was not found", key.1)))
    }
    /// Since 2025-12 every change validates the partner of record that the subscription will have.
    /// Source: learn, validate-reseller-partner-of-record.
    fn check_change(&self, subscription: &Subscription, change: &SubscriptionChange) -> Result<(), BackendError> {
        match change {
            SubscriptionChange::PartnerOfRecord(id) => {
                if !subscription.sort.is_seats() {
                    return Err(refused(800_098, "the partner of record of this subscription cannot be changed"));
                }
                self.check_partner(id)?;
                return Ok(());
            }
            SubscriptionChange::Quantity(quantity) => self.check_quantity(subscription, *quantity)?,
            SubscriptionChange::FriendlyName(name) => {
                if name.trim().is_empty() {
                    return Err(refused(800_002, "the friendly name is empty"));
                }
            }
        }
        if let Some(id) = &subscription.partner_of_record {
            self.check_partner(id)?;
        }
        Ok(())
    }
    /// Source: learn, change-the-quantity-of-a-subscription (2002; 2006; 800090; 900214).
    fn check_quantity(&self, subscription: &Subscription, quantity: u32) -> Result<(), BackendError> {
        if !subscription.sort.is_seats() {
            return Err(refused(2006, "subscriptions of this offer cannot be updated"));
        }
        let (fewest, most) = self.bounds(subscription);
        if !(fewest..=most).contains(&quantity) {
            return Err(refused(2002, format_smolstr!("{quantity} seats are not within {fewest} and {most}")));
        }
        let fewer = subscription.quantity.saturating_sub(quantity);
        if fewer == 0 || subscription.commerce == Commerce::Legacy {
            return Ok(());
        }
        let (back, _) = refundable(subscription, self.header.clock);
        if back == 0 {
            return Err(refused(900_214, "the seven days to give seats back are over"));
        }
        if fewer > back {
            return Err(refused(800_090, format_smolstr!("only {back} seats can be given back now")));
        }
        Ok(())
    }
    fn bounds(&self, subscription: &Subscription) -> (u32, u32) {
        let form = subscription.term.zip(subscription.billing_cycle);
        let entry = subscription.product.as_ref().and_then(|item| self.products.get(item));
        let found = entry.zip(form).and_then(|(entry, form)| entry.availabilities.iter().find(|a| sold(a, None, form)));
        found.map_or((1, u32::MAX), |availability| (availability.min_seats, availability.max_seats))
    }

    /// Sets a field without asking any rule, with what the server does along with it.
    pub(super) fn set(&mut self, key: Key, change: &SubscriptionChange, by: By) {
        let now = self.header.clock;
        let Some(subscription) = self.subscriptions.get_mut(&key) else { return };
        let (old, new) = match change {
            SubscriptionChange::PartnerOfRecord(id) => {
                let old = subscription.partner_of_record.replace(id.clone());
                let old = old.as_ref().map_or("none", |id| id.as_str());
                (format_smolstr!("partnerId {old}"), format_smolstr!("partnerId {id}"))
            }
            SubscriptionChange::Quantity(quantity) => {
                let old = subscription.quantity;
                set_quantity(subscription, *quantity, now);
                (format_smolstr!("quantity {old}"), format_smolstr!("quantity {quantity}"))
            }
            SubscriptionChange::FriendlyName(name) => {
                let old = std::mem::replace(&mut subscription.friendly_name, name.clone());
                (format_smolstr!("friendlyName {old}"), format_smolstr!("friendlyName {name}"))
            }
        };
        self.updated(key, by, (old, new));
    }
    /// Sets who supports a subscription; none is the provider.
    fn put_support(&mut self, key: Key, support: Option<Support>, by: By) {
        let Some(subscription) = self.subscriptions.get_mut(&key) else { return };
        let words = |support: Option<&Support>| match support {
            Some(support) => format_smolstr!("supportTenantId {}", support.tenant_id),
            None => SmolStr::new_static("supportTenantId of the provider"),
        };
        let texts = (words(subscription.support_contact.as_ref()), words(support.as_ref()));
        subscription.support_contact = support;
        self.updated(key, by, texts);
    }
    pub(super) fn updated(&mut self, key: Key, by: By, (old, new): (SmolStr, SmolStr)) {
        self.note(Change {
            operation: "update_subscription",
            by,
            customer: Some(key.0),
            resource: format_smolstr!("{}", key.1),
            old: Some(old),
            new: Some(new),
        });
    }
}

fn deleted() -> BackendError {
    refused(2011, "a deleted subscription cannot be updated")
}

/// Source: learn, update-a-subscription-by-id (2001, 2011, 800091, 900277 to 900280).
fn changeable(subscription: &Subscription, change: &SubscriptionChange) -> Result<(), BackendError> {
    match (subscription.status, change) {
        (Status::Active, _) => Ok(()),
        (Status::Suspended, SubscriptionChange::Quantity(_)) => {
            Err(refused(2001, "the quantity cannot change while the subscription is suspended"))
        }
        (Status::Suspended, SubscriptionChange::PartnerOfRecord(_) | SubscriptionChange::FriendlyName(_)) => {
            Err(refused(800_091, "a suspended subscription cannot be updated"))
        }
        (Status::Pending, _) => {
            Err(BackendError::Later { text: "900278: a change of the subscription is pending".into() })
        }
        (Status::Expired, _) => Err(refused(900_279, "the subscription is expired")),
        (Status::Disabled, _) => Err(refused(900_280, "the subscription is closed")),
        (Status::Deleted, _) => Err(deleted()),
        (Status::Other, _) => Err(refused(800_076, "the subscription cannot be updated")),
    }
}

/// Takes seats given back from the newest first; a change of quantity deletes what was scheduled.
/// Source: learn, create-scheduled-changes.
fn set_quantity(subscription: &mut Subscription, quantity: u32, now: Timestamp) {
    if quantity == subscription.quantity {
        return;
    }
    subscription.scheduled_change = None;
    if quantity > subscription.quantity {
        subscription.seats_added.push(SeatsAdded { quantity: quantity - subscription.quantity, at: now });
    } else {
        let mut back = subscription.quantity - quantity;
        while let Some(mut last) = subscription.seats_added.pop() {
            let taken = back.min(last.quantity);
            back -= taken;
            last.quantity -= taken;
            if last.quantity > 0 {
                subscription.seats_added.push(last);
                break;
            }
        }
    }
    subscription.quantity = quantity;
}
