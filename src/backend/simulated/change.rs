//! Changing a subscription: one field a call, the partner of record validated at every change, seats given back in their
//! seven days only. Never touches who supports it.

use super::create::no_relationship;
use super::perform::{api, refused};
use super::read::{refundable, sold};
use super::tenant::{Change, Tenant};
use super::wire::{By, Pending, ReplyEffect, SeatsAdded, Subscription};
use crate::backend::BackendError;
use crate::model::operation::Visible;
use crate::model::product::Commerce;
use crate::model::{CustomerId, SubscriptionChange, SubscriptionId, Timestamp};
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
    ) -> Result<ReplyEffect, BackendError> {
        self.check_subscription(key, change)?;
        if self.pending.contains_key(&key) {
            return Err(pending());
        }
        let now = self.header.clock;
        let shows_from = now.plus(self.header.changes_show_after);
        if shows_from <= now {
            self.set(key, change, api());
            return Ok(ReplyEffect::Changed { visible: Visible::Now });
        }
        let (customer, subscription) = key;
        self.pending.insert(key, Pending { customer, subscription, change: change.clone(), shows_from });
        Ok(ReplyEffect::Changed { visible: Visible::Later })
    }
    /// Whether a subscription may be changed so; changes nothing.
    pub(super) fn check_subscription(&self, key: Key, change: &SubscriptionChange) -> Result<(), BackendError> {
        let subscription = self.found(key)?;
        changeable(subscription, change)?;
        self.check_change(subscription, change)
    }
    /// Makes the changes that were accepted and are due.
    pub(super) fn settle_pending(&mut self) {
        let now = self.header.clock;
        let due: Vec<Key> = self.pending.iter().filter(|(_, p)| p.shows_from <= now).map(|(key, _)| *key).collect();
        for key in due {
            if let Some(pending) = self.pending.remove(&key) {
                self.set(key, &pending.change, api());
            }
        }
    }
    /// A visible subscription of a customer of ours.
    pub(super) fn found(&self, key: Key) -> Result<&Subscription, BackendError> {
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
            SubscriptionChange::Renewal(renewal) => self.check_renewal(subscription, renewal)?,
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
            SubscriptionChange::Renewal(renewal) => {
                let old = subscription.at_end();
                subscription.set_renewal(renewal);
                (format_smolstr!("renewal {old}"), format_smolstr!("renewal {}", subscription.at_end()))
            }
        };
        self.updated(key, by, (old, new));
    }
    /// Sets the status without asking any rule. Suspending and cancelling delete what was scheduled.
    /// Source: learn, create-scheduled-changes.
    pub(super) fn set_status(&mut self, key: Key, status: Status, by: By) {
        let Some(subscription) = self.subscriptions.get_mut(&key) else { return };
        let old = std::mem::replace(&mut subscription.status, status);
        if status != Status::Active {
            subscription.forget_schedule();
        }
        self.updated(key, by, (format_smolstr!("status {old}"), format_smolstr!("status {status}")));
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

/// Source: learn, update-a-subscription-by-id (409, 900278).
fn pending() -> BackendError {
    BackendError::Later { text: "900278: a change of the subscription is pending".into() }
}

pub(super) fn deleted() -> BackendError {
    refused(2011, "a deleted subscription cannot be updated")
}

/// Source: learn, update-a-subscription-by-id (2001, 2011, 800091, 900277 to 900280).
fn changeable(subscription: &Subscription, change: &SubscriptionChange) -> Result<(), BackendError> {
    match (subscription.status, change) {
        (Status::Active, _) => Ok(()),
        (Status::Suspended, SubscriptionChange::Quantity(_)) => {
            Err(refused(2001, "the quantity cannot change while the subscription is suspended"))
        }
        (
            Status::Suspended,
            SubscriptionChange::PartnerOfRecord(_)
            | SubscriptionChange::FriendlyName(_)
            | SubscriptionChange::Renewal(_),
        ) => Err(refused(800_091, "a suspended subscription cannot be updated")),
        (Status::Pending, _) => Err(pending()),
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
    subscription.forget_schedule();
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

#[cfg(test)]
mod tests {
    use super::super::fixture::{code, company, customer, patch, request, subscription, tenant};
    use super::super::human::{Edit, Human};
    use super::super::wire::ScheduledChange;
    use super::*;
    use crate::model::{Effect, Operation, PartnerId, Span, Term};
    use crate::observed::{Answer, Read};

    fn partner(id: &str) -> SubscriptionChange {
        SubscriptionChange::PartnerOfRecord(PartnerId::new(id))
    }
    fn name(text: &str) -> SubscriptionChange {
        SubscriptionChange::FriendlyName(text.into())
    }
    use SubscriptionChange::Quantity;

    /// The codes with which changes are refused in one tenant; none of them may change it.
    fn refusals(tenant: &mut Tenant, changes: &[(u8, SubscriptionChange, u32)]) {
        for (request_number, (number, change, expected)) in (100_u8..).zip(changes) {
            let before = tenant.clone();
            let got = code(tenant.perform(&patch(*number, change.clone()), request(request_number)));
            assert_eq!(got, *expected, "{change:?} of {number}");
            assert_eq!(*tenant, before, "a refusal changes nothing");
        }
    }
    fn perform(tenant: &mut Tenant, number: u8, change: SubscriptionChange, id: u8) {
        tenant.perform(&patch(number, change), request(id)).expect("changed");
    }
    fn now(tenant: &Tenant, number: u8) -> Subscription {
        tenant.subscription(customer(1), subscription(number)).expect("there").clone()
    }
    fn portal(tenant: &mut Tenant, number: u8, edit: Edit) {
        let edit = Human::EditSubscription { customer: customer(1), subscription: subscription(number), edit };
        tenant.play(&edit).expect("edited");
    }

    #[test]
    fn each_field_is_set_and_audited() {
        let mut tenant = tenant();
        perform(&mut tenant, 1, partner("4811112"), 1);
        perform(&mut tenant, 1, Quantity(30), 2);
        perform(&mut tenant, 1, name("Backup of Contoso"), 3);
        let changed = now(&tenant, 1);
        assert_eq!(changed.partner_of_record, Some(PartnerId::new("4811112")));
        assert_eq!((changed.quantity, changed.friendly_name.as_str()), (30, "Backup of Contoso"));
        let told: Vec<_> = tenant.audit().iter().map(|r| (r.old.as_deref(), r.new.as_deref())).collect();
        assert_eq!(told[1], (Some("quantity 25"), Some("quantity 30")));
        assert_eq!(tenant.audit()[0].by, api());
    }

    #[test]
    fn a_bad_partner_of_record_blocks_every_change() {
        let mut tenant = tenant();
        refusals(&mut tenant, &[(1, partner("4822222"), 800_016), (1, partner("4800001"), 2072)]);
        tenant.play(&Human::Deauthorize { company: company(1) }).expect("deauthorized");
        refusals(&mut tenant, &[(1, Quantity(30), 900_154), (1, name("x"), 900_154), (1, partner("4811112"), 900_154)]);
        perform(&mut tenant, 2, Quantity(11), 1);
    }

    #[test]
    fn reservations_keep_partner_of_record_and_quantity() {
        refusals(&mut tenant(), &[(3, partner("4811112"), 800_098), (3, Quantity(2), 2006)]);
    }

    #[test]
    fn seats_are_given_back_in_their_seven_days_only() {
        let mut tenant = tenant();
        refusals(&mut tenant, &[(1, Quantity(19), 800_090)]);
        perform(&mut tenant, 1, Quantity(30), 1);
        perform(&mut tenant, 1, Quantity(22), 2);
        assert_eq!(now(&tenant, 1).seats_added.iter().map(|a| a.quantity).collect::<Vec<_>>(), [20, 2]);
        let read = tenant.read(&Read::Subscription(customer(1), subscription(1)));
        let Ok(Answer::Subscription(detail)) = read else { panic!("{read:?}") };
        let until = "2026-11-27T09:00:00Z".parse().expect("a time");
        assert_eq!((detail.refundable, detail.refundable_until), (2, Some(until)));
        tenant.advance(Span::days(4));
        refusals(&mut tenant, &[(1, Quantity(21), 900_214)]);
        perform(&mut tenant, 1, Quantity(23), 3);
    }

    #[test]
    fn legacy_seats_go_both_ways() {
        let mut tenant = tenant();
        perform(&mut tenant, 2, Quantity(3), 1);
        perform(&mut tenant, 2, Quantity(12), 2);
        assert_eq!(now(&tenant, 2).quantity, 12);
    }

    #[test]
    fn quantities_stay_within_the_offer() {
        refusals(&mut tenant(), &[(1, Quantity(0), 2002), (1, Quantity(301), 2002), (2, Quantity(0), 2002)]);
    }

    #[test]
    fn a_change_of_quantity_deletes_what_is_scheduled_and_no_other_change_does() {
        let mut tenant = tenant();
        perform(&mut tenant, 1, partner("4811112"), 1);
        perform(&mut tenant, 1, name("x"), 2);
        perform(&mut tenant, 1, Quantity(25), 3);
        assert!(now(&tenant, 1).scheduled_change.is_some());
        perform(&mut tenant, 1, Quantity(26), 4);
        assert_eq!(now(&tenant, 1).scheduled_change, None);
    }

    #[test]
    fn the_status_decides_what_may_change() {
        for (status, quantity, rename) in [
            (Status::Suspended, 2001, 800_091),
            (Status::Deleted, 2011, 2011),
            (Status::Expired, 900_279, 900_279),
            (Status::Disabled, 900_280, 900_280),
        ] {
            let mut tenant = tenant();
            portal(&mut tenant, 1, Edit::Status(status));
            refusals(&mut tenant, &[(1, Quantity(30), quantity), (1, name("x"), rename)]);
        }
        let mut tenant = tenant();
        portal(&mut tenant, 1, Edit::Status(Status::Pending));
        let later = tenant.perform(&patch(1, Quantity(30)), request(1));
        assert!(matches!(later, Err(BackendError::Later { text: _ })), "{later:?}");
    }

    #[test]
    fn what_is_not_there_is_not_found() {
        let mut tenant = tenant();
        refusals(&mut tenant, &[(9, Quantity(3), 20003)]);
        let change = Quantity(3);
        let foreign = Operation::ChangeSubscription { customer: customer(7), subscription: subscription(1), change };
        assert_eq!(code(tenant.perform(&foreign, request(1))), 20002);
    }

    #[test]
    fn a_repeat_of_an_old_request_does_not_undo_a_newer_change() {
        let mut tenant = tenant();
        perform(&mut tenant, 1, Quantity(30), 1);
        perform(&mut tenant, 1, Quantity(31), 2);
        perform(&mut tenant, 1, Quantity(30), 1);
        assert_eq!(now(&tenant, 1).quantity, 31);
    }

    #[test]
    fn an_accepted_change_shows_later_and_blocks_others_until_then() {
        let mut tenant = tenant();
        tenant.header.changes_show_after = Span::hours(1);
        let accepted = tenant.perform(&patch(1, Quantity(30)), request(1));
        assert_eq!(accepted, Ok(Effect::Changed { visible: Visible::Later }));
        assert_eq!(now(&tenant, 1).quantity, 25);
        let meanwhile = tenant.perform(&patch(1, name("x")), request(2));
        assert!(matches!(meanwhile, Err(BackendError::Later { text: _ })), "{meanwhile:?}");
        tenant.advance(Span::hours(1));
        assert_eq!(now(&tenant, 1).quantity, 30);
        assert_eq!(tenant.perform(&patch(1, Quantity(30)), request(1)), accepted);
    }

    #[test]
    fn the_portal_can_do_what_the_api_refuses() {
        let mut tenant = tenant();
        portal(&mut tenant, 1, Edit::Set(partner("4844444")));
        portal(&mut tenant, 1, Edit::Set(Quantity(1)));
        portal(
            &mut tenant,
            1,
            Edit::Schedule(Some(ScheduledChange { term: Some(Term::P1Y), ..ScheduledChange::default() })),
        );
        let changed = now(&tenant, 1);
        assert_eq!((changed.partner_of_record, changed.quantity), (Some(PartnerId::new("4844444")), 1));
        portal(&mut tenant, 1, Edit::ClearPartnerOfRecord);
        assert_eq!(now(&tenant, 1).partner_of_record, None);
        assert_eq!(tenant.audit().last().and_then(|r| r.old.as_deref()), Some("partnerId 4844444"));
        assert!(tenant.audit().iter().all(|record| record.by != api()));
    }
}
