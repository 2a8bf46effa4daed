//! The rules about resellers and their PartnerIDs. Each only looks and says; none repairs.

use super::Case;
use crate::desired::{Ensure, Partnership};
use crate::diag::{Code, Finding, Severity};
use crate::diff::{Activity, Objections, Owners, Partner, strangers, unknown};
use crate::model::{Address, PartnerId, TenantId};
use crate::observed::{Facet, PartnerCheck, Relationship, ResellerStatus, says_the_same};
use smol_str::SmolStr;
use std::collections::BTreeMap;

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
            Facet::Unknown(why) => Some(unknown(&format!("whether PartnerID {id} is valid"), &why)),
            known @ (Facet::Known(_) | Facet::Absent) => invalid(id, known),
        };
        objections.partners.extend(finding.map(|finding| (id.clone(), finding)));
    }
}

/// What the service holds against a PartnerID, if it was read and is not valid.
pub(super) fn invalid(id: &PartnerId, check: Facet<&PartnerCheck>) -> Option<Finding> {
    match check {
        Facet::Known(PartnerCheck::Valid) | Facet::Unknown(_) => None,
        Facet::Known(PartnerCheck::Invalid(text)) => Some(
            Finding::error(
                Code::PartnerInvalid,
                None,
                format!("PartnerID {id} fails validation as partner of record: {text}"),
            )
            .help("the reseller must have an active authorised account and a signed agreement; every change of a subscription is refused until then"),
        ),
        Facet::Absent => Some(Finding::error(Code::PartnerInvalid, None, format!("PartnerID {id} is unknown to the service"))),
    }
}

pub(super) fn partner_contradicts(case: &Case<'_, '_>, objections: &mut Objections) {
    let Facet::Known(list) = case.sides.look.observed().relationships() else { return };
    for (partnership, partner) in partnerships(case) {
        match contradiction(partnership, partner, list) {
            Some(finding) => drop(objections.partnerships.insert(partnership.name.clone(), finding)),
            None => objections.findings.extend(claims(partnership, &case.diff.owners)),
        }
        // Who is invited under the PartnerID of another is not the one that is meant.
        let first = partnership.partner_ids.first().filter(|_| *partner == Partner::NotListed);
        let against = first.and_then(|id| case.diff.owners.against(partnership, id));
        objections.partnerships.extend(against.map(|finding| (partnership.name.clone(), finding)));
    }
}

/// Declared PartnerIDs that are another reseller's, or another's too. What uses one is blocked where it is planned.
pub(super) fn claims(partnership: &Partnership, owners: &Owners<'_>) -> Vec<Finding> {
    let against = partnership.partner_ids.iter().filter_map(|id| owners.against(partnership, id));
    against.map(|finding| Finding { severity: Severity::Warning, ..finding }).collect()
}

/// A declared PartnerID that the relationship contradicts.
pub(super) fn contradiction(
    partnership: &Partnership,
    partner: &Partner,
    list: &BTreeMap<TenantId, Relationship>,
) -> Option<Finding> {
    let Partner::Listed { tenant, .. } = partner else { return None };
    let listed = list.get(tenant)?.partner_id.as_ref()?;
    if partnership.partner_ids.contains(listed) {
        return None;
    }
    let declared: Vec<&str> = partnership.partner_ids.iter().map(PartnerId::as_str).collect();
    let message = format!(
        "partnership `{}` declares PartnerID {}, the relationship shows {listed}",
        partnership.name,
        declared.join(", ")
    );
    Some(
        Finding::error(Code::PartnerContradicts, partnership.at, message)
            .about(Address::Partnership(partnership.name.clone()))
            .help(format!(
                "the relationship is the truth: write \"{listed}\" in `partnerIds` and take out what is not this reseller's"
            )),
    )
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
        let finding = match status {
            Facet::Unknown(why) => Some(unknown(&format!("the agreement status of `{}`", partnership.name), &why)),
            known @ (Facet::Known(_) | Facet::Absent) => unauthorised(partnership, known),
        };
        objections.partnerships.extend(finding.map(|finding| (partnership.name.clone(), finding)));
    }
}

