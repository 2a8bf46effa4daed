//! Changing subscriptions that are there: one field a step, in one chain a subscription. Never changes what is not
//! active, never deletes a scheduled change silently, never undoes drift of seats unasked.

use super::build::{Making, wanted_partner};
use super::draft::{api, key};
use super::renewals;
use super::step::{Brings, Mark, Motive, Risk, Step, Undo, Wanted};
use crate::desired::{Accepted, PartnerOfRecord, Subscription};
use crate::diag::{At, Code, Finding};
use crate::diff::{Course, Moved, SubscriptionState, left_by, mend, taker, unknown, writing};
use crate::model::product::Commerce;
use crate::model::text::flat;
use crate::model::{
    Address, CustomerId, Fact, Field, Managed, PartnerId, Renewal, Seats, StepKey, StepName, SubscriptionChange,
    SubscriptionId, Value,
};
use crate::observed::{self, AtEnd, Facet, Status, Unclear};

/// A subscription that is there, with what its steps share.
pub(super) struct Chain<'a> {
    pub(super) declared: &'a Subscription,
    pub(super) customer: CustomerId,
    pub(super) id: SubscriptionId,
    pub(super) observed: &'a observed::Subscription,
    /// The step before in the chain.
    last: Option<StepKey>,
    /// The partner of record in force when the next step runs: the service validates it at every change.
    partner: Partner,
    /// The step that changes the seats, and to how many.
    pub(super) seats: Option<(StepKey, u32)>,
    /// How the declared renewal differs, if it does.
    renewal: Option<&'a Moved>,
}

/// A partner of record in force.
#[derive(Clone)]
enum Partner {
    /// As observed.
    Observed(Option<PartnerId>),
    /// As a step before sets it.
    After(StepKey, PartnerId),
}

pub(super) fn make(making: &mut Making<'_, '_>) {
    for diff in &making.diff.subscriptions {
        let SubscriptionState::Moved { customer, id, observed, moved } = &diff.state else { continue };
        let observed_partner = match observed::field_value(observed, Field::PartnerOfRecord) {
            Value::Text(id) => Some(PartnerId::new(id)),
            Value::None | Value::Bool(_) | Value::Number(_) | Value::List(_) => None,
        };
        let mut chain = Chain {
            declared: diff.declared,
            customer: *customer,
            id: *id,
            observed,
            last: None,
            partner: Partner::Observed(observed_partner),
            seats: None,
            renewal: moved.iter().find(|moved| moved.field == Managed::Renewal),
        };
        for moved in moved {
            field(making, &mut chain, moved);
        }
        renew_again(making, &chain);
    }
}

/// Sets a renewal again that stands and that the change of the quantity deletes.
fn renew_again(making: &mut Making<'_, '_>, chain: &Chain<'_>) {
    let lost = chain.seats.is_some() && chain.observed.would_lose().is_some();
    let (true, None, Some((declared, _))) = (lost, chain.renewal, &chain.declared.renewal) else { return };
    let changing = key(chain.declared.key.clone(), StepName::ScheduleRenewal);
    match renewals::step(making, chain, declared, changing.clone()) {
        Ok(step) => making.drafts.add(step),
        Err(finding) => making.drafts.block(changing, finding),
    }
}

fn step_of(field: Managed) -> StepName {
    match field {
        Managed::PartnerOfRecord => StepName::SetPartnerOfRecord,
        Managed::Quantity => StepName::ChangeQuantity,
        Managed::FriendlyName => StepName::RenameSubscription,
        Managed::Renewal => StepName::ScheduleRenewal,
    }
}

fn field(making: &mut Making<'_, '_>, chain: &mut Chain<'_>, moved: &Moved) {
    let address = Address::Subscription(chain.declared.key.clone());
    let changing = key(address, step_of(moved.field));
    let motive = match motive(making, chain.declared, moved) {
        Ok(motive) => motive,
        Err(Stop::Accepted(finding)) => {
            making.accepted += 1;
            making.findings.extend(finding);
            return;
        }
        Err(Stop::Report(finding)) => return making.findings.push(finding),
        Err(Stop::Block(finding)) => return making.drafts.block(changing, finding),
    };
    let made = standing(chain).and_then(|()| match moved.field {
        Managed::PartnerOfRecord => partner_of_record(making, chain, moved, changing.clone()),
        Managed::Quantity => quantity(making, chain, moved, changing.clone()),
        Managed::FriendlyName => rename(making, chain, moved, changing.clone()),
        Managed::Renewal => renewal(making, chain, changing.clone()),
    });
    match made {
        Ok(mut step) => {
            step.motive = motive;
            chain.last = Some(changing);
            making.drafts.add(step);
        }
        Err(finding) => making.drafts.block(changing, finding),
    }
}

