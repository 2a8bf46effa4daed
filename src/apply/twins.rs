//! Which order is a cart's, where the service tells carts and orders apart only by what was bought: equal carts that were
//! ordered take equal orders, each its own. Pure; where orders are not enough or too many it says so and never guesses.

use super::recover::Seen;
use crate::journal::record::{Intent, Learned, Settled};
use crate::journal::{Folded, Standing, Tracked};
use crate::ledger::{Ledger, LiveId, PendingWhat};
use crate::model::{Address, CartId, CustomerId, Operation, OrderId, SubscriptionId};
use crate::observed::{Facet, Observed, Placed, Read};
use std::cmp::Ordering;
use std::collections::{BTreeMap, BTreeSet};

/// The reads of the other carts an order may belong to.
pub(super) fn reads(operation: &Operation, folded: &Folded) -> Vec<Read> {
    match operation {
        Operation::CheckOut { customer, cart } => {
            rivals((*customer, cart), folded).keys().map(|cart| Read::Cart(*customer, (*cart).clone())).collect()
        }
        Operation::CreateCustomer(_)
        | Operation::ResetAdminPassword { .. }
        | Operation::MakeCart { .. }
        | Operation::ChangeSubscription { .. }
        | Operation::SetSupportContact { .. } => Vec::new(),
    }
}

/// The other carts of the customer whose check-out may have been taken, and which nobody knows the order of.
fn rivals<'a>((customer, cart): (CustomerId, &CartId), folded: &'a Folded) -> BTreeMap<&'a CartId, &'a Intent> {
    let unknown = |tracked: &&Tracked| match tracked.standing {
        Standing::Open | Standing::Unresolved => true,
        Standing::Pending { .. } => false,
    };
    let unknown = folded.intents.values().filter(unknown).map(|tracked| &tracked.intent);
    let other = |intent: &'a Intent| match &intent.operation {
        Operation::CheckOut { customer: of, cart: its } if *of == customer && its != cart => Some((its, intent)),
        Operation::CheckOut { .. }
        | Operation::CreateCustomer(_)
        | Operation::ResetAdminPassword { .. }
        | Operation::MakeCart { .. }
        | Operation::ChangeSubscription { .. }
        | Operation::SetSupportContact { .. } => None,
    };
    unknown.chain(folded.unstarted.values()).filter_map(other).collect()
}

/// What is to be said of a check-out whose cart was ordered as `fate` says.
pub(super) fn ordered(intent: &Intent, cart: &CartId, fate: &[Placed], (observed, folded): Ground<'_>) -> Seen {
    let Operation::CheckOut { customer, .. } = &intent.operation else {
        return Seen::Unclear("it was no order".into());
    };
    let claims = Claims::of(&folded.ledger, &intent.key.address);
    let free: Vec<&Placed> = fate.iter().filter(|placed| !claims.has(placed)).collect();
    let Some(first) = free.first() else {
        return Seen::Unread("the cart was ordered, and its order does not show yet".into());
    };
    let mut orders: BTreeSet<OrderId> = free.iter().map(|placed| placed.order.clone()).collect();
    let mut carts = 1;
    for (rival, theirs) in rivals((*customer, cart), folded) {
        let Facet::Known(fate) = observed.cart(*customer, rival) else { continue };
        let mine: Vec<Placed> = fate.placed().into_iter().filter(|placed| !claims.has(placed)).collect();
        if !mine.iter().any(|placed| free.iter().any(|it| it.order == placed.order)) {
            continue;
        }
        if theirs.wanted != intent.wanted {
            return Seen::Unclear(may_be(&free));
        }
        orders.extend(mine.into_iter().map(|placed| placed.order));
        carts += 1;
    }
    match orders.len().cmp(&carts) {
        Ordering::Less => Seen::Unread(format!("{carts} equal carts were ordered, and not all of the orders show yet")),
        // Each of the equal carts was ordered, and there are as many equal orders: either may be either's.
        Ordering::Equal => brought(intent, (*customer, cart), first),
        Ordering::Greater => Seen::Unclear(may_be(&free)),
    }
}

/// What looking showed, and what is remembered.
pub(super) type Ground<'a> = (&'a Observed, &'a Folded);

