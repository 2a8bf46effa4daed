//! What is told of an order beside what is bought: how people call the product, and which subscriptions of it the customer
//! has already or gets too. Only shown: no step and no id knows of it.

use super::step::Step;
use crate::desired::{Additional, Subscription};
use crate::diff::{Diff, SubscriptionState};
use crate::ledger::LiveId;
use crate::model::product::Product;
use crate::model::text::flat;
use crate::model::{Address, CustomerId, CustomerKey, SubscriptionKey};
use crate::observed::{Observed, Offer};
use std::collections::BTreeMap;

/// What is there and what is bought, by product.
pub(super) struct Shelf<'a> {
    observed: &'a Observed,
    diff: &'a Diff<'a>,
    names: BTreeMap<&'a Product, &'a str>,
    bought: BTreeMap<(&'a CustomerKey, &'a Product), Vec<&'a Subscription>>,
}

impl<'a> Shelf<'a> {
    /// One walk over everything, however much is ordered; none where nothing is.
    pub(super) fn of(diff: &'a Diff<'a>, observed: &'a Observed) -> Self {
        let mut shelf = Self { observed, diff, names: BTreeMap::new(), bought: BTreeMap::new() };
        for one in diff.subscriptions.iter().filter(|it| matches!(it.state, SubscriptionState::ToBuy)) {
            if let Some((product, _)) = &one.declared.product {
                shelf.bought.entry((&one.declared.key.customer, product)).or_default().push(one.declared);
            }
        }
        let lists = (!shelf.bought.is_empty()).then(|| observed.subscription_lists());
        for there in lists.into_iter().flatten().flat_map(|(_, list)| list) {
            let name = there.offer_name.trim();
            if let Some(product) = there.product.as_ref().filter(|_| !name.is_empty()) {
                let known = shelf.names.entry(product).or_insert(name);
                *known = (*known).min(name);
            }
        }
        shelf
    }
    /// How people call what is ordered: as subscriptions of it anywhere in the tenant are called, else as the catalogue does.
    pub(super) fn name(&self, offer: &Offer) -> Option<String> {
        let sold = || self.observed.offer(offer).known().and_then(|sold| sold.title.as_deref());
        self.names.get(&offer.product).copied().or_else(sold).map(flat)
    }
    /// An order with what a reviewer is to know of it.
    pub(super) fn told(&self, declared: &Subscription, live: Option<CustomerId>, step: Step) -> Step {
        let others = self.others(declared, live);
        let purchase = declared.purchase.as_ref();
        let anyway = purchase.is_some_and(|purchase| purchase.additional != Additional::No);
        let beside = match (others.is_empty(), anyway) {
            (false, _) => Some(others.join(", ")),
            (true, true) => Some("none that is known; `additional` buys beside any".to_owned()),
            (true, false) => None,
        };
        let promotion = purchase.and_then(|purchase| purchase.promotion.as_ref()).map(ToString::to_string);
        let reference = purchase.and_then(|purchase| purchase.reference.as_ref()).map(ToString::to_string);
        [("beside", beside), ("promotion", promotion), ("reference", reference)]
            .into_iter()
            .filter_map(|(field, text)| Some((field, text?)))
            .fold(step, |step, (field, text)| step.changing(field, None, text))
    }
    /// Every other one of the same product: `m365 (12 seats)`.
    fn others(&self, declared: &Subscription, live: Option<CustomerId>) -> Vec<String> {
        let Some((product, _)) = &declared.product else { return Vec::new() };
        let list = live.and_then(|id| self.observed.subscriptions(id).known().map(|list| (id, *list)));
        let there = list.into_iter().flat_map(|(id, list)| list.iter().map(move |it| (id, it)));
        let there = there.filter(|(_, it)| it.status.occupies() && it.product.as_ref() == Some(product));
        let there = there.map(|(customer, it)| {
            let bound = self.diff.bindings.address(LiveId::Subscription(customer, it.id));
            let name = bound.and_then(Address::as_subscription).map_or_else(|| it.id.to_string(), own_name);
            format!("{name} ({} seats)", it.quantity)
        });
        let too = self.bought.get(&(&declared.key.customer, product)).into_iter().flatten();
        let too = too.filter(|it| it.key != declared.key).map(|it| {
            let seats = it.quantity.map_or(0, |(seats, _)| seats);
            format!("{} ({seats} seats, bought too)", own_name(&it.key))
        });
        there.chain(too).collect()
    }
}

/// Its own name, without its customer's.
fn own_name(key: &SubscriptionKey) -> String {
    let shown = key.to_string();
    shown.rsplit_once('/').map_or(shown.clone(), |(_, own)| own.to_owned())
}
