//! The plan: steps in an order that can be carried out, each with why, what it needs and what it rests on. Built only
//! by [`build`], so that a cycle or an edge that points forward cannot exist; never asks a clock or the tenant.

mod adopt;
mod again;
mod asked;
mod azure;
mod bases;
mod build;
pub mod called;
mod changes;
mod customers;
mod draft;
mod endings;
mod ends;
#[cfg(test)]
pub(crate) mod example;
mod expiry;
pub mod facts;
pub mod file;
mod grants;
pub mod guards;
pub mod id;
mod led;
mod letters;
mod limits;
mod listing;
mod names;
mod order;
mod orders;
mod partnerships;
mod payees;
mod region;
mod renewals;
mod repointed;
pub mod role;
mod served;
mod shelf;
pub mod step;
mod support;
mod unread;
mod uses;
mod waits;
mod whose;
mod withdrawn;

pub use crate::ledger::Bindings;
pub use bases::Allowed;
pub use build::{Input, Sealing, build};
pub use id::{Recorded, plan_id, step_id};
pub use limits::Terms;
pub use role::Role;
pub use step::{
    Action, Ask, Brings, Condition, Expect, FieldChange, Mark, Motive, Need, Readiness, Regard, Risk, Step, Undo,
    Wanted,
};
pub use unread::Unread;

use crate::diag::{Code, Finding};
use crate::ledger::{Guards, LiveId};
use crate::model::{Address, Date, Digest, Field, Limit, StepKey, TenantId, Value};
use smol_str::SmolStr;
use std::collections::{BTreeMap, BTreeSet};

/// Version of the plan document and of what `planId` covers.
pub const FORMAT: u32 = 1;

/// Steps in execution order; edges only point backwards.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Plan {
    tenant: TenantId,
    steps: Vec<Step>,
    id: Digest,
}
impl Plan {
    /// The provider's tenant.
    #[must_use]
    pub fn tenant(&self) -> TenantId {
        self.tenant
    }
    /// The steps, in order.
    #[must_use]
    pub fn steps(&self) -> &[Step] {
        &self.steps
    }
    /// `planId`.
    #[must_use]
    pub fn id(&self) -> Digest {
        self.id
    }
    /// The step of this key.
    #[must_use]
    pub fn step(&self, key: &StepKey) -> Option<&Step> {
        self.steps.iter().find(|step| step.key == *key)
    }
}

/// What stands beside the steps.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Outlook {
    /// Addresses that would change but lack something, sorted.
    pub blocked: Vec<Blocked>,
    /// Findings that block nothing: drift, conflicts told elsewhere, warnings.
    pub findings: Vec<Finding>,
    /// Managed addresses that no document declares any more.
    pub released: Vec<Address>,
    /// Addresses that have a new name, with the one that runs knew them by.
    pub renamed: BTreeMap<Address, Address>,
    /// What is taken for granted, one sentence each.
    pub assumptions: Vec<String>,
    /// Live objects seen that no document declares.
    pub unmanaged: Unmanaged,
    /// Declared addresses that match what is there.
    pub unchanged: usize,
    /// Values that are not as declared and that somebody accepted for a while.
    pub accepted: usize,
    /// Declared addresses that were not looked at because they lie outside the scope.
    pub outside: usize,
    /// What stops `apply`.
    pub gates: Vec<Gate>,
    /// What people call the customers and resellers that steps and blocked addresses speak of.
    pub called: BTreeMap<Address, String>,
}

/// How many live objects were seen that no document declares.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Unmanaged {
    /// Active partnerships.
    pub partnerships: usize,
    /// Customers.
    pub customers: usize,
    /// Subscriptions of customers that were read.
    pub subscriptions: usize,
}

/// An address that would change but lacks something: no step, no id.
#[derive(Clone, Debug, PartialEq)]
pub struct Blocked {
    /// What would be done.
    pub key: StepKey,
    /// Why not, with the code.
    pub finding: Finding,
}

