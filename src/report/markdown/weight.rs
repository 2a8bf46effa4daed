//! How much a step weighs among its like: who gives most power, reaches furthest or moves most seats is told first, so that
//! it is never what a short form leaves out. Never a judgement of what is right.

use crate::model::StepName;
use crate::model::azure::{Breadth, Power};
use crate::plan::step::{Action, Wanted};
use crate::plan::{Ask, Step};
use std::cmp::Reverse;

/// More than any role: an administrator of the whole directory.
const ADMINISTRATOR: u64 = 1_000;

/// The weight of a step. Steps of several kinds are only roughly compared by it.
pub(super) fn weight(step: &Step) -> u64 {
    match (&step.action, step.key.step) {
        (Action::Api(Wanted::CreateCustomer { details, .. }), _) if details.default_admin_access => ADMINISTRATOR,
        (Action::HandOff(_), StepName::DeliverCredentials) | (Action::Guard(_), _) => ADMINISTRATOR,
        (Action::HandOff(ask), _) => granted(ask).map_or(0, |(power, reach)| {
            let behind = (power as u64) * 10 + reach as u64;
            ADMINISTRATOR.saturating_sub(1 + behind)
        }),
        // Its seats stay, and their incentive goes.
        (_, StepName::SetPartnerOfRecord) => step.extent.map_or(0, |it| it.after.seats.into()),
        (Action::Api(_) | Action::Await { .. }, _) => step.extent.map_or(0, |it| it.size()),
    }
}

/// What a role in Azure that is asked for gives, and how far it reaches.
pub(super) fn granted(ask: &Ask) -> Option<(Power, Breadth)> {
    Some((Power::of(ask.wanted.get("role")?), Breadth::of(ask.wanted.get("scope")?)))
}

/// The heaviest first; else as they stood.
pub(super) fn heaviest<'a>(steps: impl IntoIterator<Item = &'a Step>) -> Vec<&'a Step> {
    let mut steps: Vec<&Step> = steps.into_iter().collect();
    steps.sort_by_key(|step| Reverse(weight(step)));
    steps
}
