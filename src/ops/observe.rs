//! Looks at what is there, in rounds: each round makes the reads that planning asked for and did not find. Holds only
//! the looking door, so it cannot change anything; what fails is unknown, never absent.

use crate::backend::Observe;
use crate::observed::{Answer, Observed, Read, Why};
use smol_str::SmolStr;
use std::collections::BTreeSet;
use std::sync::Mutex;
use std::sync::atomic::{AtomicUsize, Ordering};

/// How many reads run at once. Source: learn, api-throttling-guidance (limits are per minute, so more is no faster).
const WORKERS: usize = 8;

/// Most rounds that are made; a plan asks for what follows from what it read, and nothing follows this deep.
const ROUNDS: usize = 16;

/// Somebody who is told how looking goes.
pub trait Progress: Sync {
    /// A round of so many reads begins.
    fn round(&self, reads: usize);
    /// One of them is made.
    fn read(&self);
    /// Looking is over, after so many reads.
    fn end(&self, reads: usize);
}

/// What was looked at.
#[derive(Debug, Default)]
pub struct Looked {
    /// What was seen.
    pub observed: Observed,
    /// How many reads it took.
    pub reads: usize,
    /// Why not even the first reads were allowed, when none of them was.
    pub denied: Option<SmolStr>,
}

/// Looks until `missing` asks for nothing new.
pub fn look(
    observe: &dyn Observe,
    progress: &dyn Progress,
    mut missing: impl FnMut(&Observed) -> BTreeSet<Read>,
) -> Looked {
    let mut looked = Looked::default();
    for _ in 0..ROUNDS {
        let wanted: Vec<Read> =
            missing(&looked.observed).into_iter().filter(|read| !looked.observed.was_read(read)).collect();
        if wanted.is_empty() {
            break;
        }
        progress.round(wanted.len());
        let answers = round(observe, progress, &wanted);
        if looked.reads == 0 {
            looked.denied = all_denied(&answers);
        }
        for (read, answer) in wanted.iter().zip(answers) {
            looked.observed.absorb(read, answer);
        }
        looked.reads += wanted.len();
    }
    progress.end(looked.reads);
    looked
}

/// Why none of these reads was allowed, when none was.
fn all_denied(answers: &[Result<Answer, Why>]) -> Option<SmolStr> {
    let denied = |answer: &Result<Answer, Why>| match answer {
        Err(Why::Denied(text)) => Some(text.clone()),
        Err(Why::NotRead | Why::Refused(_) | Why::Throttled | Why::Failed(_) | Why::Partial | Why::Implausible(_))
        | Ok(_) => None,
    };
    let all: Option<Vec<SmolStr>> = answers.iter().map(denied).collect();
    all?.into_iter().next()
}

/// The answers to some reads, in their order.
fn round(observe: &dyn Observe, progress: &dyn Progress, reads: &[Read]) -> Vec<Result<Answer, Why>> {
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::with_capacity(reads.len()));
    let work = || {
        while let Some((index, read)) = claim(&next, reads) {
            let answer = observe.read(read);
            progress.read();
            answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).push((index, answer));
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..WORKERS.min(reads.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut answers = answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

fn claim<'r>(next: &AtomicUsize, reads: &'r [Read]) -> Option<(usize, &'r Read)> {
    let index = next.fetch_add(1, Ordering::Relaxed);
    reads.get(index).map(|read| (index, read))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::TenantId;
    use crate::observed::Facet;
    use std::collections::BTreeMap;

    struct Slow(Mutex<BTreeMap<Read, usize>>);
    impl Observe for Slow {
        fn read(&self, read: &Read) -> Result<Answer, Why> {
            *self.0.lock().expect("no panic").entry(read.clone()).or_default() += 1;
            if *read == Read::Customers { Err(Why::Partial) } else { Ok(Answer::NotThere) }
        }
    }
    struct Counted(AtomicUsize);
    impl Progress for Counted {
        fn round(&self, _: usize) {}
        fn read(&self) {
            self.0.fetch_add(1, Ordering::Relaxed);
        }
        fn end(&self, _: usize) {}
    }
    fn tenant(n: u8) -> TenantId {
        TenantId::from_bytes([n; 16])
    }

    #[test]
    fn nobody_is_signed_in_when_the_first_reads_are_all_denied() {
        let denied = || Err(Why::Denied("no role".into()));
        assert_eq!(all_denied(&[denied(), denied()]), Some("no role".into()));
        assert_eq!(all_denied(&[denied(), Ok(Answer::NotThere)]), None);
        assert_eq!(all_denied(&[]), None);
    }

    #[test]
    fn every_read_is_made_once_and_a_failed_one_is_unknown() {
        let door = Slow(Mutex::default());
        let told = Counted(AtomicUsize::new(0));
        let looked = look(&door, &told, |seen| {
            let mut wanted: BTreeSet<Read> = (0..40).map(|n| Read::CustomersOf(tenant(n))).collect();
            wanted.insert(Read::Customers);
            if seen.was_read(&Read::Customers) {
                wanted.insert(Read::Relationships);
            }
            wanted
        });
        assert_eq!(looked.reads, 42);
        assert_eq!(told.0.into_inner(), 42);
        assert!(door.0.into_inner().expect("no panic").values().all(|times| *times == 1));
        assert_eq!(looked.observed.customers(), Facet::Unknown(Why::Partial));
        assert!(looked.observed.was_read(&Read::Relationships));
    }
}
