//! What manifests and project file say otherwise than a commit and no step of a plan shows: whom to write to, links, names,
//! what silences an alarm. One rule for every field: it is told unless a step of its document shows it. Pure.

use super::former::{Formers, RENAMED, own_name};
use super::shown::{Shown, is_unproven};
use super::{Changed, Rewritten};
use crate::manifest::{Fields, Told};
use crate::model::{Address, Digest, Name};
use crate::plan::Planned;
use crate::plan::file::{Unshown, UnshownField, UnshownState};
use std::collections::BTreeSet;

/// Where something is said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// In a document.
    Document(Address),
    /// In a file that is no manifest.
    File(String),
}

/// Steps that come of documents which say what they said before: they were open before this change.
#[must_use]
pub fn open_before(changed: &Changed, planned: &Planned) -> BTreeSet<Digest> {
    let touched = |address: &Address| changed.addresses.contains(address) || changed.removed.contains(address);
    let steps = planned.plan.steps().iter();
    let others = steps.filter(|step| {
        let other = step.key.discriminator.parse::<Name>().ok().map(Address::Partnership);
        ![Some(&step.key.address), Some(&step.cause), other.as_ref()].into_iter().flatten().any(touched)
    });
    others.map(|step| step.id).collect()
}

/// What is said otherwise and shown by no step: of what was there before new documents, addresses of people and links
/// before the rest, then by place.
#[must_use]
pub fn unshown(changed: &Changed, planned: &Planned) -> Vec<Unshown> {
    let (shown, formers) = (Shown::by(planned), Formers::of(&changed.rewritten));
    let mut told_of: BTreeSet<&Address> = planned.outlook.released.iter().collect();
    let mut told = Vec::new();
    for (subject, Rewritten { then, now }) in &changed.rewritten {
        let former = match (subject, then, now) {
            (Subject::Document(address), None, Some(now)) => formers.former(address, now),
            (Subject::Document(_) | Subject::File(_), _, _) => None,
        };
        let (old, then) = former.map_or((None, then.as_ref()), |(old, fields)| (Some(old), Some(fields)));
        told_of.extend(old);
        told.extend(one(subject, (then, now.as_ref()), old, &shown));
    }
    told.extend(formers.gone().filter(|address| !told_of.contains(*address)).map(|address| Unshown {
        subject: address.to_string(),
        state: UnshownState::Gone,
        fields: Vec::new(),
    }));
    told.sort_by_key(|it| (it.is_addition(), it.fields.iter().map(rank).min().unwrap_or(u8::MAX)));
    told
}

fn one(
    subject: &Subject,
    (then, now): (Option<&Fields>, Option<&Fields>),
    old: Option<&Address>,
    shown: &Shown<'_>,
) -> Option<Unshown> {
    let none = Fields::new();
    let state = if then.is_some() { UnshownState::Changed } else { UnshownState::New };
    let (subject, address) = match subject {
        Subject::Document(address) => (address.to_string(), Some(address)),
        Subject::File(path) => (path.clone(), None),
    };
    // Which document is gone is all there is to say of it.
    if address.is_some() && now.is_none() {
        return None;
    }
    let (then, now) = (then.unwrap_or(&none), now.unwrap_or(&none));
    let names: BTreeSet<&String> = then.keys().chain(now.keys()).collect();
    let tells = |moved: &Moved<'_>| match (address, state) {
        (None, _) => false,
        (Some(address), UnshownState::New) => !is_unproven(moved.0, now) && shown.tells_of_new(address, *moved),
        (Some(address), UnshownState::Changed | UnshownState::Gone) => shown.tells(address, *moved),
    };
    let moved = names.into_iter().map(|name| (name.as_str(), then.get(name), now.get(name)));
    let moved = moved.filter(|moved| moved.1 != moved.2 && !tells(moved));
    let mut fields: Vec<UnshownField> = moved.map(field).collect();
    let renamed = old.zip(address).filter(|_| !now.contains_key(RENAMED));
    let renamed = renamed.map(|(old, new)| (own_name(old), own_name(new))).filter(|(old, new)| old != new);
    fields.extend(renamed.map(|(old, new)| UnshownField {
        field: "metadata.name".to_owned(),
        before: Some(old),
        after: Some(new),
    }));
    fields.sort_by_key(rank);
    (!fields.is_empty()).then_some(Unshown { subject, state, fields })
}

/// A field with what it said and what it says.
pub(super) type Moved<'f> = (&'f str, Option<&'f Told>, Option<&'f Told>);

fn field((name, then, now): Moved<'_>) -> UnshownField {
    let text = |told: &Told| match told {
        Told::One(text) => text.clone(),
        Told::List(parts) => format!("[{}]", parts.join(", ")),
    };
    UnshownField { field: name.to_owned(), before: then.map(text), after: now.map(text) }
}

/// What names a mailbox or a place in the net: what is sent later goes there. First what leads to another domain than
/// before, which one among a thousand is.
fn rank(UnshownField { field: _, before, after }: &UnshownField) -> u8 {
    let leads = |text: &Option<String>| text.as_deref().is_some_and(leads_somewhere);
    match (leads(before) || leads(after), domains(before) == domains(after)) {
        (true, false) => 0,
        (true, true) => 1,
        (false, _) => 2,
    }
}

/// The domains that a text names, in order.
fn domains(text: &Option<String>) -> Vec<&str> {
    let text = text.as_deref().unwrap_or_default();
    let words = text.split(|c: char| c.is_whitespace() || matches!(c, ',' | '[' | ']'));
    let domain = |word| {
        let (_, rest) = str::rsplit_once(word, "://").or_else(|| word.rsplit_once('@'))?;
        let authority = rest.split(['/', '?', '#', '\\']).next()?;
        authority.rsplit('@').next()
    };
    words.filter_map(domain).collect()
}

fn leads_somewhere(text: &str) -> bool {
    text.contains('@') || text.contains("://")
}

pub(super) fn is_contact(told: Option<&Told>) -> bool {
    match told {
        Some(Told::One(text)) => leads_somewhere(text),
        Some(Told::List(parts)) => parts.iter().any(|part| leads_somewhere(part)),
        None => false,
    }
}
