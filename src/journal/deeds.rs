//! What runs of ours did to the tenant lately, as far as it makes observations stale: read backwards from the end of the
//! chain to an instant. Another look at the same objects; never a part of what is remembered.

use super::chain::{self, JournalError};
use super::log::Head;
use super::record::{Learned, Record, Settled};
use super::store::{Key, Store};
use crate::model::{CustomerId, Operation, Span, Timestamp};

/// Clocks of writers differ: objects this much older than asked for may stand behind younger ones.
const SLACK: Span = Span::days(1);

/// Something a run did, or meant to do.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Deed {
    /// Number of the object that tells of it.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What of.
    pub to: To,
    /// Whether it happened and the service's own records must tell of it.
    pub told: Told,
}

/// Whose objects it changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum To {
    /// A customer's.
    Customer(CustomerId),
    /// A customer is new: every list of customers changes.
    Newcomer(Option<CustomerId>),
    /// It is not known any more.
    Anybody,
}

/// Whether the service's own records must tell of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Told {
    /// It happened.
    Must,
    /// It may not have happened, or is of a kind that no record tells.
    May,
}

/// Every deed since an instant, newest first.
///
/// # Errors
/// When an object is damaged or cannot be read.
pub fn deeds(store: &dyn Store, head: Option<Head>, since: Timestamp) -> Result<Vec<Deed>, JournalError> {
    let mut found = Vec::new();
    let mut next = head.map(|head| head.number);
    while let Some(number) = next {
        next = number.checked_sub(1);
        let Some(bytes) = store.get(Key::Journal(number))? else { break };
        let object = chain::decode(number, &bytes)?;
        if object.at < since.plus(Span::seconds(-SLACK.as_seconds())) {
            break;
        }
        for record in &object.records {
            let deed = |(to, told)| Deed { number, at: object.at, to, told };
            match record {
                Record::Intent(intent) => found.push(deed((of(&intent.operation, None).0, Told::May))),
                Record::Settlement { intent, outcome, .. } | Record::Resolved { intent, outcome, .. } => {
                    found.push(deed(settled(store, *intent, outcome)?));
                }
                Record::Genesis { .. }
                | Record::Open(_)
                | Record::Planned { .. }
                | Record::Renew
                | Record::Asked { .. }
                | Record::Adopted(_)
                | Record::Counted { .. }
                | Record::Guarded(_)
                | Record::Close { .. }
                | Record::Takeover { .. }
                | Record::Acknowledged { .. }
                | Record::Declined { .. }
                | Record::Reopened { .. }
                | Record::Bound { .. }
                | Record::Renamed { .. }
                | Record::Forgotten { .. }
                | Record::Remark { .. } => {}
            }
        }
    }
    Ok(found)
}

/// What a settlement speaks of, by the intent it names.
fn settled(store: &dyn Store, intent: u64, outcome: &Settled) -> Result<(To, Told), JournalError> {
    let Some(bytes) = store.get(Key::Journal(intent))? else { return Ok((To::Anybody, Told::May)) };
    let object = chain::decode(intent, &bytes)?;
    let operation = object
        .records
        .iter()
        .find_map(|record| if let Record::Intent(intent) = record { Some(&intent.operation) } else { None });
    let Some(operation) = operation else { return Ok((To::Anybody, Told::May)) };
    let newcomer = match outcome {
        Settled::Done { learned: Learned::Customer { customer, .. } }
        | Settled::Pending { learned: Learned::Customer { customer, .. } } => Some(*customer),
        Settled::Done { .. } | Settled::Pending { .. } | Settled::NotStarted => None,
        Settled::Failed { .. } | Settled::Unknown { .. } => None,
    };
    let (to, told) = of(operation, newcomer);
    match outcome {
        Settled::Done { .. } => Ok((to, told)),
        Settled::Pending { .. } | Settled::NotStarted | Settled::Failed { .. } | Settled::Unknown { .. } => {
            Ok((to, Told::May))
        }
    }
}

/// What an operation changes, and whether records tell of it. Source: learn, auditing-resources (no operation is named for
/// support contacts and carts).
fn of(operation: &Operation, newcomer: Option<CustomerId>) -> (To, Told) {
    match operation {
        Operation::CreateCustomer(_) => {
            (To::Newcomer(newcomer), if newcomer.is_some() { Told::Must } else { Told::May })
        }
        Operation::ChangeSubscription { customer, .. } | Operation::CheckOut { customer, .. } => {
            (To::Customer(*customer), Told::Must)
        }
        Operation::ResetAdminPassword { customer }
        | Operation::MakeCart { customer, .. }
        | Operation::SetSupportContact { customer, .. } => (To::Customer(*customer), Told::May),
    }
}
