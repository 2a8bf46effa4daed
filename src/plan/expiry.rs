//! What manifests let pass until a day that is over. Never changes a step: an expiry only selects which are planned.

use super::draft::Drafts;
use super::limits::Terms;
use super::{Step, uses};
use crate::desired::{Accepted, Acknowledgement, OnDrift};
use crate::diag::{Code, Finding};
use crate::diff::{Scope, Sides};
use crate::model::text::flat;
use crate::model::{Address, Date, Field, Name, Span, StepKey};
use std::collections::{BTreeMap, BTreeSet};

/// How long what is left of an acknowledgement may serve before that is told.
const SOON: Span = Span::days(30);

/// Acknowledgements and accepted drift that hold no more, or for nothing.
pub(super) fn over(sides: Sides<'_>, drafts: (&[Step], &Drafts), today: Date) -> Vec<Finding> {
    let mut found = acknowledgements(sides, drafts, today);
    for subscription in sides.desired.subscriptions.values() {
        let address = Address::Subscription(subscription.key.clone());
        let rules =
            || subscription.on_drift.iter().filter_map(|(field, rule)| lapsed(rule, today).map(|it| (*field, it)));
        if sides.scope.holds(&address) {
            found.extend(rules().map(|(field, accepted)| acceptance(&address, field.into(), accepted)));
        }
    }
    let supported = sides.desired.support.values().filter(|support| sides.scope.holds(&support.cause));
    let supported = supported.filter_map(|it| Some((&it.cause, lapsed(it.on_drift.as_ref()?, today)?)));
    found.extend(supported.map(|(cause, accepted)| acceptance(cause, Field::SupportContact, accepted)));
    // A delegation of many customers is written once.
    found.sort_by_key(|finding| finding.at);
    found.dedup();
    found
}

fn acknowledgements(sides: Sides<'_>, drafts: (&[Step], &Drafts), today: Date) -> Vec<Finding> {
    let terms = Terms { desired: sides.desired, ledger: sides.ledger, now: today.start() };
    let uses = uses::uses(terms).used;
    let counted = counted(drafts.0);
    let blocked = blocked(sides, drafts.1);
    let told = sides.desired.acknowledgements.iter().flat_map(|(name, it)| {
        let used = uses.get(name);
        let (used, under) = used.map_or((0, None), |used| (used.amount, Some(&used.under)));
        let of = format!("acknowledgement `{name}` of {} for {}", it.limit, causes(it));
        let (code, message, help) = if today > it.expires {
            let message = format!("{of} expired on {}", it.expires);
            (Code::AcknowledgementExpired, message, "write a new one with a reason, or remove it")
        } else if used >= it.at_most {
            let under = under.map_or_else(String::new, named);
            let message = format!("{of} is used up: {used} of {} were done{under}", it.at_most);
            (
                Code::AcknowledgementSpent,
                message,
                "remove it; a new one takes a new name, and begins with what was done",
            )
        } else if *sides.scope == Scope::All
            && !counted.contains_key(name)
            && !it.causes.keys().any(|cause| blocked.contains(cause))
        {
            let message = format!("{of} lets nothing pass: no step of that counts against it");
            (Code::AcknowledgementIdle, message, "remove it, or correct `limit` and `cause`")
        } else {
            return passing((name, it), (&of, used), (counted.get(name).copied().unwrap_or(0), today));
        };
        vec![Finding::warning(code, it.at, message).about(Address::Acknowledgement(name.clone())).help(help)]
    });
    told.collect()
}

/// The other names under which some of it was done.
fn named(under: &BTreeSet<&Name>) -> String {
    let names: Vec<String> = under.iter().map(|name| format!("`{name}`")).collect();
    if names.is_empty() { String::new() } else { format!(", also under {}", names.join(", ")) }
}

/// What an acknowledgement lets pass in this plan, on whose word, and what it is good for beside it.
fn passing(
    (name, it): (&Name, &Acknowledgement),
    (of, used): (&str, u32),
    (amount, today): (u32, Date),
) -> Vec<Finding> {
    if amount == 0 {
        return Vec::new();
    }
    let Acknowledgement { at, limit: _, causes: _, at_most, reason, by, expires } = it;
    let warn = |code, message| Finding::warning(code, *at, message).about(Address::Acknowledgement(name.clone()));
    let passes = format!("{of} lets {amount} pass, on the word of {}: {}", flat(by), flat(reason));
    let passes = warn(Code::AcknowledgementUsed, passes);
    let left = at_most.saturating_sub(used).saturating_sub(amount);
    let late = today.start().plus(SOON).date();
    if left == 0 {
        vec![passes.help("this plan uses it up: remove it afterwards")]
    } else if left > amount || *expires > late {
        let more = format!("{of} lets {left} more pass until {expires}, and this plan needs {amount}");
        let needed = used.saturating_add(amount);
        let enough = format!("write `atMost: {needed}`, and a day of the next 30 into `expires`");
        vec![passes, warn(Code::AcknowledgementWide, more).help(enough)]
    } else {
        let rest = "`atMost` and `expires` bound for what it is good beside this";
        vec![passes.help(format!("{left} more may pass later, until {expires}: {rest}"))]
    }
}

/// `customer/a`; of many the first, and how many more.
fn causes(acknowledgement: &Acknowledgement) -> String {
    let mut causes = acknowledgement.causes.keys();
    let first = causes.next().map_or_else(String::new, |cause| format!("`{cause}`"));
    match causes.len() {
        0 => first,
        1 => format!("{first} and 1 other"),
        more => format!("{first} and {more} others"),
    }
}

/// How much each acknowledgement lets pass in this plan, if any step counts on it.
fn counted(steps: &[Step]) -> BTreeMap<&Name, u32> {
    let mut counted = BTreeMap::new();
    for count in steps.iter().flat_map(|step| &step.counts) {
        if let Some(name) = &count.acknowledgement {
            let amount: &mut u32 = counted.entry(name).or_default();
            *amount = amount.saturating_add(count.amount);
        }
    }
    counted
}

/// The documents of what is blocked: a step of theirs may count once it is not.
fn blocked<'a>(sides: Sides<'a>, drafts: &'a Drafts) -> BTreeSet<&'a Address> {
    let cause = |key: &'a StepKey| {
        let declared = key.address.as_subscription().and_then(|key| sides.desired.subscriptions.get(key));
        declared.map_or(&key.address, |declared| &declared.cause)
    };
    drafts.blocked.keys().map(cause).collect()
}

fn lapsed(rule: &OnDrift, today: Date) -> Option<&Accepted> {
    match rule {
        OnDrift::Accept(accepted) if !accepted.holds(today) => Some(accepted),
        OnDrift::Accept(_) | OnDrift::Restore | OnDrift::Report => None,
    }
}

fn acceptance(address: &Address, field: Field, accepted: &Accepted) -> Finding {
    let Accepted { at, value, reason: _, by, expires } = accepted;
    let message =
        format!("that {} of `{address}` may be {value}, as {by} accepted, expired on {expires}", field.name());
    Finding::warning(Code::AcceptanceExpired, *at, message)
        .about(address.clone())
        .help(format!("accept it anew with a reason, write {value} into the field, or remove the acceptance"))
}
