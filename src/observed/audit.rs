//! What the service's own audit records tell: who changed what, when, from which application. Told beside observations,
//! never the ground of a step.

use crate::model::{CustomerId, Timestamp};
use smol_str::SmolStr;

/// That somebody changed something. Source: learn, auditing-resources.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct AuditRecord {
    /// When.
    pub at: Timestamp,
    /// `operationType`, such as `update_subscription`.
    pub operation: SmolStr,
    /// Who, by the name they sign in with, if it was a person.
    pub user: Option<SmolStr>,
    /// From which application, if it is told.
    pub application: Option<SmolStr>,
    /// Whose object it is, if a customer's.
    pub customer: Option<CustomerId>,
    /// Id of the object, empty when it is not told.
    pub resource: SmolStr,
    /// What it is since, as the service words it.
    pub new: Option<SmolStr>,
}
