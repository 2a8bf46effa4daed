//! The saved plan: a versioned JSON document with its own wire types, read leniently and checked against its own ids.
//! Never holds anything that plan and outlook do not, and never a password.

pub(crate) mod action;
pub(crate) mod fact;
mod made;
mod outlook;
mod step;

pub use made::Made;
pub use outlook::{
    Blocked, Finding, FindingSeverity, Gate, Outlook, Place, Related, Remembered, Renamed, Unmanaged, Unshown,
    UnshownField, UnshownState,
};

use super::{FORMAT, Plan, Recorded, Step, plan_id, step_id};
use crate::diag::SourceMap;
use crate::model::{Address, Digest, StepKey, TenantId};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use step::WireStep;

/// A plan as it is saved and shown.
#[derive(Clone, Debug, PartialEq)]
pub struct PlanFile {
    plan: Plan,
    scope: BTreeSet<Address>,
    made: Option<Made>,
    outlook: Outlook,
}

/// The document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
#[schemars(
    title = "twotier plan",
    description = "A plan of `twotier`, as `plan --out` writes it and `apply` reads it."
)]
pub struct Document {
    /// The version of this format.
    format_version: u32,
    /// SHA-256 of format, tenant, per step its id, conditions and the keys it needs, and of the findings TT0356 and TT0410,
    /// which a run records once somebody read them.
    #[schemars(with = "String")]
    plan_id: Digest,
    /// The provider's tenant.
    #[schemars(with = "String")]
    tenant: TenantId,
    /// In execution order; a step needs earlier ones only.
    steps: Vec<WireStep>,
    /// The addresses that were asked for; empty: all. `apply` plans anew within the same scope. Outside every id.
    #[serde(default, skip_serializing_if = "BTreeSet::is_empty")]
    #[schemars(with = "Vec<String>")]
    scope: BTreeSet<Address>,
    /// What it was made of, where git keeps that and all that is said otherwise is told beside it; outside every id.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    made: Option<Made>,
    /// What stands beside the steps; outside every id.
    #[serde(default)]
    outlook: Outlook,
}

/// Only what tells whether the rest can be understood.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Head {
    format_version: Option<u64>,
    plan_id: Option<serde::de::IgnoredAny>,
}

