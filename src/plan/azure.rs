//! Roles in customers' Azure: exact commands for people. Never runs one: Partner Center has no call for it, and whether
//! a role stands is not observable by the provider. Every role that people granted, or may have, is asked back when its
//! document no longer declares it; one that any document declares never is.

use super::asked::Asked;
use super::build::{Making, PartnerReady};
use super::draft::{Standing, hand_off, key};
use super::grants::{self, Stand};
use super::letters;
use super::step::{Brings, Risk, Step, Undo};
use crate::desired::{Access, AzureAccess, Partnership};
use crate::diag::{At, Code, Finding};
use crate::diff::{Partner, Presence};
use crate::ledger::{Assignment, Grant, HandoffState};
use crate::model::{Address, CustomerKey, Fact, Name, StepKey, StepName, Value};
use crate::observed::Facet;

pub(super) fn make(making: &mut Making<'_, '_>) {
    for (name, access) in &making.desired().azure {
        let address = Address::AzureAccess(name.clone());
        if making.sides.scope.holds(&address) {
            one(making, &address, access);
            unknown(making, &address, Some(access.at));
        }
    }
    left(making);
}

/// Grants what a document declares and takes back what it no longer does.
fn one(making: &mut Making<'_, '_>, address: &Address, access: &AzureAccess) {
    let Some(partnership) = making.desired().partnerships.get(&access.reseller) else { return };
    let mut declared = grants::declared(access);
    let own = declared.assignment();
    if let Some(whose) = making.grants.whose(address, &own) {
        declared.reseller = whose.clone();
    }
    let granting = key(address.clone(), StepName::GrantAzureAccess);
    match access.access {
        Access::Granted => {
            if let Err(finding) = grant(making, (&granting, &own), access, partnership) {
                making.drafts.block(granting.clone(), finding);
            }
            anothers(making, address, access, &own);
        }
        Access::Revoked if making.grants.is_taken_back(&own) => {}
        Access::Revoked => {
            take_back(making, address, access, (&own, &declared, "declared absent, not acknowledged yet"))
        }
    }
    let earlier = making.grants.at(address).filter(|(assignment, _)| **assignment != own);
    let earlier: Vec<(Assignment, Grant)> = earlier.map(|(it, told)| (it.clone(), told.grant.clone())).collect();
    for (assignment, grant) in earlier {
        let why = match making.grants.stand(address, &assignment) {
            Stand::Granted(by, at) => format!("declared no longer, granted before ({by}, {})", at.date()),
            Stand::Open => "declared no longer, asked for before, and nobody said what became of it".to_owned(),
            Stand::Gone => continue,
        };
        take_back(making, address, access, (&assignment, &grant, &why));
    }
}

/// Asks for what is declared, unless somebody said that it was granted and nobody was asked to take it back since.
fn grant(
    making: &mut Making<'_, '_>,
    (granting, own): (&StepKey, &Assignment),
    access: &AzureAccess,
    partnership: &Partnership,
) -> Result<(), Finding> {
    let stand = making.grants.stand(&granting.address, own);
    let asked_back = making.grants.is_asked_back(own);
    if matches!(stand, Stand::Granted(..)) && !asked_back {
        return Ok(());
    }
    if let Some(former) = making.diff.owners.group_of_another(&access.reseller, &format!("{}", access.principal)) {
        return Err(of_another(access, former));
    }
    let letter = letters::azure::grant(access, &partnership.display_name);
    let origin = making.origin(&granting.address, access.at);
    let reason = if asked_back {
        "declared present, and asked back in the meantime"
    } else {
        "declared present, not acknowledged yet"
    };
    let step = match hand_off(granting.clone(), letter.clone(), &making.asked, origin) {
        Standing::Open(step) => step,
        Standing::Declined(finding) => return Err(finding),
        // What was said of it holds no longer.
        Standing::Done(_) => match hand_off(granting.clone(), letter, &Asked::default(), origin) {
            Standing::Open(step) => step,
            Standing::Done(_) | Standing::Declined(_) => return Ok(()),
        },
    };
    let step = standing(making, access, step.because(reason).risking(&[Risk::Access], Undo::Yes))?;
    making.drafts.add(step);
    Ok(())
}

/// Who gets the role is the AdminAgents group of another reseller, as runs knew it.
fn of_another(access: &AzureAccess, former: &Name) -> Finding {
    let AzureAccess { reseller, principal, .. } = access;
    let message = format!(
        "the group {principal}, which is to get a role for `{reseller}`, was the AdminAgents group of partnership `{former}` when a \
         run last recorded it"
    );
    Finding::error(Code::GroupMoved, access.at, message).help(format!(
        "write `reseller: {former}`, or the principal that is meant; if it is the group of `{reseller}`, declare it as its \
         `adminAgentsGroupId`: the run of a plan that somebody read records that, and the next plan goes on"
    ))
}

