//! Whose PartnerIDs and AdminAgents groups were when a run last recorded it, and what the next run records. What a
//! declaration says of one holds from the run after the one that records it, so that no change proves by itself whom it
//! takes something from. Never outranks the list of indirect resellers.

use super::owners::Claim;
use super::{Diff, Partner, Sides};
use crate::desired::{Desired, Partnership};
use crate::diag::{Code, Finding};
use crate::ledger::Ledger;
use crate::model::{Address, Field, Kind, Name, TenantId, Value};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Who had which PartnerID, or group.
#[derive(Debug, Default)]
pub(super) struct Recorded<'a> {
    ids: BTreeMap<&'a str, Had<'a>>,
    /// Whether no run recorded anything: then what is declared is all that holds, of PartnerIDs as of guards.
    pub(super) nothing: bool,
}

/// Who had one of them.
#[derive(Clone, Copy, Debug)]
pub(super) struct Had<'a> {
    /// The partnership, as it is called now.
    pub(super) partnership: &'a Name,
    /// Its reseller, where a run saw it.
    pub(super) tenant: Option<TenantId>,
}

/// PartnerIDs and groups that other partnerships declare than when a run last recorded whose they are. Only a run whose plan
/// somebody read records it.
#[derive(Debug, Default)]
pub struct Handed {
    /// What is told of them.
    pub findings: Vec<Finding>,
    /// What is recorded of the partnerships on both sides.
    pub settled: BTreeMap<Address, BTreeMap<Field, Value>>,
}

impl<'a> Recorded<'a> {
    pub(super) fn of(desired: &'a Desired, ledger: &'a Ledger, field: Field) -> Self {
        let new = renamed(desired, ledger);
        let all = lists(ledger, field).flat_map(|(old, ids)| {
            let partnership = new.get(old).copied().unwrap_or(old);
            let live = ledger.bindings.get(&Address::Partnership(old.clone()));
            let had = Had { partnership, tenant: live.and_then(|live| live.reseller()) };
            ids.iter().map(move |id| (id.as_str(), had))
        });
        Self { ids: all.collect(), nothing: ledger.guards.is_none() }
    }
    pub(super) fn get(&self, id: &str) -> Option<&Had<'a>> {
        self.ids.get(id)
    }
    pub(super) fn iter(&self) -> impl Iterator<Item = (&'a str, &Had<'a>)> {
        self.ids.iter().map(|(id, had)| (*id, had))
    }
}

/// What the ledger holds of partnerships, by the names that it knows them by.
fn lists(ledger: &Ledger, field: Field) -> impl Iterator<Item = (&Name, &[SmolStr])> {
    let sorted = ledger.settled.iter().skip_while(|(address, _)| address.kind() < Kind::Partnership);
    let own = sorted.take_while(|(address, _)| address.kind() == Kind::Partnership);
    own.filter_map(move |(address, fields)| match fields.get(&field)? {
        Value::List(ids) => Some((address.as_partnership()?, ids.as_slice())),
        Value::None | Value::Bool(_) | Value::Number(_) | Value::Text(_) => None,
    })
}

/// Old name → new name of partnerships whose rename no run has recorded.
fn renamed<'a>(desired: &'a Desired, ledger: &Ledger) -> BTreeMap<Name, &'a Name> {
    let open = desired.renamed.keys().filter_map(|new| {
        let old = super::remembered(desired, ledger, new)?;
        Some((old.as_partnership()?.clone(), new.as_partnership()?))
    });
    open.collect()
}

/// PartnerID → the partnership that has it, as one run records it.
type Held<'x> = BTreeMap<&'x str, &'x Name>;

