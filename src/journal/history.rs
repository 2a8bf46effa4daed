//! What runs did, and what people noted, for people to read. Another fold of the same objects, made when asked: it
//! grows with the journal, and no plan needs it.

use super::chain::{self, JournalError};
use super::guarding::Guarding;
use super::meant::Meant;
use super::record::{
    Adopted, BoundId, Family, Intent, Moved, Object, Open, Passed, Record, Refused, Remarked, Settled,
};
use super::renames::Moves;
use super::store::Store;
use crate::ledger::Guards;
use crate::model::{Address, Digest, Field, StepKey, Timestamp, Value};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Runs and notes, oldest first.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct History {
    /// Runs.
    pub runs: Vec<Run>,
    /// What people noted.
    pub notes: Vec<Note>,
    /// Where the effect of an intent stands: run and place in it.
    effects: BTreeMap<u64, (usize, usize)>,
    /// What each hand-off asked for.
    handoffs: BTreeMap<Digest, StepKey>,
    /// New name, old name.
    renamed: Vec<(Address, Address)>,
    /// Recorded last, under the names of now.
    guards: Option<Guards>,
    /// What each address means, under the names of now.
    meant: Meant,
}

/// One run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Run {
    /// Its epoch.
    pub epoch: u64,
    /// Number of the object it opened with.
    pub number: u64,
    /// When it opened.
    pub at: Timestamp,
    /// What it said of itself.
    pub open: Open,
    /// How it ended.
    pub end: End,
    /// What it asked of people: hand-off and step.
    pub asked: Vec<(Digest, StepKey)>,
    /// What it did to the tenant.
    pub effects: Vec<Effect>,
    /// The plan that it made for itself, where none was approved.
    pub made: Option<Digest>,
    /// What it saw for the first time, and when.
    pub seen: Vec<(Timestamp, Seen)>,
    /// What it recorded of limits, freezes, protections and recipients.
    pub guarded: Vec<Guarding>,
    /// That the plan it followed was removed since.
    pub pruned: Option<Pruned>,
    /// The document of its plan that was approved, where another one was approved under that id before.
    pub document: Option<Digest>,
    /// What let limits pass.
    pub passed: Vec<Passed>,
    /// Steps that were approved and that it found planned no more.
    pub withdrawn: Vec<Digest>,
}
impl Run {
    /// The plan it followed.
    #[must_use]
    pub fn plan(&self) -> Option<Digest> {
        self.open.plan.or(self.made)
    }
}

/// That a kept plan was removed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pruned {
    /// Number of the note.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: SmolStr,
}
impl std::fmt::Display for Pruned {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let Self { number: _, at, by } = self;
        write!(f, "pruned on {} by {by}", at.date())
    }
}

/// What a run saw for the first time.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Seen {
    /// A document declares it, and did not at the run before.
    Managed(Address),
    /// No document declares it any more.
    Released(Address),
    /// It has a new name; the old one.
    Renamed(Address, Address),
    /// Which live object it means.
    Bound(Address, BoundId),
    /// Which other live object it meant before, and which it means now.
    Repointed(Address, BoundId, BoundId),
    /// How it stands: in use, suspended, ended.
    Stands(Address, Value),
    /// What was asked of people is over: what it was for was observed.
    Over(Digest, StepKey),
    /// What was asked of people is wanted no more.
    Withdrawn(Digest, StepKey),
}
impl Seen {
    /// What it is about.
    #[must_use]
    pub fn address(&self) -> &Address {
        match self {
            Self::Managed(address)
            | Self::Released(address)
            | Self::Renamed(address, _)
            | Self::Bound(address, _)
            | Self::Repointed(address, _, _)
            | Self::Stands(address, _) => address,
            Self::Over(_, key) | Self::Withdrawn(_, key) => &key.address,
        }
    }
}

/// How a run ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum End {
    /// Not: it runs, or died.
    Open {
        /// When it wrote last.
        last: Timestamp,
    },
    /// By itself.
    Closed {
        /// When.
        at: Timestamp,
        /// How many steps ended how.
        outcomes: BTreeMap<SmolStr, u32>,
        /// What stood against the whole plan.
        refused: Vec<Refused>,
    },
    /// Another run, or a person, ended it.
    TakenOver {
        /// When.
        at: Timestamp,
        /// Who, if a person.
        by: Option<SmolStr>,
        /// Why.
        reason: SmolStr,
    },
}

