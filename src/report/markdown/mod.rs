//! A plan and a run as Markdown, for a pull request: what it comes to first, then who gains access, what moves money,
//! what people must do, and the steps folded. At most 65,536 characters. Foreign text never becomes markup, HTML, a link
//! or a mention.

mod called;
mod fit;
mod group;
#[cfg(test)]
mod tests;
mod told;
mod weight;

use super::acknowledgements::{blanks, remedies};
use super::alike::{Alike, All, alike, together};
use super::counts::Verdict;
use super::escape::{code, lines};
use super::gates::{closings, stops};
use super::run::Run;
use super::settled;
use super::unshown;
use crate::apply::Recovered;
use crate::apply::outcome::StepResult;
use crate::diag::{self, SourceMap};
use crate::model::{Class, StepKey};
use crate::plan::file::{Blocked, Finding, Outlook, PlanFile, Unshown};
use crate::plan::{Mark, Readiness, Recorded, Step, Undo};
use called::Called;
use fit::{Fold, Form, Section, fitted};
use group::{action, address, groups, short, value};
use std::collections::BTreeMap;
use std::fmt::{self, Write};

/// How many gates and blocked addresses the verdict names.
const GATES: usize = 8;
/// Most that a section takes which may list thousands of names and stands above what must be seen.
const LISTS: usize = fit::LIMIT / 4;
/// How many objects of a sort the verdict names.
const NAMED: usize = 3;

/// Writes a plan.
///
/// # Errors
/// When `out` does.
pub(super) fn plan(file: &PlanFile, out: &mut dyn Write) -> fmt::Result {
    let outlook = file.outlook();
    let (new, changed): (Vec<&Unshown>, Vec<&Unshown>) = outlook.unshown.iter().partition(|it| it.is_addition());
    let beside = |title, all| Section::of(title, Fold::Open, unshown::same(all).iter().map(told::unshown).collect());
    let mut sections: Vec<Section> = passing(outlook).into_iter().collect();
    sections.extend([told::access(file).at_most(LISTS), told::money(file).at_most(LISTS)]);
    // Whom things are sent to from now on stands in no other section; what is new may be much, and moves nothing away.
    sections.extend(beside(unshown::TITLE, changed));
    sections.extend(told::guards(file));
    sections.extend(Section::of(
        "Blocked",
        Fold::Open,
        together(&outlook.blocked).iter().map(|it| blocked(it)).collect(),
    ));
    sections.extend(people(file));
    sections.extend(beside(unshown::NEW, new));
    let elsewhere = |finding: &Finding| {
        told::remains(finding) || told::keeps(finding) || stops(finding) || leads(finding).is_some()
    };
    let told = outlook.findings.iter().filter(|finding| !elsewhere(finding));
    let (drifted, noted): (Vec<&Finding>, Vec<&Finding>) = told.partition(|finding| finding.is_drift());
    for (title, all) in [("Drift", drifted), ("Noted", noted)] {
        let all = alike(all);
        sections.extend(Section::of(title, Fold::Open, all.iter().map(said_alike).collect()));
    }
    sections.extend(steps(file));
    sections.extend(Section::of("Taken for granted, not looked at", Fold::Closed, assumed(outlook)));
    out.write_str(&fitted(&verdict(file), &sections, |left_out| foot(file, left_out)))
}