enum Stop {
    /// With what is to be said of it.
    Accepted(Option<Finding>),
    Report(Finding),
    Block(Finding),
}

pub(super) fn place(declared: &Subscription, field: Managed) -> At {
    match field {
        Managed::PartnerOfRecord => declared.partner_at,
        Managed::Quantity => declared.quantity.map_or(declared.at, |(_, at)| at),
        Managed::FriendlyName => declared.friendly_name.as_ref().map_or(declared.at, |(_, at)| *at),
        Managed::Renewal => declared.renewal.as_ref().map_or(declared.at, |(_, at)| *at),
    }
}

/// Why a field is set; else what is said instead, if anything.
fn motive(making: &Making<'_, '_>, declared: &Subscription, moved: &Moved) -> Result<Motive, Stop> {
    let Moved { field, declared: wanted, observed, settled, verdict: _ } = moved;
    let at = place(declared, *field);
    let address = Address::Subscription(declared.key.clone());
    match moved.course(&declared.on_drift, making.now.date()) {
        Course::Set => Ok(Motive::Intent),
        Course::Restore => Ok(Motive::Restore),
        Course::Accepted(accepted) if settled.as_ref().is_some_and(|settled| settled != wanted) => {
            Err(Stop::Accepted(Some(held_back(moved, accepted, at).about(address))))
        }
        Course::Accepted(_) => Err(Stop::Accepted(None)),
        Course::Conflict => {
            let last = settled.as_ref().map_or_else(|| "nothing".to_owned(), ToString::to_string);
            let message = format!(
                "{} of `{}`: the manifest says {wanted}, the tenant has {observed}, last settled was {last}",
                field.name(),
                declared.key
            );
            Err(Stop::Block(Finding::error(Code::Conflict, at, message).help(agreeing((*field, observed), wanted))))
        }
        Course::Report => {
            let message = format!("{} of `{}` drifted from {wanted} to {observed}", field.name(), declared.key);
            let help = accepting(*field, observed);
            Err(Stop::Report(Finding::warning(Code::Drift, at, message).about(address).help(help)))
        }
    }
}

/// The declaration moved, and an accepted value stays.
fn held_back(moved: &Moved, accepted: &Accepted, at: At) -> Finding {
    let Moved { field, declared, observed, settled: _, verdict: _ } = moved;
    let field = field.name();
    let Accepted { at: accepted_at, value: _, reason: _, by, expires } = accepted;
    let message = format!("{field} is declared {declared} now and stays {observed}: {by} accepted it until {expires}");
    Finding::warning(Code::Conflict, at, message)
        .related(*accepted_at, "accepted here")
        .help(format!("remove the acceptance to have {declared}"))
}

/// How both sides agree again, after both moved.
fn agreeing((field, observed): (Managed, &Value), wanted: &Value) -> String {
    let there = match field {
        Managed::PartnerOfRecord => {
            return format!(
                "name the partnership that has it now and apply, then name the one that is meant; where no partnership \
                 has it, `twotier bind`, then `twotier state forget` this address, and {wanted} is set"
            );
        }
        Managed::Renewal if observed.to_string().parse::<Renewal>().is_err() => {
            return format!(
                "that is no end: look in the portal what it comes to, write that and apply, then write {wanted}"
            );
        }
        Managed::Renewal | Managed::Quantity | Managed::FriendlyName => writing(field.into(), observed),
    };
    format!("{there} (what is there) and apply, then write {wanted} if that is meant")
}

/// What can be done about drift that is only told.
fn accepting(field: Managed, observed: &Value) -> String {
    let restore = format!("`onDrift: {{{}: restore}}` to bring it back", field.name());
    match field {
        // Nothing that could be written says as little as that.
        Managed::Renewal if observed.to_string().parse::<Renewal>().is_err() => {
            format!("that is no end: look in the portal what it comes to, or write {restore}")
        }
        Managed::Renewal | Managed::PartnerOfRecord | Managed::Quantity | Managed::FriendlyName => {
            format!("{} to accept it, or {restore}", writing(field.into(), observed))
        }
    }
}

