//! Prints what drifted.

use super::safe;
use crate::diag::SourceMap;
use crate::model::Value;
use crate::observed::AuditRecord;
use crate::ops::drift::{Disposition, Drift, Drifted};
use serde_json::json;

/// What drifted, for people.
pub(crate) fn drift(drift: &Drift, sources: &SourceMap) -> String {
    if drift.rows.is_empty() && drift.unread.is_empty() {
        return "Nothing drifted.\n".to_owned();
    }
    let mut text = String::new();
    for row in &drift.rows {
        let Drifted { address, at, field, declared, settled: _, observed, disposition, by } = row;
        text.push_str(&format!("{address}  {}  {}\n", field.name(), disposition.word()));
        text.push_str(&format!("    {} -> {}\n", safe(&declared_text(row)), safe(&observed.to_string())));
        text.push_str(&format!("    declared at {}\n", sources.show(*at)));
        if let Some(record) = by {
            text.push_str(&format!("    by    {}\n", safe(&who(record))));
        }
        text.push_str(&format!("    help  {}\n\n", safe(&help(*disposition, field.name(), declared, observed))));
    }
    for what in &drift.unread {
        text.push_str(&format!("Not compared: {}\n", safe(what)));
    }
    let count = super::count(drift.rows.len(), "field");
    text.push_str(&format!("{count} drifted.\n"));
    text
}

fn declared_text(row: &Drifted) -> String {
    match (&row.disposition, &row.settled) {
        (Disposition::Conflict, Some(settled)) => format!("declared {}, settled {settled}", row.declared),
        (Disposition::Conflict | Disposition::Restored | Disposition::Reported, _) => row.declared.to_string(),
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

fn help(disposition: Disposition, field: &str, declared: &Value, observed: &Value) -> String {
    match disposition {
        Disposition::Restored => format!("the next apply brings {declared} back; write {observed} to accept it"),
        Disposition::Reported => {
            format!("write {observed} to accept it, or `onDrift: {{{field}: restore}}` to bring {declared} back")
        }
        Disposition::Conflict => {
            format!("both moved: write {observed} to accept what is there, or settle it with whoever changed it")
        }
    }
}

/// What drifted, as JSON.
pub(crate) fn drift_json(drift: &Drift, sources: &SourceMap) -> serde_json::Value {
    let row = |row: &Drifted| {
        let (line, column) = sources.line_column(row.at);
        let by = row.by.as_ref().map(|record| {
            let AuditRecord { at, operation, user, application, customer: _, resource: _, new: _ } = record;
            json!({ "at": at.to_string(), "operation": operation, "user": user, "application": application })
        });
        json!({
            "address": row.address.to_string(), "field": row.field.name(), "disposition": row.disposition.word(),
            "declared": row.declared, "settled": row.settled, "observed": row.observed, "by": by,
            "place": { "file": sources.path(row.at), "line": line, "column": column },
        })
    };
    json!({
        "formatVersion": 1,
        "drift": drift.rows.iter().map(row).collect::<Vec<_>>(),
        "unread": drift.unread,
        "audit": drift.unaudited.as_ref().map_or_else(|| "read".to_owned(), ToString::to_string),
    })
}