/// What it comes to, what happens when it is applied, and what stands against that.
fn verdict(file: &PlanFile) -> String {
    let steps = file.plan().steps();
    let count = |like: &dyn Fn(&Step) -> bool| steps.iter().filter(|step| like(step)).count();
    let ready = |step: &Step| matches!(step.readiness, Readiness::Ready);
    let api = |step: &Step| matches!(step.class, Class::Api | Class::Ledger);
    let runs = count(&|step| api(step) && ready(step));
    let asks = count(&|step| step.class == Class::HandOff && ready(step));
    let asked = count(&|step| matches!(step.readiness, Readiness::Asked { .. }));
    let later = steps.len() - runs - asks - asked;
    let mut text = format!("### twotier plan\n\n**{}**\n", Verdict::of(file));
    if steps.is_empty() {
        text.push_str(&format!("\n{}\n", happens(file.outlook())));
        if !file.outlook().unshown.is_empty() {
            text.push_str("What else the manifests say now stands below.\n");
        }
    } else {
        text.push_str(&format!(
            "\nOf {}, when it is applied: {runs} run at once, {asks} are asked of people now, {asked} were asked before, {later} come later.\n",
            super::layout::plural(steps.len(), "step")
        ));
    }
    text.push_str(&open_before(file));
    let lacking = file.outlook().findings.iter().filter(|finding| stops(finding));
    let mut closed: Vec<String> = lacking.map(|finding| short(&finding.message)).collect();
    closed.extend(closings(&file.outlook().gates, steps).iter().map(|gate| short(gate)));
    text.push_str(&headed("As it stands `apply` refuses all of it:", &closed));
    for (code, title) in LEADING {
        let found = file.outlook().findings.iter().filter(|finding| finding.is(code)).collect::<Vec<&Finding>>();
        text.push_str(&headed(title, &led(&found)));
    }
    text.push_str(&headed("Cannot be undone:", &lasting(steps)));
    let blocked: Vec<String> = file.outlook().blocked.iter().map(held).collect();
    if !blocked.is_empty() {
        let named = group::listed(&blocked, group::Names::Most(NAMED));
        text.push_str(&format!("\n**Written, and not done by this plan** (why: under Blocked): {named}\n"));
    }
    let renamed = file.outlook().renamed.iter();
    let renamed: Vec<String> =
        renamed.map(|it| format!("{}, was {}", address(&it.address), address(&it.from))).collect();
    text.push_str(&headed("Renamed; what earlier runs know goes with the new name:", &renamed));
    let released: Vec<String> = file.outlook().released.iter().map(address).collect();
    text.push_str(&headed(
        "Declared by no document any more; nothing is taken away, and nothing is kept so:",
        &released,
    ));
    text
}

/// What other changes brought, or drift: its approval is one with that of this change.
fn open_before(file: &PlanFile) -> String {
    let open = &file.outlook().open_before;
    let steps = file.plan().steps().iter().filter(|step| open.contains(&step.id));
    let named: Vec<String> = weight::heaviest(steps)
        .into_iter()
        .map(|step| format!("{} {}", address(&step.key.address), action(&step.key)))
        .collect();
    if named.is_empty() {
        return String::new();
    }
    let listed = group::listed(&named, group::Names::Most(NAMED));
    format!("\n**Not of this change, and open before it** ({}): {listed}\n", named.len())
}

/// What lets closed gates pass, to be committed: it is reviewed with the change, and not found in a log after the merge.
fn passing(outlook: &Outlook) -> Option<Section> {
    let documents = lines(&blanks(&outlook.gates));
    let longest = documents.split(|c| c != '`').map(str::len).max().unwrap_or(0);
    let fence = "`".repeat(longest.max(2) + 1);
    let whole = Form { items: vec![format!("{fence}yaml\n{documents}{fence}\n")], ..Form::default() };
    let short = remedies(&outlook.gates).iter().map(|said| format!("- {}\n", short(said))).collect();
    let short = Form { items: short, without: Some("in words"), ..Form::default() };
    let section = || Section::told("What lets it pass, once it is committed", Fold::Closed, vec![whole, short]);
    (!documents.is_empty()).then(|| section().at_most(LISTS))
}

/// What `apply` does where there are no steps.
fn happens(outlook: &Outlook) -> &'static str {
    if outlook.findings.iter().any(|finding| Recorded::CODES.iter().any(|code| finding.is(*code))) {
        "When it is applied, nothing is done but to record the changed ids that are told here."
    } else if outlook.renamed.is_empty() {
        "Nothing happens when it is applied."
    } else {
        "When it is applied, nothing is done but to record the new names."
    }
}

