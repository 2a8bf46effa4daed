//! Who gains or loses access to what, and what moves money: read off the steps, told in few lines. Never weighs
//! what is right; what a step does not say is not here.

mod access;
mod money;

pub(super) use access::access;
pub(super) use money::money;

use super::super::unshown::{self, Same};
use super::fit::{Fold, Form, Section};
use super::group::{Names, listed, short, value};
use crate::diag::Code;
use crate::model::{Date, StepName};
use crate::plan::file::{Finding, PlanFile, UnshownField};
use crate::plan::{FieldChange, Step};
use std::cmp::Reverse;
use std::collections::BTreeMap;

/// Rank, the day on which people were asked, what is told.
type Line = (u8, Option<Date>, String);

/// Lines, as they are gathered.
type Gathered = BTreeMap<Line, Told>;

/// Lines that are told for several objects, in their order.
type Lines = Vec<(Line, Told)>;

/// By rank, and what people were asked before behind what is new; then the heaviest first, and of what weighs the same what is
/// done once before what is done a hundred times: a short form leaves out what stands last, and never what is large or odd.
fn weighed(gathered: Gathered) -> Lines {
    let mut lines: Lines = gathered.into_iter().collect();
    for (_, told) in &mut lines {
        told.objects.sort_by_key(|object| Reverse(object.weight));
    }
    lines.sort_by_key(|((rank, asked, _), told)| (*rank, *asked, Reverse(told.weight()), told.objects.len()));
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
    /// That of its heaviest object.
    fn weight(&self) -> u64 {
        self.objects.iter().map(|object| object.weight).max().unwrap_or(0)
    }
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

/// Whether a finding tells an incentive that somebody moved in the tenant: it is told under Money.
pub(super) fn keeps(finding: &Finding) -> bool {
    finding.is(Code::IncentiveKept)
}

/// Whether a finding tells access that stays with somebody: it is told under Access.
pub(super) fn remains(finding: &Finding) -> bool {
    [Code::AccessRemains, Code::ResellerStays].iter().any(|code| finding.is(*code))
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

fn values(step: &Step) -> String {
    step.changes.iter().map(moves).collect::<Vec<_>>().join(", ")
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
