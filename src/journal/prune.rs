//! What is of no use any more beside the records: found, recorded, then removed. Nothing that a run which has not ended, an
//! effect that is not settled or somebody who is still asked rests on; never a record, so all that is remembered stays.

use super::chain::JournalError;
use super::fold::Folded;
use super::history::{End, History, Run};
use super::log::{Head, Journal, Stamp};
use super::notes::{self, NoteError};
use super::record::{Learned, Record, Remarked, Removed, SealedRef, Settled};
use super::store::{Folder, Key, Spare, Store, StoreError};
use crate::ledger::{CredentialState, HandoffState, Ledger, LiveId};
use crate::model::{Address, CustomerId, CustomerKey, Digest, Operation, Timestamp};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// How many checkpoints that say what the records say stay: where the newest one fails, there is another.
const STAY: usize = 2;

/// What may go.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Spares {
    /// The last object that was read when they were found.
    head: Option<Head>,
    /// Only plans of runs that ended before this.
    pub before: Timestamp,
    /// Kept plans, in the order of the last runs that followed them.
    pub plans: Vec<SparePlan>,
    /// Numbers of checkpoints that newer ones make superfluous.
    pub checkpoints: Vec<u64>,
    /// Sealed passwords that were replaced or forgotten, by the numbers of their intents.
    pub sealed: Vec<u64>,
}

/// A kept plan that no run followed for long.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SparePlan {
    /// Its id.
    pub id: Digest,
    /// The last run that followed it.
    pub run: u64,
    /// When that ended.
    pub ended: Timestamp,
}

/// What became of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Pruning {
    /// It is noted, and they are gone.
    Gone(Gone),
    /// Somebody wrote to the journal since they were found. Nothing was noted or removed.
    Overtaken,
}

/// How far it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Gone {
    /// Number of the note that tells of it.
    pub note: u64,
    /// How many objects are gone.
    pub objects: usize,
    /// How many are left since a run began meanwhile; they may go another time.
    pub left: usize,
}

impl Spares {
    /// Everything that may go. `sound` are the checkpoints that say what the records say.
    ///
    /// # Errors
    /// When the journal cannot be read.
    pub fn find(journal: &mut Journal, sound: &[u64], before: Timestamp) -> Result<Self, JournalError> {
        let history = &History::read(journal.store())?;
        // Only now: what is remembered must not be older than what was done.
        journal.refresh()?;
        let (store, folded, head) = (journal.store(), journal.folded(), journal.head());
        let checkpoints = match sound.iter().rev().nth(STAY - 1) {
            Some(stays) => there(store, Folder::Checkpoint, checkpoint)?.into_iter().filter(|it| it < stays).collect(),
            None => Vec::new(),
        };
        let used = unused(folded, history, before);
        let mut plans: Vec<SparePlan> =
            there(store, Folder::Plan, plan)?.iter().filter_map(|id| used.get(id).cloned()).collect();
        plans.sort_by_key(|plan| (plan.run, plan.id));
        let spent = spent(folded, history);
        let sealed = there(store, Folder::Sealed, sealed)?.into_iter().filter(|it| spent.contains(it)).collect();
        Ok(Self { head, before, plans, checkpoints, sealed })
    }
    /// How many objects they are.
    #[must_use]
    pub fn len(&self) -> usize {
        let Self { head: _, before: _, plans, checkpoints, sealed } = self;
        plans.len() + checkpoints.len() + sealed.len()
    }
    /// Whether there is none.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
    fn removed(&self) -> Removed {
        let Self { head: _, before, plans, checkpoints, sealed } = self;
        let (checkpoints, sealed) = (checkpoints.clone(), sealed.clone());
        Removed { before: *before, plans: plans.iter().map(|plan| plan.id).collect(), checkpoints, sealed }
    }
    fn each(&self) -> impl Iterator<Item = Spare> {
        let plans = self.plans.iter().map(|plan| Spare::Plan(plan.id));
        let checkpoints = self.checkpoints.iter().copied().map(Spare::Checkpoint);
        plans.chain(checkpoints).chain(self.sealed.iter().copied().map(Spare::Sealed))
    }
}

impl Journal {
    /// Notes what is to go and who says so, right behind the object up to which it was found, then removes it. Whoever dies in
    /// between leaves objects that the next time finds again; a run that begins in between ends it.
    ///
    /// # Errors
    /// [`NoteError::RunOpen`] while a run is open: then nothing is noted or removed. What the store gives.
    pub fn prune(
        &mut self,
        spares: &Spares,
        (by, place): (SmolStr, Option<SmolStr>),
        stamp: &Stamp,
    ) -> Result<Pruning, JournalError> {
        let removed = Some(Box::new(spares.removed()));
        let remark = Record::Remark { kind: Remarked::Pruned, address: None, by, place, removed };
        self.refresh()?;
        notes::check(self.folded(), &remark)?;
        if self.head() != spares.head {
            return Ok(Pruning::Overtaken);
        }
        let Some(note) = self.put_next(self.folded().epoch, vec![remark], stamp)? else {
            return Ok(Pruning::Overtaken);
        };
        let mut objects = 0;
        for spare in spares.each() {
            self.refresh()?;
            if self.folded().run.is_some() {
                break;
            }
            self.store().remove(spare)?;
            objects += 1;
        }
        Ok(Pruning::Gone(Gone { note, objects, left: spares.len() - objects }))
    }
}