/// Why a saved plan cannot be used.
#[derive(Debug, thiserror::Error)]
pub enum ReadError {
    /// Not JSON.
    #[error("this is not JSON")]
    NotJson(#[source] serde_json::Error),
    /// JSON, but something else.
    #[error(
        "this is not a plan: it has no `formatVersion` and `planId`; a plan is written by `twotier plan --out FILE`"
    )]
    NotAPlan,
    /// Of another version.
    #[error(
        "this plan has format {found}, and this version of twotier reads format {FORMAT}: plan again with one version"
    )]
    Format {
        /// Its version.
        found: u64,
    },
    /// Not of the shape of a plan.
    #[error("this plan is damaged")]
    Shape(#[source] serde_json::Error),
    /// An address of another kind than its place asks for.
    #[error("this plan is damaged")]
    Part(#[source] BadPart),
    /// A step whose id is not that of its content.
    #[error("the plan was edited by hand: the id of `{0}` does not match its content; plan again")]
    EditedStep(StepKey),
    /// A plan whose id is not that of its content.
    #[error("the plan was edited by hand: its `planId` does not match its steps and what it records; plan again")]
    Edited,
    /// Steps in an order that cannot be carried out.
    #[error("the plan was edited by hand: `{0}` stands twice, or before something it needs; plan again")]
    Order(StepKey),
}

/// An address of another kind than its place asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` stands where a {expected} is expected")]
pub struct BadPart {
    /// Which kind belongs there.
    expected: &'static str,
    /// What stands there.
    found: Address,
}

impl PlanFile {
    /// Of a fresh plan; `sources` tells the places of findings.
    #[must_use]
    pub fn new(plan: &Plan, outlook: &super::Outlook, sources: &SourceMap) -> Self {
        Self { plan: plan.clone(), scope: BTreeSet::new(), made: None, outlook: Outlook::of(outlook, sources) }
    }
    /// The same, made for these addresses and what they need.
    #[must_use]
    pub fn within(self, scope: BTreeSet<Address>) -> Self {
        Self { scope, ..self }
    }
    /// The same, and what it was made of.
    #[must_use]
    pub fn made_of(self, made: Option<Made>) -> Self {
        Self { made, ..self }
    }
    /// The same, with what was remembered and not read for it.
    #[must_use]
    pub fn recalling(mut self, remembered: Option<Remembered>) -> Self {
        self.outlook.remembered = remembered;
        self
    }
    /// The same, with what manifests say otherwise than before and no step shows.
    #[must_use]
    pub fn beside(mut self, unshown: Vec<Unshown>) -> Self {
        self.outlook.unshown = unshown;
        self
    }
    /// The same, with the steps that were open before what is changed now.
    #[must_use]
    pub fn with_open_before(mut self, steps: BTreeSet<Digest>) -> Self {
        self.outlook.open_before = steps;
        self
    }
    /// The addresses that were asked for; empty means all.
    #[must_use]
    pub fn scope(&self) -> &BTreeSet<Address> {
        &self.scope
    }
    /// What it was made of; none where that is not known.
    #[must_use]
    pub fn made(&self) -> Option<&Made> {
        self.made.as_ref()
    }
    /// The steps.
    #[must_use]
    pub fn plan(&self) -> &Plan {
        &self.plan
    }
    /// What stands beside them.
    #[must_use]
    pub fn outlook(&self) -> &Outlook {
        &self.outlook
    }
    /// The document, to be embedded in another one.
    #[must_use]
    pub fn document(&self) -> Document {
        Document {
            format_version: FORMAT,
            plan_id: self.plan.id,
            tenant: self.plan.tenant,
            steps: self.plan.steps.iter().map(WireStep::from).collect(),
            scope: self.scope.clone(),
            made: self.made.clone(),
            outlook: self.outlook.clone(),
        }
    }
    /// The document as text, with a line feed at its end. Equal plans give equal bytes.
    #[must_use]
    pub fn write(&self) -> String {
        // The wire types have text keys only, so writing them to memory does not fail.
        let mut text = serde_json::to_string_pretty(&self.document()).unwrap_or_default();
        text.push('\n');
        text
    }
    /// Reads a document and checks that its ids are those of its content. Unknown fields are ignored.
    ///
    /// # Errors
    /// When it is no plan, of another format, damaged or edited.
    pub fn read(text: &str) -> Result<Self, ReadError> {
        let head: Head = serde_json::from_str(text).map_err(|error| match error.classify() {
            serde_json::error::Category::Data => ReadError::NotAPlan,
            serde_json::error::Category::Io
            | serde_json::error::Category::Syntax
            | serde_json::error::Category::Eof => ReadError::NotJson(error),
        })?;
        let (Some(found), Some(_)) = (head.format_version, head.plan_id) else { return Err(ReadError::NotAPlan) };
        if found != u64::from(FORMAT) {
            return Err(ReadError::Format { found });
        }
        let document: Document = serde_json::from_str(text).map_err(ReadError::Shape)?;
        document.try_into()
    }
}

impl TryFrom<Document> for PlanFile {
    type Error = ReadError;
    fn try_from(document: Document) -> Result<Self, ReadError> {
        let Document { format_version: _, plan_id: id, tenant, steps, scope, made, outlook } = document;
        let steps: Vec<Step> =
            steps.into_iter().map(Step::try_from).collect::<Result<_, _>>().map_err(ReadError::Part)?;
        let recorded = Recorded::of(outlook.findings.iter().map(|it| (it.code.parse().ok(), it.message.as_str())));
        check(tenant, (&steps, &recorded), id)?;
        Ok(Self { plan: Plan { tenant, steps, id }, scope, made, outlook })
    }
}

/// That ids match content and that every need stands earlier.
fn check(tenant: TenantId, (steps, recorded): (&[Step], &Recorded), id: Digest) -> Result<(), ReadError> {
    let mut seen = BTreeSet::new();
    for step in steps {
        if step_id(&step.key, step.class, &step.action) != step.id {
            return Err(ReadError::EditedStep(step.key.clone()));
        }
        if !step.needs.iter().all(|need| seen.contains(&need.step)) || !seen.insert(&step.key) {
            return Err(ReadError::Order(step.key.clone()));
        }
    }
    if plan_id(tenant, steps, recorded) == id { Ok(()) } else { Err(ReadError::Edited) }
}

/// The JSON Schema of a saved plan.
#[must_use]
pub fn schema() -> schemars::Schema {
    schemars::schema_for!(Document)
}

#[cfg(test)]
mod tests;
