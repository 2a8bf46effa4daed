//! Prints what drifted.

use super::safe;
use crate::desired::Accepted;
use crate::diag::SourceMap;
use crate::diff::writing;
use crate::ledger::LiveId;
use crate::model::Address;
use crate::observed::AuditRecord;
use crate::ops::drift::{Disposition, Drift, Drifted, Gone, How, Left, Stranger};
use serde_json::json;

/// What drifted, for people; last, what is accepted.
pub(crate) fn drift(drift: &Drift, sources: &SourceMap) -> String {
    let Drift { rows, gone, left, strangers, unaudited: _, unread } = drift;
    let (accepted, open): (Vec<&Drifted>, Vec<_>) = rows.iter().partition(|row| row.accepted().is_some());
    let mut text = String::new();
    gone.iter().for_each(|one| text.push_str(&lost(one, sources)));
    left.iter().for_each(|one| text.push_str(&parted(one, sources)));
    strangers.iter().for_each(|one| text.push_str(&stranger(one)));
    for row in open.iter().chain(&accepted) {
        text.push_str(&one(row, sources));
    }
    for what in unread {
        text.push_str(&format!("Not compared: {}\n", safe(what)));
    }
    let mut sum = Vec::new();
    if !open.is_empty() {
        sum.push(format!("{} drifted", super::count(open.len(), "field")));
    }
    for how in [How::Absent, How::NotActive] {
        match gone.iter().filter(|one| one.how == how).count() {
            0 => {}
            count => sum.push(format!("{count} {}", how.word())),
        }
    }
    if !left.is_empty() {
        sum.push(format!("{} ended", super::count(left.len(), "relation")));
    }
    if !strangers.is_empty() {
        sum.push(format!("{} undeclared", super::count(strangers.len(), "reseller")));
    }
    if sum.is_empty() {
        sum.push("Nothing drifted".to_owned());
    }
    if !accepted.is_empty() {
        sum.push(format!("{} accepted", accepted.len()));
    }
    text.push_str(&format!("{}.\n", sum.join(", ")));
    text
}

/// Something that is no longer there.
fn lost(one: &Gone, sources: &SourceMap) -> String {
    let Gone { address, at, live, how, customers, by } = one;
    let (what, help) = match live {
        LiveId::Reseller(tenant) if *how == How::NotActive => (
            format!("{tenant} is listed as an indirect reseller, and not as active"),
            "look at it in the portal, and ask the reseller: nothing is ordered or changed for it meanwhile",
        ),
        LiveId::Reseller(tenant) => (
            format!("{tenant} is no longer listed as an indirect reseller"),
            "find out who ended it and why; declare it ended, where it is not, or invite it again after `twotier state forget`",
        ),
        LiveId::Customer(id) => (
            format!("{id} is no longer among the customers"),
            "find out who ended it and why; invite it again in the portal, or remove the document",
        ),
        LiveId::Subscription(_, id) => (
            format!("{id} is no longer among the customer's subscriptions"),
            "find out who ended it and why; it is never bought anew: remove the document",
        ),
    };
    let declared = format!("    declared at {}\n", sources.show(*at));
    let customers = had(customers);
    format!("{address}  {}\n    {what}\n{customers}{declared}{}    help  {help}\n\n", how.word(), told(by.as_ref()))
}

/// Most customers of a lost reseller that are named for people; the document names all.
const NAMED: usize = 20;

/// Whose reseller it was.
fn had(customers: &[Address]) -> String {
    if customers.is_empty() {
        return String::new();
    }
    let more = customers.len().saturating_sub(NAMED);
    let mut names: Vec<String> = customers.iter().take(NAMED).map(ToString::to_string).collect();
    names.extend((more > 0).then(|| format!("{more} more")));
    format!("    it was a reseller of {}: {}\n", super::count(customers.len(), "customer"), names.join(", "))
}

/// A relation that ended.
fn parted(one: &Left, sources: &SourceMap) -> String {
    let Left { address, at, reseller, ends: _, by } = one;
    let declared = format!("    declared at {}\n", sources.show(*at));
    let help = "find out who ended it and why; invite the customer again, or take the reseller out of the manifest";
    format!(
        "{address}  reseller  ended\n    `{reseller}` is no longer among its resellers\n{declared}{}    help  {help}\n\n",
        told(by.as_ref())
    )
}

