//! Doing it: what of a fresh plan is approved, the executor as a pure state machine, the driver that carries its
//! commands out, and recovery by looking. Sees the tenant through [`crate::backend`]'s traits only; never prints.

pub mod adopt;
pub mod approve;
mod driver;
pub mod machine;
pub mod outcome;
pub mod ports;
pub mod recover;
pub mod seal;
pub mod session;
mod twins;

#[cfg(test)]
mod tests;

pub use approve::{Approval, Approved, ApprovedStep, Match, Task, Verdict, Verdicts, approve, approve_itself};
pub use machine::Settings;
pub use outcome::{Class, Ending, Hindrance, Outcome, Password, RunOutcome, StepResult, Unapproved, Withdrawal};
pub use ports::{Clock, Ids, Progress, Reporter};
pub use seal::{Opened, Seal, SealError, age_sealer, open};
pub use session::{Beyond, Recovered, Session, SessionError, Tools, WorkOrder};
