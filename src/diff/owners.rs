//! Whose a PartnerID is, and which reseller each partnership means: as the list of indirect resellers shows it, else as
//! it is declared and a run has recorded that. Never takes a declaration's word against the list or against what was
//! recorded, and never one of several for the one that is meant.

use super::bound_to;
use super::owned::{Had, Recorded};
use crate::desired::{Desired, Partnership};
use crate::diag::{Code, Finding};
use crate::ledger::{Ledger, LiveId};
use crate::model::text::flat;
use crate::model::{Address, Field, Name, PartnerId, TenantId};
use crate::observed::{Relationship, is_one_name};
use std::collections::{BTreeMap, BTreeSet};

/// The list of indirect resellers.
type List = BTreeMap<TenantId, Relationship>;

/// Resellers and their PartnerIDs, over every declared partnership, whatever part of the project is looked at.
#[derive(Debug, Default)]
pub struct Owners<'a> {
    /// PartnerID → the relationships that show it.
    listed: BTreeMap<&'a str, Vec<&'a Relationship>>,
    /// PartnerID → the partnership that declares it.
    declared: BTreeMap<&'a str, &'a Name>,
    /// PartnerID → the partnership that had it when a run last recorded that.
    recorded: Recorded<'a>,
    /// AdminAgents group → the partnership that was declared to have it.
    groups: Recorded<'a>,
    /// Which reseller each partnership means.
    meant: BTreeMap<&'a Name, Meant>,
    /// Reseller → the partnership that means it.
    names: BTreeMap<TenantId, &'a Name>,
    /// Every reseller that some partnership means, or may mean.
    spoken: BTreeSet<TenantId>,
    /// The partnerships that meant another reseller when a run saw them last.
    repointed: BTreeSet<&'a Name>,
    list: Option<&'a List>,
}

/// Which reseller a partnership means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meant {
    /// This one, as written, or as an earlier run learned.
    Known(TenantId),
    /// This one, by a PartnerID; its name and country agree.
    Alike(TenantId),
    /// None that is listed.
    Nobody,
    /// That cannot be told.
    Unclear(Finding),
}

