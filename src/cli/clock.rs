//! Clocks, randomness and Ctrl-C: made here, passed down. With the embedded tenant `now` is the tenant's, else the
//! system's as the command began, carried on by the monotonic clock and by what the machine slept.

use crate::apply::{Clock, Ids};
use crate::backend::simulated::Embedded;
use crate::journal::Stamp;
use crate::model::{Sleeps, Timestamp};
use smol_str::{SmolStr, ToSmolStr as _};
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

/// Where `now` comes from.
enum Now {
    /// The clock of a simulated tenant.
    Tenant(Arc<Embedded>),
    /// The system's clock when the command began: a clock that is set back meanwhile changes nothing.
    System(Timestamp),
}

/// The instant it is, and a stopwatch that began with the command.
pub(crate) struct CommandClock {
    now: Now,
    began: Instant,
    sleeps: Mutex<Sleeps>,
}

impl CommandClock {
    /// Begins now, in the time of this tenant.
    pub(crate) fn of_tenant(tenant: Arc<Embedded>) -> Self {
        Self::start(Now::Tenant(tenant))
    }
    /// Begins now, in the time of the system.
    #[cfg_attr(not(any(feature = "rest", test)), expect(dead_code, reason = "only a service lives in it"))]
    #[expect(clippy::disallowed_methods, reason = "this is where clocks are made")]
    pub(crate) fn of_system() -> Self {
        let since = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        Self::start(Now::System(Timestamp::from_seconds(i64::try_from(since.as_secs()).unwrap_or(i64::MAX))))
    }
    #[expect(clippy::disallowed_methods, reason = "this is where clocks are made")]
    fn start(now: Now) -> Self {
        let clock = Self { now, began: Instant::now(), sleeps: Mutex::default() };
        clock.slept();
        clock
    }
}

impl Clock for CommandClock {
    fn now(&self) -> Timestamp {
        match &self.now {
            Now::Tenant(tenant) => tenant.clock(),
            Now::System(at) => {
                let passed = i64::try_from(self.passed().as_secs()).unwrap_or(i64::MAX);
                Timestamp::from_seconds(at.seconds().saturating_add(passed))
            }
        }
    }
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
    }
    /// `Instant` stands still while Linux or macOS is suspended; the system's clock does not.
    #[expect(clippy::disallowed_methods, reason = "this is where clocks are made")]
    fn slept(&self) -> Duration {
        let mut sleeps = self.sleeps.lock().unwrap_or_else(PoisonError::into_inner);
        let wall = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default();
        sleeps.look(self.began.elapsed(), wall)
    }
    fn pause(&self, length: Duration) {
        std::thread::sleep(length);
    }
}

/// Randomness of the system.
#[derive(Clone, Copy, Debug, Default)]
pub(crate) struct Random;

impl Random {
    /// A word nobody else has.
    #[expect(clippy::disallowed_methods, reason = "this is where randomness is made")]
    pub(crate) fn word(self) -> SmolStr {
        uuid::Uuid::new_v4().simple().to_smolstr()
    }
}
impl Ids for Random {
    #[expect(clippy::disallowed_methods, reason = "this is where randomness is made")]
    fn next_id(&mut self) -> [u8; 16] {
        uuid::Uuid::new_v4().into_bytes()
    }
}

/// What a writer puts on an object now.
pub(crate) fn stamp(clock: &dyn Clock) -> Stamp {
    Stamp { at: clock.now(), nonce: Random.word() }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    #[expect(clippy::disallowed_methods, reason = "this is where clocks are made")]
    fn a_machine_that_slept_knows_the_day_it_woke_on() {
        let clock = CommandClock::of_system();
        let before = clock.now();
        let yesterday = SystemTime::now().duration_since(UNIX_EPOCH).unwrap_or_default() - Duration::from_secs(86_400);
        let mut sleeps = Sleeps::default();
        sleeps.look(clock.elapsed(), yesterday);
        *clock.sleeps.lock().unwrap_or_else(PoisonError::into_inner) = sleeps;
        let slept = clock.now().seconds() - before.seconds();
        assert!((86_398..86_460).contains(&slept), "{slept}");
    }
}
