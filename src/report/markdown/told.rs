//! Who gains or loses access to what, and what moves money: read off the steps, told in few lines. Never weighs
//! anything; what a step does not say is not here.

use super::super::alike::{Alike, All, alike};
use super::super::text::product_name;
use super::super::unchecked::unchecked;
use super::super::unshown::{self, Same};
use super::called::Called;
use super::fit::{Fold, Form, Section};
use super::group::{Names, listed, short, value};
use crate::diag::Code;
use crate::model::operation::CartLine;
use crate::model::{Address, Date, Renewal, StepName, SubscriptionChange};
use crate::plan::file::{Finding, PlanFile, UnshownField};
use crate::plan::step::{Action, Wanted};
use crate::plan::{Ask, FieldChange, Motive, Readiness, Step};
use std::cmp::Reverse;
use std::collections::{BTreeMap, BTreeSet};

/// Rank, the day on which people were asked, what is told.
type Line = (u8, Option<Date>, String);

/// Lines, as they are gathered.
type Gathered = BTreeMap<Line, Told>;

/// Lines that are told for several objects, in their order.
type Lines = Vec<(Line, Told)>;

/// By rank, and what people were asked before behind what is new. What is done once stands before what is done a hundred
/// times, and what is most first where not all are named: the odd one is what a reviewer must not miss.
fn weighed(gathered: Gathered) -> Lines {
    let mut lines: Lines = gathered.into_iter().collect();
    for (_, told) in &mut lines {
        told.objects.sort_by_key(|object| Reverse(object.weight));
    }
    lines.sort_by_key(|((rank, asked, _), told)| (*rank, *asked, told.objects.len()));
    lines
}

/// What a line is told of, and what helps.
#[derive(Default)]
struct Told {
    objects: Vec<Object>,
    help: Option<String>,
}

/// An object with what is done there, and how much that is.
struct Object {
    weight: u64,
    text: String,
}

impl Told {
    fn item(&self, line: &str, asked: Option<Date>, names: Names) -> String {
        let help = self.help.as_ref().map_or_else(String::new, |help| format!("  - {}\n", short(help)));
        let asked = asked.map_or_else(String::new, |day| format!(" (asked {day})"));
        let objects: Vec<&str> = self.objects.iter().map(|object| object.text.as_str()).collect();
        format!("- {line}: {}{asked}\n{help}", listed(&objects, names))
    }
}

/// How many objects of a line are named where not all fit, tried one after the other.
const NAMED: [usize; 6] = [1_000, 300, 100, 30, 10, 3];

/// With names, without them, and then with fewer objects.
fn forms(lead: &str, (named, lines): (&Lines, &Lines)) -> Vec<Form> {
    let lead = if lines.is_empty() { format!("{lead}\n") } else { format!("{lead}\n\n") };
    let form = |lines: &Lines, names: Names, without: Option<&'static str>| Form {
        lead: lead.clone(),
        items: lines.iter().map(|((_, asked, line), told)| told.item(line, *asked, names)).collect(),
        without,
    };
    let full = [form(named, Names::All, None), form(lines, Names::All, Some(super::UNNAMED))];
    let shorter = NAMED.into_iter().map(|most| form(lines, Names::Most(most), Some("long lists shortened")));
    full.into_iter().chain(shorter).collect()
}

/// Whether a finding tells access that stays with somebody: it is told under Access.
pub(super) fn remains(finding: &Finding) -> bool {
    [Code::AccessRemains, Code::ResellerStays].iter().any(|code| finding.is(*code))
}

/// Ranks: rights that let somebody act come first, what stays with somebody last.
const GAINS: u8 = 0;
const JOINS: u8 = 1;
const LOSES: u8 = 2;
const CHANGES: u8 = 3;
const REMAINS: u8 = 4;

/// Access: gained first, then lost, then what changes otherwise.
pub(super) fn access(file: &PlanFile) -> Section {
    let lines = held(file, Called::NOBODY);
    let of = |of: u8| lines.iter().filter(move |((rank, ..), _)| *rank == of).flat_map(|(_, told)| &told.objects);
    let gains = || lines.iter().filter(|((rank, ..), _)| matches!(*rank, GAINS | JOINS));
    let lead = if lines.is_empty() {
        "Nobody gains or loses access.".to_owned()
    } else {
        let stays = match of(REMAINS).map(|object| &object.text).collect::<BTreeSet<_>>().len() {
            0 => String::new(),
            stays => format!(" Remains though it is not declared: {stays}."),
        };
        let unchecked =
            unchecked(file.plan().steps()).map_or_else(String::new, |said| format!("\n\nTaken for granted: {said}."));
        let before: usize =
            gains().filter(|((_, asked, _), _)| asked.is_some()).map(|(_, told)| told.objects.len()).sum();
        let before = if before == 0 { String::new() } else { format!(" ({before} asked before)") };
        let gained: usize = gains().map(|(_, told)| told.objects.len()).sum();
        format!("Gained: {gained}{before}. Lost: {}.{stays}{unchecked}", of(LOSES).count())
    };
    let forms = forms(&lead, (&held(file, Called::of(file)), &lines));
    Section::told("Access", Fold::Open, forms)
}

