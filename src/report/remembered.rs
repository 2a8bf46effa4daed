//! What is remembered, for people and machines: hand-offs and the state of addresses. Shows where a sealed password
//! lies, never what is in it.

use super::layout::{Hue, Paint, column, padded, paint, plural, tagged, wrapped};
use super::text::Page;
use super::{FORMAT, escape, written};
use crate::ledger::{Credential, CredentialState, Handoff, HandoffState, Ledger};
use crate::model::{Address, Class, Digest, StepKey, StepName};
use crate::plan::Mark;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::fmt::{self, Write};

/// One hand-off to be told.
#[derive(Clone, Debug)]
pub struct HandoffRow<'a> {
    /// As many digits as tell it from others.
    pub short: String,
    /// Its id, whole.
    pub id: Digest,
    /// What is remembered of it.
    pub handoff: &'a Handoff,
}

/// Writes hand-offs, one below the other, and how many there are.
///
/// # Errors
/// When `out` does.
pub fn handoffs(rows: &[HandoffRow<'_>], colour: Paint, out: &mut dyn Write) -> fmt::Result {
    let widths = rows.iter().map(|row| row.handoff.key.address.to_string().chars().count());
    let page = Page { colour, width: column(widths) };
    for HandoffRow { short, id: _, handoff } in rows {
        let (word, said) = standing(&handoff.state);
        page.head(out, (Mark::Person.symbol(), Hue::Cyan), &handoff.key, word)?;
        writeln!(out, "    id    {short}, asked {}", handoff.asked)?;
        said.map_or(Ok(()), |said| wrapped(out, "    said  ", 10, &said))?;
    }
    if rows.is_empty() {
        return writeln!(out, "Nothing is asked of anybody.");
    }
    let open = rows.iter().filter(|row| standing(&row.handoff.state).0 == "asked").count();
    writeln!(out, "\n{}, {open} open.", plural(rows.len(), "hand-off"))
}

/// Writes one hand-off with the whole of what is asked.
///
/// # Errors
/// When `out` does.
pub fn handoff(row: &HandoffRow<'_>, out: &mut dyn Write) -> fmt::Result {
    let HandoffRow { short, id, handoff } = row;
    let (word, said) = standing(&handoff.state);
    wrapped(out, "step   ", 7, &handoff.key.to_string())?;
    writeln!(out, "id     {id}\nasked  {}\nstate  {word}", handoff.asked)?;
    said.map_or(Ok(()), |said| wrapped(out, "said   ", 7, &said))?;
    writeln!(out)?;
    for line in escape::lines(&handoff.text).lines() {
        // Indented, so that no line of a letter passes for one of ours.
        writeln!(out, "{}", format!("    {line}").trim_end())?;
    }
    match handoff.state {
        HandoffState::Asked => writeln!(out, "\nWhen it is done: twotier handoffs done {short} --by NAME"),
        HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } => {
            writeln!(out, "\nTo open it again: twotier handoffs reopen {short} --by NAME --reason TEXT")
        }
        HandoffState::Consumed { .. } => Ok(()),
    }
}

/// Hand-offs as one JSON document; each with its text.
#[must_use]
pub fn handoffs_json(rows: &[HandoffRow<'_>]) -> String {
    let row = |HandoffRow { short, id, handoff }: &HandoffRow<'_>| {
        let Handoff { key, digest, text, asked, state } = handoff;
        json!({
            "short": short, "id": id, "step": step(key), "asked": asked, "digest": digest, "text": text,
            "state": standing_json(state),
        })
    };
    let rows: Vec<Value> = rows.iter().map(row).collect();
    written(&json!({"formatVersion": FORMAT, "command": "handoffs", "handoffs": rows}))
}

/// A step key in JSON, the discriminator only where there is one.
pub(super) fn step(key: &StepKey) -> Value {
    let mut value = json!({"address": key.address, "step": key.step});
    if !key.discriminator.is_empty() {
        value["discriminator"] = key.discriminator.as_str().into();
    }
    value
}

/// Where a hand-off stands: one word, and what was said.
fn standing(state: &HandoffState) -> (&'static str, Option<String>) {
    match state {
        HandoffState::Asked => ("asked", None),
        HandoffState::Acknowledged { by, at, evidence } => {
            let evidence = evidence.as_ref().map(|evidence| format!(", evidence {evidence}")).unwrap_or_default();
            ("done", Some(format!("done, by {by}, {at}{evidence}")))
        }
        HandoffState::Declined { by, at, reason } => ("declined", Some(format!("declined by {by}, {at}: {reason}"))),
        HandoffState::Consumed { at } => ("observed", Some(format!("its purpose was observed {at}"))),
    }
}