/// One effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Effect {
    /// Number of the object of its intent.
    pub number: u64,
    /// When it was intended.
    pub at: Timestamp,
    /// What was intended.
    pub intent: Intent,
    /// How it ended, as said last; none while nobody said.
    pub outcome: Option<Outcome>,
}

/// How an effect ended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Outcome {
    /// When it was settled.
    pub at: Timestamp,
    /// How.
    pub settled: Settled,
    /// Who says so.
    pub by: Settler,
}

/// Who settled an effect.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Settler {
    /// The run of this epoch; another than the one that intended it looked it up.
    Run(u64),
    /// A person.
    Person {
        /// Who.
        by: SmolStr,
        /// Why.
        reason: SmolStr,
    },
}

/// One note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Note {
    /// Number of its object.
    pub number: u64,
    /// When.
    pub at: Timestamp,
    /// What.
    pub record: Record,
    /// The step it answers: of a hand-off, or of an effect.
    pub about: Option<StepKey>,
}

/// That somebody was shown a password.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opening<'h> {
    /// When.
    pub at: Timestamp,
    /// Who.
    pub by: &'h str,
    /// From where, as far as is known.
    pub place: Option<&'h str>,
}

impl Note {
    /// What it is about.
    #[must_use]
    pub fn addresses(&self) -> Vec<&Address> {
        let mut about = named(&self.record);
        about.extend(self.about.as_ref().map(|key| &key.address));
        about
    }
}

impl History {
    /// Reads the whole chain.
    ///
    /// # Errors
    /// When an object is damaged or of a newer format, and when the store cannot be read.
    pub fn read(store: &dyn Store) -> Result<Self, JournalError> {
        let mut history = Self::default();
        let (mut number, mut before) = (0, None);
        while let Some(link) = chain::read(store, number, before)? {
            (number, before) = (number + 1, Some(link.digest));
            history.absorb(link.object);
        }
        Ok(history)
    }

    /// Takes the next object in.
    pub fn absorb(&mut self, object: Object) {
        let Object { format: _, number, epoch, nonce: _, before: _, at, records } = object;
        for record in records {
            if record.family() == Family::Run
                && let Some(Run { end: End::Open { last }, .. }) = self.run(epoch)
            {
                *last = at;
            }
            self.absorb_record((number, epoch, at), record);
        }
    }

    fn absorb_record(&mut self, (number, epoch, at): (u64, u64, Timestamp), record: Record) {
        match record {
            Record::Open(open) => self.open((number, epoch, at), *open),
            Record::Planned { plan, document, passed, reach: _, withdrawn } => {
                if let Some(run) = self.run(epoch) {
                    run.made = run.open.plan.is_none().then_some(plan);
                    (run.document, run.passed, run.withdrawn) = (document, passed, withdrawn);
                }
            }
            Record::Adopted(adopted) => self.adopt((epoch, at), *adopted),
            Record::Close { outcomes, refused } => self.end(epoch, End::Closed { at, outcomes, refused }),
            Record::Takeover { from, by, reason } => self.end(from, End::TakenOver { at, by, reason }),
            Record::Asked { step, key, digest: _, text: _, wanted: _ } => {
                self.handoffs.insert(step, key.clone());
                if let Some(run) = self.run(epoch) {
                    run.asked.push((step, key));
                }
            }
            Record::Intent(intent) => self.intend((number, epoch, at), *intent),
            Record::Settlement { intent, outcome, fields: _ } => {
                self.settle(intent, Outcome { at, settled: outcome, by: Settler::Run(epoch) });
            }
            Record::Resolved { intent, ref outcome, ref by, ref reason } => {
                let by = Settler::Person { by: by.clone(), reason: reason.clone() };
                self.settle(intent, Outcome { at, settled: outcome.clone(), by });
                let about = self.effect(intent).map(|effect| effect.intent.key.clone());
                self.notes.push(Note { number, at, record, about });
            }
            Record::Genesis { .. } | Record::Renew | Record::Counted { .. } => {}
            Record::Guarded(guarded) => self.guard((number, epoch, at), (*guarded).into()),
            Record::Acknowledged { handoff, .. }
            | Record::Declined { handoff, .. }
            | Record::Reopened { handoff, .. } => {
                let about = self.handoffs.get(&handoff).cloned();
                self.notes.push(Note { number, at, record, about });
            }
            Record::Renamed { ref from, ref to, .. } => {
                self.rename([(to.clone(), from.clone())]);
                self.notes.push(Note { number, at, record, about: None });
            }
            Record::Remark { ref by, ref removed, .. } => {
                if let Some(removed) = removed {
                    self.prune(&removed.plans, &Pruned { number, at, by: by.clone() });
                }
                self.notes.push(Note { number, at, record, about: None });
            }
            Record::Bound { ref address, ref id, .. } => {
                self.meant.learn(address, *id);
                self.notes.push(Note { number, at, record, about: None });
            }
            Record::Forgotten { ref address, what, .. } => {
                self.meant.forget(address, what);
                self.notes.push(Note { number, at, record, about: None });
            }
        }
    }

