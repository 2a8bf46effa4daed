//! Limits, freezes, protections and recipients: what is in force now, the stricter of what the ledger remembers and what the
//! manifests say, and the step that records a difference. A loosening takes effect only in the run after it is recorded.

use super::build::Making;
use super::draft::{key, step};
use super::{Action, FieldChange, Gate, Mark, Regard, Risk, Step};
use super::{called, limits};
use crate::desired::{Desired, Provider};
use crate::diag::SourceMap;
use crate::diff::remembered;
use crate::ledger::{Bindings, Guards, Ledger, LiveId, Others};
use crate::model::{Address, Bound, Class, Date, Freeze, Limit, Limits, StepName};
use smol_str::{SmolStr, format_smolstr};
use std::collections::BTreeSet;

/// What is in force in a run.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct InForce {
    /// Bounds on what is taken away or granted.
    pub limits: Limits,
    /// age public keys that passwords are sealed to.
    pub recipients: Vec<SmolStr>,
    /// Protected addresses, under their present and their remembered names.
    protected: BTreeSet<Address>,
    /// The live objects they were bound to.
    live: BTreeSet<LiveId>,
    /// Windows in which nothing is applied.
    freeze: Vec<Freeze>,
}

impl InForce {
    /// The strictest of what is declared, what is remembered, and what the approved plan was made under.
    #[must_use]
    pub fn of(desired: &Desired, ledger: &Ledger, under: Option<&Guards>) -> Self {
        let provider = &desired.provider;
        let declared = Self {
            limits: provider.limits.clone(),
            recipients: provider.recipients.clone(),
            protected: desired.protected.clone(),
            live: BTreeSet::new(),
            freeze: provider.freeze.clone(),
        };
        let others = ledger.guards.iter().chain(under);
        others.fold(declared, |strict, guards| strict.and((desired, ledger), guards))
    }
    fn and(mut self, (desired, ledger): (&Desired, &Ledger), guards: &Guards) -> Self {
        let old = desired
            .declared
            .keys()
            .filter(|address| remembered(desired, ledger, address).is_some_and(|old| guards.protected.contains(&old)));
        self.limits = limits::in_force(Some(&guards.limits), &self.limits);
        self.recipients.retain(|key| guards.recipients.contains(key));
        self.protected.extend(guards.protected.iter().chain(old).cloned());
        self.live.extend(guards.protected.iter().filter_map(|address| ledger.bindings.get(address)).copied());
        self.freeze = windows(&guards.freeze, &self.freeze);
        self
    }
    /// The freeze windows of a day.
    pub(super) fn frozen(&self, today: Date, (provider, sources): (&Provider, &SourceMap)) -> Vec<Gate> {
        let gate = |freeze: &Freeze| {
            let at = provider.freeze_at.get(freeze).copied().unwrap_or(provider.at);
            Gate::Frozen { until: freeze.to, reason: freeze.reason.clone(), place: sources.show(at).into() }
        };
        self.freeze.iter().filter(|freeze| freeze.holds(today)).map(gate).collect()
    }
    /// Whether nothing may be taken away from it: it is protected, or was when guards were last recorded, under this
    /// name or another.
    #[must_use]
    pub fn protects(&self, address: &Address, bindings: &Bindings) -> bool {
        let live = || {
            // What no document declares is its own id: protected once, it stays so under that too.
            if let Address::Customer(key) = address {
                bindings.customer(key).map(LiveId::Customer)
            } else if let Address::Subscription(key) = address {
                bindings.subscription(key).map(|(customer, id)| LiveId::Subscription(customer, id))
            } else {
                bindings.get(address)
            }
        };
        self.protected.contains(address) || live().is_some_and(|live| self.live.contains(&live))
    }
}

/// Those declared, and those recorded that no window of the same days replaces.
fn windows(recorded: &BTreeSet<Freeze>, declared: &[Freeze]) -> Vec<Freeze> {
    let gone = recorded.iter().filter(|freeze| !has(declared, freeze));
    declared.iter().chain(gone).cloned().collect()
}

