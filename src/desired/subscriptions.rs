//! Subscriptions, inline and standalone: what each means, and whether an order is complete. Never asks the catalogue
//! or the tenant.

use super::draft::{Belongs, Draft};
use super::drift;
use super::sort::{Doc, quoted, twice};
use super::{Additional, Purchase, Subscription};
use crate::diag::{At, Code};
use crate::manifest::Spanned;
use crate::manifest::document::{self, RenewalAction, StandaloneSubscription};
use crate::model::{
    Address, BillingCycle, CustomerKey, Kind, Leaf, Name, NextTerm, Product, Renewal, SubscriptionKey, Term,
};

/// Which subscription is resolved, and where it stands.
pub(super) struct Place<'a> {
    /// Whose it is.
    pub(super) customer: &'a Name,
    /// Its name.
    pub(super) leaf: Name,
    /// Where that stands.
    pub(super) at: At,
    /// The document it stands in.
    pub(super) cause: Address,
    /// The partnership of its customer.
    pub(super) belongs: Belongs,
}

/// What a subscription's document means.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Means {
    /// One that is there.
    Live,
    /// One to buy, unless it was bought before.
    Order,
    /// Neither; a finding says so.
    Unclear,
}

/// Takes the standalone subscriptions, sorted by customer and name, and joins them with the inline ones.
pub(super) fn resolve(draft: &mut Draft, docs: Vec<Doc<StandaloneSubscription>>) {
    if docs.is_empty() {
        return;
    }
    for Doc { name, at, guard: _, spec } in docs {
        let (customer, spec) = inlined(*spec);
        let found = draft.customer(&customer, customer.at, format_args!("subscription `{name}` names customer"));
        let belongs = found.map_or(Belongs::Unresolved, |found| draft.customers[found].belongs);
        let cause = Address::subscription(&customer, &name);
        subscription(draft, Place { customer: &customer, leaf: name, at, cause, belongs }, spec);
    }
    let mut all = std::mem::take(&mut draft.subscriptions);
    all.sort_by(|(a, _), (b, _)| a.key.cmp(&b.key).then(a.at.cmp(&b.at)));
    all.dedup_by(|(again, _), (first, _)| {
        let same = again.key == first.key;
        if same {
            draft.findings.push(twice(Kind::Subscription, &again.key, again.at, first.at));
        }
        same
    });
    draft.subscriptions = all;
}

/// A standalone subscription as it would stand in its customer.
fn inlined(spec: StandaloneSubscription) -> (Spanned<Name>, document::Subscription) {
    let StandaloneSubscription {
        customer,
        subscription_id,
        product,
        quantity,
        term,
        billing_cycle,
        partner_of_record,
        friendly_name,
        renewal,
        purchase,
        on_drift,
    } = spec;
    let spec = document::Subscription {
        subscription_id,
        product,
        quantity,
        term,
        billing_cycle,
        partner_of_record,
        friendly_name,
        renewal,
        purchase,
        on_drift,
    };
    (customer, spec)
}

/// Takes one subscription.
pub(super) fn subscription(draft: &mut Draft, place: Place<'_>, spec: document::Subscription) {
    let means = means(draft, &place, &spec);
    let document::Subscription {
        subscription_id,
        product,
        quantity,
        term,
        billing_cycle,
        partner_of_record,
        friendly_name,
        renewal,
        purchase,
        on_drift,
    } = spec;
    if let (Some(term), Some(cycle)) = (&term, &billing_cycle) {
        fit(draft, term.value, cycle.value, cycle.at);
    }
    let (partner_of_record, partner_at) = super::partner_of_record::resolve(draft, &place, means, partner_of_record);
    let renewal = renewal.map(|written| (self::renewal(draft, &place, &written), written.at));
    let purchase = purchase.map(|purchase| Box::new(self::purchase(purchase)));
    let on_drift = drift::of_subscription(draft, on_drift);
    let Place { customer, leaf, at, cause, belongs: _ } = place;
    let identity_at = subscription_id.as_ref().map_or(at, |id| id.at);
    let resolved = Subscription {
        key: SubscriptionKey { customer: CustomerKey::Named(customer.clone()), leaf: Leaf::Named(leaf) },
        at,
        cause,
        identity: subscription_id.map(|id| id.value),
        product: product
            .map(|Spanned { value, at }| (Product { product: value.product_id.value, sku: value.sku_id.value }, at)),
        quantity: quantity.map(|quantity| (quantity.value, quantity.at)),
        term: term.map(|term| (term.value, term.at)),
        billing_cycle: billing_cycle.map(|cycle| (cycle.value, cycle.at)),
        partner_of_record,
        partner_at,
        friendly_name: friendly_name.map(|name| (name.value, name.at)),
        renewal,
        purchase,
        on_drift,
    };
    draft.subscriptions.push((resolved, identity_at));
}

