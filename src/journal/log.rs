//! The journal as a value: what is folded so far and where the chain ends, reading what is new and appending at the end.
//! Blocking; holds the store and no clock: times and random words are passed in. Never changes or removes a record.

use super::chain::{self, JournalError, Link};
use super::checkpoint;
use super::fold::{Folded, OpenRun};
use super::lease::Quiet;
use super::notes;
use super::record::{BegunFor, FORMAT, Family, Object, Open, Record};
use super::store::{Folder, Key, Placed, Store, place};
use crate::ledger::Ledger;
use crate::model::{Digest, TenantId, Timestamp};
use smol_str::SmolStr;
use std::fmt;
use std::str::FromStr;
use std::sync::Arc;

/// A journal, folded up to the last object that was read.
#[derive(Clone)]
pub struct Journal {
    store: Arc<dyn Store>,
    head: Option<Head>,
    folded: Folded,
    /// Number of the checkpoint that was read or written last.
    covered: Option<u64>,
}

/// The last object that was read.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Head {
    /// Its number.
    pub number: u64,
    /// SHA-256 of its bytes.
    pub digest: Digest,
}

impl fmt::Display for Head {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { number, digest } = self;
        write!(f, "{number}:{digest}")
    }
}
impl FromStr for Head {
    type Err = &'static str;
    fn from_str(text: &str) -> Result<Self, Self::Err> {
        const SHAPE: &str = "a head is `NUMBER:DIGEST`, as `twotier state verify` prints it";
        let (number, digest) = text.split_once(':').ok_or(SHAPE)?;
        Ok(Self { number: number.parse().map_err(|_| SHAPE)?, digest: digest.parse().map_err(|_| SHAPE)? })
    }
}

/// What a state was begun for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Beginning {
    /// The provider's tenant.
    pub tenant: TenantId,
    /// What kind of center; none where an older version began it.
    pub begun_for: Option<BegunFor>,
}
impl Beginning {
    /// What the state in a store was begun for; none without genesis.
    ///
    /// # Errors
    /// When the first object is damaged or of a newer format, and when the store cannot say.
    pub fn read(store: &dyn Store) -> Result<Option<Self>, JournalError> {
        let records = chain::read(store, 0, None)?.map(|link| link.object.records).unwrap_or_default();
        Ok(records.into_iter().find_map(|record| {
            let Record::Genesis { tenant, state: _, begun_for } = record else { return None };
            Some(Self { tenant, begun_for })
        }))
    }
}

/// What a writer puts on an object.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stamp {
    /// When, by the writer's clock.
    pub at: Timestamp,
    /// A random word that no other append has, so that a put with unknown outcome can be told from somebody else's.
    pub nonce: SmolStr,
}

/// What became of an append.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Appended {
    /// It is durable, as the object of this number.
    Written {
        /// The number: a settlement names its intent by it.
        number: u64,
    },
    /// A run of a higher epoch took over; this run writes nothing more and starts no effect. Nothing was written.
    Fenced {
        /// The higher epoch.
        by: u64,
    },
    /// What it was to say is so no longer, by what others wrote meanwhile. Nothing was written.
    Overtaken,
}

/// What became of the wish to run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Begun {
    /// The run is open and holds the lease. Settle [`Folded::open_intents`] before anything else.
    Run {
        /// Its epoch.
        epoch: u64,
        /// Number of the object it opened with.
        number: u64,
    },
    /// Another run holds the lease; watch it, or give up.
    Held(Box<OpenRun>),
}

impl Journal {
    /// Reads the chain from the newest checkpoint on. A store without a first object gives a journal without a state, see [`Journal::has_state`].
    ///
    /// # Errors
    /// When an object is damaged, missing before another, or of a newer format, and when the store cannot be read.
    pub fn open(store: Arc<dyn Store>) -> Result<Self, JournalError> {
        let (head, folded) = checkpoint::newest(&*store)?.map_or_else(Default::default, |(head, it)| (Some(head), it));
        let mut journal = Self { store, head, folded, covered: head.map(|head| head.number) };
        loop {
            journal.refresh()?;
            if !journal.more_behind_the_end()? {
                return Ok(journal);
            }
        }
    }

    /// Whether objects stand behind the one that was read last, all of which were written in the meantime.
    fn more_behind_the_end(&self) -> Result<bool, JournalError> {
        let number = self.next_number();
        if self.store.list_after(Folder::Journal, self.head.map(|head| Key::Journal(head.number)))?.is_empty() {
            return Ok(false);
        }
        if self.store.get(Key::Journal(number))?.is_none() {
            return Err(JournalError::Damaged { number, why: "it is missing, and later ones are there".to_owned() });
        }
        Ok(true)
    }

