//! Buying, and waiting for what was bought. Never buys without a partner of record, without a signed agreement, or
//! beside a subscription nobody claims.

use super::build::{Making, wanted_partner};
use super::customers::{Agreement, Buyer, agreement};
use super::draft::{api, key, wait};
use super::ends;
use super::region;
use super::shelf::Shelf;
use super::step::{Brings, Mark, Risk, Step, Undo, Wanted};
use super::waits;
use crate::desired::{PartnerOfRecord, Subscription};
use crate::diag::{At, Code, Finding};
use crate::diff::{Presence, SubscriptionState, unknown};
use crate::ledger::{LiveId, Pending, PendingWhat};
use crate::model::operation::CartLine;
use crate::model::{
    Address, BillingCycle, CustomerId, CustomerKey, Fact, Renewal, Seats, StepKey, StepName, Term, Value,
};
use crate::observed::{Facet, Offer, Review, Sold};
use smol_str::SmolStr;
use std::collections::BTreeSet;

pub(super) fn make(making: &mut Making<'_, '_>) {
    let shelf = Shelf::of(making.diff, making.sides.look.observed());
    for diff in &making.diff.subscriptions {
        let address = Address::Subscription(diff.declared.key.clone());
        let ordering = key(address.clone(), StepName::OrderSubscription);
        match &diff.state {
            SubscriptionState::ToBuy => {
                if let Err(finding) = order(making, diff.declared, (&ordering, &shelf)) {
                    making.drafts.block(ordering, finding);
                }
            }
            SubscriptionState::Pending(pending) => waiting(making, diff.declared, pending),
            SubscriptionState::Blocked(finding) => {
                making.drafts.block(blocked_key(making, diff.declared), finding.clone())
            }
            SubscriptionState::Moved { .. } => {}
        }
    }
}

/// Under which step a blocked subscription is shown: the one nobody knows the outcome of, else the one it would most
/// likely take.
fn blocked_key(making: &Making<'_, '_>, declared: &Subscription) -> StepKey {
    if let Some(doubt) = making.ledger().doubt(&Address::Subscription(declared.key.clone())) {
        return key(declared.key.clone(), doubt.key().step);
    }
    let step = match (&declared.identity, &declared.quantity) {
        (None, _) => StepName::OrderSubscription,
        (Some(_), Some(_)) => StepName::ChangeQuantity,
        (Some(_), None) => StepName::SetPartnerOfRecord,
    };
    key(declared.key.clone(), step)
}

fn waiting(making: &mut Making<'_, '_>, declared: &Subscription, pending: &Pending) {
    let address = Address::Subscription(declared.key.clone());
    let origin = making.origin(&declared.cause, declared.at);
    let step = match &pending.what {
        PendingWhat::Order { .. } => {
            let until = "its order shows as a subscription".to_owned();
            wait(key(address.clone(), StepName::AwaitOrder), until, origin)
                .reaches(Fact::Binding(address), Brings::Something)
        }
        PendingWhat::Change { field, value, .. } => {
            let until = format!("{} is read back as {value}", field.name());
            wait(key(address, StepName::AwaitChange), until, origin)
                .reaches(Fact::Field(declared.key.clone(), *field), Brings::Exactly(value.clone()))
        }
        PendingWhat::Customer(_) => return,
    };
    let order = pending.order().map_or_else(String::new, |order| format!(" as order {order}"));
    let step = step.because(format!("accepted {}{order}, not visible yet", pending.since));
    waits::add_pending(making, step, pending);
}

fn buyer(making: &Making<'_, '_>, declared: &Subscription) -> Result<Buyer, Finding> {
    let customer = Address::Customer(declared.key.customer.clone());
    match making.diff.customers.get(&declared.key.customer) {
        Some(Presence::Live(id)) => Ok(Buyer::Live(*id)),
        Some(Presence::ToCreate(_)) => Ok(Buyer::After(key(customer, StepName::CreateCustomer))),
        Some(Presence::Pending(_)) => Ok(Buyer::After(key(customer, StepName::AwaitChange))),
        Some(Presence::ToInvite) => {
            let mut resellers = making.desired().associations_of(&declared.key.customer);
            let first = resellers.next().map(|(name, _)| name.as_str()).unwrap_or_default();
            Ok(Buyer::After(StepKey::with(customer, StepName::AwaitAssociation, first)))
        }
        Some(Presence::Gone(finding) | Presence::Unknown(finding)) => Err(finding.clone()),
        None => Err(Finding::error(Code::CustomerAbsent, declared.at, "its customer is not known")),
    }
}

