//! How long is waited, and for what too long. A date stands in the reason of a wait, which is part of no id; how many days it has
//! been is only told beside the plan.

use super::build::Making;
use super::step::Step;
use crate::diag::{Code, Finding};
use crate::ledger::{Pending, not_ordered};
use crate::model::{Span, StepKey, StepName, Timestamp};

/// After so long somebody should ask.
const PATIENCE: Span = Span::days(14);

/// After so long it is odd that an order does not show. Source: learn, get-all-of-a-customer-s-orders (up to 15 minutes).
const ORDER_SHOWS: Span = Span::days(1);

/// Adds a wait that began then, if anybody knows when.
pub(super) fn add(making: &mut Making<'_, '_>, step: Step, since: Option<Timestamp>) {
    let help = mend(step.key.step);
    tell(making, &step.key, (since, PATIENCE), help);
    making.drafts.add(step);
}

/// Adds the wait for what was accepted and does not show yet.
pub(super) fn add_pending(making: &mut Making<'_, '_>, step: Step, pending: &Pending) {
    let Some(order) = pending.order() else { return add(making, step, Some(pending.since)) };
    let help = format!(
        "look for order {order} in the portal; only where it failed: {}, and the next plan orders again",
        not_ordered(pending.intent)
    );
    tell(making, &step.key, (Some(pending.since), ORDER_SHOWS), &help);
    making.drafts.add(step);
}

fn tell(making: &mut Making<'_, '_>, key: &StepKey, (since, patience): (Option<Timestamp>, Span), help: &str) {
    let Some(since) = since.filter(|since| since.plus(patience) < making.now) else { return };
    let days = making.now.since(since).as_seconds() / Span::days(1).as_seconds();
    let days = if days == 1 { "a day".to_owned() } else { format!("{days} days") };
    let with = if key.discriminator.is_empty() { String::new() } else { format!(" {}", key.discriminator) };
    let message = format!("{}{with} waits for {days}, since {}", key.step, since.date());
    making.findings.push(Finding::warning(Code::WaitsLong, None, message).about(key.address.clone()).help(help));
}

/// What to do about a wait that is too long.
fn mend(step: StepName) -> &'static str {
    match step {
        StepName::AwaitPartnership => {
            "ask the reseller whether it accepted, and with which PartnerID; the link is the same"
        }
        StepName::AwaitAgreement => "ask the customer: a global administrator accepts it; nothing is ordered before",
        StepName::AwaitAssociation => "ask the customer: a global administrator accepts the link",
        StepName::AwaitOrder => {
            "look for the order in the portal; where it failed, ask Partner Center support before anybody orders again"
        }
        StepName::AwaitChange => "look at it in the portal; where it is not so, ask Partner Center support",
        StepName::AwaitReview => "ask Partner Center support how the review stands",
        StepName::AwaitDate
        | StepName::ReviewListing
        | StepName::InviteReseller
        | StepName::CreateCustomer
        | StepName::DeliverCredentials
        | StepName::ResetAdminPassword
        | StepName::RequestAgreement
        | StepName::InviteCustomer
        | StepName::OrderSubscription
        | StepName::SetPartnerOfRecord
        | StepName::ChangeQuantity
        | StepName::RenameSubscription
        | StepName::ScheduleRenewal
        | StepName::SetSupportContact
        | StepName::GrantAzureAccess
        | StepName::RevokeAzureAccess
        | StepName::SendNotice
        | StepName::EndPartnership
        | StepName::ChangeGuards => "find out what holds it up",
    }
}
