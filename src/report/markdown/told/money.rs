//! What moves money: seats, renewals, and who gets the incentive, with their sums.

use super::super::super::text::product_name;
use super::super::called::Called;
use super::super::fit::{Fold, Section};
use super::super::group::{short, value};
use super::super::weight::weight;
use super::{Gathered, Lines, Object, forms, keeps, values, weighed};
use crate::model::operation::CartLine;
use crate::model::{Extent, Renewal, StepName, SubscriptionChange};
use crate::plan::file::PlanFile;
use crate::plan::step::{Action, Wanted};
use crate::plan::{FieldChange, Motive, Step};
use std::fmt;

/// Sums over a plan.
#[derive(Clone, Copy, Default)]
struct Sums {
    bought: u64,
    raised: u64,
    lowered: u64,
    moved: u64,
    renewals: u64,
    next: NextTerms,
}

/// Sums over what next terms bring.
#[derive(Clone, Copy, Default)]
struct NextTerms {
    more: u64,
    fewer: u64,
    longer: u64,
    shorter: u64,
    end: u64,
    monthly: u64,
}

impl NextTerms {
    fn add(&mut self, action: &Action, extent: Option<Extent>) {
        if let Some(Extent { before, after }) = extent {
            self.more += u64::from(after.seats.saturating_sub(before.seats));
            self.fewer += u64::from(before.seats.saturating_sub(after.seats));
            if matches!(renewal(action), Some(Renewal::Renew(_))) {
                self.longer += u64::from(after.months > before.months);
                self.shorter += u64::from(after.months < before.months);
            }
        }
        match renewal(action) {
            Some(Renewal::Cancel) => self.end += 1,
            Some(Renewal::Extend) => self.monthly += 1,
            Some(Renewal::Renew(_)) | None => {}
        }
    }
}
impl fmt::Display for NextTerms {
    /// `: 8998 seats more, 603 seats fewer, 1 longer`; what is none is not told.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { more, fewer, longer, shorter, end, monthly } = self;
        let parts = [
            (more, "seats more"),
            (fewer, "seats fewer"),
            (longer, "for longer"),
            (shorter, "for shorter"),
            (end, "to end"),
            (monthly, "month by month"),
        ];
        let told = parts.iter().filter(|(count, _)| **count > 0).map(|(count, what)| format!("{count} {what}"));
        match told.collect::<Vec<_>>().join(", ") {
            none if none.is_empty() => Ok(()),
            told => write!(f, " ({told})"),
        }
    }
}

/// Money: seats bought, raised and lowered, renewals, and who gets the incentive.
pub(in super::super) fn money(file: &PlanFile) -> Section {
    let (lines, sums) = moving(file, Called::NOBODY);
    let Sums { bought, raised, lowered, moved, renewals, next } = sums;
    let lead = if lines.is_empty() {
        "No money moves.".to_owned()
    } else {
        format!(
            "Seats: {bought} bought, {raised} added, {lowered} given back. Partners of record moved: {moved}. \
             Renewals changed: {renewals}{next}."
        )
    };
    let forms = forms(&lead, (&moving(file, Called::of(file)).0, &lines));
    Section::told("Money", Fold::Open, forms)
}

fn moving(file: &PlanFile, called: Called<'_>) -> (Lines, Sums) {
    let (mut lines, mut sums) = (Gathered::new(), Sums::default());
    for step in file.plan().steps() {
        let Some((rank, line, detail)) = spent(step, called, &mut sums) else { continue };
        let text = format!("{}{detail}", called.object(&step.key.address));
        lines.entry((rank, None, line)).or_default().objects.push(Object { weight: weight(step), text });
    }
    for finding in file.outlook().findings.iter().filter(|finding| keeps(finding)) {
        let line = (3, None, format!("**not restored**, though the tenant moved: {}", short(&finding.message)));
        let text = finding.address.as_ref().map_or_else(String::new, |address| called.object(address));
        lines.entry(line).or_default().objects.push(Object { weight: u64::MAX, text });
    }
    (weighed(lines), sums)
}

fn change<'a>(step: &'a Step, field: &str) -> Option<&'a FieldChange> {
    step.changes.iter().find(|change| change.field == field)
}

fn renewal(action: &Action) -> Option<&Renewal> {
    match action {
        Action::Api(Wanted::Change { change: SubscriptionChange::Renewal(renewal), subscription: _ }) => Some(renewal),
        Action::Api(_) | Action::HandOff(_) | Action::Await { .. } | Action::Guard(_) => None,
    }
}

/// What a renewal comes to, with its rank: ends first. Source: learn, "Extended service terms (EST)".
fn comes_to(action: &Action) -> (u8, &'static str) {
    match renewal(action) {
        Some(Renewal::Renew(_)) | None => (5, "**renewal**"),
        Some(Renewal::Cancel) => (4, "**ends** with its term:"),
        Some(Renewal::Extend) => (4, "**buys on** month by month when its term ends, 3 % to 23 % dearer:"),
    }
}

