//! What earlier runs settled of what an address means now. Never what they settled of another live object that its
//! document meant before.

use super::{bound_to, known_as};
use crate::desired::Desired;
use crate::ledger::{Bindings, Ledger};
use crate::model::{Address, Field, Value};
use std::collections::BTreeMap;

/// Whether a document means another live object than when a run saw it last.
#[must_use]
pub fn means_another((desired, ledger): (&Desired, &Ledger), bindings: &Bindings, address: &Address) -> bool {
    let before = bound_to(desired, ledger, address);
    before.is_some_and(|before| bindings.get(address).is_some_and(|now| now != before))
}

/// The values that were last settled of the live object that an address means now.
#[must_use]
pub fn settled<'l>(
    (desired, ledger): (&Desired, &'l Ledger),
    bindings: &Bindings,
    address: &Address,
) -> Option<&'l BTreeMap<Field, Value>> {
    let values = ledger.settled.get(&*known_as(desired, ledger, address));
    values.filter(|_| !means_another((desired, ledger), bindings, address))
}
