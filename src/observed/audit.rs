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
    /// Who.
    pub by: Actor,
    /// Whose object it is, if a customer's.
    pub customer: Option<CustomerId>,
    /// Id of the object.
    pub resource: SmolStr,
    /// What it is since, as the service words it.
    pub new: Option<SmolStr>,
}

/// Who changed something.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// A program, by its name.
    Application(SmolStr),
    /// A person in a portal.
    User(SmolStr),
}