/// Whose a PartnerID of a partnership is.
pub(super) enum Claim<'a> {
    /// Its own, as far as anybody knows.
    Own,
    /// Another reseller's.
    Foreign(&'a Relationship),
    /// Its own, and another one's too.
    Shared(Vec<&'a Relationship>),
    /// This partnership's, when a run last recorded it; nobody shows it.
    Former(&'a Name),
}

/// Who has a PartnerID.
#[derive(PartialEq, Eq)]
enum Holder<'a> {
    Reseller(TenantId),
    /// Which reseller it means is not known yet.
    Partnership(&'a Name),
}

impl<'a> Owners<'a> {
    /// Of what is declared, remembered and listed.
    #[must_use]
    pub fn of(desired: &'a Desired, ledger: &'a Ledger, list: Option<&'a List>) -> Self {
        let recorded = |field| Recorded::of(desired, ledger, field);
        let (ids, groups) = (recorded(Field::PartnerIds), recorded(Field::AdminAgents));
        let mut owners = Self { recorded: ids, groups, list, ..Self::default() };
        for relationship in list.into_iter().flat_map(List::values) {
            if let Some(id) = &relationship.partner_id {
                owners.listed.entry(id.as_str()).or_default().push(relationship);
            }
        }
        let mut sharing: BTreeMap<TenantId, Vec<&'a Partnership>> = BTreeMap::new();
        for (name, partnership) in &desired.partnerships {
            owners.declared.extend(partnership.partner_ids.iter().map(|id| (id.as_str(), name)));
            let seen = learned(desired, ledger, name);
            let meant = owners.identify(partnership, seen);
            if let Meant::Known(tenant) | Meant::Alike(tenant) = meant {
                if seen.is_some_and(|seen| seen != tenant) {
                    owners.repointed.insert(name);
                }
                sharing.entry(tenant).or_default().push(partnership);
            }
            owners.meant.insert(name, meant);
        }
        for (tenant, partnerships) in sharing {
            owners.spoken.insert(tenant);
            owners.share(tenant, list, &partnerships);
        }
        owners
    }

    /// Two documents of one listed reseller would fight over it.
    fn share(&mut self, tenant: TenantId, list: Option<&'a List>, partnerships: &[&'a Partnership]) {
        match (partnerships, list.and_then(|list| list.get(&tenant))) {
            ([first, others @ ..], Some(relationship)) if !others.is_empty() => {
                for (n, partnership) in partnerships.iter().enumerate() {
                    let other = if n == 0 { others.first().copied().unwrap_or(first) } else { first };
                    self.meant.insert(&partnership.name, Meant::Unclear(twice(partnership, other, relationship)));
                }
            }
            (partnerships, _) => self.names.extend(partnerships.iter().rev().map(|it| (tenant, &it.name))),
        }
    }

    fn identify(&mut self, partnership: &Partnership, learned: Option<TenantId>) -> Meant {
        if let Some(tenant) = partnership.tenant.or(learned) {
            return Meant::Known(tenant);
        }
        let ids = partnership.partner_ids.iter();
        let mut all: Vec<&Relationship> =
            ids.filter_map(|id| self.listed.get(id.as_str())).flatten().copied().collect();
        all.sort_by_key(|it| it.tenant);
        all.dedup_by_key(|it| it.tenant);
        self.spoken.extend(all.iter().map(|it| it.tenant));
        match all.as_slice() {
            [] => Meant::Nobody,
            [one] if is_alike(partnership, one) => Meant::Alike(one.tenant),
            [one] => Meant::Unclear(unproven(partnership, one)),
            several => Meant::Unclear(ambiguous(partnership, several)),
        }
    }

    pub(super) fn meant(&self, partnership: &Name) -> &Meant {
        self.meant.get(partnership).unwrap_or(&Meant::Nobody)
    }
    /// The reseller that a partnership means, if that is known.
    #[must_use]
    pub fn tenant(&self, partnership: &Name) -> Option<TenantId> {
        match self.meant(partnership) {
            Meant::Known(tenant) | Meant::Alike(tenant) => Some(*tenant),
            Meant::Nobody | Meant::Unclear(_) => None,
        }
    }
    /// The partnership that means a reseller.
    #[must_use]
    pub fn partnership(&self, tenant: TenantId) -> Option<&'a Name> {
        self.names.get(&tenant).copied()
    }
    /// Whether some partnership means a reseller, or may mean it.
    pub(super) fn speaks_of(&self, tenant: TenantId) -> bool {
        self.spoken.contains(&tenant)
    }

    /// The active resellers that show a PartnerID. One that is not active proves nothing: its PartnerID may have gone to
    /// another tenant.
    fn shown(&self, id: &str) -> Vec<&'a Relationship> {
        self.listed.get(id).into_iter().flatten().copied().filter(|it| it.active).collect()
    }

    /// Whether the list shows a PartnerID for anybody.
    #[must_use]
    pub fn is_shown(&self, id: &PartnerId) -> bool {
        !self.shown(id.as_str()).is_empty()
    }
    /// Whether the list shows a PartnerID for nobody but this reseller.
    #[must_use]
    pub fn is_only_of(&self, id: &PartnerId, tenant: TenantId) -> bool {
        self.shown(id.as_str()).iter().all(|it| it.tenant == tenant)
    }
    pub(super) fn claim(&self, partnership: &Name, id: &PartnerId) -> Claim<'a> {
        if let Some(former) = self.former(partnership, id.as_str()) {
            return Claim::Former(former);
        }
        let Some(own) = self.tenant(partnership) else { return Claim::Own };
        let all = self.shown(id.as_str());
        let is_own = all.iter().any(|it| it.tenant == own);
        match all.iter().find(|it| it.tenant != own) {
            None => Claim::Own,
            Some(_) if is_own => Claim::Shared(all),
            Some(other) => Claim::Foreign(other),
        }
    }
    /// What stands against what a partnership does under a PartnerID.
    #[must_use]
    pub fn against(&self, partnership: &Partnership, id: &PartnerId) -> Option<Finding> {
        match self.claim(&partnership.name, id) {
            Claim::Own => None,
            Claim::Foreign(other) => Some(foreign(partnership, id, other)),
            Claim::Shared(all) => Some(shared(partnership, id, &all)),
            Claim::Former(former) => Some(handed_over(partnership, id, former)),
        }
    }

    fn holder(&self, id: &str) -> Option<Holder<'a>> {
        match self.shown(id).as_slice() {
            [one] => Some(Holder::Reseller(one.tenant)),
            // A declaration alone proves nothing before a run has recorded it.
            [] => {
                let declared = self.declared.get(id).map(|name| self.is(name));
                if self.recorded.nothing {
                    return declared;
                }
                let recorded = self.had_by(self.recorded.get(id)?)?;
                declared.is_none_or(|declared| declared == recorded).then_some(recorded)
            }
            _ => None,
        }
    }
    fn is<'n>(&self, name: &'n Name) -> Holder<'n> {
        self.tenant(name).map_or(Holder::Partnership(name), Holder::Reseller)
    }
    /// Who had it; nobody that can be told, where no run knew the reseller and its document is gone.
    fn had_by(&self, had: &Had<'a>) -> Option<Holder<'a>> {
        match had.tenant {
            Some(tenant) => Some(Holder::Reseller(tenant)),
            None => self.meant.contains_key(had.partnership).then(|| self.is(had.partnership)),
        }
    }
    /// The partnership that had a PartnerID which nobody shows, if it was another one than this.
    fn former(&self, partnership: &Name, id: &str) -> Option<&'a Name> {
        let had = self.recorded.get(id).filter(|had| had.partnership != partnership)?;
        let is_other = self.had_by(had).is_some_and(|holder| holder != self.is(partnership));
        (is_other && self.shown(id).is_empty()).then_some(had.partnership)
    }
    pub(super) fn recorded(&self) -> &Recorded<'a> {
        &self.recorded
    }
    pub(super) fn groups(&self) -> &Recorded<'a> {
        &self.groups
    }
    /// The partnership whose AdminAgents group this was when a run last recorded it, if it is not known to be the same reseller.
    #[must_use]
    pub fn group_of_another(&self, partnership: &Name, group: &str) -> Option<&'a Name> {
        let had = self.groups.get(group).filter(|had| had.partnership != partnership)?;
        (self.had_by(had) != Some(self.is(partnership))).then_some(had.partnership)
    }
    /// The PartnerIDs that a reseller had when a run last recorded it.
    pub(super) fn recorded_of(&self, tenant: TenantId) -> impl Iterator<Item = PartnerId> {
        let own = move |had: &Had<'a>| self.had_by(had) == Some(Holder::Reseller(tenant));
        self.recorded.iter().filter(move |(_, had)| own(had)).map(|(id, _)| PartnerId::new(id))
    }
    /// Whether two PartnerIDs are known to be one reseller's.
    #[must_use]
    pub fn are_of_one(&self, one: &str, other: &str) -> bool {
        self.holder(one).is_some_and(|holder| self.holder(other) == Some(holder))
    }
    /// The partnership that declares a PartnerID.
    #[must_use]
    pub fn declares(&self, id: &PartnerId) -> Option<&'a Name> {
        self.declared.get(id.as_str()).copied()
    }
    /// PartnerIDs under which runs knew partnerships that none of them saw listed.
    pub fn unseen(&self) -> impl Iterator<Item = (&'a str, &'a Name)> {
        self.recorded().iter().filter(|(_, had)| had.tenant.is_none()).map(|(id, had)| (id, had.partnership))
    }
    /// A PartnerID as people read it: with whose it is.
    #[must_use]
    pub fn named(&self, id: &str) -> String {
        let names: Vec<String> = self.shown(id).iter().map(|it| self.company(it.tenant)).collect();
        if !names.is_empty() {
            return format!("{} ({id})", names.join(" or "));
        }
        let had = self.recorded.get(id).filter(|had| self.repointed.contains(had.partnership));
        if let Some(tenant) = had.and_then(|had| had.tenant) {
            return format!("{} ({id})", self.company(tenant));
        }
        let declared = self.declared.get(id).copied();
        let former = declared.and_then(|declared| self.former(declared, id));
        match former.or(declared).or_else(|| Some(self.recorded.get(id)?.partnership)) {
            Some(name) => format!("{name} ({id})"),
            None => id.to_owned(),
        }
    }
}

