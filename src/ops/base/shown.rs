//! What steps and blocked addresses show of the documents they come of, so that it is told once. What is sent somewhere
//! else from now on counts as shown only where a step says from where to where. Pure.

use super::unshown::{Moved, is_contact};
use crate::ledger::Bindings;
use crate::manifest::{Fields, Told};
use crate::model::{Address, CustomerKey, StepKey, StepName};
use crate::plan::Planned;
use crate::plan::step::{Action, FieldChange, Step};
use std::collections::{BTreeMap, BTreeSet};

/// The field that protects; guards tell it.
const PROTECT: &str = "metadata.annotations.twotier/protect";

/// Fields of a partnership, a customer and a subscription that are compared with the tenant: where no step speaks of a new
/// document whose object is there, it says what is so already.
const COMPARED: [&str; 15] = [
    "ensure",
    "reseller.tenantId",
    "reseller.partnerIds",
    "reseller.country",
    "tenantId",
    "domain",
    "otherResellers",
    "subscriptionId",
    "product",
    "quantity",
    "term",
    "billingCycle",
    "partnerOfRecord",
    "friendlyName",
    "renewal",
];

/// Under which PartnerIDs a reseller is paid.
const PARTNER_IDS: &str = "reseller.partnerIds";
/// What says which reseller a document means.
const IDENTITY: [&str; 2] = ["reseller.tenantId", PARTNER_IDS];

/// Whether a field of a new document rests on the manifest alone: the list of indirect resellers shows one PartnerID of each
/// at most, so that nobody but the document says whose further ones are.
pub(super) fn is_unproven(name: &str, document: &Fields) -> bool {
    let further = matches!(document.get(PARTNER_IDS), Some(Told::List(ids)) if ids.len() > 1);
    further && IDENTITY.contains(&name)
}

/// What steps and blocked addresses show.
pub(super) struct Shown<'p> {
    by: BTreeMap<Address, Vec<Saying<'p>>>,
    protections: BTreeSet<&'p str>,
    bindings: &'p Bindings,
}

/// What one of them says of an address.
struct Saying<'p> {
    key: &'p StepKey,
    changes: &'p [FieldChange],
    to: Option<&'p str>,
}

impl<'p> Shown<'p> {
    pub(super) fn by(planned: &'p Planned) -> Self {
        let mut by: BTreeMap<Address, Vec<Saying<'p>>> = BTreeMap::new();
        for step in planned.plan.steps() {
            let Step { key, cause, changes, action, .. } = step;
            let to = match action {
                Action::HandOff(ask) => ask.to.as_deref(),
                Action::Api(_) | Action::Await { .. } | Action::Guard(_) => None,
            };
            for address in abouts(key, Some(cause)) {
                by.entry(address).or_default().push(Saying { key, changes, to });
            }
        }
        for blocked in &planned.outlook.blocked {
            for address in abouts(&blocked.key, None) {
                by.entry(address).or_default().push(Saying { key: &blocked.key, changes: &[], to: None });
            }
        }
        let fields = planned.plan.steps().iter().flat_map(|step| &step.changes).map(|change| change.field.as_str());
        let protections = fields.filter_map(|field| field.strip_prefix("protected ")).collect();
        Self { by, protections, bindings: &planned.bindings }
    }
    fn sayings(&self, address: &Address) -> &[Saying<'p>] {
        self.by.get(address).map_or(&[], Vec::as_slice)
    }
    /// Whether what a new document says is shown: all but whom to write to where anything at all is done on account of it,
    /// or cannot be done; else what stands in the tenant just so.
    pub(super) fn tells_of_new(&self, address: &Address, moved: Moved<'_>) -> bool {
        let (name, _, now) = moved;
        if is_contact(now) || self.sayings(address).is_empty() {
            let is_so = || self.bindings.get(address).is_some() && COMPARED.iter().any(|field| is_below(name, field));
            return self.tells(address, moved) || is_so();
        }
        true
    }
    /// Whether a step shows this field. What is sent somewhere else from now on is told in any case: a step shows where
    /// to, and never that it was another place.
    pub(super) fn tells(&self, address: &Address, (name, then, now): Moved<'_>) -> bool {
        let sayings = self.sayings(address);
        if is_contact(then) || is_contact(now) {
            return sayings.iter().any(|saying| saying.tells_from_where(name, (then, now)));
        }
        if name == PROTECT {
            return self.protections.contains(address.to_string().as_str());
        }
        sayings.iter().any(|saying| saying.tells(name, (then, now)))
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
    /// Whether it shows a field with what stood there before, or writes to the first whom the field names.
    fn tells_from_where(&self, name: &str, (then, now): (Option<&Told>, Option<&Told>)) -> bool {
        let Some(Told::One(now)) = now else { return false };
        let before = match then {
            None if self.to == Some(now) => return true,
            None => None,
            Some(Told::One(then)) => Some(then.as_str()),
            Some(Told::List(_)) => return false,
        };
        let tells = |change: &FieldChange| {
            let from = before.is_none() || change.before.as_deref() == before;
            change.field == name && change.after == *now && from
        };
        self.changes.iter().any(tells)
    }
    fn tells(&self, name: &str, (then, now): (Option<&Told>, Option<&Told>)) -> bool {
        let Self { key, changes, to: _ } = self;
        // `renewal` shows `renewal.action`, `freeze 2026-12-20 to 2026-12-27` the list `freeze`.
        let shows = |shown: &str| is_below(name, shown.split(' ').next().unwrap_or_default());
        if changes.iter().any(|change| shows(&change.field)) {
            return true;
        }
        if key.step == StepName::EndPartnership && (name == "ensure" || is_below(name, "ending.declaration")) {
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

/// Whether a field is another one or lies within it.
fn is_below(whole: &str, part: &str) -> bool {
    whole.strip_prefix(part).is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
}

/// Shortest text that is taken for the name of something where it is found in another one.
const SHORTEST: usize = 4;

/// Whether a text names another one as a whole word.
fn names(text: &str, name: &str) -> bool {
    let part = |c: char| c.is_alphanumeric() || matches!(c, '-' | '_');
    name.len() >= SHORTEST && name.chars().all(part) && text.split(|c: char| !part(c)).any(|word| word == name)
}