/// Whether the subscription can be changed at all.
fn standing(chain: &Chain<'_>) -> Result<(), Finding> {
    match chain.observed.status {
        Status::Active => Ok(()),
        status @ (Status::Suspended
        | Status::Pending
        | Status::Expired
        | Status::Disabled
        | Status::Deleted
        | Status::Other) => {
            let message = format!("subscription `{}` is {status} and cannot be changed", chain.declared.key);
            Err(Finding::error(Code::SubscriptionNotActive, chain.declared.at, message).help(mend(status)))
        }
    }
}

/// A step of the chain: needs the one before, rests on the live id, the status and the partner of record in force.
pub(super) fn link(making: &Making<'_, '_>, chain: &Chain<'_>, change: SubscriptionChange, changing: StepKey) -> Step {
    let declared = chain.declared;
    let managed = match change {
        SubscriptionChange::PartnerOfRecord(_) => Managed::PartnerOfRecord,
        SubscriptionChange::Quantity(_) => Managed::Quantity,
        SubscriptionChange::FriendlyName(_) => Managed::FriendlyName,
        SubscriptionChange::Renewal(_) => Managed::Renewal,
    };
    let field = Field::from(managed);
    let origin = making.origin(&declared.cause, place(declared, managed));
    let wanted = Wanted::Change { subscription: declared.key.clone(), change };
    let fact = |field| Fact::Field(declared.key.clone(), field);
    let there = observed::field_value(chain.observed, field);
    let mut step = api(changing, wanted, origin)
        .calling(3)
        .rests_on(Fact::Binding(declared.key.clone().into()), Value::text(chain.id))
        .rests_on(fact(Field::Status), Value::text(Status::Active));
    step = match &chain.seats {
        Some((seats, _)) if field == Field::Renewal => {
            step.rests_after(fact(field), seats.clone(), Brings::Exactly(renewals::left(chain)))
        }
        Some(_) | None => step.rests_on(fact(field), there),
    };
    // What it costs, and when it ends, was read of this term: the next one is another purchase.
    if matches!(field, Field::Quantity | Field::Renewal) {
        step = step.rests_on(fact(Field::CommitmentEnd), observed::field_value(chain.observed, Field::CommitmentEnd));
    }
    if let Some(last) = &chain.last {
        step = step.need(last.clone(), "one change at a time");
    }
    step
}

/// Any change is refused while the partner of record in force is not valid. Source: learn, indirect-provider-tasks.
pub(super) fn with_partner_in_force(making: &Making<'_, '_>, chain: &Chain<'_>, step: Step) -> Result<Step, Finding> {
    let by_partner = Fact::Field(chain.declared.key.clone(), Field::PartnerOfRecord);
    match &chain.partner {
        Partner::Observed(None) => Ok(step.rests_on(by_partner, Value::None)),
        Partner::Observed(Some(id)) => match making.against(id) {
            Some(finding) => Err(finding),
            None => Ok(step
                .rests_on(by_partner, Value::text(id))
                .rests_on(Fact::PartnerValid(id.clone()), Value::Bool(true))),
        },
        Partner::After(need, id) => Ok(step.rests_after(by_partner, need.clone(), Brings::Exactly(Value::text(id)))),
    }
}

pub(super) fn protected(making: &Making<'_, '_>, chain: &Chain<'_>) -> bool {
    let declared = chain.declared;
    let protects = |address: Address| making.protects(&address);
    protects(declared.key.clone().into())
        || protects(declared.cause.clone())
        || protects(Address::Customer(declared.key.customer.clone()))
}

pub(super) fn forbidden(chain: &Chain<'_>, field: Managed, what: &str) -> Finding {
    let message = format!("`{}` is protected: {what}", chain.declared.key);
    Finding::error(Code::Protected, place(chain.declared, field), message)
        .help("remove `twotier/protect` in a reviewed change of its own, and apply that first")
}

/// How people read a PartnerID: with whose it is.
pub(super) fn named(making: &Making<'_, '_>, value: &Value) -> String {
    let Value::Text(id) = value else { return value.to_string() };
    making.diff.owners.named(id)
}