/// Whether a window of the same days is among these.
fn has<'a>(freezes: impl IntoIterator<Item = &'a Freeze>, one: &Freeze) -> bool {
    freezes.into_iter().any(|freeze| (freeze.from, freeze.to) == (one.from, one.to))
}

/// What the manifests say.
pub(super) fn declared(desired: &Desired) -> Guards {
    let provider = &desired.provider;
    let recipients: BTreeSet<&SmolStr> = provider.recipients.iter().collect();
    Guards {
        protected: desired.protected.clone(),
        others: Others::Unprotected,
        recipients: recipients.into_iter().cloned().collect(),
        limits: provider.limits.clone(),
        freeze: provider.freeze.iter().cloned().collect(),
    }
}

/// What tightens alone: nothing that is remembered is given up for it.
#[must_use]
pub fn tightened(before: Option<&Guards>, after: &Guards) -> Guards {
    let Some(before) = before else { return after.clone() };
    Guards {
        protected: before.protected.union(&after.protected).cloned().collect(),
        others: after.others,
        recipients: before.recipients.iter().filter(|key| after.recipients.contains(key)).cloned().collect(),
        limits: limits::in_force(Some(&before.limits), &after.limits),
        freeze: before.freeze.union(&after.freeze).cloned().collect(),
    }
}

/// The first guards of a ledger that has none; they loosen nothing and need no step.
pub(super) fn first(desired: &Desired, ledger: &Ledger) -> Option<Guards> {
    ledger.guards.is_none().then(|| declared(desired))
}

/// The step that records what differs.
pub(super) fn make(making: &mut Making<'_, '_>) {
    let desired = making.desired();
    let Some(kept) = &making.ledger().guards else { return };
    let recorded = renamed(kept, desired);
    let declared = declared(desired);
    let mut changes = changes(&recorded, &declared, making.now.date());
    changes.extend(left(making, kept));
    if changes.is_empty() {
        return;
    }
    let address = Address::Provider(desired.provider.name.clone());
    let origin = making.origin(&address, desired.provider.limits_at);
    let action = Action::Guard(Box::new(Regard { before: Some(recorded), after: declared }));
    let mut step: Step = step(key(address.clone(), StepName::ChangeGuards), Class::Ledger, action, origin)
        .because("the manifests differ from what runs keep to")
        .marked(Mark::Change);
    step.risks = vec![Risk::Access];
    step.changes = changes;
    making.drafts.add(step);
}

/// What is remembered, under the names of now.
fn renamed(recorded: &Guards, desired: &Desired) -> Guards {
    let mut guards = recorded.clone();
    guards.recipients.sort();
    guards.protected = recorded.protected.iter().map(|old| renamed_to(desired, old).clone()).collect();
    guards
}

fn renamed_to<'a>(desired: &'a Desired, old: &'a Address) -> &'a Address {
    desired.renamed.iter().find(|(_, was)| *was == old).map_or(old, |(new, _)| new)
}

/// What was protected and is so no more, although its address still is: that one means another object now, and no protected
/// document means this one.
fn left(making: &Making<'_, '_>, recorded: &Guards) -> Vec<FieldChange> {
    let (desired, bindings) = (making.desired(), &making.diff.bindings);
    let left = recorded.protected.iter().filter_map(|old| {
        let (live, new) = (*making.ledger().bindings.get(old)?, renamed_to(desired, old));
        let means_another = bindings.get(new).is_some_and(|now| now != live);
        let now = bindings.address(live);
        let owner = match live {
            LiveId::Subscription(customer, _) => bindings.address(LiveId::Customer(customer)),
            LiveId::Customer(_) | LiveId::Reseller(_) => None,
        };
        let is_protected = [now, owner].into_iter().flatten().any(|address| desired.protected.contains(address));
        if !desired.protected.contains(new) || !means_another || is_protected {
            return None;
        }
        let name =
            called::live(making.sides.look.observed(), live).map_or_else(String::new, |name| format!("{name}, "));
        Some(FieldChange {
            field: format_smolstr!("protected {}", now.unwrap_or(old)),
            before: Some(format_smolstr!("yes, as {old} ({name}{live})")),
            after: if now.is_some() { "no".into() } else { "no, nobody declares it".into() },
            note: Some(LATER.into()),
        })
    });
    left.collect()
}

