//! What manifests and project file say otherwise than a commit and no step of a plan shows: whom to write to, links, names,
//! what silences an alarm. One rule for every field: it is told unless a step of its document shows it. Pure.

use super::{Changed, Rewritten};
use crate::manifest::{Fields, Told};
use crate::model::{Address, CustomerKey, StepKey};
use crate::plan::Planned;
use crate::plan::file::{Unshown, UnshownField, UnshownState};
use crate::plan::step::{FieldChange, Step};
use std::collections::{BTreeMap, BTreeSet};

/// Where something is said.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Subject {
    /// In a document.
    Document(Address),
    /// In a file that is no manifest.
    File(String),
}

/// The field that names what a document was called before.
const RENAMED: &str = "metadata.renamedFrom";
/// The field that protects; guards tell it.
const PROTECT: &str = "metadata.annotations.twotier/protect";

/// What is said otherwise and shown by no step; addresses of people and links first, then by place.
#[must_use]
pub fn unshown(changed: &Changed, planned: &Planned) -> Vec<Unshown> {
    let shown = Shown::by(planned);
    let gone: BTreeMap<&Address, &Fields> = changed.rewritten.iter().filter_map(gone).collect();
    let mut told_of: BTreeSet<&Address> = planned.outlook.released.iter().collect();
    let mut told = Vec::new();
    for (subject, Rewritten { then, now }) in &changed.rewritten {
        let former = match (subject, then, now) {
            (Subject::Document(address), None, Some(now)) => former(address, now, changed),
            (Subject::Document(_) | Subject::File(_), _, _) => None,
        };
        let former = former.and_then(|old| gone.get_key_value(&old));
        told_of.extend(former.map(|(address, _)| *address));
        let then = then.as_ref().or(former.map(|(_, fields)| *fields));
        told.extend(one(subject, (then, now.as_ref()), &shown));
    }
    told.extend(gone.keys().filter(|address| !told_of.contains(*address)).map(|address| Unshown {
        subject: address.to_string(),
        state: UnshownState::Gone,
        fields: Vec::new(),
    }));
    told.sort_by_key(|it: &Unshown| it.fields.iter().map(rank).min().unwrap_or(u8::MAX));
    told
}

/// A document that is there no more, and what it said.
fn gone<'c>((subject, Rewritten { then, now }): (&'c Subject, &'c Rewritten)) -> Option<(&'c Address, &'c Fields)> {
    match (subject, then, now) {
        (Subject::Document(address), Some(then), None) => Some((address, then)),
        (Subject::Document(_) | Subject::File(_), _, _) => None,
    }
}

/// The name that a document says it had before.
fn renamed(fields: Option<&Fields>) -> Option<&str> {
    match fields?.get(RENAMED)? {
        Told::One(name) => Some(name),
        Told::List(_) => None,
    }
}

/// What a new document was called before, by its own word or its customer's.
fn former(address: &Address, now: &Fields, changed: &Changed) -> Option<Address> {
    let shown = address.to_string();
    if let Some(old) = renamed(Some(now)) {
        let (lead, _) = shown.rsplit_once('/')?;
        return format!("{lead}/{old}").parse().ok();
    }
    let key = address.as_subscription()?;
    let customer = Subject::Document(Address::Customer(key.customer.clone()));
    let old = renamed(changed.rewritten.get(&customer)?.now.as_ref())?;
    let (_, own) = shown.rsplit_once('/')?;
    format!("subscription/{old}/{own}").parse().ok()
}

fn one(subject: &Subject, (then, now): (Option<&Fields>, Option<&Fields>), shown: &Shown<'_>) -> Option<Unshown> {
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
        (Some(address), UnshownState::New) if shown.speak_of(address) => !is_contact(moved.2),
        (Some(address), _) => shown.tells(address, *moved),
    };
    let moved = names.into_iter().map(|name| (name.as_str(), then.get(name), now.get(name)));
    let moved = moved.filter(|moved| moved.1 != moved.2 && !tells(moved));
    let mut fields: Vec<UnshownField> = moved.map(field).collect();
    fields.sort_by_key(rank);
    (!fields.is_empty()).then_some(Unshown { subject, state, fields })
}

/// A field with what it said and what it says.
type Moved<'f> = (&'f str, Option<&'f Told>, Option<&'f Told>);

fn field((name, then, now): Moved<'_>) -> UnshownField {
    let text = |told: &Told| match told {
        Told::One(text) => text.clone(),
        Told::List(parts) => format!("[{}]", parts.join(", ")),
    };
    UnshownField { field: name.to_owned(), before: then.map(text), after: now.map(text) }
}

