//! What the service remembers of changes: read in windows of 30 days, 90 days back, and told as one list. The old and the
//! new state are JSON inside text, in keys of another case. Source: learn, get-a-record-of-partner-center-activity-by-user,
//! auditing-resources.

use super::center::Center;
use super::decode::{Garbage, Node, json, same_key};
use super::read;
use crate::model::{Span, Timestamp};
use crate::observed::{AuditRecord, Why};
use serde_json::Value;
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// The widest window. Source: unconfirmed, the service's Swagger file (30 days).
const WINDOW: Span = Span::days(30);
/// How far back the service tells. Source: learn, get-a-record-of-partner-center-activity-by-user.
const KEPT: Span = Span::days(90);

impl Center {
    /// Every record since an instant, oldest first.
    ///
    /// # Errors
    /// Why they are not all told.
    pub(super) fn records(&self, since: Timestamp) -> Result<Vec<AuditRecord>, Why> {
        let now = self.line.doors.clock.now();
        if now.since(since) > KEPT {
            return Err(Why::Refused("audit records are kept for 90 days".into()));
        }
        let mut told = BTreeSet::new();
        let mut all = Vec::new();
        let mut from = since;
        while from <= now {
            // The end is a date as well, and belongs to the window.
            let to = from.plus(WINDOW).plus(Span::days(-1)).min(now);
            let page = self.line.hear_list(&read::audit(from.date(), to.date()), self.patience(), entry)?;
            let page = page.ok_or_else(|| Why::Implausible("the list of audit records does not exist".into()))?;
            // Windows meet in a day, and records are told by day.
            all.extend(page.into_iter().filter(|(id, _)| id.as_ref().is_none_or(|id| told.insert(id.clone()))));
            from = to.date().start().plus(Span::days(1));
        }
        let mut records: Vec<AuditRecord> = all.into_iter().filter_map(|(_, record)| record).collect();
        records.sort_by_key(|record| record.at);
        Ok(records)
    }
}

/// A record with its own id; nothing where what was tried did not succeed.
pub(super) fn entry(node: &Node<'_>) -> Result<(Option<SmolStr>, Option<AuditRecord>), Garbage> {
    let id = node.text("id")?;
    let failed = node
        .text("operationStatus")?
        .is_some_and(|status| ["failed", "decline", "declined"].iter().any(|word| status.eq_ignore_ascii_case(word)));
    Ok((id, if failed { None } else { Some(record(node)?) }))
}

fn record(node: &Node<'_>) -> Result<AuditRecord, Garbage> {
    let (old, new) = (state(node, "resourceOldValue"), state(node, "resourceNewValue"));
    let at = node.time("operationDate").ok_or_else(|| Garbage("a record has no `operationDate`".into()))?;
    let own_id = [&new, &old].into_iter().flatten().find_map(own_id);
    let resource = match own_id {
        Some(id) => id,
        None => named(node)?.or(node.text("customerId")?).unwrap_or_default(),
    };
    Ok(AuditRecord {
        at,
        operation: node.text("operationType")?.unwrap_or_default(),
        user: node.text("userPrincipalName")?,
        application: node.text("applicationId")?,
        // Not every record is about a customer, and not every id is one.
        customer: node.text("customerId")?.and_then(|id| id.parse().ok()),
        resource,
        new: new.as_ref().and_then(|new| changed(old.as_ref(), new)),
    })
}

/// The state of an object before or after, if it can be read.
fn state(node: &Node<'_>, key: &str) -> Option<Value> {
    match node.get(key)? {
        Value::String(text) => json(text.as_bytes()).ok(),
        Value::Object(object) => Some(Value::Object(object.clone())),
        Value::Null | Value::Bool(_) | Value::Number(_) | Value::Array(_) => None,
    }
}

fn own_id(state: &Value) -> Option<SmolStr> {
    Node::of(state).ok()?.text("id").ok().flatten()
}

/// The object as the record's own data names it.
fn named(node: &Node<'_>) -> Result<Option<SmolStr>, Garbage> {
    let data = node.nodes("customizedData")?;
    for wanted in ["SubscriptionId", "SubscriptionId-0", "OrderId"] {
        for pair in &data {
            if pair.text("key")?.is_some_and(|key| same_key(&key, wanted)) {
                return pair.text("value");
            }
        }
    }
    Ok(None)
}