    /// Reads what was written since; the number of objects that were new.
    ///
    /// # Errors
    /// As [`Journal::open`]; what was read before the damaged object stays folded.
    pub fn refresh(&mut self) -> Result<u64, JournalError> {
        let mut new = 0;
        while let Some(link) = chain::read(&*self.store, self.next_number(), self.head.map(|head| head.digest))? {
            self.absorb(link);
            new += 1;
        }
        Ok(new)
    }

    /// What is remembered.
    #[must_use]
    pub fn ledger(&self) -> &Ledger {
        &self.folded.ledger
    }
    /// What is remembered, the open run and the effects that are not settled for good.
    #[must_use]
    pub fn folded(&self) -> &Folded {
        &self.folded
    }
    /// The last object that was read; none without a state.
    #[must_use]
    pub fn head(&self) -> Option<Head> {
        self.head
    }
    /// Whether there is a genesis.
    #[must_use]
    pub fn has_state(&self) -> bool {
        self.head.is_some()
    }
    /// Where it lies.
    #[must_use]
    pub fn store(&self) -> &dyn Store {
        &*self.store
    }

    /// The commit up to which whoever approved was told all that manifests say.
    #[must_use]
    pub fn told(&self) -> Option<&str> {
        self.folded.reach.told.as_deref()
    }

    /// Writes genesis.
    ///
    /// # Errors
    /// [`JournalError::Begun`] when there is one, also of the same tenant.
    pub fn init(&mut self, beginning: Beginning, state: SmolStr, stamp: &Stamp) -> Result<(), JournalError> {
        self.refresh()?;
        let Beginning { tenant, begun_for } = beginning;
        if self.head.is_none() && self.put_next(0, vec![Record::Genesis { tenant, state, begun_for }], stamp)?.is_some()
        {
            return Ok(());
        }
        let tenant = self.folded.ledger.genesis.as_ref().map_or(tenant, |genesis| genesis.tenant);
        Err(JournalError::Begun { tenant })
    }

    /// Opens a run, unless another one holds the lease.
    ///
    /// # Errors
    /// [`JournalError::NoState`] without a genesis; what reading and writing give.
    pub fn begin(&mut self, open: Open, stamp: &Stamp) -> Result<Begun, JournalError> {
        self.begin_unless(open, stamp, |_| None)
    }

    /// Opens a run in place of one that was watched being quiet for the whole lease. One object says both, so nobody
    /// can come between.
    ///
    /// # Errors
    /// As [`Journal::begin`]. [`Begun::Held`] when the watched run wrote again or another one was faster: watch that.
    pub fn take(&mut self, quiet: Quiet, open: Open, stamp: &Stamp) -> Result<Begun, JournalError> {
        self.begin_unless(open, stamp, |run| {
            let reason = SmolStr::new_static("nothing was written for the length of a lease");
            quiet.is_of(run).then_some(Record::Takeover { from: run.epoch, by: None, reason })
        })
    }

    /// `over` is the record that ends the run which holds the lease, if it may be ended.
    fn begin_unless(
        &mut self,
        open: Open,
        stamp: &Stamp,
        over: impl Fn(&OpenRun) -> Option<Record>,
    ) -> Result<Begun, JournalError> {
        loop {
            self.refresh()?;
            self.require_state()?;
            let mut records = Vec::new();
            if let Some(run) = &self.folded.run {
                match over(run) {
                    Some(takeover) => records.push(takeover),
                    None => return Ok(Begun::Held(Box::new(run.clone()))),
                }
            }
            records.push(Record::Open(Box::new(open.clone())));
            let epoch = self.folded.epoch + 1;
            if let Some(number) = self.put_next(epoch, records, stamp)? {
                return Ok(Begun::Run { epoch, number });
            }
        }
    }

    /// Ends the run that holds the lease on the word of a person who knows that it is dead; its epoch, or none when no
    /// run is open. The next run settles what it left open.
    ///
    /// # Errors
    /// As [`Journal::begin`]; a blank name or reason is refused.
    pub fn take_over(&mut self, by: SmolStr, reason: SmolStr, stamp: &Stamp) -> Result<Option<u64>, JournalError> {
        notes::check_signed(&by, &reason)?;
        loop {
            self.refresh()?;
            self.require_state()?;
            let Some(from) = self.folded.run.as_ref().map(|run| run.epoch) else { return Ok(None) };
            let takeover = Record::Takeover { from, by: Some(by.clone()), reason: reason.clone() };
            if self.put_next(self.folded.epoch + 1, vec![takeover], stamp)?.is_some() {
                return Ok(Some(from));
            }
        }
    }

