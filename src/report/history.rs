//! What runs did and what people noted, oldest first, for people and machines. Shows no operation in detail and no
//! password.

use super::layout::{Hue, Paint, column, paint, wrapped};
use super::remembered::{step, usual_mark};
use super::text::Page;
use super::{FORMAT, escape, text, written};
use crate::journal::History;
use crate::journal::history::{Effect, End, Note, Run, Settler};
use crate::journal::record::{Forgotten, Record, Settled};
use crate::ledger::LiveId;
use serde_json::{Value, json};
use std::fmt::{self, Write};

/// Writes runs with their effects, then notes.
///
/// # Errors
/// When `out` does.
pub fn history(history: &History, colour: Paint, out: &mut dyn Write) -> fmt::Result {
    for run in &history.runs {
        one(run, colour, out)?;
    }
    if !history.notes.is_empty() {
        paint(out, colour, Hue::Bold, "Notes")?;
        out.write_char('\n')?;
    }
    for Note { number: _, at, record } in &history.notes {
        wrapped(out, &format!("  {at}  "), 24, &noted(record))?;
    }
    if history.runs.is_empty() && history.notes.is_empty() { writeln!(out, "No runs yet.") } else { Ok(()) }
}

fn one(run: &Run, colour: Paint, out: &mut dyn Write) -> fmt::Result {
    let Run { epoch, number: _, at, open, end, asked, effects } = run;
    paint(out, colour, Hue::Bold, &format!("Run {epoch}"))?;
    writeln!(out, "  {at}  by {}", escape::line(&open.actor))?;
    for (name, value) in [("commit", &open.commit), ("ref", &open.reference), ("change", &open.change_url)] {
        if let Some(value) = value {
            wrapped(out, &format!("    {name:<6}  "), 12, value)?;
        }
    }
    if let Some(plan) = open.plan {
        writeln!(out, "    plan    {plan}")?;
    }
    wrapped(out, "    end     ", 12, &ended(end))?;
    let keys = effects.iter().map(|effect| &effect.intent.key).chain(asked.iter().map(|(_, key)| key));
    let page = Page { colour, width: column(keys.map(|key| key.address.to_string().chars().count())) };
    for effect in effects {
        let mark = usual_mark(&effect.intent.key);
        let (word, why) = settled(effect);
        page.head(out, (mark.symbol(), text::hue(mark)), &effect.intent.key, word)?;
        why.map_or(Ok(()), |why| wrapped(out, "    ", 4, &why))?;
    }
    for (_, key) in asked {
        let mark = usual_mark(key);
        page.head(out, (mark.symbol(), text::hue(mark)), key, "asked")?;
    }
    out.write_char('\n')
}

fn ended(end: &End) -> String {
    match end {
        End::Open { last } => format!("not yet; wrote last {last}"),
        End::Closed { at, outcomes } => {
            let counts: Vec<String> = outcomes.iter().map(|(word, count)| format!("{count} {word}")).collect();
            let counts = if counts.is_empty() { "nothing to do".to_owned() } else { counts.join(", ") };
            format!("{at}: {counts}")
        }
        End::TakenOver { at, by: Some(by), reason } => format!("{at}: taken over by {by}: {reason}"),
        End::TakenOver { at, by: None, reason } => format!("{at}: taken over: {reason}"),
    }
}

/// How an effect ended, as one word, and what there is to say of it.
fn settled(effect: &Effect) -> (&'static str, Option<String>) {
    let Some(outcome) = &effect.outcome else { return ("open", None) };
    let why = match &outcome.settled {
        Settled::Done { .. } | Settled::Pending { .. } | Settled::NotStarted => None,
        Settled::Failed { code: 0, text } | Settled::Unknown { text } => Some(text.to_string()),
        Settled::Failed { code, text } => Some(format!("code {code}: {text}")),
    };
    let by = match &outcome.by {
        Settler::Run(_) => None,
        Settler::Person { by, reason } => Some(format!("said by {by}: {reason}")),
    };
    let told: Vec<String> = why.into_iter().chain(by).collect();
    (outcome.settled.word(), (!told.is_empty()).then(|| told.join("; ")))
}

/// One note as a sentence.
fn noted(record: &Record) -> String {
    match record {
        Record::Acknowledged { handoff, digest: _, by, evidence } => {
            let evidence = evidence.as_ref().map(|it| format!(", evidence {it}")).unwrap_or_default();
            format!("{by}: hand-off {} done{evidence}", handoff.short(10))
        }
        Record::Declined { handoff, by, reason } => format!("{by}: hand-off {} declined: {reason}", handoff.short(10)),
        Record::Reopened { handoff, by, reason } => format!("{by}: hand-off {} reopened: {reason}", handoff.short(10)),
        Record::Bound { address, id, by, reason } => {
            format!("{by}: {address} bound to {}: {reason}", LiveId::from(*id))
        }
        Record::Renamed { from, to, by, reason } => format!("{by}: {from} renamed to {to}: {reason}"),
        Record::Forgotten { address, what, by, reason } => {
            let what = match what {
                Forgotten::Binding => "",
                Forgotten::Credentials => "the password of ",
            };
            format!("{by}: {what}{address} forgotten: {reason}")
        }
        Record::Resolved { intent, outcome, by, reason } => {
            format!("{by}: effect {intent} resolved as {}: {reason}", outcome.word())
        }
        Record::Genesis { .. } => "the state began".to_owned(),
        // Not notes, and so never among them.
        Record::Open(_)
        | Record::Renew
        | Record::Asked { .. }
        | Record::Intent(_)
        | Record::Settlement { .. }
        | Record::Adopted(_)
        | Record::Counted { .. }
        | Record::Guarded(_)
        | Record::Close { .. }
        | Record::Takeover { .. } => "a record of a run".to_owned(),
    }
}