/// What stands against a reseller by its agreement, region and account, if they were read.
pub(super) fn unauthorised(partnership: &Partnership, status: Facet<&ResellerStatus>) -> Option<Finding> {
    let name = &partnership.name;
    let (code, message, help) = match status {
        Facet::Known(ResellerStatus::Signed) | Facet::Unknown(_) => return None,
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
        Facet::Known(ResellerStatus::NotFound(text)) => {
            (Code::ResellerUnknown, format!("Microsoft knows no reseller as declared by `{name}`: {text}"), NOT_FOUND)
        }
        Facet::Absent => {
            (Code::ResellerUnknown, format!("Microsoft knows no reseller as declared by `{name}`"), NOT_FOUND)
        }
    };
    Some(Finding::error(code, partnership.at, message).about(Address::Partnership(name.clone())).help(help))
}

/// Most strangers that a plan tells one by one: a project that began with some of its resellers has many.
const TOLD: usize = 10;

/// Accepted by somebody nobody declared: the link is reusable.
pub(super) fn stranger(case: &Case<'_, '_>, objections: &mut Objections) {
    let provider = Address::Provider(case.sides.desired.provider.name.clone());
    let all = strangers(case.sides);
    for relationship in all.iter().take(TOLD) {
        objections.findings.push(undeclared(relationship).about(provider.clone()));
    }
    if let Some(more) = all.len().checked_sub(TOLD).filter(|more| *more > 0) {
        let resellers = if more == 1 { "reseller is" } else { "resellers are" };
        let message = format!("{more} more active {resellers} declared by no manifest");
        let finding = Finding::warning(Code::Stranger, None, message).about(provider);
        objections.findings.push(finding.help("`twotier lint` names each; `twotier import` writes their manifests"));
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

pub(super) fn other_name(case: &Case<'_, '_>, objections: &mut Objections) {
    let Facet::Known(list) = case.sides.look.observed().relationships() else { return };
    let found = partnerships(case).filter_map(|(partnership, partner)| misnamed(partnership, partner, list));
    objections.findings.extend(found);
}

/// A reseller that is not called as its document says, or not of that country.
pub(super) fn misnamed(
    partnership: &Partnership,
    partner: &Partner,
    list: &BTreeMap<TenantId, Relationship>,
) -> Option<Finding> {
    let Partner::Listed { tenant, .. } = partner else { return None };
    let there = list.get(tenant)?;
    let Partnership { name, at, display_name, country, .. } = partnership;
    let elsewhere = there.country.as_ref().filter(|of| !of.eq_ignore_ascii_case(country));
    if says_the_same(display_name, &there.name) && elsewhere.is_none() {
        return None;
    }
    let of = |country: Option<&SmolStr>| country.map_or_else(String::new, |country| format!(", {country}"));
    let message = format!(
        "partnership `{name}` is declared as `{display_name}`{}; the tenant calls {tenant} `{}`{}",
        of(elsewhere.map(|_| country)),
        there.name,
        of(elsewhere)
    );
    let help = "look whether that is the reseller that is meant; if it is, write `displayName` and `country` as the tenant has them";
    Some(Finding::warning(Code::OtherName, *at, message).about(Address::Partnership(name.clone())).help(help))
}

pub(super) fn not_active(case: &Case<'_, '_>, objections: &mut Objections) {
    for (partnership, partner) in partnerships(case) {
        let finding = idle(partnership, partner);
        if let Some(finding) = finding {
            objections.partnerships.entry(partnership.name.clone()).or_insert(finding);
        }
    }
}

/// A partnership that is listed in another state than active.
pub(super) fn idle(partnership: &Partnership, partner: &Partner) -> Option<Finding> {
    let Partner::Listed { activity: Activity::Other, .. } = partner else { return None };
    let message = format!("partnership `{}` is listed, but not as active", partnership.name);
    Some(
        Finding::error(Code::PartnershipNotActive, partnership.ensure_at, message)
            .about(Address::Partnership(partnership.name.clone()))
            .help("look at it in the portal"),
    )
}
