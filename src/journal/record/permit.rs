//! What let a run pass limits, and what refused one: in words, for whoever asks when the manifests are others. Never folded to
//! anything.

use crate::model::{Address, Date, Name};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;
use std::collections::BTreeSet;

/// An acknowledgement that steps of a run count on, as it was declared then.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Passed {
    /// Its name.
    pub acknowledgement: Name,
    /// The code of the limit.
    pub code: SmolStr,
    /// The documents whose steps it covers here.
    pub causes: BTreeSet<Address>,
    /// How much of them.
    pub amount: u32,
    /// How much it covers over all runs.
    pub at_most: u32,
    /// Who said so.
    pub by: SmolStr,
    /// Why.
    pub reason: SmolStr,
    /// Its last day.
    pub expires: Date,
}

/// Why a run did nothing of its plan.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Refused {
    /// The code of what stood against it, where it has one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub code: Option<SmolStr>,
    /// In words.
    pub text: SmolStr,
}
impl std::fmt::Display for Refused {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match &self.code {
            Some(code) => write!(f, "{} [{code}]", self.text),
            None => f.write_str(&self.text),
        }
    }
}