/// Findings that stand in the verdict, whole, and nowhere else.
const LEADING: [(diag::Code, &str); 7] = [
    (diag::Code::StateFresh, "A state without a past:"),
    (diag::Code::MeansAnother, "Means another object than before:"),
    (diag::Code::PartnerIdMoved, "Goes over to another partnership:"),
    (diag::Code::GroupMoved, "Was the AdminAgents group of another reseller:"),
    (diag::Code::AcknowledgementUsed, "Passes a limit:"),
    (diag::Code::AcknowledgementWide, "Lets more pass than this change needs:"),
    (diag::Code::NotCompared, "Not told here:"),
];

fn leads(finding: &Finding) -> Option<&'static str> {
    LEADING.iter().find(|(code, _)| finding.is(*code)).map(|(_, title)| *title)
}

/// What each says and what is to be done: once, where that is the same for all.
fn led(findings: &[&Finding]) -> Vec<String> {
    let same = findings.first().and_then(|first| first.help.as_deref());
    let same = same.filter(|help| findings.iter().all(|it| it.help.as_deref() == Some(help)));
    let helped = |help: &str| format!("\n  - help: {}", short(help));
    let last = findings.len().min(GATES).saturating_sub(1);
    let one = |(i, finding): (usize, &&Finding)| {
        let place = finding.place.as_ref().map(|place| format!(" ({})", value(&place.to_string()))).unwrap_or_default();
        let own = if same.is_some_and(|_| i != last) { None } else { finding.help.as_deref() };
        format!("{} {}{place}{}", code(&finding.code), short(&finding.message), own.map(helped).unwrap_or_default())
    };
    findings.iter().enumerate().map(one).collect()
}

/// What nothing takes back, whoever does it: steps with the objects.
fn lasting(steps: &[Step]) -> Vec<String> {
    let mut all: BTreeMap<&'static str, Vec<String>> = BTreeMap::new();
    let lasting = steps.iter().filter(|step| step.undo == Undo::No && !step.risks.is_empty());
    for step in weight::heaviest(lasting) {
        all.entry(step.key.step.name()).or_default().push(address(&step.key.address));
    }
    all.into_iter().map(|(name, on)| format!("**{name}**: {}", group::listed(&on, group::Names::Most(NAMED)))).collect()
}

/// A few lines under a line in bold; nothing without them.
fn headed(title: &str, lines: &[String]) -> String {
    let mut text = String::new();
    if !lines.is_empty() {
        text.push_str(&format!("\n**{title}**\n\n"));
        text.extend(lines.iter().take(GATES).map(|line| format!("- {line}\n")));
    }
    if lines.len() > GATES {
        text.push_str(&format!("- \u{2026} and {} more\n", lines.len() - GATES));
    }
    text
}

/// A blocked address in a word: why stands in its own section.
fn held(Blocked { key, finding: _ }: &Blocked) -> String {
    format!("{} {}", address(&key.address), action(key))
}

/// What a form leaves out that shows addresses alone.
const UNNAMED: &str = "without names";

/// Hand-offs with their ids.
fn people(file: &PlanFile) -> Option<Section> {
    let asked = file.plan().steps().iter().filter(|step| step.mark == Mark::Person);
    let mut groups = groups(asked);
    // The first one of many stands for all of them, and the last ones are cut.
    groups.iter_mut().for_each(|group| group.steps = weight::heaviest(group.steps.iter().copied()));
    let full = |called, without| Form {
        items: groups.iter().flat_map(|group| group::people(group, called)).collect(),
        without,
        ..Form::default()
    };
    let lines = groups.iter().map(|group| group.line(Called::NOBODY)).collect();
    let short = Form { items: lines, without: Some("as counts"), ..Form::default() };
    let forms = vec![full(Called::of(file), None), full(Called::NOBODY, Some(UNNAMED)), short];
    (!groups.is_empty()).then(|| Section::told("For people", Fold::Open, forms))
}

