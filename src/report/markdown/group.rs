//! Like things told once: steps that differ in nothing but the object, and lists of addresses. Forty moved customers
//! are one item. Never decides what is like but by what is shown.

use super::super::alike::grouped;
use super::super::escape::{code, markdown};
use super::super::text::{moved, needed, summary, undo, what, why};
use super::called::Called;
use crate::model::{Address, StepKey};
use crate::plan::step::Action;
use crate::plan::{Mark, Motive, Readiness, Step};

/// Bytes that a text of others may take once it is escaped.
const TEXT: usize = 600;
/// Prose of others, escaped and bounded.
pub(super) fn short(text: &str) -> String {
    bounded(text, markdown)
}

/// A value of others as code, bounded.
pub(super) fn value(text: &str) -> String {
    bounded(text, code)
}

fn bounded(text: &str, escaped: impl Fn(&str) -> String) -> String {
    // An empty item below a line would make that line a heading.
    if text.trim().is_empty() {
        return "(empty)".to_owned();
    }
    let mut keep = TEXT;
    loop {
        let cut = text.chars().nth(keep).is_some();
        let part: String = text.chars().take(keep).chain(cut.then_some('\u{2026}')).collect();
        let safe = escaped(&part);
        if safe.len() <= TEXT || keep == 0 {
            return safe;
        }
        keep /= 2;
    }
}

/// How many of a list are named.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Names {
    All,
    Most(usize),
}

/// Items after each other, the first few of them or all.
pub(super) fn listed<S: AsRef<str>>(items: &[S], names: Names) -> String {
    let shown = match names {
        Names::All => items.len(),
        Names::Most(most) => items.len().min(most),
    };
    let text = items[..shown].iter().map(S::as_ref).collect::<Vec<&str>>().join(", ");
    match items.len() - shown {
        0 => text,
        more => format!("{text} and {more} more"),
    }
}

/// An address as code.
pub(super) fn address(address: &Address) -> String {
    value(&address.to_string())
}

/// Step and other end: the first is ours, the second is not.
pub(super) fn action(key: &StepKey) -> String {
    let other = if key.discriminator.is_empty() { String::new() } else { format!(" {}", value(&key.discriminator)) };
    format!("**{}**{other}", key.step.name())
}

/// Steps that differ in nothing but the object and the values of their fields.
pub(super) struct Group<'a> {
    pub(super) steps: Vec<&'a Step>,
}

/// What like steps have in common.
#[derive(PartialEq, Eq, PartialOrd, Ord)]
struct Likeness<'a> {
    what: String,
    mark: Mark,
    tag: String,
    fields: Vec<&'a str>,
    needs: Vec<(&'static str, &'a str)>,
    undo: String,
}

/// The steps in groups, in the order of their first ones.
pub(super) fn groups<'a>(steps: impl Iterator<Item = &'a Step>) -> Vec<Group<'a>> {
    grouped(steps, |step| likeness(step)).into_iter().map(|steps| Group { steps }).collect()
}

fn likeness(step: &Step) -> Likeness<'_> {
    Likeness {
        what: what(&step.key),
        mark: step.mark,
        tag: tag(step),
        fields: step.changes.iter().map(|change| change.field.as_str()).collect(),
        needs: step.needs.iter().map(|need| (need.step.step.name(), need.why.as_str())).collect(),
        undo: risk(step),
    }
}

fn tag(step: &Step) -> String {
    let restore = match step.motive {
        Motive::Restore => " (restore)",
        Motive::Intent => "",
    };
    let readiness = match step.readiness {
        Readiness::Ready => String::new(),
        Readiness::Waiting => " (waiting)".to_owned(),
        Readiness::Asked { since } => format!(" (asked {})", since.date()),
    };
    format!("{restore}{readiness}")
}

fn risk(step: &Step) -> String {
    if step.risks.is_empty() {
        return String::new();
    }
    let risks: Vec<&str> = step.risks.iter().map(|risk| risk.name()).collect();
    format!("  - risk: {}; undo: {}\n", risks.join(", "), markdown(&undo(&step.undo)))
}

