//! Hand-offs that people were asked for and that are planned no more: to be called back. Never of what lies outside the
//! scope, and never of what is only blocked: that waits, and is told.

use super::draft::Drafts;
use super::{Adopt, Readiness, Step};
use crate::diag::{Code, Finding};
use crate::diff::{Diff, Partner, Scope, Sides};
use crate::ledger::{Anyway, Credential, CredentialState, Handoff, HandoffState, LiveId};
use crate::model::{Address, Digest, Name, Span, StepKey, StepName, Timestamp};
use std::collections::{BTreeMap, BTreeSet};

/// How long it is told that something was done although it was withdrawn.
const TOLD: Span = Span::days(30);

/// What is called back.
#[derive(Debug, Default)]
pub(super) struct CalledBack {
    /// What an apply withdraws.
    pub(super) withdrawn: BTreeSet<Digest>,
    /// What is told of it.
    pub(super) findings: Vec<Finding>,
}

/// Of everything that people were asked and that nobody answered.
pub(super) fn call_back(
    (sides, now): (Sides<'_>, Timestamp),
    (steps, drafts): (&[Step], &Drafts),
    (adopt, diff): (&Adopt, &Diff<'_>),
) -> CalledBack {
    // Whoever was asked for a step that waits again would do it too early.
    let mut planned: BTreeSet<Digest> =
        steps.iter().filter(|step| step.readiness != Readiness::Waiting).map(|step| step.id).collect();
    planned.extend(adopt.moved.values().map(|(former, _)| *former));
    let blocked: BTreeSet<Address> = drafts.blocked.keys().map(|key| owner(&key.address)).collect();
    let now_called: BTreeMap<&Address, &Address> = adopt.renamed.iter().map(|(new, old)| (old, new)).collect();
    let mut all = CalledBack::default();
    for (id, handoff) in &sides.ledger.handoffs {
        if let HandoffState::Withdrawn { at, anyway: Some(anyway) } = &handoff.state {
            all.findings.extend(done_anyway((*id, handoff), (*at, anyway), (diff, now)));
        }
        let address = now_called.get(&handoff.key.address).copied().unwrap_or(&handoff.key.address);
        if let Some(finding) = given_up((sides, diff), (*id, handoff), address) {
            all.findings.push(finding);
            all.withdrawn.insert(*id);
        }
        let open = handoff.state == HandoffState::Asked && !planned.contains(id) && !adopt.consumed.contains(id);
        // Of a notice it is still to be said whether it was given before the end.
        let waits = diff.open_notices.contains(id) || is_owed((sides, diff), steps, (address, handoff));
        if !open || waits || !is_decided(sides, address, handoff) {
            continue;
        }
        let held = is_held(sides, (address, handoff), &blocked);
        all.findings.push(told((*id, handoff), held));
        if !held {
            all.withdrawn.insert(*id);
        }
    }
    all
}

/// Tells what was done, somebody says, for the end of a partnership that is listed and to stay: it is not said and done for the
/// next one.
fn given_up(
    (sides, diff): (Sides<'_>, &Diff<'_>),
    (id, handoff): (Digest, &Handoff),
    address: &Address,
) -> Option<Finding> {
    let HandoffState::Acknowledged { by, at, evidence: _ } = &handoff.state else { return None };
    let name = address.as_partnership()?;
    let stays = sides.desired.partnerships.get(name).is_some_and(|it| it.ending.is_none());
    if !is_of_end(&handoff.key) || !stays || !is_listed(diff, name) {
        return None;
    }
    let message = format!("{}, and wanted no more", said_done((id, handoff), (by, *at)));
    let finding = Finding::warning(Code::CalledBack, None, message).about(address.clone());
    Some(finding.help(calling_back(diff, (id, handoff))))
}

fn is_of_end(key: &StepKey) -> bool {
    matches!(key.step, StepName::SendNotice | StepName::EndPartnership)
}

/// `send-notice customers (fc9d04ba7a) is done, says ann, 2026-11-23`
fn said_done((id, handoff): (Digest, &Handoff), (by, at): (&str, Timestamp)) -> String {
    format!("{} ({}) is done, says {by}, {}", with(&handoff.key), id.short(10), at.date())
}

/// What is to be done about what was done for an end that was given up.
fn calling_back(diff: &Diff<'_>, (id, Handoff { key, .. }): (Digest, &Handoff)) -> String {
    let short = id.short(10);
    let name = key.address.as_partnership();
    if key.step == StepName::SendNotice {
        format!(
            "whoever read it holds what is true no more: write to them again; `twotier handoffs show {short}` names them"
        )
    } else if name.is_none_or(|name| !is_listed(diff, name)) {
        "the partnership is listed no more: this may be why".to_owned()
    } else {
        format!(
            "the partnership is still listed: look in the portal, and have nobody press the button; if it was not done, \
             `twotier handoffs reopen {short} --reason TEXT` says so"
        )
    }
}

fn is_listed(diff: &Diff<'_>, name: &Name) -> bool {
    matches!(diff.partners.get(name), Some(Partner::Listed { .. }))
}

/// `send-notice customers`
fn with(key: &StepKey) -> String {
    let with = if key.discriminator.is_empty() { String::new() } else { format!(" {}", key.discriminator) };
    format!("{}{with}", key.step)
}

/// Whether only this hand-off brings a sealed password to its person, whatever became of the document: no other one did, and
/// none is planned in its place.
fn is_owed((sides, diff): (Sides<'_>, &Diff<'_>), steps: &[Step], (address, handoff): (&Address, &Handoff)) -> bool {
    let live = diff.bindings.get(address).and_then(LiveId::customer);
    let credential = match live {
        Some(id) => sides.ledger.password(address, id).map(|(_, credential)| credential),
        None => sides.ledger.credentials.get(address),
    };
    let Some(Credential { state: CredentialState::Sealed { .. }, at: sealed, .. }) = credential else { return false };
    let delivers = |key: &StepKey| key.step == StepName::DeliverCredentials && key.address == *address;
    let names = [address, &handoff.key.address];
    handoff.key.step == StepName::DeliverCredentials
        && !steps.iter().any(|step| delivers(&step.key))
        && !sides.ledger.is_delivered(&names, *sealed)
}

/// Whether this plan is one that would hold the step: everything that may bring it was looked at.
fn is_decided(sides: Sides<'_>, address: &Address, handoff: &Handoff) -> bool {
    // What an older version asked for is known by its text alone.
    let unknown = handoff.azure_way().is_some() && handoff.azure_grant().is_none();
    if unknown {
        return false;
    }
    let held = |address: Address| sides.scope.holds(&address);
    match (sides.scope, address) {
        (Scope::All, _) => true,
        (Scope::Only(_), Address::Customer(key)) => {
            let desired = sides.desired;
            held(address.clone())
                && desired.subscriptions_of(key).all(|it| held(Address::Subscription(it.key.clone())))
                && desired
                    .partnerships
                    .values()
                    .all(|it| it.ending.is_none() || held(Address::Partnership(it.name.clone())))
        }
        (Scope::Only(_), _) => held(address.clone()),
    }
}

/// Whether something stands against it that is not known to last.
fn is_held(sides: Sides<'_>, (address, handoff): (&Address, &Handoff), blocked: &BTreeSet<Address>) -> bool {
    if blocked.contains(&owner(address)) {
        return true;
    }
    let Ok(with) = handoff.key.discriminator.parse::<Name>() else { return false };
    let takes_over = sides.desired.partnerships.values().filter(|it| {
        it.ending.as_ref().is_some_and(|ending| ending.transfer_to.as_ref() == Some(&with)) || it.name == with
    });
    takes_over.map(|it| Address::Partnership(it.name.clone())).any(|it| blocked.contains(&it))
}

/// A blocked subscription holds what is asked of its customer.
fn owner(address: &Address) -> Address {
    match address {
        Address::Subscription(key) => Address::Customer(key.customer.clone()),
        Address::Provider(_)
        | Address::Partnership(_)
        | Address::Customer(_)
        | Address::ResellerAssociation(_)
        | Address::SupportDelegation(_)
        | Address::AzureAccess(_)
        | Address::Acknowledgement(_) => address.clone(),
    }
}

fn told((id, handoff): (Digest, &Handoff), held: bool) -> Finding {
    let Handoff { key, asked, .. } = handoff;
    let (short, day) = (id.short(10), asked.date());
    let (message, help) = if held {
        let message = format!("asked before, and blocked now: {} ({short}, {day})", key.step);
        (message, "nobody should do it before it is planned again".to_owned())
    } else {
        let message = format!("asked before, to be called back: {} ({short}, {day})", with(key));
        let done = format!("if it was done already: `twotier handoffs done {short} --anyway`");
        (message, format!("whoever was asked must not do it any more; {done}"))
    };
    Finding::warning(Code::CalledBack, None, message).about(key.address.clone()).help(help)
}

/// Of roles in Azure it is told for as long as they stand, and of the button that ends a partnership until somebody says that it
/// was not pressed or it is to be.
fn done_anyway(
    (id, handoff): (Digest, &Handoff),
    (withdrawn, anyway): (Timestamp, &Anyway),
    (diff, now): (&Diff<'_>, Timestamp),
) -> Option<Finding> {
    let Anyway { by, at, evidence: _ } = anyway;
    let key = &handoff.key;
    let is_over = withdrawn.max(*at).plus(TOLD) <= now && key.step != StepName::EndPartnership;
    if handoff.azure_way().is_some() || is_over {
        return None;
    }
    let about = |message: String| Finding::warning(Code::DoneAnyway, None, message).about(key.address.clone());
    if is_of_end(key) {
        let message = format!("{}; wanted no more since {}", said_done((id, handoff), (by, *at)), withdrawn.date());
        return Some(about(message).help(calling_back(diff, (id, handoff))));
    }
    let how = anyway.words(withdrawn);
    Some(about(format!("{} ({}) was withdrawn and {how}, says {by}, {}", key.step, id.short(10), at.date())))
}
