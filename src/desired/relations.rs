//! Which customers belong to which reseller: every name resolved, each relation declared once. Never asks what is so in the tenant.

use super::draft::Draft;
use super::identities::Identities;
use super::sort::Doc;
use super::{Customer, Identity, Origin, Relation};
use crate::diag::{At, Code};
use crate::manifest::Spanned;
use crate::manifest::document::{self, CustomerRef};
use crate::model::{Address, CustomerKey};
use smol_str::StrExt;
use std::fmt;

/// Takes the standalone associations, and finds those that are declared twice.
pub(super) fn associations(draft: &mut Draft, known: &Identities, docs: Vec<Doc<document::ResellerAssociation>>) {
    for Doc { name, at, guard: _, spec } in docs {
        let document::ResellerAssociation { reseller, customers } = *spec;
        let says = format_args!("association `{name}` names reseller");
        let found = draft.active_partner(&reseller, reseller.at, says);
        let cause = Address::ResellerAssociation(name.clone());
        for written in customers {
            let says = format_args!("association `{name}` names customer");
            let customer = customer(draft, known, &written, says);
            if let (Some(customer), Some(_)) = (customer, found) {
                let relation = Relation { cause: cause.clone(), at: written.at };
                draft.associations.push(((customer, reseller.value.clone()), relation));
            }
        }
        draft.documents.push((cause, at));
    }
    once(draft);
}

/// The customer that a relation names: a declared one also by its tenant or domain.
pub(super) fn customer(
    draft: &mut Draft,
    known: &Identities,
    written: &Spanned<CustomerRef>,
    says: fmt::Arguments<'_>,
) -> Option<CustomerKey> {
    let (declared, key, identity) = match &written.value {
        CustomerRef::Named(name) => {
            let found = draft.customer(name, written.at, says)?;
            return Some(CustomerKey::Named(draft.customers[found].name.clone()));
        }
        CustomerRef::Id(id) => (known.tenant(*id), CustomerKey::Id(*id), Identity::Id(*id)),
        CustomerRef::Domain(domain) => {
            let domain = domain.to_lowercase_smolstr();
            (known.domain(&domain), CustomerKey::Domain(domain.clone()), Identity::Domain(domain))
        }
    };
    if let Some(found) = declared {
        return Some(CustomerKey::Named(draft.customers[found].name.clone()));
    }
    named(draft, key.clone(), identity, written.at);
    Some(key)
}

/// Remembers a customer that only relations name, at the first place that does.
fn named(draft: &mut Draft, key: CustomerKey, identity: Identity, at: At) {
    let customer = draft.named.entry(key).or_insert_with_key(|key| Customer {
        key: key.clone(),
        at,
        origin: Origin::Named,
        identity,
        reseller: None,
        contact: None,
        create: None,
    });
    customer.at = customer.at.min(at);
}

/// Keeps the first of each relation.
fn once(draft: &mut Draft) {
    let mut all = std::mem::take(&mut draft.associations);
    all.sort_by(|(a, one), (b, other)| a.cmp(b).then(one.at.cmp(&other.at)));
    all.dedup_by(|(again, second), (key, first)| {
        let same = again == key;
        if same {
            let (customer, reseller) = key;
            let message = format!("customer `{customer}` and reseller `{reseller}` are related twice");
            let help = "keep it in one place: inline, or in a document of its own";
            draft.clash(Code::TwoRelations, second.at, message, (help, first.at, "first here"));
        }
        same
    });
    draft.associations = all;
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};
    use super::super::{Desired, Origin};

    fn shown(desired: &Desired) -> Vec<String> {
        desired.associations.iter().map(|((c, r), it)| format!("{c} {r} {}", it.cause)).collect()
    }

    #[test]
    fn a_customer_named_by_its_identity_is_the_declared_one() {
        let desired = meant(
            "Customer contoso {tenantId: %c1}\nCustomer litware {domain: litware.example}\nResellerAssociation w {reseller: fabrikam, customers: [{tenantId: %c1}, {domain: Litware.example}, {tenantId: %c2}, {domain: New.example}]}\nResellerAssociation x {reseller: northwind, customers: [{tenantId: %c2}]}",
        );
        assert_eq!(
            shown(&desired),
            [
                "contoso fabrikam reseller-association/w",
                "litware fabrikam reseller-association/w",
                "@c0000000-0000-4000-8000-000000000002 fabrikam reseller-association/w",
                "@c0000000-0000-4000-8000-000000000002 northwind reseller-association/x",
                "@new.example fabrikam reseller-association/w",
            ]
        );
        let named: Vec<String> =
            desired.customers.values().filter(|it| it.origin == Origin::Named).map(|it| it.key.to_string()).collect();
        assert_eq!(named, ["@c0000000-0000-4000-8000-000000000002", "@new.example"]);
    }

    #[test]
    fn a_relation_stands_in_one_place() {
        check(
            "Customer contoso {tenantId: %c1, reseller: fabrikam}\nResellerAssociation w {reseller: fabrikam, customers: [{tenantId: %c1}, {tenantId: %c2}, {tenantId: %c2}]}",
            &[
                "TT0200 error at {tenantId: c0000000-0000-4000-8000-000000000001}: customer `contoso` and reseller `fabrikam` are related twice; help: keep it in one place: inline, or in a document of its own; also at fabrikam: first here",
                "TT0200 error at {tenantId: c0000000-0000-4000-8000-000000000002}: customer `@c0000000-0000-4000-8000-000000000002` and reseller `fabrikam` are related twice",
            ],
        );
    }

    #[test]
    fn relations_name_what_is_declared() {
        check(
            "Customer contoso {tenantId: %c1}\nResellerAssociation w {reseller: fabrikan, customers: [contosso, contoso]}",
            &[
                "TT0102 error at fabrikan: association `w` names reseller `fabrikan`, which no manifest declares; help: did you mean `fabrikam`?",
                "TT0102 error at contosso: association `w` names customer `contosso`, which no manifest declares; help: did you mean `contoso`?",
            ],
        );
    }
}
