//! The customers of a simulated tenant, found by id, by domain and by reseller without walking all of them. Holds no rule
//! of what may become of one.

use super::wire::Customer;
use crate::model::{CustomerId, TenantId};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Customers by id. The indexes follow from them and are never changed alone.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Customers {
    all: BTreeMap<CustomerId, Customer>,
    domains: BTreeMap<SmolStr, CustomerId>,
    of: BTreeSet<(TenantId, CustomerId)>,
}

impl Customers {
    pub(super) fn get(&self, id: &CustomerId) -> Option<&Customer> {
        self.all.get(id)
    }
    pub(super) fn contains_key(&self, id: &CustomerId) -> bool {
        self.all.contains_key(id)
    }
    /// By id.
    pub(super) fn values(&self) -> impl Iterator<Item = &Customer> {
        self.all.values()
    }
    /// Whose domain, in lower case, it is.
    pub(super) fn of_domain(&self, domain: &str) -> Option<CustomerId> {
        self.domains.get(domain).copied()
    }
    /// Those of a reseller, by id.
    pub(super) fn of_reseller(&self, reseller: TenantId) -> impl Iterator<Item = &Customer> {
        let (first, last) = (CustomerId::from_bytes([0; 16]), CustomerId::from_bytes([u8::MAX; 16]));
        self.of.range((reseller, first)..=(reseller, last)).filter_map(|(_, id)| self.all.get(id))
    }
    /// Puts one in the place of what has its id.
    pub(super) fn insert(&mut self, customer: Customer) {
        let id = customer.tenant_id;
        if let Some(before) = self.all.remove(&id) {
            self.domains.remove(&before.domain);
            for reseller in before.resellers {
                self.of.remove(&(reseller, id));
            }
        }
        self.domains.insert(customer.domain.clone(), id);
        self.of.extend(customer.resellers.iter().map(|reseller| (*reseller, id)));
        self.all.insert(id, customer);
    }
    /// Changes one, if it is there.
    pub(super) fn edit<T>(&mut self, id: CustomerId, change: impl FnOnce(&mut Customer) -> T) -> Option<T> {
        let mut customer = self.all.get(&id)?.clone();
        let told = change(&mut customer);
        self.insert(customer);
        Some(told)
    }
}

#[cfg(test)]
mod tests {
    use super::super::fixture;

    #[test]
    fn indexes_follow_every_change() {
        let mut customers = fixture::tenant().customers;
        let (id, reseller) = {
            let any = customers.values().find(|it| !it.resellers.is_empty()).expect("one with a reseller");
            (any.tenant_id, *any.resellers.first().expect("its reseller"))
        };
        let domain = customers.get(&id).expect("it").domain.clone();
        assert_eq!(customers.of_domain(&domain), Some(id));
        assert!(customers.of_reseller(reseller).any(|it| it.tenant_id == id));
        let change = |it: &mut super::Customer| {
            it.resellers.clear();
            it.domain = "other.example".into();
        };
        assert_eq!(customers.edit(id, change), Some(()));
        assert!(customers.of_reseller(reseller).all(|it| it.tenant_id != id));
        assert_eq!((customers.of_domain(&domain), customers.of_domain("other.example")), (None, Some(id)));
    }
}
