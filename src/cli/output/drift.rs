//! Prints what drifted.

use super::safe;
use crate::desired::Accepted;
use crate::diag::SourceMap;
use crate::observed::AuditRecord;
use crate::ops::drift::{Disposition, Drift, Drifted};
use serde_json::json;

/// What drifted, for people; last, what is accepted.
pub(crate) fn drift(drift: &Drift, sources: &SourceMap) -> String {
    if drift.rows.is_empty() && drift.unread.is_empty() {
        return "Nothing drifted.\n".to_owned();
    }
    let (accepted, open): (Vec<&Drifted>, Vec<_>) = drift.rows.iter().partition(|row| row.accepted().is_some());
    let mut text = String::new();
    for row in open.iter().chain(&accepted) {
        text.push_str(&one(row, sources));
    }
    for what in &drift.unread {
        text.push_str(&format!("Not compared: {}\n", safe(what)));
    }
    let count = super::count(open.len(), "field");
    let drifted = if open.is_empty() { "Nothing drifted".to_owned() } else { format!("{count} drifted") };
    let accepted = if accepted.is_empty() { String::new() } else { format!(", {} accepted", accepted.len()) };
    text.push_str(&format!("{drifted}{accepted}.\n"));
    text
}

fn one(row: &Drifted, sources: &SourceMap) -> String {
    let Drifted { address, at, field, declared, settled: _, observed, disposition, by } = row;
    let mut text = format!("{address}  {}  {}\n", field.name(), disposition.word());
    text.push_str(&format!("    {} -> {}\n", safe(&declared_text(row)), safe(&observed.to_string())));
    text.push_str(&format!("    declared at {}\n", sources.show(*at)));
    if let Some(record) = by {
        text.push_str(&format!("    by    {}\n", safe(&who(record))));
    }
    let help = match disposition {
        Disposition::Accepted(accepted) => {
            let Accepted { at: _, value: _, reason, by, expires } = &**accepted;
            text.push_str(&format!("    accepted by {} until {expires}: {}\n\n", safe(by), safe(reason)));
            return text;
        }
        Disposition::Restored => format!("the next apply brings {declared} back; write {observed} to accept it"),
        Disposition::Reported => {
            let field = field.name();
            format!("write {observed} to accept it, or `onDrift: {{{field}: restore}}` to bring {declared} back")
        }
        Disposition::Conflict => {
            format!("both moved: write {observed} to accept what is there, or settle it with whoever changed it")
        }
    };
    text.push_str(&format!("    help  {}\n\n", safe(&help)));
    text
}

fn declared_text(row: &Drifted) -> String {
    match (&row.disposition, &row.settled) {
        (Disposition::Conflict, Some(settled)) => format!("declared {}, settled {settled}", row.declared),
        (Disposition::Conflict | Disposition::Restored | Disposition::Reported | Disposition::Accepted(_), _) => {
            row.declared.to_string()
        }
    }
}

fn who(record: &AuditRecord) -> String {
    let AuditRecord { at, operation, user, application, customer: _, resource: _, new: _ } = record;
    let who = match (user, application) {
        (Some(user), Some(application)) => format!("{user}, from application {application}"),
        (Some(user), None) => user.to_string(),
        (None, Some(application)) => format!("application {application}"),
        (None, None) => "somebody who is not told".to_owned(),
    };
    format!("{who}, {at} ({operation})")
}

/// What drifted, as JSON.
pub(crate) fn drift_json(drift: &Drift, sources: &SourceMap) -> serde_json::Value {
    let row = |row: &Drifted| {
        let (line, column) = sources.line_column(row.at);
        let by = row.by.as_ref().map(|record| {
            let AuditRecord { at, operation, user, application, customer: _, resource: _, new: _ } = record;
            json!({ "at": at.to_string(), "operation": operation, "user": user, "application": application })
        });
        let accepted = row.accepted().map(|accepted| {
            let Accepted { at: _, value: _, reason, by, expires } = accepted;
            json!({ "by": by, "reason": reason, "expires": expires.to_string() })
        });
        json!({
            "address": row.address.to_string(), "field": row.field.name(), "disposition": row.disposition.word(),
            "declared": row.declared, "settled": row.settled, "observed": row.observed, "by": by,
            "accepted": accepted,
            "place": { "file": sources.path(row.at), "line": line, "column": column },
        })
    };
    json!({
        "formatVersion": 1,
        "drift": drift.open().map(row).collect::<Vec<_>>(),
        "accepted": drift.rows.iter().filter(|it| it.accepted().is_some()).map(row).collect::<Vec<_>>(),
        "unread": drift.unread,
        "audit": drift.unaudited.as_ref().map_or_else(|| "read".to_owned(), ToString::to_string),
    })
}
