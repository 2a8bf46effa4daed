//! What stops `apply`, in sentences: what many documents bring is one. Never decides whether something stops it.

use super::layout::plural;
use crate::diag::Code;
use crate::model::{Address, Limit, StepName};
use crate::plan::Step;
use crate::plan::file::Gate;

/// How many documents a sentence names.
const NAMED: usize = 3;

/// What the closed gates say. A limit that a step of the plan raises says when that counts.
pub(super) fn closings(gates: &[Gate], steps: &[Step]) -> Vec<String> {
    let mut said = sentences(gates);
    let stops = |gate: &Gate| match gate {
        Gate::Limit { limit, .. } if gate.is_closed() => Some(limit.name()),
        Gate::Acknowledge { code, .. } if gate.is_closed() && *code == Code::Acknowledge.to_string() => {
            Some(Limit::LoweredQuantity.name())
        }
        Gate::Limit { .. } | Gate::Acknowledge { .. } | Gate::Frozen { .. } => None,
    };
    let mut raised: Vec<&str> = gates.iter().filter_map(stops).filter(|name| is_raised(name, steps)).collect();
    raised.dedup();
    said.extend(raised.into_iter().map(|name| {
        format!(
            "limits.{name} is loosened by this very plan, which counts from the run after the one that records it: commit \
             it alone first, or apply twice"
        )
    }));
    said
}

/// Whether a step records a looser limit of this name.
fn is_raised(name: &str, steps: &[Step]) -> bool {
    let guards = steps.iter().filter(|step| step.key.step == StepName::ChangeGuards);
    let field = format!("limits.{name}");
    guards.flat_map(|step| &step.changes).any(|change| change.field == field && change.note.is_some())
}

fn sentences(gates: &[Gate]) -> Vec<String> {
    let mut said = Vec::new();
    let mut group: Option<Group<'_>> = None;
    for gate in gates.iter().filter(|gate| gate.is_closed()) {
        match gate {
            Gate::Acknowledge { code, cause, amount, covered } => {
                let same = group.take_if(|group| group.code == code);
                said.extend(group.take().map(Group::say));
                let Group { causes, amount: before, covered: already, .. } = same.unwrap_or(Group::of(code));
                let causes = causes.into_iter().chain([cause]).collect();
                group = Some(Group { code, causes, amount: before + amount, covered: already + covered });
            }
            Gate::Limit { limit, code, planned, before, allowed, causes } => {
                said.extend(group.take().map(Group::say));
                let by = named(&causes.keys().collect::<Vec<_>>());
                said.push(format!(
                    "limits.{} allows {allowed} a day: {planned} planned by {by}, {before} done before [{code}]",
                    limit.name()
                ));
            }
            Gate::Frozen { until, reason } => {
                said.extend(group.take().map(Group::say));
                said.push(format!("a freeze until {until}: {reason}"));
            }
        }
    }
    said.extend(group.map(Group::say));
    said
}

/// Documents whose steps need an acknowledgement of one kind.
struct Group<'a> {
    code: &'a str,
    causes: Vec<&'a Address>,
    amount: u32,
    covered: u32,
}
impl<'a> Group<'a> {
    fn of(code: &'a str) -> Self {
        Self { code, causes: Vec::new(), amount: 0, covered: 0 }
    }
    fn say(self) -> String {
        let Self { code, causes, amount, covered } = self;
        let bring = if causes.len() == 1 { "brings" } else { "bring" };
        format!(
            "{} {bring} {} that would take something away, {covered} of them acknowledged [{code}]",
            named(&causes),
            plural(amount as usize, "step")
        )
    }
}

/// Every address, or the first and how many more.
fn named(causes: &[&Address]) -> String {
    let shown = if causes.len() <= NAMED + 1 { causes.len() } else { NAMED };
    let text = causes[..shown].iter().map(ToString::to_string).collect::<Vec<_>>().join(", ");
    match causes.len() - shown {
        0 => text,
        more => format!("{text} and {more} more documents"),
    }
}