/// The steps: in full, one a line, or as counts by reseller.
fn steps(file: &PlanFile) -> Option<Section> {
    let steps = file.plan().steps();
    let groups = groups(steps.iter());
    let full = |called, without| Form {
        items: groups.iter().map(|group| group.full(called)).collect(),
        without,
        ..Form::default()
    };
    let line =
        |step: &Step| format!("- `{}` {} {}\n", step.mark.symbol(), address(&step.key.address), action(&step.key));
    let lines = Form { items: steps.iter().map(line).collect(), without: Some("without details"), ..Form::default() };
    let counts = Form { items: by_reseller(steps), without: Some("as counts"), ..Form::default() };
    let title = format!("Steps: {}", steps.len());
    let forms = vec![full(Called::of(file), None), full(Called::NOBODY, Some(UNNAMED)), lines, counts];
    (!groups.is_empty()).then(|| Section::told(title, Fold::Closed, forms))
}

/// `fabrikam: 40 set-partner-of-record, 2 change-quantity`, the longest first.
fn by_reseller(steps: &[Step]) -> Vec<String> {
    let mut all: BTreeMap<Option<&str>, BTreeMap<&'static str, usize>> = BTreeMap::new();
    for step in steps {
        let of = all.entry(step.reseller.as_ref().map(crate::model::Name::as_str)).or_default();
        *of.entry(step.key.step.name()).or_default() += 1;
    }
    let mut all: Vec<_> = all.into_iter().collect();
    all.sort_by_key(|(_, counts)| std::cmp::Reverse(counts.values().sum::<usize>()));
    let told = |counts: BTreeMap<&'static str, usize>| {
        counts.into_iter().map(|(step, n)| format!("{n} {step}")).collect::<Vec<_>>().join(", ")
    };
    all.into_iter()
        .map(|(who, counts)| format!("- {}: {}\n", who.map_or("no reseller".into(), value), told(counts)))
        .collect()
}

fn assumed(outlook: &Outlook) -> Vec<String> {
    let Outlook {
        blocked: _,
        findings: _,
        released: _,
        renamed: _,
        assumptions,
        unmanaged,
        unchanged: _,
        accepted: _,
        outside,
        gates: _,
        remembered,
        unshown: _,
        open_before: _,
        called: _,
    } = outlook;
    let mut items: Vec<String> = assumptions.iter().map(|text| format!("- assumed: {}\n", short(text))).collect();
    let crate::plan::file::Unmanaged { partnerships, customers, subscriptions } = unmanaged;
    if partnerships + customers + subscriptions > 0 {
        items.push(format!(
            "- there, and declared by nobody: {partnerships} partnerships, {customers} customers, {subscriptions} subscriptions\n"
        ));
    }
    if *outside > 0 {
        items.push(format!("- declared addresses outside the scope: {outside}\n"));
    }
    if let Some(crate::plan::file::Remembered { answers, oldest }) = remembered {
        items.push(format!("- remembered, and not read for this plan: {answers} answers, the oldest of {oldest}\n"));
    }
    items
}

fn foot(file: &PlanFile, left_out: &[String]) -> String {
    let whole = if left_out.is_empty() {
        String::new()
    } else {
        format!(
            "\nShortened to fit one comment: {}. The whole is in the plan document of this id (`twotier show FILE`).\n",
            left_out.join("; ")
        )
    };
    format!("{whole}\nPlan id `{}`\n", file.plan().id())
}

/// Writes findings.
///
/// # Errors
/// When `out` does.
pub(super) fn findings(findings: &[diag::Finding], sources: &SourceMap, out: &mut dyn Write) -> fmt::Result {
    let head = format!("### twotier findings\n\n**{}**\n", super::tally(findings));
    let items = super::findings::sorted(findings).into_iter().map(|found| finding(&Finding::of(found, sources)));
    let sections: Vec<Section> = Section::of("Findings", Fold::Open, items.collect()).into_iter().collect();
    out.write_str(&fitted(&head, &sections, shortened))
}