/// The first word of a window among the fields that change.
pub const FREEZE: &str = "freeze";
const LATER: &str = "takes effect in the run after this one";

/// What was recorded anew, field by field; what is looser than before carries a note.
#[must_use]
pub fn recorded(before: Option<&Guards>, after: &Guards, today: Date) -> Vec<FieldChange> {
    match before {
        Some(before) => changes(before, after, today),
        // The first ones loosen nothing.
        None => changes(&Guards::default(), after, today)
            .into_iter()
            .map(|change| FieldChange { before: None, note: None, ..change })
            .collect(),
    }
}

/// How a bound is shown.
#[must_use]
pub fn shown(limit: Limit, bound: Option<&Bound>) -> SmolStr {
    match (bound, limit) {
        (Some(bound), _) => format_smolstr!("{bound}"),
        (None, Limit::LoweredQuantity) => "each acknowledged".into(),
        (None, _) => "no bound".into(),
    }
}

fn changes(recorded: &Guards, declared: &Guards, today: Date) -> Vec<FieldChange> {
    let change = |field: SmolStr, before: SmolStr, after: SmolStr, looser: bool| FieldChange {
        field,
        before: Some(before),
        after,
        note: looser.then(|| LATER.into()),
    };
    let mut changes = Vec::new();
    for limit in Limit::ALL {
        let (before, after) = (recorded.limits.get(limit), declared.limits.get(limit));
        if before == after {
            continue;
        }
        let one = |bound: Option<&Bound>| bound.map(|bound| (*limit, *bound)).into_iter().collect();
        let (was, now): (Limits, Limits) = (one(before), one(after));
        let looser = limits::in_force(Some(&was), &now) != now;
        let (before, after) = (shown(*limit, before), shown(*limit, after));
        changes.push(change(format_smolstr!("limits.{}", limit.name()), before, after, looser));
    }
    for address in recorded.protected.symmetric_difference(&declared.protected) {
        let looser = recorded.protected.contains(address);
        if !looser && recorded.others == Others::Untold {
            continue;
        }
        let (before, after) = if looser { ("yes", "no") } else { ("no", "yes") };
        changes.push(change(format_smolstr!("protected {address}"), before.into(), after.into(), looser));
    }
    // A window that is over is no guard any more.
    let lasting = |freezes: &BTreeSet<Freeze>, others: &BTreeSet<Freeze>| -> Vec<Freeze> {
        freezes.iter().filter(|freeze| freeze.to >= today && !has(others, freeze)).cloned().collect()
    };
    for gone in lasting(&recorded.freeze, &declared.freeze) {
        let looser = !gone.is_within(&declared.freeze, today);
        changes.push(change(format_smolstr!("{FREEZE} {gone}"), "yes".into(), "no".into(), looser));
    }
    for new in lasting(&declared.freeze, &recorded.freeze) {
        changes.push(change(format_smolstr!("{FREEZE} {new}"), "no".into(), "yes".into(), false));
    }
    let keys = |guards: &Guards| guards.recipients.iter().cloned().collect::<BTreeSet<SmolStr>>();
    for recipient in keys(recorded).symmetric_difference(&keys(declared)) {
        let looser = declared.recipients.contains(recipient);
        let (before, after) = if looser { ("no", "yes") } else { ("yes", "no") };
        changes.push(change(format_smolstr!("recipient {recipient}"), before.into(), after.into(), looser));
    }
    changes
}

#[cfg(test)]
mod tests {
    use super::*;