fn brought(intent: &Intent, (customer, cart): (CustomerId, &CartId), placed: &Placed) -> Seen {
    let Placed { order, subscription } = placed;
    let learned = Learned::Order { customer, cart: cart.clone(), order: order.clone(), subscription: *subscription };
    let settled = match subscription {
        Some(_) => Settled::Done { learned },
        None => Settled::Pending { learned },
    };
    Seen::Ended(settled, intent.wanted.clone())
}

/// Most orders that are named.
const NAMED: usize = 8;

fn may_be(free: &[&Placed]) -> String {
    let named = free.iter().take(NAMED).map(|Placed { order, subscription }| match subscription {
        Some(id) => format!("{order} (subscription {id})"),
        None => order.to_string(),
    });
    let named: Vec<String> = named.collect();
    format!(
        "its cart was ordered, and its order is one of {}: say which with `--id SUBSCRIPTIONID --order ORDERID`",
        named.join(", ")
    )
}

/// What other addresses brought or wait for.
struct Claims<'a> {
    subscriptions: BTreeSet<SubscriptionId>,
    orders: BTreeSet<&'a OrderId>,
}
impl<'a> Claims<'a> {
    fn of(ledger: &'a Ledger, own: &Address) -> Self {
        let mut claims = Self { subscriptions: BTreeSet::new(), orders: BTreeSet::new() };
        for (_, id) in ledger.bindings.iter().filter(|(address, _)| *address != own) {
            match id {
                LiveId::Subscription(_, id) => drop(claims.subscriptions.insert(*id)),
                LiveId::Reseller(_) | LiveId::Customer(_) => {}
            }
        }
        for (_, pending) in ledger.pending.iter().filter(|(address, _)| *address != own) {
            match &pending.what {
                PendingWhat::Order { order, .. } => drop(claims.orders.insert(order)),
                PendingWhat::Customer(_) | PendingWhat::Change { .. } => {}
            }
        }
        claims
    }
    fn has(&self, placed: &Placed) -> bool {
        let bound = placed.subscription.is_some_and(|id| self.subscriptions.contains(&id));
        bound || self.orders.contains(&placed.order)
    }
}

#[cfg(test)]
mod tests {
    use super::super::recover::{self, Kept};
    use super::*;
    use crate::journal::record::Record;
    use crate::ledger::Pending;
    use crate::model::{Class, Digest, Field, RequestId, StepKey, StepName, Timestamp, Value};
    use crate::observed::{Answer, CartFate};

    fn customer() -> CustomerId {
        "c0000000-0000-4000-8000-000000000001".parse().unwrap()
    }
    fn placed(n: u8) -> Placed {
        let subscription = format!("50000000-0000-4000-8000-00000000000{n}").parse().unwrap();
        Placed { order: OrderId::new(format!("o{n}")), subscription: Some(subscription) }
    }
    fn intent(name: &str, friendly: &str) -> Intent {
        let address: Address = format!("subscription/contoso/{name}").parse().unwrap();
        Intent {
            step: Digest::of_bytes(name.as_bytes()),
            key: StepKey::new(address.clone(), StepName::OrderSubscription),
            class: Class::Api,
            cause: address,
            request: RequestId::from_bytes([7; 16]),
            operation: Operation::CheckOut { customer: customer(), cart: CartId::new(name) },
            wanted: BTreeMap::from([(Field::FriendlyName, Value::text(friendly))]),
            counts: Vec::new(),
        }
    }
    /// Two check-outs that nobody heard of, of carts that are named as their documents.
    fn both(friendly: &str) -> Folded {
        let intents = [(1, intent("a", "phones")), (2, intent("b", friendly))];
        let tracked = |intent: Intent| Tracked {
            epoch: 1,
            at: Timestamp::from_seconds(0),
            intent,
            standing: Standing::Unresolved,
        };
        Folded { intents: intents.map(|(number, it)| (number, tracked(it))).into(), ..Folded::default() }
    }
    fn look(folded: &Folded, number: u64, fates: [&CartFate; 2]) -> Seen {
        let intent = &folded.intents[&number].intent;
        let mut observed = Observed::default();
        for (cart, fate) in ["a", "b"].into_iter().zip(fates) {
            let read = Read::Cart(customer(), CartId::new(cart));
            assert!(recover::reads(&intent.operation, folded).contains(&read), "nobody asks for the cart {cart}");
            observed.absorb(&read, Ok(Answer::Cart(fate.clone())));
        }
        recover::judge(intent, (&observed, folded), Kept::default())
    }
    fn order_of(seen: &Seen) -> &str {
        let Seen::Ended(Settled::Done { learned: Learned::Order { order, .. } }, _) = seen else { panic!("{seen:?}") };
        order.as_str()
    }
    /// What looking told is written down.
    fn settle(folded: &mut Folded, number: u64, seen: Seen) {
        let Seen::Ended(outcome, fields) = seen else { panic!("{seen:?}") };
        folded.absorb(crate::journal::record::Object {
            format: 1,
            number: 10 + number,
            epoch: 1,
            nonce: "n".into(),
            before: None,
            at: Timestamp::from_seconds(0),
            records: vec![Record::Settlement { intent: number, outcome, fields }],
        });
    }

