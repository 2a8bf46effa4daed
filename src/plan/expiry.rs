//! What manifests let pass until a day that is over. Never changes a step: an expiry only selects which are planned.

use super::draft::Drafts;
use super::{Step, limits};
use crate::desired::{Accepted, Acknowledgement, OnDrift};
use crate::diag::{Code, Finding};
use crate::diff::{Scope, Sides};
use crate::model::text::flat;
use crate::model::{Address, Date, Field, Name};

/// Acknowledgements and accepted drift that hold no more, or for nothing.
pub(super) fn over(sides: Sides<'_>, drafts: (&[Step], &Drafts), today: Date) -> Vec<Finding> {
    let mut found = acknowledgements(sides, drafts, today);
    for subscription in sides.desired.subscriptions.values() {
        let address = Address::Subscription(subscription.key.clone());
        let rules =
            || subscription.on_drift.iter().filter_map(|(field, rule)| lapsed(rule, today).map(|it| (*field, it)));
        if sides.scope.holds(&address) {
            found.extend(rules().map(|(field, accepted)| acceptance(&address, field, accepted)));
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
    let used = limits::used(sides.ledger);
    let told = sides.desired.acknowledgements.iter().filter_map(|(name, it)| {
        let used = used.get(name).copied().unwrap_or(0);
        let of = format!("acknowledgement `{name}` of {} for {}", it.limit, causes(it));
        let (code, message, help) = if today > it.expires {
            let message = format!("{of} expired on {}", it.expires);
            (Code::AcknowledgementExpired, message, "write a new one with a reason, or remove it")
        } else if used >= it.at_most {
            let message = format!("{of} is used up: {used} of {} were done", it.at_most);
            (Code::AcknowledgementSpent, message, "remove it; a new one takes a new name")
        } else if *sides.scope == Scope::All && !needed(sides, (name, it), drafts) {
            let message = format!("{of} lets nothing pass: no step of that counts against it");
            (Code::AcknowledgementIdle, message, "remove it, or correct `limit` and `cause`")
        } else {
            return passing((name, it), (&of, used), drafts.0);
        };
        Some(Finding::warning(code, it.at, message).about(Address::Acknowledgement(name.clone())).help(help))
    });
    told.collect()
}

/// What an acknowledgement lets pass in this plan, on whose word, and what it is good for beside it.
fn passing((name, it): (&Name, &Acknowledgement), (of, used): (&str, u32), steps: &[Step]) -> Option<Finding> {
    let counts =
        steps.iter().flat_map(|step| &step.counts).filter(|count| count.acknowledgement.as_ref() == Some(name));
    let amount = counts.map(|count| count.amount).fold(0, u32::saturating_add);
    if amount == 0 {
        return None;
    }
    let Acknowledgement { at, limit: _, causes: _, at_most, reason, by, expires } = it;
    let message = format!("{of} lets {amount} pass, on the word of {}: {}", flat(by), flat(reason));
    let left = at_most.saturating_sub(used).saturating_sub(amount);
    let found = Finding::warning(Code::AcknowledgementUsed, *at, message).about(Address::Acknowledgement(name.clone()));
    let rest = match left {
        0 => "this plan uses it up: remove it afterwards".to_owned(),
        left => format!(
            "{left} more may pass later, until {expires}: `atMost` and `expires` bound for what it is good beside this"
        ),
    };
    Some(found.help(rest))
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

/// Whether some step counts on it, or may once it is not blocked any more.
fn needed(sides: Sides<'_>, (name, it): (&Name, &Acknowledgement), (steps, drafts): (&[Step], &Drafts)) -> bool {
    let counts = |step: &Step| step.counts.iter().any(|count| count.acknowledgement.as_ref() == Some(name));
    let brings = |address: &Address| {
        let declared = address.as_subscription().and_then(|key| sides.desired.subscriptions.get(key));
        it.causes.contains_key(declared.map_or(address, |declared| &declared.cause))
    };
    steps.iter().any(counts) || drafts.blocked.keys().any(|key| brings(&key.address))
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
