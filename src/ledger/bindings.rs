//! Which live object each address means, as far as known. Never guesses: an address without an entry
//! has no live object yet.

use super::LiveId;
use crate::model::{Address, CustomerId, CustomerKey, Leaf, Name, SubscriptionId, SubscriptionKey, TenantId};
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;

/// Address → live object.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Bindings {
    by_address: BTreeMap<Address, LiveId>,
    /// Only ever looked up, never walked.
    live: FxHashMap<LiveId, Address>,
}

impl Bindings {
    /// Remembers what an address means.
    pub fn learn(&mut self, address: Address, id: LiveId) {
        self.live.insert(id, address.clone());
        if let Some(before) = self.by_address.insert(address, id)
            && before != id
        {
            self.live.remove(&before);
        }
    }
    /// What an address means.
    #[must_use]
    pub fn get(&self, address: &Address) -> Option<LiveId> {
        self.by_address.get(address).copied()
    }
    /// The tenant of a partnership's reseller.
    #[must_use]
    pub fn reseller(&self, partnership: &Name) -> Option<TenantId> {
        match self.by_address.get(&Address::Partnership(partnership.clone())) {
            Some(LiveId::Reseller(id)) => Some(*id),
            Some(LiveId::Customer(_) | LiveId::Subscription(..)) | None => None,
        }
    }
    /// The tenant of a customer; an `@id` is its own.
    #[must_use]
    pub fn customer(&self, key: &CustomerKey) -> Option<CustomerId> {
        if let CustomerKey::Id(id) = key {
            return Some(*id);
        }
        match self.by_address.get(&Address::Customer(key.clone())) {
            Some(LiveId::Customer(id)) => Some(*id),
            Some(LiveId::Reseller(_) | LiveId::Subscription(..)) | None => None,
        }
    }
    /// A subscription with its customer; an `@id` leaf is its own.
    #[must_use]
    pub fn subscription(&self, key: &SubscriptionKey) -> Option<(CustomerId, SubscriptionId)> {
        if let Leaf::Id(id) = key.leaf {
            return self.customer(&key.customer).map(|customer| (customer, id));
        }
        match self.by_address.get(&Address::Subscription(key.clone())) {
            Some(LiveId::Subscription(customer, id)) => Some((*customer, *id)),
            Some(LiveId::Reseller(_) | LiveId::Customer(_)) | None => None,
        }
    }
    /// Whether some address means this live object.
    #[must_use]
    pub fn claims(&self, id: LiveId) -> bool {
        self.live.contains_key(&id)
    }
    /// The address that means this live object.
    #[must_use]
    pub fn address(&self, id: LiveId) -> Option<&Address> {
        self.live.get(&id)
    }
    /// Every binding, by address.
    pub fn iter(&self) -> impl Iterator<Item = (&Address, &LiveId)> {
        self.by_address.iter()
    }
}
