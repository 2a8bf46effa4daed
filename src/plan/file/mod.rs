//! The saved plan: a versioned JSON document with its own wire types. Never holds anything that the plan and the
//! outlook do not, and never a password.

pub(crate) mod action;
pub(crate) mod fact;

use crate::model::Address;

/// An address of another kind than its place asks for.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("`{found}` stands where a {expected} is expected")]
pub struct BadPart {
    /// Which kind belongs there.
    expected: &'static str,
    /// What stands there.
    found: Address,
}