fn partner_of_record(
    making: &mut Making<'_, '_>,
    chain: &mut Chain<'_>,
    moved: &Moved,
    changing: StepKey,
) -> Result<Step, Finding> {
    let declared = chain.declared;
    let ending = left_by(&making.diff.endings, &declared.key);
    let written = wanted_partner(&declared.partner_of_record);
    let Some((name, partner_id)) = written.or_else(|| ending.and_then(|(_, ending)| taker(making.desired(), ending)))
    else {
        return Err(Finding::error(Code::NotChangeable, declared.partner_at, "an assertion is never written"));
    };
    if !chain.observed.partner_changeable {
        let message =
            format!("the partner of record of `{}` cannot be changed (reservation or savings plan)", declared.key);
        return Err(Finding::error(Code::NotChangeable, declared.partner_at, message));
    }
    if moved.observed != Value::None && protected(making, chain) {
        return Err(forbidden(chain, Managed::PartnerOfRecord, "its partner of record would be replaced"));
    }
    let payee = making.payee(name, partner_id)?;
    let before = named(making, &moved.observed);
    let undo = if moved.observed == Value::None { Undo::No } else { Undo::Yes };
    let there = Seats::now(chain.observed.quantity);
    let change = SubscriptionChange::PartnerOfRecord(partner_id.clone());
    let mut step = link(making, chain, change, changing.clone())
        .changing("partnerOfRecord", Some(before.into()), payee.shown.as_str())
        .spanning(there, there)
        .risking(&[Risk::Money], undo)
        .reaches(Fact::Field(declared.key.clone(), Field::PartnerOfRecord), Brings::Exactly(Value::text(partner_id)));
    if let PartnerOfRecord::Defaulted { .. } = declared.partner_of_record {
        step = step.noting(format!("defaulted from customer/{}", declared.key.customer));
    }
    if let (None, Some((old, ending))) = (written, ending) {
        // No document of the subscription brings this step: the end of the partnership does.
        step = step.noting(format!("partnership/{} ends", old.name));
        step.cause = Address::Partnership(old.name.clone());
        step.place = Some(making.sources.show(ending.at).into());
    }
    chain.partner = Partner::After(changing, partner_id.clone());
    Ok(making.paying(payee, step, &declared.key, declared.partner_at))
}

fn quantity(
    making: &mut Making<'_, '_>,
    chain: &mut Chain<'_>,
    moved: &Moved,
    changing: StepKey,
) -> Result<Step, Finding> {
    let declared = chain.declared;
    let Some((wanted, at)) = declared.quantity else {
        return Err(Finding::error(Code::EitherOr, declared.at, "no quantity is declared"));
    };
    let there = chain.observed.quantity;
    let scheduled = chain.observed.would_lose();
    if let Some(scheduled) = &scheduled {
        kept(making, chain, scheduled, (wanted, &changing))?;
    }
    let lowers = wanted < there;
    if lowers {
        lower(making, chain, wanted, at)?;
    }
    let undo = match (lowers, chain.observed.commerce) {
        (true, _) | (false, Commerce::Legacy) => Undo::Yes,
        (false, Commerce::New) => Undo::WithinDays(7),
    };
    let seats = Some((changing.clone(), wanted));
    let step = link(making, chain, SubscriptionChange::Quantity(wanted), changing)
        .changing("quantity", Some(moved.observed.to_string().into()), wanted.to_string())
        .noting(sold(chain.observed))
        .spanning(Seats::now(there), Seats::now(wanted))
        .risking(&[Risk::Money], undo)
        .marked(if lowers { Mark::End } else { Mark::Change })
        .rests_on(Fact::Field(declared.key.clone(), Field::ScheduledChange), Value::optional(scheduled))
        .reaches(Fact::Field(declared.key.clone(), Field::Quantity), Brings::Exactly(moved.declared.clone()));
    let mut step = with_partner_in_force(making, chain, step)?;
    if chain.renewal.is_none() && chain.observed.at_end == AtEnd::Unknown(Unclear::Off) {
        // A cancellation may be scheduled in a way that this read does not show.
        let doubt = "auto-renew is off: a cancellation, if one was made, may be deleted with it";
        step = step.noting(format!("{}; {doubt}", sold(chain.observed)));
    }
    chain.seats = seats;
    Ok(step)
}

/// What seats are of, and how long they are paid for: `Microsoft 365, P1Y, annual, until 2027-03-01`.
fn sold(observed: &observed::Subscription) -> String {
    let observed::Subscription { offer_name, term, billing_cycle, commitment_end, .. } = observed;
    let name = (!offer_name.trim().is_empty()).then(|| flat(offer_name));
    let end = commitment_end.map(|end| format!("until {}", end.date()));
    let parts = [name, term.map(|it| it.to_string()), billing_cycle.map(|it| it.to_string()), end];
    parts.into_iter().flatten().collect::<Vec<_>>().join(", ")
}

