//! Declared subscriptions against the customer's list: which live one each means, which fields moved. Never buys what
//! is bound, and never takes an earlier order that does not show yet for none.

use super::bind::ledger_binding;
use super::created;
use super::doubt::{doubt_of, doubted, may_be_ours, pending_of};
use super::known::{self, Known};
use super::renewal::{self, Compared};
use super::{
    Diff, Moved, Presence, Scope, Sides, SubscriptionDiff, SubscriptionState, Verdict, Walk, field, foretold,
    remembered, status, twins, unknown,
};
use crate::desired::{Additional, OnDrift, PartnerOfRecord, Subscription};
use crate::diag::{At, Code, Finding};
use crate::ledger::{LiveId, Pending, PendingWhat};
use crate::model::renewal::left_by_quantity;
use crate::model::{Address, CustomerId, CustomerKey, Date, Field, Managed, Product, Renewal, SubscriptionId, Value};
use crate::observed::{self, Facet};
use std::collections::BTreeMap;

/// Which live subscription each declared one means, as far as known: before any comparison, so that all of a customer
/// are claimed before one is found unclaimed. One entry a subscription in scope, in their order.
pub(super) fn bind<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) -> Vec<Option<SubscriptionId>> {
    let mut learned = Walk::over(&sides.ledger.bindings);
    let mut customer = Last::default();
    let mut bound = Vec::with_capacity(sides.desired.subscriptions.len());
    for (key, subscription) in &sides.desired.subscriptions {
        let address = Address::Subscription(key.clone());
        if !sides.scope.holds(&address) {
            continue;
        }
        let Some(customer) = customer.of(&key.customer, diff) else {
            bound.push(None);
            continue;
        };
        let learned = match learned.at(&address).copied().or_else(|| renamed_binding(sides, &address)) {
            Some(LiveId::Subscription(of, id)) => (of == customer).then_some(id),
            Some(LiveId::Reseller(_) | LiveId::Customer(_)) | None => None,
        };
        let shown = pending_of(sides, &address).and_then(|pending| shows(sides, pending));
        let id = subscription.identity.or(learned).or(shown);
        if let Some(id) = id {
            diff.twins.learn(&mut diff.bindings, address, LiveId::Subscription(customer, id));
        }
        bound.push(id);
    }
    twins::subscriptions(sides, diff);
    bound
}

fn renamed_binding(sides: Sides<'_>, address: &Address) -> Option<LiveId> {
    if sides.desired.renamed.is_empty() { None } else { ledger_binding(sides, address) }
}

/// The live customer that was asked for last: subscriptions come sorted by customer.
#[derive(Default)]
struct Last<'a> {
    asked: Option<(&'a CustomerKey, Option<CustomerId>)>,
}
impl<'a> Last<'a> {
    fn of(&mut self, key: &'a CustomerKey, diff: &Diff<'_>) -> Option<CustomerId> {
        if let Some((last, id)) = self.asked
            && last == key
        {
            return id;
        }
        let id = diff.customers.get(key).and_then(Presence::live);
        self.asked = Some((key, id));
        id
    }
}

/// The subscription of a pending order, once it shows: named by the reply, by the order, or by the cart.
pub(super) fn shows(sides: Sides<'_>, pending: &Pending) -> Option<SubscriptionId> {
    let PendingWhat::Order { customer, cart, order, subscription, fields: _ } = &pending.what else { return None };
    let Facet::Known(list) = sides.look.subscriptions(*customer) else { return None };
    let by_order = list.iter().find(|s| s.order.as_ref() == Some(order)).map(|s| s.id);
    by_order.or(*subscription).or_else(|| match sides.look.cart(*customer, cart) {
        Facet::Known(fate) => fate.subscription_of(order),
        Facet::Absent | Facet::Unknown(_) => None,
    })
}

