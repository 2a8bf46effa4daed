//! What the end of a partnership moved, where that end is given up or somebody else takes over by now: no document declares
//! it, so that nothing moves it back. Never tells of what a document decides, or of what was moved on since.

use super::build::Making;
use super::changes::named;
use super::endings::listed;
use super::support::name_of;
use crate::desired::{Delegated, PartnerOfRecord, Partnership};
use crate::diag::{Code, Finding};
use crate::diff::{Partner, known_as, taker};
use crate::ledger::{Did, LiveId};
use crate::model::{Address, CustomerId, Field, Name, StepKey, StepName, SubscriptionId, SubscriptionKey, Value};
use crate::observed;
use std::collections::BTreeMap;

/// A move that an end brought.
struct Led<'a> {
    key: &'a SubscriptionKey,
    field: Field,
    to: &'a Value,
    run: u64,
}

pub(super) fn tell(making: &mut Making<'_, '_>) {
    let mut led = of_ends(making);
    if led.is_empty() {
        return;
    }
    for partnership in making.desired().partnerships.values() {
        let address = Address::Partnership(partnership.name.clone());
        let own = known_as(making.desired(), making.ledger(), &address).into_owned();
        let moves = own.as_partnership().and_then(|name| led.remove(name)).unwrap_or_default();
        if !matches!(making.diff.partners.get(&partnership.name), Some(Partner::Listed { .. })) {
            continue;
        }
        let left: Vec<String> =
            moves.iter().filter(|it| is_left(making, partnership, it)).map(|it| words(making, it)).collect();
        if !left.is_empty() {
            making.findings.push(finding(partnership, &left).about(address));
        }
    }
}

/// What ends moved, by the partnership as it was called then.
fn of_ends<'a>(making: &Making<'a, '_>) -> BTreeMap<&'a Name, Vec<Led<'a>>> {
    let ledger = making.ledger();
    let mut all: BTreeMap<_, Vec<_>> = BTreeMap::new();
    for (key, Did { run, ending }) in &ledger.done {
        let (Some(name), Some(field)) = (ending, field(key)) else { continue };
        let to = ledger.settled.get(&key.address).and_then(|fields| fields.get(&field));
        if let (Some(to), Some(key)) = (to, key.address.as_subscription()) {
            all.entry(name).or_default().push(Led { key, field, to, run: *run });
        }
    }
    all
}

fn field(key: &StepKey) -> Option<Field> {
    if key.step == StepName::SetPartnerOfRecord {
        Some(Field::PartnerOfRecord)
    } else if key.step == StepName::SetSupportContact {
        Some(Field::SupportContact)
    } else {
        None
    }
}

fn is_left(making: &Making<'_, '_>, partnership: &Partnership, led: &Led<'_>) -> bool {
    let Some(live) = making.diff.bindings.subscription(led.key) else { return false };
    !is_decided(making, led, live) && !is_moved_on(making, led, live) && !is_meant(making, partnership, led)
}

/// Whether a document says whose it is.
fn is_decided(making: &Making<'_, '_>, led: &Led<'_>, (customer, id): (CustomerId, SubscriptionId)) -> bool {
    let desired = making.desired();
    let address = making.diff.bindings.address(LiveId::Subscription(customer, id));
    let keys = [Some(led.key), address.and_then(Address::as_subscription)];
    let mut keys = keys.into_iter().flatten();
    if led.field == Field::SupportContact {
        let one = |key: &SubscriptionKey| desired.support.contains_key(&Delegated::One(key.clone()));
        let all = |key: &SubscriptionKey| desired.support.contains_key(&Delegated::All(key.customer.clone()));
        return keys.any(|key| one(key) || all(key));
    }
    let declared = |key: &SubscriptionKey| desired.subscriptions.get(key);
    keys.filter_map(declared).any(|it| it.partner_of_record != PartnerOfRecord::Unmanaged)
}

/// Whether the tenant shows that it was moved again.
fn is_moved_on(making: &Making<'_, '_>, led: &Led<'_>, (customer, id): (CustomerId, SubscriptionId)) -> bool {
    let observed = making.sides.look.observed();
    let there = if led.field == Field::SupportContact {
        observed.support(customer, id).known().map(|contact| Value::text(contact.tenant))
    } else {
        observed.subscription(customer, id).known().map(|there| observed::field_value(there, led.field))
    };
    there.is_some_and(|there| there != *led.to)
}

/// Whether the partnership ends still, and it went to the one that takes over.
fn is_meant(making: &Making<'_, '_>, partnership: &Partnership, led: &Led<'_>) -> bool {
    let Some(ending) = partnership.ending.as_deref() else { return false };
    let Some((to, _)) = taker(making.desired(), ending) else { return false };
    let heir = making.desired().partnerships.get(to);
    if led.field == Field::SupportContact {
        return making.diff.bindings.reseller(to).is_some_and(|tenant| Value::text(tenant) == *led.to);
    }
    heir.is_some_and(|heir| heir.partner_ids.iter().any(|id| Value::text(id) == *led.to))
}

fn words(making: &Making<'_, '_>, Led { key, field, to, run }: &Led<'_>) -> String {
    let whom = match (field, to) {
        (Field::SupportContact, Value::Text(tenant)) => {
            tenant.parse().map_or_else(|_| to.to_string(), |tenant| name_of(making, tenant).to_string())
        }
        (_, _) => named(making, to),
    };
    format!("`subscription/{key}` {} -> {whom} (run {run})", field.name())
}

fn finding(partnership: &Partnership, left: &[String]) -> Finding {
    let name = &partnership.name;
    let (at, how) = match partnership.ending.as_deref() {
        None => (partnership.ensure_at, "is to stay, and its end".to_owned()),
        Some(ending) => {
            let heir = ending.transfer_to.as_ref().map_or("nobody", |heir| heir.as_str());
            (ending.at, format!("goes to `{heir}` now, and its end"))
        }
    };
    let message = format!("`{name}` {how} moved what no document declares: {}", listed(left));
    Finding::warning(Code::LedByEnd, at, message).help(
        "nothing moves them back: declare each with the `partnerOfRecord` or support contact that is meant, or say that it \
         stays: `twotier state forget ADDRESS --by NAME --reason TEXT`",
    )
}
