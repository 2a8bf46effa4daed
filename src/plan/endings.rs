//! Ending a partnership: everything moves first, people are told, then the portal's button. Never ends what still holds
//! something, and never takes what was not looked at for nothing.

use super::build::Making;
use super::changes::named;
use super::customers;
use super::draft::{Standing, api, hand_off, key, wait};
use super::grants::{self, Stand};
use super::letters::ending as letters;
use super::step::{Ask, Brings, Risk, Step, Undo, Wanted};
use super::waits;
use crate::desired::{Access, AzureAccess, Ending, EndingSearch, Notice, Partnership};
use crate::diag::{Code, Finding};
use crate::diff::{Coverage, EndingDiff, Held, Mobility, Partner, Way, doubted, heir, taker};
use crate::ledger::{Assignment, Grant};
use crate::model::text::flat;
use crate::model::{Address, CustomerKey, Fact, Field, Name, StepKey, StepName, SubscriptionChange, Value};
use crate::observed::{self, Status};
use std::collections::{BTreeMap, BTreeSet};

/// How many names a message holds before it counts the rest.
const NAMED: usize = 20;

/// Reads a minute that the service allows a tenant. Source: learn, api-throttling-guidance.
const READS_A_MINUTE: usize = 500;

pub(super) fn make(making: &mut Making<'_, '_>) {
    for (name, partner) in &making.diff.partners {
        let ends = making.desired().partnerships.get(*name).is_some_and(|partnership| partnership.ending.is_some());
        if let (true, Partner::Unknown(finding)) = (ends, partner) {
            let ending = key(Address::Partnership((*name).clone()), StepName::EndPartnership);
            making.drafts.block(ending, finding.clone());
        }
    }
    for diff in &making.diff.endings {
        end(making, diff);
    }
}

