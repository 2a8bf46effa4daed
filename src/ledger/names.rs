//! What of a step, a hand-off or a role names documents, so that it follows them when they get new names: the same for who
//! records a rename and for who looks before it is recorded. Never says what was renamed.

use super::Grant;
use crate::model::{Address, CustomerKey, Name, StepKey, StepName};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Old address → new address; none where it keeps its name.
pub type NewName<'n> = &'n dyn Fn(&Address) -> Option<Address>;

/// A step under the new names of both its ends.
pub fn rename_key(key: &mut StepKey, new: NewName<'_>) {
    if let Some(address) = new(&key.address) {
        key.address = address;
    }
    if matches!(key.step, StepName::InviteCustomer | StepName::AwaitAssociation)
        && let Some(name) = renamed_partnership(&key.discriminator, new)
    {
        key.discriminator = name;
    }
}

/// The new name of who takes over from a reseller, where that is asked for and has one.
#[must_use]
pub fn renamed_next(wanted: &BTreeMap<SmolStr, SmolStr>, new: NewName<'_>) -> Option<SmolStr> {
    renamed_partnership(wanted.get("next")?, new)
}

/// The new name of a partnership, if it has one.
#[must_use]
pub fn renamed_partnership(name: &str, new: NewName<'_>) -> Option<SmolStr> {
    partnership(&name.parse().ok()?, new).map(SmolStr::from)
}

fn partnership(name: &Name, new: NewName<'_>) -> Option<Name> {
    match new(&Address::Partnership(name.clone())) {
        Some(Address::Partnership(new)) => Some(new),
        Some(_) | None => None,
    }
}

impl Grant {
    /// The same under the new names of both its ends.
    #[must_use]
    pub fn renamed(mut self, new: NewName<'_>) -> Self {
        if let Some(Address::Customer(CustomerKey::Named(name))) =
            new(&Address::Customer(CustomerKey::Named(self.customer.clone())))
        {
            self.customer = name;
        }
        if let Some(name) = partnership(&self.reseller, new) {
            self.reseller = name;
        }
        self
    }
}