/// Writes a run: what went wrong first.
///
/// # Errors
/// When `out` does.
pub(super) fn run(run: Run<'_>, out: &mut dyn Write) -> fmt::Result {
    let mut head = format!("### twotier apply\n\n**{}**\n", run.tally());
    let held: Vec<String> = run.held().map(|it| format!("{} {}", held(it), code(&it.finding.code))).collect();
    if !held.is_empty() {
        let named = group::listed(&held, group::Names::Most(NAMED));
        head.push_str(&format!("\n**{}** (`twotier plan` says why): {named}\n", super::run::HELD));
    }
    head.extend(run.next().iter().map(|line| format!("\n{}\n", short(line))));
    let (failed, rest): (Vec<_>, Vec<_>) = run.outcome.results.iter().partition(|result| result.outcome.is_failure());
    let items = |results: &[&StepResult]| results.iter().map(|result| ended(result)).collect();
    let sections: Vec<Section> = Section::of("Not done", Fold::Open, items(&failed))
        .into_iter()
        .chain(Section::of(settled::TITLE, Fold::Open, run.recovered.iter().map(recovered).collect()))
        .chain(Section::of(super::run::SEEN, Fold::Open, over(run.seen)))
        .chain(Section::of("Steps", Fold::Closed, items(&rest)))
        .collect();
    out.write_str(&fitted(&head, &sections, shortened))
}

fn ended(StepResult { key, id, outcome }: &StepResult) -> String {
    let why = outcome.why().map_or_else(String::new, |why| format!(" \u{2013} {}", short(&why)));
    let id = if outcome.word() == "asked" { format!(" `{}`", id.short(10)) } else { String::new() };
    format!("- {} {}: {}{id}{why}\n", address(&key.address), action(key), outcome.word())
}

fn over(seen: &[StepKey]) -> Vec<String> {
    let one = |(what, on): (String, Vec<String>)| {
        let on: Vec<String> = on.iter().map(|address| value(address)).collect();
        format!("- {}: {}\n", short(&what), group::listed(&on, group::Names::All))
    };
    super::run::over(seen).into_iter().map(one).collect()
}

fn recovered(recovered: &Recovered) -> String {
    let key = &recovered.intent.key;
    let mut text = format!("- {} {}: {}\n", address(&key.address), action(key), settled::word(&recovered.settled));
    text.extend(settled::sentences(recovered).iter().map(|sentence| format!("  - {}\n", short(sentence))));
    text
}

fn shortened(left_out: &[String]) -> String {
    if left_out.is_empty() {
        String::new()
    } else {
        format!("\nShortened to fit one comment: {}.\n", left_out.join("; "))
    }
}

/// Addresses against which the same stands, and what it is.
fn blocked(together: &[&Blocked]) -> String {
    let on: Vec<String> = together.iter().map(|blocked| held(blocked)).collect();
    let said = together.first().map_or_else(String::new, |first| said(&first.finding));
    format!("- `?` {}\n{said}", group::listed(&on, group::Names::All))
}

fn finding(finding: &Finding) -> String {
    let place = finding.place.as_ref().map(ToString::to_string);
    let subject = place.or(finding.address.as_ref().map(ToString::to_string)).unwrap_or_default();
    let subject = if subject.is_empty() { String::new() } else { format!("{} ", value(&subject)) };
    format!("- {subject}\n{}", said(finding)).replacen(" \n", "\n", 1)
}

fn said_alike(Alike { first, all }: &Alike<'_>) -> String {
    let Some(All { message, help, objects }) = all else { return finding(first) };
    let objects: Vec<String> = objects.iter().map(|it| value(it)).collect();
    let mut text = format!("- {} \u{d7} {}: {}\n", code(&first.code), objects.len(), short(message));
    text.push_str(&format!("  - {}\n", group::listed(&objects, group::Names::All)));
    text.extend(help.iter().map(|help| format!("  - help: {}\n", short(help))));
    text
}

/// Most other places of a finding that are told.
const RELATED: usize = 8;

fn said(finding: &Finding) -> String {
    let mut text = format!("  - {} {}\n", code(&finding.code), short(&finding.message));
    for related in finding.related.iter().take(RELATED) {
        text.push_str(&format!("  - {}: {}\n", value(&related.place.to_string()), short(&related.what)));
    }
    text.extend(finding.help.iter().map(|help| format!("  - help: {}\n", short(help))));
    text
}
