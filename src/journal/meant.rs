//! Which live object each address meant, while a history is read: what a run saw is another one than before, or the first.
//! Never asks what it means now.

use super::history::Seen;
use super::record::{BoundId, Forgotten};
use super::renames::Moves;
use crate::model::{Address, Field, Value};
use std::collections::BTreeMap;

/// By address, under the names of now.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Meant(BTreeMap<Address, BoundId>);

impl Meant {
    /// What a run saw of an address.
    pub(super) fn see(&mut self, address: Address, id: BoundId) -> Seen {
        match self.learn(&address, id) {
            Some(before) if before != id => Seen::Repointed(address, before, id),
            Some(_) | None => Seen::Bound(address, id),
        }
    }
    /// Partnerships that mean another reseller, also one that is not listed yet; those that are bound are told as such.
    pub(super) fn resellers(
        &mut self,
        settled: &BTreeMap<Address, BTreeMap<Field, Value>>,
        bindings: &BTreeMap<Address, BoundId>,
    ) -> Vec<Seen> {
        let unbound = settled.iter().filter(|(address, _)| !bindings.contains_key(*address));
        let resellers = unbound.filter_map(|(address, fields)| {
            address.as_partnership()?;
            let Value::Text(tenant) = fields.get(&Field::Reseller)? else { return None };
            Some((address.clone(), BoundId::Reseller { tenant: tenant.parse().ok()? }))
        });
        let seen = resellers.map(|(address, id)| self.see(address, id));
        seen.filter(|seen| matches!(seen, Seen::Repointed(..))).collect()
    }
    /// What it meant before.
    pub(super) fn learn(&mut self, address: &Address, id: BoundId) -> Option<BoundId> {
        self.0.insert(address.clone(), id)
    }
    pub(super) fn forget(&mut self, address: &Address, what: Forgotten) {
        match what {
            Forgotten::Binding => drop(self.0.remove(address)),
            Forgotten::Credentials | Forgotten::UndeliveredCredentials => {}
        }
    }
    /// New name, old name.
    pub(super) fn rename(&mut self, renamed: &[(Address, Address)]) {
        Moves::new(renamed.iter().map(|(new, old)| (old.clone(), new.clone()))).map(&mut self.0);
    }
}

#[cfg(test)]
mod tests {
    use super::super::history::History;
    use super::super::record::{Adopted, Record};
    use super::super::support::*;
    use super::*;
    use crate::model::TenantId;

    #[test]
    fn history_tells_from_what_to_what_an_address_means_another_object_under_every_name() {
        let (store, mut journal) = begun();
        let adopt = |adopted| Record::Adopted(Box::new(adopted));
        let (old, new) = (address("partnership/fabrikam"), address("partnership/fab"));
        let reseller = |n: u8| TenantId::from_bytes([n; 16]);
        let bound = |n| Adopted {
            bindings: BTreeMap::from([(old.clone(), BoundId::Reseller { tenant: reseller(n) })]),
            ..Adopted::default()
        };
        let fields = BTreeMap::from([(Field::Reseller, Value::text(reseller(3)))]);
        // Read by somebody before it is listed.
        let unlisted = Adopted { settled: BTreeMap::from([(new.clone(), fields)]), ..Adopted::default() };
        let renamed = Adopted { renamed: vec![(new.clone(), old.clone())], ..Adopted::default() };
        let epoch = run(&mut journal);
        for adopted in [bound(1), bound(1), bound(2), renamed, unlisted] {
            journal.append(epoch, vec![adopt(adopted)], &stamp()).expect("is written");
        }
        let history = History::read(&*store).expect("reads");
        let repointed = history.runs[0].seen.iter().filter_map(|(_, seen)| {
            let Seen::Repointed(address, before, now) = seen else { return None };
            Some((address.clone(), *before, *now))
        });
        let repointed: Vec<_> = repointed.collect();
        let id = |n| BoundId::Reseller { tenant: reseller(n) };
        assert_eq!(repointed, [(old, id(1), id(2)), (new, id(2), id(3))]);
    }
}