/// Live or an order; a finding when it is neither, or an incomplete order.
fn means(draft: &mut Draft, place: &Place<'_>, spec: &document::Subscription) -> Means {
    if spec.subscription_id.is_some() {
        return Means::Live;
    }
    let Some(product) = &spec.product else {
        let message = format!("subscription `{}` has neither `subscriptionId` nor `product`", place.leaf);
        let help = "write the id of the one that is there, or `product`, `quantity`, `term` and `billingCycle` to buy";
        draft.error(Code::EitherOr, place.at, message, help);
        return Means::Unclear;
    };
    let absent = [
        ("quantity", spec.quantity.is_none()),
        ("term", spec.term.is_none()),
        ("billingCycle", spec.billing_cycle.is_none()),
    ];
    let missing: Vec<&str> = absent.iter().filter(|(_, absent)| *absent).map(|(field, _)| *field).collect();
    if !missing.is_empty() {
        let message = format!("subscription `{}` is to be bought, but has no {}", place.leaf, quoted(&missing));
        let help =
            "an order needs `product`, `quantity`, `term` and `billingCycle`; one that is there, `subscriptionId`";
        draft.error(Code::EitherOr, product.at, message, help);
    }
    Means::Order
}

fn fit(draft: &mut Draft, term: Term, cycle: BillingCycle, at: At) {
    if !term.is_billed(cycle) {
        let known: Vec<String> = term.cycles().iter().map(ToString::to_string).collect();
        let message = format!("a term of `{term}` cannot be billed `{cycle}`");
        draft.error(
            Code::EitherOr,
            at,
            message,
            format!("`{term}` is billed {}", quoted(&known).replace(" and ", " or ")),
        );
    }
}

fn renewal(draft: &mut Draft, place: &Place<'_>, written: &Spanned<document::Renewal>) -> Renewal {
    let document::Renewal { action, quantity, term, billing_cycle, end_date } = &written.value;
    let next =
        NextTerm { product: None, quantity: *quantity, term: *term, billing_cycle: *billing_cycle, end: *end_date };
    let details = next != NextTerm::default();
    let renewal = match action {
        RenewalAction::Renew => Renewal::Renew(next),
        RenewalAction::Cancel => Renewal::Cancel,
        RenewalAction::Extend => Renewal::Extend,
    };
    if renewal.ends() && details {
        let message =
            format!("renewal `{}` of subscription `{}` has details of a next term", renewal.action(), place.leaf);
        draft.error(
            Code::EitherOr,
            written.at,
            message,
            "only `renew` has a quantity, term, billing cycle or end date",
        );
    }
    if let (Some(term), Some(cycle)) = (term, billing_cycle) {
        fit(draft, *term, *cycle, written.at);
    }
    renewal
}

