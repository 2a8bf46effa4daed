//! Prints runs, their effects, and notes.

use super::decided::told;
use super::{Table, safe};
use crate::diag::{Code, Finding};
use crate::journal::history::{Effect, End, Note, Run, Seen, Settler};
use crate::journal::record::{Forgotten, Learned, Passed, Record, Refused, Remarked, Removed, Settled};
use crate::journal::{Folded, History};
use crate::model::{Address, Digest, Operation};
use crate::ops::Fault;
use crate::ops::decided::{self, Event, by_run};
use crate::ops::past::{self, Changes, Runs};
use crate::plan::FieldChange;
use crate::report::{self, Width};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::path::Path;

/// Keeps only what concerns an address, under every name it had.
pub(crate) fn only(history: &mut History, address: &Address) {
    let names = history.names(address);
    for run in &mut history.runs {
        run.asked.retain(|(_, key)| names.contains(&key.address));
        run.effects.retain(|it| names.contains(&it.intent.key.address) || names.contains(&it.intent.cause));
        run.seen.retain(|(_, seen)| names.contains(seen.address()));
        run.guarded = run.guarded.iter().filter_map(|it| it.of(&names)).collect();
    }
    for run in &mut history.runs {
        let passed = std::mem::take(&mut run.passed);
        run.passed = passed.into_iter().filter(|it| decided::concerns(run, it, &names)).collect();
    }
    let has = |run: &Run| {
        let Run { asked, effects, seen, guarded, passed, .. } = run;
        let is_empty = asked.is_empty() && effects.is_empty() && seen.is_empty() && guarded.is_empty();
        !is_empty || !passed.is_empty()
    };
    history.runs.retain(has);
    history.notes.retain(|note| note.addresses().iter().any(|it| names.contains(*it)));
}

/// The address that a list of runs was kept to, and what their plans moved.
pub(crate) struct About<'a> {
    /// Which.
    pub(crate) address: &'a Address,
    /// What moved.
    pub(crate) changes: &'a Runs,
}

/// Runs newest first, of an address with what each had to do with it; then notes newest first, then how many of each were
/// left out.
pub(crate) fn history(history: &History, (limit, about): (usize, Option<&About<'_>>), width: Width) -> String {
    if history.runs.is_empty() && history.notes.is_empty() {
        return about.map_or_else(
            || "No runs yet.\n".to_owned(),
            |About { address, .. }| {
                format!("No run or note concerns `{address}`; `twotier state list` lists every address.\n")
            },
        );
    }
    let mut text = String::new();
    if !history.runs.is_empty() {
        let runs = history.runs.iter().rev().take(limit);
        let table = match about {
            None => ends(runs),
            Some(About { address, changes }) => {
                let names = history.names(address);
                concerns(runs, |run| by_run(run, &names), changes)
            }
        };
        text.push_str(&table.show(width));
    }
    if !history.notes.is_empty() {
        let mut table = Table::new(&["note", "when", "what"]);
        for Note { number, at, record, about } in history.notes.iter().rev().take(limit) {
            let step = about.as_ref().map_or_else(String::new, |key| format!("{key}: "));
            table.row([number.to_string(), at.to_string(), format!("{step}{}", note(record))]);
        }
        if !text.is_empty() {
            text.push('\n');
        }
        text.push_str(&table.show(width));
    }
    text.push_str(&left_out(history, limit));
    text
}

/// How runs ended.
fn ends<'r>(runs: impl Iterator<Item = &'r Run>) -> Table {
    let mut table = Table::new(&["run", "when", "who", "plan", "ended"]);
    for run in runs {
        let (at, who) = (run.at.to_string(), run.open.actor.to_string());
        table.row([run.epoch.to_string(), at, who, plan(run), end(run, code)]);
    }
    table
}

/// What runs had to do with an address, newest first.
fn concerns<'r>(runs: impl Iterator<Item = &'r Run>, events: impl Fn(&Run) -> Vec<Event>, changes: &Runs) -> Table {
    let mut table = Table::new(&["run", "when", "who", "plan", "what"]);
    for run in runs {
        for Event { at, number: _, what } in events(run).iter().rev() {
            let (_, what) = told(what, changes);
            let who = run.open.actor.to_string();
            table.row([run.epoch.to_string(), at.to_string(), who, plan(run), what]);
        }
    }
    table
}

