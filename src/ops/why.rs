//! `explain ADDRESS`: why an address is, or is not, changing: its place in the manifests, what is there, what is
//! remembered, its steps with their edges, or what stands against it. Holds only the looking door.

use super::fault::Fault;
use super::observe;
use super::plan::{Ground, live};
use super::project::Valid;
use super::recall::touched;
use crate::desired::{Accepted, Desired, OnDrift};
use crate::diag::{At, Finding, or_near};
use crate::diff::{self, Activity, Diff, Look, Partner, Presence, Scope, Sides};
use crate::ledger::{CredentialState, HandoffState, Ledger, LiveId};
use crate::model::{Address, CustomerKey, Field, Leaf, Name, StepKey, SubscriptionKey};
use crate::observed::{self, Facet, Observed, Read, field_value};
use crate::plan::called::{Named, called};
use crate::plan::{Blocked, Gate, Planned, Step, file};
use crate::report::closings;
use std::collections::BTreeSet;

/// Everything there is to say about an address.
#[derive(Clone, Debug)]
pub struct Why {
    /// Which.
    pub address: Address,
    /// What people call its customer or reseller, where that tells more.
    pub name: Option<String>,
    /// Where its document stands, if one does.
    pub at: Option<At>,
    /// Whether it changes.
    pub standing: Standing,
    /// Why `apply` refuses the plan that changes it, one sentence each.
    pub stops: Vec<String>,
    /// What is there, one fact a line.
    pub observed: Vec<(String, String)>,
    /// What people wrote down that it rests on: the end of a partnership, acknowledgements, one a line.
    pub decided: Vec<(String, String)>,
    /// What earlier runs did and learned, one fact a line.
    pub remembered: Vec<(String, String)>,
    /// Its steps, in order, each with those that wait for it.
    pub steps: Vec<(Step, Vec<StepKey>)>,
    /// Its steps that cannot be, and why.
    pub blocked: Vec<Blocked>,
    /// What else was found about it.
    pub findings: Vec<Finding>,
}

/// Whether an address changes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Steps are planned.
    Changes,
    /// Steps are planned, and `apply` refuses them as they stand.
    Refused,
    /// Steps would be, and something stands against them.
    Blocked,
    /// What is there is what is declared.
    Same,
    /// It was managed and no document declares it any more.
    Released,
    /// No document ever declared it: it is a live object, under its own id.
    Undeclared,
}
impl Standing {
    /// One sentence.
    #[must_use]
    pub fn sentence(self) -> &'static str {
        match self {
            Self::Changes => "It changes.",
            Self::Refused => "It changes, and `apply` refuses that as it stands.",
            Self::Blocked => "It would change, and something stands against it.",
            Self::Same => "It does not change: what is managed of it is as declared, or only told about.",
            Self::Released => "No document declares it any more: it is left as it is, and nothing is taken away.",
            Self::Undeclared => "No document declares it: it is left as it is.",
        }
    }
}

/// Looks at an address and what it needs.
///
/// # Errors
/// When nobody knows the address, and as planning.
pub fn explain(
    project: &Valid,
    ground: Ground<'_>,
    address: &Address,
    progress: &dyn observe::Progress,
) -> Result<Why, Fault> {
    let desired = &project.desired;
    let is_known = desired.declared.contains_key(address) || is_remembered(ground.ledger, address);
    if !is_known && !is_live_id(address) {
        return Err(unknown_address(desired, address));
    }
    // What changes an object that no document declares stands in any document: all of them are planned then.
    let own = is_known && !is_live_id(address);
    let targets: BTreeSet<Address> = own.then(|| address.clone()).into_iter().collect();
    let (planned, looked) = live(project, ground, &targets, progress)?;
    let facts = facts(project, ground, (address, &targets), &looked.observed);
    let given = given(ground, touched::of(address, desired, &planned.bindings));
    let named = Named { desired, bindings: &planned.bindings, observed: &looked.observed };
    let name = called(named, address);
    let mut why = Why { name, ..tell(desired, ground.ledger, (address, facts), planned) };
    why.remembered.extend(given);
    Ok(why)
}

/// Whether a run remembers something of it.
fn is_remembered(ledger: &Ledger, address: &Address) -> bool {
    ledger.managed.contains(address)
        || ledger.bindings.contains_key(address)
        || ledger.settled.contains_key(address)
        || ledger.pending.contains_key(address)
        || ledger.credentials.contains_key(address)
        || ledger.unresolved_at(address).next().is_some()
        || ledger.open.values().any(|open| open.key.address == *address)
        || ledger.handoffs.values().any(|it| it.key.address == *address)
}

