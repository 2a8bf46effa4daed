//! Addresses that get new names, all at once, so that two can change places. Moves what is remembered of them, and what
//! people were asked and said, which is looked for by what it was about; never changes the id of a hand-off, which holds
//! the names that it was asked under.

use crate::ledger::{Did, Grant, Handoff, Ledger, names};
use crate::model::{Address, CustomerKey, Field, Name, StepKey, SubscriptionKey, Value};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Old name to new name.
#[derive(Debug)]
pub(super) struct Moves(BTreeMap<Address, Address>);

impl Moves {
    pub(super) fn new(moves: impl IntoIterator<Item = (Address, Address)>) -> Self {
        Self(moves.into_iter().filter(|(old, new)| old != new).collect())
    }
    pub(super) fn one(old: Address, new: Address) -> Self {
        Self::new([(old, new)])
    }
    pub(super) fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// The new name; none when it keeps its name. The subscriptions of a customer go with it.
    fn target(&self, address: &Address) -> Option<Address> {
        if let Some(new) = self.0.get(address) {
            return Some(new.clone());
        }
        let Address::Subscription(SubscriptionKey { customer, leaf }) = address else { return None };
        match self.0.get(&Address::Customer(customer.clone())) {
            Some(Address::Customer(customer)) => Some(renamed_child(customer, leaf.clone())),
            Some(_) | None => None,
        }
    }

    pub(super) fn address(&self, address: &mut Address) {
        if let Some(new) = self.target(address) {
            *address = new;
        }
    }
    /// What an acknowledgement let pass goes with its new name.
    pub(super) fn acknowledgement(&self, name: &mut Option<Name>) {
        let new = name.clone().and_then(|old| self.target(&Address::Acknowledgement(old)));
        if let Some(Address::Acknowledgement(new)) = new {
            *name = Some(new);
        }
    }
    pub(super) fn key(&self, key: &mut StepKey) {
        names::rename_key(key, &|old| self.target(old));
    }

    /// What an end brought goes with the new name of its partnership.
    fn did(&self, Did { run, ending }: Did) -> Did {
        let new = |name: Name| match self.target(&Address::Partnership(name.clone())) {
            Some(Address::Partnership(new)) => new,
            Some(_) | None => name,
        };
        Did { run, ending: ending.map(new) }
    }

    fn renamed(&self, mut key: StepKey) -> StepKey {
        self.key(&mut key);
        key
    }

    pub(super) fn ledger(&self, ledger: &mut Ledger) {
        let Ledger {
            genesis: _,
            bindings,
            settled,
            managed,
            handoffs,
            pending,
            unresolved,
            open,
            given_up,
            done,
            credentials,
            guards,
            guarded: _,
            counted,
            perhaps,
        } = ledger;
        self.map(bindings);
        self.map(settled);
        self.set(managed);
        self.map(pending);
        pending.values_mut().for_each(|pending| self.key(&mut pending.key));
        unresolved.values_mut().for_each(|unresolved| self.key(&mut unresolved.key));
        open.values_mut().for_each(|open| self.key(&mut open.key));
        given_up.values_mut().for_each(|key| self.key(key));
        *done = std::mem::take(done).into_iter().map(|(key, did)| (self.renamed(key), self.did(did))).collect();
        self.map(credentials);
        handoffs.values_mut().for_each(|handoff| self.handoff(handoff));
        settled.values_mut().filter_map(|fields| fields.get_mut(&Field::Reseller)).for_each(|value| self.names(value));
        if let Some(guards) = guards {
            self.set(&mut guards.protected);
        }
        let perhaps = perhaps.values_mut().flatten();
        for counted in counted.iter_mut().chain(perhaps) {
            self.address(&mut counted.cause);
            self.acknowledgement(&mut counted.acknowledgement);
        }
    }

    /// A hand-off goes with its document, and follows the names of its ends.
    fn handoff(&self, handoff: &mut Handoff) {
        let new = |old: &Address| self.target(old);
        self.key(&mut handoff.key);
        if let Some(next) = names::renamed_next(&handoff.wanted, &new) {
            handoff.wanted.insert("next".into(), next);
        }
        let Some(grant) = handoff.azure_grant() else { return };
        let Grant { customer, reseller, .. } = grant.renamed(&new);
        handoff.wanted.insert("customer".into(), customer.into());
        handoff.wanted.insert("reseller".into(), reseller.into());
    }

    /// Names of partnerships.
    fn names(&self, value: &mut Value) {
        let Value::List(names) = value else { return };
        let new = |old: &Address| self.target(old);
        let new = |name: &SmolStr| names::renamed_partnership(name, &new).unwrap_or_else(|| name.clone());
        let now: BTreeSet<SmolStr> = names.iter().map(new).collect();
        *names = now.into_iter().collect();
    }

    pub(super) fn map<V>(&self, map: &mut BTreeMap<Address, V>) {
        let moving: Vec<(Address, V)> = map
            .extract_if(.., |address, _| self.target(address).is_some())
            .map(|(mut address, value)| {
                self.address(&mut address);
                (address, value)
            })
            .collect();
        map.extend(moving);
    }
    pub(super) fn set(&self, set: &mut BTreeSet<Address>) {
        let moving: Vec<(Address, Address)> =
            set.iter().filter_map(|old| self.target(old).map(|new| (old.clone(), new))).collect();
        for (old, _) in &moving {
            set.remove(old);
        }
        set.extend(moving.into_iter().map(|(_, new)| new));
    }
}

fn renamed_child(customer: &CustomerKey, leaf: crate::model::Leaf) -> Address {
    Address::Subscription(SubscriptionKey { customer: customer.clone(), leaf })
}