fn held(file: &PlanFile, called: Called<'_>) -> Lines {
    let mut lines = Gathered::new();
    for step in file.plan().steps() {
        let asked = match step.readiness {
            Readiness::Asked { since } => Some(since.date()),
            Readiness::Ready | Readiness::Waiting => None,
        };
        for (rank, line, place) in rights(step, called) {
            let text = format!("{}{place}", called.object(&step.key.address));
            lines.entry((rank, asked, line)).or_default().objects.push(Object { weight: 0, text });
        }
    }
    for Alike { first, all } in alike(file.outlook().findings.iter().filter(|finding| remains(finding))) {
        let about = first.address.as_ref().map(ToString::to_string).unwrap_or_default();
        let alone = || All { message: first.message.clone(), help: first.help.clone(), objects: vec![about] };
        let All { message, help, objects } = all.unwrap_or_else(alone);
        let told = lines.entry((REMAINS, None, format!("**remains** {}", short(&message)))).or_default();
        let object = |object: &String| match object.parse::<Address>() {
            Ok(address) => called.object(&address),
            Err(_) => value(object),
        };
        told.objects.extend(objects.iter().map(object).map(|text| Object { weight: 0, text }));
        told.help = help;
    }
    weighed(lines)
}

/// Rank, line, and where, for what is done at many places.
fn rights(step: &Step, called: Called<'_>) -> Vec<(u8, String, String)> {
    let one = |rank, line: String| vec![(rank, line, String::new())];
    let azure = |rank, verb: &str| match &step.action {
        Action::HandOff(ask) => {
            let (who, place) = role(ask);
            vec![(rank, format!("**{verb}** {who}"), place)]
        }
        Action::Api(_) | Action::Await { .. } | Action::Guard(_) => Vec::new(),
    };
    let other = || called.partner(&step.key.discriminator);
    let to = || match &step.action {
        Action::HandOff(ask) => ask.to.as_deref().map_or_else(|| "somebody".to_owned(), value),
        Action::Api(_) | Action::Await { .. } | Action::Guard(_) => String::new(),
    };
    match step.key.step {
        StepName::CreateCustomer => match &step.action {
            Action::Api(Wanted::CreateCustomer { reseller, details, .. }) if details.default_admin_access => {
                let who = called.partner(reseller.as_str());
                one(GAINS, format!("**gains** {who} and the provider: administrator of the new"))
            }
            Action::Api(Wanted::CreateCustomer { reseller, .. }) => {
                let who = called.partner(reseller.as_str());
                one(JOINS, format!("**gains** {who}: reseller, without administrator access, of the new"))
            }
            Action::Api(_) | Action::HandOff(_) | Action::Await { .. } | Action::Guard(_) => Vec::new(),
        },
        StepName::DeliverCredentials => one(GAINS, format!("**gains** {}: first administrator's password of", to())),
        StepName::ResetAdminPassword => one(CHANGES, "**changes** first administrator's password of".to_owned()),
        StepName::AwaitPartnership => {
            one(JOINS, "**gains** becomes a reseller, without access to any customer".to_owned())
        }
        StepName::AwaitAssociation => {
            one(JOINS, format!("**gains** {}: reseller, without administrator right, of", other()))
        }
        StepName::EndPartnership => one(LOSES, format!("**loses** its partnership; {}", said(step))),
        StepName::SetSupportContact => one(CHANGES, format!("**changes** who is called for support, {}", values(step))),
        StepName::GrantAzureAccess => azure(GAINS, "gains"),
        StepName::RevokeAzureAccess => azure(LOSES, "loses"),
        StepName::ChangeGuards
        | StepName::ReviewListing
        | StepName::InviteReseller
        | StepName::RequestAgreement
        | StepName::AwaitAgreement
        | StepName::AwaitReview
        | StepName::InviteCustomer
        | StepName::AwaitOrder
        | StepName::AwaitChange
        | StepName::OrderSubscription
        | StepName::SetPartnerOfRecord
        | StepName::ChangeQuantity
        | StepName::RenameSubscription
        | StepName::ScheduleRenewal
        | StepName::SendNotice
        | StepName::AwaitDate => Vec::new(),
    }
}

/// Who gets or gives back which role, and where: one role of one principal is told once, for all the places.
fn role(ask: &Ask) -> (String, String) {
    let at = ask.wanted.get("scope").map(|scope| format!(" at {scope}"));
    let parts = at.as_ref().and_then(|at| ask.summary.split_once(at.as_str()));
    let (Some(at), Some((role, rest))) = (at.as_ref(), parts) else { return (short(&ask.summary), String::new()) };
    let (who, customer) = rest.rsplit_once(", in the Azure of ").unwrap_or((rest, ""));
    let role = role.strip_prefix("take ").unwrap_or(role).trim_end_matches(',');
    (short(&format!("{role}{who}")), format!("{}, in the Azure of {}", short(at), short(customer)))
}

