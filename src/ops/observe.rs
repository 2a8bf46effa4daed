//! Looks at what is there, in rounds: each round makes the reads that planning asked for and did not find. What is
//! remembered is taken as it is, until something is to rest on it: then it is read as well. Holds only the looking door, so
//! it cannot change anything; what fails is unknown, never absent.

use super::recall::Recall;
use crate::backend::{Bound, Observe, Price, Traffic};
use crate::model::{CustomerId, Span, Timestamp};
use crate::observed::{Answer, Observed, Read, Why};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Mutex, PoisonError};

/// How many reads run at once. Source: learn, api-throttling-guidance (limits are per minute, so more is no faster).
const WORKERS: usize = 8;

/// Most rounds that are made; a plan asks for what follows from what it read, and nothing follows this deep.
const ROUNDS: usize = 32;

/// Somebody who is told how looking goes.
pub trait Progress: Sync {
    /// A round of so many reads begins.
    fn round(&self, reads: usize);
    /// One of them is made.
    fn read(&self);
    /// Looking is over, after so many reads.
    fn end(&self, reads: usize);
    /// The same where so many further answers are only remembered, the oldest so old.
    fn recalled(&self, reads: usize, _remembered: usize, _oldest: Span) {
        self.end(reads);
    }
    /// Something is to be said.
    fn note(&self, _: &str) {}
    /// What it costs so far, where looking is traffic.
    fn cost(&self, _: Cost) {}
    /// What it cost in the end, where looking is traffic.
    fn spent(&self, _: Cost) {}
}

/// The calls of a look.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cost {
    /// Made, repeats and further pages included.
    pub made: u64,
    /// Expected, as far as could be told before each was made.
    pub expected: u64,
    /// Whether more may come of what is being read.
    pub bound: Bound,
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
}

/// What a look was expected to cost, and when it began.
struct Bill {
    before: Option<Traffic>,
    priced: u64,
    bound: Bound,
}
impl Bill {
    fn begin(observe: &dyn Observe) -> Self {
        Self { before: observe.traffic(), priced: 0, bound: Bound::Exact }
    }
    /// A round begins: what was open before is over.
    fn add(&mut self, Price { calls, bound }: Price) {
        self.priced += u64::try_from(calls).unwrap_or(u64::MAX);
        self.bound = bound;
    }
    /// The cost so far, where looking is traffic. A further page is expected as soon as the one before it tells of it.
    fn cost(&self, observe: &dyn Observe) -> Option<Cost> {
        let (now, before) = (observe.traffic()?, self.before?);
        Some(Cost {
            made: now.made.saturating_sub(before.made),
            expected: self.priced + now.pages.saturating_sub(before.pages),
            bound: self.bound,
            refused: now.refused.saturating_sub(before.refused),
            per_minute: now.per_minute,
        })
    }
}

/// What one looks with.
#[derive(Clone, Copy)]
pub struct Eyes<'a> {
    /// Asks.
    pub observe: &'a dyn Observe,
    /// Remembers.
    pub recall: &'a Recall,
    /// Is told how it goes.
    pub progress: &'a dyn Progress,
}

/// What somebody wants to see.
#[derive(Clone, Debug, Default)]
pub struct Wants {
    /// Was asked for and not found.
    pub missing: BTreeSet<Read>,
    /// Something is to rest on it: it must not only be remembered.
    pub rests_on: RestsOn,
}
impl From<BTreeSet<Read>> for Wants {
    fn from(missing: BTreeSet<Read>) -> Self {
        Self { missing, rests_on: RestsOn::default() }
    }
}

/// What must not only be remembered.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum RestsOn {
    /// These reads.
    Reads(BTreeSet<Read>),
    /// Everything that was looked at.
    Everything,
}
impl Default for RestsOn {
    fn default() -> Self {
        Self::Reads(BTreeSet::new())
    }
}
impl RestsOn {
    fn holds(&self, read: &Read) -> bool {
        match self {
            Self::Reads(reads) => reads.contains(read),
            Self::Everything => true,
        }
    }
}

/// What was looked at.
#[derive(Debug, Default)]
pub struct Looked {
    /// What was seen.
    pub observed: Observed,
    /// How many reads it took.
    pub reads: usize,
    /// What of it is only remembered, and since when.
    pub remembered: BTreeMap<Read, Timestamp>,
    /// Why not even the first reads were allowed, when none of them was.
    pub denied: Option<SmolStr>,
    /// Why looking was given up before its end: what was not read is unknown.
    pub given_up: Option<Why>,
}

