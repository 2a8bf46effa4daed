//! What stops `apply`, in sentences: what many documents bring is one. Never decides whether something stops it.

use super::layout::plural;
use crate::diag::Code;
use crate::model::{Address, Date, Limit, StepName};
use crate::plan::Step;
use crate::plan::file::{Finding, FindingSeverity, Gate, Place, PlanFile, Related};
use crate::plan::guards::FREEZE;
use std::collections::BTreeMap;

/// How many documents a sentence names.
const NAMED: usize = 3;

/// Whether a finding stops `apply` as a gate does: it refuses before it writes.
pub(super) fn stops(finding: &Finding) -> bool {
    finding.is(Code::RoleMissing)
}

/// Whether `apply` refuses the plan as it stands, before it writes anything.
pub(super) fn is_stopped(file: &PlanFile) -> bool {
    let outlook = file.outlook();
    outlook.gates.iter().any(Gate::is_closed) || outlook.findings.iter().any(stops)
}

/// What each closed gate says as a finding, at the documents that bring it; nothing of a plan that does nothing.
pub(super) fn refusals(file: &PlanFile) -> Vec<Finding> {
    let steps = file.plan().steps();
    if steps.is_empty() {
        return Vec::new();
    }
    closed(&file.outlook().gates).iter().map(|gate| gate.refusal(steps)).collect()
}

/// What the closed gates say. A limit or a freeze that a step of the plan loosens says when that counts.
#[must_use]
pub fn closings(gates: &[Gate], steps: &[Step]) -> Vec<String> {
    let mut said: Vec<String> = closed(gates).iter().map(Closed::say).collect();
    let stops = |gate: &Gate| match gate {
        Gate::Limit { limit, .. } if gate.is_closed() => Some(format!("limits.{}", limit.name())),
        Gate::Acknowledge { code, .. } if gate.is_closed() && *code == Code::Acknowledge.to_string() => {
            Some(format!("limits.{}", Limit::LoweredQuantity.name()))
        }
        Gate::Frozen { .. } => Some(FREEZE.to_owned()),
        Gate::Limit { .. } | Gate::Acknowledge { .. } => None,
    };
    let mut loosened: Vec<String> = gates.iter().filter_map(stops).filter(|name| is_loosened(name, steps)).collect();
    loosened.dedup();
    said.extend(loosened.into_iter().map(|name| {
        format!(
            "{name} is loosened by this very plan, and nothing that is approved with it profits from that: commit it alone \
             first, or apply, and have the plan that follows reviewed"
        )
    }));
    said
}

/// What stands against a plan, each with its code.
#[must_use]
pub fn against(gates: &[Gate]) -> Vec<(String, String)> {
    closed(gates).iter().map(|gate| (gate.code(), gate.what())).collect()
}

/// Whether a step records a looser guard of this name.
fn is_loosened(name: &str, steps: &[Step]) -> bool {
    let guards = steps.iter().filter(|step| step.key.step == StepName::ChangeGuards);
    let named = |field: &str| field.split(' ').next() == Some(name);
    guards.flat_map(|step| &step.changes).any(|change| named(&change.field) && change.note.is_some())
}

/// A closed gate; those of one code that need an acknowledgement are one.
pub(super) enum Closed<'a> {
    /// Steps that take something away.
    Taking(Group<'a>),
    /// More than a limit allows.
    Limit {
        limit: Limit,
        code: &'a str,
        planned: u32,
        before: u32,
        allowed: u32,
        causes: &'a BTreeMap<Address, u32>,
        owed: u32,
    },
    /// A freeze window.
    Frozen { until: Date, reason: &'a str, place: &'a str },
}

/// Documents whose steps need an acknowledgement of one code.
pub(super) struct Group<'a> {
    /// The code.
    pub(super) code: &'a str,
    /// With how many steps are not acknowledged yet.
    pub(super) causes: Vec<(&'a Address, u32)>,
    amount: u32,
    covered: u32,
    owed: u32,
}

/// The closed ones of these gates, in their order.
pub(super) fn closed(gates: &[Gate]) -> Vec<Closed<'_>> {
    let mut all: Vec<Closed<'_>> = Vec::new();
    for gate in gates.iter().filter(|gate| gate.is_closed()) {
        match gate {
            Gate::Acknowledge { code, cause, amount, covered, owed } => {
                let same = all.iter_mut().find_map(|gate| match gate {
                    Closed::Taking(group) => Some(group).filter(|group| group.code == code),
                    Closed::Limit { .. } | Closed::Frozen { .. } => None,
                });
                let cause = (cause, amount.saturating_sub(*covered));
                if let Some(group) = same {
                    group.causes.push(cause);
                    group.amount = group.amount.saturating_add(*amount);
                    group.covered = group.covered.saturating_add(*covered);
                    group.owed = group.owed.saturating_add(*owed);
                } else {
                    let (amount, covered, owed) = (*amount, *covered, *owed);
                    all.push(Closed::Taking(Group { code, causes: vec![cause], amount, covered, owed }));
                }
            }
            Gate::Limit { limit, code, planned, before, allowed, causes, owed } => all.push(Closed::Limit {
                limit: *limit,
                code,
                planned: *planned,
                before: *before,
                allowed: *allowed,
                causes,
                owed: *owed,
            }),
            Gate::Frozen { until, reason, place } => all.push(Closed::Frozen { until: *until, reason, place }),
        }
    }
    all
}

