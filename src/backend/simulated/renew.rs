//! What is to happen at the end of a subscription's term: how it is kept, set, deleted by other changes, and told. Never
//! lets a term end; time does.

use super::perform::refused;
use super::tenant::Tenant;
use super::wire::{Availability, ScheduledAction, ScheduledChange, Subscription};
use crate::backend::BackendError;
use crate::model::product::Commerce;
use crate::model::{Ends, NextTerm, Renewal};
use crate::observed::{AtEnd, Unclear};
use smol_str::format_smolstr;

impl Tenant {
    /// Whether a renewal may be set so; changes nothing.
    /// Source: learn, create-scheduled-changes (900244); update-a-subscription-by-id (900263).
    pub(super) fn check_renewal(&self, subscription: &Subscription, renewal: &Renewal) -> Result<(), BackendError> {
        if !subscription.sort.is_seats() {
            return Err(refused(2006, "subscriptions of this offer cannot be updated"));
        }
        let legacy = subscription.commerce == Commerce::Legacy;
        let changes = match renewal {
            Renewal::Cancel => return Ok(()),
            Renewal::Extend if legacy => return Err(not_for_legacy()),
            Renewal::Extend => return Ok(()),
            Renewal::Renew(next) => next.unlike(&as_it_is(subscription)),
        };
        if changes == NextTerm::default() {
            return Ok(());
        }
        if legacy {
            return Err(not_for_legacy());
        }
        if let (Some(next), Some(now)) = (changes.end, subscription.commitment_end)
            && next <= now.date()
        {
            return Err(refused(800_121, "the next term cannot end before it begins"));
        }
        if let (Some(end), Some(begin), Some(term)) =
            (changes.end, subscription.commitment_end, changes.term.or(subscription.term))
            && !Ends::of(begin, term, self.other_ends(subscription.customer, Some(subscription.subscription_id)))
                .allow(end)
        {
            return Err(refused(800_121, format_smolstr!("the next term cannot end on {end}")));
        }
        let offered = self.next_offer(subscription, &changes);
        let same_form = changes.product.is_none() && changes.term.is_none() && changes.billing_cycle.is_none();
        match (offered, changes.quantity) {
            (None, _) if !same_form => Err(refused(900_244, "what the next term is to be is not sold")),
            (Some(sold), Some(seats)) if !(sold.min_seats..=sold.max_seats).contains(&seats) => {
                let (fewest, most) = (sold.min_seats, sold.max_seats);
                Err(refused(2002, format_smolstr!("{seats} seats are not within {fewest} and {most}")))
            }
            (Some(_) | None, _) => Ok(()),
        }
    }
    /// As what the next term would be sold.
    fn next_offer(&self, subscription: &Subscription, changes: &NextTerm) -> Option<&Availability> {
        let product = changes.product.as_deref().map(Into::into).or_else(|| subscription.product.clone())?;
        let term = changes.term.or(subscription.term)?;
        let cycle = changes.billing_cycle.or(subscription.billing_cycle)?;
        let sold = &self.products.get(&product)?.availabilities;
        sold.iter().find(|availability| super::read::sold(availability, None, (term, cycle)))
    }
}

fn not_for_legacy() -> BackendError {
    refused(900_263, "this is not supported for legacy subscriptions")
}

/// What it is now, as a next term that changes nothing.
fn as_it_is(subscription: &Subscription) -> NextTerm {
    let Subscription { product, quantity, term, billing_cycle, .. } = subscription;
    let product = product.as_ref().map(|item| Box::new(item.into()));
    NextTerm { product, quantity: Some(*quantity), term: *term, billing_cycle: *billing_cycle, end: None }
}

impl Subscription {
    /// Sets what is to happen, without asking any rule. Of a next term only what differs is scheduled.
    pub(super) fn set_renewal(&mut self, renewal: &Renewal) {
        self.forget_schedule();
        self.auto_renew = match renewal {
            Renewal::Renew(next) => {
                self.scheduled_change = scheduled(next.unlike(&as_it_is(self)));
                true
            }
            Renewal::Cancel => {
                self.scheduled_action = (self.commerce == Commerce::New).then_some(ScheduledAction::Cancel);
                false
            }
            Renewal::Extend => {
                self.scheduled_action = Some(ScheduledAction::Extend);
                false
            }
        };
    }
    /// Switches auto-renew off and says nothing of what then happens: what was scheduled is deleted.
    /// Source: learn, create-a-new-subscription.
    #[cfg(feature = "listen")]
    pub(super) fn stop_renewing(&mut self) {
        self.forget_schedule();
        self.auto_renew = false;
    }
    /// The service deletes what is scheduled when something else changes; the flag stays.
    pub(super) fn forget_schedule(&mut self) {
        (self.scheduled_change, self.scheduled_action) = (None, None);
    }
    /// What is to happen at the end of its term, as the service tells it.
    pub(super) fn at_end(&self) -> AtEnd {
        match (self.auto_renew, self.scheduled_action, &self.scheduled_change, self.commerce) {
            (true, None, scheduled, _) => AtEnd::Known(Renewal::Renew(next(scheduled.as_ref()))),
            (false, Some(ScheduledAction::Cancel), None, _) => AtEnd::Known(Renewal::Cancel),
            (false, Some(ScheduledAction::Extend), None, _) => AtEnd::Known(Renewal::Extend),
            (false, None, None, Commerce::Legacy) => AtEnd::Known(Renewal::Cancel),
            (false, None, None, Commerce::New) => AtEnd::Unknown(Unclear::Off),
            (true, Some(_), _, _) | (false, _, Some(_), _) => {
                AtEnd::Unknown(Unclear::Scheduled("what is scheduled contradicts auto-renew".into()))
            }
        }
    }
}

