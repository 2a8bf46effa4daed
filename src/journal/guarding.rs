//! That limits, freezes, protections and recipients were recorded anew: what held before and what holds from then on.
//! Never judges which of the two is the stricter.

use crate::ledger::Guards;
use crate::model::{Address, Timestamp};
use std::collections::BTreeSet;

/// Guards that a run recorded.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Guarding {
    /// Number of its object.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What held before, under the names of then; none where nothing was recorded yet.
    pub before: Option<Guards>,
    /// What holds from then on.
    pub after: Guards,
}

impl Guarding {
    /// What of it concerns these addresses: all of it the provider, its own protection any other.
    #[must_use]
    pub fn of(&self, names: &BTreeSet<Address>) -> Option<Self> {
        if names.iter().any(|name| matches!(name, Address::Provider(_))) {
            return Some(self.clone());
        }
        let own = |guards: &Guards| Guards {
            protected: guards.protected.intersection(names).cloned().collect(),
            ..Guards::default()
        };
        let (before, after) = (self.before.as_ref().map(own), own(&self.after));
        (before.clone().unwrap_or_default() != after).then_some(Self { before, after, ..*self })
    }
}
