//! Clocks, randomness and Ctrl-C: made here, passed down. With the embedded tenant `now` is the tenant's; time is
//! measured by the monotonic clock only.

use crate::apply::{Clock, Ids};
use crate::backend::simulated::Embedded;
use crate::journal::Stamp;
use crate::model::Timestamp;
use smol_str::{SmolStr, ToSmolStr as _};
use std::sync::Arc;
use std::time::{Duration, Instant};

/// The tenant's clock, and a stopwatch that began with the command.
pub(crate) struct CommandClock {
    tenant: Arc<Embedded>,
    began: Instant,
}

impl CommandClock {
    /// Begins now.
    #[expect(clippy::disallowed_methods, reason = "this is where clocks are made")]
    pub(crate) fn start(tenant: Arc<Embedded>) -> Self {
        Self { tenant, began: Instant::now() }
    }
}

impl Clock for CommandClock {
    fn now(&self) -> Timestamp {
        self.tenant.clock()
    }
    fn elapsed(&self) -> Duration {
        self.began.elapsed()
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
