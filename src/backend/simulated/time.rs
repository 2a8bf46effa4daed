//! What time does to a tenant: subscriptions renew or expire at the end of their commitment, carts lapse by being looked
//! at later. The clock moves only when it is told to, and never back.

use super::tenant::Tenant;
use super::wire::{ScheduledAction, SeatsAdded, Subscription};
use crate::model::product::Commerce;
use crate::model::{BillingCycle, Date, Span, Term, Timestamp};
use crate::observed::Status;

impl Tenant {
    /// Moves the clock on; a negative span moves nothing. Answers the new time.
    pub fn advance(&mut self, span: Span) -> Timestamp {
        let now = self.header.clock.plus(span).max(self.header.clock);
        self.header.clock = now;
        self.settle_pending();
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
/// Source: learn, indirect-provider-tasks; subscription-lifecycle; "Extended service terms (EST)".
fn pass_end(subscription: &mut Subscription) -> bool {
    let Some(end) = subscription.commitment_end else { return false };
    match subscription.status {
        Status::Active if subscription.auto_renew => renew(subscription, end),
        Status::Active if extends(subscription, end) => {
            (subscription.term, subscription.billing_cycle) = (Some(Term::P1M), Some(BillingCycle::Monthly));
            renew(subscription, end)
        }
        Status::Active => {
            subscription.status = Status::Expired;
            subscription.forget_schedule();
            false
        }
        Status::Suspended => {
            subscription.status = Status::Disabled;
            false
        }
        Status::Pending | Status::Expired | Status::Disabled | Status::Deleted | Status::Other => false,
    }
}

/// Whether it goes on month by month: said so, or neither renewed nor cancelled and of a term that began since 2025-04-01.
/// Source: learn, "Extended service terms (EST)".
fn extends(subscription: &Subscription, end: Timestamp) -> bool {
    let since = Timestamp::from_seconds(1_743_465_600);
    let seats = subscription.commerce == Commerce::New && subscription.sort.is_seats();
    match subscription.scheduled_action {
        Some(ScheduledAction::Cancel) => false,
        Some(ScheduledAction::Extend) => seats,
        None => seats && subscription.term.is_some_and(|term| end.plus_months(-term.months()) >= since),
    }
}

fn renew(subscription: &mut Subscription, end: Timestamp) -> bool {
    let mut custom = None;
    if let Some(scheduled) = subscription.scheduled_change.take() {
        subscription.product = scheduled.product.or(subscription.product.take());
        custom = scheduled.end_date.map(Date::start);
        subscription.quantity = scheduled.quantity.unwrap_or(subscription.quantity);
        subscription.term = scheduled.term.or(subscription.term);
        subscription.billing_cycle = scheduled.billing_cycle.or(subscription.billing_cycle);
    }
    let next = custom.unwrap_or_else(|| end.plus_months(subscription.term.map_or(12, |term| term.months())));
    if next <= end {
        return false;
    }
    subscription.commitment_end = Some(next);
    subscription.seats_added = vec![SeatsAdded { quantity: subscription.quantity, at: end }];
    true
}

#[cfg(test)]
mod tests {
    use super::super::fixture::{customer, subscription, tenant};
    use super::super::human::{Edit, Human};
    use super::*;

    fn after(mut tenant: Tenant, span: Span) -> Subscription {
        tenant.advance(span);
        tenant.subscription(customer(1), subscription(1)).expect("there").clone()
    }

    #[test]
    fn a_renewing_subscription_takes_up_what_was_scheduled_and_opens_a_new_window() {
        let renewed = after(tenant(), Span::days(30));
        assert_eq!((renewed.status, renewed.quantity), (Status::Active, 20));
        assert_eq!(renewed.commitment_end, Some("2027-01-20T00:00:00Z".parse().expect("a time")));
        let at = "2026-12-20T00:00:00Z".parse().expect("a time");
        assert_eq!(renewed.seats_added, [SeatsAdded { quantity: 20, at }]);
        assert_eq!(renewed.scheduled_change, None);
    }

    #[test]
    fn what_is_cancelled_expires_and_what_is_suspended_is_disabled() {
        assert_eq!(after(ending(Some(ScheduledAction::Cancel)), Span::days(30)).status, Status::Expired);
        let mut suspended = tenant();
        let edit = Edit::Status(Status::Suspended);
        let edit = Human::EditSubscription { customer: customer(1), subscription: subscription(1), edit };
        suspended.play(&edit).expect("suspended");
        assert_eq!(after(suspended, Span::days(30)).status, Status::Disabled);
    }

    fn ending(action: Option<ScheduledAction>) -> Tenant {
        let mut tenant = tenant();
        for subscription in tenant.subscriptions.values_mut() {
            (subscription.auto_renew, subscription.scheduled_action) = (false, action);
            subscription.scheduled_change = None;
        }
        tenant
    }

    #[test]
    fn what_neither_renews_nor_is_cancelled_goes_on_month_by_month() {
        for action in [None, Some(ScheduledAction::Extend)] {
            let mut tenant = ending(action);
            for subscription in tenant.subscriptions.values_mut() {
                (subscription.term, subscription.billing_cycle) = (Some(Term::P1Y), Some(BillingCycle::Annual));
            }
            let on = after(tenant, Span::days(60));
            assert_eq!((on.status, on.term, on.quantity), (Status::Active, Some(Term::P1M), 25), "{action:?}");
            assert_eq!(on.commitment_end, Some("2027-02-20T00:00:00Z".parse().expect("a time")));
            assert_eq!(on.scheduled_action, action, "until somebody says otherwise");
        }
    }

    #[test]
    fn a_term_that_began_before_the_extended_service_term_ends() {
        let mut tenant = ending(None);
        for subscription in tenant.subscriptions.values_mut() {
            subscription.term = Some(Term::P3Y);
        }
        assert_eq!(after(tenant, Span::days(60)).status, Status::Expired);
    }

    #[test]
    fn nothing_happens_before_the_end_and_time_never_goes_back() {
        let mut tenant = tenant();
        let before = tenant.clone();
        tenant.advance(Span::days(-3));
        assert_eq!(tenant, before);
        assert_eq!(after(tenant, Span::days(20)).quantity, 25);
    }

    #[test]
    fn a_hundred_years_pass_at_once() {
        assert_eq!(after(tenant(), Span::days(36_525)).status, Status::Active);
        after(tenant(), Span::seconds(i64::MAX));
    }
}