pub(super) fn compare<'a>(sides: Sides<'a>, diff: &mut Diff<'a>, bound: &[Option<SubscriptionId>]) {
    let orders = known::orders(sides);
    let remembered = bound.iter().any(Option::is_none).then(|| Known::of(sides, &orders));
    let mut settled = Walk::over(&sides.ledger.settled);
    let mut before = Walk::over(&sides.ledger.bindings);
    let mut customer = Last::default();
    let mut list: Option<(CustomerId, Facet<&'a [observed::Subscription]>)> = None;
    let in_scope = sides.desired.subscriptions.values().filter(|s| match sides.scope {
        Scope::All => true,
        Scope::Only(_) => sides.scope.holds(&Address::Subscription(s.key.clone())),
    });
    for (declared, id) in in_scope.zip(bound) {
        let state = if let Some(owner) = customer.of(&declared.key.customer, diff) {
            let known = match &list {
                Some((of, list)) if *of == owner => list.clone(),
                Some(_) | None => sides.look.subscriptions(owner),
            };
            list = Some((owner, known.clone()));
            let address = Address::Subscription(declared.key.clone());
            let before = before.at(&address).copied().or_else(|| renamed_binding(sides, &address));
            // What was settled of another subscription says nothing about this one.
            let is_same = before.is_none_or(|before| id.is_none_or(|id| before == LiveId::Subscription(owner, id)));
            let settled = settled.at(&address).or_else(|| renamed_settled(sides, &address)).filter(|_| is_same);
            let there = There { customer: owner, list: known, id: *id, address, settled };
            live(sides, diff, declared, there, remembered.as_ref())
        } else {
            match diff.customers.get(&declared.key.customer) {
                Some(Presence::ToCreate(_) | Presence::Pending(_)) => Some(SubscriptionState::ToBuy),
                Some(Presence::ToInvite) if declared.identity.is_none() => Some(SubscriptionState::ToBuy),
                // What it has shows once it is ours.
                Some(Presence::ToInvite) => continue,
                // What stands against the customer is told there.
                Some(Presence::Live(_) | Presence::Gone(_) | Presence::Unknown(_)) | None => continue,
            }
        };
        match state {
            Some(state) => diff.subscriptions.push(SubscriptionDiff { declared, state }),
            None => diff.unchanged += 1,
        }
    }
    known::tell(sides, diff, &orders);
}

fn renamed_settled<'a>(sides: Sides<'a>, address: &Address) -> Option<&'a BTreeMap<Field, Value>> {
    sides.ledger.settled.get(&remembered(sides.desired, sides.ledger, address)?)
}

/// A declared subscription's live side.
struct There<'a> {
    customer: CustomerId,
    /// The customer's subscriptions.
    list: Facet<&'a [observed::Subscription]>,
    /// The one that is meant, once bound.
    id: Option<SubscriptionId>,
    address: Address,
    /// What was last settled of it.
    settled: Option<&'a BTreeMap<Field, Value>>,
}

fn live<'a>(
    sides: Sides<'a>,
    diff: &mut Diff<'a>,
    declared: &'a Subscription,
    there: There<'a>,
    known: Option<&Known<'_, '_>>,
) -> Option<SubscriptionState<'a>> {
    let There { customer, list, id, address, settled } = there;
    let address = &address;
    if let Some(doubt) = doubt_of(sides, address) {
        return Some(SubscriptionState::Blocked(doubted(sides.ledger, doubt, declared.at)));
    }
    if let Some(finding) = twins::against(sides, diff, &declared.key) {
        return Some(SubscriptionState::Blocked(finding));
    }
    let list = match list {
        Facet::Known(list) => list,
        Facet::Absent => &[],
        Facet::Unknown(why) => {
            let what = format!("the subscriptions of customer `{}`", declared.key.customer);
            return Some(SubscriptionState::Blocked(unknown(&what, &why)));
        }
    };
    let Some(id) = id else {
        return Some(unbound(sides, diff, declared, (customer, list), known));
    };
    let pending = pending_of(sides, address);
    let Some(observed) = list.binary_search_by_key(&id, |s| s.id).ok().map(|at| &list[at]) else {
        // The list forgets what has ended; whoever saw the end has told it.
        let forgotten = status::is_over(settled.and_then(|settled| settled.get(&Field::Status)));
        let absent = || (!forgotten).then(|| SubscriptionState::Blocked(absent(declared, id)));
        return pending.map(SubscriptionState::Pending).or_else(absent);
    };
    if let Some(pending) = pending {
        if !has_come(pending, observed) && !sides.is_overdue(pending) {
            return Some(SubscriptionState::Pending(pending));
        }
        diff.shown.insert(address.clone());
    }
    if let Some((product, at)) = &declared.product
        && observed.product.as_ref().is_some_and(|there| there != product)
    {
        let there = observed.product.as_ref().map_or_else(String::new, ToString::to_string);
        return Some(SubscriptionState::Blocked(
            Finding::error(
                Code::CreateOnlyDiffers,
                *at,
                format!("subscription `{}` is of {there}, the manifest says {product}", declared.key),
            )
            .help("correct `product`, or `subscriptionId` if another one is meant"),
        ));
    }
    status::compare(sides, diff, (declared, (customer, id)), observed, settled);
    diff.findings.extend(created::differs(declared, observed, sides.now));
    let brought = pending.and_then(|pending| brought(pending, settled));
    let today = sides.now.date();
    let moved = fields(diff, (declared, today), (customer, observed), (address, brought.as_ref().or(settled)));
    (!moved.is_empty()).then_some(SubscriptionState::Moved { customer, id, observed, moved })
}

