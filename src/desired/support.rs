//! Who supports which subscriptions: inline and delegated, each once, none contradicting another. Never asks which
//! subscriptions are legacy.

use super::draft::Draft;
use super::drift::{self, OnDrift};
use super::identities::Identities;
use super::sort::Doc;
use super::{Delegated, Support, Supporter};
use crate::diag::{At, Code, Finding, nearest};
use crate::manifest::Spanned;
use crate::manifest::document::{DelegatedSubscriptions, SubscriptionRef, SupportContactRef, SupportDelegation};
use crate::model::{Address, CustomerKey, Leaf, Name, SubscriptionId, SubscriptionKey};
use std::fmt;

/// Takes a customer's own `supportContact`.
pub(super) fn inline(
    draft: &mut Draft,
    customer: &Name,
    written: Spanned<SupportContactRef>,
    on_drift: Option<OnDrift>,
) {
    let says = format_args!("customer `{customer}` names support contact");
    if let Some(contact) = supporter(draft, &written, says) {
        let support = Support { contact, cause: Address::customer(customer), at: written.at, on_drift };
        draft.support.push((Delegated::All(CustomerKey::Named(customer.clone())), support));
    }
}

/// Takes the delegations, and finds those that say the same thing twice or contradict each other. A delegation of one
/// subscription stands beside one of all: it outranks it.
pub(super) fn resolve(draft: &mut Draft, known: &Identities, docs: Vec<Doc<SupportDelegation>>) {
    for Doc { name, at, guard: _, spec } in docs {
        delegation(draft, known, &name, *spec);
        draft.documents.push((Address::SupportDelegation(name), at));
    }
    once(draft);
}

fn delegation(draft: &mut Draft, known: &Identities, name: &Name, spec: SupportDelegation) {
    let SupportDelegation { support_contact, customers, subscriptions, on_drift } = spec;
    let on_drift = drift::of_support(draft, on_drift);
    let says = format_args!("delegation `{name}` names support contact");
    let contact = supporter(draft, &support_contact, says);
    let keys: Vec<(CustomerKey, At)> = customers
        .iter()
        .filter_map(|written| {
            let says = format_args!("delegation `{name}` names customer");
            super::relations::customer(draft, known, written, says).map(|key| (key, written.at))
        })
        .collect();
    let complete = keys.len() == customers.len();
    let spoken_of: Vec<(Delegated, At)> = match &subscriptions.value {
        DelegatedSubscriptions::All => keys.into_iter().map(|(key, at)| (Delegated::All(key), at)).collect(),
        DelegatedSubscriptions::Some(list) => {
            let mut all = Vec::new();
            for written in list {
                match &written.value {
                    SubscriptionRef::Named(leaf) => all.extend(by_name(draft, &keys, leaf, (name, written.at))),
                    SubscriptionRef::Id(id) if complete => {
                        all.extend(by_id(draft, known, &keys, *id, (name, written.at)));
                    }
                    // Whose it is cannot be told while a customer is missing.
                    SubscriptionRef::Id(_) => {}
                }
            }
            all
        }
    };
    let Some(contact) = contact else { return };
    draft.support.extend(spoken_of.into_iter().map(|(delegated, at)| {
        let cause = Address::SupportDelegation(name.clone());
        (delegated, Support { contact: contact.clone(), cause, at, on_drift: on_drift.clone() })
    }));
}

fn supporter(draft: &mut Draft, written: &Spanned<SupportContactRef>, says: fmt::Arguments<'_>) -> Option<Supporter> {
    match &written.value {
        SupportContactRef::Provider => Some(Supporter::Provider),
        SupportContactRef::Partnership(name) => {
            draft.active_partner(name, written.at, says).map(|_| Supporter::Partnership(name.clone()))
        }
    }
}

/// The subscription of that name of each customer.
fn by_name(draft: &mut Draft, customers: &[(CustomerKey, At)], leaf: &Name, by: (&Name, At)) -> Vec<(Delegated, At)> {
    let (delegation, at) = by;
    let mut found = Vec::new();
    for (customer, _) in customers {
        let key = SubscriptionKey { customer: customer.clone(), leaf: Leaf::Named(leaf.clone()) };
        if draft.subscriptions.binary_search_by(|(known, _)| known.key.cmp(&key)).is_ok() {
            found.push((Delegated::One(key), at));
        } else if !draft.is_broken_subscription(customer, leaf) {
            let says = format!("delegation `{delegation}` names subscription `{key}`, which no manifest declares");
            let mut finding = Finding::error(Code::DanglingReference, at, says);
            finding.help = Some(match nearest(leaf.as_str(), names_of(draft, customer)) {
                Some(meant) => format!("did you mean `{meant}`?"),
                None => "declare it, or name it by `{subscriptionId}`".to_owned(),
            });
            draft.findings.push(finding);
        }
    }
    found
}

/// The names of a customer's declared subscriptions.
fn names_of<'a>(draft: &'a Draft, customer: &'a CustomerKey) -> impl Iterator<Item = &'a str> {
    let start = draft.subscriptions.partition_point(|(known, _)| known.key.customer < *customer);
    let theirs = draft.subscriptions[start..].iter().take_while(|(known, _)| known.key.customer == *customer);
    theirs.filter_map(|(known, _)| match &known.key.leaf {
        Leaf::Named(name) => Some(name.as_str()),
        Leaf::Id(_) => None,
    })
}

