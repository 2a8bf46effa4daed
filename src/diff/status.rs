//! Declared subscriptions that are there and not in use: what took them out of use, and whether it was declared. Never a
//! reason to buy or to change anything: what is over stays over, and its document is a person's to remove.

use super::{Diff, Sides, bound_to};
use crate::desired::Subscription;
use crate::diag::{Code, Finding, Severity};
use crate::model::{Address, CustomerId, Field, Renewal, SubscriptionId, Value};
use crate::observed::{self, Status, field_value};
use std::collections::BTreeMap;

/// A declared subscription that is there and not in use.
#[derive(Debug)]
pub struct OutOfUse<'a> {
    /// What is declared.
    pub declared: &'a Subscription,
    /// Whose, and its id.
    pub live: (CustomerId, SubscriptionId),
    /// As observed.
    pub observed: &'a observed::Subscription,
    /// How it came there.
    pub how: How,
}

/// How a subscription went out of use.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum How {
    /// A run saw it in use, and somebody or something else ended that.
    Moved,
    /// It was so when a run first saw it.
    Known,
    /// Its term ended as its own renewal, set before, said.
    Declared,
}

/// Notes a subscription that is not in use, and what is remembered of it from now on.
pub(super) fn compare<'a>(
    sides: Sides<'a>,
    diff: &mut Diff<'a>,
    (declared, live): (&'a Subscription, (CustomerId, SubscriptionId)),
    observed: &'a observed::Subscription,
    settled: Option<&BTreeMap<Field, Value>>,
) {
    let last = settled.and_then(|settled| settled.get(&Field::Status));
    let there = field_value(observed, Field::Status);
    let address = || Address::Subscription(declared.key.clone());
    let settle = |diff: &mut Diff<'a>| {
        if last != Some(&there) {
            diff.settled.entry(address()).or_default().insert(Field::Status, there.clone());
        }
    };
    let how = match place(observed.status) {
        // In use again: the next time it is not, it moved.
        Place::InUse if last.is_some() && observed.status == Status::Active => return settle(diff),
        Place::InUse => return,
        Place::Over if was_declared(sides, observed, settled) => {
            if is_over(last) {
                return;
            }
            settle(diff);
            How::Declared
        }
        Place::Halted | Place::Over if last == Some(&there) => How::Known,
        Place::Halted | Place::Over if last.is_some() || was_seen(sides, diff, &address()) => How::Moved,
        Place::Halted | Place::Over => {
            settle(diff);
            How::Known
        }
    };
    let out = OutOfUse { declared, live, observed, how };
    diff.findings.push(out.finding());
    diff.out_of_use.push(out);
}

/// Whether a run saw the end of a subscription: its customer's list forgets it in time.
pub(super) fn is_over(last: Option<&Value>) -> bool {
    let over = [Status::Expired, Status::Disabled, Status::Deleted];
    last.is_some_and(|last| over.iter().any(|status| Value::text(status) == *last))
}

enum Place {
    InUse,
    /// It can be brought back.
    Halted,
    /// Nothing brings it back. Source: learn, subscription-lifecycle (only what is suspended can be reactivated).
    Over,
}

fn place(status: Status) -> Place {
    match status {
        Status::Active | Status::Pending | Status::Other => Place::InUse,
        Status::Suspended => Place::Halted,
        Status::Expired | Status::Disabled | Status::Deleted => Place::Over,
    }
}

/// Whether its end is the one that a run of ours set, or saw as it was declared. One that is deleted before is another's.
fn was_declared(sides: Sides<'_>, observed: &observed::Subscription, settled: Option<&BTreeMap<Field, Value>>) -> bool {
    let renewal = settled.and_then(|settled| settled.get(&Field::Renewal));
    let cancels = renewal.is_some_and(|renewal| *renewal == Value::text(Renewal::Cancel));
    cancels && observed.commitment_end.is_none_or(|end| end <= sides.now)
}

/// Whether a run saw it, and not another one that its document meant before: it is bound once it was seen, and what was not in
/// use then has a status.
fn was_seen(sides: Sides<'_>, diff: &Diff<'_>, address: &Address) -> bool {
    let bound = bound_to(sides.desired, sides.ledger, address);
    bound.is_some_and(|bound| diff.bindings.get(address) == Some(bound))
}

/// What can be done about a subscription that is not in use.
#[must_use]
pub fn mend(status: Status) -> &'static str {
    match place(status) {
        Place::InUse => "look at it in the portal",
        // Source: learn, subscription-lifecycle.
        Place::Halted => {
            "reactivate it in the portal, or remove its document: nothing of it can be changed meanwhile, and new commerce \
             is billed all the same"
        }
        Place::Over => {
            "it is never bought anew: remove its document; whoever needs it orders another one, under another name"
        }
    }
}

impl OutOfUse<'_> {
    /// What is said of it.
    #[must_use]
    pub fn finding(&self) -> Finding {
        let Self { declared, live: _, observed, how } = self;
        let (key, status) = (&declared.key, observed.status);
        let note = |message: String| Finding::note(Code::SubscriptionNotActive, declared.at, message);
        let finding = match how {
            How::Moved => {
                Finding { severity: Severity::Warning, ..note(format!("subscription `{key}` is {status} now")) }
                    .help(format!("`twotier drift` says who did it, where that is told; {}", mend(status)))
            }
            How::Known => note(format!("subscription `{key}` is {status}")).help(mend(status)),
            How::Declared => {
                let day = observed.commitment_end.map_or_else(String::new, |end| format!(" on {}", end.date()));
                note(format!("subscription `{key}` ended with its term{day}, as its `renewal` said"))
                    .help("its document can go; `twotier apply` remembers that it was told")
            }
        };
        finding.about(Address::Subscription(key.clone()))
    }
}
