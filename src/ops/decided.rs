//! Who decided what is there: of an address, every run that had to do with it and what people said, in order, each run with
//! its actor, plan and change. Only reads.

use super::past;
use crate::desired::Desired;
use crate::journal::History;
use crate::journal::history::{Effect, Note, Run, Seen};
use crate::journal::record::Passed;
use crate::model::{Address, CustomerKey, Digest, Name, StepKey, Timestamp};
use crate::plan::FieldChange;
use std::collections::{BTreeMap, BTreeSet};

/// What happened to an address, oldest first, and the runs it names.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Decided {
    /// What happened.
    pub events: Vec<Event>,
    /// Every run that an event names, by number.
    pub runs: BTreeMap<u64, Run>,
}

/// One thing that happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Event {
    /// When.
    pub at: Timestamp,
    /// Number of the object that holds it; of what a run asked and saw, of the one it opened with.
    pub number: u64,
    /// What.
    pub what: What,
}

/// What happened.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum What {
    /// A run asked people.
    Asked {
        /// Which run.
        run: u64,
        /// The hand-off.
        handoff: Digest,
        /// Its step.
        key: StepKey,
    },
    /// A run changed something.
    Did {
        /// Which run.
        run: u64,
        /// What, and how it ended.
        effect: Box<Effect>,
    },
    /// A run saw something for the first time.
    Saw {
        /// Which run.
        run: u64,
        /// What.
        seen: Seen,
    },
    /// A run recorded a limit, a freeze, a protection or a recipient.
    Guarded {
        /// Which run.
        run: u64,
        /// From what to what; what is looser carries a note.
        change: FieldChange,
    },
    /// An acknowledgement let steps of a run pass a limit.
    Passed {
        /// Which run.
        run: u64,
        /// What, and on whose word.
        passed: Passed,
    },
    /// A person said something.
    Said(Note),
}

/// What happened to an address, and to the documents that give somebody something of it.
#[must_use]
pub fn of(history: &History, desired: &Desired, address: &Address) -> Decided {
    let names: BTreeSet<Address> =
        related(desired, address).iter().flat_map(|related| history.names(related)).collect();
    let mut decided = Decided::default();
    for run in &history.runs {
        let events = by_run(run, &names);
        if !events.is_empty() {
            let (asked, effects, seen, guarded) = (Vec::new(), Vec::new(), Vec::new(), Vec::new());
            decided.runs.insert(run.epoch, Run { asked, effects, seen, guarded, ..run.clone() });
        }
        decided.events.extend(events);
    }
    let said = history.notes.iter().filter(|note| note.addresses().iter().any(|it| names.contains(*it)));
    decided.events.extend(said.map(|note| Event { at: note.at, number: note.number, what: What::Said(note.clone()) }));
    decided.events.sort_by_key(|event| (event.at, event.number));
    decided
}

/// What a run had to do with these addresses.
#[must_use]
pub fn by_run(run: &Run, names: &BTreeSet<Address>) -> Vec<Event> {
    let (epoch, number) = (run.epoch, run.number);
    let seen = run.seen.iter().filter(|(_, seen)| names.contains(seen.address()));
    let asked = run.asked.iter().filter(|(_, key)| names.contains(&key.address));
    let did =
        run.effects.iter().filter(|it| names.contains(&it.intent.key.address) || names.contains(&it.intent.cause));
    let seen = seen.map(|(at, seen)| Event { at: *at, number, what: What::Saw { run: epoch, seen: seen.clone() } });
    let asked = asked.map(|(handoff, key)| Event {
        at: run.at,
        number,
        what: What::Asked { run: epoch, handoff: *handoff, key: key.clone() },
    });
    let did = did.map(|effect| Event {
        at: effect.at,
        number: effect.number,
        what: What::Did { run: epoch, effect: Box::new(effect.clone()) },
    });
    let guarded = run.guarded.iter().filter_map(|it| it.of(names)).flat_map(|it| {
        let of = move |change| Event { at: it.at, number: it.number, what: What::Guarded { run: epoch, change } };
        past::guarded(&it).into_iter().map(of)
    });
    let passed = run.passed.iter().filter(|it| concerns(run, it, names)).map(|it| Event {
        at: run.at,
        number,
        what: What::Passed { run: epoch, passed: it.clone() },
    });
    seen.chain(guarded).chain(passed).chain(asked).chain(did).collect()
}

/// Whether what let a run pass has to do with these addresses: by its own, by a document whose steps it covers, or by an effect.
#[must_use]
pub fn concerns(run: &Run, passed: &Passed, names: &BTreeSet<Address>) -> bool {
    let counts = |effect: &Effect| {
        names.contains(&effect.intent.key.address)
            && effect.intent.counts.iter().any(|it| it.acknowledgement.as_ref() == Some(&passed.acknowledgement))
    };
    names.contains(&Address::Acknowledgement(passed.acknowledgement.clone()))
        || !passed.causes.is_disjoint(names)
        || run.effects.iter().any(counts)
}

/// The address, and the documents that name who is to have something of it.
fn related(desired: &Desired, address: &Address) -> BTreeSet<Address> {
    let mut related = BTreeSet::from([address.clone()]);
    if let Address::Customer(key) = address {
        let causes = desired.associations.iter().filter(|((customer, _), _)| customer == key);
        related.extend(causes.map(|(_, relation)| relation.cause.clone()));
        let of = |customer: &Name| CustomerKey::Named(customer.clone()) == *key;
        let azure = desired.azure.iter().filter(|(_, access)| of(&access.customer));
        related.extend(azure.map(|(name, _)| Address::AzureAccess(name.clone())));
    }
    related
}
