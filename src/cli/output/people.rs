//! Prints hand-offs and credentials.

use super::{Table, safe};
use crate::journal::History;
use crate::journal::history::{Note, Opening};
use crate::ledger::{Anyway, Credential, CredentialState, HandoffState};
use crate::model::Address;
use crate::ops::handoffs::Listed;
use crate::report::Width;
use crate::report::escape::lines;
use serde_json::{Value, json};
use std::collections::BTreeMap;

/// Hand-offs, one line each.
pub(crate) fn handoffs(listed: &[Listed<'_>], width: Width) -> String {
    if listed.is_empty() {
        return "No open hand-offs.\n".to_owned();
    }
    let mut table = Table::new(&["id", "asked", "state", "step", "address", "with", "to"]);
    for Listed { short, mark, id: _, handoff } in listed {
        table.row([
            format!("{short}@{mark}"),
            handoff.asked.date().to_string(),
            word(&handoff.state).to_owned(),
            handoff.key.step.to_string(),
            handoff.key.address.to_string(),
            handoff.key.discriminator.to_string(),
            handoff.to().unwrap_or_default().to_owned(),
        ]);
    }
    table.show(width)
}

/// A hand-off, whole; of one that is over with what people said of it.
pub(crate) fn handoff(listed: &Listed<'_>, said: &[&Note]) -> String {
    let Listed { short, mark, id: _, handoff } = listed;
    let mut text = format!("{short}@{mark}  {}\nasked {}", handoff.key, handoff.asked);
    for Note { at, record, .. } in said {
        text.push_str(&format!("\n{at}: {}", safe(&super::history::note(record))));
    }
    match &handoff.state {
        HandoffState::Asked => {}
        HandoffState::Acknowledged { by, at, evidence } => {
            text.push_str(&format!("\ndone, says {} on {at}", safe(by)));
            if let Some(evidence) = evidence {
                text.push_str(&format!(": {}", safe(evidence)));
            }
        }
        HandoffState::Declined { by, at, reason } => {
            text.push_str(&format!("\ndeclined by {} on {at}: {}", safe(by), safe(reason)));
        }
        HandoffState::Consumed { at } => {
            text.push_str(&format!("\nover since {at}: what it was for has been observed, or is wanted no more"))
        }
        HandoffState::Withdrawn { at, anyway: None } => {
            text.push_str(&format!("\nwithdrawn on {at}: nobody wants it any more, DO NOT DO IT"));
            text.push_str(&format!(
                "\nwas it done already: `twotier handoffs done {short} --anyway`, or `twotier handoffs declined {short} \
                 --reason TEXT` when it was not"
            ));
        }
        HandoffState::Withdrawn { at, anyway: Some(anyway) } => {
            let how = anyway.words(*at);
            let Anyway { by, at: said, evidence } = anyway;
            text.push_str(&format!("\nwithdrawn on {at}, and {how}, says {} on {said}", safe(by)));
            if let Some(evidence) = evidence {
                text.push_str(&format!(": {}", safe(evidence)));
            }
        }
    }
    let (letter, remark) = apart(&handoff.text);
    format!("{text}{remark}\n\n{}\n", lines(letter))
}

/// What is to be sent, and a remark for ourselves, which is not.
fn apart(text: &str) -> (&str, String) {
    match text.split_once("\n(For us: ") {
        Some((letter, remark)) => {
            let remark = remark.trim_end().trim_end_matches(')');
            (letter.trim_end(), format!("\nfor us, not to be sent: {}", lines(&remark.replace('\n', " "))))
        }
        None => (text.trim_end(), String::new()),
    }
}

/// The name of a hand-off's file: what it is, of whom, and its id.
pub(crate) fn mail_name(listed: &Listed<'_>) -> String {
    let key = &listed.handoff.key;
    let whose = key.address.to_string();
    let whose = whose.split_once('/').map_or(whose.as_str(), |(_, name)| name);
    let with = if key.discriminator.is_empty() { String::new() } else { format!("_{}", key.discriminator) };
    let safe = |c: char| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '-' };
    let name: String = format!("{}_{whose}{with}", key.step).chars().map(safe).take(120).collect();
    format!("{name}_{}.txt", listed.short)
}

/// Where what is to be sent begins.
const CUT: &str = "---- for us, above; what is to be sent, below ----";

/// A hand-off for a file: what is for ourselves stands above a line, what is to be sent below it.
pub(crate) fn mail(listed: &Listed<'_>) -> String {
    let whole = handoff(listed, &[]);
    let (head, body) = whole.split_once("\n\n").unwrap_or((whole.as_str(), ""));
    format!("{head}\n{CUT}\n{}\n", body.trim_end())
}