/// What a step does and changes, in one line of Markdown.
pub(super) fn body(step: &Step) -> String {
    let (line, told) = summary(step).map_or((None, &[][..]), |(line, told)| (Some(line), told));
    let changes = step.changes.iter().filter(|change| !told.contains(&change.field.as_str()));
    let changes = changes
        .map(|change| format!("{} {}", value(&change.field), short(&moved(change).replace(" -> ", " \u{2192} "))));
    line.map(|line| short(&line)).into_iter().chain(changes).collect::<Vec<_>>().join("; ")
}

impl Group<'_> {
    /// The group in full: what is done, to which objects, why, after what, at what risk.
    pub(super) fn full(&self, called: Called<'_>) -> String {
        let Some(first) = self.steps.first() else { return String::new() };
        if let [step] = self.steps[..] {
            let body = body(step);
            let body = if body.is_empty() { body } else { format!("  - {body}\n") };
            let why = why(step).map_or_else(String::new, |why| format!("  - why: {}\n", short(&why)));
            let at = called.object(&step.key.address);
            let head = format!("- `{}` {at} {}{}", step.mark.symbol(), action(&step.key), tag(step));
            return format!("{head}\n{body}{why}{}{}", needs(step), risk(step));
        }
        let bodies: Vec<String> = self.steps.iter().map(|step| body(step)).collect();
        let same = bodies.iter().all(|body| *body == bodies[0]);
        let members: String = if same {
            let all: Vec<String> = self.steps.iter().map(|step| called.object(&step.key.address)).collect();
            format!("  - {}\n  - {}\n", bodies[0], listed(&all, Names::All)).replace("  - \n", "")
        } else {
            let one = |(step, body): (&&Step, &String)| format!("  - {}: {body}\n", called.object(&step.key.address));
            self.steps.iter().zip(&bodies).map(one).collect()
        };
        let needs: String = first.needs.iter().map(|need| format!("  - needs: {}\n", each_need(need))).collect();
        format!("{}{members}{needs}{}", self.line(called), risk(first))
    }
    /// The group in a line.
    pub(super) fn line(&self, called: Called<'_>) -> String {
        let Some(first) = self.steps.first() else { return String::new() };
        let head = format!("- `{}` {}", first.mark.symbol(), action(&first.key));
        match self.steps.len() {
            1 => format!("{head}: {}{}\n", called.object(&first.key.address), tag(first)),
            n => format!("{head} \u{d7} {n}{}\n", tag(first)),
        }
    }
}

/// Most needs of a step that are told one by one: the end of a partnership may have thousands.
const NEEDS: usize = 12;

fn needs(step: &Step) -> String {
    let mut text: String =
        step.needs.iter().take(NEEDS).map(|need| format!("  - needs: {}\n", short(&needed(need, &step.key)))).collect();
    if step.needs.len() > NEEDS {
        text.push_str(&format!("  - needs: {} more steps\n", step.needs.len() - NEEDS));
    }
    text
}

fn each_need(need: &crate::plan::Need) -> String {
    let step = need.step.step.name();
    if need.why.is_empty() { format!("{step} of each") } else { format!("{step}: {}", short(&need.why)) }
}

/// From how many like hand-offs on they are told once.
const MANY: usize = 4;

/// Hand-offs with their ids: one a line, or many like ones together, with what the first of them says.
pub(super) fn people(group: &Group<'_>, called: Called<'_>) -> Vec<String> {
    let summary = |step: &Step| match &step.action {
        Action::HandOff(ask) => short(&ask.summary),
        Action::Api(_) | Action::Await { .. } | Action::Guard(_) => String::new(),
    };
    let named = |step: &Step| (step.id.short(10).to_string(), called.object(&step.key.address));
    match group.steps.first() {
        Some(first) if group.steps.len() >= MANY => {
            let all: Vec<String> =
                group.steps.iter().map(|step| named(step)).map(|(id, at)| format!("{at} `{id}`")).collect();
            let alike = group.steps.iter().all(|step| summary(step) == summary(first));
            let lead = if alike { "" } else { "such as " };
            let head = format!("{}{lead}{}", group.line(called).replacen("- `!` ", "- ", 1), summary(first));
            vec![format!("{}\n  - {}\n", head.replace('\n', ": "), listed(&all, Names::All))]
        }
        Some(_) | None => {
            let one = |step: &&Step| {
                let (id, at) = named(step);
                format!("- `{id}` {} {at}{}: {}\n", action(&step.key), tag(step), summary(step))
            };
            group.steps.iter().map(one).collect()
        }
    }
}