/// Nobody removes what a run may be about to use.
pub(super) fn check(folded: &Folded) -> Result<(), NoteError> {
    folded.run.as_ref().map_or(Ok(()), |run| Err(NoteError::RunOpen { epoch: run.epoch }))
}

fn there<T>(store: &dyn Store, folder: Folder, of: impl Fn(Key) -> Option<T>) -> Result<Vec<T>, StoreError> {
    Ok(store.list_after(folder, None)?.into_iter().filter_map(of).collect())
}
fn checkpoint(key: Key) -> Option<u64> {
    if let Key::Checkpoint(number) = key { Some(number) } else { None }
}
fn plan(key: Key) -> Option<Digest> {
    if let Key::Plan(id) = key { Some(id) } else { None }
}
fn sealed(key: Key) -> Option<u64> {
    if let Key::Sealed(intent) = key { Some(intent) } else { None }
}

/// Plans that every run which followed them left behind before then. A plan that no run names is nobody's to judge.
fn unused(folded: &Folded, history: &History, before: Timestamp) -> BTreeMap<Digest, SparePlan> {
    let mut unused = BTreeMap::new();
    let mut used = BTreeSet::new();
    for run in &history.runs {
        let over = over(run).filter(|ended| *ended < before && !is_awaited(folded, run, *ended));
        for id in run.plan().into_iter().chain(run.document) {
            match over {
                Some(ended) => drop(unused.insert(id, SparePlan { id, run: run.epoch, ended })),
                None => drop(used.insert(id)),
            }
        }
    }
    unused.retain(|id, _| !used.contains(id));
    unused
}

/// When a run ended.
fn over(run: &Run) -> Option<Timestamp> {
    match &run.end {
        End::Open { last: _ } => None,
        End::Closed { at, .. } | End::TakenOver { at, .. } => Some(*at),
    }
}

/// Whether an effect of a run is not settled for good, or somebody it asked has not answered.
fn is_awaited(folded: &Folded, run: &Run, ended: Timestamp) -> bool {
    // A hand-off may go by another id since, and keeps when it was asked.
    let asked = folded.ledger.handoffs.values().filter(|it| it.state == HandoffState::Asked).map(|it| it.asked);
    folded.intents.values().any(|tracked| tracked.epoch == run.epoch)
        || asked.into_iter().any(|asked| (run.at..=ended).contains(&asked))
}

/// Sealed passwords that a later one of the same customer replaced, or that were forgotten.
fn spent(folded: &Folded, history: &History) -> BTreeSet<u64> {
    let kept: BTreeSet<&SmolStr> = folded.ledger.credentials.values().filter_map(|it| sealed_as(&it.state)).collect();
    let passwords = || {
        history.runs.iter().flat_map(|run| &run.effects).filter_map(|effect| {
            let learned = match &effect.outcome.as_ref()?.settled {
                Settled::Done { learned } | Settled::Pending { learned } => learned,
                Settled::NotStarted | Settled::Failed { .. } | Settled::Unknown { .. } => return None,
            };
            made(&effect.intent.operation, learned).map(|(customer, sealed)| (effect.number, customer, sealed))
        })
    };
    let newest: BTreeMap<CustomerId, u64> = passwords().map(|(number, customer, _)| (customer, number)).collect();
    let spent = passwords().filter_map(|(number, customer, sealed)| {
        let key = &sealed?.key;
        let own = *key == Key::Sealed(number).to_string();
        let is_old = newest.get(&customer).is_some_and(|newest| number < *newest);
        let is_over = is_old || is_without(&folded.ledger, customer);
        (own && is_over && !kept.contains(key) && !folded.intents.contains_key(&number)).then_some(number)
    });
    spent.collect()
}

fn sealed_as(state: &CredentialState) -> Option<&SmolStr> {
    match state {
        CredentialState::Sealed { key, digest: _ } => Some(key),
        CredentialState::Lost | CredentialState::Forgotten => None,
    }
}

/// Whose password an effect made, and where it lies.
fn made<'e>(operation: &Operation, learned: &'e Learned) -> Option<(CustomerId, Option<&'e SealedRef>)> {
    match (operation, learned) {
        (_, Learned::Customer { customer, user: _, sealed }) => Some((*customer, sealed.as_ref())),
        (Operation::ResetAdminPassword { customer }, Learned::Password { user: _, sealed }) => {
            Some((*customer, sealed.as_ref()))
        }
        (_, Learned::Password { .. } | Learned::Nothing | Learned::Cart { .. } | Learned::Order { .. }) => None,
    }
}

/// Whether it is remembered that a customer's password is there no more.
fn is_without(ledger: &Ledger, customer: CustomerId) -> bool {
    let own = Address::Customer(CustomerKey::Id(customer));
    let is_of =
        |address: &Address| *address == own || ledger.bindings.get(address) == Some(&LiveId::Customer(customer));
    let mut of_it = ledger.credentials.iter().filter(|(address, _)| is_of(address)).peekable();
    of_it.peek().is_some() && of_it.all(|(_, credential)| sealed_as(&credential.state).is_none())
}

#[cfg(test)]
mod tests;