fn purchase(written: Spanned<document::Purchase>) -> Purchase {
    let document::Purchase { reference, purchase_order, promotion, end_date, additional } = written.value;
    let additional = match additional {
        Some(document::AdditionalRef::Beside(ids)) => Additional::Beside(ids.into_iter().collect()),
        Some(document::AdditionalRef::Yes) => Additional::Yes,
        Some(document::AdditionalRef::No) | None => Additional::No,
    };
    Purchase { reference, promotion, purchase_order, end_date, at: written.at, additional }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};

    fn of(subscription: &str) -> String {
        format!("Customer contoso {{tenantId: %c1, reseller: fabrikam, subscriptions: {{m365: {{{subscription}}}}}}}")
    }
    const ORDER: &str = "product: {productId: P, skuId: \"1\"}, quantity: 1, term: P1M, billingCycle: monthly";

    #[test]
    fn a_subscription_is_there_or_completely_ordered() {
        check(&of(ORDER), &[]);
        check(&of("subscriptionId: %s1"), &[]);
        check(&of(&format!("subscriptionId: %s1, {ORDER}")), &[]);
        check(
            &of("quantity: 5"),
            &[
                "TT0111 error at m365: subscription `m365` has neither `subscriptionId` nor `product`; help: write the id of the one that is there, or `product`, `quantity`, `term` and `billingCycle` to buy",
            ],
        );
        check(
            &of("product: {productId: P, skuId: \"1\"}, term: P1Y"),
            &["TT0111 error at product: subscription `m365` is to be bought, but has no `quantity` and `billingCycle`"],
        );
    }

    #[test]
    fn billing_cycles_fit_their_terms() {
        check(
            &of(&ORDER.replace("monthly", "annual")),
            &["TT0111 error at annual: a term of `P1M` cannot be billed `annual`; help: `P1M` is billed `monthly`"],
        );
        check(
            &of(&ORDER.replace("P1M", "P1Y").replace("monthly", "triennial")),
            &[
                "TT0111 error at triennial: a term of `P1Y` cannot be billed `triennial`; help: `P1Y` is billed `monthly` or `annual`",
            ],
        );
        check(&of(&ORDER.replace("P1M", "P3Y").replace("monthly", "triennial")), &[]);
    }

    #[test]
    fn inline_and_standalone_ones_share_their_names() {
        check(
            &format!(
                "Subscription m365 {{customer: contoso, subscriptionId: %s2}}\n{}\nSubscription m365 {{customer: litware, subscriptionId: %s3}}\nCustomer litware {{tenantId: %c2}}",
                of("subscriptionId: %s1")
            ),
            &[
                "TT0108 error at m365: Subscription `contoso/m365` is declared twice; help: keep one of the two, or give one another name; also at m365: first here",
            ],
        );
        check(
            "Subscription m365 {customer: contosso, subscriptionId: %s2}\nCustomer contoso {tenantId: %c1}",
            &[
                "TT0102 error at contosso: subscription `m365` names customer `contosso`, which no manifest declares; help: did you mean `contoso`?",
            ],
        );
    }

    #[test]
    fn a_standalone_one_is_its_own_cause() {
        let desired =
            meant(&format!("{}\nSubscription a {{customer: contoso, subscriptionId: %s2}}", of("subscriptionId: %s1")));
        let causes: Vec<String> = desired.subscriptions.values().map(|it| format!("{} {}", it.key, it.cause)).collect();
        assert_eq!(causes, ["contoso/a subscription/contoso/a", "contoso/m365 customer/contoso"]);
        assert!(desired.declared.keys().any(|address| address.to_string() == "subscription/contoso/m365"));
    }

    #[test]
    fn only_a_renewal_for_a_new_term_has_details() {
        check(
            &of("subscriptionId: %s1, renewal: {action: cancel, quantity: 5}"),
            &["TT0111 error at renewal: renewal `cancel` of subscription `m365` has details of a next term"],
        );
        check(
            &of("subscriptionId: %s1, renewal: {action: renew, term: P1M, billingCycle: annual}"),
            &["TT0111 error at renewal: a term of `P1M` cannot be billed `annual`"],
        );
    }

    #[test]
    fn a_renewal_says_what_comes_next() {
        let renewal = |text: &str| {
            let desired = meant(&of(&format!("subscriptionId: %s1, renewal: {text}")));
            desired.subscriptions.values().find_map(|it| Some(it.renewal.as_ref()?.0.to_string()))
        };
        assert_eq!(renewal("{action: extend}").as_deref(), Some("extend"));
        let next = "{action: renew, quantity: 20, term: P1Y, billingCycle: annual, endDate: 2027-06-30}";
        assert_eq!(renewal(next).as_deref(), Some("renew, quantity 20, term P1Y, billing annual, until 2027-06-30"));
    }
}
