//! Quirks of the service, taken away in one place. Never loses a value it does not understand.

use super::Subscription;
use crate::model::{Field, Timestamp, Value};

/// The value of a field that a subscription itself shows; support contact is not among them.
#[must_use]
pub fn field_value(subscription: &Subscription, field: Field) -> Value {
    match field {
        Field::PartnerOfRecord => {
            let filled = subscription.partner_of_record.as_ref().filter(|id| !id.as_str().trim().is_empty());
            filled.map_or(Value::None, |id| Value::word(id.as_str()))
        }
        Field::Quantity => Value::Number(u64::from(subscription.quantity)),
        Field::FriendlyName => Value::Text(subscription.friendly_name.clone()),
        Field::Status => Value::text(subscription.status),
        Field::Commerce => Value::text(subscription.commerce),
        Field::ScheduledChange => Value::optional(subscription.would_lose()),
        Field::CommitmentEnd => Value::optional(subscription.commitment_end.map(Timestamp::date)),
        // A next term in full: what a renewal step was approved for is all of it.
        Field::Renewal => match subscription.renewal() {
            Ok(renewal) => Value::text(renewal),
            Err(_) => Value::text(&subscription.at_end),
        },
        Field::SupportContact | Field::Reseller | Field::PartnerIds | Field::AdminAgents => Value::None,
    }
}
