//! Partnerships: each reseller once, under PartnerIDs that are its own. Never asks whether a partnership is there.

use super::draft::{Draft, Partner};
use super::sort::Doc;
use super::{Contact, Ensure, Partnership};
use crate::diag::{At, Code};
use crate::manifest::Spanned;
use crate::manifest::document::{self, PartnershipState};
use crate::model::{Name, PartnerId, TenantId, country};

/// Takes the partnerships, sorted by name.
pub(super) fn resolve(draft: &mut Draft, docs: Vec<Doc<document::Partnership>>) {
    let mut endings = Vec::new();
    let mut tenants = Vec::new();
    let mut ids = Vec::new();
    let mut groups = Vec::new();
    for Doc { name, at, guard: _, spec } in docs {
        let document::Partnership { reseller, ensure, ending } = *spec;
        reserved(draft, &name, at);
        tenants.extend(reseller.tenant_id.as_ref().map(|tenant| (tenant.value, tenant.at, name.clone())));
        ids.extend(reseller.partner_ids.iter().map(|id| (id.value.clone(), id.at, name.clone())));
        let transfer_to = ending.as_ref().and_then(|ending| ending.transfer_to.as_ref()).map(|to| to.value.clone());
        let admin_agents = reseller.admin_agents_group_id;
        groups.extend(admin_agents.as_ref().map(|group| (group.value, group.at, name.clone())));
        let resolved = partnership(draft, name.clone(), at, reseller, &ensure);
        draft.add_partner(Partner { resolved, admin_agents, transfer_to });
        endings.push((name, ensure, ending));
    }
    own_tenants(draft, tenants);
    own_ids(draft, ids);
    own_groups(draft, groups);
    // Only now is every partnership known that an ending may hand over to.
    for (name, ensure, ending) in endings {
        super::endings::check(draft, &name, &ensure, ending);
    }
}

fn reserved(draft: &mut Draft, name: &Name, at: At) {
    if name.as_str() == "none" {
        let message = "`none` names no partnership: `partnerOfRecord: none` means nobody";
        draft.error(Code::BadValue, at, message, "choose another name");
    }
}

fn partnership(
    draft: &mut Draft,
    name: Name,
    at: At,
    reseller: document::Reseller,
    ensure: &Spanned<PartnershipState>,
) -> Partnership {
    let document::Reseller { display_name, tenant_id, partner_ids, country, contact, admin_agents_group_id } = reseller;
    let state = match ensure.value {
        PartnershipState::Active => Ensure::Active,
        PartnershipState::Ended => Ensure::Ended,
    };
    if state == Ensure::Active {
        same_region(draft, &name, &country);
    }
    draft.spelled(&display_name);
    Partnership {
        name,
        at,
        display_name: display_name.value,
        tenant: tenant_id.map(|tenant| tenant.value),
        partner_ids: partner_ids.into_iter().map(|id| id.value).collect(),
        admin_agents: admin_agents_group_id.map(|group| group.value),
        country: country.value,
        country_at: country.at,
        contact: contact.map(self::contact),
        ensure_at: ensure.at,
        ensure: state,
        ending: None,
    }
}

/// A contact without its places.
pub(super) fn contact(written: document::Contact) -> Contact {
    let document::Contact { name, email, language } = written;
    Contact { name: name.map(|name| name.value), email: email.value, language: language.map(|language| language.value) }
}

/// Partnerships do not cross CSP regions. Source: learn, regional-authorization-overview.
fn same_region(draft: &mut Draft, name: &Name, written: &Spanned<smol_str::SmolStr>) {
    let Some(provider) = &draft.provider else { return };
    let (Some(theirs), Some(ours)) = (country::csp_region(written), country::csp_region(&provider.country)) else {
        return;
    };
    if theirs != ours {
        let message = format!(
            "the reseller of `{name}` is in {} (CSP region {theirs}), the provider in {} ({ours})",
            written.value, provider.country
        );
        let help = "partnerships do not cross CSP regions: this one belongs to another provider tenant and project";
        let other = provider.country_at;
        draft.clash(Code::ForeignRegion, written.at, message, (help, other, "the provider is here"));
    }
}

