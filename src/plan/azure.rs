//! Roles in customers' Azure: exact commands for people. Never runs one: Partner Center has no call for it, and whether
//! a role stands is not observable by the provider.

use super::build::{Making, PartnerReady};
use super::draft::{Standing, hand_off, key};
use super::id::step_id;
use super::letters;
use super::step::{Action, Brings, Risk, Step, Undo};
use crate::desired::{Access, AzureAccess, Partnership};
use crate::diag::{Code, Finding};
use crate::diff::{Partner, Presence};
use crate::ledger::HandoffState;
use crate::model::{Address, Class, CustomerKey, Fact, Name, StepKey, StepName, Value};
use crate::observed::Facet;

pub(super) fn make(making: &mut Making<'_, '_>) {
    for (name, access) in &making.desired().azure {
        let address = Address::AzureAccess(name.clone());
        if !making.sides.scope.holds(&address) {
            continue;
        }
        let asking = key(address, step_of(access.access));
        if let Err(finding) = ask(making, name, access, asking.clone()) {
            making.drafts.block(asking, finding);
        }
    }
}

/// The step that an access takes.
pub(super) fn step_of(access: Access) -> StepName {
    match access {
        Access::Granted => StepName::GrantAzureAccess,
        Access::Revoked => StepName::RevokeAzureAccess,
    }
}

fn ask(making: &mut Making<'_, '_>, name: &Name, access: &AzureAccess, asking: StepKey) -> Result<(), Finding> {
    let Some(partnership) = making.desired().partnerships.get(&access.reseller) else { return Ok(()) };
    let cause = Address::AzureAccess(name.clone());
    let origin = making.origin(&cause, access.at);
    let letter = letters::azure::access(access, partnership);
    earlier(making, &cause, access, partnership);
    let step = match hand_off(asking, letter, making.ledger(), origin) {
        Standing::Open(step) => step.risking(&[Risk::Access], Undo::Yes),
        Standing::Done => return Ok(()),
        Standing::Declined(finding) => return Err(finding),
    };
    let step = match access.access {
        Access::Revoked if making.protects(&cause) => {
            let message = format!("`{cause}` is protected: its role would be taken back");
            return Err(Finding::error(Code::Protected, access.at, message)
                .help("remove `twotier/protect` in a reviewed change of its own, first"));
        }
        Access::Revoked => step.because("declared absent, not acknowledged yet"),
        Access::Granted => standing(making, access, step.because("declared present, not acknowledged yet"))?,
    };
    making.drafts.add(step);
    Ok(())
}

/// Tells of grants of this address that somebody acknowledged with another role, scope or principal: Azure keeps them, and
/// neither this grant nor this taking back touches them.
fn earlier(making: &mut Making<'_, '_>, cause: &Address, access: &AzureAccess, partnership: &Partnership) {
    let granting = key(cause.clone(), StepName::GrantAzureAccess);
    let granted = AzureAccess { access: Access::Granted, ..access.clone() };
    let ask = Action::HandOff(letters::azure::access(&granted, partnership));
    let present = step_id(&granting, Class::HandOff, &ask);
    let others = making.ledger().handoffs.iter().filter(|(id, handoff)| **id != present && handoff.key == granting);
    let findings: Vec<Finding> = others
        .filter_map(|(id, handoff)| match &handoff.state {
            HandoffState::Acknowledged { by, at, .. } => {
                let id = id.short(10);
                let message = format!("an earlier grant of `{cause}` ({by}, {}) may still stand: {id}", at.date());
                let help = format!(
                    "`twotier handoffs show {id}` says what was granted; once it is taken back: `twotier handoffs reopen \
                     {id} --reason TEXT`, then `twotier handoffs declined {id} --reason TEXT`"
                );
                Some(Finding::warning(Code::EarlierGrant, access.at, message).about(cause.clone()).help(help))
            }
            HandoffState::Asked | HandoffState::Declined { .. } | HandoffState::Consumed { .. } => None,
        })
        .collect();
    making.findings.extend(findings);
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
