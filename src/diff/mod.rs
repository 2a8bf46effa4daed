//! The difference between what is meant and what is there: who is bound to what, which fields moved, which relations
//! are missing. Never makes a step and never writes.

mod adopted;
mod bind;
mod created;
mod domains;
mod doubt;
mod ended;
mod endings;
pub mod field;
mod foretold;
mod former;
mod known;
pub mod look;
mod near;
mod objections;
mod owned;
mod owners;
mod relations;
mod renewal;
mod scope;
mod settled;
mod status;
mod strangers;
mod subscriptions;
mod support;
mod twins;
mod walk;

pub use bind::{Activity, Partner, Presence, gone, left_for_another, was_there};
pub use doubt::doubted;
pub use ended::{EndedUnasked, is_missed};
pub use endings::{Coverage, EndingDiff, Held, Invitation, Mobility, Supported, Way, heir, left_by, taker};
pub use field::{Course, Moved, Verdict, course, writing};
pub use look::Look;
pub use objections::Objections;
pub use owned::Handed;
pub use owners::Owners;
pub use renewal::still_to_come;
pub use scope::Scope;
pub use settled::{means_another, settled};
pub use status::{How, OutOfUse, mend};
pub use strangers::strangers;
pub use support::{SupportDiff, SupportState};
pub use twins::Twins;
pub use walk::Walk;

use crate::desired::{self, Desired, Relation};
use crate::diag::{Code, Finding};
use crate::ledger::{Bindings, Guards, Ledger, LiveId, Pending, PendingWhat};
use crate::model::{Address, CustomerId, CustomerKey, Digest, Field, Name, Span, SubscriptionId, Timestamp, Value};
use crate::observed;
use smol_str::SmolStr;
use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

/// What is compared.
#[derive(Clone, Copy, Debug)]
pub struct Sides<'a> {
    /// What is meant.
    pub desired: &'a Desired,
    /// What is remembered.
    pub ledger: &'a Ledger,
    /// What is there.
    pub look: &'a Look<'a>,
    /// Which part of it.
    pub scope: &'a Scope,
    /// When: what was accepted long ago is waited for no longer.
    pub now: Timestamp,
    /// Guards that an approved plan was made under, where it changes them: none of its own steps profits from that.
    pub under: Option<&'a Guards>,
}

/// How long a change that was accepted may take to show. Source: learn, error-codes (900278, 24 hours).
const SHOWS_WITHIN: Span = Span::hours(24);

impl Sides<'_> {
    /// Whether an accepted change should show by now. Where it does not, somebody else was faster, and what is there is
    /// compared like anything else.
    fn is_overdue(&self, pending: &Pending) -> bool {
        match &pending.what {
            PendingWhat::Change { .. } => self.now > pending.since.plus(SHOWS_WITHIN),
            PendingWhat::Customer(_) | PendingWhat::Order { .. } => false,
        }
    }
}

/// The difference. Addresses without any stand in no list.
#[derive(Debug, Default)]
pub struct Diff<'a> {
    /// Which live object each address means.
    pub bindings: Bindings,
    /// Documents that mean one live object.
    pub twins: Twins,
    /// Whose PartnerIDs are, and which resellers partnerships mean.
    pub owners: Owners<'a>,
    /// PartnerIDs and groups that other partnerships declare than when a run last recorded whose they are.
    pub handed: Handed,
    /// Which resellers partnerships in scope are taken for, where nobody wrote or learned it.
    pub assumed: Vec<String>,
    /// Where each partnership in scope stands.
    pub partners: BTreeMap<&'a Name, Partner>,
    /// Where each customer in scope stands.
    pub customers: BTreeMap<&'a CustomerKey, Presence>,
    /// Declared relations that are not there.
    pub relations: Vec<RelationDiff<'a>>,
    /// Declared subscriptions with something to do or to say.
    pub subscriptions: Vec<SubscriptionDiff<'a>>,
    /// Declared subscriptions that are there and not in use.
    pub out_of_use: Vec<OutOfUse<'a>>,
    /// Support contacts that differ.
    pub support: Vec<SupportDiff<'a>>,
    /// What hangs on resellers whose partnership is to end and is still listed.
    pub endings: Vec<EndingDiff<'a>>,
    /// How partnerships that are no longer listed ended, where people of ours were asked to end them.
    pub ended_by_us: BTreeMap<&'a Name, String>,
    /// Partnerships that are to end and ended, though nobody was asked to end them.
    pub ended_unasked: Vec<EndedUnasked<'a>>,
    /// Notices of ends that are over, of which nobody says that they were given.
    pub open_notices: BTreeSet<Digest>,
    /// Findings that stand beside steps.
    pub findings: Vec<Finding>,
    /// Values that are not as asserted or foretold, and that somebody accepted for a while.
    pub accepted: usize,
    /// Declared addresses in scope that match.
    pub unchanged: usize,
    /// Values that hold and the ledger does not know.
    pub settled: BTreeMap<Address, BTreeMap<Field, Value>>,
    /// Domain → customer, over every list that was read.
    domains: BTreeMap<&'a str, CustomerId>,
    /// Customer → the document that means it, where one is to be created.
    claims: BTreeMap<CustomerId, &'a desired::Customer>,
    /// Partnerships of which a rename is not recorded yet, by their old names.
    renamed_partnerships: BTreeMap<SmolStr, SmolStr>,
    /// Who leaves.
    leaving: endings::Leaving<'a>,
    /// Pending effects that show now.
    pub shown: BTreeSet<Address>,
}

