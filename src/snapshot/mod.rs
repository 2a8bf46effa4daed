//! Snapshots: what was observed and the ledger's facts, as JSON Lines, sorted and streamable: a header, one object a
//! line, a trailer with count and digest. Holds no password, sealed or not; what a snapshot does not hold is unknown.

pub mod cache;
mod decode;
mod encode;
mod gather;
mod read;
mod schema;
mod wire;
mod write;

pub use read::{ReadError, read};
pub use schema::schema;
pub use wire::FORMAT;
pub use write::write;

use crate::ledger::Ledger;
use crate::model::{TenantId, Timestamp};
use crate::observed::Observed;
use std::fmt;

/// A snapshot that was read.
#[derive(Clone, Debug, PartialEq)]
pub struct Snapshot {
    /// The provider's tenant.
    pub tenant: TenantId,
    /// When it was observed; what a plan from it takes as now.
    pub at: Timestamp,
    /// What was observed. What the snapshot does not hold is not read, so `Unknown`.
    pub observed: Observed,
    /// The ledger's facts, whole; without sealed passwords and the texts of hand-offs.
    pub ledger: Ledger,
    /// Whether all of it is there.
    pub wholeness: Wholeness,
}

/// Whether a snapshot holds what was written. The ledger's facts are always whole, else reading fails.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wholeness {
    /// Count and digest agree.
    Whole,
    /// It ends before its trailer, after this many lines.
    CutOff {
        /// Lines that are there.
        lines: u64,
    },
    /// The trailer counts other lines than there are.
    OtherCount {
        /// Lines the trailer names.
        written: u64,
        /// Lines that are there.
        lines: u64,
    },
    /// As many lines as written, with other bytes.
    OtherBytes,
}
impl Wholeness {
    /// Whether nothing is missing or changed.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self == Self::Whole
    }
}
impl fmt::Display for Wholeness {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Whole => f.write_str("the snapshot is whole"),
            Self::CutOff { lines } => {
                write!(f, "the snapshot ends after {lines} lines without a trailer: what it does not hold is unknown")
            }
            Self::OtherCount { written, lines } => write!(
                f,
                "the snapshot was written with {written} lines and has {lines}: what it does not hold is unknown"
            ),
            Self::OtherBytes => f.write_str("the snapshot was changed after it was written: its digest does not agree"),
        }
    }
}

#[cfg(test)]
mod tests;
