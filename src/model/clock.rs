//! Time as something that is passed in: the trait, and how a sleep of the machine shows. No clock is asked here.

use super::Timestamp;
use std::time::Duration;

/// Time. Instants go into documents, elapsed time measures; the two never mix.
pub trait Clock: Send + Sync {
    /// The instant it is, by the system or the simulated tenant.
    fn now(&self) -> Timestamp;
    /// Monotonic time since the clock was made. It may stand still while the machine is suspended, so it never says that
    /// more time passed than did: whoever waits for another goes by it.
    fn elapsed(&self) -> Duration;
    /// How long the machine was suspended in all, as far as that shows.
    fn slept(&self) -> Duration {
        Duration::ZERO
    }
    /// Time since the clock was made, also while the machine was suspended: whoever must be done in time goes by it.
    fn passed(&self) -> Duration {
        self.elapsed() + self.slept()
    }
    /// Lets so much time pass, or less.
    fn pause(&self, length: Duration);
}

/// What a machine slept, by two clocks of which only one goes on meanwhile.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Sleeps {
    last: Option<(Duration, Duration)>,
    slept: Duration,
}

/// A clock that is set by less than this was set, and no sleep.
const SHORTEST: Duration = Duration::from_secs(2);

impl Sleeps {
    /// Looks at both clocks: the monotonic one, and the one on the wall, which people may set. A wall clock that is set
    /// forward looks like a sleep, which costs a repeated look; one that is set back is none.
    pub fn look(&mut self, awake: Duration, wall: Duration) -> Duration {
        if let Some((awake_then, wall_then)) = self.last {
            let ahead = wall.saturating_sub(wall_then).saturating_sub(awake.saturating_sub(awake_then));
            if ahead >= SHORTEST {
                self.slept += ahead;
            }
        }
        self.last = Some((awake, wall));
        self.slept
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_wall_clock_that_ran_ahead_is_a_sleep_and_one_that_was_set_back_is_none() {
        let seconds = Duration::from_secs;
        let mut sleeps = Sleeps::default();
        let mut look = |awake: u64, wall: u64| sleeps.look(seconds(awake), seconds(wall)).as_secs();
        assert_eq!(look(0, 1000), 0);
        assert_eq!(look(10, 1010), 0);
        assert_eq!(look(20, 1021), 0, "set a little");
        assert_eq!(look(21, 4622), 3600, "an hour");
        assert_eq!(look(22, 1000), 3600, "set back");
        assert_eq!(look(23, 1061), 3660, "and a minute from there");
    }
}