fn moves(FieldChange { field: _, before, after, note: _ }: &FieldChange) -> String {
    let before = before.as_deref().unwrap_or("none");
    format!("{} \u{2192} {}", short(before), short(after))
}

/// Fields and what they say.
fn said(step: &Step) -> String {
    let one = |change: &FieldChange| format!("{} {}", value(&change.field), short(&change.after));
    step.changes.iter().map(one).collect::<Vec<_>>().join(", ")
}

/// What runs keep to: loosened first, which is what a reviewer must not miss.
pub(super) fn guards(file: &PlanFile) -> Option<Section> {
    let steps = file.plan().steps().iter().filter(|step| step.key.step == StepName::ChangeGuards);
    let (loosened, tightened): (Vec<_>, Vec<_>) =
        steps.flat_map(|step| &step.changes).partition(|change| change.note.is_some());
    let lead = format!(
        "Loosened: {}, from the run after the one that records it. Tightened: {}, at once.\n\n",
        loosened.len(),
        tightened.len()
    );
    let line = |word: &str, change: &FieldChange| format!("- **{word}** {} {}\n", value(&change.field), moves(change));
    let items: Vec<String> = (loosened.iter().map(|it| line("loosens", it)))
        .chain(tightened.iter().map(|it| line("tightens", it)))
        .collect();
    let form = Form { lead, items, ..Form::default() };
    (!form.items.is_empty()).then(|| Section::told("Guards", Fold::Open, vec![form]))
}

/// What no step shows of documents that say the same otherwise.
pub(super) fn unshown(Same { subjects, state, fields }: &Same<'_>) -> String {
    let subjects: Vec<String> = subjects.iter().map(|subject| value(subject)).collect();
    let word = unshown::word(*state);
    let word = if word.is_empty() { String::new() } else { format!(" {word}") };
    let field =
        |it: &UnshownField| format!("  - {} {}\n", value(&it.field), unshown::said(*state, it, "\u{2192}", value));
    format!("- {}{word}\n{}", listed(&subjects, Names::All), fields.iter().map(field).collect::<String>())
}

fn values(step: &Step) -> String {
    step.changes.iter().map(moves).collect::<Vec<_>>().join(", ")
}

/// Sums over a plan.
#[derive(Clone, Copy, Default)]
struct Sums {
    bought: u64,
    raised: u64,
    lowered: u64,
    moved: u64,
    renewals: u64,
}

impl Sums {
    /// Seats that come or go.
    fn seats(self) -> u64 {
        self.bought + self.raised + self.lowered
    }
}

/// Money: seats bought, raised and lowered, renewals, and who gets the incentive.
pub(super) fn money(file: &PlanFile) -> Section {
    let (lines, sums) = moving(file, Called::NOBODY);
    let Sums { bought, raised, lowered, moved, renewals } = sums;
    let lead = if lines.is_empty() {
        "No money moves.".to_owned()
    } else {
        format!(
            "Seats: {bought} bought, {raised} added, {lowered} given back. Partners of record moved: {moved}. \
             Renewals changed: {renewals}."
        )
    };
    let forms = forms(&lead, (&moving(file, Called::of(file)).0, &lines));
    Section::told("Money", Fold::Open, forms)
}

fn moving(file: &PlanFile, called: Called<'_>) -> (Lines, Sums) {
    let (mut lines, mut sums) = (Gathered::new(), Sums::default());
    for step in file.plan().steps() {
        let before = sums;
        let Some((rank, line, detail)) = spent(step, called, &mut sums) else { continue };
        let text = format!("{}{detail}", called.object(&step.key.address));
        lines
            .entry((rank, None, line))
            .or_default()
            .objects
            .push(Object { weight: sums.seats() - before.seats(), text });
    }
    (weighed(lines), sums)
}

fn change<'a>(step: &'a Step, field: &str) -> Option<&'a FieldChange> {
    step.changes.iter().find(|change| change.field == field)
}

/// What a renewal comes to. Source: learn, "Extended service terms (EST)".
fn comes_to(action: &Action) -> &'static str {
    let Action::Api(Wanted::Change { change: SubscriptionChange::Renewal(renewal), subscription: _ }) = action else {
        return "**renewal**";
    };
    match renewal {
        Renewal::Renew(_) => "**renewal**",
        Renewal::Cancel => "**ends** with its term:",
        Renewal::Extend => "**buys on** month by month when its term ends, 3 % to 23 % dearer:",
    }
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
            Some((3, restored(step, &line), String::new()))
        }
        StepName::ScheduleRenewal => {
            sums.renewals += 1;
            let note = step.changes.iter().find_map(|change| change.note.as_deref());
            let note = note.map_or_else(String::new, |note| format!(": {}", short(note)));
            Some((4, restored(step, &format!("{} {}", comes_to(&step.action), values(step))), note))
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