/// A declared relation that is not there.
#[derive(Debug)]
pub struct RelationDiff<'a> {
    /// Whose reseller.
    pub customer: &'a CustomerKey,
    /// Which reseller.
    pub partnership: &'a Name,
    /// Which document says so.
    pub relation: &'a Relation,
    /// Whether a run saw it there.
    pub past: Past,
    /// What stands against it, if it could not be read.
    pub state: RelationState,
}

/// What is remembered of a relation that is not there.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Past {
    /// No run saw it.
    Never,
    /// It was there, declared, when a run last looked: it ended in the tenant.
    There,
}

/// Whether a relation is known to be missing.
#[derive(Debug)]
pub enum RelationState {
    /// Known: it is not there.
    Missing,
    /// Not known.
    Unknown(Finding),
}

/// A declared subscription with something to do or to say.
#[derive(Debug)]
pub struct SubscriptionDiff<'a> {
    /// What is declared.
    pub declared: &'a desired::Subscription,
    /// Where it stands.
    pub state: SubscriptionState<'a>,
}

impl SubscriptionDiff<'_> {
    /// What stands against it.
    fn against(&self) -> Option<&Finding> {
        match &self.state {
            SubscriptionState::Blocked(finding) => Some(finding),
            SubscriptionState::ToBuy | SubscriptionState::Moved { .. } | SubscriptionState::Pending(_) => None,
        }
    }
}

/// Where a declared subscription stands.
#[derive(Debug)]
pub enum SubscriptionState<'a> {
    /// It is to be bought.
    ToBuy,
    /// It is there and some fields moved.
    Moved {
        /// Whose.
        customer: CustomerId,
        /// Its id.
        id: SubscriptionId,
        /// As observed.
        observed: &'a observed::Subscription,
        /// The fields, in the order of steps.
        moved: Vec<Moved>,
    },
    /// An earlier effect does not show yet.
    Pending(&'a Pending),
    /// Something stands against it.
    Blocked(Finding),
}

/// Compares.
#[must_use]
pub fn compare<'a>(sides: Sides<'a>) -> Diff<'a> {
    let mut diff = Diff::default();
    bind::partnerships(sides, &mut diff);
    owned::record(sides, &mut diff);
    owned::record_groups(sides, &mut diff);
    bind::customers(sides, &mut diff);
    relations::compare(sides, &mut diff);
    let bound = subscriptions::bind(sides, &mut diff);
    diff.leaving = endings::leaving(sides, &diff);
    subscriptions::compare(sides, &mut diff, &bound);
    support::compare(sides, &mut diff);
    endings::compare(sides, &mut diff);
    ended::compare(sides, &mut diff);
    diff
}

/// The address under which the ledger remembers what a document means now: the old one while a rename is not recorded.
#[must_use]
pub fn remembered(desired: &Desired, ledger: &Ledger, address: &Address) -> Option<Address> {
    if desired.renamed.is_empty() {
        return None;
    }
    if ledger.knows(address) {
        return None;
    }
    let mut old = desired.renamed.get(address).cloned();
    if let Address::Subscription(key) = address {
        let mut moved = match &old {
            Some(Address::Subscription(key)) => key.clone(),
            Some(_) | None => key.clone(),
        };
        if let Some(Address::Customer(customer)) = desired.renamed.get(&Address::Customer(key.customer.clone())) {
            moved.customer = customer.clone();
        }
        old = (moved != *key).then_some(Address::Subscription(moved));
    }
    old.filter(|old| ledger.knows(old))
}

/// The address under which the ledger knows what a document means: its old one while a rename is not recorded.
#[must_use]
pub fn known_as<'x>(desired: &Desired, ledger: &Ledger, address: &'x Address) -> Cow<'x, Address> {
    remembered(desired, ledger, address).map_or(Cow::Borrowed(address), Cow::Owned)
}

/// What the ledger binds an address to.
#[must_use]
pub fn bound_to(desired: &Desired, ledger: &Ledger, address: &Address) -> Option<LiveId> {
    ledger.bindings.get(&*known_as(desired, ledger, address)).copied()
}

/// The same of a snapshot: nobody answers later for what it does not hold.
pub fn not_held(finding: &mut Finding) {
    let unread = format!(" could not be read: {}", observed::Why::NotRead);
    if let (Code::Unknown, Some(what)) = (finding.code, finding.message.strip_suffix(&unread)) {
        finding.message = format!("the snapshot does not hold {what}");
        finding.help = Some("make a snapshot that holds it, or plan without `--snapshot`".into());
    }
}

/// The finding of something that could not be read.
#[must_use]
pub fn unknown(what: &str, why: &observed::Why) -> Finding {
    Finding::error(Code::Unknown, None, format!("{what} could not be read: {why}"))
        .help("plan again when the service answers; nothing is done on what is not known")
}