impl Owners<'_> {
    /// A reseller by the name of its document. One that no document means, or only one that meant another when a run saw it
    /// last, goes as the tenant lists it: else a change would name by itself whom it takes something from.
    fn company(&self, tenant: TenantId) -> String {
        let own = self.partnership(tenant).filter(|name| !self.repointed.contains(name));
        let listed = || self.list?.get(&tenant).map(|there| format!("`{}`", flat(&there.name)));
        own.map(Name::to_string).or_else(listed).unwrap_or_else(|| tenant.to_string())
    }
}

fn learned(desired: &Desired, ledger: &Ledger, name: &Name) -> Option<TenantId> {
    bound_to(desired, ledger, &Address::Partnership(name.clone())).and_then(LiveId::reseller)
}

/// Whether a reseller is as declared, by name and country.
fn is_alike(partnership: &Partnership, there: &Relationship) -> bool {
    let country = there.country.as_ref().is_some_and(|country| country.eq_ignore_ascii_case(&partnership.country));
    country && is_one_name(&partnership.display_name, &there.name)
}

fn one(there: &Relationship) -> String {
    let country = there.country.as_deref().unwrap_or("no country");
    format!("`{}` ({}, {country})", there.name, there.tenant)
}

fn each(all: &[&Relationship]) -> String {
    all.iter().map(|it| one(it)).collect::<Vec<_>>().join(" and ")
}