/// Each reseller tenant once, and never the provider's.
fn own_tenants(draft: &mut Draft, mut tenants: Vec<(TenantId, At, Name)>) {
    tenants.sort_unstable();
    if let Some(provider) = draft.provider.as_ref().map(|provider| provider.tenant) {
        for (_, at, name) in tenants.iter().filter(|(tenant, ..)| *tenant == provider) {
            let message = format!("partnership `{name}` names the provider's own tenant as reseller");
            draft.error(Code::ProviderAsReseller, *at, message, "write the tenant of the reseller");
        }
    }
    for (tenant, (first, a), (again, b)) in twice(&tenants) {
        let message = format!("partnerships `{a}` and `{b}` mean one reseller: tenant `{tenant}`");
        let help = "keep one of the two documents";
        draft.clash(Code::EqualIdentity, again, message, (help, first, "the same tenant is here"));
    }
}

/// Each AdminAgents group once.
fn own_groups(draft: &mut Draft, mut groups: Vec<(TenantId, At, Name)>) {
    groups.sort_unstable();
    for (group, (first, a), (again, b)) in twice(&groups) {
        let message = format!("partnerships `{a}` and `{b}` have one AdminAgents group: `{group}`");
        let help = "each reseller has a group of its own: ask both for its object id";
        draft.clash(Code::AnothersGroup, again, message, (help, first, "the same group is here"));
    }
}

/// Each PartnerID once, and never the provider's. Source: learn, code 2072.
fn own_ids(draft: &mut Draft, mut ids: Vec<(PartnerId, At, Name)>) {
    ids.sort_unstable();
    if let Some(provider) = draft.provider.as_ref().map(|provider| provider.partner_id.clone()) {
        for (id, at, name) in ids.iter().filter(|(id, ..)| *id == provider) {
            let message = format!("partnership `{name}` lists `{id}`, the provider's own PartnerID");
            draft.error(Code::ProviderAsReseller, *at, message, "list the PartnerIDs (Location) of the reseller");
        }
    }
    for (id, (first, a), (again, b)) in twice(&ids) {
        let message = match a == b {
            true => format!("partnership `{a}` lists PartnerID `{id}` twice"),
            false => format!("partnerships `{a}` and `{b}` both list PartnerID `{id}`"),
        };
        draft.clash(Code::EqualIdentity, again, message, ("keep it in one place", first, "it stands here too"));
    }
}

/// What stands twice in a sorted list: where and of whom, the first and the next.
fn twice<T: PartialEq>(sorted: &[(T, At, Name)]) -> impl Iterator<Item = (&T, (At, &Name), (At, &Name))> {
    sorted.windows(2).filter_map(|pair| match pair {
        [(one, first, a), (two, again, b)] if one == two => Some((one, (*first, a), (*again, b))),
        _ => None,
    })
}

#[cfg(test)]
mod tests {
    use super::super::tests::check;

    fn partnership(name: &str, reseller: &str, country: &str) -> String {
        format!(
            "Partnership {name} {{reseller: {{displayName: C, {reseller}, country: {country}, contact: {{email: a@c.example}}}}, ensure: active}}"
        )
    }

    #[test]
    fn a_reseller_has_one_partnership() {
        check(&partnership("other", "tenantId: %t1, partnerIds: [\"4833333\"]", "HU"), &["TT0109 error at 5"]);
        check(
            &partnership("other", "partnerIds: [\"4822222\", \"4833333\", \"4833333\"]", "HU"),
            &[
                "TT0109 error at \"4822222\": partnerships `northwind` and `other` both list PartnerID `4822222`",
                "TT0109 error at \"4833333\": partnership `other` lists PartnerID `4833333` twice",
            ],
        );
    }

    #[test]
    fn the_provider_is_no_reseller() {
        check(
            &partnership("other", "tenantId: %t0, partnerIds: [\"4800001\"]", "HU"),
            &[
                "TT0206 error at 5",
                "TT0206 error at \"4800001\": partnership `other` lists `4800001`, the provider's own PartnerID",
            ],
        );
    }

    #[test]
    fn partnerships_do_not_cross_regions_that_are_known() {
        let ids = "partnerIds: [\"4833333\"]";
        check(&partnership("other", ids, "NO"), &[]);
        check(&partnership("other", ids, "KE"), &[]);
        check(
            &partnership("other", ids, "US"),
            &[
                "TT0207 error at US: the reseller of `other` is in US (CSP region US), the provider in HU (Europe); help: partnerships do not cross CSP regions: this one belongs to another provider tenant and project; also at HU: the provider is here",
            ],
        );
    }

    #[test]
    fn none_names_no_partnership() {
        check(
            &partnership("none", "partnerIds: [\"4833333\"]", "HU"),
            &["TT0107 error at none: `none` names no partnership"],
        );
    }
}
