//! Acknowledgements: which limit each lets pass, and whose steps. Never counts steps.

use super::Acknowledgement;
use super::draft::Draft;
use super::sort::Doc;
use crate::diag::{At, Code, Finding};
use crate::manifest::document;
use crate::model::{Address, CustomerKey, Kind, Leaf};
use std::collections::BTreeMap;

/// Takes the acknowledgements. Whether their limit and cause are well formed was judged where they were read.
pub(super) fn resolve(draft: &mut Draft, docs: Vec<Doc<document::Acknowledgement>>) {
    for Doc { name, at, guard: _, spec } in docs {
        let document::Acknowledgement { limit, cause, causes, at_most, reason, by, expires } = *spec;
        let code = limit.parse::<Code>().ok().filter(|code| code.is_limit());
        if code.is_none() {
            let message = format!("`{}` is no code of a limit", limit.value);
            draft.error(
                Code::UnknownValue,
                limit.at,
                message,
                "write the code that the plan printed, such as `TT0500`",
            );
        }
        if cause.is_some() != causes.is_empty() {
            let message = format!("acknowledgement `{name}` names a `cause`, or several `causes`");
            draft.error(Code::EitherOr, at, message, "write one of the two");
        }
        if reason.value.trim().is_empty() {
            let message = format!("acknowledgement `{name}` does not say why");
            let help = "write `reason`, in words that a reviewer can judge; `apply` leaves it empty for a person";
            draft.error(Code::BadValue, reason.at, message, help);
        }
        let mut known = BTreeMap::new();
        for cause in cause.into_iter().chain(causes) {
            match cause.parse::<Address>() {
                Ok(address) => {
                    known.entry(address).or_insert(cause.at);
                }
                Err(error) => {
                    draft.error(Code::BadValue, cause.at, format!("`{}` is no address", cause.value), error.expected);
                }
            }
        }
        draft.documents.push((Address::Acknowledgement(name.clone()), at));
        let Some(limit) = code else { continue };
        let resolved = Acknowledgement {
            at,
            limit,
            causes: known,
            at_most: at_most.value,
            reason: reason.value,
            by: by.value,
            expires: expires.value,
        };
        draft.acknowledgements.push((name, resolved));
    }
}

/// Says which acknowledgements name a document that is not there, or no document at all.
pub(super) fn check_causes(draft: &mut Draft, declared: &BTreeMap<Address, At>) {
    let mut found = Vec::new();
    let named = draft.acknowledgements.iter().flat_map(|(name, it)| it.causes.iter().map(move |cause| (name, cause)));
    for (name, (cause, at)) in named {
        let unused = |message: String| Finding::warning(Code::AcknowledgementUnused, *at, message);
        if !declared.contains_key(cause) {
            if !broken(draft, cause) {
                let message = format!("acknowledgement `{name}` names cause `{cause}`, which no manifest declares");
                found.push(unused(message).help("correct the address, or remove the document"));
            }
        } else if let Some(document) = inline(draft, cause) {
            let message = format!("acknowledgement `{name}` names `{cause}`, which stands inside `{document}`");
            found.push(unused(message).help(format!("write `{document}`, the document that brings the steps")));
        }
    }
    draft.findings.append(&mut found);
}

/// The document that a subscription stands in, when that is not its own.
fn inline<'a>(draft: &'a Draft, address: &Address) -> Option<&'a Address> {
    let Address::Subscription(key) = address else { return None };
    let position = draft.subscriptions.binary_search_by(|(known, _)| known.key.cmp(key)).ok()?;
    let cause = &draft.subscriptions[position].0.cause;
    (cause != address).then_some(cause)
}

/// Whether an address may belong to a document that had faults.
pub(super) fn broken(draft: &Draft, address: &Address) -> bool {
    match address {
        Address::Customer(CustomerKey::Named(name))
        | Address::Provider(name)
        | Address::Partnership(name)
        | Address::ResellerAssociation(name)
        | Address::SupportDelegation(name)
        | Address::AzureAccess(name)
        | Address::Acknowledgement(name) => draft.is_broken(address.kind(), name),
        Address::Subscription(key) => {
            let customer = match &key.customer {
                CustomerKey::Named(name) => draft.is_broken(Kind::Customer, name),
                CustomerKey::Id(_) | CustomerKey::Domain(_) => false,
            };
            let own = match &key.leaf {
                Leaf::Named(name) => draft.is_broken_subscription(&key.customer, name),
                Leaf::Id(_) => false,
            };
            customer || own
        }
        Address::Customer(CustomerKey::Id(_) | CustomerKey::Domain(_)) => false,
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};

    fn acknowledge(cause: &str) -> String {
        format!(
            "Customer contoso {{tenantId: %c1, subscriptions: {{m365: {{subscriptionId: %s1}}}}}}\nSubscription visio {{customer: contoso, subscriptionId: %s2}}\nAcknowledgement march {{limit: TT0500, cause: {cause}, atMost: 2, reason: r, by: b, expires: 2026-12-01}}"
        )
    }

    #[test]
    fn an_acknowledgement_names_a_document() {
        check(&acknowledge("customer/contoso"), &[]);
        check(&acknowledge("subscription/contoso/visio"), &[]);
        check(
            &acknowledge("customer/contosso"),
            &[
                "TT0502 warning at customer/contosso: acknowledgement `march` names cause `customer/contosso`, which no manifest declares",
            ],
        );
        check(
            &acknowledge("subscription/contoso/m365"),
            &[
                "TT0502 warning at subscription/contoso/m365: acknowledgement `march` names `subscription/contoso/m365`, which stands inside `customer/contoso`; help: write `customer/contoso`, the document that brings the steps",
            ],
        );
        assert_eq!(meant(&acknowledge("customer/contoso")).acknowledgements.len(), 1);
    }

    #[test]
    fn it_says_why() {
        let says = "acknowledgement `march` does not say why; help: write `reason`, in words that a reviewer can judge; `apply` leaves it empty for a person";
        let text = acknowledge("customer/contoso").replace("reason: r", "reason: ' '");
        check(&text, &[&format!("TT0107 error at ' ': {says}")]);
    }

    #[test]
    fn it_names_one_document_or_several_that_share_what_it_allows() {
        let several = acknowledge("customer/contoso")
            .replace("cause: customer/contoso", "causes: [customer/contoso, subscription/contoso/visio]");
        check(&several, &[]);
        let causes = &meant(&several).acknowledgements.into_values().next().expect("one").causes;
        assert_eq!(causes.len(), 2);
        let says = "TT0111 error at march: acknowledgement `march` names a `cause`, or several `causes`; help: write one of the two";
        check(&several.replace("atMost", "cause: customer/contoso, atMost"), &[says]);
        check(&acknowledge("customer/contoso").replace("cause: customer/contoso, ", ""), &[says]);
    }
}
