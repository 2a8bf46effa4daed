//! Who gains or loses access to what. Never says that somebody has it: of what people do nobody of ours sees the outcome.

use super::super::super::alike::{Alike, All, alike};
use super::super::super::unchecked::unchecked;
use super::super::called::Called;
use super::super::fit::{Fold, Section};
use super::super::group::{Names, listed, short, value};
use super::super::weight::{granted, weight};
use super::{Gathered, Lines, Object, forms, remains, said, values, weighed};
use crate::model::azure::{Breadth, Power};
use crate::model::{Address, StepName};
use crate::plan::file::PlanFile;
use crate::plan::step::{Action, Wanted};
use crate::plan::{Ask, Readiness, Step};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Ranks: rights that let somebody act come first, what stays with somebody last.
const GAINS: u8 = 0;
const JOINS: u8 = 1;
const LOSES: u8 = 2;
const CHANGES: u8 = 3;
const REMAINS: u8 = 4;

/// Access: gained first, then lost, then what changes otherwise.
pub(in super::super) fn access(file: &PlanFile) -> Section {
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
        let roles = by_role(file.plan().steps());
        format!("Gained: {gained}{before}. Lost: {}.{stays}{roles}{unchecked}", of(LOSES).count())
    };
    let forms = forms(&lead, (&held(file, Called::of(file)), &lines));
    Section::told("Access", Fold::Open, forms)
}

/// From how many roles in Azure on they are counted, too.
const MANY: usize = 8;
/// Most kinds of them that are counted.
const KINDS: usize = 12;

/// Many roles in Azure, counted by what they give and how far they reach: whatever of the list is cut, no kind goes unseen.
fn by_role(steps: &[Step]) -> String {
    let mut told = String::new();
    for (word, of) in [("Gained", StepName::GrantAzureAccess), ("Lost", StepName::RevokeAzureAccess)] {
        let mut kinds = BTreeMap::<(Power, Breadth, &str), usize>::new();
        for step in steps.iter().filter(|step| step.key.step == of) {
            let Action::HandOff(ask) = &step.action else { continue };
            let role = ask.wanted.get("role").map(SmolStr::as_str);
            if let (Some((power, reach)), Some(role)) = (granted(ask), role) {
                *kinds.entry((power, reach, role)).or_default() += 1;
            }
        }
        if kinds.values().sum::<usize>() >= MANY {
            let one = |((_, reach, role), count): (&(Power, Breadth, &str), &usize)| {
                format!("{count} {} ({})", short(role), reach.name())
            };
            let kinds: Vec<String> = kinds.iter().map(one).collect();
            told.push_str(&format!("\n\n{word} in Azure: {}.", listed(&kinds, Names::Most(KINDS))));
        }
    }
    told
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
            lines.entry((rank, asked, line)).or_default().objects.push(Object { weight: weight(step), text });
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
        StepName::ChangeGuards => keys(step).map(|line| (GAINS, line, String::new())).collect(),
        StepName::ReviewListing
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

/// Whoever holds a new key reads what is sealed to it.
fn keys(step: &Step) -> impl Iterator<Item = String> {
    let new = step.changes.iter().filter(|change| change.note.is_some());
    new.filter_map(|change| change.field.strip_prefix("recipient ")).map(|key| {
        format!(
            "**gains** whoever holds the key {}, which nobody has checked: the first administrator's password of every \
             customer that is created from the run after this one on, by",
            value(key)
        )
    })
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