    /// Appends records of the open run of `epoch` as one object, behind whatever others wrote meanwhile.
    ///
    /// # Errors
    /// [`JournalError::NotOpen`] and [`JournalError::Shape`] are faults of the caller. After
    /// [`crate::journal::store::StoreError::Unknown`] it may have been written or still be: the run must stop.
    pub fn append(&mut self, epoch: u64, records: Vec<Record>, stamp: &Stamp) -> Result<Appended, JournalError> {
        self.append_while(|_| true, epoch, records, stamp)
    }

    /// The same, but only while it `stands`: that is asked of everything that is written before it.
    ///
    /// # Errors
    /// As [`Journal::append`].
    pub fn append_while(
        &mut self,
        stands: impl Fn(&Folded) -> bool,
        epoch: u64,
        records: Vec<Record>,
        stamp: &Stamp,
    ) -> Result<Appended, JournalError> {
        if records.iter().any(|record| record.family() != Family::Run) {
            return Err(JournalError::Shape("a run writes its own records only"));
        }
        self.require_state()?;
        let mut records = records;
        loop {
            if self.folded.epoch > epoch {
                return Ok(Appended::Fenced { by: self.folded.epoch });
            }
            if self.folded.run.as_ref().is_none_or(|run| run.epoch != epoch) {
                return Err(JournalError::NotOpen { epoch });
            }
            if !stands(&self.folded) {
                return Ok(Appended::Overtaken);
            }
            match self.try_next(epoch, records, stamp)? {
                Tried::Written(number) => return Ok(Appended::Written { number }),
                Tried::Lost(again) => records = again,
            }
        }
    }

    /// Appends a note of a person, which needs no lease and renews nobody's; the number of its object.
    ///
    /// # Errors
    /// [`JournalError::Note`] when it would say nothing true of what is remembered now, or is no note.
    pub fn note(&mut self, record: Record, stamp: &Stamp) -> Result<u64, JournalError> {
        self.note_all(vec![record], stamp)
    }

    /// Appends several notes at once: all or none.
    ///
    /// # Errors
    /// As [`Journal::note`], for the first that does not hold.
    pub fn note_all(&mut self, records: Vec<Record>, stamp: &Stamp) -> Result<u64, JournalError> {
        self.refresh()?;
        self.require_state()?;
        let mut records = records;
        loop {
            notes::check_all(&self.folded, &records)?;
            match self.try_next(self.folded.epoch, records, stamp)? {
                Tried::Written(number) => return Ok(number),
                Tried::Lost(again) => records = again,
            }
        }
    }

    pub(super) fn covered(&self) -> Option<u64> {
        self.covered
    }
    pub(super) fn cover(&mut self, number: u64) {
        self.covered = Some(number);
    }
    fn require_state(&self) -> Result<(), JournalError> {
        if self.has_state() { Ok(()) } else { Err(JournalError::NoState) }
    }
    fn next_number(&self) -> u64 {
        self.head.map_or(0, |head| head.number + 1)
    }
    fn absorb(&mut self, link: Link) {
        let Link { object, digest } = link;
        self.head = Some(Head { number: object.number, digest });
        self.folded.absorb(object);
    }

    /// Puts the records at the end; none when others stand there, which are folded then.
    pub(super) fn put_next(
        &mut self,
        epoch: u64,
        records: Vec<Record>,
        stamp: &Stamp,
    ) -> Result<Option<u64>, JournalError> {
        match self.try_next(epoch, records, stamp)? {
            Tried::Written(number) => Ok(Some(number)),
            Tried::Lost(_) => Ok(None),
        }
    }

    fn try_next(&mut self, epoch: u64, records: Vec<Record>, stamp: &Stamp) -> Result<Tried, JournalError> {
        let number = self.next_number();
        chain::check_shape(&records, number).map_err(JournalError::Shape)?;
        let Stamp { at, nonce } = stamp.clone();
        let before = self.head.map(|head| head.digest);
        let object = Object { format: FORMAT, number, epoch, nonce, before, at, records };
        let bytes = chain::encode(&object)?;
        match place(&*self.store, Key::Journal(number), &bytes)? {
            Placed::Ours => {
                self.absorb(Link { object, digest: Digest::of_bytes(&bytes) });
                Ok(Tried::Written(number))
            }
            Placed::Theirs(_) => {
                self.refresh()?;
                Ok(Tried::Lost(object.records))
            }
        }
    }
}

/// What became of one try to stand at the end.
enum Tried {
    Written(u64),
    /// Others stand there, and are folded; the records come back.
    Lost(Vec<Record>),
}