    fn open(&mut self, (number, epoch, at): (u64, u64, Timestamp), open: Open) {
        self.runs.push(Run {
            epoch,
            number,
            at,
            open,
            end: End::Open { last: at },
            asked: Vec::new(),
            effects: Vec::new(),
            made: None,
            seen: Vec::new(),
            guarded: Vec::new(),
            pruned: None,
            document: None,
            passed: Vec::new(),
            withdrawn: Vec::new(),
        });
    }

    fn adopt(&mut self, (epoch, at): (u64, Timestamp), adopted: Adopted) {
        let Adopted {
            bindings,
            settled,
            managed,
            released,
            renamed,
            moved: asked,
            consumed,
            withdrawn,
            shown: _,
            done: _,
        } = adopted;
        self.rename(renamed.iter().cloned());
        for (id, Moved { from, digest: _ }) in asked {
            if let Some(key) = self.handoffs.get(&from).cloned() {
                self.handoffs.insert(id, key);
            }
        }
        let moved = self.run(epoch).map_or_else(BTreeSet::new, |run| moved(&run.seen, &renamed));
        // What has a new name is neither new nor gone.
        let same = |address: &Address| !moved.contains(address);
        let over = consumed.into_iter().filter_map(|id| Some(Seen::Over(id, self.handoffs.get(&id)?.clone())));
        let called_back =
            withdrawn.into_iter().filter_map(|id| Some(Seen::Withdrawn(id, self.handoffs.get(&id)?.clone())));
        let repointed = self.meant.resellers(&settled, &bindings);
        let bound: Vec<Seen> = bindings.into_iter().map(|(address, id)| self.meant.see(address, id)).collect();
        let stands = settled.into_iter().filter_map(|(address, mut fields)| {
            fields.remove(&Field::Status).map(|status| Seen::Stands(address, status))
        });
        let seen: Vec<Seen> = (renamed.into_iter().map(|(new, old)| Seen::Renamed(new, old)))
            .chain(managed.into_iter().filter(same).map(Seen::Managed))
            .chain(released.into_iter().filter(same).map(Seen::Released))
            .chain(bound)
            .chain(repointed)
            .chain(stands)
            .chain(over.chain(called_back))
            .collect();
        if let Some(run) = self.run(epoch) {
            run.seen.extend(seen.into_iter().map(|seen| (at, seen)));
        }
    }

    fn rename(&mut self, renamed: impl IntoIterator<Item = (Address, Address)>) {
        let renamed: Vec<(Address, Address)> = renamed.into_iter().collect();
        if let Some(guards) = &mut self.guards {
            let moves = Moves::new(renamed.iter().map(|(new, old)| (old.clone(), new.clone())));
            moves.set(&mut guards.protected);
        }
        self.meant.rename(&renamed);
        self.renamed.extend(renamed);
    }
    fn guard(&mut self, (number, epoch, at): (u64, u64, Timestamp), after: Guards) {
        let before = self.guards.replace(after.clone());
        if let Some(run) = self.run(epoch) {
            run.guarded.push(Guarding { number, at, before, after });
        }
    }

