//! What time does to a tenant: subscriptions renew or expire at the end of their commitment, carts lapse by being looked
//! at later. The clock moves only when it is told to, and never back.

use super::tenant::Tenant;
use super::wire::{SeatsAdded, Subscription};
use crate::model::{Span, Timestamp};
use crate::observed::Status;

impl Tenant {
    /// Moves the clock on; a negative span moves nothing. Answers the new time.
    pub fn advance(&mut self, span: Span) -> Timestamp {
        let now = self.header.clock.plus(span).max(self.header.clock);
        self.header.clock = now;
        for subscription in self.subscriptions.values_mut() {
            while subscription.commitment_end.is_some_and(|end| end <= now) {
                if !pass_end(subscription) {
                    break;
                }
            }
        }
        now
    }
}

/// Lets a commitment end: `true` when a new term began. Auto-renewal does not validate the partner of record.
/// Source: learn, indirect-provider-tasks; subscription-lifecycle.
fn pass_end(subscription: &mut Subscription) -> bool {
    let Some(end) = subscription.commitment_end else { return false };
    match subscription.status {
        Status::Active if subscription.auto_renew => renew(subscription, end),
        Status::Active => {
            subscription.status = Status::Expired;
            false
        }
        Status::Suspended => {
            subscription.status = Status::Disabled;
            false
        }
        Status::Pending | Status::Expired | Status::Disabled | Status::Deleted | Status::Other => false,
    }
}

fn renew(subscription: &mut Subscription, end: Timestamp) -> bool {
    if let Some(scheduled) = subscription.scheduled_change.take() {
        subscription.quantity = scheduled.quantity.unwrap_or(subscription.quantity);
        subscription.term = scheduled.term.or(subscription.term);
        subscription.billing_cycle = scheduled.billing_cycle.or(subscription.billing_cycle);
    }
    let next = end.plus_months(subscription.term.map_or(12, |term| term.months()));
    if next <= end {
        return false;
    }
    subscription.commitment_end = Some(next);
    subscription.seats_added = vec![SeatsAdded { quantity: subscription.quantity, at: end }];
    true
}