/// What a limit hides, and how to see it.
fn left_out(history: &History, limit: usize) -> String {
    let (runs, notes) = (history.runs.len(), history.notes.len());
    let hidden: Vec<String> = [(runs, "older run"), (notes, "older note")]
        .into_iter()
        .filter(|(all, _)| *all > limit)
        .map(|(all, what)| super::count(all - limit, what))
        .collect();
    if hidden.is_empty() {
        return String::new();
    }
    format!("\n{} left out: `--limit {}` shows all.\n", hidden.join(" and "), runs.max(notes))
}

/// The first digits of the plan that a run followed.
pub(super) fn plan(run: &Run) -> String {
    plan_as(run, |id| id.short(10))
}

/// Why a run was refused: its code, where it has one.
fn code(refused: &Refused) -> String {
    refused.code.as_ref().map_or_else(|| refused.to_string(), ToString::to_string)
}

fn end(run: &Run, why: impl Fn(&Refused) -> String) -> String {
    match &run.end {
        End::Open { last } => format!("not: it runs, or died after {last}; so far {}", so_far(run)),
        End::Closed { at: _, outcomes, refused } => {
            let done = outcomes.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ");
            let refused = refused.iter().map(why).collect::<Vec<_>>().join("; ");
            match (done.is_empty(), refused.is_empty()) {
                (true, true) => "nothing was done".to_owned(),
                (false, true) => done,
                (true, false) => format!("refused: {refused}"),
                (false, false) => format!("{done}; the rest was refused: {refused}"),
            }
        }
        End::TakenOver { at, by, reason } => {
            let by = by.as_ref().map_or_else(|| "the next run".to_owned(), ToString::to_string);
            format!("{}; taken over by {by} at {at}: {reason}", so_far(run))
        }
    }
}

/// What a run did that did not end by itself: each of its steps by how its last effect ended, and what it asked.
fn so_far(run: &Run) -> String {
    let steps: BTreeMap<Digest, &Effect> = run.effects.iter().map(|effect| (effect.intent.step, effect)).collect();
    let mut counts: BTreeMap<&str, usize> = BTreeMap::new();
    for effect in steps.values() {
        let word = effect.outcome.as_ref().map_or("not settled", |outcome| outcome.settled.word());
        *counts.entry(word).or_default() += 1;
    }
    if !run.asked.is_empty() {
        counts.insert("asked", run.asked.len());
    }
    if counts.is_empty() {
        return "nothing was done".to_owned();
    }
    counts.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
}

/// A note in one line.
pub(crate) fn note(record: &Record) -> String {
    let signed = |what: String, by: &str, reason: &str| format!("{what} ({by}: {reason})");
    match record {
        Record::Acknowledged { handoff, by, evidence, digest: _ } => {
            let evidence = evidence.as_ref().map_or_else(String::new, |evidence| format!(": {evidence}"));
            format!("hand-off {} is done ({by}{evidence})", handoff.short(10))
        }
        Record::Declined { handoff, by, reason } => {
            signed(format!("hand-off {} declined", handoff.short(10)), by, reason)
        }
        Record::Reopened { handoff, by, reason } => {
            signed(format!("hand-off {} reopened", handoff.short(10)), by, reason)
        }
        Record::Bound { address, id, by, reason } => signed(format!("{address} means {}", id_of(id)), by, reason),
        Record::Renamed { from, to, by, reason } => signed(format!("{from} is {to} now"), by, reason),
        Record::Forgotten { address, what: Forgotten::Binding, by, reason } => {
            signed(format!("what was known of {address} is forgotten"), by, reason)
        }
        Record::Forgotten { address, what: Forgotten::Credentials, by, reason } => {
            signed(format!("the password of {address} is destroyed"), by, reason)
        }
        Record::Forgotten { address, what: Forgotten::UndeliveredCredentials, by, reason } => {
            signed(format!("the password of {address} is destroyed, undelivered"), by, reason)
        }
        Record::Resolved { intent, outcome, by, reason } => {
            signed(format!("effect {intent} {}", settled(outcome)), by, reason)
        }
        Record::Remark { kind, address, by, place, removed } => {
            let place = place.as_ref().map_or_else(String::new, |place| format!(", from {place}"));
            let about = address.as_ref().map_or_else(String::new, |address| format!(" of {address}"));
            match kind {
                Remarked::Pruned => format!("{} ({by}{place})", pruned(removed.as_deref())),
                Remarked::Opened => format!("the password{about} was opened ({by}{place})"),
                Remarked::Unknown(word) => format!("`{word}`{about}: a note of a newer version ({by}{place})"),
            }
        }
        Record::Takeover { from, by, reason } => {
            signed(format!("run {from} taken over"), by.as_deref().unwrap_or("the next run"), reason)
        }
        Record::Genesis { tenant, state: _, begun_for: _ } => format!("the state of the tenant {tenant} begins"),
        Record::Open(_)
        | Record::Planned { .. }
        | Record::Renew
        | Record::Asked { .. }
        | Record::Intent(_)
        | Record::Settlement { .. }
        | Record::Adopted(_)
        | Record::Counted { .. }
        | Record::Guarded(_)
        | Record::Close { .. } => "a record of a run".to_owned(),
    }
}