/// What holds beside what was settled, once a pending effect shows: what was ordered, or what our own change of quantity
/// left of a schedule, so that nobody drifted.
fn brought(pending: &Pending, settled: Option<&BTreeMap<Field, Value>>) -> Option<BTreeMap<Field, Value>> {
    match &pending.what {
        PendingWhat::Order { fields, .. } => {
            let mut known = settled.cloned().unwrap_or_default();
            known.extend(fields.clone());
            Some(known)
        }
        PendingWhat::Change { field: Field::Quantity, .. } => settled.map(without_schedule),
        PendingWhat::Change { .. } | PendingWhat::Customer(_) => None,
    }
}

fn without_schedule(settled: &BTreeMap<Field, Value>) -> BTreeMap<Field, Value> {
    let mut left = settled.clone();
    if let Some(renewal) = left.get_mut(&Field::Renewal) {
        *renewal = left_by_quantity(renewal);
    }
    left
}

/// Whether what was accepted can be read back.
fn has_come(pending: &Pending, subscription: &observed::Subscription) -> bool {
    match &pending.what {
        PendingWhat::Order { .. } | PendingWhat::Customer(_) => subscription.status != observed::Status::Pending,
        // A support contact is read on its own and compared there.
        PendingWhat::Change { field: Field::SupportContact, .. } => true,
        PendingWhat::Change { field, value, .. } => observed::field_value(subscription, *field) == *value,
    }
}

fn absent(declared: &Subscription, id: SubscriptionId) -> Finding {
    Finding::error(
        Code::SubscriptionAbsent,
        declared.at,
        format!("subscription `{}` means {id}, which is not among the customer's", declared.key),
    )
    .help("it is never bought anew; correct `subscriptionId`, or remove the document")
}

fn unbound<'a>(
    sides: Sides<'a>,
    diff: &Diff<'a>,
    declared: &'a Subscription,
    (customer, list): (CustomerId, &'a [observed::Subscription]),
    known: Option<&Known<'_, '_>>,
) -> SubscriptionState<'a> {
    let address = Address::Subscription(declared.key.clone());
    if let Some(pending) = pending_of(sides, &address) {
        return SubscriptionState::Pending(pending);
    }
    let Some((product, at)) = &declared.product else {
        // Resolving demands an id or a product, so this is a binding that was forgotten.
        return SubscriptionState::Blocked(
            Finding::error(
                Code::SubscriptionAbsent,
                declared.at,
                format!("subscription `{}` is bound to nothing", declared.key),
            )
            .help("write its `subscriptionId`"),
        );
    };
    let alike = list.iter().filter(|s| s.status.occupies() && s.product.as_ref() == Some(product));
    let additional = declared.purchase.as_ref().map_or(&Additional::No, |purchase| &purchase.additional);
    // Whatever is not named may be what this very document bought before its state was lost.
    let free = alike.filter(|s| !diff.bindings.claims(LiveId::Subscription(customer, s.id)));
    let free: Vec<_> = free.filter(|s| !additional.names(s.id)).collect();
    let ids = free.iter().map(|s| s.id.to_string()).collect::<Vec<_>>().join(", ");
    if free.is_empty() {
        let against = known.and_then(|known| known.against(diff, declared, (customer, list)));
        let against = against.or_else(|| known::renamed_from_nothing(sides, declared));
        return against.map_or(SubscriptionState::ToBuy, SubscriptionState::Blocked);
    }
    let released =
        || free.iter().find_map(|s| known.and_then(|known| known.released(customer, s.id)).map(|old| (old, s.id)));
    let finding = may_be_ours(sides, &declared.key, &ids, *at)
        .or_else(|| released().map(|old| released_twin(declared, old)))
        .unwrap_or_else(|| unclaimed_twin(declared, (product, *at), &ids));
    SubscriptionState::Blocked(finding)
}