/// What stops `apply`, though the plan is printed and written all the same. Computed from now, outside `planId`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Gate {
    /// So many steps of a cause take something away, and only so many are acknowledged.
    Acknowledge {
        /// The limit.
        code: Code,
        /// The document that brings the steps.
        cause: Address,
        /// How many steps.
        amount: u32,
        /// How many of them are still covered by acknowledgements.
        covered: u32,
        /// How many those let pass that are declared no more: a new one begins with them.
        owed: u32,
    },
    /// What is planned and what was done within a day, against what a limit allows.
    Limit {
        /// Which.
        limit: Limit,
        /// Its code.
        code: Code,
        /// How much is planned and not acknowledged.
        planned: u32,
        /// How much of it was done within the last day, and not acknowledged.
        before: u32,
        /// How much is allowed.
        allowed: u32,
        /// The documents that bring what is planned and not acknowledged, with how much.
        causes: BTreeMap<Address, u32>,
        /// How much of theirs acknowledgements let pass that are declared no more: a new one begins with it.
        owed: u32,
    },
    /// A freeze window is open.
    Frozen {
        /// Its last day.
        until: Date,
        /// Why.
        reason: SmolStr,
        /// Where it is declared, as text; one that no document declares any more, where the provider is.
        place: SmolStr,
    },
}
impl Gate {
    /// Whether nothing may be applied because of it.
    #[must_use]
    pub fn is_closed(&self) -> bool {
        match self {
            Self::Acknowledge { amount, covered, .. } => amount > covered,
            Self::Limit { planned, before, allowed, .. } => *planned > 0 && planned.saturating_add(*before) > *allowed,
            Self::Frozen { .. } => true,
        }
    }
}

/// What a run learns by looking, to be written to the ledger by `apply`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Adopt {
    /// Learned bindings.
    pub bindings: BTreeMap<Address, LiveId>,
    /// Values that hold, where the ledger says otherwise or nothing.
    pub settled: BTreeMap<Address, BTreeMap<Field, Value>>,
    /// Declared now, not managed before.
    pub managed: BTreeSet<Address>,
    /// Managed before, declared no longer.
    pub released: BTreeSet<Address>,
    /// New address → old address.
    pub renamed: BTreeMap<Address, Address>,
    /// Hand-offs that are open under a former name: new id → former id, and the digest of what is asked.
    pub moved: BTreeMap<Digest, (Digest, Digest)>,
    /// Hand-offs whose purpose is observed.
    pub consumed: BTreeSet<Digest>,
    /// Hand-offs that people were asked for and that are planned no more.
    pub withdrawn: BTreeSet<Digest>,
    /// Addresses whose pending effect shows now.
    pub shown: BTreeSet<Address>,
    /// The first guards of a ledger that has none.
    pub guards: Option<Guards>,
}
impl Adopt {
    /// New address → old address, without the subscriptions that only follow their customer.
    pub(super) fn told_renamed(&self) -> BTreeMap<Address, Address> {
        let follows = |new: &Address, old: &Address| match (new, old) {
            (Address::Subscription(new), Address::Subscription(old)) => {
                new.leaf == old.leaf && self.renamed.contains_key(&Address::Customer(new.customer.clone()))
            }
            _ => false,
        };
        let told = self.renamed.iter().filter(|(new, old)| !follows(new, old));
        told.map(|(new, old)| (new.clone(), old.clone())).collect()
    }
    /// Whether there is nothing to write.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        let Self { bindings, settled, managed, released, renamed, moved, consumed, withdrawn, shown, guards } = self;
        bindings.is_empty()
            && settled.is_empty()
            && managed.is_empty()
            && released.is_empty()
            && renamed.is_empty()
            && moved.is_empty()
            && consumed.is_empty()
            && withdrawn.is_empty()
            && shown.is_empty()
            && guards.is_none()
    }
}

/// Everything planning yields.
#[derive(Clone, Debug, PartialEq)]
pub struct Planned {
    /// The steps.
    pub plan: Plan,
    /// What stands beside them.
    pub outlook: Outlook,
    /// Which live object each address means, as far as known now.
    pub bindings: Bindings,
    /// What `apply` writes to the ledger before anything else.
    pub adopt: Adopt,
    /// What it writes beside that only when somebody read the plan.
    pub unread: Vec<Unread>,
    /// How much the limits in force allow.
    pub allowed: Allowed,
}
