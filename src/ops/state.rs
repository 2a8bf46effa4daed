//! `state`: what is remembered, and the notes that mend it. Everything that writes appends a note with who and why;
//! no record is ever deleted.

use super::fault::Fault;
use crate::journal::record::{BoundId, Forgotten, Learned, Record, Settled};
use crate::journal::{Journal, Stamp};
use crate::ledger::ways_to_settle;
use crate::model::{Address, CartId, CustomerId, CustomerKey, Operation, OrderId};
use smol_str::SmolStr;

/// Who says so, and why.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Saying {
    /// Who.
    pub by: SmolStr,
    /// Why.
    pub reason: SmolStr,
}

/// How an effect of unknown outcome ended, by a person's word.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Ruling {
    /// It happened and brought this.
    Happened(Brought),
    /// It did not happen.
    DidNotHappen,
}

/// What an effect brought, as a person tells it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Brought {
    /// The live id of the customer or subscription, where it brings one.
    pub id: Option<SmolStr>,
    /// The order, where it is one.
    pub order: Option<SmolStr>,
}

/// Says which live object an address means; `id` is the live id as a person writes it.
///
/// # Errors
/// When the id is not one, an address has no live object, or the note would say nothing true.
pub fn bind(journal: &mut Journal, address: Address, id: &str, saying: Saying, stamp: &Stamp) -> Result<(), Fault> {
    let id = live_id(journal, &address, id)?;
    let Saying { by, reason } = saying;
    journal.note(Record::Bound { address, id, by, reason }, stamp)?;
    Ok(())
}

/// The live id of an address, from its text.
fn live_id(journal: &Journal, address: &Address, text: &str) -> Result<BoundId, Fault> {
    let bad = |error: crate::model::id::BadId| Fault::Usage(format!("`{text}` is no live id: {error}"));
    match address {
        Address::Partnership(_) => Ok(BoundId::Reseller { tenant: text.parse().map_err(bad)? }),
        Address::Customer(_) => Ok(BoundId::Customer { tenant: text.parse().map_err(bad)? }),
        Address::Subscription(key) => {
            let subscription = text.parse().map_err(bad)?;
            Ok(BoundId::Subscription { customer: customer_id(journal, &key.customer)?, subscription })
        }
        Address::Provider(_)
        | Address::ResellerAssociation(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => Err(Fault::Usage(format!(
            "`{address}` means no single live object; only partnerships, customers and subscriptions do"
        ))),
    }
}

fn customer_id(journal: &Journal, key: &CustomerKey) -> Result<CustomerId, Fault> {
    journal.ledger().customer(key).ok_or_else(|| {
        Fault::Usage(format!("the customer is not bound yet: first `twotier state bind customer/{key} TENANTID`"))
    })
}

/// Moves what is remembered to another address.
///
/// # Errors
/// When the note would say nothing true, or cannot be written.
pub fn rename(journal: &mut Journal, from: Address, to: Address, saying: Saying, stamp: &Stamp) -> Result<(), Fault> {
    let Saying { by, reason } = saying;
    journal.note(Record::Renamed { from, to, by, reason }, stamp)?;
    Ok(())
}

/// Forgets the binding and settled values of an address.
///
/// # Errors
/// When nothing is remembered of it, an effect on it is open, or the note cannot be written.
pub fn forget(journal: &mut Journal, address: Address, saying: Saying, stamp: &Stamp) -> Result<(), Fault> {
    let Saying { by, reason } = saying;
    journal.note(Record::Forgotten { address, what: Forgotten::Binding, by, reason }, stamp)?;
    Ok(())
}

/// Says how an effect of unknown outcome ended.
///
/// # Errors
/// When no effect of this number waits for that, the id does not fit it, or the note cannot be written.
pub fn resolve(journal: &mut Journal, intent: u64, ruling: Ruling, saying: Saying, stamp: &Stamp) -> Result<(), Fault> {
    let outcome = match ruling {
        Ruling::DidNotHappen => Settled::NotStarted,
        Ruling::Happened(brought) => Settled::Done { learned: learned(journal, intent, &brought)? },
    };
    let Saying { by, reason } = saying;
    journal.note(Record::Resolved { intent, outcome, by, reason }, stamp)?;
    Ok(())
}

/// What follows where somebody says of an order that the service accepted that it did not happen.
#[must_use]
pub fn ordered_again(journal: &Journal, intent: u64, ruling: &Ruling) -> Option<String> {
    let accepted = journal.ledger().pending.values().find(|pending| pending.intent == intent)?;
    let (order, address) = (accepted.order()?, &accepted.key.address);
    (*ruling == Ruling::DidNotHappen)
        .then(|| format!("; the service accepted order {order}, and the next plan orders `{address}` again"))
}

/// What an effect taught, as a person tells it: exactly the ids it brings, so that what was bought or created is bound and
/// never planned again.
fn learned(journal: &Journal, intent: u64, brought: &Brought) -> Result<Learned, Fault> {
    let Some(tracked) = journal.folded().intents.get(&intent) else {
        return Err(Fault::Usage(format!("no effect with the number {intent} waits to be resolved")));
    };
    let Brought { id, order } = brought;
    let bad = |error: crate::model::id::BadId| Fault::Usage(format!("`--id` is no live id: {error}"));
    let say = |what: &str| {
        let ways = ways_to_settle(intent, tracked.intent.key.step);
        Fault::Usage(format!("{what}: {ways}"))
    };
    match (&tracked.intent.operation, id, order) {
        (Operation::CreateCustomer(_), Some(id), None) => {
            Ok(Learned::Customer { customer: id.parse().map_err(bad)?, user: None, sealed: None })
        }
        (Operation::MakeCart { .. }, Some(id), None) => Ok(Learned::Cart { cart: CartId::new(id.clone()) }),
        (Operation::CheckOut { customer, cart }, Some(id), Some(order)) => Ok(Learned::Order {
            customer: *customer,
            cart: cart.clone(),
            order: OrderId::new(order.clone()),
            subscription: Some(id.parse().map_err(bad)?),
        }),
        (Operation::ChangeSubscription { .. } | Operation::SetSupportContact { .. }, None, None) => {
            Ok(Learned::Nothing)
        }
        (Operation::ResetAdminPassword { .. }, _, _) => Err(Fault::Usage(
            "a password that was reset and not sealed is lost: say `did-not-happen`, and the next plan resets it again"
                .to_owned(),
        )),
        (Operation::CreateCustomer(_) | Operation::MakeCart { .. }, _, _) => Err(say("say which one it brought")),
        (Operation::CheckOut { .. }, _, _) => Err(say("say which subscription it brought, and by which order")),
        (Operation::ChangeSubscription { .. } | Operation::SetSupportContact { .. }, _, _) => {
            Err(say("it brought nothing that has an id"))
        }
    }
}

/// Ends the run that holds the lease on a person's word; its epoch, or none when no run is open.
///
/// # Errors
/// When the record cannot be written.
pub fn take_over(journal: &mut Journal, saying: Saying, stamp: &Stamp) -> Result<Option<u64>, Fault> {
    let Saying { by, reason } = saying;
    Ok(journal.take_over(by, reason, stamp)?)
}