/// What was removed beside the records.
fn pruned(removed: Option<&Removed>) -> String {
    let Some(Removed { before, plans, checkpoints, sealed }) = removed else { return "pruned".to_owned() };
    let plan = format!("plan of runs that ended before {}", before.date());
    let plan = if plans.len() == 1 { plan } else { plan.replacen("plan", "plans", 1) };
    let plans = (!plans.is_empty()).then(|| format!("{} {plan}", plans.len()));
    let others = [(checkpoints.len(), "checkpoint"), (sealed.len(), "sealed password")];
    let others = others.into_iter().filter(|(all, _)| *all > 0).map(|(all, what)| super::count(all, what));
    format!("pruned: {}", plans.into_iter().chain(others).collect::<Vec<_>>().join(", "))
}

fn id_of(id: &crate::journal::record::BoundId) -> String {
    use crate::journal::record::BoundId;
    match id {
        BoundId::Reseller { tenant } => tenant.to_string(),
        BoundId::Customer { tenant } => tenant.to_string(),
        BoundId::Subscription { customer: _, subscription } => subscription.to_string(),
    }
}

fn settled(settled: &Settled) -> String {
    match settled {
        Settled::Done { learned } => format!("done{}", taught(learned)),
        Settled::Pending { learned } => format!("accepted, not visible yet{}", taught(learned)),
        Settled::NotStarted => "did not happen".to_owned(),
        Settled::Failed { code, text } => format!("refused with code {code}: {text}"),
        Settled::Unknown { text } => format!("of unknown outcome: {text}"),
    }
}

/// What it taught, after a colon.
fn taught(learned: &Learned) -> String {
    let text = report::taught(learned);
    if text.is_empty() { text } else { format!(": {text}") }
}

/// A run, whole.
pub(crate) fn run(run: &Run, (limit, changes): (usize, &Changes), width: Width) -> String {
    let Run { epoch, at, open, asked, effects, seen, guarded, passed: let_pass, .. } = run;
    let mut head = Table::default();
    head.row(["run".to_owned(), epoch.to_string()]);
    head.row(["began".to_owned(), at.to_string()]);
    head.row(["by".to_owned(), open.actor.to_string()]);
    let optional = [("commit", &open.commit), ("ref", &open.reference), ("change", &open.change_url)];
    for (name, value) in optional {
        if let Some(value) = value {
            head.row([name.to_owned(), value.to_string()]);
        }
    }
    head.row(["plan".to_owned(), whole_plan(run)]);
    head.row(["twotier".to_owned(), open.tool.to_string()]);
    head.row(["ended".to_owned(), end(run, ToString::to_string)]);
    let mut text = head.show(width);
    if !effects.is_empty() || !asked.is_empty() {
        let mut table = Table::new(&["effect", "step", "how it ended"]);
        for (id, key) in asked {
            table.row([String::new(), key.to_string(), format!("asked: `twotier handoffs show {}`", id.short(10))]);
        }
        for effect in effects {
            let how = did(*epoch, effect, Some(changes));
            table.row([effect.number.to_string(), effect.intent.key.to_string(), how]);
        }
        text.push('\n');
        text.push_str(&table.show(width));
    }
    if !let_pass.is_empty() {
        let mut table = Table::new(&["limits passed"]);
        let_pass.iter().for_each(|it| table.row([passed(it)]));
        text.push('\n');
        text.push_str(&table.show(width));
    }
    let guards: Vec<FieldChange> = guarded.iter().flat_map(past::guarded).collect();
    if !guards.is_empty() {
        let mut table = Table::new(&["guards"]);
        guards.iter().for_each(|change| table.row([guard(change)]));
        text.push('\n');
        text.push_str(&table.show(width));
    }
    if let Some(table) = saw(seen, limit) {
        text.push('\n');
        text.push_str(&table.show(width));
    }
    report::escape::lines(&text)
}

