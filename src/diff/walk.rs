//! Walks a sorted map beside ascending addresses, so that looking all of them up costs one pass over it. Never goes
//! back: an address smaller than one asked before is not found.

use crate::model::Address;
use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::collections::btree_map::Iter;
use std::iter::Peekable;

/// A map being walked.
pub struct Walk<'a, V> {
    rest: Peekable<Iter<'a, Address, V>>,
}

impl<'a, V> Walk<'a, V> {
    /// Stands before the first address of the map.
    #[must_use]
    pub fn over(map: &'a BTreeMap<Address, V>) -> Self {
        Self { rest: map.iter().peekable() }
    }
    /// The value at an address that is no smaller than any asked before.
    pub fn at(&mut self, address: &Address) -> Option<&'a V> {
        while let Some((next, value)) = self.rest.peek() {
            match (*next).cmp(address) {
                Ordering::Less => {
                    self.rest.next();
                }
                Ordering::Equal => return Some(value),
                Ordering::Greater => return None,
            }
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ascending_addresses_are_found_in_one_pass() {
        let address = |n: u32| -> Address { format!("customer/c{n:03}").parse().unwrap() };
        let map: BTreeMap<Address, u32> = (0..100).step_by(3).map(|n| (address(n), n)).collect();
        let mut walk = Walk::over(&map);
        for n in (0..120).flat_map(|n| [n, n]) {
            assert_eq!(walk.at(&address(n)), map.get(&address(n)), "{n}");
        }
    }
}