/// What is assumed of a partnership that is known by a PartnerID, a name and a country.
pub(super) fn assumed(partnership: &Partnership, there: &Relationship) -> String {
    format!(
        "partnership/{} is {}: PartnerID, name and country agree; `apply` keeps that, `tenantId` says so in writing",
        partnership.name,
        one(there)
    )
}

fn unproven(partnership: &Partnership, there: &Relationship) -> Finding {
    let Partnership { name, display_name, country, .. } = partnership;
    let message = format!(
        "{} goes by a PartnerID of partnership `{name}`, which is declared as `{display_name}`, {country}",
        one(there)
    );
    about(Code::PartnerUnproven, partnership, message).help(format!(
        "a PartnerID alone proves nobody: ask the reseller for its tenant, then write `tenantId: {}` under `reseller` if \
         that is it; else correct `partnerIds`, and remove the other one in the portal",
        there.tenant
    ))
}

fn ambiguous(partnership: &Partnership, several: &[&Relationship]) -> Finding {
    let message = format!("{} go by PartnerIDs of partnership `{}`", each(several), partnership.name);
    about(Code::PartnerAmbiguous, partnership, message)
        .help("write the `tenantId` of the one that is meant under `reseller`")
}

fn shared(partnership: &Partnership, id: &PartnerId, all: &[&Relationship]) -> Finding {
    let message = format!("PartnerID {id} of partnership `{}` is that of {}", partnership.name, each(all));
    about(Code::PartnerAmbiguous, partnership, message)
        .help("nobody knows whose incentive it is: ask both, and remove the one whose it is not in the portal")
}

/// A declared PartnerID that is another listed reseller's: its incentive would go astray.
fn foreign(partnership: &Partnership, id: &PartnerId, other: &Relationship) -> Finding {
    let message = format!(
        "partnership `{}` declares PartnerID {id}, which is that of another reseller, `{}` ({})",
        partnership.name, other.name, other.tenant
    );
    about(Code::PartnerContradicts, partnership, message)
        .help("take it out of `partnerIds`: whoever is named so would be paid for subscriptions of this reseller")
}

