//! What manifests let pass until a day that is over. Never changes a step: an expiry only selects which are planned.

use crate::desired::{Accepted, OnDrift};
use crate::diag::{Code, Finding};
use crate::diff::Sides;
use crate::model::{Address, Date, Field};

/// Acknowledgements and accepted drift that hold no more.
pub(super) fn expired(sides: Sides<'_>, today: Date) -> Vec<Finding> {
    let mut found = acknowledgements(sides, today);
    for subscription in sides.desired.subscriptions.values() {
        let address = Address::Subscription(subscription.key.clone());
        let rules =
            || subscription.on_drift.iter().filter_map(|(field, rule)| over(rule, today).map(|it| (*field, it)));
        if sides.scope.holds(&address) {
            found.extend(rules().map(|(field, accepted)| acceptance(&address, field, accepted)));
        }
    }
    let supported = sides.desired.support.values().filter(|support| sides.scope.holds(&support.cause));
    let supported = supported.filter_map(|it| Some((&it.cause, over(it.on_drift.as_ref()?, today)?)));
    found.extend(supported.map(|(cause, accepted)| acceptance(cause, Field::SupportContact, accepted)));
    // A delegation of many customers is written once.
    found.sort_by_key(|finding| finding.at);
    found.dedup();
    found
}

fn acknowledgements(sides: Sides<'_>, today: Date) -> Vec<Finding> {
    let over = sides.desired.acknowledgements.iter().filter(|(_, it)| today > it.expires);
    over.map(|(name, it)| {
        let message = format!("acknowledgement `{name}` of {} for `{}` expired on {}", it.limit, it.cause, it.expires);
        Finding::warning(Code::AcknowledgementExpired, it.at, message)
            .about(Address::Acknowledgement(name.clone()))
            .help("write a new one with a reason, or remove it")
    })
    .collect()
}

fn over(rule: &OnDrift, today: Date) -> Option<&Accepted> {
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
