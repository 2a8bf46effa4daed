//! Prints who decided what is there: what happened, in order, and by whose plan and change.

use super::Table;
use super::history::{
    change_json, changes_json, did, ended_as, guard, note, note_json, passed, plan, run_json, seen_as, seen_json,
};
use crate::ops::decided::{Decided, Event, What};
use crate::ops::past::{Changes, Runs};
use crate::report::Width;
use serde_json::{Value, json};

/// How far everything stands in.
const MARGIN: u16 = 4;

/// What happened, then the runs that did it; nothing where nothing did.
pub(crate) fn decided(decided: &Decided, changes: &Runs, width: Width) -> String {
    let Decided { events, runs } = decided;
    if events.is_empty() {
        return String::new();
    }
    let mut table = Table::default();
    for Event { at, number: _, what } in events {
        let (who, what) = told(what, changes);
        table.row([at.to_string(), who, what]);
    }
    let mut by = Table::default();
    for (epoch, run) in runs {
        let mut said = vec![format!("by {}", run.open.actor)];
        for (name, value) in
            [("change", &run.open.change_url), ("commit", &run.open.commit), ("ref", &run.open.reference)]
        {
            said.extend(value.as_ref().map(|value| format!("{name} {value}")));
        }
        said.push(format!("plan {}", plan(run)));
        by.row([format!("run {epoch}"), said.join(", ")]);
    }
    let room = width.beside(MARGIN);
    // The cells of a table are escaped where they are added.
    format!("\nDecided\n{}\nBy\n{}", indented(&table.show(room)), indented(&by.show(room)))
}

fn indented(text: &str) -> String {
    text.lines().map(|line| format!("{:margin$}{line}\n", "", margin = usize::from(MARGIN))).collect()
}

/// Who, and what.
pub(super) fn told(what: &What, changes: &Runs) -> (String, String) {
    match what {
        What::Asked { run, handoff, key } => {
            (format!("run {run}"), format!("{key}: asked, hand-off {}", handoff.short(10)))
        }
        What::Did { run, effect } => {
            (format!("run {run}"), format!("{}: {}", effect.intent.key, did(*run, effect, changes.get(run))))
        }
        What::Guarded { run, change } => (format!("run {run}"), guard(change)),
        What::Passed { run, passed: it } => (format!("run {run}"), passed(it)),
        What::Saw { run, seen } => {
            let (what, how) = seen_as(seen);
            (format!("run {run}"), format!("{what}: {how}"))
        }
        What::Said(said) => {
            let step = said.about.as_ref().map_or_else(String::new, |key| format!("{key}: "));
            (format!("note {}", said.number), format!("{step}{}", note(&said.record)))
        }
    }
}

/// The same, as JSON.
pub(crate) fn decided_json(decided: &Decided, changes: &Runs) -> Value {
    let Decided { events, runs } = decided;
    let one = |Event { at, number: _, what }: &Event| match what {
        What::Asked { run, handoff, key } => json!({ "at": at, "run": run, "asked": handoff, "step": key }),
        What::Did { run, effect } => {
            let moved = changes.get(run).and_then(|changes| changes_json(effect, changes));
            json!({ "at": at, "run": run, "did": effect.intent, "changes": moved, "how": ended_as(*run, effect) })
        }
        What::Guarded { run, change } => json!({ "at": at, "run": run, "guarded": change_json(change) }),
        What::Passed { run, passed } => json!({ "at": at, "run": run, "passed": passed }),
        What::Saw { run, seen } => json!({ "at": at, "run": run, "saw": seen_json(&(*at, seen.clone())) }),
        What::Said(said) => json!({ "at": at, "note": note_json(said) }),
    };
    let runs: Vec<Value> = runs.values().map(|run| run_json(run, &Changes::new())).collect();
    json!({ "decided": events.iter().map(one).collect::<Vec<_>>(), "runs": runs })
}