fn released_twin(declared: &Subscription, (old, id): (&Address, SubscriptionId)) -> Finding {
    let message =
        format!("subscription `{}` is new, and `{old}` of the same product is no longer declared", declared.key);
    let same = match (&old.as_subscription().map(|old| &old.customer), &declared.cause) {
        (Some(customer), _) if **customer != declared.key.customer => {
            format!("if its customer was renamed, say `renamedFrom: {customer}` there")
        }
        (_, Address::Subscription(_)) => "if it was renamed, say `renamedFrom`".to_owned(),
        // One that stands in its customer's document has no `renamedFrom`.
        (_, _) => format!("if it is the same one under another name, write `subscriptionId: {id}`"),
    };
    Finding::error(Code::ReleasedTwin, declared.at, message).help(format!(
        "{same}; if it is another one, name the id of the old one: `purchase: {{additional: {{beside: [{id}]}}}}`"
    ))
}

fn unclaimed_twin(declared: &Subscription, (product, at): (&Product, At), ids: &str) -> Finding {
    let finding = |help| {
        let message = format!("a live subscription of {product} is claimed by no manifest: {ids}");
        Finding::error(Code::UnclaimedTwin, at, message).help(help)
    };
    match declared.purchase.as_ref().map_or(&Additional::No, |purchase| &purchase.additional) {
        Additional::No => {
            finding("bind it with `subscriptionId`, or buy one beside it: `purchase: {additional: {beside: [its id]}}`")
        }
        Additional::Yes | Additional::Beside(_) => finding(
            "it may be what this document bought before its state was lost: then bind it with `subscriptionId`; if it \
             is another one, name it in `purchase: {additional: {beside: [its id]}}`",
        ),
    }
}

