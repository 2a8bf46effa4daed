//! Roles in customers' Azure: who gets which, every name resolved. Never asks whether a role stands; nobody of ours can
//! see it.

use super::draft::{Draft, Partner};
use super::sort::Doc;
use crate::diag::{At, Code, Finding, nearest};
use crate::manifest::Spanned;
use crate::manifest::document::{self, Presence};
use crate::model::azure::ROLES;
use crate::model::{Address, CustomerKey, Name, TenantId};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// Azure access.
#[derive(Clone, Debug)]
pub struct AzureAccess {
    /// Where it is declared.
    pub at: At,
    /// Whose Azure.
    pub customer: Name,
    /// Who gets it.
    pub reseller: Name,
    /// The object id of the group or principal.
    pub principal: TenantId,
    /// Which kind of principal that is.
    pub principal_kind: PrincipalKind,
    /// `/subscriptions/GUID[/resourceGroups/NAME]`.
    pub scope: SmolStr,
    /// Such as `Owner`.
    pub role: SmolStr,
    /// Whether it is to be.
    pub access: Access,
}

/// Where the principal of an Azure access comes from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrincipalKind {
    /// The reseller's AdminAgents group.
    AdminAgents,
    /// Written in the document itself: a group or another principal.
    Written,
}

/// Whether an Azure access is to be.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    /// It is to be.
    Granted,
    /// It is to go.
    Revoked,
}

/// Takes the Azure accesses.
pub(super) fn resolve(draft: &mut Draft, docs: Vec<Doc<document::AzureAccess>>) {
    for Doc { name, at, guard: _, spec } in docs {
        let document::AzureAccess { customer, reseller, principal, scope, role, ensure } = *spec;
        draft.documents.push((Address::AzureAccess(name.clone()), at));
        draft.customer(&customer, customer.at, format_args!("access `{name}` names customer"));
        let says = format_args!("access `{name}` names reseller");
        let (found, access) = match ensure.value {
            Presence::Present => (draft.active_partner(&reseller, reseller.at, says), Access::Granted),
            Presence::Absent => (draft.partner(&reseller, reseller.at, says), Access::Revoked),
        };
        let agents = found.map(|found| draft.partners[found].admin_agents.as_ref().map(|group| group.value));
        if let (Some(found), Some(written), Access::Granted) = (found, &principal, access) {
            anothers(draft, (&name, found), written);
        }
        let (principal, principal_kind) = match (principal, agents) {
            (Some(written), _) => (written.value, PrincipalKind::Written),
            (None, Some(Some(agents))) => (agents, PrincipalKind::AdminAgents),
            (None, Some(None)) => {
                let message =
                    format!("access `{name}` has no `principal`, and `{}` no `adminAgentsGroupId`", reseller.value);
                draft.error(Code::EitherOr, reseller.at, message, "write one of the two");
                continue;
            }
            // Of the missing partnership a finding speaks already.
            (None, None) => continue,
        };
        misspelt(draft, &name, &role);
        let (customer, reseller, scope, role) = (customer.value, reseller.value, scope.value, role.value);
        let resolved = AzureAccess { at, customer, reseller, principal, principal_kind, scope, role, access };
        draft.azure.push((name, resolved));
    }
    one_tenant(draft);
}

/// A principal that is the AdminAgents group of another reseller than the one it is declared for.
fn anothers(draft: &mut Draft, (name, reseller): (&Name, usize), principal: &Spanned<TenantId>) {
    let mut others = draft.partners.iter().enumerate().filter(|(partner, _)| *partner != reseller);
    let group = |it: &Partner| it.admin_agents.as_ref().filter(|group| group.value == principal.value).map(|it| it.at);
    let Some((other, at)) = others.find_map(|(_, it)| Some((it.resolved.name.clone(), group(it)?))) else { return };
    let message = format!("the `principal` of access `{name}` is the AdminAgents group of `{other}`");
    let mend = (format!("write `reseller: {other}`, or the principal that is meant"), at, "it is declared here");
    draft.clash(Code::AnothersGroup, principal.at, message, (&mend.0, mend.1, mend.2));
}

/// A role may be anybody's own, so one that is almost a known one is only told.
fn misspelt(draft: &mut Draft, name: &Name, role: &Spanned<SmolStr>) {
    if ROLES.iter().any(|known| known.eq_ignore_ascii_case(&role.value)) {
        return;
    }
    let Some(meant) = nearest(&role.value, ROLES) else { return };
    let message =
        format!("access `{name}` gives the role `{}`, which is none of those that Azure has built in", role.value);
    let found = Finding::warning(Code::UnknownValue, role.at, message);
    draft.findings.push(found.help(format!("did you mean `{meant}`? A role of your own keeps its name")));
}