/// An active reseller that nobody declared.
fn stranger(one: &Stranger) -> String {
    let Stranger { tenant, name, partner_id, by } = one;
    let id = partner_id.as_ref().map_or_else(String::new, |id| format!(", PartnerID {id}"));
    let what = format!("    {} ({tenant}{id}) is an active reseller that no manifest declares\n", safe(name));
    let help = "the invitation link is reusable: declare a Partnership for it, or remove it in the portal";
    format!("reseller {tenant}  undeclared\n{what}{}    help  {help}\n\n", told(by.as_ref()))
}

fn told(by: Option<&AuditRecord>) -> String {
    by.map_or_else(String::new, |record| format!("    by    {}\n", safe(&who(record))))
}

fn one(row: &Drifted, sources: &SourceMap) -> String {
    let Drifted { address, at, field, declared, settled: _, observed, disposition, by } = row;
    let mut text = format!("{address}  {}  {}\n", field.name(), disposition.word());
    text.push_str(&format!("    {} -> {}\n", safe(&declared_text(row)), safe(&observed.to_string())));
    text.push_str(&format!("    declared at {}\n", sources.show(*at)));
    text.push_str(&told(by.as_ref()));
    let help = match disposition {
        Disposition::Accepted(accepted) => {
            let Accepted { at: _, value: _, reason, by, expires } = &**accepted;
            text.push_str(&format!("    accepted by {} until {expires}: {}\n\n", safe(by), safe(reason)));
            return text;
        }
        Disposition::Restored => {
            format!("the next apply brings {declared} back; {} to accept it", writing(*field, observed))
        }
        Disposition::Reported => {
            let (name, there) = (field.name(), writing(*field, observed));
            format!("{there} to accept it, or `onDrift: {{{name}: restore}}` to bring {declared} back")
        }
        Disposition::Told(help) => (*help).to_owned(),
        Disposition::Conflict => {
            let there = writing(*field, observed);
            format!("both moved: {there} (what is there) and apply, then write {declared} if that is meant")
        }
    };
    text.push_str(&format!("    help  {}\n\n", safe(&help)));
    text
}

fn declared_text(row: &Drifted) -> String {
    match (&row.disposition, &row.settled) {
        (Disposition::Conflict, Some(settled)) => format!("declared {}, settled {settled}", row.declared),
        (
            Disposition::Conflict
            | Disposition::Restored
            | Disposition::Reported
            | Disposition::Told(_)
            | Disposition::Accepted(_),
            _,
        ) => row.declared.to_string(),
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
        let by = row.by.as_ref().map(record);
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
    let gone = |one: &Gone| {
        let Gone { address, at, live, how, customers, by } = one;
        let (line, column) = sources.line_column(*at);
        let place = json!({ "file": sources.path(*at), "line": line, "column": column });
        let id = match live {
            LiveId::Reseller(id) => id.to_string(),
            LiveId::Customer(id) => id.to_string(),
            LiveId::Subscription(_, id) => id.to_string(),
        };
        let customers: Vec<String> = customers.iter().map(ToString::to_string).collect();
        json!({
            "address": address.to_string(), "id": id, "how": how.word(), "customers": customers,
            "by": by.as_ref().map(record), "place": place,
        })
    };
    let left = |one: &Left| {
        let Left { address, at, reseller, ends: _, by } = one;
        let (line, column) = sources.line_column(*at);
        let place = json!({ "file": sources.path(*at), "line": line, "column": column });
        json!({ "address": address.to_string(), "reseller": reseller.as_str(), "by": by.as_ref().map(record), "place": place })
    };
    let stranger = |one: &Stranger| {
        let Stranger { tenant, name, partner_id, by } = one;
        json!({ "tenantId": tenant, "name": name, "partnerId": partner_id, "by": by.as_ref().map(record) })
    };
    json!({
        "formatVersion": 1,
        "gone": drift.gone.iter().map(gone).collect::<Vec<_>>(),
        "ended": drift.left.iter().map(left).collect::<Vec<_>>(),
        "undeclared": drift.strangers.iter().map(stranger).collect::<Vec<_>>(),
        "drift": drift.open().map(row).collect::<Vec<_>>(),
        "accepted": drift.rows.iter().filter(|it| it.accepted().is_some()).map(row).collect::<Vec<_>>(),
        "unread": drift.unread,
        "audit": drift.unaudited.as_ref().map_or_else(|| "read".to_owned(), ToString::to_string),
    })
}

fn record(record: &AuditRecord) -> serde_json::Value {
    let AuditRecord { at, operation, user, application, customer: _, resource: _, new: _ } = record;
    json!({ "at": at.to_string(), "operation": operation, "user": user, "application": application })
}
