//! The rules about resellers and their PartnerIDs. Each only looks and says; none repairs.

use super::Case;
use crate::desired::{Ensure, Partnership};
use crate::diag::{Code, Finding};
use crate::diff::{Activity, Objections, Partner, unknown};
use crate::model::{Address, PartnerId, TenantId};
use crate::observed::{Facet, PartnerCheck, Relationship, ResellerStatus};

fn partnerships<'a>(case: &'a Case<'_, '_>) -> impl Iterator<Item = (&'a Partnership, &'a Partner)> {
    case.diff.partners.iter().filter_map(|(name, partner)| Some((case.sides.desired.partnerships.get(*name)?, partner)))
}

/// Whether the partnership that goes by this PartnerID is listed: what is to be set can be validated only then.
fn is_listed(case: &Case<'_, '_>, id: &PartnerId) -> bool {
    let mut owners = partnerships(case).filter(|(p, _)| p.partner_ids.contains(id)).peekable();
    owners.peek().is_none() || owners.any(|(_, partner)| matches!(partner, Partner::Listed { .. }))
}

pub(super) fn partner_invalid(case: &Case<'_, '_>, objections: &mut Objections) {
    let wanted = case.wanted.iter().filter(|id| is_listed(case, id));
    for id in wanted.chain(&case.in_force) {
        let finding = match case.sides.look.partner(id) {
            Facet::Known(PartnerCheck::Valid) => continue,
            Facet::Known(PartnerCheck::Invalid(text)) => Finding::error(
                Code::PartnerInvalid,
                None,
                format!("PartnerID {id} fails validation as partner of record: {text}"),
            )
            .help("the reseller must have an active authorised account and a signed agreement; every change of a subscription is refused until then"),
            Facet::Absent => Finding::error(Code::PartnerInvalid, None, format!("PartnerID {id} is unknown to the service")),
            Facet::Unknown(why) => unknown(&format!("whether PartnerID {id} is valid"), &why),
        };
        objections.partners.insert(id.clone(), finding);
    }
}

pub(super) fn partner_contradicts(case: &Case<'_, '_>, objections: &mut Objections) {
    let Facet::Known(list) = case.sides.look.observed().relationships() else { return };
    for (partnership, partner) in partnerships(case) {
        let Partner::Listed { tenant, .. } = partner else { continue };
        let Some(listed) = list.get(tenant).and_then(|relationship| relationship.partner_id.as_ref()) else { continue };
        if partnership.partner_ids.contains(listed) {
            continue;
        }
        let declared: Vec<&str> = partnership.partner_ids.iter().map(PartnerId::as_str).collect();
        let finding = Finding::error(
            Code::PartnerContradicts,
            partnership.at,
            format!(
                "partnership `{}` declares PartnerID {}, the relationship shows {listed}",
                partnership.name,
                declared.join(", ")
            ),
        )
        .about(Address::Partnership(partnership.name.clone()))
        .help(format!("the relationship is the truth: add \"{listed}\" to `partnerIds`"));
        objections.partnerships.insert(partnership.name.clone(), finding);
    }
}

/// What can be done about a reseller that is not found.
const NOT_FOUND: &str = "check `tenantId` and `partnerIds` with the reseller; if they are right, it must enrol as an \
    indirect reseller and have an active account first";

/// Agreement, region and account of a reseller that is to be invited.
pub(super) fn reseller_status(case: &Case<'_, '_>, objections: &mut Objections) {
    for (partnership, partner) in partnerships(case) {
        if *partner != Partner::NotListed || partnership.ensure == Ensure::Ended {
            continue;
        }
        let status = match (partnership.tenant, partnership.partner_ids.first()) {
            (Some(tenant), _) => case.sides.look.reseller_by_tenant(tenant),
            (None, Some(id)) => case.sides.look.reseller_by_partner_id(id),
            (None, None) => continue,
        };
        let name = &partnership.name;
        let (code, message, help) = match status {
            Facet::Known(ResellerStatus::Signed) => continue,
            Facet::Known(ResellerStatus::NotSigned(text)) => (
                Code::AgreementUnsigned,
                format!("the reseller of `{name}` has not signed the Microsoft Partner Agreement: {text}"),
                "ask it to sign in Partner Center, for this region; once it has, plan again",
            ),
            Facet::Known(ResellerStatus::OtherRegion(text)) => (
                Code::ResellerRegion,
                format!("the reseller of `{name}` is authorised in another region: {text}"),
                "ask it to enrol in this region, or declare it in the project of its own region",
            ),
            Facet::Known(ResellerStatus::NotFound(text)) => (
                Code::ResellerUnknown,
                format!("Microsoft knows no reseller as declared by `{name}`: {text}"),
                NOT_FOUND,
            ),
            Facet::Absent => {
                (Code::ResellerUnknown, format!("Microsoft knows no reseller as declared by `{name}`"), NOT_FOUND)
            }
            Facet::Unknown(why) => {
                let finding = unknown(&format!("the agreement status of `{name}`"), &why);
                objections.partnerships.insert(name.clone(), finding);
                continue;
            }
        };
        let finding =
            Finding::error(code, partnership.at, message).about(Address::Partnership(name.clone())).help(help);
        objections.partnerships.insert(name.clone(), finding);
    }
}

/// Accepted by somebody nobody declared, told while an invitation is out: the link is reusable.
pub(super) fn stranger(case: &Case<'_, '_>, objections: &mut Objections) {
    if !partnerships(case).any(|(_, partner)| *partner == Partner::NotListed) {
        return;
    }
    let Facet::Known(list) = case.sides.look.observed().relationships() else { return };
    let ours: std::collections::BTreeSet<TenantId> = partnerships(case)
        .filter_map(|(_, partner)| match partner {
            Partner::Listed { tenant, .. } => Some(*tenant),
            Partner::NotListed | Partner::Unknown(_) => None,
        })
        .collect();
    for relationship in list.values().filter(|r| r.active && !ours.contains(&r.tenant)) {
        let provider = &case.sides.desired.provider.name;
        objections.findings.push(undeclared(relationship).about(Address::Provider(provider.clone())));
    }
}

fn undeclared(relationship: &Relationship) -> Finding {
    let id = relationship.partner_id.as_ref().map_or_else(String::new, |id| format!(", PartnerID {id}"));
    Finding::warning(
        Code::Stranger,
        None,
        format!(
            "`{}` ({}{id}) is an active reseller that no manifest declares",
            relationship.name, relationship.tenant
        ),
    )
    .help("the invitation link is reusable: declare a Partnership for it, or remove it in the portal")
}

pub(super) fn not_active(case: &Case<'_, '_>, objections: &mut Objections) {
    for (partnership, partner) in partnerships(case) {
        let Partner::Listed { activity: Activity::Other, .. } = partner else { continue };
        let finding = Finding::error(
            Code::PartnershipNotActive,
            partnership.ensure_at,
            format!("partnership `{}` is listed, but not as active", partnership.name),
        )
        .about(Address::Partnership(partnership.name.clone()))
        .help("look at it in the portal");
        objections.partnerships.entry(partnership.name.clone()).or_insert(finding);
    }
}
