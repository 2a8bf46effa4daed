//! The chain looked through, for `state verify`: everything that is wrong at once, where reading for work stops
//! at the first damage. Never mends anything.

use super::chain::{self, JournalError};
use super::checkpoint::{self, Held};
use super::fold::Folded;
use super::log::Head;
use super::notes;
use super::record::{Family, Object, Record};
use super::store::{Folder, Key, Store, StoreError};
use crate::diag::{Code, Finding};
use crate::ledger::CredentialState;
use crate::model::Digest;
use std::collections::BTreeSet;

/// What was found.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Verified {
    /// How many objects were read.
    pub objects: u64,
    /// Numbers of the checkpoints that say what the records say, ascending.
    pub checkpoints: Vec<u64>,
    /// How many sealed passwords were compared with their digests.
    pub sealed: u64,
    /// What is wrong, in the order of the chain; empty when all is well.
    pub findings: Vec<Finding>,
    /// Number of the checkpoint behind which was looked; none when everything was.
    pub behind: Option<u64>,
    /// The last object: kept elsewhere, it shows later that none was cut off or exchanged.
    pub head: Option<Head>,
}

/// Looks through the whole state. `pinned` is a head that somebody knows to have been there: nothing else shows that the
/// end was cut off, or everything written anew.
///
/// # Errors
/// Only when the store cannot be read; what is wrong in it is a finding.
pub fn verify(store: &dyn Store, pinned: Option<Head>) -> Result<Verified, StoreError> {
    walk(store, None, pinned)
}

/// Looks through what stands behind the newest checkpoint that is of use: all that commands read. What is before it, and
/// what the checkpoint says, is taken as they take it.
///
/// # Errors
/// As [`verify`].
pub fn verify_recent(store: &dyn Store, pinned: Option<Head>) -> Result<Verified, StoreError> {
    walk(store, checkpoint::newest(store)?, pinned)
}

fn walk(store: &dyn Store, begun: Option<(Head, Folded)>, pinned: Option<Head>) -> Result<Verified, StoreError> {
    let mut walk = Walk::new(store, begun, pinned)?;
    let after = walk.verified.behind;
    let mut next = after.map_or(0, |number| number.saturating_add(1));
    for key in store.list_after(Folder::Journal, after.map(Key::Journal))? {
        let Key::Journal(number) = key else { continue };
        walk.check_gap(next, number);
        next = number.saturating_add(1);
        match store.get(key)? {
            Some(bytes) => {
                walk.check_object(number, &bytes);
                walk.check_covered(store, Head { number, digest: Digest::of_bytes(&bytes) })?;
            }
            None => walk.damaged(number, "it is listed and cannot be read"),
        }
    }
    if next == 0 {
        let missing = Finding::error(Code::NoState, None, "there is no state here");
        walk.verified
            .findings
            .push(missing.help("point `state` to the right place, or begin one: `twotier state init`"));
    }
    walk.check_end();
    walk.check_sealed(store)?;
    Ok(walk.verified)
}

fn checkpoints(store: &dyn Store) -> Result<BTreeSet<u64>, StoreError> {
    let number = |key| match key {
        Key::Checkpoint(number) => Some(number),
        Key::Journal(_) | Key::Plan(_) | Key::Sealed(_) => None,
    };
    Ok(store.list_after(Folder::Checkpoint, None)?.into_iter().filter_map(number).collect())
}

struct Walk {
    verified: Verified,
    folded: Folded,
    before: Before,
    /// Those whose object was not met yet.
    checkpoints: BTreeSet<u64>,
    pinned: Option<Head>,
}

/// The object before.
enum Before {
    Start,
    Read(Digest),
    Missing,
}

impl Walk {
    fn new(store: &dyn Store, begun: Option<(Head, Folded)>, pinned: Option<Head>) -> Result<Self, StoreError> {
        let mut walk = Self {
            verified: Verified::default(),
            folded: Folded::default(),
            before: Before::Start,
            checkpoints: checkpoints(store)?,
            pinned,
        };
        if let Some((head, folded)) = begun {
            walk.checkpoints.retain(|number| *number > head.number);
            (walk.folded, walk.before) = (folded, Before::Read(head.digest));
            (walk.verified.head, walk.verified.behind) = (Some(head), Some(head.number));
            if let Some(Head { number, digest: _ }) = pinned.filter(|pinned| pinned.number <= head.number) {
                match store.get(Key::Journal(number))? {
                    Some(bytes) => walk.check_pinned(Head { number, digest: Digest::of_bytes(&bytes) }),
                    None => walk.damaged(number, "`--head` names it, and it is not there"),
                }
            }
        }
        Ok(walk)
    }
    fn check_pinned(&mut self, head: Head) {
        if self.pinned.is_some_and(|pinned| pinned.number == head.number && pinned != head) {
            self.damaged(head.number, "it is another one than `--head` names: the journal was written anew");
        }
    }
    fn damaged(&mut self, number: u64, why: &str) {
        let error = JournalError::Damaged { number, why: why.to_owned() };
        self.verified.findings.push(Finding::error(Code::JournalDamaged, None, error.to_string()));
    }
    fn odd(&mut self, number: u64, why: &str) {
        let message = format!("`{}` {why}", Key::Journal(number));
        self.verified.findings.push(Finding::warning(Code::JournalOdd, None, message));
    }

