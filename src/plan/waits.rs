//! How long is waited, and for what too long. A date stands in the reason of a wait, which is part of no id; how many days it has
//! been is only told beside the plan.

use super::build::Making;
use super::step::Step;
use crate::diag::{Code, Finding};
use crate::model::{Span, StepName, Timestamp};

/// After so long somebody should ask.
const PATIENCE: Span = Span::days(14);

/// Adds a wait that began then, if anybody knows when.
pub(super) fn add(making: &mut Making<'_, '_>, step: Step, since: Option<Timestamp>) {
    if let Some(since) = since.filter(|since| since.plus(PATIENCE) < making.now) {
        let days = making.now.since(since).as_seconds() / Span::days(1).as_seconds();
        let with =
            if step.key.discriminator.is_empty() { String::new() } else { format!(" {}", step.key.discriminator) };
        let message = format!("{}{with} waits for {days} days, since {}", step.key.step, since.date());
        let finding = Finding::warning(Code::WaitsLong, None, message).about(step.key.address.clone());
        making.findings.push(finding.help(mend(step.key.step)));
    }
    making.drafts.add(step);
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
