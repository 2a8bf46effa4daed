//! The rules of leases: how long a run may be quiet, when it must write, when an effect may start, and when another
//! run may take over. Pure; a time is a `Duration` since any fixed point of the caller's own monotonic clock, and
//! clocks of two machines are never compared.

use super::fold::OpenRun;
use std::time::Duration;

/// S: how long after the append of its intent began an effect may still start.
pub const START: Duration = Duration::from_secs(10);
/// T: how long a request may take; then it is abandoned and its outcome is unknown.
pub const REQUEST: Duration = Duration::from_secs(60);
/// L: how long a run must have been quiet before another takes over.
pub const LEASE: Duration = Duration::from_secs(120);
/// How often a run that has nothing else to write says that it lives.
pub const RENEW: Duration = Duration::from_secs(30);
/// How different the speeds of two monotonic clocks, and the delays of what they measure, may make it.
pub const MARGIN: Duration = Duration::from_secs(30);

/// Whoever waits out a lease finds no effect of its owner under way.
const _: () = assert!(LEASE.as_secs() > START.as_secs() + REQUEST.as_secs() + MARGIN.as_secs());
/// Two renewals may fail before anybody can take over.
const _: () = assert!(LEASE.as_secs() >= 4 * RENEW.as_secs());

/// Whether an effect may start at `now`, when the append of its intent *began* at `began` and was acknowledged since.
/// Measured from the beginning: the record may have been there, and seen, long before the acknowledgement.
#[must_use]
pub fn may_start(began: Duration, now: Duration) -> bool {
    now.saturating_sub(began) <= START
}

/// When the next renewal is due, when the last append *began* at `began`.
#[must_use]
pub fn renew_at(began: Duration) -> Duration {
    began + RENEW
}

/// Watches the run that holds the lease. What it knows it has seen itself.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Watch {
    seen: Option<Seen>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Seen {
    epoch: u64,
    last: u64,
    since: Duration,
}

/// What watching says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Verdict {
    /// No run holds the lease: begin.
    Free,
    /// It may live. Look again at the latest then, sooner to see it end.
    Wait {
        /// What is left of the lease.
        left: Duration,
    },
    /// It was quiet for a whole lease: take over.
    Quiet(Quiet),
}

/// That a run was quiet for a whole lease. Only watching makes one, and it is worth nothing once the run writes again.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quiet {
    epoch: u64,
    last: u64,
}
impl Quiet {
    /// Whether it speaks of this run as it stands.
    #[must_use]
    pub fn is_of(self, run: &OpenRun) -> bool {
        self.epoch == run.epoch && self.last == run.last
    }
}

impl Watch {
    /// Looks at the run that a refresh of the journal has just shown. `now` is read after the refresh, so that a record
    /// is never taken for older than it is.
    pub fn look(&mut self, run: Option<&OpenRun>, now: Duration) -> Verdict {
        let Some(run) = run else {
            self.seen = None;
            return Verdict::Free;
        };
        let fresh = Seen { epoch: run.epoch, last: run.last, since: now };
        let seen = match self.seen {
            Some(seen) if seen.epoch == run.epoch && seen.last == run.last => seen,
            Some(_) | None => *self.seen.insert(fresh),
        };
        match LEASE.checked_sub(now.saturating_sub(seen.since)) {
            Some(left) if !left.is_zero() => Verdict::Wait { left },
            Some(_) | None => Verdict::Quiet(Quiet { epoch: seen.epoch, last: seen.last }),
        }
    }
}
