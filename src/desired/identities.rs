//! Live objects that documents name: each by one document only. Never learns an id from the tenant.

use super::Identity;
use super::draft::Draft;
use crate::diag::{At, Code, Finding};
use crate::model::{CustomerId, SubscriptionId};
use smol_str::SmolStr;
use std::fmt::Display;

/// Declared customers and subscriptions by what identifies them, sorted; each with its position in the draft.
pub(super) struct Identities {
    tenants: Vec<(CustomerId, At, usize)>,
    domains: Vec<(SmolStr, At, usize)>,
    subscriptions: Vec<(SubscriptionId, At, usize)>,
}

impl Identities {
    /// Of everything declared; equal ones are findings.
    pub(super) fn new(draft: &mut Draft) -> Self {
        let (mut tenants, mut domains) = (Vec::new(), Vec::new());
        for (position, declared) in draft.customers.iter().enumerate() {
            let Some(customer) = &declared.resolved else { continue };
            match &customer.identity {
                Identity::Id(id) => tenants.push((*id, declared.identity_at, position)),
                Identity::Domain(domain) => domains.push((domain.clone(), declared.identity_at, position)),
            }
            if let (Identity::Id(_), Some(create)) = (&customer.identity, &customer.create) {
                domains.push((create.domain.clone(), create.at, position));
            }
        }
        let mut subscriptions: Vec<_> = (draft.subscriptions.iter().enumerate())
            .filter_map(|(position, (subscription, at))| subscription.identity.map(|id| (id, *at, position)))
            .collect();
        tenants.sort_unstable();
        domains.sort_unstable();
        subscriptions.sort_unstable();
        let found = Self { tenants, domains, subscriptions };
        found.customers(draft);
        found.subscriptions(draft);
        found
    }

    /// The customer with this tenant.
    pub(super) fn tenant(&self, id: CustomerId) -> Option<usize> {
        first(&self.tenants, &id)
    }
    /// The customer with this domain, in lower case.
    pub(super) fn domain(&self, domain: &SmolStr) -> Option<usize> {
        first(&self.domains, domain)
    }
    /// The subscriptions with this id: one, unless customers share it.
    pub(super) fn subscription(&self, id: SubscriptionId) -> impl Iterator<Item = usize> {
        let start = self.subscriptions.partition_point(|(known, ..)| *known < id);
        self.subscriptions[start..].iter().take_while(move |(known, ..)| *known == id).map(|(.., position)| *position)
    }

    fn customers(&self, draft: &mut Draft) {
        let own = draft.provider.as_ref().map(|provider| (CustomerId::from(provider.tenant), provider.at));
        if let Some((own, provider)) = own {
            for (_, at, position) in self.tenants.iter().filter(|(id, ..)| *id == own) {
                let message = format!("customer `{}` is the provider's own tenant", draft.customers[*position].name);
                let help = "a provider is no customer of its own: correct `tenantId`";
                draft.clash(Code::EqualIdentity, *at, message, (help, provider, "the provider is here"));
            }
        }
        equal(draft, &self.tenants, "tenant");
        equal(draft, &self.domains, "domain");
    }

    fn subscriptions(&self, draft: &mut Draft) {
        for pair in self.subscriptions.windows(2) {
            let [(id, first, a), (again, second, b)] = pair else { continue };
            if id != again {
                continue;
            }
            let (a, b) = (&draft.subscriptions[*a].0.key, &draft.subscriptions[*b].0.key);
            let finding = if a.customer == b.customer {
                let message = format!("subscriptions `{a}` and `{b}` mean one live subscription: `{id}`");
                Finding::error(Code::EqualIdentity, *second, message).help("keep one of the two")
            } else {
                // Ids are promised to be unique in their customer only, but nobody ever saw one twice: it was copied.
                let message = format!("subscriptions `{a}` and `{b}` of two customers have one id: `{id}`");
                Finding::error(Code::EqualIdentity, *second, message).help("correct the one that was copied")
            };
            let finding = finding.related(*first, "the same id is here");
            draft.findings.push(finding);
        }
    }
}

fn first<T: Ord>(sorted: &[(T, At, usize)], wanted: &T) -> Option<usize> {
    let start = sorted.partition_point(|(known, ..)| known < wanted);
    sorted.get(start).filter(|(known, ..)| known == wanted).map(|(.., position)| *position)
}

fn equal<T: Ord + Display>(draft: &mut Draft, sorted: &[(T, At, usize)], what: &str) {
    for pair in sorted.windows(2) {
        let [(id, first, a), (again, second, b)] = pair else { continue };
        if id == again {
            let (a, b) = (&draft.customers[*a].name, &draft.customers[*b].name);
            let message = format!("customers `{a}` and `{b}` mean one live customer: {what} `{id}`");
            let mend = ("keep one of the two documents", *first, "the other one is here");
            draft.clash(Code::EqualIdentity, *second, message, mend);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    #[test]
    fn a_live_customer_has_one_document() {
        check(
            "Customer a {tenantId: %c1}\nCustomer b {tenantId: C0000000-0000-4000-8000-000000000001}\nCustomer c {tenantId: %t0}",
            &[
                "TT0109 error at C0000000-0000-4000-8000-000000000001: customers `a` and `b` mean one live customer: tenant `c0000000-0000-4000-8000-000000000001`; help: keep one of the two documents; also at c0000000-0000-4000-8000-000000000001: the other one is here",
                "TT0109 error at 50000000-0000-4000-8000-000000000000: customer `c` is the provider's own tenant",
            ],
        );
    }

    #[test]
    fn the_domain_a_create_makes_is_an_identity_too() {
        let create = "create: {domainPrefix: contoso, company: {name: Contoso}, billing: {firstName: A, lastName: B, email: a@c.example, culture: de-DE, language: de, address: {country: DE, city: B, postalCode: \"1\", line1: P}}, defaultAdminAccess: none}";
        check(
            &format!(
                "Customer a {{domain: Contoso.OnMicrosoft.com}}\nCustomer b {{reseller: fabrikam, {create}}}\nCustomer c {{tenantId: %c1, {create}}}"
            ),
            &[
                "TT0109 error at contoso: customers `a` and `b` mean one live customer: domain `contoso.onmicrosoft.com`",
                "TT0109 error at create: customers `b` and `c` mean one live customer: domain `contoso.onmicrosoft.com`",
            ],
        );
    }

    #[test]
    fn a_live_subscription_has_one_document() {
        check(
            "Customer a {tenantId: %c1, subscriptions: {x: {subscriptionId: %s1}, y: {subscriptionId: %s2}}}\nSubscription z {customer: a, subscriptionId: %s1}\nCustomer b {tenantId: %c2, subscriptions: {y: {subscriptionId: %s2}}}",
            &[
                "TT0109 error at 50000000-0000-4000-8000-000000000001: subscriptions `a/x` and `a/z` mean one live subscription",
                "TT0109 error at 50000000-0000-4000-8000-000000000002: subscriptions `a/y` and `b/y` of two customers have one id",
            ],
        );
    }
}
