//! How much of each acknowledgement is used: by what was done under its name, and by what was done under others that are
//! declared no more. So no other name, and no document that takes the place of another, lets pass again what passed. Pure.

use super::limits::Terms;
use crate::desired::{Acknowledgement, Desired};
use crate::diag::Code;
use crate::ledger::Counted;
use crate::model::{Address, Date, Name, Span};
use std::collections::{BTreeMap, BTreeSet};

/// How long an acknowledgement held of which an older version did not say until when.
const UNSAID: Span = Span::days(30);

/// How much of an acknowledgement is used.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Used<'a> {
    pub(super) amount: u32,
    /// The other names under which some of it was done.
    pub(super) under: BTreeSet<&'a Name>,
}

/// Something that was done, and that the acknowledgement it was done under does not cover any more.
struct Orphan<'a> {
    of: (Code, &'a Address),
    name: &'a Name,
    amount: u32,
}

/// How much of each acknowledgement is used, and of what none is declared any more.
pub(super) struct Uses<'a> {
    pub(super) used: BTreeMap<&'a Name, Used<'a>>,
    /// By limit and document: what nothing that is declared has room for.
    pub(super) owed: BTreeMap<(Code, &'a Address), u32>,
}

/// Counts what was done under acknowledgements.
pub(super) fn uses<'a>(terms: Terms<'a>) -> Uses<'a> {
    let today = terms.now.date();
    let renamed = renamed(terms.desired);
    let mut used: BTreeMap<&Name, Used<'_>> = BTreeMap::new();
    let mut orphans = Vec::new();
    for counted in terms.ledger.counting() {
        let Some(name) = &counted.acknowledgement else { continue };
        let name = match renamed.get(&Address::Acknowledgement(name.clone())) {
            Some(Address::Acknowledgement(new)) => new,
            Some(_) | None => name,
        };
        let cause = renamed.get(&counted.cause).copied().unwrap_or(&counted.cause);
        let own = used.entry(name).or_default();
        let declared = terms.desired.acknowledgements.get(name);
        let room = declared.filter(|it| covers(it, today, (&counted.code, cause)));
        let room = room.map_or(0, |it| it.at_most.saturating_sub(own.amount));
        own.amount = own.amount.saturating_add(counted.amount);
        let amount = counted.amount.saturating_sub(room);
        if let (1.., true, Ok(code)) = (amount, holds(counted, today), counted.code.parse()) {
            orphans.push(Orphan { of: (code, cause), name, amount });
        }
    }
    let mut uses = Uses { used, owed: BTreeMap::new() };
    let names = names(terms);
    orphans.into_iter().for_each(|orphan| uses.inherit(orphan, &names, terms));
    uses
}

/// The live acknowledgements by what they speak of.
pub(super) fn names<'a>(terms: Terms<'a>) -> BTreeMap<(Code, &'a Address), Vec<&'a Name>> {
    let mut names: BTreeMap<_, Vec<_>> = BTreeMap::new();
    let live = terms.desired.acknowledgements.iter().filter(|(_, it)| terms.now.date() <= it.expires);
    for (name, it) in live {
        it.causes.keys().for_each(|cause| names.entry((it.limit, cause)).or_default().push(name));
    }
    names
}

impl<'a> Uses<'a> {
    /// Others of its limit and document begin with what was done before.
    fn inherit(&mut self, orphan: Orphan<'a>, names: &BTreeMap<(Code, &'a Address), Vec<&'a Name>>, terms: Terms<'a>) {
        let Orphan { of, name: own, mut amount } = orphan;
        for name in names.get(&of).into_iter().flatten().filter(|name| **name != own) {
            let used = self.used.entry(name).or_default();
            let all = terms.desired.acknowledgements.get(*name).map_or(0, |it| it.at_most);
            let taken = amount.min(all.saturating_sub(used.amount));
            if taken > 0 {
                used.amount = used.amount.saturating_add(taken);
                used.under.insert(own);
                amount -= taken;
            }
        }
        if amount > 0 {
            let owed = self.owed.entry(of).or_default();
            *owed = owed.saturating_add(amount);
        }
    }
}

/// Old name to new one, of what is renamed in the manifests: a plan counts as the run that records it will.
fn renamed(desired: &Desired) -> BTreeMap<&Address, &Address> {
    let gone = desired.renamed.iter().filter(|(_, old)| !desired.declared.contains_key(old));
    gone.map(|(new, old)| (old, new)).collect()
}

/// Whether an acknowledgement holds and speaks of this limit and document.
fn covers(it: &Acknowledgement, today: Date, (code, cause): (&str, &Address)) -> bool {
    today <= it.expires && it.limit.to_string() == code && it.causes.contains_key(cause)
}

/// Whether what it was done under would still hold.
fn holds(counted: &Counted, today: Date) -> bool {
    today <= counted.until.unwrap_or_else(|| counted.at.plus(UNSAID).date())
}

/// What is left of the live acknowledgements.
pub(super) struct Left<'a> {
    /// By name: an acknowledgement of several causes is one sum.
    pub(super) rooms: BTreeMap<&'a Name, Room>,
    /// Which speak of a code and a cause.
    pub(super) names: BTreeMap<(Code, &'a Address), Vec<&'a Name>>,
    /// What a new one of a code and a cause begins with.
    pub(super) owed: BTreeMap<(Code, &'a Address), u32>,
}

/// What is left of one of them.
pub(super) struct Room {
    pub(super) left: u32,
    pub(super) until: Date,
}

/// What is left of them.
pub(super) fn left<'a>(terms: Terms<'a>) -> Left<'a> {
    let Uses { used, owed } = uses(terms);
    let names = names(terms);
    let live: BTreeSet<&Name> = names.values().flatten().copied().collect();
    let declared = terms.desired.acknowledgements.iter().filter(|(name, _)| live.contains(name));
    let rooms = declared.map(|(name, it)| {
        let left = it.at_most.saturating_sub(used.get(name).map_or(0, |used| used.amount));
        (name, Room { left, until: it.expires })
    });
    Left { rooms: rooms.collect(), names, owed }
}