/// What is recorded of the partnerships that were looked at: what they declare and no other reseller has.
pub(super) fn record<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    let mut findings = Vec::new();
    let last: Held<'_> = diff.owners.recorded().iter().map(|(id, had)| (id, had.partnership)).collect();
    let (mut own, mut handed) = (Held::new(), Held::new());
    let mut looked: BTreeSet<&Name> = BTreeSet::new();
    for (&name, partner) in &diff.partners {
        let Some(partnership) = sides.desired.partnerships.get(name) else { continue };
        if matches!(partner, Partner::Unknown(_)) {
            continue;
        }
        looked.insert(name);
        for id in &partnership.partner_ids {
            match diff.owners.claim(name, id) {
                Claim::Own => drop(own.insert(id.as_str(), name)),
                Claim::Former(_) => {
                    handed.insert(id.as_str(), name);
                    findings.extend(diff.owners.against(partnership, id));
                }
                // What another one shows is recorded for nobody else.
                Claim::Foreign(_) | Claim::Shared(_) => {}
            }
        }
    }
    let kept = last.iter().filter(|(id, name)| !looked.contains(*name) || handed.contains_key(*id));
    let mut now: Held<'_> = kept.map(|(id, name)| (*id, *name)).collect();
    now.extend(&own);
    let before = grouped(&last);
    let plain = grouped(&now);
    now.extend(&handed);
    let (plain, handed) = (changes(&before, &plain), changes(&plain, &grouped(&now)));
    settle(&mut diff.settled, Field::PartnerIds, plain);
    diff.handed.findings = findings;
    settle(&mut diff.handed.settled, Field::PartnerIds, handed);
}

/// Values by partnership, as a run settles them.
fn settle(settled: &mut BTreeMap<Address, BTreeMap<Field, Value>>, field: Field, values: Vec<(Address, Value)>) {
    for (address, value) in values {
        settled.entry(address).or_default().insert(field, value);
    }
}

/// What is recorded of the groups of partnerships that were looked at. A group is one tenant's for good: what was once
/// declared stays known when it is declared no more, and goes over only as PartnerIDs do.
pub(super) fn record_groups<'a>(sides: Sides<'a>, diff: &mut Diff<'a>) {
    let declared = diff.partners.iter().filter(|(_, partner)| !matches!(partner, Partner::Unknown(_)));
    let declared = declared.filter_map(|(name, _)| sides.desired.partnerships.get(*name));
    let declared = declared.filter_map(|it| Some((smol_str::format_smolstr!("{}", it.admin_agents?), it)));
    let declared: Vec<(SmolStr, &Partnership)> = declared.collect();
    let last: Held<'_> = diff.owners.groups().iter().map(|(group, had)| (group, had.partnership)).collect();
    let (mut plain, mut handed) = (last.clone(), Held::new());
    let mut findings = Vec::new();
    for (group, partnership) in &declared {
        match diff.owners.group_of_another(&partnership.name, group) {
            None => drop(plain.insert(group, &partnership.name)),
            Some(former) => {
                handed.insert(group, &partnership.name);
                findings.push(moved(partnership, group, former));
            }
        }
    }
    let (before, after) = (grouped(&last), grouped(&plain));
    plain.extend(&handed);
    let (kept, handed) = (changes(&before, &after), changes(&after, &grouped(&plain)));
    settle(&mut diff.settled, Field::AdminAgents, kept);
    settle(&mut diff.handed.settled, Field::AdminAgents, handed);
    diff.findings.extend(findings.iter().cloned());
    diff.handed.findings.extend(findings);
}

/// A group that came over from another partnership.
fn moved(partnership: &Partnership, group: &str, former: &Name) -> Finding {
    let name = &partnership.name;
    let message = format!(
        "partnership `{name}` declares the AdminAgents group {group}, which was that of partnership `{former}` when a run \
         last recorded it"
    );
    let finding = Finding::warning(Code::GroupMoved, partnership.at, message);
    finding.about(Address::Partnership(name.clone())).help(format!(
        "a group is one tenant's for good: ask both whose it is; where `{former}` named it by mistake, the run of a plan \
         that somebody read records it (`--auto-approve` does not), and from the next run on it is that of `{name}`"
    ))
}

fn grouped<'x>(held: &Held<'x>) -> BTreeMap<&'x Name, Vec<SmolStr>> {
    let mut lists: BTreeMap<&Name, Vec<SmolStr>> = BTreeMap::new();
    for (id, name) in held {
        lists.entry(name).or_default().push(SmolStr::new(id));
    }
    lists
}

/// The lists of `after` that are others than in `before`.
fn changes(before: &BTreeMap<&Name, Vec<SmolStr>>, after: &BTreeMap<&Name, Vec<SmolStr>>) -> Vec<(Address, Value)> {
    let names: BTreeSet<&Name> = before.keys().chain(after.keys()).copied().collect();
    let list = |of: &BTreeMap<&Name, Vec<SmolStr>>, name: &Name| of.get(name).cloned().unwrap_or_default();
    let changed = names.into_iter().filter(|name| list(before, name) != list(after, name));
    changed.map(|name| (Address::Partnership(name.clone()), Value::List(list(after, name)))).collect()
}
