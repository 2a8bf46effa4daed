//! Moving support contacts of legacy subscriptions. Never plans one for new commerce, which has none.

use super::build::{Making, PartnerReady};
use super::draft::{api, key};
use super::step::{Brings, Motive, Risk, Undo, Wanted};
use crate::desired::{Support, Supporter};
use crate::diag::{Code, Finding};
use crate::diff::{Course, SupportDiff, SupportState, course};
use crate::model::{Address, Fact, Field, PartnerId, StepName, SubscriptionKey, TenantId, Value};
use smol_str::SmolStr;

pub(super) fn make(making: &mut Making<'_, '_>) {
    for SupportDiff { key: subscription, declared, state } in &making.diff.support {
        let setting = key(subscription.clone(), StepName::SetSupportContact);
        let (observed, motive) = match state {
            SupportState::Blocked(finding) => {
                making.drafts.block(setting, finding.clone());
                continue;
            }
            SupportState::AfterPartnership { observed, .. } => (*observed, Ok(Motive::Intent)),
            SupportState::Moved { observed, verdict, settled, .. } => {
                let there = Value::text(observed);
                let today = making.now.date();
                let course = course((Course::Restore, *verdict), declared.on_drift.as_ref(), &there, today);
                if let Course::Accepted(_) = course {
                    making.accepted += 1;
                    continue;
                }
                (*observed, motive((declared, subscription), course, settled.as_ref(), *observed))
            }
        };
        match motive.and_then(|motive| set(making, subscription, declared, observed, motive)) {
            Ok(()) => {}
            Err(finding) if finding.severity == crate::diag::Severity::Warning => making.findings.push(finding),
            Err(finding) => making.drafts.block(setting, finding),
        }
    }
}

fn motive(
    (declared, key): (&Support, &SubscriptionKey),
    course: Course<'_>,
    settled: Option<&Value>,
    observed: TenantId,
) -> Result<Motive, Finding> {
    match course {
        Course::Set => Ok(Motive::Intent),
        Course::Restore => Ok(Motive::Restore),
        Course::Conflict => {
            let last = settled.map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let message = format!(
                "the support contact of `{key}` is {observed}, last settled was {last}, and the manifest names a third"
            );
            Err(Finding::error(Code::Conflict, declared.at, message)
                .help("name the one that is there and apply, then name the one that is meant"))
        }
        Course::Report | Course::Accepted(_) => {
            let message = format!("the support contact of `{key}` drifted to {observed}");
            Err(Finding::warning(Code::Drift, declared.at, message).about(Address::Subscription(key.clone())))
        }
    }
}

fn set(
    making: &mut Making<'_, '_>,
    subscription: &SubscriptionKey,
    declared: &Support,
    observed: TenantId,
    motive: Motive,
) -> Result<(), Finding> {
    let desired = making.desired();
    let address = Address::Subscription(subscription.clone());
    let takes_away = observed != desired.provider.tenant;
    let customer = Address::Customer(subscription.customer.clone());
    if takes_away && (making.protects(&address) || making.protects(&customer)) {
        let message = format!("`{subscription}` is protected: its support contact would be replaced");
        return Err(Finding::error(Code::Protected, declared.at, message));
    }
    let (partnership, partner_id, shown) = supporter(making, &declared.contact, declared)?;
    let by = partner_id.clone();
    let origin = making.origin(&declared.cause, declared.at);
    let wanted =
        Wanted::SetSupportContact { subscription: subscription.clone(), partnership: partnership.clone(), partner_id };
    let fact = Fact::Field(subscription.clone(), Field::SupportContact);
    let mut step = api(key(address, StepName::SetSupportContact), wanted, origin)
        .changing("supportContact", Some(name_of(making, observed)), shown)
        .risking(&[Risk::Support], Undo::Yes)
        .calling(3)
        .rests_on(fact.clone(), Value::text(observed));
    step.motive = motive;
    step.role = Some(super::Role::AdminOrHelpdeskAgent);
    if let Address::Partnership(old) = &declared.cause {
        step = step.noting(format!("partnership/{old} ends"));
    }
    let step = match &partnership {
        None => step.reaches(fact, Brings::Exactly(Value::text(desired.provider.tenant))),
        Some(name) => {
            let active = Fact::PartnershipActive(name.clone());
            match making.partner_by(name, &by)? {
                PartnerReady::Active(tenant) => {
                    step.rests_on(active, Value::Bool(true)).reaches(fact, Brings::Exactly(Value::text(tenant)))
                }
                PartnerReady::After(need) => step
                    .rests_after(active, need.clone(), Brings::Exactly(Value::Bool(true)))
                    .need(need, "the contact must be a reseller of ours")
                    .reaches(fact, Brings::Something),
            }
        }
    };
    making.drafts.add(step);
    Ok(())
}

type Contact = (Option<crate::model::Name>, PartnerId, SmolStr);

fn supporter(making: &Making<'_, '_>, contact: &Supporter, declared: &Support) -> Result<Contact, Finding> {
    let provider = &making.desired().provider;
    match contact {
        Supporter::Provider => Ok((None, provider.partner_id.clone(), "provider".into())),
        Supporter::Partnership(name) => {
            let partnership = making.desired().partnerships.get(name);
            let id = partnership.and_then(|partnership| partnership.partner_ids.first()).ok_or_else(|| {
                Finding::error(
                    Code::DanglingReference,
                    declared.at,
                    format!("no manifest declares partnership `{name}`"),
                )
            })?;
            Ok((Some(name.clone()), id.clone(), name.as_str().into()))
        }
    }
}

/// Who supports now, as people know them.
pub(super) fn name_of(making: &Making<'_, '_>, tenant: TenantId) -> SmolStr {
    if tenant == making.desired().provider.tenant {
        return "provider".into();
    }
    match making.diff.bindings.address(crate::ledger::LiveId::Reseller(tenant)) {
        Some(Address::Partnership(name)) => name.as_str().into(),
        Some(_) | None => smol_str::format_smolstr!("{tenant}"),
    }
}
