//! Prints why an address is, or is not, changing.

use super::safe;
use crate::diag::{Finding, SourceMap};
use crate::ops::why::Why;
use crate::plan::{Expect, Readiness, Step};
use serde_json::{Value, json};

/// The explanation of an address, for people.
pub(crate) fn why(why: &Why, sources: &SourceMap) -> String {
    let Why { address, name, at, standing, stops, observed, decided, remembered, steps, blocked, findings } = why;
    let name = name.as_ref().map_or_else(String::new, |name| format!("  {}", safe(name)));
    let place = at.map_or_else(|| "not declared".to_owned(), |at| format!("declared at {}", sources.show(at)));
    let mut text = format!("{address}{name}\n    {place}\n\n{}\n", standing.sentence());
    for stop in stops {
        text.push_str(&format!("    {}\n", safe(stop)));
    }
    for (step, waiting) in steps {
        text.push_str(&format!("\n{} {}{}\n", step.mark.symbol(), step.key, readiness(step)));
        let mut line = |what: &str, value: String| text.push_str(&format!("    {what:<8} {}\n", safe(&value)));
        for change in &step.changes {
            let before = change.before.as_deref().map_or_else(String::new, |before| format!("{before} -> "));
            line("field", format!("{} {before}{}", change.field, change.after));
        }
        let reason = if step.reason.is_empty() { "declared" } else { step.reason.as_str() };
        let place = step.place.as_deref().map_or_else(String::new, |place| format!(" ({place})"));
        line("why", format!("{reason}{place}, by {}", step.cause));
        for need in &step.needs {
            let why = if need.why.is_empty() { String::new() } else { format!(": {}", need.why) };
            line("needs", format!("{}{why}", need.step));
        }
        for key in waiting {
            line("before", key.to_string());
        }
        for condition in &step.conditions {
            line("rests on", format!("{} = {}", condition.fact, expected(&condition.expect)));
        }
    }
    for one in blocked {
        text.push_str(&format!("\n? {} [{}]\n", one.key, one.finding.code));
        text.push_str(&below(&one.finding, sources));
    }
    for finding in findings {
        text.push_str(&format!("\n{} [{}]\n", finding.severity, finding.code));
        text.push_str(&below(finding, sources));
    }
    text.push_str(&section("There", observed));
    text.push_str(&section("Written down", decided));
    text.push_str(&section("Remembered", remembered));
    text
}

fn below(finding: &Finding, sources: &SourceMap) -> String {
    let mut text = format!("    {}\n    rule    {}\n", safe(&finding.message), finding.code.title());
    if let Some(at) = finding.at {
        text.push_str(&format!("    at      {}\n", sources.show(at)));
    }
    if let Some(help) = &finding.help {
        text.push_str(&format!("    help    {}\n", safe(help)));
    }
    text
}

fn section(title: &str, rows: &[(String, String)]) -> String {
    if rows.is_empty() {
        return String::new();
    }
    let width = rows.iter().map(|(what, _)| what.chars().count()).max().unwrap_or(0);
    let rows: String = rows.iter().map(|(what, value)| format!("    {what:<width$}  {}\n", safe(value))).collect();
    format!("\n{title}\n{rows}")
}

fn readiness(step: &Step) -> String {
    match &step.readiness {
        Readiness::Ready => String::new(),
        Readiness::Waiting => "  (waiting)".to_owned(),
        Readiness::Asked { since } => format!("  (asked {since})"),
    }
}

fn expected(expect: &Expect) -> String {
    match expect {
        Expect::Is(value) => value.to_string(),
        Expect::After { step, brings: _ } => format!("after {step}"),
    }
}

/// The explanation of an address, as JSON.
pub(crate) fn why_json(why: &Why, sources: &SourceMap) -> Value {
    let Why { address, name, at, standing, stops, observed, decided, remembered, steps, blocked, findings } = why;
    let rows = |rows: &[(String, String)]| rows.iter().map(|(what, value)| json!([what, value])).collect::<Vec<_>>();
    let told = |finding: &Finding| {
        json!({
            "code": finding.code.to_string(), "severity": finding.severity.to_string(), "message": finding.message,
            "help": finding.help, "place": finding.at.map(|at| sources.show(at)),
        })
    };
    let step = |(step, waiting): &(Step, Vec<crate::model::StepKey>)| {
        let needs = step.needs.iter().map(|need| json!({ "step": need.step.to_string(), "why": need.why }));
        let rests = step.conditions.iter().map(|one| json!([one.fact.to_string(), expected(&one.expect)]));
        json!({
            "step": step.key.to_string(), "id": step.id.to_string(), "cause": step.cause.to_string(),
            "reason": step.reason, "place": step.place, "needs": needs.collect::<Vec<_>>(),
            "before": waiting.iter().map(ToString::to_string).collect::<Vec<_>>(),
            "restsOn": rests.collect::<Vec<_>>(),
        })
    };
    let blocked = blocked.iter().map(|one| json!({ "step": one.key.to_string(), "finding": told(&one.finding) }));
    json!({
        "formatVersion": 1, "address": address.to_string(), "name": name, "place": at.map(|at| sources.show(at)),
        "standing": format!("{standing:?}").to_lowercase(), "stops": stops, "steps": steps.iter().map(step).collect::<Vec<_>>(),
        "blocked": blocked.collect::<Vec<_>>(), "findings": findings.iter().map(told).collect::<Vec<_>>(),
        "observed": rows(observed), "decided": rows(decided), "remembered": rows(remembered),
    })
}
