//! The partnerships an import finds: those that are declared, and new documents for those that are not. Never declares
//! one that a plan would object to.

use super::Work;
use crate::desired::Ensure;
use crate::diff::Owners;
use crate::ledger::LiveId;
use crate::manifest::emit::{NewDocument, Yaml, document, visible};
use crate::model::{Kind, Name, PartnerId, TenantId, country};
use crate::observed::Relationship;
use std::collections::{BTreeMap, BTreeSet};

/// Partnerships that documents can name.
pub(super) struct Partners {
    /// By the reseller's tenant.
    pub(super) names: BTreeMap<TenantId, Name>,
    /// By PartnerID; whether it is the first.
    ids: BTreeMap<PartnerId, (Name, Rank)>,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Rank {
    First,
    Further,
}

impl Partners {
    /// A partner of record as documents write it; none when it cannot be written.
    pub(super) fn written(&self, id: Option<&PartnerId>) -> Option<Yaml> {
        let Some(id) = id.filter(|id| !id.as_str().trim().is_empty()) else { return Some(Yaml::text("none")) };
        match self.ids.get(id) {
            Some((name, Rank::First)) => Some(Yaml::text(name.as_str())),
            Some((name, Rank::Further)) => {
                Some(Yaml::inline([("partnership", Yaml::text(name.as_str())), ("partnerId", Yaml::text(id.as_str()))]))
            }
            None => {
                let id = PartnerId::parse(id.as_str()).ok()?;
                Some(Yaml::inline([("partnerId", Yaml::text(id.as_str()))]))
            }
        }
    }
    /// The partnership with a PartnerID.
    pub(super) fn of(&self, id: &PartnerId) -> Option<&Name> {
        self.ids.get(id).map(|(name, _)| name)
    }
    /// A PartnerID that the list shows for another reseller, too, stands for nobody.
    fn add(&mut self, owners: &Owners<'_>, tenant: TenantId, (name, ids): (&Name, &[PartnerId])) {
        self.names.insert(tenant, name.clone());
        for (at, id) in ids.iter().enumerate().filter(|(_, id)| owners.is_only_of(id, tenant)) {
            let rank = if at == 0 { Rank::First } else { Rank::Further };
            self.ids.insert(id.clone(), (name.clone(), rank));
        }
    }
}

impl Work<'_, '_> {
    /// Finds and declares partnerships.
    pub(super) fn partnerships(&mut self) -> Partners {
        let mut partners = Partners { names: BTreeMap::new(), ids: BTreeMap::new() };
        let declared: BTreeSet<PartnerId> =
            self.known.desired.partnerships.values().flat_map(|it| it.partner_ids.iter().cloned()).collect();
        let mut ids = declared;
        let mut names = self.known.partnership_names();
        for relationship in self.there.relationships.values() {
            if self.declared(relationship, &mut partners) {
                self.imported.old.partnerships += 1;
                continue;
            }
            let what = || format!("reseller `{}` ({})", visible(&relationship.name), relationship.tenant);
            match self.fit(relationship, &ids) {
                Err(why) => self.leave_out(what(), why),
                Ok(id) => {
                    let former = self.known.former(LiveId::Reseller(relationship.tenant));
                    let name = former.unwrap_or_else(|| {
                        names.make(&[&relationship.name], "reseller", relationship.tenant.as_bytes())
                    });
                    ids.insert(id.clone());
                    self.declare(relationship, &name, &id);
                    partners.add(&self.known.owners, relationship.tenant, (&name, &[id]));
                }
            }
        }
        partners
    }

    /// Whether a document declares it. What is to end is declared, but nothing new may name it.
    fn declared(&self, relationship: &Relationship, partners: &mut Partners) -> bool {
        let tenant = relationship.tenant;
        let Some(partnership) = self.known.partnership(tenant) else { return false };
        match partnership.ensure {
            Ensure::Active => partners.add(&self.known.owners, tenant, (&partnership.name, &partnership.partner_ids)),
            Ensure::Ended => {}
        }
        true
    }

    /// The PartnerID of a reseller that can be declared.
    fn fit(&self, relationship: &Relationship, ids: &BTreeSet<PartnerId>) -> Result<PartnerId, String> {
        let Relationship { tenant, name: _, partner_id, country, active } = relationship;
        let provider = &self.known.desired.provider;
        if !active {
            return Err("its partnership is listed, but not as active".into());
        }
        let Some(id) = partner_id else {
            return Err("the tenant does not tell its PartnerID: declare it by hand".into());
        };
        if PartnerId::parse(id.as_str()).is_err() {
            return Err("its PartnerID is none that could be declared".into());
        }
        if ids.contains(id) || *id == provider.partner_id || *tenant == provider.tenant {
            return Err(format!("its PartnerID `{id}` or tenant is another's"));
        }
        let region = |code: &str| country::csp_region(code);
        let theirs = country.as_deref().filter(|code| country::exists(code)).and_then(region);
        if let (Some(theirs), Some(ours)) = (theirs, region(&provider.country))
            && theirs != ours
        {
            return Err(format!("it is in the CSP region {theirs}, the provider in {ours}"));
        }
        Ok(id.clone())
    }

    fn declare(&mut self, relationship: &Relationship, name: &Name, id: &PartnerId) {
        let Relationship { tenant, name: display, partner_id: _, country, active: _ } = relationship;
        let mut comments = Vec::new();
        let country = country.as_ref().filter(|code| country::exists(code)).unwrap_or_else(|| {
            comments.push("The tenant does not tell the country: this is the provider's.".to_owned());
            &self.known.desired.provider.country
        });
        // A name with line ends is none that a manifest may have.
        let display = if display.contains(char::is_control) { visible(display) } else { display.to_string() };
        let display = if display.trim().is_empty() { name.as_str() } else { &display };
        let reseller = Yaml::map([
            ("displayName", Yaml::text(display)),
            ("tenantId", Yaml::text(tenant.to_string())),
            ("partnerIds", Yaml::List(vec![Yaml::text(id.as_str())])),
            ("country", Yaml::text(country)),
        ]);
        let spec = Yaml::map([("reseller", reseller), ("ensure", Yaml::text("active"))]);
        let text = document(&NewDocument { kind: Kind::Partnership, name, comments, spec });
        let path = self.folder.join("resellers").join(name.as_str()).join("reseller.yaml");
        self.file(path, tenant.as_bytes(), text);
        self.imported.new.partnerships += 1;
    }
}