/// Tells of a role that stands, and that was granted to another reseller than the document names: its group or principal
/// is that one's as far as anybody knows.
fn anothers(making: &mut Making<'_, '_>, address: &Address, access: &AzureAccess, own: &Assignment) {
    let AzureAccess { reseller, principal, .. } = access;
    let told = making.grants.at(address).find(|(it, told)| *it == own && told.grant.reseller != *reseller);
    let (Some((_, told)), Stand::Granted(by, at)) = (told, making.grants.stand(address, own)) else { return };
    let whose = grants::company(making.desired(), &told.grant.reseller);
    let message = format!(
        "`{address}` is for `{reseller}`, and its role was granted for {whose} ({by}, {}): nobody has said that principal \
         {principal} is of `{reseller}`",
        at.date()
    );
    let help = format!(
        "write the group of `{reseller}` as its `principal` or `adminAgentsGroupId`, and the role is asked back from the other; \
         if this is its group, `twotier handoffs reopen {} --reason TEXT`, and it is asked for anew",
        told.id().short(10)
    );
    let finding = Finding::warning(Code::GrantOfAnother, access.at, message).about(address.clone()).help(help);
    making.findings.push(finding);
}

/// Asks for one role back; what somebody says stands only once the new one is granted, so that nobody is without support
/// in between. A request that nobody answered is withdrawn at once: it must not be done any more.
fn take_back(
    making: &mut Making<'_, '_>,
    address: &Address,
    access: &AzureAccess,
    (assignment, grant, why): (&Assignment, &Grant, &str),
) {
    if let Some(other) = making.grants.declared_by(assignment, address) {
        let message = format!(
            "`{address}` gives up {}, which `azure-access/{other}` declares: nothing is taken back",
            grants::shown(grant)
        );
        let finding = Finding::warning(Code::SharedGrant, access.at, message).about(address.clone());
        making.findings.push(finding.help("take it out of that document too, if it is to go"));
        return;
    }
    let taking = grants::take_back_key(address.clone(), grant);
    let letter = letters::azure::take_back(grant, &grants::company(making.desired(), &grant.reseller));
    let step = match hand_off(taking.clone(), letter, &making.asked, making.origin(address, access.at)) {
        Standing::Open(step) => step,
        Standing::Done(_) => return,
        Standing::Declined(finding) => return making.drafts.block(taking, finding),
    };
    if making.protects(address) {
        let message = format!("`{address}` is protected: {} would be taken back", grants::shown(grant));
        let finding = Finding::error(Code::Protected, access.at, message)
            .help("remove `twotier/protect` in a reviewed change of its own, first");
        return making.drafts.block(taking, finding);
    }
    let mut step = step.because(why).risking(&[Risk::Access], Undo::Yes);
    let granting = key(address.clone(), StepName::GrantAzureAccess);
    if making.drafts.has(&granting) && matches!(making.grants.stand(address, assignment), Stand::Granted(..)) {
        if let Some(Finding { code: Code::HandoffDeclined, .. }) = making.drafts.blocked.get(&granting) {
            return making.drafts.block(taking, stays(access, grant));
        }
        step = step.need(granting, "nobody is without support in between");
    }
    making.drafts.add(step);
}

/// Whoever declined the new role did not say that the old one is to go: without it nobody might support the customer.
fn stays(access: &AzureAccess, grant: &Grant) -> Finding {
    let message = format!("{} stays: the role that replaces it was declined", grants::shown(grant));
    Finding::error(Code::NeedBlocked, access.at, message)
        .help("reopen the new one, or declare what stands; to have it taken back without another, `ensure: absent`")
}

/// Grants that an earlier version asked for, of which nobody wrote down what they are: Azure keeps them, and no step
/// takes them back.
fn unknown(making: &mut Making<'_, '_>, address: &Address, at: Option<At>) {
    let all = making.grants.unknown.get(address).map_or(&[][..], Vec::as_slice);
    let told = all.iter().filter_map(|(id, handoff)| {
        let said = match &handoff.state {
            HandoffState::Acknowledged { by, at, .. } => format!("{by}, {}", at.date()),
            HandoffState::Asked => format!("asked {}", handoff.asked.date()),
            HandoffState::Withdrawn { .. } | HandoffState::Declined { .. } | HandoffState::Consumed { .. } => {
                return None;
            }
        };
        let id = id.short(10);
        let message = format!("an earlier grant of `{address}` ({said}) may still stand: {id}");
        let help = format!(
            "`twotier handoffs show {id}` says what was granted; once it is taken back: `twotier handoffs reopen \
             {id} --reason TEXT`, then `twotier handoffs declined {id} --reason TEXT`"
        );
        Some(Finding::warning(Code::EarlierGrant, at, message).about(address.clone()).help(help))
    });
    let told: Vec<Finding> = told.collect();
    making.findings.extend(told);
}

