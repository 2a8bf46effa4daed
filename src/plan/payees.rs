//! Who is paid: a partnership that a step makes partner of record, under a PartnerID that the list of indirect resellers
//! shows for it, or that Microsoft's profile names as its own. Never takes the word of a manifest where the profile names
//! another reseller, and never hides that it names nobody who is known. What was seen of both, and of the customer's
//! resellers, the step rests on.

use super::build::{Making, PartnerReady};
use super::called::live;
use super::facts::profile_name;
use super::served::{self, Served};
use super::step::{Brings, Step};
use crate::desired::Partnership;
use crate::diag::{At, Code, Finding};
use crate::diff::unknown;
use crate::ledger::LiveId;
use crate::model::text::flat;
use crate::model::{Address, Fact, Name, PartnerId, SubscriptionKey, Value};
use crate::observed::{Facet, says_the_same};
use smol_str::SmolStr;
use std::collections::BTreeMap;

/// A partnership that becomes partner of record.
pub(super) struct Payee {
    name: Name,
    id: PartnerId,
    ready: PartnerReady,
    /// As people read it: `fabrikam (4811111)`, with the name in the profile where that is not the reseller's.
    pub(super) shown: String,
    /// What its profile calls it, where nothing but a manifest says whose the PartnerID is.
    profile: Option<Profile>,
}

/// The name in the profile of a PartnerID.
#[derive(Clone)]
pub(super) struct Profile {
    called: SmolStr,
    /// As people read it, where that is not the name of the reseller.
    unlike: Option<String>,
}

/// What profiles say of PartnerIDs that only manifests speak of, or what stands against paying somebody under one.
pub(super) type Profiles = BTreeMap<(Name, PartnerId), Result<Option<Profile>, Finding>>;

impl Making<'_, '_> {
    /// Where a partnership stands for a step that makes it partner of record under one of its PartnerIDs, or what stands
    /// against it.
    pub(super) fn payee(&mut self, name: &Name, id: &PartnerId) -> Result<Payee, Finding> {
        let ready = self.partner_by(name, id)?;
        // Both are asked for at once.
        let profile = self.profile(name, id);
        if let (PartnerReady::Active(_), Some(finding)) = (&ready, self.against(id)) {
            return Err(finding);
        }
        let profile = profile?;
        let shown = match profile.as_ref().and_then(|profile| profile.unlike.as_deref()) {
            Some(called) => format!("{name} ({id}, by its profile {called})"),
            None => format!("{name} ({id})"),
        };
        Ok(Payee { name: name.clone(), id: id.clone(), ready, shown, profile })
    }

    /// A step that pays it for a subscription: on what of it was seen, and on the customer having it as its reseller, where
    /// that was seen.
    pub(super) fn paying(&mut self, payee: Payee, step: Step, of: &SubscriptionKey, at: At) -> Step {
        let Payee { name, id, ready, shown: _, profile } = payee;
        let mut step = step;
        if served::tell(self, of, (&name, &ready), at) == Served::Seen {
            let fact = Fact::Associated { customer: of.customer.clone(), partnership: name };
            step = step.rests_on(fact, Value::Bool(true)).calling_too();
        }
        if let Some(Profile { called, unlike: _ }) = profile {
            step = step.rests_on(Fact::ProfileName(id.clone()), profile_name(&called)).calling_too();
        }
        match ready {
            PartnerReady::Active(_) => step.rests_on(Fact::PartnerValid(id), Value::Bool(true)),
            PartnerReady::After(need) => {
                let text = format!("{id} passes validation as partner of record; checked after acceptance");
                self.drafts.assumptions.insert(text);
                step.rests_after(Fact::PartnerValid(id), need.clone(), Brings::Exactly(Value::Bool(true)))
                    .need(need, "its PartnerID must be valid")
            }
        }
    }

