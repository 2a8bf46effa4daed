//! What a plan takes from the manifests because nobody of ours can look: whose the groups and principals are that get roles
//! in Azure. Said once; the ids stand with the steps.

use crate::model::StepName;
use crate::plan::Step;

/// Said once of all of them.
const PRINCIPALS: &str = "groups and principals in Azure are as the manifests say: nobody has checked that they belong to \
                          the resellers named";

/// What nobody has checked of these steps.
pub(super) fn unchecked(steps: &[Step]) -> Option<&'static str> {
    let azure = |step: &Step| matches!(step.key.step, StepName::GrantAzureAccess | StepName::RevokeAzureAccess);
    steps.iter().any(azure).then_some(PRINCIPALS)
}
