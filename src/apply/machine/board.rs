//! Who may go next: needs that are not over, lanes that are taken. Knows slots and keys only, nothing of what a step
//! does.

use super::Slot;
use crate::model::{Address, CustomerId, StepKey};
use crate::plan::Step;
use std::collections::{BTreeMap, BTreeSet, VecDeque};

/// What two steps must not touch at once: a customer with all its subscriptions, or any other object.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Lane {
    Customer(CustomerId),
    Object(Address),
}

/// Order of the run.
pub(super) struct Board {
    slots: BTreeMap<StepKey, Slot>,
    dependents: Vec<Vec<Slot>>,
    missing: Vec<usize>,
    /// Needs are over, not looked at yet.
    freed: VecDeque<Slot>,
    ready: BTreeSet<Slot>,
    lanes: BTreeMap<Lane, Slot>,
    taken: BTreeMap<Slot, Lane>,
}

impl Board {
    /// A need that is not in the plan is over.
    pub(super) fn new(steps: &[&Step]) -> Self {
        let slots: BTreeMap<StepKey, Slot> =
            steps.iter().enumerate().map(|(slot, step)| (step.key.clone(), slot)).collect();
        let mut dependents = vec![Vec::new(); steps.len()];
        let mut missing = vec![0; steps.len()];
        for (slot, step) in steps.iter().enumerate() {
            let needs: BTreeSet<Slot> = step.needs.iter().filter_map(|need| slots.get(&need.step).copied()).collect();
            for need in needs.into_iter().filter(|need| *need != slot) {
                dependents[need].push(slot);
                missing[slot] += 1;
            }
        }
        let freed = (0..steps.len()).filter(|slot| missing[*slot] == 0).collect();
        Self {
            slots,
            dependents,
            missing,
            freed,
            ready: BTreeSet::new(),
            lanes: BTreeMap::new(),
            taken: BTreeMap::new(),
        }
    }
    pub(super) fn slot(&self, key: &StepKey) -> Option<Slot> {
        self.slots.get(key).copied()
    }
    /// A step whose needs have just ended.
    pub(super) fn next_freed(&mut self) -> Option<Slot> {
        self.freed.pop_front()
    }
    pub(super) fn make_ready(&mut self, slot: Slot) {
        self.ready.insert(slot);
    }
    pub(super) fn unready(&mut self, slot: Slot) {
        self.ready.remove(&slot);
    }
    pub(super) fn first_ready(&self) -> Option<Slot> {
        self.ready.first().copied()
    }
    /// The first ready step whose lane is free.
    pub(super) fn first_free(&self, lane: impl Fn(Slot) -> Lane) -> Option<Slot> {
        self.ready.iter().copied().find(|slot| !self.lanes.contains_key(&lane(*slot)))
    }
    pub(super) fn running(&self) -> usize {
        self.taken.len()
    }
    pub(super) fn begin(&mut self, slot: Slot, lane: Lane) {
        self.ready.remove(&slot);
        self.lanes.insert(lane.clone(), slot);
        self.taken.insert(slot, lane);
    }
    /// Whether it had taken a lane.
    pub(super) fn end(&mut self, slot: Slot) -> bool {
        let lane = self.taken.remove(&slot);
        if let Some(lane) = &lane {
            self.lanes.remove(lane);
        }
        for dependent in std::mem::take(&mut self.dependents[slot]) {
            self.missing[dependent] -= 1;
            if self.missing[dependent] == 0 {
                self.freed.push_back(dependent);
            }
        }
        lane.is_some()
    }
}