/// How many seats a step is about whose fields do not tell it.
fn seats(step: &Step) -> String {
    step.extent.map_or_else(String::new, |extent| format!(" {} seats", extent.after.seats))
}

/// What nobody wrote now: the tenant moved, and is brought back.
fn restored(step: &Step, line: &str) -> String {
    match step.motive {
        Motive::Restore => format!("**restored**, because the tenant moved: {line}"),
        Motive::Intent => line.to_owned(),
    }
}

/// An order: what is bought and on whose account, and for whom, with how much of the same is there.
fn ordered(step: &Step, line: &CartLine, called: Called<'_>) -> (u8, String, String) {
    let CartLine { product, quantity, term, billing_cycle, .. } = line;
    let who = change(step, "partnerOfRecord")
        .map_or_else(|| value(line.partner_of_record.as_str()), |it| called.payee(&it.after));
    let name = product_name(step).map_or_else(String::new, |name| format!(" ({})", short(name)));
    let until = line.end_date.map_or_else(String::new, |end| format!(", first term until {end}"));
    let said = |field: &str| change(step, field).map(|it| value(&it.after));
    let promotion = said("promotion").map_or_else(String::new, |it| format!(", by promotion {it}"));
    let reference = said("reference").map_or_else(String::new, |it| format!(", reference {it}"));
    let beside = change(step, "beside").map(|it| format!(", beside {}", short(&it.after)));
    let verb = if beside.is_some() { "**buys one more**, beside another of the same product:" } else { "**buys**" };
    let what = value(&product.to_string());
    let text = format!("{verb} {what}{name}, {term}, {billing_cycle}{until}{promotion}; incentive to {who}");
    (0, text, format!(" {quantity} seats{}{reference}", beside.unwrap_or_default()))
}

/// Rank, line and what is said of the object.
fn spent(step: &Step, called: Called<'_>, sums: &mut Sums) -> Option<(u8, String, String)> {
    if let Action::Api(Wanted::Order { line, .. }) = &step.action {
        sums.bought += u64::from(line.quantity);
        return Some(ordered(step, line, called));
    }
    match step.key.step {
        StepName::ChangeQuantity => {
            let change = change(step, "quantity")?;
            let number = |text: &str| text.parse::<u64>().unwrap_or(0);
            let (before, after) = (number(change.before.as_deref().unwrap_or("0")), number(&change.after));
            let (rank, line) = if after < before { (2, "**lowers** seats") } else { (1, "**raises** seats") };
            sums.raised += after.saturating_sub(before);
            sums.lowered += before.saturating_sub(after);
            let of = change.note.as_deref().map_or_else(String::new, |of| format!(" of {}", short(of)));
            Some((rank, restored(step, line), format!(" {before} \u{2192} {after}{of}")))
        }
        StepName::SetPartnerOfRecord => {
            sums.moved += 1;
            let change = change(step, "partnerOfRecord")?;
            let line = match change.before.as_deref().filter(|before| *before != "none") {
                Some(before) => {
                    let (from, to) = (called.payee(before), called.payee(&change.after));
                    format!("**moves** the incentive: {from} loses it, {to} gains it")
                }
                None => format!("**moves** the incentive: nobody had it, {} gains it", called.payee(&change.after)),
            };
            Some((3, restored(step, &line), seats(step)))
        }
        StepName::ScheduleRenewal => {
            sums.renewals += 1;
            sums.next.add(&step.action, step.extent);
            let note = step.changes.iter().find_map(|change| change.note.as_deref());
            let note = note.map_or_else(String::new, |note| format!(": {}", short(note)));
            let (rank, comes_to) = comes_to(&step.action);
            let told = step.changes.iter().any(|change| change.after.contains(", quantity "));
            let seats = if rank == 5 && !told { seats(step) } else { String::new() };
            Some((rank, restored(step, &format!("{comes_to} {}", values(step))), format!("{seats}{note}")))
        }
        StepName::ReviewListing
        | StepName::InviteReseller
        | StepName::AwaitPartnership
        | StepName::CreateCustomer
        | StepName::DeliverCredentials
        | StepName::ResetAdminPassword
        | StepName::RequestAgreement
        | StepName::AwaitAgreement
        | StepName::AwaitReview
        | StepName::InviteCustomer
        | StepName::AwaitAssociation
        | StepName::AwaitOrder
        | StepName::AwaitChange
        | StepName::OrderSubscription
        | StepName::RenameSubscription
        | StepName::SetSupportContact
        | StepName::GrantAzureAccess
        | StepName::RevokeAzureAccess
        | StepName::SendNotice
        | StepName::AwaitDate
        | StepName::EndPartnership
        | StepName::ChangeGuards => None,
    }
}