/// Runs and notes as one JSON document.
#[must_use]
pub fn history_json(history: &History) -> String {
    let runs: Vec<Value> = history.runs.iter().map(run_json).collect();
    let note = |Note { number, at, record }: &Note| json!({"number": number, "at": at, "record": record});
    let notes: Vec<Value> = history.notes.iter().map(note).collect();
    written(&json!({"formatVersion": FORMAT, "command": "history", "runs": runs, "notes": notes}))
}

fn run_json(run: &Run) -> Value {
    let Run { epoch, number, at, open, end, asked, effects } = run;
    let end = match end {
        End::Open { last } => json!({"is": "open", "last": last}),
        End::Closed { at, outcomes } => json!({"is": "closed", "at": at, "outcomes": outcomes}),
        End::TakenOver { at, by, reason } => json!({"is": "takenOver", "at": at, "by": by, "reason": reason}),
    };
    let asked: Vec<Value> = asked.iter().map(|(id, key)| json!({"handoff": id, "step": step(key)})).collect();
    let effects: Vec<Value> = effects.iter().map(effect_json).collect();
    json!({"run": epoch, "number": number, "at": at, "open": open, "end": end, "asked": asked, "effects": effects})
}

fn effect_json(effect: &Effect) -> Value {
    let Effect { number, at, intent, outcome } = effect;
    let outcome = outcome.as_ref().map(|outcome| {
        let by = match &outcome.by {
            Settler::Run(epoch) => json!({"run": epoch}),
            Settler::Person { by, reason } => json!({"person": by, "reason": reason}),
        };
        json!({"at": outcome.at, "settled": outcome.settled, "by": by})
    });
    json!({"number": number, "at": at, "step": step(&intent.key), "cause": intent.cause, "request": intent.request,
           "operation": intent.operation, "outcome": outcome})
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::journal::record::{Intent, Learned, Object, Open};
    use crate::model::{Class, CustomerId, Digest, Operation, RequestId, SubscriptionChange, Timestamp};
    use crate::plan::example::key;

    fn object(number: u64, records: Vec<Record>) -> Object {
        let at = Timestamp::from_seconds(1_795_424_400 + i64::try_from(number).unwrap());
        Object { format: 1, number, epoch: 1, nonce: "n".into(), before: None, at, records }
    }
    fn told() -> History {
        let open = Open {
            actor: "ci\u{1b}bot".into(),
            commit: Some("abc123".into()),
            reference: None,
            change_url: None,
            plan: None,
            tool: "0.1.0".into(),
            protected: Vec::new(),
            recipients: Vec::new(),
            limits: None,
        };
        let customer: CustomerId = "c0000000-0000-4000-8000-000000000001".parse().unwrap();
        let subscription = "50000000-0000-4000-8000-000000000001".parse().unwrap();
        let operation =
            Operation::ChangeSubscription { customer, subscription, change: SubscriptionChange::Quantity(30) };
        let intent = Intent {
            step: Digest::of_bytes(b"step"),
            key: key("change-quantity subscription/contoso/m365"),
            class: Class::Api,
            cause: "customer/contoso".parse().unwrap(),
            request: RequestId::from_bytes([1; 16]),
            operation,
            wanted: std::collections::BTreeMap::new(),
            counts: Vec::new(),
        };
        let outcome = Settled::Done { learned: Learned::Nothing };
        let asked = Record::Asked {
            step: Digest::of_bytes(b"asked"),
            key: key("invite-reseller partnership/northwind"),
            digest: Digest::of_bytes(b"text"),
            text: "text".into(),
        };
        let declined = Record::Declined { handoff: Digest::of_bytes(b"asked"), by: "anna".into(), reason: "no".into() };
        let mut history = History::default();
        history.absorb(object(1, vec![Record::Open(Box::new(open))]));
        history.absorb(object(2, vec![Record::Intent(Box::new(intent))]));
        let settlement = Record::Settlement { intent: 2, outcome, fields: std::collections::BTreeMap::new() };
        history.absorb(object(3, vec![settlement, asked]));
        history.absorb(object(4, vec![Record::Close { outcomes: [("done".into(), 1), ("asked".into(), 1)].into() }]));
        history.absorb(object(5, vec![declined]));
        history
    }

    #[test]
    fn runs_and_notes_are_told_oldest_first() {
        let mut out = String::new();
        history(&told(), Paint::Plain, &mut out).unwrap();
        let id = Digest::of_bytes(b"asked").short(10);
        let expect = "\
Run 1  2026-11-23T09:00:01Z  by ci\\u{1b}bot
    commit  abc123
    end     2026-11-23T09:00:04Z: 1 asked, 1 done
~ subscription/contoso/m365  change-quantity                               done
! partnership/northwind      invite-reseller                              asked

Notes
  2026-11-23T09:00:05Z  anna: hand-off HANDOFF declined: no
";
        assert_eq!(out, expect.replace("HANDOFF", &id));
    }

    #[test]
    fn history_is_one_json_document() {
        let json: Value = serde_json::from_str(&history_json(&told())).unwrap();
        assert_eq!(json["runs"][0]["effects"][0]["step"]["step"], "change-quantity");
        assert_eq!(json["runs"][0]["effects"][0]["outcome"]["by"]["run"], 1);
        assert_eq!(json["notes"][0]["record"]["type"], "declined");
    }
}