/// Whether an address is the id or the domain of a live object, as plans and findings name what no document declares.
fn is_live_id(address: &Address) -> bool {
    match address {
        Address::Customer(key) => is_live(key),
        Address::Subscription(key) => is_live(&key.customer) || matches!(key.leaf, Leaf::Id(_)),
        Address::Provider(_)
        | Address::Partnership(_)
        | Address::ResellerAssociation(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => false,
    }
}

fn is_live(key: &CustomerKey) -> bool {
    match key {
        CustomerKey::Id(_) | CustomerKey::Domain(_) => true,
        CustomerKey::Named(_) => false,
    }
}

/// When an earlier command was told what a plan may still remember.
fn given(ground: Ground<'_>, reads: BTreeSet<Read>) -> Vec<(String, String)> {
    let told = reads.into_iter().filter_map(|read| {
        let at = ground.recall.given(&read)?;
        let what = if let Read::Subscriptions(_) = read {
            "subscriptions"
        } else if let Read::ResellersOf(_) = read {
            "resellers"
        } else {
            "customers"
        };
        Some(row("read before", format!("{what}, {at}")))
    });
    told.collect()
}

fn unknown_address(desired: &Desired, address: &Address) -> Fault {
    let declared: Vec<String> = desired.declared.keys().map(Address::to_string).collect();
    let near = or_near(&address.to_string(), declared.iter().map(String::as_str));
    Fault::Usage(format!("no manifest declares `{address}`, and no run remembers it{near}"))
}

fn tell(
    desired: &Desired,
    ledger: &Ledger,
    (address, observed): (&Address, Vec<(String, String)>),
    planned: Planned,
) -> Why {
    let own = |key: &StepKey, cause: Option<&Address>| key.address == *address || cause == Some(address);
    let all = planned.plan.steps();
    let steps: Vec<(Step, Vec<StepKey>)> = all
        .iter()
        .filter(|step| own(&step.key, Some(&step.cause)))
        .map(|step| {
            let waiting = all.iter().filter(|other| other.needs.iter().any(|need| need.step == step.key));
            (step.clone(), waiting.map(|other| other.key.clone()).collect())
        })
        .collect();
    let blocked: Vec<Blocked> =
        planned.outlook.blocked.iter().filter(|blocked| own(&blocked.key, None)).cloned().collect();
    let about = |finding: &&Finding| finding.address.as_ref() == Some(address);
    let findings = planned.outlook.findings.iter().filter(about).cloned().collect();
    let stops = stops(&planned, &steps);
    let standing = match (desired.declared.contains_key(address), steps.is_empty(), blocked.is_empty()) {
        (false, true, true) if is_live_id(address) && !ledger.managed.contains(address) => Standing::Undeclared,
        (false, true, true) => Standing::Released,
        (_, false, _) if !stops.is_empty() => Standing::Refused,
        (_, false, _) => Standing::Changes,
        (_, true, false) => Standing::Blocked,
        (true, true, true) => Standing::Same,
    };
    Why {
        address: address.clone(),
        name: None,
        at: desired.declared.get(address).copied(),
        standing,
        stops,
        observed,
        decided: decided(desired, address, &steps),
        remembered: remembered(ledger, address),
        steps,
        blocked,
        findings,
    }
}

/// The closed gates that steps of an address run into: what their documents bring, and freezes.
fn stops(planned: &Planned, steps: &[(Step, Vec<StepKey>)]) -> Vec<String> {
    let causes: BTreeSet<&Address> = steps.iter().map(|(step, _)| &step.cause).collect();
    let own = |gate: &&Gate| match gate {
        Gate::Acknowledge { cause, .. } => causes.contains(cause),
        Gate::Limit { causes: all, .. } => all.keys().any(|cause| causes.contains(cause)),
        Gate::Frozen { .. } => !steps.is_empty(),
    };
    let gates: Vec<file::Gate> = planned.outlook.gates.iter().filter(own).map(file::Gate::from).collect();
    closings(&gates, planned.plan.steps())
}

fn facts(
    project: &Valid,
    ground: Ground<'_>,
    (address, targets): (&Address, &BTreeSet<Address>),
    observed: &Observed,
) -> Vec<(String, String)> {
    let desired = &project.desired;
    let scope = if targets.is_empty() { Scope::All } else { Scope::of(targets, desired) };
    let look = Look::at(observed);
    let sides = Sides { desired, ledger: ground.ledger, look: &look, scope: &scope, now: ground.now, under: None };
    let diff = diff::compare(sides);
    match address {
        Address::Partnership(name) => partnership(&diff, name),
        Address::Customer(key) => customer(desired, &diff, key, observed),
        Address::Subscription(key) => subscription(desired, &diff, key, observed),
        Address::ResellerAssociation(_)
        | Address::Provider(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => Vec::new(),
    }
}

fn row(what: &str, value: impl std::fmt::Display) -> (String, String) {
    (what.to_owned(), value.to_string())
}

fn partnership(diff: &Diff<'_>, name: &Name) -> Vec<(String, String)> {
    match diff.partners.get(name) {
        Some(Partner::Listed { tenant, activity: Activity::Active }) => {
            vec![row("listed", "as active"), row("tenant", tenant)]
        }
        Some(Partner::Listed { tenant, activity: Activity::Other }) => {
            vec![row("listed", "in another state than active"), row("tenant", tenant)]
        }
        Some(Partner::NotListed) => vec![row("listed", "no; the list was read to its end")],
        Some(Partner::Unknown(finding)) => vec![row("listed", format!("unknown: {}", finding.message))],
        None => Vec::new(),
    }
}

fn customer(desired: &Desired, diff: &Diff<'_>, key: &CustomerKey, observed: &Observed) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    let id = match diff.customers.get(key) {
        Some(Presence::Live(id)) => {
            rows.push(row("there", format!("yes, {id}")));
            *id
        }
        Some(Presence::Pending(id)) => return vec![row("there", format!("not visible yet, {id}"))],
        Some(Presence::ToCreate(_)) => return vec![row("there", "no; it is to be created")],
        Some(Presence::ToInvite) => return vec![row("there", "no; it is to be invited, and accepts or not")],
        Some(Presence::Gone(finding) | Presence::Unknown(finding)) => return vec![row("there", &finding.message)],
        None => {
            let there = match key {
                CustomerKey::Id(id) => observed.customer(*id),
                CustomerKey::Domain(domain) => observed.customer_by_domain(domain),
                CustomerKey::Named(_) => return rows,
            };
            return vec![row("there", undeclared(there))];
        }
    };
    for (_, partnership) in desired.associations.keys().filter(|(customer, _)| customer == key) {
        let Some(tenant) = diff.bindings.reseller(partnership) else { continue };
        let associated = match observed.associated(id, tenant) {
            Facet::Known(true) => "associated".to_owned(),
            Facet::Known(false) | Facet::Absent => "not associated".to_owned(),
            Facet::Unknown(why) => format!("unknown: {why}"),
        };
        rows.push(row(&format!("reseller {partnership}"), associated));
    }
    match observed.agreement(id) {
        Facet::Known(true) => rows.push(row("agreement", "signed")),
        Facet::Known(false) => rows.push(row("agreement", "not signed")),
        // It is read only where an order needs it.
        Facet::Absent | Facet::Unknown(_) => {}
    }
    rows
}

/// Whether a customer that no document declares is there.
fn undeclared(there: Facet<&observed::Customer>) -> String {
    match there {
        Facet::Known(customer) => format!("yes, `{}` ({})", customer.company_name, customer.domain),
        Facet::Absent => "no".to_owned(),
        Facet::Unknown(why) => format!("unknown: {why}"),
    }
}

fn subscription(
    desired: &Desired,
    diff: &Diff<'_>,
    key: &SubscriptionKey,
    observed: &Observed,
) -> Vec<(String, String)> {
    let Some((customer, id)) = diff.bindings.subscription(key) else {
        return vec![row("bound", "to nothing: it is not bought yet")];
    };
    let seen = match observed.subscription(customer, id) {
        Facet::Known(seen) => seen,
        Facet::Absent => return vec![row("bound", id), row("there", "no")],
        Facet::Unknown(why) => return vec![row("bound", id), row("there", format!("unknown: {why}"))],
    };
    let mut rows = vec![row("bound", id), row("offer", &seen.offer_name)];
    let declared = desired.subscriptions.get(key);
    for field in [Field::Status, Field::Commerce, Field::PartnerOfRecord, Field::Quantity, Field::FriendlyName] {
        let value = field_value(seen, field);
        let managed = match (field, declared) {
            (Field::Quantity, Some(declared)) if declared.quantity.is_none() => " (not managed)",
            (Field::FriendlyName, Some(declared)) if declared.friendly_name.is_none() => " (not managed)",
            _ => "",
        };
        rows.push(row(field.name(), format!("{value}{managed}")));
    }
    let managed = if declared.is_some_and(|declared| declared.renewal.is_none()) { " (not managed)" } else { "" };
    rows.push(row("renewal", format!("{}{managed}", seen.at_end)));
    for (field, rule) in declared.into_iter().flat_map(|declared| &declared.on_drift) {
        if let OnDrift::Accept(accepted) = rule {
            let Accepted { at: _, value, reason, by, expires } = &**accepted;
            let said = format!("{value}, by {by} until {expires}: {reason}");
            rows.push(row(&format!("accepted {}", field.name()), said));
        }
    }
    if let Some(end) = seen.commitment_end {
        rows.push(row("term ends", end));
    }
    rows
}

fn decided(desired: &Desired, address: &Address, steps: &[(Step, Vec<StepKey>)]) -> Vec<(String, String)> {
    let subscription = address.as_subscription().and_then(|key| desired.subscriptions.get(key));
    let own = subscription.map(|it| &it.cause).into_iter().chain([address]);
    let causes: BTreeSet<&Address> = steps.iter().map(|(step, _)| &step.cause).chain(own).collect();
    let mut rows = Vec::new();
    for (name, partnership) in &desired.partnerships {
        let Some(ending) = partnership.ending.as_ref().filter(|_| causes.contains(&Address::Partnership(name.clone())))
        else {
            continue;
        };
        let by = format!(
            "decided by {} on {}, declared by {} on {}",
            ending.decided_by, ending.decided_on, ending.declared_by, ending.declared_on
        );
        rows.push(row(&format!("end of {name}"), format!("{}; {by}", ending.reason)));
    }
    for (name, one) in &desired.acknowledgements {
        if one.causes.keys().any(|cause| causes.contains(cause)) {
            let said =
                format!("{} up to {} until {}, by {}: {}", one.limit, one.at_most, one.expires, one.by, one.reason);
            rows.push(row(&format!("acknowledgement {name}"), said));
        }
    }
    rows
}

fn remembered(ledger: &Ledger, address: &Address) -> Vec<(String, String)> {
    let mut rows = Vec::new();
    if ledger.managed.contains(address) {
        rows.push(row("managed", "since an earlier apply"));
    }
    match ledger.bindings.get(address) {
        Some(LiveId::Subscription(customer, id)) => rows.push(row("bound", format!("{id} of {customer}"))),
        Some(id @ (LiveId::Reseller(_) | LiveId::Customer(_))) => rows.push(row("bound", id)),
        None => {}
    }
    for (field, value) in ledger.settled.get(address).into_iter().flatten() {
        match field {
            Field::ScheduledChange => rows.push(row("renewal said", value)),
            Field::PartnerOfRecord
            | Field::Quantity
            | Field::FriendlyName
            | Field::SupportContact
            | Field::Renewal
            | Field::Status
            | Field::Commerce
            | Field::Reseller
            | Field::PartnerIds
            | Field::AdminAgents
            | Field::CommitmentEnd => rows.push(row(&format!("settled {}", field.name()), value)),
        }
    }
    if let Some(pending) = ledger.pending.get(address) {
        rows.push(row("pending", format!("{} since {}", pending.key, pending.since)));
    }
    for unresolved in ledger.unresolved_at(address) {
        rows.push(row("unresolved", format!("{} since {}: {}", unresolved.key, unresolved.since, unresolved.text)));
    }
    for open in ledger.open.values().filter(|open| open.key.address == *address) {
        rows.push(row("not settled", format!("{} since {}", open.key, open.since)));
    }
    if let Some(credential) = ledger.credentials.get(address) {
        let state = match credential.state {
            CredentialState::Sealed { .. } => "sealed",
            CredentialState::Lost => "lost",
            CredentialState::Forgotten => "forgotten",
        };
        rows.push(row("password", format!("{state} since {}", credential.at)));
    }
    for (id, handoff) in ledger.handoffs.iter().filter(|(_, handoff)| handoff.key.address == *address) {
        let state = match &handoff.state {
            HandoffState::Asked => format!("asked {}", handoff.asked),
            HandoffState::Acknowledged { by, at, .. } => format!("done, says {by}, {at}"),
            HandoffState::Declined { by, at, .. } => format!("declined by {by}, {at}"),
            HandoffState::Consumed { at } => format!("over since {at}"),
            HandoffState::Withdrawn { at, anyway: None } => format!("withdrawn {at}"),
            HandoffState::Withdrawn { at, anyway: Some(anyway) } => {
                format!("withdrawn {at}, {}, says {}, {}", anyway.words(*at), anyway.by, anyway.at)
            }
        };
        rows.push(row("hand-off", format!("{} {}: {state}", id.short(10), handoff.key)));
    }
    rows
}