/// A PartnerID that came over from another partnership by this very change.
fn handed_over(partnership: &Partnership, id: &PartnerId, former: &Name) -> Finding {
    let name = &partnership.name;
    let message = format!(
        "partnership `{name}` declares PartnerID {id}, which was that of partnership `{former}` when a run last recorded it"
    );
    about(Code::PartnerIdMoved, partnership, message).help(format!(
        "if it was moved by mistake, put it back; else the run of a plan that somebody read records it (`--auto-approve` \
         does not), and from the next run on it is that of `{name}`"
    ))
}

fn twice(partnership: &Partnership, other: &Partnership, there: &Relationship) -> Finding {
    let message = format!("partnerships `{}` and `{}` mean one reseller: {}", partnership.name, other.name, one(there));
    about(Code::EqualIdentity, partnership, message)
        .related(other.at, "the other document")
        .help("keep one of the two documents")
}

fn about(code: Code, partnership: &Partnership, message: String) -> Finding {
    Finding::error(code, partnership.at, message).about(Address::Partnership(partnership.name.clone()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::diag::SourceMap;
    use crate::ledger::Guards;
    use crate::model::Value;

    const PROVIDER: &str = "apiVersion: twotier/v1\nkind: Provider\nmetadata: {name: distri}\nspec: {tenantId: 11111111-1111-4111-8111-111111111111, partnerId: \"4800001\", country: HU}\n";

    fn tenant(n: u8) -> TenantId {
        format!("fab00000-0000-4000-8000-00000000000{n}").parse().expect("a tenant")
    }
    /// Partnerships, each with what its reseller says beside a name and a country.
    fn desired(partnerships: &[(&str, &str)]) -> Desired {
        let one = |(name, more): &(&str, &str)| {
            format!(
                "---\napiVersion: twotier/v1\nkind: Partnership\nmetadata: {{name: {name}}}\nspec: {{reseller: {{displayName: Fabrikam, country: HU, {more}}}, ensure: active}}\n"
            )
        };
        let mut sources = SourceMap::default();
        let text = format!("{PROVIDER}{}", partnerships.iter().map(one).collect::<String>());
        sources.add("all.yaml".into(), text.into());
        let (desired, findings) = crate::desired::resolve(crate::manifest::parse(&sources));
        desired.unwrap_or_else(|| panic!("{findings:?}"))
    }
    /// Relationships: tenant, name, PartnerID; `-` before a PartnerID is one that is not active.
    fn list(all: &[(u8, &str, &str)]) -> List {
        let one = |(n, name, id): &(u8, &str, &str)| {
            let (id, active) = id.strip_prefix('-').map_or((*id, true), |id| (id, false));
            let (partner_id, country) = (Some(PartnerId::new(id)), Some("hu".into()));
            (tenant(*n), Relationship { tenant: tenant(*n), name: (*name).into(), partner_id, country, active })
        };
        all.iter().map(one).collect()
    }
    fn name(text: &str) -> Name {
        text.parse().expect("a name")
    }
    /// What runs recorded: partnerships with the reseller that was seen, and their PartnerIDs.
    fn recorded(all: &[(&str, Option<u8>, &[&str])]) -> Ledger {
        let mut ledger = Ledger { guards: Some(Guards::default()), ..Ledger::default() };
        for (of, seen, ids) in all {
            let address = Address::Partnership(name(of));
            let bound = seen.map(|n| (address.clone(), LiveId::Reseller(tenant(n))));
            ledger.bindings.extend(bound);
            let ids = Value::List(ids.iter().map(|id| (*id).into()).collect());
            ledger.settled.insert(address, BTreeMap::from([(Field::PartnerIds, ids)]));
        }
        ledger
    }
    fn code(meant: &Meant) -> Option<Code> {
        match meant {
            Meant::Unclear(finding) => Some(finding.code),
            Meant::Known(_) | Meant::Alike(_) | Meant::Nobody => None,
        }
    }

    #[test]
    fn a_partner_id_means_a_reseller_only_with_its_name_and_country() {
        let unwritten = desired(&[("fabrikam", "partnerIds: [\"4811111\", \"4811112\"]")]);
        let meant =
            |list: &List| Owners::of(&unwritten, &Ledger::default(), Some(list)).meant(&name("fabrikam")).clone();
        assert_eq!(meant(&list(&[(1, " fabrikam", "4811112")])), Meant::Alike(tenant(1)));
        assert_eq!(code(&meant(&list(&[(1, "Fabrikan", "4811111")]))), Some(Code::PartnerUnproven));
        let abroad = list(&[(1, "Fabrikam", "4811111")]).into_iter();
        let abroad = abroad.map(|(id, it)| (id, Relationship { country: Some("DE".into()), ..it })).collect();
        assert_eq!(code(&meant(&abroad)), Some(Code::PartnerUnproven));
        let untold = abroad.into_iter().map(|(id, it)| (id, Relationship { country: None, ..it })).collect();
        assert_eq!(code(&meant(&untold)), Some(Code::PartnerUnproven));
        assert_eq!(meant(&list(&[(1, "Fabrikam", "4899999")])), Meant::Nobody);
        // Of two it is neither, whatever their state.
        for other in ["4811112", "-4811111"] {
            let two = list(&[(1, "Fabrikam", "4811111"), (2, "Other", other)]);
            assert_eq!(code(&meant(&two)), Some(Code::PartnerAmbiguous));
        }
    }

    #[test]
    fn what_is_written_or_learned_needs_no_proof_and_belongs_to_one_document() {
        let there = list(&[(1, "Anybody", "4811111")]);
        let bound = (Address::Partnership(name("fabrikam")), LiveId::Reseller(tenant(1)));
        let ledger = Ledger { bindings: BTreeMap::from([bound]), ..Ledger::default() };
        let unwritten = desired(&[("fabrikam", "partnerIds: [\"4811111\"]")]);
        assert_eq!(Owners::of(&unwritten, &ledger, Some(&there)).tenant(&name("fabrikam")), Some(tenant(1)));
        let written = format!("tenantId: {}, partnerIds: [\"4822222\"]", tenant(1));
        let twice = desired(&[("fabrikam", "partnerIds: [\"4811111\"]"), ("northwind", &written)]);
        let owners = Owners::of(&twice, &ledger, Some(&there));
        for partnership in ["fabrikam", "northwind"] {
            assert_eq!(code(owners.meant(&name(partnership))), Some(Code::EqualIdentity), "{partnership}");
        }
    }

    #[test]
    fn a_claimed_partner_id_stays_with_the_active_reseller_that_shows_it() {
        let written = format!("tenantId: {}, partnerIds: [\"4811111\", \"4833333\", \"4844444\"]", tenant(1));
        let desired = desired(&[("fabrikam", &written)]);
        let fabrikam = &desired.partnerships[&name("fabrikam")];
        let nothing = Ledger::default();
        let against = |list: &List, id: &str| {
            let owners = Owners::of(&desired, &nothing, Some(list));
            owners.against(fabrikam, &PartnerId::new(id)).map(|finding| finding.code)
        };
        let there = list(&[(1, "Fabrikam", "4811111"), (3, "Tailspin", "4833333")]);
        assert_eq!(against(&there, "4811111"), None);
        assert_eq!(against(&there, "4833333"), Some(Code::PartnerContradicts));
        assert_eq!(against(&there, "4844444"), None, "nobody else shows it");
        assert!(Owners::of(&desired, &nothing, Some(&there)).are_of_one("4811111", "4844444"), "it is the first run");
        let earlier = recorded(&[]);
        let undeclared = Owners::of(&desired, &earlier, Some(&there));
        assert!(!undeclared.are_of_one("4811111", "4844444"), "no run has recorded what is declared");
        let ledger = recorded(&[("fabrikam", Some(1), &["4811111", "4844444"])]);
        let owners = Owners::of(&desired, &ledger, Some(&there));
        assert!(owners.are_of_one("4811111", "4844444") && !owners.are_of_one("4811111", "4833333"));
        assert!(!owners.are_of_one("4899999", "4899998"), "nobody knows");
        assert_eq!(owners.named("4844444"), "fabrikam (4844444)");
        assert_eq!(owners.named("4833333"), "`Tailspin` (4833333)");
        // A twin that is not active takes nothing away; one that is makes it nobody's.
        let twin = |id| list(&[(1, "Fabrikam", "4811111"), (3, "Tailspin", id)]);
        assert_eq!(against(&twin("-4811111"), "4811111"), None);
        assert_eq!(against(&twin("4811111"), "4811111"), Some(Code::PartnerAmbiguous));
        assert_eq!(against(&twin("-4833333"), "4833333"), None);
        let twins = twin("4811111");
        assert!(!Owners::of(&desired, &ledger, Some(&twins)).are_of_one("4811111", "4844444"));
    }

    #[test]
    fn a_partner_id_that_went_over_is_the_former_ones_until_a_run_records_it() {
        let (written, other) = (format!("tenantId: {}, ", tenant(1)), format!("tenantId: {}, ", tenant(2)));
        let now = desired(&[
            ("fabrikam", &format!("{written}partnerIds: [\"4811111\"]")),
            ("northwind", &format!("{other}partnerIds: [\"4822222\", \"4811112\"]")),
        ]);
        let (fabrikam, northwind) = (name("fabrikam"), name("northwind"));
        let there = list(&[(1, "Fabrikam", "4811111"), (2, "Northwind", "4822222")]);
        let check = |ledger: &Ledger, list: &List, expect: (bool, bool, &str)| {
            let owners = Owners::of(&now, ledger, Some(list));
            let against = owners.against(&now.partnerships[&northwind], &PartnerId::new("4811112"));
            let is_told = against.is_some_and(|finding| finding.code == Code::PartnerIdMoved);
            assert_eq!((is_told, owners.are_of_one("4811112", "4822222"), &*owners.named("4811112")), expect);
            assert!(!owners.are_of_one("4811112", "4811111"), "both say so");
        };
        let before: (&str, Option<u8>, &[&str]) = ("fabrikam", Some(1), &["4811111", "4811112"]);
        let own: (&str, Option<u8>, &[&str]) = ("northwind", Some(2), &["4822222"]);
        check(&recorded(&[before, own]), &there, (true, false, "fabrikam (4811112)"));
        let after: (&str, Option<u8>, &[&str]) = ("northwind", Some(2), &["4811112", "4822222"]);
        check(&recorded(&[("fabrikam", Some(1), &["4811111"]), after]), &there, (false, true, "northwind (4811112)"));
        // What nobody recorded is taken for the one that declares it, and proves nothing.
        check(&recorded(&[own]), &there, (false, false, "northwind (4811112)"));
        // A document that is gone leaves its reseller what it had, as far as a run saw one.
        let gone = |seen| recorded(&[("tailspin", seen, &["4811112"]), own]);
        check(&gone(Some(3)), &there, (true, false, "tailspin (4811112)"));
        check(&gone(None), &there, (false, false, "northwind (4811112)"));
        // The same reseller under another name, and the list, which always wins.
        check(&gone(Some(2)), &there, (false, true, "northwind (4811112)"));
        let mut shown = there.clone();
        shown.extend(list(&[(2, "Northwind", "4811112")]));
        let ledger = recorded(&[before, own]);
        let owners = Owners::of(&now, &ledger, Some(&shown));
        assert!(owners.against(&now.partnerships[&northwind], &PartnerId::new("4811112")).is_none());
        assert!(owners.recorded_of(tenant(1)).map(|id| id.to_string()).eq(["4811111", "4811112"]));
        assert_eq!(owners.against(&now.partnerships[&fabrikam], &PartnerId::new("4811111")), None);
    }
}
