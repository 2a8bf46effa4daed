//! What earlier runs know of a customer's subscriptions, against which its list is held before another one is bought for it:
//! those that documents meant, and orders that do not show yet and that no document declares any more. Never a reason to buy.

use super::doubt::LOOK;
use super::status::is_over;
use super::subscriptions::shows;
use super::{Diff, Sides, SubscriptionDiff, known_as, unknown};
use crate::desired::Subscription;
use crate::diag::{Code, Finding};
use crate::ledger::{Doubt, LiveId, Pending, PendingWhat, not_ordered, ways_to_settle};
use crate::model::{Address, CustomerId, Field, StepName, SubscriptionId};
use crate::observed::{self, Why};
use std::collections::{BTreeMap, BTreeSet};

/// What is remembered, by customer.
pub(super) struct Known<'a, 'o> {
    sides: Sides<'a>,
    bound: BTreeMap<CustomerId, Vec<(SubscriptionId, &'a Address)>>,
    /// Orders without a document.
    orders: &'o [Order<'a>],
}

/// An order that no document declares.
pub(super) struct Order<'a> {
    address: &'a Address,
    customer: CustomerId,
    how: How<'a>,
}
enum How<'a> {
    Pending(&'a Pending),
    Doubtful(Doubt<'a>),
}

impl<'a, 'o> Known<'a, 'o> {
    /// One walk over everything that is bound: only where something is to be bought.
    pub(super) fn of(sides: Sides<'a>, orders: &'o [Order<'a>]) -> Self {
        let mut bound = BTreeMap::<CustomerId, Vec<_>>::new();
        for (address, live) in &sides.ledger.bindings {
            match live {
                LiveId::Subscription(customer, id) => bound.entry(*customer).or_default().push((*id, address)),
                LiveId::Reseller(_) | LiveId::Customer(_) => {}
            }
        }
        Self { sides, bound, orders }
    }
    /// The address that meant a subscription at the last apply and that no document declares now.
    pub(super) fn released(&self, customer: CustomerId, id: SubscriptionId) -> Option<&'a Address> {
        let Sides { desired, ledger, .. } = self.sides;
        let of = self.bound.get(&customer).into_iter().flatten();
        let mut addresses = of.filter(|(bound, _)| *bound == id).map(|(_, address)| *address);
        addresses.find(|address| ledger.managed.contains(*address) && !desired.declared.contains_key(*address))
    }
    /// What stands against buying beside what is listed.
    pub(super) fn against(
        &self,
        diff: &Diff<'_>,
        declared: &Subscription,
        (customer, list): (CustomerId, &[observed::Subscription]),
    ) -> Option<Finding> {
        let own = self.orders.iter().filter(|order| order.customer == customer);
        let mut hidden = own.filter(|order| !order.is_listed(self.sides, list));
        hidden.next().map(|order| order.against(declared)).or_else(|| {
            let (id, address) = self.missing(diff, (customer, list))?;
            let why = format!("{id} is not among them, and an earlier run saw it as `{address}`");
            let what = format!("the subscriptions of customer `{}`", declared.key.customer);
            Some(unknown(&what, &Why::Implausible(why.into())).help(format!(
                "nothing is bought on a list that lacks what was there; plan again when the service answers, and where it is \
                 gone for good: `twotier state forget {address}`"
            )))
        })
    }
    /// A subscription that should be listed: one that a document means; any, where the list is empty.
    fn missing(
        &self,
        diff: &Diff<'_>,
        (customer, list): (CustomerId, &[observed::Subscription]),
    ) -> Option<(SubscriptionId, &'a Address)> {
        let over = |address| is_over(self.sides.ledger.settled.get(address).and_then(|it| it.get(&Field::Status)));
        let listed = |id| list.binary_search_by_key(&id, |it| it.id).is_ok();
        let is_meant = |id| diff.bindings.claims(LiveId::Subscription(customer, id));
        let mut of = self.bound.get(&customer).into_iter().flatten().copied();
        of.find(|(id, address)| !listed(*id) && (list.is_empty() || is_meant(*id)) && !over(*address))
    }
}

/// What stands against buying what is said to be another one under a new name, where no run knows the old one.
pub(super) fn renamed_from_nothing(sides: Sides<'_>, declared: &Subscription) -> Option<Finding> {
    let Sides { desired, ledger, .. } = sides;
    let names = [Address::Subscription(declared.key.clone()), Address::Customer(declared.key.customer.clone())];
    let mut renamed = names.iter().filter_map(|new| desired.renamed.get(new).map(|old| (new, old)));
    let (new, old) = renamed.find(|(new, old)| !ledger.knows(new) && !ledger.knows(old))?;
    let message = format!(
        "`{new}` is said to be renamed from `{old}`, which no run knows: `{}` would be bought anew",
        declared.key
    );
    Some(Finding::error(Code::ReleasedTwin, declared.at, message).help(
        "correct `renamedFrom`, or write the `subscriptionId` of the one that is meant; remove `renamedFrom` to buy a new one",
    ))
}

/// Orders that may show and that nobody will claim, unless they stand against another one.
pub(super) fn tell<'a>(sides: Sides<'a>, diff: &mut Diff<'a>, orders: &[Order<'a>]) {
    let mut blocked = diff.subscriptions.iter().filter_map(SubscriptionDiff::against);
    if blocked.any(|finding| finding.code == Code::Pending) {
        return;
    }
    for order in orders.iter().filter(|order| sides.scope.holds(order.address)) {
        let list = sides.look.subscriptions(order.customer).known().copied().unwrap_or_default();
        if !order.is_listed(sides, list) {
            let message = format!("{}: it will be claimed by no manifest", order.what());
            let finding = Finding::warning(Code::Pending, None, message).about(order.address.clone());
            diff.findings.push(finding.help(order.mend()));
        }
    }
}