/// What the end needs, and what stands against it.
#[derive(Default)]
struct Before {
    needs: Vec<(StepKey, &'static str)>,
    against: Vec<Finding>,
}

fn end(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>) {
    let EndingDiff { partnership, ending, .. } = diff;
    let mut before = Before::default();
    moves(making, diff, &mut before);
    support(making, diff, &mut before);
    before.against.extend(diff.unread.iter().cloned());
    coverage(making, diff, &mut before);
    notices(making, diff, &mut before);
    date(making, partnership, ending, &mut before);
    invitations(making, diff);
    behind(making, diff);
    let access = access(making, diff);
    tell(making, diff, &access);
    press(making, diff, &access, before);
}

fn address(partnership: &Partnership) -> Address {
    Address::Partnership(partnership.name.clone())
}

/// Partners of record go to the partnership that takes over.
fn moves(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>, before: &mut Before) {
    let (mut stuck, mut held) = (Vec::new(), Vec::new());
    for subscription in &diff.held {
        let shown = Address::Subscription(subscription.key.clone());
        let moving = key(subscription.key.clone(), StepName::SetPartnerOfRecord);
        let awaiting = key(subscription.key.clone(), StepName::AwaitChange);
        match &subscription.way {
            Way::Stuck(why) => stuck.push(format!("`{shown}` ({why})")),
            Way::Doubtful(doubt) => {
                let finding = doubted(making.ledger(), *doubt, diff.ending.at);
                making.drafts.block(moving.clone(), finding);
                before.needs.push((moving, "nothing may hang on it any more"));
            }
            Way::Pending(pending) => {
                let cause = address(diff.partnership);
                let until = "partnerOfRecord is read back as it was set".to_owned();
                let step = wait(awaiting.clone(), until, making.origin(&cause, diff.ending.at))
                    .because(format!("accepted {}, not visible yet", pending.since));
                let step = match &pending.what {
                    crate::ledger::PendingWhat::Change { field, value, .. } => {
                        step.reaches(Fact::Field(subscription.key.clone(), *field), Brings::Exactly(value.clone()))
                    }
                    crate::ledger::PendingWhat::Customer(_) | crate::ledger::PendingWhat::Order { .. } => step,
                };
                making.drafts.add(step);
                before.needs.push((awaiting, "nothing may hang on it any more"));
            }
            Way::Document if making.drafts.has(&moving) => {
                before.needs.push((moving, "nothing may hang on it any more"));
            }
            Way::Document if making.drafts.has(&awaiting) => {
                before.needs.push((awaiting, "nothing may hang on it any more"));
            }
            Way::Document => held.push(format!("`{shown}`")),
            Way::Ending if taker(making.desired(), diff.ending).is_none() => held.push(format!("`{shown}`")),
            Way::Ending => {
                match transfer(making, diff, subscription, moving.clone()) {
                    Ok(step) => making.drafts.add(step),
                    Err(finding) => making.drafts.block(moving.clone(), finding),
                }
                before.needs.push((moving, "nothing may hang on it any more"));
            }
        }
    }
    let name = &diff.partnership.name;
    let against = |message: String, help: &str| Finding::error(Code::EndingHeld, diff.ending.at, message).help(help);
    if !stuck.is_empty() {
        let message = format!("cannot be moved away from `{name}`: {}", listed(&stuck));
        before.against.push(against(message, "name each under `ending.leaveBehind` with a reason, or end it first"));
    }
    if !held.is_empty() {
        let message = format!("`{name}` is partner of record of {}", listed(&held));
        let help = match &diff.ending.transfer_to {
            None => "write `ending.transferTo`: the partnership that takes over",
            Some(_) => "name the partnership that takes over under `partnerOfRecord` of each",
        };
        before.against.push(against(message, help));
    }
}

/// The first of them, and how many more there are.
pub(super) fn listed(names: &[String]) -> String {
    let more = names.len().saturating_sub(NAMED);
    let shown = names.iter().take(NAMED).cloned().collect::<Vec<_>>().join(", ");
    if more == 0 { shown } else { format!("{shown} and {more} more") }
}

/// Moves a subscription that no document declares. It does not become managed.
fn transfer(
    making: &mut Making<'_, '_>,
    diff: &EndingDiff<'_>,
    held: &Held<'_>,
    moving: StepKey,
) -> Result<Step, Finding> {
    let Some((to, partner_id)) = taker(making.desired(), diff.ending) else {
        return Err(Finding::error(Code::EndingHeld, diff.ending.at, "nobody takes over"));
    };
    let own = [Address::Customer(held.key.customer.clone()), Address::Subscription(held.key.clone())];
    if let Some(protected) = own.iter().find(|address| making.protects(address)) {
        let message = format!("`{protected}` is protected: the partner of record of `{}` would be replaced", held.key);
        return Err(Finding::error(Code::Protected, diff.ending.at, message)
            .help("remove `twotier/protect` in a reviewed change of its own, first"));
    }
    let payee = making.payee(to, partner_id)?;
    let there = observed::field_value(held.observed, Field::PartnerOfRecord);
    let cause = address(diff.partnership);
    let change = SubscriptionChange::PartnerOfRecord(partner_id.clone());
    let wanted = Wanted::Change { subscription: held.key.clone(), change };
    let by_partner = Fact::Field(held.key.clone(), Field::PartnerOfRecord);
    let step = api(moving, wanted, making.origin(&cause, diff.ending.at))
        .calling(3)
        .changing("partnerOfRecord", Some(named(making, &there).into()), payee.shown.as_str())
        .noting(format!("{cause} ends"))
        .risking(&[Risk::Money], Undo::Yes)
        .rests_on(Fact::Field(held.key.clone(), Field::Status), Value::text(Status::Active))
        .rests_on(by_partner.clone(), there)
        .reaches(by_partner, Brings::Exactly(Value::text(partner_id)));
    Ok(making.paying(payee, step, &held.key, diff.ending.at))
}

/// Support contacts moved by their documents or, where none speaks of them, by the difference of the ending.
fn support(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>, before: &mut Before) {
    let (mut stuck, mut held) = (Vec::new(), Vec::new());
    for supported in &diff.supported {
        let shown = Address::Subscription(supported.key.clone());
        let moving = key(supported.key.clone(), StepName::SetSupportContact);
        match supported.mobility {
            Mobility::Stuck(why) => stuck.push(format!("`{shown}` ({why})")),
            Mobility::Movable if making.drafts.has(&moving) => {
                before.needs.push((moving, "it supports nobody any more"))
            }
            Mobility::Movable => held.push(format!("`{shown}`")),
        }
    }
    let name = &diff.partnership.name;
    let against = |message: String, help: &str| Finding::error(Code::EndingHeld, diff.ending.at, message).help(help);
    if !stuck.is_empty() {
        let message = format!("`{name}` supports, and cannot be relieved of, {}", listed(&stuck));
        before.against.push(against(message, "name each under `ending.leaveBehind` with a reason, or end it first"));
    }
    if !held.is_empty() {
        let message = format!("`{name}` is support contact of {}", listed(&held));
        before.against.push(against(message, "name another `supportContact` for each"));
    }
}

/// How much was looked through, and what the rest would cost.
fn coverage(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>, before: &mut Before) {
    let Coverage { searched, left } = diff.coverage;
    let name = &diff.partnership.name;
    let others = match left {
        Some(0) => return,
        Some(left) => {
            let minutes = left.div_ceil(READS_A_MINUTE);
            let minutes = if minutes == 1 { "a minute".to_owned() } else { format!("{minutes} minutes") };
            format!(
                "{searched} of {} customers were looked through for subscriptions of `{name}`; the others cost {left} more reads and one for each legacy subscription, about {minutes}",
                searched + left
            )
        }
        None => format!(
            "{searched} customers, its own and the declared ones, were looked through for subscriptions of `{name}`; each other customer costs one more read and one for each legacy subscription"
        ),
    };
    let help = "`ending.search: everyCustomer` looks through them, `knownCustomers` leaves them unsearched";
    match diff.ending.search {
        Some(EndingSearch::KnownCustomers) => {
            let finding = Finding::warning(Code::SearchIncomplete, diff.ending.at, others);
            making.findings.push(finding.about(address(diff.partnership)));
        }
        Some(EndingSearch::EveryCustomer) | None => {
            before.against.push(Finding::error(Code::SearchIncomplete, diff.ending.at, others).help(help));
        }
    }
}

/// One step an audience, with its drafts.
fn notices(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>, before: &mut Before) {
    let EndingDiff { partnership, ending, .. } = diff;
    match &ending.partner_notice {
        Notice::Send => {
            let letter = letters::to_partner(&making.desired().provider, partnership, ending);
            notice(making, diff, "partner", letter, before);
        }
        Notice::Sent { .. } | Notice::NotRequired { .. } => {}
    }
    match &ending.customers_notice {
        Notice::Send if diff.customers.is_empty() => {}
        Notice::Send => {
            let desired = making.desired();
            let contact = |key| desired.customers.get(key).and_then(|declared| declared.contact.as_ref());
            let next = |key| heir(desired, (partnership, ending), key).and_then(|to| desired.partnerships.get(to));
            let told = diff.customers.iter();
            let told = told.map(|(key, customer)| letters::Told { customer, contact: contact(key), next: next(key) });
            let mut customers: Vec<letters::Told<'_>> = told.collect();
            customers.sort_by(|a, b| (&a.customer.domain, a.customer.id).cmp(&(&b.customer.domain, b.customer.id)));
            let letter = letters::to_customers(partnership, ending, &customers);
            notice(making, diff, "customers", letter, before);
        }
        Notice::Sent { .. } | Notice::NotRequired { .. } => {}
    }
    match ending.customers_notice {
        Notice::Send | Notice::Sent { .. } => passed_over(making, diff),
        Notice::NotRequired { .. } => {}
    }
}

/// Who is told by no notice though the reseller leaves them too: they have it as partner of record or support contact, and
/// not as their reseller. A letter must not depend on what this plan moves, so it cannot name them.
fn passed_over(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>) {
    let keys = diff.held.iter().map(|it| &it.key).chain(diff.supported.iter().map(|it| &it.key));
    let others: BTreeSet<&CustomerKey> = keys
        .map(|key| &key.customer)
        .filter(|customer| !diff.customers.iter().any(|(key, _)| key == *customer))
        .collect();
    if others.is_empty() {
        return;
    }
    let name = &diff.partnership.name;
    let contact = |key: &CustomerKey| {
        let contact = making.desired().customers.get(key).and_then(|customer| customer.contact.as_ref());
        contact.map_or_else(String::new, |contact| format!(" ({})", flat(&contact.email)))
    };
    let told: Vec<String> = others.iter().map(|key| format!("`customer/{key}`{}", contact(key))).collect();
    let message = format!(
        "no notice goes to {}: `{name}` is no reseller of theirs, and leaves them as partner of record or support contact",
        listed(&told)
    );
    let finding = Finding::warning(Code::PassedOver, diff.ending.at, message).about(address(diff.partnership));
    making.findings.push(finding.help("write to them as well, before this is applied: afterwards no plan names them"));
}

fn notice(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>, audience: &str, letter: Ask, before: &mut Before) {
    let cause = address(diff.partnership);
    let sending = StepKey::with(cause.clone(), StepName::SendNotice, audience);
    match hand_off(sending.clone(), letter, &making.asked, making.origin(&cause, diff.ending.at)) {
        Standing::Open(step) => {
            making.drafts.add(step.because("told before the end").risking(&[Risk::Legal], Undo::No));
        }
        Standing::Done(_) => return,
        Standing::Declined(finding) => making.drafts.block(sending.clone(), finding),
    }
    before.needs.push((sending, "told before, with evidence"));
}

/// Now selects the wait and does not appear in it.
fn date(making: &mut Making<'_, '_>, partnership: &Partnership, ending: &Ending, before: &mut Before) {
    let Some(day) = ending.effective_on.filter(|day| making.now.date() < *day) else { return };
    let cause = address(partnership);
    let awaiting = key(cause.clone(), StepName::AwaitDate);
    let step = wait(awaiting.clone(), format!("{day} has come"), making.origin(&cause, ending.at));
    making.drafts.add(step.because("declared `effectiveOn`"));
    before.needs.push((awaiting, "not before its day"));
}

/// Its customers are invited to whoever takes over; nothing waits for them.
fn invitations(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>) {
    if diff.ending.invitations_until.is_some_and(|day| day < making.now.date()) {
        return;
    }
    for invitation in &diff.invitations {
        customers::invite(making, &invitation.customer, invitation.to, &diff.ending.invitations, &invitation.state);
    }
}

/// What is said to stay behind and is bound to nothing.
fn behind(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>) {
    for (subscription, left) in &diff.ending.leave_behind {
        let live = making.diff.bindings.subscription(subscription);
        let there = live.map(|(customer, id)| making.sides.look.observed().subscription(customer, id));
        if there.is_none_or(|facet| facet == observed::Facet::Absent) {
            let message = format!("`subscription/{subscription}` is to stay behind, and is not there");
            let finding = Finding::warning(Code::LeftBehindInVain, left.at, message);
            making.findings.push(finding.about(address(diff.partnership)).help("correct it, or remove the entry"));
        }
    }
}

/// Who has access after the end, as far as manifests and people say: of a document that is still there all it ever
/// granted, because the text must not change while that is taken back.
fn access(making: &Making<'_, '_>, diff: &EndingDiff<'_>) -> letters::Access {
    let granted = diff.ending.transfer_to.as_ref().map(|to| declared(making, to, Access::Granted)).unwrap_or_default();
    let granted: Vec<String> = granted.iter().map(|(address, _, grant)| role(address, grant)).collect();
    let revoked: Vec<String> = revoked(making, diff).iter().map(|(address, _, grant)| role(address, grant)).collect();
    letters::Access {
        granted: if granted.is_empty() {
            "none; partner of record, support contact and invitations give no administrator right".to_owned()
        } else {
            listed(&granted)
        },
        remains: if revoked.is_empty() {
            "its customers stay associated with it, which nobody can undo".to_owned()
        } else {
            let revoked = listed(&revoked);
            format!("its customers stay associated with it, which nobody can undo; until taken back, {revoked}")
        },
    }
}

/// A role, by its document.
type Role = (Address, Assignment, Grant);

fn role(address: &Address, grant: &Grant) -> String {
    format!("{address} ({} at {}, principal {})", grant.role, grant.scope, grant.principal)
}

fn declared(making: &Making<'_, '_>, reseller: &Name, access: Access) -> Vec<Role> {
    let own = making.desired().azure.iter().filter(|(_, it)| it.reseller == *reseller && it.access == access);
    let role = |(name, it): (&Name, &AzureAccess)| {
        let grant = grants::declared(it);
        (Address::AzureAccess(name.clone()), grant.assignment(), grant)
    };
    own.map(role).collect()
}

/// What a leaving reseller was granted, or is declared to lose.
fn revoked(making: &Making<'_, '_>, diff: &EndingDiff<'_>) -> Vec<Role> {
    let name = &diff.partnership.name;
    let mut all: BTreeMap<(Address, Assignment), Grant> = BTreeMap::new();
    for address in making.grants.addresses() {
        let there = making.desired().declared.contains_key(address);
        for (assignment, told) in making.grants.at(address) {
            let own = told.grant.reseller == *name;
            let stands = making.grants.stand(address, assignment) != Stand::Gone;
            if own && (stands || (there && told.was_granted())) {
                all.insert((address.clone(), assignment.clone()), told.grant.clone());
            }
        }
    }
    let absent = declared(making, name, Access::Revoked).into_iter();
    let absent = absent.filter(|(address, it, _)| making.grants.whose(address, it).is_none_or(|whose| whose == name));
    all.extend(absent.map(|(address, assignment, grant)| ((address, assignment), grant)));
    all.into_iter().map(|((address, assignment), grant)| (address, assignment, grant)).collect()
}

/// Access after the end in three columns, each a finding; none is ever empty.
fn tell(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>, access: &letters::Access) {
    let letters::Access { granted, remains } = access;
    let asked = |(address, _, grant): &&Role| making.drafts.has(&grants::take_back_key(address.clone(), grant));
    let open = revoked(making, diff).iter().filter(asked).count();
    let open = if open == 0 { String::new() } else { format!(" ({open} not confirmed yet)") };
    let name = &diff.partnership.name;
    let column = |what: &str| {
        let message = format!("access after the end of `{name}`, {what}");
        Finding::warning(Code::AccessRemains, diff.ending.at, message).about(address(diff.partnership))
    };
    making.findings.extend([
        column(&format!("granted by this plan: {granted}")),
        column(&format!("known to remain: {remains}{open}")),
        column(&format!("not observable by the provider: {}", letters::NOT_OBSERVABLE)).help(letters::SEEN_BY_CUSTOMER),
    ]);
}

/// The portal's button, unless something stands against it.
fn press(making: &mut Making<'_, '_>, diff: &EndingDiff<'_>, access: &letters::Access, before: Before) {
    let EndingDiff { partnership, ending, tenant, .. } = diff;
    let cause = address(partnership);
    let ending_key = key(cause.clone(), StepName::EndPartnership);
    let origin = making.origin(&cause, ending.at);
    if making.protects(&cause) {
        let message = format!("`{cause}` is protected: it would end");
        let finding = Finding::error(Code::Protected, partnership.ensure_at, message)
            .help("remove `twotier/protect` in a reviewed change of its own, first");
        return making.drafts.block(ending_key, finding);
    }
    if let Some(finding) = all(before.against) {
        return making.drafts.block(ending_key, finding);
    }
    let gone = Fact::Binding(cause.clone());
    match hand_off(ending_key.clone(), letters::end(partnership, ending, access), &making.asked, origin) {
        Standing::Open(step) => {
            let mut step = step.because("declared ended, still listed");
            step = decided(step, ending);
            step = step
                .risking(&[Risk::Access, Risk::Legal], Undo::No)
                .rests_on(gone.clone(), Value::text(tenant))
                .reaches(gone, Brings::Exactly(Value::None));
            for (need, why) in before.needs {
                step = step.need(need, why);
            }
            making.drafts.add(step);
        }
        Standing::Done(at) => {
            let until = format!("{} is no longer listed", partnership.display_name);
            let step = wait(key(cause.clone(), StepName::AwaitChange), until, origin);
            let step = step.because(format!("removed, says somebody on {}, still listed", at.date()));
            waits::add(making, step.reaches(gone, Brings::Exactly(Value::None)), Some(at));
        }
        Standing::Declined(finding) => making.drafts.block(ending_key, finding),
    }
}

/// What was decided, by whom, and what is said to have been told: the words that a reviewer stands for.
fn decided(step: Step, ending: &Ending) -> Step {
    let Ending { reason, decided_by, decided_on, effective_on, contract, declared_by, declared_on, .. } = ending;
    let told = |notice: &Notice| match notice {
        Notice::Send => "to be sent".to_owned(),
        Notice::Sent { on, evidence } => format!("sent on {on}, proof: {}", flat(evidence)),
        Notice::NotRequired { reason } => format!("not required: {}", flat(reason)),
    };
    let mut step = step
        .changing("reason", None, flat(reason))
        .changing("decidedBy", None, format!("{} on {decided_on}", flat(decided_by)))
        .changing("declaredBy", None, format!("{} on {declared_on}", flat(declared_by)));
    if let Some(contract) = contract {
        step = step.changing("contract", None, flat(contract));
    }
    if let Some(day) = effective_on {
        step = step.changing("effectiveOn", None, day.to_string());
        step = step.noting("partners of record and support move as soon as this is applied");
    }
    let heir = ending.transfer_to.as_ref().map_or("nobody", |name| name.as_str());
    step.changing("transferTo", None, heir).changing("noticeToReseller", None, told(&ending.partner_notice)).changing(
        "noticeToCustomers",
        None,
        told(&ending.customers_notice),
    )
}

/// Everything that stands against an end as one finding, under the code of the first.
fn all(findings: Vec<Finding>) -> Option<Finding> {
    let mut findings = findings.into_iter();
    let mut first = findings.next()?;
    for other in findings {
        first.message = format!("{}; {}", first.message, other.message);
        first.help = match (first.help, other.help) {
            (Some(one), Some(more)) if one != more => Some(format!("{one}; {more}")),
            (one, more) => one.or(more),
        };
    }
    Some(first)
}