/// What names a mailbox or a place in the net: what is sent later goes there.
fn rank(UnshownField { field: _, before, after }: &UnshownField) -> u8 {
    let leads = |text: &Option<String>| text.as_deref().is_some_and(leads_somewhere);
    u8::from(!leads(before) && !leads(after))
}

fn leads_somewhere(text: &str) -> bool {
    text.contains('@') || text.contains("://")
}

fn is_contact(told: Option<&Told>) -> bool {
    match told {
        Some(Told::One(text)) => leads_somewhere(text),
        Some(Told::List(parts)) => parts.iter().any(|part| leads_somewhere(part)),
        None => false,
    }
}

/// What steps and blocked addresses show.
struct Shown<'p> {
    by: BTreeMap<Address, Vec<Saying<'p>>>,
    protections: BTreeSet<&'p str>,
}

/// What one of them says of an address.
struct Saying<'p> {
    key: &'p StepKey,
    changes: &'p [FieldChange],
}

impl<'p> Shown<'p> {
    fn by(planned: &'p Planned) -> Self {
        let mut by: BTreeMap<Address, Vec<Saying<'p>>> = BTreeMap::new();
        for step in planned.plan.steps() {
            let Step { key, cause, changes, .. } = step;
            for address in abouts(key, Some(cause)) {
                by.entry(address).or_default().push(Saying { key, changes });
            }
        }
        for blocked in &planned.outlook.blocked {
            for address in abouts(&blocked.key, None) {
                by.entry(address).or_default().push(Saying { key: &blocked.key, changes: &[] });
            }
        }
        let fields = planned.plan.steps().iter().flat_map(|step| &step.changes).map(|change| change.field.as_str());
        Self { by, protections: fields.filter_map(|field| field.strip_prefix("protected ")).collect() }
    }
    /// Whether anything at all is done, or cannot be done, on account of it.
    fn speak_of(&self, address: &Address) -> bool {
        self.by.contains_key(address)
    }
    /// Whether a step shows this field. What is sent somewhere else from now on is told in any case: a step shows where
    /// to, and never that it was another place.
    fn tells(&self, address: &Address, (name, then, now): Moved<'_>) -> bool {
        if is_contact(then) || is_contact(now) {
            return false;
        }
        if name == PROTECT {
            return self.protections.contains(address.to_string().as_str());
        }
        self.by.get(address).into_iter().flatten().any(|saying| saying.tells(name, (then, now)))
    }
}

/// The addresses whose documents a step may come of.
fn abouts(key: &StepKey, cause: Option<&Address>) -> BTreeSet<Address> {
    let mut all: BTreeSet<Address> = cause.into_iter().chain([&key.address]).cloned().collect();
    if let Some(key) = key.address.as_subscription()
        && let CustomerKey::Named(_) = &key.customer
    {
        all.insert(Address::Customer(key.customer.clone()));
    }
    all
}

impl Saying<'_> {
    fn tells(&self, name: &str, (then, now): (Option<&Told>, Option<&Told>)) -> bool {
        let Self { key, changes } = self;
        // `renewal` shows `renewal.action`, `freeze 2026-12-20 to 2026-12-27` the list `freeze`.
        let shows = |shown: &str| {
            let words = shown.split(' ').next().unwrap_or_default();
            let below = |whole: &str, part: &str| {
                whole.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
            };
            below(name, words)
        };
        if changes.iter().any(|change| shows(&change.field)) {
            return true;
        }
        let said = |text: &str| {
            names(&key.discriminator, text)
                || changes.iter().any(|change| names(&change.field, text) || names(&change.after, text))
        };
        match (then, now) {
            (_, Some(Told::One(text))) => said(text),
            (Some(Told::List(then)), Some(Told::List(now))) => {
                let gone = then.iter().filter(|it| !now.contains(it));
                let other: Vec<&String> = gone.chain(now.iter().filter(|it| !then.contains(it))).collect();
                // Of another order nothing is said.
                !other.is_empty() && other.into_iter().all(|it| said(it))
            }
            (None, Some(Told::List(now))) => now.iter().all(|it| said(it)),
            (_, None) | (Some(Told::One(_)), Some(Told::List(_))) => false,
        }
    }
}

/// Shortest text that is taken for the name of something where it is found in another one.
const SHORTEST: usize = 4;

/// Whether a text names another one as a whole word.
fn names(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    name.len() >= SHORTEST && name.chars().all(part) && text.split(|c: char| !part(c)).any(|word| word == name)
}
