//! Whether a term may end on the day that is written. Never moves a day to one that would do.

use super::build::Making;
use crate::desired::Subscription;
use crate::diag::{At, Code, Finding};
use crate::diff::unknown;
use crate::model::operation::CartLine;
use crate::model::product::Commerce;
use crate::model::{CustomerId, Date, Ends, SubscriptionId, Term, Timestamp};
use crate::observed::{Facet, Status};

/// Of an order: its first term begins now. A customer that is not there yet has nothing to align with.
pub(super) fn of_order(
    making: &Making<'_, '_>,
    declared: &Subscription,
    line: &CartLine,
    customer: Option<CustomerId>,
) -> Result<(), Finding> {
    let Some((end, purchase)) = line.end_date.zip(declared.purchase.as_ref()) else { return Ok(()) };
    let others = customer.map_or(Ok(Vec::new()), |customer| others(making, customer, None))?;
    let what = format!("order `{}`", declared.key);
    fits(&Ends::of(making.sides.now, line.term, others), end, (purchase.at, &what))
}

/// Of a next term, which begins when the present one ends.
pub(super) fn of_next_term(
    making: &Making<'_, '_>,
    (customer, id): (CustomerId, SubscriptionId),
    (begin, term, end): (Timestamp, Term, Date),
    (at, what): (At, &str),
) -> Result<(), Finding> {
    fits(&Ends::of(begin, term, others(making, customer, Some(id))?), end, (at, what))
}

fn fits(ends: &Ends, end: Date, (at, what): (At, &str)) -> Result<(), Finding> {
    if ends.allow(end) {
        return Ok(());
    }
    Err(Finding::error(Code::EndDate, at, format!("{what} cannot end on {end}")).help(format!("allowed are: {ends}")))
}

/// When the customer's other live subscriptions of new commerce end.
fn others(making: &Making<'_, '_>, customer: CustomerId, but: Option<SubscriptionId>) -> Result<Vec<Date>, Finding> {
    let list = match making.sides.look.subscriptions(customer) {
        Facet::Known(list) => list,
        Facet::Absent => &[],
        Facet::Unknown(why) => return Err(unknown("when the customer's other subscriptions end", &why)),
    };
    let live = list.iter().filter(|it| it.status == Status::Active && it.commerce == Commerce::New);
    Ok(live.filter(|it| Some(it.id) != but).filter_map(|it| it.commitment_end.map(Timestamp::date)).collect())
}
