//! What waits to be appended: one object in flight, small records together, never two intents in one object.

use super::Slot;
use crate::journal::record::Record;
use std::collections::VecDeque;
use std::time::Duration;

/// On whose behalf something is appended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Owner {
    /// A task, which goes on when it is durable.
    Task(Slot),
    /// The run.
    Run,
    /// The run, and then it is over.
    Close,
}

struct Entry {
    owner: Owner,
    records: Vec<Record>,
}

/// At most so many entries share an object.
const TOGETHER: usize = 64;

/// The desk of a run.
pub(super) struct Desk {
    queue: VecDeque<Entry>,
    writing: Vec<Owner>,
    /// When the append of the last object that was acknowledged began, in elapsed time.
    pub(super) last: Duration,
}

impl Desk {
    /// A desk with objects that come first, each on its own.
    pub(super) fn new(first: Vec<Record>) -> Self {
        let queue = first.into_iter().map(|record| Entry { owner: Owner::Run, records: vec![record] }).collect();
        Self { queue, writing: Vec::new(), last: Duration::ZERO }
    }
    pub(super) fn queue(&mut self, owner: Owner, records: Vec<Record>) {
        self.queue.push_back(Entry { owner, records });
    }
    pub(super) fn is_idle(&self) -> bool {
        self.queue.is_empty() && self.writing.is_empty()
    }
    /// Takes back what a task has queued, if it is not on its way yet.
    pub(super) fn withdraw(&mut self, slot: Slot) -> Option<Vec<Record>> {
        let at = self.queue.iter().position(|entry| entry.owner == Owner::Task(slot))?;
        self.queue.remove(at).map(|entry| entry.records)
    }
    /// The records of the next object, when none is in flight.
    pub(super) fn next(&mut self) -> Option<Vec<Record>> {
        if !self.writing.is_empty() {
            return None;
        }
        let first = self.queue.pop_front()?;
        let Entry { owner, mut records } = first;
        self.writing.push(owner);
        while owner != Owner::Run && self.writing.len() < TOGETHER {
            let joins = |entry: &Entry| !holds_intent(&entry.records) && matches!(entry.owner, Owner::Task(_));
            let Some(next) = self.queue.pop_front_if(|entry| joins(entry)) else { break };
            self.writing.push(next.owner);
            records.extend(next.records);
        }
        Some(records)
    }
    /// Whose the acknowledged object was.
    pub(super) fn acknowledged(&mut self, began: Duration) -> Vec<Owner> {
        self.last = began;
        std::mem::take(&mut self.writing)
    }
}

fn holds_intent(records: &[Record]) -> bool {
    records.iter().any(|record| matches!(record, Record::Intent(_)))
}
