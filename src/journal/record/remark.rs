//! Remarks: what was done and changes nothing of what is remembered. Never folded to anything.

use crate::model::{Digest, Timestamp};
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What is removed beside the records: written before the first of it goes, so that a part of it may still be there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Removed {
    /// Only plans of runs that ended before this.
    pub before: Timestamp,
    /// Ids of kept plans.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub plans: Vec<Digest>,
    /// Numbers of checkpoints.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub checkpoints: Vec<u64>,
    /// Numbers of the intents of sealed passwords.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sealed: Vec<u64>,
}

/// What a remark tells.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(from = "SmolStr", into = "SmolStr")]
#[schemars(with = "String")]
pub enum Remarked {
    /// `opened`: the sealed password of the address was shown to somebody.
    Opened,
    /// `pruned`: what is of no use any more was removed beside the records.
    Pruned,
    /// A word of a newer version.
    Unknown(SmolStr),
}
impl Remarked {
    const OPENED: &'static str = "opened";
    const PRUNED: &'static str = "pruned";
}
impl From<SmolStr> for Remarked {
    fn from(word: SmolStr) -> Self {
        match word.as_str() {
            Self::OPENED => Self::Opened,
            Self::PRUNED => Self::Pruned,
            _ => Self::Unknown(word),
        }
    }
}
impl From<Remarked> for SmolStr {
    fn from(kind: Remarked) -> Self {
        match kind {
            Remarked::Opened => Self::new_static(Remarked::OPENED),
            Remarked::Pruned => Self::new_static(Remarked::PRUNED),
            Remarked::Unknown(word) => word,
        }
    }
}