fn fields<'a>(
    diff: &mut Diff<'a>,
    (declared, today): (&'a Subscription, Date),
    (customer, observed): (CustomerId, &'a observed::Subscription),
    (address, settled): (&Address, Option<&BTreeMap<Field, Value>>),
) -> Vec<Moved> {
    let foretold = foretold::seats(observed, settled);
    let left_behind = foretold.filter(|seats| foretold::is_left_behind(declared, *seats, settled));
    let seats = foretold.map(|seats| Value::Number(seats.into()));
    let kept = |field| settled.and_then(|values| values.get(&field));
    let settled = |field| match &seats {
        Some(seats) if field == Field::Quantity => Some(seats),
        Some(_) | None => kept(field),
    };
    // A reseller that leaves takes no incentive with it, whatever the manifest says of the partner of record.
    let leaves = diff.leaving.takes(customer, observed).is_some();
    let mut moved: Vec<Moved> = match &declared.partner_of_record {
        PartnerOfRecord::Unmanaged => diff.leaving.moved(customer, observed).into_iter().collect(),
        PartnerOfRecord::Defaulted { .. } | PartnerOfRecord::Written { .. } | PartnerOfRecord::Asserted(_) => {
            Vec::new()
        }
    };
    let mut one = |diff: &mut Diff<'a>, managed: Managed, wanted: Value| {
        let field = Field::from(managed);
        let there = observed::field_value(observed, field);
        let last = settled(field);
        let verdict = field::three_way(&wanted, &there, last);
        if verdict == Verdict::Same {
            if kept(field) != Some(&wanted) {
                diff.settled.entry(address.clone()).or_default().insert(field, wanted);
            }
        } else {
            moved.push(Moved { field: managed, declared: wanted, observed: there, settled: last.cloned(), verdict });
        }
    };
    match &declared.partner_of_record {
        PartnerOfRecord::Unmanaged => {}
        PartnerOfRecord::Defaulted { partnership, partner_id } => {
            let there = observed::field_value(observed, Field::PartnerOfRecord);
            let other = there != Value::None && there != Value::word(partner_id.as_str());
            if other && !leaves && settled(Field::PartnerOfRecord).is_none() {
                diff.findings.push(default_would_replace(declared, &there, partnership));
            } else {
                one(diff, Managed::PartnerOfRecord, Value::word(partner_id.as_str()));
            }
        }
        PartnerOfRecord::Written { partner_id, .. } => {
            one(diff, Managed::PartnerOfRecord, Value::word(partner_id.as_str()))
        }
        PartnerOfRecord::Asserted(wanted) => {
            let there = observed::field_value(observed, Field::PartnerOfRecord);
            let wanted = Value::optional(wanted.as_ref());
            match (there == wanted, is_accepted(declared, (Managed::PartnerOfRecord, &there), today)) {
                (true, _) => {}
                (false, true) => diff.accepted += 1,
                (false, false) => diff.findings.push(not_as_asserted(declared, &there, &wanted)),
            }
        }
    }
    match (&declared.quantity, left_behind) {
        (Some(_), Some(seats)) => {
            if is_accepted(declared, (Managed::Quantity, &Value::Number(seats.into())), today) {
                diff.accepted += 1;
            } else {
                diff.findings.push(foretold::told(declared, seats));
            }
        }
        (Some((quantity, _)), None) => one(diff, Managed::Quantity, Value::Number(u64::from(*quantity))),
        (None, _) => {}
    }
    if let Some((name, _)) = &declared.friendly_name {
        one(diff, Managed::FriendlyName, Value::Text(name.clone()));
    }
    moved.extend(at_end(diff, declared, observed, (address, kept(Field::Renewal))));
    moved
}

fn at_end(
    diff: &mut Diff<'_>,
    declared: &Subscription,
    observed: &observed::Subscription,
    (address, settled): (&Address, Option<&Value>),
) -> Option<Moved> {
    // What is over and was to end has ended.
    let over = |wanted: &Renewal| !observed.status.occupies() && *wanted == Renewal::Cancel;
    let (wanted, _) = declared.renewal.as_ref().filter(|(wanted, _)| !over(wanted))?;
    match renewal::compare(wanted, observed, settled) {
        Compared::Same(None) => None,
        Compared::Same(Some(value)) => {
            diff.settled.entry(address.clone()).or_default().insert(Field::Renewal, value);
            None
        }
        Compared::Differs(renewal) => Some(renewal),
    }
}

fn default_would_replace(declared: &Subscription, there: &Value, partnership: &crate::model::Name) -> Finding {
    Finding::warning(
        Code::DefaultWouldReplace,
        declared.partner_at,
        format!("subscription `{}` has partner of record {there}, the default would be `{partnership}`", declared.key),
    )
    .about(Address::Subscription(declared.key.clone()))
    .help(format!(
        "nothing is changed; write `partnerOfRecord: {partnership}` to replace it, or name the one that is there"
    ))
}

/// Whether a value may stand for now.
fn is_accepted(declared: &Subscription, (field, there): (Managed, &Value), today: Date) -> bool {
    declared.on_drift.get(&field).is_some_and(|rule| match rule {
        OnDrift::Accept(accepted) => accepted.holds(today) && accepted.value == *there,
        OnDrift::Restore | OnDrift::Report => false,
    })
}

fn not_as_asserted(declared: &Subscription, there: &Value, wanted: &Value) -> Finding {
    Finding::warning(
        Code::AssertionFails,
        declared.partner_at,
        format!("subscription `{}` asserts partner of record {wanted}, and the tenant has {there}", declared.key),
    )
    .about(Address::Subscription(declared.key.clone()))
    .help(
        "an assertion is never written to the tenant: correct it, name a partnership to set it, or let it stand for a \
         while: `onDrift: {partnerOfRecord: {accept, reason, by, expires}}`",
    )
}