/// A hand-off in one line, after a note.
pub(crate) fn handoff_line(listed: &Listed<'_>) -> String {
    format!("{}  {}: {}", listed.short, listed.handoff.key, word(&listed.handoff.state))
}

fn word(state: &HandoffState) -> &'static str {
    match state {
        HandoffState::Asked => "asked",
        HandoffState::Acknowledged { .. } => "done",
        HandoffState::Declined { .. } => "declined",
        HandoffState::Consumed { .. } => "over",
        HandoffState::Withdrawn { anyway: None, .. } => "withdrawn",
        HandoffState::Withdrawn { anyway: Some(_), .. } => "withdrawn, done",
    }
}

/// Hand-offs, as JSON.
pub(crate) fn handoffs_json(listed: &[Listed<'_>], history: &History) -> Value {
    let one = |listed: &Listed<'_>| handoff_json(listed, &said(listed, history));
    json!({ "handoffs": listed.iter().map(one).collect::<Vec<_>>() })
}

/// What people said of a hand-off that is over: the state of another one tells it.
pub(crate) fn said<'h>(listed: &Listed<'_>, history: &'h History) -> Vec<&'h Note> {
    match listed.handoff.state {
        HandoffState::Consumed { .. } | HandoffState::Withdrawn { .. } => history.said(&listed.id).collect(),
        HandoffState::Asked | HandoffState::Acknowledged { .. } | HandoffState::Declined { .. } => Vec::new(),
    }
}

/// A hand-off, as JSON.
pub(crate) fn handoff_json(listed: &Listed<'_>, said: &[&Note]) -> Value {
    let Listed { short, mark: _, id, handoff } = listed;
    let mut value = json!({
        "id": short, "step": handoff.key.step, "address": handoff.key.address, "stepId": id,
        "with": handoff.key.discriminator, "to": handoff.to(), "asked": handoff.asked, "state": word(&handoff.state), "text": handoff.text,
        "textDigest": handoff.digest,
    });
    let told: Vec<Value> = said.iter().map(|note| super::history::note_json(note)).collect();
    let more = match &handoff.state {
        HandoffState::Asked => json!({}),
        HandoffState::Acknowledged { by, at, evidence } => json!({ "by": by, "at": at, "evidence": evidence }),
        HandoffState::Declined { by, at, reason } => json!({ "by": by, "at": at, "reason": reason }),
        HandoffState::Consumed { at } => json!({ "at": at, "said": told }),
        HandoffState::Withdrawn { at, anyway } => {
            let anyway =
                anyway.as_ref().map(|Anyway { by, at, evidence }| json!({ "by": by, "at": at, "evidence": evidence }));
            json!({ "at": at, "anyway": anyway, "said": told })
        }
    };
    super::merge(&mut value, more);
    value
}

/// Passwords by customer, for people; never a password.
pub(crate) fn credentials(known: &BTreeMap<Address, Credential>, history: &History, width: Width) -> String {
    if known.is_empty() {
        return "No passwords are kept.\n".to_owned();
    }
    let mut table = Table::new(&["customer", "login", "state", "since", "opened"]);
    for (address, Credential { user, state, at }) in known {
        let opened = history.opened(address);
        let last = opened.last().map_or_else(
            || "never".to_owned(),
            |Opening { at, by, place: _ }| format!("{}, last {at} by {by}", super::count(opened.len(), "time")),
        );
        table.row([address.to_string(), user.to_string(), credential_word(state).to_owned(), at.to_string(), last]);
    }
    table.show(width)
}

/// Passwords by customer, as JSON; never a password.
pub(crate) fn credentials_json(known: &BTreeMap<Address, Credential>, history: &History) -> Value {
    let opening = |Opening { at, by, place }: Opening<'_>| json!({ "at": at, "by": by, "place": place });
    let one = |(address, credential): (&Address, &Credential)| {
        let Credential { user, state, at } = credential;
        let opened: Vec<Value> = history.opened(address).into_iter().map(opening).collect();
        json!({ "address": address, "login": user, "state": credential_word(state), "since": at, "opened": opened })
    };
    json!({ "credentials": known.iter().map(one).collect::<Vec<_>>() })
}

/// Where a password stands.
pub(crate) fn credential_word(state: &CredentialState) -> &'static str {
    match state {
        CredentialState::Sealed { .. } => "sealed",
        CredentialState::Lost => "lost",
        CredentialState::Forgotten => "forgotten",
    }
}
