//! Prints runs, their effects, and notes.

use super::{Table, safe};
use crate::journal::history::{Effect, End, Note, Run, Settler};
use crate::journal::record::{Forgotten, Learned, Record, Settled};
use crate::journal::{Folded, History};
use crate::model::Address;
use crate::report::{self, Width};
use serde_json::{Value, json};

/// Keeps only what concerns an address.
pub(crate) fn only(history: &mut History, address: &Address) {
    for run in &mut history.runs {
        run.asked.retain(|(_, key)| key.address == *address);
        run.effects.retain(|effect| effect.intent.key.address == *address || effect.intent.cause == *address);
    }
    history.runs.retain(|run| !run.asked.is_empty() || !run.effects.is_empty());
    history.notes.retain(|note| about(&note.record).contains(&address));
}

fn about(record: &Record) -> Vec<&Address> {
    match record {
        Record::Bound { address, .. } | Record::Forgotten { address, .. } => vec![address],
        Record::Renamed { from, to, .. } => vec![from, to],
        Record::Genesis { .. }
        | Record::Open(_)
        | Record::Renew
        | Record::Asked { .. }
        | Record::Intent(_)
        | Record::Settlement { .. }
        | Record::Adopted(_)
        | Record::Counted { .. }
        | Record::Guarded(_)
        | Record::Close { .. }
        | Record::Takeover { .. }
        | Record::Acknowledged { .. }
        | Record::Declined { .. }
        | Record::Reopened { .. }
        | Record::Resolved { .. } => Vec::new(),
    }
}

/// Runs newest first, then notes newest first.
pub(crate) fn history(history: &History, limit: usize, width: Width) -> String {
    if history.runs.is_empty() && history.notes.is_empty() {
        return "No runs yet.\n".to_owned();
    }
    let mut table = Table::new(&["run", "when", "who", "plan", "ended"]);
    for run in history.runs.iter().rev().take(limit) {
        let plan = run.open.plan.map_or_else(|| "(auto-approved)".to_owned(), |id| id.short(10));
        table.row([run.epoch.to_string(), run.at.to_string(), run.open.actor.to_string(), plan, end(&run.end)]);
    }
    let mut text = table.show(width);
    if !history.notes.is_empty() {
        let mut table = Table::new(&["note", "when", "what"]);
        for Note { number, at, record } in history.notes.iter().rev().take(limit) {
            table.row([number.to_string(), at.to_string(), note(record)]);
        }
        text.push('\n');
        text.push_str(&table.show(width));
    }
    text
}

fn end(end: &End) -> String {
    match end {
        End::Open { last } => format!("not: it runs, or died after {last}"),
        End::Closed { at: _, outcomes } if outcomes.is_empty() => "nothing was done".to_owned(),
        End::Closed { at: _, outcomes } => {
            outcomes.iter().map(|(word, count)| format!("{count} {word}")).collect::<Vec<_>>().join(", ")
        }
        End::TakenOver { at, by, reason } => {
            let by = by.as_ref().map_or_else(|| "the next run".to_owned(), ToString::to_string);
            format!("taken over by {by} at {at}: {reason}")
        }
    }
}

/// A note in one line.
fn note(record: &Record) -> String {
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
        Record::Takeover { from, by, reason } => {
            signed(format!("run {from} taken over"), by.as_deref().unwrap_or("the next run"), reason)
        }
        Record::Genesis { tenant, state: _ } => format!("the state of the tenant {tenant} begins"),
        Record::Open(_)
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
pub(crate) fn run(run: &Run, width: Width) -> String {
    let Run { epoch, number: _, at, open, end: ended, asked, effects } = run;
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
    head.row(["plan".to_owned(), open.plan.map_or_else(|| "(auto-approved)".to_owned(), |id| id.to_string())]);
    head.row(["twotier".to_owned(), open.tool.to_string()]);
    head.row(["ended".to_owned(), end(ended)]);
    let mut text = head.show(width);
    if !effects.is_empty() || !asked.is_empty() {
        let mut table = Table::new(&["effect", "step", "how it ended"]);
        for (id, key) in asked {
            table.row([String::new(), key.to_string(), format!("asked: `twotier handoffs show {}`", id.short(10))]);
        }
        for effect in effects {
            table.row([effect.number.to_string(), effect.intent.key.to_string(), ended_as(*epoch, effect)]);
        }
        text.push('\n');
        text.push_str(&table.show(width));
    }
    safe(&text)
}

/// How an effect of a run ended; who found out, where the run itself did not.
fn ended_as(epoch: u64, effect: &Effect) -> String {
    match &effect.outcome {
        None => "not settled".to_owned(),
        Some(outcome) => match &outcome.by {
            Settler::Run(by) if *by == epoch => settled(&outcome.settled),
            Settler::Run(by) => format!("{} (settled by run {by})", settled(&outcome.settled)),
            Settler::Person { by, reason } => format!("{} (says {by}: {reason})", settled(&outcome.settled)),
        },
    }
}

/// Runs and notes, as JSON, newest first.
pub(crate) fn history_json(history: &History, limit: usize) -> Value {
    let runs: Vec<Value> = history.runs.iter().rev().take(limit).map(run_json).collect();
    let notes: Vec<Value> = history
        .notes
        .iter()
        .rev()
        .take(limit)
        .map(|Note { number, at, record }| json!({ "number": number, "at": at, "record": record }))
        .collect();
    json!({ "runs": runs, "notes": notes })
}

/// A run, as JSON.
pub(crate) fn run_json(run: &Run) -> Value {
    let Run { epoch, number, at, open, end: ended, asked, effects } = run;
    let state = match ended {
        End::Open { last } => json!({ "state": "open", "last": last }),
        End::Closed { at, outcomes } => json!({ "state": "closed", "at": at, "outcomes": outcomes }),
        End::TakenOver { at, by, reason } => json!({ "state": "takenOver", "at": at, "by": by, "reason": reason }),
    };
    let asked: Vec<Value> = asked.iter().map(|(id, key)| json!({ "id": id, "step": key })).collect();
    let effects: Vec<Value> = effects.iter().map(effect_json).collect();
    json!({
        "run": epoch, "number": number, "at": at, "open": open, "end": state, "asked": asked, "effects": effects,
    })
}

fn effect_json(effect: &Effect) -> Value {
    let Effect { number, at, intent, outcome } = effect;
    let outcome = outcome.as_ref().map(|outcome| {
        let by = match &outcome.by {
            Settler::Run(epoch) => json!({ "run": epoch }),
            Settler::Person { by, reason } => json!({ "person": by, "reason": reason }),
        };
        json!({ "at": outcome.at, "settled": outcome.settled, "by": by })
    });
    json!({ "number": number, "at": at, "intent": intent, "outcome": outcome })
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