/// A subscription, and so every scope in it, is one customer's.
fn one_tenant(draft: &mut Draft) {
    let own = draft.subscriptions.iter().filter_map(|(subscription, at)| match &subscription.key.customer {
        CustomerKey::Named(customer) => Some((subscription.identity?.to_string(), customer.clone(), *at)),
        CustomerKey::Id(_) | CustomerKey::Domain(_) => None,
    });
    let mut owners: BTreeMap<String, (Name, At)> = own.map(|(id, customer, at)| (id, (customer, at))).collect();
    let mut clashes = Vec::new();
    for (name, access) in draft.azure.iter().filter(|(_, access)| access.access == Access::Granted) {
        let Some(id) = subscription(&access.scope) else { continue };
        let (owner, at) = owners.entry(id).or_insert_with(|| (access.customer.clone(), access.at));
        if *owner != access.customer {
            let message = format!(
                "access `{name}` is in the Azure of `{}`, and its subscription is one of `{owner}`",
                access.customer
            );
            clashes.push((access.at, message, *at));
        }
    }
    for (at, message, other) in clashes {
        let mend = ("correct `customer` or `scope`", other, "the same subscription");
        draft.clash(Code::AzureElsewhere, at, message, mend);
    }
}

/// The subscription that a scope lies in.
fn subscription(scope: &str) -> Option<String> {
    let mut parts = scope.split('/').skip(1);
    let first = parts.next().filter(|first| first.eq_ignore_ascii_case("subscriptions"));
    first.and(parts.next()).map(str::to_lowercase)
}

#[cfg(test)]
mod tests {
    use super::super::tests::{check, meant};
    use super::{Access, PrincipalKind};

    #[test]
    fn azure_access_has_a_principal() {
        let access = "Customer contoso {tenantId: %c1}\nAzureAccess prod {customer: contoso, reseller: fabrikam, principal: %g1, scope: /subscriptions/%s9, role: Owner, ensure: absent}";
        let desired = meant(access);
        let prod = desired.azure.values().next().expect("an access");
        assert_eq!((prod.access, prod.principal_kind), (Access::Revoked, PrincipalKind::Written));
        assert_eq!(prod.role, "Owner");
        check(
            &access.replace("principal: %g1, ", ""),
            &["TT0111 error at fabrikam: access `prod` has no `principal`, and `fabrikam` no `adminAgentsGroupId`"],
        );
    }

    #[test]
    fn a_role_that_is_almost_a_known_one_is_told() {
        let access = |role: &str| {
            format!(
                "Customer contoso {{tenantId: %c1}}\nAzureAccess prod {{customer: contoso, reseller: fabrikam, principal: %g1, scope: /subscriptions/%s9, role: {role}, ensure: present}}"
            )
        };
        let told = "TT0106 warning at Readr: access `prod` gives the role `Readr`, which is none of those that Azure has built in; help: did you mean `Reader`?";
        check(&access("Readr"), &[told]);
        check(&access("Distri Night Desk"), &[]);
        check(&access("reader"), &[]);
    }

    #[test]
    fn a_subscription_is_one_customers() {
        let access = |name: &str, customer: &str, ensure: &str| {
            format!(
                "AzureAccess {name} {{customer: {customer}, reseller: fabrikam, principal: %g1, scope: /subscriptions/%s9, role: Owner, ensure: {ensure}}}\n"
            )
        };
        let customers = "Customer contoso {tenantId: %c1, subscriptions: {legacy: {subscriptionId: %s8}}}\nCustomer litware {tenantId: %c2}\n";
        let both = format!("{customers}{}", access("one", "contoso", "present"));
        meant(&format!("{both}{}", access("two", "contoso", "present")));
        meant(&format!("{both}{}", access("two", "litware", "absent")));
        let wrong = access("two", "litware", "present");
        check(
            &format!("{both}{wrong}"),
            &[
                "TT0213 error at two: access `two` is in the Azure of `litware`, and its subscription is one of `contoso`; help: correct `customer` or `scope`; also at one: the same subscription",
            ],
        );
        check(
            &format!("{customers}{}", wrong.replace("%s9", "%s8")),
            &[
                "TT0213 error at two: access `two` is in the Azure of `litware`, and its subscription is one of `contoso`; help: correct `customer` or `scope`; also at 50000000-0000-4000-8000-000000000008: the same subscription",
            ],
        );
    }
}
