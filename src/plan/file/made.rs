//! What a plan of the whole project was made of: so that a run can say whether whoever approved it was told all that the
//! manifests say that it is applied from. Outside every id.

use crate::model::Digest;
use schemars::JsonSchema;
use serde::{Deserialize, Serialize};
use smol_str::SmolStr;

/// What a plan was made of.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, JsonSchema)]
#[serde(rename_all = "camelCase")]
pub struct Made {
    /// SHA-256 of manifests and project file.
    #[schemars(with = "String")]
    pub manifests: Digest,
    /// The commit that they were compared with; none where there was none to compare with.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub compared_with: Option<SmolStr>,
}