/// An acknowledgement that let a limit pass: how much, and on whose word.
pub(super) fn passed(passed: &Passed) -> String {
    let Passed { acknowledgement, code, causes: _, amount, at_most, by, reason, expires } = passed;
    format!(
        "acknowledgement/{acknowledgement} let {amount} pass [{code}], on the word of {by}: {reason} (at most {at_most}, until \
         {expires})"
    )
}

fn whole_plan(run: &Run) -> String {
    plan_as(run, |id| id.to_string())
}

fn plan_as(run: &Run, shown: impl Fn(Digest) -> String) -> String {
    let pruned = run.pruned.as_ref().map_or_else(String::new, |pruned| format!(", {pruned}"));
    match (run.open.plan, run.made) {
        (Some(id), _) => format!("{}{pruned}", shown(id)),
        (None, Some(id)) => format!("{} (auto-approved){pruned}", shown(id)),
        (None, None) => "(auto-approved)".to_owned(),
    }
}

/// From what to what: by the plan, and where it is not kept by what the effect was to set.
fn moved(effect: &Effect, changes: Option<&Changes>) -> String {
    let own = match &effect.intent.operation {
        // Of the two effects of an order the second tells what was ordered.
        Operation::MakeCart { .. } => return String::new(),
        Operation::CreateCustomer(_)
        | Operation::ResetAdminPassword { .. }
        | Operation::CheckOut { .. }
        | Operation::ChangeSubscription { .. }
        | Operation::SetSupportContact { .. } => changes.and_then(|changes| changes.get(&effect.intent.step)),
    };
    let told: Vec<String> = match own {
        Some(changes) => changes.iter().map(change).collect(),
        None => effect.intent.wanted.iter().map(|(field, value)| format!("{} -> {value}", field.name())).collect(),
    };
    if told.is_empty() { String::new() } else { format!("{}: ", told.join(", ")) }
}

fn change(FieldChange { field, before, after, note: _ }: &FieldChange) -> String {
    match before {
        Some(before) => format!("{field} {before} -> {after}"),
        None => format!("{field} {after}"),
    }
}

/// What an effect moved, and how it ended.
pub(super) fn did(epoch: u64, effect: &Effect, changes: Option<&Changes>) -> String {
    format!("{}{}", moved(effect, changes), ended_as(epoch, effect))
}

/// A limit, freeze, protection or recipient that was recorded: from what to what, and whether that is looser.
pub(super) fn guard(recorded: &FieldChange) -> String {
    let looser = recorded.note.as_ref().map_or_else(String::new, |note| format!(", looser: {note}"));
    let step = if recorded.before.is_some() { "change-guards" } else { "first guards" };
    format!("{step}: {}{looser}", change(recorded))
}

const DECLARED: &str = "declared for the first time";
const RELEASED: &str = "not declared any more";

/// What was seen, and what of it.
pub(super) fn seen_as(seen: &Seen) -> (String, String) {
    match seen {
        Seen::Managed(address) => (address.to_string(), DECLARED.to_owned()),
        Seen::Released(address) => (address.to_string(), RELEASED.to_owned()),
        Seen::Renamed(new, old) => (new.to_string(), format!("has a new name, was {old}")),
        Seen::Bound(address, id) => (address.to_string(), format!("is there: {}", id_of(id))),
        Seen::Repointed(address, before, now) => {
            (address.to_string(), format!("means another object: {} -> {}", id_of(before), id_of(now)))
        }
        Seen::Stands(address, status) => (address.to_string(), format!("is {status}")),
        Seen::Over(id, key) => (key.to_string(), format!("is over (hand-off {})", id.short(10))),
        Seen::Withdrawn(id, key) => (key.to_string(), format!("is wanted no more (hand-off {})", id.short(10))),
    }
}