fn scheduled(changes: NextTerm) -> Option<ScheduledChange> {
    if changes == NextTerm::default() {
        return None;
    }
    let NextTerm { product, quantity, term, billing_cycle, end } = changes;
    Some(ScheduledChange { product: product.as_deref().map(Into::into), quantity, term, billing_cycle, end_date: end })
}

fn next(scheduled: Option<&ScheduledChange>) -> NextTerm {
    let Some(ScheduledChange { product, quantity, term, billing_cycle, end_date }) = scheduled else {
        return NextTerm::default();
    };
    NextTerm {
        product: product.as_ref().map(|item| Box::new(item.into())),
        quantity: *quantity,
        term: *term,
        billing_cycle: *billing_cycle,
        end: *end_date,
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{code, customer, patch, request, subscription, tenant};
    use super::*;
    use crate::model::{SubscriptionChange, Term};

    fn renewal(text: &str) -> Renewal {
        text.parse().expect("a renewal")
    }
    fn set(tenant: &mut Tenant, number: u8, text: &str) -> u32 {
        code(tenant.perform(&patch(number, SubscriptionChange::Renewal(renewal(text))), request(90)))
    }
    fn told(tenant: &Tenant, number: u8) -> String {
        tenant.subscription(customer(1), subscription(number)).expect("there").at_end().to_string()
    }

    #[test]
    fn what_is_set_is_told_and_only_what_differs_is_scheduled() {
        let mut tenant = tenant();
        for (text, shown) in [
            ("renew, quantity 25, term P1M, billing monthly", "renew"),
            ("renew, quantity 20, term P1Y, billing annual", "renew, quantity 20, term P1Y, billing annual"),
            ("cancel", "cancel"),
            ("extend", "extend"),
            ("renew", "renew"),
        ] {
            assert_eq!(set(&mut tenant, 1, text), 1, "{text}");
            assert_eq!(told(&tenant, 1), shown);
        }
    }

    #[test]
    fn what_cannot_be_is_refused() {
        let mut tenant = tenant();
        assert_eq!(set(&mut tenant, 1, "renew, term P3Y"), 900_244);
        assert_eq!(set(&mut tenant, 1, "renew, quantity 301"), 2002);
        assert_eq!(set(&mut tenant, 1, "renew, until 2026-12-20"), 800_121);
        assert_eq!(set(&mut tenant, 2, "extend"), 900_263);
        assert_eq!(set(&mut tenant, 2, "renew, quantity 3"), 900_263);
        assert_eq!(set(&mut tenant, 3, "cancel"), 2006);
        assert_eq!(told(&tenant, 1), "renew, quantity 20");
    }

    #[test]
    fn a_legacy_subscription_that_does_not_renew_ends() {
        let mut tenant = tenant();
        assert_eq!(set(&mut tenant, 2, "cancel"), 1);
        assert_eq!(told(&tenant, 2), "cancel");
    }

    #[test]
    fn a_change_of_quantity_deletes_what_is_scheduled_and_leaves_it_open() {
        let mut tenant = tenant();
        assert_eq!(set(&mut tenant, 1, "cancel"), 1);
        tenant.perform(&patch(1, SubscriptionChange::Quantity(26)), request(1)).expect("changed");
        assert_eq!(told(&tenant, 1), "auto-renew off");
        assert_eq!(set(&mut tenant, 1, "renew, term P1Y, billing annual"), 1);
        tenant.perform(&patch(1, SubscriptionChange::FriendlyName("x".into())), request(2)).expect("renamed");
        let kept = tenant.subscription(customer(1), subscription(1)).expect("there");
        assert_eq!(kept.scheduled_change.as_ref().and_then(|it| it.term), Some(Term::P1Y));
        tenant.perform(&patch(1, SubscriptionChange::Quantity(27)), request(3)).expect("changed");
        assert_eq!(told(&tenant, 1), "renew");
    }
}