/// How many characters of a change are told.
const LONGEST: usize = 600;

/// What differs after from before, as `key value` in the keys of the API; all of it where nothing is told of before.
fn changed(old: Option<&Value>, new: &Value) -> Option<SmolStr> {
    let before = old.map(leaves).unwrap_or_default();
    let mut told = String::new();
    for (key, value) in leaves(new) {
        if before.get(&key) == Some(&value) || told.len() > LONGEST {
            continue;
        }
        if !told.is_empty() {
            told.push_str(", ");
        }
        let name = key.rsplit('/').next().unwrap_or(&key);
        told.push_str(&format!("{name} {value}"));
    }
    (!told.is_empty()).then(|| told.into())
}

/// The plain values of an object, by their path; without links and bookkeeping.
fn leaves(value: &Value) -> BTreeMap<String, String> {
    let mut found = BTreeMap::new();
    gather(value, String::new(), &mut found);
    found
}

fn gather(value: &Value, path: String, found: &mut BTreeMap<String, String>) {
    match value {
        Value::Object(object) => {
            for (key, inner) in object {
                if !["links", "attributes"].iter().any(|skipped| same_key(key, skipped)) {
                    gather(inner, format!("{path}/{}", lower_first(key)), found);
                }
            }
        }
        Value::Array(items) => {
            for (number, inner) in items.iter().enumerate() {
                gather(inner, format!("{path}/{number}"), found);
            }
        }
        Value::String(text) => {
            found.insert(path, text.clone());
        }
        Value::Number(_) | Value::Bool(_) => {
            found.insert(path, value.to_string());
        }
        Value::Null => {}
    }
}

fn lower_first(key: &str) -> String {
    let mut chars = key.chars();
    chars.next().map_or_else(String::new, |first| first.to_ascii_lowercase().to_string() + chars.as_str())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn told(body: &str) -> AuditRecord {
        let value = json(body.as_bytes()).expect("JSON");
        entry(&Node::of(&value).expect("an object")).expect("understood").1.expect("told")
    }

    #[test]
    fn a_record_tells_who_changed_which_field_of_what() {
        let record = told(
            r#"{"id":"x_1","customerId":"0C39D6D5-c70d-4c55-bc02-f620844f3fd1","userPrincipalName":"ann@p.example",
                "applicationId":"Partner Center Web","resourceType":"subscription","operationType":"update_subscription",
                "resourceOldValue":"{\"Id\":\"488745B5\",\"Quantity\":25,\"PartnerId\":\"4811111\",\"Links\":{\"Self\":\"a\"}}",
                "resourceNewValue":"{\"Id\":\"488745B5\",\"Quantity\":40,\"PartnerId\":\"4811111\",\"Links\":{\"Self\":\"b\"}}",
                "operationDate":"2026-11-01T09:00:00.0589308Z","operationStatus":"succeeded","customizedData":null}"#,
        );
        assert_eq!(record.at.to_string(), "2026-11-01T09:00:00Z");
        assert_eq!(record.user.as_deref(), Some("ann@p.example"));
        assert_eq!(record.application.as_deref(), Some("Partner Center Web"));
        assert_eq!((record.resource.as_str(), record.new.as_deref()), ("488745B5", Some("quantity 40")));
        assert!(record.customer.is_some());
    }

    #[test]
    fn without_states_the_record_names_its_object_itself() {
        let record = told(
            r#"{"operationType":"update_subscription","operationDate":"2026-11-01T09:00:00Z","customerId":"none",
                "resourceNewValue":"not json","customizedData":[{"key":"SubscriptionId","value":"s-1"}]}"#,
        );
        assert_eq!((record.resource.as_str(), record.customer, record.new), ("s-1", None, None));
    }

    #[test]
    fn what_failed_did_not_change_anything_and_a_record_without_a_date_is_garbage() {
        let entry_of = |body: &str| {
            let value = json(body.as_bytes()).expect("JSON");
            entry(&Node::of(&value).expect("an object"))
        };
        assert_eq!(entry_of(r#"{"operationStatus":"failed"}"#), Ok((None, None)));
        assert!(entry_of(r#"{"operationStatus":"succeeded"}"#).is_err());
    }
}
