//! Prints what may be removed of a state, and what became of it.

use super::{Table, count};
use crate::journal::prune::{Gone, SparePlan, Spares};
use crate::journal::store::Key;
use crate::report::Width;
use serde_json::{Value, json};

/// How many plans are listed; the rest is counted.
const LISTED: usize = 20;

/// What may go, one sort after the other.
pub(crate) fn spares(spares: &Spares, width: Width) -> String {
    let day = spares.before.date();
    if spares.is_empty() {
        return format!(
            "Nothing to remove: no kept plan is of a run that ended before {day}, and no checkpoint or sealed password is of no \
             use.\n"
        );
    }
    let mut text = String::new();
    if !spares.plans.is_empty() {
        text.push_str(&plans(&spares.plans, width));
        let all = count(spares.plans.len(), "kept plan");
        text.push_str(&format!(
            "{all}, of runs that ended before {day}; what the runs did stays in `twotier history`\n"
        ));
    }
    if !spares.checkpoints.is_empty() {
        text.push_str(&format!("{} that newer ones make superfluous\n", count(spares.checkpoints.len(), "checkpoint")));
    }
    if !spares.sealed.is_empty() {
        let all = count(spares.sealed.len(), "sealed password");
        text.push_str(&format!("{all} that were replaced or forgotten: {}\n", sealed(spares).join(", ")));
    }
    text
}

fn plans(plans: &[SparePlan], width: Width) -> String {
    let mut table = Table::new(&["plan", "last run", "ended"]);
    for SparePlan { id, run, ended } in plans.iter().take(LISTED) {
        table.row([id.short(10), run.to_string(), ended.to_string()]);
    }
    let more = plans.len().saturating_sub(LISTED);
    let more = if more == 0 { String::new() } else { format!("and {more} more: `--format json` lists all\n") };
    format!("{}{more}", table.show(width))
}

fn sealed(spares: &Spares) -> Vec<String> {
    spares.sealed.iter().map(|intent| Key::Sealed(*intent).to_string()).collect()
}

/// That it is done.
pub(crate) fn gone(Gone { note, objects, left }: Gone) -> String {
    let rest = match left {
        0 => String::new(),
        left => format!("; a run began meanwhile, so {left} are left for another time"),
    };
    format!("{} removed, as note {note} tells{rest}", count(objects, "object"))
}

/// What may go, and how far it came, as JSON.
pub(crate) fn spares_json(spares: &Spares, gone: Option<Gone>) -> Value {
    let plan = |SparePlan { id, run, ended }: &SparePlan| json!({ "id": id, "run": run, "ended": ended });
    let removed = gone.map(|Gone { note, objects, left }| json!({ "note": note, "objects": objects, "left": left }));
    json!({
        "plansBefore": spares.before, "plans": spares.plans.iter().map(plan).collect::<Vec<_>>(),
        "checkpoints": spares.checkpoints, "sealed": sealed(spares), "removed": removed,
    })
}