fn standing_json(state: &HandoffState) -> Value {
    let (word, _) = standing(state);
    match state {
        HandoffState::Asked => json!({"is": word}),
        HandoffState::Acknowledged { by, at, evidence } => {
            json!({"is": word, "by": by, "at": at, "evidence": evidence})
        }
        HandoffState::Declined { by, at, reason } => json!({"is": word, "by": by, "at": at, "reason": reason}),
        HandoffState::Consumed { at } => json!({"is": word, "at": at}),
    }
}

/// Every address of which something is remembered, or just one.
fn addresses<'a>(ledger: &'a Ledger, only: Option<&'a Address>) -> BTreeSet<&'a Address> {
    let Ledger {
        genesis: _,
        bindings,
        settled,
        managed,
        handoffs: _,
        pending,
        unresolved,
        credentials,
        guards: _,
        counted: _,
    } = ledger;
    let all = bindings.keys().chain(settled.keys()).chain(managed).chain(pending.keys());
    let all = all.chain(unresolved.keys()).chain(credentials.keys());
    all.filter(|address| only.is_none_or(|only| only == *address)).collect()
}

/// Writes what is remembered of every address, or of one.
///
/// # Errors
/// When `out` does.
pub fn state(ledger: &Ledger, only: Option<&Address>, colour: Paint, out: &mut dyn Write) -> fmt::Result {
    let listed = addresses(ledger, only);
    let width = column(listed.iter().map(|address| address.to_string().chars().count()));
    for address in &listed {
        let id = ledger.bindings.get(address).map_or_else(|| "no live id yet".to_owned(), ToString::to_string);
        let (tag, hue) =
            if ledger.managed.contains(address) { ("managed", Hue::Green) } else { ("released", Hue::Yellow) };
        let shown = padded(out, &escape::line(&address.to_string()), width)?;
        out.write_str(&id)?;
        let mut coloured = String::new();
        paint(&mut coloured, colour, hue, tag)?;
        // The width is that of the word, without its colour.
        let mut row = String::new();
        tagged(&mut row, shown + id.chars().count(), tag)?;
        out.write_str(&row.replacen(tag, &coloured, 1))?;
        remembered(ledger, address, out)?;
    }
    if listed.is_empty() { writeln!(out, "Nothing is remembered.") } else { Ok(()) }
}

fn remembered(ledger: &Ledger, address: &Address, out: &mut dyn Write) -> fmt::Result {
    if let Some(settled) = ledger.settled.get(address) {
        let fields: Vec<String> = settled.iter().map(|(field, value)| format!("{} {value}", field.name())).collect();
        wrapped(out, "    settled     ", 16, &fields.join("; "))?;
    }
    if let Some(pending) = ledger.pending.get(address) {
        wrapped(out, "    pending     ", 16, &format!("{}, since {}", pending.key, pending.since))?;
    }
    if let Some(open) = ledger.unresolved.get(address) {
        let text = format!("{}, since {}: {}", open.key, open.since, open.text);
        wrapped(out, "    unresolved  ", 16, &text)?;
        let mend = format!("`twotier state resolve {}`, after looking in the portal", open.intent);
        wrapped(out, "    help: ", 10, &mend)?;
    }
    match ledger.credentials.get(address) {
        Some(Credential { user, state, at }) => {
            let text = format!("{user}: {}, {at}", credential(state));
            wrapped(out, "    password    ", 16, &text)
        }
        None => Ok(()),
    }
}

fn credential(state: &CredentialState) -> &'static str {
    match state {
        CredentialState::Sealed { .. } => "sealed",
        CredentialState::Lost => "lost",
        CredentialState::Forgotten => "forgotten",
    }
}

/// What is remembered as one JSON document.
#[must_use]
pub fn state_json(ledger: &Ledger, only: Option<&Address>) -> String {
    let one = |address: &Address| {
        let mut value = Map::new();
        value.insert("address".to_owned(), json!(address));
        value.insert("managed".to_owned(), json!(ledger.managed.contains(address)));
        let mut put = |name: &str, part: Option<Value>| part.map(|part| value.insert(name.to_owned(), part));
        put("id", ledger.bindings.get(address).map(|id| json!(id.to_string())));
        put("settled", ledger.settled.get(address).map(|fields| json!(fields)));
        put("pending", ledger.pending.get(address).map(|it| json!({"step": step(&it.key), "since": it.since})));
        put(
            "unresolved",
            ledger
                .unresolved
                .get(address)
                .map(|it| json!({"intent": it.intent, "step": step(&it.key), "since": it.since, "text": it.text})),
        );
        put(
            "password",
            ledger
                .credentials
                .get(address)
                .map(|it| json!({"user": it.user, "is": credential(&it.state), "at": it.at})),
        );
        Value::Object(value)
    };
    let all: Vec<Value> = addresses(ledger, only).into_iter().map(one).collect();
    let genesis = ledger.genesis.as_ref().map(|it| json!({"tenant": it.tenant, "state": it.state, "at": it.at}));
    written(&json!({"formatVersion": FORMAT, "command": "state", "genesis": genesis, "addresses": all}))
}

