//! What a run is given from outside beside the doors to the tenant: time, randomness, somebody to tell. Traits only;
//! never asks a clock or prints itself.

use super::outcome::Outcome;
use crate::model::StepKey;
use std::time::Duration;

pub use crate::model::Clock;

/// Randomness: 16 bytes nobody else has, for request ids and writers' nonces.
pub trait Ids: Send {
    /// The next ones.
    fn next_id(&mut self) -> [u8; 16];
}

/// Somebody who is told how a run goes.
pub trait Reporter: Send + Sync {
    /// Takes one piece of news. Must not block for long.
    fn tell(&self, progress: &Progress);
}

/// News of a run.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Progress {
    /// A step is under way.
    Started {
        /// Which.
        key: StepKey,
    },
    /// A step is over.
    Finished {
        /// Which.
        key: StepKey,
        /// How.
        outcome: Outcome,
        /// How many are over.
        done: usize,
        /// Of how many.
        total: usize,
        /// Estimated time to the end, once something can be estimated.
        left: Option<Duration>,
    },
    /// A step waits before it tries again.
    Waiting {
        /// Which.
        key: StepKey,
        /// How long.
        wait: Duration,
        /// Why.
        why: String,
    },
    /// A sealed password could not be stored: its ciphertext, armored, to be kept by a person (stderr).
    Unstored {
        /// Which step brought it.
        key: StepKey,
        /// The ciphertext.
        armored: String,
        /// Why it could not be stored.
        why: String,
    },
    /// The lease is held by another run, which is watched.
    Locked {
        /// Whose: run, actor and since when.
        holder: String,
        /// If it stays silent for so long, it is taken over.
        quiet: Duration,
        /// How long it is waited for at most.
        patience: Duration,
    },
    /// What an earlier run left open was settled by looking.
    Recovered {
        /// Which step.
        key: StepKey,
        /// How it ended.
        outcome: Outcome,
    },
    /// The run was asked to stop: what is in flight is finished first.
    Stopping,
    /// The run was asked to stop while it looked, and is closed: nothing was begun, and no answer is waited for.
    Stopped,
}
