//! Prints what is remembered: every address in one line, or one address whole.

use super::people::credential_word;
use super::{Table, safe};
use crate::journal::Journal;
use crate::ledger::{
    Assignment, Doubt, Grant, Guards, HandoffState, Ledger, Pending, PendingWhat, Unresolved, not_ordered,
};
use crate::model::{Address, Limit};
use crate::plan::guards::shown;
use crate::report::Width;
use serde_json::{Map, Value, json};
use std::collections::{BTreeMap, BTreeSet};

/// What may be in Azure because of one document.
type Roles<'l> = BTreeMap<Assignment, (Grant, &'l HandoffState)>;

/// Every remembered address, one line each.
pub(crate) fn state(journal: &Journal, width: Width) -> String {
    let ledger = journal.ledger();
    let Some(genesis) = &ledger.genesis else {
        return "No state yet: the first `apply` begins it.\n".to_owned();
    };
    let mut table = Table::new(&["address", "live id", "state", "waits for"]);
    let roles = ledger.azure_roles();
    for address in addresses(ledger, &roles) {
        let id = ledger.bindings.get(address).map(ToString::to_string);
        let id = id.or_else(|| roles.get(address).map(role_names)).unwrap_or_else(|| "-".to_owned());
        let managed = if ledger.managed.contains(address) { "managed" } else { "released" };
        table.row([address.to_string(), id, managed.to_owned(), open(ledger, address).unwrap_or_default()]);
    }
    let mut text = format!("tenant {}, since {}\n", genesis.tenant, genesis.at);
    if let Some(run) = &journal.folded().run {
        text.push_str(&format!("run {} of {} is open since {}\n", run.epoch, safe(&run.open.actor), run.at));
    }
    format!("{text}\n{}", table.show(width))
}

/// Roles in Azure have no live id: they go by name.
fn role_names(roles: &Roles<'_>) -> String {
    let names: BTreeSet<String> = roles.values().map(|(grant, _)| safe(&grant.role)).collect();
    names.into_iter().collect::<Vec<_>>().join(", ")
}

/// What is open on an address.
fn open(ledger: &Ledger, address: &Address) -> Option<String> {
    let doubts = ledger.doubts(address).map(|doubt| match doubt {
        Doubt::Unresolved(Unresolved { intent, key, .. }) => {
            format!("{}: outcome unknown, `twotier state resolve {intent}`", key.step)
        }
        Doubt::Open(open) => format!("{}: not settled, the next `twotier apply` looks", open.key.step),
    });
    let doubts = doubts.collect::<Vec<_>>().join("; ");
    let pending = || ledger.pending.get(address).map(|pending| format!("{}: {}", pending.key.step, what(pending)));
    Some(doubts).filter(|doubts| !doubts.is_empty()).or_else(pending)
}

fn what(pending: &Pending) -> String {
    match &pending.what {
        PendingWhat::Customer(id) => format!("customer {id} to show"),
        PendingWhat::Order { order, .. } => {
            format!("order {order} to show; if it failed, {}", not_ordered(pending.intent))
        }
        PendingWhat::Change { field, value, .. } => format!("{} to become {value}", field.name()),
    }
}

fn addresses<'l>(ledger: &'l Ledger, roles: &BTreeMap<&'l Address, Roles<'l>>) -> BTreeSet<&'l Address> {
    let Ledger {
        genesis: _,
        bindings,
        settled,
        managed,
        handoffs: _,
        pending,
        unresolved,
        open,
        given_up: _,
        done: _,
        credentials,
        guards: _,
        guarded: _,
        counted: _,
        perhaps: _,
    } = ledger;
    let keys = bindings.keys().chain(settled.keys()).chain(managed).chain(pending.keys());
    let open = open.values().map(|open| &open.key.address);
    let unresolved = unresolved.values().map(|unresolved| &unresolved.key.address);
    keys.chain(roles.keys().copied()).chain(open).chain(unresolved).chain(credentials.keys()).collect()
}

/// Everything remembered, as JSON.
pub(crate) fn state_json(journal: &Journal) -> Value {
    let ledger = journal.ledger();
    let genesis = ledger.genesis.as_ref();
    let run = journal.folded().run.as_ref();
    let roles = ledger.azure_roles();
    let addresses: Map<String, Value> = addresses(ledger, &roles)
        .into_iter()
        .filter_map(|address| Some((address.to_string(), remembered(journal, address)?)))
        .collect();
    json!({
        "tenant": genesis.map(|genesis| genesis.tenant), "state": genesis.map(|genesis| &genesis.state),
        "since": genesis.map(|genesis| genesis.at), "objects": journal.head().map(|head| head.number + 1),
        "head": journal.head().map(|head| head.to_string()),
        "openRun": run.map(|run| json!({ "run": run.epoch, "actor": run.open.actor, "at": run.at })),
        "addresses": addresses,
    })
}