fn order(
    making: &mut Making<'_, '_>,
    declared: &Subscription,
    (ordering, shelf): (&StepKey, &Shelf<'_>),
) -> Result<(), Finding> {
    no_purchase_order(declared)?;
    let line = line(declared)?;
    let (reseller, partner_id) = wanted_partner(&declared.partner_of_record).ok_or_else(|| no_partner(declared))?;
    let buyer = buyer(making, declared)?;
    let offer = Offer { product: line.product.clone(), term: line.term, billing_cycle: line.billing_cycle };
    offered(making, declared.product.as_ref().map_or(declared.at, |(_, at)| *at), &offer)?;
    let payee = making.payee(reseller, partner_id)?;
    let (live, review) = match &buyer {
        Buyer::Live(id) => {
            region::apart(making, &declared.key.customer, *id, declared.at).map_or(Ok(()), Err)?;
            (Some(*id), reviewed(making, declared, *id)?)
        }
        Buyer::After(_) => (None, None),
    };
    ends::of_order(making, declared, &line, live)?;
    let agreement = agreement(making, &declared.key.customer, &buyer)?;
    let address = Address::Subscription(declared.key.clone());
    let customer = Address::Customer(declared.key.customer.clone());
    let origin = making.origin(&declared.cause, declared.at);
    let mut step = api(
        ordering.clone(),
        Wanted::Order { subscription: declared.key.clone(), line: Box::new(line.clone()) },
        origin,
    )
    .marked(Mark::Add)
    .changing("product", None, line.product.to_string())
    .noting_if(shelf.name(&offer))
    .changing("quantity", None, line.quantity.to_string())
    .changing("term", None, line.term.to_string())
    .changing("billingCycle", None, line.billing_cycle.to_string())
    .changing("partnerOfRecord", None, payee.shown.as_str())
    .risking(&[Risk::Money], Undo::WithinDays(7))
    .spanning(Seats::now(0), Seats::now(line.quantity))
    .calling(4)
    .rests_on(Fact::Pending(address.clone()), Value::None)
    .reaches(Fact::Binding(address), Brings::Something);
    if let PartnerOfRecord::Defaulted { .. } = declared.partner_of_record {
        step = step.noting(format!("defaulted from customer/{}", declared.key.customer));
    }
    if let Some(end) = line.end_date {
        step = step.changing("endDate", None, end.to_string());
    }
    step = shelf.told(declared, live, step);
    let bound = Fact::Binding(customer);
    step = match &buyer {
        Buyer::Live(id) => step.rests_on(bound, Value::text(id)),
        Buyer::After(need) => step
            .rests_after(bound, need.clone(), Brings::Something)
            .need(need.clone(), "there must be somebody to buy for"),
    };
    step = allowed(step, &declared.key.customer, agreement, review);
    step = making.paying(payee, step, &declared.key, declared.partner_at);
    if let Some(live) = live {
        let unclaimed = Fact::Unclaimed { customer: declared.key.customer.clone(), product: line.product.clone() };
        step = step.rests_on(unclaimed, Value::List(beside(making, declared, live)));
    }
    making.drafts.add(step);
    assume_renewal(making, declared);
    Ok(())
}

/// Those nobody claims that it is bought beside, as it says itself: one more, or one fewer, is to be looked at again.
fn beside(making: &Making<'_, '_>, declared: &Subscription, customer: CustomerId) -> Vec<SmolStr> {
    let product = declared.product.as_ref().map(|(product, _)| product);
    let Facet::Known(list) = making.sides.look.subscriptions(customer) else { return Vec::new() };
    let alike = list.iter().filter(|s| s.status.occupies() && s.product.as_ref() == product);
    let free = alike.filter(|s| !making.diff.bindings.claims(LiveId::Subscription(customer, s.id)));
    free.map(|s| smol_str::format_smolstr!("{}", s.id)).collect()
}

/// A subscription that is bought renews; what else is declared comes once it is there.
fn assume_renewal(making: &mut Making<'_, '_>, declared: &Subscription) {
    if declared.renewal.as_ref().is_some_and(|(renewal, _)| *renewal != Renewal::SAME_AGAIN) {
        let text = format!("the renewal of `{}` is set by the plan after its order shows", declared.key);
        making.drafts.assumptions.insert(text);
    }
}

/// Orders are refused before the customer signed, and while its account is under review.
fn allowed(step: Step, customer: &CustomerKey, agreement: Agreement, review: Option<StepKey>) -> Step {
    let signed = Fact::AgreementSigned(customer.clone());
    let yes = || Brings::Exactly(Value::Bool(true));
    let step = match agreement {
        Agreement::Signed => step.rests_on(signed, Value::Bool(true)),
        Agreement::After(need) => {
            step.rests_after(signed, need.clone(), yes()).need(need, "orders are refused before it is signed")
        }
    };
    match review {
        None => step,
        Some(need) => step
            .rests_after(Fact::AccountReviewed(customer.clone()), need.clone(), yes())
            .need(need, "orders are refused while the account is under review"),
    }
}

/// No field of a cart or an order holds the number: where Microsoft asks for a purchase order, it is a file with a price,
/// attached to the order that waits for it. Source: learn, attaching-purchase-order-and-completing-po-details.
fn no_purchase_order(declared: &Subscription) -> Result<(), Finding> {
    let Some(purchase) = declared.purchase.as_ref().filter(|purchase| purchase.purchase_order.is_some()) else {
        return Ok(());
    };
    let message = format!("order `{}` has a purchase order, and an order has no place for its number", declared.key);
    Err(Finding::error(Code::PurchaseOrder, purchase.at, message).help(
        "remove `purchaseOrder` to buy without it, and keep the number in `purchase.reference`; a purchase order that \
         Microsoft asks for is a file: order in the portal, attach it there, and write the `subscriptionId` here",
    ))
}

fn no_partner(declared: &Subscription) -> Finding {
    Finding::error(
        Code::OrderWithoutReseller,
        declared.at,
        format!("order `{}` has no partner of record", declared.key),
    )
    .help("name `partnerOfRecord`, or the customer's `reseller`")
}

fn line(declared: &Subscription) -> Result<CartLine, Finding> {
    let incomplete = || {
        Finding::error(
            Code::EitherOr,
            declared.at,
            format!("order `{}` lacks product, quantity, term or billing cycle", declared.key),
        )
    };
    let (product, _) = declared.product.as_ref().ok_or_else(incomplete)?;
    let (quantity, _) = declared.quantity.ok_or_else(incomplete)?;
    let (_, partner_id) = wanted_partner(&declared.partner_of_record).ok_or_else(|| no_partner(declared))?;
    Ok(CartLine {
        product: product.clone(),
        quantity,
        term: declared.term.ok_or_else(incomplete)?.0,
        billing_cycle: declared.billing_cycle.ok_or_else(incomplete)?.0,
        partner_of_record: partner_id.clone(),
        friendly_name: declared.friendly_name.as_ref().map(|(name, _)| name.clone()),
        reference: declared.purchase.as_ref().and_then(|purchase| purchase.reference.clone()),
        promotion: declared.purchase.as_ref().and_then(|purchase| purchase.promotion.clone()),
        end_date: declared.purchase.as_ref().and_then(|purchase| purchase.end_date),
    })
}

/// Whether the catalogue sells it, in exactly one way.
pub(super) fn offered(making: &Making<'_, '_>, at: At, offer: &Offer) -> Result<(), Finding> {
    let Offer { product, term, billing_cycle } = offer;
    let what = format!("{product} for {term}, billed {billing_cycle}");
    match making.sides.look.offer(offer) {
        Facet::Known(Sold { ways: 1, .. }) => Ok(()),
        Facet::Known(Sold { ways: 0, forms, .. }) => Err(not_offered(at, &what).help(other_forms(forms))),
        Facet::Absent => Err(not_offered(at, &what).help(other_forms(&BTreeSet::new()))),
        Facet::Known(Sold { ways, .. }) => {
            Err(Finding::error(Code::NothingToBuy, at, format!("the catalogue offers {what} in {ways} ways"))
                .help("twotier buys only what is exactly one"))
        }
        Facet::Unknown(why) => Err(unknown(&format!("whether the catalogue offers {what}"), &why)),
    }
}

fn not_offered(at: At, what: &str) -> Finding {
    Finding::error(Code::NothingToBuy, at, format!("the catalogue does not offer {what}"))
}

/// In which forms it is sold instead; few, because terms and cycles are.
fn other_forms(forms: &BTreeSet<(Term, BillingCycle)>) -> String {
    if forms.is_empty() {
        return "check product, SKU, term and billing cycle in the price list".into();
    }
    let each: Vec<String> = forms.iter().map(|(term, cycle)| format!("{term} billed {cycle}")).collect();
    format!("it is sold for {}", each.join(", "))
}

/// Whether the account may buy; the wait, where Microsoft still reviews it. Source: learn, retrieve-validation-status.
fn reviewed(making: &mut Making<'_, '_>, declared: &Subscription, id: CustomerId) -> Result<Option<StepKey>, Finding> {
    let customer = &declared.key.customer;
    match making.sides.look.review(id) {
        Facet::Known(Review::Passed) => return Ok(None),
        Facet::Known(Review::InReview) => {}
        Facet::Known(Review::Refused) | Facet::Absent => {
            let message = format!("Microsoft refused the account of customer `{customer}`: nobody can order for it");
            return Err(Finding::error(Code::UnderReview, None, message)
                .help("ask Microsoft why, in a support request of Partner Center; plan again when it is approved"));
        }
        Facet::Unknown(why) => return Err(unknown("whether the customer's account may buy", &why)),
    }
    let address = Address::Customer(customer.clone());
    let awaiting = key(address.clone(), StepName::AwaitReview);
    if !making.drafts.has(&awaiting) {
        let until = "Microsoft has reviewed the customer's account".to_owned();
        let at = making.desired().customers.get(customer).map_or(declared.at, |customer| customer.at);
        let step = wait(awaiting.clone(), until, making.origin(&address, at))
            .reaches(Fact::AccountReviewed(customer.clone()), Brings::Exactly(Value::Bool(true)))
            .because("new accounts are reviewed, and orders are refused until it is done");
        making.drafts.add(step);
    }
    Ok(Some(awaiting))
}
