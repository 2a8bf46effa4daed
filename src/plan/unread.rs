//! What a run may record only when somebody read the plan that tells of it: that a document means another object than
//! before, and that a PartnerID went over to another partnership. Never recorded by a run that approves itself, so that
//! what is done on the strength of it was seen by a person first.

use super::repointed::Repointed;
use super::{Adopt, Planned};
use crate::diag::Finding;
use crate::diff::{Handed, Sides, known_as};
use crate::ledger::{Handoff, LiveId};
use crate::model::{Address, Digest, Field, Name, Value};
use std::collections::BTreeMap;

/// What is recorded once all that tells of it was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Unread {
    /// What tells of it.
    pub told: Vec<Finding>,
    /// What is recorded then.
    pub adopt: Adopt,
}

impl Planned {
    /// Lets the run record what somebody read; what tells of the rest, which it leaves as it is.
    pub fn read(&mut self, was_read: impl Fn(&Finding) -> bool) -> Vec<Finding> {
        let (read, left): (Vec<Unread>, Vec<Unread>) =
            std::mem::take(&mut self.unread).into_iter().partition(|it| it.told.iter().all(&was_read));
        read.into_iter().for_each(|it| self.adopt.join(it.adopt));
        left.into_iter().flat_map(|it| it.told).collect()
    }
}

impl Adopt {
    /// What the other says as well, and in its place.
    fn join(&mut self, other: Self) {
        let Self { bindings, settled, managed, released, renamed, moved, consumed, withdrawn, shown, guards } = other;
        self.bindings.extend(bindings);
        for (address, fields) in settled {
            self.settled.entry(address).or_default().extend(fields);
        }
        self.managed.extend(managed);
        self.released.extend(released);
        self.renamed.extend(renamed);
        self.moved.extend(moved);
        self.consumed.extend(consumed);
        self.withdrawn.extend(withdrawn);
        self.shown.extend(shown);
        self.guards = guards.or_else(|| self.guards.take());
    }
}

/// Sets aside what a run would record of documents that mean another object, and of all that speaks of them.
pub(super) fn set_aside(
    sides: Sides<'_>,
    adopt: &mut Adopt,
    (repointed, handed): (&Repointed, &Handed),
) -> Vec<Unread> {
    let mut all: BTreeMap<&Address, Unread> = BTreeMap::new();
    for (address, (finding, now)) in repointed {
        let own = all.entry(owner(repointed, address).unwrap_or(address)).or_insert_with(|| Unread::of(Vec::new()));
        own.told.push(finding.clone());
        if let (Address::Partnership(_), Some(LiveId::Reseller(tenant))) = (address, now) {
            let fields = own.adopt.settled.entry(address.clone()).or_default();
            fields.insert(Field::Reseller, Value::text(tenant));
        }
    }
    for (address, it) in &mut all {
        let is_its = |other: &Address| owner(repointed, other) == Some(*address);
        let of_it = |id: &Digest| sides.ledger.handoffs.get(id).is_some_and(|it| speaks(it).iter().any(is_its));
        it.adopt.join(Adopt {
            bindings: adopt.bindings.extract_if(.., |other, _| is_its(other)).collect(),
            settled: adopt.settled.extract_if(.., |other, _| is_its(other)).collect(),
            consumed: adopt.consumed.extract_if(.., of_it).collect(),
            withdrawn: adopt.withdrawn.extract_if(.., of_it).collect(),
            shown: adopt.shown.extract_if(.., is_its).collect(),
            ..Adopt::default()
        });
    }
    let handed = (!handed.findings.is_empty()).then(|| Unread {
        told: handed.findings.clone(),
        adopt: Adopt { settled: handed.settled.clone(), ..Adopt::default() },
    });
    all.into_values().chain(handed).collect()
}

impl Unread {
    fn of(told: Vec<Finding>) -> Self {
        Self { told, adopt: Adopt::default() }
    }
}

/// The document by whose change something is of another object: of a subscription its customer's, if that is one.
fn owner<'r>(repointed: &'r Repointed, address: &Address) -> Option<&'r Address> {
    let customer = address.as_subscription().map(|key| Address::Customer(key.customer.clone()));
    let of = |address: &Address| repointed.get_key_value(address).map(|(address, _)| address);
    customer.and_then(|customer| of(&customer)).or_else(|| of(address))
}

/// Both ends of what people were asked.
pub(super) fn speaks(handoff: &Handoff) -> Vec<Address> {
    let other = handoff.key.discriminator.parse::<Name>().ok().map(Address::Partnership);
    [handoff.key.address.clone()].into_iter().chain(other).collect()
}

/// Whether a run recorded that a partnership means this reseller, after somebody read it: also where it is not listed yet.
pub(super) fn was_read(sides: Sides<'_>, address: &Address, now: LiveId) -> bool {
    let fields = sides.ledger.settled.get(&*known_as(sides.desired, sides.ledger, address));
    let last = fields.and_then(|fields| fields.get(&Field::Reseller));
    now.reseller().is_some_and(|tenant| last == Some(&Value::text(tenant)))
}