    /// Asked once for each PartnerID, and told once.
    fn profile(&mut self, name: &Name, id: &PartnerId) -> Result<Option<Profile>, Finding> {
        if self.diff.owners.is_shown(id) {
            return Ok(None);
        }
        let Some(declared) = self.desired().partnerships.get(name) else { return Ok(None) };
        let key = (name.clone(), id.clone());
        if let Some(known) = self.profiles.get(&key) {
            return known.clone();
        }
        let profile = self.named_by(declared, id).map(Some);
        if let Ok(Some(Profile { called: _, unlike: Some(called) })) = &profile {
            let finding = unlike(declared, id, (called, &self.own_name(declared)));
            self.findings.push(finding);
        }
        self.profiles.insert(key, profile.clone());
        profile
    }

    fn named_by(&self, declared: &Partnership, id: &PartnerId) -> Result<Profile, Finding> {
        let called = match self.sides.look.partner_profile(id) {
            Facet::Known(called) => called,
            Facet::Absent => {
                let message = format!("PartnerID {id} of partnership `{}` is unknown to the service", declared.name);
                return Err(about(Finding::error(Code::PartnerInvalid, declared.at, message), declared));
            }
            Facet::Unknown(why) => return Err(unknown(&format!("whose PartnerID {id} is"), &why)),
        };
        if says_the_same(called, &self.own_name(declared)) {
            return Ok(Profile { called: called.clone(), unlike: None });
        }
        match self.another(declared, called) {
            Some(other) => Err(others(declared, id, (called, &other))),
            None => Ok(Profile { called: called.clone(), unlike: Some(flat(called)) }),
        }
    }

    /// The name of its reseller, as the list has it, else as it is declared.
    fn own_name(&self, declared: &Partnership) -> String {
        let tenant = self.diff.owners.tenant(&declared.name);
        let listed = tenant.and_then(|tenant| live(self.sides.look.observed(), LiveId::Reseller(tenant)));
        flat(listed.as_deref().unwrap_or(&declared.display_name))
    }

    /// Another reseller of exactly this name, in words.
    fn another(&self, than: &Partnership, called: &str) -> Option<String> {
        let own = self.diff.owners.tenant(&than.name);
        let mut others = self.desired().partnerships.values().filter(|other| other.name != than.name);
        if let Some(other) = others.find(|other| says_the_same(&other.display_name, called)) {
            return Some(format!("partnership `{}`", other.name));
        }
        let Facet::Known(list) = self.sides.look.relationships() else { return None };
        let mut others = list.values().filter(|there| Some(there.tenant) != own);
        let there = others.find(|there| says_the_same(&there.name, called))?;
        Some(match self.diff.owners.partnership(there.tenant) {
            Some(name) => format!("partnership `{name}`"),
            None => there.tenant.to_string(),
        })
    }
}

fn about(finding: Finding, declared: &Partnership) -> Finding {
    finding.about(Address::Partnership(declared.name.clone()))
}

/// The profile names another reseller.
fn others(declared: &Partnership, id: &PartnerId, (called, other): (&str, &str)) -> Finding {
    let message = format!(
        "partnership `{}` declares PartnerID {id}, which is that of `{}` by Microsoft's profile: another reseller, {other}",
        declared.name,
        flat(called)
    );
    about(Finding::error(Code::ProfileOtherName, declared.at, message), declared).help(
        "take it out of `partnerIds`: whoever has it would be paid for subscriptions of this reseller; if it is a location \
         of this one all the same, the reseller puts its name right in its own Partner Center, then plan again",
    )
}

/// The profile names nobody who is known: a branch may be called otherwise, and so is a stranger.
fn unlike(declared: &Partnership, id: &PartnerId, (called, own): (&str, &str)) -> Finding {
    let message = format!(
        "PartnerID {id} of partnership `{}` is called `{called}` by Microsoft's profile, its reseller `{own}`; the list of \
         indirect resellers shows it for nobody",
        declared.name
    );
    about(Finding::warning(Code::ProfileOtherName, declared.at, message), declared).help(
        "only the manifest says that it is a location of this reseller: ask the reseller, and whoever has it is paid; if it \
         is not its own, take it out of `partnerIds`",
    )
}