    #[test]
    fn equal_carts_take_equal_orders_and_none_takes_that_of_another() {
        for first in [1, 2] {
            let mut folded = both("phones");
            let fate = CartFate::OneOf(vec![placed(1), placed(2)]);
            let seen = look(&folded, first, [&fate, &fate]);
            assert_eq!(order_of(&seen), "o1");
            settle(&mut folded, first, seen);
            let other = folded.intents.keys().next().copied().expect("the other one");
            let intent = folded.intents[&other].intent.clone();
            let Operation::CheckOut { cart, .. } = &intent.operation else { panic!("{intent:?}") };
            let mut observed = Observed::default();
            observed.absorb(&Read::Cart(customer(), cart.clone()), Ok(Answer::Cart(fate)));
            let seen = recover::judge(&intent, (&observed, &folded), Kept::default());
            assert_eq!(order_of(&seen), "o2");
        }
    }

    #[test]
    fn fewer_orders_than_carts_are_waited_for_and_a_cart_that_is_open_takes_none() {
        let one = CartFate::Ordered { order: placed(1).order, subscription: placed(1).subscription };
        assert!(matches!(look(&both("phones"), 1, [&one, &one]), Seen::Unread(_)));
        assert_eq!(order_of(&look(&both("phones"), 1, [&one, &CartFate::Open])), "o1");
        let not = Seen::Ended(Settled::NotStarted, BTreeMap::new());
        assert_eq!(look(&both("phones"), 2, [&one, &CartFate::Open]), not);
    }

    #[test]
    fn more_orders_than_carts_and_unequal_twins_are_named_for_a_person_whose_word_settles_the_rest() {
        let three = CartFate::OneOf(vec![placed(1), placed(2), placed(3)]);
        let two = CartFate::OneOf(vec![placed(1), placed(2)]);
        let Seen::Unclear(text) = look(&both("phones"), 1, [&three, &three]) else { panic!("it was guessed") };
        assert!(text.contains("o1 (subscription 50000000-0000-4000-8000-000000000001), o2"), "{text}");
        assert!(matches!(look(&both("desks"), 1, [&two, &two]), Seen::Unclear(_)));
        // A person says which order the first one brought: the other is left with one.
        let mut folded = both("desks");
        let told = folded.intents.remove(&1).expect("it is there").intent;
        let what = PendingWhat::Order {
            customer: customer(),
            cart: CartId::new("a"),
            order: placed(1).order,
            subscription: None,
            fields: BTreeMap::new(),
        };
        let pending =
            Pending { key: told.key.clone(), step: told.step, intent: 0, since: Timestamp::from_seconds(0), what };
        folded.ledger.pending.insert(told.key.address, pending);
        let mut observed = Observed::default();
        observed.absorb(&Read::Cart(customer(), CartId::new("b")), Ok(Answer::Cart(two)));
        let other = &folded.intents[&2].intent;
        assert_eq!(order_of(&recover::judge(other, (&observed, &folded), Kept::default())), "o2");
    }
}
