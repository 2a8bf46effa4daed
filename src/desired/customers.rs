//! Customers: one identity each, the partnership they belong to, and what stands inside their documents. Never asks
//! whether a customer is there.

use super::draft::{Belongs, Declared, Draft};
use super::drift;
use super::partnerships::contact;
use super::sort::{Doc, Guard};
use super::{Customer, Identity, Origin, Relation};
use crate::diag::{At, Code};
use crate::manifest::Spanned;
use crate::manifest::document;
use crate::model::{Address, CustomerId, CustomerKey, Name};
use smol_str::{SmolStr, StrExt};

/// Takes the customers, sorted by name, with their inline subscriptions and relations.
pub(super) fn resolve(draft: &mut Draft, docs: Vec<Doc<document::Customer>>) {
    draft.reserve_customers(docs.len());
    draft.subscriptions.reserve(docs.iter().map(|doc| doc.spec.subscriptions.len()).sum());
    for doc in docs {
        customer(draft, doc);
    }
}

fn customer(draft: &mut Draft, doc: Doc<document::Customer>) {
    let Doc { name, at, guard, spec } = doc;
    let document::Customer {
        tenant_id,
        domain,
        create,
        reseller,
        other_resellers,
        contact: written_contact,
        subscriptions,
        support_contact,
        on_drift,
    } = *spec;
    let belongs = belongs(draft, &name, reseller.as_ref());
    for other in &other_resellers {
        draft.active_partner(other, other.at, format_args!("customer `{name}` names reseller"));
    }
    let identity = identity(draft, (&name, at), tenant_id, domain, create.as_ref());
    let create = create.map(|create| super::create::resolve(draft, &name, create, &identity, belongs));
    let on_drift = drift::of_support(draft, on_drift);
    if let Some(contact) = support_contact {
        super::support::inline(draft, &name, contact, on_drift);
    }
    for (leaf, Spanned { value, at }) in subscriptions {
        let address = Address::subscription(&name, &leaf);
        if guard == Guard::Protected {
            draft.protected.insert(address);
        }
        let place = super::subscriptions::Place { customer: &name, leaf, at, cause: Address::customer(&name), belongs };
        super::subscriptions::subscription(draft, place, value);
    }
    let resellers = reseller.iter().chain(&other_resellers);
    draft.associations.extend(resellers.map(|to| {
        let relation = Relation { cause: Address::customer(&name), at: to.at };
        ((CustomerKey::Named(name.clone()), to.value.clone()), relation)
    }));
    let (identity, identity_at) = identity.map_or((None, at), |(identity, at)| (Some(identity), at));
    let resolved = identity.map(|identity| Customer {
        key: CustomerKey::Named(name.clone()),
        at,
        origin: Origin::Declared,
        identity,
        reseller: reseller.map(|to| (to.value, to.at)),
        contact: written_contact.map(contact),
        create: create.map(Box::new),
    });
    draft.add_customer(Declared { name, at, identity_at, belongs, resolved });
}

fn belongs(draft: &mut Draft, name: &Name, reseller: Option<&Spanned<Name>>) -> Belongs {
    let Some(written) = reseller else { return Belongs::Nowhere };
    match draft.active_partner(written, written.at, format_args!("customer `{name}` names reseller")) {
        Some(found) => Belongs::To(found, written.at),
        None => Belongs::Unresolved,
    }
}

/// Exactly one of `tenantId`, `domain` and `create`, except that a `create` may stay beside a learned `tenantId`.
fn identity(
    draft: &mut Draft,
    (name, at): (&Name, At),
    tenant: Option<Spanned<CustomerId>>,
    domain: Option<Spanned<SmolStr>>,
    create: Option<&Spanned<document::Create>>,
) -> Option<(Identity, At)> {
    let mut refuse = |at, message: String, help: &str| draft.error(Code::EitherOr, at, message, help);
    if let (Some(tenant), Some(domain)) = (&tenant, &domain) {
        let message = format!("customer `{name}` has both `tenantId` and `domain`");
        refuse(domain.at, message, "keep `tenantId`: it never changes");
        return Some((Identity::Id(tenant.value), tenant.at));
    }
    if let (Some(domain), Some(_)) = (&domain, create) {
        let message = format!("customer `{name}` has both `domain` and `create`");
        refuse(domain.at, message, "remove `domain` if it is to be created, `create` if it is there");
    }
    match (tenant, domain, create) {
        (Some(tenant), _, _) => Some((Identity::Id(tenant.value), tenant.at)),
        (None, Some(domain), _) => Some((Identity::Domain(domain.value.to_lowercase_smolstr()), domain.at)),
        (None, None, Some(create)) => {
            Some((Identity::Domain(super::create::domain(&create.domain_prefix)), create.domain_prefix.at))
        }
        (None, None, None) => {
            let message = format!("customer `{name}` has no identity");
            refuse(at, message, "write `tenantId` or `domain` of the one that is there, or `create`");
            None
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};
    use super::{Identity, Origin};

    #[test]
    fn a_customer_has_one_identity() {
        check(
            "Customer contoso {reseller: fabrikam}",
            &["TT0111 error at contoso: customer `contoso` has no identity; help: write `tenantId` or `domain`"],
        );
        check(
            "Customer contoso {tenantId: %c1, domain: contoso.example}",
            &["TT0111 error at contoso.example: customer `contoso` has both `tenantId` and `domain`"],
        );
    }

    #[test]
    fn domains_are_kept_in_lower_case() {
        let desired = meant("Customer contoso {domain: Contoso.Example}");
        let identities: Vec<_> = desired.customers.into_values().map(|it| it.identity).collect();
        assert_eq!(identities, [Identity::Domain("contoso.example".into())]);
    }

    #[test]
    fn an_unknown_reseller_is_named_once_with_the_nearest_known() {
        check(
            "Customer contoso {tenantId: %c1, reseller: fabrikan, otherResellers: [nobody-near], subscriptions: {m365: {product: {productId: P, skuId: \"1\"}, quantity: 1, term: P1Y, billingCycle: annual}, visio: {subscriptionId: %s1, partnerOfRecord: fabrikan}}}",
            &[
                "TT0102 error at fabrikan: customer `contoso` names reseller `fabrikan`, which no manifest declares; help: did you mean `fabrikam`?",
                "TT0102 error at nobody-near: customer `contoso` names reseller `nobody-near`, which no manifest declares; help: declare a Partnership of that name, or correct it",
                "TT0102 error at fabrikan: subscription `visio` names partner of record `fabrikan`, which no manifest declares; help: did you mean `fabrikam`?",
            ],
        );
    }

    #[test]
    fn associations_come_from_reseller_and_other_resellers() {
        let desired = meant("Customer contoso {tenantId: %c1, reseller: fabrikam, otherResellers: [northwind]}");
        let found: Vec<String> =
            desired.associations.iter().map(|((c, r), it)| format!("{c} {r} {}", it.cause)).collect();
        assert_eq!(found, ["contoso fabrikam customer/contoso", "contoso northwind customer/contoso"]);
        assert!(desired.customers.values().all(|it| it.origin == Origin::Declared));
    }
}