fn roles_json(roles: &Roles<'_>) -> Vec<Value> {
    let role = |(Grant { customer, reseller, principal, role, scope }, state): &(Grant, &HandoffState)| {
        let granted = matches!(state, HandoffState::Acknowledged { .. });
        json!({
            "customer": customer, "reseller": reseller, "principal": principal, "role": role, "scope": scope,
            "said": if granted { "granted" } else { "asked" },
        })
    };
    roles.values().map(role).collect()
}

/// Everything remembered of an address; none when nothing is.
pub(crate) fn remembered(journal: &Journal, address: &Address) -> Option<Value> {
    let ledger = journal.ledger();
    let roles = ledger.azure_roles();
    if !addresses(ledger, &roles).contains(address) {
        return None;
    }
    let settled: Map<String, Value> = ledger
        .settled
        .get(address)
        .into_iter()
        .flatten()
        .map(|(field, value)| (field.name().to_owned(), json!(value)))
        .collect();
    let credential = ledger.credentials.get(address);
    Some(json!({
        "address": address, "liveId": ledger.bindings.get(address).map(ToString::to_string),
        "managed": ledger.managed.contains(address), "settled": settled, "roles": roles.get(address).map(roles_json),
        "pending": ledger.pending.get(address).map(|pending| json!({
            "step": pending.key.step, "since": pending.since, "waitsFor": what(pending), "intent": pending.intent,
        })),
        "unresolved": ledger.unresolved_at(address).next().map(unresolved_json),
        "alsoUnresolved": also_unresolved(ledger, address),
        "open": ledger.open.values().find(|open| open.key.address == *address).map(|open| json!({
            "step": open.key.step, "since": open.since,
        })),
        "credentials": credential.map(|credential| credential_word(&credential.state)),
        "guards": guards(ledger, address),
    }))
}

/// What runs keep to, where the address is the provider; none where nothing is recorded.
fn guards(ledger: &Ledger, address: &Address) -> Option<Value> {
    let Address::Provider(_) = address else { return None };
    let Guards { protected, others: _, recipients, limits, freeze } = ledger.guards.as_ref()?;
    let limit = |limit: &Limit| (limit.name().to_owned(), json!(shown(*limit, limits.get(limit))));
    let limits: Map<String, Value> = Limit::ALL.iter().map(limit).collect();
    let freeze: Vec<String> = freeze.iter().map(|it| format!("{it}: {}", it.reason)).collect();
    Some(json!({ "limits": limits, "protected": protected, "recipients": recipients, "freeze": freeze }))
}

fn unresolved_json(it: &Unresolved) -> Value {
    json!({ "intent": it.intent, "step": it.key.step, "since": it.since, "text": it.text })
}

/// What is unresolved beside the first one; none where there is nothing.
fn also_unresolved(ledger: &Ledger, address: &Address) -> Option<Vec<Value>> {
    let others: Vec<Value> = ledger.unresolved_at(address).skip(1).map(unresolved_json).collect();
    Some(others).filter(|others| !others.is_empty())
}

/// A JSON object as lines `key  value`, a list of texts one line each, without what is not there.
pub(crate) fn fields(value: &Value, width: Width) -> String {
    let mut table = Table::default();
    let mut open: Vec<(String, &Value)> = vec![(String::new(), value)];
    while let Some((path, value)) = open.pop() {
        match value {
            Value::Null => {}
            Value::Object(map) => {
                let inner = map.iter().map(|(key, value)| {
                    let path = if path.is_empty() { key.clone() } else { format!("{path}.{key}") };
                    (path, value)
                });
                let inner: Vec<_> = inner.collect();
                open.extend(inner.into_iter().rev());
            }
            Value::String(text) => table.row([path, text.clone()]),
            Value::Bool(true) => table.row([path, "yes".to_owned()]),
            Value::Bool(false) => table.row([path, "no".to_owned()]),
            Value::Array(all) if all.iter().all(Value::is_string) => {
                all.iter().filter_map(Value::as_str).for_each(|one| table.row([path.clone(), one.to_owned()]));
            }
            Value::Number(_) | Value::Array(_) => table.row([path, value.to_string()]),
        }
    }
    table.show(width)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_becomes_lines_without_what_is_not_there() {
        let value =
            json!({ "address": "customer/contoso", "managed": true, "pending": null, "settled": { "quantity": 5 } });
        assert_eq!(
            fields(&value, Width::Endless),
            "address           customer/contoso\nmanaged           yes\nsettled.quantity  5\n"
        );
    }
}