/// Whether what is scheduled, and deleted by the service, is set again by a step of the same plan.
fn kept(making: &Making<'_, '_>, chain: &Chain<'_>, scheduled: &str, to: (u32, &StepKey)) -> Result<(), Finding> {
    let key = &chain.declared.key;
    let lost = |why: String, help: String| {
        let message = format!("changing the quantity of `{key}` would delete what is scheduled: {scheduled}{why}");
        Finding::error(Code::ScheduledChangeLost, place(chain.declared, Managed::Quantity), message).help(help)
    };
    let Some((declared, _)) = &chain.declared.renewal else {
        let help = "write it as `renewal` to have it set again, remove it in the portal, or wait for the renewal";
        return Err(lost(String::new(), help.into()));
    };
    let stays = match chain.renewal.map(|moved| motive(making, chain.declared, moved)) {
        None | Some(Ok(_)) => Ok(()),
        Some(Err(Stop::Accepted(Some(finding)) | Stop::Report(finding) | Stop::Block(finding))) => Err(finding),
        Some(Err(Stop::Accepted(None))) => Err(left_alone(chain)),
    };
    let after = Chain { seats: Some((to.1.clone(), to.0)), last: None, partner: chain.partner.clone(), ..*chain };
    stays.and_then(|()| renewals::possible(making, &after, declared)).map_err(|finding| {
        let help = finding.help.unwrap_or_else(|| "mend that first".into());
        lost(format!(", and it cannot be set again: {}", finding.message), help)
    })
}

/// A renewal that somebody else set, and that is accepted, is not ours to set again.
fn left_alone(chain: &Chain<'_>) -> Finding {
    let at = place(chain.declared, Managed::Renewal);
    Finding::warning(Code::Drift, at, "what stands is accepted drift").help("write what stands as `renewal`")
}

fn renewal(making: &Making<'_, '_>, chain: &Chain<'_>, changing: StepKey) -> Result<Step, Finding> {
    let Some((declared, _)) = &chain.declared.renewal else {
        return Err(Finding::error(Code::EitherOr, chain.declared.at, "no renewal is declared"));
    };
    renewals::step(making, chain, declared, changing)
}

/// Whether seats may be given back. Source: learn, change-the-quantity-of-a-subscription (seven days under new commerce).
fn lower(making: &Making<'_, '_>, chain: &Chain<'_>, wanted: u32, at: At) -> Result<(), Finding> {
    if protected(making, chain) {
        return Err(forbidden(chain, Managed::Quantity, "its quantity would be lowered"));
    }
    let away = chain.observed.quantity - wanted;
    match chain.observed.commerce {
        Commerce::Legacy => Ok(()),
        Commerce::New => match making.sides.look.detail(chain.customer, chain.id) {
            Facet::Known(detail) if detail.refundable >= away => Ok(()),
            Facet::Known(detail) => {
                let message = format!(
                    "`{}` would give seats back: {away}, of which {} can be given back now",
                    chain.declared.key, detail.refundable
                );
                let end = chain.observed.commitment_end.map_or_else(String::new, |end| format!(" on {}", end.date()));
                Err(Finding::error(Code::QuantityWindow, at, message).help(format!(
                    "seats go down within seven days of buying them, or at the end of the term{end}: for that leave \
                         `quantity` as it is and write `renewal: {{action: renew, quantity: {wanted}}}`"
                )))
            }
            Facet::Absent => Err(Finding::error(Code::SubscriptionAbsent, at, "the subscription is not there")),
            Facet::Unknown(why) => Err(unknown("how many seats can be given back", &why)),
        },
    }
}

fn rename(
    making: &mut Making<'_, '_>,
    chain: &mut Chain<'_>,
    moved: &Moved,
    changing: StepKey,
) -> Result<Step, Finding> {
    let declared = chain.declared;
    let Some((name, _)) = &declared.friendly_name else {
        return Err(Finding::error(Code::EitherOr, declared.at, "no name is declared"));
    };
    let step = link(making, chain, SubscriptionChange::FriendlyName(name.clone()), changing)
        .changing("friendlyName", Some(moved.observed.to_string().into()), name.clone())
        .reaches(Fact::Field(declared.key.clone(), Field::FriendlyName), Brings::Exactly(moved.declared.clone()));
    with_partner_in_force(making, chain, step)
}