    fn desired(recipients: &str) -> Desired {
        let text = format!(
            "apiVersion: twotier/v1\nkind: Provider\nmetadata: {{name: distri}}\nspec: {{tenantId: 11111111-1111-4111-8111-111111111111, partnerId: \"4800001\", country: HU, credentials: {{recipients: [{recipients}]}}}}\n"
        );
        let mut sources = SourceMap::default();
        sources.add("a.yaml".into(), text.as_str().into());
        let (desired, findings) = crate::desired::resolve(crate::manifest::parse(&sources));
        desired.unwrap_or_else(|| panic!("{findings:#?}"))
    }
    const OLD: &str = "age1ql3z7hjy54pw3hyww5ayyfg7zqgvc7w3j2elw8zmrj2kg5sfn9aqmcac8p";
    const NEW: &str = "age1lggyhqrw2nlhcxprm67z43rta597azn8gknawjehu9d9dl0jq3yqqvfafg";

    #[test]
    fn a_new_recipient_reads_nothing_before_it_is_recorded() {
        let declared = desired(&format!("{OLD}, {NEW}"));
        let guards = Guards { recipients: vec![OLD.into()], ..Guards::default() };
        let ledger = Ledger { guards: Some(guards), ..Ledger::default() };
        assert_eq!(InForce::of(&declared, &ledger, None).recipients, [OLD]);
        assert_eq!(InForce::of(&declared, &Ledger::default(), None).recipients, [OLD, NEW]);
        assert_eq!(InForce::of(&desired(NEW), &ledger, None).recipients, <[&str; 0]>::default());
    }

    #[test]
    fn what_loosens_is_said_to_come_later() {
        let bound = |max| Limits::from([(Limit::BoughtSeats, Bound { max: Some(max), percent: None })]);
        let guards = |max| Guards { limits: bound(max), ..Guards::default() };
        let today = "2026-12-21".parse().expect("a date");
        let told = |before: &Guards, after: &Guards| -> Vec<(SmolStr, bool)> {
            changes(before, after, today).into_iter().map(|change| (change.field, change.note.is_some())).collect()
        };
        let seats: SmolStr = "limits.boughtSeats".into();
        assert_eq!(told(&guards(5), &guards(6)), [(seats.clone(), true)]);
        assert_eq!(told(&guards(6), &guards(5)), [(seats.clone(), false)]);
        assert_eq!(told(&guards(6), &Guards::default()), [(seats.clone(), true)]);
        assert_eq!(told(&Guards::default(), &guards(6)), [(seats, false)]);
        let lowered = Limits::from([(Limit::LoweredQuantity, Bound { max: Some(5), percent: None })]);
        let lowered = Guards { limits: lowered, ..Guards::default() };
        let name: SmolStr = "limits.loweredQuantity".into();
        assert_eq!(told(&Guards::default(), &lowered), [(name.clone(), true)], "each was acknowledged");
        assert_eq!(told(&lowered, &Guards::default()), [(name, false)]);
        let frozen = |windows: &[(&str, &str)]| {
            let date = |text: &str| format!("2026-12-{text}").parse().expect("a date");
            let freeze = |(from, to): &(&str, &str)| Freeze { from: date(from), to: date(to), reason: "r".into() };
            Guards { freeze: windows.iter().map(freeze).collect(), ..Guards::default() }
        };
        let (long, short): (SmolStr, SmolStr) =
            ("freeze 2026-12-20 to 2026-12-27".into(), "freeze 2026-12-20 to 2026-12-22".into());
        let (longer, shorter) = (frozen(&[("20", "27")]), frozen(&[("20", "22")]));
        assert_eq!(told(&longer, &shorter), [(long.clone(), true), (short.clone(), false)]);
        assert_eq!(told(&shorter, &longer), [(short, false), (long.clone(), false)]);
        assert_eq!(told(&longer, &frozen(&[])), [(long, true)]);
        assert_eq!(told(&frozen(&[("01", "20")]), &frozen(&[])), [], "it is over");
    }
}