    /// What speaks of this object from outside of the chain: a checkpoint, and the head that somebody kept.
    fn check_covered(&mut self, store: &dyn Store, head: Head) -> Result<(), StoreError> {
        let number = head.number;
        self.verified.head = Some(head);
        self.check_pinned(head);
        if !self.checkpoints.remove(&number) {
            return Ok(());
        }
        // Where the records themselves are damaged, nothing tells what a checkpoint must say.
        if self.verified.findings.iter().any(|finding| finding.code == Code::JournalDamaged) {
            self.unchecked(number);
            return Ok(());
        }
        match store.get(Key::Checkpoint(number))?.map(|bytes| checkpoint::held(&bytes, head, &self.folded)) {
            Some(Held::Wrong(why)) => self.misled(number, why),
            Some(Held::OtherRules) => {
                let message = format!(
                    "`{}` was folded by the rules of another version: it is passed over",
                    Key::Checkpoint(number)
                );
                self.verified.findings.push(Finding::note(Code::CheckpointNotCompared, None, message));
            }
            Some(Held::Fits) => self.verified.checkpoints.push(number),
            None => {}
        }
        Ok(())
    }
    fn unchecked(&mut self, number: u64) {
        let message = format!("`{}` was not checked: the records it stands for are damaged", Key::Checkpoint(number));
        let help = "it is read in place of them all the same: mend the records, then look again";
        self.verified.findings.push(Finding::warning(Code::CheckpointNotCompared, None, message).help(help));
    }
    fn misled(&mut self, number: u64, why: &str) {
        let message = format!("`{}` is damaged: {why}", Key::Checkpoint(number));
        let help =
            "it is read in place of the records: find out who wrote it, then delete it; the records say all without it";
        self.verified.findings.push(Finding::error(Code::JournalDamaged, None, message).help(help));
    }
    /// What names an object behind the last one.
    fn check_end(&mut self) {
        let there = self.verified.head.map_or(0, |head| head.number.saturating_add(1));
        for number in std::mem::take(&mut self.checkpoints) {
            if number < there {
                self.unchecked(number);
            } else {
                self.misled(
                    number,
                    "the object it stands for is not there: the journal was cut off, or is an older copy",
                );
            }
        }
        if let Some(Head { number, digest: _ }) = self.pinned.filter(|pinned| pinned.number >= there) {
            self.damaged(
                number,
                "`--head` names it, and it is not there: the journal was cut off, or is an older copy",
            );
        }
    }

    fn check_gap(&mut self, expected: u64, number: u64) {
        if number > expected {
            let missing = number - expected;
            self.damaged(expected, &format!("it is missing, {missing} in all, and later ones are there"));
            self.before = Before::Missing;
        }
    }

    fn check_object(&mut self, number: u64, bytes: &[u8]) {
        self.verified.objects += 1;
        let before = std::mem::replace(&mut self.before, Before::Read(Digest::of_bytes(bytes)));
        let object = match chain::decode(number, bytes) {
            Ok(object) => object,
            Err(error) => {
                self.verified.findings.push(Finding::error(Code::JournalDamaged, None, error.to_string()));
                return;
            }
        };
        let follows = match before {
            Before::Start => object.before.is_none(),
            Before::Read(digest) => object.before == Some(digest),
            Before::Missing => true,
        };
        if !follows {
            self.damaged(number, "it does not follow the object before it as that stands");
        }
        self.check_epoch(&object);
        let (said, done): (Vec<Record>, Vec<Record>) =
            object.records.iter().cloned().partition(|record| record.family() == Family::Note);
        if !said.is_empty()
            && let Err(error) = notes::check_all(&self.folded, &said)
        {
            self.odd(number, &format!("holds a note that says nothing: {error}"));
        }
        done.iter().for_each(|record| self.check_record(&object, record));
        self.folded.absorb(object);
    }

    /// Only opening a run and taking one over begin an epoch, and each begins the next.
    fn check_epoch(&mut self, object: &Object) {
        let begins = object.records.iter().any(|it| matches!(it, Record::Open(_) | Record::Takeover { .. }));
        let expected = if begins { self.folded.epoch + 1 } else { self.folded.epoch };
        if object.epoch != expected {
            self.odd(object.number, &format!("is of epoch {}, where {expected} was due", object.epoch));
        }
    }

    fn check_record(&mut self, object: &Object, record: &Record) {
        let number = object.number;
        let begins = object.records.iter().any(|it| matches!(it, Record::Open(_) | Record::Takeover { .. }));
        let holds = self.folded.run.as_ref().is_some_and(|run| run.epoch == object.epoch);
        if record.family() == Family::Run && !begins && !holds {
            self.odd(number, "was written by a run that did not hold the lease");
        }
        if let Record::Settlement { intent, .. } = record
            && !self.folded.intents.contains_key(intent)
        {
            self.odd(number, &format!("settles the effect {intent}, which is not open"));
        }
        if let Record::Open(_) = record
            && self.folded.run.is_some()
            && !object.records.iter().any(|it| matches!(it, Record::Takeover { .. }))
        {
            self.odd(number, "opens a run while another one held the lease");
        }
    }

    fn check_sealed(&mut self, store: &dyn Store) -> Result<(), StoreError> {
        for (address, credential) in &self.folded.ledger.credentials {
            let CredentialState::Sealed { key, digest } = &credential.state else { continue };
            self.verified.sealed += 1;
            let found = match key.parse() {
                Ok(key @ Key::Sealed(_)) => store.get(key)?,
                Ok(Key::Journal(_) | Key::Plan(_) | Key::Checkpoint(_)) | Err(_) => None,
            };
            let why = match found {
                Some(bytes) if Digest::of_bytes(&bytes) == *digest => continue,
                Some(_) => "is not what was sealed",
                None => "is not there",
            };
            let finding = Finding::error(Code::SealedUnusable, None, format!("`{key}` {why}")).about(address.clone());
            self.verified.findings.push(finding);
        }
        Ok(())
    }
}