impl Order<'_> {
    fn is_listed(&self, sides: Sides<'_>, list: &[observed::Subscription]) -> bool {
        match self.how {
            How::Pending(pending) => shows(sides, pending).is_some_and(|id| list.iter().any(|it| it.id == id)),
            How::Doubtful(_) => false,
        }
    }
    fn against(&self, declared: &Subscription) -> Finding {
        let message = format!("{}: `{}` may be the same one", self.what(), declared.key);
        Finding::error(Code::Pending, declared.at, message).help(self.mend())
    }
    fn what(&self) -> String {
        let of = format!("of `{}`, which no document declares any more,", self.address);
        match self.how {
            How::Pending(Pending { since, what: PendingWhat::Order { order, .. }, .. }) => {
                format!("the order {order} {of} was accepted {since} and does not show yet")
            }
            How::Doubtful(Doubt::Unresolved(unresolved)) => {
                format!("an order {of} has an unknown outcome: {}", unresolved.text)
            }
            How::Pending(_) | How::Doubtful(Doubt::Open(_)) => {
                format!("an order {of} is not settled: it may have happened")
            }
        }
    }
    fn mend(&self) -> String {
        match self.how {
            How::Pending(pending) => {
                let failed = not_ordered(pending.intent);
                format!(
                    "orders show up to 15 minutes late: plan again then. A subscription keeps its name until its order \
                     shows; where the order failed, say so: {failed}"
                )
            }
            How::Doubtful(Doubt::Unresolved(it)) => {
                format!("look in the portal, then say how it ended: {}", ways_to_settle(it.intent, it.key.step))
            }
            How::Doubtful(Doubt::Open(_)) => LOOK.to_owned(),
        }
    }
}

/// Orders that are under way, or may be, of addresses that no document declares.
pub(super) fn orders(sides: Sides<'_>) -> Vec<Order<'_>> {
    let Sides { desired, ledger, .. } = sides;
    let pending = ledger.pending.iter().filter_map(|(address, pending)| match pending.what {
        PendingWhat::Order { customer, .. } => Some(Order { address, customer, how: How::Pending(pending) }),
        PendingWhat::Customer(_) | PendingWhat::Change { .. } => None,
    });
    let doubts = ledger.open.values().map(Doubt::Open).chain(ledger.unresolved.values().map(Doubt::Unresolved));
    let doubts = doubts.filter(|doubt| doubt.key().step == StepName::OrderSubscription).filter_map(|doubt| {
        let address = &doubt.key().address;
        let customer = ledger.customer(&address.as_subscription()?.customer)?;
        Some(Order { address, customer, how: How::Doubtful(doubt) })
    });
    let all: Vec<Order<'_>> = pending.chain(doubts).filter(|it| !desired.declared.contains_key(it.address)).collect();
    if all.is_empty() || desired.renamed.is_empty() {
        return all;
    }
    let subscriptions = desired.subscriptions.keys().map(|key| Address::Subscription(key.clone()));
    let former: BTreeSet<Address> =
        subscriptions.map(|address| known_as(desired, ledger, &address).into_owned()).collect();
    all.into_iter().filter(|order| !former.contains(order.address)).collect()
}