/// What an acknowledgement must name to let a gate pass.
pub(super) struct Passing<'a> {
    /// The code.
    pub(super) code: &'a str,
    /// The documents, with how many steps of each are not acknowledged yet.
    pub(super) causes: Vec<(&'a Address, u32)>,
    /// What others let pass that are declared no more.
    pub(super) owed: u32,
}

impl<'a> Closed<'a> {
    /// What lets it pass; nothing ends a freeze.
    pub(super) fn passing(&self) -> Option<Passing<'a>> {
        match self {
            Self::Taking(group) => Some(Passing { code: group.code, causes: group.causes.clone(), owed: group.owed }),
            Self::Limit { code, causes, owed, .. } => {
                let causes = causes.iter().map(|(cause, open)| (cause, *open)).collect();
                Some(Passing { code, causes, owed: *owed })
            }
            Self::Frozen { .. } => None,
        }
    }
}

impl Closed<'_> {
    /// What stands against it, in a sentence with its code.
    pub(super) fn say(&self) -> String {
        format!("{} [{}]", self.what(), self.code())
    }
    fn code(&self) -> String {
        match self {
            Self::Taking(Group { code, .. }) | Self::Limit { code, .. } => (*code).to_owned(),
            Self::Frozen { .. } => Code::Frozen.to_string(),
        }
    }
    fn what(&self) -> String {
        match self {
            Self::Taking(group) => group.say(),
            Self::Limit { limit, code: _, planned, before, allowed, causes, owed: _ } => {
                let by = named(&causes.keys().collect::<Vec<_>>());
                let name = limit.name();
                format!("limits.{name} allows {allowed} a day: {planned} planned by {by}, {before} done before")
            }
            Self::Frozen { until, reason, place: _ } => format!("a freeze until {until}: {reason}"),
        }
    }
}

impl Closed<'_> {
    fn refusal(&self, steps: &[Step]) -> Finding {
        let (causes, own): (Vec<&Address>, Option<Place>) = match self {
            Self::Taking(group) => (group.causes.iter().map(|(cause, _)| *cause).collect(), None),
            Self::Limit { causes, .. } => (causes.keys().collect(), None),
            Self::Frozen { place, .. } => (Vec::new(), place_from(place)),
        };
        let help = match self {
            Self::Taking(_) | Self::Limit { .. } => {
                "`apply` refuses the whole plan; the `Acknowledgement` that it prints lets this pass once it is committed"
            }
            Self::Frozen { .. } => "`apply` refuses every plan until that day is over",
        };
        let placed: Vec<(&Address, Place)> =
            causes.iter().filter_map(|cause| Some((*cause, place_of(cause, steps)?))).collect();
        let related =
            placed.iter().skip(1).map(|(cause, place)| Related { place: place.clone(), what: cause.to_string() });
        Finding {
            code: self.code(),
            severity: FindingSeverity::Error,
            place: placed.first().map(|(_, place)| place.clone()).or(own),
            address: placed.first().map(|(cause, _)| *cause).or(causes.first().copied()).cloned(),
            message: format!("this stops `apply`: {}", self.what()),
            help: Some(help.to_owned()),
            related: related.collect(),
        }
    }
}

/// Where the document stands that brings steps.
fn place_of(cause: &Address, steps: &[Step]) -> Option<Place> {
    place_from(steps.iter().find(|step| step.cause == *cause)?.place.as_deref()?)
}

/// A place from its text: `provider.yaml:7:14`.
fn place_from(text: &str) -> Option<Place> {
    let mut parts = text.rsplitn(3, ':');
    let (column, line) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
    Some(Place { file: parts.next()?.to_owned(), line, column })
}

impl Group<'_> {
    fn say(&self) -> String {
        let Self { code: _, causes, amount, covered, owed: _ } = self;
        let bring = if causes.len() == 1 { "brings" } else { "bring" };
        let causes: Vec<&Address> = causes.iter().map(|(cause, _)| *cause).collect();
        format!(
            "{} {bring} {} that would take something away, {covered} of them acknowledged",
            named(&causes),
            plural(*amount as usize, "step")
        )
    }
}

/// Every address, or the first and how many more.
pub(super) fn named(causes: &[&Address]) -> String {
    let shown = if causes.len() <= NAMED + 1 { causes.len() } else { NAMED };
    let text = causes[..shown].iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match causes.len() - shown {
        0 => text,
        more => format!("{text} and {more} more documents"),
    }
}
