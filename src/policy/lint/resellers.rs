//! What is said of the resellers that are there. Each rule only looks and says.

use super::super::rules;
use super::View;
use crate::desired::{Ensure, Partnership};
use crate::diag::{Code, Finding};
use crate::diff::{self, Partner};
use crate::ledger::LiveId;
use crate::model::{Address, Field, PartnerId, TenantId, Value};
use crate::observed::{Relationship, field_value};
use std::collections::BTreeMap;

impl<'a> View<'a, '_> {
    /// The list of indirect resellers, if it could be read.
    pub(super) fn relationships(&mut self) -> Option<&'a BTreeMap<TenantId, Relationship>> {
        let list = self.sides.look.relationships();
        self.known(|| "the list of indirect resellers".to_owned(), list)
    }
    /// The tenant of the reseller that goes by a PartnerID: as listed, or as a bound partnership declares it.
    pub(super) fn reseller_of(&self, list: &BTreeMap<TenantId, Relationship>, id: &PartnerId) -> Option<TenantId> {
        let shown = list.values().filter(|relationship| relationship.partner_id.as_ref() == Some(id));
        let listed = shown.max_by_key(|relationship| relationship.active);
        let declared = || {
            let mut owners = self.sides.desired.partnerships.values().filter(|p| p.partner_ids.contains(id));
            owners.find_map(|partnership| self.diff.bindings.reseller(&partnership.name))
        };
        listed.map(|relationship| relationship.tenant).or_else(declared)
    }
}

pub(super) fn stranger(view: &mut View<'_, '_>) {
    let Some(list) = view.relationships() else { return };
    let provider = Address::Provider(view.desired().provider.name.clone());
    for relationship in list.values() {
        let Relationship { tenant, name, partner_id, country: _, active } = relationship;
        if !*active || view.diff.bindings.claims(LiveId::Reseller(*tenant)) {
            continue;
        }
        let id = partner_id.as_ref().map_or_else(String::new, |id| format!(", PartnerID {id}"));
        let message = format!("`{name}` ({tenant}{id}) is an active reseller that no manifest declares");
        view.found.push(
            Finding::warning(Code::Stranger, None, message)
                .about(provider.clone())
                .help("declare a Partnership for it, or remove it in the portal"),
        );
    }
}

/// Declared partnerships that are to stay and are listed, with where each stands.
fn kept<'a>(view: &View<'a, '_>) -> Vec<(&'a Partnership, Partner)> {
    let desired = view.desired();
    let stands = |name| desired.partnerships.get(name).filter(|partnership| partnership.ensure == Ensure::Active);
    let listed = view.diff.partners.iter().filter(|(_, partner)| matches!(partner, Partner::Listed { .. }));
    listed.filter_map(|(name, partner)| Some((stands(*name)?, partner.clone()))).collect()
}

pub(super) fn other_name(view: &mut View<'_, '_>) {
    let Some(list) = view.relationships() else { return };
    let kept = kept(view);
    view.found.extend(kept.iter().filter_map(|(partnership, partner)| rules::misnamed(partnership, partner, list)));
}

pub(super) fn contradicts(view: &mut View<'_, '_>) {
    let Some(list) = view.relationships() else { return };
    for (partnership, partner) in kept(view) {
        match rules::contradiction(partnership, &partner, list) {
            Some(finding) => view.found.push(finding),
            None => view.found.extend(rules::claims(partnership, &view.diff.owners)),
        }
    }
}

/// Declared active, listed once, and no longer, though none of us ended it.
pub(super) fn gone(view: &mut View<'_, '_>) {
    let (desired, sides, diff) = (view.desired(), view.sides, view.diff);
    let absent = view.diff.partners.iter().filter(|(_, partner)| **partner == Partner::NotListed);
    let declared =
        absent.filter_map(|(name, _)| desired.partnerships.get(*name)).filter(|it| it.ensure == Ensure::Active);
    let address = |it: &Partnership| Address::Partnership(it.name.clone());
    let lost = declared.filter(|it| diff::is_missed(sides, diff, it)).map(|it| diff::gone(it).about(address(it)));
    let found: Vec<Finding> = lost.collect();
    view.found.extend(found);
}

pub(super) fn not_active(view: &mut View<'_, '_>) {
    let found = kept(view).into_iter().filter_map(|(p, partner)| rules::idle(p, &partner));
    view.found.extend(found.collect::<Vec<_>>());
}

/// Agreement, region and account of the resellers that are there: each is one rule, so that each can be set apart.
fn status(view: &mut View<'_, '_>, code: Code) {
    for (partnership, partner) in kept(view) {
        let Partner::Listed { tenant, .. } = partner else { continue };
        let read = view.sides.look.reseller_by_tenant(tenant);
        view.known(|| format!("the agreement status of `{}`", partnership.name), read.clone());
        view.found.extend(rules::unauthorised(partnership, read).filter(|finding| finding.code == code));
    }
}

pub(super) fn agreement_unsigned(view: &mut View<'_, '_>) {
    status(view, Code::AgreementUnsigned);
}

pub(super) fn reseller_unknown(view: &mut View<'_, '_>) {
    status(view, Code::ResellerUnknown);
}

pub(super) fn other_region(view: &mut View<'_, '_>) {
    status(view, Code::ResellerRegion);
}

/// PartnerIDs in force that fail validation: they block every later change of their subscriptions. One finding for each
/// id, however many subscriptions have it.
pub(super) fn partner_invalid(view: &mut View<'_, '_>) {
    let Some(list) = view.relationships() else { return };
    let mut used: BTreeMap<PartnerId, usize> = BTreeMap::new();
    for live in view.subscriptions() {
        if let Value::Text(id) = field_value(live.observed, Field::PartnerOfRecord) {
            *used.entry(PartnerId::new(id)).or_default() += 1;
        }
    }
    used.retain(|id, _| view.reseller_of(list, id).is_some()); // others are TT0451
    for (id, times) in used {
        let check = view.sides.look.partner(&id);
        view.known(|| format!("whether PartnerID {id} is valid"), check.clone());
        let Some(finding) = rules::invalid(&id, check) else { continue };
        let owner = view.desired().partnerships.values().find(|partnership| partnership.partner_ids.contains(&id));
        let message = format!("{} (subscriptions that have it: {times})", finding.message);
        let mut finding = Finding { message, at: owner.map(|owner| owner.at), ..finding };
        finding.address = owner.map(|owner| Address::Partnership(owner.name.clone()));
        view.found.push(finding);
    }
}