impl Looked {
    /// The reads to be made next. What is wanted and remembered is taken in first; when nothing is missing, what something
    /// is to rest on is read as well.
    fn next(&mut self, recall: &Recall, wants: &mut impl FnMut(&Observed) -> Wants) -> Vec<Read> {
        loop {
            let Wants { missing, rests_on } = wants(&self.observed);
            let missing: Vec<Read> = missing.into_iter().filter(|read| !self.observed.was_read(read)).collect();
            if missing.is_empty() {
                let only = self.remembered.keys().filter(|read| rests_on.holds(read));
                return only.cloned().collect();
            }
            let mut unknown = Vec::new();
            for read in missing {
                match recall.take(&read) {
                    Some((answer, at)) => {
                        self.observed.absorb(&read, Ok(answer));
                        self.remembered.insert(read, at);
                    }
                    None => unknown.push(read),
                }
            }
            if !unknown.is_empty() {
                return unknown;
            }
        }
    }
    /// When the oldest remembered answer was given.
    #[must_use]
    pub fn oldest(&self) -> Option<Timestamp> {
        self.remembered.values().min().copied()
    }
    /// What was only remembered, as a plan tells it.
    #[must_use]
    pub fn told(&self) -> Option<crate::plan::file::Remembered> {
        let oldest = self.oldest()?;
        Some(crate::plan::file::Remembered { answers: self.remembered.len(), oldest })
    }
}

/// Looks until `wants` asks for nothing new, and nothing rests on what is only remembered.
pub fn look(eyes: Eyes<'_>, mut wants: impl FnMut(&Observed) -> Wants) -> Looked {
    let Eyes { observe, recall, progress } = eyes;
    let mut looked = Looked::default();
    let mut bill = Bill::begin(observe);
    for turn in 0.. {
        let wanted = looked.next(recall, &mut wants);
        if wanted.is_empty() || looked.given_up.is_some() {
            break;
        }
        if turn == ROUNDS {
            looked.given_up = Some(Why::Failed("looking led from one thing to another without an end".into()));
            break;
        }
        progress.round(wanted.len());
        bill.add(observe.price(&wanted));
        let tell = || bill.cost(observe).into_iter().for_each(|cost| progress.cost(cost));
        tell();
        let (answers, given_up) = round(observe, &wanted, &|read, answer| {
            if let Ok(answer) = answer {
                recall.keep(read, answer);
            }
            progress.read();
            tell();
        });
        looked.given_up = given_up;
        if looked.reads == 0 {
            looked.denied = all_denied(&answers);
        }
        for (read, answer) in wanted.iter().zip(answers) {
            looked.observed.absorb(read, answer);
            looked.remembered.remove(read);
        }
        looked.reads += wanted.len();
    }
    match looked.oldest() {
        Some(oldest) => progress.recalled(looked.reads, looked.remembered.len(), recall.now().since(oldest)),
        None => progress.end(looked.reads),
    }
    bill.bound = Bound::Exact;
    if let Some(cost) = bill.cost(observe) {
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

/// So many reads in a row that fail, with nothing answered in between, and nobody is there any more.
const IN_A_ROW: usize = 3 * WORKERS;

/// Whether anybody answers still.
#[derive(Default)]
struct Silence(Mutex<Heard>);

/// What was heard last.
#[derive(Default)]
struct Heard {
    /// How many reads failed since one was answered.
    failed: usize,
    /// Why nobody is asked any more; an answer that was under way changes nothing about that.
    over: Option<Why>,
}

impl Silence {
    fn hear(&self, answers: &[Result<Answer, Why>]) {
        let mut heard = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        for answer in answers {
            match answer {
                Err(why @ (Why::Failed(_) | Why::Throttled)) => {
                    heard.failed += 1;
                    if heard.failed >= IN_A_ROW {
                        heard.over.get_or_insert_with(|| why.clone());
                    }
                }
                Err(Why::NotRead | Why::Refused(_) | Why::Denied(_) | Why::Partial | Why::Implausible(_)) | Ok(_) => {
                    heard.failed = 0;
                }
            }
        }
    }
    /// Why nobody is asked any more.
    fn why(&self) -> Option<Why> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner).over.clone()
    }
}

