//! Names that documents have now, of those that the ledger remembers under a former one: while no run has recorded the
//! rename. Never decides what was renamed.

use crate::diff::{Sides, remembered};
use crate::ledger::Grant;
use crate::model::{Address, CustomerKey, Name, StepKey, StepName};
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::BTreeMap;

/// Old address → new address.
#[derive(Debug, Default)]
pub(super) struct Names(BTreeMap<Address, Address>);

impl Names {
    pub(super) fn of(sides: Sides<'_>) -> Self {
        let new = sides.desired.renamed.keys();
        Self(new.filter_map(|new| Some((remembered(sides.desired, sides.ledger, new)?, new.clone()))).collect())
    }
    pub(super) fn address(&self, old: &Address) -> Address {
        self.0.get(old).unwrap_or(old).clone()
    }
    /// A step under the names of both its ends.
    pub(super) fn key<'k>(&self, key: &'k StepKey) -> Cow<'k, StepKey> {
        if self.0.is_empty() {
            return Cow::Borrowed(key);
        }
        let mut new = StepKey { address: self.address(&key.address), ..key.clone() };
        if matches!(key.step, StepName::InviteCustomer | StepName::AwaitAssociation)
            && let Some(name) = self.partnership(&key.discriminator)
        {
            new.discriminator = name;
        }
        Cow::Owned(new)
    }
    /// What was asked for, where it names documents.
    pub(super) fn wanted<'w>(&self, wanted: &'w BTreeMap<SmolStr, SmolStr>) -> Cow<'w, BTreeMap<SmolStr, SmolStr>> {
        let next = wanted.get("next").and_then(|next| self.partnership(next));
        let Some(next) = next else { return Cow::Borrowed(wanted) };
        let mut new = wanted.clone();
        new.insert("next".into(), next);
        Cow::Owned(new)
    }
    pub(super) fn grant(&self, mut grant: Grant) -> Grant {
        if let Some(Address::Customer(CustomerKey::Named(new))) =
            self.0.get(&Address::Customer(CustomerKey::Named(grant.customer.clone())))
        {
            grant.customer = new.clone();
        }
        if let Some(Address::Partnership(new)) = self.0.get(&Address::Partnership(grant.reseller.clone())) {
            grant.reseller = new.clone();
        }
        grant
    }
    fn partnership(&self, name: &str) -> Option<SmolStr> {
        let old = Address::Partnership(name.parse::<Name>().ok()?);
        match self.0.get(&old) {
            Some(Address::Partnership(new)) => Some(new.as_str().into()),
            Some(_) | None => None,
        }
    }
}