/// What a run saw for the first time; how many documents are new or gone, unless it is one, and how many objects are there, if
/// they are more than the limit.
fn saw(all: &[(crate::model::Timestamp, Seen)], limit: usize) -> Option<Table> {
    let bound = all.iter().filter(|(_, seen)| matches!(seen, Seen::Bound(..))).count();
    let mut table = Table::new(&["seen", ""]);
    let (mut managed, mut released): (Vec<&Address>, Vec<&Address>) = (Vec::new(), Vec::new());
    let mut rows = Vec::new();
    for (_, seen) in all {
        match seen {
            Seen::Managed(address) => managed.push(address),
            Seen::Released(address) => released.push(address),
            Seen::Bound(..) if bound > limit => {}
            Seen::Renamed(..)
            | Seen::Bound(..)
            | Seen::Repointed(..)
            | Seen::Stands(..)
            | Seen::Over(..)
            | Seen::Withdrawn(..) => rows.push(seen_as(seen).into()),
        }
    }
    if bound > limit {
        rows.push([format!("{bound} objects"), format!("are there: `--limit {bound}` lists them")]);
    }
    for (addresses, what) in [(managed, DECLARED), (released, RELEASED)] {
        match addresses.as_slice() {
            [] => {}
            [one] => rows.push([one.to_string(), what.to_owned()]),
            several => rows.push([format!("{} documents", several.len()), what.to_owned()]),
        }
    }
    rows.into_iter().for_each(|row| table.row(row));
    (!all.is_empty()).then_some(table)
}

pub(super) fn ended_as(epoch: u64, effect: &Effect) -> String {
    match &effect.outcome {
        None => "not settled".to_owned(),
        Some(outcome) => match &outcome.by {
            Settler::Run(by) if *by == epoch => settled(&outcome.settled),
            Settler::Run(by) => format!("{} (settled by run {by})", settled(&outcome.settled)),
            Settler::Person { by, reason } => format!("{} (says {by}: {reason})", settled(&outcome.settled)),
        },
    }
}

/// Runs and notes, as JSON, newest first; of the runs of which it is known, with what their plans moved.
pub(crate) fn history_json(history: &History, limit: usize, changes: &Runs) -> Value {
    let none = Changes::new();
    let one = |run: &Run| run_json(run, changes.get(&run.epoch).unwrap_or(&none));
    let runs: Vec<Value> = history.runs.iter().rev().take(limit).map(one).collect();
    let notes: Vec<Value> = history.notes.iter().rev().take(limit).map(note_json).collect();
    let hidden = |all: usize| all.saturating_sub(limit);
    let left_out = json!({ "runs": hidden(history.runs.len()), "notes": hidden(history.notes.len()) });
    json!({ "runs": runs, "notes": notes, "leftOut": left_out })
}

/// A note, as JSON.
pub(crate) fn note_json(Note { number, at, record, about }: &Note) -> Value {
    json!({ "number": number, "at": at, "record": record, "step": about })
}

/// A run, as JSON.
pub(crate) fn run_json(run: &Run, changes: &Changes) -> Value {
    let Run {
        epoch,
        number,
        at,
        open,
        end: ended,
        asked,
        effects,
        made,
        seen,
        guarded,
        pruned,
        document,
        passed,
        withdrawn: _,
    } = run;
    let state = match ended {
        End::Open { last } => json!({ "state": "open", "last": last }),
        End::Closed { at, outcomes, refused } => {
            json!({ "state": "closed", "at": at, "outcomes": outcomes, "refused": refused })
        }
        End::TakenOver { at, by, reason } => json!({ "state": "takenOver", "at": at, "by": by, "reason": reason }),
    };
    let asked: Vec<Value> = asked.iter().map(|(id, key)| json!({ "id": id, "step": key })).collect();
    let effects: Vec<Value> = effects.iter().map(|effect| effect_json(effect, changes)).collect();
    let seen: Vec<Value> = seen.iter().map(seen_json).collect();
    let guards: Vec<Value> = guarded.iter().flat_map(past::guarded).map(|change| change_json(&change)).collect();
    let pruned = pruned.as_ref().map(|it| json!({ "at": it.at, "by": it.by, "note": it.number }));
    json!({
        "run": epoch, "number": number, "at": at, "open": open, "madePlan": made, "planPruned": pruned, "end": state, "asked": asked,
        "effects": effects, "seen": seen, "guards": guards, "planDocument": document, "passed": passed,
    })
}