/// The answers to some reads, in their order; `made` is told of each. When nothing is answered any more, the rest is not
/// asked, and the reason is told as well.
fn round(
    observe: &dyn Observe,
    reads: &[Read],
    made: &(dyn Fn(&Read, &Result<Answer, Why>) + Sync),
) -> (Vec<Result<Answer, Why>>, Option<Why>) {
    let errands = errands(reads);
    let next = AtomicUsize::new(0);
    let silence = Silence::default();
    let answers = Mutex::new(Vec::with_capacity(reads.len()));
    let work = || {
        while let Some(errand) = errands.get(next.fetch_add(1, Ordering::Relaxed)) {
            let asked: Vec<Read> = errand.iter().map(|index| reads[*index].clone()).collect();
            let told = match silence.why() {
                Some(why) => vec![Err(why); asked.len()],
                None => observe.read_all(&asked),
            };
            silence.hear(&told);
            asked.iter().zip(&told).for_each(|(read, answer)| made(read, answer));
            let told = errand.iter().copied().zip(told);
            answers.lock().unwrap_or_else(PoisonError::into_inner).extend(told);
        }
    };
    std::thread::scope(|scope| {
        for _ in 1..WORKERS.min(errands.len()) {
            scope.spawn(work);
        }
        work();
    });
    let mut answers = answers.into_inner().unwrap_or_else(PoisonError::into_inner);
    answers.sort_by_key(|(index, _)| *index);
    (answers.into_iter().map(|(_, answer)| answer).collect(), silence.why())
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
        | Read::Country(id)
        | Read::Cart(id, _) => About::Customer(*id),
        Read::Relationships
        | Read::Customers
        | Read::CustomersOf(_)
        | Read::Domain(_)
        | Read::PostalAddress(_)
        | Read::Offer(_)
        | Read::PartnerProfile(_)
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
    fn eyes<'a>(observe: &'a dyn Observe, progress: &'a dyn Progress, recall: &'a Recall) -> Eyes<'a> {
        Eyes { observe, recall, progress }
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
        let cost = Cost { made: 500, expected: 1500, bound: Bound::Exact, refused: 0, per_minute: 500 };
        assert_eq!(cost.seconds_left(), 120);
        assert_eq!(Cost { made: 2000, ..cost }.seconds_left(), 0, "more pages than expected");
    }

    /// Nobody answers after so many reads.
    struct CutOff(AtomicUsize);
    impl Observe for CutOff {
        fn read(&self, _: &Read) -> Result<Answer, Why> {
            match self.0.fetch_add(1, Ordering::SeqCst) {
                0..100 => Ok(Answer::NotThere),
                _ => Err(Why::Failed("no route to host".into())),
            }
        }
    }

    #[test]
    fn when_nobody_answers_any_more_nobody_is_asked_any_more() {
        let door = CutOff(AtomicUsize::new(0));
        let reads: BTreeSet<Read> = (0..2000_u16)
            .map(|n| {
                let [high, low] = n.to_be_bytes();
                let mut id = [high; 16];
                id[15] = low;
                Read::CustomersOf(TenantId::from_bytes(id))
            })
            .collect();
        let looked = look(eyes(&door, &Counted(AtomicUsize::new(0)), &Recall::nothing()), |_| reads.clone().into());
        assert!(matches!(looked.given_up, Some(Why::Failed(_))));
        assert!(door.0.into_inner() < 100 + IN_A_ROW + 2 * WORKERS, "the rest is not asked");
        let known = reads.iter().filter(|read| looked.observed.was_read(read)).count();
        assert_eq!(known, 2000, "and is unknown");
    }

    #[test]
    fn every_read_is_made_once_and_a_failed_one_is_unknown() {
        let door = Slow(Mutex::default());
        let told = Counted(AtomicUsize::new(0));
        let looked = look(eyes(&door, &told, &Recall::nothing()), |seen| {
            let mut wanted: BTreeSet<Read> = (0..40).map(|n| Read::CustomersOf(tenant(n))).collect();
            wanted.insert(Read::Customers);
            if seen.was_read(&Read::Customers) {
                wanted.insert(Read::Relationships);
            }
            wanted.into()
        });
        assert_eq!(looked.reads, 42);
        assert_eq!(told.0.into_inner(), 42);
        assert!(door.0.into_inner().expect("no panic").values().all(|times| *times == 1));
        assert_eq!(looked.observed.customers(), Facet::Unknown(Why::Partial));
        assert!(looked.observed.was_read(&Read::Relationships));
    }
}