    /// An address with every name it had before.
    #[must_use]
    pub fn names(&self, address: &Address) -> BTreeSet<Address> {
        let mut names = BTreeSet::from([address.clone()]);
        for (to, from) in self.renamed.iter().rev() {
            if names.contains(to) {
                names.insert(from.clone());
            }
        }
        names
    }
    /// What people said of a hand-off, oldest first.
    pub fn said<'h>(&'h self, handoff: &Digest) -> impl Iterator<Item = &'h Note> {
        let handoff = *handoff;
        self.notes.iter().filter(move |note| handoff_of(&note.record) == Some(handoff))
    }

    /// Who opened the password of an address, oldest first, under every name it had.
    #[must_use]
    pub fn opened(&self, address: &Address) -> Vec<Opening<'_>> {
        let names = self.names(address);
        let mut opened = Vec::new();
        for Note { at, record, .. } in &self.notes {
            if let Record::Remark { kind: Remarked::Opened, address: Some(of), by, place, removed: _ } = record
                && names.contains(of)
            {
                opened.push(Opening { at: *at, by, place: place.as_deref() });
            }
        }
        opened
    }

    /// A plan that a later run follows is kept anew: those runs are not here yet.
    fn prune(&mut self, plans: &[Digest], pruned: &Pruned) {
        for run in self.runs.iter_mut().filter(|run| run.plan().is_some_and(|plan| plans.contains(&plan))) {
            run.pruned = Some(pruned.clone());
        }
    }
    /// Who removed a plan, whose id begins so; with the last run that followed it.
    #[must_use]
    pub fn pruned(&self, prefix: &str) -> Option<(Digest, u64, &Pruned)> {
        let of = |run: &'_ Run| run.plan().filter(|id| id.to_string().starts_with(prefix));
        self.runs.iter().rev().find_map(|run| Some((of(run)?, run.epoch, run.pruned.as_ref()?)))
    }
    fn effect(&self, intent: u64) -> Option<&Effect> {
        let (run, place) = self.effects.get(&intent)?;
        self.runs.get(*run)?.effects.get(*place)
    }

    fn run(&mut self, epoch: u64) -> Option<&mut Run> {
        self.runs.iter_mut().rev().find(|run| run.epoch == epoch)
    }
    fn end(&mut self, epoch: u64, end: End) {
        if let Some(run) = self.run(epoch) {
            run.end = end;
        }
    }
    fn intend(&mut self, (number, epoch, at): (u64, u64, Timestamp), intent: Intent) {
        let found = self.runs.iter_mut().enumerate().rev().find(|(_, run)| run.epoch == epoch);
        if let Some((place, run)) = found {
            self.effects.insert(number, (place, run.effects.len()));
            run.effects.push(Effect { number, at, intent, outcome: None });
        }
    }
    fn settle(&mut self, intent: u64, outcome: Outcome) {
        let Some((run, place)) = self.effects.get(&intent) else { return };
        if let Some(effect) = self.runs.get_mut(*run).and_then(|run| run.effects.get_mut(*place)) {
            effect.outcome = Some(outcome);
        }
    }
}

/// The old and new names of what a run found renamed.
fn moved(seen: &[(Timestamp, Seen)], renamed: &[(Address, Address)]) -> BTreeSet<Address> {
    let before = seen.iter().filter_map(|(_, seen)| match seen {
        Seen::Renamed(new, old) => Some((new, old)),
        Seen::Managed(_)
        | Seen::Released(_)
        | Seen::Bound(..)
        | Seen::Repointed(..)
        | Seen::Stands(..)
        | Seen::Over(..)
        | Seen::Withdrawn(..) => None,
    });
    let all = before.chain(renamed.iter().map(|(new, old)| (new, old)));
    all.flat_map(|(new, old)| [new.clone(), old.clone()]).collect()
}

/// The hand-off that a note is about.
fn handoff_of(record: &Record) -> Option<Digest> {
    match record {
        Record::Acknowledged { handoff, .. } | Record::Declined { handoff, .. } | Record::Reopened { handoff, .. } => {
            Some(*handoff)
        }
        Record::Genesis { .. }
        | Record::Open(_)
        | Record::Planned { .. }
        | Record::Renew
        | Record::Asked { .. }
        | Record::Intent(_)
        | Record::Settlement { .. }
        | Record::Adopted(_)
        | Record::Counted { .. }
        | Record::Guarded(_)
        | Record::Close { .. }
        | Record::Takeover { .. }
        | Record::Bound { .. }
        | Record::Renamed { .. }
        | Record::Forgotten { .. }
        | Record::Remark { .. }
        | Record::Resolved { .. } => None,
    }
}

/// The addresses that a note names.
fn named(record: &Record) -> Vec<&Address> {
    match record {
        Record::Bound { address, .. } | Record::Forgotten { address, .. } => vec![address],
        Record::Renamed { from, to, .. } => vec![from, to],
        Record::Remark { address, .. } => address.iter().collect(),
        Record::Genesis { .. }
        | Record::Open(_)
        | Record::Planned { .. }
        | Record::Renew
        | Record::Asked { .. }
        | Record::Intent(_)
        | Record::Settlement { .. }
        | Record::Adopted(_)
        | Record::Counted { .. }
        | Record::Guarded(_)
        | Record::Close { .. }
        | Record::Takeover { .. }
        | Record::Acknowledged { .. }
        | Record::Declined { .. }
        | Record::Reopened { .. }
        | Record::Resolved { .. } => Vec::new(),
    }
}
