//! Looks at what is there, in rounds: each round makes the reads that planning asked for and did not find. Holds only
//! the looking door, so it cannot change anything; what fails is unknown, never absent.

use crate::backend::Observe;
use crate::model::CustomerId;
use crate::observed::{Answer, Observed, Read, Why};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
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
    /// What it costs so far, where looking is traffic.
    fn cost(&self, _: Cost) {}
    /// What it cost in the end, where looking is traffic.
    fn spent(&self, _: Cost) {}
}

/// The calls of a look.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cost {
    /// Made, repeats and further pages included.
    pub made: u64,
    /// Expected, as far as could be told before.
    pub expected: u64,
    /// Refused because of too many requests.
    pub refused: u64,
    /// At most so many a minute.
    pub per_minute: u32,
}
impl Cost {
    /// How long the rest takes at that pace, in seconds.
    #[must_use]
    pub fn seconds_left(&self) -> u64 {
        self.expected.saturating_sub(self.made).saturating_mul(60) / u64::from(self.per_minute.max(1))
    }
    /// Since a look began, if it is traffic at all.
    fn since(observe: &dyn Observe, (made, refused): (u64, u64), expected: u64) -> Option<Self> {
        let now = observe.traffic()?;
        Some(Self {
            made: now.made.saturating_sub(made),
            expected,
            refused: now.refused.saturating_sub(refused),
            per_minute: now.per_minute,
        })
    }
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
    let before = observe.traffic().map_or((0, 0), |traffic| (traffic.made, traffic.refused));
    let mut expected = 0;
    for _ in 0..ROUNDS {
        let wanted: Vec<Read> =
            missing(&looked.observed).into_iter().filter(|read| !looked.observed.was_read(read)).collect();
        if wanted.is_empty() {
            break;
        }
        progress.round(wanted.len());
        expected += u64::try_from(observe.price(&wanted)).unwrap_or(u64::MAX);
        let answers = round(observe, &wanted, &|| {
            progress.read();
            if let Some(cost) = Cost::since(observe, before, expected) {
                progress.cost(cost);
            }
        });
        if looked.reads == 0 {
            looked.denied = all_denied(&answers);
        }
        for (read, answer) in wanted.iter().zip(answers) {
            looked.observed.absorb(read, answer);
        }
        looked.reads += wanted.len();
    }
    progress.end(looked.reads);
    if let Some(cost) = Cost::since(observe, before, expected) {
        progress.spent(cost);
    }
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

/// The answers to some reads, in their order; `made` is told of each.
fn round(observe: &dyn Observe, reads: &[Read], made: &(dyn Fn() + Sync)) -> Vec<Result<Answer, Why>> {
    let errands = errands(reads);
    let next = AtomicUsize::new(0);
    let answers = Mutex::new(Vec::with_capacity(reads.len()));
    let work = || {
        while let Some(errand) = errands.get(next.fetch_add(1, Ordering::Relaxed)) {
            let asked: Vec<Read> = errand.iter().map(|index| reads[*index].clone()).collect();
            let told = observe.read_all(&asked);
            errand.iter().for_each(|_| made());
            let told = errand.iter().copied().zip(told);
            answers.lock().unwrap_or_else(std::sync::PoisonError::into_inner).extend(told);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..WORKERS.min(errands.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut answers = answers.into_inner().unwrap_or_else(std::sync::PoisonError::into_inner);
    answers.sort_by_key(|(index, _)| *index);
    answers.into_iter().map(|(_, answer)| answer).collect()
}

/// Reads as errands of one worker each: PartnerIDs together, because the service takes a list of them; the first read of
/// every customer before the second of any, because the service also limits calls by customer.
fn errands(reads: &[Read]) -> Vec<Vec<usize>> {
    let (mut together, mut ranked) = (Vec::new(), Vec::with_capacity(reads.len()));
    let mut ranks: BTreeMap<CustomerId, usize> = BTreeMap::new();
    for (index, read) in reads.iter().enumerate() {
        match about(read) {
            About::PartnerId => together.push(index),
            About::World => ranked.push((0, index)),
            About::Customer(id) => {
                let rank = ranks.entry(id).or_default();
                ranked.push((*rank, index));
                *rank += 1;
            }
        }
    }
    ranked.sort_unstable();
    let alone = ranked.into_iter().map(|(_, index)| vec![index]);
    (!together.is_empty()).then_some(together).into_iter().chain(alone).collect()
}

/// What a read is about, as far as the order of calls goes.
enum About {
    PartnerId,
    Customer(CustomerId),
    World,
}

fn about(read: &Read) -> About {
    match read {
        Read::PartnerId(_) => About::PartnerId,
        Read::ResellersOf(id)
        | Read::Subscriptions(id)
        | Read::Subscription(id, _)
        | Read::SupportContact(id, _)
        | Read::Agreement(id)
        | Read::AccountReview(id)
        | Read::Cart(id, _) => About::Customer(*id),
        Read::Relationships
        | Read::Customers
        | Read::CustomersOf(_)
        | Read::Domain(_)
        | Read::PostalAddress(_)
        | Read::Offer(_)
        | Read::ResellerByTenant(_)
        | Read::ResellerByPartnerId(_)
        | Read::InvitationLink(_) => About::World,
    }
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
    fn partner_ids_go_together_and_customers_take_turns() {
        let [one, other] = [1, 2].map(|n| CustomerId::from_bytes([n; 16]));
        let id = |text: &str| Read::PartnerId(crate::model::PartnerId::new(text));
        let reads = [
            Read::Agreement(one),
            Read::Subscriptions(one),
            Read::Agreement(other),
            id("1111"),
            Read::Customers,
            id("2222"),
        ];
        assert_eq!(errands(&reads), [vec![3, 5], vec![0], vec![2], vec![4], vec![1]]);
    }

    #[test]
    fn the_time_left_follows_from_the_pace() {
        let cost = Cost { made: 500, expected: 1500, refused: 0, per_minute: 500 };
        assert_eq!(cost.seconds_left(), 120);
        assert_eq!(Cost { made: 2000, ..cost }.seconds_left(), 0, "more pages than expected");
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