/// The symbol of a step by what its name usually means.
pub(super) fn usual_mark(key: &StepKey) -> Mark {
    match key.step.usual_class() {
        Class::HandOff => Mark::Person,
        Class::Wait => Mark::Wait,
        Class::Api | Class::Ledger if adds(key.step) => Mark::Add,
        Class::Api | Class::Ledger => Mark::Change,
    }
}

/// Whether a step makes something that was not there.
fn adds(step: StepName) -> bool {
    matches!(step, StepName::CreateCustomer | StepName::OrderSubscription)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::{LiveId, Unresolved};
    use crate::model::{Field, RequestId, Timestamp, Value as Settled};
    use crate::plan::example::key;

    fn asked(text: &str, state: HandoffState) -> Handoff {
        Handoff {
            key: key("invite-reseller partnership/northwind"),
            digest: Digest::of_bytes(b"text"),
            text: text.to_owned(),
            asked: Timestamp::from_seconds(1_795_424_400),
            state,
        }
    }
    fn row(handoff: &Handoff) -> HandoffRow<'_> {
        HandoffRow { short: "0123456789".to_owned(), id: Digest::of_bytes(b"id"), handoff }
    }

    #[test]
    fn hand_offs_are_listed_with_id_and_what_was_said() {
        let (by, at, reason) = ("anna".into(), Timestamp::from_seconds(1_795_424_460), "they\nleft".into());
        let (open, declined) = (asked("a", HandoffState::Asked), asked("b", HandoffState::Declined { by, at, reason }));
        let mut out = String::new();
        handoffs(&[row(&open), row(&declined)], Paint::Plain, &mut out).unwrap();
        let expect = "\
! partnership/northwind  invite-reseller                                  asked
    id    0123456789, asked 2026-11-23T09:00:00Z
! partnership/northwind  invite-reseller                               declined
    id    0123456789, asked 2026-11-23T09:00:00Z
    said  declined by anna, 2026-11-23T09:01:00Z: they\\u{a}left

2 hand-offs, 1 open.
";
        assert_eq!(out, expect);
    }

    #[test]
    fn a_letter_is_shown_whole_and_cannot_pass_for_our_own_lines() {
        let letter = asked("Dear Northwind,\r\n\u{1b}[2J\r\nstate  done", HandoffState::Asked);
        let mut out = String::new();
        handoff(&row(&letter), &mut out).unwrap();
        assert!(out.contains("\n    Dear Northwind,\n    \\u{1b}[2J\n    state  done\n\nWhen it is done: "), "{out}");
        let json: Value = serde_json::from_str(&handoffs_json(&[row(&letter)])).unwrap();
        assert_eq!(json["handoffs"][0]["text"], letter.text);
    }

    #[test]
    fn the_state_of_an_address_says_what_to_resolve() {
        let address: Address = "subscription/contoso/m365".parse().unwrap();
        let mut ledger = Ledger::default();
        let (customer, id) = (
            "c0000000-0000-4000-8000-000000000001".parse().unwrap(),
            "50000000-0000-4000-8000-000000000001".parse().unwrap(),
        );
        ledger.bindings.insert(address.clone(), LiveId::Subscription(customer, id));
        ledger.managed.insert(address.clone());
        ledger.settled.entry(address.clone()).or_default().insert(Field::Quantity, Settled::Number(30));
        let unresolved = Unresolved {
            intent: 12,
            key: key("change-quantity subscription/contoso/m365"),
            request: RequestId::from_bytes([1; 16]),
            since: Timestamp::from_seconds(1_795_424_400),
            text: "no answer".to_owned(),
        };
        ledger.unresolved.insert(address.clone(), unresolved);
        let mut out = String::new();
        state(&ledger, Some(&address), Paint::Plain, &mut out).unwrap();
        let expect = "\
subscription/contoso/m365  50000000-0000-4000-8000-000000000001         managed
    settled     quantity 30
    unresolved  change-quantity subscription/contoso/m365, since
                2026-11-23T09:00:00Z: no answer
    help: `twotier state resolve 12`, after looking in the portal
";
        assert_eq!(out, expect);
        let json: Value = serde_json::from_str(&state_json(&ledger, None)).unwrap();
        assert_eq!(json["addresses"][0]["settled"]["quantity"], 30);
        assert_eq!(json["addresses"][0]["unresolved"]["intent"], 12);
    }
}