pub(super) fn seen_json((at, seen): &(crate::model::Timestamp, Seen)) -> Value {
    match seen {
        Seen::Managed(address) => json!({ "at": at, "managed": address }),
        Seen::Released(address) => json!({ "at": at, "released": address }),
        Seen::Renamed(new, old) => json!({ "at": at, "renamed": new, "from": old }),
        Seen::Bound(address, id) => json!({ "at": at, "bound": address, "id": id }),
        Seen::Repointed(address, before, now) => json!({ "at": at, "bound": address, "id": now, "before": before }),
        Seen::Stands(address, status) => json!({ "at": at, "stands": address, "status": status }),
        Seen::Over(id, key) => json!({ "at": at, "over": id, "step": key }),
        Seen::Withdrawn(id, key) => json!({ "at": at, "withdrawn": id, "step": key }),
    }
}

fn effect_json(effect: &Effect, changes: &Changes) -> Value {
    let Effect { number, at, intent, outcome } = effect;
    let outcome = outcome.as_ref().map(|outcome| {
        let by = match &outcome.by {
            Settler::Run(epoch) => json!({ "run": epoch }),
            Settler::Person { by, reason } => json!({ "person": by, "reason": reason }),
        };
        json!({ "at": outcome.at, "settled": outcome.settled, "by": by })
    });
    let changes = changes_json(effect, changes);
    json!({ "number": number, "at": at, "intent": intent, "changes": changes, "outcome": outcome })
}

/// From what to what an effect moved; none where no plan tells.
pub(super) fn changes_json(effect: &Effect, changes: &Changes) -> Option<Vec<Value>> {
    let one = |it: &FieldChange| json!({ "field": it.field, "before": it.before, "after": it.after });
    changes.get(&effect.intent.step).map(|all| all.iter().map(one).collect())
}

/// A guard that was recorded; what is looser has a note.
pub(super) fn change_json(FieldChange { field, before, after, note }: &FieldChange) -> Value {
    json!({ "field": field, "before": before, "after": after, "looser": note.is_some() })
}

/// What is said in a plan of a service that no run was made of with this state: that it is the only one nobody can see.
pub(crate) fn unproven(folded: &Folded, state: &Path) -> Option<Finding> {
    let message =
        format!("no run was made with the state `{}` yet: it knows of no order, limit or protection", state.display());
    let help = "if this tenant is managed already, from another clone, machine or folder, name the state of that one (`--state`, \
                TWOTIER_STATE); two states of one tenant buy twice";
    (folded.epoch == 0).then(|| Finding::warning(Code::StateFresh, None, message).help(help))
}

/// Said where the commit that was approved last is none of this clone's: what else was changed since is not told.
pub(crate) fn not_compared(why: &Fault) -> Finding {
    let message =
        format!("what manifests say otherwise than what was approved last, and no step shows, is not told: {why}");
    let help = "fetch the whole history (`git fetch --unshallow`; `fetch-depth: 0` of actions/checkout), or name a commit that is \
                here: `twotier plan --base REF`";
    Finding::note(Code::NotCompared, None, message).help(help)
}

/// Said where no run has named a commit yet: what else was changed is not told.
pub(crate) fn nothing_to_compare_with() -> Finding {
    let message = "what manifests say otherwise than before, and no step shows, is not told: mail addresses, links, names; \
                   no run has named a commit to compare with";
    let help = "compare with one: `twotier plan --base REF`. A run names its commit where `TWOTIER_COMMIT` or the pipeline does, \
                or where all manifests are committed as they are";
    Finding::note(Code::NotCompared, None, message).help(help)
}

/// What an earlier run left open, said beside a plan: what is planned may be done already, and only `apply` settles that.
pub(crate) fn unfinished(folded: &Folded) -> Option<String> {
    let run = folded.run.as_ref()?;
    let left = match folded.open_intents().count() {
        0 => String::new(),
        open => format!(" and left {} unsettled, which may have happened", super::count(open, "effect")),
    };
    let (epoch, by, at) = (run.epoch, safe(&run.open.actor), run.at);
    Some(format!(
        "run {epoch} of {by} since {at} has not ended{left}: `apply` looks before it plans, so apply before you change \
         manifests (`twotier history {epoch}`)"
    ))
}
