//! What is said of the resellers that are there. Each rule only looks and says.

use super::View;
use crate::diag::{Code, Finding};
use crate::ledger::LiveId;
use crate::model::{PartnerId, TenantId};
use crate::observed::Relationship;
use std::collections::BTreeMap;

impl<'a> View<'a, '_> {
    /// The list of indirect resellers, if it could be read.
    pub(super) fn relationships(&mut self) -> Option<&'a BTreeMap<TenantId, Relationship>> {
        let list = self.sides.look.relationships();
        self.known(|| "the list of indirect resellers".to_owned(), list)
    }
    /// The tenant of the reseller that goes by a PartnerID: as listed, or as a bound partnership declares it.
    pub(super) fn reseller_of(&self, list: &BTreeMap<TenantId, Relationship>, id: &PartnerId) -> Option<TenantId> {
        let listed = list.values().find(|relationship| relationship.partner_id.as_ref() == Some(id));
        let declared = || {
            let mut owners = self.sides.desired.partnerships.values().filter(|p| p.partner_ids.contains(id));
            owners.find_map(|partnership| self.diff.bindings.reseller(&partnership.name))
        };
        listed.map(|relationship| relationship.tenant).or_else(declared)
    }
}

pub(super) fn stranger(view: &mut View<'_, '_>) {
    let Some(list) = view.relationships() else { return };
    for relationship in list.values() {
        let Relationship { tenant, name, partner_id, country: _, active } = relationship;
        if !*active || view.diff.bindings.claims(LiveId::Reseller(*tenant)) {
            continue;
        }
        let id = partner_id.as_ref().map_or_else(String::new, |id| format!(", PartnerID {id}"));
        let message = format!("`{name}` ({tenant}{id}) is an active reseller that no manifest declares");
        view.found.push(
            Finding::warning(Code::Stranger, None, message)
                .help("declare a Partnership for it, or remove it in the portal"),
        );
    }
}
