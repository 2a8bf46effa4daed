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

#[cfg(test)]
mod tests {
    use super::super::support;
    use super::*;

    fn run(epoch: u64, last: u64) -> OpenRun {
        let (at, open) = (support::at(0), support::open());
        OpenRun { epoch, number: 1, at, open, last, last_at: at, outcomes: std::collections::BTreeMap::new() }
    }
    const SECOND: Duration = Duration::from_secs(1);

    #[test]
    fn a_run_is_quiet_only_after_a_whole_lease_of_watching() {
        let mut watch = Watch::default();
        let start = 1000 * SECOND;
        assert_eq!(watch.look(Some(&run(1, 5)), start), Verdict::Wait { left: LEASE });
        assert_eq!(watch.look(Some(&run(1, 5)), start + LEASE - SECOND), Verdict::Wait { left: SECOND });
        assert!(matches!(watch.look(Some(&run(1, 5)), start + LEASE), Verdict::Quiet(_)));
    }

    #[test]
    fn every_record_and_every_other_run_is_watched_anew() {
        let mut watch = Watch::default();
        watch.look(Some(&run(1, 5)), Duration::ZERO);
        for (n, run) in [run(1, 6), run(2, 6), run(2, 9)].iter().enumerate() {
            let now = LEASE * (u32::try_from(n).expect("small") + 1);
            assert_eq!(watch.look(Some(run), now), Verdict::Wait { left: LEASE }, "{run:?}");
        }
        assert_eq!(watch.look(None, 9 * LEASE), Verdict::Free);
        assert_eq!(watch.look(Some(&run(2, 9)), 9 * LEASE), Verdict::Wait { left: LEASE });
    }

    #[test]
    fn a_clock_that_stands_or_steps_back_only_lengthens_the_watch() {
        let mut watch = Watch::default();
        watch.look(Some(&run(1, 5)), 50 * SECOND);
        assert_eq!(watch.look(Some(&run(1, 5)), 20 * SECOND), Verdict::Wait { left: LEASE });
    }

    #[test]
    fn quiet_is_worth_nothing_once_the_run_wrote_again() {
        let mut watch = Watch::default();
        watch.look(Some(&run(1, 5)), Duration::ZERO);
        let Verdict::Quiet(quiet) = watch.look(Some(&run(1, 5)), LEASE) else { panic!("is quiet") };
        assert!(quiet.is_of(&run(1, 5)));
        assert!(!quiet.is_of(&run(1, 6)) && !quiet.is_of(&run(2, 5)));
    }

    #[test]
    fn an_effect_that_may_start_is_over_before_anybody_takes_over() {
        let began = 100 * SECOND;
        assert!(may_start(began, began + START));
        assert!(!may_start(began, began + START + SECOND));
        assert!(START + REQUEST + MARGIN < LEASE);
        assert_eq!(renew_at(began), began + RENEW);
    }
}