/// The subscription with that id: a declared one by its name, else of the only customer.
fn by_id(
    draft: &mut Draft,
    known: &Identities,
    customers: &[(CustomerKey, At)],
    id: SubscriptionId,
    (delegation, at): (&Name, At),
) -> Option<(Delegated, At)> {
    let declared = known.subscription(id).map(|position| &draft.subscriptions[position].0.key);
    let theirs = declared.into_iter().find(|key| customers.iter().any(|(customer, _)| *customer == key.customer));
    if let Some(key) = theirs {
        return Some((Delegated::One(key.clone()), at));
    }
    if let [(customer, _)] = customers {
        let key = SubscriptionKey { customer: customer.clone(), leaf: Leaf::Id(id) };
        return Some((Delegated::One(key), at));
    }
    let message = format!("delegation `{delegation}` names `{id}`, but several customers: nobody can tell whose it is");
    let help = "give it a delegation of its own, with its one customer";
    draft.error(Code::EitherOr, at, message, help);
    None
}

/// Keeps the first of each.
fn once(draft: &mut Draft) {
    let mut all = std::mem::take(&mut draft.support);
    all.sort_by(|(a, one), (b, other)| a.cmp(b).then(one.at.cmp(&other.at)));
    all.dedup_by(|(again, second), (delegated, first)| {
        let same = again == delegated;
        if same {
            twice(draft, delegated, first, second);
        }
        same
    });
    draft.support = all;
}

fn twice(draft: &mut Draft, delegated: &Delegated, first: &Support, second: &Support) {
    let what = match delegated {
        Delegated::All(customer) => format!("all subscriptions of customer `{customer}`"),
        Delegated::One(key) => format!("subscription `{key}`"),
    };
    let (code, message) = if first.contact == second.contact {
        (Code::TwoRelations, format!("the support contact of {what} is declared twice"))
    } else {
        let (one, other) = (shown(&first.contact), shown(&second.contact));
        (Code::ContradictingDelegation, format!("{what} would be supported by {one} and by {other}"))
    };
    draft.clash(code, second.at, message, ("keep one of the two", first.at, "first here"));
}

fn shown(supporter: &Supporter) -> String {
    match supporter {
        Supporter::Provider => "the provider".to_owned(),
        Supporter::Partnership(name) => format!("`{name}`"),
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};
    use super::{Delegated, shown};

    fn found(text: &str) -> Vec<String> {
        let of = |what: &Delegated| match what {
            Delegated::All(customer) => format!("all of {customer}"),
            Delegated::One(key) => key.to_string(),
        };
        let support = meant(text).support;
        support.iter().map(|(what, it)| format!("{} by {}: {}", of(what), shown(&it.contact), it.cause)).collect()
    }

    const CONTOSO: &str = "Customer contoso {tenantId: %c1, subscriptions: {m365: {subscriptionId: %s1}}}\nCustomer litware {tenantId: %c2, subscriptions: {m365: {subscriptionId: %s2}}}";

    #[test]
    fn one_subscription_stands_beside_all() {
        let support = found(&format!(
            "{CONTOSO}\nSupportDelegation a {{supportContact: fabrikam, customers: [contoso, litware], subscriptions: all}}\nSupportDelegation b {{supportContact: provider, customers: [contoso, litware], subscriptions: [m365]}}"
        ));
        assert_eq!(
            support,
            [
                "all of contoso by `fabrikam`: support-delegation/a",
                "all of litware by `fabrikam`: support-delegation/a",
                "contoso/m365 by the provider: support-delegation/b",
                "litware/m365 by the provider: support-delegation/b",
            ]
        );
    }

    #[test]
    fn a_subscription_named_by_its_id_is_the_declared_one() {
        let support = found(&format!(
            "{CONTOSO}\nSupportDelegation a {{supportContact: fabrikam, customers: [contoso, litware], subscriptions: [{{subscriptionId: %s2}}]}}\nSupportDelegation b {{supportContact: fabrikam, customers: [contoso], subscriptions: [{{subscriptionId: %s3}}]}}"
        ));
        assert_eq!(
            support,
            [
                "contoso/@50000000-0000-4000-8000-000000000003 by `fabrikam`: support-delegation/b",
                "litware/m365 by `fabrikam`: support-delegation/a",
            ]
        );
    }

    #[test]
    fn nobody_can_tell_whose_an_unknown_id_is() {
        check(
            &format!(
                "{CONTOSO}\nSupportDelegation a {{supportContact: fabrikam, customers: [contoso, litware], subscriptions: [{{subscriptionId: %s3}}, m366]}}"
            ),
            &[
                "TT0111 error at {subscriptionId: 50000000-0000-4000-8000-000000000003}: delegation `a` names `50000000-0000-4000-8000-000000000003`, but several customers",
                "TT0102 error at m366: delegation `a` names subscription `contoso/m366`, which no manifest declares; help: did you mean `m365`?",
                "TT0102 error at m366: delegation `a` names subscription `litware/m366`, which no manifest declares; help: did you mean `m365`?",
            ],
        );
    }

    #[test]
    fn contradicting_and_repeated_delegations_are_found() {
        let inline = CONTOSO.replace("tenantId: %c1,", "tenantId: %c1, supportContact: northwind,");
        check(
            &format!(
                "{inline}\nSupportDelegation a {{supportContact: fabrikam, customers: [contoso], subscriptions: all}}\nSupportDelegation b {{supportContact: fabrikam, customers: [contoso], subscriptions: [m365, {{subscriptionId: %s1}}]}}"
            ),
            &[
                "TT0201 error at contoso: all subscriptions of customer `contoso` would be supported by `northwind` and by `fabrikam`; help: keep one of the two; also at northwind: first here",
                "TT0200 error at {subscriptionId: 50000000-0000-4000-8000-000000000001}: the support contact of subscription `contoso/m365` is declared twice",
            ],
        );
    }
}
