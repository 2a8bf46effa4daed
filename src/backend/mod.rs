//! Who can be asked: two blocking doors, one that looks and one that changes. Never sees a plan, a manifest or a journal.

#[cfg(feature = "rest")]
pub mod partner_center;
pub mod simulated;

use crate::model::{Effect, Operation, RequestId, Timestamp};
use crate::observed::{Answer, AuditRecord, Read, Why};
use smol_str::SmolStr;

/// Looks. Whoever holds only this cannot change anything.
pub trait Observe: Send + Sync {
    /// Answers one question.
    ///
    /// # Errors
    /// Why it is unknown; never "absent" for a read that failed or stopped early.
    fn read(&self, read: &Read) -> Result<Answer, Why>;
    /// Answers several questions, in their order. A door that can ask some of them together does.
    fn read_all(&self, reads: &[Read]) -> Vec<Result<Answer, Why>> {
        reads.iter().map(|read| self.read(read)).collect()
    }
    /// How many calls some questions will take, as far as can be told before they are asked.
    fn price(&self, reads: &[Read]) -> Price {
        Price { calls: reads.len(), bound: Bound::Exact }
    }
    /// The calls made so far; nothing where looking is no traffic.
    fn traffic(&self) -> Option<Traffic> {
        None
    }
    /// What the service remembers of changes since an instant, oldest first and to its end; records from before may be
    /// among them. Told to people and used to know what to look at again, never the ground of a step.
    ///
    /// # Errors
    /// Why they cannot all be told: a page that failed, an instant further back than they are kept. A door that has none
    /// says that they were not read.
    fn audit(&self, since: Timestamp) -> Result<Vec<AuditRecord>, Why> {
        let _ = since;
        Err(Why::NotRead)
    }
}

/// How many calls some questions will take.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Price {
    /// So many, when nothing has to be repeated.
    pub calls: usize,
    /// Or more.
    pub bound: Bound,
}

/// Whether a price may rise.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Bound {
    /// It does not.
    Exact,
    /// A list among them tells only page by page how long it is.
    AtLeast,
}

/// The calls of a door so far, and the pace they are made at.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Traffic {
    /// Made, repeats included.
    pub made: u64,
    /// Refused because of too many requests.
    pub refused: u64,
    /// Further pages of lists that have shown, asked for or about to be.
    pub pages: u64,
    /// At most so many a minute, as learned.
    pub per_minute: u32,
}

/// Changes.
pub trait Actuate: Send + Sync {
    /// Performs one operation. A repeat with the same `request` and operation has the effect once.
    ///
    /// # Errors
    /// By what to do next; after [`BackendError::Unknown`] the effect may or may not have happened.
    fn perform(&self, operation: &Operation, request: RequestId) -> Result<Effect, BackendError>;
}

/// Why an operation was not done, by what to do next.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum BackendError {
    /// For good: the service says no, with its code (0 when it gave none) and words. Fail the step.
    #[error("refused with code {code}: {text}")]
    Refused {
        /// Its meaning depends on the operation.
        code: u32,
        /// The service's words.
        text: SmolStr,
    },
    /// The signed-in user may not. Stop what needs the same role.
    #[error("not allowed: {0}")]
    Denied(SmolStr),
    /// Not yet: come back later ("409, come back later"). Not a failure; nothing happened.
    #[error("not yet: {text}")]
    Later {
        /// The service's words.
        text: SmolStr,
    },
    /// Too many requests; nothing happened.
    #[error("too many requests until {until}")]
    Throttled {
        /// When to try again.
        until: Timestamp,
    },
    /// Failed before the service took it; nothing happened.
    #[error("failed before it was sent: {0}")]
    Transient(SmolStr),
    /// The reply was lost: it may have happened. Look before any repeat.
    #[error("the outcome is unknown: {0}")]
    Unknown(SmolStr),
}
