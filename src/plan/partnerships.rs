//! Inviting resellers and waiting for them. Never invites one whose partnership somebody else ended, or that nobody could
//! accept for.

use super::build::Making;
use super::draft::{Standing, hand_off, key, wait};
use super::letters;
use super::step::Brings;
use super::waits;
use crate::desired::{Ensure, Partnership};
use crate::diag::{Code, Finding};
use crate::diff::{Activity, Partner, gone, is_missed};
use crate::model::{Address, Fact, StepName, Value};

pub(super) fn make(making: &mut Making<'_, '_>) {
    for (name, partner) in &making.diff.partners {
        let Some(partnership) = making.desired().partnerships.get(*name) else { continue };
        if partnership.ensure == Ensure::Ended {
            continue;
        }
        let address = Address::Partnership(partnership.name.clone());
        let awaiting = key(address.clone(), StepName::AwaitPartnership);
        let objection = making.objections.partnerships.get(*name).cloned();
        match (partner, objection) {
            (Partner::Unknown(finding), _) => making.drafts.block(awaiting, finding.clone()),
            (Partner::Listed { activity: Activity::Active, .. }, None) => {}
            (Partner::Listed { .. }, finding) => {
                making.drafts.block(awaiting, finding.unwrap_or_else(|| odd(partnership)))
            }
            (Partner::NotListed, _) if is_missed(making.sides, making.diff, partnership) => {
                making.drafts.block(awaiting, gone(partnership));
            }
            (Partner::NotListed, Some(finding)) => {
                making.drafts.block(key(address, StepName::InviteReseller), finding);
            }
            (Partner::NotListed, None) => invite(making, partnership),
        }
    }
}

fn odd(partnership: &Partnership) -> Finding {
    let message = format!("partnership `{}` is listed, but not as active", partnership.name);
    Finding::error(Code::PartnershipNotActive, partnership.ensure_at, message)
}

fn invite(making: &mut Making<'_, '_>, partnership: &Partnership) {
    let address = Address::Partnership(partnership.name.clone());
    let inviting = key(address.clone(), StepName::InviteReseller);
    let awaiting = key(address.clone(), StepName::AwaitPartnership);
    let origin = making.origin(&address, partnership.ensure_at);
    let provider = &making.desired().provider;
    let Some(link) = &provider.invitation_url else {
        let finding = Finding::error(Code::NoInvitationLink, provider.at, "the provider declares no `invitationUrl`")
            .help("copy it once from the portal: Customers > Indirect resellers > Request a partnership");
        making.drafts.block(inviting, finding);
        return;
    };
    let Some(contact) = &partnership.contact else {
        let message = format!("partnership `{}` names nobody to send the invitation to", partnership.name);
        let finding = Finding::error(Code::NoContact, partnership.at, message)
            .help("write `contact: {email: ...}` of the reseller");
        making.drafts.block(inviting, finding);
        return;
    };
    let fact = Fact::PartnershipActive(partnership.name.clone());
    let active = || (fact.clone(), Brings::Exactly(Value::Bool(true)));
    let first = partnership.partner_ids.first().map_or("", |id| id.as_str());
    let mut waiting = wait(awaiting, format!("PartnerID {first} is listed as active"), origin);
    waiting.goal.push(active());
    let since;
    match hand_off(
        inviting.clone(),
        letters::invite_reseller(provider, link, partnership, contact),
        &making.asked,
        origin,
    ) {
        Standing::Open(step) => {
            since = step.asked();
            let place = making.sources.show(partnership.ensure_at);
            let mut step = step.because(match making.diff.ended_by_us.get(&partnership.name) {
                Some(ended) => format!("declared active again ({place}); it was {ended}"),
                None => format!("declared active ({place}), not yet listed"),
            });
            step.goal.push(active());
            making.drafts.add(step);
            waiting = waiting.need(inviting, "");
        }
        Standing::Done(at) => {
            since = Some(at);
            waiting = waiting.because(format!("invited {}, not yet accepted", at.date()));
        }
        Standing::Declined(finding) => return making.drafts.block(inviting, finding),
    }
    waits::add(making, waiting, since);
}
