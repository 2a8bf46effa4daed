//! What earlier looks brought and may be used again: the expensive answers only, filtered before anything is asked, so that
//! whatever is left may be used as it is. Every new one is kept as soon as it is there, so that a command that is
//! interrupted goes on where it stopped. Never holds an unknown or an absence.

mod stale;
mod store;
#[cfg(test)]
mod tests;
pub(super) mod touched;

pub use stale::{Dropped, Evidence, LATE, Sifted, not_ours, of_age, since, unchanged};

use super::observe::Progress;
use crate::backend::Observe;
use crate::journal::{Journal, deeds};
use crate::model::{Span, Timestamp};
use crate::observed::{Answer, Read};
use crate::snapshot::cache::{Owner, Remembered};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::{Mutex, MutexGuard, PoisonError};
use store::Keeper;

/// How much is looked at anew.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Refresh {
    /// Everything.
    #[default]
    Full,
    /// What may have changed, and a share of the rest.
    Changed,
    /// What a scope needs; the rest is remembered, whatever its age.
    Scope,
}

/// Remembered answers, and where new ones are kept.
#[derive(Default)]
pub struct Recall {
    known: Mutex<BTreeMap<Read, (Answer, Timestamp)>>,
    keeper: Option<Mutex<Keeper>>,
    now: Timestamp,
    journal: u64,
    refresh: Refresh,
    /// When each answer was given that was found, used or not.
    ages: BTreeMap<Read, Timestamp>,
}

/// Which answers a command may remember.
#[derive(Clone, Debug)]
pub struct Recalling {
    /// Where they are kept.
    pub file: PathBuf,
    /// How much is looked at anew.
    pub refresh: Refresh,
}

impl std::fmt::Debug for Recall {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Recall").field("now", &self.now).finish_non_exhaustive()
    }
}

/// Whom to ask what happened since.
#[derive(Clone, Copy)]
pub struct Past<'a> {
    /// Tells the service's records.
    pub observe: &'a dyn Observe,
    /// Tells what we did.
    pub journal: &'a Journal,
    /// When it is.
    pub now: Timestamp,
}

impl Recall {
    /// Remembers nothing and keeps nothing.
    #[must_use]
    pub fn nothing() -> Self {
        Self::default()
    }

    /// Opens the cache, and tells what is wrong with it. A journal without a state has none.
    #[must_use]
    pub fn open(recalling: Option<&Recalling>, past: Past<'_>, progress: &dyn Progress) -> Self {
        let (Some(Recalling { file, refresh }), Some(genesis)) = (recalling, &past.journal.ledger().genesis) else {
            return Self::nothing();
        };
        let owner = Owner { tenant_id: genesis.tenant, state: genesis.state.clone() };
        let (keeper, found) = Keeper::open(file, owner);
        found.notes.iter().for_each(|note| progress.note(note));
        let ages = found.answers.iter().map(|one| (one.read.clone(), one.at)).collect();
        let kept = match refresh {
            Refresh::Full => Vec::new(),
            Refresh::Changed => sifted(found.answers, past, progress),
            Refresh::Scope => whatever_its_age(found.answers, past, progress),
        };
        Self {
            keeper: Some(Mutex::new(keeper)),
            now: past.now,
            journal: past.journal.head().map_or(0, |head| head.number),
            refresh: *refresh,
            ages,
            known: Mutex::new(kept.into_iter().map(|one| (one.read, (one.answer, one.at))).collect()),
        }
    }

    /// The remembered answer to a question, once.
    pub(super) fn take(&self, read: &Read) -> Option<(Answer, Timestamp)> {
        held(&self.known).remove(read)
    }
    /// Keeps a new answer, if it is one of the expensive ones.
    pub(super) fn keep(&self, read: &Read, answer: &Answer) {
        let Some(keeper) = self.keeper.as_ref().filter(|_| is_kept(read, answer)) else { return };
        let (read, answer) = (read.clone(), answer.clone());
        held(keeper).keep(&Remembered { read, answer, at: self.now, journal: self.journal });
    }
    /// When it is: what a new answer is dated with, and what ages are counted from.
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }
    /// How much is looked at anew.
    #[must_use]
    pub fn refresh(&self) -> Refresh {
        self.refresh
    }
    /// When the answer that an earlier command left to a question was given, if there is one.
    #[must_use]
    pub fn given(&self, read: &Read) -> Option<Timestamp> {
        self.ages.get(read).copied()
    }
    /// Ends, and tells what went wrong with keeping: never a reason to fail.
    pub fn close(self, progress: &dyn Progress) {
        let keeper = self.keeper.map(|keeper| keeper.into_inner().unwrap_or_else(PoisonError::into_inner));
        keeper.and_then(Keeper::close).into_iter().for_each(|trouble| progress.note(&format!("warning: {trouble}")));
    }
}

/// What may still be used of some answers.
fn sifted(answers: Vec<Remembered>, past: Past<'_>, progress: &dyn Progress) -> Vec<Remembered> {
    let Past { observe, journal, now } = past;
    let Sifted { kept, .. } = of_age(answers, now);
    let Some(since) = since(&kept) else { return kept };
    let sifted = match deeds(journal.store(), journal.head(), since) {
        Ok(deeds) => {
            let deeds: Vec<_> = deeds.into_iter().filter(|deed| deed.at >= since).collect();
            // A day more, for clocks that differ.
            let records = observe.audit(since.plus(Span::days(-1)));
            unchanged(kept, Evidence { records: records.as_deref(), deeds: &deeds, now })
        }
        Err(error) => {
            progress.note(&format!("everything is read anew: {error}"));
            return Vec::new();
        }
    };
    let gap = sifted.dropped.iter().find_map(|(_, why)| if let Dropped::Gap(gap) = why { Some(gap) } else { None });
    gap.into_iter().for_each(|gap| progress.note(&format!("everything is read anew: {gap}")));
    sifted.kept
}

/// All of them but what runs of ours changed since, and what a clock that was set back will say.
fn whatever_its_age(answers: Vec<Remembered>, past: Past<'_>, progress: &dyn Progress) -> Vec<Remembered> {
    let Past { observe: _, journal, now } = past;
    let answers: Vec<Remembered> = answers.into_iter().filter(|one| one.at <= now).collect();
    let Some(since) = since(&answers) else { return answers };
    match deeds(journal.store(), journal.head(), since) {
        Ok(deeds) => not_ours(answers, &deeds).kept,
        Err(error) => {
            progress.note(&format!("everything is read anew: {error}"));
            Vec::new()
        }
    }
}

/// The reads in which the hours of a look go, and only where they told a list.
fn is_kept(read: &Read, answer: &Answer) -> bool {
    match (read, answer) {
        (Read::CustomersOf(_), Answer::Customers(_))
        | (Read::ResellersOf(_), Answer::Resellers(_))
        | (Read::Subscriptions(_), Answer::Subscriptions(_)) => true,
        (Read::CustomersOf(_) | Read::ResellersOf(_) | Read::Subscriptions(_), _)
        | (
            Read::Relationships
            | Read::Customers
            | Read::Subscription(..)
            | Read::SupportContact(..)
            | Read::Agreement(_)
            | Read::AccountReview(_)
            | Read::Country(_)
            | Read::Domain(_)
            | Read::PostalAddress(_)
            | Read::Offer(_)
            | Read::PartnerId(_)
            | Read::PartnerProfile(_)
            | Read::ResellerByTenant(_)
            | Read::ResellerByPartnerId(_)
            | Read::InvitationLink(_)
            | Read::Cart(..),
            _,
        ) => false,
    }
}

fn held<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
