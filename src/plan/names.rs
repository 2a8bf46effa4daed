//! Names that documents have now, of those that the ledger remembers under a former one: while no run has recorded the
//! rename. Never decides what was renamed.

use crate::diff::{Sides, remembered};
use crate::ledger::{Grant, names};
use crate::model::{Address, StepKey};
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
        self.target(old).unwrap_or_else(|| old.clone())
    }
    /// A step under the names of both its ends.
    pub(super) fn key<'k>(&self, key: &'k StepKey) -> Cow<'k, StepKey> {
        if self.0.is_empty() {
            return Cow::Borrowed(key);
        }
        let mut key = key.clone();
        names::rename_key(&mut key, &|old| self.target(old));
        Cow::Owned(key)
    }
    /// What was asked for, where it names documents.
    pub(super) fn wanted<'w>(&self, wanted: &'w BTreeMap<SmolStr, SmolStr>) -> Cow<'w, BTreeMap<SmolStr, SmolStr>> {
        let next = names::renamed_next(wanted, &|old| self.target(old));
        let Some(next) = next else { return Cow::Borrowed(wanted) };
        let mut new = wanted.clone();
        new.insert("next".into(), next);
        Cow::Owned(new)
    }
    pub(super) fn grant(&self, grant: Grant) -> Grant {
        grant.renamed(&|old| self.target(old))
    }
    fn target(&self, old: &Address) -> Option<Address> {
        self.0.get(old).cloned()
    }
}
