//! Seats that a term has because a renewal that was settled before said so. Never a reason to buy: what `quantity` still says
//! of the term before is a person's to change.

use crate::desired::Subscription;
use crate::diag::{Code, Finding};
use crate::model::renewal::{NoRenewal, seats_of};
use crate::model::{Address, Field, Renewal, Timestamp, Value};
use crate::observed;
use std::collections::BTreeMap;

/// The seats of a term that began since its renewal was settled, where the renewal said other seats than those settled
/// before: they are as much ours as a step's.
pub(super) fn seats(observed: &observed::Subscription, settled: Option<&BTreeMap<Field, Value>>) -> Option<u32> {
    let settled = settled?;
    let renewal = settled.get(&Field::Renewal)?;
    let before = settled.get(&Field::Quantity)?;
    let said =
        seats_of(renewal).filter(|said| *said == observed.quantity && Value::Number((*said).into()) != *before)?;
    has_begun(observed, renewal, settled.get(&Field::ScheduledChange)).then_some(said)
}

/// Whether the present term is the one that was spoken of. Where that cannot be told, it is: what is told wrongly costs less
/// than seats that are bought wrongly.
fn has_begun(observed: &observed::Subscription, renewal: &Value, said: Option<&Value>) -> bool {
    let own_end = match renewal.to_string().parse() {
        Ok(Renewal::Renew(next)) => next.end,
        Ok(Renewal::Cancel | Renewal::Extend) | Err(NoRenewal) => None,
    };
    let is_its_end = own_end.is_some() && own_end == observed.commitment_end.map(Timestamp::date);
    let began = observed.commitment_end.zip(observed.term).map(|(end, term)| end.plus_months(-term.months()));
    let said = said.and_then(|said| said.to_string().parse::<Timestamp>().ok());
    match (began, said) {
        _ if is_its_end => true,
        (Some(began), Some(said)) => began >= said,
        (None, _) | (_, None) => true,
    }
}

/// Whether the manifest says of this term what it said of the one before.
pub(super) fn is_left_behind(declared: &Subscription, seats: u32, settled: Option<&BTreeMap<Field, Value>>) -> bool {
    let Some((quantity, _)) = declared.quantity else { return false };
    let said_before = settled.and_then(|settled| settled.get(&Field::Quantity));
    let says_otherwise = match &declared.renewal {
        Some((Renewal::Renew(next), _)) => next.quantity.is_some_and(|quantity| quantity != seats),
        Some((Renewal::Cancel | Renewal::Extend, _)) | None => false,
    };
    quantity != seats && said_before == Some(&Value::Number(quantity.into())) && !says_otherwise
}

/// What is said of a `quantity` that speaks of the term before.
pub(super) fn told(declared: &Subscription, seats: u32) -> Finding {
    let (quantity, at) = declared.quantity.unwrap_or((seats, declared.at));
    let key = &declared.key;
    let message = format!(
        "`{key}` has {seats} seats since its new term began, as its renewal said, and `quantity` says {quantity}"
    );
    Finding::warning(Code::TermBegan, at, message).about(Address::Subscription(key.clone())).help(format!(
        "write `quantity: {seats}`; nothing is bought by itself: if {quantity} are meant after all, write \
         `renewal: {{action: renew, quantity: {quantity}}}` beside it"
    ))
}