/// Roles whose document is gone: nothing takes them away, and nobody forgets them.
fn left(making: &mut Making<'_, '_>) {
    let desired = making.desired();
    let gone = |address: &&Address| {
        let declared = matches!(address, Address::AzureAccess(name) if desired.azure.contains_key(name));
        !declared && making.sides.scope.holds(address)
    };
    let mut told = Vec::new();
    for address in making.grants.addresses().filter(gone) {
        for (assignment, known) in making.grants.at(address) {
            let said = match making.grants.stand(address, assignment) {
                Stand::Granted(by, at) => format!("stays in Azure ({by}, {})", at.date()),
                Stand::Open => "may be in Azure (asked, and not answered)".to_owned(),
                Stand::Gone => continue,
            };
            if making.grants.declared_by(assignment, address).is_some() {
                continue;
            }
            let shown = grants::shown(&known.grant);
            let message = format!("no document declares `{address}`, and {shown} {said}");
            let finding = Finding::warning(Code::LeftGrant, None, message).about(address.clone());
            told.push(finding.help("to have it taken back, declare it again with `ensure: absent`"));
        }
    }
    let older: Vec<Address> = making.grants.unknown.keys().filter(gone).cloned().collect();
    making.findings.extend(told);
    for address in older {
        unknown(making, &address, None);
    }
}

/// A grant names the group of a reseller of ours, in a customer of both. Source: learn, reinstate-csp.
fn standing(making: &mut Making<'_, '_>, access: &AzureAccess, step: Step) -> Result<Step, Finding> {
    let active = Fact::PartnershipActive(access.reseller.clone());
    let step = match making.partner(&access.reseller)? {
        PartnerReady::Active(_) => step.rests_on(active, Value::Bool(true)),
        PartnerReady::After(need) => step
            .rests_after(active, need.clone(), Brings::Exactly(Value::Bool(true)))
            .need(need, "only a reseller of ours gets access"),
    };
    let customer = CustomerKey::Named(access.customer.clone());
    let address = Address::Customer(customer.clone());
    let bound = Fact::Binding(address.clone());
    let live = match making.diff.customers.get(&customer) {
        Some(Presence::Live(id)) => *id,
        Some(Presence::ToCreate(None)) => {
            let need = key(address, StepName::CreateCustomer);
            let step = step.rests_after(bound, need.clone(), Brings::Something);
            return Ok(step.need(need, "there must be a tenant"));
        }
        Some(Presence::Pending(_)) => {
            let need = key(address, StepName::AwaitChange);
            let step = step.rests_after(bound, need.clone(), Brings::Something);
            return Ok(step.need(need, "there must be a tenant"));
        }
        Some(Presence::ToInvite) => {
            let need = StepKey::with(address, StepName::AwaitAssociation, access.reseller.as_str());
            let step = step.rests_after(bound, need.clone(), Brings::Something);
            return Ok(step.need(need, "it must be a customer of ours, and of the reseller"));
        }
        Some(Presence::ToCreate(Some(finding)) | Presence::Gone(finding) | Presence::Unknown(finding)) => {
            return Err(finding.clone());
        }
        None => return Err(Finding::error(Code::CustomerAbsent, access.at, "its customer is not known")),
    };
    let step = step.rests_on(bound, Value::text(live));
    let related = Fact::Associated { customer, partnership: access.reseller.clone() };
    let awaiting = StepKey::with(address, StepName::AwaitAssociation, access.reseller.as_str());
    if making.drafts.has(&awaiting) {
        let step = step.rests_after(related, awaiting.clone(), Brings::Exactly(Value::Bool(true)));
        return Ok(step.need(awaiting, "the reseller must be one of the customer's"));
    }
    let Some(Partner::Listed { tenant, .. }) = making.diff.partners.get(&access.reseller) else { return Ok(step) };
    match making.sides.look.associated(live, *tenant) {
        Facet::Known(true) => Ok(step.rests_on(related, Value::Bool(true))),
        Facet::Known(false) | Facet::Absent => {
            let message = format!("`{}` is none of the resellers of `{}`", access.reseller, access.customer);
            Err(Finding::error(Code::ResellerNotAssociated, access.at, message)
                .help("associate them first: name it under `reseller` or `otherResellers` of the customer"))
        }
        Facet::Unknown(why) => Err(crate::diff::unknown(&format!("the resellers of `{}`", access.customer), &why)),
    }
}
