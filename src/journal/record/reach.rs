//! How far a run reached along the line of commits, and what it followed. Never says what a commit holds.

use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// How far a run reached. A run that was refused, a part of the project, and what goes on with an earlier plan reach nothing.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase", default)]
pub struct Reach {
    /// The commit that a plan of the whole project was applied from.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub applied: Option<SmolStr>,
    /// The commit up to which whoever approved was told all that manifests say: later plans are compared with it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub told: Option<SmolStr>,
}
impl Reach {
    /// Whether it reached no commit.
    #[must_use]
    pub fn is_nowhere(&self) -> bool {
        let Self { applied, told } = self;
        applied.is_none() && told.is_none()
    }
    /// Takes in what a later run reached.
    pub(crate) fn extend(&mut self, later: Self) {
        let Self { applied, told } = later;
        self.applied = applied.or_else(|| self.applied.take());
        self.told = told.or_else(|| self.told.take());
    }
}

/// What a run follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub enum Follows {
    /// A plan that was approved for it.
    Approved,
    /// What an earlier run left of a plan.
    Rest,
    /// Whatever is planned.
    Everything,
}
