//! Which steps need a role that the signed-in user does not hold. Knows what is declared of that user, never asks anybody.

use crate::diag::{Code, Finding};
use crate::model::{Class, StepKey};
use crate::plan::role::Held;
use crate::plan::{Planned, Readiness, Role, Step};
use std::collections::{BTreeMap, BTreeSet};

/// What is declared of the signed-in user; none when nothing is, and then nothing is refused for it.
pub type Roles = Option<BTreeSet<Held>>;

/// Steps that could be done now and lack a role: by the role they need.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Lacking(BTreeMap<Role, Vec<StepKey>>);

impl Lacking {
    /// Of these steps.
    pub fn of<'s>(steps: impl IntoIterator<Item = &'s Step>, roles: &Roles) -> Self {
        let mut lacking: BTreeMap<Role, Vec<StepKey>> = BTreeMap::new();
        let Some(held) = roles else { return Self(lacking) };
        for step in steps.into_iter().filter(|step| step.class == Class::Api && step.readiness == Readiness::Ready) {
            if let Some(role) = step.role.filter(|role| !role.is_met_by(held)) {
                lacking.entry(role).or_default().push(step.key.clone());
            }
        }
        Self(lacking)
    }
    /// Whether no role is missing.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }
    /// One phrase a role.
    fn phrases(&self) -> impl Iterator<Item = (&StepKey, String)> {
        self.0.iter().filter_map(|(role, steps)| {
            let first = steps.first()?;
            let phrase = match steps.len() {
                1 => format!("`{first}` needs the role {}", role.name()),
                count => format!("{count} steps need the role {}, `{first}` first", role.name()),
            };
            Some((first, phrase))
        })
    }
}
impl std::fmt::Display for Lacking {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.phrases().map(|(_, phrase)| phrase).collect::<Vec<_>>().join("; "))
    }
}

/// Notes in a plan which of its steps `apply` would refuse for a role.
pub fn note(planned: &mut Planned, roles: &Roles) {
    let lacking = Lacking::of(planned.plan.steps(), roles);
    let findings = lacking.phrases().map(|(first, phrase)| {
        Finding::warning(Code::RoleMissing, None, format!("{phrase}, which `center.roles` does not list"))
            .about(first.address.clone())
            .help(
                "`apply` refuses it; let somebody with the role apply, correct `center.roles`, or plan the rest alone: \
                 `twotier plan --target ADDRESS --out FILE`",
            )
    });
    planned.outlook.findings.extend(findings);
}
